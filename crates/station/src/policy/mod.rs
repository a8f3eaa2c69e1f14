//! The decisions of the engine, all in one place. The engine asks; it never decides for itself.

mod answers;
mod events;
pub mod logs;
mod monitors;
mod outages;
pub mod sessions;
pub mod streams;

pub use answers::Answers;
pub use events::{DeltaReference, Events, LevelReach, OnThreshold};
pub use logs::Logs;
pub use monitors::Monitors;
pub use outages::Outages;
pub use sessions::Sessions;
pub use streams::Streams;

use crate::device::{Variable, value};
use crate::logs::UploadFailure;
use net::station::upload::Packing;
use ocpp::{EventNotification, EventTrigger, MonitorType, Severity, Version};

/// Severity of the built-in notice that a connector changed its state; OCPP leaves it to the maker
/// (N07.FR.21).
pub const STATE_NOTICE: Severity = Severity(8);

/// Shortest interval of a periodic monitor, in seconds.
pub const SHORTEST_PERIOD: f64 = 1.0;

/// Longest interval of a periodic monitor, in seconds: a year.
pub const LONGEST_PERIOD: f64 = 366.0 * 86_400.0;

/// What the station decides where a requirement, or the maker's choice within one, has to be applied. The default
/// conforms; every other decision is a deviation, of which some are legal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policy {
    /// What monitors watch for, and the events they raise.
    pub events: Events,
    /// Which monitors are accepted, kept, reported and removed.
    pub monitors: Monitors,
    /// Reports, variables and answers.
    pub answers: Answers,
    /// Boots, restarts and outages.
    pub outages: Outages,
    /// Transactions, availability and customers.
    pub sessions: Sessions,
    /// Logs, uploads and security.
    pub logs: Logs,
    /// Event streams.
    pub streams: Streams,
}

impl Policy {
    /// Whether an actual value is beyond a threshold or too far from its target. Exactly on it is not
    /// beyond (N07.FR.16, N07.FR.17, N07.FR.22, N07.FR.23). A value that is no number is never beyond.
    pub fn exceeds(self, monitor: MonitorType, threshold: f64, variable: &Variable) -> bool {
        let Some(actual) = value::number(variable.actual()) else { return false };
        let from_target = || variable.target().map(|target| ((actual - target).abs(), target.abs()));
        match monitor {
            MonitorType::UpperThreshold => actual > threshold || self.is_beyond(actual, threshold),
            MonitorType::LowerThreshold => actual < threshold || self.is_beyond(actual, threshold),
            MonitorType::TargetDelta => from_target().is_some_and(|(distance, _)| distance > threshold),
            MonitorType::TargetDeltaRelative => {
                from_target().is_some_and(|(distance, target)| distance > threshold * target)
            }
            MonitorType::Delta | MonitorType::Periodic | MonitorType::PeriodicClockAligned => false,
        }
    }

    #[allow(clippy::float_cmp)] // exactly on the threshold
    fn is_beyond(self, actual: f64, threshold: f64) -> bool {
        self.events.on_threshold == OnThreshold::Beyond && actual == threshold
    }

    /// Whether a change is large enough: more than the delta for numbers and times, any change for
    /// everything else (N07.FR.18, N07.FR.19).
    pub fn changed_enough(self, delta: f64, variable: &Variable, reference: &str) -> bool {
        match value::distance(variable.data_type, variable.actual(), reference) {
            Some(distance) => distance > delta,
            None => variable.actual() != reference,
        }
    }

    /// Whether a monitor may have this value on this variable (N04.FR.06, N04.FR.14, N04.FR.20).
    pub fn accepts_value(
        self,
        monitor: MonitorType,
        number: f64,
        variable: &Variable,
        version: Version,
    ) -> bool {
        match monitor {
            MonitorType::UpperThreshold | MonitorType::LowerThreshold => variable.within_limits(number),
            MonitorType::Delta => number > 0.0 || (number == 0.0 && version == Version::V201),
            MonitorType::TargetDelta | MonitorType::TargetDeltaRelative => number >= 0.0,
            MonitorType::Periodic | MonitorType::PeriodicClockAligned => {
                (SHORTEST_PERIOD..=LONGEST_PERIOD).contains(&number)
            }
        }
    }

    /// Whether the operator may replace such a monitor (N04.FR.18).
    pub fn may_replace(self, class: EventNotification) -> bool {
        class != EventNotification::HardWiredMonitor
    }

    /// Whether the operator may clear such a monitor (N06.FR.03). A preconfigured one comes back with
    /// SetMonitoringBase.
    pub fn may_clear(self, class: EventNotification) -> bool {
        class != EventNotification::HardWiredMonitor
    }

    /// Whether a threshold monitor that becomes active reports a value that is already beyond it. N07.FR.16
    /// read literally; OCPP also allows silence.
    pub fn alerts_when_set(self) -> bool {
        true
    }

    /// Whether the monitoring level lets an event through (N05.FR.03, N07.FR.15).
    pub fn reports(self, severity: Severity, level: Severity) -> bool {
        match self.events.level {
            LevelReach::UpToIt => severity <= level,
            LevelReach::BelowIt => severity < level,
            LevelReach::OneMore => severity.0 <= level.0.saturating_add(1),
        }
    }

    /// Whether an event is kept while the station is offline (N07.FR.04, N08.FR.03). Without the variable
    /// everything is kept.
    pub fn queues(self, severity: Severity, limit: Option<usize>) -> bool {
        limit.is_none_or(|limit| usize::from(severity.0) <= limit)
    }

    /// How a file is uploaded by HTTP; OCPP leaves it to the station (N01.FR.18, N01.FR.19). Into a folder it is
    /// posted under its name, onto a place that is named it is put.
    pub fn packing(self, url: &str) -> Packing {
        if url.ends_with('/') { Packing::Post } else { Packing::Put }
    }

    /// Whether another attempt to upload can end in another way.
    pub fn tries_again_after(self, failure: UploadFailure) -> bool {
        !matches!(failure.status, "NotSupportedOperation" | "BadMessage")
    }

    /// Whether the failure of an attempt is told although another one follows. OCPP recommends not to (N01.FR.10).
    pub fn tells_each_failure(self) -> bool {
        self.logs.failures == logs::Failures::Each
    }

    /// The trigger of an event. A notification has no monitor and is an alert by definition
    /// (EventNotificationEnumType).
    pub fn trigger(self, class: EventNotification, monitor: MonitorType) -> EventTrigger {
        match class {
            EventNotification::HardWiredNotification => EventTrigger::Alerting,
            _ => monitor.trigger(),
        }
    }
}
