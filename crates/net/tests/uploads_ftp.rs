//! Uploads by FTP, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use net::Password;
use net::station::Credentials;
use net::station::upload::{File, Packing, Route, UploadError, upload};
use net::upload::{Fault, UploadConfig, UploadPolicy, UploadUrl};
use std::time::Duration;
use support::uploading::{Servers, parts};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use trace::{UploadEvent, UploadOutcome, UploadProtocol::Ftp};

fn big() -> Vec<u8> {
    (0..300_000u32).map(|i| (i % 251) as u8).collect()
}

/// A client that does it by hand.
struct Client(BufReader<TcpStream>);

impl Client {
    async fn connect(place: &str) -> Client {
        let mut client = Client(BufReader::new(TcpStream::connect(place).await.unwrap()));
        assert!(client.line().await.starts_with("220 "));
        client
    }

    async fn logged_in(place: &str) -> Client {
        let mut client = Client::connect(place).await;
        client.say("USER anonymous").await;
        assert!(client.say("PASS a@b").await.starts_with("230 "));
        client
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        line
    }

    async fn say(&mut self, command: &str) -> String {
        self.0.get_mut().write_all(format!("{command}\r\n").as_bytes()).await.unwrap();
        self.line().await
    }

    /// The data connection, by PASV.
    async fn passive(&mut self) -> TcpStream {
        let told = self.say("PASV").await;
        let numbers: Vec<u16> = told
            .split(['(', ')'])
            .nth(1)
            .unwrap_or_else(|| panic!("{told}"))
            .split(',')
            .map(|n| n.parse().unwrap())
            .collect();
        let port = numbers[4] * 256 + numbers[5];
        TcpStream::connect(("127.0.0.1", port)).await.unwrap()
    }
}

#[tokio::test]
async fn a_file_is_received_to_the_byte() {
    let servers = Servers::plain().await;
    let url = servers.expect(Ftp, UploadPolicy::accepting());
    servers.send(&url, &big()).await.unwrap();
    let end = servers.ended(0).await;
    assert_eq!((end.outcome, end.status, end.bytes), (UploadOutcome::Stored, Some(226), 300_000));
    assert_eq!(end.file_name.as_deref(), Some("log.bin"));
    assert!(std::fs::read(servers.dir.path().join(end.kept.unwrap())).unwrap() == big());
    let lines = servers
        .until("dialogue", |e| match e {
            UploadEvent::Dialogue { lines } => Some(lines.clone()),
            _ => None,
        })
        .await;
    assert!(lines.contains(&format!("> STOR {}log.bin", parts(&url).1)), "{lines:#?}");
    assert!(lines.contains(&"> PASS …".to_owned()), "{lines:#?}");
}

#[tokio::test]
async fn a_client_of_the_old_school_changes_folders_and_uses_pasv() {
    let servers = Servers::plain().await;
    let url = servers.expect(Ftp, UploadPolicy::accepting());
    let (place, path) = parts(&url);
    let mut client = Client::logged_in(&place).await;
    assert!(client.say("SYST").await.starts_with("215 "));
    assert!(client.say("TYPE I").await.starts_with("200 "));
    assert!(client.say(&format!("CWD {path}")).await.starts_with("250 "));
    assert_eq!(client.say("PWD").await.trim(), format!("257 \"{}\"", path.trim_end_matches('/')));
    assert!(client.say("MKD logs").await.starts_with("257 "));
    assert!(client.say("CWD logs").await.starts_with("250 "));
    let mut data = client.passive().await;
    assert!(client.say("STOR ../a b.log").await.starts_with("150 "));
    data.write_all(b"abc").await.unwrap();
    drop(data);
    assert!(client.line().await.starts_with("226 "));
    assert!(client.say("QUIT").await.starts_with("221 "));
    let UploadEvent::Begun { method, path: stored, .. } = &servers.events()[0] else { panic!() };
    assert_eq!((method.as_str(), stored), ("STOR", &format!("{path}a b.log")));
    assert_eq!(servers.ended(0).await.bytes, 3);
}

#[tokio::test]
async fn credentials_in_the_url_are_demanded_and_never_recorded() {
    let servers = Servers::plain().await;
    let policy = UploadPolicy::accepting().with_credentials("uploader", Password::new("s3cret/p@ss"));
    let url = servers.expect(Ftp, policy);
    servers.send(&url, b"abc").await.unwrap();
    for (wrong, status) in
        [(url.url.replace("s3cret", "guess"), 530), (url.url.replace("uploader:s3cret%2Fp%40ss@", ""), 530)]
    {
        let failed = servers.send(&UploadUrl { url: wrong, ..url.clone() }, b"abc").await.unwrap_err();
        assert!(matches!(failed, UploadError::Refused(s) if s == status), "{failed}");
        assert_eq!(failed.log_status(), "PermissionDenied");
    }
    assert_eq!(servers.ended(1).await.outcome, UploadOutcome::Unauthorized);
    assert_eq!(servers.ended(2).await.outcome, UploadOutcome::Unauthorized);
    servers.uploads.shutdown().await;
    assert!(!servers.evidence().contains("s3cret"));
}

#[tokio::test]
async fn faults_come_in_the_words_of_ftp() {
    for (fault, status, log_status) in [
        (Fault::Status(403), 550, "PermissionDenied"),
        (Fault::Status(500), 451, "UploadFailure"),
        (Fault::Status(507), 452, "UploadFailure"),
    ] {
        let servers = Servers::plain().await;
        let url = servers.expect(Ftp, UploadPolicy::failing(1, fault));
        let failed = servers.send(&url, b"abc").await.unwrap_err();
        assert!(matches!(failed, UploadError::Refused(s) if s == status), "{failed}");
        assert_eq!(failed.log_status(), log_status);
        assert_eq!(servers.ended(0).await.outcome, UploadOutcome::Refused);
        servers.send(&url, b"abc").await.unwrap();
    }
}

#[tokio::test]
async fn a_transfer_is_cut_after_so_many_bytes() {
    let servers = Servers::plain().await;
    let url = servers.expect(Ftp, UploadPolicy::always(Fault::CutAfter(1000)));
    let failed = servers.send(&url, &big()).await.unwrap_err();
    assert!(matches!(failed, UploadError::Broken(_)), "{failed}");
    let end = servers.ended(0).await;
    assert_eq!((end.outcome, end.bytes), (UploadOutcome::Cut, 1000));
}

#[tokio::test]
async fn silence_lasts_until_the_station_gives_up() {
    let servers = Servers::plain().await;
    let url = servers.expect(Ftp, UploadPolicy::always(Fault::Silence));
    let file = File { name: "log.bin".into(), bytes: b"abc".to_vec() };
    let patience = Duration::from_millis(300);
    let failed = upload(&Route::Network, &Credentials::none(), &url.url, file, Packing::Put, patience).await;
    assert!(matches!(failed, Err(UploadError::TimedOut(_))), "{failed:?}");
    let end = servers.ended(0).await;
    assert_eq!((end.outcome, end.bytes), (UploadOutcome::Unanswered, 3));
}

#[tokio::test]
async fn what_the_server_does_not_do_is_refused_and_the_dialogue_goes_on() {
    let config = UploadConfig { max_bytes: 1000, ..UploadConfig::default() };
    let servers = Servers::start(config).await;
    let (place, path) = parts(&servers.expect(Ftp, UploadPolicy::accepting()));
    let mut client = Client::connect(&place).await;
    assert!(client.say("STOR x").await.starts_with("530 "));
    client.say("USER a").await;
    client.say("PASS b").await;
    assert!(client.say("PORT 127,0,0,1,0,80").await.starts_with("502 "));
    assert!(client.say("AUTH TLS").await.starts_with("502 "));
    assert!(client.say("RETR x").await.starts_with("550 "));
    assert!(client.say("STOR /elsewhere/x").await.starts_with("553 "));
    assert!(client.say(&format!("STOR {path}x")).await.starts_with("425 "));
    assert!(client.say(&"x".repeat(5000)).await.starts_with("500 "));
    assert!(client.say("NOOP").await.starts_with("200 "));
    let mut data = client.passive().await;
    assert!(client.say(&format!("STOR {path}x")).await.starts_with("150 "));
    let _ = data.write_all(&big()).await;
    assert!(client.line().await.starts_with("552 "));
    let outcomes =
        [servers.ended(0).await, servers.ended(1).await, servers.ended(2).await].map(|e| e.outcome);
    assert_eq!(outcomes, [UploadOutcome::Unexpected, UploadOutcome::Unusable, UploadOutcome::TooLarge]);
}

#[tokio::test]
async fn an_upload_that_is_broken_off_is_recorded_with_what_came() {
    let servers = Servers::plain().await;
    let (place, path) = parts(&servers.expect(Ftp, UploadPolicy::accepting()));
    let mut client = Client::logged_in(&place).await;
    let mut data = client.passive().await;
    assert!(client.say(&format!("STOR {path}x")).await.starts_with("150 "));
    data.write_all(b"0123456789").await.unwrap();
    drop(client);
    drop(data);
    let end = servers.ended(0).await;
    assert_eq!((end.outcome, end.bytes), (UploadOutcome::Aborted, 10));
}

#[tokio::test]
async fn junk_is_survived_and_the_end_of_the_servers_leaves_nothing_unsaid() {
    let servers = Servers::plain().await;
    let url = servers.expect(Ftp, UploadPolicy::always(Fault::Silence));
    let (place, path) = parts(&url);
    let mut stream = TcpStream::connect(&place).await.unwrap();
    stream.write_all(&(0..=255).cycle().take(50_000).collect::<Vec<u8>>()).await.unwrap();
    let mut client = Client::logged_in(&place).await;
    let data = client.passive().await;
    assert!(client.say(&format!("STOR {path}x")).await.starts_with("150 "));
    drop(data);
    servers.until("beginning", |e| matches!(e, UploadEvent::Begun { .. }).then_some(())).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    servers.uploads.shutdown().await;
    assert_eq!(servers.ended(0).await.outcome, UploadOutcome::Unanswered);
    let len = servers.log.len();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert_eq!(servers.log.len(), len);
    assert!(TcpStream::connect(&place).await.is_err());
}
