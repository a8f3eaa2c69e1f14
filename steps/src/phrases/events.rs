//! Phrases about events: waiting for them, and what must hold of them.

use super::monitors::remove;
use super::setting::{Wanted, set, set_for_later, severity};
use crate::link::{Met, WaitFor};
use crate::observed::Stretch;
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::Check;
use judge::events::{self, Event, Expected};
use judge::monitors::SetMonitor;
use ocpp::frame::Frame;
use ocpp::{ComponentRef, EvseRef, MonitorType, VariableAddress, VariableRef, Version};
use serde_json::json;
use std::time::Duration;
use trace::{Body, Direction, Record, Seq};

/// The events of a monitor in one record.
fn events_in(record: &Record, monitor: i64, version: Version) -> Vec<Event> {
    match &record.body {
        Body::Frame { dir: Direction::Rx, raw, .. } if raw.contains("NotifyEvent") => {}
        _ => return Vec::new(),
    }
    match judge::frame_of(record, version) {
        Some((_, Frame::Call { action, payload, .. })) if action == "NotifyEvent" => {
            let all = events::of_payload(record.n, payload);
            all.into_iter().filter(|e| e.monitor == Some(monitor)).collect()
        }
        _ => Vec::new(),
    }
}

/// Waits for `count` events of a monitor (alerts, or clearing ones).
pub(super) async fn wait(
    w: &mut World,
    monitor: i64,
    cleared: bool,
    count: usize,
    limit: Duration,
    kind: WaitFor,
) -> Result<Met, Stop> {
    let version = w.cx.version;
    let what = format!("{count} {} of monitor {monitor}", if cleared { "clearing event" } else { "event" });
    let (mut seen, from) = (0, w.cause);
    w.lane
        .until(from, limit, &what, kind, |record| {
            seen += events_in(record, monitor, version).iter().filter(|e| e.cleared == cleared).count();
            seen >= count
        })
        .await
}

pub(super) fn within(limit: Duration) -> String {
    format!("within {} s", limit.as_secs())
}

/// Waits for an event of the monitor and judges it.
pub(super) async fn judged(w: &mut World, m: &SetMonitor, cleared: bool) -> Result<Option<Seq>, Stop> {
    let limit = w.deadline();
    let met = wait(w, m.id, cleared, 1, limit, WaitFor::Station).await?;
    if let Met::Lost(at) = met {
        return Err(Stop::open("the connection was lost while an event was due", [w.cause, at]));
    }
    let expected = Expected {
        monitor: m.id,
        address: m.address.clone(),
        trigger: m.monitor_type.trigger(),
        cleared,
        cause: w.cause,
        threshold: matches!(m.monitor_type, MonitorType::UpperThreshold | MonitorType::LowerThreshold)
            .then_some((m.monitor_type, m.value)),
        earlier: w.event_ids.clone(),
    };
    let (checks, ids) = w.lane.since(w.cause, |window| {
        let first = events::of_monitor(window, m.id).into_iter().find(|e| e.cleared == cleared);
        (events::fired(window, &expected, &within(limit)), first.and_then(|e| e.id))
    });
    w.event_ids.extend(ids);
    w.judge(checks);
    Ok(match met {
        Met::At(at) => Some(at),
        _ => None,
    })
}

#[then("the monitor alerts in time")]
#[then("the monitor reports the change in time")]
async fn alerts(w: &mut World) {
    w.attempt(async |w| {
        let m = w.monitor()?.clone();
        judged(w, &m, false).await.map(|_| ())
    })
    .await;
}

#[then("the monitor alerts in time, or says nothing of it")]
async fn alerts_or_not(w: &mut World) {
    w.attempt(async |w| {
        let m = w.monitor()?.clone();
        let limit = w.deadline();
        match wait(w, m.id, false, 1, limit, WaitFor::Station).await? {
            Met::At(_) => judged(w, &m, false).await.map(|_| ()),
            Met::Lost(at) => Err(Stop::open("the connection was lost while an event was due", [w.cause, at])),
            Met::Deadline(_) => {
                let why = "OCPP 2.0.1 asks the station to look at a moved threshold, not to tell of it";
                Err(Stop::NotExercised(why.to_owned()))
            }
        }
    })
    .await;
}

#[then("the monitor clears in time")]
async fn clears(w: &mut World) {
    w.attempt(async |w| {
        let m = w.monitor()?.clone();
        judged(w, &m, true).await.map(|_| ())
    })
    .await;
}

/// Everything the monitor said since it was set, once the last event due is there.
pub(super) async fn values(w: &mut World, wanted: &[f64]) -> Result<(), Stop> {
    let m = w.monitor()?.clone();
    let limit = w.deadline();
    w.cause = m.accepted;
    let met = wait(w, m.id, false, wanted.len(), limit, WaitFor::Station).await?;
    if let Met::Lost(at) = met {
        return Err(Stop::open("the connection was lost while events were due", [w.cause, at]));
    }
    // An event that comes on top is on its way at most until the station answers the next request.
    let answer_limit = w.cx.deadline("B-0012");
    w.lane.sign_of_life(answer_limit).await?;
    let check = w.lane.since(m.accepted, |window| {
        events::values_are(&events::of_monitor(window, m.id), wanted, window, &within(limit))
    });
    w.judge([check]);
    Ok(())
}

#[then("the monitor has alerted above the threshold only")]
async fn above_only(w: &mut World) {
    w.attempt(async |w| {
        let beyond = w.moved.as_ref().map(|m| m.beyond).unwrap_or_default();
        values(w, &[beyond]).await
    })
    .await;
}

#[then("the monitor was silent until the value was below the threshold")]
async fn silent_until_below(w: &mut World) {
    w.attempt(async |w| {
        let (m, below, limit) = (w.monitor()?.clone(), w.cause, w.deadline());
        // That it alerts at all is judged elsewhere (B-0142): here it shows that the station was able to.
        let alert = match wait(w, m.id, false, 1, limit, WaitFor::Station).await? {
            Met::At(at) => Some(at),
            _ => None,
        };
        let until = Stretch { from: m.accepted, to: below };
        let why = "the value is equal to the threshold";
        let check = until.look(&w.lane, |window| events::silent(window, m.id, why, alert));
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the monitor has fired at two and at three and a half deltas only")]
async fn two_and_three_and_a_half(w: &mut World) {
    w.attempt(async |w| {
        let m = w.moved.clone().ok_or_else(|| Stop::Bug("no number was moved".into()))?;
        values(w, &[m.start + 2.0 * m.step, m.start + 3.5 * m.step]).await
    })
    .await;
}

#[given("both monitors have alerted")]
async fn both_alerted(w: &mut World) {
    w.attempt(async |w| {
        let limit = w.deadline();
        for m in w.monitors.clone() {
            if !matches!(wait(w, m.id, false, 1, limit, WaitFor::Station).await?, Met::At(_)) {
                let reason =
                    format!("monitor {} did not alert, so it cannot be removed while exceeded", m.id);
                return Err(Stop::open(reason, [w.cause]));
            }
        }
        Ok(())
    })
    .await;
}

#[when("the second monitor is removed")]
async fn second_removed(w: &mut World) {
    w.attempt(async |w| {
        let id = w.monitor()?.id;
        remove(w, &[id]).await?;
        let answer = w.answer()?;
        if w.matched.first().is_some_and(|m| m.status == "Accepted") {
            w.removed = w.answer()?.sent;
            return super::moving::hold(w).await;
        }
        Err(Stop::open("the monitor was not removed", [answer.sent, answer.reply.at()]))
    })
    .await;
}

#[then("the first monitor alerts in time")]
async fn first_alerts(w: &mut World) {
    w.attempt(async |w| {
        let m = super::monitors::first(w)?;
        judged(w, &m, false).await.map(|_| ())
    })
    .await;
}

#[then("the first monitor clears in time")]
async fn first_clears(w: &mut World) {
    w.attempt(async |w| {
        let m = super::monitors::first(w)?;
        judged(w, &m, true).await.map(|_| ())
    })
    .await;
}

/// Silence of the last monitor since the last change, proven by what another monitor of the same variable
/// said in the same window.
async fn last_is_silent(w: &mut World, since: Seq, why: &str, cleared: bool) -> Result<(), Stop> {
    let silent = w.monitor()?.clone();
    let control = super::monitors::first(w)?;
    let limit = w.cx.deadline("B-0012");
    w.lane.sign_of_life(limit).await?;
    let check = w.lane.since(since, |window| {
        let said = events::of_monitor(window, control.id);
        let alive = said.iter().find(|e| e.cleared == cleared).map(|e| e.at);
        events::silent(window, silent.id, why, alive)
    });
    w.judge([check]);
    Ok(())
}

#[then("the second monitor is silent")]
async fn second_silent(w: &mut World) {
    // From the removal on: a clearing event that the removal itself causes is as wrong as one that follows.
    w.attempt(async |w| last_is_silent(w, w.removed, "it was removed", true).await).await;
}

#[then("the second monitor is silent without a transaction")]
async fn silent_without_transaction(w: &mut World) {
    w.attempt(async |w| last_is_silent(w, w.cause, "it is for transactions, and there is none", false).await)
        .await;
}

#[then("the monitor has alerted once")]
async fn alerted_once(w: &mut World) {
    w.attempt(async |w| {
        let beyond = w.moved.as_ref().map(|m| m.beyond).unwrap_or_default();
        values(w, &[beyond]).await
    })
    .await;
}

#[when("the monitoring level is set to -1")]
async fn level_below(w: &mut World) {
    w.attempt(async |w| try_level(w, -1).await).await;
}

/// A level that ought to be refused; should it be taken, the old one is put back.
async fn try_level(w: &mut World, level: i64) -> Result<(), Stop> {
    let before = super::moving::level_in_force(w).await?.unwrap_or(9);
    super::moving::set_level(w, level, None).await?;
    if w.answer()?.status() == Some("Accepted") {
        w.undo.push(Undo::Level(before));
    }
    Ok(())
}

#[then("the monitor of the least severe severity is silent")]
async fn least_silent(w: &mut World) {
    w.attempt(async |w| {
        last_is_silent(w, w.cause, "its severity is above the monitoring level", false).await
    })
    .await;
}

#[when("the monitoring level is set to the middle severity")]
async fn middle_level(w: &mut World) {
    w.attempt(async |w| {
        let middle = w.monitors.get(1).map(|m| m.severity);
        let middle = middle.ok_or_else(|| Stop::Bug("three monitors are needed".into()))?;
        if !w.undo.iter().any(|u| matches!(u, Undo::Level(_))) {
            w.undo.push(Undo::Level(9));
        }
        super::moving::set_level(w, i64::from(middle), None).await
    })
    .await;
}

#[then("the monitors of the two more severe severities alert in time")]
async fn two_alert(w: &mut World) {
    w.attempt(async |w| {
        for m in w.monitors.iter().take(2).cloned().collect::<Vec<_>>() {
            judged(w, &m, false).await?;
        }
        Ok(())
    })
    .await;
}

#[when("the monitoring level is set to 10")]
async fn level_10(w: &mut World) {
    w.attempt(async |w| try_level(w, 10).await).await;
}

#[given("the availability of an EVSE with a delta monitor")]
async fn availability(w: &mut World) {
    w.attempt(async |w| {
        super::moving::everything_is_let_through(w).await?;
        let inventory = super::inventory::fetch(w).await?;
        let at = VariableAddress {
            component: ComponentRef {
                name: "EVSE".to_owned(),
                instance: None,
                evse: Some(EvseRef { id: 1, connector_id: None }),
            },
            variable: VariableRef { name: "AvailabilityState".to_owned(), instance: None },
        };
        if inventory.find(&at).is_none() {
            return Err(Stop::open(format!("the station does not report {at}"), inventory.records.clone()));
        }
        // An outlet that is out of service, or in use, is left as it is.
        let state = super::moving::read_text(w, &at).await?;
        if state.as_deref().is_some_and(|s| s != "Available") {
            let state = state.unwrap_or_default();
            return Err(Stop::NotExercised(format!(
                "EVSE 1 is {state}, and only an available one is switched off"
            )));
        }
        let kind = MonitorType::Delta;
        let severity = severity(w, &at, kind).await?;
        set_for_later(w, &[Wanted::new(at, kind, 1.0, severity)]).await
    })
    .await;
}

pub(super) async fn change_availability(w: &mut World, status: &str) -> Result<(), Stop> {
    let payload = json!({ "operationalStatus": status, "evse": { "id": 1 } });
    let answer = w.call("ChangeAvailability", payload).await?.clone();
    w.cause = answer.sent;
    match answer.status() {
        Some("Accepted") => Ok(()),
        Some(other) => Err(Stop::NotExercised(format!("the station answered {other} to {status}"))),
        None => {
            let at = [answer.sent, answer.reply.at()];
            Err(Stop::open("the station did not change its availability", at))
        }
    }
}

#[when("the EVSE is made inoperative")]
async fn inoperative(w: &mut World) {
    w.attempt(async |w| {
        w.undo.push(Undo::Operative(1));
        change_availability(w, "Inoperative").await
    })
    .await;
}

#[when("the EVSE is made operative")]
async fn operative(w: &mut World) {
    w.attempt(async |w| {
        change_availability(w, "Operative").await?;
        w.undo.retain(|u| *u != Undo::Operative(1));
        Ok(())
    })
    .await;
}

/// Ticks a periodic scenario waits for.
pub(super) const TICKS: usize = 3;

pub(super) fn interval(w: &World) -> Result<Duration, Stop> {
    let row = &w.subject.row;
    w.cx.interval(row).ok_or_else(|| Stop::Bug(format!("{row} states no interval")))
}

#[when("the monitor is set to the interval of the row")]
async fn set_interval(w: &mut World) {
    w.attempt(async |w| {
        super::moving::everything_is_let_through(w).await?;
        let value = interval(w)?.as_secs_f64();
        let (address, kind) = (w.target()?.clone(), w.kind);
        let severity = severity(w, &address, kind).await?;
        set(w, &[Wanted::new(address, kind, value, severity)]).await?;
        let answer = w.answer()?;
        let at = [answer.sent, answer.reply.at()];
        let m = w.monitors.last().ok_or_else(|| Stop::open("the monitor was not accepted", at))?;
        w.cause = m.accepted;
        Ok(())
    })
    .await;
}

#[then("the monitor ticks three times in time")]
async fn ticks(w: &mut World) {
    w.attempt(async |w| {
        let m = w.monitor()?.clone();
        let count = u32::try_from(TICKS).unwrap_or(u32::MAX);
        let limit = interval(w)? * count + w.deadline();
        let met = wait(w, m.id, false, TICKS, limit, WaitFor::Mandated).await?;
        if let Met::Lost(at) = met {
            return Err(Stop::open("the connection was lost while ticks were due", [w.cause, at]));
        }
        let expected = Expected {
            monitor: m.id,
            address: m.address.clone(),
            trigger: m.monitor_type.trigger(),
            cleared: false,
            cause: w.cause,
            threshold: None,
            earlier: Vec::new(),
        };
        let checks = w.lane.since(w.cause, |window| {
            let mut checks = events::fired(window, &expected, &within(limit));
            let seen = events::of_monitor(window, m.id);
            if !seen.is_empty() && seen.len() < TICKS {
                let observed = format!("{} within {} s", seen.len(), limit.as_secs());
                let records = seen.iter().map(|e| e.at).chain([expected.cause]);
                let code = judge::Code::EventMissing;
                checks.push(judge::Finding::new(code, format!("{TICKS} events"), observed, records).into());
            }
            checks
        });
        w.judge(checks);
        Ok(())
    })
    .await;
}

fn seen(w: &World) -> Result<Vec<Event>, Stop> {
    let id = w.monitor()?.id;
    Ok(w.lane.since(w.cause, |window| events::of_monitor(window, id)))
}

#[then("the ticks keep the interval")]
async fn keep_interval(w: &mut World) {
    w.attempt(async |w| {
        let check = events::interval_is(&seen(w)?, interval(w)?);
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the ticks after the first fall on multiples of the interval")]
async fn on_multiples(w: &mut World) {
    w.attempt(async |w| {
        let all = seen(w)?;
        let once = events::once_each(&all);
        let judged: Vec<Event> = all.into_iter().skip(1).collect();
        let checks: Vec<Check> = if judged.is_empty() {
            vec![Check::open("fewer than two ticks", [w.cause])]
        } else {
            vec![events::aligned(&judged, interval(w)?), once]
        };
        w.judge(checks);
        Ok(())
    })
    .await;
}
