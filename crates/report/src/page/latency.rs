//! How long after its cause each judged event came, against its deadline.
//!
//! The cause is the last stimulus before the event in the scenario that judged it; where OCPP itself was the
//! stimulus, the last request of that scenario. Only verdicts whose evidence has both are shown.

use super::Sources;
use super::exchange::Exchanges;
use super::timeline::in_words;
use judge::{Stimulus, VerdictLine, frame_of};
use ocpp::frame::Frame;
use serde::Serialize;
use serde_json::Value;
use spec::model::Period;
use spec::rows::RowRef;
use std::collections::BTreeMap;
use std::time::Duration;
use trace::{Body, Direction, LaneId, Record, Seq};

/// One judged event.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Latency {
    /// Number of its verdict on the page.
    row: usize,
    what: String,
    cause: u64,
    event: u64,
    /// Milliseconds from cause to event.
    ms: u64,
    /// Milliseconds allowed.
    deadline: u64,
}

pub(super) fn latencies(
    s: &Sources<'_>,
    exchanges: &Exchanges,
    verdicts: &[(&VerdictLine, bool)],
) -> Vec<Latency> {
    let deadlines: BTreeMap<&str, Option<Period>> = s
        .archetype
        .rows()
        .filter_map(|r| match r {
            RowRef::Fault(f) => Some((f.id.0.as_str(), f.deadline)),
            RowRef::Behaviour(b) => Some((b.id.0.as_str(), b.deadline)),
            _ => None,
        })
        .collect();
    let causes = causes(s.records);
    let mut all = Vec::new();
    for (row, (v, _)) in verdicts.iter().enumerate() {
        if v.stimulus == Stimulus::None {
            continue;
        }
        let stated = |id| deadlines.get(id).copied().flatten();
        let limit = [&v.row, &v.requirement]
            .into_iter()
            .find_map(|id| s.declaration.deadline(id, stated(id.0.as_str())));
        let (Some(limit), Some(lane)) = (limit, exchanges.lane(row)) else { continue };
        let Some(causes) = causes.get(&lane) else { continue };
        all.extend(first_event(s, v, causes).map(|(cause, event, what)| Latency {
            row,
            what,
            cause: cause.n.0,
            event: event.n.0,
            ms: millis(event.t.duration_since(cause.t).unsigned_abs()),
            deadline: millis(limit),
        }));
    }
    all
}

/// Stimuli of each lane, and where it has none its requests.
fn causes(records: &[Record]) -> BTreeMap<LaneId, Vec<Seq>> {
    let mut stimuli: BTreeMap<LaneId, Vec<Seq>> = BTreeMap::new();
    let mut requests: BTreeMap<LaneId, Vec<Seq>> = BTreeMap::new();
    for r in records {
        match &r.body {
            Body::Stimulus { lane, .. } => stimuli.entry(*lane).or_default().push(r.n),
            Body::Frame { dir: Direction::Tx, lane: Some(lane), .. } => {
                requests.entry(*lane).or_default().push(r.n);
            }
            _ => {}
        }
    }
    for (lane, of_lane) in requests {
        stimuli.entry(lane).or_insert(of_lane);
    }
    stimuli
}

/// The first event that the verdict rests on after a cause of its scenario, with the cause just before it.
fn first_event<'a>(
    s: &Sources<'a>,
    v: &VerdictLine,
    causes: &[Seq],
) -> Option<(&'a Record, &'a Record, String)> {
    let record = |n: Seq| s.records.get(usize::try_from(n.0).ok()?);
    let mut cited: Vec<Seq> = v.evidence.clone();
    cited.sort();
    cited.into_iter().find_map(|n| {
        let event = record(n)?;
        let what = match frame_of(event, s.result.ocpp_version)? {
            (Direction::Rx, Frame::Call { action, payload, .. }) if action == "NotifyEvent" => {
                in_words(payload.get("eventData").and_then(|e| e.get(0)).unwrap_or(&Value::Null))
            }
            _ => return None,
        };
        let cause = causes.iter().rev().find(|c| **c < n)?;
        Some((record(*cause)?, event, what))
    })
}

fn millis(d: Duration) -> u64 {
    u64::try_from(d.as_millis()).unwrap_or(u64::MAX)
}
