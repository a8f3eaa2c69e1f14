//! The command as a person uses it: what it prints, where, and the exit code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use support::{code, diagmark, err, listening, out, result, run};

fn certify_reference(dir: &std::path::Path, more: &[&str]) -> std::process::Output {
    let mut args = vec!["certify", "--archetype", "ac-wallbox", "--station", "reference", "--out"];
    args.push(dir.to_str().unwrap());
    args.extend(more);
    run(&args)
}

#[test]
fn the_reference_station_reaches_level_1() {
    let dir = tempfile::tempdir().unwrap();
    let run = certify_reference(&dir.path().join("run"), &["--level", "1"]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert!(out(&run).starts_with("CONFORMING to level 1 (Inventory)"), "{}", out(&run));
    let result = result(&dir.path().join("run"));
    assert_eq!(result["conforming"], true);
    assert_eq!(result["level"], 1);
    for key in ["wall", "waitingForStation", "mandated"] {
        assert!(result["timing"][key].is_number(), "{key}");
    }
}

#[test]
fn a_partial_run_certifies_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let run = certify_reference(&dir.path().join("run"), &["--level", "1", "--impact", "read-only"]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let result = result(&dir.path().join("run"));
    assert_eq!(result["partial"], true);
    assert_eq!(result["conforming"], false);
    assert!(result["level"].is_null());
}

#[test]
fn a_selection_needs_not_name_what_it_rests_on() {
    let dir = tempfile::tempdir().unwrap();
    let run = certify_reference(&dir.path().join("run"), &["--select", "@ocpp:N04.FR.10"]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let result = result(&dir.path().join("run"));
    let of_row = |v: &&serde_json::Value| v["row"] == "B-0112";
    let verdicts = result["verdicts"].as_array().unwrap();
    assert!(verdicts.iter().filter(of_row).all(|v| v["verdict"] == "pass"));
    assert!(verdicts.iter().any(|v| v["row"] == "B-0113" && v["reason"] == "left out by --select"));
}

#[test]
fn json_on_request() {
    let dir = tempfile::tempdir().unwrap();
    let run = certify_reference(&dir.path().join("run"), &["--level", "1", "--format", "json"]);
    let printed: serde_json::Value = serde_json::from_str(&out(&run)).unwrap();
    assert_eq!(printed, result(&dir.path().join("run")));
}

#[test]
fn a_run_directory_is_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    certify_reference(&dir.path().join("run"), &["--level", "1"]);
    let again = certify_reference(&dir.path().join("run"), &["--level", "1"]);
    assert_eq!(code(&again), 2);
    assert!(
        err(&again).contains("holds a run already: name another directory with --out"),
        "{}",
        err(&again)
    );
}

#[test]
fn without_a_station_it_says_what_it_waits_for_and_gives_up() {
    let dir = tempfile::tempdir().unwrap();
    let args = ["certify", "--archetype", "ac-wallbox", "--listen", "127.0.0.1:0", "--wait", "1s", "--out"];
    let run = run(&[&args[..], &[dir.path().join("run").to_str().unwrap()]].concat());
    assert_eq!(code(&run), 3);
    let said = err(&run);
    assert!(said.contains("waiting up to 1 s for a station to connect to ws://127.0.0.1:"), "{said}");
    assert!(said.contains("no station connected within 1 s"), "{said}");
    let verified = support::run(&["verify", dir.path().join("run").to_str().unwrap()]);
    assert_eq!(code(&verified), 3, "{}", err(&verified));
}

#[test]
fn a_station_started_by_hand_is_judged() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let complete = dir.path().join("declaration.yaml");
    std::fs::write(&complete, everything_declared()).unwrap();
    let declaration = complete.to_str().unwrap();
    let args =
        ["--level", "1", "--ocpp", "2.1", "--declaration", declaration, "--out", run.to_str().unwrap()];
    let waiting = listening(&args);
    let args =
        ["station", "--archetype", "ac-wallbox", "--connect", &waiting.url, "--id", "CS001", "--ocpp", "2.1"];
    let mut station = diagmark(&args).stderr(std::process::Stdio::null()).spawn().unwrap();
    let (code, text, said) = waiting.end();
    station.kill().unwrap();
    station.wait().unwrap();
    assert_eq!(code, 0, "{text}{said}");
    assert!(said.contains("CS001 connected from 127.0.0.1:"), "{said}");
}

/// A declaration that answers every condition of the archetype with yes.
fn everything_declared() -> String {
    let archetype = spec::Archetype::load("ac-wallbox").unwrap();
    let answers = archetype.conditions.iter().map(|c| format!("  {}: yes\n", c.id)).collect::<String>();
    format!(
        "schemaVersion: 1\narchetype: ac-wallbox\nproduct:\n  vendor: Diagmark\n  model: Reference\nconditions:\n{answers}"
    )
}

#[test]
fn an_undeclared_condition_leaves_its_rows_open() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let waiting = listening(&["--level", "1", "--ocpp", "2.0.1", "--out", run.to_str().unwrap()]);
    let args = ["station", "--archetype", "ac-wallbox", "--connect", &waiting.url, "--id", "CS001"];
    let mut station = diagmark(&args).stderr(std::process::Stdio::null()).spawn().unwrap();
    let (code, text, _) = waiting.end();
    station.kill().unwrap();
    station.wait().unwrap();
    assert_eq!(code, 1);
    assert!(text.contains("the declaration does not answer"), "{text}");
}

#[test]
fn the_plan_is_printed_before_anything_is_sent() {
    let plan = run(&["certify", "--archetype", "ac-wallbox", "--plan", "--level", "1"]);
    assert_eq!(code(&plan), 0);
    assert!(out(&plan).starts_with("row "), "{}", out(&plan));
    assert!(out(&plan).contains("DX-INV-010"));
}

#[track_caller]
fn wrong(args: &[&str], sentence: &str) {
    let run = run(args);
    assert_eq!(code(&run), 2, "{}", err(&run));
    assert!(err(&run).contains(sentence), "{}", err(&run));
    assert_eq!(out(&run), "");
}

#[test]
fn bad_input_gets_one_clear_error_and_code_2() {
    let reference = ["certify", "--station", "reference", "--archetype"];
    wrong(&[&reference[..], &["ac-walbox"]].concat(), "ac-wallbox");
    wrong(&[&reference[..], &["README.md"]].concat(), "README.md");
    wrong(&[&reference[..], &["ac-wallbox", "--select", "@a and"]].concat(), "is no tag expression");
    wrong(
        &[&reference[..], &["ac-wallbox", "--impact", "gentle"]].concat(),
        "use read-only, restores or disruptive",
    );
    wrong(&[&reference[..], &["ac-wallbox", "--ocpp", "1.6"]].concat(), "use 2.0.1 or 2.1");
    wrong(&[&reference[..], &["ac-wallbox", "--level", "4"]].concat(), "4 is not in 1..=3");
    wrong(&[&reference[..], &["ac-wallbox", "--declaration", "nowhere.yaml"]].concat(), "nowhere.yaml");
    wrong(&["certify", "--archetype", "ac-wallbox"], "--station");
    wrong(&["certify", "--archetype", "ac-wallbox", "--listen", "everywhere"], "everywhere");
    wrong(&["verify", "nowhere"], "nowhere");
    wrong(&["station", "--archetype", "ac-wallbox", "--connect", "http://x", "--id", "A"], "ws://");
}

#[test]
fn nothing_selected_is_nothing_judged() {
    let args =
        ["certify", "--station", "reference", "--archetype", "ac-wallbox", "--select", "@needs:nothing"];
    let run = run(&args);
    assert_eq!(code(&run), 3, "{}", err(&run));
}

#[test]
fn the_files_of_the_repository_are_free_of_findings() {
    let lint = run(&["lint"]);
    assert_eq!(code(&lint), 0, "{}", out(&lint));
}

#[test]
fn a_mistake_in_a_file_is_shown_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(support::root().join("archetypes/ac-wallbox.yaml")).unwrap();
    let file = dir.path().join("ac-wallbox.yaml");
    std::fs::write(&file, text.replacen("at: connector", "at: plug", 1)).unwrap();
    let lint = run(&["lint", file.to_str().unwrap()]);
    assert_eq!(code(&lint), 2);
    assert!(out(&lint).contains("ac-wallbox.yaml:"), "{}", out(&lint));
    assert!(out(&lint).contains("plug"), "{}", out(&lint));
    let lint = run(&["lint", "nowhere.yaml"]);
    assert_eq!((code(&lint), out(&lint).contains("nowhere.yaml")), (2, true), "{}", out(&lint));
    let feature = dir.path().join("x.feature");
    std::fs::write(&feature, "Feature: F\n  Scenario: S\n    Given nothing\n").unwrap();
    let lint = run(&["lint", feature.to_str().unwrap()]);
    assert_eq!(code(&lint), 2);
    assert!(out(&lint).contains("x.feature:2"), "{}", out(&lint));
}
