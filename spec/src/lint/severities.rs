//! Severities against the scale of the guideline. The scale is judgement, so these are warnings.

use super::{LintCode, locate::Collector};
use crate::{
    model::{ArchetypeFile, ComponentRow, MonitorRow, VariableRow},
    rows::{RowRef, located},
};
use ocpp::MonitorType;

/// What endangers people outside the housing: component, variable and, where it matters, the instance.
const HAZARDS: &[(&str, &str, Option<&str>)] = &[
    ("EmergencyStopSensor", "Active", None),
    ("FloodSensor", "Active", None),
    ("FloodSensor", "Tripped", None),
    ("TiltSensor", "Active", None),
    ("CableBreakawaySensor", "Active", None),
    ("CableBreakawaySensor", "Tripped", None),
    ("ElectricalFeed", "Problem", Some("PE")),
    ("ElectricalFeed", "Problem", Some("PEN")),
    ("EVSE", "Problem", Some("OutputVoltage")),
];

/// Checks the severity of each monitor of a file.
pub(super) fn check(found: &mut Collector<'_>, file: &ArchetypeFile) {
    for (at, row) in located(file) {
        if let RowRef::Monitor(c, v, m) = row
            && let Some((code, message, expected)) = unusual(c, v, m)
        {
            found.at(&format!("{at}/severity"), code, message).expected(expected).warning();
        }
    }
}

/// What is unusual about a severity, and what would not be.
fn unusual(c: &ComponentRow, v: &VariableRow, m: &MonitorRow) -> Option<(LintCode, String, &'static str)> {
    let component = |names: &[&str]| names.iter().any(|n| n.eq_ignore_ascii_case(&c.component));
    let variable = |name: &str| v.variable.eq_ignore_ascii_case(name);
    let severity = m.severity.0;
    let name = match &v.instance {
        Some(instance) => format!("{}.{}[{instance}]", c.component, v.variable),
        None => format!("{}.{}", c.component, v.variable),
    };
    let samples = matches!(m.monitor_type, MonitorType::Periodic | MonitorType::PeriodicClockAligned);
    if samples {
        let message = format!("a sample of `{name}` is not news of severity {severity}");
        return (severity < 8).then_some((LintCode::SampleTooSevere, message, "expected 8 or 9"));
    }
    if variable("Problem") && v.instance.is_none() && component(&["ChargingStation", "EVSE"]) {
        let message = format!("`{name}` sums up other faults and must not outrank them");
        return (severity < 3).then_some((LintCode::RollUpTooSevere, message, "expected 3 or 4"));
    }
    let by_vehicle = component(&["EVRetentionLock", "ConnectedEV"])
        || v.instance.as_deref().is_some_and(|i| i.eq_ignore_ascii_case("EVSide"));
    if by_vehicle {
        let message = format!("`{name}` is caused by the vehicle");
        let expected = "expected 7 or milder: no ticket, count";
        return (severity < 7).then_some((LintCode::VehicleFaultTooSevere, message, expected));
    }
    let hazard = HAZARDS.iter().any(|(on, of, instance)| {
        let instance =
            instance.is_none_or(|i| v.instance.as_deref().is_some_and(|x| x.eq_ignore_ascii_case(i)));
        component(&[on]) && variable(of) && instance
    });
    let message = format!("nobody outside the housing is hurt by `{name}`");
    (severity == 0 && !hazard).then_some((LintCode::DangerWithoutHazard, message, "expected 1 or milder"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ocpp::{Version, vocabulary};

    #[test]
    fn every_hazard_has_a_component_of_the_standard() {
        for (component, variable, _) in HAZARDS {
            assert!(vocabulary::component(Version::V201, component).is_some(), "{component}");
            assert!(vocabulary::variable(Version::V201, variable).is_some(), "{variable}");
        }
    }
}
