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

#[tokio::test(start_paused = true)]
async fn zzz_show() {
    for bench in [true, false] {
        let outcome = crate::harness::judge_selected("ac-wallbox", ocpp::Version::V21, "@req:B-0002 or @req:B-0003 or @req:B-0004 or @req:B-0005 or @req:B-0006 or @req:B-0007 or @req:B-0008 or @req:B-0009 or @req:B-0028 or @req:B-0029 or @req:B-0030 or @req:B-0341 or @req:B-0342 or @req:B-0343 or @req:B-0344 or @req:B-0345 or @req:B-0346 or @req:B-0347 or @req:B-0348 or @req:B-0349 or @req:B-0350 or @req:B-0351 or @req:B-0352 or @req:B-0353 or @req:B-0361 or @req:B-0362 or @req:B-0363 or @req:B-0364 or @req:B-0365 or @req:B-0366 or @req:B-0367 or @req:B-0368 or @req:B-0369", bench).await;
        for v in &outcome.run.verdicts {
            let s = v.subject.scenario.clone().unwrap_or_default();
            if ["DX-REG", "DX-TRG", "DX-OFF", "DX-RST"].iter().any(|p| s.starts_with(p)) {
                println!("{bench} {s} {} {:?}", v.subject.row, v.outcome);
            }
        }
        println!("{:?} obs {:?}", outcome.run.timing, outcome.run.observations);
        if bench {
            std::fs::write(
                "/tmp/boots.jsonl",
                outcome.records.iter().map(|r| serde_json::to_string(r).unwrap() + "\n").collect::<String>(),
            )
            .unwrap();
        }
    }
}
