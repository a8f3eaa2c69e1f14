//! The archetype file: what one kind of station must report, monitor and raise.

use super::{Grounding, Level, Obligation, Period, Row, RowId, Tier};
use ocpp::{DataType, MonitorType, Severity, Version};
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

/// A behaviour of the station (`B-…`).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BehaviourRow {
    /// Stable id, `B-` and four digits.
    pub id: RowId,
    /// What the station does, in one sentence.
    pub title: String,
    /// Level it belongs to.
    pub level: Level,
    /// Message whose frames the row is about, for rows on framing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Rows that must hold before this one can be judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<RowId>,
    /// Interval the scenario uses, for periodic behaviour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Period>,
    /// How many, for rows on a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Longest time the behaviour may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Period>,
    /// How far a declaration may lengthen the deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_max: Option<Period>,
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
    /// Why it matters.
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

macro_rules! rows {
    ($($row:ty),*) => {$(
        impl Row for $row {
            fn id(&self) -> &RowId { &self.id }
            fn obligation(&self) -> Obligation { self.obligation }
            fn when(&self) -> Option<&str> { self.when.as_deref() }
            fn grounding(&self) -> Grounding { self.grounding }
            fn rationale(&self) -> &str { &self.rationale }
            fn ocpp(&self) -> &[String] { &self.ocpp }
            fn versions(&self) -> &[Version] { &self.versions }
        }
    )*};
}
rows!(ComponentRow, VariableRow, MonitorRow, FaultRow, BehaviourRow);
