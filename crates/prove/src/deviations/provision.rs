//! Monitors a station ships with, and the faults they raise.

use super::{Deviation, defect, instead, says, variant};
use ocpp::{ComponentRef, MonitorType, Severity, VariableRef, Version};
use serde_json::{Value, json};
use spec::Effect;
use spec::model::RowId;
use station::DeviceModel;
use station::device::{BuiltIn, BuiltInClass, VariableId};
use station::policy::LevelOnBuiltIn;
use station::wire::{Between, Middle, Passing, Wire};
use std::time::Duration;

/// The monitors that stand for a row.
fn of_row<'m>(m: &'m mut DeviceModel, row: &'static str) -> impl Iterator<Item = &'m mut BuiltIn> {
    m.built_in.iter_mut().filter(move |b| b.row.0 == row)
}

fn remove(m: &mut DeviceModel, row: &'static str) {
    m.built_in.retain(|b| b.row.0 != row);
}

/// A variable, at its first place.
fn variable(m: &DeviceModel, component: &str, instance: Option<&str>, name: &str) -> Option<VariableId> {
    let is = |c: &ComponentRef| c.name == component && c.instance.as_deref() == instance;
    m.all().find(|(_, v)| is(&v.address.component) && v.address.variable.name == name).map(|(id, _)| id)
}

/// One monitor more than the archetype asks for.
fn add(
    m: &mut DeviceModel,
    variable: Option<VariableId>,
    monitor_type: MonitorType,
    value: f64,
    severity: u8,
) {
    m.built_in.extend(variable.map(|variable| BuiltIn {
        row: RowId("M-0000".to_owned()),
        class: BuiltInClass::Preconfigured,
        variable,
        monitor_type,
        value,
        severity: Severity(severity),
        transaction: false,
    }));
}

/// What the sensors of a station make of what happens; what they do not notice has no consequences.
struct Sensors<F>(F);

impl<F: FnMut(&mut ComponentRef, &mut VariableRef, &mut String) -> bool + Send> Middle for Sensors<F> {
    fn happens(&mut self, mut effect: Effect, wire: &mut Wire) {
        let noticed = match &mut effect {
            Effect::Value { component, variable, value }
            | Effect::Fault { component, variable, value, .. } => (self.0)(component, variable, value),
            _ => true,
        };
        if noticed {
            wire.apply(effect);
        }
    }
}

fn senses(
    change: impl FnMut(&mut ComponentRef, &mut VariableRef, &mut String) -> bool + Send + 'static,
) -> Between {
    Between::new(Sensors(change))
}

/// Tells only some events.
fn tells(mut keep: impl FnMut(&Value) -> bool + Send + 'static) -> Between {
    instead(move |mut p, wire| {
        let data = p.call("NotifyEvent").and_then(|m| m.get_mut("eventData")).and_then(Value::as_array_mut);
        let empty = data.is_some_and(|data| {
            data.retain(|e| keep(e));
            data.is_empty()
        });
        if empty { wire.settle(&p) } else { wire.send(p.frame) }
    })
}

/// Changes every event.
fn every_event(change: impl Fn(&mut Value) + Send + 'static) -> Between {
    says(move |p| p.each_of_call("NotifyEvent", "eventData").for_each(&change))
}

fn is(c: &ComponentRef, name: &str, instance: &str) -> bool {
    c.name == name && c.instance.as_deref() == Some(instance)
}

/// Whether something on the wire is about the door contact.
fn of_door(v: &Value) -> bool {
    v["component"]["name"] == "CaseAccessSensor" && v["variable"]["name"] == "Active"
}

fn of_outlet_breaker(v: &Value) -> bool {
    v["component"]["name"] == "OverCurrentProtection" && v["component"]["instance"] == "Outlet"
}

/// Whether something on the wire is about `Problem` of an EVSE or of the station as a whole.
fn of_whole(v: &Value) -> bool {
    let name = &v["component"]["name"];
    (name == "EVSE" || name == "ChargingStation") && v["variable"]["name"] == "Problem"
}

pub(super) fn deviations() -> Vec<Deviation> {
    let mut all = monitors();
    all.extend(faults());
    all.extend(alerts());
    all
}

fn monitors() -> Vec<Deviation> {
    vec![
        defect("hardwired-monitor-missing", "the door alarm is not built in")
            .breaks(&["M-0241"])
            .leaves_open(&["B-0488"])
            .model(|m| remove(m, "M-0241")),
        defect("preconfigured-monitor-missing", "nothing watches whether the door contact itself is broken")
            .breaks(&["M-0242"])
            .model(|m| remove(m, "M-0242")),
        defect(
            "monitor-of-another-type",
            "the last step of the contact temperature is a delta instead of a threshold",
        )
        .breaks(&["M-0221"])
        .model(|m| of_row(m, "M-0221").for_each(|b| b.monitor_type = MonitorType::Delta)),
        defect("severity-far-off", "water in the housing is an alarm of severity 6 instead of 0")
            .breaks(&["M-0243"])
            .model(|m| of_row(m, "M-0243").for_each(|b| b.severity = Severity(6))),
        defect("severity-one-step-off", "an impact is an alarm of severity 4 instead of 3")
            .warns(&["M-0244"])
            .model(|m| of_row(m, "M-0244").for_each(|b| b.severity = Severity(4))),
        defect(
            "threshold-too-lax",
            "current is reduced at a contact temperature of 80 degrees instead of 65",
        )
        .warns(&["M-0220"])
        .model(|m| of_row(m, "M-0220").for_each(|b| b.value = 80.0)),
        variant("threshold-stricter", "current is reduced at a contact temperature of 50 degrees already")
            .allowed_by("a stricter protective value always holds; OCPP names none")
            .model(|m| of_row(m, "M-0220").for_each(|b| b.value = 50.0)),
        defect("hardwired-as-preconfigured", "the door alarm is preconfigured instead of built in")
            .breaks(&["M-0241"])
            .model(|m| of_row(m, "M-0241").for_each(|b| b.class = BuiltInClass::Preconfigured)),
        defect("preconfigured-as-hardwired", "the watch on the door contact cannot be tuned by the operator")
            .warns(&["M-0242"])
            .model(|m| of_row(m, "M-0242").for_each(|b| b.class = BuiltInClass::Hardwired)),
        defect(
            "notification-instead-of-monitor",
            "a dead display is told without a monitor, and so without a severity",
        )
        .breaks(&["M-0262"])
        .only(&[Version::V201])
        .model(|m| of_row(m, "M-0262").for_each(|b| b.class = BuiltInClass::Notification)),
        defect(
            "notification-with-severity",
            "a dead display is told without a monitor, though with a severity",
        )
        .warns(&["M-0262"])
        .only(&[Version::V21])
        .model(|m| of_row(m, "M-0262").for_each(|b| b.class = BuiltInClass::Notification)),
        defect(
            "alarm-sleeps-between-transactions",
            "a dead display is noticed only while a transaction is ongoing",
        )
        .warns(&["M-0262", "F-0257", "B-0309"])
        .model(|m| of_row(m, "M-0262").for_each(|b| b.transaction = true)),
        defect(
            "monitor-on-another-tier",
            "a broken contact sensor is watched at the EVSE instead of at the sensor",
        )
        .breaks(&["M-0223"])
        .model(|m| {
            let evse = variable(m, "EVSE", None, "Problem");
            of_row(m, "M-0223").zip(evse).for_each(|(b, evse)| b.variable = evse);
        }),
        defect("threshold-beyond-its-limit", "a threshold that ships lies beyond the limit of its variable")
            .breaks(&["B-0301"])
            .model(|m| {
                let at = variable(m, "TemperatureSensor", Some("Contact"), "Temperature");
                add(m, at, MonitorType::UpperThreshold, 10_000.0, 7);
            }),
        defect("threshold-on-a-boolean", "a threshold that ships is on a variable that is true or false")
            .breaks(&["B-0301"])
            .model(|m| {
                let at = variable(m, "CaseAccessSensor", Some("Door"), "Active");
                add(m, at, MonitorType::UpperThreshold, 1.0, 7);
            }),
        variant("more-monitors-than-asked", "the station ships with a monitor that no row asks for")
            .allowed_by("the archetype states a minimum")
            .model(|m| {
                let at = variable(m, "CaseAccessSensor", Some("Door"), "Active");
                add(m, at, MonitorType::Delta, 1.0, 7);
            }),
        defect(
            "hardwired-weaker-under-all",
            "a built-in alarm is milder once an operator has chosen the base All",
        )
        .breaks(&["B-0302"])
        .wire(|_| Between::new(Weaker::default())),
    ]
}

/// Reports the door alarm as milder after the base `All` was chosen.
#[derive(Default)]
struct Weaker {
    all: bool,
}

impl Middle for Weaker {
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        let all = self.all;
        for entry in p.each_of_call("NotifyMonitoringReport", "monitor").filter(|e| all && of_door(e)) {
            let monitors = entry.get_mut("variableMonitoring").and_then(Value::as_array_mut);
            for m in monitors.into_iter().flatten().filter(|m| m["severity"] == 3) {
                m["severity"] = json!(9);
            }
        }
        wire.send(p.frame);
    }
    fn heard(&mut self, mut p: Passing, wire: &mut Wire) {
        if let Some(request) = p.call("SetMonitoringBase") {
            self.all = request["monitoringBase"] == "All";
        }
        wire.deliver(p.frame);
    }
}

fn faults() -> Vec<Deviation> {
    vec![
        defect(
            "alarm-of-wrong-polarity",
            "a contact sensor reads as broken when it is sound, and the other way round",
        )
        .breaks(&["F-0221"])
        .wire(|_| {
            senses(|c, v, value| {
                if is(c, "TemperatureSensor", "Contact") && v.name == "Problem" {
                    *value = (value.as_str() != "true").to_string();
                }
                true
            })
        }),
        defect(
            "alarm-of-another-component",
            "a broken contact sensor is told as a broken sensor of the housing",
        )
        .breaks(&["F-0221"])
        .wire(|_| {
            senses(|c, v, _| {
                if is(c, "TemperatureSensor", "Contact") && v.name == "Problem" {
                    (c.instance, c.evse) = (Some("Enclosure".to_owned()), None);
                }
                true
            })
        }),
        defect("alarm-of-another-tier", "the breaker of an outlet is told as that of the whole station")
            .breaks(&["F-0232"])
            .wire(|_| {
                senses(|c, v, _| {
                    if is(c, "OverCurrentProtection", "Outlet") && v.name == "Active" {
                        (c.instance, c.evse) = (Some("Main".to_owned()), None);
                    }
                    true
                })
            }),
        defect("fault-not-noticed", "a broken contact sensor is not noticed")
            .breaks(&["F-0221"])
            .wire(|_| senses(|c, v, _| !(is(c, "TemperatureSensor", "Contact") && v.name == "Problem"))),
        defect("fault-never-over", "it is not told that the breaker of an outlet is closed again")
            .breaks(&["F-0232"])
            .wire(|_| tells(|e| !(of_outlet_breaker(e) && e["actualValue"] == "false"))),
        defect("over-without-alert", "it is told that the door is closed again, but not that it was open")
            .breaks(&["F-0241"])
            .wire(|_| tells(|e| !(of_door(e) && e["actualValue"] == "true"))),
        defect("alarm-late", "it is told twenty seconds late that the breaker of an outlet has tripped")
            .breaks(&["F-0232"])
            .wire(|_| {
                let tripped = |e: &Value| {
                    of_outlet_breaker(e) && e["variable"]["name"] == "Active" && e["actualValue"] == "true"
                };
                instead(move |mut p, wire| {
                    if !p.each_of_call("NotifyEvent", "eventData").any(|e| tripped(e)) {
                        return wire.send(p.frame);
                    }
                    wire.settle(&p);
                    if let Some(payload) = p.frame.payload() {
                        wire.call_in(Duration::from_secs(20), "NotifyEvent", payload.clone());
                    }
                })
            }),
        defect(
            "alarm-of-another-severity",
            "the event of an open door has another severity than its monitor",
        )
        .breaks(&["F-0241"])
        .warns(&["B-0325"])
        .only(&[Version::V21])
        .wire(|_| {
            every_event(|e| {
                if of_door(e) && e["eventNotificationType"] == "HardWiredMonitor" {
                    e["severity"] = json!(7);
                }
            })
        }),
        defect("alarm-of-another-class", "the event of an open door says that an operator set its monitor")
            .breaks(&["F-0241"])
            .in_version(&[(ocpp::Version::V21, &["B-0326"], &[])])
            .wire(|_| {
                every_event(|e| {
                    if of_door(e) && e["eventNotificationType"] == "HardWiredMonitor" {
                        e["eventNotificationType"] = json!("CustomMonitor");
                    }
                })
            }),
        defect(
            "plug-lock-not-watched",
            "the plug lock is not watched: the station charges with an open bolt",
        )
        .breaks(&["F-0135"])
        .warns(&["B-0310"])
        .wire(|_| senses(|c, v, _| !(c.name == "ConnectorPlugRetentionLock" && v.name == "Problem"))),
    ]
}

fn alerts() -> Vec<Deviation> {
    vec![
        defect("one-edge-only", "it is not told that the emergency stop was released")
            .breaks(&["F-0131"])
            .warns(&["B-0303", "B-0307"])
            .wire(|_| {
                tells(|e| {
                    let stop =
                        e["component"]["name"] == "EmergencyStopSensor" && e["variable"]["name"] == "Active";
                    !(stop && e["actualValue"] == "false")
                })
            }),
        defect("built-in-exempt-from-level", "the monitoring level does not hold built-in monitors back")
            .warns(&["B-0304"])
            .decides(|p| p.events.level_on_built_in = LevelOnBuiltIn::Ignored),
        defect("roll-up-without-cause", "the event of a roll-up does not name the event it follows from")
            .warns(&["B-0305"])
            .leaves_open(&["B-0306", "B-0331"])
            .wire(|_| {
                every_event(|e| {
                    if let Some(fields) = e.as_object_mut() {
                        fields.remove("cause");
                    }
                })
            }),
        defect(
            "roll-up-outranks-its-cause",
            "a problem of an EVSE is a little more urgent than what causes it",
        )
        .warns(&["M-0102", "B-0306"])
        .wire(|_| {
            says(|p| {
                for entry in p.each_of_call("NotifyMonitoringReport", "monitor").filter(|e| of_whole(e)) {
                    let monitors = entry.get_mut("variableMonitoring").and_then(Value::as_array_mut);
                    monitors
                        .into_iter()
                        .flatten()
                        .filter(|m| m["severity"] == 4)
                        .for_each(|m| m["severity"] = json!(3));
                }
                for e in
                    p.each_of_call("NotifyEvent", "eventData").filter(|e| of_whole(e) && e["severity"] == 4)
                {
                    e["severity"] = json!(3);
                }
            })
        }),
        defect("fault-in-free-text", "the code of a fault is in techInfo instead of techCode")
            .warns(&["B-0308"])
            .wire(|_| {
                every_event(|e| {
                    if let Some(fields) = e.as_object_mut()
                        && let Some(code) = fields.remove("techCode")
                    {
                        fields.insert("techInfo".to_owned(), code);
                    }
                })
            }),
    ]
}
