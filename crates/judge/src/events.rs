//! Events (NotifyEvent): finding those of a monitor among all that arrive, and what must hold of them.

use crate::{Check, Code, Finding, Window, number};
use jiff::Timestamp;
use ocpp::{EventTrigger, MonitorType, VariableAddress};
use serde_json::Value;
use std::time::Duration;
use trace::Seq;

/// Deviation allowed when times are compared, as certification laboratories use it (Part 6).
pub const TIME_TOLERANCE: Duration = Duration::from_secs(4);

/// One element of `eventData`, with what its message says.
#[derive(Debug, Clone)]
pub struct Event {
    /// The record that brought it.
    pub at: Seq,
    /// `seqNo` of the message.
    pub seq_no: Option<i64>,
    /// Position in the message.
    pub position: usize,
    /// `eventId`.
    pub id: Option<i64>,
    /// `timestamp`.
    pub timestamp: Option<Timestamp>,
    /// `trigger`, as spelt by the station.
    pub trigger: String,
    /// `actualValue`.
    pub actual: Option<String>,
    /// `cleared`; absent means false.
    pub cleared: bool,
    /// What it is about.
    pub address: Option<VariableAddress>,
    /// `variableMonitoringId`.
    pub monitor: Option<i64>,
    /// `eventNotificationType`, as spelt by the station.
    pub class: Option<String>,
    /// 2.1: `severity`.
    pub severity: Option<i64>,
    /// `cause`: the event that this one follows from.
    pub cause: Option<i64>,
    /// `techCode`.
    pub tech_code: Option<String>,
    /// `transactionId`.
    pub transaction: Option<String>,
}

/// Reads the events of a NotifyEvent payload.
pub fn of_payload(at: Seq, payload: &Value) -> Vec<Event> {
    let seq_no = payload.get("seqNo").and_then(Value::as_i64);
    let data = payload.get("eventData").and_then(Value::as_array);
    let read = |(position, e): (usize, &Value)| {
        let text = |key: &str| e.get(key).and_then(Value::as_str);
        Event {
            at,
            seq_no,
            position,
            id: e.get("eventId").and_then(Value::as_i64),
            timestamp: text("timestamp").and_then(|t| t.parse().ok()),
            trigger: text("trigger").unwrap_or_default().to_owned(),
            actual: e.get("actualValue").and_then(plain),
            cleared: e.get("cleared").and_then(Value::as_bool).unwrap_or(false),
            address: crate::results::address(e),
            monitor: e.get("variableMonitoringId").and_then(Value::as_i64),
            class: text("eventNotificationType").map(str::to_owned),
            severity: e.get("severity").and_then(Value::as_i64),
            cause: e.get("cause").and_then(Value::as_i64),
            tech_code: text("techCode").map(str::to_owned),
            transaction: text("transactionId").map(str::to_owned),
        }
    };
    data.into_iter().flatten().enumerate().map(read).collect()
}

/// A value as text. That it is not a string violates the schema, which is another row's finding.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Every event of a window, in the order of arrival.
pub fn all(window: Window<'_>) -> Vec<Event> {
    window.calls_of("NotifyEvent").flat_map(|(at, payload)| of_payload(at, payload)).collect()
}

/// The events of a monitor in a window.
pub fn of_monitor(window: Window<'_>, monitor: i64) -> Vec<Event> {
    all(window).into_iter().filter(|e| e.monitor == Some(monitor)).collect()
}

/// What an event of a monitor must look like.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The monitor.
    pub monitor: i64,
    /// The variable it watches.
    pub address: VariableAddress,
    /// The trigger.
    pub trigger: EventTrigger,
    /// Whether it reports the return to normal.
    pub cleared: bool,
    /// The record of what caused it (a stimulus, a request).
    pub cause: Seq,
    /// The threshold it crossed, for a monitor that has one.
    pub threshold: Option<(MonitorType, f64)>,
    /// Ids of earlier events of this monitor: an event has one of its own.
    pub earlier: Vec<i64>,
}

/// Whether a value is on the side of a threshold that the event is about: beyond it, or back inside (at the
/// threshold is inside; OCPP N07.FR.02, N07.FR.16, N07.FR.17).
fn on_its_side(kind: MonitorType, threshold: f64, cleared: bool, actual: f64) -> bool {
    let inside = number::close(actual, threshold)
        || match kind {
            MonitorType::LowerThreshold => actual > threshold,
            _ => actual < threshold,
        };
    inside == cleared
}

/// Judges the first event of the monitor with the right `cleared`: it is there, and its fields are right
/// (OCPP N07.FR.02, N07.FR.06, N07.FR.07, N07.FR.16-19, N08.FR.04, N08.FR.05).
pub fn fired(window: Window<'_>, expected: &Expected, waited: &str) -> Vec<Check> {
    let events = of_monitor(window, expected.monitor);
    match events.iter().find(|e| e.cleared == expected.cleared) {
        Some(event) => fields(event, expected),
        None => vec![missing(window, expected, &events, waited).into()],
    }
}

fn missing(window: Window<'_>, expected: &Expected, events: &[Event], waited: &str) -> Finding {
    let what = if expected.cleared { "a cleared event" } else { "an event" };
    let wanted = format!("{what} of monitor {} {waited}", expected.monitor);
    let near: Vec<Event> = all(window)
        .into_iter()
        .filter(|e| e.address.as_ref().is_some_and(|a| a.same_as(&expected.address)))
        .collect();
    let observed = match (events.first(), near.first()) {
        (Some(e), _) if e.cleared => "only a cleared one".to_owned(),
        (Some(_), _) => "only an alert".to_owned(),
        (None, Some(e)) => {
            let id = e.monitor.map_or("none".to_owned(), |m| m.to_string());
            format!("an event for the variable with variableMonitoringId {id}")
        }
        (None, None) => "none".to_owned(),
    };
    let seen = events.iter().chain(&near).map(|e| e.at);
    let code = if expected.cleared { Code::ClearMissing } else { Code::EventMissing };
    Finding::new(code, wanted, observed, seen.chain([expected.cause]).chain(window.ends()))
}

/// Judges that each event starts with `seqNo` 0, in every NotifyEvent of the window (OCPP N07.FR.07,
/// N08.FR.04).
pub fn numbered(window: Window<'_>) -> Vec<Check> {
    let events: Vec<Event> = all(window).into_iter().filter(|e| e.position == 0).collect();
    if events.is_empty() {
        return vec![Check::Void("the station sent no event in this run".to_owned())];
    }
    let wrong = events.iter().find(|e| e.seq_no != Some(0) && !continues(window, e));
    let finding = wrong.map(|e| {
        let said = e.seq_no.map_or("(none)".to_owned(), |n| n.to_string());
        let expected = "seqNo 0 in the first message of each event";
        Finding::new(Code::EventField, expected, format!("seqNo {said}"), [e.at])
    });
    let ends = events.first().into_iter().chain(events.last()).map(|e| e.at);
    Check::from_findings(finding.into_iter().collect(), ends)
}

/// Whether the message of an event continues the one before it, so that its `seqNo` is not 0.
fn continues(window: Window<'_>, event: &Event) -> bool {
    let before = window.calls_of("NotifyEvent").take_while(|(at, _)| *at < event.at).last();
    let Some((_, before)) = before else { return false };
    let announced = before.get("tbc").and_then(Value::as_bool) == Some(true);
    let next = before.get("seqNo").and_then(Value::as_i64).and_then(|n| n.checked_add(1));
    announced && next.is_some() && next == event.seq_no
}

fn fields(event: &Event, expected: &Expected) -> Vec<Check> {
    let mut findings = Vec::new();
    let mut wrong = |field: &str, wanted: String, said: String| {
        let (expected, observed) = (format!("{field} {wanted}"), format!("{field} {said}"));
        findings.push(Finding::new(Code::EventField, expected, observed, [event.at]));
    };
    let trigger = format!("{:?}", expected.trigger);
    if event.trigger != trigger {
        wrong("trigger", trigger, event.trigger.clone());
    }
    match &event.address {
        Some(a) if a.same_as(&expected.address) => {}
        Some(a) => wrong("component and variable", expected.address.to_string(), a.to_string()),
        None => wrong("component and variable", expected.address.to_string(), "(none)".into()),
    }
    match (&event.actual, expected.threshold) {
        (None, _) => wrong("actualValue", "present".into(), "absent".into()),
        (Some(said), Some((kind, threshold))) => {
            let right = said.trim().parse().is_ok_and(|v| on_its_side(kind, threshold, expected.cleared, v));
            if !right {
                let side = if expected.cleared { "inside" } else { "beyond" };
                wrong("actualValue", format!("{side} the threshold {threshold}"), format!("{said:?}"));
            }
        }
        (Some(_), None) => {}
    }
    // What the CSMS set is a custom monitor (EventNotificationEnumType).
    if let Some(class) = event.class.as_deref().filter(|c| *c != "CustomMonitor") {
        wrong("eventNotificationType", "CustomMonitor".into(), class.to_owned());
    }
    if let Some(id) = event.id.filter(|id| expected.earlier.contains(id)) {
        wrong("eventId", "one of its own".into(), format!("{id}, which an earlier event of the monitor had"));
    }
    Check::from_findings(findings, [expected.cause, event.at])
}

/// Judges that the monitor was silent in a window. Silence proves something only while the station is
/// known to be alive and to send: `control` is the record of an event that arrived in the same window.
pub fn silent(window: Window<'_>, monitor: i64, why: &str, control: Option<Seq>) -> Check {
    if let Some(e) = of_monitor(window, monitor).first() {
        let observed = format!(
            "one{} with actualValue {}",
            if e.cleared { " (cleared)" } else { "" },
            e.actual.as_deref().unwrap_or("(none)")
        );
        return Finding::new(
            Code::EventUnwanted,
            format!("no event of monitor {monitor}: {why}"),
            observed,
            [e.at],
        )
        .into();
    }
    match control {
        Some(control) => Check::held(window.ends().into_iter().chain([control])),
        None => Check::open("nothing proves that the station was able to send an event", window.ends()),
    }
}

/// Judges the values at which a monitor fired, in order. `values` are the values its variable took.
pub fn values_are(events: &[Event], wanted: &[f64], window: Window<'_>, waited: &str) -> Check {
    let alerts: Vec<&Event> = events.iter().filter(|e| !e.cleared).collect();
    let seen: Vec<Option<f64>> =
        alerts.iter().map(|e| e.actual.as_deref().and_then(|v| v.trim().parse().ok())).collect();
    let close = |a: &Option<f64>, b: &f64| a.is_some_and(|a| number::close(a, *b));
    if seen.len() == wanted.len() && seen.iter().zip(wanted).all(|(a, b)| close(a, b)) {
        return Check::held(alerts.iter().map(|e| e.at));
    }
    let shown = |v: &Option<f64>| v.map_or("(not a number)".to_owned(), |v| v.to_string());
    let expected = format!("events at {}", wanted.iter().map(f64::to_string).collect::<Vec<_>>().join(", "));
    let observed = if seen.is_empty() {
        format!("none {waited}")
    } else {
        format!("events at {}", seen.iter().map(shown).collect::<Vec<_>>().join(", "))
    };
    let unwanted = seen.len() > wanted.len() || seen.iter().any(|s| !wanted.iter().any(|w| close(s, w)));
    let code = if unwanted { Code::EventUnwanted } else { Code::EventMissing };
    Finding::new(code, expected, observed, alerts.iter().map(|e| e.at).chain(window.ends())).into()
}

/// Judges that the ticks of a periodic monitor keep its interval (OCPP N08.FR.06). Each gap may deviate by
/// [`TIME_TOLERANCE`], but not by half the interval: that would hide a monitor that ticks twice as often.
pub fn interval_is(events: &[Event], interval: Duration) -> Check {
    let records = || events.iter().map(|e| e.at);
    let times: Option<Vec<Timestamp>> = events.iter().map(|e| e.timestamp).collect();
    let Some(times) = times else {
        let observed = "an event whose timestamp cannot be read";
        return Finding::new(Code::EventField, "timestamp as RFC 3339", observed, records()).into();
    };
    let wanted = interval.as_secs_f64();
    let keeps = |gap: f64| {
        let off = (gap - wanted).abs();
        off <= TIME_TOLERANCE.as_secs_f64() && off < wanted / 2.0
    };
    let gaps: Vec<f64> =
        times.iter().zip(times.iter().skip(1)).map(|(a, b)| b.duration_since(*a).as_secs_f64()).collect();
    if gaps.is_empty() {
        return Check::open("fewer than two ticks", records());
    }
    // Deviations of single ticks may not add up: over all of them the same tolerance holds.
    let whole = gaps.iter().sum::<f64>() - wanted * gaps.len() as f64;
    if gaps.iter().copied().all(keeps) && whole.abs() <= TIME_TOLERANCE.as_secs_f64() {
        return Check::held(records());
    }
    let observed = gaps.iter().map(|g| format!("{g:.1} s")).collect::<Vec<_>>().join(", ");
    Finding::new(Code::IntervalWrong, format!("{wanted} s between ticks"), observed, records()).into()
}

/// Judges that a monitor ticks once each time: two ticks within a second are one too many (OCPP N08.FR.07).
pub fn once_each(events: &[Event]) -> Check {
    let twice = events.iter().zip(events.iter().skip(1)).find(|(a, b)| {
        let gap = a.timestamp.zip(b.timestamp).map(|(a, b)| b.duration_since(a).abs());
        gap.is_some_and(|gap| gap.as_secs() < 1)
    });
    match twice {
        Some((a, b)) => {
            let observed = "two within a second";
            Finding::new(Code::IntervalWrong, "one tick at each multiple", observed, [a.at, b.at]).into()
        }
        None => Check::held(events.iter().map(|e| e.at)),
    }
}

/// Judges that ticks fall on multiples of the interval (OCPP N08.FR.07), by their `timestamp`.
pub fn aligned(events: &[Event], interval: Duration) -> Check {
    let records = || events.iter().map(|e| e.at);
    let wanted = interval.as_secs_f64();
    // Half an interval of tolerance would accept every phase.
    let allowed = TIME_TOLERANCE.as_secs_f64().min(wanted / 5.0);
    let mut off = Vec::new();
    for e in events {
        let Some(t) = e.timestamp else {
            let observed = "an event whose timestamp cannot be read";
            return Finding::new(Code::EventField, "timestamp as RFC 3339", observed, [e.at]).into();
        };
        let phase = (t.as_millisecond() as f64 / 1000.0).rem_euclid(wanted);
        if phase.min(wanted - phase) > allowed {
            off.push(format!("{t}"));
        }
    }
    if off.is_empty() {
        return Check::held(records());
    }
    let expected = format!("time stamps on multiples of {wanted} s (± {allowed} s)");
    Finding::new(Code::NotAligned, expected, off.join(", "), records()).into()
}

#[cfg(test)]
mod tests;
