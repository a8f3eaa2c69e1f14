//! Phrases about transactions: they are begun, run, and end.
//!
//! With a rig a vehicle comes. Without one a transaction is started from afar, where that alone starts one.

use super::availability::{choose, within};
use super::inventory::fetch;
use super::moving::{read_number, read_text, write, written};
use crate::lane::said;
use crate::link::{Met, WaitFor};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::inventory::Reported;
use judge::results::{self, Kind};
use judge::transactions::{Retried, Told, Transactions, course};
use judge::{Check, Stimulus, availability};
use ocpp::{ComponentRef, VariableAddress, VariableRef};
use serde_json::{Value, json};
use spec::Effect;
use std::time::Duration;
use trace::Seq;

/// The token of the suite's driver.
pub(super) const DRIVER: &str = "D1A60A5B6C7D8E9F";
/// A transaction that no station has.
const NO_SUCH: &str = "diagmark-no-such-transaction";
/// Longest wait for a vehicle that is waited out where it cannot be set.
pub(super) const LONGEST: f64 = 120.0;

/// The transaction of a scenario.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// `transactionId`.
    pub(super) id: String,
    /// Its connector, where the station says.
    pub(super) connector: Option<i64>,
    pub(super) started: Option<Told>,
    ended: Option<Told>,
    /// Whether it was started from afar, without a vehicle.
    from_afar: bool,
    /// How long the station waits for a vehicle.
    wait: Duration,
    /// What is configured for messages that are refused.
    pub(super) retried: Option<Retried>,
}

impl Session {
    /// How long the station waits for a vehicle.
    pub(super) fn waits_for(&self) -> Duration {
        self.wait
    }
}

/// The token as OCPP has it.
pub(super) fn token() -> Value {
    json!({ "idToken": DRIVER, "type": "ISO14443" })
}

pub(super) fn of(component: &str, variable: &str, instance: Option<&str>) -> VariableAddress {
    VariableAddress {
        component: ComponentRef { name: component.to_owned(), instance: None, evse: None },
        variable: VariableRef { name: variable.to_owned(), instance: instance.map(str::to_owned) },
    }
}

/// Writes a variable that the station says can be written; whether it was taken at once.
pub(super) async fn configured(w: &mut World, at: &VariableAddress, value: &str) -> Result<bool, Stop> {
    let inventory = fetch(w).await?;
    let can = inventory.find(at).is_some_and(|v: &Reported| v.mutability() == Some("ReadWrite"));
    let Some(before) = read_text(w, at).await? else { return Ok(false) };
    if before == value {
        return Ok(true);
    }
    if !can {
        return Ok(false);
    }
    write(w, at, value).await?;
    let answer = w.answer()?.clone();
    let said = results::pair(Kind::Set, &answer).ok().and_then(|(m, _)| Some(m.first()?.status.clone()));
    if matches!(said.as_deref(), Some("Accepted" | "RebootRequired")) {
        w.undo.push(Undo::Written(at.clone(), before));
    }
    Ok(said.as_deref() == Some("Accepted"))
}

/// Sees to it that an authorized driver is enough to start a transaction.
async fn starts_with_driver(w: &mut World) -> Result<(), Stop> {
    let at = of("TxCtrlr", "TxStartPoint", None);
    let now = read_text(w, &at).await?.unwrap_or_default();
    if course::points(&now).iter().any(|p| p == "Authorized") || configured(w, &at, "Authorized").await? {
        return Ok(());
    }
    let why = format!("TxStartPoint is {now:?}: without a vehicle no transaction starts");
    Err(Stop::NotExercised(why))
}

/// Waits for a message of a transaction.
pub(super) async fn hear(
    w: &mut World,
    from: Seq,
    limit: Duration,
    what: &str,
    mut is: impl FnMut(&Told) -> bool,
) -> Result<Option<Told>, Stop> {
    let (version, mut found) = (w.cx.version, None);
    let met = w
        .lane
        .until(from, limit, what, WaitFor::Station, |record| {
            let told = said(record, "TransactionEvent", version);
            found = told.and_then(|payload| Told::of(record.n, payload)).filter(|t| is(t));
            found.is_some()
        })
        .await?;
    match met {
        Met::Lost(at) => Err(Stop::open(format!("the connection was lost while {what} was due"), [from, at])),
        Met::At(_) | Met::Deadline(_) => Ok(found),
    }
}

/// Asks for a start on the scenario's EVSE; whether it was accepted.
pub(super) async fn ask_start(w: &mut World) -> Result<bool, Stop> {
    let id = w.lane.report_id();
    let request = json!({ "evseId": w.outlet.evse, "remoteStartId": id, "idToken": token() });
    let answer = w.call("RequestStartTransaction", request).await?.clone();
    w.cause = answer.sent;
    Ok(answer.status() == Some("Accepted"))
}

/// Waits until a transaction has started on the scenario's EVSE.
pub(super) async fn started(w: &mut World, from: Seq) -> Result<Option<Told>, Stop> {
    let (evse, limit) = (i64::from(w.outlet.evse), w.deadline());
    let is = |t: &Told| t.starts() && t.evse.is_none_or(|e| e == evse);
    let told = hear(w, from, limit, "the start of a transaction", is).await?;
    if let Some(told) = &told {
        w.session.id.clone_from(&told.id);
        w.session.connector = told.connector;
        w.session.started = Some(told.clone());
    }
    Ok(told)
}

/// Waits until the scenario's transaction has ended.
pub(super) async fn ended(w: &mut World, from: Seq) -> Result<Option<Told>, Stop> {
    let (id, limit) = (w.session.id.clone(), w.deadline());
    hear(w, from, limit, "the end of the transaction", |t| t.ends() && t.id == id).await
}

/// The configured points of transactions.
pub(super) async fn points_of(w: &mut World, variable: &str) -> Result<Vec<String>, Stop> {
    let at = of("TxCtrlr", variable, None);
    match read_text(w, &at).await? {
        Some(list) => Ok(course::points(&list)),
        None => Err(Stop::open(format!("{at} cannot be read"), [w.answer()?.sent, w.answer()?.reply.at()])),
    }
}

/// Begins a transaction on an EVSE: a vehicle comes, or a start is requested.
pub(super) async fn begin(w: &mut World) -> Result<(), Stop> {
    choose(w).await?;
    begin_here(w).await
}

/// The same, on the EVSE that was chosen.
pub(super) async fn begin_here(w: &mut World) -> Result<(), Stop> {
    if w.cx.binding == "none" {
        return begin_with_driver(w).await;
    }
    let evse = w.outlet.evse;
    w.subject.stimulus = by_rig(w);
    w.undo.push(Undo::Value(Effect::TransactionEnd { evse }));
    w.cause = w.lane.stimulus(&Effect::TransactionStart { evse }).await?;
    begun(w).await.map(|_| ())
}

/// Begins a transaction from afar, with the suite's own driver, also where there is a rig.
pub(super) async fn begin_from_afar(w: &mut World) -> Result<(), Stop> {
    choose(w).await?;
    begin_with_driver(w).await
}

async fn begin_with_driver(w: &mut World) -> Result<(), Stop> {
    starts_with_driver(w).await?;
    w.subject.stimulus = Stimulus::Protocol;
    w.session.from_afar = true;
    if !ask_start(w).await? {
        return Err(Stop::NotExercised("the station refuses a start without a vehicle".to_owned()));
    }
    let id = begun(w).await?;
    w.undo.push(Undo::Transaction(id));
    Ok(())
}

/// How the rig's stimuli are named.
pub(super) fn by_rig(w: &World) -> Stimulus {
    w.cx.by_rig()
}

/// Waits for the start that was caused.
async fn begun(w: &mut World) -> Result<String, Stop> {
    let from = w.cause;
    let told = started(w, from).await?;
    let Some(told) = told else {
        return Err(Stop::NotExercised(format!("no transaction started {}", within(w.deadline()))));
    };
    w.cause = told.at;
    Ok(told.id)
}

/// Ends the scenario's transaction: the vehicle leaves, or a stop is requested.
pub(super) async fn end(w: &mut World) -> Result<(), Stop> {
    let (evse, id) = (w.outlet.evse, w.session.id.clone());
    if w.session.from_afar {
        let answer = w.call("RequestStopTransaction", json!({ "transactionId": id })).await?.clone();
        w.cause = answer.sent;
        w.undo.retain(|u| *u != Undo::Transaction(id.clone()));
    } else {
        w.cause = w.lane.stimulus(&Effect::TransactionEnd { evse }).await?;
        w.undo.retain(|u| *u != Undo::Value(Effect::TransactionEnd { evse }));
    }
    Ok(())
}

/// Stops a transaction after a scenario. One that is not there any more has stopped.
pub(crate) async fn stop_transaction(w: &mut World, id: &str) -> Result<bool, Stop> {
    let answer = w.call("RequestStopTransaction", json!({ "transactionId": id })).await?.clone();
    let limit = w.cx.deadline("B-0012");
    if answer.status() == Some("Accepted") {
        let is = |t: &Told| t.ends() && t.id == id;
        hear(w, answer.sent, limit, "the end of a transaction", is).await?;
    }
    Ok(matches!(answer.status(), Some("Accepted" | "Rejected")))
}

#[given("a transaction on an EVSE")]
async fn a_transaction(w: &mut World) {
    w.attempt(async |w| begin(w).await).await;
}

#[when("the transaction ends")]
async fn it_ends(w: &mut World) {
    w.attempt(async |w| end(w).await).await;
}

// The run.

fn judge_run(w: &mut World, check: impl FnOnce(&Transactions) -> Vec<Check>) {
    let checks = w.lane.since(Seq(0), |window| check(&Transactions::of(window)));
    w.judge(checks);
}

#[then("the messages of every transaction of the run are numbered without a gap")]
async fn numbered(w: &mut World) {
    judge_run(w, Transactions::are_numbered);
}

#[then("no two transactions of the run have the same id")]
async fn unique(w: &mut World) {
    judge_run(w, Transactions::ids_are_unique);
}

#[then("every transaction of the run begins and ends once, and nothing is said of it afterwards")]
async fn begins_and_ends(w: &mut World) {
    judge_run(w, Transactions::begin_and_end);
}

#[then("every message of a transaction of the run says truthfully why it was sent")]
async fn reasons(w: &mut World) {
    judge_run(w, Transactions::reasons_are_true);
}

#[then("what happened offline in the transactions of the run is marked so")]
async fn marked(w: &mut World) {
    judge_run(w, Transactions::offline_is_marked);
}

#[then("every transaction named in an event of the run was ongoing there and then")]
async fn ongoing(w: &mut World) {
    judge_run(w, Transactions::named_in_events);
}

// Status, stops.

#[when("the status of a transaction that does not exist is asked for")]
async fn status_of_none(w: &mut World) {
    w.attempt(async |w| {
        w.call("GetTransactionStatus", json!({ "transactionId": NO_SUCH })).await.map(|_| ())
    })
    .await;
}

#[when("it is asked whether messages of transactions wait")]
async fn status_of_all(w: &mut World) {
    w.attempt(async |w| w.call("GetTransactionStatus", json!({})).await.map(|_| ())).await;
}

#[when("the status of the transaction is asked for")]
async fn status_of_it(w: &mut World) {
    w.attempt(async |w| {
        // What the station has just said must have been answered, or it is right to say that it waits.
        super::vehicles::settle(w).await?;
        let id = w.session.id.clone();
        w.call("GetTransactionStatus", json!({ "transactionId": id })).await.map(|_| ())
    })
    .await;
}

fn status(w: &mut World, ongoing: Option<bool>) -> Result<(), Stop> {
    let checks = course::status_is(w.answer()?, ongoing);
    w.judge(checks);
    Ok(())
}

#[then("the station says that it does not go on and that no message waits")]
async fn not_ongoing(w: &mut World) {
    w.attempt(async |w| status(w, Some(false))).await;
}

#[then("the station says that it goes on and that no message waits")]
async fn is_ongoing(w: &mut World) {
    w.attempt(async |w| status(w, Some(true))).await;
}

#[then("the station says of no transaction that it goes on, and that no message waits")]
async fn none_waits(w: &mut World) {
    w.attempt(async |w| status(w, None)).await;
}

#[when("a transaction that does not exist is stopped")]
async fn stop_none(w: &mut World) {
    w.attempt(async |w| {
        w.call("RequestStopTransaction", json!({ "transactionId": NO_SUCH })).await.map(|_| ())
    })
    .await;
}

#[when("a start on the EVSE is requested")]
async fn start_requested(w: &mut World) {
    w.attempt(async |w| {
        if ask_start(w).await? {
            // It ought to be refused; what begins all the same is ended.
            let from = w.cause;
            if let Some(told) = started(w, from).await? {
                w.undo.push(Undo::Transaction(told.id));
            }
        }
        Ok(())
    })
    .await;
}

#[then("no transaction begins on it")]
async fn nothing_begins(w: &mut World) {
    w.attempt(async |w| {
        let limit = w.cx.deadline("B-0012");
        let life = w.lane.sign_of_life(limit).await?;
        let alive = life.result().ok().map(|(at, _)| at);
        let evse = i64::from(w.outlet.evse);
        let check = w.lane.since(w.cause, |window| availability::nothing_starts(window, evse, alive));
        w.judge([check]);
        Ok(())
    })
    .await;
}

// A driver whose vehicle does not come.

#[given("a station that waits for a vehicle as long as the row says, once a driver is authorized")]
async fn waits(w: &mut World) {
    w.attempt(async |w| {
        choose(w).await?;
        starts_with_driver(w).await?;
        wait_for_vehicle(w).await
    })
    .await;
}

/// Sets how long a vehicle is waited for to the interval of the row, or finds out how long that is.
pub(super) async fn wait_for_vehicle(w: &mut World) -> Result<(), Stop> {
    let row = w.subject.row.clone();
    let wait = w.cx.interval(&row).ok_or_else(|| Stop::Bug(format!("{row} states no interval")))?;
    let at = of("TxCtrlr", "EVConnectionTimeOut", None);
    if configured(w, &at, &wait.as_secs().to_string()).await? {
        w.session.wait = wait;
        return Ok(());
    }
    match read_number(w, &at).await? {
        Some(seconds) if seconds > 0.0 && seconds <= LONGEST => {
            w.session.wait = Duration::from_secs_f64(seconds);
            Ok(())
        }
        other => {
            let now = other.map_or("not told".to_owned(), written);
            let why = format!("EVConnectionTimeOut cannot be set to {} s; it is {now}", wait.as_secs());
            Err(Stop::NotExercised(why))
        }
    }
}

#[when("a start is requested and no vehicle comes")]
async fn nobody_comes(w: &mut World) {
    w.attempt(async |w| {
        w.subject.stimulus = Stimulus::Protocol;
        if !ask_start(w).await? {
            return Err(Stop::NotExercised("the station refuses a start without a vehicle".to_owned()));
        }
        let from = w.cause;
        let Some(told) = started(w, from).await? else {
            return Err(Stop::NotExercised("no transaction started without a vehicle".to_owned()));
        };
        let undo = Undo::Transaction(told.id.clone());
        w.undo.push(undo.clone());
        let (wait, id) = (w.session.wait, told.id);
        let from = w.lane.now();
        w.lane.until(from, wait, "a vehicle that does not come", WaitFor::Mandated, |_| false).await?;
        let limit = w.deadline();
        let is = |t: &Told| t.ends() && t.id == id;
        w.session.ended = hear(w, told.at, limit, "the end of the transaction", is).await?;
        if w.session.ended.is_some() {
            w.undo.retain(|u| *u != undo);
        }
        Ok(())
    })
    .await;
}

#[then("the transaction has ended in time, and says that no vehicle came")]
async fn given_up(w: &mut World) {
    w.attempt(async |w| {
        let Some(start) = w.session.started.clone() else { return Ok(()) };
        let waited = within(w.session.wait + w.deadline());
        let checks = course::was_given_up(&start, w.session.ended.as_ref(), w.session.wait, &waited);
        w.judge(checks);
        Ok(())
    })
    .await;
}
