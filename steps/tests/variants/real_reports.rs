//! Order and reports of real stations that break a rule: the verdict is on the row of the rule, and no other.

use super::reports::{list_of, repaged};
use crate::middle::{Answers, Instead, Passing, Says, Wire};
use crate::trial::{BUT_EACH, EVENTS, breaks, breaks_and_leaves_open, changes_nothing, trial};
use judge::Code::*;
use judge::Verdict::{Fail, Warn};
use ocpp::Version;
use serde_json::{Value, json};

/// An invalid first part was never sent, say.
#[test]
fn reports_are_numbered_from_one() {
    let outcome = trial(Version::V21).select(BUT_EACH).run(Says(|p: &mut Passing| {
        let action = p.action.clone();
        if list_of(&action).is_some() {
            let part = p.call(&action).unwrap();
            part["seqNo"] = json!(part["seqNo"].as_i64().unwrap() + 1);
        }
    }));
    let rows = [("B-0010", Fail), ("B-0011", Fail), ("B-0017", Warn), ("B-0101", Fail)];
    breaks(&outcome, &rows.map(|(row, verdict)| (row, verdict, ReportMisnumbered)));
}

/// Drops the parts of a report that was accepted.
fn never(action: &'static str) -> Instead<impl FnMut(Passing, &mut Wire)> {
    Instead(move |mut p: Passing, wire: &mut Wire| match p.call(action) {
        Some(_) => wire.settle(&p),
        None => wire.send(p.frame),
    })
}

#[test]
fn an_inventory_is_accepted_and_never_sent() {
    let outcome = trial(Version::V201).run(never("NotifyReport"));
    // Nothing is known that a monitor could be tried on.
    breaks_and_leaves_open(&outcome, &[("B-0010", Fail, ReportMissing)], &["B-0160"]);
}

#[test]
fn a_monitoring_report_is_accepted_and_never_sent() {
    let outcome = trial(Version::V201).run(never("NotifyMonitoringReport"));
    // A variable with monitors of the maker's own: which severity is free, only the report could tell.
    breaks_and_leaves_open(&outcome, &[("B-0101", Fail, ReportMissing)], &["V-0193"]);
}

/// Unusual, and more than was asked for; but what can be written is there.
#[test]
fn all_inventories_are_identical() {
    let outcome = trial(Version::V201).select(BUT_EACH).run(Answers(|mut p: Passing, wire: &mut Wire| {
        if let Some(request) = p.call("GetBaseReport") {
            request["reportBase"] = json!("FullInventory");
        }
        wire.deliver(p.frame);
    }));
    changes_nothing(&outcome);
}

#[test]
fn parts_carry_an_empty_list() {
    let outcome = trial(Version::V21).select(BUT_EACH).run(Instead(|mut p: Passing, wire: &mut Wire| {
        let action = p.action.clone();
        let Some((list, part)) = list_of(&action).and_then(|l| Some((l, p.call(&action)?.clone()))) else {
            return wire.send(p.frame);
        };
        // The last part is sent in two: what there is, and nothing.
        let mut empty = part.clone();
        let last = part["tbc"] == false;
        if last {
            p.call(&action).unwrap()["tbc"] = json!(true);
            empty["seqNo"] = json!(part["seqNo"].as_i64().unwrap() + 1);
            empty[list] = json!([]);
        }
        wire.send(p.frame);
        if last {
            wire.call(&action, empty);
        }
    }));
    breaks(&outcome, &[("B-0204", Fail, InvalidFrame), ("B-0212", Fail, InvalidFrame)]);
}

/// Those the station ships with come first, so the operator's own are missing.
#[test]
fn monitors_beyond_the_first_ten_are_not_reported() {
    let outcome = trial(Version::V201).run(Says(|p: &mut Passing| {
        if let Some(part) = p.call("NotifyMonitoringReport") {
            let mut left = 10;
            for entry in part["monitor"].as_array_mut().unwrap() {
                entry["variableMonitoring"].as_array_mut().unwrap().retain(|m| {
                    left -= i32::from(m["id"].as_i64().unwrap() > 10);
                    m["id"].as_i64().unwrap() <= 10
                });
            }
            part["monitor"].as_array_mut().unwrap().retain(|e| e["variableMonitoring"] != json!([]));
            if part["monitor"] == json!([]) {
                part.as_object_mut().unwrap().remove("monitor");
            }
        }
    }));
    // A variable with monitors of the maker's own, and one of them in the way where none is reported.
    breaks(&outcome, &[("B-0101", Fail, MonitorNotReported), ("V-0193", Warn, UnexpectedStatus)]);
}

#[test]
fn every_monitor_is_listed_twice() {
    let outcome = trial(Version::V21).select(BUT_EACH).run(Says(|p: &mut Passing| {
        if let Some(part) = p.call("NotifyMonitoringReport") {
            let once = part["monitor"].as_array().unwrap();
            let twice: Vec<&Value> = once.iter().chain(once).collect();
            part["monitor"] = json!(twice);
        }
    }));
    breaks(&outcome, &[("B-0101", Fail, MonitorTwice)]);
}

#[test]
fn filters_are_ignored() {
    let outcome = trial(Version::V201).select(BUT_EACH).run(Answers(|mut p: Passing, wire: &mut Wire| {
        for action in ["GetReport", "GetMonitoringReport"] {
            if let Some(request) = p.call(action) {
                for filter in ["componentCriteria", "componentVariable", "monitoringCriteria"] {
                    request.as_object_mut().unwrap().remove(filter);
                }
            }
        }
        wire.deliver(p.frame);
    }));
    let outside =
        ["B-0102", "B-0103", "B-0105", "B-0106", "B-0107"].map(|row| (row, Fail, ReportOutsideFilter));
    let mild = ["B-0017", "B-0026", "B-0027"].map(|row| (row, Warn, ReportOutsideFilter));
    let empty = [("B-0018", Warn), ("B-0104", Fail), ("B-0160", Fail)];
    let empty = empty.map(|(row, verdict)| (row, verdict, UnexpectedStatus));
    let all: Vec<_> = outside.into_iter().chain(mild).chain(empty).collect();
    breaks(&outcome, &all);
}

/// 1.6 habits: the station itself is EVSE 0. The reports are read, and what is nowhere to be found is named.
#[test]
fn the_station_is_told_as_evse_0() {
    let outcome = trial(Version::V201).select(BUT_EACH).run(Says(|p: &mut Passing| {
        if let Some(status) = p.call("StatusNotification") {
            status["evseId"] = json!(0);
            status["connectorId"] = json!(0);
        }
        for event in p.call("NotifyEvent").into_iter().flat_map(|p| p["eventData"].as_array_mut().unwrap()) {
            if event["component"]["evse"].is_null() {
                event["component"]["evse"] = json!({ "id": 0 });
            }
        }
    }));
    breaks(
        &outcome,
        &[("B-0142", Fail, EventField), ("B-0146", Fail, EventField), ("B-0150", Warn, EventField)],
    );
}

/// The last part of every report is lost, and its number with it.
#[test]
fn the_last_part_of_every_report_is_missing() {
    let outcome = trial(Version::V21).select(BUT_EACH).run(Instead(|mut p: Passing, wire: &mut Wire| {
        let action = p.action.clone();
        let last = list_of(&action).is_some() && p.call(&action).is_some_and(|p| p["tbc"] == false);
        if last { wire.settle(&p) } else { wire.send(p.frame) }
    }));
    breaks_and_leaves_open(&outcome, &[("B-0010", Fail, ReportIncomplete)], &["B-0160"]);
}

#[test]
fn a_part_is_so_large_that_the_connection_has_to_end() {
    let huge = "x".repeat(2 << 20);
    let outcome = trial(Version::V201).select(EVENTS).run(repaged(move |mut all: Vec<Value>| {
        if all[0].get("variableAttribute").is_some() {
            all[0]["customData"] = json!({ "vendorId": huge });
        }
        vec![all]
    }));
    assert!(outcome.run.verdicts.iter().any(|v| v.outcome.verdict() == judge::Verdict::Inconclusive));
}
