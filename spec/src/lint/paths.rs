//! Lint of files and directories.

use super::{
    LintCode, LintReport,
    chain::beside,
    finding::{Finding, LintSeverity},
    lint_archetype, lint_declaration, lint_expected_failures,
    siblings::{self, Sibling},
};
use crate::{Source, source::SourceError};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What a YAML file is, judged by its first-column keys alone, so that a broken file is recognised too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// An archetype.
    Archetype,
    /// A declaration.
    Declaration,
    /// A list of expected failures.
    ExpectedFailures,
}

/// Tells the kinds of file apart; `None` for any other file.
pub fn kind_of(text: &str) -> Option<FileKind> {
    let has = |key: &str| {
        let starts =
            |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'));
        text.trim_start_matches('\u{feff}').lines().any(starts)
    };
    if has("expectedFailures") {
        return Some(FileKind::ExpectedFailures);
    }
    if has("archetype") || has("product") {
        return Some(FileKind::Declaration);
    }
    let archetype = ["extends", "topology", "components", "faults", "behaviours", "schemaVersion"];
    archetype.iter().any(|key| has(key)).then_some(FileKind::Archetype)
}

/// Lints files, and in directories every `*.yaml` that is of a kind we know. Directories whose name
/// starts with a dot, and `target`, are left out. Archetypes that lie side by side must not share ids.
pub fn lint_paths(paths: &[PathBuf]) -> LintReport {
    let mut report = LintReport::default();
    let mut archetypes = BTreeMap::new();
    for path in paths {
        let part = match path.is_dir() {
            true => lint_directory(path, &mut archetypes),
            false => lint_file(path, true, &mut archetypes),
        };
        report = report.merge(part);
    }
    let siblings: Vec<Sibling> = archetypes.into_values().collect();
    report.merge(siblings::check(&siblings))
}

/// The archetypes met so far, by path: one that was named twice is met once.
type Archetypes = BTreeMap<PathBuf, Sibling>;

fn lint_directory(directory: &Path, archetypes: &mut Archetypes) -> LintReport {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) => {
            let name = directory.display().to_string();
            return unreadable(&SourceError::Io { name, error }, directory);
        }
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    let mut report = LintReport::default();
    for path in paths {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let is_yaml = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
        // A link to a directory may lead in a circle.
        let is_directory = path.is_dir() && !path.is_symlink();
        if is_directory && !name.starts_with('.') && name != "target" {
            report = report.merge(lint_directory(&path, archetypes));
        } else if is_yaml && path.is_file() {
            report = report.merge(lint_file(&path, false, archetypes));
        }
    }
    report
}

/// Lints one file. One that was named must be ours; one met in a directory may be anything.
fn lint_file(path: &Path, named: bool, archetypes: &mut Archetypes) -> LintReport {
    let source = match Source::read(path) {
        Ok(source) => source,
        Err(error) => return unreadable(&error, path),
    };
    match kind_of(&source.text) {
        Some(FileKind::Archetype) => {
            let directory = path.parent().map(Path::to_path_buf).unwrap_or_default();
            if let Some(sibling) = Sibling::new(directory, source.clone(), &beside(path)) {
                archetypes.insert(path.to_path_buf(), sibling);
            }
            lint_archetype(source, &beside(path))
        }
        Some(FileKind::Declaration) => lint_declaration(source, &beside(path)),
        Some(FileKind::ExpectedFailures) => lint_expected_failures(source, &beside(path)),
        None if named => {
            let mut finding = Finding::of_file(
                LintCode::UnknownKind,
                &source.name,
                "this is neither an archetype nor a declaration nor a list of expected failures",
            );
            finding.help("an archetype starts with `schemaVersion: 1`, a declaration also has `archetype:` and `product:`, a list of expected failures `expectedFailures:`");
            LintReport::new(vec![finding], vec![source])
        }
        None => LintReport::default(),
    }
}

fn unreadable(error: &SourceError, path: &Path) -> LintReport {
    let mut finding = Finding::of_file(LintCode::Unreadable, &path.display().to_string(), error.to_string());
    finding.severity = LintSeverity::Error;
    LintReport::new(vec![finding], Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expected_failures_are_known_by_their_list() {
        let text = "schemaVersion: 1\narchetype: ac-wallbox\nexpectedFailures: []\n";
        assert_eq!(kind_of(text), Some(FileKind::ExpectedFailures));
    }

    #[test]
    fn a_declaration_is_known_by_its_archetype_and_product() {
        assert_eq!(kind_of("schemaVersion: 1\narchetype: ac-wallbox\n"), Some(FileKind::Declaration));
        assert_eq!(kind_of("schemaVersion: 1\nid: x\n"), Some(FileKind::Archetype));
        assert_eq!(kind_of("services:\n  archetype: x\n"), None);
    }
}
