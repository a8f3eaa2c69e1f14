//! One stream, from its opening to its end.

use super::{Batch, Opening, Params, Streams};
use crate::answer::Answer;
use crate::events::TIME_TOLERANCE;
use crate::{Check, Code, Finding};
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;
use trace::Seq;

/// Batches by which a rate is judged.
const BATCHES: usize = 3;

/// The values of a streamed monitor after a reconnect or a restart.
#[derive(Debug, Clone, Copy)]
pub struct Goes {
    /// The monitor, under the id it has now.
    pub monitor: i64,
    /// The stream it had before.
    pub stream: i64,
    /// The record of the new connection.
    pub back: Seq,
    /// Whether the station restarted: then the old stream is gone.
    pub restarted: bool,
}

/// A monitor among several that ask for streams.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// The monitor.
    pub monitor: i64,
    /// The record that accepted it.
    pub accepted: Seq,
}

/// Whether the gaps between arrivals keep an interval: each by the usual tolerance, but not off by half, and all
/// of them together.
fn keep(times: &[Timestamp], wanted: f64) -> Option<Vec<f64>> {
    let gaps: Vec<f64> =
        times.iter().zip(times.iter().skip(1)).map(|(a, b)| b.duration_since(*a).as_secs_f64()).collect();
    let tolerance = TIME_TOLERANCE.as_secs_f64();
    let each = gaps.iter().all(|g| (g - wanted).abs() <= tolerance && (g - wanted).abs() < wanted / 2.0);
    let whole = gaps.iter().sum::<f64>() - wanted * gaps.len() as f64;
    if each && whole.abs() <= tolerance { None } else { Some(gaps) }
}

fn shown(gaps: &[f64]) -> String {
    gaps.iter().map(|g| format!("{g:.1} s")).collect::<Vec<_>>().join(", ")
}

/// Values that come in a time, one each period.
fn due(time: Duration, period: Duration) -> f64 {
    if period.is_zero() { 0.0 } else { time.as_secs_f64() / period.as_secs_f64() }
}

impl Streams {
    /// A stream is opened for the monitor, at the rate asked for (OCPP N11.FR.01, N11.FR.02). `set` is the request
    /// that set the monitor.
    pub fn is_opened(&self, monitor: i64, asked: Params, set: Seq, waited: &str) -> Vec<Check> {
        let Some(opening) = self.opening_of(monitor, set) else {
            let expected = format!("a stream for monitor {monitor} {waited}");
            let others = self.openings.iter().filter(|o| o.at > set);
            let observed = match others.clone().next() {
                Some(o) => {
                    format!("one for monitor {}", o.monitor.map_or("(none)".into(), |m| m.to_string()))
                }
                None => "none".to_owned(),
            };
            let records = others.map(|o| o.at).chain([set]);
            return vec![Finding::new(Code::StreamMissing, expected, observed, records).into()];
        };
        if opening.params != asked {
            let records = [set, opening.at];
            return vec![
                Finding::new(Code::StreamField, asked.to_string(), opening.params.to_string(), records)
                    .into(),
            ];
        }
        vec![Check::held([set, opening.at])]
    }

    /// The values come at the interval of the stream, as messages that nobody answers (OCPP N15.FR.01, N15.FR.06).
    /// `batches` are the first ones, in order; `since` is the record they are counted from.
    pub fn come_at(batches: &[&Batch], interval: Duration, period: Duration, since: Seq) -> Vec<Check> {
        let at = || batches.iter().map(|b| b.at).chain([since]);
        if batches.len() < BATCHES {
            let expected = format!("{BATCHES} messages, one each {} s", interval.as_secs());
            let observed = match batches.len() {
                0 => "none".to_owned(),
                n => format!("{n}"),
            };
            return vec![Finding::new(Code::StreamSilent, expected, observed, at()).into()];
        }
        let mut findings = Vec::new();
        if let Some(call) = batches.iter().find(|b| !b.is_send) {
            let expected = "message type 6, which nobody answers";
            let found = Finding::new(Code::StreamField, expected, "a CALL", [call.at]);
            findings.push(found);
        }
        let times: Vec<Timestamp> = batches.iter().map(|b| b.arrived).collect();
        if let Some(gaps) = keep(&times, interval.as_secs_f64()) {
            let expected = format!("{} s between messages", interval.as_secs());
            findings.push(Finding::new(Code::StreamInterval, expected, shown(&gaps), at()));
        }
        // The first one may be short. Of the others a fifth may be missing: monitors are not clocks.
        let later: usize = batches.iter().skip(1).map(|b| b.offsets.len()).sum();
        let wanted = due(interval, period) * (batches.len().saturating_sub(1)) as f64;
        if (later as f64) < 0.8 * wanted {
            let expected = format!("about {wanted:.0} values in all messages but the first");
            findings.push(Finding::new(Code::StreamSilent, expected, later.to_string(), at()));
        }
        Check::from_findings(findings, at())
    }

    /// No message holds more values than asked, and each is sent as soon as it has as many (OCPP N15.FR.07,
    /// N15.FR.08).
    pub fn are_full(batches: &[&Batch], most: usize, period: Duration, since: Seq) -> Vec<Check> {
        let at = || batches.iter().map(|b| b.at).chain([since]);
        if batches.len() < BATCHES {
            let expected = format!("{BATCHES} messages, each as soon as it has {most} values");
            return vec![Finding::new(Code::StreamSilent, expected, batches.len().to_string(), at()).into()];
        }
        let mut findings = Vec::new();
        if let Some(wrong) = batches.iter().find(|b| b.offsets.len() != most) {
            let expected = format!("{most} values in each message");
            let observed = wrong.offsets.len().to_string();
            findings.push(Finding::new(Code::StreamField, expected, observed, [since, wrong.at]));
        } else {
            let times: Vec<Timestamp> = batches.iter().map(|b| b.arrived).collect();
            let wanted = period.as_secs_f64() * most as f64;
            if let Some(gaps) = keep(&times, wanted) {
                let expected = format!("a message each {wanted} s, when it has {most} values");
                findings.push(Finding::new(Code::StreamInterval, expected, shown(&gaps), at()));
            }
        }
        Check::from_findings(findings, at())
    }

    /// A message that had room left says that nothing is waiting (OCPP N15.FR.04). One value may have come at the
    /// very moment of sending.
    pub fn pending_is_true(batches: &[&Batch], params: Params) -> Vec<Check> {
        let room = |b: &&&Batch| {
            params.values.is_none_or(|most| i64::try_from(b.offsets.len()).is_ok_and(|n| n < most))
        };
        let judged: Vec<(Seq, i64)> =
            batches.iter().filter(room).filter_map(|b| Some((b.at, b.pending?))).collect();
        let Some((first, last)) = judged.first().zip(judged.last()) else {
            let reason = "no message says how many values are waiting";
            return vec![Check::open(reason, batches.iter().map(|b| b.at))];
        };
        match judged.iter().find(|(_, n)| !(0..=1).contains(n)) {
            None => vec![Check::held([first.0, last.0])],
            Some((at, n)) => {
                let expected = "pending 0 in a message that has room left";
                vec![Finding::new(Code::StreamField, expected, format!("pending {n}"), [*at]).into()]
            }
        }
    }

    /// The answer to GetPeriodicEventStream lists the stream with its rate and monitor (OCPP N12.FR.01).
    pub fn is_listed(answer: &Answer, stream: i64, monitor: i64, params: Params) -> Check {
        let (at, payload) = match answer.result() {
            Ok(result) => result,
            Err(check) => return check,
        };
        let expected = format!("stream {stream} of monitor {monitor}, {params}");
        let Some(listed) = listed(payload).into_iter().find(|s| id(s) == Some(stream)) else {
            let observed = format!("{} stream(s) without it", self::listed(payload).len());
            return Finding::new(Code::StreamNotListed, expected, observed, [answer.sent, at]).into();
        };
        let said = Params::of(listed.get("params"));
        let of = listed.get("variableMonitoringId").and_then(Value::as_i64);
        if said == params && of == Some(monitor) {
            return Check::held([answer.sent, at]);
        }
        let of = of.map_or("(none)".to_owned(), |m| m.to_string());
        let observed = format!("stream {stream} of monitor {of}, {said}");
        Finding::new(Code::StreamField, expected, observed, [answer.sent, at]).into()
    }

    /// The answer to GetPeriodicEventStream does not list the stream (OCPP N12.FR.01).
    pub fn is_not_listed(answer: &Answer, stream: i64) -> Check {
        match answer.result() {
            Err(check) => check,
            Ok((at, payload)) if listed(payload).into_iter().any(|s| id(s) == Some(stream)) => {
                let expected = format!("no stream {stream}: it was closed");
                Finding::new(Code::StreamNotListed, expected, "it is listed", [answer.sent, at]).into()
            }
            Ok((at, _)) => Check::held([answer.sent, at]),
        }
    }

    /// The stream is closed after a record (OCPP N13.FR.01, N13.FR.05, N13.FR.06).
    pub fn is_closed(&self, stream: i64, after: Seq, waited: &str) -> Check {
        match self.closings.iter().find(|c| c.stream == Some(stream) && c.at > after) {
            Some(closing) => Check::held([after, closing.at]),
            None => {
                let expected = format!("stream {stream} to be closed {waited}");
                let records = self.closings.iter().filter(|c| c.at > after).map(|c| c.at).chain([after]);
                Finding::new(Code::StreamNotClosed, expected, "it is not", records).into()
            }
        }
    }

    /// What was gathered since the last message is sent before the stream is closed (OCPP N13.FR.03). `ended` is
    /// the request that ended it, and when.
    pub fn empties_itself(&self, stream: i64, period: Duration, ended: (Seq, Timestamp)) -> Check {
        let (at, when) = ended;
        let Some(closing) = self.closings.iter().find(|c| c.stream == Some(stream) && c.at > at) else {
            return Check::open(format!("stream {stream} was not closed"), [at]);
        };
        let batches = || self.batches.iter().filter(|b| b.stream == Some(stream));
        if let Some(last) = batches().find(|b| b.at > at && b.at < closing.at) {
            return Check::held([at, last.at, closing.at]);
        }
        let before = batches().rfind(|b| b.at < at);
        let gathered = before.map(|b| when.duration_since(b.arrived).as_secs_f64());
        // One value may fall on either side of the moment.
        if gathered.is_none_or(|g| g < 2.0 * period.as_secs_f64()) {
            let reason = "there was hardly a value gathered when the stream was closed";
            return Check::open(reason, [at, closing.at]);
        }
        let expected = format!(
            "a last message with the values of {:.1} s before stream {stream} is closed",
            gathered.unwrap_or_default()
        );
        let after = batches().find(|b| b.at > closing.at).map(|b| b.at);
        let observed = if after.is_some() { "one after it" } else { "none" };
        let records = before.map(|b| b.at).into_iter().chain([at, closing.at]).chain(after);
        Finding::new(Code::StreamValuesLost, expected, observed, records).into()
    }

    /// Nothing is sent on a stream that the suite refused (OCPP N11.FR.07).
    pub fn is_not_used(&self, refused: &Opening) -> Check {
        let Some((answered, _)) = refused.answer else {
            return Check::open("the stream was not refused", [refused.at]);
        };
        match self.batches.iter().find(|b| b.stream == refused.stream && b.at > refused.at) {
            None => Check::held([refused.at, answered]),
            Some(batch) => {
                let expected = "no values on a stream that was refused";
                let records = [refused.at, answered, batch.at];
                Finding::new(Code::StreamUnwanted, expected, "values", records).into()
            }
        }
    }

    /// The first value of the monitor that came after a reconnect or restart: by a stream that is open, or as an
    /// event.
    pub fn next_value(&self, goes: &Goes) -> Option<Seq> {
        let event = self.events.iter().find(|e| e.at > goes.back && e.monitor == Some(goes.monitor));
        let is_of = |b: &&Batch| {
            let Some(stream) = b.stream.filter(|_| b.at > goes.back) else { return false };
            let again = self.opening_of(goes.monitor, goes.back).filter(|o| o.stream == Some(stream));
            again.is_some_and(|o| o.at < b.at) || (!goes.restarted && stream == goes.stream)
        };
        let batch = self.batches.iter().find(is_of);
        event.map(|e| e.at).into_iter().chain(batch.map(|b| b.at)).min()
    }

    /// The values of the monitor go on after a reconnect or restart, in whatever way.
    pub fn goes_on(&self, goes: &Goes, waited: &str) -> Check {
        match self.next_value(goes) {
            Some(at) => Check::held([goes.back, at]),
            None => {
                let expected = format!("values of monitor {}, by stream or by event, {waited}", goes.monitor);
                Finding::new(Code::EventMissing, expected, "none", [goes.back]).into()
            }
        }
    }

    /// How a monitor that asked for a stream delivers: the record of its stream, or of an event.
    pub fn delivers(&self, share: &Share) -> Option<Seq> {
        let event = self.events.iter().find(|e| e.monitor == Some(share.monitor) && e.at > share.accepted);
        let opening = self.opening_of(share.monitor, Seq(0));
        opening.map(|o| o.at).or(event.map(|e| e.at))
    }

    /// No more streams are open than the station says it can have, and each further monitor reports its values as
    /// events (MonitoringCtrlr.MaxPeriodicEventStreams). `listed` is the answer to GetPeriodicEventStream.
    pub fn keep_within(&self, most: usize, shares: &[Share], listed: &Answer, waited: &str) -> Vec<Check> {
        let mut findings = Vec::new();
        let open: Vec<Seq> =
            shares.iter().filter_map(|s| Some(self.opening_of(s.monitor, Seq(0))?.at)).collect();
        let said = listed.result().ok().map(|(at, payload)| (at, self::listed(payload).len()));
        if open.len() > most || said.is_some_and(|(_, n)| n > most) {
            let expected = format!("{most} open stream(s) at most");
            let observed = said.map_or(open.len(), |(_, n)| n.max(open.len())).to_string();
            let records = open.iter().copied().chain(said.map(|(at, _)| at));
            findings.push(Finding::new(Code::StreamUnwanted, expected, observed, records));
        }
        for share in shares.iter().filter(|s| self.delivers(s).is_none()) {
            let expected = format!("values of monitor {}, by stream or by event, {waited}", share.monitor);
            findings.push(Finding::new(Code::EventMissing, expected, "none", [share.accepted]));
        }
        let seen = shares.iter().filter_map(|s| self.delivers(s)).chain(said.map(|(at, _)| at));
        Check::from_findings(findings, seen)
    }
}

fn listed(payload: &Value) -> Vec<&Value> {
    payload.get("constantStreamData").and_then(Value::as_array).into_iter().flatten().collect()
}

fn id(stream: &Value) -> Option<i64> {
    stream.get("id").and_then(Value::as_i64)
}
