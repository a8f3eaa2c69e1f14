//! Where a part belongs, and how several of a kind are told apart.

use super::{LintCode, locate::Collector};
use crate::{
    model::{ArchetypeFile, Cardinality, ComponentRow, Tier, VariableRow},
    rows::{RowRef, located},
};

/// Components that make sense on one tier only.
const FIXED: &[(&str, Tier)] = &[
    ("ChargingStation", Tier::Station),
    ("EVSE", Tier::Evse),
    ("Connector", Tier::Connector),
    ("ConnectorPlugRetentionLock", Tier::Connector),
    ("ConnectorHolsterSensor", Tier::Connector),
    ("ConnectorHolsterRelease", Tier::Connector),
    ("ConnectorProtectionRelease", Tier::Connector),
    ("CableBreakawaySensor", Tier::Connector),
    ("CPPWMController", Tier::Connector),
    ("EVRetentionLock", Tier::Connector),
    ("MonitoringCtrlr", Tier::Station),
    ("ClockCtrlr", Tier::Station),
    ("DeviceDataCtrlr", Tier::Station),
    ("OCPPCommCtrlr", Tier::Station),
    ("SecurityCtrlr", Tier::Station),
    ("AuthCtrlr", Tier::Station),
    ("AuthCacheCtrlr", Tier::Station),
    ("LocalAuthListCtrlr", Tier::Station),
    ("TxCtrlr", Tier::Station),
    ("SampledDataCtrlr", Tier::Station),
    ("AlignedDataCtrlr", Tier::Station),
    ("DisplayMessageCtrlr", Tier::Station),
    ("CustomizationCtrlr", Tier::Station),
];

/// Parts of one outlet. On the station tier they serve several outlets and carry an instance.
const OF_AN_OUTLET: &[&str] = &[
    "PowerContactor",
    "GroundIsolationProtection",
    "RCD",
    "RCDRecloser",
    "FiscalMetering",
    "LiquidCoolingSystem",
    "AcPhaseSelector",
];

/// Instances of temperature sensors that sit at the contacts of a plug or socket.
const CONTACTS: &[&str] = &["Contact", "DC+", "DC-"];

/// Checks the components of a file.
pub(super) fn check(found: &mut Collector<'_>, file: &ArchetypeFile) {
    for (at, row) in located(file) {
        match row {
            RowRef::Component(c) => {
                tier(found, &at, c);
                family(found, &at, c);
            }
            RowRef::Variable(c, v) => point(found, &at, c, v),
            RowRef::Monitor(..) | RowRef::Fault(_) | RowRef::Behaviour(_) => {}
        }
    }
}

/// The tier is the lowest one that the part serves completely.
fn tier(found: &mut Collector<'_>, at: &str, c: &ComponentRow) {
    let fixed = FIXED.iter().find(|(name, _)| name.eq_ignore_ascii_case(&c.component)).map(|(_, t)| *t);
    let contact = c.instance.as_deref().is_some_and(|i| {
        let point = i.split('.').next().unwrap_or(i);
        CONTACTS.iter().any(|name| name.eq_ignore_ascii_case(point))
    });
    let of_a_contact = contact && c.component.eq_ignore_ascii_case("TemperatureSensor");
    let belongs = fixed.or(of_a_contact.then_some(Tier::Connector));
    if let Some(belongs) = belongs.filter(|t| *t != c.at) {
        let message = format!("`{}` does not belong {}", named(c), on(c.at));
        found
            .at(&format!("{at}/at"), LintCode::WrongTier, message)
            .expected(format!("expected {}", word(belongs)));
        return;
    }
    let of_an_outlet = OF_AN_OUTLET.iter().any(|name| name.eq_ignore_ascii_case(&c.component));
    if of_an_outlet && c.at == Tier::Station && c.instance.is_none() {
        found
            .at(
                &format!("{at}/at"),
                LintCode::SharedPartWithoutInstance,
                format!("`{}` on the station serves several outlets and has no instance", c.component),
            )
            .expected("expected evse, or an `instance` that says which one it is")
            .warning();
    }
}

/// A family is told apart by a number in the instance, and the row names the first.
fn family(found: &mut Collector<'_>, at: &str, c: &ComponentRow) {
    if c.cardinality != Cardinality::OneOrMore {
        return;
    }
    let written = format!("{at}/cardinality");
    match &c.instance {
        None => {
            found
                .at(
                    &written,
                    LintCode::FamilyWithoutInstance,
                    format!("several of `{}` at one place, and no instance tells them apart", c.component),
                )
                .expected("add the instance of the first, as in `instance: Module1`");
        }
        Some(instance) if !numbered(instance) => {
            found
                .at(
                    &format!("{at}/instance"),
                    LintCode::FamilyWithoutInstance,
                    format!("`{instance}` has no number by which the next one could be told apart"),
                )
                .expected(format!("expected the name of the first, as in {instance}1"));
        }
        Some(_) => {}
    }
}

/// Whether a name has the number 1 in it, and not as a part of another number.
fn numbered(instance: &str) -> bool {
    let mut numbers = instance.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty());
    numbers.any(|n| n.trim_start_matches('0') == "1")
}

/// Each point of measurement is a component of its own, so that it can be hot or broken on its own.
fn point(found: &mut Collector<'_>, at: &str, c: &ComponentRow, v: &VariableRow) {
    let sensor = ["TemperatureSensor", "ExternalTemperatureSensor", "HumiditySensor"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(&c.component));
    if let (true, Some(instance)) = (sensor, &v.instance) {
        found
            .at(
                &format!("{at}/instance"),
                LintCode::PointWithoutComponent,
                format!("`{instance}` is a point of measurement that has no component of its own"),
            )
            .expected(format!("write `instance: {instance}` at the component"))
            .help("a point with a component of its own has `Active`, `Problem` and `MaxSet` of its own")
            .warning();
    }
}

fn named(c: &ComponentRow) -> String {
    match &c.instance {
        Some(instance) => format!("{}[{instance}]", c.component),
        None => c.component.clone(),
    }
}

/// A tier as a place in a sentence.
pub(super) fn on(tier: Tier) -> &'static str {
    match tier {
        Tier::Station => "on the station",
        Tier::Evse => "on an EVSE",
        Tier::Connector => "on a connector",
    }
}

/// A tier as it is written in a file.
fn word(tier: Tier) -> &'static str {
    match tier {
        Tier::Station => "station",
        Tier::Evse => "evse",
        Tier::Connector => "connector",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_numbered_from_one() {
        for name in ["Module1", "1", "Dispenser1.Door", "DC+.1", "M01"] {
            assert!(numbered(name), "{name}");
        }
        for name in ["Module", "Module2", "Module10", ""] {
            assert!(!numbered(name), "{name}");
        }
    }
}
