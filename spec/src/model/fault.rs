//! Fault rows: what is seen when something breaks, and what the operator does.

use super::{Grounding, Obligation, Period, RowId};
use ocpp::Version;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a laboratory needs to cause a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Rig {
    /// Stop button, door, availability change, breaker, unplugged sensor, a threshold that can be crossed.
    Ordinary,
    /// Special equipment or fault injection by the maker.
    Special,
}

/// The occurrence of a fault: the event is seen after its stimulus (`F-…`).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRow {
    /// Stable id, `F-` and four digits.
    pub id: RowId,
    /// The fault, in a few words.
    pub title: String,
    /// How it shows.
    pub shows: String,
    /// Monitors that report it.
    pub monitors: Vec<RowId>,
    /// Value that means the fault is there, for boolean variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault_value: Option<String>,
    /// What it takes to cause it.
    pub rig: Rig,
    /// Minimum required error codes (ChargeX) it corresponds to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mrec: Vec<String>,
    /// What the operator does.
    pub action: String,
    /// Longest time from the stimulus to the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Period>,
    /// How far a declaration may lengthen the deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_max: Option<Period>,
    /// How strongly the occurrence binds: `must` only with an ordinary rig.
    pub obligation: Obligation,
    /// Condition under which it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What it rests on.
    pub grounding: Grounding,
    /// Where the grounding can be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Why it matters and why this severity.
    pub rationale: String,
    /// OCPP requirement ids it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ocpp: Vec<String>,
    /// Protocol versions it is for; absent means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Version>,
    /// Edition it came in.
    pub since: u32,
}
