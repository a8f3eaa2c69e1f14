//! Stations that do something wrong when they register, are offline or restart: the row that says so fails, no other is
//! spoilt, and the suite is left as it was.

use crate::harness::Outcome;
use crate::middle::{Answers, Instead, Middle, Passing, Says, Wire};
use crate::trial::{replays, rows, trial};
use judge::{Code, Verdict};
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::{Value, json};
use std::time::Duration;
use trace::Body;

const BOOTS: &str = "@req:B-0002 or @req:B-0003 or @req:B-0004 or @req:B-0005 or @req:B-0006 or @req:B-0008 or @req:B-0361 or @req:B-0363";
const OUTAGES: &str = "@req:B-0341 or @req:B-0342 or @req:B-0344 or @req:B-0345 or @req:B-0346 or @req:B-0347 or @req:B-0348 or @req:B-0349 or @req:B-0350 or @req:B-0351";

fn judged(select: &'static str, middle: impl Middle) -> Outcome {
    trial(Version::V201).level(3).select(select).run(middle)
}

/// Exactly these rows do not pass, with this verdict and code; nothing is left behind, and it replays.
fn does_not_pass(outcome: &Outcome, expected: &[(&str, Verdict, Option<Code>)]) {
    let strange = |v: Verdict| !matches!(v, Verdict::Pass | Verdict::NotApplicable);
    let found: Vec<(String, Verdict, Option<Code>)> = rows(outcome)
        .into_iter()
        .filter(|r| strange(r.verdict) && !r.why.contains("left out by --select") && r.why != "no scenario")
        .map(|r| (r.row, r.verdict, r.code))
        .collect();
    let expected: Vec<_> = expected.iter().map(|(row, v, c)| ((*row).to_owned(), *v, *c)).collect();
    assert_eq!(found, expected, "{:#?}", outcome.selected_trouble());
    is_as_usual(outcome);
    replays(outcome);
}

/// Everybody is let in and answered as usual, and nothing was left behind.
fn is_as_usual(outcome: &Outcome) {
    let offline = outcome.records.iter().rev().find_map(|r| match &r.body {
        Body::Offline { offline, .. } => Some(*offline),
        _ => None,
    });
    assert_ne!(offline, Some(true), "the suite lets nobody in");
    let policy = outcome.records.iter().rev().find_map(|r| match &r.body {
        Body::Policy { policy, .. } => Some(policy.clone()),
        _ => None,
    });
    let usual = serde_json::to_value(net::csms::Policy::default()).unwrap();
    assert!(policy.is_none_or(|p| p == usual), "the suite answers in another way");
}

/// What the station was told last about its boot.
#[derive(Default)]
struct Told(String);

impl Told {
    fn heard(&mut self, passing: &mut Passing) {
        if let Some(result) = passing.result("BootNotification") {
            self.0 = result["status"].as_str().unwrap_or_default().to_owned();
        }
    }
}

#[test]
fn a_boot_that_is_not_repeated_fails_its_row_and_the_station_is_let_in_all_the_same() {
    #[derive(Default)]
    struct Forgetful(Told, bool);
    impl Middle for Forgetful {
        fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
            if passing.call("BootNotification").is_some() && self.0.0 == "Pending" && !self.1 {
                return;
            }
            wire.send(passing.frame);
        }
        fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
            self.0.heard(&mut passing);
            self.1 |= passing.call("TriggerMessage").is_some();
            wire.deliver(passing.frame);
        }
    }
    let outcome = judged(BOOTS, Forgetful::default());
    does_not_pass(&outcome, &[("B-0004", Verdict::Fail, Some(Code::BootRetry))]);
}

#[test]
fn what_is_said_before_the_acceptance_fails_its_row() {
    #[derive(Default)]
    struct Hasty(Told);
    impl Middle for Hasty {
        fn said(&mut self, passing: Passing, wire: &mut Wire) {
            if self.0.0 == "Pending" && passing.is_call() {
                wire.call("Heartbeat", json!({}));
            }
            wire.send(passing.frame);
        }
        fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
            self.0.heard(&mut passing);
            wire.deliver(passing.frame);
        }
    }
    does_not_pass(&judged(BOOTS, Hasty::default()), &[("B-0002", Verdict::Fail, Some(Code::BootNotFirst))]);
}

#[test]
fn a_station_that_answers_nothing_until_it_is_accepted_fails_its_row() {
    #[derive(Default)]
    struct Closed(Told);
    impl Middle for Closed {
        fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
            self.0.heard(&mut passing);
            if self.0.0 == "Pending" && passing.is_call() {
                return wire.refuse(&passing, "SecurityError");
            }
            wire.deliver(passing.frame);
        }
    }
    let expected = [
        ("B-0003", Verdict::Fail, Some(Code::CallError)),
        ("B-0005", Verdict::NotExercised, None),
        ("B-0363", Verdict::NotExercised, None),
    ];
    does_not_pass(&judged(BOOTS, Closed::default()), &expected);
}

#[test]
fn a_station_that_keeps_silent_until_it_is_accepted_fails_its_row_and_is_not_deaf() {
    #[derive(Default)]
    struct Silent(Told);
    impl Middle for Silent {
        fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
            self.0.heard(&mut passing);
            if self.0.0 != "Pending" || !passing.is_call() {
                wire.deliver(passing.frame);
            }
        }
    }
    let expected = [
        ("B-0003", Verdict::Fail, Some(Code::NoAnswer)),
        // The first repetition comes while the suite still waits for an answer, and is right.
        ("B-0005", Verdict::NotExercised, None),
        ("B-0363", Verdict::NotExercised, None),
    ];
    does_not_pass(&judged(BOOTS, Silent::default()), &expected);
}

#[test]
fn a_rejected_station_that_goes_on_talking_fails_its_row() {
    #[derive(Default)]
    struct Stubborn(Told);
    impl Middle for Stubborn {
        fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
            self.0.heard(&mut passing);
            if passing.result("BootNotification").is_some() && self.0.0 == "Rejected" {
                wire.call_in(Duration::from_secs(3), "Heartbeat", json!({}));
            }
            wire.deliver(passing.frame);
        }
    }
    does_not_pass(
        &judged(BOOTS, Stubborn::default()),
        &[("B-0006", Verdict::Fail, Some(Code::BootNotFirst))],
    );
}

#[test]
fn another_reason_fails_its_row_only() {
    let says = Says(|p: &mut Passing| {
        if let Some(boot) = p.call("BootNotification") {
            boot["reason"] = json!("Unknown");
        }
    });
    does_not_pass(&judged(BOOTS, says), &[("B-0361", Verdict::Fail, Some(Code::BootReason))]);
}

#[test]
fn a_station_that_does_not_beat_fails_its_row() {
    let silent = Instead(|mut p: Passing, wire: &mut Wire| match p.call("Heartbeat") {
        Some(_) => wire.settle(&p),
        None => wire.send(p.frame),
    });
    does_not_pass(&judged(BOOTS, silent), &[("B-0008", Verdict::Fail, Some(Code::HeartbeatMissing))]);
}

#[test]
fn events_from_before_the_acceptance_that_are_lost_fail_their_rows() {
    #[derive(Default)]
    struct Lossy(Told, Option<jiff::Timestamp>);
    impl Middle for Lossy {
        fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
            let since = self.1;
            let early = |e: &Value| {
                let at: jiff::Timestamp = e["timestamp"].as_str().unwrap().parse().unwrap();
                e["eventNotificationType"] == "CustomMonitor" && since.is_some_and(|since| at < since)
            };
            let Some(event) = passing.call("NotifyEvent") else { return wire.send(passing.frame) };
            let data = event["eventData"].as_array_mut().unwrap();
            data.retain(|e| !early(e));
            if data.is_empty() { wire.settle(&passing) } else { wire.send(passing.frame) }
        }
        fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
            self.0.heard(&mut passing);
            wire.deliver(passing.frame);
        }
        fn accepted(&mut self, wire: &mut Wire) {
            self.1 = Some(wire.now);
        }
    }
    let expected = [
        ("B-0005", Verdict::Fail, Some(Code::EventMissing)),
        ("B-0363", Verdict::Fail, Some(Code::ClearMissing)),
    ];
    does_not_pass(&judged(BOOTS, Lossy::default()), &expected);
}

/// The time of an event.
fn stamp(event: &Value) -> jiff::Timestamp {
    event["timestamp"].as_str().unwrap().parse().unwrap()
}

/// Does something to the NotifyEvent messages that are delivered late.
struct Late<F>(F);
impl<F: FnMut(&mut Vec<Value>, jiff::Timestamp)> Middle for Late<F> {
    fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
        let now = wire.now;
        let Some(payload) = passing.call("NotifyEvent") else { return wire.send(passing.frame) };
        let data = payload["eventData"].as_array_mut().unwrap();
        if data.iter().any(|e| now.duration_since(stamp(e)).as_secs() > 1) {
            (self.0)(data, now);
        }
        if data.is_empty() { wire.settle(&passing) } else { wire.send(passing.frame) }
    }
}

#[test]
fn queued_values_that_are_lost_fail_their_row_and_what_rests_on_it_is_blocked() {
    let outcome = judged(OUTAGES, Late(|data: &mut Vec<Value>, _| data.clear()));
    let blocked = |row| (row, Verdict::Inconclusive, None);
    let expected = [
        ("B-0342", Verdict::Fail, Some(Code::EventLost)),
        blocked("B-0344"),
        blocked("B-0345"),
        blocked("B-0348"),
        blocked("B-0346"),
        blocked("B-0347"),
    ];
    does_not_pass(&outcome, &expected);
}

#[test]
fn queued_values_stamped_on_delivery_fail_the_row_on_their_time_only() {
    let restamped = Late(|data: &mut Vec<Value>, now: jiff::Timestamp| {
        data.iter_mut().for_each(|e| e["timestamp"] = json!(format!("{now:.3}")));
    });
    // With the time its sameness is gone as well, but its id tells that it is the event sent before.
    does_not_pass(&judged(OUTAGES, restamped), &[("B-0345", Verdict::Fail, Some(Code::EventField))]);
}

#[test]
fn queued_values_in_another_order_warn_of_it_only() {
    let reversed = Late(|data: &mut Vec<Value>, _| data.reverse());
    does_not_pass(&judged(OUTAGES, reversed), &[("B-0348", Verdict::Warn, Some(Code::EventOrder))]);
}

#[test]
fn a_station_that_does_not_come_back_leaves_the_suite_as_it_was() {
    /// Goes for ever when its event is not answered.
    #[derive(Default)]
    struct Offended(u32);
    impl Middle for Offended {
        fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
            let value =
                passing.call("NotifyEvent").is_some_and(|p| p["eventData"][0]["trigger"] == "Periodic");
            self.0 += u32::from(value);
            wire.send(passing.frame);
            if self.0 == 2 {
                wire.cut(None);
            }
        }
    }
    let outcome = judged("@req:B-0346 or @req:B-0347", Offended::default());
    assert!(outcome.on("B-0346").contains(&Verdict::Inconclusive), "{:?}", outcome.trouble());
    is_as_usual(&outcome);
    replays(&outcome);
}

#[test]
fn a_station_that_ignores_a_restart_it_agreed_to_fails_its_row() {
    let ignores = Answers(|mut p: Passing, wire: &mut Wire| match p.call("Reset") {
        Some(_) => wire.answer(&p, json!({ "status": "Accepted" })),
        None => wire.deliver(p.frame),
    });
    let outcome = judged("@req:B-0361", ignores);
    does_not_pass(&outcome, &[("B-0361", Verdict::Fail, Some(Code::NotBack))]);
}

#[test]
fn a_station_that_refuses_to_restart_is_not_judged_by_it() {
    let refuses = Answers(|mut p: Passing, wire: &mut Wire| match p.call("Reset") {
        Some(_) => wire.answer(&p, json!({ "status": "Rejected" })),
        None => wire.deliver(p.frame),
    });
    let outcome = judged(BOOTS, refuses);
    assert_eq!(outcome.on("B-0361"), [Verdict::NotApplicable]);
    assert!(["B-0002", "B-0006"].iter().all(|row| outcome.on(row) == [Verdict::NotExercised]));
    is_as_usual(&outcome);
}

#[test]
fn an_unanswered_heartbeat_request_is_found() {
    let silent = Answers(|mut p: Passing, wire: &mut Wire| match p.call("TriggerMessage") {
        Some(_) => wire.answer(&p, json!({ "status": "Accepted" })),
        None => wire.deliver(p.frame),
    });
    let outcome = judged("@id:DX-TRG-001 or @id:DX-TRG-002", silent);
    let expected = [
        ("B-0028", Verdict::Warn, Some(Code::UnexpectedStatus)),
        ("B-0029", Verdict::Fail, Some(Code::MessageMissing)),
    ];
    does_not_pass(&outcome, &expected);
    let early = Answers(|mut p: Passing, wire: &mut Wire| match p.call("TriggerMessage") {
        Some(_) => {
            wire.call("Heartbeat", json!({}));
            let answer = Frame::call_result(p.id(), json!({ "status": "Accepted" }));
            wire.send_in(Duration::from_secs(1), answer);
        }
        None => wire.deliver(p.frame),
    });
    does_not_pass(&judged("@id:DX-TRG-002", early), &[("B-0029", Verdict::Fail, Some(Code::MessageEarly))]);
}

#[test]
fn a_rejected_station_may_close_the_connection_until_it_boots_again() {
    #[derive(Default)]
    struct Leaves(Told);
    impl Middle for Leaves {
        fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
            self.0.heard(&mut passing);
            let rejected = passing.result("BootNotification").is_some() && self.0.0 == "Rejected";
            wire.deliver(passing.frame);
            if rejected {
                wire.cut(Some(Duration::from_secs(10)));
            }
        }
    }
    does_not_pass(&judged(BOOTS, Leaves::default()), &[]);
}

/// Every time the station tells is a minute ahead.
fn a_minute_ahead(mut passing: Passing, wire: &mut Wire) {
    fn shift(value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Ok(at) = text.parse::<jiff::Timestamp>() {
                    *text = format!("{:.3}", at + Duration::from_secs(60));
                }
            }
            Value::Array(all) => all.iter_mut().for_each(shift),
            Value::Object(fields) => fields.values_mut().for_each(shift),
            _ => {}
        }
    }
    passing.payload().into_iter().for_each(shift);
    wire.send(passing.frame);
}

#[test]
fn a_clock_that_is_ahead_fails_its_row_only() {
    let select = "@req:B-0005 or @req:B-0007 or @req:B-0342 or @req:B-0344 or @req:B-0345 or @req:B-0346";
    does_not_pass(
        &judged(select, Instead(a_minute_ahead)),
        &[("B-0007", Verdict::Fail, Some(Code::ClockOff))],
    );
}

/// Gives every monitor another id after each start (OCPP N04.FR.19 lets it).
#[derive(Default)]
struct Renumbered {
    starts: i64,
}

impl Renumbered {
    fn shift(&self, holder: &mut Value, key: &str, sign: i64) {
        if let Some(id) = holder.get(key).and_then(Value::as_i64) {
            holder[key] = json!(id + sign * 1000 * self.starts);
        }
    }
}

impl Middle for Renumbered {
    fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
        let each = |p: &mut Value, list: &str, key: &str| {
            let all = p.get_mut(list).and_then(Value::as_array_mut);
            all.into_iter().flatten().for_each(|e| self.shift(e, key, 1));
        };
        if let Some(p) = passing.payload() {
            each(p, "eventData", "variableMonitoringId");
            each(p, "setMonitoringResult", "id");
            each(p, "clearMonitoringResult", "id");
            let entries = p.get_mut("monitor").and_then(Value::as_array_mut);
            entries.into_iter().flatten().for_each(|e| each(e, "variableMonitoring", "id"));
        }
        wire.send(passing.frame);
    }
    fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
        if let Some(p) = passing.call("SetVariableMonitoring") {
            let all = p["setMonitoringData"].as_array_mut().unwrap();
            all.iter_mut().for_each(|e| self.shift(e, "id", -1));
        }
        if let Some(p) = passing.call("ClearVariableMonitoring") {
            let ids = p["id"].as_array_mut().unwrap();
            ids.iter_mut().for_each(|id| *id = json!(id.as_i64().unwrap() - 1000 * self.starts));
        }
        wire.deliver(passing.frame);
    }
    fn accepted(&mut self, _: &mut Wire) {
        self.starts += 1;
    }
}

#[test]
fn monitors_may_have_other_ids_after_a_restart() {
    let select = "@req:B-0005 or @req:B-0006 or @req:B-0363 or @req:B-0365";
    let outcome = judged(select, Renumbered::default());
    does_not_pass(&outcome, &[]);
    assert_eq!(outcome.run.observations, Vec::<String>::new(), "every monitor is removed under its new id");
}
