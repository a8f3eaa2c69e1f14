//! Stations that stream in their own way, legal or not.

use crate::middle::{Answers, Instead, Passing, Says, Wire};
use crate::trial::{Trial, breaks, breaks_and_leaves_open, changes_nothing, trial};
use judge::Code::*;
use judge::Verdict::{Fail, Warn};
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

fn streams() -> Trial {
    trial(Version::V21).level(3).select(
        "@id:DX-INV-001 or @id:DX-MON-001 or @id:DX-MON-002 or @id:DX-MON-013 or @id:DX-REP-001 or @id:DX-STR-001 or \
         @id:DX-STR-002 or @id:DX-STR-003 or @id:DX-STR-004 or @id:DX-STR-005 or @id:DX-STR-006 or @id:DX-STR-007 or \
         @id:DX-STR-008 or @id:DX-STR-009 or @id:DX-STR-010 or @id:DX-STR-011 or @id:DX-STR-012 or @id:DX-STR-013 or \
         @id:DX-STR-020 or @id:DX-STR-021 or @id:DX-STR-022 or @id:DX-STR-023",
    )
}

/// The payload of values on a stream.
fn values(p: &mut Passing) -> Option<&mut Value> {
    match &mut p.frame {
        Frame::Send { action, payload, .. } if action == "NotifyPeriodicEventStream" => Some(payload),
        _ => None,
    }
}

#[test]
fn values_come_a_little_late_and_are_spelt_in_another_way() {
    changes_nothing(&streams().run(Instead(|mut p: Passing, wire: &mut Wire| {
        let mut late = p.action == "ClosePeriodicEventStream";
        if let Some(payload) = values(&mut p) {
            late = true;
            payload["pending"] = json!(0.0);
            for value in payload["data"].as_array_mut().unwrap() {
                value["t"] = json!(value["t"].as_f64().unwrap() * 1.001);
            }
        }
        let late = if late { 800 } else { 0 };
        wire.send_in(Duration::from_millis(late), p.frame);
    })));
}

#[test]
fn no_stream_is_ever_opened() {
    let outcome = streams().run(Instead(|p: Passing, wire: &mut Wire| match p.action.as_str() {
        "OpenPeriodicEventStream" => {
            wire.deliver(Frame::call_result(p.id(), json!({ "status": "Accepted" })));
        }
        _ => wire.send(p.frame),
    }));
    let rows = [("B-0461", Fail, StreamMissing)];
    breaks_and_leaves_open(&outcome, &rows, &["B-0473", "B-0464", "B-0475"]);
}

#[test]
fn streams_are_never_closed() {
    let outcome = streams().run(Instead(|p: Passing, wire: &mut Wire| match p.action.as_str() {
        "ClosePeriodicEventStream" => wire.settle(&p),
        _ => wire.send(p.frame),
    }));
    breaks(&outcome, &[("B-0468", Fail, StreamNotClosed), ("B-0469", Fail, StreamNotClosed)]);
}

#[test]
fn values_are_sent_as_requests() {
    let outcome = streams().run(Instead(|p: Passing, wire: &mut Wire| match &p.frame {
        Frame::Send { action, payload, .. } => wire.call(&action.clone(), payload.clone()),
        _ => wire.send(p.frame),
    }));
    breaks(&outcome, &[("B-0462", Fail, StreamField), ("B-0471", Fail, StreamField)]);
}

#[test]
fn the_times_are_those_of_the_whole_stream() {
    let outcome = streams().run(Says(|p: &mut Passing| {
        if let Some(payload) = values(p) {
            for value in payload["data"].as_array_mut().unwrap() {
                value["t"] = json!(value["t"].as_f64().unwrap() + 100.0);
            }
        }
    }));
    breaks(&outcome, &[("B-0464", Fail, StreamField)]);
}

#[test]
fn all_values_are_said_to_be_waiting() {
    let outcome = streams().run(Says(|p: &mut Passing| {
        if let Some(payload) = values(p) {
            payload["pending"] = payload["data"].as_array().unwrap().len().into();
        }
    }));
    breaks(&outcome, &[("B-0465", Fail, StreamField)]);
}

#[test]
fn no_stream_is_ever_listed() {
    let outcome = streams().run(Says(|p: &mut Passing| {
        if let Some(payload) = p.result("GetPeriodicEventStream") {
            *payload = json!({});
        }
    }));
    breaks(&outcome, &[("B-0467", Fail, StreamNotListed), ("B-0471", Fail, StreamNotListed)]);
}

#[test]
fn any_stream_can_be_changed() {
    let outcome = streams().run(Says(|p: &mut Passing| {
        if let Some(payload) = p.result("AdjustPeriodicEventStream") {
            payload["status"] = json!("Accepted");
        }
    }));
    breaks(&outcome, &[("B-0472", Fail, UnexpectedStatus)]);
}

#[test]
fn no_stream_can_be_changed() {
    let outcome = streams().run(Answers(|p: Passing, wire: &mut Wire| match p.action.as_str() {
        "AdjustPeriodicEventStream" if p.is_call() => wire.answer(&p, json!({ "status": "Rejected" })),
        _ => wire.deliver(p.frame),
    }));
    breaks(&outcome, &[("B-0471", Warn, UnexpectedStatus)]);
}

#[test]
fn the_last_values_come_after_the_end() {
    let outcome = streams().run(Instead(|mut p: Passing, wire: &mut Wire| {
        let late = if values(&mut p).is_some() { 100 } else { 0 };
        wire.send_in(Duration::from_millis(late), p.frame);
    }));
    breaks(&outcome, &[("B-0470", Fail, StreamValuesLost)]);
}

#[test]
fn a_refused_stream_is_used_all_the_same() {
    let mut streams_of = Vec::new();
    let outcome = streams().run(Answers(|p: Passing, wire: &mut Wire| {
        if let Frame::CallResult { id, payload } = &p.frame
            && p.action == "OpenPeriodicEventStream"
            && payload["status"] == "Rejected"
        {
            streams_of.push(id.clone());
            return wire.deliver(Frame::call_result(id.as_str(), json!({ "status": "Accepted" })));
        }
        wire.deliver(p.frame);
    }));
    assert_eq!(streams_of.len(), 1);
    breaks(&outcome, &[("B-0466", Fail, EventMissing)]);
}

#[test]
fn streamed_values_come_as_events_as_well() {
    let mut monitor = BTreeMap::new();
    let mut count = 0;
    let outcome = streams().run(Instead(|mut p: Passing, wire: &mut Wire| {
        if let Some(opened) = p.call("OpenPeriodicEventStream") {
            let stream = &opened["constantStreamData"];
            monitor.insert(stream["id"].to_string(), stream["variableMonitoringId"].clone());
        }
        let known = values(&mut p).cloned();
        wire.send(p.frame);
        let Some(payload) = known else { return };
        count += 1;
        let event = json!({ "eventId": 1_000_000 + count, "timestamp": payload["basetime"], "trigger": "Periodic",
            "actualValue": payload["data"][0]["v"], "variableMonitoringId": monitor[&payload["id"].to_string()],
            "eventNotificationType": "CustomMonitor", "severity": 9,
            "component": { "name": "EVSE", "evse": { "id": 1 } }, "variable": { "name": "Power" } });
        let all = json!({ "generatedAt": payload["basetime"], "seqNo": 0, "eventData": [event] });
        wire.call("NotifyEvent", all);
    }));
    breaks(&outcome, &[("B-0475", Warn, EventUnwanted)]);
}
