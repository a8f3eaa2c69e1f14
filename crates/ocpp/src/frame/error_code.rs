//! The error codes of CALLERROR and CALLRESULTERROR.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Error code of OCPP-J (Part 4, table of valid error codes); the same twelve in 2.0.1 and 2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ErrorCode {
    /// The payload is syntactically wrong for the action.
    FormatViolation,
    /// None of the others fits.
    GenericError,
    /// The receiver failed internally.
    InternalError,
    /// The receiver does not know the message type number.
    MessageTypeNotSupported,
    /// The receiver does not know the action.
    NotImplemented,
    /// The receiver knows the action and does not support it.
    NotSupported,
    /// A field is missing, or there are too few or too many.
    OccurrenceConstraintViolation,
    /// A field has a value that is not allowed.
    PropertyConstraintViolation,
    /// The payload does not conform to the structure of the message.
    ProtocolError,
    /// Not a valid RPC request, for example the message id cannot be read.
    RpcFrameworkError,
    /// A security problem.
    SecurityError,
    /// A field has a value of the wrong type.
    TypeConstraintViolation,
}

impl ErrorCode {
    /// All codes, by name.
    pub const ALL: [ErrorCode; 12] = [
        ErrorCode::FormatViolation,
        ErrorCode::GenericError,
        ErrorCode::InternalError,
        ErrorCode::MessageTypeNotSupported,
        ErrorCode::NotImplemented,
        ErrorCode::NotSupported,
        ErrorCode::OccurrenceConstraintViolation,
        ErrorCode::PropertyConstraintViolation,
        ErrorCode::ProtocolError,
        ErrorCode::RpcFrameworkError,
        ErrorCode::SecurityError,
        ErrorCode::TypeConstraintViolation,
    ];

    /// The wire spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::FormatViolation => "FormatViolation",
            ErrorCode::GenericError => "GenericError",
            ErrorCode::InternalError => "InternalError",
            ErrorCode::MessageTypeNotSupported => "MessageTypeNotSupported",
            ErrorCode::NotImplemented => "NotImplemented",
            ErrorCode::NotSupported => "NotSupported",
            ErrorCode::OccurrenceConstraintViolation => "OccurrenceConstraintViolation",
            ErrorCode::PropertyConstraintViolation => "PropertyConstraintViolation",
            ErrorCode::ProtocolError => "ProtocolError",
            ErrorCode::RpcFrameworkError => "RpcFrameworkError",
            ErrorCode::SecurityError => "SecurityError",
            ErrorCode::TypeConstraintViolation => "TypeConstraintViolation",
        }
    }

    /// Reads the wire spelling, exactly.
    pub fn from_wire(text: &str) -> Option<ErrorCode> {
        ErrorCode::ALL.into_iter().find(|c| c.as_str() == text)
    }

    /// The code that is meant by a spelling of OCPP 1.6 which 2.x has corrected. Real stations still send it.
    pub fn from_old_spelling(text: &str) -> Option<ErrorCode> {
        match text {
            "FormationViolation" => Some(ErrorCode::FormatViolation),
            "OccurenceConstraintViolation" => Some(ErrorCode::OccurrenceConstraintViolation),
            _ => None,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_as_itself_and_as_serde_writes_it() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::from_wire(code.as_str()), Some(code));
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert_eq!(ErrorCode::from_old_spelling(code.as_str()), None);
        }
    }
}
