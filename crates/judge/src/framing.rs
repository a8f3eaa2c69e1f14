//! Frames as such: can they be read, and do they satisfy their schema. A violation here fails the row
//! about the frames of that message and no other: all other checks read tolerantly.

use crate::{Check, Code, Finding, Window};
use ocpp::Version;
use ocpp::frame::{self, Frame};
use ocpp::validate::{Keyword, Validators};
use std::collections::{BTreeMap, HashMap};
use trace::{Body, Direction, Record, Seq};

/// What is wrong with the frames of a station, by message.
#[derive(Debug, Default)]
pub struct Framing {
    frames: Vec<Seq>,
    unreadable: Vec<Finding>,
    seen: BTreeMap<String, Vec<Seq>>,
    invalid: BTreeMap<String, Vec<Finding>>,
}

/// Most findings reported for one message; a station that repeats itself a thousand times says no more.
const ENOUGH: usize = 5;

impl Framing {
    /// Judges every frame of the station in a window. Answers are matched to the CALLs of the suite by id.
    pub fn of(window: Window<'_>, validators: &Validators) -> Framing {
        let mut framing = Framing::default();
        let mut asked: HashMap<String, String> = HashMap::new();
        for record in window.records {
            framing.record(record, window.version, validators, &mut asked);
        }
        framing
    }

    fn record(
        &mut self,
        record: &Record,
        version: Version,
        validators: &Validators,
        asked: &mut HashMap<String, String>,
    ) {
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
        let reading = frame::read(raw, version);
        if dir == Direction::Tx {
            if let Ok(Frame::Call { id, action, .. }) = reading.frame {
                asked.insert(id, action);
            }
            return;
        }
        self.frames.push(record.n);
        for violation in &reading.violations {
            let expected = "an OCPP-J message";
            let found = Finding::new(Code::UnreadableFrame, expected, violation.to_string(), [record.n]);
            // What OCPP only discourages fails nobody.
            self.unreadable.push(if violation.is_only_discouraged() { found.mild() } else { found });
        }
        let (schema, payload) = match reading.frame {
            Ok(Frame::Call { action, payload, .. }) => (format!("{action}Request"), payload),
            Ok(Frame::Send { action, payload, .. }) => (action, payload),
            Ok(Frame::CallResult { id, payload }) => match asked.get(&id) {
                Some(action) => (format!("{action}Response"), payload),
                None => {
                    let observed = format!("a CALLRESULT with id {id:?}, which answers no CALL of the suite");
                    let expected = "the id of a CALL";
                    self.unreadable.push(Finding::new(Code::UnreadableFrame, expected, observed, [record.n]));
                    return;
                }
            },
            _ => return,
        };
        self.seen.entry(schema.clone()).or_default().push(record.n);
        let violations = match validators.validate(&schema, &payload) {
            // The number of decimals is a rule of the text that no schema states: at most a warning.
            Ok(violations) => {
                violations.iter().map(|v| (v.to_string(), v.keyword == Keyword::TimePrecision)).collect()
            }
            Err(unknown) => vec![(unknown.to_string(), false)],
        };
        for (violation, mild) in violations {
            let expected = format!("a valid {schema}");
            let found = Finding { mild, ..Finding::new(Code::InvalidFrame, expected, violation, [record.n]) };
            self.invalid.entry(schema.clone()).or_default().push(found);
        }
    }

    /// Every violation, readable or not.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.unreadable.iter().chain(self.invalid.values().flatten())
    }

    /// Every frame of the station is an OCPP-J message.
    pub fn readable(&self) -> Vec<Check> {
        if self.frames.is_empty() {
            return vec![Check::open("the station sent no frame", [])];
        }
        Check::from_findings(self.unreadable.iter().take(ENOUGH).cloned().collect(), self.ends(&self.frames))
    }

    /// Every message of a kind, named as its schema, is valid.
    pub fn valid(&self, schema: &str) -> Vec<Check> {
        let Some(seen) = self.seen.get(schema) else {
            return vec![Check::Void(format!("the station sent no {schema} in this run"))];
        };
        let findings = self.invalid.get(schema).map(|f| f.iter().take(ENOUGH).cloned().collect());
        Check::from_findings(findings.unwrap_or_default(), self.ends(seen))
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
