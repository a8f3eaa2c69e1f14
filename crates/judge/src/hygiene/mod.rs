//! What must hold of every event of a run, whatever it reports: ids, monitors, values, times, pairs, causes.
//!
//! Each check looks at the whole run. Without an event there is nothing to judge.

mod causes;
mod honesty;
mod identity;
mod pairing;

pub use causes::Coded;

use crate::events::{Event, of_payload};
use crate::inventory::Inventory;
use crate::{Check, Finding, Window, frame_of};
use jiff::Timestamp;
use ocpp::VariableAddress;
use ocpp::frame::Frame;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trace::{Body, Direction, Seq};

/// Most findings reported of one check.
const ENOUGH: usize = 5;

/// A message of the station about events.
#[derive(Debug, Clone)]
struct Message {
    at: Seq,
    /// When it arrived.
    arrived: Timestamp,
    generated: Option<Timestamp>,
    seq_no: Option<i64>,
    more: bool,
    /// Which run of the station it is from: a boot begins a new one.
    run: u32,
    events: Vec<Event>,
    /// Whether the suite answered it.
    answered: bool,
}

/// What the run tells of a monitor at some point.
#[derive(Debug, Clone)]
struct Known {
    at: Seq,
    /// When that was told.
    t: Timestamp,
    address: VariableAddress,
    class: Option<String>,
    severity: Option<i64>,
    /// The type, as spelt by the station.
    kind: Option<String>,
    /// Whether the suite set it.
    ours: bool,
}

/// Every event of a run, and what the run tells of the monitors behind them.
#[derive(Debug)]
pub struct Hygiene {
    messages: Vec<Message>,
    monitors: BTreeMap<i64, Vec<Known>>,
    /// Whether there was a monitoring report at all.
    reported: BTreeSet<u32>,
    /// Records after which what a monitor has alerted is not known any more.
    disturbances: Vec<Seq>,
}

impl Hygiene {
    /// Reads a run.
    pub fn of(window: Window<'_>) -> Hygiene {
        let mut read = Hygiene {
            messages: Vec::new(),
            monitors: BTreeMap::new(),
            reported: BTreeSet::new(),
            disturbances: Vec::new(),
        };
        let mut run = 0;
        let mut asked: BTreeMap<&str, &str> = BTreeMap::new();
        let mut told: BTreeMap<&str, usize> = BTreeMap::new();
        for record in window.records {
            if matches!(record.body, Body::Closed { .. } | Body::Connected { .. }) {
                read.disturbances.push(record.n);
            }
            match frame_of(record, window.version) {
                Some((Direction::Rx, Frame::Call { id, action, payload })) => match action.as_str() {
                    "BootNotification" => run += 1,
                    "NotifyEvent" => {
                        told.insert(id, read.messages.len());
                        read.message(record.n, record.t, run, payload);
                    }
                    "NotifyMonitoringReport" => read.report(record.n, record.t, run, payload),
                    _ => {}
                },
                Some((Direction::Tx, Frame::CallResult { id, .. } | Frame::CallError { id, .. })) => {
                    if let Some(m) = told.remove(id.as_str()).and_then(|n| read.messages.get_mut(n)) {
                        m.answered = true;
                    }
                }
                Some((Direction::Tx, Frame::Call { id, action, .. })) => {
                    asked.insert(id, action);
                }
                Some((Direction::Rx, Frame::CallResult { id, payload })) => {
                    if let Some(action) = asked.remove(id.as_str()) {
                        read.answer(record.n, record.t, action, payload);
                    }
                }
                _ => {}
            }
        }
        read
    }

    fn message(&mut self, at: Seq, arrived: Timestamp, run: u32, payload: &Value) {
        self.messages.push(Message {
            at,
            arrived,
            generated: payload.get("generatedAt").and_then(Value::as_str).and_then(|t| t.parse().ok()),
            seq_no: payload.get("seqNo").and_then(Value::as_i64),
            more: payload.get("tbc").and_then(Value::as_bool).unwrap_or(false),
            run,
            events: of_payload(at, payload),
            answered: false,
        });
    }

    fn report(&mut self, at: Seq, t: Timestamp, run: u32, payload: &Value) {
        self.reported.insert(run);
        for m in crate::monitors::reported(at, payload) {
            let known = Known {
                at,
                t,
                address: m.address,
                class: m.notification,
                severity: m.severity,
                kind: Some(m.kind),
                ours: false,
            };
            self.monitors.entry(m.id).or_default().push(known);
        }
    }

    fn answer(&mut self, at: Seq, t: Timestamp, action: &str, payload: &Value) {
        let list = |key: &str| payload.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        match action {
            "SetVariableMonitoring" => {
                for result in list("setMonitoringResult") {
                    let accepted = result.get("status").and_then(Value::as_str) == Some("Accepted");
                    let id = result.get("id").and_then(Value::as_i64).filter(|_| accepted);
                    if let (Some(id), Some(address)) = (id, crate::results::address(&result)) {
                        let severity = result.get("severity").and_then(Value::as_i64);
                        let class = Some("CustomMonitor".to_owned());
                        let kind = result.get("type").and_then(Value::as_str).map(str::to_owned);
                        let known = Known { at, t, address, class, severity, kind, ours: true };
                        self.monitors.entry(id).or_default().push(known);
                    }
                }
                self.disturbances.push(at);
            }
            "ClearVariableMonitoring"
            | "SetMonitoringBase"
            | "SetMonitoringLevel"
            | "Reset"
            | "SetVariables" => self.disturbances.push(at),
            _ => {}
        }
    }

    fn events(&self) -> impl Iterator<Item = (&Message, &Event)> {
        self.messages.iter().flat_map(|m| m.events.iter().map(move |e| (m, e)))
    }

    /// What is known of the monitor of an event at that time: the last word before it, else the first after.
    fn monitor_of(&self, event: &Event) -> Option<&Known> {
        let all = self.monitors.get(&event.monitor?)?;
        let here = |k: &&Known| event.address.as_ref().is_some_and(|a| a.same_as(&k.address));
        let before = all.iter().rev().filter(|k| k.at <= event.at).find(here);
        before.or_else(|| all.iter().find(here))
    }

    /// When the suite first set the monitor of an event on its variable.
    fn first_set(&self, event: &Event) -> Option<&Known> {
        let here = |k: &&Known| event.address.as_ref().is_some_and(|a| a.same_as(&k.address));
        self.monitors.get(&event.monitor?)?.iter().filter(|k| k.ours && k.at <= event.at).find(here)
    }

    /// Findings, or what holds: the first and the last event prove it.
    fn settle(&self, findings: Vec<Finding>, judged: Vec<Seq>, nothing: &str) -> Vec<Check> {
        let ends: Vec<Seq> = judged.first().into_iter().chain(judged.last()).copied().collect();
        if findings.is_empty() && ends.is_empty() {
            return vec![Check::Void(nothing.to_owned())];
        }
        let (hard, mild): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(|f| !f.mild);
        Check::from_findings(hard.into_iter().chain(mild).take(ENOUGH).collect(), ends)
    }
}

/// What a run without events comes to.
const NO_EVENT: &str = "the station sent no event in this run";

/// What the station reports a variable to be, if it does.
fn described<'i>(inventory: &'i Inventory, event: &Event) -> Option<&'i crate::inventory::Reported> {
    inventory.find(event.address.as_ref()?)
}

#[cfg(test)]
mod tests;
