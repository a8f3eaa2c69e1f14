//! A small product, told in a few entries of its reports.

mod closing;
mod reading;
mod shipping;

use super::*;
use crate::Part;
use crate::inventory::Inventory;
use crate::monitors::MonitoringReport;
use serde_json::{Value, json};
use spec::Source;
use trace::Seq;

/// An archetype with one row of each kind that matters here.
pub(super) const ARCHETYPE: &str = r#"
schemaVersion: 1
id: small
title: Small
version: "1"
edition: 1
summary: Small.
topology: {evses: [{connectors: 1}]}
conditions:
  - {id: contact, question: "Is there a sensor?"}
  - {id: shock, question: "Is there another?"}
components:
  - id: C-0001
    component: EVSE
    at: evse
    obligation: must
    grounding: ocpp
    rationale: R.
    since: 1
    variables:
      - id: V-0001
        variable: Power
        type: decimal
        unit: W
        access: Readable
        monitorable: [UpperThreshold]
        obligation: must
        grounding: judgement
        rationale: R.
        since: 1
        monitors:
          - {id: M-0001, type: UpperThreshold, provision: preconfigured, severity: 5, value: 100, range: [50, 200], obligation: must, grounding: judgement, rationale: R., since: 1}
          - {id: M-0002, type: Periodic, provision: custom, severity: 8, value: 60, obligation: must, grounding: judgement, rationale: R., since: 1}
  - id: C-0002
    component: TemperatureSensor
    instance: Contact
    at: connector
    obligation: must
    when: contact
    grounding: judgement
    rationale: R.
    since: 1
    variables:
      - id: V-0002
        variable: Temperature
        type: decimal
        unit: Celsius
        access: Readable
        monitorable: [UpperThreshold]
        obligation: must
        grounding: judgement
        rationale: R.
        since: 1
        monitors:
          - {id: M-0003, type: UpperThreshold, provision: hardwired, severity: 6, value: 78, range: [65, 85], obligation: must, grounding: judgement, rationale: R., since: 1}
          - {id: M-0004, type: UpperThreshold, provision: hardwired, severity: 2, value: 90, range: [75, 100], obligation: must, grounding: norm, rationale: R., since: 1}
  - id: C-0003
    component: ShockSensor
    at: station
    obligation: may
    when: shock
    grounding: judgement
    rationale: R.
    since: 1
    variables:
      - {id: V-0003, variable: Active, type: boolean, access: Readable, obligation: must, grounding: judgement, rationale: R., since: 1}
  - id: C-0004
    component: Display
    at: station
    obligation: should
    grounding: judgement
    rationale: R.
    since: 1
    variables:
      - {id: V-0004, variable: State, type: string, access: Readable, obligation: must, grounding: judgement, rationale: R., since: 1}
faults:
  - {id: F-0001, title: Too much power, shows: S., monitors: [M-0001], rig: ordinary, action: A., obligation: should, grounding: judgement, rationale: R., since: 1}
  - {id: F-0002, title: Hot contact, shows: S., monitors: [M-0003, M-0004], rig: ordinary, action: A., obligation: should, when: contact, grounding: judgement, rationale: R., since: 1}
"#;

#[test]
fn what_is_declared_absent_and_reported_is_a_contradiction() {
    let version = ocpp::Version::V201;
    let found = |answer: &str| {
        let inventory = inventory(&[contact()]);
        declared_absent_yet_reported(&archetype(), &declared(answer, "no"), &inventory, version)
    };
    assert_eq!(found("yes"), Vec::<String>::new());
    assert_eq!(found("no").len(), 1);
    assert!(found("no")[0].starts_with("contact is declared absent, yet TemperatureSensor[Contact]"));
}

/// An entry of a NotifyReport at an EVSE and, unless it is 0, a connector.
pub(super) fn at(component: &str, variable: &str, evse: i64, connector: i64) -> Value {
    let mut place = json!({ "id": evse });
    if connector != 0 {
        place["connectorId"] = json!(connector);
    }
    json!({"component": {"name": component, "evse": place}, "variable": {"name": variable},
           "variableAttribute": [{"value": "1", "mutability": "ReadOnly"}],
           "variableCharacteristics": {"dataType": "decimal", "supportsMonitoring": true}})
}

/// The same with a unit.
pub(super) fn with_unit(mut entry: Value, unit: &str) -> Value {
    entry["variableCharacteristics"]["unit"] = json!(unit);
    entry
}

/// The same with a component instance.
pub(super) fn named(mut entry: Value, instance: &str) -> Value {
    entry["component"]["instance"] = json!(instance);
    entry
}

/// The same on the station itself, as a text.
pub(super) fn on_station(mut entry: Value) -> Value {
    entry["component"].as_object_mut().unwrap().remove("evse");
    entry["variableCharacteristics"]["dataType"] = json!("string");
    entry
}

/// A full inventory of these entries.
pub(super) fn inventory(entries: &[Value]) -> Inventory {
    let payload = json!({ "reportData": entries });
    Inventory::from_parts(&[Part { at: Seq(7), seq_no: Some(0), tbc: false, payload }])
}

pub(super) fn power() -> Value {
    with_unit(at("EVSE", "Power", 1, 0), "W")
}

pub(super) fn contact() -> Value {
    with_unit(named(at("TemperatureSensor", "Temperature", 1, 1), "Contact"), "Celsius")
}

pub(super) fn display() -> Value {
    on_station(at("Display", "State", 1, 0))
}

/// An entry of a NotifyMonitoringReport on the variable of an entry of an inventory.
pub(super) fn watched(on: &Value, monitors: Value) -> Value {
    json!({"component": on["component"], "variable": on["variable"], "variableMonitoring": monitors})
}

pub(super) fn upper(id: i64, value: f64, severity: i64) -> Value {
    json!({"id": id, "transaction": false, "value": value, "type": "UpperThreshold", "severity": severity})
}

/// A report of these entries.
pub(super) fn report(entries: &[Value]) -> MonitoringReport {
    let payload = json!({ "monitor": entries });
    MonitoringReport::from_parts(&[Part { at: Seq(9), seq_no: Some(0), tbc: false, payload }])
}

pub(super) fn archetype() -> Archetype {
    Archetype::from_sources(vec![Source::new("small.yaml", ARCHETYPE)]).unwrap()
}

pub(super) fn declared(contact: &str, shock: &str) -> Declaration {
    let text = format!(
        "schemaVersion: 1\narchetype: small\nproduct: {{vendor: V, model: M}}\n\
         conditions: {{contact: {contact}, shock: {shock}}}\n"
    );
    Declaration::from_source(Source::new("d.yaml", text), &archetype()).unwrap()
}

/// What the station says of itself.
pub(super) fn seen(entries: &[Value], monitors: &[Value]) -> Inventories {
    let (inventory, monitors) = (inventory(entries), Ok(report(monitors)));
    Inventories { inventory, monitors, doubts: Vec::new() }
}

/// What a station that has everything lacks.
pub(super) fn complete() -> ([Value; 3], [Value; 2]) {
    let entries = [power(), contact(), display()];
    let monitors = [
        watched(&entries[0], json!([upper(1, 100.0, 5)])),
        watched(&entries[1], json!([upper(2, 90.0, 2), upper(3, 78.0, 6)])),
    ];
    (entries, monitors)
}

pub(super) fn gap(declaration: &Declaration, seen: &Inventories) -> Gap {
    Gap::of(&archetype(), declaration, Version::V201, seen)
}

/// `row action obligation`, with what it waits for.
pub(super) fn lines(gap: &Gap) -> Vec<String> {
    let line = |l: &Lack| {
        let behind = l.behind.as_ref().map_or(String::new(), |b| format!(" behind {b}"));
        format!("{} {} {:?}{behind}", l.row, l.action.as_str(), l.obligation)
    };
    gap.lacks.iter().map(line).collect()
}
