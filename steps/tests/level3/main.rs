//! Level 3 against the reference station of each archetype, in virtual time, each run replayed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../harness/mod.rs"]
mod harness;

mod alerts;
mod hygiene;

/// Runs the scenarios a tag expression selects, on one AC and one DC archetype, in both versions, and says what did
/// not pass.
pub(crate) async fn trouble(select: &str) -> Vec<String> {
    let mut all = Vec::new();
    for archetype in ["ac-wallbox", "dc-hpc"] {
        for version in ocpp::Version::ALL {
            let outcome = harness::judge_selected(archetype, version, select, true).await;
            let lines = outcome.selected_trouble();
            all.extend(lines.into_iter().map(|line| format!("{archetype} {version}: {line}")));
        }
    }
    all
}
