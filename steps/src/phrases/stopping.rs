//! Phrases about faults that keep an outlet from charging, or end its transaction.

use super::availability::within;
use super::inventory::fetch;
use super::moving::read_text;
use super::transactions::{begin, by_rig, ended};
use super::vehicles::needs_rig;
use crate::link::WaitFor;
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::inventory::variable_at;
use judge::transactions::{course, tells_fault};
use judge::{Code, Finding};
use ocpp::VariableAddress;
use spec::model::{FaultRow, Tier};
use spec::{Applies, Effect, Place};

/// Faults that keep an outlet from charging beyond doubt, the easiest to cause first.
const STOPPING: &[(&str, &str)] = &[("EmergencyStopSensor", "Active"), ("OverCurrentProtection", "Active")];

/// A fault that is caused, and how it goes away.
#[derive(Debug, Clone)]
pub(crate) struct Stopping {
    row: FaultRow,
    address: VariableAddress,
    value: String,
    away: Effect,
}

/// Chooses a fault of the archetype that keeps the scenario's outlet from charging.
async fn choose_fault(w: &mut World) -> Result<(), Stop> {
    needs_rig(w, "a fault")?;
    let inventory = fetch(w).await?;
    let archetype = w.cx.archetype.clone();
    let mut found = Vec::new();
    for fault in
        archetype.faults.iter().filter(|f| w.cx.declaration.applies(*f, w.cx.version) == Applies::Yes)
    {
        let Some(value) = &fault.fault_value else { continue };
        for (c, v, _) in fault.monitors.iter().filter_map(|id| archetype.monitor(id)) {
            let is =
                |(component, variable): &(&str, &str)| c.component == *component && v.variable == *variable;
            let Some(rank) = STOPPING.iter().position(is) else { continue };
            let place = match c.at {
                Tier::Station => Place::STATION,
                Tier::Evse => Place { evse: Some(w.outlet.evse), connector: None },
                Tier::Connector => continue,
            };
            let address = variable_at(c, v, place);
            if inventory.find(&address).is_some() {
                found.push((
                    rank,
                    fault.rig == spec::model::Rig::Special,
                    fault.clone(),
                    address,
                    value.clone(),
                ));
            }
        }
    }
    found.sort_by_key(|(rank, special, ..)| (*special, *rank));
    let Some((_, _, row, address, value)) = found.into_iter().next() else {
        let why = "no fault of the archetype that surely keeps an outlet from charging is reported here";
        return Err(Stop::NotExercised(why.to_owned()));
    };
    let start = read_text(w, &address).await?.unwrap_or_default();
    if start.eq_ignore_ascii_case(&value) {
        return Err(Stop::NotExercised(format!("{address} is {start} already")));
    }
    let away = Effect::fault(&row, false, &address, start);
    w.stopping = Some(Stopping { row, address, value, away });
    Ok(())
}

fn stopping(w: &World) -> Result<Stopping, Stop> {
    w.stopping.clone().ok_or_else(|| Stop::Bug("a step needs a fault and none was chosen".into()))
}

async fn break_it(w: &mut World) -> Result<(), Stop> {
    let fault = stopping(w)?;
    w.subject.stimulus = by_rig(w);
    w.undo.push(Undo::Value(fault.away.clone()));
    let there = Effect::fault(&fault.row, true, &fault.address, fault.value);
    w.cause = w.lane.stimulus(&there).await?;
    Ok(())
}

#[when("a fault occurs that keeps it from charging")]
async fn breaks(w: &mut World) {
    w.attempt(async |w| {
        choose_fault(w).await?;
        break_it(w).await
    })
    .await;
}

#[when("the fault occurs")]
async fn occurs(w: &mut World) {
    w.attempt(async |w| break_it(w).await).await;
}

#[when("the fault goes away")]
async fn mends(w: &mut World) {
    w.attempt(async |w| {
        let away = stopping(w)?.away;
        w.cause = w.lane.stimulus(&away).await?;
        w.undo.retain(|u| *u != Undo::Value(away.clone()));
        Ok(())
    })
    .await;
}

#[given("a transaction on an EVSE, and a fault of the archetype that ends it")]
async fn fault_in_transaction(w: &mut World) {
    w.attempt(async |w| {
        needs_rig(w, "a fault")?;
        super::availability::choose(w).await?;
        choose_fault(w).await?;
        begin(w).await
    })
    .await;
}

#[then("the transaction ends in time, because of the fault")]
async fn ends_by_fault(w: &mut World) {
    w.attempt(async |w| {
        let cause = w.cause;
        let Some(end) = ended(w, cause).await? else {
            let why = format!("the fault did not end the transaction {}", within(w.deadline()));
            return Err(Stop::NotExercised(why));
        };
        w.judge(course::was_ended_by_fault(&end, cause));
        Ok(())
    })
    .await;
}

#[then("the fault itself is told in time, as one of that transaction")]
async fn told_fault(w: &mut World) {
    w.attempt(async |w| {
        let (fault, cause, limit) = (stopping(w)?, w.cause, w.deadline());
        let is = |e: &judge::events::Event| tells_fault(e, &fault.address, &fault.value);
        let heard = w.lane.heard(cause, limit, "NotifyEvent", WaitFor::Station, |payload| {
            judge::events::of_payload(cause, payload).iter().any(is)
        });
        heard.await?;
        let (id, waited) = (w.session.id.clone(), within(limit));
        let checks = w.lane.since(cause, |window| {
            let told = judge::events::all(window).into_iter().find(|e| is(e));
            match told {
                Some(e) => judge::transactions::is_of(&e, &id),
                None => {
                    let expected = format!("an event that {} is {} {waited}", fault.address, fault.value);
                    let records = window.ends().into_iter().chain([cause]);
                    vec![Finding::new(Code::EventMissing, expected, "none", records).into()]
                }
            }
        });
        w.judge(checks);
        Ok(())
    })
    .await;
}
