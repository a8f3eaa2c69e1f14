//! The same reports in other pieces.

use super::super::{Deviation, instead, says, variant};
use super::{entries, list_of, part};
use ocpp::{
    AttributeType, ComponentRef, DataType, EvseRef, Mutability, VariableAddress, VariableRef, Version,
};
use serde_json::{Value, json};
use station::DeviceModel;
use station::device::{Attribute, Variable};
use station::wire::{Between, Middle, Passing, Wire};
use std::collections::BTreeMap;

/// Collects a report and sends it again in other pieces.
struct Repaged {
    held: BTreeMap<(String, i64), Vec<Value>>,
    cut: fn(Vec<Value>) -> Vec<Vec<Value>>,
}

/// Sends reports in the pieces that `cut` makes of all their entries.
fn repaged(cut: fn(Vec<Value>) -> Vec<Vec<Value>>) -> Between {
    Between::new(Repaged { held: BTreeMap::new(), cut })
}

impl Middle for Repaged {
    fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
        let action = passing.action.clone();
        let Some((list, payload)) = part(&mut passing).map(|(list, p)| (list, p.clone())) else {
            return wire.send(passing.frame);
        };
        wire.settle(&passing);
        let key = (action.clone(), payload["requestId"].as_i64().unwrap_or_default());
        let entries = payload[list].as_array().cloned().unwrap_or_default();
        self.held.entry(key.clone()).or_default().extend(entries);
        if payload["tbc"] == true {
            return;
        }
        let mut pieces = (self.cut)(self.held.remove(&key).unwrap_or_default()).into_iter().peekable();
        let mut n = 0;
        while let Some(entries) = pieces.next() {
            let mut part = json!({ "requestId": key.1, "generatedAt": payload["generatedAt"], "seqNo": n,
                "tbc": pieces.peek().is_some() });
            if !entries.is_empty() {
                part[list] = json!(entries);
            }
            wire.call(&action, part);
            n += 1;
        }
    }
}

/// A variable of the maker's own.
fn own(component: &str, instance: Option<&str>, evse: Option<i64>, variable: &str, n: usize) -> Variable {
    let evse = evse.map(|id| EvseRef { id, connector_id: None });
    let (data_type, value) = match n % 4 {
        0 => (DataType::String, "text"),
        1 => (DataType::Decimal, "20.5"),
        2 => (DataType::Integer, "7"),
        _ => (DataType::Boolean, "false"),
    };
    let mutability = if n.is_multiple_of(3) { Mutability::ReadWrite } else { Mutability::ReadOnly };
    Variable {
        address: VariableAddress {
            component: ComponentRef { name: component.into(), instance: instance.map(Into::into), evse },
            variable: VariableRef { name: variable.into(), instance: None },
        },
        data_type,
        unit: (n % 4 == 1).then(|| "Celsius".to_owned()),
        offered: vec![],
        min_limit: None,
        max_limit: (n % 8 == 1).then_some(90.0),
        supports_monitoring: n % 2 == 1,
        attributes: vec![Attribute { kind: AttributeType::Actual, mutability, value: value.to_owned() }],
    }
}

fn hundreds(model: &mut DeviceModel) {
    for n in 0..300 {
        let instance = (n % 5 != 0).then(|| format!("Unit{n}"));
        let evse = (n % 7 == 0).then_some(1);
        let name = match n % 4 {
            0 => "AcmeFan",
            1 => "ConnectedEV",
            2 => "EnergyMeter",
            _ => "AcmeBoard",
        };
        model.variables.push(own(name, instance.as_deref(), evse, &format!("AcmeValue{n}"), n));
    }
}

fn thousands(model: &mut DeviceModel) {
    let missing = 5000_usize.saturating_sub(model.variables.len());
    let one = |n: usize| own("AcmeBoard", Some(&format!("Unit{}", n % 50)), None, &format!("Value{n}"), n);
    model.variables.extend((0..missing).map(one));
}

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        variant("one-entry-a-part", "each part of a report holds one entry")
            .allowed_by("the number of parts is the station's choice (OCPP B07.FR.03, N02.FR.03)")
            .wire(|_| repaged(|all| all.into_iter().map(|entry| vec![entry]).collect())),
        variant("report-in-one-part", "each report comes in one part, however long")
            .allowed_by("few parts are recommended (OCPP B07.FR.03)")
            .wire(|_| repaged(|all| vec![all])),
        variant("parts-with-nothing", "some parts of a report hold nothing")
            .allowed_by("the list of a part is optional (NotifyReportRequest, NotifyMonitoringReportRequest)")
            .wire(|_| {
                repaged(|mut all| {
                    let rest = all.split_off(all.len() / 2);
                    vec![vec![], all, vec![], rest, vec![]]
                })
            }),
        variant("entries-reversed", "the entries of a report come in the reverse order")
            .allowed_by("no requirement orders the entries of a report (OCPP B07.FR.08, N02.FR.11)")
            .wire(|_| {
                repaged(|mut all| {
                    all.reverse();
                    all.chunks(7).map(<[Value]>::to_vec).collect()
                })
            }),
        variant("monitors-spread", "the monitors of one variable come in several entries and parts")
            .allowed_by("no requirement groups the monitors of a report (OCPP N02.FR.11)")
            .wire(|_| repaged(|all| all.iter().flat_map(one_monitor_each).collect())),
        variant("attributes-spread", "the attributes of one variable come in several entries")
            .allowed_by("no requirement groups the attributes of a report (OCPP B07.FR.11)")
            .only(&[Version::V21])
            .wire(|_| repaged(|all| all.iter().flat_map(one_attribute_each).collect())),
        variant("parts-nobody-asked-for", "parts of a report that somebody else asked for come in between")
            .allowed_by("a part belongs to the report whose id it carries (OCPP B07.FR.04)")
            .wire(|_| {
                let mut n = 0;
                instead(move |p: Passing, wire: &mut Wire| {
                    if p.is_call() && list_of(&p.action).is_some() {
                        let entry = json!({ "component": { "name": "ChargingStation" },
                            "variable": { "name": "Model" }, "variableAttribute": [{ "value": "Other" }] });
                        let (id, at) = (999_999, wire.now.to_string());
                        let part = json!({ "requestId": id, "generatedAt": at, "seqNo": n, "tbc": true,
                            "reportData": [entry] });
                        wire.call("NotifyReport", part);
                        n += 1;
                    }
                    wire.send(p.frame);
                })
            }),
        variant("late-parts", "the parts of a report come once more while the next request is answered")
            .allowed_by("a message may be sent again (OCPP Part 4, message delivery)")
            .wire(|_| {
                let mut late: Vec<(String, Value)> = Vec::new();
                instead(move |mut p: Passing, wire: &mut Wire| {
                    let action = p.action.clone();
                    if let Some((_, part)) = part(&mut p) {
                        late.push((action, part.clone()));
                    } else if !p.is_call() {
                        for (action, part) in std::mem::take(&mut late) {
                            wire.call(&action, part);
                        }
                    }
                    wire.send(p.frame);
                })
            }),
        variant("hundreds-of-own-components", "the maker adds hundreds of components of its own")
            .allowed_by("the standard components are a vocabulary, not a limit (OCPP Part 2, device model)")
            .model(hundreds),
        variant("five-thousand-variables", "the inventory has 5,000 variables")
            .allowed_by("nothing limits the size of a device model (OCPP B07.FR.08)")
            .model(thousands),
        variant("defaults-left-out", "attributes leave out what is as OCPP assumes it")
            .allowed_by("the fields are optional and have defaults (VariableAttributeType)")
            .wire(|_| {
                says(|p| {
                    let attributes =
                        entries(p).filter_map(|e| e["variableAttribute"].as_array_mut()).flatten();
                    for attribute in attributes.filter_map(Value::as_object_mut) {
                        attribute.retain(|key, value| match key.as_str() {
                            "type" => value != "Actual",
                            "mutability" => value != "ReadWrite",
                            "persistent" | "constant" => value != false,
                            _ => true,
                        });
                    }
                })
            }),
    ]
}

/// Each monitor of an entry in a part of its own.
fn one_monitor_each(entry: &Value) -> Vec<Vec<Value>> {
    each_alone(entry, "variableMonitoring")
}

/// Each attribute of an entry in a part of its own.
fn one_attribute_each(entry: &Value) -> Vec<Vec<Value>> {
    each_alone(entry, "variableAttribute")
}

fn each_alone(entry: &Value, list: &str) -> Vec<Vec<Value>> {
    let Some(all) = entry[list].as_array() else { return vec![vec![entry.clone()]] };
    let alone = |one: &Value| {
        let mut entry = entry.clone();
        entry[list] = json!([one]);
        vec![entry]
    };
    all.iter().map(alone).collect()
}
