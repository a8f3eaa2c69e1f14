//! Phrases about alarms of two states that the laboratory can raise and take back.

use super::faults::{events_of, limit};
use super::moving::{everything_is_let_through, read_text};
use super::shipped;
use crate::link::{Met, WaitFor};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::Check;
use judge::edges::{Alarm, Course, told_apart, told_both};
use judge::inventory::{Inventory, variable_at};
use judge::provision::{Shipped, provided};
use ocpp::device::same;
use ocpp::{DataType, MonitorType, VariableAddress};
use spec::model::{FaultRow, MonitorRow, Provision, Rig};
use spec::{Applies, Effect, Place};
use std::time::Duration;
use trace::Seq;

/// How many alarms show what a station does with both edges.
const A_FEW: usize = 3;
/// Alarms tried to find two of one place.
const ENOUGH: usize = 4;

/// An alarm, and the fault of the archetype that raises it.
#[derive(Debug, Clone)]
pub(super) struct Raisable {
    pub(super) fault: FaultRow,
    pub(super) alarm: Alarm,
}

/// The alarms of the scenario, and what became of them.
#[derive(Debug, Default)]
pub(crate) struct Alarms {
    pub(super) all: Vec<Raisable>,
    courses: Vec<(Course, Duration)>,
}

impl Raisable {
    pub(super) fn at(&self) -> &VariableAddress {
        &self.alarm.monitor.address
    }

    pub(super) fn effect(&self, present: bool) -> Effect {
        let value = if present { &self.alarm.raised } else { &self.alarm.rest };
        Effect::fault(&self.fault, present, self.at(), value.clone())
    }
}

/// The alarms that an ordinary rig can raise: booleans with a built-in or preconfigured delta monitor that are at rest
/// now. A roll-up is no alarm of its own.
fn raisable(w: &World, inventory: &Inventory, shipped: &Shipped) -> Vec<Raisable> {
    let archetype = w.cx.archetype.clone();
    let applies = |m: &MonitorRow| w.cx.declaration.applies(m, w.cx.version) == Applies::Yes;
    let mut found = Vec::new();
    for fault in archetype.faults.iter().filter(|f| f.rig == Rig::Ordinary) {
        let Some(raised) = fault.fault_value.as_deref().filter(|v| matches!(*v, "true" | "false")) else {
            continue;
        };
        let rest = if raised == "true" { "false" } else { "true" };
        for (c, v, m) in fault.monitors.iter().filter_map(|id| archetype.monitor(id)) {
            let brought = matches!(m.provision, Provision::Hardwired | Provision::Preconfigured);
            let alarm = v.data_type == DataType::Boolean && m.monitor_type == MonitorType::Delta;
            let whole = ["ChargingStation", "EVSE"].iter().any(|n| same(n, &c.component))
                && same(&v.variable, "Problem")
                && v.instance.is_none();
            if !brought || !alarm || whole || m.transaction || !applies(m) {
                continue;
            }
            for place in Place::all(c.at, w.cx.declaration.topology()) {
                let at_rest = inventory
                    .find(&variable_at(c, v, place))
                    .and_then(|r| r.value())
                    .is_some_and(|now| now == rest);
                let rows = v.monitors.iter().filter(|m| applies(m));
                let all = provided(&shipped.report, inventory, (c, v), rows, place);
                let monitor = all.into_iter().find(|p| p.row.id == m.id).and_then(|p| p.monitor.cloned());
                if let Some(monitor) = monitor.filter(|_| at_rest) {
                    let alarm = Alarm { monitor, raised: raised.to_owned(), rest: rest.to_owned() };
                    found.push(Raisable { fault: fault.clone(), alarm });
                }
            }
        }
    }
    found
}

/// The alarms of this station that the laboratory can raise.
pub(super) async fn fetch(w: &mut World) -> Result<Vec<Raisable>, Stop> {
    if w.cx.binding == "none" {
        let why = "no rig is bound to this run, and an alarm of the hardware needs one";
        return Err(Stop::NotExercised(why.to_owned()));
    }
    let (inventory, shipped) = (super::inventory::fetch(w).await?, shipped::fetch(w).await?);
    w.subject.stimulus = w.cx.by_rig();
    let found = raisable(w, &inventory, &shipped);
    if found.is_empty() {
        let why = "the station brings along no alarm of two states that an ordinary rig can raise";
        return Err(Stop::NotExercised(why.to_owned()));
    }
    everything_is_let_through(w).await?;
    Ok(found)
}

/// Raises an alarm; it is taken back after the scenario if nothing else does.
pub(super) async fn raise(w: &mut World, one: &Raisable) -> Result<Seq, Stop> {
    w.undo.push(Undo::Value(one.effect(false)));
    w.lane.stimulus(&one.effect(true)).await
}

/// Takes an alarm back.
pub(super) async fn take_back(w: &mut World, one: &Raisable) -> Result<Seq, Stop> {
    let at = w.lane.stimulus(&one.effect(false)).await?;
    w.undo.retain(|u| *u != Undo::Value(one.effect(false)));
    Ok(at)
}

/// Waits until an alarm has been told, or its end. Whether it was.
pub(super) async fn told(w: &mut World, one: &Raisable, from: Seq, ending: bool) -> Result<bool, Stop> {
    let (version, limit) = (w.cx.version, limit(w, &one.fault));
    let what = format!("{} of {}", if ending { "the end" } else { "the alarm" }, one.at());
    let alarm = one.alarm.clone();
    let is = |e: &judge::events::Event| if ending { alarm.ends(e) } else { alarm.begins(e) };
    let met =
        w.lane.until(from, limit, &what, WaitFor::Station, |r| events_of(r, version).iter().any(is)).await?;
    match met {
        Met::At(_) => Ok(true),
        Met::Deadline(_) => Ok(false),
        Met::Lost(at) => Err(Stop::open("the connection was lost while an alarm was due", [from, at])),
    }
}

fn waited(limit: Duration) -> String {
    format!("within {} s", limit.as_secs())
}

#[given("the alarms of two states that the laboratory can raise")]
async fn alarms(w: &mut World) {
    w.attempt(async |w| {
        w.alarms.all = fetch(w).await?;
        Ok(())
    })
    .await;
}

#[when("a few of them are raised and taken back, one after the other")]
async fn one_by_one(w: &mut World) {
    w.attempt(async |w| {
        // A person is asked once.
        let wanted = if w.cx.binding == "operator" { 1 } else { A_FEW };
        let mut why = "no alarm was raised".to_owned();
        let mut untold = None;
        for one in w.alarms.all.clone() {
            if w.alarms.courses.len() == wanted {
                break;
            }
            let raised_at = match raise(w, &one).await {
                Err(Stop::NotExercised(reason)) => {
                    why = reason;
                    continue;
                }
                raised => raised?,
            };
            let begun = told(w, &one, raised_at, false).await?;
            let ended_at = take_back(w, &one).await?;
            if !begun {
                // That it is not told at all is what the row of the fault says.
                untold = Some(one.fault.id.clone());
                continue;
            }
            told(w, &one, ended_at, true).await?;
            let limit = limit(w, &one.fault);
            w.alarms.courses.push((Course { alarm: one.alarm, raised_at, ended_at }, limit));
        }
        match untold {
            _ if !w.alarms.courses.is_empty() => Ok(()),
            Some(row) => Err(Stop::Blocked(row)),
            None => Err(Stop::NotExercised(why)),
        }
    })
    .await;
}

#[then("the same monitor has told that each came and that it went")]
async fn both_edges(w: &mut World) {
    w.attempt(async |w| {
        let mut checks: Vec<Check> = Vec::new();
        for (course, limit) in &w.alarms.courses {
            checks
                .extend(w.lane.since(course.raised_at, |window| told_both(window, course, &waited(*limit))));
        }
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// The first two alarms on different variables that satisfy a condition.
fn two_where(all: &[Raisable], is: impl Fn(&Raisable, &Raisable) -> bool) -> Option<[Raisable; 2]> {
    let mut pairs = all.iter().enumerate().flat_map(|(n, a)| all.iter().skip(n + 1).map(move |b| (a, b)));
    let (a, b) = pairs.find(|(a, b)| !a.at().same_as(b.at()) && is(a, b))?;
    Some([a.clone(), b.clone()])
}

/// Two alarms of one EVSE, or two of the station, so that a roll-up may rest on both.
fn same_place(all: &[Raisable]) -> Option<[Raisable; 2]> {
    let evse = |r: &Raisable| r.at().component.evse.map(|e| e.id);
    two_where(all, |a, b| evse(a) == evse(b))
}

#[when("two of them are raised and taken back in the same order")]
async fn two_at_once(w: &mut World) {
    w.attempt(async |w| {
        let mut able = Vec::new();
        // The rig shows which of them it can raise.
        for one in w.alarms.all.clone() {
            match raise(w, &one).await {
                Err(Stop::NotExercised(_)) => continue,
                raised => drop(raised?),
            }
            let at = take_back(w, &one).await?;
            told(w, &one, at, true).await?;
            able.push(one);
            if able.len() == ENOUGH || same_place(&able).is_some() {
                break;
            }
        }
        let pair = same_place(&able).or_else(|| two_where(&able, |_, _| true));
        let pair = pair.ok_or_else(|| Stop::NotExercised("the rig cannot raise two alarms".to_owned()))?;
        let (mut raised, mut ended) = (Vec::new(), Vec::new());
        for one in &pair {
            let at = raise(w, one).await?;
            told(w, one, at, false).await?;
            raised.push(at);
        }
        for one in &pair {
            let at = take_back(w, one).await?;
            told(w, one, at, true).await?;
            ended.push(at);
        }
        for ((one, raised_at), ended_at) in pair.into_iter().zip(raised).zip(ended) {
            let limit = limit(w, &one.fault);
            w.alarms.courses.push((Course { alarm: one.alarm, raised_at, ended_at }, limit));
        }
        Ok(())
    })
    .await;
}

#[then("each was told by its own monitor, and ended by itself")]
async fn apart(w: &mut World) {
    w.attempt(async |w| {
        let courses: Vec<Course> = w.alarms.courses.iter().map(|(c, _)| c.clone()).collect();
        let limit = w.alarms.courses.iter().map(|(_, l)| *l).max().unwrap_or_default();
        let checks = w.lane.since(Seq(0), |run| told_apart(run, &courses, &waited(limit)));
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// Whether a variable reads as it should at rest.
pub(super) async fn reads(w: &mut World, at: &VariableAddress, value: &str) -> Result<bool, Stop> {
    Ok(read_text(w, at).await?.is_some_and(|v| v.trim().eq_ignore_ascii_case(value)))
}
