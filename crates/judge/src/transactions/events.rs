//! Events that name transactions.

use super::{Told, Transactions, tolerance};
use crate::events::Event;
use crate::{Check, Code, Finding, Window};
use ocpp::VariableAddress;
use trace::Seq;

impl Transactions {
    /// An event names only a transaction that was ongoing at that time, on that EVSE (archetype row B-0387).
    pub fn named_in_events(&self) -> Vec<Check> {
        let (mut checks, mut findings, mut judged) = (Vec::new(), Vec::new(), Vec::new());
        let all = self.each();
        for event in &self.events {
            let Some(id) = &event.transaction else { continue };
            let is_named = |of: &&Vec<&Told>| of.iter().any(|t| t.id.eq_ignore_ascii_case(id));
            let mut named = all.iter().filter(is_named).map(|of| misnamed(event, of));
            let Some(last) = all.iter().rfind(is_named) else {
                let expected = "the id of a transaction that the station has told of";
                if self.told.iter().any(Told::starts) {
                    findings.push(unknown(expected, id, [event.at]));
                } else {
                    checks.push(Check::open(format!("{id} may have begun before this run"), [event.at]));
                }
                continue;
            };
            judged.push(event.at);
            // One of several under the same id is enough.
            if named.all(|wrong| wrong.is_some()) {
                findings.extend(misnamed(event, last));
            }
        }
        if checks.is_empty() || !findings.is_empty() || !judged.is_empty() {
            checks.extend(Self::settle(findings, &judged, "no event of this run names a transaction"));
        }
        checks
    }
}

fn misnamed(event: &Event, of: &[&Told]) -> Option<Finding> {
    let id = event.transaction.as_deref()?;
    if let Some(time) = event.timestamp {
        let start = of.iter().find(|t| t.starts()).and_then(|t| Some((t.timestamp?, t.at)));
        if let Some((start, at)) = start.filter(|(start, _)| time < *start - tolerance()) {
            let expected = format!("no event from before {id} began at {start}");
            return Some(unknown(expected, &format!("one of {time}"), [at, event.at]));
        }
        let end = of.iter().find(|t| t.ends()).and_then(|t| Some((t.timestamp?, t.at)));
        if let Some((end, at)) = end.filter(|(end, _)| time > *end + tolerance()) {
            let expected = format!("no event from after {id} ended at {end}");
            return Some(unknown(expected, &format!("one of {time}"), [at, event.at]));
        }
    }
    let evse = event.address.as_ref()?.component.evse?.id;
    let told = of.iter().find(|t| t.evse.is_some())?;
    if told.evse == Some(evse) {
        return None;
    }
    let expected = format!("a transaction of EVSE {evse}");
    let runs = told.evse.unwrap_or_default();
    Some(unknown(expected, &format!("{id}, which runs on EVSE {runs}"), [told.at, event.at]))
}

fn unknown(expected: impl Into<String>, observed: &str, at: impl IntoIterator<Item = Seq>) -> Finding {
    Finding::new(Code::TransactionNotOngoing, expected, observed, at)
}

/// The events of a monitor in a window name the transaction that runs (archetype row B-0388).
pub fn names_transaction(window: Window<'_>, monitor: i64, id: &str) -> Vec<Check> {
    let events = crate::events::of_monitor(window, monitor);
    if events.is_empty() {
        return vec![Check::open(format!("no event of monitor {monitor} came"), window.ends())];
    }
    let lacking = events.iter().flat_map(|e| is_of(e, id)).find(|c| matches!(c, Check::Broken(_)));
    lacking.map_or_else(|| vec![Check::held(events.iter().map(|e| e.at))], |broken| vec![broken])
}

/// Whether an event tells of a fault: it says that its variable has this value.
pub fn tells_fault(event: &Event, address: &VariableAddress, value: &str) -> bool {
    event.address.as_ref().is_some_and(|a| a.same_as(address))
        && event.actual.as_deref().is_some_and(|v| v.eq_ignore_ascii_case(value))
}

/// An event names this transaction (archetype row B-0389).
pub fn is_of(event: &Event, id: &str) -> Vec<Check> {
    let said = event.transaction.as_deref().unwrap_or("none");
    let finding = (!said.eq_ignore_ascii_case(id))
        .then(|| Finding::new(Code::TransactionField, format!("transactionId {id}"), said, [event.at]));
    Check::from_findings(finding.into_iter().collect(), [event.at])
}
