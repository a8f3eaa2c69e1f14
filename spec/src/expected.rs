//! Failures that a firmware team expects, so that its CI tells news from what is known.

use crate::{
    Archetype, Source, SourceError,
    lint::{self, LintReport},
    model::{ExpectedFailure, ExpectedFailuresFile},
    schema,
};
use std::path::Path;

/// A list of expected failures, checked against its archetype.
#[derive(Debug, Clone)]
pub struct ExpectedFailures {
    /// The file it was read from, named without directories.
    pub source: Source,
    /// SHA-256 of its text, in hex.
    pub hash: String,
    /// Its entries, in the order of the file.
    pub entries: Vec<ExpectedFailure>,
}

/// A list of expected failures that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ExpectedError {
    /// The file cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The file has errors.
    #[error("{0}")]
    Lint(Box<LintReport>),
    /// It is about another archetype.
    #[error("{name} lists failures of the rows of `{listed}`, not of `{used}`: use --archetype {listed}")]
    OtherArchetype {
        /// The file.
        name: String,
        /// What it says.
        listed: String,
        /// What the run is about.
        used: String,
    },
}

impl ExpectedFailures {
    /// Reads and lints a list of expected failures.
    ///
    /// # Errors
    /// When it cannot be read, has lint errors or is about another archetype.
    pub fn load(path: impl AsRef<Path>, archetype: &Archetype) -> Result<ExpectedFailures, ExpectedError> {
        let source = Source::read(path.as_ref())?;
        let expected = ExpectedFailures::from_source(source.clone(), archetype)?;
        let report = lint::lint_expected_failures_against(source, archetype);
        if report.errors() > 0 {
            return Err(ExpectedError::Lint(Box::new(report)));
        }
        Ok(expected)
    }

    /// Rebuilds a list from the source kept with a run. Only its shape is checked, so that a run stays readable
    /// when lint becomes stricter.
    ///
    /// # Errors
    /// When it has not the shape of a list of expected failures or is about another archetype.
    pub fn from_source(source: Source, archetype: &Archetype) -> Result<ExpectedFailures, ExpectedError> {
        let read = lint::read::<ExpectedFailuresFile>(&source, schema::expected_failures());
        let file = match read {
            Ok(read) => read.file,
            Err(findings) => {
                let report = LintReport::new(findings, vec![source]);
                return Err(ExpectedError::Lint(Box::new(report)));
            }
        };
        if let Some(listed) = file.archetype.filter(|a| *a != archetype.id) {
            let (name, used) = (source.name, archetype.id.clone());
            return Err(ExpectedError::OtherArchetype { name, listed, used });
        }
        let source = Source::new(source.file_name(), source.text.clone());
        let hash = source.sha256();
        Ok(ExpectedFailures { source, hash, entries: file.expected_failures })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = "  - { row: B-0010, reason: Known., link: FW-1 }\n";

    fn load(text: &str) -> Result<ExpectedFailures, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("expected.yaml");
        std::fs::write(&path, text).unwrap();
        ExpectedFailures::load(&path, &Archetype::load("ac-wallbox").unwrap()).map_err(|e| e.to_string())
    }

    #[test]
    fn a_list_keeps_its_text_its_hash_and_its_entries() {
        let text = format!("schemaVersion: 1\nexpectedFailures:\n{ENTRY}");
        let expected = load(&text).unwrap();
        assert_eq!((expected.source.name.as_str(), &expected.source.text), ("expected.yaml", &text));
        assert_eq!(expected.hash, expected.source.sha256());
        assert_eq!(expected.entries[0].row.0, "B-0010");
    }

    #[test]
    fn a_list_about_another_archetype_is_refused() {
        let text = format!("schemaVersion: 1\narchetype: dc-hpc\nexpectedFailures:\n{ENTRY}");
        let refused = load(&text).unwrap_err();
        assert!(refused.contains("rows of `dc-hpc`, not of `ac-wallbox`"), "{refused}");
    }

    #[test]
    fn a_list_with_a_mistake_is_refused_with_its_place() {
        let text = format!("schemaVersion: 1\nexpectedFailures:\n{}", ENTRY.replace("B-0010", "B-9999"));
        let refused = load(&text).unwrap_err();
        assert!(refused.contains("unknown-row") && refused.contains("expected.yaml:3:"), "{refused}");
    }
}
