//! Restarts: on request, with a vehicle, without power.

use crate::{trouble, trouble_without_rig};

const NOTHING: Vec<String> = Vec::new();
const ON_REQUEST: &str = "@req:B-0361 or @req:B-0362 or @req:B-0363 or @req:B-0365 or @req:B-0368";
const WITH_RIG: &str = "@req:B-0364 or @req:B-0366 or @req:B-0367 or @req:B-0369";

#[tokio::test(start_paused = true)]
async fn restarts_on_request_are_judged_with_a_rig_and_without() {
    assert_eq!(trouble(ON_REQUEST).await, NOTHING);
    assert_eq!(trouble_without_rig(ON_REQUEST).await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn restarts_that_take_a_rig_are_judged() {
    assert_eq!(trouble(WITH_RIG).await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn without_a_rig_they_are_not_exercised() {
    let open = trouble_without_rig(WITH_RIG).await;
    // Five scenarios in two versions.
    assert_eq!(open.len(), 10, "{open:#?}");
    assert!(open.iter().all(|line| line.contains("not-exercised")), "{open:#?}");
}
