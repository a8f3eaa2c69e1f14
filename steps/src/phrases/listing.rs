//! Phrases about the monitoring report.

use super::setting::{monitor_type, monitoring_report, reported};
use crate::{Stop, World};
use cucumber::{then, when};
use judge::Check;
use judge::monitors::{MonitoringReport, SetMonitor};
use serde_json::{Value, json};

/// A fresh report of every monitor. That it does not come is the business of the row on the report (B-0101).
pub(super) async fn fresh(w: &mut World) -> Result<MonitoringReport, Stop> {
    let report = monitoring_report(w, json!({})).await?;
    let answer = w.answer()?;
    if let Err(lost @ Check::Open { .. }) = answer.result() {
        return Err(lost.into());
    }
    let at = [answer.sent, answer.reply.at()];
    report.ok_or_else(|| Stop::open("there is no whole monitoring report to look into", at))
}

/// The report the scenario asked for. How its parts are numbered is another row's business.
pub(super) fn came(w: &World) -> Result<MonitoringReport, Stop> {
    let answer = w.answer()?;
    reported(w).ok_or_else(|| Stop::open("the report did not arrive whole", [answer.sent, answer.reply.at()]))
}

/// A monitor the scenario judges; without one, what refused it was judged already.
pub(super) fn the(monitor: Option<&SetMonitor>) -> Result<SetMonitor, Stop> {
    monitor.cloned().ok_or_else(|| Stop::open("no monitor was accepted that could be looked for", []))
}

#[then("the monitoring report holds the monitor as it was set")]
async fn holds_last(w: &mut World) {
    w.attempt(async |w| {
        let monitor = the(w.monitors.last())?;
        let checks = fresh(w).await?.holds(&monitor);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("the monitoring report holds the first monitor as it was set")]
async fn holds_first(w: &mut World) {
    w.attempt(async |w| {
        let monitor = the(w.monitors.first())?;
        let checks = fresh(w).await?.holds(&monitor);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("the monitoring report holds the monitor no more")]
async fn holds_no_more(w: &mut World) {
    w.attempt(async |w| {
        let monitor = the(w.monitors.last())?;
        let since = w.answer()?.reply.at();
        let check = fresh(w).await?.lacks(&monitor, since);
        w.judge([check]);
        Ok(())
    })
    .await;
}

/// Every monitor the scenario set is reported as it was set.
fn holds_every(w: &World, report: &MonitoringReport) -> Vec<Check> {
    w.monitors.iter().flat_map(|m| report.holds(m)).collect()
}

#[then("the monitoring report holds every monitor as it was set")]
async fn holds_all(w: &mut World) {
    w.attempt(async |w| {
        the(w.monitors.first())?;
        let report = fresh(w).await?;
        let checks = holds_every(w, &report);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[when("the monitoring report is requested")]
async fn requested(w: &mut World) {
    w.attempt(async |w| monitoring_report(w, json!({})).await.map(|_| ())).await;
}

#[when(expr = "the monitoring report is requested for {string}")]
async fn requested_for(w: &mut World, criterion: String) {
    w.attempt(async |w| monitoring_report(w, json!({ "monitoringCriteria": [criterion] })).await.map(|_| ()))
        .await;
}

fn component_variable(w: &World) -> Result<Value, Stop> {
    let target = w.target()?;
    Ok(json!([{ "component": target.component, "variable": target.variable }]))
}

#[when("the monitoring report is requested for the first variable")]
async fn requested_for_variable(w: &mut World) {
    w.attempt(async |w| {
        let filter = json!({ "componentVariable": component_variable(w)? });
        monitoring_report(w, filter).await.map(|_| ())
    })
    .await;
}

#[when("the monitoring report is requested for a kind of monitor the variable does not have")]
async fn requested_for_nothing(w: &mut World) {
    w.attempt(async |w| {
        let at = w.target()?.clone();
        let all = monitoring_report(w, json!({})).await?.unwrap_or_default();
        let free =
            ["PeriodicMonitoring", "ThresholdMonitoring", "DeltaMonitoring"].into_iter().find(|name| {
                !all.monitors
                    .iter()
                    .filter(|m| m.address.same_as(&at))
                    .any(|m| m.monitor_type().is_some_and(|t| format!("{:?}", t.criterion()) == *name))
            });
        let free =
            free.ok_or_else(|| Stop::open("the variable has monitors of every kind", all.records.clone()))?;
        let filter = json!({ "monitoringCriteria": [free], "componentVariable": component_variable(w)? });
        monitoring_report(w, filter).await.map(|_| ())
    })
    .await;
}

#[then("the report holds the monitor as it was set")]
async fn report_holds(w: &mut World) {
    w.attempt(async |w| {
        let monitor = the(w.monitors.last())?;
        let report = came(w)?;
        let mut checks = report.holds(&monitor);
        checks.push(report.lists_each_once());
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then(expr = "the report holds the {string} monitor and none of another kind")]
async fn report_holds_kind(w: &mut World, kind: String) {
    w.attempt(async |w| {
        let kind = monitor_type(&kind)?;
        let monitor = the(w.monitors.iter().find(|m| m.monitor_type == kind))?;
        let report = came(w)?;
        let mut checks: Vec<Check> = report.holds(&monitor);
        checks.push(report.is_only(kind.criterion()));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("the report holds the monitor as it was set and none of another variable")]
async fn report_holds_variable(w: &mut World) {
    w.attempt(async |w| {
        let monitor = the(w.monitors.last())?;
        let report = came(w)?;
        let mut checks: Vec<Check> = report.holds(&monitor);
        checks.push(report.is_only_of(&monitor.address));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[when("the monitoring report is requested for their component")]
async fn requested_for_component(w: &mut World) {
    w.attempt(async |w| {
        let component = w.target()?.component.clone();
        let filter = json!({ "componentVariable": [{ "component": component }] });
        monitoring_report(w, filter).await.map(|_| ())
    })
    .await;
}

#[then("the report holds every monitor as it was set and none of another component")]
async fn report_holds_component(w: &mut World) {
    w.attempt(async |w| {
        the(w.monitors.first())?;
        let report = came(w)?;
        let component = w.target()?.component.clone();
        let mut checks = holds_every(w, &report);
        checks.push(report.is_only_on(&component));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[when(expr = "the monitoring report is requested for {string} and {string}")]
async fn requested_for_two(w: &mut World, a: String, b: String) {
    w.attempt(async |w| monitoring_report(w, json!({ "monitoringCriteria": [a, b] })).await.map(|_| ()))
        .await;
}

#[then(expr = "the report holds the {string} and the {string} monitor and no {string} monitor")]
async fn report_holds_two(w: &mut World, a: String, b: String, without: String) {
    w.attempt(async |w| {
        let report = came(w)?;
        let mut checks: Vec<Check> = Vec::new();
        for kind in [a, b] {
            let kind = monitor_type(&kind)?;
            let monitor = the(w.monitors.iter().find(|m| m.monitor_type == kind))?;
            checks.extend(report.holds(&monitor));
        }
        checks.push(report.is_without(monitor_type(&without)?.criterion()));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[when(expr = "the monitoring report is requested for {string} of the variable")]
async fn requested_for_both(w: &mut World, criterion: String) {
    w.attempt(async |w| {
        let filter =
            json!({ "monitoringCriteria": [criterion], "componentVariable": component_variable(w)? });
        monitoring_report(w, filter).await.map(|_| ())
    })
    .await;
}

#[when("the monitoring report is requested for a criterion that does not exist")]
async fn requested_for_unknown(w: &mut World) {
    w.attempt(async |w| {
        monitoring_report(w, json!({ "monitoringCriteria": ["NoSuchMonitoring"] })).await.map(|_| ())
    })
    .await;
}
