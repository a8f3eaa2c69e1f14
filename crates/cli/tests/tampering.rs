//! Evidence that was touched by accident or by somebody who knows the format: every change has a sentence, and
//! tampering is told apart from a suite that does not come to what was recorded.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use support::{code, err, run};

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

#[track_caller]
fn refused(dir: &Path, sentences: &[&str]) {
    let (code, said) = verify(dir);
    assert_eq!(code, 4, "{said}");
    for sentence in sentences {
        assert!(said.contains(sentence), "no {sentence:?} in: {said}");
    }
}

fn records(dir: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(dir.join("evidence.jsonl")).unwrap();
    text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// Writes records with numbers and a chain as if they had been recorded so, and makes the result name them: what
/// somebody would do who knows the format.
fn forge(dir: &Path, records: Vec<Value>) {
    let (mut prev, mut text) = ("0".repeat(64), String::new());
    let count = records.len();
    for (n, mut record) in records.into_iter().enumerate() {
        record["prev"] = json!(prev);
        record["n"] = json!(n);
        let line = record.to_string();
        prev = trace::hash_line(&line).0;
        text += &line;
        text.push('\n');
    }
    std::fs::write(dir.join("evidence.jsonl"), text).unwrap();
    result(dir, |r| {
        r["evidence"] = json!({"records": count, "hash": prev});
    });
}

fn result(dir: &Path, change: impl FnOnce(&mut Value)) {
    let path = dir.join("result.json");
    let mut result: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut result);
    std::fs::write(&path, serde_json::to_string_pretty(&result).unwrap() + "\n").unwrap();
}

fn position(records: &[Value], is: impl Fn(&Value) -> bool) -> usize {
    records.iter().position(is).unwrap()
}

/// Numbers that look random and are the same in every run of the test (xorshift64*).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % limit as u64).unwrap()
    }
}

fn every_flip_is_noticed(file: &str, flips: usize, seed: u64) {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = judged(dir.path());
    let path = run_dir.join(file);
    let whole = std::fs::read(&path).unwrap();
    let mut chance = Chance(seed);
    for _ in 0..flips {
        let (at, mask) = (chance.below(whole.len()), u8::try_from(chance.below(255) + 1).unwrap());
        let mut changed = whole.clone();
        changed[at] ^= mask;
        std::fs::write(&path, changed).unwrap();
        let (code, said) = verify(&run_dir);
        assert_eq!(code, 4, "byte {at} of {file} ^ {mask:#x} went unnoticed: {said}");
    }
    std::fs::write(&path, whole).unwrap();
    assert_eq!(verify(&run_dir).0, 0);
}

#[test]
fn any_byte_of_the_evidence_that_is_changed_is_noticed() {
    every_flip_is_noticed("evidence.jsonl", 60, 0x9E37_79B9_7F4A_7C15);
}

#[test]
fn any_byte_of_the_result_that_is_changed_is_noticed() {
    every_flip_is_noticed("result.json", 60, 0xD1B5_4A32_D192_ED03);
}

#[test]
fn white_space_and_times_in_the_result_are_not_free_either() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = judged(dir.path());
    let path = run_dir.join("result.json");
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, whole.replacen("  \"", "\t\"", 1)).unwrap();
    refused(&run_dir, &["is not the file that was written", "in line 2"]);
    std::fs::write(&path, whole.trim_end()).unwrap();
    refused(&run_dir, &["is not the file that was written"]);
    std::fs::write(&path, &whole).unwrap();
    result(&run_dir, |r| r["timing"]["waitingForStation"] = json!(99.5));
    refused(&run_dir, &["timing in result.json is not what the evidence says"]);
    std::fs::write(&path, whole).unwrap();
    result(&run_dir, |r| r["suite"]["commit"] = json!("0000000"));
    refused(&run_dir, &["suite in result.json is not what the evidence says"]);
}

#[test]
fn a_forged_request_is_a_divergence_and_no_broken_chain() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = judged(dir.path());
    let mut all = records(&run_dir);
    let at = position(&all, |r| r["dir"] == "tx" && r["lane"].is_number());
    let raw = all[at]["raw"].as_str().unwrap().replace("FullInventory", "SummaryInventory");
    assert_ne!(raw, all[at]["raw"]);
    all[at]["raw"] = json!(raw);
    forge(&run_dir, all);
    refused(&run_dir, &[&format!("replay diverged at record #{at}"), "the chain of the evidence is valid"]);
}

#[test]
fn a_forged_answer_gives_another_verdict_than_the_recorded_one() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = judged(dir.path());
    let mut all = records(&run_dir);
    let at = position(&all, |r| r["raw"].as_str().is_some_and(|raw| raw.contains("\"NotifyReport\"")));
    let raw = all[at]["raw"].as_str().unwrap().replacen("\"dataType\":\"", "\"dataType\":\"x", 1);
    all[at]["raw"] = json!(raw);
    forge(&run_dir, all);
    refused(&run_dir, &["replay diverged at record #", "the recording has the verdict pass"]);
}

#[test]
fn a_plan_that_was_shortened_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = judged(dir.path());
    let all = records(&run_dir);
    let lane = all.iter().rev().find(|r| r["kind"] == "verdict").unwrap()["lane"].clone();
    let row = all.iter().rev().find(|r| r["kind"] == "verdict").unwrap()["verdict"]["row"].clone();
    let kept: Vec<Value> = all.into_iter().filter(|r| r["lane"] != lane).collect();
    forge(&run_dir, kept);
    result(&run_dir, |r| {
        r["verdicts"].as_array_mut().unwrap().pop();
    });
    refused(&run_dir, &["the plan was shortened", row.as_str().unwrap(), &format!("item {lane}")]);
}

#[test]
fn evidence_of_another_suite_or_format_is_told_from_evidence_that_was_touched() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = judged(dir.path());
    let all = records(&run_dir);
    let mut other = all.clone();
    other[0]["features"] = json!("ab".repeat(32));
    forge(&run_dir, other);
    refused(&run_dir, &["recorded with other scenarios", "verify it with that suite"]);
    let mut other = all;
    other[0]["schemaVersion"] = json!(2);
    other[5]["kind"] = json!("something-new");
    forge(&run_dir, other);
    refused(&run_dir, &["record 0 says format 2, this suite reads format 1"]);
}

#[test]
fn a_result_of_another_archetype_names_the_record_that_says_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = judged(dir.path());
    let at = records(&run_dir).iter().rposition(|r| r["role"] == "archetype").unwrap();
    result(&run_dir, |r| r["archetype"]["version"] = json!("9.9.9"));
    refused(&run_dir, &["recorded with another archetype", &format!("record #{at} holds")]);
}

#[test]
fn an_archetype_that_only_bears_a_published_name_is_remarked_on() {
    let dir = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(support::root().join("archetypes/ac-wallbox.yaml")).unwrap();
    for file in ["common.yaml", "ac-wallbox.yaml"] {
        std::fs::copy(support::root().join("archetypes").join(file), dir.path().join(file)).unwrap();
    }
    let own = dir.path().join("ac-wallbox.yaml");
    std::fs::write(&own, format!("{text}\n# softened\n")).unwrap();
    let run_dir = dir.path().join("run");
    let args = ["certify", "--station", "reference", "--level", "1", "--archetype", own.to_str().unwrap()];
    let done = run(&[&args[..], &["--out", run_dir.to_str().unwrap()]].concat());
    assert_eq!(code(&done), 0, "{}", err(&done));
    let (code, said) = verify(&run_dir);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("is not the file this suite publishes under that name"), "{said}");
}

#[test]
fn a_line_that_pretends_to_be_redacted_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = judged(dir.path());
    let path = run_dir.join("evidence.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut record: Value = serde_json::from_str(&lines[20]).unwrap();
    record["redacted"] = json!(trace::hash_line(&lines[20]).0);
    record["t"] = json!("2020-01-01T00:00:00Z");
    lines[20] = record.to_string();
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    refused(&run_dir, &["record #20 says that something was hidden in it", "it was changed"]);
}

/// A limit on the size of files stands for a disk that is full: writing fails half way through a record.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_evidence_that_is_readable_up_to_there() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = dir.path().join("run");
    let command = format!(
        "trap '' XFSZ; ulimit -f 700; exec {} certify --archetype ac-wallbox --station reference --level 1 --out {}",
        env!("CARGO_BIN_EXE_diagmark"),
        run_dir.display()
    );
    let done = std::process::Command::new("sh")
        .args(["-c", &command])
        .current_dir(support::root())
        .output()
        .unwrap();
    assert_eq!(code(&done), 70, "{}", err(&done));
    assert!(err(&done).contains("the evidence file cannot be written"), "{}", err(&done));
    assert!(!run_dir.join("result.json").exists());
    refused(
        &run_dir,
        &["the evidence is incomplete: it ends at record", "the next one torn", "its chain is valid"],
    );
    let views = run(&["report", run_dir.to_str().unwrap()]);
    assert_eq!(code(&views), 0, "{}", err(&views));
    let report = std::fs::read_to_string(run_dir.join("report.html")).unwrap();
    assert!(report.contains("The run broke off: its evidence ends at record"), "the report does not say so");
    let junit = std::fs::read_to_string(run_dir.join("junit.xml")).unwrap();
    assert!(junit.contains("<failure type=\"not-conforming\""), "{}", &junit[..400]);
}
