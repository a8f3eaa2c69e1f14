//! Monitoring of real stations that break a rule.

use super::results::results;
use crate::middle::{Answers, Instead, Middle, Passing, Says, Wire};
use crate::trial::{BUT_EACH, EVENTS, breaks, breaks_and_leaves_open, changes_nothing, trial};
use judge::Code::*;
use judge::Verdict::{Fail, Warn};
use ocpp::Version;
use serde_json::{Value, json};
use spec::Effect;
use std::collections::{BTreeMap, BTreeSet};

const MONITORING: [&str; 5] = [
    "SetVariableMonitoring",
    "ClearVariableMonitoring",
    "GetMonitoringReport",
    "SetMonitoringBase",
    "SetMonitoringLevel",
];

#[test]
fn monitoring_is_not_implemented() {
    for (version, code) in [(Version::V201, "NotImplemented"), (Version::V21, "NotSupported")] {
        let outcome = trial(version).run(Answers(move |p: Passing, wire: &mut Wire| {
            if p.is_call() && MONITORING.contains(&p.action.as_str()) {
                wire.refuse(&p, code);
            } else {
                wire.deliver(p.frame);
            }
        }));
        breaks(&outcome, &[("B-0110", Fail, CallError), ("B-0149", Fail, CallError)]);
    }
}

/// Accepts monitors without doing anything about it.
#[test]
fn monitors_are_accepted_without_an_id_and_without_effect() {
    let outcome = trial(Version::V201).run(Answers(|mut p: Passing, wire: &mut Wire| {
        let Some(request) = p.call("SetVariableMonitoring").cloned() else { return wire.deliver(p.frame) };
        let result = |m: &Value| {
            json!({ "status": "Accepted", "type": m["type"], "severity": m["severity"],
                "component": m["component"], "variable": m["variable"] })
        };
        let results: Vec<Value> =
            request["setMonitoringData"].as_array().unwrap().iter().map(result).collect();
        wire.answer(&p, json!({ "setMonitoringResult": results }));
    }));
    // It takes whatever it is given, a severity that does not exist too.
    breaks(&outcome, &[("B-0110", Fail, MonitorIdMissing), ("B-0160", Fail, UnexpectedStatus)]);
}

/// What was left behind is found and removed.
#[test]
fn a_refused_monitor_exists_nevertheless() {
    #[derive(Default)]
    struct Failing {
        set: usize,
        left: BTreeSet<i64>,
    }
    impl Middle for Failing {
        fn said(&mut self, passing: Passing, wire: &mut Wire) {
            let ids = |all: &mut Vec<Value>| {
                all.retain(|r| r["status"] == "Accepted");
                all.iter().map(|r| r["id"].as_i64().unwrap()).collect::<Vec<_>>()
            };
            let found = results(&mut passing.clone()).map(ids).unwrap_or_default();
            match passing.action.as_str() {
                "SetVariableMonitoring" if !passing.is_call() => {
                    self.set += found.len();
                    self.left.extend(found);
                    wire.refuse(&passing, "InternalError");
                }
                "ClearVariableMonitoring" => {
                    self.left.retain(|id| !found.contains(id));
                    wire.send(passing.frame);
                }
                _ => wire.send(passing.frame),
            }
        }
    }
    let failing = Failing::default();
    let (outcome, (set, left)) =
        trial(Version::V201).run_and(failing, |r| (r.middle.set, r.middle.left.clone()));
    assert!(set > 0);
    assert_eq!(left, BTreeSet::new());
    breaks(&outcome, &[("B-0110", Fail, CallError)]);
}

/// The one monitor of a request, if it has one.
fn only(passing: &mut Passing) -> Option<Value> {
    let all = passing.call("SetVariableMonitoring")?["setMonitoringData"].as_array()?.clone();
    (all.len() == 1).then(|| all[0].clone())
}

/// Refuses the one monitor of a request.
fn refuse(passing: &Passing, monitor: &Value, status: &str, wire: &mut Wire) {
    let result = json!({ "status": status, "type": monitor["type"], "severity": monitor["severity"],
        "component": monitor["component"], "variable": monitor["variable"] });
    wire.answer(passing, json!({ "setMonitoringResult": [result] }));
}

#[test]
fn every_second_monitor_of_a_type_is_called_a_duplicate_whatever_its_severity() {
    /// The monitors there are: id, and what makes one a duplicate to this station.
    #[derive(Default)]
    struct Confused(BTreeMap<i64, String>, String);
    impl Middle for Confused {
        fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
            if passing.call("SetMonitoringBase").is_some_and(|p| p["monitoringBase"] != "All") {
                self.0.clear();
            }
            if let Some(m) = only(&mut passing).filter(|m| m["id"].is_null()) {
                self.1 = format!("{} {} {}", m["component"], m["variable"], m["type"]);
                if self.0.values().any(|one| *one == self.1) {
                    return refuse(&passing, &m, "Duplicate", wire);
                }
            }
            wire.deliver(passing.frame);
        }
        fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
            let action = passing.action.clone();
            let key = std::mem::take(&mut self.1);
            for result in results(&mut passing).into_iter().flatten().filter(|r| r["status"] == "Accepted") {
                match (action.as_str(), result["id"].as_i64()) {
                    ("SetVariableMonitoring", Some(id)) if !key.is_empty() => {
                        drop(self.0.insert(id, key.clone()))
                    }
                    ("ClearVariableMonitoring", Some(id)) => drop(self.0.remove(&id)),
                    _ => {}
                }
            }
            wire.send(passing.frame);
        }
    }
    let outcome = trial(Version::V201).select(BUT_EACH).run(Confused::default());
    // Scenarios that need monitors of several severities cannot be played.
    breaks_and_leaves_open(&outcome, &[("B-0121", Fail, UnexpectedStatus)], &["B-0147", "B-0148", "B-0154"]);
}

#[test]
fn periodic_monitors_never_fire() {
    let outcome = trial(Version::V201).select(EVENTS).run(Instead(|mut p: Passing, wire: &mut Wire| {
        let periodic = p.call("NotifyEvent").is_some_and(|p| p["eventData"][0]["trigger"] == "Periodic");
        if periodic { wire.settle(&p) } else { wire.send(p.frame) }
    }));
    breaks(&outcome, &[("B-0145", Fail, EventMissing), ("B-0146", Fail, EventMissing)]);
}

#[test]
fn periodic_monitors_fire_twice() {
    let outcome = trial(Version::V21).select(EVENTS).run(Instead(|mut p: Passing, wire: &mut Wire| {
        if let Some(payload) = p.call("NotifyEvent").filter(|p| p["eventData"][0]["trigger"] == "Periodic") {
            let again = payload.clone();
            wire.call("NotifyEvent", again);
        }
        wire.send(p.frame);
    }));
    breaks(&outcome, &[("B-0145", Fail, IntervalWrong)]);
}

/// Each change is compared with the value at which the monitor was set.
#[test]
fn the_reference_of_a_delta_never_moves() {
    /// The delta that is set, and the last event of it.
    #[derive(Default)]
    struct Fixed(f64, Option<Value>);
    impl Middle for Fixed {
        fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
            if let Some(m) = only(&mut passing) {
                *self = Fixed(m["value"].as_f64().unwrap_or_default(), None);
            }
            wire.deliver(passing.frame);
        }
        fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
            let event = passing.call("NotifyEvent").filter(|p| p["eventData"][0]["trigger"] == "Delta");
            self.1 = event.cloned().or(self.1.take());
            wire.send(passing.frame);
        }
        fn happens(&mut self, effect: Effect, wire: &mut Wire) {
            if let (Some(last), Effect::Value { value, .. }) = (&self.1, &effect) {
                let number = |v: &str| v.parse::<f64>().unwrap_or(f64::NAN);
                let before = number(last["eventData"][0]["actualValue"].as_str().unwrap());
                // The reference station is silent, because its reference has moved.
                if (number(value) - before).abs() <= self.0 {
                    let mut event = last.clone();
                    event["eventData"][0]["actualValue"] = json!(value);
                    wire.call("NotifyEvent", event);
                }
            }
            wire.apply(effect);
        }
    }
    let outcome = trial(Version::V201).select(EVENTS).run(Fixed::default());
    breaks(&outcome, &[("B-0144", Fail, EventUnwanted)]);
}

#[test]
fn monitors_for_transactions_fire_without_one() {
    let outcome = trial(Version::V21).select(EVENTS).run(Answers(|mut p: Passing, wire: &mut Wire| {
        for m in p
            .call("SetVariableMonitoring")
            .into_iter()
            .flat_map(|p| p["setMonitoringData"].as_array_mut().unwrap())
        {
            m["transaction"] = json!(false);
        }
        wire.deliver(p.frame);
    }));
    breaks(&outcome, &[("B-0154", Warn, EventUnwanted)]);
}

#[test]
fn thresholds_are_refused_on_integers() {
    #[derive(Default)]
    struct Refusing(Vec<(Value, Value)>);
    impl Middle for Refusing {
        fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
            for e in
                passing.call("NotifyReport").into_iter().flat_map(|p| p["reportData"].as_array().unwrap())
            {
                if e["variableCharacteristics"]["dataType"] == "integer" {
                    self.0.push((e["component"].clone(), e["variable"].clone()));
                }
            }
            wire.send(passing.frame);
        }
        fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
            if let Some(m) = only(&mut passing)
                && m["type"].as_str().unwrap().ends_with("Threshold")
                && self.0.iter().any(|(c, v)| *c == m["component"] && *v == m["variable"])
            {
                return refuse(&passing, &m, "UnsupportedMonitorType", wire);
            }
            wire.deliver(passing.frame);
        }
    }
    let outcome = trial(Version::V201).run(Refusing::default());
    let rows = ["V-0157", "V-0158", "V-0174", "V-0189", "V-0193", "V-0219"];
    breaks_and_leaves_open(&outcome, &rows.map(|row| (row, Warn, UnexpectedStatus)), &["B-0142"]);
}

/// A maker may ship it off; the operator who wants monitors switches it on first.
#[test]
fn monitoring_is_switched_off_at_the_factory() {
    let mut trial = trial(Version::V201).select(BUT_EACH);
    trial.model = |model| {
        let is = |v: &&mut station::device::Variable| {
            v.address.component.name == "MonitoringCtrlr" && v.address.variable.name == "Enabled"
        };
        model.variables.iter_mut().find(is).unwrap().attributes[0].value = "false".to_owned();
    };
    changes_nothing(&trial.run(crate::middle::Nobody));
}

#[test]
fn reports_of_2_1_lack_the_class_of_a_monitor() {
    let outcome = trial(Version::V21).select(EVENTS).run(Says(|p: &mut Passing| {
        for entry in
            p.call("NotifyMonitoringReport").into_iter().flat_map(|p| p["monitor"].as_array_mut().unwrap())
        {
            for m in entry["variableMonitoring"].as_array_mut().unwrap() {
                m.as_object_mut().unwrap().remove("eventNotificationType");
            }
        }
    }));
    breaks(&outcome, &[("B-0212", Fail, InvalidFrame)]);
}

#[test]
fn a_removal_is_answered_with_one_result_whatever_was_asked() {
    let outcome = trial(Version::V21).select(BUT_EACH).run(Says(|p: &mut Passing| {
        if p.action == "ClearVariableMonitoring"
            && let Some(all) = results(p)
        {
            all.truncate(1);
        }
    }));
    breaks(&outcome, &[("B-0132", Fail, ResultCount)]);
}
