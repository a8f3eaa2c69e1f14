//! What `true` means: which value of a boolean is the fault, and where that must be written down.

use super::{LintCode, locate::Collector, read::Read};
use crate::{
    model::{ArchetypeFile, ComponentRow, FaultRow, RowId, VariableRow},
    rows::{RowRef, located, of_components},
};
use ocpp::DataType;
use std::collections::BTreeMap;

type File = Read<ArchetypeFile>;

/// Which value of a boolean means that something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    /// `true` does.
    True,
    /// `false` does: the variable says that all is well.
    False,
    /// Neither: both are states of ordinary operation.
    Neither,
}

/// `Active` of each component: what true means, and which value is the fault.
const ACTIVE: &[(&str, &str, Wrong)] = &[
    ("TemperatureSensor", "true means hot", Wrong::True),
    ("ExternalTemperatureSensor", "true means too hot or too cold", Wrong::True),
    ("CaseAccessSensor", "true means open", Wrong::True),
    ("OverCurrentProtection", "true means tripped", Wrong::True),
    ("GroundIsolationProtection", "true means that leakage is seen", Wrong::True),
    ("EmergencyStopSensor", "true means pressed or latched", Wrong::True),
    ("FloodSensor", "true means water", Wrong::True),
    ("TiltSensor", "true means leaning", Wrong::True),
    ("ShockSensor", "true means an impact", Wrong::True),
    ("ConnectorHolsterSensor", "true means that the plug is out of its holder", Wrong::True),
    ("LocalAvailabilitySensor", "true means out of service", Wrong::True),
    ("ElectricalFeed", "true means connected", Wrong::False),
    ("Controller", "true means running", Wrong::False),
    ("DataLink", "true means connected", Wrong::False),
    ("PowerContactor", "true means closed", Wrong::Neither),
    ("ConnectorPlugRetentionLock", "true means locked", Wrong::Neither),
    ("LiquidCoolingSystem", "true means running", Wrong::Neither),
    ("AirCoolingSystem", "true means running", Wrong::Neither),
    ("Heater", "true means heating", Wrong::Neither),
];

/// Sensors whose `Problem` says that the sensor itself is broken.
const SENSORS: &[&str] =
    &["TemperatureSensor", "ExternalTemperatureSensor", "CaseAccessSensor", "ConnectorHolsterSensor"];

/// Codes of ChargeX for something that is too hot.
const HEAT: &[&str] = &["CX003", "CX018", "CX019"];

fn is_sensor(component: &str) -> bool {
    SENSORS.iter().any(|s| s.eq_ignore_ascii_case(component))
}

/// What `true` means of a variable, and which value is the fault.
fn meaning(component: &str, variable: &str) -> Option<(&'static str, Wrong)> {
    let fixed = match variable.to_ascii_lowercase().as_str() {
        "active" => None,
        "problem" if is_sensor(component) => Some(("true means that the sensor is broken", Wrong::True)),
        "problem" => Some(("true means that something is wrong", Wrong::True)),
        "tripped" => Some(("true means that it has to be reset by hand", Wrong::True)),
        "fallback" => Some(("true means that the substitute is in use", Wrong::True)),
        "overload" => Some(("true means too much load", Wrong::True)),
        "available" => Some(("true means set up for use", Wrong::False)),
        "enabled" => Some(("true means switched on", Wrong::False)),
        _ => return None,
    };
    fixed.or_else(|| {
        let row = ACTIVE.iter().find(|(name, ..)| name.eq_ignore_ascii_case(component))?;
        Some((row.1, row.2))
    })
}

/// Checks booleans and the faults that are seen through them.
pub(super) fn check(found: &mut Collector<'_>, own: &File, extended: &[File]) {
    let mut monitored: BTreeMap<&RowId, (&ComponentRow, &VariableRow)> = BTreeMap::new();
    for file in extended.iter().chain([own]) {
        for row in of_components(&file.file.components) {
            if let RowRef::Monitor(c, v, m) = row {
                monitored.insert(&m.id, (c, v));
            }
        }
    }
    for (at, row) in located(&own.file) {
        match row {
            RowRef::Variable(c, v) => note(found, &at, c, v),
            RowRef::Fault(f) => {
                for (c, v) in f.monitors.iter().filter_map(|id| monitored.get(id)) {
                    fault(found, &at, f, c, v);
                }
            }
            RowRef::Component(_) | RowRef::Monitor(..) | RowRef::Behaviour(_) => {}
        }
    }
}

/// A boolean that is easily misread says what `true` means.
fn note(found: &mut Collector<'_>, at: &str, c: &ComponentRow, v: &VariableRow) {
    let is = |name: &str| v.variable.eq_ignore_ascii_case(name);
    let misread = is("Active") || (is("Problem") && v.instance.is_none() && is_sensor(&c.component));
    if v.data_type == DataType::Boolean && misread && v.polarity.is_none() {
        let finding = found.at(
            &format!("{at}/variable"),
            LintCode::PolarityMissing,
            format!("`{}.{}` is easily misread and does not say what true means", c.component, v.variable),
        );
        finding.expected("add `polarity`").warning();
        if let Some((means, _)) = meaning(&c.component, &v.variable) {
            finding.help(format!("in OCPP, {means}"));
        }
    }
}

/// The value that means the fault is the one that OCPP gives this meaning.
fn fault(found: &mut Collector<'_>, at: &str, f: &FaultRow, c: &ComponentRow, v: &VariableRow) {
    if v.data_type != DataType::Boolean {
        return;
    }
    let problem = v.variable.eq_ignore_ascii_case("Problem");
    if problem
        && c.component.eq_ignore_ascii_case("TemperatureSensor")
        && f.mrec.iter().any(|code| HEAT.contains(&code.as_str()))
    {
        found
            .at(
                &format!("{at}/mrec"),
                LintCode::HeatOnSensorProblem,
                "a code of overheating on a variable that says the sensor is broken",
            )
            .expected("monitor `Active` or `Temperature`, or leave the code out");
    }
    let (Some(value), Some((means, wrong))) = (&f.fault_value, meaning(&c.component, &v.variable)) else {
        return;
    };
    let name = format!("{}.{}", c.component, v.variable);
    let place = format!("{at}/faultValue");
    let expected = match wrong {
        Wrong::True => "true",
        Wrong::False => "false",
        Wrong::Neither => {
            found
                .at(&place, LintCode::WrongPolarity, format!("neither value of `{name}` is a fault"))
                .expected(format!("{means}, which is ordinary operation"))
                .warning();
            return;
        }
    };
    if (value == "true" || value == "false") && value != expected {
        found
            .at(&place, LintCode::WrongPolarity, format!("{value} is not the fault of `{name}`"))
            .expected(format!("expected {expected}: {means}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ocpp::{Version, vocabulary};

    #[test]
    fn every_component_of_the_table_exists() {
        for (name, ..) in ACTIVE {
            assert!(vocabulary::component(Version::V201, name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_lost_feed_is_false_and_a_broken_one_true() {
        assert_eq!(meaning("ElectricalFeed", "Active").map(|m| m.1), Some(Wrong::False));
        assert_eq!(meaning("ElectricalFeed", "Problem").map(|m| m.1), Some(Wrong::True));
        assert_eq!(meaning("Switch", "Active"), None);
    }
}
