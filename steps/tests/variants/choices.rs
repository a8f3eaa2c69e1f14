//! What OCPP leaves to the station.

use super::results::results;
use crate::middle::{Answers, Middle, Nobody, Passing, Says, Wire};
use crate::trial::{BUT_EACH, EVENTS, changes_nothing, differences, replays, trial};
use judge::Verdict::{Fail, Warn};
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::json;

/// A validator in front of the station answers with a CALLERROR, a station without one with a status.
#[test]
fn what_is_outside_the_schema_is_answered_with_a_status() {
    for version in Version::ALL {
        changes_nothing(&trial(version).select(REFUSALS).run(Answers(|mut p: Passing, wire: &mut Wire| {
            let unknown =
                |v: &serde_json::Value, known: &[&str]| !known.contains(&v.as_str().unwrap_or_default());
            let bases = ["All", "FactoryDefault", "HardWiredOnly"];
            let criteria = ["ThresholdMonitoring", "DeltaMonitoring", "PeriodicMonitoring"];
            let base = p.call("SetMonitoringBase").is_some_and(|p| unknown(&p["monitoringBase"], &bases));
            let criterion = p.call("GetMonitoringReport").is_some_and(|p| {
                p["monitoringCriteria"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|c| unknown(c, &criteria)))
            });
            let level = p.call("SetMonitoringLevel").is_some_and(|p| p["severity"].as_i64() < Some(0));
            if base || criterion {
                wire.answer(&p, json!({ "status": "NotSupported" }));
            } else if level {
                wire.answer(&p, json!({ "status": "Rejected" }));
            } else {
                wire.deliver(p.frame);
            }
        })));
    }
}

const REFUSALS: &str = "@req:B-0001 or @req:B-0010 or @req:B-0012 or @req:B-0110 or @req:B-0101 or @req:B-0149 or @req:B-0160 or @id:DX-FRM-010";

#[test]
fn the_ids_of_events_start_again_after_a_reboot() {
    let mut n = 0;
    changes_nothing(&trial(Version::V201).select(EVENTS).run(Says(move |p: &mut Passing| {
        if p.call("BootNotification").is_some() {
            n = 0;
        }
        for event in p.call("NotifyEvent").into_iter().flat_map(|p| p["eventData"].as_array_mut().unwrap()) {
            event["eventId"] = json!(n);
            n += 1;
        }
    })));
}

/// Whether the level survives is not stated: here it falls back to what the maker prefers.
#[test]
fn the_monitoring_level_falls_back_at_every_boot() {
    struct Forgetful;
    impl Middle for Forgetful {
        fn accepted(&mut self, wire: &mut Wire) {
            wire.deliver(Frame::call("own", "SetMonitoringLevel", json!({ "severity": 5 })));
        }
        fn said(&mut self, passing: Passing, wire: &mut Wire) {
            if passing.id() != "own" {
                wire.send(passing.frame);
            }
        }
    }
    changes_nothing(&trial(Version::V21).select(EVENTS).run(Forgetful));
}

/// Nothing obliges a maker to ship monitors below level 3: without any, there is nothing to refuse or to bring back.
#[test]
fn a_station_ships_no_monitors() {
    let mut trial = trial(Version::V21).select(BUT_EACH);
    trial.model = |model| model.built_in.clear();
    let outcome = trial.run(Nobody);
    for d in differences(&outcome) {
        assert!(["B-0133", "B-0134", "B-0135"].contains(&d.now.row.as_str()), "{d:?}");
        assert!(!matches!(d.now.verdict, Fail | Warn), "{d:?}");
    }
    replays(&outcome);
}

/// What is written takes effect at the next boot only; a status of its own says so.
#[test]
fn what_is_written_needs_a_reboot() {
    let mut trial = trial(Version::V201).select(BUT_EACH);
    trial.rig = false;
    let outcome = trial.run(Says(|p: &mut Passing| {
        if p.action == "SetVariables" {
            for result in results(p).into_iter().flatten().filter(|r| r["attributeStatus"] == "Accepted") {
                result["attributeStatus"] = json!("RebootRequired");
            }
        }
    }));
    for d in differences(&outcome) {
        assert!(!matches!(d.now.verdict, Fail | Warn), "{d:?}");
    }
    replays(&outcome);
}
