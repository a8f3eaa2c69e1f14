//! Monitor rows: what watches a variable, from which value and how severe.

use super::{Grounding, Obligation, RowId};
use ocpp::{MonitorType, Severity, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who provides a monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Provision {
    /// Fixed by the maker; cannot be removed (N06.FR.03) or replaced (N04.FR.18).
    Hardwired,
    /// Shipped by the maker; the operator may tune it (N04.FR.15).
    Preconfigured,
    /// Left to the operator.
    Custom,
    /// A single message without a monitor, for one-shot facts.
    Notification,
}

/// Whether an event without a monitor (HardWiredNotification) satisfies the row. It carries no severity
/// in 2.0.1, so an operator cannot rank it there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NotificationInstead {
    /// 2.1 a warn, 2.0.1 a fail.
    #[default]
    WarnIn21,
    /// Satisfies the row in both versions.
    Accepted,
    /// Satisfies it in neither.
    Refused,
}

/// A monitor (`M-…`).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MonitorRow {
    /// Stable id, `M-` and four digits.
    pub id: RowId,
    /// Type of the monitor.
    #[serde(rename = "type")]
    pub monitor_type: MonitorType,
    /// Who provides it.
    pub provision: Provision,
    /// Severity of its events.
    pub severity: Severity,
    /// Default value: threshold, delta, or seconds.
    pub value: f64,
    /// Values that are accepted, from and to, both included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// Whether `value` is a share of the variable's `maxLimit`, in percent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub percent_of_max_limit: bool,
    /// Active only while a transaction is ongoing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub transaction: bool,
    /// Whether an event without a monitor satisfies the row.
    #[serde(default)]
    pub notification: NotificationInstead,
    /// How strongly the row binds, given that its variable is there.
    pub obligation: Obligation,
    /// Condition under which it applies, on top of the variable's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What it rests on.
    pub grounding: Grounding,
    /// Where the grounding can be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Why this monitor, value and severity.
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
