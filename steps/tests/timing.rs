//! A run takes little longer than the time that its scenarios prescribe.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::judge_reference;
use ocpp::Version;

/// What a run may take for each second that is prescribed.
const MOST: f64 = 1.1;

/// The figures are those the run records in virtual time, so that a busy machine changes nothing.
async fn judge(version: Version) {
    let timing = judge_reference(version, 2).await.run.timing;
    assert!(!timing.mandated.is_zero(), "level 2 prescribes intervals: {timing:?}");
    assert!(timing.mandated <= timing.wall, "{timing:?}");
    assert!(timing.wall.as_secs_f64() <= MOST * timing.mandated.as_secs_f64(), "{timing:?}");
}

#[tokio::test(start_paused = true)]
async fn level_2_takes_little_more_than_its_prescribed_waits_in_2_0_1() {
    judge(Version::V201).await;
}

#[tokio::test(start_paused = true)]
async fn level_2_takes_little_more_than_its_prescribed_waits_in_2_1() {
    judge(Version::V21).await;
}
