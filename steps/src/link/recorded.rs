//! The recorded link: the same run again, from its evidence alone. Always ready: no clock, no station.

use super::live::{INTERRUPTED, RIG_SAID};
use super::{Asked, Met, Sent, Wait, is_loss};
use crate::Stop;
use crate::rig::Refused;
use crate::stop::Diverged;
use serde_json::Value;
use spec::Effect;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use trace::{Body, Direction, LaneId, Record, Seq};

/// The recording of an earlier run.
pub struct Recorded {
    records: Vec<Record>,
    own: HashMap<LaneId, Vec<usize>>,
    /// Records in which something was hidden.
    hidden: BTreeSet<Seq>,
    /// Verdicts that came out otherwise because of it.
    excused: RefCell<BTreeSet<Seq>>,
}

impl Recorded {
    /// Prepares records for a replay.
    pub fn new(records: Vec<Record>) -> Recorded {
        let mut own: HashMap<LaneId, Vec<usize>> = HashMap::new();
        for (at, record) in records.iter().enumerate() {
            if let Some(lane) = record.body.lane() {
                own.entry(lane).or_default().push(at);
            }
        }
        Recorded { records, own, hidden: BTreeSet::new(), excused: RefCell::default() }
    }

    /// A recording in which something was hidden in these records. What a lane sent in them is taken for what
    /// was sent, and a verdict that rests on them may come out otherwise.
    #[must_use]
    pub fn hiding(self, hidden: BTreeSet<Seq>) -> Recorded {
        Recorded { hidden, ..self }
    }

    /// Records of verdicts that came out otherwise because of what was hidden.
    pub fn excused(&self) -> BTreeSet<Seq> {
        self.excused.borrow().clone()
    }

    /// Whether a verdict came out otherwise, and rests on what is hidden: on a record it cites, on one of its
    /// lane, or on a verdict that does.
    fn excuses(&self, lane: LaneId, recorded: &Record, now: &Body) -> bool {
        let (Body::Verdict { verdict: was, .. }, Body::Verdict { verdict: is, .. }) = (&recorded.body, now)
        else {
            return false;
        };
        if self.hidden.is_empty() {
            return false;
        }
        let cites = |v: &Value| {
            let also = v.get("also").and_then(Value::as_array).into_iter().flatten();
            let all = std::iter::once(v).chain(also).filter_map(|f| f.get("evidence")?.as_array()).flatten();
            all.filter_map(Value::as_u64).any(|n| self.hidden.contains(&Seq(n)))
        };
        let of_lane = || self.own.get(&lane).into_iter().flatten();
        let in_lane = || of_lane().any(|at| self.hidden.contains(&Seq(*at as u64)));
        let blocked = || {
            let by = |v: &Value| v.get("blockedBy").is_some_and(|b| !b.is_null());
            !self.excused.borrow().is_empty() && (by(was) || by(is))
        };
        let excused = cites(was) || cites(is) || in_lane() || blocked();
        if excused {
            self.excused.borrow_mut().insert(recorded.n);
        }
        excused
    }

    /// All records.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The lane's next own record, taken.
    fn take(&self, lane: LaneId, cursor: &mut usize, now: &str) -> Result<&Record, Diverged> {
        let record = self.peek(lane, *cursor).ok_or_else(|| Diverged {
            at: Seq(self.records.len() as u64),
            recorded: "no further record of this scenario".to_owned(),
            now: now.to_owned(),
        })?;
        *cursor += 1;
        Ok(record)
    }

    fn peek(&self, lane: LaneId, cursor: usize) -> Option<&Record> {
        self.records.get(*self.own.get(&lane)?.get(cursor)?)
    }

    pub(super) fn expect(&self, lane: LaneId, cursor: &mut usize, body: &Body) -> Result<Seq, Diverged> {
        let record = self.take(lane, cursor, &shown(body))?;
        if record.body == *body || self.excuses(lane, record, body) {
            Ok(record.n)
        } else {
            Err(Diverged { at: record.n, recorded: shown(&record.body), now: shown(body) })
        }
    }

    /// The value that was handed to the lane here.
    pub(super) fn fresh(
        &self,
        lane: LaneId,
        cursor: &mut usize,
        what: &str,
    ) -> Result<(Seq, Value), Diverged> {
        let record = self.take(lane, cursor, what)?;
        match &record.body {
            Body::Fresh { what: recorded, value, .. } if recorded == what => Ok((record.n, value.clone())),
            other => Err(Diverged { at: record.n, recorded: shown(other), now: what.to_owned() }),
        }
    }

    pub(super) fn sent(&self, lane: LaneId, cursor: &mut usize, raw: &str) -> Result<Sent, Diverged> {
        let record = self.take(lane, cursor, raw)?;
        match &record.body {
            Body::Frame { conn, dir: Direction::Tx, raw: recorded, .. }
                if recorded == raw || self.hidden.contains(&record.n) =>
            {
                Ok(Sent { seq: record.n, conn: Some(*conn) })
            }
            Body::Unsent { raw: recorded, .. } if recorded == raw || self.hidden.contains(&record.n) => {
                Ok(Sent { seq: record.n, conn: None })
            }
            other => Err(Diverged { at: record.n, recorded: shown(other), now: raw.to_owned() }),
        }
    }

    pub(super) fn until(
        &self,
        lane: LaneId,
        cursor: &mut usize,
        wait: &Wait,
        is: &mut dyn FnMut(&Record) -> bool,
    ) -> Result<Met, Stop> {
        let end = self.peek(lane, *cursor).map(|r| r.n);
        let from = usize::try_from(wait.from.0).unwrap_or(usize::MAX);
        for record in self.records.get(from..).unwrap_or_default() {
            if Some(record.n) == end {
                // The lane's next own record: either the wait's deadline, or the suite did something here
                // that it would not do now.
                match &record.body {
                    Body::Deadline { what, .. } if *what == wait.what => {
                        *cursor += 1;
                        return Ok(Met::Deadline(record.n));
                    }
                    Body::Fresh { what, .. } if what == INTERRUPTED => {
                        *cursor += 1;
                        return Err(Stop::Interrupted);
                    }
                    other => {
                        let now = format!("still waiting for {}", wait.what);
                        return Err(Diverged { at: record.n, recorded: shown(other), now }.into());
                    }
                }
            }
            if is(record) {
                return Ok(Met::At(record.n));
            }
            if is_loss(record, wait) {
                return Ok(Met::Lost(record.n));
            }
        }
        let now = format!("still waiting for {}", wait.what);
        let at = Seq(self.records.len() as u64);
        Err(Diverged { at, recorded: "nothing more".to_owned(), now }.into())
    }

    pub(super) fn stimulus(&self, lane: LaneId, cursor: &mut usize, effect: &Effect) -> Result<Asked, Stop> {
        let now = format!("the stimulus: {effect}");
        let asked = self.take(lane, cursor, &now)?;
        match &asked.body {
            Body::Stimulus { effect: recorded, .. }
                if serde_json::to_value(effect).is_ok_and(|e| e == *recorded) => {}
            other => return Err(Diverged { at: asked.n, recorded: shown(other), now }.into()),
        }
        let answered = self.take(lane, cursor, RIG_SAID)?;
        match &answered.body {
            Body::Fresh { what, value, .. } if what == RIG_SAID => {
                let error = value.get("error").and_then(Value::as_str).map(str::to_owned);
                let untouched = value.get("untouched").and_then(Value::as_bool).unwrap_or_default();
                let said = error.map_or(Ok(()), |why| Err(Refused { why, untouched }));
                Ok((asked.n, answered.n, said))
            }
            Body::Fresh { what, .. } if what == INTERRUPTED => Err(Stop::Interrupted),
            other => {
                Err(Diverged { at: answered.n, recorded: shown(other), now: RIG_SAID.to_owned() }.into())
            }
        }
    }
}

/// A record in a few words.
fn shown(body: &Body) -> String {
    match body {
        Body::Frame { raw, .. } | Body::Unsent { raw, .. } => raw.as_str().to_owned(),
        Body::Deadline { what, .. } => format!("the deadline for {what}"),
        Body::Begin { scenario, row, .. } => format!("the start of {scenario} for {row}"),
        Body::Step { text, .. } => format!("the step {text:?}"),
        Body::Stimulus { effect, .. } => format!("the stimulus {effect}"),
        Body::Fresh { what, value, .. } => format!("{what}: {value}"),
        Body::Hangup { polite, .. } => format!("the end of the connection (polite: {polite})"),
        Body::Offline { offline, .. } => format!("nobody let in: {offline}"),
        Body::Policy { policy, .. } => format!("the answers {policy}"),
        Body::Verdict { verdict, .. } => {
            let of = |key: &str| verdict.get(key).and_then(Value::as_str).unwrap_or("?");
            let said = ["code", "expected", "observed", "reason"]
                .iter()
                .filter_map(|k| Some(format!("{k} {:?}", verdict.get(k)?.as_str()?)))
                .collect::<Vec<_>>()
                .join(", ");
            let evidence = verdict.get("evidence").unwrap_or(&Value::Null);
            format!("the verdict {} on {} ({said}; evidence {evidence})", of("verdict"), of("row"))
        }
        other => format!("{other:?}"),
    }
}
