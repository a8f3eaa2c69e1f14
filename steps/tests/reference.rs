//! The reference station passes every row it has a scenario for, live and replayed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::{judge_reference, judge_reference_without_rig};
use judge::{Stimulus, Verdict};
use ocpp::Version;
use steps::Suite;

#[tokio::test(start_paused = true)]
async fn level_1_of_the_reference_station_passes_in_2_0_1() {
    assert_eq!(judge_reference(Version::V201, 1).await.trouble(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn level_2_of_the_reference_station_passes_in_2_0_1() {
    assert_eq!(judge_reference(Version::V201, 2).await.trouble(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn level_2_of_the_reference_station_passes_in_2_1() {
    assert_eq!(judge_reference(Version::V21, 2).await.trouble(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_replay_reaches_every_verdict_again_without_the_station() {
    let live = judge_reference(Version::V21, 2).await;
    let again = steps::replay(live.records, Suite::embedded().unwrap()).await.unwrap();
    assert_eq!(again.run.verdicts, live.run.verdicts);
    assert!(!again.incomplete);
}

#[tokio::test(start_paused = true)]
async fn without_a_rig_the_events_are_judged_by_writing_what_may_be_written() {
    let outcome = judge_reference_without_rig(Version::V201, 2).await;
    let open: Vec<&str> = outcome
        .run
        .verdicts
        .iter()
        .filter(|v| v.outcome.verdict() != Verdict::Pass)
        .filter(|v| v.outcome.verdict() != Verdict::NotApplicable)
        .map(|v| v.subject.row.0.as_str())
        .collect();
    assert_eq!(open, ["B-0154"], "only a transaction needs a vehicle");
    let alert = outcome.run.verdicts.iter().find(|v| v.subject.row.0 == "B-0140").unwrap();
    assert_eq!(alert.subject.stimulus, Stimulus::Protocol);
}
