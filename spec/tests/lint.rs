//! One fixture for each lint finding: `tests/lint/<code>.yaml` (or `<code>.<variant>.yaml`, or a folder `<code>` where
//! it takes several files) has findings of that code only, and what the author sees is kept as a snapshot.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use spec::{LintCode, lint::lint_paths};
use std::{collections::BTreeSet, path::PathBuf};

/// Fixture files with the code they are named after; `base` is what some of them extend.
fn fixtures() -> Vec<(String, PathBuf)> {
    let mut all: Vec<(String, PathBuf)> = std::fs::read_dir("tests/lint")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .filter(|(name, _)| name != "base")
        .collect();
    all.sort();
    all
}

#[test]
fn every_code_has_a_fixture_and_every_fixture_a_code() {
    let codes: BTreeSet<String> = LintCode::ALL.iter().map(|c| c.as_str().to_owned()).collect();
    let shown: BTreeSet<String> =
        fixtures().iter().map(|(name, _)| name.split('.').next().unwrap().to_owned()).collect();
    assert_eq!(codes, shown);
}

#[test]
fn a_fixture_has_the_finding_it_is_named_after_and_no_other() {
    for (name, path) in fixtures() {
        let report = lint_paths(&[path]);
        let found: BTreeSet<&str> = report.findings.iter().map(|f| f.code.as_str()).collect();
        let expected = BTreeSet::from([name.split('.').next().unwrap()]);
        assert_eq!(found, expected, "{name}:\n{report}");
    }
}

#[test]
fn findings_read_as_they_did() {
    for (name, path) in fixtures() {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, lint_paths(&[path]).to_string());
        });
    }
}

#[test]
fn what_the_fixtures_extend_is_free_of_findings() {
    let report = lint_paths(&["tests/lint/base.yaml".into()]);
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_mistake_in_an_extended_file_is_shown_there_and_once() {
    let directory = tempfile::tempdir().unwrap();
    let base = std::fs::read_to_string("tests/lint/base.yaml").unwrap();
    std::fs::write(directory.path().join("base.yaml"), base.replace("obligation:", "obligaton:")).unwrap();
    let own = "schemaVersion: 1\nid: own\ntitle: Own\nversion: 1\nedition: 1\nsummary: Own.\nextends: base\n";
    std::fs::write(directory.path().join("own.yaml"), own).unwrap();
    let report = lint_paths(&[directory.path().to_path_buf()]);
    assert!(report.findings.iter().all(|f| f.file.ends_with("base.yaml")), "{report}");
    let mut places: Vec<_> = report.findings.iter().map(|f| (f.span.start, f.code)).collect();
    let count = places.len();
    places.dedup();
    assert_eq!((places.len(), report.files()), (count, 2), "{report}");
}

#[test]
fn colours_are_only_there_when_asked_for() {
    let report = lint_paths(&["tests/lint/unknown-key.yaml".into()]);
    assert!(!report.to_string().contains('\u{1b}'));
    assert!(report.render(spec::lint::Style::Colour).contains('\u{1b}'));
}
