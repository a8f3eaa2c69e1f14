//! What else is on the wire, and when.

use super::unrelated;
use crate::middle::{Instead, Middle, Nobody, Passing, Wire};
use crate::trial::{BUT_EACH, EVENTS, REPORTS, changes_nothing, trial};
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Sends something of its own before everything the station says.
struct Chatty(u64);

impl Chatty {
    fn chat(&mut self, wire: &mut Wire) {
        self.0 += 1;
        let now = wire.now.to_string();
        let (action, payload) = match self.0 % 6 {
            0 => ("Heartbeat", json!({})),
            1 => {
                let status =
                    json!({ "timestamp": now, "connectorStatus": "Occupied", "evseId": 1, "connectorId": 1 });
                ("StatusNotification", status)
            }
            2 => ("NotifyEvent", unrelated::message(&now, vec![unrelated::event(self.0, &now)])),
            3 => {
                let info = json!({ "transactionId": "t-1" });
                let event = json!({ "eventType": "Updated", "timestamp": now, "triggerReason": "MeterValuePeriodic",
                    "seqNo": self.0, "transactionInfo": info });
                ("TransactionEvent", event)
            }
            4 => ("LogStatusNotification", json!({ "status": "Uploading", "requestId": 31 })),
            _ => ("SecurityEventNotification", json!({ "type": "SettingSystemTime", "timestamp": now })),
        };
        wire.call(action, payload);
    }
}

impl Middle for Chatty {
    fn said(&mut self, passing: Passing, wire: &mut Wire) {
        if self.0 > 0 {
            self.chat(wire);
        }
        wire.send(passing.frame);
    }
    fn accepted(&mut self, _: &mut Wire) {
        self.0 = 1;
    }
}

#[test]
fn other_messages_come_between_parts_and_between_request_and_response() {
    changes_nothing(&trial(Version::V21).select(BUT_EACH).run(Chatty(0)));
}

#[test]
fn the_station_asks_for_the_time_right_before_every_answer() {
    changes_nothing(&trial(Version::V201).select(BUT_EACH).run(Instead(|p: Passing, wire: &mut Wire| {
        if !p.is_call() {
            wire.call("Heartbeat", json!({}));
        }
        wire.send(p.frame);
    })));
}

#[test]
fn several_calls_of_the_station_are_unanswered_at_once() {
    struct Hasty(Chatty);
    impl Middle for Hasty {
        fn said(&mut self, passing: Passing, wire: &mut Wire) {
            wire.patient = false;
            for _ in 0..3 {
                if self.0.0 > 0 {
                    self.0.chat(wire);
                }
            }
            wire.send(passing.frame);
        }
        fn accepted(&mut self, wire: &mut Wire) {
            self.0.accepted(wire);
        }
    }
    changes_nothing(&trial(Version::V201).select(EVENTS).run(Hasty(Chatty(0))));
}

/// Lets the station hear every CALL later.
struct Slow(Duration);
impl Middle for Slow {
    fn heard(&mut self, passing: Passing, wire: &mut Wire) {
        let delay = if passing.is_call() { self.0 } else { Duration::ZERO };
        wire.deliver_in(delay, passing.frame);
    }
}

#[test]
fn every_answer_takes_almost_the_whole_time_there_is() {
    changes_nothing(&trial(Version::V201).select(BUT_EACH).run(Slow(Duration::from_millis(29_900))));
}

#[test]
fn everything_takes_a_tenth_of_a_second() {
    struct Embedded;
    const LATENCY: Duration = Duration::from_millis(100);
    impl Middle for Embedded {
        fn said(&mut self, passing: Passing, wire: &mut Wire) {
            wire.send_in(LATENCY, passing.frame);
        }
        fn heard(&mut self, passing: Passing, wire: &mut Wire) {
            wire.deliver_in(LATENCY, passing.frame);
        }
    }
    changes_nothing(&trial(Version::V201).select(BUT_EACH).run(Embedded));
}

#[test]
fn the_last_part_of_a_report_takes_almost_the_whole_time_there_is() {
    changes_nothing(&trial(Version::V21).select(REPORTS).run(Instead(|mut p: Passing, wire: &mut Wire| {
        let action = p.action.clone();
        match p.call(&action).cloned() {
            Some(part) if super::reports::list_of(&action).is_some() => {
                wire.settle(&p);
                let late = if part["tbc"] == true { 1 } else { 59 };
                wire.call_in(Duration::from_secs(late), &action, part);
            }
            _ => wire.send(p.frame),
        }
    })));
}

#[test]
fn every_event_takes_almost_the_whole_time_there_is() {
    changes_nothing(&trial(Version::V201).select(EVENTS).run(Instead(|mut p: Passing, wire: &mut Wire| {
        let Some(payload) = p.call("NotifyEvent").cloned() else { return wire.send(p.frame) };
        wire.settle(&p);
        let periodic = payload["eventData"][0]["trigger"] == "Periodic";
        let late = if periodic { 3_900 } else { 9_900 };
        wire.call_in(Duration::from_millis(late), "NotifyEvent", payload);
    })));
}

/// Only a report may not begin before the response (OCPP FR.05).
#[test]
fn what_follows_from_a_request_arrives_before_the_response() {
    for rig in [true, false] {
        let mut trial = trial(Version::V21).select(EVENTS);
        trial.rig = rig;
        changes_nothing(&trial.run(Instead(|p: Passing, wire: &mut Wire| {
            let reports = p.action.contains("Report");
            let delay = if p.is_call() || reports { Duration::ZERO } else { Duration::from_millis(50) };
            wire.send_in(delay, p.frame);
        })));
    }
}

#[test]
fn messages_come_in_fragments_with_pings_between_them() {
    let mut trial = trial(Version::V201);
    trial.chopped = true;
    changes_nothing(&trial.run(Nobody));
}

/// Gives the station's CALLs other message ids.
struct Ids<F>(F, BTreeMap<String, String>);
impl<F: Fn(usize) -> String> Middle for Ids<F> {
    fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
        if let Frame::Call { id, .. } = &mut passing.frame {
            let other = (self.0)(self.1.len());
            self.1.insert(other.clone(), std::mem::replace(id, other));
        }
        wire.send(passing.frame);
    }
    fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
        if let Frame::CallResult { id, .. } | Frame::CallError { id, .. } = &mut passing.frame {
            *id = self.1.get(id).cloned().unwrap_or_default();
        }
        wire.deliver(passing.frame);
    }
}

#[test]
fn message_ids_are_uuids_long_numbers_or_those_of_the_suite_itself() {
    let naming = |n: usize| match n % 4 {
        0 => format!("0a1b2c3d-0000-4000-8000-{n:012}"),
        1 => format!("{}", 10_000_000_000_000_000_000_u64 + n as u64),
        2 => format!("m{n}"),
        // Ids are unique per sender only: a CALL of the station may have the id of one of the suite.
        _ => format!("d{}-{}", n / 12, n / 4 % 3 + 1),
    };
    for version in Version::ALL {
        changes_nothing(&trial(version).select(EVENTS).run(Ids(naming, BTreeMap::new())));
    }
}

/// A station in the field that is in use: meter values, and a transaction that goes on.
#[test]
fn a_transaction_goes_on_all_the_time() {
    struct Charging(u64);
    impl Middle for Charging {
        fn accepted(&mut self, wire: &mut Wire) {
            wire.wake_in(Duration::from_secs(1));
        }
        fn woken(&mut self, wire: &mut Wire) {
            self.0 += 1;
            let value: Value =
                json!([{ "timestamp": wire.now.to_string(), "sampledValue": [{ "value": 7.4 }] }]);
            wire.call("MeterValues", json!({ "evseId": 2, "meterValue": value }));
            wire.wake_in(Duration::from_secs(1));
        }
    }
    changes_nothing(&trial(Version::V21).select(EVENTS).run(Charging(0)));
}
