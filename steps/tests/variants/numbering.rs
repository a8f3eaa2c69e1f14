//! Monitor ids of any size, given anew, and changing over a reboot.

use crate::middle::{Middle, Passing, Wire};
use crate::trial::{BUT_EACH, EVENTS, changes_nothing, trial};
use ocpp::Version;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Gives the station's monitors other ids.
struct Numbered<F> {
    /// The id for the station's own, given those in use.
    choose: F,
    /// By the station's own id.
    ids: BTreeMap<i64, i64>,
    /// Whether ids of removed monitors are given anew.
    reuse: bool,
    /// How often the station has booted, and what that adds to each id.
    boots: i64,
    shift: i64,
    asked: Vec<Value>,
}

fn numbered<F: FnMut(i64, &BTreeMap<i64, i64>) -> i64>(choose: F) -> Numbered<F> {
    Numbered { choose, ids: BTreeMap::new(), reuse: false, boots: 0, shift: 0, asked: Vec::new() }
}

impl<F: FnMut(i64, &BTreeMap<i64, i64>) -> i64> Numbered<F> {
    fn outside(&mut self, id: &mut Value) {
        let Some(own) = id.as_i64() else { return };
        if !self.ids.contains_key(&own) {
            let chosen = (self.choose)(own, &self.ids);
            self.ids.insert(own, chosen);
        }
        *id = json!(self.ids[&own] + (self.boots - 1).max(0) * self.shift);
    }

    /// An id that no monitor has stays unknown.
    fn inside(&self, id: &mut Value) {
        let Some(outside) = id.as_i64() else { return };
        let shifted = outside - (self.boots - 1).max(0) * self.shift;
        let own = self.ids.iter().find(|(_, o)| **o == shifted).map(|(own, _)| *own);
        *id = json!(own.unwrap_or(2_000_000));
    }
}

impl<F: FnMut(i64, &BTreeMap<i64, i64>) -> i64> Middle for Numbered<F> {
    fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
        if let Some(payload) = passing.call("ClearVariableMonitoring") {
            self.asked = payload["id"].as_array().unwrap().clone();
            payload["id"].as_array_mut().unwrap().iter_mut().for_each(|id| self.inside(id));
        }
        if let Some(payload) = passing.call("SetVariableMonitoring") {
            for one in payload["setMonitoringData"].as_array_mut().unwrap() {
                if let Some(id) = one.get_mut("id") {
                    self.inside(id);
                }
            }
        }
        wire.deliver(passing.frame);
    }

    fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
        if passing.call("BootNotification").is_some() {
            self.boots += 1;
        }
        if let Some(payload) = passing.result("SetVariableMonitoring") {
            payload["setMonitoringResult"]
                .as_array_mut()
                .unwrap()
                .iter_mut()
                .for_each(|r| self.outside_of(r, "id"));
        }
        if let Some(payload) = passing.result("ClearVariableMonitoring") {
            let results = payload["clearMonitoringResult"].as_array_mut().unwrap();
            for (result, asked) in results.iter_mut().zip(self.asked.clone()) {
                if self.reuse && result["status"] == "Accepted" {
                    self.ids.remove(&result["id"].as_i64().unwrap());
                }
                result["id"] = asked;
            }
        }
        if let Some(payload) = passing.call("NotifyMonitoringReport") {
            for entry in payload["monitor"].as_array_mut().unwrap() {
                let all = entry["variableMonitoring"].as_array_mut().unwrap();
                all.iter_mut().for_each(|m| self.outside_of(m, "id"));
            }
        }
        if let Some(payload) = passing.call("NotifyEvent") {
            let all = payload["eventData"].as_array_mut().unwrap();
            all.iter_mut().for_each(|e| self.outside_of(e, "variableMonitoringId"));
        }
        wire.send(passing.frame);
    }
}

impl<F: FnMut(i64, &BTreeMap<i64, i64>) -> i64> Numbered<F> {
    fn outside_of(&mut self, holder: &mut Value, key: &str) {
        if let Some(id) = holder.get_mut(key) {
            self.outside(id);
        }
    }
}

#[test]
fn monitors_are_numbered_from_zero() {
    changes_nothing(&trial(Version::V21).select(BUT_EACH).run(numbered(|own, _| own - 1)));
}

#[test]
fn monitors_are_numbered_from_a_million_or_down_from_the_greatest_integer() {
    changes_nothing(&trial(Version::V201).select(EVENTS).run(numbered(|own, _| own + 999_999)));
    changes_nothing(&trial(Version::V21).select(EVENTS).run(numbered(|own, _| i64::from(i32::MAX) - own)));
}

#[test]
fn the_id_of_a_removed_monitor_is_given_to_the_next() {
    let lowest = |_, used: &BTreeMap<i64, i64>| (1..).find(|n| !used.values().any(|u| u == n)).unwrap();
    let numbered = Numbered { reuse: true, ..numbered(lowest) };
    changes_nothing(&trial(Version::V201).run(numbered));
}

/// OCPP lets them change (N04.FR.19).
#[test]
fn monitor_ids_change_over_a_reboot() {
    let numbered = Numbered { shift: 1000, ..numbered(|own, _| own + 1) };
    changes_nothing(&trial(Version::V201).select(EVENTS).run(numbered));
}
