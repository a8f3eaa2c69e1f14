//! Small verdicts for the tests of this crate.

use super::*;
use judge::{Basis, Check, Code, Finding, Outcome, RowVerdict, Stimulus, Subject, settle};
use spec::Place;
use spec::model::{Obligation, RowId};
use trace::Seq;

pub(crate) fn line(level: u8, obligation: Obligation, outcome: Outcome) -> VerdictLine {
    let subject = Subject {
        scenario: Some("DX-INV-020".into()),
        title: "EVSE.Power is reported".into(),
        requirement: RowId("V-0109".into()),
        row: RowId("V-0109".into()),
        place: Place { evse: Some(1), connector: None },
        level: Level(level),
        obligation,
        basis: Basis::Guideline,
        stimulus: Stimulus::None,
        ocpp: vec!["B07.FR.08".into()],
    };
    VerdictLine::from(&RowVerdict { subject, outcome })
}

pub(crate) fn passed(level: u8) -> VerdictLine {
    line(level, Obligation::Must, settle(Obligation::Must, vec![Check::held([Seq(7)])]))
}

fn finding() -> Finding {
    Finding::new(Code::WrongUnit, "W", "kW", [Seq(7)])
}

pub(crate) fn failed(level: u8) -> VerdictLine {
    line(level, Obligation::Must, settle(Obligation::Must, vec![finding().into()]))
}

/// A must with a blemish, or a should that is not met.
pub(crate) fn warned(level: u8, obligation: Obligation) -> VerdictLine {
    let found = if obligation == Obligation::Must { finding().mild() } else { finding() };
    line(level, obligation, settle(obligation, vec![found.into()]))
}

pub(crate) fn open(level: u8, obligation: Obligation) -> VerdictLine {
    line(level, obligation, Outcome::inconclusive("a part of the report was lost", vec![]))
}

pub(crate) fn left_out(level: u8, obligation: Obligation) -> VerdictLine {
    line(level, obligation, Outcome::NotExercised("left out by --select".into()))
}

pub(crate) fn inputs(level: u8, verdicts: Vec<VerdictLine>) -> Inputs {
    let hash = "5f".repeat(32);
    Inputs {
        suite: SuiteUsed { version: "0.1.0".into(), commit: None, features: hash.clone() },
        archetype: ArchetypeUsed {
            id: "ac-wallbox".into(),
            version: "1.0.0".into(),
            edition: 1,
            hash: hash.clone(),
        },
        station: Identity { vendor: Some("Muster".into()), model: Some("W11".into()), ..Identity::default() },
        ocpp_version: Version::V201,
        requested_level: Level(level),
        partial: false,
        interrupted: false,
        timing: Timing::default(),
        evidence: EvidenceKept { records: 12, hash: Hash(hash) },
        observations: vec![],
        declared_absent: vec![],
        stimulus_binding: "none".into(),
        verdicts,
        expected_failures: None,
    }
}

pub(crate) fn file_with(
    level: u8,
    verdicts: Vec<VerdictLine>,
    expected_failures: Option<ExpectedFailures>,
) -> ResultFile {
    let expected_failures = expected_failures.map(Rc::new);
    ResultFile::new(Inputs { expected_failures, ..inputs(level, verdicts) })
}

pub(crate) fn file(level: u8, verdicts: Vec<VerdictLine>) -> ResultFile {
    ResultFile::new(inputs(level, verdicts))
}
