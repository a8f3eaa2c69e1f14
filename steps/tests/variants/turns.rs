//! Stations that do not take turns, or survive what is wrong in their own way.

use crate::middle::{Answers, Instead, Passing, Says, Wire};
use crate::trial::{Trial, breaks, changes_nothing, trial};
use judge::Code::*;
use judge::Verdict::{Fail, Warn};
use ocpp::Version;
use ocpp::frame::{ErrorCode, Frame};
use serde_json::json;
use std::time::Duration;

/// Level 3, with some traffic: inventories, reports, events.
fn turns(version: Version) -> Trial {
    trial(version).level(3).select(
        "@id:DX-INV-001 or @id:DX-MON-001 or @id:DX-REP-001 or @id:DX-EVT-001 or @id:DX-EVT-004 or @id:DX-EVT-009 or \
         @id:DX-FRM-001 or @id:DX-FRM-010 or @id:DX-FRA-001 or @id:DX-FRA-002 or @id:DX-FRA-003 or @id:DX-FRA-004 or \
         @id:DX-FRA-005 or @id:DX-FRA-006",
    )
}

/// What is wrong on purpose.
fn wrong(version: Version) -> Trial {
    trial(version).level(3).select(
        "@id:DX-INV-001 or @id:DX-ERR-001 or @id:DX-ERR-002 or @id:DX-ERR-003 or @id:DX-ERR-004 or @id:DX-ERR-005 or \
         @id:DX-ERR-006 or @id:DX-ERR-007 or @id:DX-ERR-008 or @id:DX-ERR-020 or @id:DX-ERR-021 or @id:DX-ERR-022 or \
         @id:DX-ERR-023 or @id:DX-ERR-025 or @id:DX-ERR-026 or @id:DX-ERR-027 or @id:DX-ERR-030",
    )
}

#[test]
fn messages_of_2_0_1_carry_fields_of_2_1() {
    let outcome = turns(Version::V201).run(Says(|p: &mut Passing| {
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
    breaks(&outcome, &[("B-0247", Fail, NewerField)]);
}

/// What the report says is judged all the same.
#[test]
fn a_monitoring_report_begins_before_its_response() {
    let outcome = turns(Version::V201).run(Instead(|p: Passing, wire: &mut Wire| {
        let late = p.action == "GetMonitoringReport";
        wire.send_in(Duration::from_millis(if late { 5 } else { 0 }), p.frame);
    }));
    breaks(&outcome, &[("B-0242", Fail, ReportBeforeResponse)]);
}

#[test]
fn requests_are_not_held_back_while_one_is_unanswered() {
    let outcome = turns(Version::V21).run(Instead(|p: Passing, wire: &mut Wire| {
        wire.patient = false;
        // The station itself waits for the answer: here it thinks it has it.
        if p.is_call() && p.action == "NotifyEvent" {
            let mut passing = p;
            let payload = passing.payload().unwrap().take();
            wire.settle(&passing);
            wire.call("NotifyEvent", payload);
        } else {
            wire.send(p.frame);
        }
    }));
    breaks(&outcome, &[("B-0240", Fail, SecondRequest)]);
}

#[test]
fn message_ids_are_used_again() {
    let outcome = turns(Version::V201).run(Instead(|p: Passing, wire: &mut Wire| match &p.frame {
        Frame::Call { action, payload, .. } if action == "NotifyEvent" => {
            wire.own.insert("event".to_owned());
            wire.settle(&p);
            wire.send(Frame::call("event", action.as_str(), payload.clone()));
        }
        _ => wire.send(p.frame),
    }));
    breaks(&outcome, &[("B-0241", Fail, MessageIdTwice)]);
}

#[test]
fn a_request_is_answered_twice() {
    let outcome = turns(Version::V21).run(Instead(|p: Passing, wire: &mut Wire| {
        if p.action == "GetVariables" && !p.is_call() {
            wire.send(p.frame.clone());
        }
        wire.send(p.frame);
    }));
    breaks(&outcome, &[("B-0243", Fail, AnswerTwice)]);
}

/// Answers nothing while an event of its own is unanswered.
#[test]
fn waiting_makes_a_station_deaf() {
    let mut waiting = false;
    let mut held: Vec<Frame> = Vec::new();
    struct Deaf<'a>(&'a mut bool, &'a mut Vec<Frame>);
    impl crate::middle::Middle for Deaf<'_> {
        fn said(&mut self, p: Passing, wire: &mut Wire) {
            if p.is_call() && p.action == "NotifyEvent" {
                *self.0 = true;
            } else if *self.0 && !p.is_call() {
                return self.1.push(p.frame);
            }
            wire.send(p.frame);
        }
        fn heard(&mut self, p: Passing, wire: &mut Wire) {
            if matches!(p.frame, Frame::CallResult { .. }) && p.action == "NotifyEvent" {
                *self.0 = false;
                for frame in self.1.drain(..) {
                    wire.send(frame);
                }
            }
            wire.deliver(p.frame);
        }
    }
    let outcome = turns(Version::V201).run(Deaf(&mut waiting, &mut held));
    breaks(&outcome, &[("B-0248", Fail, AnswerHeldBack)]);
}

fn is_wrong(p: &Passing) -> bool {
    let Some(payload) = p.frame.payload().filter(|_| p.is_call()) else { return false };
    let violations = ocpp::validate::validate(Version::V201, &format!("{}Request", p.action), payload);
    violations.is_ok_and(|v| !v.is_empty())
}

/// OCPP-J allows it.
#[test]
fn messages_that_break_their_schema_are_dropped() {
    changes_nothing(&wrong(Version::V201).run(Answers(|p: Passing, wire: &mut Wire| {
        if !is_wrong(&p) || p.action == "GetReport" {
            wire.deliver(p.frame);
        }
    })));
}

#[test]
fn wrong_requests_are_carried_out() {
    let outcome = wrong(Version::V201).run(Answers(|p: Passing, wire: &mut Wire| match is_wrong(&p) {
        true => wire.answer(&p, json!({ "status": "Accepted" })),
        false => wire.deliver(p.frame),
    }));
    breaks(&outcome, &[("B-0244", Fail, WrongRequestTaken), ("B-0244", Warn, WrongRequestTaken)]);
}

#[test]
fn wrong_requests_are_refused_as_right_ones_are() {
    let outcome = wrong(Version::V201).run(Answers(|p: Passing, wire: &mut Wire| match is_wrong(&p) {
        true => wire.answer(&p, json!({ "status": "Rejected" })),
        false => wire.deliver(p.frame),
    }));
    breaks(&outcome, &[("B-0244", Warn, WrongRequestTaken)]);
}

#[test]
fn every_error_is_a_generic_one() {
    let outcome = wrong(Version::V21).run(Says(|p: &mut Passing| {
        if let Frame::CallError { code, .. } = &mut p.frame {
            *code = ErrorCode::GenericError.as_str().to_owned();
        }
    }));
    breaks(&outcome, &[("B-0245", Warn, ErrorCodeUnfit)]);
}

/// Ends the connection over what it cannot read, and comes back.
#[test]
fn a_frame_without_sense_ends_the_connection() {
    let outcome = wrong(Version::V201).run(Instead(|p: Passing, wire: &mut Wire| {
        let nonsense = matches!(&p.frame, Frame::CallError { code, .. } if code == "RpcFrameworkError");
        match nonsense {
            true => wire.cut(Some(Duration::from_secs(5))),
            false => wire.send(p.frame),
        }
    }));
    breaks(&outcome, &[("B-0246", Warn, HungUp)]);
}

#[test]
fn a_frame_without_sense_is_the_end() {
    let outcome = wrong(Version::V21).run(Instead(|p: Passing, wire: &mut Wire| {
        let nonsense = matches!(&p.frame, Frame::CallError { code, .. } if code == "RpcFrameworkError");
        match nonsense {
            true => wire.cut(None),
            false => wire.send(p.frame),
        }
    }));
    let lines: Vec<String> = outcome.selected_trouble();
    assert!(lines.iter().any(|l| l.starts_with("B-0246") && l.contains("NotBack")), "{lines:?}");
    assert!(lines.iter().all(|l| l.starts_with("B-0246") || l.starts_with("B-0245")), "{lines:?}");
}

/// Not all unreadable frames are worth an answer.
#[test]
fn frames_without_sense_are_ignored() {
    changes_nothing(&wrong(Version::V201).run(Instead(|p: Passing, wire: &mut Wire| {
        if !matches!(&p.frame, Frame::CallError { id, .. } if id == "-1") {
            wire.send(p.frame);
        }
    })));
}
