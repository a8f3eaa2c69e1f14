//! Periodic event streams (OCPP 2.1).

use crate::harness::judge_selected;
use crate::{trouble, trouble_without_rig};
use judge::Verdict;
use ocpp::Version;

const NOTHING: Vec<String> = Vec::new();

const ALL: &str = "@id:DX-STR-001 or @id:DX-STR-002 or @id:DX-STR-003 or @id:DX-STR-004 or @id:DX-STR-005 or \
                   @id:DX-STR-006 or @id:DX-STR-007 or @id:DX-STR-008 or @id:DX-STR-009 or @id:DX-STR-010 or \
                   @id:DX-STR-011 or @id:DX-STR-012 or @id:DX-STR-013 or @id:DX-STR-014 or @id:DX-STR-020 or \
                   @id:DX-STR-021 or @id:DX-STR-022 or @id:DX-STR-023";

#[tokio::test(start_paused = true)]
async fn the_reference_station_streams_as_it_must() {
    assert_eq!(trouble(ALL).await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn streams_need_no_rig() {
    assert_eq!(trouble_without_rig(ALL).await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn every_row_about_streams_is_judged() {
    let select = format!("{ALL} or @id:DX-FRM-010");
    let outcome = judge_selected("ac-wallbox", Version::V21, &select, true).await;
    for row in 233..=237 {
        let verdicts = outcome.on(&format!("B-0{row}"));
        assert_eq!(verdicts, [Verdict::Pass], "the messages about streams are valid: B-0{row}");
    }
    for row in 461..=477 {
        let row = format!("B-0{row}");
        // The reference station opens no stream that nobody asked for.
        let wanted = if row == "B-0476" { Verdict::NotApplicable } else { Verdict::Pass };
        let verdicts = outcome.on(&row);
        assert!(!verdicts.is_empty() && verdicts.iter().all(|v| *v == wanted), "{row}: {verdicts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn most_rows_look_at_one_stream() {
    let outcome = judge_selected("ac-wallbox", Version::V21, ALL, true).await;
    let opened = outcome.records.iter().filter(|r| {
        matches!(&r.body, trace::Body::Frame { dir: trace::Direction::Rx, raw, .. }
            if raw.contains("\"OpenPeriodicEventStream\""))
    });
    // One for the course, four for scenarios of their own, two over an interruption, one of them opened again,
    // and four to the station's limit.
    assert_eq!(opened.count(), 11);
}
