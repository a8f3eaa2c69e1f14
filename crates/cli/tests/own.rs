//! A laboratory's own scenarios run beside the suite's, with the same lint, and are reported apart.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::Value;
use std::path::Path;
use std::process::Output;
use support::{code, err, out, result, run};

const OWN: &str = "\
Feature: What our laboratory looks at besides

  @id:LAB-INV-001 @req:B-0010 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
  Scenario: The full inventory can be asked for again
    When the full inventory is requested
    Then the request is accepted
    And the report arrives whole

  @id:LAB-INV-002 @req:B-0010 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
  Scenario: The full inventory is refused, which no good station does
    When the full inventory is requested
    Then the request is answered \"Rejected\"
";

fn write(dir: &Path, text: &str) -> String {
    let features = dir.join("features");
    std::fs::create_dir_all(&features).unwrap();
    std::fs::write(features.join("lab.feature"), text).unwrap();
    std::fs::write(features.join("notes.txt"), "not a feature file").unwrap();
    features.to_str().unwrap().to_owned()
}

/// Level 1 of the reference station, with own scenarios.
fn certify(dir: &Path, text: &str, more: &[&str]) -> Output {
    let (features, out) = (write(dir, text), dir.join("run"));
    let args = ["certify", "--archetype", "ac-wallbox", "--station", "reference", "--level", "1"];
    let files = ["--features", &features, "--out", out.to_str().unwrap()];
    run(&[&args[..], &files, more].concat())
}

fn scenarios(verdicts: &Value) -> Vec<(String, String)> {
    let text = |v: &Value, key: &str| v[key].as_str().unwrap_or_default().to_owned();
    verdicts.as_array().unwrap().iter().map(|v| (text(v, "scenario"), text(v, "verdict"))).collect()
}

#[test]
fn own_scenarios_are_reported_apart_and_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let judged = certify(dir.path(), OWN, &[]);
    assert_eq!(code(&judged), 0, "{}", out(&judged));
    assert!(out(&judged).starts_with("CONFORMING to level 1"), "{}", out(&judged));
    assert!(out(&judged).contains("Own scenarios: 1 pass, 1 fail (reported apart"), "{}", out(&judged));
    assert!(out(&judged).contains("fail  LAB-INV-002  B-0010  The full inventory is refused"));
    let result = result(&dir.path().join("run"));
    let own = [("LAB-INV-001", "pass"), ("LAB-INV-002", "fail")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(scenarios(&result["own"]), own);
    assert!(!scenarios(&result["verdicts"]).iter().any(|(id, _)| id.starts_with("LAB")));
    assert_eq!((&result["conforming"], &result["summary"]["fail"]), (&Value::Bool(true), &Value::from(0)));
}

#[test]
fn own_scenarios_are_replayed_from_the_evidence() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(code(&certify(dir.path(), OWN, &[])), 0);
    let run_dir = dir.path().join("run");
    // The files are gone: the evidence holds their text.
    std::fs::remove_dir_all(dir.path().join("features")).unwrap();
    let verified = run(&["verify", run_dir.to_str().unwrap()]);
    assert_eq!(code(&verified), 0, "{}", err(&verified));
    let path = run_dir.join("result.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\"verdict\": \"fail\"", "\"verdict\": \"pass\"", 1)).unwrap();
    let verified = run(&["verify", run_dir.to_str().unwrap()]);
    assert_eq!(code(&verified), 4, "{}", err(&verified));
    assert!(
        err(&verified).contains("own in result.json is not what the evidence says"),
        "{}",
        err(&verified)
    );
}

#[test]
fn own_scenarios_are_selected_like_any_other() {
    let dir = tempfile::tempdir().unwrap();
    let judged = certify(dir.path(), OWN, &["--select", "@id:DX-INV-001"]);
    assert_eq!(code(&judged), 0, "{}", out(&judged));
    let result = result(&dir.path().join("run"));
    assert!(scenarios(&result["own"]).iter().all(|(_, verdict)| verdict == "not-exercised"));
}

#[test]
fn a_run_of_own_scenarios_alone_judges_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let judged = certify(dir.path(), OWN, &["--select", "@id:LAB-INV-001"]);
    assert_eq!(code(&judged), 3, "{}", out(&judged));
    assert!(out(&judged).starts_with("NOTHING JUDGED: no verdict of the suite"), "{}", out(&judged));
    assert!(out(&judged).contains("pass  LAB-INV-001"), "{}", out(&judged));
}

#[test]
fn the_plan_shows_own_scenarios_apart() {
    let dir = tempfile::tempdir().unwrap();
    let plan = certify(dir.path(), OWN, &["--plan"]);
    assert_eq!(code(&plan), 0, "{}", err(&plan));
    let (suite, own) = out(&plan)
        .split_once("Own scenarios, reported apart:")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    assert!(suite.contains("DX-INV-001") && !suite.contains("LAB-"), "{suite}");
    assert!(own.contains("LAB-INV-002") && own.contains("2 planned, 2 to run"), "{own}");
}

#[track_caller]
fn refused(from: &str, to: &str, sentence: &str) {
    let dir = tempfile::tempdir().unwrap();
    let judged = certify(dir.path(), &OWN.replace(from, to), &[]);
    assert_eq!((code(&judged), out(&judged)), (2, String::new()));
    assert!(err(&judged).contains(sentence), "{}", err(&judged));
    assert!(err(&judged).contains("lab.feature:"), "{}", err(&judged));
}

#[test]
fn own_scenarios_with_a_mistake_are_refused() {
    refused("LAB-INV-002", "DX-INV-002", "DX-… is the suite's own: use another prefix");
    refused("LAB-INV-002", "LAB-INV-001", "ids are never shared");
    refused("the full inventory is requested", "the inventory is wanted", "is no phrase of the suite");
    refused("@req:B-0010", "@req:B-9999", "no row B-9999");
    refused("@level:1", "@level:1 @wip", "unknown tag @wip");
}

#[test]
fn a_directory_without_feature_files_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let args = ["certify", "--archetype", "ac-wallbox", "--plan", "--features"];
    for (path, sentence) in
        [(path, "there is no *.feature file in it"), ("nowhere", "nowhere cannot be read")]
    {
        let judged = run(&[&args[..], &[path]].concat());
        assert_eq!(code(&judged), 2);
        assert!(err(&judged).contains(sentence), "{}", err(&judged));
    }
}

#[test]
fn lint_checks_own_scenarios_too() {
    let dir = tempfile::tempdir().unwrap();
    let features = write(dir.path(), OWN);
    let lint = run(&["lint", &features]);
    assert_eq!(code(&lint), 0, "{}", out(&lint));
    write(dir.path(), &OWN.replace("@req:B-0010", "@req:B-9999").replace("arrives whole", "arrives"));
    let lint = run(&["lint", &features]);
    assert_eq!(code(&lint), 2);
    for sentence in ["lab.feature:4", "\"the report arrives\" is no phrase", "@req:B-9999: no archetype has"]
    {
        assert!(out(&lint).contains(sentence), "{sentence}: {}", out(&lint));
    }
}

#[test]
fn lint_reads_the_other_files_beside_own_scenarios() {
    let dir = tempfile::tempdir().unwrap();
    let features = write(dir.path(), OWN);
    let list = "schemaVersion: 1\nexpectedFailures:\n  - { row: B-0010, reason: Known., link: \"\" }\n";
    std::fs::write(Path::new(&features).join("expected.yaml"), list).unwrap();
    let lint = run(&["lint", &features]);
    assert_eq!(code(&lint), 2);
    assert!(out(&lint).contains("`link` is empty"), "{}", out(&lint));
}
