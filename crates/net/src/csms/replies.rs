//! Automatic replies: what any CSMS answers to the CALLs of a station, mild and legal, so that the station
//! carries on. Judging is done from the trace, never here: a CALL that violates its schema is answered like
//! one that does not.

use jiff::Timestamp;
use ocpp::{
    Version, catalogue,
    frame::{self, ErrorCode, Frame, Unreadable},
};
use serde_json::{Value, json};

/// What replies depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circumstances {
    pub(super) version: Version,
    pub(super) now: Timestamp,
    /// Seconds between Heartbeats, told in the answer to a BootNotification.
    pub(super) heartbeat_interval: u32,
}

/// What a text frame of the station means to the session.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Heard {
    /// It answers the CALL with this id.
    Answer(String),
    /// It is a CALL, or tries to be one; this is the reply.
    Reply(Frame),
    /// Nothing to do: a SEND, a message type the version does not know, a broken answer.
    Nothing,
}

/// Reads a frame and finds the reply.
pub(super) fn hear(text: &str, circumstances: Circumstances) -> Heard {
    match frame::read(text, circumstances.version).frame {
        Ok(Frame::Call { id, action, payload }) => Heard::Reply(reply(id, &action, &payload, circumstances)),
        Ok(Frame::CallResult { id, .. } | Frame::CallError { id, .. }) => Heard::Answer(id),
        Ok(Frame::CallResultError { .. } | Frame::Send { .. }) => Heard::Nothing,
        // What cannot be told to be something else may have been a CALL whose sender waits.
        Err(Unreadable { message_type: None | Some(2), message_id, because }) => {
            let id = message_id.unwrap_or_else(|| frame::UNREADABLE_ID.to_owned());
            Heard::Reply(Frame::call_error(id, because.answer(), &because.to_string()))
        }
        Err(_) => Heard::Nothing,
    }
}

fn reply(id: String, action: &str, request: &Value, circumstances: Circumstances) -> Frame {
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
fn response(action: &str, request: &Value, circumstances: Circumstances) -> Option<Value> {
    // Milliseconds: OCPP allows at most three decimals.
    let now = format!("{:.3}", circumstances.now);
    Some(match action {
        "BootNotification" => json!({
            "status": "Accepted", "currentTime": now, "interval": circumstances.heartbeat_interval,
        }),
        "Heartbeat" => json!({ "currentTime": now }),
        "Authorize" => json!({ "idTokenInfo": { "status": "Accepted" } }),
        "TransactionEvent" if request.get("idToken").is_some() => {
            json!({ "idTokenInfo": { "status": "Accepted" } })
        }
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
    use ocpp::validate::validate;

    fn at(version: Version) -> Circumstances {
        let now = "2026-01-02T03:04:05.678901Z".parse().unwrap();
        Circumstances { version, now, heartbeat_interval: 300 }
    }

    fn replied(text: &str) -> String {
        match hear(text, at(Version::V201)) {
            Heard::Reply(frame) => frame.to_text(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn every_call_a_station_can_send_gets_a_reply_that_keeps_to_its_schema() {
        for version in Version::ALL {
            for message in catalogue::get(version).messages().filter(|m| m.sender.includes_station()) {
                let action = &message.action;
                // With an idToken, which changes the answer to a TransactionEvent.
                let request = json!({"idToken": {}, "vatNumber": "NL0123456789012345678901"});
                match reply("1".into(), action, &request, at(version)) {
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
        assert_eq!(
            hear(r#"[2,"7","BootNotification",{"reason":"PowerUp"}]"#, at(Version::V21)),
            Heard::Reply(Frame::call_result(
                "7",
                json!({"status": "Accepted", "currentTime": "2026-01-02T03:04:05.678Z", "interval": 300})
            ))
        );
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
        let heard = |text| hear(text, at(Version::V201));
        assert_eq!(heard(r#"[3,"1",{}]"#), Heard::Answer("1".into()));
        assert_eq!(heard(r#"[4,"1","GenericError","",{}]"#), Heard::Answer("1".into()));
        for text in
            [r#"[6,"1","NotifyPeriodicEventStream",{}]"#, r#"[5,"1","GenericError","",{}]"#, "[9,1]", "[3]"]
        {
            assert_eq!(heard(text), Heard::Nothing, "{text}");
        }
    }
}
