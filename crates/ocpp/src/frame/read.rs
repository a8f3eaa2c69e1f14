//! Tolerant reading of a frame.

use super::{ERROR_DESCRIPTION_LENGTH, ErrorCode, Frame, FrameViolation, MESSAGE_ID_LENGTH, json};
use crate::Version;
use serde_json::{Map, Value};

/// What was understood of a text, and everything that is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The frame, if it could be understood.
    pub frame: Result<Frame, Unreadable>,
    /// Every violation of the framing, also those that did not prevent understanding.
    pub violations: Vec<FrameViolation>,
}

/// A text that is no frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unreadable frame: {because}")]
pub struct Unreadable {
    /// The message type number, if it could be read. Only a CALL (2) is answered.
    pub message_type: Option<i64>,
    /// The message id, if it could be read; else a CALLERROR carries [`super::UNREADABLE_ID`].
    pub message_id: Option<String>,
    /// The violation that prevented understanding.
    pub because: FrameViolation,
}

/// Reads a text as a frame of a version. Never panics, and recursion is bounded.
///
/// Liberties taken, each listed as a violation: a number as message id is read as its text; a missing or
/// `null` payload, and missing error details, as `{}`; a missing error code or description as `""`; elements
/// too many are ignored; message types 5 and 6 are understood in 2.0.1 too.
pub fn read(text: &str, version: Version) -> Reading {
    let parsed = match json::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let because = if json::is_too_deep(&error) {
                FrameViolation::NestedTooDeeply
            } else {
                FrameViolation::NotJson(error.to_string())
            };
            let (message_type, message_id) = json::salvage(text);
            return Reading {
                violations: vec![because.clone()],
                frame: Err(Unreadable { message_type, message_id, because }),
            };
        }
    };
    let mut violations: Vec<FrameViolation> = Vec::new();
    let frame = match parsed.value {
        Value::Array(elements) => understand(elements, version, &mut violations),
        other => Err(Unreadable {
            message_type: None,
            message_id: None,
            because: FrameViolation::NotAnArray(shown(&other)),
        }),
    };
    if let Err(unreadable) = &frame {
        violations.push(unreadable.because.clone());
    }
    violations.extend(parsed.duplicates.into_iter().map(FrameViolation::DuplicateKey));
    Reading { frame, violations }
}

/// Understands the elements of a frame. What prevents it is returned, what does not is noted.
fn understand(
    elements: Vec<Value>,
    version: Version,
    noted: &mut Vec<FrameViolation>,
) -> Result<Frame, Unreadable> {
    let found = elements.len();
    let mut elements = elements.into_iter();
    let type_element = elements.next();
    let (id, id_violation) = elements.next().map_or((None, None), message_id);
    let mut unreadable = Unreadable {
        message_type: None,
        message_id: id.clone(),
        because: FrameViolation::WrongLength { found, expected: "3, 4 or 5" },
    };
    let Some(type_element) = type_element else { return Err(unreadable) };
    let Some(message_type) = whole(&type_element) else {
        unreadable.because = FrameViolation::MessageTypeNotANumber(shown(&type_element));
        return Err(unreadable);
    };
    unreadable.message_type = Some(message_type);
    let (length, expected) = match message_type {
        3 => (3, "3"),
        2 | 6 => (4, "4"),
        4 | 5 => (5, "5"),
        unknown => {
            unreadable.because = FrameViolation::UnknownMessageType(unknown);
            return Err(unreadable);
        }
    };
    if version == Version::V201 && message_type > 4 {
        noted.push(FrameViolation::MessageTypeOfNewerVersion(message_type));
    }
    let wrong_length = FrameViolation::WrongLength { found, expected };
    let Some(id) = id else {
        if found != length && id_violation.is_some() {
            noted.push(wrong_length.clone());
        }
        unreadable.because = id_violation.unwrap_or(wrong_length);
        return Err(unreadable);
    };
    noted.extend(id_violation);
    let needs_action = matches!(message_type, 2 | 6);
    if needs_action && found < 3 {
        unreadable.because = wrong_length;
        return Err(unreadable);
    }
    if found != length {
        noted.push(wrong_length);
    }
    if needs_action {
        let action = match elements.next() {
            Some(Value::String(action)) => action,
            other => {
                unreadable.because = FrameViolation::ActionNotAString(shown(&other.unwrap_or_default()));
                return Err(unreadable);
            }
        };
        let payload = payload(elements.next(), noted);
        return Ok(if message_type == 2 {
            Frame::Call { id, action, payload }
        } else {
            Frame::Send { id, action, payload }
        });
    }
    if message_type == 3 {
        return Ok(Frame::CallResult { id, payload: payload(elements.next(), noted) });
    }
    let code = error_code(elements.next(), noted);
    let description = error_description(elements.next(), noted);
    let details = error_details(elements.next(), noted);
    Ok(if message_type == 4 {
        Frame::CallError { id, code, description, details }
    } else {
        Frame::CallResultError { id, code, description, details }
    })
}

/// A whole number, however it is spelt (`2`, `2.0`).
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 1e15)?;
        Some(number as i64)
    })
}

fn message_id(element: Value) -> (Option<String>, Option<FrameViolation>) {
    match element {
        Value::String(id) => {
            let length = id.chars().count();
            let violation = match length {
                0 => Some(FrameViolation::MessageIdEmpty),
                1..=MESSAGE_ID_LENGTH => None,
                _ => Some(FrameViolation::MessageIdTooLong(length)),
            };
            (Some(id), violation)
        }
        Value::Number(number) => {
            let violation = FrameViolation::MessageIdNotAString(number.to_string());
            (Some(number.to_string()), Some(violation))
        }
        other => (None, Some(FrameViolation::MessageIdNotAString(shown(&other)))),
    }
}

fn payload(element: Option<Value>, noted: &mut Vec<FrameViolation>) -> Value {
    match element {
        None => Value::Object(Map::new()),
        Some(Value::Null) => {
            noted.push(FrameViolation::PayloadNull);
            Value::Object(Map::new())
        }
        Some(object @ Value::Object(_)) => object,
        Some(other) => {
            noted.push(FrameViolation::PayloadNotAnObject(shown(&other)));
            other
        }
    }
}

fn error_code(element: Option<Value>, noted: &mut Vec<FrameViolation>) -> String {
    match element {
        None => String::new(),
        Some(Value::String(code)) => {
            if ErrorCode::from_wire(&code).is_none() {
                noted.push(match ErrorCode::from_old_spelling(&code) {
                    Some(expected) => FrameViolation::ErrorCodeOldSpelling { found: code.clone(), expected },
                    None => FrameViolation::ErrorCodeUnknown(cut(&code)),
                });
            }
            code
        }
        Some(other) => {
            noted.push(FrameViolation::ErrorCodeNotAString(shown(&other)));
            String::new()
        }
    }
}

fn error_description(element: Option<Value>, noted: &mut Vec<FrameViolation>) -> String {
    match element {
        None => String::new(),
        Some(Value::String(description)) => {
            let length = description.chars().count();
            if length > ERROR_DESCRIPTION_LENGTH {
                noted.push(FrameViolation::ErrorDescriptionTooLong(length));
            }
            description
        }
        Some(other) => {
            noted.push(FrameViolation::ErrorDescriptionNotAString(shown(&other)));
            String::new()
        }
    }
}

fn error_details(element: Option<Value>, noted: &mut Vec<FrameViolation>) -> Value {
    match element {
        None => Value::Object(Map::new()),
        Some(object @ Value::Object(_)) => object,
        Some(other) => {
            noted.push(FrameViolation::ErrorDetailsNotAnObject(shown(&other)));
            other
        }
    }
}

/// A value as it is named in a message: its kind, and itself if it is short enough.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => format!("the number {n}"),
        Value::String(s) => format!("the string {}", Value::from(cut(s))),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// At most 40 characters of a text.
fn cut(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn codes(text: &str, version: Version) -> Vec<&'static str> {
        read(text, version).violations.iter().map(FrameViolation::code).collect()
    }

    #[test]
    fn a_conforming_frame_has_no_violation() {
        for text in [
            r#"[2,"id","Heartbeat",{}]"#,
            r#"[3,"id",{"currentTime":"2026-01-01T00:00:00Z"}]"#,
            r#"[4,"id","NotSupported","",{}]"#,
            " [ 2 , \"id\" , \"Heartbeat\" , { } ] \n",
        ] {
            assert_eq!(codes(text, Version::V201), Vec::<&str>::new(), "{text}");
        }
        assert!(codes(r#"[5,"id","GenericError","",{}]"#, Version::V21).is_empty());
        assert!(codes(r#"[6,"id","NotifyPeriodicEventStream",{}]"#, Version::V21).is_empty());
    }

    #[test]
    fn a_frame_that_can_be_understood_is_understood_and_its_violations_are_listed() {
        let long = "x".repeat(37);
        let wordy = "x".repeat(256);
        for (text, frame, violations) in [
            (r#"[2,7,"A",{}]"#.to_owned(), Frame::call("7", "A", json!({})), vec!["message-id-not-a-string"]),
            (r#"[2,"","A",{}]"#.into(), Frame::call("", "A", json!({})), vec!["message-id-empty"]),
            (
                format!(r#"[2,"{long}","A",{{}}]"#),
                Frame::call(long.clone(), "A", json!({})),
                vec!["message-id-too-long"],
            ),
            (r#"[2,"i","A",[]]"#.into(), Frame::call("i", "A", json!([])), vec!["payload-not-an-object"]),
            (r#"[2,"i","A",null]"#.into(), Frame::call("i", "A", json!({})), vec!["payload-null"]),
            (r#"[2,"i","A"]"#.into(), Frame::call("i", "A", json!({})), vec!["wrong-length"]),
            (r#"[2,"i","A",{},1]"#.into(), Frame::call("i", "A", json!({})), vec!["wrong-length"]),
            (r#"[3,"i"]"#.into(), Frame::call_result("i", json!({})), vec!["wrong-length"]),
            (r#"[3.0,"i",{}]"#.into(), Frame::call_result("i", json!({})), vec![]),
            (
                r#"[2,"i","A",{"a":1,"a":2}]"#.into(),
                Frame::call("i", "A", json!({"a": 2})),
                vec!["duplicate-key"],
            ),
            (
                r#"[6,"i","A",{}]"#.into(),
                Frame::send("i", "A", json!({})),
                vec!["message-type-of-newer-version"],
            ),
            (
                format!(r#"[4,"i","NotSupported","{wordy}",{{}}]"#),
                Frame::CallError {
                    id: "i".into(),
                    code: "NotSupported".into(),
                    description: wordy.clone(),
                    details: json!({}),
                },
                vec!["error-description-too-long"],
            ),
            (
                r#"[4,1,"Oops",null,"text"]"#.into(),
                Frame::CallError {
                    id: "1".into(),
                    code: "Oops".into(),
                    description: String::new(),
                    details: json!("text"),
                },
                vec![
                    "message-id-not-a-string",
                    "error-code-unknown",
                    "error-description-not-a-string",
                    "error-details-not-an-object",
                ],
            ),
        ] {
            let reading = read(&text, Version::V201);
            assert_eq!(reading.frame.as_ref(), Ok(&frame), "{text}");
            assert_eq!(codes(&text, Version::V201), violations, "{text}");
        }
    }

    #[test]
    fn a_frame_that_cannot_be_understood_keeps_its_message_id() {
        for (text, kind, id, because, answer) in [
            ("", None, None, "not-json", ErrorCode::RpcFrameworkError),
            (r#"[2,"id","A",{"#, Some(2), Some("id"), "not-json", ErrorCode::RpcFrameworkError),
            (r#"{"a":1}"#, None, None, "not-an-array", ErrorCode::RpcFrameworkError),
            ("[]", None, None, "wrong-length", ErrorCode::RpcFrameworkError),
            ("[2]", Some(2), None, "wrong-length", ErrorCode::RpcFrameworkError),
            (r#"[2,"id"]"#, Some(2), Some("id"), "wrong-length", ErrorCode::RpcFrameworkError),
            (r#"[2,"id",5,{}]"#, Some(2), Some("id"), "action-not-a-string", ErrorCode::RpcFrameworkError),
            (r#"[2,{},"A",{}]"#, Some(2), None, "message-id-not-a-string", ErrorCode::RpcFrameworkError),
            (
                r#"[9,"id",{}]"#,
                Some(9),
                Some("id"),
                "unknown-message-type",
                ErrorCode::MessageTypeNotSupported,
            ),
            (r#"["2","id",{}]"#, None, Some("id"), "message-type-not-a-number", ErrorCode::RpcFrameworkError),
            ("[2.5]", None, None, "message-type-not-a-number", ErrorCode::RpcFrameworkError),
        ] {
            let reading = read(text, Version::V21);
            let unreadable = reading.frame.expect_err(text);
            assert_eq!((unreadable.message_type, unreadable.message_id.as_deref()), (kind, id), "{text}");
            assert_eq!((unreadable.because.code(), unreadable.because.answer()), (because, answer), "{text}");
            assert_eq!(reading.violations, [unreadable.because], "{text}");
        }
    }

    #[test]
    fn an_unreadable_frame_lists_what_else_is_wrong_with_it() {
        assert_eq!(codes(r#"[2,{},"A"]"#, Version::V201), ["wrong-length", "message-id-not-a-string"]);
        assert_eq!(codes(r#"[2,5,7,{}]"#, Version::V201), ["message-id-not-a-string", "action-not-a-string"]);
    }

    #[test]
    fn a_spelling_of_ocpp_1_6_is_understood_and_reported() {
        let reading = read(r#"[4,"i","OccurenceConstraintViolation","",{}]"#, Version::V201);
        let frame = reading.frame.expect("understood");
        assert_eq!(frame.error_code(), Some(ErrorCode::OccurrenceConstraintViolation));
        assert_eq!(
            reading.violations.iter().map(|v| v.code()).collect::<Vec<_>>(),
            ["error-code-old-spelling"]
        );
    }

    #[test]
    fn nesting_without_end_is_refused_and_the_id_is_kept() {
        let text = format!(r#"[2,"id","A",{}"#, "[".repeat(1_000_000));
        let unreadable = read(&text, Version::V201).frame.expect_err("too deep");
        assert_eq!(unreadable.because.code(), "nested-too-deeply");
        assert_eq!(unreadable.message_id.as_deref(), Some("id"));
    }

    #[test]
    fn a_violation_says_what_was_found_and_what_is_expected() {
        let reading = read(r#"[2,"i","A",["x"]]"#, Version::V201);
        assert_eq!(reading.violations[0].to_string(), "the payload is an array, expected an object");
    }
}
