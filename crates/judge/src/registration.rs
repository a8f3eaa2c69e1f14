//! How a station registers: boots, what it says until it is accepted, and how it is heard of afterwards (OCPP B01 to
//! B03, G02).

use crate::boot::asked;
use crate::clock::signed;
use crate::events::TIME_TOLERANCE;
use crate::{Check, Code, Finding, Window, frame_of};
use jiff::{SignedDuration, Timestamp};
use ocpp::frame::Frame;
use serde_json::Value;
use std::time::Duration;
use trace::{Body, ConnId, Direction, Record, Seq};

/// A BootNotification of the station.
#[derive(Debug, Clone, PartialEq)]
pub struct Boot {
    /// Its record.
    pub at: Seq,
    /// When it came.
    pub time: Timestamp,
    /// The connection.
    pub conn: ConnId,
    /// `reason`, as spelt by the station.
    pub reason: String,
    /// `chargingStation`.
    pub station: Value,
    /// What it was answered.
    pub answer: Option<BootAnswer>,
}

/// The answer of the suite to a BootNotification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootAnswer {
    /// Its record.
    pub at: Seq,
    /// When it was given.
    pub time: Timestamp,
    /// `status`.
    pub status: String,
    /// `interval` in seconds.
    pub interval: Option<i64>,
}

fn conn_of(record: &Record) -> Option<ConnId> {
    match &record.body {
        Body::Frame { conn, .. } => Some(*conn),
        _ => None,
    }
}

/// Every BootNotification of a window with its answer.
pub fn boots(window: Window<'_>) -> Vec<Boot> {
    let mut all: Vec<Boot> = Vec::new();
    let mut ids: Vec<&str> = Vec::new();
    for record in window.records {
        let (Some(conn), Some((dir, frame))) = (conn_of(record), frame_of(record, window.version)) else {
            continue;
        };
        let text = |v: Option<&Value>| v.and_then(Value::as_str).unwrap_or_default().to_owned();
        match (dir, frame) {
            (Direction::Rx, Frame::Call { id, action, payload }) if action == "BootNotification" => {
                ids.push(id);
                all.push(Boot {
                    at: record.n,
                    time: record.t,
                    conn,
                    reason: text(payload.get("reason")),
                    station: payload.get("chargingStation").cloned().unwrap_or_default(),
                    answer: None,
                });
            }
            (Direction::Tx, Frame::CallResult { id, payload }) => {
                let open =
                    all.iter_mut().zip(&ids).rev().find(|(b, of)| b.conn == conn && **of == id.as_str());
                if let Some((boot, _)) = open.filter(|(b, _)| b.answer.is_none()) {
                    boot.answer = Some(BootAnswer {
                        at: record.n,
                        time: record.t,
                        status: text(payload.get("status")),
                        interval: payload.get("interval").and_then(Value::as_i64),
                    });
                }
            }
            _ => {}
        }
    }
    all
}

/// The record by which the station connected for the first time in a window.
fn first_connection(window: Window<'_>) -> Option<usize> {
    window.records.iter().position(|r| matches!(r.body, Body::Connected { version: Some(_), .. }))
}

/// The messages a station sends by itself, with what the suite asked it for so far.
fn own_messages(window: Window<'_>) -> impl Iterator<Item = (Seq, Timestamp, &str, bool)> + '_ {
    let mut invited: Vec<&str> = Vec::new();
    window.records.iter().filter_map(move |record| match frame_of(record, window.version)? {
        (Direction::Tx, Frame::Call { action, payload, .. }) => {
            invited.extend(asked(action, payload));
            None
        }
        (Direction::Rx, Frame::Call { action, .. } | Frame::Send { action, .. }) => {
            let was_asked = invited.contains(&action.as_str());
            Some((record.n, record.t, action.as_str(), was_asked))
        }
        _ => None,
    })
}

/// Between its new connection and its acceptance the station sends nothing but BootNotification and what it was
/// asked for (OCPP B01.FR.08, B02.FR.02; archetype row B-0002). The window begins with the restart.
pub fn only_boots(window: Window<'_>) -> Check {
    let Some(start) = first_connection(window) else {
        return Check::open("the station did not connect again", window.ends());
    };
    let since = Window::new(window.records.get(start..).unwrap_or_default(), window.version);
    let tries = boots(since);
    let accepted =
        tries.iter().find_map(|b| b.answer.as_ref().filter(|a| a.status == "Accepted").map(|a| a.at));
    let early = own_messages(since)
        .take_while(|(at, ..)| accepted.is_none_or(|accepted| *at < accepted))
        .find(|(_, _, action, was_asked)| *action != "BootNotification" && !was_asked);
    if let Some((at, _, action, _)) = early {
        let expected = "no other CALL before BootNotification was accepted";
        let records = [at].into_iter().chain(tries.first().map(|b| b.at));
        return Finding::new(Code::BootNotFirst, expected, format!("{action} at {at}"), records).into();
    }
    match accepted {
        Some(accepted) => Check::held(tries.iter().map(|b| b.at).chain([accepted])),
        None => {
            Check::open("BootNotification was not accepted", tries.iter().map(|b| b.at).chain(window.ends()))
        }
    }
}

/// When the suite asked for a BootNotification between two records, if it did.
fn triggered(window: Window<'_>, from: Seq, to: Seq) -> Option<(Seq, Timestamp)> {
    let between = window.records.iter().filter(|r| from < r.n && r.n < to);
    between.filter_map(|r| Some((r, frame_of(r, window.version)?))).find_map(|(r, (dir, frame))| {
        let Frame::Call { action, payload, .. } = frame else { return None };
        let is = dir == Direction::Tx && asked(action, payload) == Some("BootNotification");
        is.then_some((r.n, r.t))
    })
}

/// After each answer with this status the station repeats BootNotification when the interval of the answer is over:
/// not before, and at most `grace` later (OCPP B02.FR.04, B02.FR.08, B03.FR.02; archetype rows B-0004 and B-0006).
pub fn repeats(window: Window<'_>, status: &str, grace: Duration) -> Vec<Check> {
    let all = boots(window);
    let Some(end) = window.records.last() else { return Vec::new() };
    let (mut checks, mut findings, mut held) = (Vec::new(), Vec::new(), Vec::new());
    for (n, boot) in all.iter().enumerate() {
        let Some(answer) = boot.answer.as_ref().filter(|a| a.status == status) else { continue };
        let Some(interval) = answer.interval.filter(|i| *i > 0).map(SignedDuration::from_secs) else {
            continue;
        };
        let next = all.get(n + 1);
        let until = next.map_or(end.n, |next| next.at);
        // One that was asked for is no repetition, and says nothing if it was asked for before its time was over.
        let (next, until, now) = match triggered(window, answer.at, until) {
            Some((at, now)) => (None, at, now),
            None => (next, until, next.map_or(end.t, |next| next.time)),
        };
        let waited = now.duration_since(answer.time);
        let too_late = waited > interval.saturating_add(signed(grace));
        if next.is_none() && until != end.n && !too_late {
            continue;
        }
        let expected =
            format!("BootNotification again {} s after it was answered {status}", interval.as_secs());
        let records = [boot.at, answer.at].into_iter().chain([until]);
        match next {
            Some(_) if waited < interval.saturating_sub(signed(TIME_TOLERANCE)) || too_late => {
                let observed = format!("after {:.1} s", waited.as_secs_f64());
                findings.push(Finding::new(Code::BootRetry, expected, observed, records));
            }
            Some(_) => held.extend(records),
            None if too_late => {
                let observed = format!("none within {:.0} s", waited.as_secs_f64());
                findings.push(Finding::new(Code::BootRetry, expected, observed, records));
            }
            None => checks.push(Check::open("the interval was not over yet", records)),
        }
    }
    if findings.is_empty() && held.is_empty() && checks.is_empty() {
        return vec![Check::open(format!("no BootNotification was answered {status}"), window.ends())];
    }
    if !(findings.is_empty() && held.is_empty()) {
        checks.extend(Check::from_findings(findings, held));
    }
    checks
}

/// After a rejection the station says nothing until it boots again (OCPP B03.FR.02; archetype row B-0006).
pub fn silent_when_rejected(window: Window<'_>) -> Check {
    let all = boots(window);
    let rejected = |b: &Boot| b.answer.as_ref().filter(|a| a.status == "Rejected").map(|a| a.at);
    let Some((n, at)) = all.iter().enumerate().find_map(|(n, b)| Some((n, rejected(b)?))) else {
        return Check::open("no BootNotification was answered Rejected", window.ends());
    };
    let again = all.get(n + 1).map(|b| b.at);
    let said = own_messages(window).find(|(seq, _, action, _)| {
        *seq > at && again.is_none_or(|a| *seq < a) && *action != "BootNotification"
    });
    match (said, again) {
        (Some((seq, _, action, _)), _) => {
            let expected = "nothing until the next BootNotification";
            Finding::new(Code::BootNotFirst, expected, action, [at, seq]).into()
        }
        (None, Some(again)) => Check::held([at, again]),
        (None, None) => Check::open("the station did not boot again", [at]),
    }
}

/// In a stretch in which the suite sends nothing the station is heard of in each heartbeat interval (OCPP B01.FR.04,
/// G02.FR.01, G02.FR.02; archetype row B-0008). The window begins when the stretch does.
pub fn is_heard(window: Window<'_>, interval: Duration, grace: Duration) -> Check {
    let (Some(first), Some(last)) = (window.records.first(), window.records.last()) else {
        return Check::open("no stretch was watched", []);
    };
    if last.t.duration_since(first.t) < signed(interval) {
        return Check::open("less than one heartbeat interval was watched", window.ends());
    }
    let most = signed(interval.saturating_add(grace));
    let (mut at, mut since, mut records) = (first.n, first.t, vec![first.n]);
    let messages = own_messages(window).map(|(n, t, ..)| (n, t));
    for (n, t) in messages.chain([(last.n, last.t)]) {
        let silence = t.duration_since(since);
        if silence > most {
            let expected = format!("a message of the station every {} s", interval.as_secs());
            let observed = format!("none for {:.1} s", silence.as_secs_f64());
            return Finding::new(Code::HeartbeatMissing, expected, observed, [at, n]).into();
        }
        (at, since) = (n, t);
        records.push(n);
    }
    Check::held(records)
}

/// The station announces itself after a restart, with one of these reasons (OCPP B01.FR.01, B01.FR.09, B11.FR.04;
/// archetype row B-0361). The window begins with the restart.
pub fn announces(window: Window<'_>, reasons: &[&str], waited: &str) -> Check {
    let start = first_connection(window);
    let since = Window::new(start.and_then(|s| window.records.get(s..)).unwrap_or_default(), window.version);
    let expected = format!("BootNotification with the reason {} {waited}", reasons.join(" or "));
    // The one the suite asked for says so, and nothing about the restart.
    match boots(since).into_iter().find(|b| b.reason != "Triggered") {
        None => {
            let observed = if start.is_none() { "no new connection" } else { "none on the new connection" };
            let code = if start.is_none() { Code::NotBack } else { Code::BootMissing };
            Finding::new(code, expected, observed, window.ends()).into()
        }
        Some(boot) if reasons.contains(&boot.reason.as_str()) => Check::held([boot.at]),
        Some(boot) => Finding::new(Code::BootReason, expected, boot.reason.clone(), [boot.at]).into(),
    }
}

/// On a connection that follows a mere loss of the link the station does not announce a boot, unless what it says of
/// itself has changed (OCPP Part 4, reconnecting; archetype row B-0349). `back` is the record of the new connection;
/// the window reaches back to the last boot.
pub fn no_boot(window: Window<'_>, back: Seq, alive: Seq) -> Check {
    let all = boots(window);
    let Some(boot) = all.iter().find(|b| b.at > back) else { return Check::held([back, alive]) };
    match all.iter().rev().find(|b| b.at < back) {
        None => Check::open("what the station said at its last boot is not known", [boot.at]),
        Some(before) if before.station != boot.station => Check::held([before.at, boot.at]),
        Some(before) => {
            let expected = "no BootNotification after a mere loss of the connection";
            let observed = format!("one with the reason {}", boot.reason);
            Finding::new(Code::BootUnwanted, expected, observed, [before.at, back, boot.at]).into()
        }
    }
}

#[cfg(test)]
mod tests;
