//! Events that come together, among others, or say more: what OCPP leaves to the station.

use super::telling::{each_event, message, notice};
use crate::deviations::{Deviation, instead, variant};
use serde_json::{Value, json};
use station::wire::{Between, Middle, Passing, Wire};
use std::time::Duration;

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        variant("events-grouped", "what happens at one moment comes in one message, among other events")
            .allowed_by("a NotifyEvent holds one or more events (N07.FR.06, N07.FR.07)")
            .wire(|_| Between::new(Grouped::default())),
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
        variant("others-watch-the-same", "others watch what a scenario watches, and tell of it too")
            .allowed_by("monitors of other makers and operators are no concern of a scenario's")
            .leaves_open(&[])
            .wire(|_| {
                let mut n = 0;
                instead(move |mut p, wire| {
                    let events: Vec<Value> =
                        p.each_of_call("NotifyEvent", "eventData").map(|e| e.clone()).collect();
                    let now = wire.now.to_string();
                    for mut other in events {
                        n += 1;
                        other["eventId"] = json!(900_000 + n);
                        other["eventNotificationType"] = json!("HardWiredNotification");
                        if let Some(fields) = other.as_object_mut() {
                            fields.remove("variableMonitoringId");
                            fields.remove("cleared");
                        }
                        wire.call("NotifyEvent", message(&now, vec![other]));
                    }
                    wire.send(p.frame);
                })
            }),
        variant(
            "connector-state-told-twice",
            "the state of a connector is told by an event and by StatusNotification",
        )
        .allowed_by("G01.FR.03 leaves both ways, and forbids neither beside the other")
        .wire(|_| {
            instead(|mut p, wire| {
                for event in p.each_of_call("NotifyEvent", "eventData") {
                    let evse = event["component"]["evse"].clone();
                    if event["variable"]["name"] == "AvailabilityState"
                        && event["component"]["name"] == "Connector"
                    {
                        wire.call(
                            "StatusNotification",
                            json!({ "timestamp": event["timestamp"], "evseId": evse["id"],
                                    "connectorId": evse["connectorId"],
                                    "connectorStatus": event["actualValue"] }),
                        );
                    }
                }
                wire.send(p.frame);
            })
        }),
    ]
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
            all.extend([notice(self.n, wire), event, notice(self.n + 1, wire)]);
        }
        wire.call("NotifyEvent", message(&now, all));
    }
}
