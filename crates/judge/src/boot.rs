//! How a station introduces itself (OCPP B01).

use crate::{Check, Code, Finding, Window};
use ocpp::frame::Frame;
use serde_json::Value;
use trace::{Direction, Seq};

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

/// BootNotification is there, and no other CALL came before it was accepted (OCPP B01.FR.01, B01.FR.08).
///
/// A station that only reconnects should not boot again, so its absence proves nothing.
pub fn announced(window: Window<'_>) -> Check {
    let mut booting: Option<(Seq, String)> = None;
    let mut accepted: Option<(Seq, Seq)> = None;
    let mut early: Option<(Seq, String)> = None;
    for (at, dir, frame) in window.frames() {
        match (dir, frame) {
            (Direction::Rx, Frame::Call { id, action, .. }) if action == "BootNotification" => {
                booting.get_or_insert((at, id));
            }
            (Direction::Tx, Frame::CallResult { id, .. }) => {
                if let Some((boot, _)) = booting.as_ref().filter(|(_, b)| *b == id) {
                    accepted.get_or_insert((*boot, at));
                }
            }
            (Direction::Rx, Frame::Call { action, .. }) if accepted.is_none() => {
                early.get_or_insert((at, action));
            }
            _ => {}
        }
    }
    match (booting, accepted, early) {
        (None, ..) => Check::open(
            "no BootNotification was seen: a station that was accepted before need not send it again; restart it",
            window.ends(),
        ),
        (Some((boot, _)), _, Some((at, action))) => {
            let expected = "no other CALL before BootNotification was accepted";
            Finding::new(Code::BootNotFirst, expected, format!("{action} at {at}"), [at, boot]).into()
        }
        (Some((boot, _)), None, None) => Check::open("BootNotification was not answered yet", [boot]),
        (Some(_), Some((boot, reply)), None) => Check::held([boot, reply]),
    }
}
