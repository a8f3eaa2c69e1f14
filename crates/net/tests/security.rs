//! Security profiles, over real sockets with real TLS.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use net::csms::{Door, Policy, Profile};
use net::station::Credentials;
use net::{CertificateTrouble, ConnectError, CsmsConfig, Password, StationLink, TlsError};
use ocpp::Version;
use std::time::Duration;
use support::pki::{PASSWORD, Pki};
use support::{Bench, next};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use trace::Cause;

async fn connect(url: &str, credentials: &Credentials) -> Result<StationLink, ConnectError> {
    StationLink::connect_with(url, "CS001", &Version::ALL, credentials).await
}

async fn boots(link: &mut StationLink) {
    link.send(r#"[2,"s-1","BootNotification",{}]"#.into()).await.unwrap();
    assert_eq!(next(link).await[2]["status"], "Accepted");
}

/// Whatever was refused before: the next station that does it right is let in.
async fn is_still_served(bench: &Bench, url: &str, credentials: &Credentials) {
    boots(&mut connect(url, credentials).await.unwrap()).await;
    assert_eq!(bench.csms.connection().unwrap().station, "CS001");
}

#[tokio::test]
async fn profile_0_lets_everyone_in_and_says_so() {
    let pki = Pki::new();
    let (bench, url) = pki.csms(Profile::None, "").await;
    boots(&mut connect(&url, &Credentials::none()).await.unwrap()).await;
    assert_eq!(bench.secured(), trace::Secured { profile: 0, user: None, tls: None });
}

#[tokio::test]
async fn profile_1_wants_the_password() {
    let pki = Pki::new();
    let (bench, url) = pki.csms(Profile::Basic, "").await;
    let right = Credentials::password(Password::new(PASSWORD));
    is_still_served(&bench, &url, &right).await;
    assert_eq!(bench.secured(), trace::Secured { profile: 1, user: Some("CS001".into()), tls: None });
}

#[tokio::test]
async fn a_wrong_password_and_none_get_401_and_are_recorded_without_it() {
    let pki = Pki::new();
    for profile in [Profile::Basic, Profile::Tls] {
        for (given, reason) in
            [(Some("not-the-password"), "wrong password for `CS001`"), (None, "no user name")]
        {
            let (bench, url) = pki.csms(profile, "csms").await;
            let link = connect(&url, &pki.credentials(None, given)).await;
            assert!(matches!(link, Err(ConnectError::Refused(401))), "{link:?}");
            let (said, details) = bench.refused().await;
            assert!(said.starts_with(reason), "{said}");
            assert_eq!((details.cause, details.status), (Cause::Unauthorized, Some(401)));
            assert_eq!(details.station.as_deref(), Some("CS001"));
            assert_eq!(details.security.user.as_deref(), given.map(|_| "CS001"));
            assert_eq!(details.security.tls.is_some(), profile == Profile::Tls);
            let evidence = serde_json::to_string(&bench.records()).unwrap();
            assert!(!evidence.contains("password\"") && !evidence.contains("not-the-password"), "{evidence}");
            is_still_served(&bench, &url, &pki.credentials(None, Some(PASSWORD))).await;
        }
    }
}

#[tokio::test]
async fn an_unknown_identity_gets_404_under_every_profile() {
    let pki = Pki::new();
    for profile in [Profile::None, Profile::Basic, Profile::Tls, Profile::MutualTls] {
        let (bench, url) = pki.csms(profile, "csms").await;
        let credentials = pki.credentials(Some("station"), Some(PASSWORD));
        let link = StationLink::connect_with(&url, "CS002", &Version::ALL, &credentials).await;
        assert!(matches!(link, Err(ConnectError::Refused(404))), "{link:?}");
        let (_, details) = bench.refused().await;
        assert_eq!((details.cause, details.station.as_deref()), (Cause::UnknownStation, Some("CS002")));
        is_still_served(&bench, &url, &credentials).await;
    }
}

#[tokio::test]
async fn profile_2_encrypts_and_what_was_negotiated_is_evidence() {
    let pki = Pki::new();
    let (bench, url) = pki.csms(Profile::Tls, "csms").await;
    let url = url.replace("127.0.0.1", "localhost");
    is_still_served(&bench, &url, &pki.credentials(None, Some(PASSWORD))).await;
    let secured = bench.secured();
    let tls = secured.tls.unwrap();
    assert_eq!((secured.profile, secured.user.as_deref()), (2, Some("CS001")));
    assert_eq!(tls.version.as_deref(), Some("TLSv1_3"));
    assert!(tls.cipher_suite.unwrap().starts_with("TLS13_AES_"));
    assert_eq!(tls.server_name.as_deref(), Some("localhost"));
    assert!(tls.offered.contains(&"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256".to_owned()), "{:?}", tls.offered);
    assert_eq!(tls.server_certificate.unwrap().content.unwrap().common_name.as_deref(), Some("localhost"));
    assert_eq!(tls.client_certificate, None);
}

#[tokio::test]
async fn profile_3_wants_a_certificate_and_records_it() {
    let pki = Pki::new();
    let (bench, url) = pki.csms(Profile::MutualTls, "csms").await;
    is_still_served(&bench, &url, &pki.credentials(Some("station"), None)).await;
    let shown = bench.secured().tls.unwrap().client_certificate.unwrap();
    let content = shown.content.unwrap();
    assert_eq!(content.common_name.as_deref(), Some("CS001"));
    assert!(content.not_before < bench.log.clock().now() && bench.log.clock().now() < content.not_after);
    assert!(!content.serial.is_empty() && shown.sha256.len() == 64);
}

#[tokio::test]
async fn a_certificate_that_is_expired_foreign_or_missing_is_refused_with_an_alert() {
    let pki = Pki::new();
    for (certificate, reason, alert) in [
        (Some("station-expired"), "expired", "CertificateExpired"),
        (Some("station-foreign"), "UnknownIssuer", "UnknownCA"),
        (None, "peer sent no certificates", "CertificateRequired"),
    ] {
        let (bench, url) = pki.csms(Profile::MutualTls, "csms").await;
        let refused = connect(&url, &pki.credentials(certificate, None)).await.unwrap_err();
        let ConnectError::Tls { source: TlsError::Alert(said), .. } = &refused else { panic!("{refused:?}") };
        assert_eq!(said, alert);
        let (said, details) = bench.refused().await;
        assert!(said.contains(reason), "{said}");
        assert_eq!((details.cause, details.status), (Cause::Tls, None));
        let shown = details.security.tls.unwrap().client_certificate;
        assert_eq!(shown.is_some(), certificate.is_some());
        is_still_served(&bench, &url, &pki.credentials(Some("station"), None)).await;
    }
}

#[tokio::test]
async fn a_station_that_does_not_trust_the_csms_says_so_and_its_alert_is_recorded() {
    let pki = Pki::new();
    for (csms, trouble, alert) in [
        ("csms-expired", CertificateTrouble::Expired, "CertificateExpired"),
        ("csms-foreign", CertificateTrouble::UnknownIssuer, "UnknownCA"),
    ] {
        let (bench, url) = pki.csms(Profile::MutualTls, csms).await;
        let refused = connect(&url, &pki.credentials(Some("station"), None)).await.unwrap_err();
        let ConnectError::Tls { source: TlsError::Certificate { trouble: found, .. }, .. } = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(found, trouble);
        let (said, details) = bench.refused().await;
        assert!(said.contains(alert), "{said}");
        assert_eq!(details.cause, Cause::Tls);
    }
}

#[tokio::test]
async fn a_certificate_for_another_host_is_not_trusted() {
    let pki = Pki::new();
    let (_bench, url) = pki.csms(Profile::Tls, "csms").await;
    let url = url.replace("127.0.0.1", "127.0.0.2");
    // Any address of loopback reaches the listener only where it listens on all of them: the stream is ours.
    let address = url.trim_start_matches("wss://127.0.0.2:").split('/').next().unwrap().to_owned();
    let stream = TcpStream::connect(format!("127.0.0.1:{address}")).await.unwrap();
    let credentials = pki.credentials(None, Some(PASSWORD));
    let link = StationLink::attach_with(stream, &url, "CS001", &Version::ALL, &credentials).await;
    let Err(ConnectError::Tls { source: TlsError::Certificate { trouble, .. }, .. }) = link else {
        panic!("{link:?}")
    };
    assert_eq!(trouble, CertificateTrouble::WrongName);
}

#[tokio::test]
async fn without_an_authority_there_is_no_tls() {
    let pki = Pki::new();
    let (_bench, url) = pki.csms(Profile::Tls, "csms").await;
    let link = connect(&url, &Credentials::password(Password::new(PASSWORD))).await;
    assert!(matches!(link, Err(ConnectError::Tls { source: TlsError::NoAuthority, .. })), "{link:?}");
}

#[tokio::test]
async fn what_is_no_tls_is_refused_and_survived() {
    let pki = Pki::new();
    for junk in [
        b"GET /CS001 HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
        vec![0x16, 0x03, 0x01, 0xFF, 0xFF, 0x01],
        (0..=255).cycle().take(100_000).collect(),
        b"\x15\x03\x03\x00\x02\x02\x28".to_vec(),
        Vec::new(),
    ] {
        let (bench, url) = pki.csms(Profile::MutualTls, "csms").await;
        let address = url.trim_start_matches("wss://").trim_end_matches("/ocpp").to_owned();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let _ = stream.write_all(&junk).await;
        stream.shutdown().await.ok();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let (_, details) = bench.refused().await;
        assert_eq!(details.cause, Cause::Tls);
        is_still_served(&bench, &url, &pki.credentials(Some("station"), None)).await;
    }
}

#[tokio::test]
async fn a_hundred_silent_connections_delay_nobody_for_long_and_are_recorded() {
    let pki = Pki::new();
    let security = pki.security(Profile::MutualTls, "csms");
    let handshake_timeout = Duration::from_millis(500);
    let config = CsmsConfig { security, handshake_timeout, ..CsmsConfig::default() };
    let bench = Bench::at(net::Clock::wall(), config);
    let addr = bench.csms.listen("127.0.0.1:0").await.unwrap();
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(TcpStream::connect(addr).await.unwrap());
    }
    is_still_served(&bench, &format!("wss://{addr}"), &pki.credentials(Some("station"), None)).await;
    let (said, details) = bench.refused().await;
    assert!(said.starts_with("no complete TLS handshake within"), "{said}");
    assert_eq!(details.cause, Cause::Timeout);
}

#[tokio::test]
async fn after_a_change_of_the_password_only_the_new_one_counts() {
    let pki = Pki::new();
    let (bench, url) = pki.csms(Profile::Tls, "csms").await;
    bench.csms.set_password("CS001", Password::new("a-newer-password"));
    let old = connect(&url, &pki.credentials(None, Some(PASSWORD))).await;
    assert!(matches!(old, Err(ConnectError::Refused(401))), "{old:?}");
    is_still_served(&bench, &url, &pki.credentials(None, Some("a-newer-password"))).await;
}

#[tokio::test]
async fn a_cut_resets_the_connection_also_under_tls() {
    let pki = Pki::new();
    for profile in [Profile::None, Profile::MutualTls] {
        let (bench, url) = pki.csms(profile, "csms").await;
        let mut link = connect(&url, &pki.credentials(Some("station"), None)).await.unwrap();
        boots(&mut link).await;
        bench.csms.hang_up(support::LANE, false);
        let Some(net::Received::Closed { code: None, reason }) = link.recv().await else { panic!() };
        assert!(reason.contains("reset by peer"), "{reason}");
    }
}

#[tokio::test]
async fn a_csms_that_plays_offline_resets_every_attempt_until_it_is_back() {
    let pki = Pki::new();
    for profile in [Profile::None, Profile::MutualTls] {
        let (bench, url) = pki.csms(profile, "csms").await;
        let credentials = pki.credentials(Some("station"), None);
        bench.csms.set_offline(support::LANE, true);
        assert!(connect(&url, &credentials).await.is_err());
        assert_eq!(bench.refused().await.1.cause, Cause::Offline);
        bench.csms.set_offline(support::LANE, false);
        is_still_served(&bench, &url, &credentials).await;
    }
}

#[tokio::test]
async fn at_each_door_a_station_is_turned_away_and_afterwards_let_in() {
    let pki = Pki::new();
    let mutual = pki.credentials(Some("station"), None);
    let (basic, tls) = (pki.credentials(None, Some(PASSWORD)), pki.credentials(None, Some(PASSWORD)));
    for (door, profile, credentials, cause, why) in [
        (Door::WrongPassword, Profile::Basic, &basic, Cause::Unauthorized, "wrong password"),
        (Door::UnknownIdentity, Profile::Basic, &basic, Cause::UnknownStation, "does not know it"),
        (Door::ForeignCertificate, Profile::MutualTls, &mutual, Cause::Tls, "certificate is refused"),
        (Door::ExpiredCertificate, Profile::MutualTls, &mutual, Cause::Tls, "expired"),
        (Door::Impostor, Profile::Tls, &tls, Cause::Tls, "UnknownCA"),
        (Door::Impostor, Profile::MutualTls, &mutual, Cause::Tls, "UnknownCA"),
    ] {
        let (bench, url) = pki.csms(profile, "csms").await;
        bench.csms.set_policy(support::LANE, Policy::at_the_door(door));
        assert!(connect(&url, credentials).await.is_err(), "{door:?}");
        let (said, details) = bench.refused().await;
        assert!(said.contains(why), "{door:?}: {said}");
        assert_eq!(details.cause, cause, "{door:?}");
        bench.csms.set_policy(support::LANE, Policy::default());
        is_still_served(&bench, &url, credentials).await;
    }
}
