//! Errors, boots, reconnects and values of real stations.

use super::unrelated;
use crate::middle::{Answers, Instead, Middle, Passing, Says, Wire};
use crate::trial::{BUT_EACH, EVENTS, REPORTS, breaks, changes_nothing, rows, trial};
use judge::Code::*;
use judge::Verdict::{Fail, Inconclusive, Warn};
use ocpp::Version;
use serde_json::json;
use std::time::Duration;

/// Refuses GetReport with a text of its own.
fn refusing(text: impl Fn(&str) -> String + 'static) -> Answers<impl FnMut(Passing, &mut Wire)> {
    Answers(move |p: Passing, wire: &mut Wire| {
        if p.is_call() && p.action == "GetReport" { wire.text(text(&p.id())) } else { wire.deliver(p.frame) }
    })
}

const FILTERED: [&str; 4] = ["B-0017", "B-0018", "B-0026", "B-0027"];

#[test]
fn errors_do_not_say_which_call_they_answer() {
    let outcome = trial(Version::V201)
        .select(BUT_EACH)
        .run(refusing(|_| json!([4, "-1", "NotSupported", "", {}]).to_string()));
    breaks(&outcome, &FILTERED.map(|row| (row, Warn, NoAnswer)));
}

#[test]
fn error_codes_are_misspelt_and_details_are_a_text() {
    for (code, details) in [
        ("FormationViolation", json!({})),
        ("OccurenceConstraintViolation", json!({})),
        ("NotSupported", json!("no")),
    ] {
        let error = move |id: &str| json!([4, id, code, "", details]).to_string();
        let outcome = trial(Version::V21).select(REPORTS).run(refusing(error));
        let mut all = FILTERED.map(|row| (row, Warn, CallError)).to_vec();
        all.push(("B-0200", Fail, UnreadableFrame));
        breaks(&outcome, &all);
    }
}

#[test]
fn one_kind_of_call_is_never_answered() {
    let outcome = trial(Version::V201).select(BUT_EACH).run(Answers(|p: Passing, wire: &mut Wire| {
        if !p.is_call() || p.action != "GetReport" {
            wire.deliver(p.frame);
        }
    }));
    breaks(&outcome, &FILTERED.map(|row| (row, Warn, NoAnswer)));
}

/// After a call it does not understand, it says nothing any more, and keeps the socket open.
#[test]
fn a_station_goes_deaf_in_the_middle() {
    let mut deaf = false;
    let outcome = trial(Version::V201).run(Answers(move |p: Passing, wire: &mut Wire| {
        deaf |= p.action == "SetVariableMonitoring";
        if !deaf {
            wire.deliver(p.frame);
        }
    }));
    let all = rows(&outcome);
    let deaf = |r: &&crate::trial::Row| {
        r.why.contains("has not answered any more") || r.blocked_by.as_deref() == Some("B-0110")
    };
    assert!(all.iter().filter(deaf).count() > 20);
    let before = |r: &&crate::trial::Row| r.scenario.starts_with("DX-INV");
    assert!(all.iter().filter(before).all(|r| !matches!(r.verdict, Fail | Inconclusive)));
    let failed: Vec<_> = all.iter().filter(|r| r.verdict == Fail).map(|r| (r.row.as_str(), r.code)).collect();
    assert_eq!(failed, [("B-0110", Some(NoAnswer))]);
    crate::trial::replays(&outcome);
}

/// The process dies of a request, and is started again.
#[test]
fn a_station_dies_of_a_request_and_comes_back() {
    for back_in in [Duration::from_millis(500), Duration::from_secs(40)] {
        let outcome =
            trial(Version::V201).select(BUT_EACH).run(Answers(move |p: Passing, wire: &mut Wire| {
                let dies = p.is_call()
                    && p.action == "GetMonitoringReport"
                    && p.frame.payload().unwrap().get("monitoringCriteria").is_some();
                if dies { wire.cut(Some(back_in)) } else { wire.deliver(p.frame) }
            }));
        let all = crate::trial::differences(&outcome);
        assert!(!all.is_empty());
        for d in &all {
            assert_eq!(d.now.verdict, Inconclusive, "{:?}", d.now);
            assert!(
                ["B-0102", "B-0104", "B-0106", "B-0107", "B-0160"].contains(&d.now.row.as_str()),
                "{:?}",
                d.now
            );
        }
        crate::trial::replays(&outcome);
    }
}

#[test]
fn a_station_dies_of_a_request_and_stays_away() {
    let outcome = trial(Version::V21).select(BUT_EACH).run(Answers(|p: Passing, wire: &mut Wire| {
        let dies = p.is_call() && p.action == "SetMonitoringBase";
        if dies { wire.cut(None) } else { wire.deliver(p.frame) }
    }));
    let all = crate::trial::differences(&outcome);
    assert!(all.iter().all(|d| d.now.verdict == Inconclusive), "{all:#?}");
    assert!(all.iter().any(|d| d.now.why.contains("did not come back")), "{all:#?}");
    crate::trial::replays(&outcome);
}

/// The connection breaks now and then for no reason; some stations boot again over it, and say other things first.
#[test]
fn a_connection_that_breaks_costs_only_what_was_going_on() {
    struct Broken(usize, bool);
    impl Middle for Broken {
        fn said(&mut self, passing: Passing, wire: &mut Wire) {
            let report = passing.is_call() && passing.action == "NotifyMonitoringReport";
            self.0 += usize::from(report);
            if report && self.0.is_multiple_of(40) {
                self.1 = true;
                return wire.cut(Some(Duration::from_secs(3)));
            }
            wire.send(passing.frame);
        }
        fn heard(&mut self, passing: Passing, wire: &mut Wire) {
            if self.1 && passing.is_call() {
                self.1 = false;
                wire.call("StatusNotification", json!({ "timestamp": wire.now.to_string(), "connectorStatus": "Available", "evseId": 1, "connectorId": 1 }));
                let station = json!({ "vendorName": "Diagmark", "model": "Reference" });
                wire.call("BootNotification", json!({ "reason": "Unknown", "chargingStation": station }));
                let late = wire.now.to_string();
                wire.call(
                    "NotifyEvent",
                    unrelated::message(&late, vec![unrelated::event(2, &late), unrelated::event(1, &late)]),
                );
            }
            wire.deliver(passing.frame);
        }
    }
    let outcome = trial(Version::V201).select(BUT_EACH).run(Broken(0, false));
    let all = crate::trial::differences(&outcome);
    assert!(!all.is_empty());
    for d in &all {
        assert_eq!(d.now.verdict, Inconclusive, "{:?}", d.now);
        // Lost with the connection: what was asked, or each number that was tried.
        let lost = d.now.why.contains("connection") || d.now.why.contains("no number takes");
        assert!(lost || d.now.blocked_by.is_some(), "{:?}", d.now);
    }
    crate::trial::replays(&outcome);
}

#[test]
fn a_status_notification_precedes_the_boot_notification() {
    struct Early(bool);
    impl Middle for Early {
        fn said(&mut self, passing: Passing, wire: &mut Wire) {
            if !std::mem::replace(&mut self.0, true) {
                wire.call("StatusNotification", json!({ "timestamp": wire.now.to_string(), "connectorStatus": "Available", "evseId": 1, "connectorId": 1 }));
            }
            wire.send(passing.frame);
        }
    }
    let outcome = trial(Version::V201).select(BUT_EACH).run(Early(false));
    breaks(&outcome, &[("B-0001", Fail, BootNotFirst)]);
}

#[test]
fn the_boot_takes_twenty_seconds() {
    let outcome = trial(Version::V21).select(EVENTS).run(Instead(|p: Passing, wire: &mut Wire| {
        let late = if p.action == "BootNotification" { 20 } else { 0 };
        wire.send_in(Duration::from_secs(late), p.frame);
    }));
    changes_nothing(&outcome);
}

#[test]
fn times_have_nine_decimals() {
    let outcome = trial(Version::V201).select(EVENTS).run(Says(|p: &mut Passing| {
        if let Some(p) = p.call("NotifyEvent") {
            p["generatedAt"] = json!("2026-01-01T00:00:00.123456789Z");
        }
    }));
    breaks(&outcome, &[("B-0211", Warn, InvalidFrame)]);
}

#[test]
fn message_ids_are_numbers_without_quotes() {
    struct Bare(i64);
    impl Middle for Bare {
        fn said(&mut self, passing: Passing, wire: &mut Wire) {
            if passing.is_call() && passing.action == "NotifyEvent" {
                self.0 += 1;
                wire.text(json!([2, self.0, "NotifyEvent", passing.frame.payload()]).to_string());
                return wire.settle(&passing);
            }
            wire.send(passing.frame);
        }
    }
    let outcome = trial(Version::V201).select(EVENTS).run(Bare(0));
    breaks(&outcome, &[("B-0200", Fail, UnreadableFrame)]);
}

#[test]
fn actions_of_no_version_are_sent_all_the_time() {
    let outcome = trial(Version::V21).select(EVENTS).run(Instead(|p: Passing, wire: &mut Wire| {
        if !p.is_call() {
            wire.call("NotifyCoffee", json!({ "cups": 2 }));
        }
        wire.send(p.frame);
    }));
    changes_nothing(&outcome);
}
