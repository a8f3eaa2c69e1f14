//! Upload servers with their log, and what is found in it.
#![allow(dead_code)]

use net::station::Credentials;
use net::station::upload::{File, Packing, Route, UploadError, upload};
use net::upload::{UploadConfig, UploadPolicy, UploadUrl, Uploads};
use net::{Clock, Log};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use trace::{Body, Trace, UploadEvent, UploadOutcome, UploadProtocol};

pub(crate) struct Servers {
    pub(crate) log: Log,
    pub(crate) uploads: Uploads,
    pub(crate) dir: TempDir,
}

/// The end of a request.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    pub(crate) outcome: UploadOutcome,
    pub(crate) status: Option<u16>,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    pub(crate) file_name: Option<String>,
    pub(crate) kept: Option<String>,
    pub(crate) ms: u64,
    pub(crate) note: Option<String>,
}

impl Servers {
    pub(crate) async fn start(config: UploadConfig) -> Servers {
        let log = Log::new(Clock::wall(), Trace::in_memory());
        let dir = tempfile::tempdir().unwrap();
        let config = UploadConfig { directory: Some(dir.path().to_owned()), ..config };
        let uploads = Uploads::start(config, log.clone()).await.unwrap();
        Servers { log, uploads, dir }
    }

    pub(crate) async fn plain() -> Servers {
        Servers::start(UploadConfig::default()).await
    }

    pub(crate) fn expect(&self, protocol: UploadProtocol, policy: UploadPolicy) -> UploadUrl {
        self.uploads.expect(protocol, policy).unwrap()
    }

    /// What the reference station does with that URL.
    pub(crate) async fn send(&self, url: &UploadUrl, bytes: &[u8]) -> Result<(), UploadError> {
        self.send_as(url, bytes, Packing::Put).await
    }

    pub(crate) async fn send_as(
        &self,
        url: &UploadUrl,
        bytes: &[u8],
        packing: Packing,
    ) -> Result<(), UploadError> {
        let file = File { name: "log.bin".into(), bytes: bytes.to_vec() };
        let patience = Duration::from_secs(20);
        upload(&Route::Network, &Credentials::none(), &url.url, file, packing, patience).await
    }

    pub(crate) fn events(&self) -> Vec<UploadEvent> {
        let event = |r: &trace::Record| match &r.body {
            Body::Upload { event, .. } => Some(event.clone()),
            _ => None,
        };
        self.log.with(|t| t.records().iter().filter_map(event).collect())
    }

    /// Waits until an event fits, as a lane would.
    pub(crate) async fn until<T>(&self, what: &str, is: impl Fn(&UploadEvent) -> Option<T>) -> T {
        let search = async {
            loop {
                let len = self.log.len();
                if let Some(found) = self.events().iter().find_map(&is) {
                    return found;
                }
                self.log.beyond(len).await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(30), search).await;
        found.unwrap_or_else(|_| panic!("no {what} in {:#?}", self.events()))
    }

    /// Waits for the end of the request with this number among those that ended, from 0.
    pub(crate) async fn ended(&self, nth: usize) -> Ended {
        let search = async {
            loop {
                let len = self.log.len();
                let mut ends = self.events().into_iter().filter_map(ended);
                if let Some(found) = ends.nth(nth) {
                    return found;
                }
                self.log.beyond(len).await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(30), search).await;
        found.unwrap_or_else(|_| panic!("no end {nth} in {:#?}", self.events()))
    }

    pub(crate) fn evidence(&self) -> String {
        self.log.with(|t| serde_json::to_string(t.records()).unwrap())
    }
}

pub(crate) fn ended(event: UploadEvent) -> Option<Ended> {
    match event {
        UploadEvent::Ended { outcome, status, bytes, sha256, file_name, kept, ms, note } => {
            Some(Ended { outcome, status, bytes, sha256, file_name, kept, ms, note })
        }
        _ => None,
    }
}

/// Host and port of a URL, and its path.
pub(crate) fn parts(url: &UploadUrl) -> (String, String) {
    let rest = url.url.split_once("://").unwrap().1;
    let (place, path) = rest.split_once('/').unwrap();
    (place.rsplit('@').next().unwrap().to_owned(), format!("/{path}"))
}

/// Says something to a server, ends the stream if so wanted, and returns all that it answers.
pub(crate) async fn exchange(place: &str, said: &[u8], end: bool) -> String {
    let mut stream = TcpStream::connect(place).await.unwrap();
    stream.write_all(said).await.unwrap();
    if end {
        stream.shutdown().await.unwrap();
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}
