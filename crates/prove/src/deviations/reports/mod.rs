//! Inventories, monitoring reports and their parts.

mod filters;
mod paging;
mod pieces;

use super::Deviation;
use serde_json::Value;
use station::wire::{Between, Middle, Passing, Wire};
use std::collections::BTreeSet;

pub(super) fn deviations() -> Vec<Deviation> {
    [paging::deviations(), pieces::deviations(), filters::deviations()].into_iter().flatten().collect()
}

/// The entries of a part of an inventory.
pub(super) fn entries(p: &mut Passing) -> impl Iterator<Item = &mut Value> {
    p.each_of_call("NotifyReport", "reportData")
}

/// Where a part of a report carries what it reports.
fn list_of(action: &str) -> Option<&'static str> {
    match action {
        "NotifyReport" => Some("reportData"),
        "NotifyMonitoringReport" => Some("monitor"),
        _ => None,
    }
}

/// The payload, if it is a part of a report, and where it carries what it reports.
fn part(p: &mut Passing) -> Option<(&'static str, &mut Value)> {
    let (action, list) = (p.action.clone(), list_of(&p.action)?);
    Some((list, p.call(&action)?))
}

/// The entries of a part of a report.
fn listed<'v>(list: &str, part: &'v mut Value) -> Option<&'v mut Vec<Value>> {
    part.get_mut(list)?.as_array_mut()
}

/// Does something with the parts of those reports that certain requests ask for.
struct PartsOf<F> {
    asks: fn(&str, &Value) -> bool,
    ids: BTreeSet<i64>,
    act: F,
}

impl<F: FnMut(Passing, &mut Wire) + Send> Middle for PartsOf<F> {
    fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
        let action = passing.action.clone();
        if let Some(request) = passing.call(&action).filter(|r| (self.asks)(&action, r)) {
            self.ids.extend(request["requestId"].as_i64());
        }
        wire.deliver(passing.frame);
    }
    fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
        match part(&mut passing) {
            Some((_, p)) if p["requestId"].as_i64().is_some_and(|id| self.ids.contains(&id)) => {
                (self.act)(passing, wire);
            }
            _ => wire.send(passing.frame),
        }
    }
}

/// Puts something else in the place of the parts of those reports that certain requests ask for.
fn parts_of(asks: fn(&str, &Value) -> bool, act: impl FnMut(Passing, &mut Wire) + Send + 'static) -> Between {
    Between::new(PartsOf { asks, ids: BTreeSet::new(), act })
}

/// Changes the entries of those reports that certain requests ask for.
fn entries_of(
    asks: fn(&str, &Value) -> bool,
    mut change: impl FnMut(&mut Vec<Value>) + Send + 'static,
) -> Between {
    parts_of(asks, move |mut p, wire| {
        if let Some((list, part)) = part(&mut p) {
            if let Some(all) = listed(list, part) {
                change(all);
            }
            drop_empty(list, part);
        }
        wire.send(p.frame);
    })
}

/// An empty list is left out.
fn drop_empty(list: &str, part: &mut Value) {
    if let Some(part) = part.as_object_mut()
        && part.get(list).and_then(Value::as_array).is_some_and(Vec::is_empty)
    {
        part.remove(list);
    }
}

/// Asks for the full inventory.
fn full(_: &str, request: &Value) -> bool {
    request["reportBase"] == "FullInventory"
}

/// Asks for what can be configured.
fn configuration(_: &str, request: &Value) -> bool {
    request["reportBase"] == "ConfigurationInventory"
}

/// Asks for all monitors.
fn all_monitors(action: &str, request: &Value) -> bool {
    let has = |key| request.get(key).is_some();
    action == "GetMonitoringReport" && !has("monitoringCriteria") && !has("componentVariable")
}
