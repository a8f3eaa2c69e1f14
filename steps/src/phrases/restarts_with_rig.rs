//! Phrases about restarts that take a rig: with an alarm raised, with a transaction, without power.

use super::alarms::{Raisable, fetch as alarms, raise, take_back, told};
use super::moving::everything_is_let_through;
use super::offline::clock_ahead;
use super::outages::{come_back_after_boot, two_periodic, until_holds};
use super::put_off::interval;
use super::rejected::{out_of_use, still_out_of_use};
use super::restarts::{again, judge_unavailable, look_again, reset, reset_with};
use crate::link::WaitFor;
use crate::observed::{Dark, Stretch, if_any, once};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::Check;
use judge::clock::time_of;
use judge::events::TIME_TOLERANCE;
use judge::offline::{Gap, Periodic};
use judge::registration::announces;
use judge::restart::{alarm_is_told_again, ends_before, waits_for_the_end};
use judge::transactions::Told;
use serde_json::{Value, json};
use spec::Effect;
use spec::model::RowId;
use std::rc::Rc;
use std::time::Duration;
use trace::Seq;

/// How long the station is without power, in seconds: long enough for what a power supply still has in store.
const DARK: u32 = 5;
/// Values that fall due between the loss of the connection and that of the power.
const VALUES: u32 = 5;
/// The EVSE that is used.
const EVSE: u32 = 1;

fn needs_a_rig(w: &mut World, why: &str) -> Result<(), Stop> {
    if w.cx.binding == "none" {
        return Err(Stop::NotExercised(format!("no rig is bound to this run, and {why}")));
    }
    w.subject.stimulus = w.cx.by_rig();
    Ok(())
}

/// Waits until the station has restarted and was accepted.
async fn restarted(w: &mut World, from: Seq, limit: Duration) -> Result<Seq, Stop> {
    let back = w.lane.booted(from, limit).await?;
    back.ok_or_else(|| Stop::open(format!("the station was not back within {} s", limit.as_secs()), [from]))
}

#[given("an alarm that is there while the station restarts")]
async fn alarm_there(w: &mut World) {
    w.attempt(async |w| {
        let mut raised: Option<Raisable> = None;
        let mut why = "no alarm was raised".to_owned();
        for one in alarms(w).await? {
            let at = match raise(w, &one).await {
                Err(Stop::NotExercised(reason)) => {
                    why = reason;
                    continue;
                }
                raised => raised?,
            };
            if told(w, &one, at, false).await? {
                raised = Some(one);
                break;
            }
            take_back(w, &one).await?;
            why = format!("{} was not told when it came", one.at());
        }
        let one = raised.ok_or(Stop::NotExercised(why))?;
        let request = reset(w).await?;
        let limit = w.cx.deadline("B-0361");
        w.cause = restarted(w, request.sent, limit).await?;
        w.alarms.all = vec![one];
        Ok(())
    })
    .await;
}

#[then("it is told again after the restart")]
async fn alarm_again(w: &mut World) {
    w.attempt(async |w| {
        let one = w.alarms.all.first().cloned().ok_or_else(|| Stop::Bug("no alarm was raised".into()))?;
        let (accepted, limit) = (w.cause, w.deadline());
        let (at, value) = (one.at().clone(), one.alarm.raised.clone());
        let waited = format!("within {} s of the acceptance", limit.as_secs());
        let check = |window: judge::Window<'_>| alarm_is_told_again(window, &at, &value, &waited);
        let since = w.lane.since(accepted, |window| time_of(window, accepted));
        let gap = since.map(|t| Gap { lost: accepted, lost_at: t, back: accepted, back_at: t });
        if let Some(gap) = gap {
            until_holds(w, &gap, limit, |window| matches!(check(window), Check::Held(_))).await?;
        }
        let found = w.lane.since(accepted, check);
        w.judge([found]);
        take_back(w, &one).await.map(|_| ())
    })
    .await;
}

/// A message about a transaction on the EVSE that satisfies a condition.
async fn message(
    w: &mut World,
    from: Seq,
    limit: Duration,
    is: impl Fn(&Told) -> bool,
) -> Result<Option<Seq>, Stop> {
    let here = |payload: &Value| {
        Told::of(from, payload).is_some_and(|t| t.evse.is_none_or(|e| e == i64::from(EVSE)) && is(&t))
    };
    let found = if_any(w.lane.heard(from, limit, "TransactionEvent", WaitFor::Station, here).await)?;
    Ok(found.map(|(at, _)| at))
}

#[given("a transaction that a restart would cut off")]
async fn transaction_there(w: &mut World) {
    w.attempt(async |w| {
        needs_a_rig(w, "a transaction needs a vehicle")?;
        w.undo.push(Undo::Value(Effect::TransactionEnd { evse: EVSE }));
        let at = match w.lane.stimulus(&Effect::TransactionStart { evse: EVSE }).await {
            Err(stop) => {
                w.undo.retain(|u| *u != Undo::Value(Effect::TransactionEnd { evse: EVSE }));
                return Err(stop);
            }
            Ok(at) => at,
        };
        let limit = w.cx.deadline("B-0012");
        match message(w, at, limit, |t| !t.ends()).await? {
            Some(_) => Ok(()),
            None => Err(Stop::NotExercised("the station told of no transaction".to_owned())),
        }
    })
    .await;
}

/// Ends the transaction, or lets the vehicle leave that had one.
async fn vehicle_leaves(w: &mut World) -> Result<Seq, Stop> {
    let at = w.lane.stimulus(&Effect::TransactionEnd { evse: EVSE }).await;
    w.undo.retain(|u| *u != Undo::Value(Effect::TransactionEnd { evse: EVSE }));
    at
}

#[when("the station is asked to restart when it is idle, and the transaction ends")]
async fn restart_when_idle(w: &mut World) {
    w.attempt(async |w| {
        let request = reset(w).await?;
        let scheduled = request.status_is(&["Scheduled"]);
        w.several = vec![scheduled];
        let from = w.lane.now();
        // One that does not wait would go now.
        if_lost(
            w.lane
                .until(from, TIME_TOLERANCE, "a restart that must wait", WaitFor::Mandated, |_| false)
                .await,
        )?;
        let ended = vehicle_leaves(w).await?;
        let limit = w.deadline();
        w.lane.booted(request.sent, limit).await?;
        message(w, request.sent, Duration::ZERO, Told::ends).await?;
        let mut checks = std::mem::take(&mut w.several);
        checks.extend(w.lane.since(request.sent, |window| waits_for_the_end(window, i64::from(EVSE), ended)));
        w.several = checks;
        Ok(())
    })
    .await;
}

fn if_lost<T>(waited: Result<T, Stop>) -> Result<(), Stop> {
    match waited {
        Err(Stop::Open { .. }) | Ok(_) => Ok(()),
        Err(other) => Err(other),
    }
}

#[then("it has waited for the end of the transaction")]
#[then("it has ended the transaction, and says why")]
async fn as_it_must(w: &mut World) {
    let checks = std::mem::take(&mut w.several);
    w.judge(checks);
}

#[when("the station is asked to restart at once")]
async fn restart_at_once(w: &mut World) {
    w.attempt(async |w| {
        let request = reset_with(w, json!({ "type": "Immediate" })).await?;
        let accepted = request.status_is(&["Accepted"]);
        let limit = w.deadline();
        let back = restarted(w, request.sent, limit).await?;
        // Either before the restart, or queued.
        let found = w.lane.since(request.sent, |window| {
            judge::transactions::told(window)
                .iter()
                .any(|t| t.ends() && t.evse.is_none_or(|e| e == i64::from(EVSE)))
        });
        if !found {
            message(w, back, limit, Told::ends).await?;
        }
        let waited = format!("within {} s of the restart", limit.as_secs());
        let mut checks = vec![accepted];
        checks.extend(w.lane.since(request.sent, |window| ends_before(window, i64::from(EVSE), &waited)));
        w.several = checks;
        // The vehicle leaves; whether there was anything left to end is the rig's business.
        match vehicle_leaves(w).await {
            Err(Stop::NotExercised(_)) | Ok(_) => Ok(()),
            Err(other) => Err(other),
        }
    })
    .await;
}

/// A power loss while nobody is let in.
async fn dark(w: &mut World) -> Result<Rc<Dark>, Stop> {
    once(w, |o| &mut o.dark, lose_power).await
}

async fn lose_power(w: &mut World) -> Result<Dark, Stop> {
    needs_a_rig(w, "somebody has to switch the station off")?;
    everything_is_let_through(w).await?;
    let most = super::offline::events_up_to(w, 4..=8).await?.unwrap_or(9);
    let every = interval(w, "B-0342")?;
    let targets = super::chosen::that_take(w, ocpp::MonitorType::Periodic).await?;
    let address = targets.into_iter().next().ok_or_else(|| Stop::Bug("no variable was chosen".into()))?;
    let (queued, _) = two_periodic(w, &address, every, most).await?;
    let taken_out = out_of_use(w).await?;
    let ahead = clock_ahead(w).await?;
    let from = w.lane.now();
    w.undo.push(Undo::Offline);
    w.lane.offline(true)?;
    let ended = w.lane.hang_up(true)?;
    w.lane.until(ended, every * VALUES, "an outage", WaitFor::Mandated, |_| false).await?;
    let gone = w.lane.stimulus(&Effect::PowerLoss { seconds: DARK }).await?;
    let limit = w.cx.deadline("B-0366");
    let dark = Duration::from_secs(DARK.into());
    let (gap, accepted) = come_back_after_boot(w, from, gone, dark, limit).await?;
    let report = look_again(w).await?;
    let queued = again(w, &queued).unwrap_or(queued);
    let of = Periodic { monitor: queued.id, interval: every, gap: &gap, ahead };
    let limit = w.cx.deadline("B-0342");
    until_holds(w, &gap, limit, |window| of.is_delivered(window).iter().all(|c| matches!(c, Check::Held(_))))
        .await?;
    let unavailable = match taken_out {
        Ok(()) => Ok(still_out_of_use(w, accepted).await?),
        Err(why) => Err(why),
    };
    let stretch = Stretch { from, to: w.lane.now() };
    Ok(Dark { stretch, gap, ahead, queued, accepted, report, unavailable })
}

#[given("a loss of power in an outage with a periodic monitor that is queued")]
#[given("a loss of power with a monitor set and an EVSE out of use")]
async fn a_dark_outage(w: &mut World) {
    w.attempt(async |w| {
        needs_a_rig(w, "somebody has to switch the station off")?;
        dark(w).await.map(|_| ())
    })
    .await;
}

#[then("the values from before the loss of power are delivered")]
async fn delivered_all_the_same(w: &mut World) {
    w.attempt(async |w| {
        let seen = dark(w).await?;
        let every = w.cx.interval(&RowId("B-0342".to_owned())).unwrap_or_default();
        let of = Periodic { monitor: seen.queued.id, interval: every, gap: &seen.gap, ahead: seen.ahead };
        let checks = seen.stretch.look(&w.lane, |window| of.is_delivered(window));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("the monitor is reported as it was set, the EVSE is out of use, and the boot tells of the power")]
async fn everything_kept(w: &mut World) {
    w.attempt(async |w| {
        let seen = dark(w).await?;
        let mut checks = match &seen.report {
            Some(report) => report.holds(&seen.queued),
            None => {
                vec![Check::open("there is no whole monitoring report after the restart", [seen.accepted])]
            }
        };
        let after = Stretch { from: seen.gap.lost, ..seen.stretch };
        checks.push(
            match after.look(&w.lane, |window| announces(window, &["PowerUp"], "after the loss of power")) {
                // What a station knows of the reason depends on its hardware.
                Check::Broken(finding) => finding.mild().into(),
                other => other,
            },
        );
        w.judge(checks);
        match &seen.unavailable {
            Ok(unavailable) => judge_unavailable(w, seen.stretch, seen.accepted, unavailable).await,
            Err(why) => Err(Stop::open(why.clone(), [seen.accepted])),
        }
    })
    .await;
}
