//! Registration: what a station does until it is accepted, and what it sends on request.

use crate::{trouble, trouble_without_rig};

const NOTHING: Vec<String> = Vec::new();
const BOOTS: &str = "@req:B-0002 or @req:B-0003 or @req:B-0004 or @req:B-0005 or @req:B-0006 or @req:B-0007 or @req:B-0008 or @req:B-0009";

#[tokio::test(start_paused = true)]
async fn boots_that_are_put_off_or_rejected_are_judged() {
    assert_eq!(trouble(BOOTS).await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_for_is_judged() {
    assert_eq!(trouble("@req:B-0028 or @req:B-0029 or @req:B-0030").await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn no_boot_needs_a_rig() {
    assert_eq!(trouble_without_rig(BOOTS).await, NOTHING);
}

/// Each scenario brings about what it needs if no other has.
#[tokio::test(start_paused = true)]
async fn each_row_can_be_judged_alone() {
    for row in ["B-0003", "B-0005", "B-0006", "B-0009"] {
        assert_eq!(trouble_without_rig(&format!("@req:{row}")).await, NOTHING, "{row}");
    }
}
