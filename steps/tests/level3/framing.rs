//! How station and suite take turns, what is refused, and what the station survives.

use crate::harness::judge_selected;
use crate::{trouble, trouble_without_rig};
use judge::Verdict;
use ocpp::Version;

const NOTHING: Vec<String> = Vec::new();

/// With some traffic to judge: an inventory, a report, events.
const TURNS: &str = "@id:DX-INV-001 or @id:DX-MON-001 or @id:DX-REP-001 or @id:DX-EVT-001 or @id:DX-EVT-009 or \
                     @id:DX-FRM-010 or @id:DX-FRA-001 or @id:DX-FRA-002 or @id:DX-FRA-003 or @id:DX-FRA-004 or @id:DX-FRA-005 or \
                     @id:DX-FRA-006";

const WRONG: &str = "@id:DX-ERR-001 or @id:DX-ERR-002 or @id:DX-ERR-003 or @id:DX-ERR-004 or @id:DX-ERR-005 or \
                     @id:DX-ERR-006 or @id:DX-ERR-007 or @id:DX-ERR-008 or @id:DX-ERR-020 or @id:DX-ERR-021 or \
                     @id:DX-ERR-022 or @id:DX-ERR-023 or @id:DX-ERR-024 or @id:DX-ERR-025 or @id:DX-ERR-026 or \
                     @id:DX-ERR-027 or @id:DX-ERR-030";

#[tokio::test(start_paused = true)]
async fn station_and_suite_take_turns() {
    assert_eq!(trouble(TURNS).await, NOTHING);
    // Nobody has presented a card to it then.
    let others = trouble_without_rig(TURNS).await.into_iter().filter(|line| !line.contains(": B-0226 "));
    assert_eq!(others.collect::<Vec<_>>(), NOTHING);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_refused_and_survived() {
    assert_eq!(trouble(WRONG).await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn every_row_about_framing_is_judged() {
    for version in Version::ALL {
        let outcome = judge_selected("ac-wallbox", version, &format!("{TURNS} or {WRONG}"), true).await;
        for row in 240..=248 {
            let row = format!("B-0{row}");
            let wanted = match (row.as_str(), version) {
                ("B-0247", Version::V21) => Verdict::NotApplicable,
                _ => Verdict::Pass,
            };
            let verdicts = outcome.on(&row);
            assert!(
                !verdicts.is_empty() && verdicts.iter().all(|v| *v == wanted),
                "{version} {row}: {verdicts:?}"
            );
        }
    }
}
