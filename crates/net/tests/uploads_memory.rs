//! Uploads without sockets, in virtual time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use net::station::Credentials;
use net::station::upload::{File, Packing, Route, UploadError, upload};
use net::upload::{Fault, UploadConfig, UploadPolicy, Uploads};
use net::{Clock, Log};
use std::time::Duration;
use trace::{Record, Trace, UploadProtocol::Http};

async fn run() -> Vec<Record> {
    let log = Log::new(Clock::starting_at("2026-01-02T03:04:05Z".parse().unwrap()), Trace::in_memory());
    let uploads = Uploads::in_memory(UploadConfig::default(), log.clone()).unwrap();
    let route = Route::Memory(uploads.clone());
    let policy =
        UploadPolicy { faults: vec![Fault::Status(500), Fault::Silence], ..UploadPolicy::accepting() };
    let url = uploads.expect(Http, policy).unwrap();
    let send = async || {
        let file = File { name: "log.bin".into(), bytes: vec![7; 200_000] };
        let patience = Duration::from_secs(30);
        upload(&route, &Credentials::none(), &url.url, file, Packing::Put, patience).await
    };
    assert!(matches!(send().await, Err(UploadError::Refused(500))));
    assert!(matches!(send().await, Err(UploadError::TimedOut(_))));
    assert_eq!(log.clock().elapsed(), Duration::from_secs(30));
    send().await.unwrap();
    uploads.shutdown().await;
    log.with(|t| t.records().to_vec())
}

#[tokio::test(start_paused = true)]
async fn the_same_uploads_give_the_same_records_twice() {
    let first = run().await;
    assert_eq!(first.len(), 6);
    assert_eq!(first, run().await);
}
