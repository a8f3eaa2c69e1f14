//! A first declaration, and the gap to an archetype, as a manufacturer gets them.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod peer;
#[path = "../support/mod.rs"]
mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use support::{Waiting, code, diagmark, err, out, run, waiting};

/// The declaration that `declare` writes of the reference station.
fn declared(dir: &Path) -> PathBuf {
    let file = dir.join("declared.yaml");
    let args = ["declare", "--archetype", "ac-wallbox", "--station", "reference", "--out"];
    let done = run(&[&args[..], &[file.to_str().unwrap()]].concat());
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert_eq!(out(&done), "");
    file
}

/// The same, with the answers that its maker gives to what no report tells.
fn completed(dir: &Path) -> PathBuf {
    let file = declared(dir);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace(": unknown  #", ": yes  #")).unwrap();
    file
}

/// A changed copy of a declaration.
fn changed(dir: &Path, from: &Path, changes: &[(&str, &str)]) -> PathBuf {
    let mut text = std::fs::read_to_string(from).unwrap();
    for (was, is) in changes {
        assert_eq!(text.matches(was).count(), 1, "{was}");
        text = text.replace(was, is);
    }
    let file = dir.join("changed.yaml");
    std::fs::write(&file, text).unwrap();
    file
}

/// A reference station in a process of its own, ended with its owner.
struct Station(Child);

impl Drop for Station {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn station(at: &Waiting, declaration: &Path) -> Station {
    let declaration = declaration.to_str().unwrap();
    let args = ["station", "--archetype", "ac-wallbox", "--id", "REF01", "--declaration", declaration];
    let mut command = diagmark(&[&args[..], &["--connect", &at.url]].concat());
    Station(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

/// Asks a reference station built from one declaration, and compares as the flags say.
fn gap_of(built_from: &Path, flags: &[&str]) -> (i32, String) {
    let listening = waiting(&[&["gap", "--listen", "127.0.0.1:0"], flags].concat());
    let _station = station(&listening, built_from);
    let (code, text, err) = listening.end();
    assert!(code < 2, "{code}: {err}");
    (code, text)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

#[test]
fn the_reference_station_lacks_nothing() {
    for version in ["2.0.1", "2.1"] {
        let done = run(&[
            "gap",
            "--archetype",
            "ac-wallbox",
            "--station",
            "reference",
            "--ocpp",
            version,
            "--format",
            "json",
        ]);
        assert_eq!(code(&done), 0, "{}", err(&done));
        let gap = json(&out(&done));
        assert_eq!(gap["schemaVersion"], 1);
        assert_eq!(gap["closed"], true);
        assert_eq!(gap["gaps"], Value::Array(vec![]));
        assert_eq!(gap["notes"], Value::Array(vec![]));
        let faults = gap["faults"].as_array().unwrap();
        assert!(faults.iter().all(|f| f["standing"] == "reportable" || f["standing"] == "not-applicable"));
        assert!(faults.iter().any(|f| f["standing"] == "reportable"));
    }
    let done = run(&["gap", "--archetype", "ac-wallbox", "--station", "reference"]);
    assert!(
        out(&done).starts_with("NO GAP to ac-wallbox, as far as the inventories tell\n"),
        "{}",
        out(&done)
    );
}

#[test]
fn what_a_thinned_station_lacks_is_told_by_level_and_by_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let full = completed(dir.path());
    let absent = ["  meter", "contact-temperature-sensor", "door-switch", "card-reader", "three-phase"];
    let changes: Vec<(String, String)> =
        absent.iter().map(|c| (format!("{c}: yes"), format!("{c}: no"))).collect();
    let changes: Vec<(&str, &str)> = changes.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let thin = changed(dir.path(), &full, &changes);
    let (code, text) = gap_of(&thin, &["--declaration", full.to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(text.starts_with("GAP to ac-wallbox: "), "{text}");
    let from = text.find("\nLevel 1 (Inventory)").unwrap();
    let to = text.find("\nFaults the station could report:").unwrap();
    let expected = snapbox::Data::read_from(&support::root().join("crates/cli/tests/gap/thinned.txt"), None);
    snapbox::assert_data_eq!(&text[from + 1..to], expected.raw());
    // Judged by what it declares itself, it lacks nothing.
    let (code, text) = gap_of(&thin, &["--declaration", thin.to_str().unwrap()]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn without_a_declaration_the_layout_and_the_archetype_are_what_was_seen() {
    let dir = tempfile::tempdir().unwrap();
    let full = completed(dir.path());
    let two = "- connectors: 1  # EVSE 1\n    - connectors: 2";
    let two = changed(dir.path(), &full, &[("- connectors: 1  # EVSE 1", two)]);
    let (code, text) = gap_of(&two, &["--format", "json"]);
    let gap = json(&text);
    assert_eq!(code, 0, "{text}");
    assert_eq!(gap["chosen"], "nearest");
    assert_eq!(gap["archetype"]["id"], "ac-wallbox");
    let candidates = gap["candidates"].as_array().unwrap();
    assert_eq!((candidates.len(), &candidates[0]["id"]), (4, &"ac-wallbox".into()));
    assert!(
        candidates[3]["reason"].as_str().unwrap().contains(" musts missing or wrong: "),
        "{candidates:?}"
    );
    assert_eq!(gap["connectors"], serde_json::json!([1, 2]));
    let open = gap["undeclared"].as_array().unwrap();
    assert!(open.len() > 30);
    assert!(open.iter().filter(|c| c["suggests"] == "yes").count() > 30, "{open:?}");
    assert!(open.iter().all(|c| c["suggests"] != "no"), "{open:?}");
    assert!(gap["levels"][0]["must"]["undeclared"].as_u64().unwrap() > 30);
}

#[test]
fn the_gap_of_a_run_is_told_from_its_evidence() {
    let dir = tempfile::tempdir().unwrap();
    let certified = dir.path().join("run");
    let certified = certified.to_str().unwrap();
    let select = ["--level", "2", "--select", "@id:DX-REP-001"];
    let args = ["certify", "--archetype", "ac-wallbox", "--station", "reference", "--out", certified];
    let judged = run(&[&args[..], &select[..]].concat());
    assert_eq!(code(&judged), 0, "{}", err(&judged));
    let again = run(&["gap", "--from", certified, "--format", "json"]);
    let gap = json(&out(&again));
    assert_eq!(code(&again), 0, "{}", out(&again));
    assert_eq!(gap["chosen"], "recorded");
    assert_eq!(gap["declared"], "recorded");
    assert_eq!(gap["station"]["vendor"], "Diagmark");
    assert_eq!(gap["levels"][2]["must"]["untold"], 0);
    assert_eq!(gap["gaps"], Value::Array(vec![]));
}

#[test]
fn a_run_without_a_monitoring_report_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let certified = dir.path().join("run");
    let certified = certified.to_str().unwrap();
    let args = ["certify", "--archetype", "ac-wallbox", "--station", "reference", "--level", "1"];
    assert_eq!(code(&run(&[&args[..], &["--out", certified]].concat())), 0);
    let again = run(&["gap", "--from", certified]);
    assert_eq!(code(&again), 0, "{}", err(&again));
    assert!(out(&again).contains("the station's monitors are not known"), "{}", out(&again));
}

#[test]
fn what_was_asked_can_be_kept_and_looked_at_again() {
    let dir = tempfile::tempdir().unwrap();
    let kept = dir.path().join("kept");
    let kept = kept.to_str().unwrap();
    let args = ["gap", "--archetype", "ac-wallbox", "--station", "reference", "--out", kept];
    assert_eq!(code(&run(&args)), 0);
    let again = run(&["gap", "--archetype", "ac-wallbox", "--from", kept]);
    assert_eq!(code(&again), 0, "{}", err(&again));
    assert_eq!(code(&run(&args)), 2, "evidence is never overwritten");
}

#[test]
fn a_spreadsheet_gets_one_table() {
    let done = run(&["gap", "--archetype", "ac-wallbox", "--station", "reference", "--format", "csv"]);
    let text = out(&done);
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert!(lines[0].starts_with("kind,level,obligation,blocking,todo,row,evse,connector,subject,"));
    assert!(lines[1].starts_with("fault,,"), "{}", lines[1]);
    assert_eq!(lines.last(), Some(&""));
}

#[test]
fn a_first_declaration_lints_clean_and_certifies() {
    let dir = tempfile::tempdir().unwrap();
    let lint = run(&["lint", declared(dir.path()).to_str().unwrap()]);
    assert_eq!(code(&lint), 0, "{}", out(&lint));
    assert!(out(&lint).contains("0 error(s)"), "{}", out(&lint));
    std::fs::remove_file(dir.path().join("declared.yaml")).unwrap();
    let file = completed(dir.path());
    let lint = run(&["lint", file.to_str().unwrap()]);
    assert!(out(&lint).contains("0 error(s), 0 warning(s)"), "{}", out(&lint));
    let certified = dir.path().join("run");
    let args = ["certify", "--archetype", "ac-wallbox", "--station", "reference", "--level", "1"];
    let files = ["--declaration", file.to_str().unwrap(), "--out", certified.to_str().unwrap()];
    let done = run(&[&args[..], &files[..]].concat());
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert_eq!(support::result(&certified)["conforming"], true);
}

#[test]
fn without_an_archetype_the_declaration_is_about_the_nearest() {
    let dir = tempfile::tempdir().unwrap();
    let full = completed(dir.path());
    let listening = waiting(&["declare", "--listen", "127.0.0.1:0"]);
    let _station = station(&listening, &full);
    let (code, text, err) = listening.end();
    assert_eq!(code, 0, "{err}");
    assert!(text.contains("\narchetype: ac-wallbox\n"), "{text}");
    assert!(err.contains("the nearest archetype is ac-wallbox; name another with --archetype"), "{err}");
    assert!(err.contains("\n  megawatt: "), "{err}");
}

#[test]
fn a_declaration_is_printed_unless_a_file_is_named_and_no_file_is_overwritten() {
    let printed = run(&["declare", "--archetype", "ac-wallbox", "--station", "reference", "--ocpp", "2.1"]);
    assert_eq!(code(&printed), 0, "{}", err(&printed));
    assert!(out(&printed).contains("- version: \"2.1\""), "{}", out(&printed));
    let dir = tempfile::tempdir().unwrap();
    let file = declared(dir.path());
    let before = std::fs::read(&file).unwrap();
    let args = ["declare", "--archetype", "ac-wallbox", "--station", "reference", "--out"];
    let again = run(&[&args[..], &[file.to_str().unwrap()]].concat());
    assert_eq!(code(&again), 2);
    assert!(err(&again).contains("exists already"), "{}", err(&again));
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn without_a_station_there_is_no_gap_and_no_declaration() {
    for command in [&["gap"][..], &["declare", "--archetype", "ac-wallbox"]] {
        let done = run(&[command, &["--listen", "127.0.0.1:0", "--wait", "200ms"]].concat());
        assert_eq!(code(&done), 3, "{}", err(&done));
        assert!(err(&done).contains("no station connected"), "{}", err(&done));
        assert_eq!(out(&done), "");
    }
}

#[test]
fn bad_input_gets_one_clear_error_and_code_2() {
    let wrong = |args: &[&str], sentence: &str| {
        let done = run(args);
        assert_eq!(code(&done), 2, "{}", err(&done));
        assert!(err(&done).contains(sentence), "{}", err(&done));
    };
    wrong(&["gap"], "--station");
    wrong(&["gap", "--from", "nowhere"], "nowhere");
    wrong(&["gap", "--from", "nowhere", "--station", "reference"], "cannot be used with");
    wrong(&["gap", "--station", "reference", "--archetype", "ac-walbox"], "ac-wallbox");
    wrong(&["gap", "--station", "reference", "--declaration", "nowhere.yaml"], "nowhere.yaml");
    wrong(&["declare", "--station", "reference"], "--archetype");
}
