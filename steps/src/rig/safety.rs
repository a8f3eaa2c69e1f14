//! What can hurt the person who brings an effect about: known from the part it concerns.

use ocpp::Severity;
use spec::{Archetype, Effect};

/// A way in which an effect can hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hazard {
    /// The guideline ranks the condition as danger.
    Danger,
    /// The guideline ranks the condition as a failure of hardware.
    Damage,
    /// Mains or the voltage of an output.
    Voltage,
    /// Parts that move by themselves.
    Moving,
    /// Hot surfaces, hot or pressurised coolant.
    Heat,
}

impl Hazard {
    /// What a person is told.
    pub fn note(self) -> &'static str {
        match self {
            Hazard::Danger => {
                "Ranked as danger: secure the place first, and where the condition would hurt bring about only its sign, by a simulated signal."
            }
            Hazard::Damage => {
                "Ranked as a failure of hardware: prefer a simulated signal to what could damage the station."
            }
            Hazard::Voltage => {
                "Dangerous voltage: switch off, lock and check before touching conductors; for qualified persons only."
            }
            Hazard::Moving => {
                "Parts that move by themselves: keep hands and clothes away from fans, pumps and locks."
            }
            Hazard::Heat => {
                "Heat: surfaces and coolant may burn; use a controlled source and do not leave it alone."
            }
        }
    }
}

/// Parts with conductors within reach.
const LIVE: &[&str] = &[
    "AcDcConverter",
    "AcPhaseSelector",
    "CableBreakawaySensor",
    "CaseAccessSensor",
    "ELVSupply",
    "ElectricalFeed",
    "GroundIsolationProtection",
    "LocalEnergyStorage",
    "OverCurrentProtection",
    "OverCurrentProtectionRecloser",
    "PowerContactor",
    "RCD",
    "RCDRecloser",
    "Switch",
    "UpstreamProtectionTrigger",
];
/// Parts that move.
const MOVING: &[&str] = &[
    "Actuator",
    "AirCoolingSystem",
    "ConnectorHolsterRelease",
    "ConnectorPlugRetentionLock",
    "EVRetentionLock",
    "LiquidCoolingSystem",
];
/// Parts that are warmed, or hot.
const HOT: &[&str] = &["ExternalTemperatureSensor", "Heater", "LiquidCoolingSystem", "TemperatureSensor"];
/// The hazards of an effect, the worst first.
pub fn hazards(archetype: &Archetype, effect: &Effect) -> Vec<Hazard> {
    let mut all = Vec::new();
    let component = match effect {
        Effect::Value { component, .. } => component.name.as_str(),
        Effect::Fault { row, component, .. } => {
            match worst(archetype, row.as_ref()) {
                Some(Severity(0)) => all.push(Hazard::Danger),
                Some(Severity(1)) => all.push(Hazard::Damage),
                _ => {}
            }
            component.name.as_str()
        }
        _ => {
            all.push(Hazard::Voltage);
            ""
        }
    };
    let on = |list: &[&str]| list.iter().any(|name| name.eq_ignore_ascii_case(component));
    all.extend(on(LIVE).then_some(Hazard::Voltage));
    all.extend(on(MOVING).then_some(Hazard::Moving));
    all.extend(on(HOT).then_some(Hazard::Heat));
    all
}

/// The worst severity by which a fault shows.
fn worst(archetype: &Archetype, fault: &str) -> Option<Severity> {
    let monitors = &archetype.fault(fault)?.monitors;
    monitors.iter().filter_map(|id| archetype.monitor(id)).map(|(_, _, m)| m.severity).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ocpp::{Version, vocabulary};

    #[test]
    fn every_part_of_the_lists_is_one_of_the_standard() {
        for name in LIVE.iter().chain(MOVING).chain(HOT) {
            assert!(vocabulary::component(Version::V21, name).is_some(), "{name}");
        }
    }

    #[test]
    fn the_part_and_the_severity_tell_what_can_hurt() {
        let archetype = Archetype::load("ac-wallbox").unwrap();
        let of = |fault: &str| {
            let row = archetype.fault(fault).unwrap();
            let (c, v, _) = archetype.monitor(&row.monitors[0]).unwrap();
            let at = judge::inventory::variable_at(c, v, spec::Place::STATION);
            hazards(&archetype, &Effect::fault(row, true, &at, "true"))
        };
        assert_eq!(of("F-0212"), [Hazard::Heat]);
        assert!(of("F-0205").starts_with(&[Hazard::Danger, Hazard::Voltage]));
        assert_eq!(hazards(&archetype, &Effect::PowerLoss { seconds: 5 }), [Hazard::Voltage]);
    }
}
