//! Verdicts: what a scenario came to for one row at one place.

use crate::{Check, Code, Evidence, Finding};
use serde::{Deserialize, Serialize};
use spec::Place;
use spec::model::{Grounding, Level, Obligation, RowId};
use trace::Seq;

/// The word a reader sees.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The row is met, and records prove it.
    Pass,
    /// A must is not met.
    Fail,
    /// A should is not met.
    Warn,
    /// The row does not apply to this product or run.
    NotApplicable,
    /// The stimulus did not happen, or no scenario exists yet.
    NotExercised,
    /// The evidence is incomplete, or another row stands in the way.
    Inconclusive,
    /// Our own tool failed.
    Error,
}

impl Verdict {
    /// All verdicts, in the order of a summary.
    pub const ALL: [Verdict; 7] = [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::Warn,
        Verdict::NotApplicable,
        Verdict::NotExercised,
        Verdict::Inconclusive,
        Verdict::Error,
    ];

    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Warn => "warn",
            Verdict::NotApplicable => "not-applicable",
            Verdict::NotExercised => "not-exercised",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Error => "error",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// A requirement of OCPP.
    Ocpp,
    /// A row of the guideline.
    Guideline,
    /// Neither: something seen, reported for information.
    Observation,
}

impl From<Grounding> for Basis {
    fn from(g: Grounding) -> Basis {
        match g {
            Grounding::Ocpp => Basis::Ocpp,
            _ => Basis::Guideline,
        }
    }
}

/// How the changed value a scenario needs comes about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stimulus {
    /// Nothing has to change.
    #[default]
    None,
    /// OCPP itself causes it.
    Protocol,
    /// The laboratory's rig.
    Hook,
    /// A person.
    Operator,
    /// Waiting for it.
    Passive,
}

impl Stimulus {
    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Stimulus::None => "none",
            Stimulus::Protocol => "protocol",
            Stimulus::Hook => "hook",
            Stimulus::Operator => "operator",
            Stimulus::Passive => "passive",
        }
    }
}

/// First part of the ids of the suite's own scenarios. Those of a laboratory have another (`LAB-ABC-001`), and
/// their verdicts stand apart: they count for no level.
pub const SUITE_PREFIX: &str = "DX";

/// Whether the scenario with this id is a laboratory's own and none of the suite's.
pub fn is_own(scenario: &str) -> bool {
    scenario.split('-').next() != Some(SUITE_PREFIX)
}

/// What is judged: one scenario for one row at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Id of the scenario; `None` for a row that has none yet.
    pub scenario: Option<String>,
    /// What the scenario says, in words.
    pub title: String,
    /// The requirement row (`B-0012`), or the row itself.
    pub requirement: RowId,
    /// The row.
    pub row: RowId,
    /// Where.
    pub place: Place,
    /// Level.
    pub level: Level,
    /// How strongly the row binds.
    pub obligation: Obligation,
    /// What the row rests on.
    pub basis: Basis,
    /// Stimulus binding.
    pub stimulus: Stimulus,
    /// OCPP requirement ids.
    pub ocpp: Vec<String>,
}

impl Subject {
    /// Whether a laboratory's own scenario judges it; see [`is_own`].
    pub fn is_own(&self) -> bool {
        self.scenario.as_deref().is_some_and(is_own)
    }
}

/// What a scenario came to. A pass cannot be made without evidence.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Met.
    Pass(Evidence),
    /// Not met: the first finding leads, the others follow.
    Fail(Finding, Vec<Finding>),
    /// Not met, but not a must.
    Warn(Finding, Vec<Finding>),
    /// Does not apply, and why.
    NotApplicable(String),
    /// Not done, and why.
    NotExercised(String),
    /// Cannot be told.
    Inconclusive {
        /// Why.
        reason: String,
        /// The row that stands in the way.
        blocked_by: Option<RowId>,
        /// What there is.
        evidence: Vec<Seq>,
    },
    /// Our own failure.
    Error(String),
}

impl Outcome {
    /// The word for it.
    pub fn verdict(&self) -> Verdict {
        match self {
            Outcome::Pass(_) => Verdict::Pass,
            Outcome::Fail(..) => Verdict::Fail,
            Outcome::Warn(..) => Verdict::Warn,
            Outcome::NotApplicable(_) => Verdict::NotApplicable,
            Outcome::NotExercised(_) => Verdict::NotExercised,
            Outcome::Inconclusive { .. } => Verdict::Inconclusive,
            Outcome::Error(_) => Verdict::Error,
        }
    }

    /// Whether a row with this outcome keeps the rows that rest on it from being judged. A flaw does not: a
    /// variable with the wrong unit, or a report with the wrong numbers, is still there to be judged.
    pub fn stands_in_the_way(&self) -> bool {
        let codes = match self {
            Outcome::Fail(first, rest) => std::iter::once(first).chain(rest).map(|f| f.code).collect(),
            _ => Vec::new(),
        };
        blocks(self.verdict(), codes)
    }

    /// Blocked by a row that is not met.
    pub fn blocked(by: RowId) -> Outcome {
        let reason = format!("{by} stands in the way");
        Outcome::Inconclusive { reason, blocked_by: Some(by), evidence: Vec::new() }
    }

    /// Cannot be told.
    pub fn inconclusive(reason: impl Into<String>, evidence: Vec<Seq>) -> Outcome {
        Outcome::Inconclusive { reason: reason.into(), blocked_by: None, evidence }
    }
}

/// Settles the checks of one scenario.
///
/// A violation outranks a doubt, a doubt outranks what holds: a scenario passes only if every check held.
pub fn settle(obligation: Obligation, checks: Vec<Check>) -> Outcome {
    let (mut broken, mut mild, mut held) = (Vec::new(), Vec::new(), Vec::new());
    let (mut open, mut void) = (None, None);
    for check in checks {
        match check {
            Check::Broken(f) if f.mild => mild.push(f),
            Check::Broken(f) => broken.push(f),
            Check::Held(e) => held.extend(e.records().iter().copied()),
            Check::Open { reason, evidence } => {
                open.get_or_insert((reason, evidence));
            }
            Check::Void(reason) => {
                void.get_or_insert(reason);
            }
        }
    }
    let hard = !broken.is_empty();
    let mut findings = broken.into_iter().chain(mild);
    if let Some(first) = findings.next() {
        let rest = findings.collect();
        return match obligation {
            Obligation::Must if hard => Outcome::Fail(first, rest),
            _ if open.is_none() || hard => Outcome::Warn(first, rest),
            // A mild finding does not settle a scenario whose main question stayed open.
            _ => Outcome::inconclusive(open.map(|o| o.0).unwrap_or_default(), first.evidence),
        };
    }
    if let Some((reason, evidence)) = open {
        return Outcome::inconclusive(reason, evidence);
    }
    match (Evidence::new(held), void) {
        (Some(evidence), _) => Outcome::Pass(evidence),
        (None, Some(reason)) => Outcome::NotApplicable(reason),
        (None, None) => Outcome::Error("the scenario ended without any evidence".into()),
    }
}

/// A verdict on one row at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct RowVerdict {
    /// What was judged.
    pub subject: Subject,
    /// What it came to.
    pub outcome: Outcome,
}

/// A verdict as it stands in `result.json` and in the evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerdictLine {
    /// Id of the scenario; null for a planned row that has none yet.
    pub scenario: Option<String>,
    /// What the scenario says, in words.
    pub title: String,
    /// Requirement row the scenario tests, or the row itself.
    pub requirement: RowId,
    /// Archetype row judged.
    pub row: RowId,
    /// EVSE, if the row is on one.
    pub evse: Option<u32>,
    /// Connector, if the row is on one.
    pub connector: Option<u32>,
    /// Level it counts for.
    pub level: Level,
    /// How strongly the row binds.
    pub obligation: Obligation,
    /// The verdict.
    pub verdict: Verdict,
    /// What it rests on.
    pub basis: Basis,
    /// Kind of finding.
    pub code: Option<Code>,
    /// What should be there.
    pub expected: Option<String>,
    /// What is there.
    pub observed: Option<String>,
    /// Why nothing could be judged.
    pub reason: Option<String>,
    /// Row that stands in the way.
    pub blocked_by: Option<RowId>,
    /// Stimulus binding.
    pub stimulus: Stimulus,
    /// OCPP requirement ids.
    pub ocpp: Vec<String>,
    /// Record numbers in `evidence.jsonl`.
    pub evidence: Vec<Seq>,
    /// Further findings of the same scenario.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Finding>,
}

impl VerdictLine {
    /// Whether a laboratory's own scenario reached it; see [`is_own`].
    pub fn is_own(&self) -> bool {
        self.scenario.as_deref().is_some_and(is_own)
    }

    /// Where it is about.
    pub fn place(&self) -> Place {
        Place { evse: self.evse, connector: self.connector }
    }

    /// Whether it keeps the rows that rest on it from being judged; see [`Outcome::stands_in_the_way`].
    pub fn stands_in_the_way(&self) -> bool {
        blocks(self.verdict, self.code.into_iter().chain(self.also.iter().map(|f| f.code)))
    }
}

fn blocks(verdict: Verdict, codes: impl IntoIterator<Item = Code>) -> bool {
    match verdict {
        Verdict::Pass | Verdict::NotApplicable | Verdict::Warn => false,
        Verdict::Fail => codes.into_iter().any(|c| !c.is_flaw()),
        Verdict::NotExercised | Verdict::Inconclusive | Verdict::Error => true,
    }
}

impl From<&RowVerdict> for VerdictLine {
    fn from(v: &RowVerdict) -> VerdictLine {
        let s = &v.subject;
        let mut line = VerdictLine {
            scenario: s.scenario.clone(),
            title: s.title.clone(),
            requirement: s.requirement.clone(),
            row: s.row.clone(),
            evse: s.place.evse,
            connector: s.place.connector,
            level: s.level,
            obligation: s.obligation,
            verdict: v.outcome.verdict(),
            basis: s.basis,
            code: None,
            expected: None,
            observed: None,
            reason: None,
            blocked_by: None,
            stimulus: s.stimulus,
            ocpp: s.ocpp.clone(),
            evidence: Vec::new(),
            also: Vec::new(),
        };
        match &v.outcome {
            Outcome::Pass(e) => line.evidence = e.records().to_vec(),
            Outcome::Fail(first, rest) | Outcome::Warn(first, rest) => {
                line.code = Some(first.code);
                line.expected = Some(first.expected.clone());
                line.observed = Some(first.observed.clone());
                line.evidence = first.evidence.clone();
                line.also = rest.clone();
            }
            Outcome::NotApplicable(r) | Outcome::NotExercised(r) | Outcome::Error(r) => {
                line.reason = Some(r.clone());
            }
            Outcome::Inconclusive { reason, blocked_by, evidence } => {
                line.reason = Some(reason.clone());
                line.blocked_by = blocked_by.clone();
                line.evidence = evidence.clone();
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Finding {
        Finding::new(Code::WrongUnit, "V", "none", [Seq(1)])
    }

    #[test]
    fn a_pass_needs_evidence() {
        assert_eq!(settle(Obligation::Must, vec![]).verdict(), Verdict::Error);
        assert_eq!(settle(Obligation::Must, vec![Check::held([])]).verdict(), Verdict::Inconclusive);
        assert_eq!(settle(Obligation::Must, vec![Check::held([Seq(3)])]).verdict(), Verdict::Pass);
    }

    #[test]
    fn a_violation_outranks_a_doubt_and_a_doubt_outranks_a_pass() {
        let (held, open) = (Check::held([Seq(3)]), Check::open("lost", []));
        let all = vec![held.clone(), open.clone(), finding().into()];
        assert_eq!(settle(Obligation::Must, all.clone()).verdict(), Verdict::Fail);
        assert_eq!(settle(Obligation::Should, all).verdict(), Verdict::Warn);
        assert_eq!(settle(Obligation::Must, vec![held, open]).verdict(), Verdict::Inconclusive);
    }

    #[test]
    fn only_scenarios_with_the_prefix_of_the_suite_are_the_suites() {
        assert!(!is_own("DX-MON-012"));
        assert!(is_own("LAB-MON-012") && is_own("DXA-MON-012"));
    }

    #[test]
    fn a_mild_finding_never_fails_a_must() {
        let mild = vec![Check::held([Seq(3)]), finding().mild().into()];
        assert_eq!(settle(Obligation::Must, mild).verdict(), Verdict::Warn);
        let and_open = vec![Check::open("lost", []), finding().mild().into()];
        assert_eq!(settle(Obligation::Must, and_open).verdict(), Verdict::Inconclusive);
    }
}
