//! Phrases about requests made wrong on purpose, and frames that are none.

use crate::{Stop, World};
use cucumber::{then, when};
use judge::answer::Reply;
use judge::framing::wrong::{Fault, refused};
use judge::{Check, Code, Finding};
use serde_json::{Value, json};
use trace::Seq;

/// An action that no version has.
const NO_SUCH_ACTION: &str = "NoSuchActionForSure";
/// Characters of a name that is too long for any component.
const TOO_LONG: usize = 300;
/// Characters of a very long text.
const VERY_LONG: usize = 70_000;

/// A request to read the station's clock, as it must be.
fn read_clock() -> Value {
    let element = json!({ "component": { "name": "ClockCtrlr" }, "variable": { "name": "DateTime" } });
    json!({ "getVariableData": [element] })
}

async fn send(w: &mut World, action: &str, payload: Value) {
    w.attempt(async |w| w.call(action, payload).await.map(|_| ())).await;
}

#[when("a request is sent that no version of OCPP has")]
async fn unknown_action(w: &mut World) {
    send(w, NO_SUCH_ACTION, json!({})).await;
}

#[when("a request is sent without a field that it must have")]
async fn missing_field(w: &mut World) {
    let id = w.lane.report_id();
    send(w, "GetBaseReport", json!({ "requestId": id })).await;
}

#[when("a request is sent with a text where a number must be")]
async fn wrong_type(w: &mut World) {
    // No number in words either: who reads leniently cannot take it for one.
    let payload = json!({ "requestId": "any", "reportBase": "SummaryInventory" });
    send(w, "GetBaseReport", payload).await;
}

#[when("a request is sent with a name that is too long")]
async fn too_long(w: &mut World) {
    let component = json!({ "name": "x".repeat(TOO_LONG) });
    let element = json!({ "component": component, "variable": { "name": "Active" } });
    send(w, "GetVariables", json!({ "getVariableData": [element] })).await;
}

#[when("a request is sent with a list that is too long")]
async fn too_many(w: &mut World) {
    let id = w.lane.report_id();
    let criteria = ["Active", "Available", "Enabled", "Problem", "Problem"];
    send(w, "GetReport", json!({ "requestId": id, "componentCriteria": criteria })).await;
}

#[when("a request is sent with an empty list")]
async fn empty(w: &mut World) {
    send(w, "GetVariables", json!({ "getVariableData": [] })).await;
}

#[when("a request is sent with a field that does not exist")]
async fn unknown_field(w: &mut World) {
    let mut payload = read_clock();
    if let Some(object) = payload.as_object_mut() {
        object.insert("noSuchField".to_owned(), json!(1));
    }
    send(w, "GetVariables", payload).await;
}

#[when("a request is sent with a value that its list of values does not have")]
async fn unknown_value(w: &mut World) {
    let id = w.lane.report_id();
    send(w, "GetBaseReport", json!({ "requestId": id, "reportBase": "NoSuchInventory" })).await;
}

async fn judged(w: &mut World, fault: Fault) {
    w.attempt(async |w| {
        let check = refused(w.answer()?, fault);
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the wrong request is answered with an error, or not at all")]
async fn is_refused(w: &mut World) {
    judged(w, Fault::Hard).await;
}

#[then("the wrong request is answered with an error, or as if the field were not there")]
async fn is_refused_or_the_field_ignored(w: &mut World) {
    judged(w, Fault::ExtraField).await;
}

#[then("the wrong request is answered with an error or refused")]
async fn is_refused_somehow(w: &mut World) {
    judged(w, Fault::UnknownValue).await;
}

/// A frame without sense, by what is wrong with it.
fn nonsense(what: &str, id: &str) -> Option<String> {
    let payload = read_clock();
    Some(match what {
        "a text that is no JSON" => format!("[2,\"{id}\",\"GetVariables\",{{"),
        "JSON that is no list" => {
            json!({ "id": id, "action": "GetVariables", "payload": payload }).to_string()
        }
        "an empty list" => "[]".to_owned(),
        "a message of an unknown type" => json!([7, id, "GetVariables", payload]).to_string(),
        "an error about a result, as only 2.1 has it" => json!([5, id, "GenericError", "", {}]).to_string(),
        "a message without an answer, as only 2.1 has it" => {
            json!([6, id, "NotifyPeriodicEventStream", {}]).to_string()
        }
        "a request whose id is a number" => json!([2, 4711, "GetVariables", payload]).to_string(),
        "a result that it did not ask for" => json!([3, id, {}]).to_string(),
        "a text that is very long" => "x".repeat(VERY_LONG),
        _ => return None,
    })
}

#[when(expr = "the station receives {string}")]
async fn receives(w: &mut World, what: String) {
    w.attempt(async |w| {
        let id = w.lane.fresh_id();
        let text = nonsense(&what, &id);
        let text = text.ok_or_else(|| Stop::Bug(format!("{what:?} is no frame the suite knows")))?;
        w.cause = w.lane.raw(&text).await?;
        Ok(())
    })
    .await;
}

/// Whether anything came back that only a living station sends.
fn lives(reply: &Reply) -> Option<Seq> {
    match reply {
        Reply::Result { at, .. } | Reply::Error { at, .. } => Some(*at),
        _ => None,
    }
}

#[then("the station goes on")]
async fn goes_on(w: &mut World) {
    w.attempt(async |w| {
        let (cause, limit) = (w.cause, w.cx.deadline("B-0012"));
        let alive = w.lane.sign_of_life(limit).await?;
        if let Some(at) = lives(&alive.reply) {
            w.judge([Check::held([cause, alive.sent, at])]);
            return Ok(());
        }
        if let Reply::Silence { at, .. } = &alive.reply {
            let expected = "an answer to the next request";
            let check = Finding::new(Code::NoAnswer, expected, "none", [cause, alive.sent, *at]);
            w.answer = Some(alive);
            return Err(Stop::Judged(check.into()));
        }
        // It has ended the connection: allowed, but nothing a back end likes to see.
        let patience = w.deadline();
        let expected = format!("the station to go on, or to be back within {} s", patience.as_secs());
        let lost = alive.reply.at();
        let Some(back) = w.lane.reconnected(cause, patience).await? else {
            let found = Finding::new(Code::NotBack, expected, "no connection", [cause, lost]);
            return Err(Stop::Judged(found.into()));
        };
        let again = w.lane.sign_of_life(limit).await?;
        let check = match lives(&again.reply) {
            Some(at) => {
                let observed = "it ended the connection and came back";
                let records = [cause, lost, back, at];
                Finding::new(Code::HungUp, "the connection to stay open", observed, records).mild().into()
            }
            None => again.result().err().unwrap_or_else(|| Check::open("no sign of life", [again.sent])),
        };
        w.answer = Some(again);
        w.judge([check]);
        Ok(())
    })
    .await;
}
