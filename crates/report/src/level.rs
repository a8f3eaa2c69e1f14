//! Levels: when one is met, and the highest one reached.

use judge::{Verdict, VerdictLine};
use spec::model::{Level, Obligation};

/// How the verdicts of one level stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelTally {
    /// The level.
    pub level: Level,
    /// Musts that apply.
    pub musts: usize,
    /// Musts that are met: passed, or warned of at most a blemish.
    pub met: usize,
    /// Musts that failed.
    pub failed: usize,
    /// Musts that could not be told.
    pub inconclusive: usize,
    /// Musts that were not exercised.
    pub not_exercised: usize,
    /// Musts whose scenario broke on our side.
    pub errors: usize,
    /// Verdicts of any obligation that passed.
    pub passed: usize,
}

impl LevelTally {
    /// Counts the verdicts of a level.
    pub fn of(level: Level, verdicts: &[VerdictLine]) -> LevelTally {
        let at = || verdicts.iter().filter(move |v| v.level == level);
        let musts = |is: &[Verdict]| {
            at().filter(|v| v.obligation == Obligation::Must && is.contains(&v.verdict)).count()
        };
        let mut tally = LevelTally {
            level,
            musts: 0,
            met: musts(&[Verdict::Pass, Verdict::Warn]),
            failed: musts(&[Verdict::Fail]),
            inconclusive: musts(&[Verdict::Inconclusive]),
            not_exercised: musts(&[Verdict::NotExercised]),
            errors: musts(&[Verdict::Error]),
            passed: at().filter(|v| v.verdict == Verdict::Pass).count(),
        };
        tally.musts = tally.met + tally.failed + tally.inconclusive + tally.not_exercised + tally.errors;
        tally
    }

    /// Whether the level is met: every applicable must is, and at least one verdict of the level is a pass, so
    /// that nothing is met by judging nothing.
    pub fn is_met(&self) -> bool {
        self.met == self.musts && self.passed > 0
    }
}

/// The tallies of the levels from 1 to the requested one.
pub fn tallies(requested: Level, verdicts: &[VerdictLine]) -> Vec<LevelTally> {
    (1..=requested.0).map(|l| LevelTally::of(Level(l), verdicts)).collect()
}

/// The highest level L, up to the requested one, such that the levels 1 to L are all met.
pub fn reached(requested: Level, verdicts: &[VerdictLine]) -> Option<Level> {
    let met = tallies(requested, verdicts).into_iter().take_while(LevelTally::is_met);
    met.last().map(|tally| tally.level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::samples::{failed, left_out, line, open, passed, warned};
    use judge::Outcome;
    use spec::model::Obligation::{May, Must, Should};

    fn level(verdicts: &[VerdictLine]) -> Option<u8> {
        reached(Level::ALERTING, verdicts).map(|l| l.0)
    }

    #[test]
    fn the_level_reached_is_the_highest_with_all_below_it_met() {
        assert_eq!(level(&[passed(1), passed(2), passed(3)]), Some(3));
        assert_eq!(level(&[passed(1), failed(2), passed(3)]), Some(1));
        assert_eq!(level(&[failed(1), passed(2), passed(3)]), None);
    }

    #[test]
    fn a_must_without_a_verdict_on_the_station_keeps_its_level_from_being_met() {
        let error = line(1, Must, Outcome::Error("a step panicked".into()));
        for open in [open(1, Must), left_out(1, Must), failed(1), error] {
            assert_eq!(level(&[passed(1), open.clone()]), None, "{:?}", open.verdict);
        }
    }

    #[test]
    fn what_is_no_must_or_does_not_apply_or_only_warns_keeps_nothing_from_being_met() {
        let away = line(1, Must, Outcome::NotApplicable("declared without built-in-rcd".into()));
        let mild = warned(1, Must);
        let others = [away, mild, warned(1, Should), open(1, Should), left_out(1, May)];
        let all: Vec<VerdictLine> = others.into_iter().chain([passed(1)]).collect();
        assert_eq!(level(&all), Some(1));
    }

    #[test]
    fn a_level_at_which_nothing_passed_is_not_met() {
        assert_eq!(level(&[]), None);
        assert_eq!(level(&[warned(1, Must)]), None);
        assert_eq!(
            level(&[passed(1), line(2, Must, Outcome::NotApplicable("none".into())), passed(3)]),
            Some(1)
        );
    }

    #[test]
    fn no_level_above_the_requested_one_is_reached() {
        assert_eq!(reached(Level::INVENTORY, &[passed(1), passed(2)]), Some(Level::INVENTORY));
    }
}
