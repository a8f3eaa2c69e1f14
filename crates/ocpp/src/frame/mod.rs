//! Frames of OCPP-J (Part 4): CALL, CALLRESULT, CALLERROR and, in 2.1, CALLRESULTERROR and SEND.
//!
//! [`read`] is tolerant: a frame that can be understood is understood although it violates something, and every
//! violation is listed. Judging and staying connected are thereby kept apart.

mod error_code;
mod json;
mod read;
mod violation;

pub use error_code::ErrorCode;
pub use read::{Reading, Unreadable, read};
pub use violation::FrameViolation;

use serde_json::Value;

/// Greatest length of a message id, in characters (OCPP-J, Part 4).
pub const MESSAGE_ID_LENGTH: usize = 36;
/// Greatest length of an error description, in characters (OCPP-J, Part 4).
pub const ERROR_DESCRIPTION_LENGTH: usize = 255;
/// The message id in a CALLERROR that answers a frame whose own id cannot be read (OCPP-J, Part 4).
pub const UNREADABLE_ID: &str = "-1";

/// A frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// A request (message type 2).
    Call {
        /// Message id.
        id: String,
        /// Message name without "Request".
        action: String,
        /// The request.
        payload: Value,
    },
    /// The response to a CALL (3).
    CallResult {
        /// Message id of the CALL.
        id: String,
        /// The response.
        payload: Value,
    },
    /// A CALL failed (4).
    CallError {
        /// Message id of the CALL.
        id: String,
        /// As sent; see [`ErrorCode::from_wire`].
        code: String,
        /// Free text, empty if there is nothing to say.
        description: String,
        /// Anything, `{}` if there is nothing to say.
        details: Value,
    },
    /// A CALLRESULT could not be processed (5, only in 2.1).
    CallResultError {
        /// Message id of the CALLRESULT.
        id: String,
        /// As sent; see [`ErrorCode::from_wire`].
        code: String,
        /// Free text, empty if there is nothing to say.
        description: String,
        /// Anything, `{}` if there is nothing to say.
        details: Value,
    },
    /// A message that is never answered (6, only in 2.1).
    Send {
        /// Message id.
        id: String,
        /// Message name.
        action: String,
        /// The message.
        payload: Value,
    },
}

impl Frame {
    /// A CALL.
    pub fn call(id: impl Into<String>, action: impl Into<String>, payload: Value) -> Frame {
        Frame::Call { id: id.into(), action: action.into(), payload }
    }

    /// A CALLRESULT.
    pub fn call_result(id: impl Into<String>, payload: Value) -> Frame {
        Frame::CallResult { id: id.into(), payload }
    }

    /// A CALLERROR without details; a description that is too long is cut.
    pub fn call_error(id: impl Into<String>, code: ErrorCode, description: &str) -> Frame {
        Frame::CallError {
            id: id.into(),
            code: code.as_str().to_owned(),
            description: description.chars().take(ERROR_DESCRIPTION_LENGTH).collect(),
            details: Value::Object(Default::default()),
        }
    }

    /// A CALLRESULTERROR without details (only 2.1); a description that is too long is cut.
    pub fn call_result_error(id: impl Into<String>, code: ErrorCode, description: &str) -> Frame {
        Frame::CallResultError {
            id: id.into(),
            code: code.as_str().to_owned(),
            description: description.chars().take(ERROR_DESCRIPTION_LENGTH).collect(),
            details: Value::Object(Default::default()),
        }
    }

    /// A SEND (only 2.1).
    pub fn send(id: impl Into<String>, action: impl Into<String>, payload: Value) -> Frame {
        Frame::Send { id: id.into(), action: action.into(), payload }
    }

    /// The message type number.
    pub fn message_type(&self) -> i64 {
        match self {
            Frame::Call { .. } => 2,
            Frame::CallResult { .. } => 3,
            Frame::CallError { .. } => 4,
            Frame::CallResultError { .. } => 5,
            Frame::Send { .. } => 6,
        }
    }

    /// The message id.
    pub fn id(&self) -> &str {
        match self {
            Frame::Call { id, .. }
            | Frame::CallResult { id, .. }
            | Frame::CallError { id, .. }
            | Frame::CallResultError { id, .. }
            | Frame::Send { id, .. } => id,
        }
    }

    /// The action of a CALL or SEND; other frames do not carry it.
    pub fn action(&self) -> Option<&str> {
        match self {
            Frame::Call { action, .. } | Frame::Send { action, .. } => Some(action),
            _ => None,
        }
    }

    /// The payload of a CALL, CALLRESULT or SEND.
    pub fn payload(&self) -> Option<&Value> {
        match self {
            Frame::Call { payload, .. } | Frame::CallResult { payload, .. } | Frame::Send { payload, .. } => {
                Some(payload)
            }
            _ => None,
        }
    }

    /// The error code of a CALLERROR or CALLRESULTERROR, also if it is spelt as in OCPP 1.6.
    pub fn error_code(&self) -> Option<ErrorCode> {
        match self {
            Frame::CallError { code, .. } | Frame::CallResultError { code, .. } => {
                ErrorCode::from_wire(code).or_else(|| ErrorCode::from_old_spelling(code))
            }
            _ => None,
        }
    }

    /// The text to send.
    pub fn to_text(&self) -> String {
        let kind = self.message_type();
        match self {
            Frame::Call { id, action, payload } => call_text(id, action, payload),
            Frame::Send { id, action, payload } => text(&(kind, id, action, payload)),
            Frame::CallResult { id, payload } => text(&(kind, id, payload)),
            Frame::CallError { id, code, description, details }
            | Frame::CallResultError { id, code, description, details } => {
                text(&(kind, id, code, description, details))
            }
        }
    }
}

/// The text of a CALL whose payload is wanted further.
pub fn call_text(id: &str, action: &str, payload: &Value) -> String {
    text(&(2, id, action, payload))
}

/// Texts, numbers and values can always be written.
fn text(elements: &impl serde::Serialize) -> String {
    serde_json::to_string(elements).unwrap_or_default()
}

/// A key as it stands in a JSON pointer (RFC 6901).
pub(crate) fn pointer_token(key: &str) -> std::borrow::Cow<'_, str> {
    if key.contains(['~', '/']) { key.replace('~', "~0").replace('/', "~1").into() } else { key.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read_back_without_a_violation() {
        for frame in [
            Frame::call("1", "Heartbeat", json!({})),
            Frame::call_result("a\"\u{e9}", json!({"x": [1, 2.5, null]})),
            Frame::call_error("2", ErrorCode::NotSupported, ""),
            Frame::call_result_error("3", ErrorCode::GenericError, "no"),
            Frame::send("4", "NotifyPeriodicEventStream", json!({"id": 1})),
        ] {
            let reading = read(&frame.to_text(), Version::V21);
            assert_eq!(reading, Reading { frame: Ok(frame), violations: vec![] });
        }
    }

    #[test]
    fn a_frame_is_written_in_the_order_of_part_4() {
        let call = Frame::call("19", "Reset", json!({"type": "OnIdle"}));
        assert_eq!(call.to_text(), r#"[2,"19","Reset",{"type":"OnIdle"}]"#);
        let error = Frame::call_error("19", ErrorCode::NotImplemented, "x");
        assert_eq!(error.to_text(), r#"[4,"19","NotImplemented","x",{}]"#);
    }

    #[test]
    fn a_long_description_of_ours_is_cut() {
        let error = Frame::call_error("1", ErrorCode::InternalError, &"é".repeat(300));
        assert!(read(&error.to_text(), Version::V201).violations.is_empty());
    }
}
