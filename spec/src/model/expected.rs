//! The file of expected failures: what a firmware team knows to be wrong, and where it is followed up.

use super::RowId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file of expected failures, as written.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpectedFailuresFile {
    /// Version of this file format. Only `1` exists.
    pub schema_version: u32,
    /// Archetype the rows are of; absent means whichever the run is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archetype: Option<String>,
    /// The failures; one that is not listed is a surprise.
    pub expected_failures: Vec<ExpectedFailure>,
}

/// A verdict that is known to fail. What is absent matches anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpectedFailure {
    /// The row that is not met.
    pub row: RowId,
    /// On this EVSE only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub evse: Option<u32>,
    /// On the connector with this number only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub connector: Option<u32>,
    /// In this scenario only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// Why it fails, in a sentence.
    pub reason: String,
    /// Where it is followed up: an URL or the id of a ticket.
    pub link: String,
}

impl ExpectedFailure {
    /// Whether two entries are about the same verdicts.
    pub fn same_verdicts(&self, other: &ExpectedFailure) -> bool {
        let key = |e: &ExpectedFailure| (e.row.clone(), e.evse, e.connector, e.scenario.clone());
        key(self) == key(other)
    }
}
