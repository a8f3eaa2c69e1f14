//! Phrases about vehicles, and about a transaction whose station is offline.

use super::availability::within;
use super::chosen::that_take;
use super::setting::{Wanted, set_for_later, severity};
use super::transactions::{begin, begin_from_afar, by_rig, ended, points_of, started, wait_for_vehicle};
use crate::link::WaitFor;
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::transactions::{Transactions, course, names_transaction};
use judge::{Check, Code, Finding};
use ocpp::{MonitorType, VariableAddress};
use serde_json::json;
use spec::Effect;
use std::time::Duration;
use trace::Seq;

/// Seconds between the events of the monitor that shows whether events name a transaction.
const PERIOD: f64 = 2.0;

pub(super) fn needs_rig(w: &World, what: &str) -> Result<(), Stop> {
    if w.cx.binding == "none" {
        return Err(Stop::NotExercised(format!("no rig is bound to this run, and {what} needs one")));
    }
    Ok(())
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
        let heard = w.lane.heard(cause, limit, "NotifyEvent", WaitFor::Mandated, |payload| {
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
    w.lane.until(from, time, "time without a connection", WaitFor::Mandated, |_| false).await.map(|_| ())
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
