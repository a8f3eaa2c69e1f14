//! Setting monitors: what is sent, and what is kept of the answer.

use super::chosen::is_number;
use super::results::pair;
use crate::world::Undo;
use crate::{Stop, World};
use judge::Check;
use judge::inventory::Inventory;
use judge::kept::has_the_same_monitors;
use judge::monitors::{MonitoringReport, SetMonitor};
use judge::results::Kind;
use judge::streams::Params;
use ocpp::{MonitorType, VariableAddress};
use serde_json::{Value, json};
use spec::model::Limit;
use std::ops::RangeInclusive;
use std::rc::Rc;

/// A monitor to be set.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) id: Option<i64>,
    pub(super) address: VariableAddress,
    pub(super) kind: MonitorType,
    pub(super) value: f64,
    pub(super) severity: u8,
    /// Active during transactions only.
    pub(super) transaction: bool,
    /// 2.1: the stream its values are asked for in.
    pub(super) stream: Option<Params>,
}

impl Wanted {
    /// A new monitor.
    pub(super) fn new(address: VariableAddress, kind: MonitorType, value: f64, severity: u8) -> Wanted {
        Wanted { id: None, address, kind, value, severity, transaction: false, stream: None }
    }

    /// The same, in the place of the monitor with this id.
    pub(super) fn replacing(self, id: i64) -> Wanted {
        Wanted { id: Some(id), ..self }
    }

    /// The same, with its values in a stream (OCPP N11.FR.09).
    pub(super) fn streamed(self, params: Params) -> Wanted {
        Wanted { stream: Some(params), ..self }
    }

    /// The same, active during transactions only.
    pub(super) fn for_transactions(self) -> Wanted {
        Wanted { transaction: true, ..self }
    }
}

/// Interval for periodic monitors that are only set, not watched: long enough not to fire meanwhile.
pub(super) const AN_HOUR: f64 = 3600.0;

/// Reads a monitor type out of a phrase.
pub(super) fn monitor_type(name: &str) -> Result<MonitorType, Stop> {
    MonitorType::from_wire(name).ok_or_else(|| Stop::Bug(format!("{name:?} is no monitor type")))
}

/// A number as JSON, without a needless fraction.
pub(super) fn number(value: f64) -> Value {
    // Beyond 2^53 a whole number is no longer exact, and such values do not occur here.
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

fn element(m: &Wanted) -> Value {
    let mut element = json!({
        "value": number(m.value), "type": m.kind, "severity": m.severity,
        "component": m.address.component, "variable": m.address.variable,
    });
    if let Some(object) = element.as_object_mut() {
        if let Some(id) = m.id {
            object.insert("id".to_owned(), json!(id));
        }
        if m.transaction {
            object.insert("transaction".to_owned(), json!(true));
        }
        if let Some(params) = m.stream {
            object.insert("periodicEventStream".to_owned(), params.as_json());
        }
    }
    element
}

/// Sends one request with these monitors, keeps the accepted ones, and remembers to remove them.
pub(super) async fn set(w: &mut World, wanted: &[Wanted]) -> Result<(), Stop> {
    known_before(w).await?;
    w.tried.extend(wanted.iter().map(|m| m.address.clone()));
    let elements: Vec<Value> = wanted.iter().map(element).collect();
    w.call("SetVariableMonitoring", json!({ "setMonitoringData": elements })).await?;
    pair(w, Kind::Monitor)?;
    w.asked_monitors = wanted.len();
    let accepted: Vec<SetMonitor> = w
        .matched
        .iter()
        .filter(|m| m.status == "Accepted")
        .filter_map(|m| {
            let asked = wanted.get(m.element)?;
            Some(SetMonitor {
                id: m.id()?,
                address: asked.address.clone(),
                monitor_type: asked.kind,
                value: asked.value,
                severity: asked.severity,
                value_counts: asked.kind != MonitorType::Delta || number_at(w, &asked.address),
                transaction: asked.transaction,
                accepted: m.at,
            })
        })
        .collect();
    // Whatever is not plainly accepted may have left a monitor all the same.
    if accepted.len() < wanted.len() {
        w.suspicious = true;
        let answer = w.answer()?;
        let records = [answer.sent, answer.reply.at()];
        w.answer_records.extend(records);
    }
    for monitor in accepted {
        // One that was there before under this id is the maker's: it is not ours to remove.
        let known = w.before.as_ref().is_some_and(|before| before.find(monitor.id).is_some());
        let replaced = known && wanted.iter().any(|m| m.id == Some(monitor.id));
        if !replaced && !w.undo.contains(&Undo::Monitor(monitor.id)) {
            w.undo.push(Undo::Monitor(monitor.id));
        }
        w.used_severities.push(monitor.severity);
        w.handed.set.push(monitor.clone());
        w.monitors.push(monitor);
    }
    Ok(())
}

fn number_at(w: &World, at: &VariableAddress) -> bool {
    w.handed.inventory.as_ref().and_then(|i| i.find(at)).is_some_and(is_number)
}

/// Sets monitors that the scenario needs and does not judge.
pub(super) async fn set_for_later(w: &mut World, wanted: &[Wanted]) -> Result<(), Stop> {
    let had = w.monitors.len();
    set(w, wanted).await?;
    let answer = w.answer()?;
    let at = [answer.sent, answer.reply.at()];
    if w.monitors.len() == had + wanted.len() {
        return Ok(());
    }
    if let Err(lost @ Check::Open { .. }) = answer.result() {
        return Err(lost.into());
    }
    let said: Vec<String> = w.matched.iter().map(|m| m.said()).collect();
    let said = if said.is_empty() { "no result".to_owned() } else { said.join(", ") };
    Err(Stop::open(format!("a monitor the scenario needs was not set: {said}"), at))
}

/// The monitors there were before this scenario set any; unknown where the station does not report them.
async fn known_before(w: &mut World) -> Result<(), Stop> {
    if w.looked {
        return Ok(());
    }
    w.looked = true;
    if !w.beside {
        super::moving::switched_on(w).await?;
    }
    if w.handed.no_monitoring_report {
        return Ok(());
    }
    // Nobody else sets monitors meanwhile: what was reported and has not changed since is not asked for again.
    if let Some((known, at)) = w.handed.monitors.clone().filter(|_| !w.beside)
        && w.lane.since(at.next(), has_the_same_monitors)
    {
        w.before = Some((*known).clone());
        return Ok(());
    }
    w.before = monitoring_report(w, json!({})).await?;
    if !w.beside {
        w.handed.monitors = w.before.clone().map(|known| (Rc::new(known), w.lane.now()));
    }
    // Accepted, and nothing came within its deadline: that is judged once, not waited for in each scenario.
    w.handed.no_monitoring_report = w.paged.as_ref().is_some_and(|p| p.parts.is_empty());
    Ok(())
}

/// Fetches a monitoring report; `None` if the station gives none.
pub(super) async fn monitoring_report(
    w: &mut World,
    filter: Value,
) -> Result<Option<MonitoringReport>, Stop> {
    let limit = w.cx.deadline("B-0101");
    super::reports::request(w, "GetMonitoringReport", "NotifyMonitoringReport", filter, limit).await?;
    Ok(reported(w))
}

/// What the last monitoring report says.
pub(super) fn reported(w: &World) -> Option<MonitoringReport> {
    let answer = w.answer.as_ref()?;
    match (&w.paged, answer.status()) {
        (Some(paged), _) if paged.is_whole() => Some(MonitoringReport::from_parts(&paged.parts)),
        (_, Some("EmptyResultSet")) => Some(MonitoringReport::none(answer.reply.at())),
        _ => None,
    }
}

/// A severity at which a monitor of this type can be set on the variable.
pub(super) async fn severity(w: &mut World, at: &VariableAddress, kind: MonitorType) -> Result<u8, Stop> {
    known_before(w).await?;
    let nothing = MonitoringReport::default();
    let before = w.before.as_ref().unwrap_or(&nothing);
    let free = before.free_severity(at, kind, &w.used_severities);
    free.ok_or_else(|| Stop::open(format!("every severity from 4 to 9 is taken for {kind} on {at}"), []))
}

/// The same, within a range.
pub(super) async fn severity_within(
    w: &mut World,
    at: &VariableAddress,
    kind: MonitorType,
    range: RangeInclusive<u8>,
) -> Result<Option<u8>, Stop> {
    known_before(w).await?;
    let nothing = MonitoringReport::default();
    let before = w.before.as_ref().unwrap_or(&nothing);
    let taken: Vec<u8> =
        w.used_severities.iter().copied().chain((0..=9).filter(|s| !range.contains(s))).collect();
    Ok(before.free_severity(at, kind, &taken))
}

/// A value for a monitor that is only set: legal, and not such that it fires meanwhile.
pub(super) fn quiet_value(inventory: &Inventory, at: &VariableAddress, kind: MonitorType) -> f64 {
    let found = inventory.find(at);
    let limit = |which| found.and_then(|v| v.limit(which));
    let present = found.and_then(|v| v.value()).and_then(|v| v.trim().parse::<f64>().ok()).unwrap_or(0.0);
    match kind {
        MonitorType::Periodic | MonitorType::PeriodicClockAligned => AN_HOUR,
        // At the limit a threshold is legal and never exceeded (N04.FR.06).
        MonitorType::UpperThreshold => {
            limit(Limit::MaxLimit).unwrap_or_else(|| (present + present.abs().max(100.0)).ceil())
        }
        MonitorType::LowerThreshold => {
            limit(Limit::MinLimit).unwrap_or_else(|| (present - present.abs().max(100.0)).floor())
        }
        MonitorType::Delta if found.is_some_and(is_number) => present.abs().max(1000.0).ceil(),
        MonitorType::Delta | MonitorType::TargetDelta => 1.0,
        MonitorType::TargetDeltaRelative => 0.5,
    }
}

/// A quiet monitor on a variable, at a severity that is free.
pub(super) async fn quiet(w: &mut World, at: &VariableAddress, kind: MonitorType) -> Result<Wanted, Stop> {
    let inventory = super::inventory::fetch(w).await?;
    let severity = severity(w, at, kind).await?;
    let value = quiet_value(&inventory, at, kind);
    Ok(Wanted::new(at.clone(), kind, value, severity))
}
