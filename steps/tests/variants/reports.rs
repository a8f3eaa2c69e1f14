//! Reports that come in other pieces than the reference station sends.

use crate::middle::{Middle, Passing, Wire};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Where a report part carries what it reports.
pub fn list_of(action: &str) -> Option<&'static str> {
    match action {
        "NotifyReport" => Some("reportData"),
        "NotifyMonitoringReport" => Some("monitor"),
        _ => None,
    }
}

/// Collects a report and sends it again in other pieces.
pub struct Repaged<F> {
    held: BTreeMap<(String, i64), Vec<Value>>,
    cut: F,
}

/// Sends reports in the pieces that `cut` makes of all their entries.
pub fn repaged<F: FnMut(Vec<Value>) -> Vec<Vec<Value>>>(cut: F) -> Repaged<F> {
    Repaged { held: BTreeMap::new(), cut }
}

impl<F: FnMut(Vec<Value>) -> Vec<Vec<Value>>> Middle for Repaged<F> {
    fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
        let (action, list) = match list_of(&passing.action) {
            Some(list) if passing.is_call() => (passing.action.clone(), list),
            _ => return wire.send(passing.frame),
        };
        let payload = passing.call(&action).unwrap().clone();
        wire.settle(&passing);
        let key = (action.clone(), payload["requestId"].as_i64().unwrap());
        let entries = payload[list].as_array().cloned().unwrap_or_default();
        self.held.entry(key.clone()).or_default().extend(entries);
        if payload["tbc"] == true {
            return;
        }
        let pieces = (self.cut)(self.held.remove(&key).unwrap());
        let last = pieces.len() - 1;
        for (n, entries) in pieces.into_iter().enumerate() {
            let mut part = json!({ "requestId": key.1, "generatedAt": payload["generatedAt"], "seqNo": n, "tbc": n < last });
            if !entries.is_empty() {
                part[list] = json!(entries);
            }
            wire.call(&action, part);
        }
    }
}
