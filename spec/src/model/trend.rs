//! Trend rows: early signs an operator can compute. Nobody is judged by them.

use super::{Grounding, RowId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An early sign that an operator can compute from what the station reports (`T-…`). Guidance: it is never
/// judged, because it is the operator who computes it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrendRow {
    /// Stable id, `T-` and four digits.
    pub id: RowId,
    /// The sign, in a few words.
    pub title: String,
    /// Variables to sample.
    pub watch: Vec<RowId>,
    /// Variables to normalise by, without which the sign is lost in load or weather.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<RowId>,
    /// How to sample and what to compute.
    pub method: String,
    /// What the sign looks like and when to act on it.
    pub sign: String,
    /// Faults it announces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leads_to: Vec<RowId>,
    /// What the operator does.
    pub action: String,
    /// Condition under which it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What it rests on.
    pub grounding: Grounding,
    /// Where the grounding can be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Why it works.
    pub rationale: String,
    /// Edition it came in.
    pub since: u32,
}
