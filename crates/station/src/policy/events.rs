//! What monitors watch for, and the events they raise.

use super::Policy;
use crate::device::{Variable, value};
use ocpp::{EventNotification, EventTrigger, MonitorType, Severity};

/// Decisions about events.
#[derive(Debug, Clone, Copy, Default)]
pub struct Events {
    /// Whether a value exactly on a threshold is beyond it.
    pub on_threshold: OnThreshold,
    /// How often a threshold alerts.
    pub alerts: Alerts,
    /// Whether a threshold tells of what is beyond it when it becomes active.
    pub when_set: WhenSet,
    /// Whether a threshold tells that it was moved across the value.
    pub when_moved: WhenMoved,
    /// What a relative distance from the target is a share of.
    pub share: Share,
    /// What a delta is counted from.
    pub delta_reference: DeltaReference,
    /// Which change of a number is large enough for a delta.
    pub delta_reach: DeltaReach,
    /// Which severities a level lets through.
    pub level: LevelReach,
    /// When a periodic monitor fires next.
    pub period: Period,
    /// When a clock-aligned monitor fires.
    pub clock: ClockAligned,
    /// When a monitor for transactions watches.
    pub in_transactions: InTransactions,
    /// What switching monitoring off does.
    pub switched_off: SwitchedOff,
    /// Whether the level holds built-in monitors back.
    pub level_on_built_in: LevelOnBuiltIn,
}

/// Whether a value exactly on a threshold is beyond it (N07.FR.16, N07.FR.17).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnThreshold {
    /// It is not.
    #[default]
    Within,
    /// It is above an upper threshold.
    Above,
    /// It is below a lower threshold.
    Below,
}

/// How often a threshold alerts (N07.FR.16, N07.FR.17).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Alerts {
    /// Once for each crossing.
    #[default]
    OncePerCrossing,
    /// At each change of a value beyond an operator's threshold.
    AtEachChange,
}

/// Whether a threshold tells of what is beyond it when it becomes active: N07.FR.16 read literally. OCPP also
/// allows silence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WhenSet {
    /// It does.
    #[default]
    Tells,
    /// It waits for the next crossing.
    Waits,
}

/// Whether a threshold tells that it was moved across the value (N07.FR.11).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WhenMoved {
    /// It does.
    #[default]
    Tells,
    /// It looks, and is silent.
    Silent,
}

/// What a relative distance from the target is a share of (N07.FR.23).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Share {
    /// The target.
    #[default]
    OfTheTarget,
    /// Nothing: it is taken as the distance.
    OfNothing,
}

/// What a delta is counted from (N07.FR.18).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeltaReference {
    /// The value last told of.
    #[default]
    LastTold,
    /// Of a number, the value at which the monitor was set.
    WhenSet,
    /// Of a number, the value before.
    LastSeen,
}

/// Which change of a number is large enough for a delta (N07.FR.18).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeltaReach {
    /// One of more than the delta.
    #[default]
    More,
    /// One of the delta as well.
    AsMuch,
}

/// Which severities a monitoring level lets through (N05.FR.03).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LevelReach {
    /// Those up to the level, and the level itself.
    #[default]
    UpToIt,
    /// Only those below it, unless it is the highest.
    BelowIt,
    /// One more than the level.
    OneMore,
    /// Those up to the level, and every periodic monitor.
    UpToItAndPeriodic,
}

/// When a periodic monitor fires next (N08.FR.06).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Period {
    /// One interval after it was due.
    #[default]
    Steady,
    /// A quarter of the interval too late.
    Drifts,
}

/// When a clock-aligned monitor fires (N08.FR.07).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClockAligned {
    /// On multiples of the interval.
    #[default]
    OnTheClock,
    /// Half an interval after them.
    HalfAnIntervalLater,
}

/// When a monitor for transactions watches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InTransactions {
    /// During a transaction.
    #[default]
    Watches,
    /// Never.
    NeverWatches,
}

/// What switching monitoring off does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SwitchedOff {
    /// No monitor watches.
    #[default]
    Silences,
    /// Nothing.
    DoesNothing,
}

impl Policy {
    /// Whether an actual value is beyond a threshold or too far from its target. Exactly on it is not
    /// beyond (N07.FR.16, N07.FR.17, N07.FR.22, N07.FR.23). A value that is no number is never beyond.
    pub fn exceeds(self, monitor: MonitorType, threshold: f64, variable: &Variable) -> bool {
        let Some(actual) = value::number(variable.actual()) else { return false };
        let from_target = || variable.target().map(|target| ((actual - target).abs(), target.abs()));
        match monitor {
            MonitorType::UpperThreshold => {
                actual > threshold || self.is_beyond(OnThreshold::Above, actual, threshold)
            }
            MonitorType::LowerThreshold => {
                actual < threshold || self.is_beyond(OnThreshold::Below, actual, threshold)
            }
            MonitorType::TargetDelta => from_target().is_some_and(|(distance, _)| distance > threshold),
            MonitorType::TargetDeltaRelative => from_target().is_some_and(|(distance, target)| {
                let of = if self.events.share == Share::OfTheTarget { target } else { 1.0 };
                distance > threshold * of
            }),
            MonitorType::Delta | MonitorType::Periodic | MonitorType::PeriodicClockAligned => false,
        }
    }

    #[allow(clippy::float_cmp)] // exactly on the threshold
    fn is_beyond(self, wrong: OnThreshold, actual: f64, threshold: f64) -> bool {
        self.events.on_threshold == wrong && actual == threshold
    }

    /// Whether a change is large enough: more than the delta for numbers and times, any change for
    /// everything else (N07.FR.18, N07.FR.19).
    pub fn changed_enough(self, delta: f64, variable: &Variable, reference: &str) -> bool {
        match value::distance(variable.data_type, variable.actual(), reference) {
            Some(distance) if self.events.delta_reach == DeltaReach::AsMuch => distance >= delta,
            Some(distance) => distance > delta,
            None => variable.actual() != reference,
        }
    }

    /// Whether the present value is what the next change is counted from (N07.FR.18).
    pub fn counts_from_here(self, variable: &Variable, told: bool) -> bool {
        match self.events.delta_reference {
            DeltaReference::WhenSet if variable.data_type.is_numeric() => false,
            DeltaReference::LastSeen if variable.data_type.is_numeric() => true,
            _ => told,
        }
    }

    /// Whether a threshold monitor that becomes active reports a value that is already beyond it. N07.FR.16
    /// read literally; OCPP also allows silence.
    pub fn alerts_when_set(self) -> bool {
        self.events.when_set == WhenSet::Tells
    }

    /// Whether the monitoring level lets an event through (N05.FR.03, N07.FR.15).
    pub fn reports(self, severity: Severity, level: Severity) -> bool {
        match self.events.level {
            LevelReach::UpToIt | LevelReach::UpToItAndPeriodic => severity <= level,
            LevelReach::BelowIt => severity < level || level.0 >= 9,
            LevelReach::OneMore => severity.0 <= level.0.saturating_add(1),
        }
    }

    /// The same for a monitor, also a periodic one (N05.FR.03).
    pub fn lets_fire(self, monitor: MonitorType, severity: Severity, level: Severity) -> bool {
        let always = self.events.level == LevelReach::UpToItAndPeriodic
            && matches!(monitor, MonitorType::Periodic | MonitorType::PeriodicClockAligned);
        always || self.reports(severity, level)
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

/// Whether the level holds built-in monitors back (N05.FR.03, N07.FR.15).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LevelOnBuiltIn {
    /// It does, as any other.
    #[default]
    Obeyed,
    /// It does not.
    Ignored,
}
