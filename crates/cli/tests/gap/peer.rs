//! A station that shares no line with the suite: the Python station in `tests/peers`.

use crate::support::{Waiting, root, waiting};
use crate::{err, json, out, run};
use serde_json::Value;
use spec::model::Answer;
use spec::{Archetype, Declaration, Source};
use std::path::PathBuf;
use std::process::{Child, Command};

/// A Python that has the packages of `tests/peers/requirements.txt`.
fn python() -> Option<PathBuf> {
    let named = std::env::var_os("DIAGMARK_PEER_PYTHON").map(PathBuf::from);
    let local = Some(root().join("tests/peers/.venv/bin/python")).filter(|p| p.exists());
    let found = named.or(local);
    if found.is_none() {
        println!("skipped: no Python with the packages of tests/peers/requirements.txt (CONTRIBUTING.md)");
    }
    found
}

fn peer(python: &PathBuf, at: &Waiting, version: &str) -> Child {
    Command::new(python)
        .args(["tests/peers/station.py", "--url", &at.url, "--id", "PEER01", "--ocpp", version])
        .args(["--patience", "2"])
        .current_dir(root())
        .spawn()
        .unwrap()
}

/// What a listening command says of the peer.
fn asked(python: &PathBuf, version: &str, args: &[&str]) -> (i32, String) {
    let listening = waiting(&[args, &["--listen", "127.0.0.1:0"]].concat());
    let mut peer = peer(python, &listening, version);
    let (code, text, err) = listening.end();
    assert!(peer.wait().unwrap().success());
    assert!(code < 2, "{code}: {err}");
    (code, text)
}

/// Rows that block, each once.
fn blocking(gap: &Value, of_its_own: bool) -> Vec<String> {
    let gaps = gap["gaps"].as_array().unwrap().iter();
    let chosen = gaps.filter(|g| g["blocking"] == true && g["behind"].is_null() == of_its_own);
    let mut rows: Vec<String> =
        chosen.map(|g| format!("{} {}", g["row"].as_str().unwrap(), g["action"].as_str().unwrap())).collect();
    rows.sort();
    rows.dedup();
    rows
}

#[test]
fn the_gap_of_the_independent_station_is_its_imperfections_and_no_more() {
    let Some(python) = python() else { return };
    for version in ["2.0.1", "2.1"] {
        let args = ["gap", "--declaration", "tests/peers/declaration.yaml", "--format", "json"];
        let (code, text) = asked(&python, version, &args);
        let gap = json(&text);
        assert_eq!(code, 1);
        let expected = [
            "C-0109 move-component",
            "C-0205 report-component",
            "M-0212 ship-monitor",
            "M-0261 correct-monitor",
            "V-0116 correct-variable",
            "V-0125 make-monitorable",
            "V-0152 correct-variable",
            "V-0163 correct-variable",
        ];
        assert_eq!(blocking(&gap, true), expected, "OCPP {version}");
        assert!(blocking(&gap, false).contains(&"V-0221 report-variable".to_owned()), "{text}");
        assert_eq!(gap["notes"].as_array().unwrap().len(), 0, "{}", gap["notes"]);
        assert!(
            gap["gaps"].as_array().unwrap().iter().all(|g| g["row"] != "V-0105" || g["blocking"] == false)
        );
    }
}

#[test]
fn a_first_declaration_of_the_independent_station_agrees_with_its_makers() {
    let Some(python) = python() else { return };
    let (code, text) = asked(&python, "2.0.1", &["declare", "--archetype", "ac-wallbox"]);
    assert_eq!(code, 0);
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let draft = Declaration::from_source(Source::new("draft.yaml", text.clone()), &archetype).unwrap();
    let makers = Declaration::load(root().join("tests/peers/declaration.yaml"), &archetype).unwrap();
    for condition in &archetype.conditions {
        let said = draft.answer(&condition.id);
        assert!(said == Answer::Unknown || said == makers.answer(&condition.id), "{}: {text}", condition.id);
    }
    let open: Vec<&str> = draft.answered(Answer::Unknown).collect();
    let silent = ["tls", "client-certificate", "event-streams", "data-collector", "shock-sensor", "ui-input"];
    assert_eq!(open, silent, "only what need not be reported is left open");
    assert_eq!(draft.product().unwrap().vendor, makers.product().unwrap().vendor);
    assert_eq!(draft.topology(), makers.topology());
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("draft.yaml");
    std::fs::write(&file, text).unwrap();
    let lint = run(&["lint", file.to_str().unwrap()]);
    assert_eq!(crate::code(&lint), 0, "{}", err(&lint));
    assert!(out(&lint).contains("0 error(s), 6 warning(s)"), "{}", out(&lint));
}
