//! Phrases about the walk through the monitoring bases: done once a run, judged by several rows.

use super::moving::{of_monitoring, read_text};
use super::setting::monitoring_report;
use crate::{Stop, World};
use cucumber::{given, then};
use judge::bases::{Removal, Stage, Walk};
use judge::monitors::MonitoringReport;
use judge::results::{self, Kind};
use ocpp::Version;
use serde_json::json;
use std::rc::Rc;

/// Most monitors whose removal is tried.
const MOST: usize = 200;

/// Sets a base, reads which one is in force, and fetches the report.
async fn stage(w: &mut World, base: &'static str) -> Result<Stage, Stop> {
    super::bases::write(w, base).await?;
    let answer = w.answer()?.clone();
    if answer.status() != Some("Accepted") {
        let reason = format!("the station does not take the base {base}");
        return Err(Stop::open(reason, [answer.sent, answer.reply.at()]));
    }
    let said = read_text(w, &of_monitoring("ActiveMonitoringBase")).await?;
    let read = w.answer()?.reply.at();
    let report = monitoring_report(w, json!({})).await?;
    let report =
        report.ok_or_else(|| Stop::open(format!("there is no whole report under {base}"), [answer.sent]))?;
    let stated = said.map(|said| (said, read));
    Ok(Stage { base, accepted: answer.reply.at(), stated, report })
}

/// OCPP 2.0.1 does not say what is built in: what is listed is tried to be removed. The base brings it back.
async fn removals(w: &mut World, listed: &MonitoringReport) -> Result<Vec<Removal>, Stop> {
    super::inventory::fetch(w).await?;
    let room = super::writing::items_per_message(w, "MonitoringCtrlr", "ClearVariableMonitoring");
    let ids: Vec<i64> = listed.monitors.iter().map(|m| m.id).take(MOST).collect();
    let mut tried = Vec::new();
    for some in ids.chunks(room.unwrap_or(1)) {
        let answer = w.call("ClearVariableMonitoring", json!({ "id": some })).await?;
        let Ok((matched, _)) = results::pair(Kind::Clear, answer) else { continue };
        tried.extend(matched.into_iter().filter_map(|m| {
            let id = *some.get(m.element)?;
            Some(Removal { id, status: m.status, at: m.at })
        }));
    }
    Ok(tried)
}

#[given("a walk through the monitoring bases")]
async fn walk(w: &mut World) {
    w.attempt(async |w| {
        if w.handed.walk.is_some() {
            return Ok(());
        }
        super::bases::remember(w).await?;
        let factory = stage(w, "FactoryDefault").await?;
        let built_in = stage(w, "HardWiredOnly").await?;
        let removals = match w.cx.version {
            Version::V201 => removals(w, &built_in.report).await?,
            _ => Vec::new(),
        };
        let all = stage(w, "All").await?;
        stage(w, "HardWiredOnly").await?;
        let again = stage(w, "FactoryDefault").await?;
        w.handed.walk = Some(Rc::new(Walk { factory, built_in, removals, all, again }));
        Ok(())
    })
    .await;
}

fn walked(w: &World) -> Result<Rc<Walk>, Stop> {
    w.handed.walk.clone().ok_or_else(|| Stop::Bug("a step judges a walk that was not made".into()))
}

#[then("the station said at each stage which base is in force")]
async fn states_base(w: &mut World) {
    w.attempt(async |w| {
        let checks = walked(w)?.states_the_base();
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("every preconfigured monitor was there again after the built-in ones alone")]
async fn come_back(w: &mut World) {
    w.attempt(async |w| {
        let checks = walked(w)?.brings_preconfigured_back(w.cx.version);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("only built-in monitors were listed while only they were in force")]
async fn only_built_in(w: &mut World) {
    w.attempt(async |w| {
        let checks = walked(w)?.lists_only_built_in(w.cx.version);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("every built-in monitor was there, as it was, at each stage")]
async fn built_in_stay(w: &mut World) {
    w.attempt(async |w| {
        let checks = walked(w)?.keeps_built_in(w.cx.version);
        w.judge(checks);
        Ok(())
    })
    .await;
}
