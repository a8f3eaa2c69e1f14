//! Level 3 against the reference station of each archetype, in virtual time, each run replayed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../harness/mod.rs"]
mod harness;

mod alerts;
mod availability;
mod boots;
mod customers;
mod framing;
mod hygiene;
mod logs;
mod monitoring;
mod offline;
mod requests;
mod restarts;
mod security;
mod streams;
mod transactions;
mod whole;

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

/// The same, as a laboratory without a rig runs them.
pub(crate) async fn trouble_without_rig(select: &str) -> Vec<String> {
    let mut all = Vec::new();
    for version in ocpp::Version::ALL {
        let outcome = harness::judge_selected("ac-wallbox", version, select, false).await;
        all.extend(outcome.selected_trouble().into_iter().map(|line| format!("{version}: {line}")));
    }
    all
}

/// Runs the scenarios with these ids, with a rig on one AC and one DC archetype or without one, in both versions, and
/// says which did not pass, also where nothing was applicable.
pub(crate) async fn not_passed(ids: &[&str], rig: bool) -> Vec<String> {
    let select = ids.iter().map(|id| format!("@id:{id}")).collect::<Vec<_>>().join(" or ");
    let mut all = Vec::new();
    for archetype in if rig { vec!["ac-wallbox", "dc-hpc"] } else { vec!["ac-wallbox"] } {
        for version in ocpp::Version::ALL {
            let outcome = harness::judge_selected(archetype, version, &select, rig).await;
            let of = |v: &&judge::RowVerdict| {
                v.subject.scenario.as_deref().is_some_and(|id| ids.contains(&id))
                    && v.outcome.verdict() != judge::Verdict::Pass
            };
            let lines = outcome.run.verdicts.iter().filter(of);
            all.extend(lines.map(|v| {
                let id = v.subject.scenario.as_deref().unwrap_or_default();
                format!("{archetype} {version}: {id} {:?}", v.outcome)
            }));
        }
    }
    all
}
