//! Periodic event streams of 2.1.

use super::{Deviation, defect, hears, instead, says, variant};
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::{Value, json};
use station::policy::streams::{Adjusting, Base, Closing, Full, LastValues, Most, Rate, Refused, Restart};
use station::wire::{Between, Passing};
use std::collections::BTreeMap;
use std::time::Duration;

const OPEN: &str = "OpenPeriodicEventStream";
const CLOSE: &str = "ClosePeriodicEventStream";
const VALUES: &str = "NotifyPeriodicEventStream";

pub(super) fn deviations() -> Vec<Deviation> {
    let all = [opening(), values(), ends()].concat();
    all.into_iter().map(|d| d.only(&[Version::V21])).collect()
}

/// The payload of values on a stream.
fn values_of(p: &mut Passing) -> Option<&mut Value> {
    match &mut p.frame {
        Frame::Send { action, payload, .. } if action == VALUES => Some(payload),
        _ => None,
    }
}

/// Changes every message with values.
fn sends(mut change: impl FnMut(&mut Value) + Send + 'static) -> Between {
    says(move |p| {
        if let Some(payload) = values_of(p) {
            change(payload);
        }
    })
}

/// Changes the time of each value.
fn times(change: fn(f64) -> f64) -> Between {
    sends(move |payload| {
        for value in payload["data"].as_array_mut().into_iter().flatten() {
            value["t"] = json!(change(value["t"].as_f64().unwrap_or_default()));
        }
    })
}

fn opening() -> Vec<Deviation> {
    vec![
        defect("stream-of-a-custom-monitor", "the station opens a stream for a custom monitor, unasked")
            .breaks(&["B-0476"])
            .wire(|_| {
                let mut opened = false;
                instead(move |mut p, wire| {
                    let results = p.each_of_result("SetVariableMonitoring", "setMonitoringResult");
                    let set = results.filter(|r| r["status"] == "Accepted").find_map(|r| r["id"].as_i64());
                    wire.send(p.frame);
                    if let Some(id) = set.filter(|_| !opened) {
                        opened = true;
                        let params = json!({ "interval": 10, "values": 30 });
                        let stream = json!({ "id": 99_999, "params": params, "variableMonitoringId": id });
                        wire.call(OPEN, json!({ "constantStreamData": stream }));
                        wire.call_in(Duration::from_secs(1), CLOSE, json!({ "id": 99_999 }));
                    }
                })
            }),
        defect("stream-never-opened", "a stream that was asked for is never opened")
            .breaks(&["B-0461"])
            .wire(|_| {
                instead(|p, wire| match p.action.as_str() {
                    OPEN => wire.deliver(Frame::call_result(p.id(), json!({ "status": "Accepted" }))),
                    _ => wire.send(p.frame),
                })
            }),
        defect("stream-at-another-rate", "a stream is opened at another rate than was asked for")
            .breaks(&["B-0461"])
            .wire(|_| {
                says(|p| {
                    if let Some(open) = p.call(OPEN) {
                        open["constantStreamData"]["params"] = json!({ "interval": 7, "values": 7 });
                    }
                })
            }),
        defect("refused-stream-used", "a stream that the back end refuses is used all the same")
            .breaks(&["B-0466"])
            .decides(|p| p.streams.refused = Refused::Used),
        defect("too-many-streams", "more streams are open than the station says it can have")
            .warns(&["B-0477"])
            .decides(|p| p.streams.most = Most::AsAsked),
        defect("stream-unlisted", "the list of streams is empty while one is open")
            .breaks(&["B-0467", "B-0471"])
            .wire(|_| {
                says(|p| {
                    if let Some(list) = p.result("GetPeriodicEventStream") {
                        *list = json!({});
                    }
                })
            }),
        defect("closed-streams-listed", "the list of streams goes on naming those that were closed")
            .breaks(&["B-0467"])
            .warns(&["B-0477"])
            .wire(|_| {
                let mut all: BTreeMap<String, Value> = BTreeMap::new();
                says(move |p| {
                    for stream in p.each_of_result("GetPeriodicEventStream", "constantStreamData") {
                        all.insert(stream["id"].to_string(), stream.clone());
                    }
                    if let Some(list) = p.result("GetPeriodicEventStream").filter(|_| !all.is_empty()) {
                        list["constantStreamData"] = all.values().cloned().collect();
                    }
                })
            }),
        variant(
            "streams-not-opened-again",
            "after a restart the values of a streamed monitor come as events",
        )
        .allowed_by(
            "N11.FR.02 opens a stream when a monitor asks for it; no requirement says so of a restart",
        )
        .decides(|p| p.streams.restart = Restart::Events),
    ]
}

fn values() -> Vec<Deviation> {
    vec![
        defect("stream-half-as-often", "values of a stream come half as often as asked")
            .breaks(&["B-0462"])
            .decides(|p| p.streams.rate = Rate::Half),
        defect("stream-values-as-requests", "values of a stream come in messages that ask for an answer")
            .breaks(&["B-0462", "B-0471"])
            .wire(|_| {
                instead(|mut p, wire| match values_of(&mut p).cloned() {
                    Some(payload) => wire.call(VALUES, payload),
                    None => wire.send(p.frame),
                })
            }),
        defect("stream-bundle-one-too-many", "a message of a stream has one value more than asked")
            .breaks(&["B-0463"])
            .decides(|p| p.streams.full = Full::OneMore),
        defect("full-bundle-waits", "a message of a stream that is full waits for its time")
            .breaks(&["B-0463"])
            .decides(|p| p.streams.full = Full::Never),
        defect(
            "stream-times-from-the-opening",
            "the times of values are not counted from the first of a message",
        )
        .breaks(&["B-0464"])
        .wire(|_| times(|t| t + 100.0)),
        defect("stream-times-in-milliseconds", "the times of values are in milliseconds")
            .breaks(&["B-0464"])
            .wire(|_| times(|t| t * 1000.0)),
        defect("stream-times-from-the-value-before", "the time of each value is counted from the one before")
            .breaks(&["B-0464"])
            .decides(|p| p.streams.base = Base::ValueBefore),
        defect("stream-base-time-is-the-sending", "the base time of a message is when it is sent")
            .breaks(&["B-0464"])
            .wire(|_| {
                instead(|mut p, wire| {
                    let now = wire.now.to_string();
                    if let Some(payload) = values_of(&mut p) {
                        payload["basetime"] = json!(now);
                    }
                    wire.send(p.frame);
                })
            }),
        defect("stream-pending-is-what-is-sent", "the values of a message are said to be waiting still")
            .breaks(&["B-0465"])
            .wire(|_| sends(|v| v["pending"] = json!(v["data"].as_array().map_or(0, Vec::len)))),
        defect("stream-rate-stays", "a change of the rate of a stream is accepted and nothing changes")
            .breaks(&["B-0471"])
            .decides(|p| p.streams.adjusting = Adjusting::OnlyAccepted),
        defect("stream-rate-cannot-change", "no change of the rate of a stream is accepted")
            .warns(&["B-0471"])
            .wire(|_| {
                hears(|p, wire| match p.action.as_str() {
                    "AdjustPeriodicEventStream" if p.is_call() => {
                        wire.answer(&p, json!({ "status": "Rejected" }))
                    }
                    _ => wire.deliver(p.frame),
                })
            }),
        defect("any-stream-can-change", "the rate of a stream that is not open is changed")
            .breaks(&["B-0472"])
            .wire(|_| {
                says(|p| {
                    if let Some(answer) = p.result("AdjustPeriodicEventStream") {
                        answer["status"] = json!("Accepted");
                    }
                })
            }),
        defect("streamed-values-as-events-too", "the values of a streamed monitor come as events as well")
            .breaks(&["B-0324"])
            .warns(&["B-0475"])
            .wire(|_| as_events_too()),
        variant("stream-values-a-little-late", "values come a little late, with times a little off")
            .allowed_by("N15.FR.06 states an interval, not a clock")
            .wire(|_| {
                instead(|mut p, wire| {
                    let mut late = p.action == CLOSE;
                    if let Some(payload) = values_of(&mut p) {
                        late = true;
                        for value in payload["data"].as_array_mut().into_iter().flatten() {
                            value["t"] = json!(value["t"].as_f64().unwrap_or_default() * 1.001);
                        }
                    }
                    wire.send_in(Duration::from_millis(if late { 800 } else { 0 }), p.frame);
                })
            }),
    ]
}

/// An event follows the values of each message.
fn as_events_too() -> Between {
    let (mut monitors, mut count) = (BTreeMap::new(), 0);
    instead(move |mut p, wire| {
        if let Some(open) = p.call(OPEN) {
            let stream = &open["constantStreamData"];
            monitors.insert(stream["id"].to_string(), stream["variableMonitoringId"].clone());
        }
        let known = values_of(&mut p).cloned();
        wire.send(p.frame);
        let Some(payload) = known else { return };
        count += 1;
        let event = json!({ "eventId": 1_000_000 + count, "timestamp": payload["basetime"], "trigger": "Periodic",
            "actualValue": payload["data"][0]["v"], "variableMonitoringId": monitors.get(&payload["id"].to_string()),
            "eventNotificationType": "CustomMonitor", "severity": 9,
            "component": { "name": "EVSE", "evse": { "id": 1 } }, "variable": { "name": "Power" } });
        let all = json!({ "generatedAt": payload["basetime"], "seqNo": 0, "eventData": [event] });
        wire.call("NotifyEvent", all);
    })
}

fn ends() -> Vec<Deviation> {
    vec![
        defect("closed-stream-goes-on", "values come on a stream after it was closed")
            .breaks(&["B-0473"])
            .wire(|_| {
                let mut last: Option<Value> = None;
                instead(move |mut p, wire| {
                    last = values_of(&mut p).cloned().or(last.take());
                    let (closes, id) = (p.is_call() && p.action == CLOSE, p.id());
                    wire.send(p.frame);
                    if let Some(payload) = last.take_if(|_| closes) {
                        let late = Frame::send(format!("late-{id}"), VALUES, payload);
                        wire.send_in(Duration::from_secs(6), late);
                    }
                })
            }),
        defect("stream-outlives-its-monitor", "the stream of a monitor that is removed is not closed")
            .breaks(&["B-0468"])
            .leaves_open(&["B-0474"])
            .decides(|p| p.streams.closing = Closing::NotWhenRemoved),
        defect(
            "stream-outlives-the-wish",
            "a monitor that is replaced by one without a stream goes on streaming",
        )
        .breaks(&["B-0469"])
        .decides(|p| p.streams.closing = Closing::NotWhenReplaced),
        defect("last-values-dropped", "what a stream has gathered when it is closed is dropped")
            .breaks(&["B-0470"])
            .decides(|p| p.streams.last_values = LastValues::Dropped),
        defect("last-values-after-the-end", "what a stream has gathered is sent after it is closed")
            .breaks(&["B-0470"])
            .wire(|_| {
                instead(|mut p, wire| {
                    let late = if values_of(&mut p).is_some() { 100 } else { 0 };
                    wire.send_in(Duration::from_millis(late), p.frame);
                })
            }),
    ]
}
