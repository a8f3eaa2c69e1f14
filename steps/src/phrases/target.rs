//! Phrases about values next to what they ought to be: a target, and what an event said.

use super::chosen::{is_number, takes, that_take};
use super::moving::{
    everything_is_let_through, may_be_written, read_number, read_text, step, to, write, written,
};
use super::setting::{Wanted, set, set_for_later, severity};
use crate::link::WaitFor;
use crate::world::{Moved, Undo};
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::inventory::Reported;
use judge::results::{self, Kind};
use judge::{Stimulus, agreement, events};
use ocpp::{MonitorType, VariableAddress};
use serde_json::json;
use spec::model::Limit;

/// The share of a target that monitors allow.
const SHARE: f64 = 0.1;

fn has_target(v: &Reported) -> bool {
    v.attributes.iter().any(|a| a.kind.as_deref() == Some("Target"))
}

/// The present target of a variable.
async fn target_of(w: &mut World, at: &VariableAddress) -> Result<Option<f64>, Stop> {
    let element = json!({ "component": at.component, "variable": at.variable, "attributeType": "Target" });
    let answer = w.call("GetVariables", json!({ "getVariableData": [element] })).await?.clone();
    Ok(super::writing::first_value(&answer).and_then(|v| v.trim().parse().ok()))
}

/// A value the variable can have.
fn whole(v: &Reported, value: f64) -> f64 {
    if v.data_type() == Some("integer") { value.round() } else { value }
}

/// How far from the target the value may be, and one value that is farther, so that all stays within the limits.
fn room(v: &Reported, target: f64, start: f64) -> Option<(f64, f64)> {
    let mut allowed = SHARE * target.abs();
    if v.data_type() == Some("integer") {
        allowed = allowed.floor();
    }
    let inside = |value: f64| {
        v.limit(Limit::MaxLimit).is_none_or(|max| value <= max)
            && v.limit(Limit::MinLimit).is_none_or(|min| value >= min)
    };
    let direction = [1.0, -1.0].into_iter().find(|d| inside(target + d * 2.0 * allowed))?;
    (allowed > 0.0 && (start - target).abs() < 0.8 * allowed).then_some((allowed, direction))
}

#[given("a number with a target that the rig can move, and a monitor on its distance from the target")]
async fn distance(w: &mut World) {
    w.attempt(async |w| choose(w, MonitorType::TargetDelta).await).await;
}

#[given(
    "a number with a target that the rig can move, and a monitor on its distance as a share of the target"
)]
async fn share(w: &mut World) {
    w.attempt(async |w| choose(w, MonitorType::TargetDeltaRelative).await).await;
}

async fn choose(w: &mut World, kind: MonitorType) -> Result<(), Stop> {
    let inventory = super::inventory::fetch(w).await?;
    let all = super::chosen::candidates(w, &inventory);
    let with_target: Vec<&Reported> = all.into_iter().filter(|v| takes(v, kind) && has_target(v)).collect();
    if with_target.is_empty() {
        let why = "no variable of the station that can be monitored has a target";
        return Err(Stop::NotApplicable(why.to_owned()));
    }
    if w.cx.binding == "none" {
        let why = "no rig is bound to this run, and what a target does when it is written nobody here knows";
        return Err(Stop::NotExercised(why.to_owned()));
    }
    everything_is_let_through(w).await?;
    let mut asked = false;
    for v in with_target {
        let at = v.address.clone();
        let (Some(target), Some(start)) = (target_of(w, &at).await?, read_number(w, &at).await?) else {
            continue;
        };
        let Some((allowed, direction)) = room(v, target, start) else { continue };
        let severity = severity(w, &at, kind).await?;
        let value = if kind == MonitorType::TargetDelta { allowed } else { SHARE };
        asked = true;
        set(w, &[Wanted::new(at.clone(), kind, value, severity)]).await?;
        if w.monitors.is_empty() {
            continue;
        }
        w.targets = vec![at.clone()];
        let (step, threshold) = (direction * allowed, target + direction * allowed);
        let beyond = whole(v, target + direction * 1.5 * allowed);
        w.moved = Some(Moved { address: at, start, step, threshold, beyond, written: false });
        w.subject.stimulus = w.cx.by_rig();
        return Ok(());
    }
    Err(if asked {
        Stop::NotApplicable(format!("the station takes no {kind} monitor on any variable with a target"))
    } else {
        Stop::NotExercised("no variable with a target has a value that can be moved away from it".to_owned())
    })
}

fn moved(w: &World) -> Result<Moved, Stop> {
    w.moved.clone().ok_or_else(|| Stop::Bug("a step moves a number and none was chosen".into()))
}

#[when("the value moves further from its target than the monitor allows")]
async fn moves_away(w: &mut World) {
    w.attempt(async |w| {
        let value = moved(w)?.beyond;
        to(w, value).await
    })
    .await;
}

#[when("the value moves away from its target by less than the share, then by more")]
async fn moves_in_steps(w: &mut World) {
    w.attempt(async |w| {
        let m = moved(w)?;
        let inventory = w.inventory()?;
        let inside = m.threshold - 0.3 * m.step;
        let inside = inventory.find(&m.address).map_or(inside, |v| whole(v, inside));
        to(w, inside).await?;
        super::moving::hold(w).await?;
        to(w, m.beyond).await
    })
    .await;
}

#[then("the monitor has alerted beyond its share of the target only")]
async fn beyond_only(w: &mut World) {
    w.attempt(async |w| {
        let beyond = moved(w)?.beyond;
        super::events::values(w, &[beyond]).await
    })
    .await;
}

#[given("a number that may be written, with a delta monitor")]
async fn written_number(w: &mut World) {
    w.attempt(async |w| {
        everything_is_let_through(w).await?;
        let kind = MonitorType::Delta;
        let inventory = super::inventory::fetch(w).await?;
        for at in that_take(w, kind).await? {
            let Some(found) = inventory.find(&at).filter(|v| is_number(v)) else { continue };
            if !may_be_written(w, &inventory, found) {
                continue;
            }
            let Some(start) = read_number(w, &at).await? else { continue };
            let Some(step) = step(found, start, true) else { continue };
            if !takes_values(w, &at, start, start + step).await? {
                continue;
            }
            let severity = severity(w, &at, kind).await?;
            set_for_later(w, &[Wanted::new(at.clone(), kind, step, severity)]).await?;
            w.targets = vec![at.clone()];
            let (threshold, beyond) = (start + 2.0 * step, start + 4.0 * step);
            w.moved = Some(Moved { address: at, start, step, threshold, beyond, written: true });
            w.subject.stimulus = Stimulus::Protocol;
            return Ok(());
        }
        let why = "no number of the archetype that can be monitored takes a new value";
        Err(Stop::NotApplicable(why.to_owned()))
    })
    .await;
}

/// Whether a variable takes another value at once. It is put back.
async fn takes_values(w: &mut World, at: &VariableAddress, start: f64, other: f64) -> Result<bool, Stop> {
    let back = Undo::Written(at.clone(), written(start));
    w.undo.push(back.clone());
    for value in [other, start] {
        write(w, at, &written(value)).await?;
        let answer = w.answer()?.clone();
        answer.result().map_err(|c| match c {
            judge::Check::Open { reason, evidence } => Stop::Open { reason, evidence },
            _ => Stop::open(format!("{at} could not be written"), [answer.sent, answer.reply.at()]),
        })?;
        let matched = results::pair(Kind::Set, &answer).map(|(m, _)| m).unwrap_or_default();
        if matched.first().is_none_or(|m| m.status != "Accepted") {
            return Ok(false);
        }
    }
    w.undo.retain(|u| *u != back);
    Ok(true)
}

#[when("it is written with a value that makes the monitor fire")]
async fn write_beyond(w: &mut World) {
    w.attempt(async |w| {
        let value = moved(w)?.beyond;
        to(w, value).await
    })
    .await;
}

#[then("reading the variable gives the value of the event")]
async fn reads_the_same(w: &mut World) {
    w.attempt(async |w| {
        let (at, id, cause) = (w.target()?.clone(), w.monitor()?.id, w.cause);
        let event = w.lane.since(cause, |window| events::of_monitor(window, id).into_iter().next());
        let event = event.ok_or_else(|| Stop::open("there is no event to compare with", [cause]))?;
        let read = read_text(w, &at).await?;
        let answer = w.answer()?;
        let check = agreement::event_agrees(&event, read.as_deref(), [answer.sent, answer.reply.at()]);
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[given("a write-only variable with a monitor that ticks at the interval of the row")]
async fn secret(w: &mut World) {
    w.attempt(async |w| {
        everything_is_let_through(w).await?;
        let kind = MonitorType::Periodic;
        let inventory = super::inventory::fetch(w).await?;
        let secret = |v: &&Reported| v.mutability() == Some("WriteOnly") && takes(v, kind);
        let found = super::chosen::candidates(w, &inventory).into_iter().find(secret);
        let at = found.map(|v| v.address.clone()).ok_or_else(|| {
            Stop::NotApplicable("the station has no write-only variable that can be monitored".to_owned())
        })?;
        let severity = severity(w, &at, kind).await?;
        let interval = super::events::interval(w)?.as_secs_f64();
        set(w, &[Wanted::new(at.clone(), kind, interval, severity)]).await?;
        w.cause = match w.monitors.last() {
            Some(m) => m.accepted,
            None => {
                return Err(Stop::NotApplicable(format!("the station takes no periodic monitor on {at}")));
            }
        };
        w.targets = vec![at];
        Ok(())
    })
    .await;
}

#[then("its event says nothing of the value")]
async fn says_nothing(w: &mut World) {
    w.attempt(async |w| {
        let (id, cause) = (w.monitor()?.id, w.cause);
        let limit = super::events::interval(w)? + w.deadline();
        super::events::wait(w, id, false, 1, limit, WaitFor::Mandated).await?;
        let event = w.lane.since(cause, |window| events::of_monitor(window, id).into_iter().next());
        let event = event.ok_or_else(|| Stop::open("the monitor did not fire", [cause, w.lane.now()]))?;
        w.judge([agreement::keeps_the_secret(&event)]);
        Ok(())
    })
    .await;
}
