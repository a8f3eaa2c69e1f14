//! Automatic replies: what any CSMS answers to the CALLs of a station, mild and legal, so that the station
//! carries on. Judging is done from the trace, never here: a CALL that violates its schema is answered like
//! one that does not. A [`Policy`] may want something else.

use super::policy::{BootStatus, Policy, Treatment};
use jiff::Timestamp;
use ocpp::{
    Version, catalogue,
    frame::{self, ErrorCode, Frame, Unreadable},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};
use trace::FrameText;

/// What replies depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circumstances<'a> {
    pub(super) version: Version,
    pub(super) now: Timestamp,
    /// Seconds between Heartbeats, told in the answer to a BootNotification.
    pub(super) heartbeat_interval: u32,
    pub(super) policy: &'a Policy,
    pub(super) standing: &'a Standing,
}

/// What the station has been told, as far as replies depend on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// The last answer to a BootNotification.
    pub(super) boot: BootStatus,
    /// Messages it was asked for with TriggerMessage.
    pub(super) triggered: BTreeSet<String>,
}

/// What a text frame of the station means to the session.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Heard {
    /// It answers the CALL with this id.
    Answer(String),
    /// It is a CALL, or tries to be one.
    Reply {
        /// The reply.
        frame: Frame,
        /// How long it is held back.
        after: Duration,
        /// What it tells the station about its registration.
        boot: Option<BootStatus>,
    },
    /// Nothing to do: a SEND, a message type the version does not know, a broken answer, or a CALL whose answer
    /// is withheld.
    Nothing,
}

/// Reads a frame and finds the reply.
pub(super) fn hear(text: &FrameText, circumstances: Circumstances<'_>) -> Heard {
    match &text.reading(circumstances.version).frame {
        Ok(Frame::Call { id, action, payload }) => treated(id.clone(), action, payload, circumstances),
        Ok(Frame::CallResult { id, .. } | Frame::CallError { id, .. }) => Heard::Answer(id.clone()),
        Ok(Frame::CallResultError { .. } | Frame::Send { .. }) => Heard::Nothing,
        // What cannot be told to be something else may have been a CALL whose sender waits.
        Err(Unreadable { message_type: None | Some(2), message_id, because }) => {
            let id = message_id.clone().unwrap_or_else(|| frame::UNREADABLE_ID.to_owned());
            let frame = Frame::call_error(id, because.answer(), &because.to_string());
            Heard::Reply { frame, after: Duration::ZERO, boot: None }
        }
        Err(_) => Heard::Nothing,
    }
}

/// The reply as the policy wants it.
fn treated(id: String, action: &str, request: &Value, circumstances: Circumstances<'_>) -> Heard {
    let treatment = circumstances.policy.treatment(action);
    let frame = match treatment {
        Treatment::Withhold => return Heard::Nothing,
        Treatment::WithholdMonitor { monitor } if tells(request, *monitor) => return Heard::Nothing,
        Treatment::Refuse { code } => Frame::call_error(id, code.0, "the test answers like this"),
        Treatment::Payload { payload } => Frame::call_result(id, payload.clone()),
        Treatment::Answer | Treatment::Late { .. } | Treatment::WithholdMonitor { .. } => {
            match uninvited(action, circumstances.standing) {
                Some(why) => Frame::call_error(id, ErrorCode::SecurityError, why),
                None => reply(id, action, request, circumstances),
            }
        }
    };
    Heard::Reply { boot: registration(action, &frame), frame, after: treatment.delay() }
}

/// Whether a NotifyEvent tells an event of a monitor.
fn tells(request: &Value, monitor: i64) -> bool {
    let events = request.get("eventData").and_then(Value::as_array).into_iter().flatten();
    let mut monitors = events.filter_map(|e| e.get("variableMonitoringId")?.as_i64());
    monitors.any(|of| of == monitor)
}

/// Why a station that is not accepted must not send this.
fn uninvited(action: &str, standing: &Standing) -> Option<&'static str> {
    // The reports are those the CSMS asked for (OCPP B02.FR.02).
    let invited = matches!(action, "BootNotification" | "NotifyReport" | "NotifyMonitoringReport")
        || standing.triggered.contains(action);
    match standing.boot {
        BootStatus::Pending if !invited => {
            Some("the station is not accepted yet, and this was not asked for")
        }
        BootStatus::Rejected if action != "BootNotification" => Some("the station is not accepted"),
        _ => None,
    }
}

/// What an answer to a BootNotification says.
fn registration(action: &str, frame: &Frame) -> Option<BootStatus> {
    match frame {
        Frame::CallResult { payload, .. } if action == "BootNotification" => {
            serde_json::from_value(payload.get("status")?.clone()).ok()
        }
        _ => None,
    }
}

fn reply(id: String, action: &str, request: &Value, circumstances: Circumstances<'_>) -> Frame {
    let version = circumstances.version;
    let Some(message) = catalogue::get(version).message(action) else {
        let description = format!("`{action}` is no message of OCPP {version}");
        return Frame::call_error(id, ErrorCode::NotImplemented, &description);
    };
    if !message.sender.includes_station() {
        let description = format!("`{action}` is sent by the CSMS, not by the station");
        return Frame::call_error(id, ErrorCode::NotSupported, &description);
    }
    if !request.is_object() {
        return Frame::call_error(id, ErrorCode::FormatViolation, "the payload is not an object");
    }
    match response(action, request, circumstances) {
        Some(payload) => Frame::call_result(id, payload),
        None => Frame::call_error(id, ErrorCode::NotSupported, &format!("`{action}` is not supported here")),
    }
}

/// The mildest legal response; `None` where there is none without a back office.
fn response(action: &str, request: &Value, circumstances: Circumstances<'_>) -> Option<Value> {
    // Milliseconds: OCPP allows at most three decimals.
    let now = format!("{:.3}", circumstances.now);
    let policy = circumstances.policy;
    let token = || json!({ "idTokenInfo": { "status": policy.authorization.as_json() } });
    Some(match action {
        "BootNotification" => json!({
            "status": policy.boot.status,
            "currentTime": now,
            "interval": policy.boot.interval.unwrap_or(circumstances.heartbeat_interval),
        }),
        "Heartbeat" => json!({ "currentTime": now }),
        "Authorize" => token(),
        "TransactionEvent" if request.get("idToken").is_some() => token(),
        "DataTransfer" => json!({ "status": "UnknownVendorId" }),
        "NotifyEVChargingSchedule" | "OpenPeriodicEventStream" => json!({ "status": "Accepted" }),
        // There is no certificate authority, no smart charging and no e-mobility provider behind the suite.
        "SignCertificate" | "NotifyEVChargingNeeds" | "PullDynamicScheduleUpdate" => {
            json!({ "status": "Rejected" })
        }
        "GetCertificateStatus" => json!({ "status": "Failed" }),
        "Get15118EVCertificate" => json!({ "status": "Failed", "exiResponse": "" }),
        "GetCertificateChainStatus" => return None,
        "VatNumberValidation" => {
            let vat: String = request
                .get("vatNumber")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .chars()
                .take(20)
                .collect();
            json!({ "status": "Rejected", "vatNumber": vat })
        }
        "NotifyPeriodicEventStream" => return None, // a SEND, which has no response
        // All others are notifications whose response is empty; a test holds this against the catalogue.
        _ => json!({}),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csms::policy::{Authorization, RefusalCode};
    use ocpp::validate::validate;

    /// Runs something under a policy, for a station in that standing.
    fn under<T>(
        policy: &Policy,
        standing: &Standing,
        version: Version,
        what: impl FnOnce(Circumstances<'_>) -> T,
    ) -> T {
        let now = "2026-01-02T03:04:05.678901Z".parse().unwrap();
        what(Circumstances { version, now, heartbeat_interval: 300, policy, standing })
    }

    fn at<T>(version: Version, what: impl FnOnce(Circumstances<'_>) -> T) -> T {
        under(&Policy::default(), &Standing::default(), version, what)
    }

    fn text_of(heard: Heard) -> String {
        match heard {
            Heard::Reply { frame, .. } => frame.to_text(),
            other => format!("{other:?}"),
        }
    }

    fn replied(text: &str) -> String {
        text_of(at(Version::V201, |c| hear(&text.into(), c)))
    }

    fn in_standing(boot: BootStatus, triggered: &[&str], text: &str) -> String {
        let triggered = triggered.iter().map(|t| (*t).to_owned()).collect();
        let standing = Standing { boot, triggered };
        text_of(under(&Policy::default(), &standing, Version::V201, |c| hear(&text.into(), c)))
    }

    #[test]
    fn every_call_a_station_can_send_gets_a_reply_that_keeps_to_its_schema() {
        for version in Version::ALL {
            for message in catalogue::get(version).messages().filter(|m| m.sender.includes_station()) {
                let action = &message.action;
                // With an idToken, which changes the answer to a TransactionEvent.
                let request = json!({"idToken": {}, "vatNumber": "NL0123456789012345678901"});
                match at(version, |c| reply("1".into(), action, &request, c)) {
                    Frame::CallResult { payload, .. } => {
                        let violations = validate(version, &format!("{action}Response"), &payload);
                        assert_eq!(violations.unwrap(), [], "{action} {version}");
                    }
                    Frame::CallError { code, .. } => {
                        assert_eq!(code, "NotSupported");
                        assert!(
                            action == "GetCertificateChainStatus" || message.response.is_none(),
                            "{action}"
                        );
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_boot_is_accepted_with_the_time_in_milliseconds() {
        let text = r#"[2,"7","BootNotification",{"reason":"PowerUp"}]"#;
        let payload =
            json!({"status": "Accepted", "currentTime": "2026-01-02T03:04:05.678Z", "interval": 300});
        let (frame, boot) = (Frame::call_result("7", payload), Some(BootStatus::Accepted));
        let expected = Heard::Reply { frame, after: Duration::ZERO, boot };
        assert_eq!(at(Version::V21, |c| hear(&text.into(), c)), expected);
    }

    #[test]
    fn a_boot_may_be_put_off_with_an_interval_of_its_own() {
        let policy = Policy::boot(BootStatus::Pending, Some(5));
        let text = r#"[2,"7","BootNotification",{}]"#;
        let heard = under(&policy, &Standing::default(), Version::V201, |c| hear(&text.into(), c));
        let Heard::Reply { boot, frame: Frame::CallResult { payload, .. }, .. } = heard else { panic!() };
        assert_eq!(boot, Some(BootStatus::Pending));
        assert_eq!((&payload["status"], &payload["interval"]), (&json!("Pending"), &json!(5)));
    }

    #[test]
    fn a_station_that_is_not_accepted_yet_may_only_do_what_it_was_asked_for() {
        let call = |action: &str| format!(r#"[2,"1","{action}",{{}}]"#);
        let pending = |action: &str| in_standing(BootStatus::Pending, &["Heartbeat"], &call(action));
        assert!(pending("NotifyEvent").contains("SecurityError"));
        for invited in ["BootNotification", "NotifyReport", "Heartbeat"] {
            assert!(pending(invited).starts_with("[3,"), "{invited}");
        }
        let rejected = |action: &str| in_standing(BootStatus::Rejected, &["Heartbeat"], &call(action));
        assert!(rejected("Heartbeat").contains("SecurityError"));
        assert!(rejected("BootNotification").starts_with("[3,"));
    }

    #[test]
    fn a_policy_refuses_withholds_delays_and_replaces_answers() {
        let policy = Policy { authorization: Authorization::Invalid, ..Policy::default() }
            .with("Heartbeat", Treatment::Withhold)
            .with("NotifyEvent", Treatment::Refuse { code: RefusalCode(ErrorCode::InternalError) })
            .with("StatusNotification", Treatment::Late { ms: 1500 })
            .with("DataTransfer", Treatment::Payload { payload: json!({"status": "Rejected"}) });
        let heard =
            |text: &str| under(&policy, &Standing::default(), Version::V201, |c| hear(&text.into(), c));
        assert_eq!(heard(r#"[2,"1","Heartbeat",{}]"#), Heard::Nothing);
        assert!(text_of(heard(r#"[2,"1","NotifyEvent",{}]"#)).starts_with(r#"[4,"1","InternalError""#));
        assert_eq!(text_of(heard(r#"[2,"1","DataTransfer",{}]"#)), r#"[3,"1",{"status":"Rejected"}]"#);
        assert_eq!(
            text_of(heard(r#"[2,"1","Authorize",{}]"#)),
            r#"[3,"1",{"idTokenInfo":{"status":"Invalid"}}]"#
        );
        let Heard::Reply { after, .. } = heard(r#"[2,"1","StatusNotification",{}]"#) else { panic!() };
        assert_eq!(after, Duration::from_millis(1500));
    }

    #[test]
    fn a_policy_withholds_answers_to_one_monitor_only() {
        let policy = Policy::default().with("NotifyEvent", Treatment::WithholdMonitor { monitor: 7 });
        let heard = |id: i64| {
            let text =
                json!([2, "1", "NotifyEvent", { "eventData": [{ "variableMonitoringId": id }] }]).to_string();
            under(&policy, &Standing::default(), Version::V201, |c| hear(&text.as_str().into(), c))
        };
        assert_eq!(heard(7), Heard::Nothing);
        assert_eq!(text_of(heard(8)), r#"[3,"1",{}]"#);
    }

    #[test]
    fn a_transaction_event_is_told_about_its_token_only_if_it_has_one() {
        assert_eq!(replied(r#"[2,"1","TransactionEvent",{}]"#), r#"[3,"1",{}]"#);
        assert_eq!(
            replied(r#"[2,"1","TransactionEvent",{"idToken":{"idToken":"x","type":"Central"}}]"#),
            r#"[3,"1",{"idTokenInfo":{"status":"Accepted"}}]"#
        );
    }

    #[test]
    fn an_unknown_action_is_not_implemented_and_one_of_the_csms_not_supported() {
        assert!(replied(r#"[2,"1","MakeCoffee",{}]"#).starts_with(r#"[4,"1","NotImplemented","#));
        assert!(replied(r#"[2,"1","notifyEvent",{}]"#).starts_with(r#"[4,"1","NotImplemented","#));
        assert!(replied(r#"[2,"1","BatterySwap",{}]"#).starts_with(r#"[4,"1","NotImplemented","#));
        assert!(replied(r#"[2,"1","GetReport",{}]"#).starts_with(r#"[4,"1","NotSupported","#));
    }

    #[test]
    fn a_call_that_cannot_be_read_is_answered_with_its_id_or_minus_one() {
        assert!(replied(r#"[2,"9","Heartbeat",{"#).starts_with(r#"[4,"9","RpcFrameworkError","#));
        assert!(replied("hello").starts_with(r#"[4,"-1","RpcFrameworkError","#));
        assert!(replied(r#"[2,"9","Heartbeat",[]]"#).starts_with(r#"[4,"9","FormatViolation","#));
    }

    #[test]
    fn a_call_that_breaks_its_schema_is_answered_like_any_other() {
        assert_eq!(replied(r#"[2,"1","NotifyEvent",{"seqNo":"x"}]"#), r#"[3,"1",{}]"#);
    }

    #[test]
    fn what_is_no_call_is_not_replied_to() {
        let heard = |text: &str| at(Version::V201, |c| hear(&text.into(), c));
        assert_eq!(heard(r#"[3,"1",{}]"#), Heard::Answer("1".into()));
        assert_eq!(heard(r#"[4,"1","GenericError","",{}]"#), Heard::Answer("1".into()));
        for text in
            [r#"[6,"1","NotifyPeriodicEventStream",{}]"#, r#"[5,"1","GenericError","",{}]"#, "[9,1]", "[3]"]
        {
            assert_eq!(heard(text), Heard::Nothing, "{text}");
        }
    }
}
