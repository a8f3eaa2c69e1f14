//! How the CSMS answers by itself, in virtual time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use net::csms::{BootStatus, Policy, Treatment};
use net::{CsmsConfig, Received, StationLink};
use std::time::Duration;
use support::{Bench, LANE, next};
use trace::{Body, CloseWith, Closer};

async fn call(link: &mut StationLink, id: u32, action: &str) {
    link.send(format!(r#"[2,"{id}","{action}",{{}}]"#)).await.unwrap();
}

async fn pair(policy: Policy) -> (Bench, StationLink) {
    let bench = Bench::new(CsmsConfig::default());
    bench.csms.set_policy(LANE, policy);
    let link = bench.station().await;
    (bench, link)
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_comes_at_its_time_and_holds_up_no_other() {
    let policy = Policy::default().with("NotifyEvent", Treatment::Late { ms: 2500 });
    let (bench, mut link) = pair(policy).await;
    call(&mut link, 1, "NotifyEvent").await;
    call(&mut link, 2, "Heartbeat").await;
    assert_eq!(next(&mut link).await[1], "2");
    assert_eq!(bench.log.clock().elapsed(), Duration::ZERO);
    assert_eq!(next(&mut link).await[1], "1");
    assert_eq!(bench.log.clock().elapsed(), Duration::from_millis(2500));
}

#[tokio::test(start_paused = true)]
async fn late_answers_keep_their_order() {
    let (_bench, mut link) = pair(Policy { others: Treatment::Late { ms: 50 }, ..Policy::default() }).await;
    for id in 0..200 {
        call(&mut link, id, "NotifyEvent").await;
    }
    for id in 0..200 {
        assert_eq!(next(&mut link).await[1], id.to_string());
    }
}

#[tokio::test(start_paused = true)]
async fn a_withheld_answer_never_comes_and_the_connection_lives_on() {
    let (bench, mut link) = pair(Policy::default().with("NotifyEvent", Treatment::Withhold)).await;
    call(&mut link, 1, "NotifyEvent").await;
    call(&mut link, 2, "Heartbeat").await;
    assert_eq!(next(&mut link).await[1], "2");
    assert!(tokio::time::timeout(Duration::from_secs(3600), link.recv()).await.is_err());
    bench.csms.set_policy(LANE, Policy::default());
    call(&mut link, 3, "NotifyEvent").await;
    assert_eq!(next(&mut link).await[1], "3");
}

#[tokio::test(start_paused = true)]
async fn a_pending_station_is_refused_what_it_was_not_asked_for() {
    let (bench, mut link) = pair(Policy::boot(BootStatus::Pending, Some(5))).await;
    call(&mut link, 1, "BootNotification").await;
    let told = next(&mut link).await;
    assert_eq!((&told[2]["status"], &told[2]["interval"]), (&"Pending".into(), &5.into()));
    call(&mut link, 2, "NotifyEvent").await;
    assert_eq!(next(&mut link).await[2], "SecurityError");
    let trigger = serde_json::json!({"requestedMessage": "Heartbeat"});
    bench.csms.call(LANE, "t", "TriggerMessage", trigger).await;
    assert_eq!(next(&mut link).await[2], "TriggerMessage");
    call(&mut link, 3, "Heartbeat").await;
    assert_eq!(next(&mut link).await[0], 3);
    bench.csms.set_policy(LANE, Policy::default());
    call(&mut link, 4, "BootNotification").await;
    assert_eq!(next(&mut link).await[2]["status"], "Accepted");
    call(&mut link, 5, "NotifyEvent").await;
    assert_eq!(next(&mut link).await[0], 3);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_policy_and_of_reach_are_records_of_their_lane() {
    let bench = Bench::new(CsmsConfig::default());
    let policy = Policy::boot(BootStatus::Rejected, None);
    let set = bench.csms.set_policy(LANE, policy.clone());
    let offline = bench.csms.set_offline(LANE, true);
    let records = bench.records();
    assert_eq!(records[set.0 as usize].body, policy.record(LANE));
    assert_eq!(records[offline.0 as usize].body, Body::Offline { lane: LANE, offline: true });
    assert!(records.iter().all(|r| r.body.lane() == Some(LANE)));
}

#[tokio::test(start_paused = true)]
async fn the_close_frame_has_the_code_and_reason_of_the_lane() {
    let (bench, mut link) = pair(Policy::default()).await;
    let close = CloseWith { code: 1012, reason: "service restart".into() };
    bench.csms.close(LANE, close.clone());
    assert_eq!(
        link.recv().await,
        Some(Received::Closed { code: Some(1012), reason: "service restart".into() })
    );
    assert!(matches!(bench.closed().await, Body::Closed { by: Closer::Suite, code: Some(1012), .. }));
    let hangup = Body::Hangup { lane: LANE, polite: true, close: Some(close) };
    assert!(bench.records().iter().any(|r| r.body == hangup));
}

#[tokio::test(start_paused = true)]
async fn without_a_csms_nothing_is_let_in_and_the_open_connection_stays() {
    let (bench, mut link) = pair(Policy::default()).await;
    bench.csms.set_offline(LANE, true);
    let attempt = StationLink::attach(bench.stream(), support::URL, "CS001", &ocpp::Version::ALL).await;
    assert!(attempt.is_err());
    assert_eq!(bench.refused().await.1.cause, trace::Cause::Offline);
    call(&mut link, 1, "Heartbeat").await;
    assert_eq!(next(&mut link).await[0], 3);
}
