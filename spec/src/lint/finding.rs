//! A lint finding and the report of all of them.

use super::LintCode;
use crate::Source;
use serde::Serialize;
use std::{collections::BTreeSet, ops::Range};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LintSeverity {
    /// The file must not be used like this.
    Error,
    /// The file can be used.
    Warning,
}

/// A second place that explains a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Name of the source it is in.
    pub file: String,
    /// Bytes of that source.
    pub span: Range<usize>,
    /// What is there.
    pub message: String,
}

/// One mistake at one place of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of mistake.
    pub code: LintCode,
    /// How much it weighs.
    pub severity: LintSeverity,
    /// Name of the source it is in.
    pub file: String,
    /// Bytes of that source.
    pub span: Range<usize>,
    /// Line of the span's start, from 1.
    pub line: usize,
    /// Column of the span's start in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What was expected, shown under the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// How to put it right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Another place that explains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

impl Finding {
    /// A finding about a file as a whole.
    pub(crate) fn of_file(code: LintCode, file: &str, message: impl Into<String>) -> Finding {
        Finding {
            code,
            severity: LintSeverity::Error,
            file: file.to_owned(),
            span: 0..0,
            line: 1,
            column: 1,
            message: message.into(),
            expected: None,
            help: None,
            note: None,
        }
    }

    /// A finding at bytes of a source.
    pub(crate) fn at(code: LintCode, source: &Source, span: Range<usize>, message: String) -> Finding {
        let before = source.text.get(..span.start).unwrap_or(&source.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Finding { span, line, column, ..Finding::of_file(code, &source.name, message) }
    }

    pub(crate) fn expected(&mut self, what: impl Into<String>) -> &mut Finding {
        self.expected = Some(what.into());
        self
    }

    pub(crate) fn help(&mut self, what: impl Into<String>) -> &mut Finding {
        self.help = Some(what.into());
        self
    }

    /// Names the candidate that the author most likely meant, if one is near.
    pub(crate) fn did_you_mean<'a>(
        &mut self,
        written: &str,
        names: impl IntoIterator<Item = &'a str>,
    ) -> &mut Finding {
        self.help = nearest(written, names).map(|n| format!("did you mean `{n}`?")).or(self.help.take());
        self
    }

    pub(crate) fn warning(&mut self) -> &mut Finding {
        self.severity = LintSeverity::Warning;
        self
    }

    pub(crate) fn note(
        &mut self,
        source: &Source,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.note = Some(Note { file: source.name.clone(), span, message: message.into() });
        self
    }
}

/// The name that looks most like the one written, if any looks like it at all. Spelled the same but for
/// case is nearest; among equals the first one given wins.
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Names longer than any in OCPP are not compared: the comparison is quadratic.
    if written.len() > 100 {
        return None;
    }
    let lower = written.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        let likeness = strsim::jaro_winkler(&lower, &name.to_lowercase());
        if best.is_none_or(|(b, _)| likeness > b) {
            best = Some((likeness, name));
        }
    }
    best.filter(|(likeness, _)| *likeness >= 0.8).map(|(_, name)| name)
}

/// All findings of a lint run, and the texts they point into.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LintReport {
    /// The findings, by file and place.
    pub findings: Vec<Finding>,
    /// The files that were read.
    #[serde(skip)]
    pub sources: Vec<Source>,
}

impl LintReport {
    /// Sorts the findings by place and drops those found twice (a file and another that extends it).
    pub(crate) fn new(mut findings: Vec<Finding>, sources: Vec<Source>) -> LintReport {
        let order = |f: &Finding| {
            let file = sources.iter().position(|s| s.name == f.file);
            (file, f.span.start, f.span.end, f.code, f.message.clone())
        };
        findings.sort_by_cached_key(order);
        findings.dedup();
        LintReport { findings, sources }
    }

    /// Adds what another run found.
    pub(crate) fn merge(self, other: LintReport) -> LintReport {
        let mut sources = self.sources;
        for source in other.sources {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        LintReport::new([self.findings, other.findings].concat(), sources)
    }

    /// Number of files that were read or could not be.
    pub fn files(&self) -> usize {
        let read = self.sources.iter().map(|s| s.name.as_str());
        let names: BTreeSet<&str> = read.chain(self.findings.iter().map(|f| f.file.as_str())).collect();
        names.len()
    }

    /// Whether nothing was found, not even a warning.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Number of errors.
    pub fn errors(&self) -> usize {
        self.findings.iter().filter(|f| f.severity == LintSeverity::Error).count()
    }

    /// Number of warnings.
    pub fn warnings(&self) -> usize {
        self.findings.len() - self.errors()
    }

    /// Whether a finding has this code.
    pub fn has(&self, code: LintCode) -> bool {
        self.findings.iter().any(|f| f.code == code)
    }
}

impl std::error::Error for LintReport {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_ignores_case_and_gives_up_on_strangers() {
        let names = ["Temperature", "TemperatureSensor", "FanSpeed"];
        assert_eq!(nearest("temperatur", names), Some("Temperature"));
        assert_eq!(nearest("fanspeed", names), Some("FanSpeed"));
        assert_eq!(nearest("zzz", names), None);
    }

    #[test]
    fn line_and_column_count_characters_from_one() {
        let source = Source::new("a.yaml", "a: é\nüb: cd");
        let span = source.text.find("cd").map(|s| s..s + 2).unwrap();
        let finding = Finding::at(LintCode::WrongType, &source, span, "wrong".into());
        assert_eq!((finding.line, finding.column), (2, 5));
    }
}
