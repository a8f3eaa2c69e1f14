//! The run over time: connections, scenarios, stimuli, events.

use super::exchange::Exchanges;
use super::{Sources, frames};
use judge::{Verdict, VerdictLine, Window};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use trace::{Body, LaneId, Record};

/// What is drawn; times in milliseconds since the first record.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Timeline {
    start: String,
    length: i64,
    connections: Vec<(i64, i64)>,
    scenarios: Vec<Scenario>,
    stimuli: Vec<Mark>,
    events: Vec<Mark>,
}

#[derive(Debug, Serialize)]
struct Scenario {
    from: i64,
    to: i64,
    /// Number of its verdict on the page.
    row: usize,
    verdict: Verdict,
}

#[derive(Debug, Serialize)]
struct Mark {
    t: i64,
    /// The record.
    n: u64,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<u64>,
}

impl Timeline {
    pub(super) fn of(s: &Sources<'_>, exchanges: &Exchanges, verdicts: &[(&VerdictLine, bool)]) -> Timeline {
        let (Some(first), Some(last)) = (s.records.first(), s.records.last()) else {
            return Timeline::default();
        };
        let at = |r: &Record| i64::try_from(r.t.duration_since(first.t).as_millis()).unwrap_or(0);
        let mut timeline = Timeline { start: first.t.to_string(), length: at(last), ..Timeline::default() };
        let mut open: BTreeMap<u32, i64> = BTreeMap::new();
        let mut begun: BTreeMap<LaneId, i64> = BTreeMap::new();
        let mut spans: BTreeMap<LaneId, (i64, i64)> = BTreeMap::new();
        for r in s.records {
            let t = at(r);
            match &r.body {
                Body::Connected { conn, .. } => drop(open.insert(conn.0, t)),
                Body::Closed { conn, .. } => {
                    timeline.connections.extend(open.remove(&conn.0).map(|from| (from, t)));
                }
                Body::Begin { lane, .. } => drop(begun.insert(*lane, t)),
                Body::Verdict { lane, .. } => {
                    if let Some(from) = begun.remove(lane) {
                        spans.insert(*lane, (from, t));
                    }
                }
                Body::Stimulus { effect, binding, .. } => timeline.stimuli.push(Mark {
                    t,
                    n: r.n.0,
                    what: format!("{} ({binding})", frames::effect_in_words(effect)),
                    severity: None,
                }),
                _ => {}
            }
        }
        timeline.connections.extend(open.into_values().map(|from| (from, at(last))));
        for (row, (v, _)) in verdicts.iter().enumerate() {
            let span = exchanges.lane(row).and_then(|l| spans.get(&l));
            timeline.scenarios.extend(span.map(|(from, to)| Scenario {
                from: *from,
                to: *to,
                row,
                verdict: v.verdict,
            }));
        }
        let window = Window::new(s.records, s.result.ocpp_version);
        for (n, payload) in window.calls_of("NotifyEvent") {
            let Some(r) = usize::try_from(n.0).ok().and_then(|n| s.records.get(n)) else { continue };
            for event in payload.get("eventData").and_then(Value::as_array).into_iter().flatten() {
                let severity = event.get("severity").and_then(Value::as_u64);
                timeline.events.push(Mark { t: at(r), n: n.0, what: in_words(event), severity });
            }
        }
        timeline
    }

    /// Records that can be opened from the picture.
    pub(super) fn records(&self) -> impl Iterator<Item = u64> + '_ {
        self.stimuli.iter().chain(&self.events).map(|m| m.n)
    }
}

/// An event in a few words.
pub(super) fn in_words(event: &Value) -> String {
    let of = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or("?");
    let place = ["/component/evse/id", "/component/evse/connectorId"]
        .iter()
        .filter_map(|p| event.pointer(p).map(|n| format!("/{n}")))
        .collect::<String>();
    let cleared = if event.get("cleared").and_then(Value::as_bool) == Some(true) { ", cleared" } else { "" };
    format!(
        "{}{place}.{} = {} ({}{cleared})",
        of("/component/name"),
        of("/variable/name"),
        of("/actualValue"),
        of("/trigger")
    )
}
