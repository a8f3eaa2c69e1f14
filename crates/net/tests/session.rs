//! A session between CSMS and station, in virtual time: CALLs, answers, automatic replies, reconnecting.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use net::{CsmsConfig, Received};
use ocpp::Version;
use serde_json::json;
use std::time::Duration;
use support::{Bench, LANE, next, settle};
use tokio::time::sleep;
use trace::{Body, Closer, ConnId, Direction};

fn bench() -> Bench {
    Bench::new(CsmsConfig::default())
}

#[tokio::test(start_paused = true)]
async fn the_version_is_taken_in_the_stations_order() {
    for order in [[Version::V201, Version::V21], [Version::V21, Version::V201]] {
        let bench = bench();
        let link = bench.station_named("CS001", &order).await;
        assert_eq!(link.version(), order[0]);
        let connection = bench.csms.connection().unwrap();
        assert_eq!((connection.version, connection.station.as_str()), (order[0], "CS001"));
        let Body::Connected { offered, version, user_agent, .. } = &bench.records()[0].body else { panic!() };
        assert_eq!(offered, &order.map(|v| v.subprotocol().to_owned()));
        assert_eq!((*version, user_agent.as_deref()), (Some(order[0]), Some("diagmark-station")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_boot_is_answered_and_both_frames_are_in_the_trace() {
    let bench = bench();
    let mut link = bench.station().await;
    link.send(r#"[2,"s-1","BootNotification",{"reason":"PowerUp"}]"#.into()).await.unwrap();
    let answer = next(&mut link).await;
    assert_eq!(answer[2]["status"], "Accepted");
    assert_eq!(answer[2]["currentTime"], "2026-01-02T03:04:05.000Z");
    let frames = bench.frames();
    assert_eq!(frames[0], r#"< [2,"s-1","BootNotification",{"reason":"PowerUp"}]"#);
    assert_eq!(frames[1], format!("> {answer}"));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_action_is_answered_not_implemented_and_the_connection_stays() {
    let bench = bench();
    let mut link = bench.station().await;
    link.send(r#"[2,"s-1","MakeCoffee",{}]"#.into()).await.unwrap();
    assert_eq!(next(&mut link).await[2], "NotImplemented");
    link.send(r#"[2,"s-2","Heartbeat",{}]"#.into()).await.unwrap();
    assert_eq!(next(&mut link).await[0], 3);
}

#[tokio::test(start_paused = true)]
async fn the_second_call_waits_for_the_answer_to_the_first() {
    let bench = bench();
    let mut link = bench.station().await;
    let (first, second) = (bench.call("1"), bench.call("2"));
    assert_eq!(next(&mut link).await[1], "1");
    settle().await;
    assert_eq!(bench.frames().len(), 1);
    // The answer to something else does not count.
    link.send(r#"[3,"2",{}]"#.into()).await.unwrap();
    settle().await;
    assert_eq!(bench.frames().len(), 2);
    link.send(r#"[4,"1","NotSupported","",{}]"#.into()).await.unwrap();
    assert_eq!(next(&mut link).await[1], "2");
    assert!(first.await.unwrap().delivered && second.await.unwrap().delivered);
}

#[tokio::test(start_paused = true)]
async fn calls_of_both_sides_may_cross() {
    let bench = bench();
    let mut link = bench.station().await;
    bench.call("1").await.unwrap();
    link.send(r#"[2,"s-1","Heartbeat",{}]"#.into()).await.unwrap();
    assert_eq!(next(&mut link).await[0], 2);
    // Ours is still unanswered, and yet the station's is answered.
    assert_eq!(next(&mut link).await[1], "s-1");
    link.send(r#"[3,"1",{"status":"Accepted"}]"#.into()).await.unwrap();
    bench.call("2").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_caller_gave_up_makes_room_and_its_late_answer_is_recorded() {
    let bench = bench();
    let mut link = bench.station().await;
    bench.call("1").await.unwrap();
    let second = bench.call("2");
    sleep(Duration::from_secs(30)).await;
    assert!(!second.is_finished());
    bench.csms.release("1");
    second.await.unwrap();
    link.send(r#"[3,"1",{"late":true}]"#.into()).await.unwrap();
    settle().await;
    assert_eq!(bench.frames().last().unwrap(), r#"< [3,"1",{"late":true}]"#);
    // The late answer did not free the second.
    let third = bench.call("3");
    settle().await;
    assert!(!third.is_finished());
}

#[tokio::test(start_paused = true)]
async fn the_frame_of_a_call_is_recorded_with_its_lane() {
    let bench = bench();
    let _link = bench.station().await;
    let sent = bench.call("1").await.unwrap();
    let record = bench.records().swap_remove(sent.seq.0 as usize);
    let raw = r#"[2,"1","GetReport",{"requestId":1}]"#.to_owned();
    assert_eq!(
        record.body,
        Body::Frame { conn: ConnId(1), dir: Direction::Tx, lane: Some(LANE), raw: raw.into() }
    );
}

#[tokio::test(start_paused = true)]
async fn without_a_station_a_call_is_recorded_as_unsent_at_once() {
    let bench = bench();
    let sent = bench.csms.call(LANE, "1", "Reset", json!({"type": "OnIdle"})).await;
    assert!(!sent.delivered);
    let raw = r#"[2,"1","Reset",{"type":"OnIdle"}]"#.to_owned();
    assert_eq!(bench.records()[0].body, Body::Unsent { lane: LANE, raw: raw.into() });
    assert!(!bench.csms.send_raw(LANE, "junk".into()).await.delivered);
}

#[tokio::test(start_paused = true)]
async fn malformed_frames_are_sent_as_they_are_whatever_is_outstanding() {
    let bench = bench();
    let mut link = bench.station().await;
    bench.call("1").await.unwrap();
    assert!(bench.csms.send_raw(LANE, "[2,\"x\"".into()).await.delivered);
    next(&mut link).await;
    assert_eq!(link.recv().await, Some(Received::Text("[2,\"x\"".into())));
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_frees_the_call_that_waited_for_its_answer() {
    let bench = bench();
    let link = bench.station().await;
    bench.call("1").await.unwrap();
    let second = bench.call("2");
    drop(link);
    let sent = second.await.unwrap();
    assert!(!sent.delivered);
    let Body::Closed { by, code, .. } = bench.closed().await else { unreachable!() };
    assert_eq!((by, code), (Closer::Station, None));
    assert_eq!(bench.csms.connection(), None);
}

#[tokio::test(start_paused = true)]
async fn a_station_that_connects_again_replaces_its_old_connection() {
    let bench = bench();
    let mut old = bench.station().await;
    bench.call("1").await.unwrap();
    next(&mut old).await;
    let mut new = bench.station().await;
    assert_eq!(bench.csms.connection().unwrap().conn, ConnId(2));
    // The old connection ends before the new one begins, and what the old one waited for is free.
    let kinds: Vec<_> = bench.records().into_iter().skip(2).map(|r| r.body).collect();
    assert!(
        matches!(&kinds[0], Body::Closed { conn: ConnId(1), by: Closer::Suite, reason, .. } if reason.contains("replaced"))
    );
    assert!(matches!(&kinds[1], Body::Connected { conn: ConnId(2), .. }));
    // Nothing waits for the old side to answer the close frame.
    let before = bench.log.clock().elapsed();
    assert!(bench.call("2").await.unwrap().delivered);
    assert_eq!(next(&mut new).await[1], "2");
    assert_eq!(bench.log.clock().elapsed(), before);
    let closed = old.recv().await;
    assert_eq!(
        closed,
        Some(Received::Closed { code: Some(1008), reason: "replaced by connection 2".into() })
    );
}

#[tokio::test(start_paused = true)]
async fn the_first_station_is_the_only_one_when_no_identity_was_given() {
    let bench = bench();
    let _link = bench.station().await;
    let other = net::StationLink::attach(bench.stream(), support::URL, "CS002", &Version::ALL).await;
    assert!(matches!(other, Err(net::ConnectError::Refused(404))), "{other:?}");
    let Body::Refused { reason, .. } = bench.until("Refused", |b| matches!(b, Body::Refused { .. })).await
    else {
        unreachable!()
    };
    assert_eq!(reason, "unknown station `CS002`: only `CS001` is expected here");
}

#[tokio::test(start_paused = true)]
async fn a_polite_hang_up_is_answered_and_recorded_after_the_last_frames() {
    let bench = bench();
    let mut link = bench.station().await;
    bench.call("1").await.unwrap();
    bench.csms.hang_up(LANE, true);
    assert_eq!(bench.csms.connection(), None);
    assert!(!bench.csms.send_raw(LANE, "too late".into()).await.delivered);
    // What was recorded as sent arrives before the close frame.
    assert_eq!(next(&mut link).await[1], "1");
    link.send(r#"[2,"s-1","Heartbeat",{}]"#.into()).await.unwrap();
    let closed = link.recv().await;
    assert_eq!(closed, Some(Received::Closed { code: Some(1000), reason: "closed by the suite".into() }));
    let Body::Closed { by, code, reason, .. } = bench.closed().await else { unreachable!() };
    assert_eq!((by, code, reason.as_str()), (Closer::Suite, Some(1000), "closed by the suite"));
    assert_eq!(bench.frames().last().unwrap(), r#"< [2,"s-1","Heartbeat",{}]"#);
}

#[tokio::test(start_paused = true)]
async fn what_was_recorded_as_sent_arrives_before_the_close_frame_even_if_the_station_reads_late() {
    let bench = bench();
    let mut link = bench.station().await;
    // More than the stream holds, less than the queue.
    for i in 0..50 {
        assert!(bench.csms.send_raw(LANE, format!("{i} {}", "x".repeat(4096))).await.delivered);
    }
    bench.csms.hang_up(LANE, true);
    sleep(Duration::from_secs(1)).await;
    for i in 0..50 {
        let Some(Received::Text(text)) = link.recv().await else { panic!("frame {i} is missing") };
        assert!(text.starts_with(&format!("{i} ")));
    }
    assert!(matches!(link.recv().await, Some(Received::Closed { code: Some(1000), .. })));
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_was_waiting_for_room_when_the_suite_hung_up_is_unsent() {
    let bench = bench();
    let mut link = bench.station().await;
    let csms = bench.csms.clone();
    let sending = tokio::spawn(async move {
        loop {
            let sent = csms.send_raw(LANE, "x".repeat(4096)).await;
            if !sent.delivered {
                return sent.seq;
            }
        }
    });
    settle().await;
    let hangup = bench.csms.hang_up(LANE, true);
    // The station reads on, which makes room.
    while let Some(Received::Text(_)) = link.recv().await {}
    let unsent = sending.await.unwrap();
    assert!(unsent > hangup);
    let after = bench.records().split_off(hangup.0 as usize + 1);
    assert!(!after.iter().any(|r| matches!(r.body, Body::Frame { .. })), "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cut_is_recorded_at_once_and_the_station_sees_no_close_frame() {
    let bench = bench();
    let mut link = bench.station().await;
    bench.call("1").await.unwrap();
    let seq = bench.csms.hang_up(LANE, false);
    let records = bench.records();
    assert_eq!(records[seq.0 as usize].body, Body::Hangup { lane: LANE, polite: false, close: None });
    assert!(matches!(records[seq.0 as usize + 1].body, Body::Closed { by: Closer::Suite, code: None, .. }));
    next(&mut link).await;
    assert!(matches!(link.recv().await, Some(Received::Closed { code: None, .. })));
    assert_eq!(link.recv().await, None);
}

#[tokio::test(start_paused = true)]
async fn shutting_down_closes_with_1001_and_waits_for_the_answer() {
    let bench = bench();
    let mut link = bench.station().await;
    let before = bench.log.clock().elapsed();
    let station = tokio::spawn(async move { link.recv().await });
    bench.csms.shutdown().await;
    assert!(matches!(station.await.unwrap(), Some(Received::Closed { code: Some(1001), .. })));
    assert!(matches!(bench.records().last().unwrap().body, Body::Closed { by: Closer::Suite, .. }));
    assert_eq!(bench.log.clock().elapsed(), before);
}

#[tokio::test(start_paused = true)]
async fn shutting_down_does_not_wait_long_for_a_station_that_is_deaf() {
    let bench = bench();
    let _link = bench.station().await;
    bench.csms.shutdown().await;
    assert!(bench.log.clock().elapsed() <= Duration::from_secs(3));
    let Body::Closed { by, reason, .. } = bench.closed().await else { unreachable!() };
    assert_eq!(by, Closer::Suite);
    assert!(reason.contains("did not answer"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn the_stations_close_frame_is_recorded_with_code_and_reason_and_answered() {
    let bench = bench();
    let mut link = bench.station().await;
    link.close(1000, "good night").await.unwrap();
    assert!(matches!(link.recv().await, Some(Received::Closed { code: Some(1000), .. })));
    let Body::Closed { by, code, reason, .. } = bench.closed().await else { unreachable!() };
    assert_eq!((by, code, reason.as_str()), (Closer::Station, Some(1000), "good night"));
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_events_is_recorded_and_answered_completely_and_in_order() {
    const N: usize = 10_000;
    let bench = bench();
    let (mut sender, mut receiver) = bench.station().await.split();
    let flood = tokio::spawn(async move {
        for i in 0..N {
            sender.send(format!(r#"[2,"s-{i}","NotifyEvent",{{"seqNo":{i}}}]"#)).await.unwrap();
        }
        sender
    });
    for i in 0..N {
        assert_eq!(receiver.recv().await, Some(Received::Text(format!(r#"[3,"s-{i}",{{}}]"#))));
    }
    flood.await.unwrap();
    let frames = bench.frames();
    assert_eq!(frames.len(), 2 * N);
    let events: Vec<_> = frames.iter().filter(|f| f.starts_with('<')).collect();
    assert_eq!(events[N - 1], &format!(r#"< [2,"s-{0}","NotifyEvent",{{"seqNo":{0}}}]"#, N - 1));
}

#[tokio::test(start_paused = true)]
async fn the_same_session_gives_the_same_trace_twice() {
    async fn run() -> Vec<trace::Record> {
        let bench = bench();
        let mut link = bench.station().await;
        let calls = [bench.call("1"), bench.call("2"), bench.call("3")];
        for id in 1..=3 {
            next(&mut link).await;
            sleep(Duration::from_millis(20)).await;
            link.send(format!(r#"[2,"s-{id}","Heartbeat",{{}}]"#)).await.unwrap();
            next(&mut link).await;
            link.send(format!(r#"[3,"{id}",{{}}]"#)).await.unwrap();
        }
        for call in calls {
            call.await.unwrap();
        }
        bench.csms.shutdown().await;
        bench.records()
    }
    assert_eq!(run().await, run().await);
}
