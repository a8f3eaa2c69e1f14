//! Phrases about the monitoring report.

use super::setting::{monitor_type, monitoring_report, reported};
use crate::{Stop, World};
use cucumber::{then, when};
use judge::Check;
use judge::monitors::{MonitoringReport, SetMonitor};
use serde_json::{Value, json};

/// A fresh report of every monitor.
async fn fresh(w: &mut World) -> Result<MonitoringReport, Stop> {
    let report = monitoring_report(w, json!({})).await?;
    let answer = w.answer()?;
    let at = [answer.sent, answer.reply.at()];
    report.ok_or_else(|| Stop::open("there is no whole monitoring report to look into", at))
}

/// The report the scenario asked for. How its parts are numbered is another row's business.
fn came(w: &World) -> Result<MonitoringReport, Stop> {
    let answer = w.answer()?;
    reported(w).ok_or_else(|| Stop::open("the report did not arrive whole", [answer.sent, answer.reply.at()]))
}

/// A monitor the scenario judges; without one, what refused it was judged already.
fn the(monitor: Option<&SetMonitor>) -> Result<SetMonitor, Stop> {
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
        let checks = came(w)?.holds(&monitor);
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
