//! Exit codes, the same for every command.

use crate::{Expected, ResultFile, level};
use judge::Verdict;

/// Every applicable must of the requested level passed; of a partial run: nothing failed; of a run that expects
/// failures: it failed as expected and not otherwise; of any other command: done, nothing found.
pub const CONFORMING: u8 = 0;
/// Judged, and not conforming; of a partial run: something failed; of a run that expects failures: something is
/// not as expected.
pub const NOT_CONFORMING: u8 = 1;
/// The command line, or a file given to it, is wrong.
pub const USAGE: u8 = 2;
/// Nothing was judged: no station, or nothing to run.
pub const NOTHING_JUDGED: u8 = 3;
/// The evidence cannot be reproduced, or was tampered with.
pub const EVIDENCE: u8 = 4;
/// Diagmark itself failed.
pub const INTERNAL: u8 = 70;

/// Every exit code with its meaning, for people.
pub const MEANINGS: [(u8, &str); 6] = [
    (
        CONFORMING,
        "Every applicable must of the requested level passed. Of a partial run: nothing failed. Of a run that \
        expects failures: it failed as expected and not otherwise. Of any other command: done, nothing found.",
    ),
    (
        NOT_CONFORMING,
        "Judged, and not conforming. Of a partial run: something failed. Of a run that expects failures: \
        something is not as expected.",
    ),
    (USAGE, "The command line, or a file given to it, is wrong."),
    (NOTHING_JUDGED, "Nothing was judged: no station, or nothing to run."),
    (EVIDENCE, "The evidence cannot be reproduced, or was tampered with."),
    (INTERNAL, "Diagmark itself failed."),
];

impl ResultFile {
    /// The exit code of the run.
    ///
    /// A partial run can certify nothing; it succeeds when it ran to its end, nothing failed and no scenario
    /// broke on our side. Nor can a run that expects failures; it succeeds as an ordinary run does, with the
    /// failures that were expected and all they stand in the way of taken as met, and only if every entry of the
    /// list is still needed. What a laboratory's own scenarios came to changes nothing.
    pub fn exit_code(&self) -> u8 {
        let good = match self.expecting() {
            Some(expected) => self.is_as_expected(expected),
            None if self.partial => !self.interrupted && self.summary.fail == 0 && self.summary.error == 0,
            None => self.conforming,
        };
        match (self.nothing_judged(), good) {
            (true, _) => NOTHING_JUDGED,
            (false, true) => CONFORMING,
            (false, false) => NOT_CONFORMING,
        }
    }

    /// Whether a run failed as it was expected to, and not otherwise.
    pub(crate) fn is_as_expected(&self, expected: &Expected) -> bool {
        let verdicts = expected.taken_as_met(&self.verdicts);
        let good = if self.partial {
            !verdicts.iter().any(|v| matches!(v.verdict, Verdict::Fail | Verdict::Error))
        } else {
            level::reached(self.requested_level, &verdicts) == Some(self.requested_level)
        };
        good && !self.interrupted && expected.surprises() == 0
    }
}

#[cfg(test)]
mod tests {
    use crate::result::samples::{failed, file, left_out, open, passed, warned};
    use judge::Outcome;
    use spec::model::Obligation::{Must, Should};

    #[test]
    fn a_conforming_run_exits_with_0_and_any_other_with_1() {
        assert_eq!(file(3, vec![passed(1), passed(2), passed(3)]).exit_code(), super::CONFORMING);
        assert_eq!(file(3, vec![passed(1), passed(2)]).exit_code(), super::NOT_CONFORMING);
        assert_eq!(file(1, vec![passed(1), failed(1)]).exit_code(), super::NOT_CONFORMING);
        assert_eq!(file(1, vec![passed(1), open(1, Must)]).exit_code(), super::NOT_CONFORMING);
    }

    #[test]
    fn a_run_that_judged_nothing_exits_with_3() {
        assert_eq!(file(1, vec![]).exit_code(), super::NOTHING_JUDGED);
        assert_eq!(file(1, vec![open(1, Must), left_out(1, Must)]).exit_code(), super::NOTHING_JUDGED);
    }

    #[test]
    fn a_partial_run_exits_with_1_only_when_something_failed() {
        let partial = |verdicts| {
            let mut run = file(1, verdicts);
            run.partial = true;
            run.exit_code()
        };
        assert_eq!(partial(vec![passed(1), left_out(1, Must)]), super::CONFORMING);
        assert_eq!(partial(vec![warned(1, Should), left_out(1, Must)]), super::CONFORMING);
        assert_eq!(partial(vec![failed(1), left_out(1, Must)]), super::NOT_CONFORMING);
        let broken = crate::result::samples::line(1, Must, Outcome::Error("a step panicked".into()));
        assert_eq!(partial(vec![passed(1), broken]), super::NOT_CONFORMING);
        assert_eq!(partial(vec![left_out(1, Must)]), super::NOTHING_JUDGED);
    }
}
