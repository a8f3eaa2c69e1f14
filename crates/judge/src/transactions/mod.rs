//! What a run tells of transactions: the messages about them, and what events, offline times and requests say to them.
//!
//! A message that is sent again because it was refused or not answered counts once.

pub mod course;
mod events;
mod messages;
mod reasons;
mod retry;

pub use events::{is_of, names_transaction, tells_fault};
pub use retry::Retried;

use crate::clock::signed;
use crate::events::{Event, TIME_TOLERANCE, of_payload};
use crate::{Check, Finding, Window, frame_of};
use jiff::{SignedDuration, Timestamp};
use ocpp::frame::Frame;
use serde_json::Value;
use std::collections::BTreeMap;
use trace::{Body, Direction, Seq};

/// Most findings reported of one check.
const ENOUGH: usize = 5;
/// What a run without transactions comes to.
const NONE: &str = "the station told of no transaction in this run";

/// One message about a transaction.
#[derive(Debug, Clone)]
pub struct Told {
    /// The record that brought it.
    pub at: Seq,
    /// `transactionId`.
    pub id: String,
    /// `eventType`, as spelt by the station.
    pub what: String,
    /// `seqNo`.
    pub seq_no: Option<i64>,
    /// `timestamp`.
    pub timestamp: Option<Timestamp>,
    /// `triggerReason`.
    pub trigger: String,
    /// `chargingState`.
    pub state: Option<String>,
    /// `stoppedReason`.
    pub stopped: Option<String>,
    /// `remoteStartId`.
    pub remote_start: Option<i64>,
    /// EVSE id.
    pub evse: Option<i64>,
    /// Connector id.
    pub connector: Option<i64>,
    /// `offline`; absent means false.
    pub offline: bool,
}

impl Told {
    /// Reads a TransactionEvent payload. Without an id it tells of no transaction.
    pub fn of(at: Seq, payload: &Value) -> Option<Told> {
        let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
        let number = |pointer: &str| payload.pointer(pointer).and_then(Value::as_i64);
        Some(Told {
            at,
            id: text("/transactionInfo/transactionId")?.to_owned(),
            what: text("/eventType").unwrap_or_default().to_owned(),
            seq_no: number("/seqNo"),
            timestamp: text("/timestamp").and_then(|t| t.parse().ok()),
            trigger: text("/triggerReason").unwrap_or_default().to_owned(),
            state: text("/transactionInfo/chargingState").map(str::to_owned),
            stopped: text("/transactionInfo/stoppedReason").map(str::to_owned),
            remote_start: number("/transactionInfo/remoteStartId"),
            evse: number("/evse/id"),
            connector: number("/evse/connectorId"),
            offline: payload.get("offline").and_then(Value::as_bool).unwrap_or(false),
        })
    }

    /// Whether it begins its transaction.
    pub fn starts(&self) -> bool {
        self.what == "Started"
    }

    /// Whether it ends its transaction.
    pub fn ends(&self) -> bool {
        self.what == "Ended"
    }

    /// Whether the other one is the same message, sent again.
    fn is_again(&self, other: &Told) -> bool {
        (&self.id, &self.what, self.seq_no, self.timestamp)
            == (&other.id, &other.what, other.seq_no, other.timestamp)
    }

    fn shown(&self) -> String {
        let number = self.seq_no.map_or("(none)".to_owned(), |n| n.to_string());
        format!("{} {} with seqNo {number}", self.what, self.id)
    }
}

/// The messages about transactions in a window, in the order of arrival, also those sent again.
pub fn told(window: Window<'_>) -> Vec<Told> {
    window.calls_of("TransactionEvent").filter_map(|(at, payload)| Told::of(at, payload)).collect()
}

/// A time without connection.
#[derive(Debug, Clone, Copy)]
struct Gap {
    from: Timestamp,
    /// When the station connected again.
    to: Timestamp,
    /// When it had booted, if it did.
    ready: Timestamp,
}

/// A CALL of the suite that has to do with transactions.
#[derive(Debug, Clone)]
struct Request {
    at: Seq,
    action: String,
    /// The transaction it stops.
    stops: Option<String>,
    accepted: bool,
}

/// What a run tells of transactions.
#[derive(Debug, Default)]
pub struct Transactions {
    /// Messages, each once.
    told: Vec<Told>,
    gaps: Vec<Gap>,
    requests: Vec<Request>,
    events: Vec<Event>,
    /// How far the station's clock is ahead, by what it says of the time its messages were made.
    ahead: SignedDuration,
}

impl Transactions {
    /// Reads a run, or a part of one.
    pub fn of(window: Window<'_>) -> Transactions {
        let mut read = Transactions::default();
        let mut asked: BTreeMap<&str, usize> = BTreeMap::new();
        let mut closed: Option<Timestamp> = None;
        let mut booting: Vec<&str> = Vec::new();
        let mut ahead: Vec<SignedDuration> = Vec::new();
        for record in window.records {
            match &record.body {
                Body::Closed { .. } => closed = closed.or(Some(record.t)),
                Body::Connected { version: Some(_), .. } => {
                    let gap = closed.take().map(|from| Gap { from, to: record.t, ready: record.t });
                    read.gaps.extend(gap);
                }
                _ => {}
            }
            match frame_of(record, window.version) {
                Some((Direction::Rx, Frame::Call { id, action, payload })) => {
                    let made = payload.get("generatedAt").and_then(Value::as_str);
                    let made = made.and_then(|t| t.parse::<Timestamp>().ok());
                    ahead.extend(made.map(|made| made.duration_since(record.t)));
                    match action.as_str() {
                        "TransactionEvent" => read.message(record.n, payload),
                        "NotifyEvent" => read.events.extend(of_payload(record.n, payload)),
                        "BootNotification" => booting.push(id),
                        _ => {}
                    }
                }
                Some((Direction::Tx, Frame::CallResult { id, .. })) if booting.contains(&id.as_str()) => {
                    if let Some(gap) = read.gaps.last_mut() {
                        gap.ready = record.t;
                    }
                }
                Some((Direction::Tx, Frame::Call { id, action, payload })) => {
                    let of_interest =
                        ["RequestStartTransaction", "RequestStopTransaction", "TriggerMessage", "Reset"];
                    if of_interest.contains(&action.as_str()) {
                        asked.insert(id, read.requests.len());
                        let text = |key: &str| payload.get(key).and_then(Value::as_str).map(str::to_owned);
                        let stops = text("transactionId");
                        let action = action.clone();
                        read.requests.push(Request { at: record.n, action, stops, accepted: false });
                    }
                }
                Some((Direction::Rx, Frame::CallResult { id, payload })) => {
                    let accepted = payload.get("status").and_then(Value::as_str) == Some("Accepted");
                    if let Some(r) = asked.remove(id.as_str()).and_then(|n| read.requests.get_mut(n)) {
                        r.accepted = accepted;
                    }
                }
                _ => {}
            }
        }
        // What was sent late was made early: the freshest message tells most of the clock.
        read.ahead = ahead.into_iter().max().unwrap_or_default();
        read
    }

    fn message(&mut self, at: Seq, payload: &Value) {
        let message = Told::of(at, payload);
        if let Some(message) = message.filter(|m| !self.told.iter().any(|t| t.is_again(m))) {
            self.told.push(message);
        }
    }

    /// The messages of each transaction, in the order in which they came; the transactions in that order too. Under an
    /// id that is used again another transaction begins: that fails the row about ids, and no other.
    fn each(&self) -> Vec<Vec<&Told>> {
        let mut all: Vec<Vec<&Told>> = Vec::new();
        let mut latest: BTreeMap<&str, usize> = BTreeMap::new();
        for message in &self.told {
            let known = latest.get(message.id.as_str()).copied().and_then(|n| all.get_mut(n));
            match known.filter(|known| !(message.starts() && known.iter().any(|m| m.ends()))) {
                Some(known) => known.push(message),
                None => {
                    latest.insert(&message.id, all.len());
                    all.push(vec![message]);
                }
            }
        }
        all
    }

    /// Only what was told after a record; what the run says besides stays known.
    pub fn told_after(mut self, from: Seq) -> Transactions {
        self.told.retain(|t| t.at > from);
        self
    }

    /// The transactions that have not ended, with their EVSEs.
    pub fn open(&self) -> Vec<(String, Option<i64>)> {
        let open = self.each().into_iter().filter(|all| !all.iter().any(|m| m.ends()));
        let named = open.filter_map(|all| {
            let evse = all.iter().find_map(|m| m.evse);
            Some((all.first()?.id.clone(), evse))
        });
        named.collect()
    }

    /// Whether a transaction's first message shows that its beginning was missed: it began before this run.
    fn began_before(&self, first: &Told) -> bool {
        let same_outlet = |t: &&Told| t.evse.is_none() || first.evse.is_none() || t.evse == first.evse;
        let another = self.told.iter().take_while(|t| t.at < first.at).filter(|t| t.starts());
        !first.starts() && first.seq_no != Some(0) && another.filter(same_outlet).count() == 0
    }

    /// Findings, or what holds: the first and the last message prove it.
    fn settle(findings: Vec<Finding>, judged: &[Seq], nothing: &str) -> Vec<Check> {
        let ends: Vec<Seq> = judged.first().into_iter().chain(judged.last()).copied().collect();
        if findings.is_empty() && ends.is_empty() {
            return vec![Check::Void(nothing.to_owned())];
        }
        Check::from_findings(findings.into_iter().take(ENOUGH).collect(), ends)
    }
}

/// The tolerance for times, signed.
fn tolerance() -> SignedDuration {
    signed(TIME_TOLERANCE)
}

#[cfg(test)]
mod tests;
