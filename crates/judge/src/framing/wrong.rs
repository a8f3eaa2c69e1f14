//! Requests made wrong on purpose, frames that are none, and what a station says to them.

use crate::answer::{Answer, Reply, said};
use crate::{Check, Code, Finding, Window, frame_of};
use ocpp::Version;
use ocpp::catalogue;
use ocpp::frame::{ErrorCode, Frame, FrameViolation, UNREADABLE_ID};
use ocpp::validate::shared;
use serde_json::Value;
use std::collections::BTreeMap;
use trace::{Body, Direction, FrameText, Seq};

/// How much a wrong request deserves an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It cannot be understood as it stands.
    Hard,
    /// It can be understood if one field is ignored.
    ExtraField,
    /// An enumeration has a value nobody knows: an ordinary refusal says so too.
    UnknownValue,
}

/// Statuses that refuse what was asked.
const REFUSALS: [&str; 7] = [
    "Rejected",
    "NotSupported",
    "NotImplemented",
    "UnknownComponent",
    "UnknownVariable",
    "NotSupportedAttributeType",
    "EmptyResultSet",
];

/// Every status of a response, also those of its list elements.
fn statuses(payload: &Value) -> Vec<&str> {
    let own = |v: &Value| -> Vec<String> {
        let object = v.as_object().into_iter().flatten();
        object.filter(|(k, _)| k.to_lowercase().ends_with("status")).map(|(k, _)| k.clone()).collect()
    };
    let listed = payload.as_object().into_iter().flatten().filter_map(|(_, v)| v.as_array()).flatten();
    std::iter::once(payload)
        .chain(listed)
        .flat_map(|v| own(v).into_iter().filter_map(|key| v.get(&key)?.as_str()).collect::<Vec<_>>())
        .collect()
}

/// Whether a response refuses what was asked.
fn refuses(payload: &Value) -> bool {
    let all = statuses(payload);
    !all.is_empty() && all.iter().all(|s| REFUSALS.contains(s))
}

/// A wrong request must not be answered as if it were right (OCPP general rule FR.03). Silence is allowed: a
/// message that breaks its schema may be dropped (OCPP-J).
pub fn refused(answer: &Answer, fault: Fault) -> Check {
    let at = answer.reply.at();
    let records = [answer.sent, at];
    match &answer.reply {
        Reply::Error { .. } | Reply::Silence { .. } => Check::held(records),
        Reply::Lost { .. } | Reply::Unsent { .. } => {
            Check::open(format!("the connection was lost over {}", answer.action), records)
        }
        Reply::Result { payload, .. } => {
            let refuses = refuses(payload);
            if refuses && fault == Fault::UnknownValue {
                return Check::held(records);
            }
            let status = statuses(payload).first().copied().unwrap_or("without a status").to_owned();
            let observed = format!("a CALLRESULT: {}", said(&status, payload));
            let found = Finding::new(Code::WrongRequestTaken, "a CALLERROR", observed, records);
            // An ordinary refusal is the wrong kind of answer, but nothing was done; and who ignores a field too
            // many has understood the rest.
            if refuses || fault == Fault::ExtraField { found.mild().into() } else { found.into() }
        }
    }
}

/// What was wrong with something the suite sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Action,
    Payload,
    /// No frame; its message type may be the reason.
    Frame {
        unknown_type: bool,
        has_id: bool,
    },
}

impl Class {
    fn of(raw: &FrameText, version: Version) -> Option<(String, Class)> {
        match &raw.reading(version).frame {
            Ok(Frame::Call { id, action, payload }) => {
                if catalogue::get(version).message(action).is_none() {
                    return Some((id.clone(), Class::Action));
                }
                let violations = shared(version).validate(&format!("{action}Request"), payload);
                violations.is_ok_and(|v| !v.is_empty()).then(|| (id.clone(), Class::Payload))
            }
            Ok(_) => None,
            Err(unreadable) => {
                let unknown_type = matches!(
                    unreadable.because,
                    FrameViolation::UnknownMessageType(_) | FrameViolation::MessageTypeNotANumber(_)
                );
                let has_id = unreadable.message_id.is_some();
                let id = unreadable.message_id.clone().unwrap_or_else(|| UNREADABLE_ID.to_owned());
                Some((id, Class::Frame { unknown_type, has_id }))
            }
        }
    }

    fn fits(self, code: ErrorCode) -> bool {
        use ErrorCode as E;
        match self {
            Class::Action => matches!(code, E::NotImplemented | E::NotSupported),
            Class::Payload => matches!(
                code,
                E::FormatViolation
                    | E::ProtocolError
                    | E::OccurrenceConstraintViolation
                    | E::PropertyConstraintViolation
                    | E::TypeConstraintViolation
            ),
            Class::Frame { unknown_type, .. } => {
                matches!(code, E::RpcFrameworkError | E::ProtocolError | E::FormatViolation)
                    || (unknown_type && code == E::MessageTypeNotSupported)
            }
        }
    }

    fn wants(self) -> &'static str {
        match self {
            Class::Action => "NotImplemented or NotSupported",
            Class::Payload => {
                "FormatViolation, ProtocolError or a violation of occurrence, property or type constraints"
            }
            Class::Frame { unknown_type: true, .. } => {
                "MessageTypeNotSupported, RpcFrameworkError, ProtocolError or FormatViolation"
            }
            Class::Frame { .. } => "RpcFrameworkError, ProtocolError or FormatViolation",
        }
    }
}

/// The errors that answered what was sent wrong say what was wrong (OCPP-J, error codes).
pub fn error_codes_fit(window: Window<'_>) -> Vec<Check> {
    let mut sent: BTreeMap<String, (Seq, Class)> = BTreeMap::new();
    // What was sent last, if its sender cannot be told by an id.
    let mut nameless: Option<(Seq, Class)> = None;
    let (mut findings, mut held): (Vec<Finding>, Vec<Seq>) = (Vec::new(), Vec::new());
    for record in window.records {
        let Body::Frame { dir, raw, .. } = &record.body else { continue };
        if *dir == Direction::Tx {
            if let Some((id, class)) = Class::of(raw, window.version) {
                if let Class::Frame { .. } = class {
                    nameless = Some((record.n, class));
                }
                sent.insert(id, (record.n, class));
            }
            continue;
        }
        let Some((_, answer @ Frame::CallError { .. })) = frame_of(record, window.version) else { continue };
        let by_name = sent.get(answer.id()).copied();
        let Some((at, class)) = by_name.or(nameless.filter(|_| answer.id() == UNREADABLE_ID)) else {
            continue;
        };
        let code = match answer {
            Frame::CallError { code, .. } => code.clone(),
            _ => String::new(),
        };
        if !answer.error_code().is_some_and(|c| class.fits(c)) {
            let found = Finding::new(Code::ErrorCodeUnfit, class.wants(), code, [at, record.n]);
            findings.push(found);
        } else if answer.id() == UNREADABLE_ID && matches!(class, Class::Frame { has_id: true, .. }) {
            let expected = "the message id of the frame";
            let observed = format!("{UNREADABLE_ID:?}, although it can be read");
            findings.push(Finding::new(Code::ErrorCodeUnfit, expected, observed, [at, record.n]));
        } else {
            held.extend([at, record.n]);
        }
    }
    if findings.is_empty() && held.is_empty() {
        return vec![Check::Void(
            "the station answered nothing in this run with an error that was wrong".into(),
        )];
    }
    Check::from_findings(findings, held)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Story, all_hold, codes};
    use serde_json::json;

    fn answered(reply: Reply) -> Answer {
        Answer { action: "GetBaseReport".into(), request: json!({}), sent: Seq(1), reply }
    }

    fn result(payload: Value) -> Answer {
        answered(Reply::Result { at: Seq(2), payload })
    }

    fn is_mild(check: &Check) -> bool {
        matches!(check, Check::Broken(f) if f.mild)
    }

    #[test]
    fn an_error_or_silence_is_right() {
        let error = Reply::Error { at: Seq(2), code: "FormatViolation".into(), description: String::new() };
        for reply in [error, Reply::Silence { at: Seq(2), ms: 30_000 }] {
            assert!(matches!(refused(&answered(reply), Fault::Hard), Check::Held(_)));
        }
        assert!(matches!(refused(&answered(Reply::Lost { at: Seq(2) }), Fault::Hard), Check::Open { .. }));
    }

    #[test]
    fn a_wrong_request_that_is_carried_out_is_found() {
        for payload in [json!({"status": "Accepted"}), json!({}), json!({"getVariableResult": []})] {
            let check = refused(&result(payload), Fault::Hard);
            assert_eq!(codes([&check]), [Code::WrongRequestTaken]);
            assert!(!is_mild(&check));
        }
    }

    #[test]
    fn an_ordinary_refusal_is_mild_and_right_for_an_unknown_value() {
        for payload in [
            json!({"status": "Rejected"}),
            json!({"getVariableResult": [{"attributeStatus": "UnknownComponent"}]}),
        ] {
            assert!(is_mild(&refused(&result(payload.clone()), Fault::Hard)));
            assert!(matches!(refused(&result(payload), Fault::UnknownValue), Check::Held(_)));
        }
        let one_of_two = json!({"r": [{"status": "Rejected"}, {"status": "Accepted"}]});
        assert!(!is_mild(&refused(&result(one_of_two), Fault::Hard)));
        assert!(!is_mild(&refused(&result(json!({"status": "Accepted"})), Fault::UnknownValue)));
    }

    #[test]
    fn a_field_too_many_may_be_ignored_with_a_warning() {
        assert!(is_mild(&refused(&result(json!({"status": "Accepted"})), Fault::ExtraField)));
    }

    fn error(id: &str, code: &str) -> String {
        format!(r#"[4,"{id}","{code}","",{{}}]"#)
    }

    fn told(sent: &str, answer: &str) -> Vec<Check> {
        error_codes_fit(Story::begins().receives_text(sent).sends_text(answer).window())
    }

    #[test]
    fn codes_that_say_what_was_wrong_hold() {
        for (sent, code) in [
            (r#"[2,"1","MakeCoffee",{}]"#, "NotImplemented"),
            (r#"[2,"1","MakeCoffee",{}]"#, "NotSupported"),
            (r#"[2,"1","Reset",{}]"#, "OccurrenceConstraintViolation"),
            (r#"[2,"1","Reset",{}]"#, "FormatViolation"),
            (r#"[2,"1","Res"#, "RpcFrameworkError"),
            (r#"[7,"1","Reset",{}]"#, "MessageTypeNotSupported"),
        ] {
            assert!(all_hold(&told(sent, &error("1", code))), "{sent} {code}");
        }
        assert!(all_hold(&told("nonsense", &error("-1", "RpcFrameworkError"))));
    }

    #[test]
    fn codes_that_say_something_else_are_found() {
        for (sent, code) in [
            (r#"[2,"1","MakeCoffee",{}]"#, "FormatViolation"),
            (r#"[2,"1","Reset",{}]"#, "GenericError"),
            (r#"[2,"1","Reset",{}]"#, "NotImplemented"),
            (r#"[2,"1","Res"#, "InternalError"),
            (r#"[2,"1","Reset",{},{"#, "MessageTypeNotSupported"),
        ] {
            assert_eq!(codes(&told(sent, &error("1", code))), [Code::ErrorCodeUnfit], "{sent} {code}");
        }
    }

    #[test]
    fn an_id_that_can_be_read_is_used() {
        let checks = told(r#"[7,"1","Reset",{}]"#, &error("-1", "RpcFrameworkError"));
        assert_eq!(codes(&checks), [Code::ErrorCodeUnfit]);
    }

    #[test]
    fn errors_that_answer_right_requests_are_not_judged() {
        let right = told(r#"[2,"1","Reset",{"type":"OnIdle"}]"#, &error("1", "GenericError"));
        assert!(matches!(right.as_slice(), [Check::Void(_)]));
    }
}
