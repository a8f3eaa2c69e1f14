//! Stations that do not keep to the rules of the transport, in virtual time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use flate2::{Compress, Compression, FlushCompress};
use futures_util::{SinkExt, StreamExt};
use net::{ConnectError, CsmsConfig, StationLink};
use ocpp::Version;
use std::time::Duration;
use support::{Bench, URL, close_frame, settle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame, FrameHeader,
        coding::{Data, OpCode},
    },
};
use trace::{Body, Closer};

const V201: &str = "Sec-WebSocket-Protocol: ocpp2.0.1\r\n";

fn bench() -> Bench {
    Bench::new(CsmsConfig { max_message: 4096, ..CsmsConfig::default() })
}

async fn fault(bench: &Bench) -> (Closer, Option<u16>, String) {
    let Body::Closed { by, code, reason, .. } = bench.closed().await else { unreachable!() };
    (by, code, reason)
}

async fn refusal(bench: &Bench) -> String {
    match bench.until("Refused", |b| matches!(b, Body::Refused { .. })).await {
        Body::Refused { reason, .. } => reason,
        _ => unreachable!(),
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_common_version_the_handshake_is_completed_and_the_connection_closed_at_once() {
    let bench = Bench::new(CsmsConfig { versions: vec![Version::V201], ..CsmsConfig::default() });
    let (mut socket, answer) = bench.raw_socket("Sec-WebSocket-Protocol: ocpp2.1, ocpp1.6\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    assert!(!answer.to_lowercase().contains("sec-websocket-protocol"), "{answer}");
    let said = close_frame(&mut socket).await;
    assert_eq!(said, (1002, "no common OCPP version: offer ocpp2.0.1".into()));
    assert!(matches!(bench.records()[0].body, Body::Connected { version: None, .. }));
    assert!(matches!(bench.closed().await, Body::Closed { by: Closer::Suite, code: Some(1002), .. }));
    assert_eq!(bench.csms.connection(), None);
}

#[tokio::test(start_paused = true)]
async fn the_reference_side_is_told_that_there_is_no_common_version() {
    let bench = Bench::new(CsmsConfig { versions: vec![Version::V201], ..CsmsConfig::default() });
    let link = StationLink::attach(bench.stream(), URL, "CS001", &[Version::V21]).await;
    assert!(matches!(link, Err(ConnectError::NoCommonVersion)), "{link:?}");
}

#[tokio::test(start_paused = true)]
async fn another_identity_than_the_expected_one_is_refused_with_404() {
    let bench = Bench::new(CsmsConfig { station_id: Some("CS001".into()), ..CsmsConfig::default() });
    let link = StationLink::attach(bench.stream(), URL, "CS002", &Version::ALL).await;
    assert!(matches!(link, Err(ConnectError::Refused(404))), "{link:?}");
    assert_eq!(refusal(&bench).await, "unknown station `CS002`: only `CS001` is expected here");
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_drips_is_refused_when_its_time_is_over() {
    let bench = bench();
    let mut stream = bench.stream();
    let drip = tokio::spawn(async move {
        for byte in b"GET /ocpp/CS001 HTTP/1.1\r\nHost: csms.test\r\n" {
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    assert_eq!(refusal(&bench).await, "no complete WebSocket handshake within 5s");
    assert_eq!(bench.log.clock().elapsed(), Duration::from_secs(5));
    drip.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_no_handshake_is_refused_with_its_reason() {
    for junk in
        ["\x16\x03\x01\x02\x00\x01\x00", "POST /CS001 HTTP/1.1\r\n\r\n", "GET /CS001 HTTP/1.1\r\n\r\n"]
    {
        let bench = bench();
        let mut stream = bench.stream();
        stream.write_all(junk.as_bytes()).await.unwrap();
        assert!(refusal(&bench).await.starts_with("not a WebSocket handshake"));
        assert_eq!(stream.read(&mut [0; 99]).await.unwrap(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_over_the_limit_is_answered_with_1009() {
    let bench = bench();
    let (mut socket, _) = bench.raw_socket(V201).await;
    socket.send(Message::text("x".repeat(4097))).await.unwrap();
    assert_eq!(close_frame(&mut socket).await.0, 1009);
    let (by, code, reason) = fault(&bench).await;
    assert_eq!((by, code), (Closer::Fault, Some(1009)), "{reason}");
    assert!(bench.frames().is_empty());
    settle().await;
    assert_eq!(bench.csms.connection(), None);
}

#[tokio::test(start_paused = true)]
async fn after_a_fault_what_the_station_was_still_sending_is_taken_and_dropped_for_a_while() {
    let bench = bench();
    let (mut stream, _) = bench.raw(V201).await;
    // The header of a frame of 1 MiB, and then the megabyte.
    stream.write_all(&[0x81, 0xFF, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0]).await.unwrap();
    assert_eq!(fault(&bench).await.1, Some(1009));
    stream.write_all(&[b'x'; 1 << 20]).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(stream.write_all(b"x").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn fragments_that_add_up_to_more_than_the_limit_are_answered_with_1009() {
    let bench = bench();
    let (mut socket, _) = bench.raw_socket(V201).await;
    let fragment = |first: bool| {
        let opcode = OpCode::Data(if first { Data::Text } else { Data::Continue });
        let header = FrameHeader { is_final: false, opcode, ..FrameHeader::default() };
        Message::Frame(Frame::from_payload(header, vec![b'x'; 3000].into()))
    };
    socket.send(fragment(true)).await.unwrap();
    socket.send(fragment(false)).await.unwrap();
    assert_eq!(close_frame(&mut socket).await.0, 1009);
}

#[tokio::test(start_paused = true)]
async fn text_that_is_not_utf8_is_answered_with_1007() {
    let bench = bench();
    let (mut stream, _) = bench.raw(V201).await;
    stream.write_all(&[0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28]).await.unwrap();
    let (by, code, _) = fault(&bench).await;
    assert_eq!((by, code), (Closer::Fault, Some(1007)));
    let mut sent = Vec::new();
    drop(stream.read_buf(&mut sent).await);
    assert_eq!(&sent[..1], [0x88]);
    assert_eq!(sent[2..4], 1007u16.to_be_bytes());
}

#[tokio::test(start_paused = true)]
async fn violations_of_the_websocket_protocol_are_answered_with_1002() {
    for frame in [
        &[0x81, 0x01, b'x'][..],         // not masked
        &[0xC1, 0x81, 0, 0, 0, 0, b'x'], // compressed, not negotiated
        &[0x80, 0x81, 0, 0, 0, 0, b'x'], // nothing to continue
        &[0x83, 0x81, 0, 0, 0, 0, b'x'], // unknown opcode
    ] {
        let bench = bench();
        let (mut stream, _) = bench.raw(V201).await;
        stream.write_all(frame).await.unwrap();
        let (by, code, reason) = fault(&bench).await;
        assert_eq!((by, code), (Closer::Fault, Some(1002)), "{frame:?}: {reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_binary_frame_is_recorded_and_the_connection_stays() {
    let bench = bench();
    let (mut socket, _) = bench.raw_socket(V201).await;
    socket.send(Message::binary(vec![1, 2, 255])).await.unwrap();
    socket.send(Message::text(r#"[2,"1","Heartbeat",{}]"#)).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().is_text());
    let recorded = bench.until("Binary", |b| matches!(b, Body::Binary { .. })).await;
    assert!(matches!(recorded, Body::Binary { base64, .. } if base64 == "AQL/"));
}

#[tokio::test(start_paused = true)]
async fn a_ping_is_answered() {
    let bench = bench();
    let (mut socket, _) = bench.raw_socket(V201).await;
    socket.send(Message::Ping(vec![1, 2].into())).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::Pong(vec![1, 2].into()));
}

#[tokio::test(start_paused = true)]
async fn a_station_that_floods_and_does_not_read_is_held_up_and_then_closed() {
    let bench = bench();
    let (mut socket, _) = bench.raw_socket(V201).await;
    let flood = tokio::spawn(async move {
        let mut sent = 0u32;
        // Enough for every buffer on the way, and far from all of it gets through.
        while sent < 100_000 && socket.send(Message::text(r#"[2,"1","Heartbeat",{}]"#)).await.is_ok() {
            sent += 1;
        }
        sent
    });
    let (by, _, reason) = fault(&bench).await;
    assert_eq!((by, reason.as_str()), (Closer::Fault, "the station did not read for 30s"));
    assert!(flood.await.unwrap() < 10_000);
}

#[tokio::test(start_paused = true)]
async fn compressed_messages_are_read_and_plain_ones_are_answered() {
    let bench = bench();
    let offer = format!("{V201}Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
    let (mut socket, answer) = bench.raw_socket(&offer).await;
    assert!(answer.contains("sec-websocket-extensions: permessage-deflate\r\n"), "{answer}");
    let mut window = Compress::new(Compression::default(), false);
    for i in 0..3 {
        let text = format!(r#"[2,"s-{i}","NotifyEvent",{{"x":"{}"}}]"#, "charging ".repeat(100));
        socket.send(deflated(&mut window, &text)).await.unwrap();
        let reply = socket.next().await.unwrap().unwrap();
        assert_eq!(reply, Message::text(format!(r#"[3,"s-{i}",{{}}]"#)));
        assert_eq!(bench.frames()[2 * i], format!("< {text}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_compressed_message_that_grows_over_the_limit_is_answered_with_1009() {
    let bench = bench();
    let offer = format!("{V201}Sec-WebSocket-Extensions: permessage-deflate\r\n");
    let (mut socket, _) = bench.raw_socket(&offer).await;
    let bomb = deflated(&mut Compress::new(Compression::best(), false), &"x".repeat(1 << 20));
    socket.send(bomb).await.unwrap();
    assert_eq!(close_frame(&mut socket).await.0, 1009);
    assert_eq!(fault(&bench).await.1, Some(1009));
}

#[tokio::test(start_paused = true)]
async fn an_offer_to_compress_with_a_smaller_window_of_ours_is_declined() {
    let bench = bench();
    let offer = format!("{V201}Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n");
    let (mut socket, answer) = bench.raw_socket(&offer).await;
    assert!(!answer.contains("permessage-deflate"), "{answer}");
    socket.send(Message::text(r#"[2,"1","Heartbeat",{}]"#)).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().is_text());
}

fn deflated(window: &mut Compress, text: &str) -> Message {
    let mut out = Vec::with_capacity(text.len() + 1024);
    window.compress_vec(text.as_bytes(), &mut out, FlushCompress::Sync).unwrap();
    out.truncate(out.len() - 4);
    let header = FrameHeader { rsv1: true, opcode: OpCode::Data(Data::Text), ..FrameHeader::default() };
    Message::Frame(Frame::from_payload(header, out.into()))
}
