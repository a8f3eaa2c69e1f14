//! Availability of station, EVSEs and connectors (OCPP G01, G03, G04), kept over a reboot.

use crate::device::{VariableId, address};
use crate::engine::Station;
use crate::monitoring::Source;
use crate::policy::STATE_NOTICE;
use crate::policy::sessions::{Change, FaultedState, NoChange, OwnState, WhenInUse};
use jiff::Timestamp;
use ocpp::{EventNotification, EventTrigger, EvseRef, device::same};
use serde_json::{Value, json};
use spec::Place;
use spec::model::{Tier, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// EVSE id and connector id.
pub(crate) type Connector = (u32, u32);

/// What the operator has switched off, and the states that follow from it and from transactions.
#[derive(Debug)]
pub(crate) struct Availability {
    inoperative: BTreeSet<Place>,
    /// The state last derived for each place. A value set from outside stays until this changes.
    derived: BTreeMap<Place, &'static str>,
    /// Connectors whose state changed while it could not be told.
    untold: BTreeSet<Connector>,
}

impl Availability {
    pub(crate) fn new(topology: &Topology) -> Availability {
        let places = [Tier::Station, Tier::Evse, Tier::Connector].map(|tier| Place::all(tier, topology));
        let derived = places.into_iter().flatten().map(|place| (place, "Available")).collect();
        Availability { inoperative: BTreeSet::new(), derived, untold: BTreeSet::new() }
    }

    pub(crate) fn has_connector(&self, (evse, connector): Connector) -> bool {
        self.derived.contains_key(&Place { evse: Some(evse), connector: Some(connector) })
    }

    pub(crate) fn has_evse(&self, evse: u32) -> bool {
        self.derived.contains_key(&Place { evse: Some(evse), connector: None })
    }

    pub(crate) fn evses(&self) -> Vec<u32> {
        self.derived.keys().filter(|p| p.connector.is_none()).filter_map(|p| p.evse).collect()
    }

    /// Whether an EVSE, or the station as a whole, is switched off.
    pub(crate) fn is_evse_off(&self, evse: u32) -> bool {
        self.is_off(Place { evse: Some(evse), connector: None })
    }

    /// Forgets what the operator has switched off.
    pub(crate) fn open_all(&mut self) {
        self.inoperative.clear();
    }

    fn connectors(&self) -> Vec<Connector> {
        self.derived.keys().filter_map(|p| p.evse.zip(p.connector)).collect()
    }

    /// Whether the place, or what it is part of, is switched off (G03.FR.06, G04.FR.07).
    fn is_off(&self, place: Place) -> bool {
        let evse = Place { evse: place.evse, connector: None };
        [Place::STATION, evse, place].iter().any(|p| self.inoperative.contains(p))
    }
}

impl Station {
    /// ChangeAvailability. While a transaction runs the change is scheduled; it takes effect at its end.
    pub(crate) fn change_availability(&mut self, payload: &Value, now: Timestamp) -> Value {
        let refused = |reason: &str| json!({ "status": "Rejected", "statusInfo": { "reasonCode": reason } });
        let id = |value: &Value, key: &str| {
            value.get(key).map(|id| id.as_u64().and_then(|i| u32::try_from(i).ok()))
        };
        let place = match payload.get("evse") {
            None => Place::STATION,
            Some(evse) => match (id(evse, "id").flatten(), id(evse, "connectorId")) {
                (Some(e), None) => Place { evse: Some(e), connector: None },
                (Some(e), Some(Some(c))) => Place { evse: Some(e), connector: Some(c) },
                _ => return refused("UnknownEvse"),
            },
        };
        if !self.availability.derived.contains_key(&place) {
            let known_evse = place.evse.is_some_and(|evse| self.availability.has_evse(evse));
            return refused(if known_evse { "UnknownConnectorId" } else { "UnknownEvse" });
        }
        if self.policy.sessions.change == Change::OnlyAccepted {
            return json!({ "status": "Accepted" });
        }
        let off = payload.get("operationalStatus").and_then(Value::as_str) == Some("Inoperative");
        let same = self.availability.inoperative.contains(&place) == off;
        if same && self.policy.sessions.no_change == NoChange::Refused {
            return refused("NoChange");
        }
        if off {
            self.availability.inoperative.insert(place);
        } else {
            self.availability.inoperative.remove(&place);
            if self.policy.sessions.own_state == OwnState::Overwritten && place == Place::STATION {
                self.availability.inoperative.clear();
            }
        }
        self.derive_availability(now);
        let busy = match place.evse {
            None => !self.transactions.is_empty(),
            Some(evse) => self.transactions.on(evse).is_some(),
        };
        json!({ "status": if off && busy { "Scheduled" } else { "Accepted" } })
    }

    /// Derives every state anew and shows what has changed.
    pub(crate) fn derive_availability(&mut self, now: Timestamp) {
        let places: Vec<Place> = self.availability.derived.keys().copied().collect();
        for place in places {
            let state = self.derive_state(place);
            let has_changed = self.availability.derived.insert(place, state) != Some(state);
            if let Some(variable) = self.state_variable(place).filter(|_| has_changed) {
                self.set_actual(variable, state, now);
            }
        }
    }

    fn derive_state(&self, place: Place) -> &'static str {
        let is_off = self.availability.is_off(place);
        let Some(evse) = place.evse else {
            // What is switched off waits for the transactions to end.
            return match (is_off && self.transactions.is_empty(), self.is_station_faulted()) {
                (true, _) => "Unavailable",
                (false, true) => "Faulted",
                (false, false) => "Available",
            };
        };
        let in_use =
            self.transactions.on(evse).is_some() && self.policy.sessions.in_use == WhenInUse::Afterwards;
        let plugged = self.transactions.outlet(evse).and_then(|o| o.plugged);
        if is_off && !in_use {
            "Unavailable"
        } else if self.is_faulted(evse, place.connector)
            && self.policy.sessions.faulted == FaultedState::Shown
        {
            "Faulted"
        } else if plugged.is_some_and(|at| place.connector.is_none_or(|c| c == at)) {
            "Occupied"
        } else {
            "Available"
        }
    }

    fn state_variable(&self, place: Place) -> Option<VariableId> {
        let component = match (place.evse, place.connector) {
            (None, _) => "ChargingStation",
            (Some(_), None) => "EVSE",
            (Some(_), Some(_)) => "Connector",
        };
        self.model.find(&address(component, place.evse_ref(), "AvailabilityState", None))
    }

    /// The state of a connector as its variable tells it.
    pub(crate) fn connector_state(&self, (evse, connector): Connector) -> String {
        let place = Place { evse: Some(evse), connector: Some(connector) };
        let derived = || self.availability.derived.get(&place).copied().unwrap_or("Available");
        let variable = self.state_variable(place).and_then(|id| self.model.get(id));
        variable.map_or_else(|| derived().to_owned(), |v| v.actual().to_owned())
    }

    /// If the variable is the state of a connector, tells its change, unless a monitor has told it already
    /// (G01.FR.03-07).
    pub(crate) fn tell_connector_change(&mut self, variable: VariableId, now: Timestamp) {
        let Some(connector) = self.connector_of(variable) else { return };
        if !self.is_online() {
            self.availability.untold.insert(connector);
        } else if self.prefers_status_notification() || !self.is_told_by_monitor(variable) {
            self.report_connector(connector, now);
        }
    }

    fn connector_of(&self, variable: VariableId) -> Option<Connector> {
        let at = &self.model.get(variable)?.address;
        let is_state = same(&at.component.name, "Connector")
            && at.component.instance.is_none()
            && same(&at.variable.name, "AvailabilityState")
            && at.variable.instance.is_none();
        let EvseRef { id, connector_id } = at.component.evse.filter(|_| is_state)?;
        Some((u32::try_from(id).ok()?, u32::try_from(connector_id?).ok()?))
    }

    pub(crate) fn report_all_connectors(&mut self, now: Timestamp) {
        self.availability.untold.clear();
        for connector in self.availability.connectors() {
            self.report_connector(connector, now);
        }
    }

    /// Reports the connectors that cannot be used.
    pub(crate) fn report_troubled_connectors(&mut self, now: Timestamp) {
        self.availability.untold.clear();
        for connector in self.availability.connectors() {
            if self.connector_state(connector) != "Available" {
                self.report_connector(connector, now);
            }
        }
    }

    pub(crate) fn report_changed_connectors(&mut self, now: Timestamp) {
        for connector in std::mem::take(&mut self.availability.untold) {
            self.report_connector(connector, now);
        }
    }

    /// 2.0.1: StatusNotification. 2.1: a built-in event, or StatusNotification where the monitoring level
    /// would silence the event.
    fn report_connector(&mut self, connector: Connector, now: Timestamp) {
        let (evse, number) = connector;
        let variable = self.state_variable(Place { evse: Some(evse), connector: Some(number) });
        let by_event =
            !self.prefers_status_notification() && self.policy.reports(STATE_NOTICE, self.monitors.level);
        match variable.filter(|_| by_event) {
            None => self.send_status(connector, now),
            Some(variable) => self.raise(
                Source {
                    variable,
                    monitor: None,
                    class: EventNotification::HardWiredNotification,
                    trigger: EventTrigger::Delta,
                    severity: STATE_NOTICE,
                },
                false,
                now,
            ),
        }
    }
}
