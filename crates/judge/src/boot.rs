//! How a station introduces itself (OCPP B01).

use crate::{Check, Code, Finding, Window, frame_of};
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::Value;
use std::collections::BTreeMap;
use trace::{Body, ConnId, Direction, Record, Seq};

/// What the station said of itself in BootNotification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// `vendorName`.
    pub vendor: Option<String>,
    /// `model`.
    pub model: Option<String>,
    /// `serialNumber`.
    pub serial: Option<String>,
    /// `firmwareVersion`.
    pub firmware: Option<String>,
    /// The record that says so.
    pub at: Option<Seq>,
}

/// Reads the last BootNotification of a window.
pub fn identity(window: Window<'_>) -> Identity {
    let Some((at, payload)) = window.calls_of("BootNotification").last() else {
        return Identity::default();
    };
    let of = |key: &str| payload.pointer(&format!("/chargingStation/{key}")).and_then(Value::as_str);
    let of = |key: &str| of(key).map(str::to_owned);
    Identity {
        vendor: of("vendorName"),
        model: of("model"),
        serial: of("serialNumber"),
        firmware: of("firmwareVersion"),
        at: Some(at),
    }
}

/// BootNotification is there, and no other CALL came before it was accepted (OCPP B01.FR.01, B01.FR.08,
/// B02.FR.02).
///
/// Judged on the first connection on which the station booted by itself. What it sent on a connection before
/// that proves nothing: a station that only reconnects need not boot again.
pub fn announced(window: Window<'_>) -> Check {
    let booted = window.records.iter().find_map(|r| booted_by_itself(r, window.version));
    let Some((conn, boot)) = booted else {
        return Check::open(
            "no BootNotification was seen: a station that was accepted before need not send it again; restart it",
            window.ends(),
        );
    };
    let mut tries: BTreeMap<&str, Seq> = BTreeMap::new();
    let mut asked_for: Vec<&str> = Vec::new();
    for record in window.records.iter().filter(|r| conn_of(r) == Some(conn)) {
        match frame_of(record, window.version) {
            Some((Direction::Rx, Frame::Call { id, action, .. })) if action == "BootNotification" => {
                tries.insert(id, record.n);
            }
            Some((Direction::Rx, Frame::Call { action, .. } | Frame::Send { action, .. }))
                if !asked_for.contains(&action.as_str()) =>
            {
                let (at, expected) = (record.n, "no other CALL before BootNotification was accepted");
                return Finding::new(Code::BootNotFirst, expected, format!("{action} at {at}"), [at, boot])
                    .into();
            }
            Some((Direction::Tx, Frame::Call { action, payload, .. })) => {
                asked_for.extend(asked(action, payload));
            }
            Some((Direction::Tx, Frame::CallResult { id, payload })) => {
                let accepted = payload.get("status").and_then(Value::as_str) == Some("Accepted");
                if let Some(tried) = tries.get(id.as_str()).filter(|_| accepted) {
                    return Check::held([*tried, record.n]);
                }
            }
            _ => {}
        }
    }
    Check::open("BootNotification was not accepted yet", tries.into_values().chain(window.ends()))
}

fn conn_of(record: &Record) -> Option<ConnId> {
    match &record.body {
        Body::Frame { conn, .. } => Some(*conn),
        _ => None,
    }
}

/// Whether a record is a BootNotification that the suite did not ask for.
fn booted_by_itself(record: &Record, version: Version) -> Option<(ConnId, Seq)> {
    match frame_of(record, version)? {
        (Direction::Rx, Frame::Call { action, payload, .. })
            if action == "BootNotification"
                && payload.get("reason").and_then(Value::as_str) != Some("Triggered") =>
        {
            Some((conn_of(record)?, record.n))
        }
        _ => None,
    }
}

/// The CALL that a station may send in answer to a request before it is accepted (OCPP B02.FR.02).
pub(crate) fn asked<'a>(action: &str, payload: &'a Value) -> Option<&'a str> {
    match action {
        "TriggerMessage" => payload.get("requestedMessage")?.as_str(),
        "GetBaseReport" | "GetReport" => Some("NotifyReport"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
