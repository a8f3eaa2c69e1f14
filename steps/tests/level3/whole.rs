//! The reference station conforms to every archetype at level 3, in both versions; without a rig the same run judges the
//! same, but for the rows that need one.

use crate::harness::{Outcome, run_of, session};
use judge::{RowVerdict, Stimulus, Verdict};
use ocpp::{MonitorType, Version};
use spec::model::Provision;
use spec::{Archetype, Declaration};
use steps::Plan;
use steps::plan::Item;

/// In memory there is no TLS, so that no log can be uploaded by HTTPS: crates/cli/tests looks at that.
const OVER_TLS: &str = "B-0436";

/// Scenarios that use a rig where there is one, and that can do without on these archetypes: each has a number that is
/// prescribed as writable, and the suite writes it.
const WRITE_INSTEAD: [&str; 8] = [
    "DX-EVT-001",
    "DX-EVT-002",
    "DX-EVT-003",
    "DX-EVT-005",
    "DX-EVT-006",
    "DX-EVT-007",
    "DX-EVT-012",
    "DX-EVT-015",
];

/// Scenarios that need a rig and something that has a target, which only some archetypes ask for.
const WITH_A_TARGET: [&str; 2] = ["DX-EVV-002", "DX-EVV-003"];

/// Rows about the whole run that have no stimulus of their own and judge what only a rig brings about in it.
const BY_THE_WAY: [(&str, &str); 5] = [
    ("B-0226", "a station authorises whom somebody presents to it"),
    ("B-0305", "roll-ups follow from faults of the hardware"),
    ("B-0306", "as before: it compares roll-ups with their causes"),
    ("B-0308", "codes are those of faults of the hardware"),
    ("B-0331", "causes are named by what follows from faults of the hardware"),
];

async fn judged(archetype: &str, version: Version, binding: &str) -> (Plan, Outcome) {
    let archetype = Archetype::load(archetype).unwrap();
    let declaration = Declaration::complete(&archetype);
    let session = session(archetype, declaration, 3, binding);
    (session.plan(version).unwrap(), run_of(session, version).await)
}

/// Whether an item can only be judged with a rig, by its tags and by what its row says.
fn needs_a_rig(archetype: &Archetype, item: &Item) -> bool {
    let (row, scenario) = (item.subject.row.0.as_str(), item.subject.scenario.as_deref().unwrap_or_default());
    // A notification without a monitor shows when its fault occurs, and not before.
    let told_once =
        archetype.monitor(&item.subject.row).is_some_and(|(.., m)| m.provision == Provision::Notification);
    let able = !WITH_A_TARGET.contains(&scenario) || has_targets(archetype);
    let tagged = item.subject.stimulus == Stimulus::Hook && able && !WRITE_INSTEAD.contains(&scenario);
    let by_the_way = BY_THE_WAY.iter().any(|(of, _)| *of == row);
    item.settled.is_none() && row != OVER_TLS && (tagged || told_once || by_the_way)
}

fn has_targets(archetype: &Archetype) -> bool {
    let on_target = [MonitorType::TargetDelta, MonitorType::TargetDeltaRelative];
    let mut variables = archetype.components.iter().flat_map(|c| &c.variables);
    variables.any(|v| v.monitors.iter().any(|m| on_target.contains(&m.monitor_type)))
}

fn line(v: &RowVerdict) -> String {
    format!("{} ({}) {:?}", v.subject.row, v.subject.place, v.outcome)
}

async fn trouble(id: &str) -> Vec<String> {
    let archetype = Archetype::load(id).unwrap();
    let mut all = Vec::new();
    for version in Version::ALL {
        let (_, with) = judged(id, version, "hook").await;
        let others = with.trouble().into_iter().filter(|line| !line.starts_with(OVER_TLS));
        all.extend(others.map(|line| format!("{version}: {line}")));

        let (plan, without) = judged(id, version, "none").await;
        assert_eq!(plan.items.len(), without.run.verdicts.len());
        let pairs = with.run.verdicts.iter().zip(&without.run.verdicts);
        for (item, (with, without)) in plan.items.iter().zip(pairs) {
            let as_expected = if needs_a_rig(&archetype, item) {
                without.outcome.verdict() == Verdict::NotExercised
            } else {
                without.outcome.verdict() == with.outcome.verdict()
            };
            if !as_expected {
                all.push(format!("{version} without a rig: {}", line(without)));
            }
        }
    }
    all
}

macro_rules! conforms {
    ($($name:ident $id:literal)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            let trouble = trouble($id).await;
            assert!(trouble.is_empty(), "{} rows:\n{}", trouble.len(), trouble.join("\n"));
        }
    )*};
}

conforms! {
    the_ac_wallbox_conforms_and_without_a_rig_only_what_needs_one_is_open "ac-wallbox"
    the_dc_high_power_charger_conforms_and_without_a_rig_only_what_needs_one_is_open "dc-hpc"
    the_dc_cabinet_with_satellites_conforms_and_without_a_rig_only_what_needs_one_is_open "dc-satellite"
    the_megawatt_charger_conforms_and_without_a_rig_only_what_needs_one_is_open "megawatt"
}

#[test]
fn what_is_listed_here_exists() {
    let suite = steps::Suite::embedded().unwrap();
    let with_rig: Vec<&str> = suite
        .scenarios
        .iter()
        .filter(|s| s.tags.stimulus == Stimulus::Hook)
        .map(|s| s.tags.id.as_str())
        .collect();
    assert_eq!(WRITE_INSTEAD.iter().find(|id| !with_rig.contains(id)), None);
    let archetype = Archetype::load("ac-wallbox").unwrap();
    assert_eq!(BY_THE_WAY.iter().find(|(row, _)| archetype.behaviour(row).is_none()), None);
}
