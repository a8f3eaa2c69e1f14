//! Over real sockets, in real time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use net::{Clock, ConnectError, CsmsConfig, Received, StationLink};
use ocpp::Version;
use std::time::Duration;
use support::{Bench, next};
use trace::{Body, Closer};

async fn listening(config: CsmsConfig) -> (Bench, String) {
    let bench = Bench::new(config);
    let addr = bench.csms.listen("127.0.0.1:0").await.unwrap();
    (bench, format!("ws://{addr}/ocpp"))
}

#[tokio::test]
async fn a_station_connects_boots_and_is_closed_politely() {
    let (bench, url) = listening(CsmsConfig::default()).await;
    let mut link = StationLink::connect(&url, "CS 001", &[Version::V21]).await.unwrap();
    assert_eq!(bench.csms.connection().unwrap().station, "CS 001");
    link.send(r#"[2,"s-1","BootNotification",{}]"#.into()).await.unwrap();
    assert_eq!(next(&mut link).await[2]["status"], "Accepted");
    let station = tokio::spawn(async move { link.recv().await });
    bench.csms.shutdown().await;
    assert!(matches!(station.await.unwrap(), Some(Received::Closed { code: Some(1001), .. })));
    // Nobody listens any more.
    let again = StationLink::connect(&url, "CS 001", &[Version::V21]).await;
    assert!(matches!(again, Err(ConnectError::Tcp { .. })), "{again:?}");
}

#[tokio::test]
async fn a_wrong_identity_gets_http_404() {
    let config = CsmsConfig { station_id: Some("CS001".into()), ..CsmsConfig::default() };
    let (bench, url) = listening(config).await;
    let link = StationLink::connect(&url, "CS002", &Version::ALL).await;
    assert!(matches!(link, Err(ConnectError::Refused(404))), "{link:?}");
    bench.until("Refused", |b| matches!(b, Body::Refused { .. })).await;
}

#[tokio::test]
async fn the_close_frame_after_a_fault_reaches_the_station_although_it_was_still_sending() {
    let config = CsmsConfig { max_message: 4096, ..CsmsConfig::default() };
    let (bench, url) = listening(config).await;
    let (mut sender, mut receiver) =
        StationLink::connect(&url, "CS001", &Version::ALL).await.unwrap().split();
    let sending = tokio::spawn(async move { sender.send("x".repeat(3 << 20)).await });
    let closed = receiver.recv().await;
    assert!(matches!(closed, Some(Received::Closed { code: Some(1009), .. })), "{closed:?}");
    assert!(matches!(bench.closed().await, Body::Closed { by: Closer::Fault, code: Some(1009), .. }));
    drop(sending.await);
}

#[tokio::test]
async fn a_thousand_events_over_tcp_are_all_answered() {
    let (bench, url) = listening(CsmsConfig::default()).await;
    let (mut sender, mut receiver) =
        StationLink::connect(&url, "CS001", &Version::ALL).await.unwrap().split();
    tokio::spawn(async move {
        for i in 0..1000 {
            sender.send(format!(r#"[2,"s-{i}","NotifyEvent",{{}}]"#)).await.unwrap();
        }
        // Kept open until the answers are there.
        tokio::time::sleep(Duration::from_secs(30)).await;
    });
    for i in 0..1000 {
        assert_eq!(receiver.recv().await, Some(Received::Text(format!(r#"[3,"s-{i}",{{}}]"#))));
    }
    assert_eq!(bench.frames().len(), 2000);
}

#[tokio::test]
async fn the_wall_clock_shows_the_present() {
    let clock = Clock::wall();
    assert!(clock.now() > "2025-01-01T00:00:00Z".parse().unwrap());
    assert!(clock.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn everything_can_be_moved_to_another_task() {
    fn movable<T: Send>(_: &T) {}
    let bench = Bench::new(CsmsConfig::default());
    movable(&bench);
    movable(&StationLink::connect("ws://127.0.0.1:9", "CS001", &Version::ALL));
    movable(&StationLink::attach(bench.stream(), support::URL, "CS001", &Version::ALL));
    movable(&bench.csms.call(support::LANE, "1", "Reset", serde_json::json!({})));
    movable(&bench.csms.shutdown());
    movable(&bench.log.beyond(0));
}
