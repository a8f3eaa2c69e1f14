//! Whether what an event says of itself is true: urgency, class, times, value.

use super::{Hygiene, NO_EVENT, described};
use crate::events::TIME_TOLERANCE;
use crate::inventory::{Inventory, Reported};
use crate::{Check, Code, Finding};
use jiff::{SignedDuration, Timestamp};
use ocpp::DataType;

impl Hygiene {
    /// Every event of OCPP 2.1 says how urgent it is, as its monitor does (archetype row B-0325).
    pub fn severities_are_said(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        for (_, event) in self.events() {
            judged.push(event.at);
            let known = self.monitor_of(event);
            match (event.severity, known.and_then(|k| k.severity)) {
                (None, _) => {
                    findings.push(Finding::new(Code::EventField, "severity", "none", [event.at]));
                }
                (Some(said), Some(of_monitor)) if said != of_monitor => {
                    let expected = format!("severity {of_monitor}, as the monitor has it");
                    let records = known.map(|k| k.at).into_iter().chain([event.at]);
                    findings.push(Finding::new(
                        Code::EventField,
                        expected,
                        format!("severity {said}"),
                        records,
                    ));
                }
                _ => {}
            }
        }
        self.settle(findings, judged, NO_EVENT)
    }

    /// Every event says truthfully whose monitor fired (OCPP N04.FR.15; archetype row B-0326).
    pub fn classes_are_true(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        for (_, event) in self.events() {
            let Some(said) = event.class.as_deref() else { continue };
            judged.push(event.at);
            let mut wrong = |expected: String, records: Vec<trace::Seq>| {
                findings.push(Finding::new(Code::EventField, expected, said.to_owned(), records));
            };
            if said == "HardWiredNotification" {
                if event.monitor.is_some() {
                    wrong(
                        "a class with a monitor, as there is a variableMonitoringId".into(),
                        vec![event.at],
                    );
                }
                continue;
            }
            if let Some(known) = self.monitor_of(event)
                && let Some(class) = known.class.as_deref()
                && class != said
            {
                let who = if known.ours { "which the suite set" } else { "as the report says" };
                wrong(format!("{class}, {who}"), vec![known.at, event.at]);
            }
        }
        self.settle(findings, judged, NO_EVENT)
    }

    /// No event happened after its message was made, nor before its monitor was set, and no message was made after it
    /// arrived (archetype row B-0327). The clock of the station may differ by the tolerance of certification laboratories.
    pub fn times_are_possible(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        let late = |a: Timestamp, b: Timestamp| {
            a.duration_since(b) > SignedDuration::try_from(TIME_TOLERANCE).unwrap_or(SignedDuration::ZERO)
        };
        for message in &self.messages {
            for event in &message.events {
                let set = self.first_set(event);
                if let (Some(set), Some(happened)) = (set, event.timestamp)
                    && late(set.t, happened)
                {
                    let expected = format!("timestamp not before {}, when its monitor was set", set.t);
                    let records = [set.at, event.at];
                    findings.push(Finding::new(Code::EventField, expected, happened.to_string(), records));
                }
            }
            let mut wrong = |expected: String, observed: String| {
                findings.push(Finding::new(Code::EventField, expected, observed, [message.at]));
            };
            judged.push(message.at);
            match message.generated {
                None => wrong("generatedAt as RFC 3339".into(), "none that can be read".into()),
                Some(made) if late(made, message.arrived) => {
                    wrong(
                        format!("generatedAt not after its arrival at {}", message.arrived),
                        made.to_string(),
                    );
                }
                Some(made) => {
                    for happened in message.events.iter().filter_map(|e| e.timestamp) {
                        if late(happened, made) {
                            wrong(format!("timestamp not after generatedAt {made}"), happened.to_string());
                        }
                    }
                }
            }
        }
        self.settle(findings, judged, NO_EVENT)
    }

    /// Every value is one that its variable can have, as the inventory describes it, and no longer than
    /// `most` characters, where the station says how long its values are (archetype row B-0329).
    pub fn values_fit(&self, inventory: &Inventory, most: Option<usize>) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        for (_, event) in self.events() {
            let (Some(value), Some(variable)) = (event.actual.as_deref(), described(inventory, event)) else {
                continue;
            };
            judged.push(event.at);
            if let Some(most) = most.filter(|most| value.chars().count() > *most) {
                let expected = format!("a value of at most {most} characters");
                let observed = format!("{} characters", value.chars().count());
                findings.push(Finding::new(Code::EventField, expected, observed, [event.at]));
            }
            let secret = variable.mutability() == Some("WriteOnly");
            if secret && !value.is_empty() {
                let expected = "no value of a write-only variable";
                findings.push(Finding::new(Code::ValueUnwanted, expected, "one", [event.at]));
            } else if !secret && let Some((expected, mild)) = unfit(variable, value) {
                let found = Finding::new(Code::EventField, expected, format!("{value:?}"), [event.at]);
                findings.push(if mild { found.mild() } else { found });
            }
        }
        self.settle(findings, judged, NO_EVENT)
    }
}

/// What a value ought to be if it is none of the variable; and whether that is a matter of spelling only.
fn unfit(variable: &Reported, value: &str) -> Option<(String, bool)> {
    let kind: DataType = serde_json::from_value(variable.data_type()?.into()).ok()?;
    let offered = variable.offered();
    let listed = |v: &str| offered.iter().any(|o| o.eq_ignore_ascii_case(v.trim()));
    match kind {
        DataType::Boolean if matches!(value, "true" | "false") => None,
        DataType::Boolean => {
            let spelt = matches!(value.to_ascii_lowercase().as_str(), "true" | "false" | "0" | "1");
            Some(("true or false".into(), spelt))
        }
        DataType::Integer => value.trim().parse::<i64>().err().map(|_| {
            // A whole number with a point is still that number.
            ("a whole number".into(), value.trim().parse::<f64>().is_ok_and(|v| v.fract() == 0.0))
        }),
        DataType::Decimal => value
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|v| v.is_finite())
            .is_none()
            .then(|| ("a number".into(), false)),
        DataType::DateTime => value.parse::<Timestamp>().err().map(|_| ("a time as RFC 3339".into(), false)),
        DataType::OptionList if !offered.is_empty() => {
            (!listed(value)).then(|| (format!("one of {}", offered.join(", ")), false))
        }
        DataType::MemberList | DataType::SequenceList if !offered.is_empty() && !value.is_empty() => {
            value.split(',').any(|v| !listed(v)).then(|| (format!("some of {}", offered.join(", ")), false))
        }
        _ => None,
    }
}
