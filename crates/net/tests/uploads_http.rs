//! Uploads by HTTP and HTTPS, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use net::station::Credentials;
use net::station::upload::{File, Packing, Route, UploadError, upload};
use net::upload::{Fault, UploadConfig, UploadPolicy, UploadsError};
use net::{CertificateTrouble, Password, TlsError};
use std::time::Duration;
use support::pki::Pki;
use support::uploading::{Servers, exchange, parts};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use trace::{UploadEvent, UploadOutcome, UploadProtocol::Http, UploadProtocol::Https};

fn big() -> Vec<u8> {
    (0..300_000u32).map(|i| (i % 251) as u8).collect()
}

#[tokio::test]
async fn a_file_is_received_to_the_byte_however_it_is_packed() {
    for packing in [Packing::Put, Packing::Post, Packing::Form] {
        let servers = Servers::plain().await;
        let url = servers.expect(Http, UploadPolicy::accepting());
        servers.send_as(&url, &big(), packing).await.unwrap();
        let end = servers.ended(0).await;
        assert_eq!((end.outcome, end.bytes), (UploadOutcome::Stored, 300_000), "{packing:?}");
        assert_eq!(end.status, Some(if packing == Packing::Put { 201 } else { 200 }));
        assert_eq!(end.file_name.as_deref(), (packing != Packing::Put).then_some("log.bin"));
        let kept = std::fs::read(servers.dir.path().join(end.kept.unwrap())).unwrap();
        assert!(kept == big());
        let UploadEvent::Begun { method, path, headers, .. } = &servers.events()[0] else { panic!() };
        assert_eq!(method, if packing == Packing::Put { "PUT" } else { "POST" });
        assert_eq!(path, &format!("{}log.bin", parts(&url).1));
        assert!(headers["content-length"].parse::<u32>().unwrap() >= 300_000);
    }
}

#[tokio::test]
async fn a_url_of_a_file_is_used_as_it_is() {
    let servers = Servers::plain().await;
    let url = servers.expect(Http, UploadPolicy::accepting().to_file("wanted.log"));
    servers.send(&url, b"abc").await.unwrap();
    let UploadEvent::Begun { path, .. } = &servers.events()[0] else { panic!() };
    assert!(path.ends_with("/wanted.log"), "{path}");
}

#[tokio::test]
async fn a_body_in_chunks_counts_like_any_other() {
    let servers = Servers::plain().await;
    let (place, path) = parts(&servers.expect(Http, UploadPolicy::accepting()));
    let said = format!(
        "PUT {path}x HTTP/1.1\r\nHost: {place}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    );
    assert!(exchange(&place, said.as_bytes(), false).await.starts_with("HTTP/1.1 201"));
    let end = servers.ended(0).await;
    assert_eq!((end.outcome, end.bytes), (UploadOutcome::Stored, 5));
    assert_eq!(end.sha256, "36bbe50ed96841d10443bcb670d6554f0a34b761be67ec9c4a8ad2c0c44ca42c");
}

#[tokio::test]
async fn the_first_attempts_fail_as_the_policy_says_and_the_next_succeeds() {
    let servers = Servers::plain().await;
    let url = servers.expect(Http, UploadPolicy::failing(2, Fault::Status(500)));
    for _ in 0..2 {
        let failed = servers.send(&url, b"abc").await.unwrap_err();
        assert!(matches!(failed, UploadError::Refused(500)), "{failed}");
        assert_eq!(failed.log_status(), "UploadFailure");
    }
    servers.send(&url, b"abc").await.unwrap();
    let outcomes =
        [servers.ended(0).await, servers.ended(1).await, servers.ended(2).await].map(|e| e.outcome);
    assert_eq!(outcomes, [UploadOutcome::Refused, UploadOutcome::Refused, UploadOutcome::Stored]);
}

#[tokio::test]
async fn permission_denied_is_told_apart_from_other_failures() {
    let servers = Servers::plain().await;
    let url = servers.expect(Http, UploadPolicy::always(Fault::Status(403)));
    let failed = servers.send(&url, b"abc").await.unwrap_err();
    assert_eq!(failed.log_status(), "PermissionDenied");
}

#[tokio::test]
async fn a_redirect_is_recorded_and_who_follows_it_is_found_out() {
    let servers = Servers::plain().await;
    let url = servers.expect(Http, UploadPolicy::always(Fault::Redirect(307)));
    let failed = servers.send(&url, b"abc").await.unwrap_err();
    assert!(matches!(failed, UploadError::Redirected { status: 307, .. }), "{failed}");
    assert_eq!(servers.ended(0).await.outcome, UploadOutcome::Redirected);

    let (place, path) = parts(&url);
    let said = |path: &str| {
        format!("PUT {path} HTTP/1.1\r\nHost: {place}\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
    };
    let answer = exchange(&place, said(&format!("{path}x")).as_bytes(), false).await;
    let to = answer.lines().find_map(|l| l.strip_prefix("location: ")).unwrap().trim().to_owned();
    let followed = to.strip_prefix(&format!("http://{place}")).unwrap();
    assert!(exchange(&place, said(followed).as_bytes(), false).await.starts_with("HTTP/1.1 201"));
    let end = servers.ended(2).await;
    assert_eq!((end.outcome, end.bytes), (UploadOutcome::Stored, 3));
    assert!(servers.evidence().contains("/redirected/x"));
}

#[tokio::test]
async fn credentials_in_the_url_are_demanded_and_never_recorded() {
    let servers = Servers::plain().await;
    let policy = UploadPolicy::accepting().with_credentials("uploader", Password::new("s3cret/p@ss"));
    let url = servers.expect(Http, policy);
    servers.send(&url, b"abc").await.unwrap();
    for wrong in [url.url.replace("s3cret", "guess"), url.url.replace("uploader:s3cret%2Fp%40ss@", "")] {
        let wrong = net::upload::UploadUrl { url: wrong, ..url.clone() };
        let failed = servers.send(&wrong, b"abc").await.unwrap_err();
        assert!(matches!(failed, UploadError::Refused(401)), "{failed}");
    }
    assert_eq!(servers.ended(1).await.outcome, UploadOutcome::Unauthorized);
    assert_eq!(servers.ended(2).await.outcome, UploadOutcome::Unauthorized);
    let UploadEvent::Begun { user, .. } = &servers.events()[0] else { panic!() };
    assert_eq!(user.as_deref(), Some("uploader"));
    let evidence = servers.evidence();
    assert!(!evidence.contains("s3cret") && !evidence.contains("dXBsb2FkZXI6"), "{evidence}");
}

#[tokio::test]
async fn a_connection_is_cut_after_so_many_bytes() {
    let servers = Servers::plain().await;
    let url = servers.expect(Http, UploadPolicy::failing(1, Fault::CutAfter(1000)));
    let failed = servers.send(&url, &big()).await.unwrap_err();
    assert!(matches!(failed, UploadError::Broken(_)), "{failed}");
    let end = servers.ended(0).await;
    assert_eq!((end.outcome, end.bytes, end.status), (UploadOutcome::Cut, 1000, None));
    servers.send(&url, &big()).await.unwrap();
}

#[tokio::test]
async fn silence_lasts_until_the_station_gives_up() {
    let servers = Servers::plain().await;
    let url = servers.expect(Http, UploadPolicy::always(Fault::Silence));
    let file = File { name: "log.bin".into(), bytes: big() };
    let patience = Duration::from_millis(300);
    let failed = upload(&Route::Network, &Credentials::none(), &url.url, file, Packing::Put, patience).await;
    assert!(matches!(failed, Err(UploadError::TimedOut(_))), "{failed:?}");
    let end = servers.ended(0).await;
    assert_eq!((end.outcome, end.bytes, end.status), (UploadOutcome::Unanswered, 300_000, None));
}

#[tokio::test]
async fn an_upload_that_is_broken_off_is_recorded_with_what_came() {
    let servers = Servers::plain().await;
    let (place, path) = parts(&servers.expect(Http, UploadPolicy::accepting()));
    let said = format!("PUT {path}x HTTP/1.1\r\nHost: {place}\r\nContent-Length: 1000\r\n\r\n0123456789");
    exchange(&place, said.as_bytes(), true).await;
    let end = servers.ended(0).await;
    assert_eq!((end.outcome, end.bytes), (UploadOutcome::Aborted, 10));
}

#[tokio::test]
async fn the_beginning_is_recorded_before_the_end_has_come() {
    let servers = Servers::plain().await;
    let (place, path) = parts(&servers.expect(Http, UploadPolicy::accepting()));
    let mut stream = TcpStream::connect(&place).await.unwrap();
    let said = format!("PUT {path}x HTTP/1.1\r\nHost: {place}\r\nContent-Length: 3\r\n\r\na");
    stream.write_all(said.as_bytes()).await.unwrap();
    servers.until("beginning", |e| matches!(e, UploadEvent::Begun { .. }).then_some(())).await;
    stream.write_all(b"bc").await.unwrap();
    assert_eq!(servers.ended(0).await.bytes, 3);
}

#[tokio::test]
async fn more_than_the_limit_is_refused_with_413() {
    let servers = Servers::start(UploadConfig { max_bytes: 1000, ..UploadConfig::default() }).await;
    for packing in [Packing::Put, Packing::Form] {
        let url = servers.expect(Http, UploadPolicy::accepting());
        let _ = servers.send_as(&url, &big(), packing).await.unwrap_err();
    }
    for nth in 0..2 {
        let end = servers.ended(nth).await;
        assert_eq!((end.outcome, end.status, end.bytes), (UploadOutcome::TooLarge, Some(413), 1000));
    }
}

#[tokio::test]
async fn what_nobody_expects_is_refused_recorded_and_not_kept() {
    let servers = Servers::plain().await;
    let (place, path) = parts(&servers.expect(Http, UploadPolicy::accepting()));
    let of = |method: &str, path: &str| {
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {place}\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"
        )
    };
    assert!(exchange(&place, of("PUT", "/elsewhere/x").as_bytes(), false).await.starts_with("HTTP/1.1 404"));
    assert!(exchange(&place, of("DELETE", &path).as_bytes(), false).await.starts_with("HTTP/1.1 405"));
    let (first, second) = (servers.ended(0).await, servers.ended(1).await);
    assert_eq!((first.outcome, first.bytes, first.kept), (UploadOutcome::Unexpected, 3, None));
    assert_eq!(second.outcome, UploadOutcome::Unusable);
}

#[tokio::test]
async fn a_form_without_a_file_is_unusable() {
    let servers = Servers::plain().await;
    let (place, path) = parts(&servers.expect(Http, UploadPolicy::accepting()));
    let said = format!(
        "POST {path} HTTP/1.1\r\nHost: {place}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 17\r\nConnection: close\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"
    );
    assert!(exchange(&place, said.as_bytes(), false).await.starts_with("HTTP/1.1 400"));
    let end = servers.ended(0).await;
    assert_eq!(
        (end.outcome, end.note.as_deref()),
        (UploadOutcome::Unusable, Some("no part of it has a file name"))
    );
}

#[tokio::test]
async fn a_station_that_asks_first_is_answered_before_it_sends() {
    let servers = Servers::plain().await;
    for (policy, answer) in [
        (UploadPolicy::accepting(), "HTTP/1.1 100 Continue"),
        (UploadPolicy::always(Fault::Status(403)), "HTTP/1.1 403"),
    ] {
        let (place, path) = parts(&servers.expect(Http, policy));
        let mut stream = TcpStream::connect(&place).await.unwrap();
        let said = format!(
            "PUT {path}x HTTP/1.1\r\nHost: {place}\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
        );
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut heard = [0; 64];
        let n = stream.read(&mut heard).await.unwrap();
        let heard = String::from_utf8_lossy(&heard[..n]).into_owned();
        assert!(heard.starts_with(answer), "{heard}");
    }
}

#[tokio::test]
async fn what_is_no_http_is_recorded_and_survived() {
    let servers = Servers::plain().await;
    let url = servers.expect(Http, UploadPolicy::accepting());
    for junk in [b"\x16\x03\x01\x02\x00\x01".as_slice(), b"\r\n\r\nnonsense\r\n\r\n", &[0xFF; 9000]] {
        exchange(&parts(&url).0, junk, true).await;
    }
    servers
        .until("refusal", |e| match e {
            UploadEvent::Refused { reason } => reason.starts_with("not an HTTP request").then_some(()),
            _ => None,
        })
        .await;
    servers.send(&url, b"abc").await.unwrap();
}

#[tokio::test]
async fn who_sends_nothing_for_too_long_is_given_up() {
    let config = UploadConfig { idle: Duration::from_millis(200), ..UploadConfig::default() };
    let servers = Servers::start(config).await;
    let (place, path) = parts(&servers.expect(Http, UploadPolicy::accepting()));
    let said = format!("PUT {path}x HTTP/1.1\r\nHost: {place}\r\nContent-Length: 3\r\n\r\na");
    assert!(exchange(&place, said.as_bytes(), false).await.starts_with("HTTP/1.1 408"));
    let end = servers.ended(0).await;
    assert_eq!((end.outcome, end.bytes), (UploadOutcome::TimedOut, 1));
}

#[tokio::test]
async fn https_is_http_with_a_certificate_that_the_station_has_to_trust() {
    let pki = Pki::new();
    let config = UploadConfig {
        protocols: vec![Https],
        certificates: vec![pki.pair("csms")],
        ..UploadConfig::default()
    };
    let servers = Servers::start(config).await;
    for fault in [None, Some(Fault::CutAfter(10))] {
        let policy = UploadPolicy { then: fault.clone(), ..UploadPolicy::default() };
        let url = servers.expect(Https, policy);
        let file = File { name: "log.bin".into(), bytes: big() };
        let trusting = pki.credentials(None, None);
        let patience = Duration::from_secs(20);
        let sent = upload(&Route::Network, &trusting, &url.url, file, Packing::Put, patience).await;
        assert_eq!(sent.is_ok(), fault.is_none(), "{sent:?}");
    }
    assert_eq!(
        (servers.ended(0).await.outcome, servers.ended(0).await.bytes),
        (UploadOutcome::Stored, 300_000)
    );
    assert_eq!((servers.ended(1).await.outcome, servers.ended(1).await.bytes), (UploadOutcome::Cut, 10));

    let url = servers.expect(Https, UploadPolicy::accepting());
    let other = Pki::new().credentials(None, None);
    let file = File { name: "log.bin".into(), bytes: big() };
    let sent = upload(&Route::Network, &other, &url.url, file, Packing::Put, Duration::from_secs(20)).await;
    let Err(UploadError::Tls { source: TlsError::Certificate { trouble, .. }, .. }) = sent else {
        panic!("{sent:?}")
    };
    assert_eq!(trouble, CertificateTrouble::UnknownIssuer);
    servers
        .until("refusal", |e| match e {
            UploadEvent::Refused { reason } => reason.contains("with the TLS alert").then_some(()),
            _ => None,
        })
        .await;
}

#[tokio::test]
async fn what_cannot_be_prepared_says_why() {
    let servers = Servers::plain().await;
    let of = |protocol, policy| servers.uploads.expect(protocol, policy).map(|_| ()).unwrap_err();
    assert!(matches!(of(Https, UploadPolicy::accepting()), UploadsError::NotServed(Https)));
    let misfit = of(trace::UploadProtocol::Ftp, UploadPolicy::always(Fault::Redirect(302)));
    assert!(matches!(misfit, UploadsError::Misfit(_)), "{misfit}");
}
