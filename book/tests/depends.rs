//! What depends on a row: a change of one severity in one file changes exactly the files that show it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use book::{Book, Files, Shown};
use spec::model::RowId;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use support::{edition, files_in};

fn archetypes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../archetypes")
}

fn composed(directory: &Path) -> Book {
    Book::compose(&edition(Files::read(directory).unwrap())).unwrap()
}

/// A copy of the archetypes in which one monitor has another severity.
fn with_severity(monitor: &str, severity: u8) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let mut changed = 0;
    for entry in std::fs::read_dir(archetypes()).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut inside = false;
        let lines = text.lines().map(|line| {
            if line.trim_start().starts_with("- id: ") {
                inside = line.trim_start() == format!("- id: {monitor}");
            }
            match line.split_once("severity: ") {
                Some((indent, _)) if inside && indent.trim().is_empty() => {
                    changed += 1;
                    format!("{indent}severity: {severity}\n")
                }
                _ => format!("{line}\n"),
            }
        });
        std::fs::write(copy.path().join(path.file_name().unwrap()), lines.collect::<String>()).unwrap();
    }
    assert_eq!(changed, 1, "{monitor} has no severity to change");
    copy
}

/// A severity that no monitor of its component has, so that every overview of the component changes.
fn unused(files: &Files, monitor: &RowId) -> u8 {
    let component = files
        .files
        .iter()
        .flat_map(|f| &f.components)
        .find(|c| c.variables.iter().flat_map(|v| &v.monitors).any(|m| m.id == *monitor))
        .unwrap();
    let taken: Vec<u8> = component.variables.iter().flat_map(|v| &v.monitors).map(|m| m.severity.0).collect();
    (0..10).rev().find(|s| !taken.contains(s)).unwrap()
}

/// Files of a book by path, before they are rendered.
fn texts(book: &Book) -> BTreeMap<String, String> {
    let pages = book.pages.iter().map(|p| (p.path.clone(), p.body.clone()));
    pages.chain(book.annexes.iter().map(|a| (a.path.clone(), a.text.clone()))).collect()
}

fn differing<T: PartialEq>(a: &BTreeMap<String, T>, b: &BTreeMap<String, T>) -> BTreeSet<String> {
    a.keys().chain(b.keys()).filter(|k| a.get(*k) != b.get(*k)).cloned().collect()
}

/// Monitors of every file whose faults are reported by nothing else, so that the faults are rated by them.
fn samples(files: &Files) -> Vec<RowId> {
    let mut samples = Vec::new();
    for file in &files.files {
        let alone = |m: &RowId| {
            let faults = files.files.iter().flat_map(|f| &f.faults).filter(|f| f.monitors.contains(m));
            faults.clone().count() > 0 && faults.clone().all(|f| f.monitors.len() == 1)
        };
        let monitors = file.components.iter().flat_map(|c| &c.variables).flat_map(|v| &v.monitors);
        let chosen: Vec<RowId> = monitors.map(|m| m.id.clone()).filter(alone).collect();
        samples.extend(chosen.first().cloned());
    }
    samples
}

#[test]
fn a_change_of_one_severity_changes_exactly_the_files_that_show_it() {
    let files = Files::read(&archetypes()).unwrap();
    let before = composed(&archetypes());
    let samples = samples(&files);
    assert!(samples.len() > 3, "{samples:?}");
    for monitor in samples {
        let severity = unused(&files, &monitor);
        let after = composed(with_severity(&monitor.0, severity).path());
        let changed = differing(&texts(&before), &texts(&after));
        let depend = before.files_showing(&monitor, Shown::Rated);
        let depend = depend.into_iter().chain(after.files_showing(&monitor, Shown::Rated));
        let depend: BTreeSet<String> = depend.map(str::to_owned).collect();
        assert_eq!(changed, depend, "{monitor} is rated {severity}");
        assert!(changed.contains(&format!("severities/{severity}.html")));
        assert!(before.files_of(&monitor).len() > changed.len() / 2);
    }
}

#[test]
fn what_is_rendered_changes_with_the_pages_and_annexes_and_nothing_else_does() {
    let files = Files::read(&archetypes()).unwrap();
    let monitor = samples(&files).pop().unwrap();
    let copy = with_severity(&monitor.0, unused(&files, &monitor));
    let [before, after] = [composed(&archetypes()), composed(copy.path())];
    let [was, is] = [&before, &after].map(|book| {
        let out = tempfile::tempdir().unwrap();
        book.write(out.path()).unwrap();
        files_in(out.path())
    });
    let mut changed = differing(&was, &is);
    assert!(changed.remove("searchindex.js"), "the search index holds every text");
    assert_eq!(changed, differing(&texts(&before), &texts(&after)));
}
