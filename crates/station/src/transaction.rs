//! Transactions, as far as diagnostics needs them: they occupy an EVSE and wake transaction-only monitors.

use crate::boot::BootReason;
use crate::device::{VariableId, value};
use crate::engine::{EffectError, Station};
use crate::message::put;
use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeMap;

/// A running transaction.
#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) id: String,
}

/// Running transactions by EVSE.
#[derive(Debug, Default)]
pub(crate) struct Transactions {
    running: BTreeMap<u32, Transaction>,
    started: u32,
}

impl Transactions {
    pub(crate) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    pub(crate) fn on(&self, evse: u32) -> Option<&Transaction> {
        self.running.get(&evse)
    }
}

impl Station {
    /// The transaction a variable's component takes part in: that of its EVSE, or for the station's own
    /// components any.
    pub(crate) fn transaction_at(&self, variable: VariableId) -> Option<&Transaction> {
        match self.model.get(variable)?.address.component.evse {
            None => self.transactions.running.values().next(),
            Some(evse) => self.transactions.on(u32::try_from(evse.id).ok()?),
        }
    }

    /// Whether a transaction-only monitor on the variable is awake.
    pub(crate) fn in_transaction(&self, variable: VariableId) -> bool {
        self.transaction_at(variable).is_some()
    }

    pub(crate) fn start_transaction(&mut self, evse: u32, now: Timestamp) -> Result<(), EffectError> {
        if !self.availability.has_evse(evse) {
            return Err(EffectError::UnknownEvse(evse));
        }
        if self.transactions.on(evse).is_some() {
            return Err(EffectError::Busy(evse));
        }
        let state = self.connector_state((evse, 1));
        if state == "Unavailable" || state == "Faulted" {
            return Err(EffectError::OutOfService { evse, state });
        }
        self.transactions.started += 1;
        let id = format!("tx-{}", self.transactions.started);
        self.transactions.running.insert(evse, Transaction { id: id.clone() });
        self.send_transaction_event(json!({
            "eventType": "Started",
            "timestamp": value::time(now),
            "triggerReason": "CablePluggedIn",
            "seqNo": 0,
            "transactionInfo": { "transactionId": id, "chargingState": "EVConnected" },
            "evse": { "id": evse, "connectorId": 1 },
        }));
        self.refresh_activity(now);
        self.derive_availability(now);
        Ok(())
    }

    pub(crate) fn end_transaction(&mut self, evse: u32, now: Timestamp) -> Result<(), EffectError> {
        if !self.availability.has_evse(evse) {
            return Err(EffectError::UnknownEvse(evse));
        }
        self.stop(evse, "EVCommunicationLost", "EVDisconnected", now).ok_or(EffectError::Idle(evse))?;
        if self.boot.reset_when_idle && self.transactions.is_empty() {
            self.begin_reset(BootReason::ScheduledReset);
        }
        Ok(())
    }

    /// Ends every transaction before an immediate reset (B12.FR.04).
    pub(crate) fn end_all_transactions(&mut self, now: Timestamp) {
        let evses: Vec<u32> = self.transactions.running.keys().copied().collect();
        for evse in evses {
            self.end_for_reset(evse, now);
        }
    }

    /// Ends the transaction of an EVSE, if there is one, because of a reset.
    pub(crate) fn end_for_reset(&mut self, evse: u32, now: Timestamp) {
        self.stop(evse, "ResetCommand", "ImmediateReset", now);
    }

    fn stop(&mut self, evse: u32, trigger: &str, reason: &str, now: Timestamp) -> Option<()> {
        let transaction = self.transactions.running.remove(&evse)?;
        self.send_transaction_event(json!({
            "eventType": "Ended",
            "timestamp": value::time(now),
            "triggerReason": trigger,
            "seqNo": 1,
            "transactionInfo": {
                "transactionId": transaction.id,
                "chargingState": "Idle",
                "stoppedReason": reason,
            },
            "evse": { "id": evse, "connectorId": 1 },
        }));
        self.refresh_activity(now);
        self.derive_availability(now);
        Some(())
    }

    fn send_transaction_event(&mut self, mut payload: serde_json::Value) {
        if !self.is_online() {
            put(&mut payload, "offline", true);
        }
        self.call_or_queue("TransactionEvent", payload);
    }
}
