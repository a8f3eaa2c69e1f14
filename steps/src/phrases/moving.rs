//! Phrases about a number that can be moved, and the monitors set around it.
//!
//! With a rig, the rig moves it. Without one, a variable that the archetype prescribes as writable is written:
//! that needs nothing but the connection.

use super::chosen::that_take;
use super::setting::{Wanted, set_for_later, severity};
use crate::link::WaitFor;
use crate::world::{Moved, Undo};
use crate::{Stop, World};
use cucumber::{given, when};
use judge::Stimulus;
use judge::inventory::{Inventory, Reported};
use judge::results::{self, Kind};
use ocpp::{ComponentRef, MonitorType, VariableAddress, VariableRef};
use serde_json::{Value, json};
use spec::Effect;
use spec::model::{Access, Limit};

/// How far a number may be moved in one direction: eight steps, the widest a scenario needs.
const STEPS: f64 = 8.0;

/// The step by which a variable can be moved up (or down) and stay within its limits.
pub(super) fn step(v: &Reported, present: f64, up: bool) -> Option<f64> {
    let limit = v.limit(if up { Limit::MaxLimit } else { Limit::MinLimit });
    let room = limit.map(|l| if up { l - present } else { present - l });
    let step =
        room.map_or(present.abs().max(10.0) / 10.0, |r| (r / STEPS).min(present.abs().max(10.0) / 10.0));
    // Even whole numbers on an integer, so that half a step is one too; else what can be written exactly.
    let step = if v.data_type() == Some("integer") {
        (step / 2.0).floor() * 2.0
    } else {
        (step * 8.0).floor() / 8.0
    };
    (step > 0.0).then_some(step)
}

/// Holds a value for the time the row prescribes: a station may look at its values once a second only.
pub(super) async fn hold(w: &mut World) -> Result<(), Stop> {
    let Some(time) = w.cx.interval(&w.subject.row) else { return Ok(()) };
    let from = w.lane.now();
    w.lane.until(from, time, "a value to be held", WaitFor::Mandated, |_| false).await.map(|_| ())
}

/// The present value of a variable, as text.
pub(super) async fn read_text(w: &mut World, at: &VariableAddress) -> Result<Option<String>, Stop> {
    let element = serde_json::to_value(at).map_err(|e| Stop::Bug(e.to_string()))?;
    let answer = w.call("GetVariables", json!({ "getVariableData": [element] })).await?.clone();
    Ok(super::writing::first_value(&answer))
}

/// The present value of a variable.
pub(super) async fn read_number(w: &mut World, at: &VariableAddress) -> Result<Option<f64>, Stop> {
    Ok(read_text(w, at).await?.and_then(|v| v.trim().parse().ok()))
}

/// Whether an archetype row prescribes that the variable can be written. Others are left alone: what a
/// vendor's own variable does when it is written, nobody here knows.
pub(super) fn may_be_written(w: &World, inventory: &Inventory, v: &Reported) -> bool {
    v.mutability() == Some("ReadWrite")
        && super::chosen::rows_reported(w, inventory)
            .into_iter()
            .any(|(row, r)| row.access == Access::ReadWrite && std::ptr::eq(r, v))
}

/// Chooses a number that takes the monitor type and can be moved.
async fn choose(w: &mut World, kind: MonitorType, up: bool) -> Result<(), Stop> {
    choose_where(w, kind, up, |_| true).await
}

/// A number that takes the monitor type and can be moved up.
pub(super) async fn number_to_move(w: &mut World, kind: MonitorType) -> Result<Moved, Stop> {
    choose(w, kind, true).await?;
    moved(w)
}

/// The same, among the variables that satisfy a condition.
async fn choose_where(
    w: &mut World,
    kind: MonitorType,
    up: bool,
    is: impl Fn(&VariableAddress) -> bool,
) -> Result<(), Stop> {
    everything_is_let_through(w).await?;
    let written = w.cx.binding == "none";
    let inventory: std::rc::Rc<Inventory> = super::inventory::fetch(w).await?;
    for at in that_take(w, kind).await? {
        let Some(found) = inventory.find(&at).filter(|v| super::chosen::is_number(v)) else { continue };
        if !is(&at) || (written && !may_be_written(w, &inventory, found)) {
            continue;
        }
        let Some(start) = read_number(w, &at).await? else { continue };
        let Some(step) = step(found, start, up) else { continue };
        let step = if up { step } else { -step };
        let (threshold, beyond) = (start + 2.0 * step, start + 4.0 * step);
        w.targets = vec![at.clone()];
        w.moved = Some(Moved { address: at, start, step, threshold, beyond, written });
        w.subject.stimulus = if written { Stimulus::Protocol } else { w.cx.by_rig() };
        return Ok(());
    }
    let why = if written {
        "no rig is bound to this run, and the station reports no monitorable number of the archetype that can be written"
    } else {
        "no monitorable number has a value that can be moved"
    };
    Err(Stop::NotExercised(format!("{why} ({kind})")))
}

/// Sets the monitoring level to 9 and remembers the level that was in force.
pub(super) async fn everything_is_let_through(w: &mut World) -> Result<(), Stop> {
    if w.beside {
        // Done once for all lanes, by the run.
        return Ok(());
    }
    switched_on(w).await?;
    let before = level_in_force(w).await?;
    set_level(w, 9, before).await?;
    match w.answer()?.status() {
        Some("Accepted") => Ok(()),
        _ => {
            let at = [w.answer()?.sent, w.answer()?.reply.at()];
            Err(Stop::open("the station does not take monitoring level 9", at))
        }
    }
}

/// Switches monitoring on where the station is delivered with monitoring off. It is put back after the scenario.
pub(super) async fn switched_on(w: &mut World) -> Result<(), Stop> {
    let at = of_monitoring("Enabled");
    let inventory = super::inventory::fetch(w).await?;
    let off = inventory.find(&at).and_then(Reported::value).is_some_and(|v| v.eq_ignore_ascii_case("false"));
    let back = Undo::Written(at.clone(), "false".to_owned());
    if !off || w.undo.contains(&back) {
        return Ok(());
    }
    w.undo.push(back);
    write(w, &at, "true").await
}

/// A variable of the station's monitoring.
pub(super) fn of_monitoring(variable: &str) -> VariableAddress {
    VariableAddress {
        component: ComponentRef { name: "MonitoringCtrlr".to_owned(), instance: None, evse: None },
        variable: VariableRef { name: variable.to_owned(), instance: None },
    }
}

/// The monitoring level in force, if the station says.
pub(super) async fn level_in_force(w: &mut World) -> Result<Option<i64>, Stop> {
    let level = of_monitoring("ActiveMonitoringLevel");
    Ok(read_text(w, &level).await?.and_then(|v| v.trim().parse().ok()))
}

/// Sets the monitoring level; without knowing the old one, level 9 stays, which hides nothing.
pub(super) async fn set_level(w: &mut World, level: i64, before: Option<i64>) -> Result<(), Stop> {
    if let Some(before) = before.filter(|b| *b != 9 && !w.undo.contains(&Undo::Level(*b))) {
        w.undo.push(Undo::Level(before));
    }
    w.call("SetMonitoringLevel", json!({ "severity": level })).await.map(|_| ())
}

/// Monitors of one type on the moved number, each of another severity, most severe first.
async fn set_monitors(w: &mut World, kind: MonitorType, value: f64, count: usize) -> Result<(), Stop> {
    let address = w.target()?.clone();
    let mut severities = Vec::new();
    for _ in 0..count {
        let severity = severity(w, &address, kind).await?;
        w.used_severities.push(severity);
        severities.push(severity);
    }
    severities.sort_unstable();
    for severity in severities {
        set_for_later(w, &[Wanted::new(address.clone(), kind, value, severity)]).await?;
    }
    Ok(())
}

fn moved(w: &World) -> Result<Moved, Stop> {
    w.moved.clone().ok_or_else(|| Stop::Bug("a step moves a number and none was chosen".into()))
}

#[given("a number that can be moved, with an upper threshold above it")]
async fn upper(w: &mut World) {
    w.attempt(async |w| {
        choose(w, MonitorType::UpperThreshold, true).await?;
        let threshold = moved(w)?.threshold;
        set_monitors(w, MonitorType::UpperThreshold, threshold, 1).await
    })
    .await;
}

#[given("a number that can be moved, with a lower threshold below it")]
async fn lower(w: &mut World) {
    w.attempt(async |w| {
        choose(w, MonitorType::LowerThreshold, false).await?;
        let threshold = moved(w)?.threshold;
        set_monitors(w, MonitorType::LowerThreshold, threshold, 1).await
    })
    .await;
}

#[given("a number that can be moved, with two upper thresholds above it")]
async fn two_upper(w: &mut World) {
    w.attempt(async |w| {
        choose(w, MonitorType::UpperThreshold, true).await?;
        let threshold = moved(w)?.threshold;
        set_monitors(w, MonitorType::UpperThreshold, threshold, 2).await
    })
    .await;
}

#[given("a number that can be moved, with upper thresholds of three severities")]
async fn three_upper(w: &mut World) {
    w.attempt(async |w| {
        choose(w, MonitorType::UpperThreshold, true).await?;
        let threshold = moved(w)?.threshold;
        set_monitors(w, MonitorType::UpperThreshold, threshold, 3).await
    })
    .await;
}

#[given("a number, with an upper threshold above it")]
async fn upper_unmoved(w: &mut World) {
    w.attempt(async |w| {
        everything_is_let_through(w).await?;
        let inventory = super::inventory::fetch(w).await?;
        let kind = MonitorType::UpperThreshold;
        for at in that_take(w, kind).await? {
            let Some(found) = inventory.find(&at).filter(|v| super::chosen::is_number(v)) else { continue };
            let Some(start) = read_number(w, &at).await? else { continue };
            // The threshold has to find room on both sides of the value.
            let (Some(up), Some(down)) = (step(found, start, true), step(found, start, false)) else {
                continue;
            };
            w.targets = vec![at.clone()];
            let (threshold, beyond) = (start + 2.0 * up, start - 2.0 * down);
            w.moved = Some(Moved { address: at, start, step: up, threshold, beyond, written: false });
            match set_monitors(w, kind, threshold, 1).await {
                // What this number does not take, another may: that it is refused is judged elsewhere.
                Err(Stop::Open { .. }) => continue,
                done => return done,
            }
        }
        Err(Stop::open("no number takes an upper threshold on both sides of its value", []))
    })
    .await;
}

/// Moves the threshold, not the value.
async fn threshold_to(w: &mut World, value: f64) -> Result<(), Stop> {
    let m = super::monitors::first(w)?;
    let wanted = Wanted::new(m.address, m.monitor_type, value, m.severity).replacing(m.id);
    set_for_later(w, &[wanted]).await?;
    w.cause = w.answer()?.sent;
    Ok(())
}

#[when("the threshold is moved below the value")]
async fn threshold_below(w: &mut World) {
    w.attempt(async |w| {
        let value = moved(w)?.beyond;
        threshold_to(w, value).await
    })
    .await;
}

#[when("the threshold is moved back above the value")]
async fn threshold_above(w: &mut World) {
    w.attempt(async |w| {
        let value = moved(w)?.threshold;
        threshold_to(w, value).await
    })
    .await;
}

#[given(
    "a number of an EVSE that the rig can move, with an ordinary upper threshold and one for transactions"
)]
async fn with_transaction(w: &mut World) {
    w.attempt(async |w| {
        if w.cx.binding == "none" {
            let why = "no rig is bound to this run, and a transaction needs a vehicle";
            return Err(Stop::NotExercised(why.to_owned()));
        }
        let kind = MonitorType::UpperThreshold;
        choose_where(w, kind, true, |at| at.component.evse.is_some_and(|e| e.id == 1)).await?;
        let threshold = moved(w)?.threshold;
        set_monitors(w, kind, threshold, 1).await?;
        let at = w.target()?.clone();
        let severity = severity(w, &at, kind).await?;
        set_for_later(w, &[Wanted::new(at, kind, threshold, severity).for_transactions()]).await
    })
    .await;
}

#[when("a transaction starts")]
async fn transaction(w: &mut World) {
    w.attempt(async |w| {
        w.undo.push(Undo::Value(Effect::TransactionEnd { evse: 1 }));
        w.cause = w.lane.stimulus(&Effect::TransactionStart { evse: 1 }).await?;
        Ok(())
    })
    .await;
}

#[given("a number that can be moved, with a delta monitor")]
async fn delta(w: &mut World) {
    w.attempt(async |w| {
        choose(w, MonitorType::Delta, true).await?;
        let step = moved(w)?.step;
        set_monitors(w, MonitorType::Delta, step, 1).await
    })
    .await;
}

/// The value as OCPP writes it.
pub(super) fn written(value: f64) -> String {
    match super::setting::number(value) {
        Value::Number(n) => n.to_string(),
        other => other.to_string(),
    }
}

/// Moves the number; it is put back after the scenario.
pub(super) async fn to(w: &mut World, value: f64) -> Result<(), Stop> {
    let m = moved(w)?;
    let back = if m.written {
        Undo::Written(m.address.clone(), written(m.start))
    } else {
        Undo::Value(Effect::value(&m.address, written(m.start)))
    };
    if !w.undo.contains(&back) {
        w.undo.push(back);
    }
    if !m.written {
        w.cause = w.lane.stimulus(&Effect::value(&m.address, written(value))).await?;
        return Ok(());
    }
    write(w, &m.address, &written(value)).await?;
    let answer = w.answer()?.clone();
    w.cause = answer.sent;
    let said = results::pair(Kind::Set, &answer).ok().and_then(|(m, _)| Some(m.first()?.status.clone()));
    match said.as_deref() {
        Some("Accepted") => Ok(()),
        other => {
            let said = other.unwrap_or("no result");
            Err(Stop::NotExercised(format!("{} was not written: {said}", m.address)))
        }
    }
}

/// Writes a variable.
pub(super) async fn write(w: &mut World, at: &VariableAddress, value: &str) -> Result<(), Stop> {
    let element = json!({ "component": at.component, "variable": at.variable, "attributeValue": value });
    w.call("SetVariables", json!({ "setVariableData": [element] })).await.map(|_| ())
}

#[given("the value rises above the threshold")]
#[when("the value rises above the threshold")]
#[when("the value drops below the threshold")]
async fn beyond(w: &mut World) {
    w.attempt(async |w| {
        let value = moved(w)?.beyond;
        to(w, value).await
    })
    .await;
}

#[when("the value rises further")]
async fn further(w: &mut World) {
    w.attempt(async |w| {
        let m = moved(w)?;
        hold(w).await?;
        to(w, m.beyond + m.step).await?;
        hold(w).await
    })
    .await;
}

#[when("the value reaches the threshold exactly")]
async fn at_threshold(w: &mut World) {
    w.attempt(async |w| {
        let value = moved(w)?.threshold;
        to(w, value).await?;
        hold(w).await
    })
    .await;
}

#[when("the value returns to where it was")]
async fn back(w: &mut World) {
    w.attempt(async |w| {
        let value = moved(w)?.start;
        to(w, value).await
    })
    .await;
}

#[when("the value climbs by one delta, two, two and a half, and three and a half")]
async fn climb(w: &mut World) {
    w.attempt(async |w| {
        let m = moved(w)?;
        for steps in [1.0, 2.0, 2.5, 3.5] {
            to(w, m.start + steps * m.step).await?;
            hold(w).await?;
        }
        Ok(())
    })
    .await;
}
