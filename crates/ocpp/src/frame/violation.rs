//! What a frame can do wrong.

use super::ErrorCode;

/// A violation of the OCPP-J framing (Part 4). The code is stable; the text is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameViolation {
    /// The text is not JSON.
    #[error("the frame is not JSON: {0}")]
    NotJson(String),
    /// JSON nested deeper than any OCPP message needs; it is not read further.
    #[error("the frame is nested too deeply, more than 127 levels")]
    NestedTooDeeply,
    /// JSON, but not an array.
    #[error("the frame is {0}, expected an array")]
    NotAnArray(String),
    /// The array does not have the length of its message type.
    #[error("the frame has {found} elements, expected {expected}")]
    WrongLength {
        /// Number of elements.
        found: usize,
        /// What the message type asks for.
        expected: &'static str,
    },
    /// The first element is not a whole number.
    #[error("the message type is {0}, expected a number")]
    MessageTypeNotANumber(String),
    /// A message type number that no version we speak has.
    #[error("unknown message type {0}")]
    UnknownMessageType(i64),
    /// CALLRESULTERROR or SEND in OCPP 2.0.1.
    #[error("message type {0} exists only in OCPP 2.1")]
    MessageTypeOfNewerVersion(i64),
    /// The message id is not a string.
    #[error("the message id is {0}, expected a string")]
    MessageIdNotAString(String),
    /// The message id is the empty string.
    #[error("the message id is empty")]
    MessageIdEmpty,
    /// The message id is longer than 36 characters.
    #[error("the message id has {0} characters, at most 36 are allowed")]
    MessageIdTooLong(usize),
    /// The action is not a string.
    #[error("the action is {0}, expected a string")]
    ActionNotAString(String),
    /// The payload is `null`, which OCPP-J discourages but does not forbid. It is read as `{{}}`.
    #[error("the payload is null, an empty object is recommended")]
    PayloadNull,
    /// The payload is something else than an object.
    #[error("the payload is {0}, expected an object")]
    PayloadNotAnObject(String),
    /// The error code is not a string.
    #[error("the error code is {0}, expected a string")]
    ErrorCodeNotAString(String),
    /// None of the twelve error codes.
    #[error("unknown error code `{0}`")]
    ErrorCodeUnknown(String),
    /// An error code as OCPP 1.6 spelt it.
    #[error("error code `{found}` is the spelling of OCPP 1.6, expected `{expected}`")]
    ErrorCodeOldSpelling {
        /// As sent.
        found: String,
        /// As 2.x spells it.
        expected: ErrorCode,
    },
    /// The error description is not a string.
    #[error("the error description is {0}, expected a string")]
    ErrorDescriptionNotAString(String),
    /// The error description is longer than 255 characters.
    #[error("the error description has {0} characters, at most 255 are allowed")]
    ErrorDescriptionTooLong(usize),
    /// The error details are not an object.
    #[error("the error details are {0}, expected an object")]
    ErrorDetailsNotAnObject(String),
    /// An object has a key twice; the last value counts. The place is a JSON pointer into the frame.
    #[error("the key at `{0}` is there more than once")]
    DuplicateKey(String),
}

impl FrameViolation {
    /// The stable code, for findings and statistics.
    pub fn code(&self) -> &'static str {
        match self {
            FrameViolation::NotJson(_) => "not-json",
            FrameViolation::NestedTooDeeply => "nested-too-deeply",
            FrameViolation::NotAnArray(_) => "not-an-array",
            FrameViolation::WrongLength { .. } => "wrong-length",
            FrameViolation::MessageTypeNotANumber(_) => "message-type-not-a-number",
            FrameViolation::UnknownMessageType(_) => "unknown-message-type",
            FrameViolation::MessageTypeOfNewerVersion(_) => "message-type-of-newer-version",
            FrameViolation::MessageIdNotAString(_) => "message-id-not-a-string",
            FrameViolation::MessageIdEmpty => "message-id-empty",
            FrameViolation::MessageIdTooLong(_) => "message-id-too-long",
            FrameViolation::ActionNotAString(_) => "action-not-a-string",
            FrameViolation::PayloadNull => "payload-null",
            FrameViolation::PayloadNotAnObject(_) => "payload-not-an-object",
            FrameViolation::ErrorCodeNotAString(_) => "error-code-not-a-string",
            FrameViolation::ErrorCodeUnknown(_) => "error-code-unknown",
            FrameViolation::ErrorCodeOldSpelling { .. } => "error-code-old-spelling",
            FrameViolation::ErrorDescriptionNotAString(_) => "error-description-not-a-string",
            FrameViolation::ErrorDescriptionTooLong(_) => "error-description-too-long",
            FrameViolation::ErrorDetailsNotAnObject(_) => "error-details-not-an-object",
            FrameViolation::DuplicateKey(_) => "duplicate-key",
        }
    }

    /// Whether OCPP-J only advises against it, so that it must not fail a station.
    pub fn is_only_discouraged(&self) -> bool {
        matches!(self, FrameViolation::PayloadNull)
    }

    /// The code a receiver answers a CALL with that it cannot read for this reason.
    pub fn answer(&self) -> ErrorCode {
        match self {
            FrameViolation::UnknownMessageType(_) | FrameViolation::MessageTypeOfNewerVersion(_) => {
                ErrorCode::MessageTypeNotSupported
            }
            FrameViolation::PayloadNull
            | FrameViolation::PayloadNotAnObject(_)
            | FrameViolation::DuplicateKey(_) => ErrorCode::FormatViolation,
            _ => ErrorCode::RpcFrameworkError,
        }
    }
}
