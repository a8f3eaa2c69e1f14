//! How messages of transactions reach the CSMS: one after the other, each until it was answered or tried often
//! enough (OCPP E13, E04, B12.FR.05).

use crate::engine::Station;
use crate::message::put;
use crate::policy::sessions::{Attempts, OfflineEnd, Pause};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::VecDeque;

/// `MessageAttempts` where the device model has none.
const OWN_ATTEMPTS: usize = 3;
/// `MessageAttemptInterval` where the device model has none, in seconds.
const OWN_INTERVAL: usize = 10;

/// Messages of transactions that were not answered yet, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    waiting: VecDeque<Value>,
    /// How many of them are on their way.
    on_their_way: usize,
    /// How often the first was sent on this connection.
    attempts: usize,
    /// When the first is sent again.
    again: Option<Timestamp>,
    /// One of several that were sent together failed: all wait for the next connection.
    stalled: bool,
}

impl Delivery {
    /// Whether a message waits, of one transaction or of any.
    pub(crate) fn has(&self, transaction: Option<&str>) -> bool {
        let of = |m: &Value| {
            m.pointer("/transactionInfo/transactionId").and_then(Value::as_str).map(str::to_owned)
        };
        self.waiting.iter().any(|m| transaction.is_none_or(|id| of(m).as_deref() == Some(id)))
    }

    /// When something is to be sent again.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.again
    }

    /// The connection is gone: what was on its way is sent again on the next one.
    pub(crate) fn interrupted(&mut self) {
        *self = Delivery { waiting: std::mem::take(&mut self.waiting), ..Delivery::default() };
    }
}

impl Station {
    /// Takes a message of a transaction on.
    pub(crate) fn tell_transaction(&mut self, mut payload: Value) {
        if !self.is_online() {
            put(&mut payload, "offline", true);
            let ends = payload.get("eventType").and_then(Value::as_str) == Some("Ended");
            if ends && self.policy.sessions.offline_end == OfflineEnd::Forgotten {
                return;
            }
        }
        self.transactions.delivery.waiting.push_back(payload);
        self.deliver_transactions();
    }

    /// Sends the oldest message, if none is on its way.
    pub(crate) fn deliver_transactions(&mut self) {
        let delivery = &self.transactions.delivery;
        if self.is_online() && delivery.on_their_way == 0 && delivery.again.is_none() {
            self.send_waiting(1);
        }
    }

    /// Before the station goes, it says what it has to say.
    pub(crate) fn flush_transactions(&mut self) {
        let delivery = &self.transactions.delivery;
        if self.link.up && delivery.again.is_none() {
            let rest = delivery.waiting.len().saturating_sub(delivery.on_their_way);
            self.send_waiting(rest);
        }
    }

    fn send_waiting(&mut self, count: usize) {
        let delivery = &mut self.transactions.delivery;
        let next: Vec<Value> =
            delivery.waiting.iter().skip(delivery.on_their_way).take(count).cloned().collect();
        delivery.on_their_way += next.len();
        delivery.attempts += usize::from(!next.is_empty());
        for payload in next {
            self.call("TransactionEvent", payload);
        }
    }

    /// A message of a transaction was answered, or refused, or not answered in time.
    pub(crate) fn transaction_answered(&mut self, answered: bool, now: Timestamp) {
        let limit = |variable, own| {
            self.model.own_number("OCPPCommCtrlr", variable, Some("TransactionEvent")).unwrap_or(own)
        };
        let most = match self.policy.sessions.attempts {
            Attempts::Configured => limit("MessageAttempts", OWN_ATTEMPTS),
            Attempts::Once => 1,
        };
        let grows = self.policy.sessions.pause == Pause::Growing;
        let interval = limit("MessageAttemptInterval", OWN_INTERVAL);
        let delivery = &mut self.transactions.delivery;
        if delivery.stalled || delivery.on_their_way == 0 {
            return;
        }
        if !answered && delivery.on_their_way > 1 {
            delivery.stalled = true;
            return;
        }
        delivery.on_their_way -= 1;
        if !answered && delivery.attempts < most {
            // E13.FR.03: the pause grows with each attempt.
            delivery.again = crate::boot::after(
                now,
                i64::try_from(interval.saturating_mul(if grows { delivery.attempts } else { 1 }))
                    .unwrap_or(i64::MAX),
            );
            return;
        }
        delivery.waiting.pop_front();
        delivery.attempts = 0;
        self.deliver_transactions();
    }

    /// Sends again what was refused, when its time has come.
    pub(crate) fn retry_transactions(&mut self, now: Timestamp) {
        let delivery = &mut self.transactions.delivery;
        if delivery.again.is_some_and(|at| at <= now) {
            delivery.again = None;
            self.deliver_transactions();
        }
    }

    /// GetTransactionStatus (E14).
    pub(crate) fn get_transaction_status(&self, payload: &Value) -> Value {
        let id = payload.get("transactionId").and_then(Value::as_str);
        let mut answer = json!({ "messagesInQueue": self.transactions.delivery.has(id) });
        if let Some(id) = id {
            put(&mut answer, "ongoingIndicator", self.transactions.evse_of(id).is_some());
        }
        answer
    }
}
