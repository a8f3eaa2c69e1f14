//! Phrases about setting, replacing and removing monitors.

use super::results::pair;
use super::setting::{Wanted, monitor_type, quiet, set, set_for_later, severity};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::monitors::SetMonitor;
use judge::results::{self, Kind};
use judge::{Check, Code, Finding};
use ocpp::{MonitorType, VariableAddress};
use serde_json::json;
use spec::model::Limit;

/// Severity of monitors that are expected to be refused.
const TRIED: u8 = 9;
/// A monitor id that is taken to be free where the station does not report its monitors.
pub(super) const NO_SUCH_ID: i64 = 100_000;

#[given("the monitor is set")]
async fn is_set(w: &mut World) {
    w.attempt(async |w| {
        let at = w.target()?.clone();
        let wanted = quiet(w, &at, w.kind).await?;
        set_for_later(w, &[wanted]).await
    })
    .await;
}

#[when("the monitor is set")]
async fn set_it(w: &mut World) {
    w.attempt(async |w| {
        let at = w.target()?.clone();
        let wanted = quiet(w, &at, w.kind).await?;
        set(w, &[wanted]).await
    })
    .await;
}

#[given("a monitor is set on each")]
async fn set_on_each(w: &mut World) {
    w.attempt(async |w| {
        // The scenario is about the first variable, so its monitor is set last and is the one looked for.
        for at in w.targets.clone().into_iter().rev() {
            let wanted = quiet(w, &at, w.kind).await?;
            set_for_later(w, &[wanted]).await?;
        }
        Ok(())
    })
    .await;
}

#[given(expr = "an {string}, a {string} and a {string} monitor")]
async fn three_kinds(w: &mut World, a: String, b: String, c: String) {
    w.attempt(async |w| {
        for kind in [a, b, c] {
            let kind = monitor_type(&kind)?;
            let found = super::chosen::that_take(w, kind).await?;
            let at = found.first().cloned().ok_or_else(|| Stop::Bug("no variable chosen".into()))?;
            let wanted = quiet(w, &at, kind).await?;
            set_for_later(w, &[wanted]).await?;
        }
        Ok(())
    })
    .await;
}

/// Another value for a monitor: one that is legal (N04.FR.06) and does not make it fire more easily.
fn another_value(w: &World, m: &SetMonitor) -> f64 {
    let limit = |which| w.handed.inventory.as_ref()?.find(&m.address)?.limit(which);
    match m.monitor_type {
        MonitorType::UpperThreshold => limit(Limit::MaxLimit).map_or(m.value + 1.0, |l| (m.value + l) / 2.0),
        MonitorType::LowerThreshold => limit(Limit::MinLimit).map_or(m.value - 1.0, |l| (m.value + l) / 2.0),
        _ => m.value * 2.0,
    }
}

#[when("the monitor is replaced with another value and severity")]
async fn replace(w: &mut World) {
    w.attempt(async |w| {
        let old = w.monitor()?.clone();
        let severity = severity(w, &old.address, old.monitor_type).await?;
        let value = another_value(w, &old);
        let wanted = Wanted::new(old.address, old.monitor_type, value, severity).replacing(old.id);
        set(w, &[wanted]).await
    })
    .await;
}

#[when("a second monitor of the same type and severity with another value is set")]
async fn duplicate(w: &mut World) {
    w.attempt(async |w| {
        let m = w.monitor()?.clone();
        let wanted = Wanted::new(m.address, m.monitor_type, m.value * 2.0, m.severity);
        set(w, &[wanted]).await
    })
    .await;
}

pub(super) async fn try_it(w: &mut World, kind: MonitorType, value: f64) -> Result<(), Stop> {
    let address = w.target()?.clone();
    // A free severity, so that nothing but the fault under test can be the reason of a refusal.
    let severity = severity(w, &address, kind).await.unwrap_or(TRIED);
    set(w, &[Wanted::new(address, kind, value, severity)]).await
}

#[when(expr = "a(n) {string} monitor is tried on it")]
async fn tried(w: &mut World, kind: String) {
    w.attempt(async |w| {
        let kind = monitor_type(&kind)?;
        try_it(w, kind, 1.0).await
    })
    .await;
}

#[when("a monitor with an id that does not exist is replaced")]
async fn replace_unknown(w: &mut World) {
    w.attempt(async |w| {
        let at = w.target()?.clone();
        let wanted = quiet(w, &at, w.kind).await?;
        let id = w.before.as_ref().map_or(NO_SUCH_ID, |b| b.unused_id());
        set(w, &[wanted.replacing(id)]).await
    })
    .await;
}

#[when("the monitor is replaced on another variable")]
async fn replace_elsewhere(w: &mut World) {
    w.attempt(async |w| {
        let m = w.monitor()?.clone();
        let others = super::chosen::that_take(w, m.monitor_type).await?;
        let other = others.into_iter().find(|o| !o.same_as(&m.address));
        let other = other.ok_or_else(|| Stop::open("no other variable takes such a monitor", []))?;
        let wanted = quiet(w, &other, m.monitor_type).await?;
        set(w, &[Wanted { id: Some(m.id), ..wanted }]).await
    })
    .await;
}

#[when("an upper threshold beyond the limit is tried")]
async fn beyond_limit(w: &mut World) {
    w.attempt(async |w| {
        let inventory = w.inventory()?;
        let max = w.reported(&inventory).and_then(|v| v.limit(Limit::MaxLimit));
        let max = max.ok_or_else(|| Stop::Bug("the chosen variable has no maxLimit".into()))?;
        let beyond = (max + max.abs().max(10.0)).ceil();
        try_it(w, MonitorType::UpperThreshold, beyond).await
    })
    .await;
}

#[when("a delta of -1 is tried")]
async fn negative_delta(w: &mut World) {
    w.attempt(async |w| try_it(w, MonitorType::Delta, -1.0).await).await;
}

#[when("monitors are set on the first, on a variable that does not exist, and on the second")]
async fn mixed(w: &mut World) {
    w.attempt(async |w| {
        let (Some(first), Some(second)) = (w.targets.first().cloned(), w.targets.get(1).cloned()) else {
            return Err(Stop::Bug("two variables are needed".into()));
        };
        if super::writing::items_per_message(w, "MonitoringCtrlr", "SetVariableMonitoring")
            .is_some_and(|n| n < 3)
        {
            let why = "the station takes fewer than three monitors in one request";
            return Err(Stop::NotApplicable(why.to_owned()));
        }
        let bad = VariableAddress {
            component: first.component.clone(),
            variable: ocpp::VariableRef { name: super::chosen::NO_SUCH_VARIABLE.to_owned(), instance: None },
        };
        let kind = w.kind;
        let first = quiet(w, &first, kind).await?;
        let second = quiet(w, &second, kind).await?;
        let bad = Wanted { address: bad, ..first.clone() };
        set(w, &[first, bad, second]).await
    })
    .await;
}

#[then("the first and the third are accepted and the second is refused as \"UnknownVariable\"")]
async fn judged_separately(w: &mut World) {
    w.attempt(async |w| {
        let sent = w.answer()?.sent;
        let wanted = [(0, "Accepted"), (1, "UnknownVariable"), (2, "Accepted")];
        let checks = wanted.map(|(n, status)| results::status_is(&w.matched, n, &[status], sent));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("the monitor is accepted with an id")]
async fn accepted_with_id(w: &mut World) {
    w.attempt(async |w| {
        let sent = w.answer()?.sent;
        let status = results::status_is(&w.matched, 0, &["Accepted"], sent);
        let accepted = matches!(status, Check::Held(_));
        let id = w.matched.first().filter(|_| accepted).map(|m| results::id_is_given(m, sent));
        w.judge(std::iter::once(status).chain(id));
        Ok(())
    })
    .await;
}

#[then("the monitor is accepted with the same id")]
async fn same_id(w: &mut World) {
    w.attempt(async |w| {
        let sent = w.answer()?.sent;
        let status = results::status_is(&w.matched, 0, &["Accepted"], sent);
        let asked = w.monitors.first().map(|m| m.id);
        let id = w.matched.first().filter(|m| m.status == "Accepted").map(|m| match m.id() {
            id if id == asked => Check::held([sent, m.at]),
            id => {
                let shown = |id: Option<i64>| id.map_or("none".to_owned(), |id| format!("id {id}"));
                Finding::new(Code::MonitorIdChanged, shown(asked), shown(id), [sent, m.at]).into()
            }
        });
        w.judge(std::iter::once(status).chain(id));
        Ok(())
    })
    .await;
}

#[then(expr = "the monitor is refused as {string}")]
async fn refused(w: &mut World, status: String) {
    is_one_of(w, &[&status]);
}

#[then(expr = "the monitor is refused as {string} or {string}")]
async fn refused_either(w: &mut World, a: String, b: String) {
    is_one_of(w, &[&a, &b]);
}

fn is_one_of(w: &mut World, statuses: &[&str]) {
    let Some(answer) = &w.answer else { return };
    let check = results::status_is(&w.matched, 0, statuses, answer.sent);
    w.judge([check]);
}

/// Removes monitors by id.
pub(super) async fn remove(w: &mut World, ids: &[i64]) -> Result<(), Stop> {
    w.call("ClearVariableMonitoring", json!({ "id": ids })).await?;
    pair(w, Kind::Clear)?;
    let gone: Vec<i64> = w
        .matched
        .iter()
        .filter(|m| matches!(m.status.as_str(), "Accepted" | "NotFound"))
        .filter_map(|m| ids.get(m.element).copied())
        .collect();
    w.undo.retain(|u| !matches!(u, Undo::Monitor(id) if gone.contains(id)));
    Ok(())
}

#[when("the monitor is removed")]
async fn removed(w: &mut World) {
    w.attempt(async |w| {
        let id = w.monitor()?.id;
        remove(w, &[id]).await
    })
    .await;
}

#[when("a monitor with an id that does not exist is removed")]
async fn remove_unknown(w: &mut World) {
    w.attempt(async |w| {
        let report = super::setting::monitoring_report(w, json!({})).await?;
        let id = report.map_or(NO_SUCH_ID, |r| r.unused_id());
        remove(w, &[id]).await
    })
    .await;
}

#[then(expr = "the removal is {string}")]
async fn removal_is(w: &mut World, status: String) {
    is_one_of(w, &[&status]);
}

#[then("the variable of the row says that it can be monitored")]
async fn says_monitorable(w: &mut World) {
    w.attempt(async |w| {
        let (inventory, archetype) = (w.inventory()?, w.cx.archetype.clone());
        let (component, row) = super::inventory::rows(&archetype, w)?;
        w.targets = vec![judge::inventory::variable_at(component, row, w.subject.place)];
        let check = inventory.monitorable(component, row, w.subject.place);
        let says = matches!(check, Check::Held(_));
        w.judge([check]);
        // What says that it takes no monitor is not asked to take one.
        if says { Ok(()) } else { Err(Stop::Judged(Check::Void(String::new()))) }
    })
    .await;
}

#[then("it takes each monitor type of the row")]
async fn takes_each(w: &mut World) {
    w.attempt(async |w| {
        let archetype = w.cx.archetype.clone();
        let (_, row) = super::inventory::rows(&archetype, w)?;
        let at = w.target()?.clone();
        let version = w.cx.version;
        for kind in row.monitorable.iter().copied().filter(|k| k.is_in(version)) {
            let wanted = quiet(w, &at, kind).await?;
            let words = results::describe(kind, wanted.value, wanted.severity, &at);
            set(w, &[wanted]).await?;
            let sent = w.answer()?.sent;
            let mut checks = w.pairing.clone();
            if let Some(m) = w.matched.first() {
                checks.push(if m.status == "Accepted" {
                    results::id_is_given(m, sent)
                } else if m.status == "Duplicate" && w.before.is_none() {
                    Check::open(
                        "which severities are taken is not known, for the station does not say",
                        [sent, m.at],
                    )
                } else {
                    let expected = format!("{words} to be accepted");
                    Finding::new(Code::UnexpectedStatus, expected, m.said(), [sent, m.at]).into()
                });
            }
            let silent = w.met_silence();
            w.judge(checks);
            if silent {
                return Err(Stop::Judged(Check::Void(String::new())));
            }
            // One at a time: OCPP promises no number of custom monitors.
            if let Some(id) = w.matched.first().and_then(|m| m.id()) {
                remove(w, &[id]).await?;
            }
        }
        Ok(())
    })
    .await;
}

/// The first monitor the scenario set.
pub(super) fn first(w: &World) -> Result<SetMonitor, Stop> {
    w.monitors.first().cloned().ok_or_else(|| Stop::Bug("a step needs a monitor and none was set".into()))
}
