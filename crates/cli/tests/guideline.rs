//! `diagmark guideline`: the book of the archetypes and the scenarios this binary carries.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;
use std::process::{Command, Output};

fn build(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_diagmark"))
        .args(["guideline", "build"])
        .args(arguments)
        .output()
        .unwrap()
}

fn read(book: &Path, page: &str) -> String {
    std::fs::read_to_string(book.join(page)).unwrap()
}

#[test]
fn the_guideline_is_built_with_every_row_linked_to_its_scenarios_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let book = dir.path().join("book");
    let output = build(&["--out", book.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.contains(" pages and ") && said.trim_end().ends_with(" s"), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), book.join("index.html").to_str().unwrap());
    assert_eq!(book::broken_links(&book).unwrap(), Vec::<String>::new());
    let topic = read(&book, "behaviours/events.html");
    assert!(topic.contains("../scenarios.html#DX-EVT-001"));
    let scenarios = read(&book, "scenarios.html");
    assert!(scenarios.contains("id=\"DX-EVT-001\"") && scenarios.contains("behaviours/events.html#B-0140"));
    let row = read(&book, "archetypes/common.html");
    assert!(row.contains("id=\"V-0101\"") && row.contains("../scenarios.html#DX-INV-020"));
    let catalogue = read(&book, "proof/catalogue.html");
    for deviation in book::proof().unwrap().deviations {
        assert!(catalogue.contains(&format!("id=\"{}\"", deviation.name)), "{}", deviation.name);
    }
    for code in [0, 1, 2, 3, 4, 70] {
        assert!(read(&book, "reference/exit-codes.html").contains(&format!("id=\"exit-{code}\"")));
    }
}

#[test]
fn a_mistake_in_an_archetype_being_edited_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("mine.yaml"), "schemaVersion: 1\nid: mine\n").unwrap();
    let out = dir.path().join("book");
    let output = build(&["--archetypes", dir.path().to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("mine.yaml"));
}

#[test]
fn a_directory_with_something_else_in_it_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("letter.txt"), "dear").unwrap();
    let output = build(&["--out", dir.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(dir.path().join("letter.txt").exists());
}

/// A copy of the archetypes, with one text replaced in one file.
fn edition(but: Option<(&str, &str, &str)>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../archetypes");
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let text = match but {
            Some((file, old, new)) if file == name => {
                assert!(text.contains(old), "{old}");
                text.replacen(old, new, 1)
            }
            _ => text,
        };
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

fn diff(old: &tempfile::TempDir, new: &tempfile::TempDir, format: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_diagmark"))
        .args(["guideline", "diff", "--format", format])
        .args([old.path(), new.path()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn two_editions_are_compared_with_the_scenarios_to_run_again() {
    let changed = ("common.yaml", "severity: 3\n            value: 1", "severity: 2\n            value: 1");
    let (old, new) = (edition(None), edition(Some(changed)));
    let text = diff(&old, &new, "text");
    assert!(text.contains("M-0101") && text.contains("DX-PRV-001"), "{text}");
    assert!(diff(&old, &new, "markdown").contains("M-0101"));
    let json: serde_json::Value = serde_json::from_str(&diff(&old, &new, "json")).unwrap();
    assert_eq!(json["rows"].as_array().unwrap().len(), 1);
    assert!(!diff(&old, &edition(None), "text").contains("M-0101"));
}
