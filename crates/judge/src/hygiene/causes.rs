//! What an event says of why it happened: causes of roll-ups, codes.

use super::Hygiene;
use crate::events::Event;
use crate::{Check, Code, Finding};
use ocpp::{MonitorType, VariableAddress};
use std::collections::BTreeMap;
use trace::Seq;

/// A variable whose event opens a fault that has error codes, with the value that means the fault.
#[derive(Debug, Clone)]
pub struct Coded {
    /// The variable.
    pub address: VariableAddress,
    /// The type of the monitor that tells it: too cold and too hot are two faults of one variable.
    pub kind: MonitorType,
    /// The value; `None` where any alert means it.
    pub value: Option<String>,
    /// The codes it corresponds to.
    pub codes: Vec<String>,
}

impl Hygiene {
    /// Every cause is the id of an event that came before, or in the same message, in the same run of the station
    /// (OCPP N07.FR.05; archetype row B-0331).
    pub fn causes_were_sent(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        let mut sent: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
        for message in &self.messages {
            let known = sent.entry(message.run).or_default();
            known.extend(message.events.iter().filter_map(|e| e.id));
            for event in &message.events {
                let Some(cause) = event.cause else { continue };
                judged.push(event.at);
                if !known.contains(&cause) {
                    let expected = "in cause the eventId of an event already sent";
                    findings.push(Finding::new(Code::EventField, expected, cause.to_string(), [event.at]));
                }
            }
        }
        self.settle(findings, judged, "no event of this run names a cause")
    }

    /// The event of a roll-up names the event that it follows from (archetype row B-0305).
    pub fn roll_ups_name_their_cause(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        for (_, event) in self.events().filter(|(_, e)| is_roll_up(e)) {
            judged.push(event.at);
            if event.cause.is_none() {
                let at = event.address.as_ref().map(ToString::to_string).unwrap_or_default();
                let expected = format!("in cause the event that {at} follows from");
                findings.push(Finding::new(Code::EventField, expected, "none", [event.at]));
            }
        }
        self.settle(findings, judged, "no roll-up was reported in this run")
    }

    /// A roll-up is not more urgent than what caused it (archetype row B-0306).
    pub fn roll_ups_do_not_outrank(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        let mut sent: BTreeMap<(u32, i64), (Seq, Option<i64>)> = BTreeMap::new();
        for message in &self.messages {
            for event in &message.events {
                if let Some(id) = event.id {
                    sent.insert((message.run, id), (event.at, self.severity_of(event)));
                }
            }
            for event in message.events.iter().filter(|e| is_roll_up(e)) {
                let cause = event.cause.and_then(|id| sent.get(&(message.run, id)));
                let (Some((at, Some(of_cause))), Some(own)) = (cause, self.severity_of(event)) else {
                    continue;
                };
                judged.push(event.at);
                if own < *of_cause {
                    let expected = format!("severity {of_cause} or milder, as its cause has");
                    let found = Finding::new(
                        Code::WrongSeverity,
                        expected,
                        format!("severity {own}"),
                        [*at, event.at],
                    );
                    findings.push(found);
                }
            }
        }
        self.settle(findings, judged, "no roll-up of this run names a cause whose severity is known")
    }

    /// The event that opens a fault with an error code carries a code (archetype row B-0308).
    pub fn faults_carry_codes(&self, coded: &[Coded]) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        for (_, event) in self.events().filter(|(_, e)| !e.cleared) {
            let of_fault = coded.iter().find(|c| {
                let here = event.address.as_ref().is_some_and(|a| a.same_as(&c.address));
                let value = event.actual.as_deref().unwrap_or_default();
                // What the operator set says nothing of a fault.
                let built_in = event.class.as_deref() != Some("CustomMonitor");
                let means =
                    c.value.as_ref().map_or(event.trigger == "Alerting", |v| v.eq_ignore_ascii_case(value));
                let kind = self.monitor_of(event).and_then(|m| m.kind.as_deref());
                here && built_in && means && kind.is_none_or(|k| k == c.kind.as_str())
            });
            let Some(fault) = of_fault else { continue };
            judged.push(event.at);
            if event.tech_code.as_deref().is_none_or(str::is_empty) {
                let expected = format!("in techCode {} or another published code", fault.codes.join(" or "));
                findings.push(Finding::new(Code::EventField, expected, "none", [event.at]));
            }
        }
        self.settle(findings, judged, "no fault with an error code was reported in this run")
    }

    fn severity_of(&self, event: &Event) -> Option<i64> {
        event.severity.or_else(|| self.monitor_of(event)?.severity)
    }
}

/// Whether an event says that a whole station, EVSE or connector has a problem: that follows from something.
fn is_roll_up(event: &Event) -> bool {
    let Some(at) = &event.address else { return false };
    let whole = ["ChargingStation", "EVSE"].iter().any(|n| at.component.name.eq_ignore_ascii_case(n));
    let problem = at.variable.name.eq_ignore_ascii_case("Problem") && at.variable.instance.is_none();
    whole && problem && event.actual.as_deref().is_some_and(|v| v.eq_ignore_ascii_case("true"))
}
