//! What came back to a CALL of the suite.

use crate::{Check, Code, Finding};
use serde_json::Value;
use trace::Seq;

/// The answer to a CALL.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The action asked.
    pub action: String,
    /// The payload sent.
    pub request: Value,
    /// The record of the CALL.
    pub sent: Seq,
    /// What came back.
    pub reply: Reply,
}

/// What came back to a CALL.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// A CALLRESULT.
    Result {
        /// Its record.
        at: Seq,
        /// Its payload.
        payload: Value,
    },
    /// A CALLERROR.
    Error {
        /// Its record.
        at: Seq,
        /// Its code, as spelt by the station.
        code: String,
        /// Its description.
        description: String,
    },
    /// Nothing within the deadline.
    Silence {
        /// The record of the deadline.
        at: Seq,
        /// The deadline in milliseconds.
        ms: u64,
    },
    /// The connection ended first.
    Lost {
        /// The record of its end.
        at: Seq,
    },
    /// There was no connection to send on.
    Unsent {
        /// The record that says so.
        at: Seq,
    },
}

impl Reply {
    /// The record of the reply.
    pub fn at(&self) -> Seq {
        match self {
            Reply::Result { at, .. }
            | Reply::Error { at, .. }
            | Reply::Silence { at, .. }
            | Reply::Lost { at }
            | Reply::Unsent { at } => *at,
        }
    }
}

impl Answer {
    /// The payload of a CALLRESULT.
    ///
    /// # Errors
    /// The check that says why there is none: a finding for silence and for a CALLERROR (general
    /// requirement FR.02: a valid request is answered with a CALLRESULT), a doubt when the link was lost.
    pub fn result(&self) -> Result<(Seq, &Value), Check> {
        let action = &self.action;
        match &self.reply {
            Reply::Result { at, payload } => Ok((*at, payload)),
            Reply::Error { at, code, description } => Err(Finding::new(
                Code::CallError,
                format!("a response to {action}"),
                format!("CALLERROR {code} {description:?}"),
                [self.sent, *at],
            )
            .into()),
            Reply::Silence { at, ms } => Err(Finding::new(
                Code::NoAnswer,
                format!("an answer to {action} within {ms} ms"),
                "none",
                [self.sent, *at],
            )
            .into()),
            Reply::Lost { at } => {
                Err(Check::open(format!("the connection was lost while {action} was open"), [self.sent, *at]))
            }
            Reply::Unsent { at } => Err(Check::open(format!("no connection to send {action} on"), [*at])),
        }
    }

    /// The `status` field of the response must be one of these.
    pub fn status_is(&self, accepted: &[&str]) -> Check {
        match self.result() {
            Err(check) => check,
            Ok((at, payload)) => {
                let status = payload.get("status").and_then(Value::as_str).unwrap_or("(none)");
                if accepted.contains(&status) {
                    Check::held([self.sent, at])
                } else {
                    let expected = format!("{} to answer {}", self.action, accepted.join(" or "));
                    Finding::new(Code::UnexpectedStatus, expected, said(status, payload), [self.sent, at])
                        .into()
                }
            }
        }
    }

    /// The `status` field, if there is a response.
    pub fn status(&self) -> Option<&str> {
        self.result().ok()?.1.get("status")?.as_str()
    }
}

/// A status with the reason the station gives for it.
pub fn said(status: &str, holder: &Value) -> String {
    let info = holder.get("statusInfo").or_else(|| holder.get("attributeStatusInfo"));
    match info.and_then(|i| i.get("reasonCode")).and_then(Value::as_str) {
        Some(reason) => format!("{status} ({reason})"),
        None => status.to_owned(),
    }
}

#[cfg(test)]
mod tests;
