//! Phrases about customer information. The customer is made up: nobody's data are touched.

use super::availability::within;
use super::transactions::{DRIVER, token};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::Part;
use judge::customers::{self, NOTIFY};
use serde_json::{Value, json};
use trace::Seq;

/// A customer nobody knows.
const NOBODY: &str = "D1A60000DEADBEEF";

/// The customer of a scenario, and what was told.
#[derive(Debug, Default)]
pub(crate) struct Customer {
    request_id: i64,
    parts: Vec<Part>,
    /// What was told before.
    earlier: Vec<Part>,
    /// Version of the local authorization list.
    list: i64,
}

fn nobody() -> Value {
    json!({ "idToken": NOBODY, "type": "ISO14443" })
}

/// Sends the request and waits for what is told, where that was agreed. One message too many has the time of one more
/// request.
async fn ask(w: &mut World, report: bool, clear: bool, named: &[(&str, Value)]) -> Result<(), Stop> {
    let id = w.lane.report_id();
    let mut payload = json!({ "requestId": id, "report": report, "clear": clear });
    for (key, value) in named {
        if let Some(fields) = payload.as_object_mut() {
            fields.insert((*key).to_owned(), value.clone());
        }
    }
    let answer = w.call("CustomerInformation", payload).await?.clone();
    w.cause = answer.sent;
    w.customer.request_id = id;
    w.customer.earlier = std::mem::take(&mut w.customer.parts);
    if answer.status() == Some("Accepted") {
        let limit = w.deadline();
        w.lane.report(&answer, NOTIFY, id, limit).await?;
        alive(w).await?;
    }
    w.customer.parts = w.lane.since(answer.sent, |window| judge::parts(window, NOTIFY, id));
    Ok(())
}

/// A sign of life, with its record if there was one.
async fn alive(w: &mut World) -> Result<Option<Seq>, Stop> {
    let limit = w.cx.deadline("B-0012");
    let life = w.lane.sign_of_life(limit).await?;
    Ok(life.result().ok().map(|(at, _)| at))
}

#[when("the data of a customer nobody knows are asked for")]
async fn report_nobody(w: &mut World) {
    w.attempt(async |w| ask(w, true, false, &[("idToken", nobody())]).await).await;
}

#[when("the data of a customer nobody knows are to be erased")]
async fn erase_nobody(w: &mut World) {
    w.attempt(async |w| ask(w, false, true, &[("idToken", nobody())]).await).await;
}

#[when("the data of a customer nobody knows are to be erased and reported")]
async fn both_nobody(w: &mut World) {
    w.attempt(async |w| ask(w, true, true, &[("idToken", nobody())]).await).await;
}

#[when("the data of a customer are neither to be erased nor reported")]
async fn neither(w: &mut World) {
    w.attempt(async |w| ask(w, false, false, &[("idToken", nobody())]).await).await;
}

#[when("customer data are asked for without naming a customer")]
async fn unnamed(w: &mut World) {
    w.attempt(async |w| ask(w, true, false, &[]).await).await;
}

#[when("customer data are asked for by two kinds of name")]
async fn two_names(w: &mut World) {
    w.attempt(async |w| {
        ask(w, true, false, &[("idToken", nobody()), ("customerIdentifier", json!(NOBODY))]).await
    })
    .await;
}

fn accepted(w: &World) -> Result<Option<Seq>, Stop> {
    let answer = w.answer_to_customer()?;
    Ok(answer.filter(|(status, _)| status == "Accepted").map(|(_, at)| at))
}

impl World {
    /// The status and the record of the answer to the last request for customer information.
    fn answer_to_customer(&self) -> Result<Option<(String, Seq)>, Stop> {
        let answer = self.answer()?;
        Ok(answer.status().map(|s| (s.to_owned(), answer.reply.at())))
    }
}

#[then("one message says so")]
async fn one_message(w: &mut World) {
    w.attempt(async |w| {
        // That the request was not accepted is judged by the step before.
        let Some(response) = accepted(w)? else { return Ok(()) };
        let check = customers::is_one(&w.customer.parts, response, &within(w.deadline()));
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("one message says that there are none")]
async fn says_none(w: &mut World) {
    w.attempt(async |w| {
        let Some(response) = accepted(w)? else { return Ok(()) };
        let check = customers::is_one(&w.customer.parts, response, &within(w.deadline()));
        let nothing = customers::says_nothing(&w.customer.parts, w.cx.version);
        w.judge([check]);
        w.judge(nothing);
        Ok(())
    })
    .await;
}

#[then("nothing is told of a customer")]
async fn nothing_told(w: &mut World) {
    w.attempt(async |w| {
        let (id, cause) = (w.customer.request_id, w.cause);
        let alive = alive(w).await?;
        let check = w.lane.since(cause, |window| customers::silent(window, id, alive));
        w.judge([check]);
        Ok(())
    })
    .await;
}

/// The version of the local authorization list.
async fn version(w: &mut World) -> Result<Option<i64>, Stop> {
    let answer = w.call("GetLocalListVersion", json!({})).await?;
    Ok(answer.result().ok().and_then(|(_, payload)| payload.get("versionNumber")?.as_i64()))
}

/// Changes one entry of the local authorization list; whether the station took it.
async fn list(w: &mut World, token: &str, listed: bool) -> Result<bool, Stop> {
    let Some(now) = version(w).await? else { return Ok(false) };
    let mut entry = json!({ "idToken": { "idToken": token, "type": "ISO14443" } });
    if let Some(fields) = entry.as_object_mut().filter(|_| listed) {
        fields.insert("idTokenInfo".to_owned(), json!({ "status": "Accepted" }));
    }
    // Negative in case of a fault; no update has version 0.
    let next = now.max(0).saturating_add(1);
    let update = json!({
        "versionNumber": next,
        "updateType": "Differential",
        "localAuthorizationList": [entry],
    });
    let answer = w.call("SendLocalList", update).await?;
    let taken = answer.status() == Some("Accepted");
    if taken {
        w.customer.list = next;
    }
    Ok(taken)
}

/// Takes a token off the list after a scenario.
pub(crate) async fn off_the_list(w: &mut World, token: &str) -> Result<bool, Stop> {
    list(w, token, false).await
}

#[given("a customer on the local authorization list")]
async fn on_the_list(w: &mut World) {
    w.attempt(async |w| listed(w).await).await;
}

async fn listed(w: &mut World) -> Result<(), Stop> {
    w.undo.push(Undo::Listed(DRIVER.to_owned()));
    if list(w, DRIVER, true).await? {
        return Ok(());
    }
    w.undo.retain(|u| *u != Undo::Listed(DRIVER.to_owned()));
    Err(Stop::NotExercised("the station takes no entry of a local authorization list".to_owned()))
}

#[given("a customer on the local authorization list who has charged")]
async fn has_charged(w: &mut World) {
    w.attempt(async |w| {
        listed(w).await?;
        // The driver of a vehicle has a token of their own: this one has to start from afar.
        super::transactions::begin_from_afar(w).await?;
        super::transactions::end(w).await?;
        alive(w).await.map(|_| ())
    })
    .await;
}

#[when("the data of that customer are asked for")]
async fn report_known(w: &mut World) {
    w.attempt(async |w| ask(w, true, false, &[("idToken", token())]).await).await;
}

#[when("the data of that customer are to be erased and reported")]
async fn erase_known(w: &mut World) {
    w.attempt(async |w| ask(w, true, true, &[("idToken", token())]).await).await;
}

#[then("the station tells what it knows")]
async fn tells(w: &mut World) {
    w.attempt(async |w| {
        let Some(response) = accepted(w)? else { return Ok(()) };
        let paged = judge::Paged { response, parts: w.customer.parts.clone() };
        let checks = paged.check(&within(w.deadline()));
        w.judge(checks);
        if paged.is_whole() && customers::text(&paged.parts).trim().is_empty() {
            // Whether an entry of the list is data of a customer, OCPP leaves open.
            return Err(Stop::NotExercised("the station knows nothing of a customer on its list".to_owned()));
        }
        Ok(())
    })
    .await;
}

#[then("what was erased is not told again")]
async fn erased(w: &mut World) {
    w.attempt(async |w| {
        let check = customers::is_erased(&w.customer.earlier, &w.customer.parts, &w.session.id);
        if matches!(check, judge::Check::Open { .. }) {
            return Err(Stop::NotExercised(
                "the station keeps nothing of a customer who has charged".to_owned(),
            ));
        }
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the local authorization list is as it was")]
async fn list_kept(w: &mut World) {
    w.attempt(async |w| {
        let now = version(w).await?;
        let at = [w.answer()?.sent, w.answer()?.reply.at()];
        let check = customers::list_is_kept(w.customer.list, now, at);
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the customer data of the run are numbered, and each part names its request")]
async fn numbered(w: &mut World) {
    let checks = w.lane.since(Seq(0), customers::numbered);
    w.judge(checks);
}
