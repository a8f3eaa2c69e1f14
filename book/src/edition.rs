//! What a book is made of: the archetypes, and plain data that other crates fill in.

use crate::{Chapter, Example, Files};
use ocpp::Version;
use report::ProofFile;
use serde::Serialize;
use serde_json::Value;
use spec::model::{Level, RowId};
use std::collections::{BTreeMap, BTreeSet};

/// Everything an edition of the guideline consists of.
#[derive(Debug, Clone)]
pub struct Edition {
    /// The archetype files and what they resolve to.
    pub files: Files,
    /// The chapters written by hand.
    pub chapters: Vec<Chapter>,
    /// The certification scenarios, in the order in which they run.
    pub scenarios: Vec<Scenario>,
    /// What a scenario can say.
    pub phrases: Vec<Phrase>,
    /// Exit codes of the command, lowest first.
    pub exit_codes: Vec<ExitCode>,
    /// JSON Schemas by file name, beside those of archetype, declaration and expected failures.
    pub schemas: BTreeMap<String, Value>,
    /// Wire examples by name.
    pub examples: BTreeMap<String, Example>,
    /// What the suite was shown to find and to leave alone, if that was written down.
    pub proof: Option<ProofFile>,
}

/// A certification scenario.
#[derive(Debug, Clone, Serialize)]
pub struct Scenario {
    /// `DX-MON-012`.
    pub id: String,
    /// Its name, with placeholders where its rows come from a table.
    pub title: String,
    /// Name of the feature it is in.
    pub feature: String,
    /// Name of the rule it is in, if it is in one.
    pub rule: Option<String>,
    /// File and line.
    pub origin: String,
    /// The archetype table its rows come from, if they do.
    pub table: Option<String>,
    /// Every row it judges, of any archetype.
    pub rows: BTreeSet<RowId>,
    /// Level at which it judges.
    pub level: Level,
    /// OCPP versions it is for.
    pub versions: Vec<Version>,
    /// OCPP requirements it cites.
    pub ocpp: Vec<String>,
    /// Conditions the product must have.
    pub needs: Vec<String>,
    /// Where the changed value comes from: `none`, `protocol`, `hook`, `operator`, `passive`.
    pub stimulus: String,
    /// What it does to the station: `read-only`, `restores`, `disruptive`.
    pub impact: String,
    /// Its steps, background first.
    pub steps: Vec<Step>,
}

/// A step of a scenario.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// `Given`, `When`, `Then`, `And` or `But`.
    pub keyword: String,
    /// The sentence.
    pub text: String,
    /// Its table, row by row.
    pub table: Vec<Vec<String>>,
}

/// A sentence a scenario can say.
#[derive(Debug, Clone, Serialize)]
pub struct Phrase {
    /// What it is about.
    pub topic: String,
    /// `Given`, `When` or `Then`.
    pub keyword: String,
    /// The sentence as a Cucumber expression.
    pub expression: String,
}

/// An exit code of the command.
#[derive(Debug, Clone, Serialize)]
pub struct ExitCode {
    /// The number.
    pub code: u8,
    /// What it means, in one sentence.
    pub meaning: String,
}

impl Edition {
    /// Number of the edition: that of the archetypes.
    pub fn number(&self) -> u32 {
        self.files.archetypes.iter().map(|a| a.edition).max().unwrap_or_default()
    }
}
