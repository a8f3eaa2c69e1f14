//! The archetype file: what one kind of station must report, monitor and raise.

use super::{BehaviourRow, ComponentRow, FaultRow, TrendRow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An archetype file (`archetypes/*.yaml`), as written.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchetypeFile {
    /// Version of this file format. Only `1` exists.
    pub schema_version: u32,
    /// Id used on the command line and on certificates (`ac-wallbox`).
    pub id: String,
    /// Name a reader sees.
    pub title: String,
    /// Version of this archetype's content.
    pub version: String,
    /// Edition of the guideline it belongs to.
    pub edition: u32,
    /// Another archetype whose rows this one takes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// What kind of station this is, in a few sentences.
    pub summary: String,
    /// Smallest layout the archetype describes; absent in a file that is only extended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topology: Option<Topology>,
    /// Hardware and features that not every product of this kind has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Components with their variables and monitors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ComponentRow>,
    /// Faults whose events are commonly seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultRow>,
    /// How the station has to behave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub behaviours: Vec<BehaviourRow>,
    /// Early signs an operator can compute from what the station reports. They bind nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trends: Vec<TrendRow>,
}

/// EVSEs and connectors of a station, in order of their ids (1, 2, …).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Topology {
    /// One entry per EVSE.
    pub evses: Vec<EvseLayout>,
}

/// One EVSE of a [`Topology`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EvseLayout {
    /// Number of connectors, at least 1.
    pub connectors: u32,
}

/// Hardware or a feature that a declaration answers with yes or no.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Condition {
    /// Id used in `when` and in declarations (`built-in-rcd`).
    pub id: String,
    /// The question a manufacturer answers.
    pub question: String,
}
