//! Phrases about the monitors a station brings along: built in, or preconfigured.

use super::setting::monitoring_report;
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::given;
use judge::monitors::{MonitoringReport, SetMonitor};
use judge::provision::Shipped;
use ocpp::{MonitorType, Version};
use serde_json::json;
use std::rc::Rc;

/// A report of every monitor under a base.
async fn under(w: &mut World, base: &str) -> Result<MonitoringReport, Stop> {
    super::bases::write(w, base).await?;
    let answer = w.answer()?.clone();
    if answer.status() != Some("Accepted") {
        let reason = format!("the station does not take the base {base}");
        return Err(Stop::open(reason, [answer.sent, answer.reply.at()]));
    }
    let report = monitoring_report(w, json!({})).await?;
    report
        .ok_or_else(|| Stop::open(format!("there is no whole monitoring report under {base}"), [answer.sent]))
}

/// The monitors the station brings along: fetched by the first scenario that needs them, then shared until the station
/// boots, which may give them other ids (OCPP N04.FR.19).
pub(super) async fn fetch(w: &mut World) -> Result<Rc<Shipped>, Stop> {
    if let Some((known, since)) = w.handed.shipped.clone() {
        let booted = w.lane.since(since, |window| window.calls_of("BootNotification").next().is_some());
        if !booted {
            return Ok(known);
        }
    }
    super::bases::remember(w).await?;
    let shipped = if w.cx.version == Version::V21 {
        Shipped::as_reported(under(w, "FactoryDefault").await?)
    } else {
        let hard = under(w, "HardWiredOnly").await?;
        Shipped::inferred(&hard, under(w, "FactoryDefault").await?)
    };
    let shipped = Rc::new(shipped);
    w.handed.shipped = Some((shipped.clone(), w.lane.now()));
    Ok(shipped)
}

async fn choose(w: &mut World, built_in: bool, what: &str) -> Result<(), Stop> {
    let shipped = fetch(w).await?;
    w.before = Some(shipped.report.clone());
    let class = if built_in { "HardWiredMonitor" } else { "PreconfiguredMonitor" };
    let mut usable = shipped.of_class(class).filter_map(|m| {
        let set = SetMonitor {
            id: m.id,
            address: m.address.clone(),
            monitor_type: m.monitor_type()?,
            value: m.value?,
            severity: u8::try_from(m.severity?).ok()?,
            value_counts: m.monitor_type()? != MonitorType::Delta,
            transaction: m.transaction.unwrap_or(false),
            accepted: m.at,
        };
        Some(set)
    });
    let found = usable.next();
    let found = found.ok_or_else(|| Stop::NotApplicable(format!("the station reports no {what} monitor")))?;
    w.used_severities.push(found.severity);
    w.monitors.push(found);
    Ok(())
}

#[given("a built-in monitor")]
async fn built_in(w: &mut World) {
    w.attempt(async |w| choose(w, true, "built-in").await).await;
}

#[given("a preconfigured monitor")]
async fn preconfigured(w: &mut World) {
    w.attempt(async |w| {
        choose(w, false, "preconfigured").await?;
        // Whatever becomes of it, the factory default brings it back before the old base returns.
        w.undo.push(Undo::Base("FactoryDefault".to_owned()));
        Ok(())
    })
    .await;
}
