//! Which monitors are accepted, kept, reported and removed.

use super::{LONGEST_PERIOD, Policy, SHORTEST_PERIOD};
use crate::device::Variable;
use ocpp::{EventNotification, MonitorType, Version};

/// Decisions about monitors.
#[derive(Debug, Clone, Copy, Default)]
pub struct Monitors {
    /// What becomes of a second monitor of one variable, type and severity.
    pub twin: Twin,
    /// What becomes of a monitor whose id is given again.
    pub same_id: SameId,
    /// What becomes of a setting with an id that no monitor has.
    pub unknown_id: UnknownId,
    /// What becomes of a setting with the id of a monitor on another variable.
    pub elsewhere: Elsewhere,
    /// Which types a variable takes.
    pub kinds: Kinds,
    /// Which values a monitor may have.
    pub values: Values,
    /// Which severities a monitor may have.
    pub severities: Severities,
    /// What a refused element of a request does to those after it.
    pub several: Several,
    /// Most monitors of the operator; without it as many as are asked for.
    pub room: Option<usize>,
    /// Fewer monitors of the operator than this are in a report; without it all.
    pub listed: Option<usize>,
    /// What removing a monitor does.
    pub removal: Removal,
    /// How fast a built-in monitor sits.
    pub built_in: BuiltInIs,
    /// What a monitoring base does.
    pub base: BaseMeans,
    /// Which monitoring levels there are.
    pub levels: Levels,
}

/// What becomes of a second monitor of one variable, type and severity (N04.FR.10).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Twin {
    /// It is refused as a duplicate, whatever its value.
    #[default]
    Refused,
    /// It is set.
    Welcome,
    /// It is refused only if its value is the same as well.
    RefusedIfOfSameValue,
    /// It is refused, and a periodic one of another severity than one of the operator's is as well.
    PeriodicRefusedAtAnySeverity,
    /// It is refused, and set all the same.
    RefusedYetSet,
}

/// What becomes of a monitor whose id is given again (N04.FR.12).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SameId {
    /// It is replaced.
    #[default]
    Replaced,
    /// It stays, and a second one is made.
    Doubled,
    /// Its value is changed, its severity stays.
    KeepsSeverity,
}

/// What becomes of a setting with an id that no monitor has (N04.FR.13).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnknownId {
    /// It is refused.
    #[default]
    Refused,
    /// The id is ignored.
    Ignored,
}

/// What becomes of a setting with the id of a monitor on another variable (N04.FR.16).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Elsewhere {
    /// It is refused, and the monitor stays.
    #[default]
    Refused,
    /// The monitor moves.
    Moves,
    /// It is refused, and the monitor moves all the same.
    RefusedYetMoves,
}

/// Which types a variable takes (N04.FR.05).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kinds {
    /// Those that fit its data type, if it can be monitored at all.
    #[default]
    Fitting,
    /// Every type, if it can be monitored at all.
    Any,
    /// Those that fit its data type, on every variable.
    OnAnyVariable,
}

/// Which values a monitor may have (N04.FR.06, N04.FR.14, N04.FR.20).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Values {
    /// Thresholds within the limits of the variable, deltas above zero, periods of a sensible length.
    #[default]
    Checked,
    /// Thresholds beyond the limits as well.
    BeyondLimits,
    /// Deltas below zero as well.
    NegativeDeltas,
    /// Deltas of zero as well, also in 2.1.
    ZeroDeltas,
}

/// Which severities a monitor may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Severities {
    /// 0 to 9.
    #[default]
    ZeroToNine,
    /// What is above 9 counts as 9.
    CutToNine,
}

/// What a refused element of a request does to those after it (N04.FR.01, N04.FR.08).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Several {
    /// Each is judged by itself.
    #[default]
    Apart,
    /// Those after it are refused.
    UpToTheFirstRefused,
}

/// What removing a monitor does (N06.FR.01, N07.FR.12).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Removal {
    /// It is gone, without a word on what it had alerted.
    #[default]
    Silent,
    /// An alert of it is told to be over.
    TellsTheEnd,
    /// It is gone, and said not to have been there.
    SaysNotFound,
}

/// How fast a built-in monitor sits (N04.FR.18, N06.FR.03).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BuiltInIs {
    /// It can neither be removed nor replaced.
    #[default]
    Fixed,
    /// It can be removed.
    Removable,
    /// It can be replaced.
    Replaceable,
    /// Its removal is refused, and done all the same.
    RefusedYetRemoved,
    /// Its replacement is refused, and done all the same.
    RefusedYetReplaced,
}

/// What a monitoring base does (N03.FR.03 to N03.FR.05).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BaseMeans {
    /// What its name says.
    #[default]
    AsNamed,
    /// Monitors outside it sleep, and wake when All is set.
    EnableLevel,
    /// HardWiredOnly keeps those of the operator.
    HardWiredAndCustom,
    /// HardWiredOnly keeps the preconfigured ones.
    HardWiredAndPreconfigured,
    /// FactoryDefault keeps those of the operator, unless they replace a preconfigured one.
    FactoryAndCustom,
    /// FactoryDefault removes what replaced a preconfigured monitor, and does not bring that back.
    FactoryForgetsReplaced,
    /// All removes those of the operator.
    AllButCustom,
    /// All leaves the preconfigured ones out.
    AllButPreconfigured,
}

/// Which monitoring levels there are (N05.FR.02).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Levels {
    /// 0 to 9.
    #[default]
    ZeroToNine,
    /// What is above 9 counts as 9.
    CutToNine,
    /// What is below 0 counts as 0.
    RaisedToZero,
}

impl Levels {
    /// The level that a request sets, if there is such a level.
    pub fn level(self, asked: i64) -> Option<u8> {
        let asked = match self {
            Levels::ZeroToNine => asked,
            Levels::CutToNine => asked.min(9),
            Levels::RaisedToZero => asked.max(0),
        };
        u8::try_from(asked).ok().filter(|level| *level <= 9)
    }
}

impl Severities {
    /// The severity that a request gives a monitor, if there is such a severity.
    pub fn severity(self, asked: i64) -> Option<u8> {
        let asked = if self == Severities::CutToNine { asked.min(9) } else { asked };
        u8::try_from(asked).ok().filter(|severity| *severity <= 9)
    }
}

impl Policy {
    /// Whether a monitor of this type can be set on a variable (N04.FR.05).
    pub fn accepts_kind(self, monitor: MonitorType, variable: &Variable) -> bool {
        match self.monitors.kinds {
            Kinds::Fitting => variable.supports(monitor),
            Kinds::Any => variable.supports_monitoring,
            Kinds::OnAnyVariable => variable.supports(monitor) || !variable.supports_monitoring,
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
        let also = |values| self.monitors.values == values;
        match monitor {
            MonitorType::UpperThreshold | MonitorType::LowerThreshold => {
                variable.within_limits(number) || also(Values::BeyondLimits)
            }
            MonitorType::Delta => {
                number > 0.0
                    || (number == 0.0 && (version == Version::V201 || also(Values::ZeroDeltas)))
                    || also(Values::NegativeDeltas)
            }
            MonitorType::TargetDelta | MonitorType::TargetDeltaRelative => number >= 0.0,
            MonitorType::Periodic | MonitorType::PeriodicClockAligned => {
                (SHORTEST_PERIOD..=LONGEST_PERIOD).contains(&number)
            }
        }
    }

    /// Whether the operator may replace such a monitor (N04.FR.18).
    pub fn may_replace(self, class: EventNotification) -> bool {
        class != EventNotification::HardWiredMonitor || self.monitors.built_in == BuiltInIs::Replaceable
    }

    /// Whether the operator may clear such a monitor (N06.FR.03). A preconfigured one comes back with
    /// SetMonitoringBase.
    pub fn may_clear(self, class: EventNotification) -> bool {
        class != EventNotification::HardWiredMonitor || self.monitors.built_in == BuiltInIs::Removable
    }
}
