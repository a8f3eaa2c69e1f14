//! Expected failures: what a firmware team knows, against what the run found.
//!
//! They keep a CI quiet about what is known, and loud about what is not; they never certify. An entry counts
//! for each verdict it matches, one by one: a row that fails in one scenario and passes in another needs an
//! entry that names the scenario.

use crate::blocked::Blocked;
use judge::{Verdict, VerdictLine};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::ExpectedFailures;
use spec::model::{ExpectedFailure, Obligation, RowId};

/// What a list of expected failures came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Expected {
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the file.
    pub hash: String,
    /// Number of entries in it.
    pub entries: usize,
    /// Failures that were expected.
    pub failures: Vec<Matched>,
    /// Verdicts that were expected to fail, and that are met.
    pub unexpected_passes: Vec<Matched>,
    /// Entries that can match no failure.
    pub unmatched: Vec<Unmatched>,
}

/// A verdict that an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Matched {
    /// Its position in `verdicts`, from 0.
    pub verdict: usize,
    /// Its row.
    pub row: RowId,
    /// Its EVSE, if the row is on one.
    pub evse: Option<u32>,
    /// Its connector, if the row is on one.
    pub connector: Option<u32>,
    /// Its scenario.
    pub scenario: Option<String>,
    /// Why it is expected to fail, as the entry says.
    pub reason: String,
    /// Where that is followed up, as the entry says.
    pub link: String,
}

/// An entry that can match no failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unmatched {
    /// The entry, as written.
    pub entry: ExpectedFailure,
    /// Why it matches none.
    pub why: String,
}

impl Expected {
    /// Holds a list against the verdicts of the suite's own scenarios.
    pub fn new(list: &ExpectedFailures, verdicts: &[VerdictLine]) -> Expected {
        let matched = |is: fn(&VerdictLine) -> bool| {
            let of_kind = verdicts.iter().enumerate().filter(move |(_, v)| is(v));
            of_kind.filter_map(|(n, v)| Some(Matched::new(n, v, entry_for(&list.entries, v)?))).collect()
        };
        let unmatched = list.entries.iter().filter_map(|entry| {
            let why = why_unmatched(entry, verdicts)?;
            Some(Unmatched { entry: entry.clone(), why })
        });
        Expected {
            file: list.source.name.clone(),
            hash: list.hash.clone(),
            entries: list.entries.len(),
            failures: matched(|v| v.verdict == Verdict::Fail),
            unexpected_passes: matched(is_met),
            unmatched: unmatched.collect(),
        }
    }

    /// Whether nothing is expected: then the run is like any other.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Unexpected passes, and entries that match nothing.
    pub fn surprises(&self) -> usize {
        self.unexpected_passes.len() + self.unmatched.len()
    }

    /// Whether this verdict is an expected failure.
    pub fn covers(&self, verdict: usize) -> bool {
        self.failures.iter().any(|f| f.verdict == verdict)
    }

    /// The verdicts as they would be if every expected failure, and all it stands in the way of, were met.
    pub fn taken_as_met(&self, verdicts: &[VerdictLine]) -> Vec<VerdictLine> {
        let blocked = Blocked::new(verdicts);
        let expected: Vec<&VerdictLine> =
            self.failures.iter().filter_map(|f| verdicts.get(f.verdict)).collect();
        let is_expected = |v: &VerdictLine| expected.iter().any(|e| std::ptr::eq(*e, v));
        let met = |v: &VerdictLine| VerdictLine { verdict: Verdict::Pass, ..v.clone() };
        let taken = verdicts.iter().map(|v| match v.verdict {
            Verdict::Fail if is_expected(v) => met(v),
            Verdict::Inconclusive => match blocked.root(v) {
                Some((_, Some(root))) if is_expected(root) => met(v),
                _ => v.clone(),
            },
            _ => v.clone(),
        });
        taken.collect()
    }
}

impl Matched {
    fn new(verdict: usize, v: &VerdictLine, entry: &ExpectedFailure) -> Matched {
        Matched {
            verdict,
            row: v.row.clone(),
            evse: v.evse,
            connector: v.connector,
            scenario: v.scenario.clone(),
            reason: entry.reason.clone(),
            link: entry.link.clone(),
        }
    }
}

/// Whether a verdict shows that nothing fails here any more: a must with at most a blemish is met too.
fn is_met(v: &VerdictLine) -> bool {
    match v.verdict {
        Verdict::Pass => true,
        Verdict::Warn => v.obligation == Obligation::Must,
        _ => false,
    }
}

fn matches(entry: &ExpectedFailure, v: &VerdictLine) -> bool {
    entry.row == v.row
        && entry.evse.is_none_or(|evse| v.evse == Some(evse))
        && entry.connector.is_none_or(|connector| v.connector == Some(connector))
        && entry.scenario.as_ref().is_none_or(|scenario| v.scenario.as_ref() == Some(scenario))
}

/// The entry that says most about a verdict; the first one among equals.
fn entry_for<'e>(entries: &'e [ExpectedFailure], v: &VerdictLine) -> Option<&'e ExpectedFailure> {
    let exactness = |e: &ExpectedFailure| {
        usize::from(e.evse.is_some()) + usize::from(e.connector.is_some()) + usize::from(e.scenario.is_some())
    };
    entries.iter().filter(|e| matches(e, v)).rev().max_by_key(|e| exactness(e))
}

/// Why an entry can match no failure of this run, if so.
fn why_unmatched(entry: &ExpectedFailure, verdicts: &[VerdictLine]) -> Option<String> {
    let of_row = || verdicts.iter().filter(|v| v.row == entry.row);
    let mut matched = verdicts.iter().filter(|v| matches(entry, v)).peekable();
    let Some(first) = matched.peek().copied() else {
        let narrowed = of_row().next().is_some();
        return Some(match narrowed {
            true => "the run has verdicts on this row, but none there or in that scenario".to_owned(),
            false => "the run has no verdict on this row: its level may be above the one judged".to_owned(),
        });
    };
    let (mut away, mut mild) = (true, true);
    for v in matched {
        away &= v.verdict == Verdict::NotApplicable;
        mild &= matches!(v.verdict, Verdict::NotApplicable | Verdict::Warn) && !is_met(v);
    }
    match (away, mild) {
        (true, _) => Some(format!(
            "the row is not applicable: {}",
            first.reason.as_deref().unwrap_or("no reason given")
        )),
        (false, true) => {
            Some("the row is no must: it warns at most, and a warning needs no entry".to_owned())
        }
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests;
