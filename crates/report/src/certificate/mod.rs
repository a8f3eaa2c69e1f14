//! `certificate.json`: what a laboratory signs with its name. The format is stable; its version is raised when a
//! field changes meaning.
//!
//! Signed is the text made by [`canonical::signed_bytes`] with the line [`SIGNED_AS`] from the certificate
//! without its field `signature`. There is no unsigned certificate: a result that nobody signed is a result.

pub mod canonical;
mod check;
mod issue;
mod page;

pub use check::{Checked, Refused, check};
pub(crate) use issue::not_judged;
pub use issue::{Issuer, NoCertificate, Run, issue};
pub use page::page;

use crate::result::{ArchetypeUsed, StationSeen, SuiteUsed, Summary};
use jiff::Timestamp;
use judge::{Stimulus, Verdict};
use ocpp::Version;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::model::{Level, Obligation, RowId};
use trace::Hash;

/// Version of the format this crate writes and reads.
pub const SCHEMA_VERSION: u32 = 1;

/// Name of the file in a run directory.
pub const FILE_NAME: &str = "certificate.json";

/// Name of the printed form.
pub const PAGE_NAME: &str = "certificate.html";

/// First line of what is signed.
pub const SIGNED_AS: &str = "diagmark certificate 1";

/// What a laboratory certifies of a station.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Certificate {
    /// Version of this file format. Only `1` exists.
    pub schema_version: u32,
    /// What is certified, in a sentence.
    pub statement: String,
    /// The laboratory, as it names itself.
    pub laboratory: String,
    /// Who carried out the test.
    pub tester: String,
    /// When the certificate was signed.
    #[schemars(with = "String")]
    pub issued: Timestamp,
    /// When the run began.
    #[schemars(with = "String")]
    pub tested_from: Timestamp,
    /// When the run ended.
    #[schemars(with = "String")]
    pub tested_until: Timestamp,
    /// The archetype judged against, with the edition of the guideline.
    pub archetype: ArchetypeUsed,
    /// Level reached.
    pub level: Level,
    /// What each level up to it came to, in words.
    pub levels: Vec<LevelCertified>,
    /// OCPP as judged.
    pub ocpp: OcppJudged,
    /// The suite that judged.
    pub suite: SuiteUsed,
    /// The message schemas frames were judged by.
    pub schemas: SchemaSet,
    /// The station, as it reported itself.
    pub station: StationSeen,
    /// What the manufacturer declared.
    pub declaration: Declared,
    /// How changes of values were brought about.
    pub stimulus: StimulusBound,
    /// How many verdicts of each kind there are.
    pub summary: Summary,
    /// Rows with a warning.
    pub warnings: Vec<RowId>,
    /// What was not judged, and why.
    pub not_judged: Vec<NotJudged>,
    /// Number of records of the evidence.
    pub records: u64,
    /// SHA-256 of the last line of the evidence, which stands for all.
    pub evidence_hash: Hash,
    /// SHA-256 of `result.json`.
    pub result_hash: Hash,
    /// Fingerprint of the key that signed: SHA-256 over the public key in DER.
    pub key_fingerprint: String,
    /// The signature; nothing is certified without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signed>,
}

/// What a level came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LevelCertified {
    /// The level.
    pub level: Level,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub meaning: String,
    /// Musts that apply to this product, all of them met.
    pub musts: u64,
}

/// OCPP as judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OcppJudged {
    /// Version negotiated.
    pub version: Version,
    /// Edition of its documents, as declared; null where nothing was declared.
    pub edition: Option<u32>,
}

/// The message schemas frames were judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SchemaSet {
    /// What they are.
    pub name: String,
    /// SHA-256 over them.
    pub hash: Hash,
}

/// What the manufacturer declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Declared {
    /// SHA-256 over the file; null where there was none.
    pub hash: Option<Hash>,
    /// Hardware and features the product does not have. Rows about them were not judged.
    pub absent: Vec<Absent>,
}

/// Something a product does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Absent {
    /// Id of the condition.
    pub condition: String,
    /// The question that was answered with no.
    pub question: String,
}

/// How changes of values were brought about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StimulusBound {
    /// What effects were bound to: `hook`, `operator`, `passive` or `none`.
    pub binding: String,
    /// How many verdicts rest on each kind of stimulus.
    pub judged: Vec<JudgedBy>,
}

/// Verdicts by stimulus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JudgedBy {
    /// The stimulus.
    pub stimulus: Stimulus,
    /// Passes, warnings and failures.
    pub verdicts: u64,
    /// Of them those on the occurrence of a fault.
    pub faults: u64,
}

/// Rows that were not judged for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NotJudged {
    /// The verdict that stands for it.
    pub verdict: Verdict,
    /// How strongly the rows bind.
    pub obligation: Obligation,
    /// Why.
    pub reason: String,
    /// The rows, each once.
    pub rows: Vec<RowId>,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Signed {
    /// `Ed25519`.
    pub algorithm: String,
    /// The public key, as between the lines of its PEM file. It says who signed, not whether to trust them.
    pub public_key: String,
    /// The signature, in base64.
    pub value: String,
}
