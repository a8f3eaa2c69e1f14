//! Alerts a station raises by itself: the event that follows a fault, and the one that ends it.

use crate::events::{Event, all};
use crate::monitors::{MonitoringReport, ReportedMonitor};
use crate::{Check, Code, Finding, Window, number};
use ocpp::{MonitorType, VariableAddress, Version};
use trace::Seq;

/// What tells that a fault is there, or that it has gone.
#[derive(Debug, Clone, PartialEq)]
pub enum Sign {
    /// The variable has this value.
    Value(String),
    /// The value lies beyond the threshold of a monitor.
    Beyond(MonitorType, f64),
    /// The value lies inside the threshold again, and the event says `cleared`.
    Inside(MonitorType, f64),
    /// The value lies further from its target than a monitor allows.
    Away {
        /// The target.
        target: f64,
        /// How far it may be.
        allowed: f64,
    },
    /// The value is near its target again, and the event says `cleared`.
    Near {
        /// The target.
        target: f64,
        /// How far it may be.
        allowed: f64,
    },
    /// The value has changed.
    Changed,
}

/// An alert that must follow a cause.
#[derive(Debug, Clone)]
pub struct Alert {
    /// The variable it must name.
    pub address: VariableAddress,
    /// What it must say.
    pub sign: Sign,
    /// The monitor that stands for the row, if the station brings one along.
    pub monitor: Option<ReportedMonitor>,
    /// The record of what caused it.
    pub cause: Seq,
}

impl Alert {
    /// Whether an event is this alert, by its variable and what it says.
    pub fn is(&self, event: &Event) -> bool {
        event.address.as_ref().is_some_and(|a| a.same_as(&self.address))
            && self.of_monitor(event)
            && self.says(event)
    }

    /// On a ladder several monitors watch one variable; an event of another rung is not this alert.
    fn of_monitor(&self, event: &Event) -> bool {
        match (&self.monitor, event.monitor) {
            (Some(m), Some(id)) => m.id == id || !self.has_rungs(),
            _ => true,
        }
    }

    fn has_rungs(&self) -> bool {
        matches!(self.sign, Sign::Beyond(..) | Sign::Inside(..) | Sign::Away { .. } | Sign::Near { .. })
    }

    fn says(&self, event: &Event) -> bool {
        let actual = || event.actual.as_deref().map(str::trim);
        let number = || actual().and_then(|v| v.parse::<f64>().ok());
        match &self.sign {
            Sign::Value(wanted) => actual().is_some_and(|v| v.eq_ignore_ascii_case(wanted)),
            Sign::Beyond(kind, bound) => !event.cleared && number().is_some_and(|v| beyond(*kind, *bound, v)),
            Sign::Inside(kind, bound) => event.cleared && number().is_some_and(|v| !beyond(*kind, *bound, v)),
            Sign::Away { target, allowed } => {
                !event.cleared && number().is_some_and(|v| (v - target).abs() > *allowed)
            }
            Sign::Near { target, allowed } => {
                event.cleared && number().is_some_and(|v| (v - target).abs() <= *allowed)
            }
            Sign::Changed => actual().is_some(),
        }
    }

    /// What it must be, in words.
    fn wanted(&self) -> String {
        match &self.sign {
            Sign::Value(value) => format!("an event on {} with the value {value}", self.address),
            Sign::Beyond(kind, bound) => format!("an event on {} beyond the {kind} {bound}", self.address),
            Sign::Inside(kind, bound) => {
                format!("a cleared event on {} inside the {kind} {bound} again", self.address)
            }
            Sign::Away { target, allowed } => {
                format!("an event on {} more than {allowed} away from {target}", self.address)
            }
            Sign::Near { target, allowed } => {
                format!("a cleared event on {} within {allowed} of {target} again", self.address)
            }
            Sign::Changed => format!("an event on {}", self.address),
        }
    }
}

fn beyond(kind: MonitorType, bound: f64, value: f64) -> bool {
    !number::close(value, bound)
        && match kind {
            MonitorType::LowerThreshold => value < bound,
            _ => value > bound,
        }
}

/// Judges the alert that a fault must raise: it is there, on the component and at the place of the row, and what it
/// says of its monitor agrees with the monitoring report (OCPP N07.FR.02, N07.FR.06, N07.FR.07). `ending` is the
/// alert that ends a fault.
pub fn raised(
    window: Window<'_>,
    alert: &Alert,
    report: &MonitoringReport,
    version: Version,
    ending: bool,
    waited: &str,
) -> Vec<Check> {
    let events = all(window);
    match events.iter().find(|e| alert.is(e)) {
        Some(event) => agrees(event, alert, report, version),
        None => vec![missing(window, alert, &events, ending, waited).into()],
    }
}

/// Whether the alert came as a message without a monitor (`HardWiredNotification`), and in which record.
pub fn as_notification(window: Window<'_>, alert: &Alert) -> Option<Seq> {
    let first = all(window).into_iter().find(|e| alert.is(e))?;
    (first.class.as_deref() == Some("HardWiredNotification")).then_some(first.at)
}

/// What an event says of its monitor is what the monitoring report says.
fn agrees(event: &Event, alert: &Alert, report: &MonitoringReport, version: Version) -> Vec<Check> {
    let mut findings = Vec::new();
    let mut wrong = |wanted: String, said: String, records: Vec<Seq>| {
        findings.push(Finding::new(Code::EventField, wanted, said, records));
    };
    let notification = event.class.as_deref() == Some("HardWiredNotification");
    match event.monitor.map(|id| (id, report.find(id))) {
        Some((id, None)) if !report.records.is_empty() && !notification => {
            let records = [event.at].into_iter().chain(report.records.iter().copied()).collect();
            wrong("variableMonitoringId of a monitor that is reported".into(), format!("{id}"), records);
        }
        Some((id, Some(m))) => {
            if !m.address.same_as(&alert.address) {
                let said = format!("{id}, which the report has on {}", m.address);
                wrong(format!("a monitor on {}", alert.address), said, vec![event.at, m.at]);
            }
            if let (Some(said), Some(class)) = (event.class.as_deref(), m.notification.as_deref())
                && said != class
            {
                let wanted = format!("eventNotificationType {class}, as the report says of monitor {id}");
                wrong(wanted, said.to_owned(), vec![event.at, m.at]);
            }
            if let (Some(said), Some(severity), Version::V21) = (event.severity, m.severity, version)
                && said != severity
            {
                let wanted = format!("severity {severity}, as the report says of monitor {id}");
                wrong(wanted, format!("severity {said}"), vec![event.at, m.at]);
            }
        }
        // Without an id nobody can learn the severity: only a notification may do without (N07.FR.06).
        None if !notification => {
            wrong("variableMonitoringId".into(), "none".into(), vec![event.at]);
        }
        _ => {}
    }
    if event.timestamp.is_none() {
        wrong("timestamp as RFC 3339".into(), "none that can be read".into(), vec![event.at]);
    }
    Check::from_findings(findings, [alert.cause, event.at])
}

fn missing(window: Window<'_>, alert: &Alert, events: &[Event], ending: bool, waited: &str) -> Finding {
    let wanted = format!("{} {waited}", alert.wanted());
    let here = |e: &&Event| e.address.as_ref().is_some_and(|a| a.same_as(&alert.address));
    // The same variable says the same elsewhere: the fault was seen, and told of the wrong part.
    let elsewhere = events.iter().find(|e| {
        e.address.as_ref().is_some_and(|a| {
            a.variable.name.eq_ignore_ascii_case(&alert.address.variable.name) && !a.same_as(&alert.address)
        }) && alert.says(e)
    });
    let records = |seen: Option<&Event>| {
        seen.map(|e| e.at).into_iter().chain([alert.cause]).chain(window.ends()).collect::<Vec<Seq>>()
    };
    if let Some(e) = events.iter().find(here) {
        let said = e.actual.as_deref().unwrap_or("(none)");
        let cleared = if e.cleared { ", cleared" } else { "" };
        let observed = format!("an event on it with the value {said}{cleared}");
        let code = if ending { Code::ClearMissing } else { Code::EventMissing };
        return Finding::new(code, wanted, observed, records(Some(e)));
    }
    if let (Some(e), false) = (elsewhere, ending) {
        let observed = e.address.as_ref().map_or(String::new(), |a| format!("an event on {a}"));
        return Finding::new(Code::EventMisplaced, wanted, observed, records(Some(e)));
    }
    let others: Vec<String> =
        events.iter().filter_map(|e| e.address.as_ref()).take(3).map(ToString::to_string).collect();
    let observed =
        if others.is_empty() { "no event".to_owned() } else { format!("events on {}", others.join(", ")) };
    let code = if ending { Code::ClearMissing } else { Code::EventMissing };
    Finding::new(code, wanted, observed, records(None))
}

#[cfg(test)]
mod tests;
