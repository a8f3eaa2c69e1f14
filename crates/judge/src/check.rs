//! The result of one check, before it is settled into a verdict.

use crate::Code;
use serde::{Deserialize, Serialize};
use trace::Seq;

/// Record numbers that prove something: never empty, in order, each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Evidence(Vec<Seq>);

impl Evidence {
    /// One record.
    pub fn at(n: Seq) -> Evidence {
        Evidence(vec![n])
    }

    /// Several records, or `None` when there are none: then nothing was proven.
    pub fn new(records: impl IntoIterator<Item = Seq>) -> Option<Evidence> {
        let mut all: Vec<Seq> = records.into_iter().collect();
        all.sort();
        all.dedup();
        (!all.is_empty()).then_some(Evidence(all))
    }

    /// The record numbers.
    pub fn records(&self) -> &[Seq] {
        &self.0
    }
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The kind.
    pub code: Code,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub observed: String,
    /// The records that show it.
    pub evidence: Vec<Seq>,
    /// Whether it is at most a warning, whatever the row's obligation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mild: bool,
}

impl Finding {
    /// A finding proven by some records.
    pub fn new(
        code: Code,
        expected: impl Into<String>,
        observed: impl Into<String>,
        evidence: impl IntoIterator<Item = Seq>,
    ) -> Finding {
        let evidence = Evidence::new(evidence).map(|e| e.0).unwrap_or_default();
        Finding { code, expected: expected.into(), observed: observed.into(), evidence, mild: false }
    }

    /// The same, but never more than a warning.
    pub fn mild(self) -> Finding {
        Finding { mild: true, ..self }
    }
}

/// What one `Then` came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// It holds, and these records prove it.
    Held(Evidence),
    /// It does not hold.
    Broken(Finding),
    /// It cannot be told: the evidence is incomplete.
    Open {
        /// Why.
        reason: String,
        /// What there is.
        evidence: Vec<Seq>,
    },
    /// There was nothing to judge (no such frame in the whole run).
    Void(String),
}

impl Check {
    /// It holds if there are records to prove it; else it cannot be told.
    pub fn held(records: impl IntoIterator<Item = Seq>) -> Check {
        match Evidence::new(records) {
            Some(e) => Check::Held(e),
            None => Check::open("no record proves it", []),
        }
    }

    /// It cannot be told.
    pub fn open(reason: impl Into<String>, evidence: impl IntoIterator<Item = Seq>) -> Check {
        Check::Open { reason: reason.into(), evidence: evidence.into_iter().collect() }
    }

    /// Broken if there are findings, else held by `records`.
    pub fn from_findings(findings: Vec<Finding>, records: impl IntoIterator<Item = Seq>) -> Vec<Check> {
        if findings.is_empty() {
            vec![Check::held(records)]
        } else {
            findings.into_iter().map(Check::Broken).collect()
        }
    }
}

impl From<Finding> for Check {
    fn from(f: Finding) -> Check {
        Check::Broken(f)
    }
}
