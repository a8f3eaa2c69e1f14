//! Events that come together, among others, or where OCPP does not oblige them.

use super::unrelated::{self, OTHER_MONITOR};
use crate::middle::{Instead, Middle, Passing, Says, Wire};
use crate::trial::{EVENTS, changes_nothing, trial};
use ocpp::Version;
use serde_json::{Value, json};
use spec::Effect;
use std::time::Duration;

/// The events of a NotifyEvent of the station, which is told that it was answered.
fn taken(passing: &mut Passing, wire: &mut Wire) -> Option<Vec<Value>> {
    let events = passing.call("NotifyEvent")?["eventData"].as_array()?.clone();
    wire.settle(passing);
    Some(events)
}

#[test]
fn what_happens_at_one_moment_comes_in_one_message_among_other_events() {
    #[derive(Default)]
    struct Grouped(Vec<Value>, u64);
    impl Middle for Grouped {
        fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
            let Some(events) = taken(&mut passing, wire) else { return wire.send(passing.frame) };
            if self.0.is_empty() {
                wire.wake_in(Duration::from_millis(1));
            }
            self.0.extend(events);
        }
        fn woken(&mut self, wire: &mut Wire) {
            let now = wire.now.to_string();
            let mut all = Vec::new();
            for event in std::mem::take(&mut self.0) {
                self.1 += 2;
                all.extend([unrelated::event(self.1, &now), event, unrelated::event(self.1 + 1, &now)]);
            }
            wire.call("NotifyEvent", unrelated::message(&now, all));
        }
    }
    for version in Version::ALL {
        changes_nothing(&trial(version).select(EVENTS).run(Grouped::default()));
    }
}

#[test]
fn a_notification_spans_two_messages() {
    let mut n = 0;
    changes_nothing(&trial(Version::V201).select(EVENTS).run(Instead(
        move |mut p: Passing, wire: &mut Wire| {
            let Some(events) = taken(&mut p, wire) else { return wire.send(p.frame) };
            n += 1;
            let now = wire.now.to_string();
            let mut first = unrelated::message(&now, vec![unrelated::event(n, &now)]);
            first["tbc"] = json!(true);
            let mut second = unrelated::message(&now, events);
            second["seqNo"] = json!(1);
            wire.call("NotifyEvent", first);
            wire.call("NotifyEvent", second);
        },
    )));
}

#[test]
fn other_monitors_fire_all_the_time() {
    struct Busy(u64);
    impl Middle for Busy {
        fn accepted(&mut self, wire: &mut Wire) {
            wire.wake_in(Duration::from_millis(500));
        }
        fn woken(&mut self, wire: &mut Wire) {
            self.0 += 1;
            let now = wire.now.to_string();
            wire.call("NotifyEvent", unrelated::message(&now, vec![unrelated::event(self.0, &now)]));
            wire.wake_in(Duration::from_millis(500));
        }
    }
    changes_nothing(&trial(Version::V21).select(EVENTS).run(Busy(0)));
}

/// An operator's own monitor on the same variable, a notification of it without any monitor, and a clearing event
/// without an alert.
#[test]
fn others_watch_the_same_variable() {
    changes_nothing(&trial(Version::V201).select(EVENTS).run(Instead(|mut p: Passing, wire: &mut Wire| {
        let Some(events) = taken(&mut p, wire) else { return wire.send(p.frame) };
        let mut all = Vec::new();
        for event in events {
            let mut other = event.clone();
            other["variableMonitoringId"] = json!(OTHER_MONITOR);
            let mut cleared = other.clone();
            cleared["cleared"] = json!(true);
            let mut notification = event.clone();
            notification.as_object_mut().unwrap().remove("variableMonitoringId");
            notification["eventNotificationType"] = json!("HardWiredNotification");
            all.extend([other, cleared, notification, event]);
        }
        let now = wire.now.to_string();
        for event in all {
            wire.call("NotifyEvent", unrelated::message(&now, vec![event]));
        }
    })));
}

/// OCPP obliges no event when a fresh threshold is exceeded already, and forbids none.
#[test]
fn a_fresh_monitor_says_something_or_nothing_of_what_is_exceeded_already() {
    struct Silent(bool);
    impl Middle for Silent {
        fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
            let alerts =
                passing.call("NotifyEvent").is_some_and(|p| p["eventData"][0]["trigger"] == "Alerting");
            if alerts && self.0 {
                wire.settle(&passing);
            } else {
                wire.send(passing.frame);
            }
        }
    }
    for silent in [false, true] {
        let mut trial = trial(Version::V201).select(EACH);
        // Everything is hotter than its sensors can tell, so that each threshold is exceeded when it is set.
        trial.model = |model| {
            for v in model.variables.iter_mut().filter(|v| v.unit.as_deref() == Some("Celsius")) {
                v.attributes[0].value =
                    v.max_limit.map_or_else(|| "900".to_owned(), |max| (max + 50.0).to_string());
            }
        };
        let (outcome, acted) = trial.run_and(Silent(silent), |relay| relay.acted);
        let told = outcome.records.iter().filter(|r| is_alert(r)).count();
        assert_eq!((acted > 0, told > 0), (silent, !silent));
        changes_nothing(&outcome);
    }
}

/// Scenarios that set each monitor of each variable, with what they rest on.
const EACH: &str =
    "@req:B-0001 or @req:B-0010 or @id:DX-INV-010 or @id:DX-INV-020 or @req:B-0110 or @id:DX-MON-010";

fn is_alert(record: &trace::Record) -> bool {
    let alert = |raw: &str| raw.contains("\"NotifyEvent\"") && raw.contains("\"Alerting\"");
    matches!(&record.body, trace::Body::Frame { raw, .. } if alert(raw))
}

#[test]
fn the_state_of_a_connector_is_told_twice() {
    let status = |wire: &mut Wire, event: &Value| {
        let evse = &event["component"]["evse"];
        wire.call(
            "StatusNotification",
            json!({ "timestamp": event["timestamp"], "connectorStatus": event["actualValue"],
                "evseId": evse["id"], "connectorId": evse.get("connectorId").unwrap_or(&json!(1)) }),
        );
    };
    let notice = |wire: &mut Wire, p: &Value| {
        let now = wire.now.to_string();
        let evse = json!({ "id": p["evseId"], "connectorId": p["connectorId"] });
        let event = json!({ "eventId": 5, "timestamp": now, "trigger": "Delta", "actualValue": p["connectorStatus"],
            "component": { "name": "Connector", "evse": evse }, "variable": { "name": "AvailabilityState" },
            "eventNotificationType": "HardWiredNotification" });
        wire.call("NotifyEvent", unrelated::message(&now, vec![event]));
    };
    for version in Version::ALL {
        changes_nothing(&trial(version).select(EVENTS).run(Instead(
            move |mut p: Passing, wire: &mut Wire| {
                if let Some(payload) = p.call("StatusNotification").cloned() {
                    notice(wire, &payload);
                }
                for event in p.call("NotifyEvent").iter().flat_map(|p| p["eventData"].as_array().unwrap()) {
                    if event["variable"]["name"] == "AvailabilityState" {
                        status(wire, event);
                    }
                }
                wire.send(p.frame);
            },
        )));
    }
}

/// No requirement says how often a station looks at its sensors: what comes and goes between two looks is not seen.
#[test]
fn the_station_looks_at_its_sensors_once_per_second() {
    #[derive(Default)]
    struct Sampled(Vec<Effect>);
    impl Middle for Sampled {
        fn happens(&mut self, effect: Effect, wire: &mut Wire) {
            if self.0.is_empty() {
                wire.wake_in(Duration::from_secs(1));
            }
            self.0.push(effect);
        }
        fn woken(&mut self, wire: &mut Wire) {
            // Of each variable the last value counts.
            let mut seen: Vec<Effect> = Vec::new();
            for effect in std::mem::take(&mut self.0).into_iter().rev() {
                let same = |e: &Effect| match (e, &effect) {
                    (
                        Effect::Value { component: a, variable: b, .. },
                        Effect::Value { component: c, variable: d, .. },
                    ) => a == c && b == d,
                    _ => false,
                };
                if !seen.iter().any(same) {
                    seen.push(effect);
                }
            }
            seen.into_iter().rev().for_each(|effect| wire.apply(effect));
        }
    }
    changes_nothing(&trial(Version::V21).select(EVENTS).run(Sampled::default()));
}

#[test]
fn a_station_of_2_0_1_tells_the_class_of_a_monitor_in_events_only() {
    let class = "eventNotificationType";
    let (mut events, mut monitors) = (0, 0);
    let watch = Says(|p: &mut Passing| {
        if let Some(p) = p.call("NotifyEvent") {
            events += 1;
            assert!(p["eventData"].as_array().unwrap().iter().all(|e| e[class].is_string()));
        }
        if let Some(p) = p.call("NotifyMonitoringReport") {
            monitors += 1;
            let all = p["monitor"].as_array().unwrap();
            let all = all.iter().flat_map(|e| e["variableMonitoring"].as_array().unwrap());
            assert!(all.into_iter().all(|m| m[class].is_null()));
        }
    });
    let (outcome, ()) = trial(Version::V201).select(EVENTS).run_and(watch, |_| ());
    changes_nothing(&outcome);
    assert!(events > 0 && monitors > 0);
}

#[test]
fn events_say_more_than_they_must_or_count_as_they_like() {
    let mut n = 0;
    changes_nothing(&trial(Version::V21).select(EVENTS).run(Says(move |p: &mut Passing| {
        for event in p.call("NotifyEvent").into_iter().flat_map(|p| p["eventData"].as_array_mut().unwrap()) {
            event["eventId"] = json!(n);
            event["techCode"] = json!("E17");
            event["techInfo"] = json!("as the component gives it");
            event["transactionId"] = json!("t-1");
            if n > 0 {
                event["cause"] = json!(n - 7);
            }
            event.as_object_mut().unwrap().remove("severity");
            n += 7;
        }
    })));
}
