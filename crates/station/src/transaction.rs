//! Transactions (OCPP blocks E and F), as far as diagnostics needs them: vehicles come and go, drivers authorize
//! themselves or are authorized from afar, and a transaction runs between the configured start and stop points.

use crate::authorization::{Authorization, Authorizing};
use crate::boot::BootReason;
use crate::customer::Visit;
use crate::delivery::Delivery;
use crate::device::{VariableId, value};
use crate::engine::{EffectError, Station};
use crate::message::put;
use crate::policy::sessions::{Numbering, OutOfUse, StartsAt, TransactionIds, Wait};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// `EVConnectionTimeOut` where the device model has none, in seconds.
const OWN_WAIT: usize = 60;

/// A running transaction.
#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) id: String,
    next_seq: i64,
    /// `chargingState` as last told.
    charging: &'static str,
    /// Whether the token that authorized it has been told.
    token_told: bool,
}

/// What happens at an EVSE.
#[derive(Debug, Default)]
pub(crate) struct Outlet {
    /// The connector a vehicle is plugged into.
    pub(crate) plugged: Option<u32>,
    pub(crate) authorization: Option<Authorization>,
    pub(crate) transaction: Option<Transaction>,
}

/// What happens at all EVSEs.
#[derive(Debug, Default)]
pub(crate) struct Transactions {
    pub(crate) outlets: BTreeMap<u32, Outlet>,
    pub(crate) authorizing: VecDeque<Authorizing>,
    pub(crate) delivery: Delivery,
    started: u32,
    /// Messages so far.
    told: i64,
}

/// Why a message of a transaction is sent, and how the transaction ends with it, if it does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cause {
    pub(crate) trigger: &'static str,
    pub(crate) stopped: &'static str,
}

impl Transactions {
    pub(crate) fn is_empty(&self) -> bool {
        self.outlets.values().all(|o| o.transaction.is_none())
    }

    pub(crate) fn on(&self, evse: u32) -> Option<&Transaction> {
        self.outlets.get(&evse)?.transaction.as_ref()
    }

    pub(crate) fn outlet(&self, evse: u32) -> Option<&Outlet> {
        self.outlets.get(&evse)
    }

    /// The EVSE a transaction runs on.
    pub(crate) fn evse_of(&self, id: &str) -> Option<u32> {
        let is = |o: &Outlet| o.transaction.as_ref().is_some_and(|t| t.id.eq_ignore_ascii_case(id));
        self.outlets.iter().find(|(_, o)| is(o)).map(|(evse, _)| *evse)
    }

    fn change(&mut self, evse: u32) -> &mut Outlet {
        self.outlets.entry(evse).or_default()
    }
}

impl Outlet {
    /// Whether a transaction point holds now (TxStartStopPointEnumType). There is no sensor for the parking bay: a
    /// vehicle that is plugged in stands in it.
    fn is_at(&self, point: &str) -> bool {
        match point {
            "ParkingBayOccupancy" | "EVConnected" => self.plugged.is_some(),
            "Authorized" => self.authorization.is_some(),
            "DataSigned" | "PowerPathClosed" | "EnergyTransfer" => {
                self.plugged.is_some() && self.authorization.is_some()
            }
            _ => false,
        }
    }
}

impl Station {
    /// The transaction a variable's component takes part in: that of its EVSE, or for the station's own
    /// components any.
    pub(crate) fn transaction_at(&self, variable: VariableId) -> Option<&Transaction> {
        match self.model.get(variable)?.address.component.evse {
            None => self.transactions.outlets.values().find_map(|o| o.transaction.as_ref()),
            Some(evse) => self.transactions.on(u32::try_from(evse.id).ok()?),
        }
    }

    /// Whether a transaction-only monitor on the variable is awake.
    pub(crate) fn in_transaction(&self, variable: VariableId) -> bool {
        self.transaction_at(variable).is_some()
    }

    /// A vehicle is plugged in, its driver presents a token, and it charges.
    pub(crate) fn start_transaction(&mut self, evse: u32, now: Timestamp) -> Result<(), EffectError> {
        if !self.availability.has_evse(evse) {
            return Err(EffectError::UnknownEvse(evse));
        }
        let outlet = self.transactions.outlet(evse);
        if outlet.is_some_and(|o| o.transaction.is_some() && o.plugged.is_some()) {
            return Err(EffectError::Busy(evse));
        }
        let state = self.connector_state((evse, 1));
        if state == "Unavailable" || state == "Faulted" {
            return Err(EffectError::OutOfService { evse, state });
        }
        if outlet.is_none_or(|o| o.plugged.is_none()) {
            self.plug_in(evse, 1, now)?;
        }
        self.present_token(evse, now);
        Ok(())
    }

    /// The driver ends the transaction and the vehicle leaves.
    pub(crate) fn end_transaction(&mut self, evse: u32, now: Timestamp) -> Result<(), EffectError> {
        if !self.availability.has_evse(evse) {
            return Err(EffectError::UnknownEvse(evse));
        }
        let outlet =
            self.transactions.outlet(evse).filter(|o| o.transaction.is_some() || o.plugged.is_some());
        let Some(outlet) = outlet else { return Err(EffectError::Idle(evse)) };
        let plugged = outlet.plugged.is_some();
        self.deauthorize(evse, Cause { trigger: "StopAuthorized", stopped: "Local" }, now);
        if plugged { self.plug_out(evse, now) } else { Ok(()) }
    }

    /// A vehicle is plugged into a connector. A transaction starts if that is where one does.
    pub(crate) fn plug_in(&mut self, evse: u32, connector: u32, now: Timestamp) -> Result<(), EffectError> {
        if !self.availability.has_connector((evse, connector)) {
            return Err(EffectError::UnknownEvse(evse));
        }
        if self.transactions.outlet(evse).is_some_and(|o| o.plugged.is_some()) {
            return Err(EffectError::Busy(evse));
        }
        let outlet = self.transactions.change(evse);
        outlet.plugged = Some(connector);
        if let Some(authorization) = &mut outlet.authorization {
            authorization.gives_up = None;
        }
        self.go_on(evse, "CablePluggedIn", now);
        self.let_charge(evse, now);
        self.derive_availability(now);
        Ok(())
    }

    /// The vehicle is unplugged; that ends its transaction (`StopTxOnEVSideDisconnect`).
    pub(crate) fn plug_out(&mut self, evse: u32, now: Timestamp) -> Result<(), EffectError> {
        if self.transactions.outlet(evse).is_none_or(|o| o.plugged.is_none()) {
            return Err(EffectError::Idle(evse));
        }
        let outlet = self.transactions.change(evse);
        (outlet.plugged, outlet.authorization) = (None, None);
        self.stop(evse, Cause { trigger: "EVCommunicationLost", stopped: "EVDisconnected" }, now);
        self.derive_availability(now);
        Ok(())
    }

    /// A driver may charge.
    pub(crate) fn authorize(&mut self, evse: u32, authorization: Authorization, now: Timestamp) {
        let trigger = if authorization.remote_start.is_some() { "RemoteStart" } else { "Authorized" };
        let wait = self.model.own_number("TxCtrlr", "EVConnectionTimeOut", None).unwrap_or(OWN_WAIT);
        let wait = match self.policy.sessions.vehicle {
            Wait::Configured => wait,
            Wait::Half => wait / 2,
        };
        let wait = i64::try_from(wait).unwrap_or(i64::MAX);
        let outlet = self.transactions.change(evse);
        let gives_up = if outlet.plugged.is_none() { crate::boot::after(now, wait) } else { None };
        outlet.authorization = Some(Authorization { gives_up, ..authorization });
        if let Some(transaction) = &mut outlet.transaction {
            transaction.token_told = false;
        }
        self.go_on(evse, trigger, now);
        self.let_charge(evse, now);
        self.derive_availability(now);
    }

    /// A driver may charge no more. The transaction ends, unless only the vehicle's leaving ends it.
    pub(crate) fn deauthorize(&mut self, evse: u32, cause: Cause, now: Timestamp) {
        let stays = ["ParkingBayOccupancy", "EVConnected"];
        let only_leaving = self.points("TxStopPoint").iter().all(|p| stays.contains(&p.as_str()));
        let outlet = self.transactions.change(evse);
        outlet.authorization = None;
        if only_leaving && outlet.plugged.is_some() {
            self.update(evse, cause.trigger, "EVConnected", now);
        } else {
            self.stop(evse, cause, now);
        }
        self.derive_availability(now);
    }

    /// Ends the transaction of an EVSE because of a fault; the driver has to authorize anew.
    pub(crate) fn abort(&mut self, evse: u32, stopped: &'static str, now: Timestamp) {
        self.transactions.change(evse).authorization = None;
        self.stop(evse, Cause { trigger: "AbnormalCondition", stopped }, now);
    }

    /// Ends every transaction because the power is gone; that is told when it is back.
    pub(crate) fn end_without_power(&mut self, now: Timestamp) {
        let evses: Vec<u32> = self.transactions.outlets.keys().copied().collect();
        for evse in evses {
            self.abort(evse, "PowerLoss", now);
        }
    }

    /// Ends every transaction before an immediate reset (B12.FR.04).
    pub(crate) fn end_all_transactions(&mut self, now: Timestamp) {
        let evses: Vec<u32> = self.transactions.outlets.keys().copied().collect();
        for evse in evses {
            self.end_for_reset(evse, now);
        }
    }

    /// Ends the transaction of an EVSE, if there is one, because of a reset.
    pub(crate) fn end_for_reset(&mut self, evse: u32, now: Timestamp) {
        if self.transactions.on(evse).is_some() {
            self.transactions.change(evse).authorization = None;
            self.stop(evse, Cause { trigger: "ResetCommand", stopped: "ImmediateReset" }, now);
        }
        self.derive_availability(now);
    }

    /// Drivers whose vehicle does not come are not waited for any longer (E03.FR.05, F02.FR.07).
    pub(crate) fn give_up_on_drivers(&mut self, now: Timestamp) {
        let is_late = |o: &Outlet| o.authorization.as_ref().is_some_and(|a| a.is_late(now));
        let late = self.transactions.outlets.iter().filter(|(_, o)| is_late(o)).map(|(evse, _)| *evse);
        for evse in late.collect::<Vec<u32>>() {
            self.deauthorize(evse, Cause { trigger: "EVConnectTimeout", stopped: "Timeout" }, now);
        }
    }

    /// When the first driver is given up on.
    pub(crate) fn next_giving_up(&self) -> Option<Timestamp> {
        self.transactions.outlets.values().filter_map(|o| o.authorization.as_ref()?.gives_up).min()
    }

    /// The points of `TxCtrlr.TxStartPoint` or `TxStopPoint`.
    fn points(&self, variable: &str) -> Vec<String> {
        let list = self.model.own("TxCtrlr", variable, None).map(|v| v.actual().to_owned());
        list.unwrap_or_default().split(',').map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect()
    }

    /// Something a transaction is made of has happened: it starts, or goes on.
    fn go_on(&mut self, evse: u32, trigger: &'static str, now: Timestamp) {
        let points = match self.policy.sessions.starts {
            StartsAt::ConfiguredPoints => self.points("TxStartPoint"),
            StartsAt::Energy => vec!["EnergyTransfer".to_owned()],
        };
        let Some(outlet) = self.transactions.outlets.get(&evse) else { return };
        let state = if outlet.plugged.is_some() { "EVConnected" } else { "Idle" };
        if let Some(transaction) = &outlet.transaction {
            let state = if outlet.plugged.is_some() { transaction.charging } else { state };
            let state = if state == "Idle" && outlet.plugged.is_some() { "EVConnected" } else { state };
            return self.update(evse, trigger, state, now);
        }
        let is_off = self.starts_nothing(evse) || self.is_faulted(evse, outlet.plugged);
        if is_off || !points.iter().any(|p| outlet.is_at(p)) {
            return;
        }
        self.transactions.started += 1;
        // Unique over restarts of the program too.
        let id = match self.policy.sessions.ids {
            TransactionIds::Unique => format!("tx-{}-{}", now.as_second(), self.transactions.started),
            TransactionIds::Strange => {
                format!("Tx {:>10}/{:_<21}", now.as_second(), self.transactions.started)
            }
            TransactionIds::OfTheEvse => format!("tx-{evse}"),
        };
        let transaction = Transaction { id, next_seq: 0, charging: state, token_told: false };
        self.transactions.change(evse).transaction = Some(transaction);
        self.tell(evse, "Started", trigger, None, now);
        self.refresh_activity(now);
    }

    /// Whether an EVSE is out of use and starts no transaction therefore.
    pub(crate) fn starts_nothing(&self, evse: u32) -> bool {
        self.availability.is_evse_off(evse) && self.policy.sessions.out_of_use == OutOfUse::StartsNothing
    }

    /// A vehicle that may charge charges at once.
    fn let_charge(&mut self, evse: u32, now: Timestamp) {
        let Some(outlet) = self.transactions.outlets.get(&evse) else { return };
        let ready = outlet.plugged.is_some() && outlet.authorization.is_some();
        if ready && outlet.transaction.as_ref().is_some_and(|t| t.charging != "Charging") {
            self.update(evse, "ChargingStateChanged", "Charging", now);
        }
    }

    fn update(&mut self, evse: u32, trigger: &'static str, state: &'static str, now: Timestamp) {
        let Some(transaction) = &mut self.transactions.change(evse).transaction else { return };
        transaction.charging = state;
        self.tell(evse, "Updated", trigger, None, now);
    }

    fn stop(&mut self, evse: u32, cause: Cause, now: Timestamp) {
        let outlet = self.transactions.change(evse);
        let state = if outlet.plugged.is_some() { "EVConnected" } else { "Idle" };
        let Some(transaction) = &mut outlet.transaction else { return };
        transaction.charging = state;
        self.tell(evse, "Ended", cause.trigger, Some(cause.stopped), now);
        self.transactions.change(evse).transaction = None;
        self.refresh_activity(now);
        self.derive_availability(now);
        if self.boot.reset_when_idle && self.transactions.is_empty() {
            self.begin_reset(BootReason::ScheduledReset);
        }
    }

    fn tell(&mut self, evse: u32, what: &str, trigger: &str, stopped: Option<&str>, now: Timestamp) {
        let Some(outlet) = self.transactions.outlets.get_mut(&evse) else { return };
        let Some(transaction) = &mut outlet.transaction else { return };
        let mut info = json!({ "transactionId": transaction.id, "chargingState": transaction.charging });
        if let Some(reason) = stopped {
            put(&mut info, "stoppedReason", reason);
        }
        let mut place = json!({ "id": evse });
        if let Some(connector) = outlet.plugged {
            put(&mut place, "connectorId", connector);
        }
        let mut payload = json!({
            "eventType": what,
            "timestamp": value::time(now),
            "triggerReason": trigger,
            "seqNo": match self.policy.sessions.numbering {
                Numbering::EachFromZero => transaction.next_seq,
                Numbering::OverAll => self.transactions.told,
            },
        });
        transaction.next_seq += 1;
        self.transactions.told += 1;
        if let Some(by) = outlet.authorization.as_ref().filter(|_| !transaction.token_told) {
            transaction.token_told = true;
            if let Some(id) = by.remote_start {
                put(&mut info, "remoteStartId", id);
            }
            put(&mut payload, "idToken", by.token.clone());
            let token = by.token.get("idToken").and_then(Value::as_str).unwrap_or_default();
            let visit = Visit { token: token.to_owned(), transaction: transaction.id.clone(), at: now };
            self.visits.push(visit);
        }
        put(&mut payload, "transactionInfo", info);
        put(&mut payload, "evse", place);
        self.tell_transaction(payload);
    }
}
