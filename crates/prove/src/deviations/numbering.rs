//! Ids of monitors and events: of any size, and given anew.

use super::{Deviation, says, variant};
use serde_json::{Value, json};
use station::wire::{Between, Middle, Passing, Wire};
use std::collections::BTreeMap;

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        variant("monitors-from-zero", "monitors are numbered from 0")
            .allowed_by("an id is any integer (VariableMonitoringType)")
            .wire(|_| numbered(|own, _| own - 1)),
        variant("monitors-from-a-million", "monitors are numbered from a million")
            .allowed_by("an id is any integer (VariableMonitoringType)")
            .wire(|_| numbered(|own, _| own + 999_999)),
        variant("monitors-downwards", "monitors are numbered from the greatest integer downwards")
            .allowed_by("an id is any integer (VariableMonitoringType)")
            .wire(|_| numbered(|own, _| i64::from(i32::MAX) - own)),
        variant("ids-given-anew", "the id of a removed monitor is given to the next one")
            .allowed_by("ids of removed monitors may be used again (SetMonitoringResultType)")
            .wire(|_| {
                let lowest = |_, used: &BTreeMap<i64, i64>| {
                    (1..).find(|n| !used.values().any(|u| u == n)).unwrap_or_default()
                };
                Between::new(Numbered { reuse: true, ..Numbered::by(lowest) })
            }),
        variant("event-ids-start-again", "the ids of events start again at 0 after a reboot")
            .allowed_by("no requirement keeps eventId over a reboot")
            .wire(|_| {
                let (mut n, mut first) = (0, BTreeMap::new());
                says(move |p| {
                    if p.call("BootNotification").is_some() {
                        n = 0;
                        first.clear();
                    }
                    for event in p.each_of_call("NotifyEvent", "eventData") {
                        let own = event["eventId"].as_i64();
                        let id = *first.entry(own).or_insert(n);
                        n = n.max(id + 1);
                        event["eventId"] = json!(id);
                        if let Some(cause) =
                            first.get(&event["cause"].as_i64()).filter(|_| event["cause"].is_i64())
                        {
                            event["cause"] = json!(cause);
                        }
                    }
                })
            }),
    ]
}

/// Gives the station's monitors other ids.
struct Numbered<F> {
    /// The id for the station's own, given those in use.
    choose: F,
    /// By the station's own id.
    ids: BTreeMap<i64, i64>,
    /// Whether ids of removed monitors are given anew.
    reuse: bool,
    /// Ids of the removals under way, by the id of the request.
    asked: BTreeMap<String, Vec<Value>>,
}

fn numbered(choose: impl FnMut(i64, &BTreeMap<i64, i64>) -> i64 + Send + 'static) -> Between {
    Between::new(Numbered::by(choose))
}

impl<F: FnMut(i64, &BTreeMap<i64, i64>) -> i64> Numbered<F> {
    fn by(choose: F) -> Self {
        let (ids, asked) = Default::default();
        Numbered { choose, ids, reuse: false, asked }
    }

    fn outside(&mut self, holder: &mut Value, key: &str) {
        let Some(own) = holder[key].as_i64() else { return };
        let ids = &mut self.ids;
        let chosen = match ids.get(&own) {
            Some(id) => *id,
            None => (self.choose)(own, ids),
        };
        self.ids.insert(own, chosen);
        holder[key] = json!(chosen);
    }

    /// An id that no monitor has stays unknown.
    fn inside(&self, id: &mut Value) {
        let Some(outside) = id.as_i64() else { return };
        let own = self.ids.iter().find(|(_, o)| **o == outside).map(|(own, _)| *own);
        *id = json!(own.unwrap_or(2_000_000));
    }
}

impl<F: FnMut(i64, &BTreeMap<i64, i64>) -> i64 + Send> Middle for Numbered<F> {
    fn heard(&mut self, mut p: Passing, wire: &mut Wire) {
        let call = p.id();
        if let Some(Value::Array(ids)) = p.call("ClearVariableMonitoring").and_then(|c| c.get_mut("id")) {
            self.asked.insert(call, ids.clone());
            ids.iter_mut().for_each(|id| self.inside(id));
        }
        for one in p.each_of_call("SetVariableMonitoring", "setMonitoringData") {
            if let Some(id) = one.get_mut("id") {
                self.inside(id);
            }
        }
        wire.deliver(p.frame);
    }

    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        for result in p.each_of_result("SetVariableMonitoring", "setMonitoringResult") {
            self.outside(result, "id");
        }
        let asked = self.asked.remove(&p.id()).unwrap_or_default();
        let results = p.each_of_result("ClearVariableMonitoring", "clearMonitoringResult");
        for (result, asked) in results.zip(asked) {
            if self.reuse && result["status"] == "Accepted" {
                self.ids.remove(&result["id"].as_i64().unwrap_or_default());
            }
            result["id"] = asked;
        }
        for entry in p.each_of_call("NotifyMonitoringReport", "monitor") {
            let all = entry.get_mut("variableMonitoring").and_then(Value::as_array_mut);
            all.into_iter().flatten().for_each(|m| self.outside(m, "id"));
        }
        for event in p.each_of_call("NotifyEvent", "eventData") {
            self.outside(event, "variableMonitoringId");
        }
        let opened = p.call("OpenPeriodicEventStream").and_then(|c| c.get_mut("constantStreamData"));
        opened.into_iter().for_each(|stream| self.outside(stream, "variableMonitoringId"));
        for stream in p.each_of_result("GetPeriodicEventStream", "constantStreamData") {
            self.outside(stream, "variableMonitoringId");
        }
        wire.send(p.frame);
    }
}
