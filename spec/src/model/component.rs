//! Component rows: what a station is made of, and where.

use super::{Grounding, Obligation, RowId, Tier, VariableRow};
use ocpp::Version;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many of a component there are at one place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cardinality {
    /// Exactly one per station, EVSE or connector.
    #[default]
    One,
    /// One or more, told apart by a numbered instance; the row's instance names the first.
    OneOrMore,
}

/// A component the station reports (`C-…`).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComponentRow {
    /// Stable id, `C-` and four digits.
    pub id: RowId,
    /// Standard component name.
    pub component: String,
    /// Whether the name is not a standard one, because the standard has none that fits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub extension: bool,
    /// Component instance, where several of a kind are possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Where it sits.
    pub at: Tier,
    /// How many there are at one place.
    #[serde(default)]
    pub cardinality: Cardinality,
    /// How strongly the row binds.
    pub obligation: Obligation,
    /// Condition under which it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What it rests on.
    pub grounding: Grounding,
    /// Where the grounding can be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Why a station should report it.
    pub rationale: String,
    /// OCPP requirement ids it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ocpp: Vec<String>,
    /// Protocol versions it is for; absent means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Version>,
    /// Edition it came in.
    pub since: u32,
    /// Variables of this component.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<VariableRow>,
}
