//! Faults that keep an outlet from charging: it is shown as Faulted, and its transaction ends (G01, E06.FR.08).
//!
//! These are the faults whose alarm is of severity 0 or 1, and `Problem` of the EVSE or the station as a whole.

use crate::device::{BuiltIn, BuiltInClass, DeviceModel, VariableId};
use crate::engine::Station;
use jiff::Timestamp;
use ocpp::{DataType, EvseRef, Severity, VariableAddress, device::same};
use std::collections::BTreeMap;

/// The least urgent alarm that keeps an outlet from charging: a danger or a hardware failure.
const STOPS: Severity = Severity(1);

/// Every variable that can keep an outlet from charging.
#[derive(Debug)]
pub(crate) struct Outages {
    all: BTreeMap<VariableId, Outage>,
}

#[derive(Debug)]
struct Outage {
    /// The outlets it concerns; all of them where there is none.
    evse: Option<EvseRef>,
    /// The value it has while there is no fault.
    healthy: String,
}

impl Outages {
    pub(crate) fn of(model: &DeviceModel) -> Outages {
        let urgent = |id: VariableId| {
            let is =
                |b: &&BuiltIn| b.variable == id && b.class == BuiltInClass::Hardwired && b.severity <= STOPS;
            model.built_in.iter().any(|b| is(&b))
        };
        let found = model.all().filter(|(id, v)| {
            v.data_type == DataType::Boolean && (urgent(*id) || is_problem_of_whole(&v.address))
        });
        let all = found.map(|(id, v)| {
            let outage = Outage { evse: v.address.component.evse, healthy: v.actual().to_owned() };
            (id, outage)
        });
        Outages { all: all.collect() }
    }
}

fn is_problem_of_whole(at: &VariableAddress) -> bool {
    let whole = ["ChargingStation", "EVSE"].iter().any(|n| same(&at.component.name, n));
    whole && same(&at.variable.name, "Problem")
}

fn reason(component: &str) -> &'static str {
    let reasons = [
        ("EmergencyStopSensor", "EmergencyStop"),
        ("OverCurrentProtection", "OvercurrentFault"),
        ("RCD", "GroundFault"),
        ("GroundIsolationProtection", "GroundFault"),
        ("ElectricalFeed", "PowerLoss"),
    ];
    reasons.iter().find(|(name, _)| same(name, component)).map_or("Other", |(_, reason)| reason)
}

impl Outage {
    fn concerns(&self, evse: u32, connector: Option<u32>) -> bool {
        let Some(at) = self.evse else { return true };
        let its = |id: Option<i64>, other: Option<u32>| match (id, other) {
            (Some(id), Some(other)) => id == i64::from(other),
            _ => true,
        };
        at.id == i64::from(evse) && its(at.connector_id, connector)
    }
}

impl Station {
    /// Whether a fault keeps the whole station from charging.
    pub(crate) fn is_station_faulted(&self) -> bool {
        self.outages.all.iter().filter(|(_, o)| o.evse.is_none()).any(|(id, o)| self.is_broken(*id, o))
    }

    fn is_broken(&self, id: VariableId, outage: &Outage) -> bool {
        self.model.get(id).is_some_and(|v| v.actual() != outage.healthy)
    }

    /// Why a transaction ends: for a roll-up, the part that is broken says it.
    fn stopped_reason(&self, variable: VariableId) -> &'static str {
        let is_true = |id: &VariableId| self.model.get(*id).is_some_and(|v| v.actual() == "true");
        let part = self.roll_ups.parts(variable).into_iter().find(is_true).unwrap_or(variable);
        self.model.get(part).map_or("Other", |v| reason(&v.address.component.name))
    }

    /// Whether a fault keeps an outlet from charging.
    pub(crate) fn is_faulted(&self, evse: u32, connector: Option<u32>) -> bool {
        self.outages.all.iter().any(|(id, o)| o.concerns(evse, connector) && self.is_broken(*id, o))
    }

    /// A variable has changed and its monitors have told so. If it keeps outlets from charging, that follows now.
    pub(crate) fn follow_outage(&mut self, variable: VariableId, now: Timestamp) {
        let Some(outage) = self.outages.all.get(&variable) else { return };
        if self.is_broken(variable, outage) {
            let hit = self.transactions.outlets.iter().filter(|(e, o)| outage.concerns(**e, o.plugged));
            let hit: Vec<u32> = hit.map(|(evse, _)| *evse).collect();
            let stopped = self.stopped_reason(variable);
            for evse in hit {
                self.abort(evse, stopped, now);
            }
        }
        self.derive_availability(now);
    }
}
