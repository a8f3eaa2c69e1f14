//! Phrases about a reboot.

use super::setting::monitoring_report;
use crate::{Stop, World};
use cucumber::{then, when};
use judge::monitors::SetMonitor;
use serde_json::json;

#[when("the station is reset and is back")]
async fn reset(w: &mut World) {
    w.attempt(async |w| {
        let answer = w.call("Reset", json!({ "type": "Immediate" })).await?.clone();
        match answer.status() {
            Some("Accepted" | "Scheduled") => {}
            Some(other) => return Err(Stop::NotExercised(format!("the station answered {other} to Reset"))),
            None => {
                let at = [answer.sent, answer.reply.at()];
                return Err(Stop::open("the station did not take the Reset", at));
            }
        }
        let limit = w.deadline();
        w.cause = answer.sent;
        match w.lane.booted(answer.sent, limit).await? {
            Some(at) => {
                w.rebooted = Some(at);
                Ok(())
            }
            None => {
                let reason = format!("the station was not back within {} s of its reset", limit.as_secs());
                Err(Stop::open(reason, [answer.sent]))
            }
        }
    })
    .await;
}

#[then("the monitoring report holds the monitor as it was set, whatever its id")]
async fn holds_renumbered(w: &mut World) {
    w.attempt(async |w| {
        let monitor = w.monitor()?.clone();
        let report = monitoring_report(w, json!({})).await?;
        let answer = w.answer()?;
        let at = [answer.sent, answer.reply.at()];
        let report =
            report.ok_or_else(|| Stop::open("there is no whole monitoring report after the reboot", at))?;
        // Ids may change over a reboot (N04.FR.19): the monitor is found by what it watches.
        let again = report.monitors.iter().find(|m| {
            m.address.same_as(&monitor.address)
                && m.monitor_type() == Some(monitor.monitor_type)
                && m.severity == Some(i64::from(monitor.severity))
        });
        let id = again.map_or(monitor.id, |m| m.id);
        let now = SetMonitor { id, ..monitor.clone() };
        let checks = report.holds(&now).into_iter().chain([report.has_but_once(&now)]);
        w.renumbered(monitor.id, id);
        w.judge(checks);
        Ok(())
    })
    .await;
}
