//! Reports that come in other pieces than the reference station sends.

use crate::middle::{Instead, Middle, Passing, Says, Wire};
use crate::trial::{BUT_EACH, REPORTS, changes_nothing, trial};
use ocpp::{
    AttributeType, ComponentRef, DataType, EvseRef, Mutability, VariableAddress, VariableRef, Version,
};
use serde_json::{Value, json};
use station::DeviceModel;
use station::device::{Attribute, Variable};
use std::collections::BTreeMap;

/// Where a report part carries what it reports.
pub fn list_of(action: &str) -> Option<&'static str> {
    match action {
        "NotifyReport" => Some("reportData"),
        "NotifyMonitoringReport" => Some("monitor"),
        _ => None,
    }
}

/// Collects a report and sends it again in other pieces.
pub struct Repaged<F> {
    held: BTreeMap<(String, i64), Vec<Value>>,
    cut: F,
}

/// Sends reports in the pieces that `cut` makes of all their entries.
pub fn repaged<F: FnMut(Vec<Value>) -> Vec<Vec<Value>>>(cut: F) -> Repaged<F> {
    Repaged { held: BTreeMap::new(), cut }
}

impl<F: FnMut(Vec<Value>) -> Vec<Vec<Value>>> Middle for Repaged<F> {
    fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
        let (action, list) = match list_of(&passing.action) {
            Some(list) if passing.is_call() => (passing.action.clone(), list),
            _ => return wire.send(passing.frame),
        };
        let payload = passing.call(&action).unwrap().clone();
        wire.settle(&passing);
        let key = (action.clone(), payload["requestId"].as_i64().unwrap());
        let entries = payload[list].as_array().cloned().unwrap_or_default();
        self.held.entry(key.clone()).or_default().extend(entries);
        if payload["tbc"] == true {
            return;
        }
        let pieces = (self.cut)(self.held.remove(&key).unwrap());
        let last = pieces.len() - 1;
        for (n, entries) in pieces.into_iter().enumerate() {
            let mut part = json!({ "requestId": key.1, "generatedAt": payload["generatedAt"], "seqNo": n, "tbc": n < last });
            if !entries.is_empty() {
                part[list] = json!(entries);
            }
            wire.call(&action, part);
        }
    }
}

#[test]
fn each_part_of_a_report_holds_one_entry() {
    changes_nothing(
        &trial(Version::V201).select(REPORTS).run(repaged(|all| all.into_iter().map(|e| vec![e]).collect())),
    );
}

#[test]
fn a_report_comes_in_one_part() {
    for version in Version::ALL {
        changes_nothing(&trial(version).select(REPORTS).run(repaged(|all| vec![all])));
    }
}

#[test]
fn some_parts_of_a_report_hold_nothing() {
    changes_nothing(&trial(Version::V201).select(REPORTS).run(repaged(|mut all| {
        let rest = all.split_off(all.len() / 2);
        vec![vec![], all, vec![], rest, vec![]]
    })));
}

#[test]
fn entries_come_in_reversed_order() {
    changes_nothing(&trial(Version::V21).select(BUT_EACH).run(repaged(|mut all| {
        all.reverse();
        all.chunks(7).map(<[Value]>::to_vec).collect()
    })));
}

#[test]
fn the_monitors_of_a_variable_are_spread_over_entries_and_parts() {
    changes_nothing(&trial(Version::V21).select(REPORTS).run(repaged(|all| {
        let mut pieces: Vec<Vec<Value>> = Vec::new();
        for entry in all {
            let monitors = entry["variableMonitoring"].as_array().cloned();
            let one = |m: &Value| {
                let mut entry = entry.clone();
                entry["variableMonitoring"] = json!([m]);
                entry
            };
            pieces.push(monitors.map_or(vec![entry.clone()], |all| all.iter().map(one).collect()));
        }
        pieces
    })));
}

#[test]
fn parts_of_a_report_that_nobody_asked_for_come_between() {
    let trial = trial(Version::V21).select(REPORTS);
    let mut n = 0;
    changes_nothing(&trial.run(Instead(move |p: Passing, wire: &mut Wire| {
        if p.is_call() && list_of(&p.action).is_some() {
            let entry = json!({ "component": { "name": "ChargingStation" }, "variable": { "name": "Model" },
                "variableAttribute": [{ "value": "Other" }] });
            wire.call(
                "NotifyReport",
                json!({ "requestId": 999_999, "generatedAt": wire.now.to_string(), "seqNo": n, "tbc": true,
                    "reportData": [entry] }),
            );
            n += 1;
        }
        wire.send(p.frame);
    })));
}

/// Each report is sent a second time while the next request is being answered.
#[test]
fn parts_of_the_report_before_are_still_coming_when_the_next_request_is_answered() {
    let trial = trial(Version::V201).select(REPORTS);
    let mut late: Vec<(String, Value)> = Vec::new();
    changes_nothing(&trial.run(Instead(move |mut p: Passing, wire: &mut Wire| {
        let action = p.action.clone();
        if let Some(part) = list_of(&action).and_then(|_| p.call(&action)) {
            late.push((action, part.clone()));
        } else if !p.is_call() && !late.is_empty() {
            for (action, part) in std::mem::take(&mut late) {
                wire.call(&action, part);
            }
        }
        wire.send(p.frame);
    })));
}

/// A variable of the maker's own.
fn own(component: &str, instance: Option<&str>, evse: Option<i64>, variable: &str, n: usize) -> Variable {
    let evse = evse.map(|id| EvseRef { id, connector_id: None });
    let component = ComponentRef { name: component.into(), instance: instance.map(Into::into), evse };
    let data_type = [DataType::String, DataType::Decimal, DataType::Integer, DataType::Boolean][n % 4];
    let value = ["text", "20.5", "7", "false"][n % 4].to_owned();
    let mutability = if n.is_multiple_of(3) { Mutability::ReadWrite } else { Mutability::ReadOnly };
    Variable {
        address: VariableAddress {
            component,
            variable: VariableRef { name: variable.into(), instance: None },
        },
        data_type,
        unit: (n % 4 == 1).then(|| "Celsius".to_owned()),
        offered: vec![],
        min_limit: None,
        max_limit: (n % 8 == 1).then_some(90.0),
        supports_monitoring: n % 2 == 1,
        attributes: vec![Attribute { kind: AttributeType::Actual, mutability, value }],
    }
}

#[test]
fn a_maker_adds_hundreds_of_components_of_its_own() {
    let mut trial = trial(Version::V201).select(BUT_EACH);
    trial.model = |model: &mut DeviceModel| {
        for n in 0..300 {
            let instance = (n % 5 != 0).then(|| format!("Unit{n}"));
            let evse = (n % 7 == 0).then_some(1);
            let name = ["AcmeFan", "ConnectedEV", "EnergyMeter", "AcmeBoard"][n % 4];
            let one = own(name, instance.as_deref(), evse, &format!("AcmeValue{n}"), n);
            model.variables.push(one);
        }
    };
    changes_nothing(&trial.run(crate::middle::Nobody));
}

#[test]
fn what_the_maker_adds_is_reported_first() {
    let mut trial = trial(Version::V201).select(REPORTS);
    trial.model = |model: &mut DeviceModel| {
        model.variables.extend((0..40).map(|n| own("AcmeBoard", None, None, &format!("AcmeValue{n}"), n)));
    };
    changes_nothing(&trial.run(repaged(|mut all| {
        let is_own = |e: &Value| e["component"]["name"] == "AcmeBoard";
        all.sort_by_key(|e| !is_own(e));
        all.chunks(10).map(<[Value]>::to_vec).collect()
    })));
}

#[test]
fn an_inventory_of_five_thousand_variables_is_read() {
    let mut trial = trial(Version::V21).select(LARGE);
    trial.model = |model: &mut DeviceModel| {
        let missing = 5000 - model.variables.len();
        let one =
            |n: usize| own("AcmeBoard", Some(&format!("Unit{}", n % 50)), None, &format!("Value{n}"), n);
        model.variables.extend((0..missing).map(one));
    };
    changes_nothing(&trial.run(crate::middle::Nobody));
}

/// Scenarios that search or read a whole inventory, a few of each kind.
const LARGE: &str = "@req:B-0001 or @req:B-0010 or @req:B-0011 or @req:B-0012 or @req:B-0017 or @req:B-0025 or @id:DX-INV-010 or @id:DX-INV-020 or @req:B-0110 or @req:B-0101 or @id:DX-FRM-010";

#[test]
fn attributes_leave_out_what_has_a_default() {
    changes_nothing(&trial(Version::V201).select(REPORTS).run(Says(|p: &mut Passing| {
        let Some(payload) = p.call("NotifyReport") else { return };
        for entry in payload["reportData"].as_array_mut().unwrap() {
            for attribute in entry["variableAttribute"].as_array_mut().unwrap() {
                let defaults = [
                    ("type", json!("Actual")),
                    ("mutability", json!("ReadWrite")),
                    ("persistent", json!(false)),
                    ("constant", json!(false)),
                ];
                for (key, default) in defaults {
                    if attribute[key] == default {
                        attribute.as_object_mut().unwrap().remove(key);
                    }
                }
            }
        }
    })));
}
