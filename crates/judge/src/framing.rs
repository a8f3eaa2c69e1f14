//! Frames as such: can they be read, and do they satisfy their schema. A violation here fails the row
//! about the frames of that message and no other: all other checks read tolerantly. A field that only OCPP 2.1
//! knows fails a row of its own in 2.0.1, and not that of its message.

pub mod answers;
pub mod requests;
pub mod wrong;

use crate::{Check, Code, Finding, Window};
use ocpp::Version;
use ocpp::frame::{Frame, UNREADABLE_ID, Unreadable};
use ocpp::validate::{Keyword, SchemaViolation, Validators, shared};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trace::{Body, Direction, Record, Seq};

/// What is wrong with the frames of a station, by message.
#[derive(Debug, Clone, Default)]
pub struct Framing {
    asked: Asked,
    /// The last record looked at.
    last: Option<Seq>,
    frames: Vec<Seq>,
    unreadable: Vec<Finding>,
    seen: BTreeMap<String, Vec<Seq>>,
    invalid: BTreeMap<String, Vec<Finding>>,
    /// Fields of 2.1 in messages of 2.0.1.
    newer: Vec<Finding>,
}

/// Most findings reported for one message; a station that repeats itself a thousand times says no more.
const ENOUGH: usize = 5;

/// What the suite sent that can be answered.
#[derive(Debug, Clone, Default)]
struct Asked {
    /// The actions of the CALLs, by id.
    actions: BTreeMap<String, String>,
    /// The ids of everything else: frames made wrong on purpose, and answers, which a station may find wrong.
    others: BTreeSet<String>,
}

impl Asked {
    fn sent(&mut self, frame: &Result<Frame, Unreadable>) {
        match frame {
            Ok(Frame::Call { id, action, .. }) => drop(self.actions.insert(id.clone(), action.clone())),
            Ok(frame) => drop(self.others.insert(frame.id().to_owned())),
            Err(unreadable) => self.others.extend(unreadable.message_id.clone()),
        }
    }

    fn may_fail(&self, id: &str) -> bool {
        id == UNREADABLE_ID || self.actions.contains_key(id) || self.others.contains(id)
    }
}

/// The findings to report of many: what fails a station must not hide behind what only deserves a warning.
fn worst(findings: &[Finding]) -> Vec<Finding> {
    let (hard, mild): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|f| !f.mild);
    hard.into_iter().chain(mild).take(ENOUGH).cloned().collect()
}

impl Framing {
    /// Judges every frame of the station in a window. Answers are matched to the CALLs of the suite by id.
    pub fn of(window: Window<'_>, validators: &Validators) -> Framing {
        let mut framing = Framing::default();
        framing.go_on(window, validators);
        framing
    }

    /// Judges what has come since.
    pub fn go_on(&mut self, window: Window<'_>, validators: &Validators) {
        let seen = window.records.partition_point(|r| Some(r.n) <= self.last);
        for record in window.records.get(seen..).unwrap_or_default() {
            self.record(record, window.version, validators);
            self.last = Some(record.n);
        }
    }

    fn record(&mut self, record: &Record, version: Version, validators: &Validators) {
        let (dir, raw) = match &record.body {
            Body::Frame { dir, raw, .. } => (*dir, raw),
            Body::Binary { .. } => {
                self.frames.push(record.n);
                let found = Finding::new(Code::UnreadableFrame, "a text frame", "a binary frame", [record.n]);
                self.unreadable.push(found);
                return;
            }
            _ => return,
        };
        let reading = raw.reading(version);
        if dir == Direction::Tx {
            self.asked.sent(&reading.frame);
            return;
        }
        self.frames.push(record.n);
        for violation in &reading.violations {
            let expected = "an OCPP-J message";
            let found = Finding::new(Code::UnreadableFrame, expected, violation.to_string(), [record.n]);
            // What OCPP only discourages fails nobody.
            self.unreadable.push(if violation.is_only_discouraged() { found.mild() } else { found });
        }
        let (schema, payload) = match &reading.frame {
            Ok(Frame::Call { action, payload, .. }) => (format!("{action}Request"), payload),
            Ok(Frame::Send { action, payload, .. }) => (action.clone(), payload),
            Ok(Frame::CallResult { id, payload }) => match self.asked.actions.get(id) {
                Some(action) => (format!("{action}Response"), payload),
                None => return self.answers_nothing(record.n, "CALLRESULT", id, "the id of a CALL"),
            },
            Ok(Frame::CallError { id, .. }) if !self.asked.may_fail(id) => {
                let expected = format!("the id of a CALL, or {UNREADABLE_ID:?} if that cannot be read");
                return self.answers_nothing(record.n, "CALLERROR", id, &expected);
            }
            _ => return,
        };
        self.seen.entry(schema.clone()).or_default().push(record.n);
        let violations = match validators.validate(&schema, payload) {
            Ok(violations) => violations,
            Err(unknown) => {
                let found = Finding::new(
                    Code::InvalidFrame,
                    format!("a valid {schema}"),
                    unknown.to_string(),
                    [record.n],
                );
                return self.invalid.entry(schema).or_default().push(found);
            }
        };
        let newer = newer_fields(version, &schema, payload, &violations);
        for violation in violations {
            if newer.contains(&violation.pointer) {
                let expected = format!("a {schema} of OCPP 2.0.1");
                let observed = format!("{violation}; it is one of OCPP 2.1");
                self.newer.push(Finding::new(Code::NewerField, expected, observed, [record.n]));
                continue;
            }
            // The number of decimals is a rule of the text that no schema states: at most a warning.
            let mild = violation.keyword == Keyword::TimePrecision;
            let expected = format!("a valid {schema}");
            let found = Finding::new(Code::InvalidFrame, expected, violation.to_string(), [record.n]);
            self.invalid.entry(schema.clone()).or_default().push(Finding { mild, ..found });
        }
    }

    fn answers_nothing(&mut self, at: Seq, what: &str, id: &str, expected: &str) {
        let observed = format!("a {what} with id {id:?}, which answers nothing the suite sent");
        self.unreadable.push(Finding::new(Code::UnreadableFrame, expected, observed, [at]));
    }

    /// Every violation, readable or not.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.unreadable.iter().chain(self.invalid.values().flatten()).chain(&self.newer)
    }

    /// No message of 2.0.1 has a field that only 2.1 knows (OCPP 2.0.1, Part 3: no additional properties).
    pub fn without_newer_fields(&self) -> Vec<Check> {
        let seen: Vec<Seq> = self.seen.values().flatten().copied().collect();
        match (seen.iter().min(), seen.iter().max()) {
            (Some(first), Some(last)) => Check::from_findings(worst(&self.newer), [*first, *last]),
            _ => vec![Check::open("the station sent no message", [])],
        }
    }

    /// Every frame of the station is an OCPP-J message.
    pub fn readable(&self) -> Vec<Check> {
        if self.frames.is_empty() {
            return vec![Check::open("the station sent no frame", [])];
        }
        Check::from_findings(worst(&self.unreadable), self.ends(&self.frames))
    }

    /// Every message of a kind, named as its schema, is valid.
    pub fn valid(&self, schema: &str) -> Vec<Check> {
        let Some(seen) = self.seen.get(schema) else {
            return vec![Check::Void(format!("the station sent no {schema} in this run"))];
        };
        let findings = self.invalid.get(schema).map(|all| worst(all)).unwrap_or_default();
        Check::from_findings(findings, self.ends(seen))
    }

    /// Messages seen that no row is about.
    pub fn others<'a>(&'a self, known: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a [Finding])> {
        let invalid = self.invalid.iter().filter(|(name, _)| !known.contains(&name.as_str()));
        invalid.map(|(name, findings)| (name.as_str(), findings.as_slice()))
    }

    /// Evidence for "all of them": the first and the last, so that a run of 5,000 frames stays readable.
    fn ends(&self, all: &[Seq]) -> Vec<Seq> {
        all.first().into_iter().chain(all.last()).copied().collect()
    }
}

/// Pointers to the fields of a message of 2.0.1 that are fields of 2.1.
fn newer_fields(
    version: Version,
    schema: &str,
    payload: &Value,
    violations: &[SchemaViolation],
) -> BTreeSet<String> {
    let unknown = |all: &[SchemaViolation]| -> BTreeSet<String> {
        let fields = all.iter().filter(|v| v.keyword == Keyword::AdditionalProperties);
        fields.map(|v| v.pointer.clone()).collect()
    };
    let here = unknown(violations);
    if version != Version::V201 || here.is_empty() {
        return BTreeSet::new();
    }
    match shared(Version::V21).validate(schema, payload) {
        Ok(newer) => &here - &unknown(&newer),
        // A message that 2.1 does not have has no field of 2.1 either.
        Err(_) => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests;
