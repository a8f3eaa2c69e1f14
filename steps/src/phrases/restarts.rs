//! Phrases about restarts on request: what the station does, what it says of it, and what survives.

use super::{put_off, rejected};
use crate::link::WaitFor;
use crate::observed::{Stretch, Unavailable};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::answer::{Answer, Reply};
use judge::events::{Expected, fired, silent};
use judge::monitors::{MonitoringReport, ReportedMonitor, SetMonitor};
use judge::registration::{announces, boots};
use judge::{Check, Code, Finding, states};
use ocpp::EventTrigger;
use serde_json::json;
use std::time::Duration;
use trace::{Body, Seq};

/// Asks the station to restart as soon as it is idle. Refusals end the scenario; what they are worth is judged by the
/// row on the restart itself.
pub(super) async fn reset(w: &mut World) -> Result<Answer, Stop> {
    reset_with(w, json!({ "type": "OnIdle" })).await
}

pub(super) async fn reset_with(w: &mut World, payload: serde_json::Value) -> Result<Answer, Stop> {
    let answer = w.call("Reset", payload).await?.clone();
    w.cause = answer.sent;
    match answer.status() {
        Some("Accepted" | "Scheduled") => Ok(answer),
        other => {
            w.handed.observed.not_restarted.get_or_insert(answer.clone());
            let said = match (&answer.reply, other) {
                (_, Some(status)) => status.to_owned(),
                (Reply::Error { code, .. }, _) => code.clone(),
                _ => "nothing".to_owned(),
            };
            Err(Stop::NotExercised(format!("the station answered {said} to a request to restart")))
        }
    }
}

/// Looks at the scenario's monitors after a restart: ids may have changed (OCPP N04.FR.19), so they are found by what
/// they watch. What is gone is not removed after the scenario: its id may be another's now.
pub(super) async fn look_again(w: &mut World) -> Result<Option<MonitoringReport>, Stop> {
    let report = super::monitors_now(w).await?;
    if let Some(report) = &report {
        let now = |m: &SetMonitor| report.monitors.iter().find(|r| is_same(m, r)).map(|r| r.id);
        let found: Vec<(i64, Option<i64>)> = w.monitors.iter().map(|m| (m.id, now(m))).collect();
        // All at once: one may have got the old id of another.
        w.undo.retain_mut(|undo| match undo {
            Undo::Monitor(id) => match found.iter().find(|(old, _)| old == id) {
                Some((_, now)) => now.map(|now| *id = now).is_some(),
                None => true,
            },
            _ => true,
        });
        w.monitors.retain_mut(|m| now(m).map(|now| m.id = now).is_some());
    } else {
        w.monitors.clear();
    }
    Ok(report)
}

fn is_same(set: &SetMonitor, reported: &ReportedMonitor) -> bool {
    reported.address.same_as(&set.address)
        && reported.monitor_type() == Some(set.monitor_type)
        && reported.severity == Some(i64::from(set.severity))
}

/// A monitor of before a restart, as it is after it.
pub(super) fn again(w: &World, set: &SetMonitor) -> Option<SetMonitor> {
    let is = |m: &&SetMonitor| {
        m.address.same_as(&set.address) && m.monitor_type == set.monitor_type && m.severity == set.severity
    };
    w.monitors.iter().find(is).cloned()
}

#[given("a restart that the station was asked for")]
async fn asked_for(w: &mut World) {
    w.attempt(async |w| {
        let Err(stop) = put_off::fetch(w, None).await else { return Ok(()) };
        match (stop, w.handed.observed.not_restarted.clone()) {
            (Stop::NotExercised(_), Some(answer)) if answer.status() == Some("Rejected") => {
                Err(Stop::NotApplicable("the station refuses to restart on request now".to_owned()))
            }
            (Stop::NotExercised(_), Some(answer)) => {
                Err(Stop::Judged(answer.status_is(&["Accepted", "Scheduled", "Rejected"])))
            }
            // It was agreed to, and no boot followed.
            (Stop::Open { evidence, .. }, _) if !evidence.is_empty() => {
                let from = evidence.first().copied().unwrap_or(Seq(0));
                let waited = format!("within {} s", w.deadline().as_secs());
                let check = w.lane.since(from, |window| announces(window, &["RemoteReset"], &waited));
                Err(Stop::Judged(check))
            }
            (other, _) => Err(other),
        }
    })
    .await;
}

#[then("it restarts, and gives the request as the reason of its boot")]
async fn gives_the_reason(w: &mut World) {
    w.attempt(async |w| {
        let seen = put_off::fetch(w, None).await?;
        let reasons: &[&str] = match seen.reset.status() {
            Some("Scheduled") => &["ScheduledReset", "RemoteReset"],
            _ => &["RemoteReset"],
        };
        let waited = format!("within {} s", w.deadline().as_secs());
        let check = seen.stretch.look(&w.lane, |window| announces(window, reasons, &waited));
        w.judge([check]);
        Ok(())
    })
    .await;
}

/// What an EVSE out of use is told to be, and reads.
pub(super) async fn judge_unavailable(
    w: &mut World,
    stretch: Stretch,
    accepted: Seq,
    unavailable: &Unavailable,
) -> Result<(), Stop> {
    let waited = format!("within {} s of the acceptance", w.cx.deadline("B-0009").as_secs());
    let first = rejected::of_first_evse(w);
    let after = Stretch { from: accepted, ..stretch };
    let mut checks =
        after.look(&w.lane, |window| states::each_is(window, &first, "Unavailable", accepted, &waited));
    for (address, value, answer) in &unavailable.read {
        let records = [answer.sent, answer.reply.at()];
        checks.push(match value.as_deref() {
            Some(v) if v.eq_ignore_ascii_case("Unavailable") => Check::held(records),
            Some(v) => {
                Finding::new(Code::WrongState, format!("{address} to read Unavailable"), v, records).into()
            }
            None => Check::open(format!("{address} could not be read"), records),
        });
    }
    w.judge(checks);
    Ok(())
}

#[given("a restart with an EVSE out of use")]
#[given("a restart with the monitoring level lowered")]
async fn a_restart(w: &mut World) {
    w.attempt(async |w| rejected::fetch(w).await.map(|_| ())).await;
}

#[then("its connectors are told Unavailable, and its state reads Unavailable")]
async fn stays_unavailable(w: &mut World) {
    w.attempt(async |w| {
        let seen = rejected::fetch(w).await?;
        let unavailable = seen.unavailable.as_ref().map_err(|why| Stop::NotExercised(why.clone()))?;
        judge_unavailable(w, seen.stretch, seen.accepted, unavailable).await
    })
    .await;
}

#[then("the level in force is stated, and the monitors follow it")]
async fn follows_its_level(w: &mut World) {
    w.attempt(async |w| {
        let seen = rejected::fetch(w).await?;
        let time = put_off::interval(w, "B-0365")?.as_secs();
        let kept = seen.level.as_ref().map_err(|why| Stop::open(why.clone(), [seen.accepted]))?;
        let records = [kept.read.sent, kept.read.reply.at()];
        let level =
            kept.level.ok_or_else(|| Stop::open("the monitoring level could not be read", records))?;
        let mut checks = vec![Check::held(records)];
        // A value that comes proves that another one could have come.
        let alive = kept.alive.result().ok().map(|(at, _)| at);
        for m in [&kept.severe, &kept.mild] {
            let lets_through = i64::from(m.severity) <= level;
            checks.extend(kept.watched.look(&w.lane, |window| match lets_through {
                true => {
                    let expected = periodic(m, kept.read.sent);
                    let waited = format!("every {time} s at level {level}");
                    fired(window, &expected, &waited)
                }
                false => vec![silent(window, m.id, &format!("the level in force is {level}"), alive)],
            }));
        }
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// A value of a periodic monitor.
pub(super) fn periodic(m: &SetMonitor, cause: Seq) -> Expected {
    Expected {
        monitor: m.id,
        address: m.address.clone(),
        trigger: EventTrigger::Periodic,
        cleared: false,
        cause,
        threshold: None,
        earlier: Vec::new(),
    }
}

#[given("a restart during which an exceeded value returned")]
async fn returned_meanwhile(w: &mut World) {
    w.attempt(async |w| put_off::fetch(w, None).await.map(|_| ())).await;
}

#[then("the monitor clears after the restart")]
async fn clears_after(w: &mut World) {
    w.attempt(async |w| {
        let seen = put_off::fetch(w, None).await?;
        let changed = seen.changed.as_ref().map_err(|why| Stop::NotExercised(why.clone()))?;
        let threshold = changed.threshold.as_ref().map_err(|why| Stop::NotExercised(why.clone()))?;
        let expected = Expected {
            trigger: threshold.monitor_type.trigger(),
            cleared: true,
            threshold: Some((threshold.monitor_type, threshold.value)),
            ..periodic(threshold, changed.wrote.sent)
        };
        let accepted = seen.accepted.unwrap_or(seen.stretch.from);
        let waited = format!("within {} s of the acceptance", w.deadline().as_secs());
        let after = Stretch { from: accepted, ..seen.stretch };
        let checks = after.look(&w.lane, |window| fired(window, &expected, &waited));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[when("the first EVSE alone is reset")]
async fn one_evse(w: &mut World) {
    w.attempt(async |w| {
        super::inventory::fetch(w).await?;
        let state = super::moving::read_text(w, &evse("AvailabilityState")).await?;
        if state.as_deref().is_some_and(|s| !s.eq_ignore_ascii_case("Available")) {
            let state = state.unwrap_or_default();
            return Err(Stop::NotExercised(format!("EVSE 1 is {state}, and only an available one is reset")));
        }
        w.call("Reset", json!({ "type": "OnIdle", "evseId": 1 })).await?;
        w.cause = w.answer()?.sent;
        Ok(())
    })
    .await;
}

fn evse(variable: &str) -> ocpp::VariableAddress {
    let mut address = super::chosen::at("EVSE", variable);
    address.component.evse = Some(ocpp::EvseRef { id: 1, connector_id: None });
    address
}

#[then("the station goes on without a boot and says that it can, or refuses and does not say so")]
async fn goes_on(w: &mut World) {
    w.attempt(async |w| {
        let answer = w.answer()?.clone();
        let allowed = super::moving::read_text(w, &evse("AllowReset")).await?;
        let said = w.answer()?.clone();
        let records = [answer.sent, answer.reply.at(), said.sent, said.reply.at()];
        let allows = allowed.as_deref().is_some_and(|v| v.trim().eq_ignore_ascii_case("true"));
        let shown = allowed.unwrap_or_else(|| "not to be read".to_owned());
        let agrees = |wanted: bool| -> Check {
            if allows == wanted {
                return Check::held(records);
            }
            let wanted = if wanted { "true" } else { "not true" };
            Finding::new(Code::Disagreement, format!("AllowReset to be {wanted}"), shown.clone(), records)
                .into()
        };
        match answer.status() {
            Some("Rejected") => {
                w.judge([agrees(false)]);
                return Ok(());
            }
            Some("Accepted") => w.judge([agrees(true)]),
            Some("Scheduled") => {
                return Err(Stop::open("the station put the reset of the EVSE off", records));
            }
            _ => {
                w.judge([answer.status_is(&["Accepted", "Rejected", "Scheduled"])]);
                return Ok(());
            }
        }
        let from = w.lane.now();
        let time = put_off::interval(w, "B-0368")?;
        w.lane.until(from, time, "a restart of the station", WaitFor::Mandated, |_| false).await?;
        let limit = w.cx.deadline("B-0012");
        let alive = w.lane.sign_of_life(limit).await?;
        let restarted = w.lane.since(answer.sent, |window| {
            let connected = |r: &trace::Record| matches!(r.body, Body::Connected { .. });
            let anew = window.records.iter().find(|r| connected(r)).map(|r| r.n);
            anew.or_else(|| boots(window).first().map(|b| b.at))
        });
        let check = match (restarted, alive.result()) {
            (Some(at), _) => {
                let expected = "no restart of the station when one EVSE is reset";
                Finding::new(Code::RestartUnwanted, expected, "a restart", [answer.sent, at]).into()
            }
            (None, Ok((at, _))) => Check::held([answer.sent, at]),
            (None, Err(check)) => check,
        };
        w.judge([check]);
        let check = available_again(w, answer.sent).await?;
        w.judge([check]);
        Ok(())
    })
    .await;
}

/// Reads the state of the EVSE until it is available again, for as long as the row allows.
async fn available_again(w: &mut World, reset: Seq) -> Result<Check, Stop> {
    let pause = Duration::from_secs(5);
    let tries = (w.deadline().as_secs() / pause.as_secs()).max(1);
    for left in (0..tries).rev() {
        let state = super::moving::read_text(w, &evse("AvailabilityState")).await?;
        let answer = w.answer()?.clone();
        let records = [reset, answer.sent, answer.reply.at()];
        match state.as_deref() {
            Some(s) if s.eq_ignore_ascii_case("Available") => return Ok(Check::held(records)),
            None => return Ok(Check::open("the state of EVSE 1 could not be read", records)),
            Some(s) if left == 0 => {
                let expected = format!("EVSE 1 to be Available again within {} s", w.deadline().as_secs());
                return Ok(Finding::new(Code::WrongState, expected, s, records).into());
            }
            Some(_) => {
                let from = w.lane.now();
                w.lane
                    .until(from, pause, "the EVSE to be available again", WaitFor::Station, |_| false)
                    .await?;
            }
        }
    }
    Ok(Check::open("the state of EVSE 1 was not read", [reset]))
}
