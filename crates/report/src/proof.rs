//! What a proof of the suite came to: the stable types of `proof.json`, which `diagmark prove` writes and the guideline
//! publishes. It holds no time and no order that depends on the machine: the same suite gives the same file.

use judge::{Code, Verdict};
use ocpp::Version;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::model::{Obligation, RowId};

/// Version of the format this crate writes.
pub const SCHEMA_VERSION: u32 = 1;

/// The matrix, the catalogue and the coverage of must rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofFile {
    /// Version of this file format. Only `1` exists.
    pub schema_version: u32,
    /// Version of the suite.
    pub suite: String,
    /// Seed of whatever is random.
    pub seed: u64,
    /// Whether every deviation is judged as it must be and every must row is proven or has a reason. A run of only some
    /// deviations says nothing of rows.
    pub holds: bool,
    /// Every deviation that was run, in the order of the catalogue.
    pub deviations: Vec<DeviationProof>,
    /// Every must row that the runs judge, in the order of the ids; none where only some deviations were run.
    pub rows: Vec<RowProof>,
}

/// Whether a deviation is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeviationKind {
    /// It violates a row, and must be caught.
    Defect,
    /// It is legal, and must be left alone.
    Variant,
}

/// A station that differs from the reference station in one thing, and what the suite made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviationProof {
    /// Its name.
    pub name: String,
    /// Whether it is wrong.
    pub kind: DeviationKind,
    /// What it is about: the file of the catalogue it is in.
    pub topic: String,
    /// What is different, in one sentence.
    pub what: String,
    /// Where it is done: the device model, a decision of the engine, the wire.
    pub seam: String,
    /// Of a variant: the requirement, or the missing one, that allows it.
    pub allowed_by: Option<String>,
    /// Of a defect: the rows that must fail.
    pub breaks: Vec<RowId>,
    /// Of a defect: the rows that must warn.
    pub warns: Vec<RowId>,
    /// OCPP requirements of these rows.
    pub ocpp: Vec<String>,
    /// Its runs.
    pub runs: Vec<RunProof>,
}

/// One run of a deviation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunProof {
    /// Id of the archetype.
    pub archetype: String,
    /// Protocol version.
    pub version: Version,
    /// Where a defect was caught: each row and scenario once.
    pub caught: Vec<CaughtRow>,
    /// Why the suite cannot be believed in this; none where all is as it must be.
    pub faults: Vec<String>,
}

/// A row on which a defect was caught.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaughtRow {
    /// The row.
    pub row: RowId,
    /// The scenario that caught it.
    pub scenario: String,
    /// `fail` or `warn`.
    pub verdict: Verdict,
    /// Kind of finding.
    pub code: Option<Code>,
}

/// How a must row is proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowProof {
    /// The row.
    pub row: RowId,
    /// How strongly it binds.
    pub obligation: Obligation,
    /// Scenarios that judge it.
    pub scenarios: Vec<String>,
    /// Defects that made it fail.
    pub killed: Vec<String>,
    /// Why there is none, or why those of other rows prove this one.
    pub reason: Option<String>,
}

impl RowProof {
    /// Whether it has a killed defect, or a reason why not.
    pub fn is_settled(&self) -> bool {
        !self.killed.is_empty() || self.reason.is_some()
    }
}

impl DeviationProof {
    /// Whether every run of it is as it must be.
    pub fn holds(&self) -> bool {
        self.runs.iter().all(|r| r.faults.is_empty())
    }
}

impl ProofFile {
    /// How many deviations of a kind there are, and how many of them are judged as they must be.
    pub fn count(&self, kind: DeviationKind) -> (usize, usize) {
        let of_kind = || self.deviations.iter().filter(move |d| d.kind == kind);
        (of_kind().count(), of_kind().filter(|d| d.holds()).count())
    }

    /// Conforming where it holds.
    pub fn exit_code(&self) -> u8 {
        if self.holds { crate::exit::CONFORMING } else { crate::exit::NOT_CONFORMING }
    }
}
