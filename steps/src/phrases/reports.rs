//! Phrases about reports that come in parts, whatever they report.

use crate::{Stop, World};
use cucumber::then;
use judge::answer::{Answer, Reply};
use judge::{Check, Code, Finding, parts};
use serde_json::{Value, json};
use std::time::Duration;

/// Asks for a report and, if it was accepted, waits for its parts.
pub(super) async fn request(
    w: &mut World,
    action: &str,
    parts: &'static str,
    mut payload: Value,
    limit: Duration,
) -> Result<(), Stop> {
    let id = w.lane.report_id();
    if let Some(object) = payload.as_object_mut() {
        object.insert("requestId".to_owned(), json!(id));
    }
    w.request_id = id;
    w.within = limit;
    w.paged = None;
    let answer = w.call(action, payload).await?.clone();
    if answer.status() == Some("Accepted") {
        w.paged = Some(w.lane.report(&answer, parts, id, limit).await?);
    }
    Ok(())
}

#[then("the request is accepted")]
async fn accepted(w: &mut World) {
    answered_with(w, "Accepted".to_owned()).await;
}

#[then(expr = "the request is answered {string}")]
async fn answered_with(w: &mut World, status: String) {
    w.attempt(async |w| {
        let check = w.answer()?.status_is(&[&status]);
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the report arrives whole")]
async fn arrives_whole(w: &mut World) {
    w.attempt(async |w| {
        let checks = match &w.paged {
            Some(paged) => paged.check(&format!("within {} s", w.within.as_secs())),
            None => {
                let answer = w.answer()?;
                vec![Check::open("the report was not accepted", [answer.sent, answer.reply.at()])]
            }
        };
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// No part may follow a refused request. That nothing came proves something only if the station was alive:
/// it must answer another request first.
#[then("no part of the report is sent")]
async fn no_part(w: &mut World) {
    w.attempt(async |w| {
        let asked: Answer = w.answer()?.clone();
        let limit = w.cx.deadline("B-0012");
        let alive = w.lane.sign_of_life(limit).await?;
        let id = w.request_id;
        let found = w.lane.since(asked.sent, |window| {
            ["NotifyReport", "NotifyMonitoringReport"].iter().flat_map(|a| parts(window, a, id)).next()
        });
        let check = match (found, &alive.reply) {
            (Some(part), _) => {
                let expected = "no report after the request was not accepted";
                let observed = format!("a part with requestId {id}");
                Finding::new(Code::ReportUnwanted, expected, observed, [asked.reply.at(), part.at]).into()
            }
            (None, Reply::Result { at, .. } | Reply::Error { at, .. }) => {
                Check::held([asked.sent, asked.reply.at(), *at])
            }
            (None, other) => Check::open("nothing proves that the station was still alive", [other.at()]),
        };
        w.judge([check]);
        Ok(())
    })
    .await;
}
