//! Which event is which: ids, numbering, the monitor and the variable behind it.

use super::{Hygiene, NO_EVENT, described};
use crate::events::Event;
use crate::inventory::Inventory;
use crate::{Check, Code, Finding};
use std::collections::BTreeMap;
use trace::Seq;

impl Hygiene {
    /// No two events of one run of the station have the same id. The parts of one notification share it, and a
    /// message that was not answered may be sent again (archetype row B-0321).
    pub fn ids_are_unique(&self) -> Vec<Check> {
        let mut seen: BTreeMap<(u32, i64), (&Event, bool)> = BTreeMap::new();
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        for (message, event) in self.events() {
            let Some(id) = event.id else { continue };
            judged.push(event.at);
            let first = seen.entry((message.run, id)).or_insert((event, message.answered));
            let (earlier, answered) = *first;
            if std::ptr::eq(earlier, event) {
                continue;
            }
            let continued = message.seq_no.is_some_and(|n| n > 0);
            // An answer is lost with the connection it was on.
            let broken = self.disturbances.iter().any(|n| (earlier.at..event.at).contains(n));
            let told_again = same_occurrence(earlier, event) && (continued || !answered || broken);
            if !told_again {
                let expected = "an eventId that no other event of this run of the station has";
                let observed = format!("{id} again");
                findings.push(Finding::new(Code::EventField, expected, observed, [earlier.at, event.at]));
            }
        }
        self.settle(findings, judged, NO_EVENT)
    }

    /// The parts of a notification that is continued are numbered without a gap until one says that it is the last
    /// (OCPP N07.FR.07, N08.FR.04).
    pub fn parts_are_numbered(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        let mut open: Option<(Seq, i64)> = None;
        for message in &self.messages {
            let said = message.seq_no.unwrap_or(-1);
            if let Some((from, before)) = open.take() {
                judged.push(message.at);
                if said != before.saturating_add(1) {
                    let expected = format!("seqNo {} after a part that announced more", before + 1);
                    let observed = format!("seqNo {said}");
                    findings.push(Finding::new(Code::EventField, expected, observed, [from, message.at]));
                }
            }
            if message.more {
                open = Some((message.at, said));
            }
        }
        if let Some((from, _)) = open {
            let expected = "a last part after one that announced more";
            findings.push(Finding::new(Code::EventField, expected, "none", [from]));
        }
        self.settle(findings, judged, "no notification of this run was continued")
    }

    /// Every event is about a variable of the inventory, and about a monitor that was reported or set there
    /// (OCPP N07.FR.06; archetype row B-0324).
    pub fn name_what_is_known(&self, inventory: &Inventory) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        for (message, event) in self.events() {
            judged.push(event.at);
            let at = event.address.as_ref().map_or("(none)".to_owned(), ToString::to_string);
            if described(inventory, event).is_none() {
                let expected = "a component and variable of the full inventory";
                findings.push(Finding::new(Code::EventField, expected, at.clone(), [event.at]));
            }
            let class = event.class.as_deref().unwrap_or_default();
            match event.monitor {
                // After a boot the ids may be others, until they are reported again (OCPP N04.FR.19).
                Some(id) if self.reported.contains(&message.run) && self.monitor_of(event).is_none() => {
                    let expected = format!("a variableMonitoringId reported or set on {at}");
                    findings.push(Finding::new(Code::EventField, expected, id.to_string(), [event.at]));
                }
                None if class != "HardWiredNotification" => {
                    let expected = format!("variableMonitoringId in the event of a {class}");
                    findings.push(Finding::new(Code::EventField, expected, "none", [event.at]));
                }
                _ => {}
            }
        }
        self.settle(findings, judged, NO_EVENT)
    }
}

/// Whether two events tell of the same occurrence.
fn same_occurrence(a: &Event, b: &Event) -> bool {
    a.timestamp == b.timestamp
        && a.monitor == b.monitor
        && a.cleared == b.cleared
        && match (&a.address, &b.address) {
            (Some(a), Some(b)) => a.same_as(b),
            (None, None) => true,
            _ => false,
        }
}
