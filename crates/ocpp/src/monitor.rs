//! The monitoring words: monitor type, criterion, base, severity, event trigger.

use crate::{DataType, Version};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Type of a monitor (MonitorEnumType).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
pub enum MonitorType {
    /// Fires when the value rises above (N07.FR.16).
    UpperThreshold,
    /// Fires when the value drops below (N07.FR.17).
    LowerThreshold,
    /// Fires on a change (N07.FR.18, N07.FR.19).
    Delta,
    /// Fires every n seconds from when it was set (N08.FR.06).
    Periodic,
    /// Fires every n seconds aligned to the clock (N08.FR.07).
    PeriodicClockAligned,
    /// 2.1: distance from the target (N07.FR.22).
    TargetDelta,
    /// 2.1: relative distance from the target (N07.FR.23).
    TargetDeltaRelative,
}

impl MonitorType {
    /// All types, 2.0.1 ones first.
    pub const ALL: [MonitorType; 7] = [
        MonitorType::UpperThreshold,
        MonitorType::LowerThreshold,
        MonitorType::Delta,
        MonitorType::Periodic,
        MonitorType::PeriodicClockAligned,
        MonitorType::TargetDelta,
        MonitorType::TargetDeltaRelative,
    ];

    /// The wire spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            MonitorType::UpperThreshold => "UpperThreshold",
            MonitorType::LowerThreshold => "LowerThreshold",
            MonitorType::Delta => "Delta",
            MonitorType::Periodic => "Periodic",
            MonitorType::PeriodicClockAligned => "PeriodicClockAligned",
            MonitorType::TargetDelta => "TargetDelta",
            MonitorType::TargetDeltaRelative => "TargetDeltaRelative",
        }
    }

    /// Reads the wire spelling.
    pub fn from_wire(s: &str) -> Option<MonitorType> {
        MonitorType::ALL.into_iter().find(|t| t.as_str() == s)
    }

    /// Whether the version knows this type.
    pub fn is_in(self, version: Version) -> bool {
        version == Version::V21
            || !matches!(self, MonitorType::TargetDelta | MonitorType::TargetDeltaRelative)
    }

    /// Whether the type makes sense on the data type (Part 1, table of monitor types; the two target
    /// types on non-numeric data are undefined in Part 2 and therefore not counted as fitting).
    pub fn fits(self, data: DataType) -> bool {
        match self {
            MonitorType::UpperThreshold
            | MonitorType::LowerThreshold
            | MonitorType::TargetDelta
            | MonitorType::TargetDeltaRelative => data.is_numeric(),
            MonitorType::Delta => true,
            MonitorType::Periodic | MonitorType::PeriodicClockAligned => data != DataType::DateTime,
        }
    }

    /// The report filter that selects this type (N02.FR.12-14).
    pub fn criterion(self) -> MonitoringCriterion {
        match self {
            MonitorType::UpperThreshold | MonitorType::LowerThreshold => {
                MonitoringCriterion::ThresholdMonitoring
            }
            MonitorType::Delta | MonitorType::TargetDelta | MonitorType::TargetDeltaRelative => {
                MonitoringCriterion::DeltaMonitoring
            }
            MonitorType::Periodic | MonitorType::PeriodicClockAligned => {
                MonitoringCriterion::PeriodicMonitoring
            }
        }
    }

    /// The trigger an event of this monitor carries.
    pub fn trigger(self) -> EventTrigger {
        match self {
            MonitorType::Delta => EventTrigger::Delta,
            MonitorType::Periodic | MonitorType::PeriodicClockAligned => EventTrigger::Periodic,
            _ => EventTrigger::Alerting,
        }
    }
}

impl fmt::Display for MonitorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Filter of a monitoring report (MonitoringCriterionEnumType).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MonitoringCriterion {
    /// Upper and lower thresholds.
    ThresholdMonitoring,
    /// Delta, in 2.1 also the target types.
    DeltaMonitoring,
    /// Both periodic types.
    PeriodicMonitoring,
}

/// Set of monitors to activate (MonitoringBaseEnumType).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MonitoringBase {
    /// Activate all preconfigured monitors, keep custom ones (N03.FR.03).
    All,
    /// Remove custom monitors, activate the preconfigured ones (N03.FR.04).
    FactoryDefault,
    /// Remove custom, disable preconfigured (N03.FR.05).
    HardWiredOnly,
}

/// Why an event was sent (EventTriggerEnumType).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventTrigger {
    /// A threshold was crossed.
    Alerting,
    /// A value changed.
    Delta,
    /// The time had come.
    Periodic,
}

/// What is behind an event (EventNotificationEnumType).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventNotification {
    /// Built in, no monitor.
    HardWiredNotification,
    /// Built-in monitor.
    HardWiredMonitor,
    /// Monitor shipped by the manufacturer.
    PreconfiguredMonitor,
    /// Monitor set by the CSMS.
    CustomMonitor,
}

/// Severity of a monitoring event: 0 (danger) to 9 (debug). A **lower** number is more severe.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Severity(#[schemars(range(min = 0, max = 9))] pub u8);

impl Severity {
    /// The name OCPP gives the number, or `None` outside 0 to 9.
    pub fn name(self) -> Option<&'static str> {
        const NAMES: [&str; 10] = [
            "Danger",
            "Hardware Failure",
            "System Failure",
            "Critical",
            "Error",
            "Alert",
            "Warning",
            "Notice",
            "Informational",
            "Debug",
        ];
        NAMES.get(usize::from(self.0)).copied()
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_need_numbers_and_a_delta_fits_everything() {
        assert!(!MonitorType::UpperThreshold.fits(DataType::OptionList));
        assert!(MonitorType::UpperThreshold.fits(DataType::Integer));
        assert!(MonitorType::Delta.fits(DataType::Boolean));
        assert!(!MonitorType::Periodic.fits(DataType::DateTime));
    }
}
