//! The exchange behind a verdict: its evidence, what its scenario sent, what came back, and what it waited for.

use super::frames;
use judge::{Verdict, VerdictLine};
use std::collections::{BTreeMap, BTreeSet};
use trace::{Body, Direction, LaneId, Record};

/// Records shown of an exchange that is met, and of one that is not.
const SHOWN_OF_A_PASS: usize = 24;
const SHOWN: usize = 120;

/// The exchanges of all verdicts.
pub(super) struct Exchanges {
    by_verdict: Vec<Exchange>,
}

/// The exchange behind one verdict.
#[derive(Default)]
struct Exchange {
    lane: Option<LaneId>,
    records: Vec<u64>,
    left_out: usize,
}

impl Exchanges {
    pub(super) fn of(records: &[Record], verdicts: &[(&VerdictLine, bool)]) -> Exchanges {
        let lanes = lanes(records);
        let own = own_records(records);
        let of_verdict = |v: &VerdictLine| {
            let lane = lanes.get(&key(v)).copied();
            let shown = lane.and_then(|l| own.get(&l));
            let mut all: BTreeSet<u64> = v.evidence.iter().map(|n| n.0).collect();
            all.extend(v.also.iter().flat_map(|f| f.evidence.iter().map(|n| n.0)));
            let most = if v.verdict == Verdict::Pass { SHOWN_OF_A_PASS } else { SHOWN };
            let mut left_out = 0;
            for n in shown.into_iter().flatten() {
                if all.contains(n) {
                } else if all.len() < most {
                    all.insert(*n);
                } else {
                    left_out += 1;
                }
            }
            let records = all.into_iter().filter(|n| *n < records.len() as u64).collect();
            Exchange { lane, records, left_out }
        };
        Exchanges { by_verdict: verdicts.iter().map(|(v, _)| of_verdict(v)).collect() }
    }

    /// Records of the exchange behind a verdict, in order.
    pub(super) fn records(&self, verdict: usize) -> &[u64] {
        self.by_verdict.get(verdict).map_or(&[], |e| e.records.as_slice())
    }

    /// Records of it that are not shown.
    pub(super) fn left_out(&self, verdict: usize) -> usize {
        self.by_verdict.get(verdict).map_or(0, |e| e.left_out)
    }

    /// The lane of a verdict's scenario.
    pub(super) fn lane(&self, verdict: usize) -> Option<LaneId> {
        self.by_verdict.get(verdict)?.lane
    }

    /// All records of all exchanges.
    pub(super) fn all(&self) -> impl Iterator<Item = u64> + '_ {
        self.by_verdict.iter().flat_map(|e| e.records.iter().copied())
    }
}

type Key = (String, Option<String>, Option<u32>, Option<u32>);

fn key(v: &VerdictLine) -> Key {
    (v.row.0.clone(), v.scenario.clone(), v.evse, v.connector)
}

/// The lane in which each verdict was reached.
fn lanes(records: &[Record]) -> BTreeMap<Key, LaneId> {
    let verdict = |r: &Record| match &r.body {
        Body::Verdict { lane, verdict } => {
            serde_json::from_value::<VerdictLine>(verdict.clone()).ok().map(|v| (key(&v), *lane))
        }
        _ => None,
    };
    records.iter().filter_map(verdict).collect()
}

/// What each lane did that is worth showing, with the answers to what it sent.
fn own_records(records: &[Record]) -> BTreeMap<LaneId, Vec<u64>> {
    let mut own: BTreeMap<LaneId, Vec<u64>> = BTreeMap::new();
    let mut asked: BTreeMap<String, LaneId> = BTreeMap::new();
    for r in records {
        let lane = match &r.body {
            Body::Frame { dir: Direction::Tx, lane: Some(lane), raw, .. } => {
                if let Some(id) = frames::message_id(raw) {
                    asked.insert(id, *lane);
                }
                Some(*lane)
            }
            Body::Frame { dir: Direction::Rx, raw, .. } if frames::is_answer(raw) => {
                frames::message_id(raw).and_then(|id| asked.get(&id).copied())
            }
            Body::Verdict { .. } | Body::Begin { .. } => None,
            other => other.lane(),
        };
        if let Some(lane) = lane {
            own.entry(lane).or_default().push(r.n.0);
        }
    }
    own
}
