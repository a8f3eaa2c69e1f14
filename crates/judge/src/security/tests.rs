use super::*;
use crate::testing::{Story, all_hold, boot, codes};
use serde_json::json;
use trace::{Certificate, CertificateContent, ConnId, Refusal, Tls};

fn secured(profile: u8, user: Option<&str>, tls: Option<Tls>) -> Secured {
    Secured { profile, user: user.map(str::to_owned), tls }
}

fn certificate(name: &str) -> Certificate {
    let time = "2026-01-01T00:00:00Z".parse().unwrap();
    let content = CertificateContent {
        subject: format!("CN={name}"),
        common_name: Some(name.to_owned()),
        issuer: "CN=root".into(),
        serial: "01".into(),
        not_before: time,
        not_after: time,
    };
    Certificate { sha256: String::new(), content: Some(content) }
}

impl Story {
    fn connects_with(self, security: Secured) -> Story {
        self.then(Body::Connected {
            conn: ConnId(9),
            station: "CS001".into(),
            peer: "p".into(),
            offered: Vec::new(),
            version: Some(ocpp::Version::V201),
            user_agent: None,
            security: Some(Box::new(security)),
        })
    }

    fn gets_refused(self, cause: Cause, station: Option<&str>, security: Secured) -> Story {
        let status = match cause {
            Cause::Unauthorized => Some(401),
            Cause::UnknownStation => Some(404),
            _ => None,
        };
        let station = station.map(str::to_owned);
        let details = Some(Box::new(Refusal { cause, status, station, security }));
        self.then(Body::Refused { peer: "p".into(), reason: "r".into(), details })
    }
}

const US: Option<&str> = Some("CS001");

#[test]
fn each_connection_shows_name_and_password() {
    let check = |s: Story| credentials_with_every_connection(s.window());
    let good = || Story::begins().connects_with(secured(1, US, None));
    assert!(all_hold(&check(good())));
    let refused_on_purpose = good().gets_refused(Cause::Unauthorized, US, secured(1, US, None));
    assert!(all_hold(&check(refused_on_purpose)));
    let without = good().gets_refused(Cause::Unauthorized, US, secured(1, None, None));
    assert_eq!(codes(&check(without)), [Code::CredentialsMissing]);
    let somebody_else = good().gets_refused(Cause::Unauthorized, Some("CS002"), secured(1, None, None));
    assert!(all_hold(&check(somebody_else)));
    let other = good().connects_with(secured(2, Some("admin"), None));
    assert_eq!(codes(&check(other)), [Code::CredentialsMissing]);
    assert!(matches!(check(Story::begins().connects_with(secured(0, None, None)))[..], [Check::Void(_)]));
}

#[test]
fn a_station_that_is_turned_away_keeps_trying_as_before() {
    let check = |s: Story, cause| kept_trying(s.window(), "CS001", cause);
    let refused = |user| Story::begins().gets_refused(Cause::Unauthorized, US, secured(1, user, None));
    assert!(all_hold(&check(refused(US), Cause::Unauthorized)));
    assert_eq!(codes(&check(refused(None), Cause::Unauthorized)), [Code::CredentialsMissing]);
    assert!(matches!(check(Story::begins(), Cause::Unauthorized)[..], [Check::Open { .. }]));
    let certificate = Story::begins().gets_refused(Cause::Tls, None, secured(3, None, None));
    assert!(all_hold(&check(certificate, Cause::Tls)));
}

#[test]
fn after_a_change_only_the_new_password_is_used() {
    let check = |s: Story, back| new_password_used(s.window(), "CS001", back, "within 60 s");
    assert!(all_hold([&check(Story::begins(), Some(Seq(0)))]));
    let old = || Story::begins().gets_refused(Cause::Unauthorized, US, secured(1, US, None));
    assert_eq!(codes([&check(old(), None)]), [Code::PasswordUnchanged]);
    assert_eq!(codes([&check(old(), Some(Seq(3)))]), [Code::PasswordUnchanged]);
    assert_eq!(codes([&check(Story::begins(), None)]), [Code::NotBack]);
}

#[test]
fn an_impostor_gets_neither_connection_nor_request() {
    let check = |s: Story| impostor_refused(s.window());
    let start = || Story::begins().then(Body::End { why: String::new() });
    let from = |s: Story| {
        let mut s = s;
        s.records.remove(0);
        s
    };
    let hello = secured(2, None, Some(Tls::default()));
    assert!(all_hold([&check(from(start().gets_refused(Cause::Tls, None, hello.clone())))]));
    assert_eq!(codes([&check(from(start().connects_with(hello.clone())))]), [Code::CertificateTrusted]);
    assert_eq!(
        codes([&check(from(start().gets_refused(Cause::Unauthorized, US, hello)))]),
        [Code::CertificateTrusted]
    );
    assert!(matches!(check(from(start())), Check::Open { .. }));
}

#[test]
fn an_old_version_of_tls_is_found() {
    let with = |version: &str| {
        let tls = Tls { version: Some(version.into()), ..Tls::default() };
        tls_is_recent(Story::begins().connects_with(secured(2, US, Some(tls))).window())
    };
    assert!(all_hold(&with("TLSv1_2")));
    assert_eq!(codes(&with("TLSv1_1")), [Code::WeakTls]);
    assert!(matches!(tls_is_recent(Story::begins().window())[..], [Check::Void(_)]));
}

#[test]
fn the_certificate_carries_the_serial_number_of_the_boot() {
    let with = |name: &str, serial: Option<&str>| {
        let tls = Tls { client_certificate: Some(certificate(name)), ..Tls::default() };
        let mut payload = boot("PowerUp");
        if let Some(serial) = serial {
            payload["chargingStation"]["serialNumber"] = json!(serial);
        }
        let story =
            Story::begins().connects_with(secured(3, None, Some(tls))).calls("BootNotification", payload);
        serial_number_shown(story.window())
    };
    assert!(all_hold(&with("DM-1", Some("DM-1"))));
    assert_eq!(codes(&with("CS001", Some("DM-1"))), [Code::SerialDiffers]);
    assert!(matches!(with("DM-1", None)[..], [Check::Open { .. }]));
    assert!(matches!(serial_number_shown(Story::begins().window())[..], [Check::Void(_)]));
}

#[test]
fn a_security_event_is_found_however_its_name_is_written() {
    let check = |kind: &str| {
        let story =
            Story::begins().says("SecurityEventNotification", json!({ "type": kind, "timestamp": "" }));
        event_told(story.window(), &["StartupOfTheDevice", "ResetOrReboot"], Seq(0), "within 180 s")
    };
    assert!(all_hold([&check("resetorreboot")]));
    assert_eq!(codes([&check("MemoryExhaustion")]), [Code::SecurityEventMissing]);
}

#[test]
fn no_message_shows_what_can_only_be_written() {
    let at = json!({ "component": { "name": "SecurityCtrlr" }, "variable": { "name": "BasicAuthPassword" } });
    let with = |more: Value| {
        let mut whole = at.clone();
        for (key, value) in more.as_object().unwrap() {
            whole[key] = value.clone();
        }
        whole
    };
    let listed = with(json!({ "variableAttribute": [{ "mutability": "WriteOnly" }] }));
    let report = |entry: Value| json!({ "requestId": 1, "seqNo": 0, "reportData": [entry] });
    let inventory = {
        let story = Story::begins().says("NotifyReport", report(listed.clone()));
        Inventory::from_parts(&crate::parts(story.window(), "NotifyReport", 1))
    };
    let check = |s: Story| codes(&no_secret_sent(s.window(), &inventory));
    assert_eq!(check(Story::begins().says("NotifyReport", report(listed))), []);
    let told = with(json!({ "variableAttribute": [{ "mutability": "WriteOnly", "value": "s3cret" }] }));
    assert_eq!(check(Story::begins().says("NotifyReport", report(told))), [Code::SecretShown]);
    let read = json!({ "getVariableResult": [with(json!({ "attributeStatus": "Accepted", "attributeValue": "x" }))] });
    assert_eq!(check(Story::begins().receives("GetVariables", json!({})).answers(read)), [Code::SecretShown]);
    let event = with(json!({ "actualValue": "x", "eventId": 1 }));
    assert_eq!(check(Story::begins().notifies([event])), [Code::SecretShown]);
    assert_eq!(check(Story::begins().notifies([with(json!({ "actualValue": "", "eventId": 1 }))])), []);
    let nothing = Inventory::from_parts(&[]);
    assert!(matches!(no_secret_sent(Story::begins().window(), &nothing)[..], [Check::Void(_)]));
}
