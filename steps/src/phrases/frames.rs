//! Phrases about the frames of the whole run.

use crate::{Stop, World};
use cucumber::then;
use judge::framing::{Framing, answers, requests, wrong};
use ocpp::{ComponentRef, VariableAddress, VariableRef};
use std::rc::Rc;
use std::time::Duration;
use trace::Seq;

/// How long a station that does not say so waits for an answer at least: who says nothing may give up early (OCPP-J
/// leaves the time to the implementation).
const PATIENCE: Duration = Duration::from_secs(10);

/// Messages that follow only from what somebody does at the station: here, to present a card or to plug in.
const BY_HAND: [&str; 1] = ["AuthorizeRequest"];

fn framing(w: &mut World) -> Rc<Framing> {
    let known = w.handed.framing.clone();
    known.unwrap_or_else(|| {
        let framing = Rc::new(w.lane.since(Seq(0), |all| Framing::of(all, &w.cx.validators)));
        w.handed.framing = Some(framing.clone());
        framing
    })
}

#[then("every frame of the station in this run can be read")]
async fn readable(w: &mut World) {
    let checks = framing(w).readable();
    w.judge(checks);
}

#[then("every event of the station in this run starts with seqNo 0")]
async fn events_numbered(w: &mut World) {
    let checks = w.lane.since(Seq(0), judge::events::numbered);
    w.judge(checks);
}

#[then("every message of the row in this run is valid")]
async fn valid(w: &mut World) {
    w.attempt(async |w| {
        let row = w.subject.row.0.clone();
        let message = w.cx.archetype.behaviour(&row).and_then(|b| b.message.clone());
        let message = message.ok_or_else(|| Stop::Bug(format!("{row} names no message")))?;
        let checks = framing(w).valid(&message);
        if BY_HAND.contains(&message.as_str()) {
            return w.judge_what_a_rig_causes(checks);
        }
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// How long the station waits for an answer, by its own account, if its inventory is known.
fn message_timeout(w: &World) -> Option<Duration> {
    let at = VariableAddress {
        component: ComponentRef { name: "OCPPCommCtrlr".to_owned(), instance: None, evse: None },
        variable: VariableRef { name: "MessageTimeout".to_owned(), instance: Some("Default".to_owned()) },
    };
    let stated = w.handed.inventory.as_ref()?.find(&at)?.value()?.trim().parse().ok();
    stated.filter(|s| *s > 0).map(Duration::from_secs)
}

#[then("the station had one unanswered request at a time in this run")]
async fn one_at_a_time(w: &mut World) {
    let patience = message_timeout(w).unwrap_or(PATIENCE);
    let checks = w.lane.since(Seq(0), |all| requests::one_at_a_time(all, patience));
    w.judge(checks);
}

#[then("no two requests of the station in this run have the same id")]
async fn ids_are_unique(w: &mut World) {
    let checks = w.lane.since(Seq(0), requests::ids_are_unique);
    w.judge(checks);
}

#[then("whatever the station was asked for in this run came after its answer")]
async fn answers_come_first(w: &mut World) {
    let checks = w.lane.since(Seq(0), answers::come_first);
    w.judge(checks);
}

#[then("every request of the run was answered once")]
async fn one_each(w: &mut World) {
    let (deadline, validators) = (w.deadline(), w.cx.validators.clone());
    let checks = w.lane.since(Seq(0), |all| answers::one_each(all, &validators, deadline));
    w.judge(checks);
}

#[then("no message of the station in this run has a field of a newer version")]
async fn without_newer_fields(w: &mut World) {
    let checks = framing(w).without_newer_fields();
    w.judge(checks);
}

#[then("the errors of the run that answer what was wrong say what was wrong")]
async fn error_codes_fit(w: &mut World) {
    let checks = w.lane.since(Seq(0), wrong::error_codes_fit);
    w.judge(checks);
}
