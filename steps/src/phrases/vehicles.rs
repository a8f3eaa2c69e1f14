//! Phrases about vehicles, and about faults and outages that meet a transaction.

use super::availability::within;
use super::chosen::that_take;
use super::inventory::fetch;
use super::moving::read_text;
use super::setting::{Wanted, set_for_later, severity};
use super::transactions::{begin, begin_from_afar, by_rig, ended, points_of, started, wait_for_vehicle};
use crate::link::{Met, WaitFor};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::inventory::variable_at;
use judge::transactions::{Transactions, course, names_transaction, tells_fault};
use judge::{Check, Code, Finding};
use ocpp::{MonitorType, VariableAddress};
use serde_json::json;
use spec::model::{FaultRow, Tier};
use spec::{Applies, Effect, Place};
use std::time::Duration;
use trace::Seq;

/// Faults that keep an outlet from charging beyond doubt, the easiest to cause first.
const STOPPING: &[(&str, &str)] = &[("EmergencyStopSensor", "Active"), ("OverCurrentProtection", "Active")];
/// Seconds between the events of the monitor that shows whether events name a transaction.
const PERIOD: f64 = 2.0;

/// A fault that is caused, and how it goes away.
#[derive(Debug, Clone)]
pub(crate) struct Stopping {
    row: FaultRow,
    address: VariableAddress,
    value: String,
    away: Effect,
}

fn needs_rig(w: &World, what: &str) -> Result<(), Stop> {
    if w.cx.binding == "none" {
        return Err(Stop::NotExercised(format!("no rig is bound to this run, and {what} needs one")));
    }
    Ok(())
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

// Plugging.

async fn plug(w: &mut World, comes: bool) -> Result<(), Stop> {
    needs_rig(w, "a vehicle")?;
    let (_, connector) = super::availability::first(w)?;
    let (evse, connector) = (w.outlet.evse, u32::try_from(connector).unwrap_or(1));
    let away = Effect::PlugOut { evse, connector };
    w.subject.stimulus = by_rig(w);
    if comes {
        w.undo.push(Undo::Value(away));
        w.cause = w.lane.stimulus(&Effect::PlugIn { evse, connector }).await?;
    } else {
        w.cause = w.lane.stimulus(&away).await?;
        w.undo.retain(|u| *u != Undo::Value(away.clone()));
    }
    Ok(())
}

#[when("a vehicle is plugged into its first connector")]
async fn plugged(w: &mut World) {
    w.attempt(async |w| plug(w, true).await).await;
}

#[when("the vehicle is unplugged")]
async fn unplugged(w: &mut World) {
    w.attempt(async |w| plug(w, false).await).await;
}

#[when("a vehicle comes, its driver is authorized and stops, and the vehicle leaves")]
async fn whole_course(w: &mut World) {
    w.attempt(async |w| {
        needs_rig(w, "a vehicle")?;
        let start_points = points_of(w, "TxStartPoint").await?;
        let stop_points = points_of(w, "TxStopPoint").await?;
        plug(w, true).await?;
        let mut course = course::Course {
            start_points,
            stop_points,
            plugged: w.cause,
            authorized: Seq(0),
            stopped: None,
            unplugged: None,
            started: None,
            ended: None,
        };
        if course.starts_with_vehicle() == Some(true) {
            course.started = started(w, course.plugged).await?;
        } else {
            // Whatever starts too early has come when the station answers.
            settle(w).await?;
        }
        if !super::transactions::ask_start(w).await? {
            return Err(Stop::NotExercised("the station refuses a start with a vehicle".to_owned()));
        }
        course.authorized = w.cause;
        if course.started.is_none() {
            course.started = started(w, course.plugged).await?;
        }
        if course.started.is_some() {
            stop_and_leave(w, &mut course).await?;
        }
        w.course = Some(course);
        Ok(())
    })
    .await;
}

async fn stop_and_leave(w: &mut World, course: &mut course::Course) -> Result<(), Stop> {
    settle(w).await?;
    let id = w.session.id.clone();
    let answer = w.call("RequestStopTransaction", json!({ "transactionId": id })).await?.clone();
    course.stopped = Some(answer.sent);
    if course.ends_with_authorization() == Some(true) {
        course.ended = ended(w, answer.sent).await?;
    } else {
        settle(w).await?;
    }
    plug(w, false).await?;
    course.unplugged = Some(w.cause);
    if course.ended.is_none() {
        course.ended = ended(w, answer.sent).await?;
    }
    Ok(())
}

/// Lets what is on its way arrive.
pub(super) async fn settle(w: &mut World) -> Result<(), Stop> {
    let from = w.lane.now();
    w.lane
        .until(from, judge::events::TIME_TOLERANCE, "what is on its way", WaitFor::Mandated, |_| false)
        .await
        .map(|_| ())
}

#[then("the transaction has started at the first point it is configured for")]
async fn start_point(w: &mut World) {
    w.attempt(async |w| {
        let waited = within(w.deadline());
        let check = w.course.as_ref().map(|c| c.starts_where_configured(&waited));
        w.judge(check);
        Ok(())
    })
    .await;
}

#[then("it has ended at the first point it is configured for")]
async fn stop_point(w: &mut World) {
    w.attempt(async |w| {
        let waited = within(w.deadline());
        // That it did not start is judged by the step before.
        let course = w.course.as_ref().filter(|c| c.started.is_some());
        let check = course.map(|c| c.ends_where_configured(&waited));
        w.judge(check);
        Ok(())
    })
    .await;
}

// Events in a transaction.

#[when("a variable of the EVSE is monitored periodically")]
async fn monitored(w: &mut World) {
    w.attempt(async |w| {
        let kind = MonitorType::Periodic;
        let evse = i64::from(w.outlet.evse);
        let here = |a: &VariableAddress| a.component.evse.is_some_and(|e| e.id == evse);
        let at = that_take(w, kind).await?.into_iter().find(here);
        let Some(at) = at else {
            let why = format!("no variable of EVSE {evse} takes a periodic monitor");
            return Err(Stop::NotExercised(why));
        };
        let severity = severity(w, &at, kind).await?;
        set_for_later(w, &[Wanted::new(at, kind, PERIOD, severity)]).await?;
        w.cause = w.monitor()?.accepted;
        Ok(())
    })
    .await;
}

#[then("its events name the transaction")]
async fn named(w: &mut World) {
    w.attempt(async |w| {
        let (monitor, cause) = (w.monitor()?.id, w.cause);
        let limit = w.deadline() + Duration::from_secs_f64(PERIOD);
        let heard = w.lane.heard(cause, limit, "NotifyEvent", WaitFor::Station, |payload| {
            judge::events::of_payload(cause, payload).iter().any(|e| e.monitor == Some(monitor))
        });
        heard.await?;
        let id = w.session.id.clone();
        let checks = w.lane.since(cause, |window| names_transaction(window, monitor, &id));
        w.judge(checks);
        Ok(())
    })
    .await;
}

// Offline.

#[given("a transaction that can end while the station is offline")]
async fn can_end_offline(w: &mut World) {
    w.attempt(async |w| {
        if w.cx.binding != "none" {
            return begin(w).await;
        }
        wait_for_vehicle(w).await?;
        begin_from_afar(w).await
    })
    .await;
}

#[when("it ends while the station is offline, and the station comes back")]
async fn ends_offline(w: &mut World) {
    w.attempt(async |w| {
        let row = w.subject.row.clone();
        let time = w.cx.interval(&row).ok_or_else(|| Stop::Bug(format!("{row} states no interval")))?;
        w.undo.push(Undo::Offline);
        w.lane.offline(true)?;
        w.cause = w.lane.hang_up(true)?;
        if w.cx.binding == "none" {
            // The driver is given up on, and that is well before the end.
            let wait = w.session.waits_for() + 2 * judge::events::TIME_TOLERANCE;
            pass(w, wait).await?;
        } else {
            let evse = w.outlet.evse;
            pass(w, time / 2).await?;
            let end = Effect::TransactionEnd { evse };
            w.lane.stimulus(&end).await?;
            w.undo.retain(|u| *u != Undo::Value(end.clone()));
            pass(w, time / 2).await?;
        }
        let open = w.lane.offline(false)?;
        let limit = w.cx.deadline("B-0001");
        if w.lane.reconnected(open, limit).await?.is_none() {
            let why = format!("the station did not connect again {}", within(limit));
            return Err(Stop::open(why, [open]));
        }
        w.undo.retain(|u| *u != Undo::Offline);
        Ok(())
    })
    .await;
}

async fn pass(w: &mut World, time: Duration) -> Result<(), Stop> {
    let from = w.lane.now();
    let met = w.lane.until(from, time, "time without a connection", WaitFor::Mandated, |_| false).await?;
    debug_assert!(!matches!(met, Met::At(_)));
    Ok(())
}

#[then("the end is told in time, and marked as offline")]
async fn told_offline(w: &mut World) {
    w.attempt(async |w| {
        let cause = w.cause;
        let Some(end) = ended(w, cause).await? else {
            let expected = format!("Ended of {} {}", w.session.id, within(w.deadline()));
            let finding = Finding::new(Code::TransactionMissing, expected, "none", [cause]);
            return Err(Stop::Judged(finding.into()));
        };
        let checks =
            w.lane.since(Seq(0), |window| Transactions::of(window).told_after(cause).offline_is_marked());
        w.judge(checks.into_iter().map(|check| match check {
            Check::Void(why) => Check::open(why, [cause, end.at]),
            other => other,
        }));
        Ok(())
    })
    .await;
}
