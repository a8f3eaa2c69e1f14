//! Monitoring of real stations that break a rule.

use super::results::results;
use crate::relay::{Answers, Instead, Middle, Passing, Says, Wire};
use crate::trial::{BUT_EACH, EVENTS, breaks, changes_nothing, trial};
use judge::Code::*;
use judge::Verdict::Fail;
use ocpp::Version;
use serde_json::{Value, json};
use spec::Effect;
use std::collections::BTreeSet;
use std::time::Duration;

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
    breaks(&outcome, &[("B-0110", Fail, MonitorIdMissing)]);
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
        fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
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

#[test]
fn every_second_monitor_of_a_type_is_called_a_duplicate_whatever_its_severity() {
    let outcome = trial(Version::V201).select(EVENTS).run(Answers(|mut p: Passing, wire: &mut Wire| {
        // To the station all are of one severity.
        if let Some(request) = p.call("SetVariableMonitoring") {
            for m in request["setMonitoringData"].as_array_mut().unwrap() {
                m["severity"] = json!(9);
            }
        }
        wire.deliver(p.frame);
    }));
    breaks(&outcome, &[("B-0121", Fail, UnexpectedStatus)]);
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
    breaks(&outcome, &[("B-0145", Fail, IntervalWrong), ("B-0146", Fail, IntervalWrong)]);
}

/// Each change is compared with the value at which the monitor was set.
#[test]
fn the_reference_of_a_delta_never_moves() {
    #[derive(Default)]
    struct Fixed(Option<Value>);
    impl Middle for Fixed {
        fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
            if let Some(p) = passing.call("NotifyEvent")
                && p["eventData"][0]["trigger"] == "Delta"
                && p["eventData"][0]["actualValue"].as_str().is_some_and(|v| v.parse::<f64>().is_ok())
            {
                self.0 = Some(p.clone());
            }
            wire.send(passing.frame);
        }
        fn happens(&mut self, effect: Effect, wire: &mut Wire) {
            if let (Some(event), Effect::Value { variable, value, .. }) = (&self.0, &effect)
                && event["eventData"][0]["variable"]["name"] == json!(variable.name)
            {
                let mut event = event.clone();
                event["eventData"][0]["actualValue"] = json!(value);
                wire.call_in(Duration::from_millis(1), "NotifyEvent", event);
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
    breaks(&outcome, &[("B-0154", Fail, EventUnwanted)]);
}

#[test]
fn thresholds_are_refused_on_integers() {
    let mut integers: Vec<(Value, Value)> = Vec::new();
    struct Refusing<'a>(&'a mut Vec<(Value, Value)>);
    impl Middle for Refusing<'_> {
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
            let refused = |m: &&mut Value| {
                m["type"].as_str().unwrap().ends_with("Threshold")
                    && self.0.iter().any(|(c, v)| *c == m["component"] && *v == m["variable"])
            };
            let set = passing.call("SetVariableMonitoring");
            for m in
                set.into_iter().flat_map(|p| p["setMonitoringData"].as_array_mut().unwrap()).filter(refused)
            {
                m["type"] = json!("TargetDelta");
            }
            wire.deliver(passing.frame);
        }
    }
    let outcome = trial(Version::V201).run(Refusing(&mut integers));
    breaks(&outcome, &[]);
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
    changes_nothing(&trial.run(crate::relay::Nobody));
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
fn messages_of_2_0_1_carry_fields_of_2_1() {
    let outcome = trial(Version::V201).select(EVENTS).run(Says(|p: &mut Passing| {
        for event in p.call("NotifyEvent").into_iter().flat_map(|p| p["eventData"].as_array_mut().unwrap()) {
            event["severity"] = json!(8);
        }
        for entry in
            p.call("NotifyMonitoringReport").into_iter().flat_map(|p| p["monitor"].as_array_mut().unwrap())
        {
            for m in entry["variableMonitoring"].as_array_mut().unwrap() {
                m["eventNotificationType"] = json!("CustomMonitor");
            }
        }
    }));
    breaks(&outcome, &[("B-0211", Fail, InvalidFrame), ("B-0212", Fail, InvalidFrame)]);
}

#[test]
fn a_removal_is_answered_with_one_result_whatever_was_asked() {
    let outcome = trial(Version::V21).select(EVENTS).run(Says(|p: &mut Passing| {
        if p.action == "ClearVariableMonitoring"
            && let Some(all) = results(p)
        {
            all.truncate(1);
        }
    }));
    breaks(&outcome, &[("B-0132", Fail, ResultCount)]);
}
