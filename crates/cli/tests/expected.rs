//! Failures that a firmware team knows of do not break its CI; whatever else there is does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::Value;
use spec::Archetype;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use support::{code, diagmark, err, listening, out, result, run};

/// Writes a declaration that has every condition of the archetype, or all but one.
fn declaration(dir: &Path, without: Option<&str>) -> PathBuf {
    let mut text =
        "schemaVersion: 1\narchetype: ac-wallbox\nproduct: { vendor: Diagmark, model: Reference }\n\
        conditions:\n"
            .to_owned();
    for condition in Archetype::load("ac-wallbox").unwrap().conditions {
        let answer = if without == Some(condition.id.as_str()) { "no" } else { "yes" };
        writeln!(text, "  {}: {answer}", condition.id).unwrap();
    }
    let path = dir.join(format!("declared-without-{}.yaml", without.unwrap_or("nothing")));
    std::fs::write(&path, text).unwrap();
    path
}

fn list(dir: &Path, entries: &str) -> PathBuf {
    let path = dir.join("expected.yaml");
    std::fs::write(&path, format!("schemaVersion: 1\narchetype: ac-wallbox\nexpectedFailures:\n{entries}"))
        .unwrap();
    path
}

/// The row that a station without a meter does not meet.
const METER: &str = "  - row: C-0110\n    reason: The meter is wired, and not reported before firmware 2.4.\n    \
    link: https://tickets.example/FW-1234\n";

struct Judged {
    code: i32,
    text: String,
    run: PathBuf,
}

/// Judges level 1 of a station that has no meter although one is declared.
fn judge_without_meter(dir: &Path, entries: &str) -> Judged {
    let (run, list) = (dir.join("run"), list(dir, entries));
    let (all, less) = (declaration(dir, None), declaration(dir, Some("meter")));
    let text = |p: &Path| p.to_str().unwrap().to_owned();
    let (run_text, list, all, less) = (text(&run), text(&list), text(&all), text(&less));
    let args = ["--level", "1", "--ocpp", "2.0.1", "--declaration", &all, "--expected-failures", &list];
    let waiting = listening(&[&args[..], &["--out", &run_text]].concat());
    let args = ["station", "--archetype", "ac-wallbox", "--id", "METERLESS", "--declaration", &less];
    let mut station = diagmark(&[&args[..], &["--connect", &waiting.url]].concat())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (code, text, _) = waiting.end();
    station.kill().unwrap();
    station.wait().unwrap();
    Judged { code, text, run }
}

fn expected(run: &Path) -> Value {
    result(run)["expectedFailures"].clone()
}

fn verify(run: &Path) -> (i32, String) {
    let verified = support::run(&["verify", run.to_str().unwrap()]);
    (code(&verified), err(&verified))
}

#[test]
fn a_station_that_fails_as_listed_succeeds_and_is_not_certified() {
    let dir = tempfile::tempdir().unwrap();
    let judged = judge_without_meter(dir.path(), METER);
    assert_eq!(judged.code, 0, "{}", judged.text);
    assert!(judged.text.starts_with("AS EXPECTED: 1 expected failure; not conforming\n"), "{}", judged.text);
    let result = result(&judged.run);
    assert_eq!((&result["conforming"], &result["level"]), (&Value::Bool(false), &Value::Null));
    let known = &expected(&judged.run)["failures"][0];
    assert_eq!((&known["row"], &known["evse"]), (&Value::from("C-0110"), &Value::from(1)));
    assert_eq!(known["link"], "https://tickets.example/FW-1234");
    let failed = &result["verdicts"][known["verdict"].as_u64().unwrap() as usize];
    assert_eq!((&failed["row"], &failed["verdict"]), (&Value::from("C-0110"), &Value::from("fail")));
    // The list is part of the evidence, and the same comes of it again.
    let evidence = std::fs::read_to_string(judged.run.join("evidence.jsonl")).unwrap();
    assert!(evidence.contains("\"role\":\"expected-failures\",\"name\":\"expected.yaml\""));
    let (code, said) = verify(&judged.run);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_failure_that_is_not_listed_fails_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = METER.replace("row: C-0110", "row: C-0110\n    evse: 7");
    let judged = judge_without_meter(dir.path(), &elsewhere);
    assert_eq!(judged.code, 1, "{}", judged.text);
    let first = "NOT AS EXPECTED: 1 failure not expected, 1 entry that matches nothing, ";
    assert!(judged.text.starts_with(first), "{}", judged.text);
    assert!(judged.text.contains("C-0110  evse 7: the run has verdicts on this row"), "{}", judged.text);
    assert_eq!(verify(&judged.run).0, 1);
}

#[test]
fn what_was_expected_cannot_be_changed_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let judged = judge_without_meter(dir.path(), METER);
    let path = judged.run.join("result.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("FW-1234", "FW-4321")).unwrap();
    let (code, said) = verify(&judged.run);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("expectedFailures in result.json is not what the evidence says"), "{said}");
}

/// Judges level 1 of the reference station, which meets every row.
fn judge_reference(dir: &Path, entries: &str) -> std::process::Output {
    let (list, run_dir) = (list(dir, entries), dir.join("run"));
    let args = ["certify", "--archetype", "ac-wallbox", "--station", "reference", "--level", "1"];
    let files = ["--expected-failures", list.to_str().unwrap(), "--out", run_dir.to_str().unwrap()];
    run(&[&args[..], &files].concat())
}

#[test]
fn what_passes_unexpectedly_fails_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let judged = judge_reference(dir.path(), METER);
    assert_eq!(code(&judged), 1, "{}", out(&judged));
    let first = "NOT AS EXPECTED: 1 unexpected pass; 0 expected failures; not conforming";
    assert!(out(&judged).starts_with(first), "{}", out(&judged));
    assert!(out(&judged).contains("Unexpected passes: 1 (remove the entry"), "{}", out(&judged));
    let result = result(&dir.path().join("run"));
    assert_eq!((&result["conforming"], &result["summary"]["fail"]), (&Value::Bool(false), &Value::from(0)));
}

#[test]
fn an_empty_list_leaves_a_run_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let judged = judge_reference(dir.path(), "  []\n");
    assert_eq!(code(&judged), 0, "{}", err(&judged));
    assert!(out(&judged).starts_with("CONFORMING to level 1"), "{}", out(&judged));
}

#[test]
fn a_list_with_a_mistake_is_refused_before_a_station_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    for (from, to, sentence) in [
        ("C-0110", "C-9110", "there is no row `C-9110` in `ac-wallbox`"),
        ("https://tickets.example/FW-1234", "\"\"", "`link` is empty"),
        ("reason:", "cause:", "unknown key `cause`"),
    ] {
        let judged = judge_reference(dir.path(), &METER.replace(from, to));
        assert_eq!((code(&judged), out(&judged)), (2, String::new()));
        assert!(err(&judged).contains(sentence), "{}", err(&judged));
    }
    let missing = run(&[
        "certify",
        "--archetype",
        "ac-wallbox",
        "--station",
        "reference",
        "--expected-failures",
        "nowhere.yaml",
    ]);
    assert_eq!(code(&missing), 2);
    assert!(err(&missing).contains("nowhere.yaml"), "{}", err(&missing));
}

#[test]
fn lint_knows_a_list_of_expected_failures() {
    let dir = tempfile::tempdir().unwrap();
    let fine = list(dir.path(), METER);
    let lint = run(&["lint", fine.to_str().unwrap()]);
    assert_eq!(code(&lint), 0, "{}", out(&lint));
    let twice = list(dir.path(), &METER.repeat(2));
    let lint = run(&["lint", twice.to_str().unwrap()]);
    assert_eq!(code(&lint), 2);
    assert!(
        out(&lint).contains("duplicate-entry") && out(&lint).contains("expected.yaml:7:"),
        "{}",
        out(&lint)
    );
}
