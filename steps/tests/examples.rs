//! The wire examples of the guideline are frames of a run of the reference station: this is the run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::{run_of, session};
use ocpp::Version;
use spec::{Archetype, Declaration};
use std::path::Path;
use trace::Record;

#[tokio::test(start_paused = true)]
async fn the_examples_in_2_0_1_are_frames_of_the_reference_station() {
    compare(Version::V201).await;
}

#[tokio::test(start_paused = true)]
async fn the_examples_in_2_1_are_frames_of_the_reference_station() {
    compare(Version::V21).await;
}

/// Runs the scenarios of the examples and compares; `DIAGMARK_UPDATE=1` writes them instead.
async fn compare(version: Version) {
    let wanted = book::Example::scenarios(version).unwrap();
    let records = run(version, &wanted).await;
    let excerpt = book::excerpt(&records, &wanted);
    let missing: Vec<&String> =
        wanted.iter().filter(|w| !excerpt.iter().any(|e| e.scenario == **w)).collect();
    assert_eq!(missing, Vec::<&String>::new(), "scenarios that did not run");
    let text: String = excerpt.iter().map(|e| serde_json::to_string(e).unwrap() + "\n").collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../book/examples/run-{version}.jsonl"));
    if std::env::var_os("DIAGMARK_UPDATE").is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "{} is not what the reference station sends: DIAGMARK_UPDATE=1 cargo test -p steps --test examples",
        path.display()
    );
}

/// The reference station, judged in virtual time on the scenarios named and those they rest on.
async fn run(version: Version, wanted: &[String]) -> Vec<Record> {
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let declaration = Declaration::complete(&archetype);
    let mut session = session(archetype, declaration, 3, "hook");
    let ids = wanted.iter().filter_map(|w| w.split('/').next()).filter(|id| *id != "connect");
    // The monitoring report must be known to be right before anything about monitors is judged.
    let ids = ids.chain(["DX-BOOT-001", "DX-INV-001", "DX-MON-001", "DX-REP-001"]);
    session.options.select = Some(ids.map(|id| format!("@id:{id}")).collect::<Vec<_>>().join(" or "));
    run_of(session, version).await.records
}
