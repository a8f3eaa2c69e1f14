//! A restart whose boot is rejected once before it is accepted, with an EVSE out of use and the monitoring level
//! lowered: brought about once, judged by several rows.

use super::chosen::{at, that_take};
use super::moving::{everything_is_let_through, level_in_force, read_text, set_level};
use super::put_off::{connectors, interval};
use super::restarts::{again, look_again, reset};
use super::setting::{Wanted, set_for_later, severity_within};
use crate::link::WaitFor;
use crate::observed::{LevelKept, Rejected, Stretch, Unavailable, once};
use crate::world::Undo;
use crate::{Stop, World};
use judge::monitors::SetMonitor;
use judge::states;
use net::csms::{BootStatus, Policy};
use ocpp::{EvseRef, MonitorType, VariableAddress};
use serde_json::json;
use std::rc::Rc;
use std::time::Duration;
use trace::Seq;

/// Intervals for which the monitors are watched after the restart.
const INTERVALS: u32 = 3;

/// The restart, whose boot is rejected.
pub(super) async fn fetch(w: &mut World) -> Result<Rc<Rejected>, Stop> {
    once(w, |o| &mut o.rejected, bring_about).await
}

async fn bring_about(w: &mut World) -> Result<Rejected, Stop> {
    let taken_out = out_of_use(w).await?;
    let watched = lowered(w).await?;
    let every = interval(w, "B-0006")?;
    w.undo.push(Undo::Answers);
    w.lane.answer_with(Policy::boot(BootStatus::Rejected, u32::try_from(every.as_secs()).ok()))?;
    let asked_to = reset(w).await?;
    let patience = w.cx.deadline("B-0361");
    let answered = w.lane.boot_answered(asked_to.sent, patience, true).await?;
    w.lane.answer_with(Policy::default())?;
    let Some((rejected, _)) = answered else {
        let reason = format!("the station did not boot within {} s of its reset", patience.as_secs());
        return Err(Stop::open(reason, [asked_to.sent]));
    };
    let patience = every.saturating_add(w.cx.deadline("B-0006"));
    w.lane.boot_answered(rejected, patience, false).await?;
    crate::presence::admitted(w).await?;
    w.undo.retain(|u| *u != Undo::Answers);
    let accepted = w.lane.since(rejected, |window| {
        let boots = judge::registration::boots(window);
        boots.into_iter().find_map(|b| b.answer.filter(|a| a.status == "Accepted").map(|a| a.at))
    });
    let Some(accepted) = accepted else {
        return Err(Stop::open(
            "the station did not boot again after it was rejected",
            [asked_to.sent, rejected],
        ));
    };
    let unavailable = match taken_out {
        Ok(()) => Ok(still_out_of_use(w, accepted).await?),
        Err(why) => Err(why),
    };
    look_again(w).await?;
    let level = match watched {
        Ok((severe, mild)) => watch(w, &severe, &mild).await?,
        Err(why) => Err(why),
    };
    let stretch = Stretch { from: asked_to.sent, to: w.lane.now() };
    Ok(Rejected { stretch, accepted, unavailable, level })
}

/// A step that another row judges, and that this scenario can do without.
pub(super) fn unless_needed<T>(done: Result<T, Stop>) -> Result<Result<T, String>, Stop> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(Stop::NotExercised(why) | Stop::NotApplicable(why) | Stop::Open { reason: why, .. }) => {
            Ok(Err(why))
        }
        Err(other) => Err(other),
    }
}

/// Takes the first EVSE out of use, if it is in use.
pub(super) async fn out_of_use(w: &mut World) -> Result<Result<(), String>, Stop> {
    let state = read_text(w, &availability(None)).await?;
    if state.as_deref().is_some_and(|s| !s.eq_ignore_ascii_case("Available")) {
        let state = state.unwrap_or_default();
        return Ok(Err(format!("EVSE 1 is {state}, and only an available one is taken out of use")));
    }
    w.undo.push(Undo::Operative(1));
    let payload = json!({ "operationalStatus": "Inoperative", "evse": { "id": 1 } });
    match w.call("ChangeAvailability", payload).await?.status() {
        Some("Accepted") => Ok(Ok(())),
        other => {
            let said = other.unwrap_or("nothing").to_owned();
            w.undo.retain(|u| *u != Undo::Operative(1));
            Ok(Err(format!("the station answered {said} to taking EVSE 1 out of use")))
        }
    }
}

fn availability(connector: Option<i64>) -> VariableAddress {
    let component = if connector.is_some() { "Connector" } else { "EVSE" };
    let mut address = at(component, "AvailabilityState");
    address.component.evse = Some(EvseRef { id: 1, connector_id: connector });
    address
}

/// The connectors of the first EVSE.
pub(super) fn of_first_evse(w: &World) -> Vec<states::Connector> {
    connectors(w).into_iter().filter(|(evse, _)| *evse == 1).collect()
}

/// Waits until the states were told after a restart, and reads them.
pub(super) async fn still_out_of_use(w: &mut World, accepted: Seq) -> Result<Unavailable, Stop> {
    let limit = w.cx.deadline("B-0009");
    super::put_off::connectors_told(w, accepted, limit).await?;
    let inventory = super::inventory::fetch(w).await?;
    let connectors = of_first_evse(w);
    let all =
        std::iter::once(availability(None)).chain(connectors.iter().map(|(_, c)| availability(Some(*c))));
    let mut read = Vec::new();
    for address in all.filter(|a| inventory.find(a).is_some()) {
        let value = read_text(w, &address).await?;
        read.push((address.to_string(), value, w.answer()?.clone()));
    }
    Ok(Unavailable { read })
}

/// Two periodic monitors of different severity, and the level of the more severe one.
async fn lowered(w: &mut World) -> Result<Result<(SetMonitor, SetMonitor), String>, Stop> {
    let done = lower(w).await;
    unless_needed(done)
}

async fn lower(w: &mut World) -> Result<(SetMonitor, SetMonitor), Stop> {
    everything_is_let_through(w).await?;
    let every = interval(w, "B-0365")?.as_secs_f64();
    let kind = MonitorType::Periodic;
    let targets = that_take(w, kind).await?;
    let address = targets.into_iter().next().ok_or_else(|| Stop::Bug("no variable was chosen".into()))?;
    for range in [4..=6, 7..=9] {
        let severity = severity_within(w, &address, kind, range).await?;
        let severity = severity
            .ok_or_else(|| Stop::open(format!("every severity is taken for {kind} on {address}"), []))?;
        set_for_later(w, &[Wanted::new(address.clone(), kind, every, severity)]).await?;
    }
    let mut set = w.monitors.iter().rev().cloned();
    let (Some(mild), Some(severe)) = (set.next(), set.next()) else {
        return Err(Stop::Bug("two monitors are needed".into()));
    };
    set_level(w, i64::from(severe.severity), None).await?;
    // Level 9 is in force by now; where another one was, it is put back after the scenario.
    if !w.undo.iter().any(|u| matches!(u, Undo::Level(_))) {
        w.undo.push(Undo::Level(9));
    }
    match w.answer()?.status() {
        Some("Accepted") => Ok((severe, mild)),
        _ => {
            let answer = w.answer()?;
            Err(Stop::open(
                "the station does not take another monitoring level",
                [answer.sent, answer.reply.at()],
            ))
        }
    }
}

/// Watches the two monitors after the restart.
async fn watch(
    w: &mut World,
    severe: &SetMonitor,
    mild: &SetMonitor,
) -> Result<Result<LevelKept, String>, Stop> {
    let (Some(severe), Some(mild)) = (again(w, severe), again(w, mild)) else {
        return Ok(Err("the monitors are not reported after the restart".to_owned()));
    };
    let level = level_in_force(w).await?;
    let read = w.answer()?.clone();
    let from = w.lane.now();
    // One interval more, so that three are whole wherever the first began.
    let time = interval(w, "B-0365")? * (INTERVALS + 1);
    w.lane.until(from, time, "the monitors to tick", WaitFor::Mandated, |_| false).await?;
    let limit: Duration = w.cx.deadline("B-0012");
    let alive = w.lane.sign_of_life(limit).await?;
    let watched = Stretch { from, to: w.lane.now() };
    Ok(Ok(LevelKept { read, level, severe, mild, watched, alive }))
}
