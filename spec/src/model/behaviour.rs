//! Behaviour rows: how a station acts, by topic.

use super::{Grounding, Level, Obligation, Period, RowId};
use ocpp::Version;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a behaviour is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Connecting, booting and being accepted.
    Boot,
    /// Inventory reports.
    Reports,
    /// Reading and writing variables.
    Variables,
    /// Reports of monitors.
    MonitoringReports,
    /// Setting, replacing and removing monitors.
    Monitors,
    /// When a monitor fires and when it clears.
    Events,
    /// Monitoring base and level.
    Bases,
    /// Built-in alerts: roll-ups, causes, codes.
    Alerts,
    /// What every event must be like whatever it reports: ids, order, pairing, no floods.
    EventHygiene,
    /// Queueing while the connection is down.
    Offline,
    /// What survives a reset and what is said after it.
    Restart,
    /// Transactions as evidence next to events.
    Transactions,
    /// Availability of station, EVSE and connector.
    Availability,
    /// Log files.
    Logs,
    /// Customer information.
    CustomerInformation,
    /// Periodic event streams (OCPP 2.1).
    EventStreams,
    /// Security profiles and what is written down of them.
    Security,
    /// Frames, errors and malformed requests.
    Framing,
}

impl Topic {
    /// All topics, in the order of the guideline.
    pub const ALL: [Topic; 18] = [
        Topic::Boot,
        Topic::Reports,
        Topic::Variables,
        Topic::MonitoringReports,
        Topic::Monitors,
        Topic::Events,
        Topic::Bases,
        Topic::Alerts,
        Topic::EventHygiene,
        Topic::Offline,
        Topic::Restart,
        Topic::Transactions,
        Topic::Availability,
        Topic::Logs,
        Topic::CustomerInformation,
        Topic::EventStreams,
        Topic::Security,
        Topic::Framing,
    ];

    /// Heading a reader sees.
    pub fn title(self) -> &'static str {
        match self {
            Topic::Boot => "Boot",
            Topic::Reports => "Inventory reports",
            Topic::Variables => "Reading and writing variables",
            Topic::MonitoringReports => "Monitoring reports",
            Topic::Monitors => "Setting, replacing and removing monitors",
            Topic::Events => "When monitors fire and clear",
            Topic::Bases => "Monitoring base and level",
            Topic::Alerts => "Built-in alerts",
            Topic::EventHygiene => "Event hygiene",
            Topic::Offline => "Offline queueing",
            Topic::Restart => "Restart",
            Topic::Transactions => "Transactions",
            Topic::Availability => "Availability",
            Topic::Logs => "Logs",
            Topic::CustomerInformation => "Customer information",
            Topic::EventStreams => "Periodic event streams",
            Topic::Security => "Security",
            Topic::Framing => "Frames and errors",
        }
    }
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
    /// What it is about: the page of the guideline it stands on.
    pub topic: Topic,
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
