//! Outages: what is delivered after them, and what is not said again.

use crate::{trouble, trouble_without_rig};

const NOTHING: Vec<String> = Vec::new();
const OUTAGES: &str = "@req:B-0341 or @req:B-0342 or @req:B-0343 or @req:B-0344 or @req:B-0345 or @req:B-0346 or @req:B-0347 or @req:B-0348 or @req:B-0349 or @req:B-0350 or @req:B-0351 or @req:B-0352 or @req:B-0353";

#[tokio::test(start_paused = true)]
async fn outages_are_judged() {
    assert_eq!(trouble(OUTAGES).await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn only_alerts_offline_need_a_rig() {
    let open = trouble_without_rig(OUTAGES).await;
    assert!(open.iter().all(|line| line.contains("B-0343") || line.contains("B-0353")), "{open:#?}");
    assert!(
        open.iter().all(|line| line.contains("not-exercised") || line.contains("B-0343 stands in the way"))
    );
}

#[tokio::test(start_paused = true)]
async fn each_row_can_be_judged_alone() {
    for row in ["B-0345", "B-0347", "B-0350", "B-0351", "B-0353"] {
        assert_eq!(trouble(&format!("@req:{row}")).await, NOTHING, "{row}");
    }
}
