//! Phrases about the monitors a station brings along: built in, or preconfigured.

use super::setting::monitoring_report;
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::given;
use judge::monitors::{MonitoringReport, ReportedMonitor, SetMonitor};
use ocpp::{MonitorType, Version};
use serde_json::json;

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

/// The monitors of a class. 2.1 says it in the report; in 2.0.1 it is inferred: what is reported under
/// HardWiredOnly is built in, what only FactoryDefault brings is preconfigured.
async fn of_class(w: &mut World, built_in: bool) -> Result<Vec<ReportedMonitor>, Stop> {
    super::bases::remember(w).await?;
    if w.cx.version == Version::V21 {
        let all = under(w, "FactoryDefault").await?;
        let class = if built_in { "HardWiredMonitor" } else { "PreconfiguredMonitor" };
        w.before = Some(all.clone());
        return Ok(all.monitors.into_iter().filter(|m| m.notification.as_deref() == Some(class)).collect());
    }
    let hard = under(w, "HardWiredOnly").await?;
    let shipped = under(w, "FactoryDefault").await?;
    w.before = Some(shipped.clone());
    let among = |all: &MonitoringReport, m: &ReportedMonitor| {
        all.monitors.iter().any(|o| {
            o.address.same_as(&m.address)
                && o.kind == m.kind
                && o.severity == m.severity
                && o.value == m.value
        })
    };
    Ok(shipped.monitors.into_iter().filter(|m| among(&hard, m) == built_in).collect())
}

async fn choose(w: &mut World, built_in: bool, what: &str) -> Result<(), Stop> {
    let all = of_class(w, built_in).await?;
    let mut usable = all.into_iter().filter_map(|m| {
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
