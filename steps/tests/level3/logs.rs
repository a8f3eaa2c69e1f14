//! Logs, uploaded to servers in memory.

use crate::harness::judge_selected;
use crate::trouble;
use judge::Verdict;
use ocpp::Version;

const NOTHING: Vec<String> = Vec::new();

#[tokio::test(start_paused = true)]
async fn a_log_arrives_and_its_course_is_told() {
    let rows = "@req:B-0421 or @req:B-0422 or @req:B-0423 or @req:B-0424 or @req:B-0430 or @req:B-0431";
    assert_eq!(trouble(rows).await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_tried_again_and_told_and_what_is_given_up_is_told_too() {
    let rows = "@req:B-0425 or @req:B-0426 or @req:B-0427 or @req:B-0428 or @req:B-0429";
    assert_eq!(trouble(rows).await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn a_file_goes_to_its_place_with_its_credentials_and_nowhere_else() {
    let rows = "@req:B-0432 or @req:B-0433 or @req:B-0434 or @req:B-0435";
    assert_eq!(trouble(rows).await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn the_log_of_a_data_collector_that_is_switched_off_is_asked_for_again() {
    let outcome = judge_selected("megawatt", Version::V21, "@req:B-0435", true).await;
    assert_eq!(outcome.on("B-0435"), [Verdict::Pass], "{:?}", outcome.selected_trouble());
}

#[tokio::test(start_paused = true)]
async fn each_row_on_logs_is_judged_and_nothing_of_it_is_void_but_tls() {
    let rows: Vec<String> = (421..=436).map(|n| format!("@req:B-0{n}")).collect();
    let outcome = judge_selected("ac-wallbox", Version::V21, &rows.join(" or "), true).await;
    let of_logs = |v: &&judge::RowVerdict| {
        v.subject.scenario.as_deref().is_some_and(|s| s.starts_with("DX-LOG"))
            && v.outcome.verdict() != Verdict::Pass
    };
    let others: Vec<String> = outcome
        .run
        .verdicts
        .iter()
        .filter(of_logs)
        .map(|v| format!("{} {:?}", v.subject.row, v.outcome))
        .collect();
    assert_eq!(others.len(), 1, "{others:#?}");
    assert!(others[0].starts_with("B-0436 NotExercised"), "{others:#?}");
}
