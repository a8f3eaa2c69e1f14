//! Other words in the place of a station's events, and events of something else.

use crate::deviations::{instead, says};
use ocpp::Version;
use serde_json::{Value, json};
use station::wire::{Between, Middle, Passing, Wire};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is told in the place of an event.
pub(in crate::deviations) type Telling = Vec<Value>;

pub(in crate::deviations) fn silent(_: &Value, _: Value) -> Telling {
    Vec::new()
}

/// Tells something else in the place of each event of an operator's monitor of one type, given the monitor as it was
/// set.
pub(in crate::deviations) fn own_events(
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
pub(super) fn each_event(mut change: impl FnMut(&mut Value) + Send + 'static) -> Between {
    says(move |p| p.each_of_call("NotifyEvent", "eventData").for_each(&mut change))
}

/// Moves a time by seconds.
pub(super) fn shift(holder: &mut Value, key: &str, seconds: i64) {
    let time = holder[key].as_str().and_then(|t| t.parse::<jiff::Timestamp>().ok());
    if let Some(time) = time.and_then(|t| t.checked_add(jiff::SignedDuration::from_secs(seconds)).ok()) {
        holder[key] = json!(time.to_string());
    }
}

/// A NotifyEvent.
pub(in crate::deviations) fn message(now: &str, events: Vec<Value>) -> Value {
    json!({ "generatedAt": now, "seqNo": 0, "tbc": false, "eventData": events })
}

/// A notification without a monitor, of which no scenario is about.
/// An event that no monitor made, which nobody asked for.
pub(in crate::deviations) fn notice(n: u64, wire: &Wire) -> Value {
    let mut event = json!({ "eventId": 900_000 + n, "timestamp": wire.now.to_string(), "trigger": "Alerting",
        "actualValue": "17", "component": { "name": "EVSE", "evse": { "id": 1 } },
        "variable": { "name": "Power" }, "eventNotificationType": "HardWiredNotification" });
    if wire.version == Version::V21 {
        event["severity"] = json!(8);
    }
    event
}

/// An event of a monitor that nobody knows.
pub(super) fn other_event(n: u64, wire: &Wire) -> Value {
    let mut event = notice(n, wire);
    event["eventNotificationType"] = json!("PreconfiguredMonitor");
    event["variableMonitoringId"] = json!(424_242);
    event
}

/// Sends one more event once, after the first of the station.
pub(super) fn also(make: impl Fn(u64, &Wire) -> Value + Send + 'static) -> Between {
    let mut done = false;
    instead(move |mut p, wire| {
        let first = p.call("NotifyEvent").is_some() && !std::mem::replace(&mut done, true);
        wire.send(p.frame);
        if first {
            let event = make(1, wire);
            wire.call("NotifyEvent", message(&wire.now.to_string(), vec![event]));
        }
    })
}

/// Sends no events for a time after one was refused.
#[derive(Default)]
pub(super) struct Offended(Option<jiff::Timestamp>);

impl Middle for Offended {
    fn heard(&mut self, p: Passing, wire: &mut Wire) {
        if p.action == "NotifyEvent" && matches!(p.frame, ocpp::frame::Frame::CallError { .. }) {
            self.0 = Some(wire.now + Duration::from_secs(90));
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
pub(super) struct Thousands(Option<jiff::Timestamp>);

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
