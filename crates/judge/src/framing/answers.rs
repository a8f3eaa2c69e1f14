//! The answers of a station: one to each request, and before what the request asked for.

use crate::answer::{Answer, Reply};
use crate::results::{self, Kind};
use crate::{Check, Code, Finding, Window, frame_of};
use jiff::Timestamp;
use ocpp::frame::Frame;
use ocpp::validate::Validators;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trace::{Body, ConnId, Direction, Record, Seq};

/// Most findings reported of one check.
const ENOUGH: usize = 5;

/// A request of the suite.
#[derive(Debug, Clone)]
struct Asked<'a> {
    at: Seq,
    t: Timestamp,
    conn: ConnId,
    id: &'a str,
    action: &'a str,
    payload: &'a Value,
    /// When each answer came on its connection.
    answers: Vec<(Seq, Timestamp)>,
    /// When its connection ended.
    ended: Option<Timestamp>,
}

impl Asked<'_> {
    /// Whether the station answered within a time, or cannot be blamed for not having done so.
    fn is_answered_in(&self, deadline: f64, end: Timestamp) -> bool {
        let took = |t: Timestamp| t.duration_since(self.t).as_secs_f64();
        match self.answers.first() {
            Some((_, t)) => took(*t) <= deadline,
            None => took(self.ended.unwrap_or(end)) <= deadline,
        }
    }
}

/// Requests that a verdict already says were not answered.
fn blamed(records: &[Record]) -> BTreeSet<Seq> {
    let mut all = BTreeSet::new();
    for record in records {
        let Body::Verdict { verdict, .. } = &record.body else { continue };
        let also = verdict.get("also").and_then(Value::as_array).into_iter().flatten();
        let silences = std::iter::once(verdict)
            .chain(also)
            .filter(|f| f.get("code").and_then(Value::as_str) == Some(Code::NoAnswer.as_str()));
        let cited = silences.filter_map(|f| f.get("evidence")?.as_array()).flatten();
        all.extend(cited.filter_map(Value::as_u64).map(Seq));
    }
    all
}

/// Every valid request of the suite is answered once, within a time, unless its connection ended before (OCPP
/// general rules FR.02, FR.03). A silence that has failed another row already is not held against the station
/// twice.
pub fn one_each(window: Window<'_>, validators: &Validators, deadline: Duration) -> Vec<Check> {
    let asked = conversation(window);
    let valid = |a: &&Asked| {
        validators.validate(&format!("{}Request", a.action), a.payload).is_ok_and(|v| v.is_empty())
    };
    let judged: Vec<&Asked> = asked.iter().filter(valid).collect();
    let Some(end) = window.records.last().map(|r| r.t).filter(|_| !judged.is_empty()) else {
        return vec![Check::Void("the suite asked nothing of the station in this run".to_owned())];
    };
    let (blamed, seconds) = (blamed(window.records), deadline.as_secs_f64());
    let mut findings = Vec::new();
    for a in &judged {
        let what = format!("one answer to {} {:?} within {} s", a.action, a.id, deadline.as_secs());
        if a.answers.len() > 1 {
            let records = a.answers.iter().map(|(at, _)| *at).chain([a.at]);
            let observed = format!("{} answers", a.answers.len());
            findings.push(Finding::new(Code::AnswerTwice, what, observed, records));
        } else if !a.is_answered_in(seconds, end) && !blamed.contains(&a.at) {
            let (observed, late) = match a.answers.first() {
                Some((at, t)) => {
                    (format!("it came after {:.0} s", t.duration_since(a.t).as_secs_f64()), Some(*at))
                }
                None => ("none".to_owned(), None),
            };
            let records = std::iter::once(a.at).chain(late);
            findings.push(Finding::new(Code::NoAnswer, what, observed, records));
        }
    }
    let answered: Vec<Seq> = judged.iter().filter_map(|a| a.answers.first()).map(|(at, _)| *at).collect();
    let ends: Vec<Seq> = answered.first().into_iter().chain(answered.last()).copied().collect();
    if findings.is_empty() && ends.is_empty() {
        return vec![Check::open(
            "no request of the suite was answered",
            judged.iter().map(|a| a.at).take(1),
        )];
    }
    findings.truncate(ENOUGH);
    Check::from_findings(findings, ends)
}

/// A request is answered while the station waits for an answer itself (OCPP-J, synchronicity). `waiting` is the
/// station's request and the answer to it; a station that is slow at any time proves nothing by being late.
pub fn came_meanwhile(answer: &Answer, waiting: (Seq, Option<Seq>), slow: bool) -> Check {
    let (asked, released) = waiting;
    let at = match &answer.reply {
        Reply::Result { at, .. } | Reply::Error { at, .. } => *at,
        _ => {
            return answer.result().err().unwrap_or_else(|| Check::open("there is no answer", [answer.sent]));
        }
    };
    let records = [asked, answer.sent, at].into_iter().chain(released);
    match released {
        Some(released) if at > released && slow => {
            Check::open("the station is slow to answer at any time", records)
        }
        Some(released) if at > released => {
            let expected =
                format!("an answer to {} before the station's own request is answered", answer.action);
            let observed = "an answer after that";
            Finding::new(Code::AnswerHeldBack, expected, observed, records).into()
        }
        _ => Check::held(records),
    }
}

/// The requests of the suite with what came back on their connection.
fn conversation(window: Window<'_>) -> Vec<Asked<'_>> {
    let mut all: Vec<Asked<'_>> = Vec::new();
    let mut by_id: BTreeMap<&str, usize> = BTreeMap::new();
    for record in window.records {
        let conn = match &record.body {
            Body::Frame { conn, .. } => *conn,
            Body::Closed { conn, .. } => {
                for asked in all.iter_mut().filter(|a| a.conn == *conn && a.answers.is_empty()) {
                    asked.ended.get_or_insert(record.t);
                }
                continue;
            }
            _ => continue,
        };
        match frame_of(record, window.version) {
            Some((Direction::Tx, Frame::Call { id, action, payload })) => {
                by_id.insert(id, all.len());
                let (at, t) = (record.n, record.t);
                all.push(Asked { at, t, conn, id, action, payload, answers: Vec::new(), ended: None });
            }
            Some((Direction::Rx, Frame::CallResult { id, .. } | Frame::CallError { id, .. })) => {
                let asked = by_id.get(id.as_str()).and_then(|n| all.get_mut(*n)).filter(|a| a.conn == conn);
                if let Some(asked) = asked {
                    asked.answers.push((record.n, record.t));
                }
            }
            _ => {}
        }
    }
    all
}

/// What a request asks for besides its response: the action, and the code where it comes too early.
fn follows(action: &str) -> Option<(&'static str, Code)> {
    Some(match action {
        "GetBaseReport" | "GetReport" => ("NotifyReport", Code::ReportBeforeResponse),
        "GetMonitoringReport" => ("NotifyMonitoringReport", Code::ReportBeforeResponse),
        "CustomerInformation" => ("NotifyCustomerInformation", Code::ReportBeforeResponse),
        "GetLog" => ("LogStatusNotification", Code::MessageEarly),
        _ => return None,
    })
}

/// What a request asks for comes after its response (OCPP general rule FR.05): reports, the progress of an
/// upload, the stream of a new monitor.
pub fn come_first(window: Window<'_>) -> Vec<Check> {
    let mut order = Order::default();
    for record in window.records {
        match frame_of(record, window.version) {
            Some((Direction::Tx, Frame::Call { id, action, payload })) => {
                order.open.insert(id, (record.n, action, payload));
            }
            Some((Direction::Rx, Frame::CallResult { id, payload })) => {
                order.answered(record.n, id, payload);
            }
            Some((Direction::Rx, Frame::CallError { id, .. })) => {
                order.open.remove(id.as_str());
            }
            Some((Direction::Rx, Frame::Call { action, payload, .. })) => {
                order.said(record.n, action, payload);
            }
            _ => {}
        }
    }
    order.early.truncate(ENOUGH);
    if order.early.is_empty() && order.right.is_empty() {
        let nothing = "the station was asked for nothing in this run that comes after the response";
        return vec![Check::Void(nothing.to_owned())];
    }
    let ends: Vec<Seq> = order.right.first().into_iter().chain(order.right.last()).copied().collect();
    Check::from_findings(order.early, ends)
}

#[derive(Default)]
struct Order<'a> {
    /// Requests without a response yet, by message id.
    open: BTreeMap<&'a str, (Seq, &'a str, &'a Value)>,
    /// Requests with a response, by what follows and the id it is known by there.
    done: BTreeSet<(&'static str, i64)>,
    /// Streams opened while a request to set monitors had no response yet: record and monitor.
    opened: Vec<(Seq, i64)>,
    early: Vec<Finding>,
    right: Vec<Seq>,
}

impl Order<'_> {
    fn said(&mut self, at: Seq, action: &str, payload: &Value) {
        if action == "OpenPeriodicEventStream" {
            let stream = payload.get("constantStreamData");
            if let Some(monitor) = stream.and_then(|s| s.get("variableMonitoringId")).and_then(Value::as_i64)
            {
                match self.done.contains(&("OpenPeriodicEventStream", monitor)) {
                    true => self.right.push(at),
                    false => self.opened.push((at, monitor)),
                }
            }
            return;
        }
        let Some(number) = payload.get("requestId").and_then(Value::as_i64) else { return };
        let asks = |(sent, asked, request): &(Seq, &str, &Value)| {
            let (what, code) = follows(asked).filter(|(what, _)| *what == action)?;
            (request.get("requestId").and_then(Value::as_i64) == Some(number)).then_some((*sent, what, code))
        };
        if let Some((sent, what, code)) = self.open.values().find_map(asks) {
            let expected = format!("the response before the first {what} of request {number}");
            let observed = format!("{what} came first");
            self.early.push(Finding::new(code, expected, observed, [sent, at]));
        } else if self.done.iter().any(|(what, id)| *what == action && *id == number) {
            self.right.push(at);
        }
    }

    fn answered(&mut self, at: Seq, id: &str, payload: &Value) {
        let Some((sent, action, request)) = self.open.remove(id) else { return };
        if let Some((what, _)) = follows(action)
            && let Some(number) = request.get("requestId").and_then(Value::as_i64)
        {
            self.done.insert((what, number));
        }
        if action != "SetVariableMonitoring" {
            return;
        }
        let reply = Reply::Result { at, payload: payload.clone() };
        let (action, request) = (action.to_owned(), request.clone());
        let answer = Answer { action, request, sent, reply };
        let Ok((matched, _)) = results::pair(Kind::Monitor, &answer) else { return };
        for monitor in matched.iter().filter(|m| m.status == "Accepted").filter_map(|m| m.id()) {
            self.done.insert(("OpenPeriodicEventStream", monitor));
            let early = |(opened, of): &(Seq, i64)| *of == monitor && *opened > sent;
            for (opened, _) in self.opened.iter().filter(|o| early(o)) {
                let expected = format!("the response before the stream of monitor {monitor} is opened");
                let observed = "OpenPeriodicEventStream came first";
                let records = [sent, *opened, at];
                self.early.push(Finding::new(Code::MessageEarly, expected, observed, records));
            }
            self.opened.retain(|o| !early(o));
        }
    }
}

#[cfg(test)]
mod tests;
