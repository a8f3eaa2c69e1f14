//! What others read of a run: JUnit and traces in readers from outside, the report in a browser, the redacted
//! bundle. Where a reader is not at hand its test is skipped with a sentence (CONTRIBUTING.md).
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::{code, diagmark, err, listening, out, root, run};

fn arg(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A run of level 1 against the reference station.
fn conforming(dir: &Path) -> PathBuf {
    let run_dir = dir.join("run");
    let args = ["certify", "--archetype", "ac-wallbox", "--station", "reference", "--level", "1", "--out"];
    let done = run(&[&args[..], &[arg(&run_dir)]].concat());
    assert_eq!(code(&done), 0, "{}", err(&done));
    run_dir
}

/// A run of level 1 against a station whose maker left the phases writable.
fn failing(dir: &Path) -> PathBuf {
    let text = std::fs::read_to_string(root().join("archetypes/common.yaml")).unwrap();
    std::fs::write(dir.join("common.yaml"), text.replacen("access: ReadOnly", "access: ReadWrite", 1))
        .unwrap();
    let own = dir.join("ac-wallbox.yaml");
    std::fs::copy(root().join("archetypes/ac-wallbox.yaml"), &own).unwrap();
    let run_dir = dir.join("run");
    let waiting = listening(&["--level", "1", "--ocpp", "2.0.1", "--out", arg(&run_dir)]);
    let args = ["station", "--archetype", arg(&own), "--connect", &waiting.url, "--id", "CS001"];
    let mut station = diagmark(&args).stderr(std::process::Stdio::null()).spawn().unwrap();
    let (code, text, said) = waiting.end();
    station.kill().unwrap();
    station.wait().unwrap();
    assert_eq!(code, 1, "{text}{said}");
    run_dir
}

/// A Python that has the packages of a requirements file, shown by one of them.
fn python(package: &str) -> Option<PathBuf> {
    let named = std::env::var_os("DIAGMARK_PEER_PYTHON").map(PathBuf::from);
    let python = named.unwrap_or_else(|| root().join("tests/peers/.venv/bin/python"));
    let has = Command::new(&python).args(["-c", &format!("import {package}")]).output();
    has.is_ok_and(|o| o.status.success()).then_some(python)
}

fn read(python: &Path, script: &str, args: &[&str]) -> Output {
    let script = root().join("tests/readers").join(script);
    Command::new(python).arg(script).args(args).output().unwrap()
}

#[test]
fn junit_is_read_from_outside_as_it_was_meant() {
    let Some(python) = python("junitparser") else {
        println!("skipped: no Python with the packages of tests/readers/requirements.txt");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let green = read(&python, "read_junit.py", &[arg(&conforming(dir.path()).join("junit.xml"))]);
    assert!(green.status.success(), "{}", err(&green));
    assert!(out(&green).contains(" failures=0 errors=0 "), "{}", out(&green));
    let dir = tempfile::tempdir().unwrap();
    let red = read(&python, "read_junit.py", &[arg(&failing(dir.path()).join("junit.xml"))]);
    assert!(red.status.success(), "{}", err(&red));
    assert!(out(&red).contains("failure diagmark.conformity NOT CONFORMING to level 1"), "{}", out(&red));
    assert!(out(&red).contains("expected access ReadOnly, observed ReadWrite"), "{}", out(&red));
}

/// The JSON Schema of open-ocpp-trace, where a copy is at hand.
fn trace_schema() -> Option<PathBuf> {
    let named = std::env::var_os("DIAGMARK_TRACE_SCHEMA").map(PathBuf::from);
    let path = named.unwrap_or_else(|| root().join("../shared/open-ocpp-trace/trace-v1.schema.json"));
    path.exists().then_some(path)
}

#[test]
fn a_trace_is_of_the_published_format() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = conforming(dir.path());
    let trace = dir.path().join("trace.jsonl");
    let exported = run(&["export", arg(&run_dir), "--format", "open-ocpp-trace", "--out", arg(&trace)]);
    assert_eq!(code(&exported), 0, "{}", err(&exported));
    let (Some(python), Some(schema)) = (python("jsonschema"), trace_schema()) else {
        println!("skipped: no copy of the schema of open-ocpp-trace, or no Python with jsonschema");
        return;
    };
    let checked = read(&python, "read_trace.py", &[arg(&trace), arg(&schema)]);
    assert!(checked.status.success(), "{}", err(&checked));
    assert!(out(&checked).starts_with("CALL="), "{}", out(&checked));
}

#[test]
fn a_gap_is_read_from_a_trace_as_from_the_run_it_is_of() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = conforming(dir.path());
    let trace = dir.path().join("trace.jsonl");
    run(&["export", arg(&run_dir), "--format", "open-ocpp-trace", "--out", arg(&trace)]);
    let gap = |from: &Path| {
        let gap = run(&["gap", "--archetype", "ac-wallbox", "--from", arg(from), "--format", "json"]);
        assert_eq!(code(&gap), 0, "{}", err(&gap));
        serde_json::from_str::<Value>(&out(&gap)).unwrap()
    };
    let of_trace = gap(&trace);
    assert_eq!(of_trace["station"], gap(&run_dir)["station"]);
    assert_eq!(of_trace["ocppVersion"], "2.0.1");
    std::fs::write(&trace, "{}\n").unwrap();
    let wrong = run(&["gap", "--from", arg(&trace)]);
    assert_eq!(code(&wrong), 2);
    assert!(err(&wrong).contains("line 1 of the trace"), "{}", err(&wrong));
}

#[test]
fn the_report_leads_from_a_failed_row_to_its_frames_in_a_browser() {
    let chromium = std::env::var_os("DIAGMARK_CHROMIUM").map_or("/usr/bin/chromium".into(), PathBuf::from);
    let python = Path::new("python3");
    if !chromium.exists() || Command::new(python).arg("--version").output().is_err() {
        println!("skipped: no Chromium at {}, or no python3", chromium.display());
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let report = failing(dir.path()).join("report.html");
    let seen = read(python, "click_report.py", &[arg(&chromium), arg(&report)]);
    assert!(seen.status.success(), "{}", err(&seen));
    let seen: Value = serde_json::from_str(&out(&seen)).unwrap();
    assert_eq!(seen["heading"], "NOT CONFORMING to level 1 (Inventory)");
    assert!(seen["frame"].as_str().unwrap().starts_with("[2,\""), "{seen}");
    assert!(seen["arrows"].as_u64().unwrap() > 0, "{seen}");
    assert!(seen["drawn"].as_u64().unwrap() < 2000, "{seen}");
}

#[test]
fn a_redacted_run_verifies_as_redacted_and_shows_nothing_it_hides() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = conforming(dir.path());
    let redacted = dir.path().join("handed-over");
    let made = run(&["export", arg(&run_dir), "--redact", "--out", arg(&redacted)]);
    assert_eq!(code(&made), 0, "{}", err(&made));
    let openings = dir.path().join("handed-over-openings.json");
    let openings: Value = serde_json::from_slice(&std::fs::read(openings).unwrap()).unwrap();
    let hidden = openings["openings"].as_array().unwrap();
    assert!(!hidden.is_empty(), "the reference station has a SIM card");
    assert!(out(&made).contains(&format!("{} text(s) hidden", hidden.len())), "{}", out(&made));
    for file in std::fs::read_dir(&redacted).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        // The published archetype names examples, which the reference station reports: they are no secret.
        let text: String = text.lines().filter(|l| !l.contains("\"kind\":\"input\"")).collect();
        for opening in hidden {
            let secret = opening["text"].as_str().unwrap();
            assert!(!text.contains(secret), "{secret} is still in {}", path.display());
        }
    }
    let verified = run(&["verify", arg(&redacted)]);
    assert_eq!(code(&verified), 0, "{}", err(&verified));
    assert!(err(&verified).starts_with("verified as redacted: "), "{}", err(&verified));
    let again = run(&["export", arg(&redacted), "--redact"]);
    assert!(err(&again).contains("is redacted already"), "{}", err(&again));
}

#[test]
fn a_redacted_run_that_is_touched_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = conforming(dir.path());
    let redacted = dir.path().join("handed-over");
    run(&["export", arg(&run_dir), "--redact", "--out", arg(&redacted)]);
    for (file, was, is, sentence) in [
        ("evidence.jsonl", "hidden-sim-1", "hidden-sim-2", "does not hold hidden-sim-1"),
        ("evidence.jsonl", "\"kind\":\"begin\"", "\"kind\":\"begln\"", "cannot be read"),
        ("result.json", "\"conforming\": true", "\"conforming\": false", "result.json was changed after"),
        ("redaction.json", "\"schemaVersion\": 1", "\"schemaVersion\": 7", "has format 7"),
    ] {
        let path = redacted.join(file);
        let whole = std::fs::read_to_string(&path).unwrap();
        assert!(whole.contains(was), "{was}");
        std::fs::write(&path, whole.replace(was, is)).unwrap();
        let verified = run(&["verify", arg(&redacted)]);
        assert_eq!(code(&verified), 4, "{file}: {}", err(&verified));
        assert!(err(&verified).contains(sentence), "{sentence}: {}", err(&verified));
        std::fs::write(&path, whole).unwrap();
    }
}
