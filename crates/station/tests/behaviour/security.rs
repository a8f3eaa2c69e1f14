//! Security events, the security log and the password.

use crate::support::{Csms, in_both, in_both_off};
use net::station::ConnectError;
use net::{CertificateTrouble, Password, TlsError};
use serde_json::{Value, json};

fn types(csms: &mut Csms) -> Vec<Value> {
    csms.take("SecurityEventNotification").into_iter().map(|p| p["type"].clone()).collect()
}

fn security_log(csms: &mut Csms, log: Value) -> String {
    csms.call("GetLog", json!({ "requestId": 1, "logType": "SecurityLog", "log": log }));
    String::from_utf8(csms.uploads.pop().unwrap().bytes).unwrap()
}

#[test]
fn a_start_is_told_once_the_station_is_accepted() {
    in_both_off(|mut csms| {
        csms.connect();
        let told = csms.take("SecurityEventNotification");
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["type"], "StartupOfTheDevice");
        assert_eq!(told[0]["timestamp"], "2026-03-01T10:00:07.000Z");
        assert_eq!(csms.order[0], "BootNotification");
        csms.forget();
        csms.status("Reset", json!({ "type": "Immediate" }));
        csms.reboot();
        assert_eq!(types(&mut csms), ["ResetOrReboot"]);
        csms.disconnect();
        csms.connect();
        assert!(types(&mut csms).is_empty(), "a reconnect is no start");
    });
}

#[test]
fn a_back_end_that_cannot_be_trusted_is_told_once_it_can() {
    in_both(|mut csms| {
        csms.disconnect();
        let foreign =
            TlsError::Certificate { trouble: CertificateTrouble::UnknownIssuer, text: String::new() };
        let error = ConnectError::Tls { address: "h:1".into(), source: foreign };
        csms.station.not_connected(csms.now, &error);
        csms.station.not_connected(csms.now, &error);
        csms.connect();
        assert_eq!(types(&mut csms), ["InvalidCsmsCertificate"]);
    });
}

#[test]
fn a_refused_password_is_written_down_and_not_told() {
    in_both(|mut csms| {
        csms.disconnect();
        csms.station.not_connected(csms.now, &ConnectError::Refused(401));
        csms.connect();
        assert!(types(&mut csms).is_empty());
        let log = security_log(&mut csms, json!({ "remoteLocation": "http://logs.test/" }));
        assert!(log.contains("FailedToAuthenticateAtCsms"), "{log}");
    });
}

#[test]
fn the_security_log_holds_the_period_that_is_asked_for() {
    in_both(|mut csms| {
        let of = |key: &str, time: &str| {
            let mut log = json!({ "remoteLocation": "http://logs.test/" });
            log[key] = json!(time);
            log
        };
        let has = |log: String| log.contains("StartupOfTheDevice");
        assert!(has(security_log(&mut csms, of("oldestTimestamp", "2026-03-01T10:00:00Z"))));
        assert!(!has(security_log(&mut csms, of("oldestTimestamp", "2026-03-01T11:00:00Z"))));
        assert!(!has(security_log(&mut csms, of("latestTimestamp", "2026-03-01T09:00:00Z"))));
    });
}

#[test]
fn a_new_password_counts_from_the_next_connection_on() {
    in_both(|mut csms| {
        assert_eq!(csms.put("SecurityCtrlr.BasicAuthPassword", "a-new-password-1"), "Accepted");
        assert_eq!(csms.password, Some(Password::new("a-new-password-1")));
        csms.password = None;
        for unfit in ["too-short", "with a blank in it"] {
            assert_eq!(csms.put("SecurityCtrlr.BasicAuthPassword", unfit), "Rejected", "{unfit}");
        }
        assert_eq!(csms.password, None);
        let log = security_log(&mut csms, json!({ "remoteLocation": "http://logs.test/" }));
        assert!(log.contains("ReconfigurationOfSecurityParameters"), "{log}");
    });
}
