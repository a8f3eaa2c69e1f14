//! Evidence that was touched, cut or never finished is told apart from evidence that holds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use support::{code, diagmark, err, run};

/// A run of level 1 against the reference station.
fn judged(dir: &Path) -> PathBuf {
    let run_dir = dir.join("run");
    let args = ["certify", "--archetype", "ac-wallbox", "--station", "reference", "--level", "1", "--out"];
    let done = run(&[&args[..], &[run_dir.to_str().unwrap()]].concat());
    assert_eq!(code(&done), 0, "{}", err(&done));
    run_dir
}

fn verify(dir: &Path) -> (i32, String) {
    let verified = run(&["verify", dir.to_str().unwrap()]);
    (code(&verified), err(&verified))
}

fn change(dir: &Path, file: &str, change: impl FnOnce(String) -> String) {
    let path = dir.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, change(text)).unwrap();
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

#[test]
fn an_untouched_run_verifies() {
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = verify(&judged(dir.path()));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("reached again without the station"), "{said}");
}

#[test]
fn a_changed_record_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let run = judged(dir.path());
    change(&run, "evidence.jsonl", |text| {
        let all = lines(&text);
        let changed = all[20].replacen("2026", "2025", 1).replacen("2027", "2025", 1);
        assert_ne!(changed, all[20]);
        [&all[..20], &[&changed], &all[21..]].concat().join("\n") + "\n"
    });
    let (code, said) = verify(&run);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("record 20 was changed"), "{said}");
}

#[test]
fn the_last_record_is_protected_by_the_result() {
    let dir = tempfile::tempdir().unwrap();
    let run = judged(dir.path());
    change(&run, "evidence.jsonl", |text| text.replacen("\"why\":\"complete\"", "\"why\":\"completf\"", 1));
    let (code, said) = verify(&run);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("the last, was changed"), "{said}");
}

#[test]
fn removed_and_reordered_records_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let run = judged(dir.path());
    let whole = std::fs::read_to_string(run.join("evidence.jsonl")).unwrap();
    let all = lines(&whole);
    let without = [&all[..30], &all[31..]].concat().join("\n") + "\n";
    let swapped = [&all[..30], &[all[31], all[30]], &all[32..]].concat().join("\n") + "\n";
    let shorter = all[..all.len() - 1].join("\n") + "\n";
    for (text, sentence) in [(without, "record 29"), (swapped, "record 29"), (shorter, "removed")] {
        std::fs::write(run.join("evidence.jsonl"), text).unwrap();
        let (code, said) = verify(&run);
        assert_eq!(code, 4, "{said}");
        assert!(said.contains(sentence), "{said}");
    }
}

#[test]
fn a_verdict_changed_in_the_result_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let run = judged(dir.path());
    change(&run, "result.json", |text| text.replacen("\"verdict\": \"pass\"", "\"verdict\": \"fail\"", 1));
    let (code, said) = verify(&run);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("verdict 0 of result.json says fail on B-0001, the evidence says pass"), "{said}");
}

#[test]
fn a_number_changed_in_the_result_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let run = judged(dir.path());
    change(&run, "result.json", |text| text.replacen("\"conforming\": true", "\"conforming\": false", 1));
    let (code, said) = verify(&run);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("conforming in result.json is not what the evidence says"), "{said}");
}

#[test]
fn a_killed_run_is_readable_up_to_where_it_was_killed() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let args = ["certify", "--archetype", "ac-wallbox", "--station", "reference", "--level", "2", "--out"];
    let args = [&args[..], &[run.to_str().unwrap()]].concat();
    let mut child = diagmark(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // Somewhere in the middle: the file grows, the run is not over.
    let evidence = run.join("evidence.jsonl");
    let long_enough = || std::fs::metadata(&evidence).is_ok_and(|m| m.len() > 400_000);
    while !long_enough() {
        assert!(child.try_wait().unwrap().is_none(), "the run ended before it could be killed");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (code, said) = verify(&run);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("the evidence is incomplete"), "{said}");
    assert!(said.contains("its chain is valid"), "{said}");
}

#[test]
fn an_interrupted_run_ends_in_an_orderly_way() {
    let dir = tempfile::tempdir().unwrap();
    let run = dir.path().join("run");
    let args = ["certify", "--archetype", "ac-wallbox", "--station", "reference", "--level", "2", "--out"];
    let args = [&args[..], &[run.to_str().unwrap()]].concat();
    let mut child = diagmark(&args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let evidence = run.join("evidence.jsonl");
    while !std::fs::metadata(&evidence).is_ok_and(|m| m.len() > 400_000) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.unwrap().success());
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{text}");
    assert_eq!(support::result(&run)["interrupted"], true);
    let (code, said) = verify(&run);
    assert_eq!(code, 1, "{said}");
    assert!(said.starts_with("verified"), "{said}");
}
