//! Phrases about reports that must agree with the full inventory.

use super::reports::request;
use crate::{Stop, World};
use cucumber::{then, when};
use judge::agreement::Criterion;
use judge::inventory::Inventory;
use ocpp::ComponentRef;
use serde_json::json;

/// The report the scenario asked for: what its parts list, or nothing if the station says that nothing is
/// selected.
fn listed(w: &World) -> Result<Inventory, Stop> {
    let answer = w.answer()?;
    match (&w.paged, answer.status()) {
        (Some(paged), _) if paged.is_whole() => Ok(Inventory::from_parts(&paged.parts)),
        (_, Some("EmptyResultSet")) => Ok(Inventory::nothing(vec![answer.sent, answer.reply.at()])),
        _ => {
            // Why there is none is judged here: these scenarios have no step of their own for it.
            answer.result()?;
            let accepted = answer.status_is(&["Accepted", "EmptyResultSet"]);
            match accepted {
                judge::Check::Held(_) => {
                    Err(Stop::open("the report did not arrive whole", [answer.sent, answer.reply.at()]))
                }
                other => Err(Stop::Judged(other)),
            }
        }
    }
}

#[then("the report agrees with the full inventory")]
async fn agrees(w: &mut World) {
    w.attempt(async |w| {
        let full = w.inventory()?;
        let checks = listed(w)?.agrees_with(&full);
        w.judge(checks);
        Ok(())
    })
    .await;
}

fn criterion(name: &str) -> Result<Criterion, Stop> {
    Criterion::from_wire(name).ok_or_else(|| Stop::Bug(format!("{name:?} is no criterion")))
}

#[when(expr = "a report on {string} components is requested")]
async fn by_criterion(w: &mut World, name: String) {
    w.attempt(async |w| {
        let limit = w.deadline();
        let filter = json!({ "componentCriteria": [criterion(&name)?.as_str()] });
        request(w, "GetReport", "NotifyReport", filter, limit).await
    })
    .await;
}

#[then(expr = "the report holds what {string} selects and nothing it excludes")]
async fn follows(w: &mut World, name: String) {
    w.attempt(async |w| {
        let full = w.inventory()?;
        let check = listed(w)?.follows(criterion(&name)?, &full);
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[when(expr = "a report on component {string} is requested without a place")]
async fn without_place(w: &mut World, name: String) {
    w.attempt(async |w| {
        let asked = ComponentRef { name, instance: None, evse: None };
        let limit = w.deadline();
        let filter = json!({ "componentVariable": [{ "component": asked }] });
        w.asked = Some(asked);
        request(w, "GetReport", "NotifyReport", filter, limit).await
    })
    .await;
}

#[then("the report holds that component everywhere")]
async fn everywhere(w: &mut World) {
    w.attempt(async |w| {
        let full = w.inventory()?;
        let asked = w.asked.clone().ok_or_else(|| Stop::Bug("no component was asked for".into()))?;
        let listed = listed(w)?;
        w.judge([listed.is_only(&asked), listed.holds_everywhere(&asked, &full)]);
        Ok(())
    })
    .await;
}
