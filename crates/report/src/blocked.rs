//! What stands in the way of what.

use judge::{Verdict, VerdictLine};
use spec::Place;
use spec::model::RowId;
use std::collections::BTreeMap;

/// What stands in the way of what: for each blocked verdict the verdict at the root, not only the row next to it.
pub(crate) struct Blocked<'a> {
    by_row: BTreeMap<&'a RowId, Vec<&'a VerdictLine>>,
}

impl<'a> Blocked<'a> {
    pub(crate) fn new(verdicts: &'a [VerdictLine]) -> Blocked<'a> {
        let mut by_row: BTreeMap<&RowId, Vec<&VerdictLine>> = BTreeMap::new();
        for v in verdicts {
            by_row.entry(&v.row).or_default().push(v);
        }
        Blocked { by_row }
    }

    /// The row at the root of a blocked verdict, and the verdict on it, if it has one in this run.
    pub(crate) fn root(&self, v: &'a VerdictLine) -> Option<(&'a RowId, Option<&'a VerdictLine>)> {
        let mut row = v.blocked_by.as_ref()?;
        // Rows require each other without circles; the bound holds for a file that says otherwise.
        for _ in 0..=self.by_row.len() {
            let culprit = self.culprit(row, v.place());
            match culprit.and_then(|c| c.blocked_by.as_ref()) {
                Some(next) => row = next,
                None => return Some((row, culprit)),
            }
        }
        Some((row, None))
    }

    /// The verdict on a row that is not met: at the same place, or anywhere for a behaviour. One that is not
    /// itself blocked comes first.
    fn culprit(&self, row: &RowId, at: Place) -> Option<&'a VerdictLine> {
        let of_row = self.by_row.get(row)?.iter().copied();
        let unmet = of_row.filter(|v| {
            let here = v.place() == at || row.kind() == Some('B');
            here && v.stands_in_the_way()
        });
        unmet.min_by_key(|v| (v.blocked_by.is_some(), weight(v.verdict)))
    }

    /// How many verdicts each row keeps from being reached, by way of others too.
    pub(crate) fn counts(&self) -> BTreeMap<&'a RowId, usize> {
        let mut counts = BTreeMap::new();
        for (row, _) in self.by_row.values().flatten().filter_map(|v| self.root(v)) {
            *counts.entry(row).or_insert(0) += 1;
        }
        counts
    }
}

/// A failure explains more than a doubt.
fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Error => 1,
        _ => 2,
    }
}
