//! Roll-ups: an EVSE, or the whole station, has a problem because a part of it has one.
//!
//! A part counts if a hardwired monitor on its `Problem` or `Tripped` tells the fault, and is at least as urgent as
//! the one on the roll-up: a roll-up never outranks its cause (archetype rows B-0305 and B-0306).

use super::event::Source;
use crate::device::{BuiltIn, BuiltInClass, DeviceModel, VariableId};
use crate::engine::Station;
use jiff::Timestamp;
use ocpp::{DataType, EventNotification, MonitorType, VariableAddress, device::same};
use std::collections::BTreeMap;

/// A roll-up and what it follows from.
#[derive(Debug)]
struct RollUp {
    /// `Problem` of an EVSE or of the station.
    whole: VariableId,
    /// `Problem` and `Tripped` of its parts.
    parts: Vec<VariableId>,
    /// The event that the present state of the whole follows from.
    because: Option<i64>,
}

/// Every roll-up of the station.
#[derive(Debug)]
pub(crate) struct RollUps {
    all: Vec<RollUp>,
    /// The last event that told of a part.
    told: BTreeMap<VariableId, i64>,
}

impl RollUps {
    pub(crate) fn of(model: &DeviceModel) -> RollUps {
        let wholes = model.all().filter(|(_, v)| is_whole(&v.address)).map(|(id, _)| id);
        let all = wholes.map(|whole| RollUp { whole, parts: parts_of(model, whole), because: None });
        RollUps { all: all.filter(|r| !r.parts.is_empty()).collect(), told: BTreeMap::new() }
    }

    /// What a roll-up follows from; nothing where the variable is none.
    pub(crate) fn parts(&self, whole: VariableId) -> Vec<VariableId> {
        self.all.iter().find(|r| r.whole == whole).map(|r| r.parts.clone()).unwrap_or_default()
    }

    /// Ids of events before a reboot mean nothing after it.
    pub(crate) fn forget_events(&mut self) {
        self.told.clear();
        self.all.iter_mut().for_each(|r| r.because = None);
    }

    fn is_part(&self, variable: VariableId) -> bool {
        self.all.iter().any(|r| r.parts.contains(&variable))
    }
}

/// Whether this is the `Problem` of an EVSE or of the station as a whole.
fn is_whole(at: &VariableAddress) -> bool {
    let holds = |name, tier: bool| same(&at.component.name, name) && tier;
    (holds("ChargingStation", at.component.evse.is_none())
        || holds("EVSE", at.component.evse.is_some_and(|e| e.connector_id.is_none())))
        && at.component.instance.is_none()
        && same(&at.variable.name, "Problem")
        && at.variable.instance.is_none()
}

/// The parts at the place of the whole, or at a connector of it, whose alarms are urgent enough.
fn parts_of(model: &DeviceModel, whole: VariableId) -> Vec<VariableId> {
    let Some(at) = model.get(whole).map(|v| &v.address) else { return Vec::new() };
    let on = |variable| {
        let watches = move |b: &&BuiltIn| {
            b.variable == variable
                && b.class == BuiltInClass::Hardwired
                && b.monitor_type == MonitorType::Delta
                && !b.transaction
        };
        model.built_in.iter().filter(watches).map(|b| b.severity).min()
    };
    let Some(own) = on(whole) else { return Vec::new() };
    let evse = |a: &VariableAddress| a.component.evse.map(|e| e.id);
    let is_part = |id: VariableId, v: &crate::device::Variable| {
        let fault = ["Problem", "Tripped"].iter().any(|n| same(&v.address.variable.name, n));
        fault
            && v.data_type == DataType::Boolean
            && !is_whole(&v.address)
            && evse(&v.address) == evse(at)
            && on(id).is_some_and(|severity| severity <= own)
    };
    model.all().filter(|(id, v)| is_part(*id, v)).map(|(id, _)| id).collect()
}

impl Station {
    /// A part is about to change: what was told of it before is no cause any more.
    pub(crate) fn part_changes(&mut self, part: VariableId) {
        self.roll_ups.told.remove(&part);
    }

    /// A part has changed, and its monitors have told so: the roll-ups follow.
    pub(crate) fn roll_up(&mut self, part: VariableId, now: Timestamp) {
        for index in 0..self.roll_ups.all.len() {
            let Some(roll_up) = self.roll_ups.all.get_mut(index).filter(|r| r.parts.contains(&part)) else {
                continue;
            };
            let is_true = |id: &VariableId| self.model.get(*id).is_some_and(|v| v.actual() == "true");
            let state = if roll_up.parts.iter().any(is_true) { "true" } else { "false" };
            let whole = roll_up.whole;
            if self.model.get(whole).is_none_or(|v| v.actual() == state) {
                continue;
            }
            roll_up.because = self.roll_ups.told.get(&part).copied();
            self.set_actual(whole, state, now);
            if let Some(roll_up) = self.roll_ups.all.get_mut(index).filter(|_| state == "false") {
                roll_up.because = None;
            }
        }
    }

    /// The event that an event follows from (N07.FR.05), if it is one of a roll-up. An event of a part is
    /// remembered as a possible cause.
    pub(crate) fn cause_of(&mut self, source: &Source, id: i64) -> Option<i64> {
        if source.class == EventNotification::HardWiredMonitor && self.roll_ups.is_part(source.variable) {
            self.roll_ups.told.insert(source.variable, id);
        }
        let roll_up = self.roll_ups.all.iter().find(|r| r.whole == source.variable)?;
        // After a reboot the part is told again, and that is the cause then.
        let is_true = |id: VariableId| self.model.get(id).is_some_and(|v| v.actual() == "true");
        let mut still = roll_up.parts.iter().filter(|p| is_true(roll_up.whole) && is_true(**p));
        roll_up.because.or_else(|| still.find_map(|p| self.roll_ups.told.get(p).copied()))
    }

    /// The world says that a whole has a problem, or none any more: that shows in a part of it first.
    pub(crate) fn sense_in_parts(&mut self, whole: VariableId, text: &str, now: Timestamp) -> bool {
        let parts = self.roll_ups.parts(whole);
        match (parts.first().copied(), text) {
            (Some(first), "true") => self.set_actual(first, "true", now),
            (Some(_), "false") => parts.into_iter().for_each(|part| self.set_actual(part, "false", now)),
            _ => return false,
        }
        true
    }
}
