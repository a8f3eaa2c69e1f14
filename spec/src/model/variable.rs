//! Variable rows: what a component says of itself.

use super::{Grounding, MonitorRow, Obligation, RowId};
use ocpp::{DataType, MonitorType, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What may be done with the value of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Access {
    /// Must be read-only.
    ReadOnly,
    /// Must be write-only.
    WriteOnly,
    /// Must be readable and writable.
    ReadWrite,
    /// Must be readable; writing is the maker's choice.
    Readable,
}

/// A characteristic the variable has to state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Limit {
    /// `minLimit`.
    MinLimit,
    /// `maxLimit`.
    MaxLimit,
}

/// A variable of a component (`V-…`).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VariableRow {
    /// Stable id, `V-` and four digits.
    pub id: RowId,
    /// Standard variable name.
    pub variable: String,
    /// Whether the name is not a standard one, because the standard has none that fits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub extension: bool,
    /// Variable instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Data type.
    #[serde(rename = "type")]
    pub data_type: DataType,
    /// Unit; required for quantities, because OCPP reads a missing unit as Wh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What may be done with the value.
    pub access: Access,
    /// Values an OptionList must offer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Characteristics it has to state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// A typical value: shown in the guideline, and where the reference station starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// Monitor types an operator must be able to set on it (Level 2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monitorable: Vec<MonitorType>,
    /// What `true` means, where that is easily misread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub polarity: Option<String>,
    /// Rows without which a value misleads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_with: Vec<RowId>,
    /// How strongly the row binds, given that its component is there.
    pub obligation: Obligation,
    /// Condition under which it applies, on top of the component's.
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
    /// Monitors the station brings along or an operator is expected to set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monitors: Vec<MonitorRow>,
}
