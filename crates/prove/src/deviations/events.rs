//! The events themselves: fields, numbering, hygiene.

use super::{Deviation, defect, instead, says, variant};
use ocpp::Version;
use serde_json::{Value, json};
use station::wire::{Between, Middle, Passing, Wire};
use std::collections::BTreeMap;
use std::time::Duration;

pub(super) fn deviations() -> Vec<Deviation> {
    [messages(), fields(), hygiene(), choices()].concat()
}

fn messages() -> Vec<Deviation> {
    vec![
        defect("seq-no-runs-on", "seqNo counts all notifications of the station, not the parts of each")
            .breaks(&["B-0155"])
            .wire(|_| {
                let mut n = 0;
                says(move |p| {
                    if let Some(message) = p.call("NotifyEvent") {
                        message["seqNo"] = json!(n);
                        n += 1;
                    }
                })
            }),
        defect("seq-no-from-one", "the first message of each notification has seqNo 1")
            .breaks(&["B-0155"])
            .wire(|_| says(|p| p.call("NotifyEvent").into_iter().for_each(|m| m["seqNo"] = json!(1)))),
        defect("more-never-ends", "every message of events says that another part follows")
            .breaks(&["B-0322"])
            .wire(|_| says(|p| p.call("NotifyEvent").into_iter().for_each(|m| m["tbc"] = json!(true)))),
        defect("every-part-is-the-first", "each part of a long notification has seqNo 0")
            .breaks(&["B-0322"])
            .wire(|_| in_two_parts(0)),
        defect("silent-after-a-refusal", "after an event was refused no event is sent for twenty seconds")
            .warns(&["B-0330"])
            .wire(|_| Between::new(Offended::default())),
        defect("events-without-end", "the station tells of something every second")
            .warns(&["B-0328"])
            .wire(|_| Between::new(Busy { every: Duration::from_secs(1), n: 0 })),
    ]
}

fn fields() -> Vec<Deviation> {
    vec![
        defect("periodic-ids-the-same", "every event of a periodic monitor has the eventId 0")
            .breaks(&["B-0321"])
            .wire(|_| {
                own_events("Periodic", |_, mut event| {
                    event["eventId"] = json!(0);
                    vec![event]
                })
            }),
        defect("event-ids-wrap-around", "after 99 the ids of events begin again at 0")
            .breaks(&["B-0321"])
            .wire(|_| {
                each_event(|e| {
                    for key in ["eventId", "cause"] {
                        if let Some(id) = e[key].as_i64() {
                            e[key] = json!(id % 100);
                        }
                    }
                })
            }),
        defect("event-without-monitor-id", "the events of a lower threshold do not say which monitor fired")
            .breaks(&["B-0142", "B-0324"])
            .wire(|_| {
                own_events("LowerThreshold", |_, mut event| {
                    event.as_object_mut().map(|e| e.remove("variableMonitoringId"));
                    vec![event]
                })
            }),
        defect("event-of-the-connector", "the event of an EVSE's state names its first connector")
            .breaks(&["B-0143", "B-0324"])
            .wire(|_| {
                own_events("Delta", |_, mut event| {
                    if event["component"]["name"] == "EVSE" {
                        event["component"]["name"] = json!("Connector");
                        event["component"]["evse"]["connectorId"] = json!(1);
                    }
                    vec![event]
                })
            }),
        defect(
            "event-of-an-unknown-monitor",
            "an event names a monitor that is neither reported nor was ever set",
        )
        .breaks(&["B-0324"])
        .wire(|_| also(|n, now| other_event(n, now))),
        defect(
            "event-of-an-unknown-variable",
            "an event is about a variable that the inventory does not have",
        )
        .breaks(&["B-0324"])
        .wire(|_| {
            also(|n, now| {
                let mut event = notice(n, now);
                event["variable"] = json!({ "name": "Mood" });
                event
            })
        }),
        defect("event-without-severity", "events do not say how urgent they are")
            .warns(&["B-0325"])
            .only(&[Version::V21])
            .wire(|_| each_event(|e| drop(e.as_object_mut().map(|e| e.remove("severity"))))),
        defect("event-severity-always-five", "every event has severity 5, whatever its monitor has")
            .warns(&["B-0325"])
            .only(&[Version::V21])
            .wire(|_| each_event(|e| e["severity"] = json!(5))),
        defect(
            "class-forgotten",
            "a periodic monitor of the operator says only the first time that it is one",
        )
        .breaks(&["B-0326"])
        .wire(|_| {
            let mut first = BTreeMap::new();
            own_events("Periodic", move |_, mut event| {
                let id = event["variableMonitoringId"].as_i64();
                if first.insert(id, ()).is_some() {
                    event["eventNotificationType"] = json!("PreconfiguredMonitor");
                }
                vec![event]
            })
        }),
        defect(
            "lower-threshold-as-built-in",
            "the events of an operator's lower threshold say HardWiredMonitor",
        )
        .breaks(&["B-0142", "B-0326"])
        .wire(|_| {
            own_events("LowerThreshold", |_, mut event| {
                event["eventNotificationType"] = json!("HardWiredMonitor");
                vec![event]
            })
        }),
        defect("lower-threshold-as-delta", "the events of a lower threshold are triggered as deltas")
            .breaks(&["B-0142"])
            .wire(|_| {
                own_events("LowerThreshold", |_, mut event| {
                    event["trigger"] = json!("Delta");
                    vec![event]
                })
            }),
        defect("event-from-the-future", "events are stamped an hour late")
            .breaks(&["B-0327"])
            .wire(|_| each_event(|e| shift(e, "timestamp", 3600))),
        defect("event-before-its-cause", "events are stamped an hour before they happened")
            .breaks(&["B-0327"])
            .wire(|_| each_event(|e| shift(e, "timestamp", -3600))),
        defect("message-from-the-future", "messages of events are stamped an hour late")
            .breaks(&["B-0327"])
            .wire(|_| {
                says(|p| {
                    if let Some(message) = p.call("NotifyEvent") {
                        shift(message, "generatedAt", 3600);
                    }
                })
            }),
    ]
}

fn hygiene() -> Vec<Deviation> {
    vec![
        defect("cleared-repeated", "the end of an alert is told twice").warns(&["B-0323"]).wire(|_| {
            own_events("UpperThreshold", |_, event| {
                let mut again = event.clone();
                again["eventId"] = json!(event["eventId"].as_i64().unwrap_or(0) + 500_000);
                if event["cleared"] == true { vec![event, again] } else { vec![event] }
            })
        }),
        defect("written-value-in-thousands", "the event of a value that was written gives it in thousands")
            .breaks(&["B-0162"])
            .wire(|_| Between::new(Thousands::default())),
        defect("secret-in-an-event", "the event of a write-only variable gives its value")
            .warns(&["B-0156"])
            .breaks(&["B-0329"])
            .wire(|_| {
                own_events("Periodic", |_, mut event| {
                    if event["actualValue"] == "" {
                        event["actualValue"] = json!("secret");
                    }
                    vec![event]
                })
            }),
        defect(
            "state-in-own-words",
            "an operator's delta monitor tells of a state that the variable does not offer",
        )
        .breaks(&["B-0329"])
        .wire(|_| {
            own_events("Delta", |_, mut event| {
                if event["actualValue"] == "Unavailable" {
                    event["actualValue"] = json!("OutOfService");
                }
                vec![event]
            })
        }),
        defect("cause-not-sent", "roll-ups name a cause that was never sent").warns(&["B-0331"]).wire(|_| {
            each_event(|e| {
                if let Some(cause) = e["cause"].as_i64() {
                    e["cause"] = json!(cause + 1_000_000);
                }
            })
        }),
    ]
}

fn choices() -> Vec<Deviation> {
    vec![
        variant("events-grouped", "what happens at one moment comes in one message, among other events")
            .allowed_by("a NotifyEvent holds one or more events (N07.FR.06, N07.FR.07)")
            .wire(|_| Between::new(Grouped::default())),
        variant("event-in-two-messages", "a notification takes two messages")
            .allowed_by("seqNo and tbc are there for it (N07.FR.07)")
            .wire(|_| in_two_parts(1)),
        variant(
            "unrelated-events-all-the-time",
            "after everything the station says follows an event of something else",
        )
        .allowed_by("no requirement keeps other monitors silent")
        .wire(|_| {
            let mut n = 0;
            instead(move |p, wire| {
                let now = wire.now.to_string();
                wire.send(p.frame);
                n += 1;
                wire.call("NotifyEvent", message(&now, vec![notice(n, &now)]));
            })
        }),
        variant("events-say-more", "events have a code, a text and a transaction, and ids with gaps")
            .allowed_by("the fields are optional, and no requirement says how eventId counts")
            .wire(|_| {
                each_event(|e| {
                    for key in ["eventId", "cause"] {
                        if let Some(id) = e[key].as_i64() {
                            e[key] = json!(id * 7);
                        }
                    }
                    if e["techCode"].is_null() {
                        e["techCode"] = json!("E17");
                    }
                    e["techInfo"] = json!("as the component gives it");
                    if e["transactionId"].is_null() {
                        e["transactionId"] = json!("t-1");
                    }
                })
            }),
        variant("not-cleared-is-said", "every event says whether it is the end of an alert")
            .allowed_by("cleared may be false (EventDataType)")
            .wire(|_| {
                each_event(|e| {
                    if e["cleared"].is_null() {
                        e["cleared"] = json!(false);
                    }
                })
            }),
    ]
}

/// What is told in the place of an event.
pub(super) type Telling = Vec<Value>;

pub(super) fn silent(_: &Value, _: Value) -> Telling {
    Vec::new()
}

/// Tells something else in the place of each event of an operator's monitor of one type, given the monitor as it was
/// set.
pub(super) fn own_events(
    kind: &'static str,
    tell: impl FnMut(&Value, Value) -> Telling + Send + 'static,
) -> Between {
    Between::new(Own { kind, tell, asked: BTreeMap::new(), set: BTreeMap::new() })
}

struct Own<F> {
    kind: &'static str,
    tell: F,
    /// What was asked for, by the id of the request.
    asked: BTreeMap<String, Vec<Value>>,
    /// Monitors as they were set, by their id.
    set: BTreeMap<i64, Value>,
}

impl<F: FnMut(&Value, Value) -> Telling + Send> Middle for Own<F> {
    fn heard(&mut self, mut p: Passing, wire: &mut Wire) {
        let asked: Vec<Value> =
            p.each_of_call("SetVariableMonitoring", "setMonitoringData").map(|m| m.clone()).collect();
        self.asked.insert(p.id(), asked);
        wire.deliver(p.frame);
    }
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        let asked = self.asked.remove(&p.id()).unwrap_or_default();
        let results = p.each_of_result("SetVariableMonitoring", "setMonitoringResult");
        for (result, monitor) in results.zip(asked) {
            if let Some(id) = result["id"].as_i64() {
                self.set.insert(id, monitor);
            }
        }
        let Some(Value::Array(events)) = p.call("NotifyEvent").and_then(|m| m.get_mut("eventData")) else {
            return wire.send(p.frame);
        };
        let mut told = Vec::new();
        for event in std::mem::take(events) {
            let monitor = event["variableMonitoringId"].as_i64().and_then(|id| self.set.get(&id));
            match monitor.filter(|m| m["type"] == self.kind) {
                Some(monitor) => told.extend((self.tell)(monitor, event)),
                None => told.push(event),
            }
        }
        *events = told;
        if events.is_empty() { wire.settle(&p) } else { wire.send(p.frame) }
    }
}

/// Changes each event.
fn each_event(mut change: impl FnMut(&mut Value) + Send + 'static) -> Between {
    says(move |p| p.each_of_call("NotifyEvent", "eventData").for_each(&mut change))
}

/// Moves a time by seconds.
fn shift(holder: &mut Value, key: &str, seconds: i64) {
    let time = holder[key].as_str().and_then(|t| t.parse::<jiff::Timestamp>().ok());
    if let Some(time) = time.and_then(|t| t.checked_add(jiff::SignedDuration::from_secs(seconds)).ok()) {
        holder[key] = json!(time.to_string());
    }
}

/// A NotifyEvent.
fn message(now: &str, events: Vec<Value>) -> Value {
    json!({ "generatedAt": now, "seqNo": 0, "tbc": false, "eventData": events })
}

/// A notification without a monitor that no scenario is about.
fn notice(n: u64, now: &str) -> Value {
    json!({ "eventId": 900_000 + n, "timestamp": now, "trigger": "Alerting", "actualValue": "17", "severity": 8,
        "component": { "name": "Connector", "evse": { "id": 1, "connectorId": 1 } },
        "variable": { "name": "Temperature", "instance": "Contact" },
        "eventNotificationType": "HardWiredNotification" })
}

/// An event of a monitor that nobody knows.
fn other_event(n: u64, now: &str) -> Value {
    let mut event = notice(n, now);
    event["eventNotificationType"] = json!("PreconfiguredMonitor");
    event["variableMonitoringId"] = json!(424_242);
    event
}

/// Sends one more event once, after the first of the station.
fn also(make: impl Fn(u64, &str) -> Value + Send + 'static) -> Between {
    let mut done = false;
    instead(move |mut p, wire| {
        let first = p.call("NotifyEvent").is_some() && !std::mem::replace(&mut done, true);
        wire.send(p.frame);
        if first {
            let now = wire.now.to_string();
            wire.call("NotifyEvent", message(&now, vec![make(1, &now)]));
        }
    })
}

/// Lets each notification begin with a message of its own that announces more; the second has a `seqNo`.
fn in_two_parts(second: u64) -> Between {
    let mut n = 0;
    instead(move |mut p, wire| {
        let Some(payload) = p.call("NotifyEvent") else { return wire.send(p.frame) };
        payload["seqNo"] = json!(second);
        n += 1;
        let now = wire.now.to_string();
        let mut first = message(&now, vec![notice(n, &now)]);
        first["tbc"] = json!(true);
        wire.call("NotifyEvent", first);
        wire.send(p.frame);
    })
}

/// Tells of something again and again.
struct Busy {
    every: Duration,
    n: u64,
}

impl Middle for Busy {
    fn accepted(&mut self, wire: &mut Wire) {
        wire.wake_in(self.every);
    }
    fn woken(&mut self, wire: &mut Wire) {
        self.n += 1;
        let now = wire.now.to_string();
        wire.call("NotifyEvent", message(&now, vec![notice(self.n, &now)]));
        wire.wake_in(self.every);
    }
}

/// Sends no events for a time after one was refused.
#[derive(Default)]
struct Offended(Option<jiff::Timestamp>);

impl Middle for Offended {
    fn heard(&mut self, p: Passing, wire: &mut Wire) {
        if p.action == "NotifyEvent" && matches!(p.frame, ocpp::frame::Frame::CallError { .. }) {
            self.0 = Some(wire.now + Duration::from_secs(20));
        }
        wire.deliver(p.frame);
    }
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        if self.0.is_some_and(|until| wire.now < until) && p.call("NotifyEvent").is_some() {
            wire.settle(&p);
        } else {
            wire.send(p.frame);
        }
    }
}

/// Divides values in events that a write has caused.
#[derive(Default)]
struct Thousands(Option<jiff::Timestamp>);

impl Middle for Thousands {
    fn heard(&mut self, mut p: Passing, wire: &mut Wire) {
        if p.call("SetVariables").is_some() {
            self.0 = Some(wire.now);
        }
        wire.deliver(p.frame);
    }
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        let written = self.0 == Some(wire.now);
        for e in p.each_of_call("NotifyEvent", "eventData").filter(|_| written) {
            if let Some(number) = e["actualValue"].as_str().and_then(|v| v.parse::<f64>().ok()) {
                e["actualValue"] = json!((number / 1000.0).to_string());
            }
        }
        wire.send(p.frame);
    }
}

/// Collects what happens at one moment.
#[derive(Default)]
struct Grouped {
    events: Vec<Value>,
    n: u64,
}

impl Middle for Grouped {
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        let Some(Value::Array(events)) = p.call("NotifyEvent").and_then(|m| m.get_mut("eventData")) else {
            return wire.send(p.frame);
        };
        if self.events.is_empty() {
            wire.wake_in(Duration::from_millis(1));
        }
        self.events.append(events);
        wire.settle(&p);
    }
    fn woken(&mut self, wire: &mut Wire) {
        let now = wire.now.to_string();
        let mut all = Vec::new();
        for event in std::mem::take(&mut self.events) {
            self.n += 2;
            all.extend([notice(self.n, &now), event, notice(self.n + 1, &now)]);
        }
        wire.call("NotifyEvent", message(&now, all));
    }
}
