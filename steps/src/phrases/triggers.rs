//! Phrases about messages that are asked for, and about the summary of what is wrong.

use super::reports::request;
use crate::link::WaitFor;
use crate::{Stop, World};
use cucumber::{then, when};
use judge::answer::Reply;
use judge::inventory::{Inventory, Reported};
use judge::{Check, Code, Finding};
use serde_json::{Value, json};

/// Asks for a message. A station that says it does not know how ends the scenario.
pub(super) async fn trigger(w: &mut World, payload: Value) -> Result<(), Stop> {
    let answer = w.call("TriggerMessage", payload).await?;
    let unknown = match &answer.reply {
        Reply::Error { code, .. } => ["NotImplemented", "NotSupported"].contains(&code.as_str()),
        _ => answer.status() == Some("NotImplemented"),
    };
    w.cause = w.answer()?.sent;
    if unknown {
        return Err(Stop::NotApplicable("the station does not send this message on request".to_owned()));
    }
    Ok(())
}

async fn ask_for(w: &mut World, message: &str) -> Result<(), Stop> {
    trigger(w, json!({ "requestedMessage": message })).await?;
    match w.answer()?.status() {
        Some("Rejected") => {
            Err(Stop::NotApplicable(format!("the station does not send {message} on request now")))
        }
        _ => Ok(()),
    }
}

#[when("a heartbeat is asked for")]
async fn heartbeat(w: &mut World) {
    w.attempt(async |w| ask_for(w, "Heartbeat").await).await;
}

#[when("the state of the log upload is asked for")]
async fn log_status(w: &mut World) {
    w.attempt(async |w| ask_for(w, "LogStatusNotification").await).await;
}

#[then("the station agrees first, and sends it then")]
async fn agrees_then_sends(w: &mut World) {
    w.attempt(async |w| {
        let answer = w.answer()?.clone();
        let agreed = answer.status_is(&["Accepted"]);
        let accepted = matches!(agreed, Check::Held(_));
        w.judge([agreed]);
        if !accepted {
            return Ok(());
        }
        let action =
            answer.request.get("requestedMessage").and_then(Value::as_str).unwrap_or_default().to_owned();
        let (limit, after) = (w.deadline(), answer.reply.at());
        if let Some((at, _)) = w.lane.heard(after, limit, &action, WaitFor::Station, |_| true).await? {
            w.judge([Check::held([answer.sent, after, at])]);
            return Ok(());
        }
        // One that came before the answer may have come by itself; then the one asked for is missing all the same.
        let early = w.lane.since(answer.sent, |window| window.calls_of(&action).next().map(|(at, _)| at));
        let finding = match early {
            Some(at) => {
                let expected = format!("{action} after the answer to the request for it");
                Finding::new(Code::MessageEarly, expected, "before it", [answer.sent, at, after])
            }
            None => {
                let expected = format!("{action} within {} s of the answer", limit.as_secs());
                Finding::new(Code::MessageMissing, expected, "none", [answer.sent, after, w.lane.now()])
            }
        };
        w.judge([finding.into()]);
        Ok(())
    })
    .await;
}

#[when("the summary inventory is requested")]
async fn summary(w: &mut World) {
    w.attempt(async |w| {
        super::inventory::fetch(w).await?;
        let limit = w.deadline();
        request(w, "GetBaseReport", "NotifyReport", json!({ "reportBase": "SummaryInventory" }), limit).await
    })
    .await;
}

/// Variables that tell of a station, EVSE or connector whether it is in use.
const STATES: [&str; 3] = ["AvailabilityState", "Available", "Problem"];

#[then("it names what is out of use and what has a problem, or the station does not support it")]
async fn names_trouble(w: &mut World) {
    w.attempt(async |w| {
        let answer = w.answer()?.clone();
        if let Some("NotSupported") = answer.status() {
            let id = w.request_id;
            let limit = w.cx.deadline("B-0012");
            let alive = w.lane.sign_of_life(limit).await?;
            let part = w
                .lane
                .since(answer.sent, |window| judge::parts(window, "NotifyReport", id).into_iter().next());
            let check = match part {
                Some(part) => {
                    let expected = "no report after NotSupported";
                    Finding::new(Code::ReportUnwanted, expected, "one", [answer.reply.at(), part.at]).into()
                }
                None => Check::held([answer.sent, answer.reply.at(), alive.reply.at()]),
            };
            w.judge([check]);
            return Ok(());
        }
        if answer.status() == Some("Rejected") {
            // B07.FR.13: not now.
            return Err(Stop::open("the station could not report now", [answer.sent, answer.reply.at()]));
        }
        let accepted = answer.status_is(&["Accepted"]);
        let ok = matches!(accepted, Check::Held(_));
        w.judge([accepted]);
        let Some(paged) = w.paged.clone().filter(|_| ok) else { return Ok(()) };
        w.judge(paged.check(&format!("within {} s", w.within.as_secs())));
        let (summary, full) = (Inventory::from_parts(&paged.parts), w.inventory()?);
        let checks = lacking(&summary, &full, w.cx.declaration.topology());
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// The state of each tier, and each component that had a problem when the inventory was taken.
fn lacking(summary: &Inventory, full: &Inventory, topology: &spec::model::Topology) -> Vec<Check> {
    use spec::model::Tier;
    let mut findings = Vec::new();
    let mut missing = |what: String| {
        let expected = format!("{what} in the summary");
        findings.push(Finding::new(
            Code::ReportLacks,
            expected,
            "not there",
            summary.records.iter().copied(),
        ));
    };
    let named = |v: &Reported, name: &str| ocpp::device::same(&v.address.variable.name, name);
    for (tier, component) in
        [(Tier::Station, "ChargingStation"), (Tier::Evse, "EVSE"), (Tier::Connector, "Connector")]
    {
        for place in spec::Place::all(tier, topology) {
            let here = |v: &&Reported| {
                ocpp::device::same(&v.address.component.name, component)
                    && v.address.component.evse == place.evse_ref()
                    && STATES.iter().any(|s| named(v, s))
            };
            // What the station does not have at all is missing in the inventory already.
            if full.variables.iter().any(|v| here(&v)) && !summary.variables.iter().any(|v| here(&v)) {
                missing(format!("the state of {component} {place}"));
            }
        }
    }
    let troubled =
        |v: &&Reported| named(v, "Problem") && v.value().is_some_and(|t| t.eq_ignore_ascii_case("true"));
    for v in full.variables.iter().filter(troubled) {
        if summary.find(&v.address).is_none() {
            missing(v.address.to_string());
        }
    }
    Check::from_findings(findings, summary.records.iter().copied())
}
