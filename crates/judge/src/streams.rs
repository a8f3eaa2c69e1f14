//! Periodic event streams (OCPP 2.1, N11 to N15): values of a monitor in batches that nobody answers.
//!
//! [`Streams`] is what a window tells of them. What one stream has to do from its opening to its end is in
//! `course`, what must hold of every stream of a run in `conduct`.

mod conduct;
mod course;

pub use course::{Goes, Share};

use crate::answer::{Answer, Reply};
use crate::events::{self, Event};
use crate::results::{self, Kind};
use crate::{Check, Finding, Window, frame_of};
use jiff::{SignedDuration, Timestamp};
use ocpp::frame::Frame;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use trace::{Body, Direction, Record, Seq};

/// Most findings reported of one check.
const ENOUGH: usize = 5;

/// PeriodicEventStreamParamsType: how often a batch is sent, and how many values it may hold. 0 says as much as
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Params {
    /// Seconds.
    pub interval: Option<i64>,
    /// Values.
    pub values: Option<i64>,
}

impl Params {
    /// Reads them; what is no number is not there.
    pub fn of(value: Option<&Value>) -> Params {
        let number = |key: &str| value?.get(key)?.as_i64().filter(|n| *n != 0);
        Params { interval: number("interval"), values: number("values") }
    }

    /// As OCPP writes them: what is not stated is left out.
    pub fn as_json(self) -> Value {
        let stated = [("interval", self.interval), ("values", self.values)];
        let fields = stated.into_iter().filter_map(|(key, n)| Some((key.to_owned(), Value::from(n?))));
        Value::Object(fields.collect())
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |n: Option<i64>| n.map_or("none".to_owned(), |n| n.to_string());
        write!(f, "interval {}, values {}", shown(self.interval), shown(self.values))
    }
}

/// OpenPeriodicEventStream.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The record that brought it.
    pub at: Seq,
    /// The id the station gave the stream.
    pub stream: Option<i64>,
    /// The monitor whose values it will carry.
    pub monitor: Option<i64>,
    /// Its rate.
    pub params: Params,
    /// The suite's answer, and whether it accepted the stream.
    pub answer: Option<(Seq, bool)>,
    call: String,
}

impl Opening {
    /// Whether the suite accepted it before a record.
    pub fn is_accepted_before(&self, at: Seq) -> bool {
        self.answer.is_some_and(|(answered, accepted)| accepted && answered < at)
    }

    /// Whether the suite refused it.
    pub fn is_refused(&self) -> bool {
        self.answer.is_some_and(|(_, accepted)| !accepted)
    }
}

/// NotifyPeriodicEventStream.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The record that brought it.
    pub at: Seq,
    /// When it arrived.
    pub arrived: Timestamp,
    /// The stream.
    pub stream: Option<i64>,
    /// How many values are still waiting, if it says so.
    pub pending: Option<i64>,
    /// `basetime`.
    pub base: Option<Timestamp>,
    /// `t` of each value, in seconds.
    pub offsets: Vec<Option<f64>>,
    /// Whether it came as a message that is not answered.
    pub is_send: bool,
}

impl Batch {
    fn read(at: Seq, arrived: Timestamp, payload: &Value, is_send: bool) -> Batch {
        let data = payload.get("data").and_then(Value::as_array).into_iter().flatten();
        Batch {
            at,
            arrived,
            stream: payload.get("id").and_then(Value::as_i64),
            pending: payload.get("pending").and_then(Value::as_i64),
            base: payload.get("basetime").and_then(Value::as_str).and_then(|t| t.parse().ok()),
            offsets: data.map(|d| d.get("t").and_then(Value::as_f64)).collect(),
            is_send,
        }
    }

    /// When its last value was taken, by the station's clock.
    pub fn last_value(&self) -> Option<Timestamp> {
        let offset = self.offsets.last().copied().flatten()?;
        let millis = offset * 1000.0;
        // Beyond this no time is left to be a time.
        let millis = (millis.abs() < 1e15).then_some(millis as i64)?;
        self.base?.checked_add(SignedDuration::from_millis(millis)).ok()
    }
}

/// ClosePeriodicEventStream.
#[derive(Debug, Clone, Copy)]
pub struct Closing {
    /// The record that brought it.
    pub at: Seq,
    /// When it arrived.
    pub arrived: Timestamp,
    /// The stream.
    pub stream: Option<i64>,
}

/// A monitor the suite set.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Watched {
    at: Seq,
    value: f64,
    streamed: bool,
}

/// Requests of the suite whose answers change what is known of streams.
const OF_INTEREST: [&str; 3] = ["SetVariableMonitoring", "AdjustPeriodicEventStream", "GetVariables"];

/// What a window tells of streams.
#[derive(Debug, Clone, Default)]
pub struct Streams {
    /// Streams the station wanted to open.
    pub openings: Vec<Opening>,
    /// Their values.
    pub batches: Vec<Batch>,
    /// Streams the station closed.
    pub closings: Vec<Closing>,
    /// Events, for monitors that do not stream.
    pub events: Vec<Event>,
    /// Boots after which the back end knows no stream any more.
    boots: Vec<Seq>,
    /// Connections that began.
    connections: Vec<Seq>,
    /// The suite's accepted requests to set monitors, by id.
    monitors: BTreeMap<i64, Vec<Watched>>,
    /// The suite's accepted requests to change a rate, by stream.
    adjusted: BTreeMap<i64, Vec<Seq>>,
    /// How far the station's clock is ahead.
    ahead: SignedDuration,
}

impl Streams {
    /// Reads a window.
    pub fn of(window: Window<'_>) -> Streams {
        let mut read = Streams { events: events::all(window), ..Streams::default() };
        let mut asked: BTreeMap<&str, (Seq, &str, &Value)> = BTreeMap::new();
        for record in window.records {
            if let Body::Connected { version: Some(_), .. } = &record.body {
                read.connections.push(record.n);
            }
            match frame_of(record, window.version) {
                Some((Direction::Rx, Frame::Send { action, payload, .. })) => {
                    read.batch(record, action, payload, true);
                }
                Some((Direction::Rx, Frame::Call { id, action, payload })) => {
                    read.batch(record, action, payload, false);
                    read.said(record.n, record.t, id, action, payload);
                }
                Some((Direction::Tx, Frame::CallResult { id, payload })) => {
                    let accepted = payload.get("status").and_then(Value::as_str) == Some("Accepted");
                    read.told(id, record.n, accepted);
                }
                Some((Direction::Tx, Frame::CallError { id, .. })) => read.told(id, record.n, false),
                Some((Direction::Tx, Frame::Call { id, action, payload }))
                    if OF_INTEREST.contains(&action.as_str()) =>
                {
                    asked.insert(id, (record.n, action, payload));
                }
                Some((Direction::Rx, Frame::CallResult { id, payload })) => {
                    if let Some((sent, action, request)) = asked.remove(id.as_str()) {
                        let reply = Reply::Result { at: record.n, payload: payload.clone() };
                        let (action, request) = (action.to_owned(), request.clone());
                        read.answered(window, &Answer { action, request, sent, reply });
                    }
                }
                _ => {}
            }
        }
        read
    }

    fn batch(&mut self, record: &Record, action: &str, payload: &Value, is_send: bool) {
        if action == "NotifyPeriodicEventStream" {
            self.batches.push(Batch::read(record.n, record.t, payload, is_send));
        }
    }

    fn said(&mut self, at: Seq, arrived: Timestamp, call: &str, action: &str, payload: &Value) {
        match action {
            "OpenPeriodicEventStream" => {
                let stream = payload.get("constantStreamData");
                let number = |key: &str| stream?.get(key)?.as_i64();
                self.openings.push(Opening {
                    at,
                    stream: number("id"),
                    monitor: number("variableMonitoringId"),
                    params: Params::of(stream.and_then(|s| s.get("params"))),
                    answer: None,
                    call: call.to_owned(),
                });
            }
            "ClosePeriodicEventStream" => {
                let stream = payload.get("id").and_then(Value::as_i64);
                self.closings.push(Closing { at, arrived, stream });
            }
            // A boot that was only asked for again is no restart.
            "BootNotification" if payload.get("reason").and_then(Value::as_str) != Some("Triggered") => {
                self.boots.push(at);
            }
            _ => {}
        }
    }

    fn told(&mut self, call: &str, at: Seq, accepted: bool) {
        let opening = self.openings.iter_mut().rev().find(|o| o.call == call && o.answer.is_none());
        if let Some(opening) = opening {
            opening.answer = Some((at, accepted));
        }
    }

    fn answered(&mut self, window: Window<'_>, answer: &Answer) {
        match answer.action.as_str() {
            "SetVariableMonitoring" => {
                let Ok((matched, _)) = results::pair(Kind::Monitor, answer) else { return };
                let elements = answer.request.get("setMonitoringData").and_then(Value::as_array);
                for m in matched.iter().filter(|m| m.status == "Accepted") {
                    let element = elements.and_then(|e| e.get(m.element));
                    let Some((id, element)) = m.id().zip(element) else { continue };
                    let value = element.get("value").and_then(Value::as_f64).unwrap_or_default();
                    let streamed = element.get("periodicEventStream").is_some();
                    self.monitors.entry(id).or_default().push(Watched { at: m.at, value, streamed });
                }
            }
            "AdjustPeriodicEventStream" if answer.status() == Some("Accepted") => {
                if let Some(stream) = answer.request.get("id").and_then(Value::as_i64) {
                    self.adjusted.entry(stream).or_default().push(answer.reply.at());
                }
            }
            "GetVariables" => {
                let first = answer.request.pointer("/getVariableData/0").and_then(results::address);
                let is_clock = first.is_some_and(|a| {
                    ocpp::device::same(&a.component.name, "ClockCtrlr")
                        && ocpp::device::same(&a.variable.name, "DateTime")
                });
                if let Some(ahead) = is_clock.then(|| crate::clock::ahead(answer, window)).flatten() {
                    self.ahead = ahead;
                }
            }
            _ => {}
        }
    }

    /// The batches of a stream after a record.
    pub fn batches_of(&self, stream: i64, after: Seq) -> Vec<&Batch> {
        self.batches.iter().filter(|b| b.stream == Some(stream) && b.at > after).collect()
    }

    /// The first stream opened for a monitor after a record.
    pub fn opening_of(&self, monitor: i64, after: Seq) -> Option<&Opening> {
        self.openings.iter().find(|o| o.monitor == Some(monitor) && o.at > after)
    }

    /// The opening a batch, an event or a closing at this record belongs to: the last one of the stream before it
    /// on this run of the station.
    fn opening_at(&self, stream: i64, at: Seq) -> Option<&Opening> {
        let boot = self.boots.iter().rev().find(|b| **b < at).copied().unwrap_or(Seq(0));
        self.openings.iter().rev().find(|o| o.stream == Some(stream) && o.at < at && o.at >= boot)
    }
}

/// Findings, or what holds: the first and the last record prove it.
fn settle(mut findings: Vec<Finding>, judged: &[Seq], nothing: &str) -> Vec<Check> {
    let ends: Vec<Seq> = judged.first().into_iter().chain(judged.last()).copied().collect();
    if findings.is_empty() && ends.is_empty() {
        return vec![Check::Void(nothing.to_owned())];
    }
    findings.truncate(ENOUGH);
    Check::from_findings(findings, ends)
}

#[cfg(test)]
mod tests;
