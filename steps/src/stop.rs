//! Why a scenario does not go on.

use judge::Check;
use spec::model::RowId;
use trace::Seq;

/// What ends a scenario before its last step.
#[derive(Debug, Clone)]
pub enum Stop {
    /// A step's own judgement already settles it (the station never answered, say).
    Judged(Check),
    /// It cannot be told: something the scenario needs is not to be had.
    Open {
        /// Why.
        reason: String,
        /// What there is.
        evidence: Vec<Seq>,
    },
    /// Another row stands in the way.
    Blocked(RowId),
    /// The stimulus did not happen.
    NotExercised(String),
    /// The row does not apply to this station.
    NotApplicable(String),
    /// The run was interrupted.
    Interrupted,
    /// A recording does not contain what the suite does now.
    Diverged(Diverged),
    /// Our own failure.
    Bug(String),
}

impl Stop {
    /// It cannot be told.
    pub fn open(reason: impl Into<String>, evidence: impl IntoIterator<Item = Seq>) -> Stop {
        Stop::Open { reason: reason.into(), evidence: evidence.into_iter().collect() }
    }
}

impl From<Check> for Stop {
    fn from(check: Check) -> Stop {
        Stop::Judged(check)
    }
}

impl From<Diverged> for Stop {
    fn from(d: Diverged) -> Stop {
        Stop::Diverged(d)
    }
}

impl Diverged {
    /// A group without items, which the plan does not contain.
    pub(crate) fn nothing() -> Diverged {
        let nothing = "nothing".to_owned();
        Diverged { at: Seq(0), recorded: nothing.clone(), now: nothing }
    }
}

/// A replay that does not follow its recording.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("replay diverged at record {at}: the recording has {recorded}, this suite does {now}")]
pub struct Diverged {
    /// The record.
    pub at: Seq,
    /// What the recording has there.
    pub recorded: String,
    /// What the suite does instead.
    pub now: String,
}
