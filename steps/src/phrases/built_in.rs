//! Phrases about the built-in monitors: that they can work and watch at all times, that the level holds them back too,
//! and what follows from a plug that cannot be locked.

use super::alarms::{Raisable, fetch, raise, reads, take_back, told};
use super::events::{wait, within};
use super::faults::limit;
use super::listing::fresh;
use super::moving::{everything_is_let_through, set_level};
use super::setting::{Wanted, set_for_later};
use super::{inventory, shipped};
use crate::link::{Met, WaitFor};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::edges::{Alarm, does_not_charge};
use judge::inventory::variable_at;
use judge::monitors::{MonitoringReport, ReportedMonitor};
use judge::provision::provided;
use judge::{Check, Code, Finding, Stimulus, events, soundness};
use ocpp::{EvseRef, MonitorType, VariableAddress};
use serde_json::json;
use spec::model::Provision;
use spec::{Applies, Effect, Place};
use trace::Seq;

#[then("every monitor of the monitoring report can work")]
async fn can_work(w: &mut World) {
    w.attempt(async |w| {
        let full = w.inventory()?;
        let checks = fresh(w).await?.can_work(&full);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("every built-in monitor that watches at all times by its row does so")]
async fn at_all_times(w: &mut World) {
    w.attempt(async |w| {
        let (full, shipped) = (inventory::fetch(w).await?, shipped::fetch(w).await?);
        let archetype = w.cx.archetype.clone();
        let applies =
            |m: &&spec::model::MonitorRow| w.cx.declaration.applies(*m, w.cx.version) == Applies::Yes;
        let mut watching: Vec<&ReportedMonitor> = Vec::new();
        for c in &archetype.components {
            for v in c.variables.iter().filter(|v| !v.monitors.is_empty()) {
                for place in Place::all(c.at, w.cx.declaration.topology()) {
                    let rows = v.monitors.iter().filter(applies);
                    let of_place = provided(&shipped.report, &full, (c, v), rows, place);
                    let always = of_place
                        .into_iter()
                        .filter(|p| p.row.provision == Provision::Hardwired && !p.row.transaction);
                    watching.extend(always.filter_map(|p| p.monitor));
                }
            }
        }
        let checks = soundness::watch_at_all_times(&watching);
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// A built-in monitor that can be made to fire.
#[derive(Debug, Default)]
pub(crate) struct Held {
    monitor: Option<ReportedMonitor>,
    /// The alarm that fires it; without one, the availability of EVSE 1 does.
    alarm: Option<Raisable>,
}

/// A built-in delta monitor on the state of EVSE 1 or of its connector, mild enough to be held back by a level at which
/// a monitor of the operator is still let through.
fn on_availability(w: &World, all: &[&ReportedMonitor]) -> Option<ReportedMonitor> {
    let of_evse_1 = |m: &&&ReportedMonitor| {
        let at = &m.address;
        ["Connector", "EVSE"].iter().any(|n| ocpp::device::same(n, &at.component.name))
            && ocpp::device::same(&at.variable.name, "AvailabilityState")
            && at.component.evse.is_some_and(|e| e.id == 1)
    };
    all.iter().filter(of_evse_1).find(|m| beside(w, m).is_some()).map(|m| (*m).clone())
}

/// The same monitors in the report of now.
fn now_of<'n, 's>(
    now: &'n MonitoringReport,
    shipped: impl Iterator<Item = &'s ReportedMonitor>,
) -> Vec<&'n ReportedMonitor> {
    let same = |a: &ReportedMonitor, b: &ReportedMonitor| {
        a.address.same_as(&b.address) && a.kind == b.kind && a.severity == b.severity
    };
    shipped.filter_map(|s| now.monitors.iter().find(|m| same(m, s))).collect()
}

/// The severity of a monitor of the operator that is more severe than a built-in delta monitor, on the same variable.
fn beside(w: &World, m: &ReportedMonitor) -> Option<u8> {
    let own = u8::try_from(m.severity?).ok()?;
    let held_back: Vec<u8> = (own..=9).collect();
    let kind = MonitorType::Delta;
    (m.monitor_type() == Some(kind)).then_some(())?;
    w.before.as_ref()?.free_severity(&m.address, kind, &held_back)
}

#[given("a built-in monitor that can be made to fire, and a more severe one of the operator beside it")]
async fn held(w: &mut World) {
    w.attempt(async |w| {
        everything_is_let_through(w).await?;
        let shipped = shipped::fetch(w).await?;
        // Ids may have changed since (N04.FR.19), so the report of now tells them.
        let now = fresh(w).await?;
        w.before = Some(now.clone());
        w.looked = true;
        let built_in = now_of(&now, shipped.of_class("HardWiredMonitor"));
        let mut found = on_availability(w, &built_in);
        if found.is_some() {
            let evse = VariableAddress {
                component: ocpp::ComponentRef {
                    name: "EVSE".to_owned(),
                    instance: None,
                    evse: Some(EvseRef { id: 1, connector_id: None }),
                },
                variable: ocpp::VariableRef { name: "AvailabilityState".to_owned(), instance: None },
            };
            // An outlet that is out of service, or in use, is left as it is.
            if !reads(w, &evse, "Available").await? {
                found = None;
            }
            w.subject.stimulus = Stimulus::Protocol;
        }
        let mut alarm = None;
        if found.is_none() {
            let all = fetch(w).await?;
            alarm = all.into_iter().find(|r| beside(w, &r.alarm.monitor).is_some());
            let watching = alarm.as_ref().map(|r| &r.alarm.monitor);
            found = now_of(&now, watching.into_iter()).first().map(|m| (*m).clone());
        }
        let monitor = found.ok_or_else(|| {
            Stop::NotExercised("no built-in monitor of severity 5 or milder can be made to fire".to_owned())
        })?;
        let severity = beside(w, &monitor).ok_or_else(|| Stop::Bug("no severity beside it".into()))?;
        let wanted = Wanted::new(monitor.address.clone(), MonitorType::Delta, 1.0, severity);
        set_for_later(w, &[wanted]).await?;
        w.held = Held { monitor: Some(monitor), alarm };
        Ok(())
    })
    .await;
}

fn held_monitor(w: &World) -> Result<ReportedMonitor, Stop> {
    w.held
        .monitor
        .clone()
        .ok_or_else(|| Stop::Bug("a step needs a built-in monitor and none was chosen".into()))
}

#[when("the monitoring level is set so that the built-in one is not severe enough")]
async fn below(w: &mut World) {
    w.attempt(async |w| {
        let severity = held_monitor(w)?.severity.unwrap_or(9);
        if !w.undo.iter().any(|u| matches!(u, Undo::Level(_))) {
            w.undo.push(Undo::Level(9));
        }
        set_level(w, severity - 1, None).await?;
        let check = w.answer()?.status_is(&["Accepted"]);
        if matches!(check, Check::Held(_)) { Ok(()) } else { Err(Stop::Judged(check)) }
    })
    .await;
}

/// Makes the built-in monitor fire, or ends what made it.
async fn happen(w: &mut World, present: bool) -> Result<(), Stop> {
    if let Some(alarm) = w.held.alarm.clone() {
        w.cause = if present { raise(w, &alarm).await? } else { take_back(w, &alarm).await? };
        return Ok(());
    }
    if present {
        w.undo.push(Undo::Operative(1));
        super::events::change_availability(w, "Inoperative").await
    } else {
        super::events::change_availability(w, "Operative").await?;
        w.undo.retain(|u| *u != Undo::Operative(1));
        Ok(())
    }
}

#[when("what both watch changes")]
async fn changes(w: &mut World) {
    w.attempt(async |w| happen(w, true).await).await;
}

#[then("the monitor of the operator tells it, and the built-in one is silent")]
async fn only_custom(w: &mut World) {
    w.attempt(async |w| {
        let (custom, built_in) = (w.monitor()?.id, held_monitor(w)?.id);
        let limit = w.deadline();
        let met = wait(w, custom, false, 1, limit, WaitFor::Station).await?;
        let control = match met {
            Met::At(at) => Some(at),
            Met::Deadline(_) => None,
            Met::Lost(at) => return Err(Stop::open("the connection was lost while an event was due", [at])),
        };
        let answer = w.cx.deadline("B-0012");
        w.lane.sign_of_life(answer).await?;
        let why = "its severity is above the monitoring level";
        let check = w.lane.since(w.cause, |window| events::silent(window, built_in, why, control));
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[when("it changes back, and once more at monitoring level 9")]
async fn once_more(w: &mut World) {
    w.attempt(async |w| {
        happen(w, false).await?;
        let custom = w.monitor()?.id;
        let limit = w.deadline();
        // Not judged: the next change must be one.
        wait(w, custom, false, 1, limit, WaitFor::Station).await?;
        set_level(w, 9, None).await?;
        happen(w, true).await
    })
    .await;
}

#[then("the built-in monitor tells it in time")]
async fn tells(w: &mut World) {
    w.attempt(async |w| {
        let built_in = held_monitor(w)?;
        let limit = w.deadline();
        let met = wait(w, built_in.id, false, 1, limit, WaitFor::Station).await?;
        let check = match met {
            Met::At(at) => Check::held([w.cause, at]),
            Met::Lost(at) => Check::open("the connection was lost while an event was due", [w.cause, at]),
            Met::Deadline(at) => {
                let expected = format!("an event of built-in monitor {} {}", built_in.id, within(limit));
                Finding::new(Code::EventMissing, expected, "none", [w.cause, at]).into()
            }
        };
        w.judge([check]);
        Ok(())
    })
    .await;
}

/// The fault that is a plug that cannot be locked, on its connector.
fn stuck_bolt(w: &World) -> Result<Raisable, Stop> {
    let archetype = w.cx.archetype.clone();
    let rows = archetype.components.iter().flat_map(|c| c.variables.iter().map(move |v| (c, v)));
    let lock = |c: &spec::model::ComponentRow, v: &spec::model::VariableRow| {
        ocpp::device::same(&c.component, "ConnectorPlugRetentionLock")
            && ocpp::device::same(&v.variable, "Problem")
            && v.instance.is_none()
    };
    let none = || Stop::NotApplicable("the archetype has no lock for the plug".to_owned());
    let (c, v) = rows.into_iter().find(|(c, v)| lock(c, v)).ok_or_else(none)?;
    let of = |m: &spec::model::MonitorRow| archetype.faults.iter().find(|f| f.monitors.contains(&m.id));
    let fault = v.monitors.iter().find_map(of).cloned().ok_or_else(none)?;
    let place = Place { evse: Some(1), connector: Some(1) };
    let address = variable_at(c, v, place);
    let shipped = w.handed.shipped.as_ref();
    let monitor = shipped
        .and_then(|(s, _)| s.report.monitors.iter().find(|m| m.address.same_as(&address)).cloned())
        .ok_or_else(|| Stop::open(format!("the station brings along no monitor on {address}"), []))?;
    let alarm = Alarm { monitor, raised: "true".to_owned(), rest: "false".to_owned() };
    Ok(Raisable { fault, alarm })
}

#[when("a vehicle is to be charged while the plug cannot be locked")]
async fn unlocked(w: &mut World) {
    w.attempt(async |w| {
        if w.cx.binding == "none" {
            let why = "no rig is bound to this run, and a bolt is held by hand";
            return Err(Stop::NotExercised(why.to_owned()));
        }
        w.subject.stimulus = w.cx.by_rig();
        shipped::fetch(w).await?;
        let bolt = stuck_bolt(w)?;
        everything_is_let_through(w).await?;
        w.cause = raise(w, &bolt).await?;
        w.undo.push(Undo::Value(Effect::PlugOut { evse: 1, connector: 1 }));
        w.lane.stimulus(&Effect::PlugIn { evse: 1, connector: 1 }).await?;
        // Whatever the station says to it, it must not charge.
        let token = json!({ "idToken": "DIAGMARK", "type": "Central" });
        let start = json!({ "evseId": 1, "remoteStartId": w.lane.report_id(), "idToken": token });
        w.call("RequestStartTransaction", start).await?;
        w.alarms.all = vec![bolt];
        Ok(())
    })
    .await;
}

#[then("the station tells that the plug cannot be locked, and does not charge")]
async fn tells_and_waits(w: &mut World) {
    w.attempt(async |w| {
        let bolt = w.alarms.all.first().cloned();
        let bolt = bolt.ok_or_else(|| Stop::Bug("a step needs the bolt".into()))?;
        let from = w.cause;
        let alarmed = told(w, &bolt, from, false).await?;
        // Long enough to charge, if it were to.
        let (now, time) = (w.lane.now(), w.deadline());
        w.lane.until(now, time, "charging not to begin", WaitFor::Mandated, |_| false).await?;
        let answer = w.cx.deadline("B-0012");
        let alive = w.lane.sign_of_life(answer).await?;
        alive.result().map_err(Stop::Judged)?;
        let at = bolt.at().clone();
        let limit = limit(w, &bolt.fault);
        let missing = || {
            let expected = format!("an event on {at} with the value true {}", within(limit));
            Check::from(Finding::new(Code::EventMissing, expected, "none", [from, alive.reply.at()]))
        };
        let checks = w.lane.since(from, |window| {
            let told: Vec<Seq> =
                events::all(window).iter().filter(|e| bolt.alarm.begins(e)).map(|e| e.at).collect();
            let told = if alarmed { Check::held(told) } else { missing() };
            [told, does_not_charge(window, 1, alive.reply.at())]
        });
        w.judge(checks);
        Ok(())
    })
    .await;
}
