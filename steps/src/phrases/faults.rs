//! Phrases about the fault rows: a fault is caused, and the station tells that it began and that it ended.

use super::moving::{everything_is_let_through, read_text, written};
use super::setting::{Wanted, set_for_later, severity};
use super::{inventory, shipped};
use crate::link::{Met, WaitFor};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::alerts::{self, Alert, Sign};
use judge::inventory::{Inventory, Reported, variable_at};
use judge::monitors::ReportedMonitor;
use judge::provision::{Shipped, provided};
use judge::{Check, events};
use ocpp::frame::Frame;
use ocpp::{MonitorType, VariableAddress};
use spec::model::{ComponentRow, FaultRow, Limit, MonitorRow, Provision, RowId, VariableRow};
use spec::{Applies, Archetype, Effect, Place};
use std::time::Duration;
use trace::{Body, Direction, Record};

/// How a fault shows, and what became of it.
#[derive(Debug, Default)]
pub(crate) struct Caused {
    ways: Vec<Way>,
    begun: Vec<Check>,
    ended: Vec<Check>,
    /// A monitor that is not provided, so that nothing could tell of the fault.
    blocked: Option<RowId>,
}

/// One monitored variable through which a fault shows.
#[derive(Debug, Clone)]
struct Way {
    row: RowId,
    address: VariableAddress,
    /// The value of the variable while the fault is there.
    value: String,
    /// What the alert says.
    begins: Sign,
    /// The monitor that the station brings along for it, if it does.
    monitor: Option<ReportedMonitor>,
    transaction: bool,
    one_shot: bool,
    /// The monitor to set first, where the row leaves it to the operator.
    to_set: Option<Wanted>,
}

fn fault<'a>(archetype: &'a Archetype, w: &World) -> Result<&'a FaultRow, Stop> {
    let found = archetype.fault(&w.subject.row.0);
    found.ok_or_else(|| Stop::Bug(format!("{} is no fault row", w.subject.row)))
}

#[given("the monitored variables by which the fault of the row shows")]
async fn ways_of(w: &mut World) {
    w.attempt(async |w| {
        if w.cx.binding == "none" {
            return Err(Stop::NotExercised("no rig is bound to this run, and a fault needs one".to_owned()));
        }
        let archetype = w.cx.archetype.clone();
        let fault = fault(&archetype, w)?;
        let (inventory, shipped) = (inventory::fetch(w).await?, shipped::fetch(w).await?);
        let monitors = fault.monitors.iter().filter_map(|id| archetype.monitor(id));
        let here = monitors.filter(|(c, _, m)| {
            Place::all(c.at, w.cx.declaration.topology()).contains(&w.subject.place)
                && w.cx.declaration.applies(*m, w.cx.version) == Applies::Yes
        });
        let mut ways = Vec::new();
        for rows in here {
            ways.extend(way(w, fault, rows, &inventory, &shipped)?);
        }
        if ways.is_empty() {
            let why = format!("no variable by which {} shows is reported here", fault.id);
            return Err(Stop::open(why, inventory.records.iter().copied().take(1)));
        }
        // A person is asked once for each fault, a rig can do it again for each variable.
        if w.cx.binding == "operator" {
            ways.truncate(1);
        }
        w.fault.ways = ways;
        everything_is_let_through(w).await
    })
    .await;
}

/// How the fault shows through one monitor; `None` where its variable is not reported.
fn way(
    w: &World,
    fault: &FaultRow,
    (c, v, m): (&ComponentRow, &VariableRow, &MonitorRow),
    inventory: &Inventory,
    shipped: &Shipped,
) -> Result<Option<Way>, Stop> {
    let address = variable_at(c, v, w.subject.place);
    let Some(reported) = inventory.find(&address) else { return Ok(None) };
    let applicable = v.monitors.iter().filter(|m| w.cx.declaration.applies(*m, w.cx.version) == Applies::Yes);
    let all = provided(&shipped.report, inventory, (c, v), applicable, w.subject.place);
    let monitor = all.into_iter().find(|p| p.row.id == m.id).and_then(|p| p.monitor.cloned());
    let Some((value, begins)) = shows(fault, m, monitor.as_ref(), reported) else { return Ok(None) };
    let to_set = (m.provision == Provision::Custom).then(|| {
        let value = if let Sign::Beyond(_, bound) = begins { bound } else { m.value };
        let wanted = Wanted::new(address.clone(), m.monitor_type, value, m.severity.0);
        if m.transaction { wanted.for_transactions() } else { wanted }
    });
    Ok(Some(Way {
        row: m.id.clone(),
        address,
        value,
        begins,
        monitor,
        transaction: m.transaction,
        one_shot: m.provision == Provision::Notification,
        to_set,
    }))
}

/// The value of the variable while the fault is there, and what the alert says.
fn shows(
    fault: &FaultRow,
    m: &MonitorRow,
    monitor: Option<&ReportedMonitor>,
    reported: &Reported,
) -> Option<(String, Sign)> {
    if let Some(value) = &fault.fault_value {
        return Some((value.clone(), Sign::Value(value.clone())));
    }
    let max = reported.limit(Limit::MaxLimit);
    let scale = if m.percent_of_max_limit { max? / 100.0 } else { 1.0 };
    let bound = monitor.and_then(|m| m.value).unwrap_or(m.value * scale);
    let start = reported.value().and_then(|v| v.trim().parse::<f64>().ok()).unwrap_or(0.0);
    let whole = |v: f64| if reported.data_type() == Some("integer") { v.round() } else { v };
    // A step that any sensor resolves, within what the variable can be.
    let step = (bound.abs() / 20.0).max(1.0);
    match m.monitor_type {
        MonitorType::UpperThreshold => {
            let value = whole(max.filter(|max| *max > bound && *max < bound + step).unwrap_or(bound + step));
            Some((written(value), Sign::Beyond(m.monitor_type, bound)))
        }
        MonitorType::LowerThreshold => {
            let min = reported.limit(Limit::MinLimit);
            let value = whole(min.filter(|min| *min < bound && *min > bound - step).unwrap_or(bound - step));
            Some((written(value), Sign::Beyond(m.monitor_type, bound)))
        }
        // A state without a value that means a fault: any other state it can have.
        MonitorType::Delta if !super::chosen::is_number(reported) => {
            let now = reported.value().unwrap_or_default();
            let other = reported.offered().into_iter().find(|o| !o.eq_ignore_ascii_case(now))?;
            Some((other.to_owned(), Sign::Value(other.to_owned())))
        }
        MonitorType::Delta => Some((written(whole(start + 2.0 * bound.abs().max(1.0))), Sign::Changed)),
        MonitorType::TargetDelta | MonitorType::TargetDeltaRelative => {
            let target = reported.target()?;
            let share = m.monitor_type == MonitorType::TargetDeltaRelative;
            let allowed = if share { bound * target.abs() } else { bound };
            // Below the target rather than above: what is worn is slow, not fast.
            let value = whole(target - 1.5 * allowed);
            Some((written(value), Sign::Away { target, allowed }))
        }
        _ => None,
    }
}

#[when("the fault occurs and goes away again")]
async fn occurs(w: &mut World) {
    w.attempt(async |w| {
        let archetype = w.cx.archetype.clone();
        let fault = fault(&archetype, w)?.clone();
        w.subject.stimulus = w.cx.by_rig();
        let mut declined = None;
        for way in w.fault.ways.clone() {
            match comes_and_goes(w, &fault, &way).await {
                // What one variable cannot show, another may.
                Err(Stop::NotExercised(why)) => declined = Some(why),
                done => done?,
            }
        }
        match declined {
            Some(why) if w.fault.begun.is_empty() && w.fault.blocked.is_none() => {
                Err(Stop::NotExercised(why))
            }
            _ => Ok(()),
        }
    })
    .await;
}

async fn comes_and_goes(w: &mut World, fault: &FaultRow, way: &Way) -> Result<(), Stop> {
    let monitor = of_operator(w, way).await?.or_else(|| way.monitor.clone());
    let start = read_text(w, &way.address).await?;
    let start = start.ok_or_else(|| Stop::open(format!("{} cannot be read", way.address), []))?;
    if start.eq_ignore_ascii_case(&way.value) {
        return Err(Stop::NotExercised(format!("{} is {start} already", way.address)));
    }
    if way.transaction {
        let evse = w.subject.place.evse.unwrap_or(1);
        w.undo.push(Undo::Value(Effect::TransactionEnd { evse }));
        w.lane.stimulus(&Effect::TransactionStart { evse }).await?;
    }
    let away = Effect::fault(fault, false, &way.address, start.clone());
    let back = Undo::Value(away.clone());
    w.undo.push(back.clone());
    let there = Effect::fault(fault, true, &way.address, way.value.clone());
    w.cause = w.lane.stimulus(&there).await?;
    let limit = limit(w, fault);
    let alert = Alert { address: way.address.clone(), sign: way.begins.clone(), monitor, cause: w.cause };
    if !tell(w, way, &alert, limit, false).await? {
        return Ok(());
    }
    w.cause = w.lane.stimulus(&away).await?;
    w.undo.retain(|u| *u != back);
    if way.one_shot {
        return Ok(());
    }
    let sign = match alert.sign {
        Sign::Beyond(kind, bound) => Sign::Inside(kind, bound),
        Sign::Away { target, allowed } => Sign::Near { target, allowed },
        Sign::Value(_) => Sign::Value(start),
        other => other,
    };
    let over = Alert { sign, cause: w.cause, ..alert };
    tell(w, way, &over, limit, true).await.map(|_| ())
}

/// Sets the monitor that the row leaves to the operator, at a free severity if its own is taken.
async fn of_operator(w: &mut World, way: &Way) -> Result<Option<ReportedMonitor>, Stop> {
    let Some(wanted) = &way.to_set else { return Ok(None) };
    let free = severity(w, &wanted.address, wanted.kind).await?;
    let taken = w.before.as_ref().is_some_and(|before| {
        before.monitors.iter().any(|m| {
            m.address.same_as(&wanted.address)
                && m.monitor_type() == Some(wanted.kind)
                && m.severity == Some(i64::from(wanted.severity))
        })
    });
    let severity = if taken { free } else { wanted.severity };
    set_for_later(w, &[Wanted { severity, ..wanted.clone() }]).await?;
    let set = w.monitor()?;
    Ok(Some(ReportedMonitor {
        at: set.accepted,
        id: set.id,
        address: set.address.clone(),
        kind: set.monitor_type.as_str().to_owned(),
        value: Some(set.value),
        severity: Some(i64::from(set.severity)),
        transaction: Some(set.transaction),
        notification: Some("CustomMonitor".to_owned()),
    }))
}

/// The deadline of the fault, as declared; else that of an alert.
pub(super) fn limit(w: &World, fault: &FaultRow) -> Duration {
    let stated = w.cx.declaration.deadline(&fault.id, fault.deadline);
    stated.unwrap_or_else(|| w.cx.deadline("B-0140"))
}

/// Waits for an alert and judges it. Whether it makes sense to go on.
async fn tell(w: &mut World, way: &Way, alert: &Alert, limit: Duration, ending: bool) -> Result<bool, Stop> {
    let version = w.cx.version;
    let what = if ending { "the alert that ends the fault" } else { "the alert of the fault" };
    let met = w
        .lane
        .until(alert.cause, limit, what, WaitFor::Station, |r| {
            events_of(r, version).iter().any(|e| alert.is(e))
        })
        .await?;
    if let Met::Lost(at) = met {
        return Err(Stop::open("the connection was lost while an alert was due", [alert.cause, at]));
    }
    let missed = !matches!(met, Met::At(_));
    if missed && !ending && alert.monitor.is_none() {
        // Without the monitor nothing could tell of it, and that is another row's finding.
        w.fault.blocked = Some(way.row.clone());
        return Ok(false);
    }
    let mut report = w.handed.shipped.as_ref().map(|(s, _)| s.report.clone()).unwrap_or_default();
    report.monitors.extend(alert.monitor.clone().filter(|m| report.find(m.id).is_none()));
    let waited = format!("within {} s", limit.as_secs());
    let (checks, bare) = w.lane.since(alert.cause, |window| {
        let checks = alerts::raised(window, alert, &report, version, ending, &waited);
        (checks, alerts::as_notification(window, alert))
    });
    if let Some(at) = bare {
        w.handed.notified.insert((way.row.clone(), w.subject.place), at);
    }
    if ending {
        w.fault.ended.extend(checks)
    } else {
        w.fault.begun.extend(checks)
    }
    Ok(!missed)
}

pub(super) fn events_of(record: &Record, version: ocpp::Version) -> Vec<events::Event> {
    match &record.body {
        Body::Frame { dir: Direction::Rx, raw, .. } if raw.contains("NotifyEvent") => {}
        _ => return Vec::new(),
    }
    match judge::frame_of(record, version) {
        Some((_, Frame::Call { action, payload, .. })) if action == "NotifyEvent" => {
            events::of_payload(record.n, payload)
        }
        _ => Vec::new(),
    }
}

#[then("the station has told in time that it began, on the component and at the place of the row")]
async fn told_begin(w: &mut World) {
    w.attempt(async |w| {
        let checks = std::mem::take(&mut w.fault.begun);
        w.judge(checks);
        match w.fault.blocked.clone() {
            Some(row) => Err(Stop::Blocked(row)),
            None => Ok(()),
        }
    })
    .await;
}

#[then("it has told in time that it ended")]
async fn told_end(w: &mut World) {
    let checks = std::mem::take(&mut w.fault.ended);
    w.judge(checks);
}
