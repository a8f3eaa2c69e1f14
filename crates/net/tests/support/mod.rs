//! What the tests share: a CSMS on an in-memory stream, a station that connects to it, a station without manners.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, dead_code)]

pub(crate) mod pki;
pub(crate) mod uploading;

use futures_util::StreamExt;
use net::{Clock, Csms, CsmsConfig, Log, Received, StationLink};
use ocpp::Version;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};
use trace::{Body, Direction, LaneId, Record, Refusal, Secured, Trace};

pub(crate) const LANE: LaneId = LaneId(7);
pub(crate) const URL: &str = "ws://csms.test/ocpp";

pub(crate) struct Bench {
    pub(crate) log: Log,
    pub(crate) csms: Csms,
}

impl Bench {
    pub(crate) fn new(config: CsmsConfig) -> Bench {
        Bench::at(Clock::starting_at("2026-01-02T03:04:05Z".parse().unwrap()), config)
    }

    pub(crate) fn at(clock: Clock, config: CsmsConfig) -> Bench {
        let log = Log::new(clock, Trace::in_memory());
        Bench { csms: Csms::new(config, log.clone()), log }
    }

    /// The other end of a stream the CSMS serves.
    pub(crate) fn stream(&self) -> DuplexStream {
        let (ours, theirs) = duplex(64 << 10);
        self.csms.accept(theirs, "memory".into());
        ours
    }

    pub(crate) async fn station(&self) -> StationLink {
        self.station_named("CS001", &Version::ALL).await
    }

    pub(crate) async fn station_named(&self, id: &str, versions: &[Version]) -> StationLink {
        StationLink::attach(self.stream(), URL, id, versions).await.unwrap()
    }

    /// A client that does the handshake by hand; returns the answer of the CSMS too.
    pub(crate) async fn raw(&self, headers: &str) -> (DuplexStream, String) {
        let mut stream = self.stream();
        let request = format!(
            "GET /ocpp/CS001 HTTP/1.1\r\nHost: csms.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(stream.read_u8().await.unwrap());
        }
        (stream, String::from_utf8(answer).unwrap())
    }

    /// The same, as a WebSocket that sends whatever frames it is told to.
    pub(crate) async fn raw_socket(&self, headers: &str) -> (WebSocketStream<DuplexStream>, String) {
        let (stream, answer) = self.raw(headers).await;
        (WebSocketStream::from_raw_socket(stream, Role::Client, None).await, answer)
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.log.with(|trace| trace.records().to_vec())
    }

    /// Waits for a record and returns the first that fits.
    pub(crate) async fn until(&self, what: &str, is: impl Fn(&Body) -> bool) -> Body {
        let search = async {
            loop {
                let len = self.log.len();
                if let Some(found) = self.records().into_iter().map(|r| r.body).find(&is) {
                    return found;
                }
                self.log.beyond(len).await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(120), search).await;
        found.unwrap_or_else(|_| panic!("no record of {what} in {:#?}", self.records()))
    }

    /// Waits for the first refused attempt: its reason, and what is known of it.
    pub(crate) async fn refused(&self) -> (String, Refusal) {
        match self.until("Refused", |b| matches!(b, Body::Refused { .. })).await {
            Body::Refused { reason, details: Some(details), .. } => (reason, *details),
            other => panic!("{other:?}"),
        }
    }

    /// What the first connection is secured with.
    pub(crate) fn secured(&self) -> Secured {
        let found = self.records().into_iter().find_map(|r| match r.body {
            Body::Connected { security, .. } => security,
            _ => None,
        });
        *found.expect("nobody connected")
    }

    /// Waits for the end of the first connection.
    pub(crate) async fn closed(&self) -> Body {
        self.until("Closed", |b| matches!(b, Body::Closed { .. })).await
    }

    /// Frames in order, as `> text` (to the station) and `< text`.
    pub(crate) fn frames(&self) -> Vec<String> {
        let shown = |r: Record| match r.body {
            Body::Frame { dir: Direction::Tx, raw, .. } => Some(format!("> {raw}")),
            Body::Frame { dir: Direction::Rx, raw, .. } => Some(format!("< {raw}")),
            _ => None,
        };
        self.records().into_iter().filter_map(shown).collect()
    }

    /// Sends a CALL in the background, as a lane would.
    pub(crate) fn call(&self, id: &'static str) -> tokio::task::JoinHandle<net::Sent> {
        let csms = self.csms.clone();
        tokio::spawn(async move { csms.call(LANE, id, "GetReport", json!({"requestId": 1})).await })
    }
}

/// The next text frame as JSON.
pub(crate) async fn next(link: &mut StationLink) -> Value {
    match link.recv().await {
        Some(Received::Text(text)) => serde_json::from_str(&text).unwrap(),
        other => panic!("expected a frame, got {other:?}"),
    }
}

/// Lets everything else run until nothing is left to do, without letting time pass.
pub(crate) async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

/// Close code and reason the CSMS sends, skipping what comes before.
pub(crate) async fn close_frame<S>(socket: &mut WebSocketStream<S>) -> (u16, String)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(Some(frame)))) => {
                return (frame.code.into(), frame.reason.as_str().to_owned());
            }
            Some(Ok(_)) => {}
            other => panic!("expected a close frame, got {other:?}"),
        }
    }
}
