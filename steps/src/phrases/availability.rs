//! Phrases about availability: outlets are taken out of use and put back, and tell their states.

use super::moving::read_text;
use crate::link::{Met, WaitFor};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::Check;
use judge::availability::{self, Read, is_one_of};
use judge::states::{self, Connector};
use ocpp::frame::Frame;
use ocpp::{ComponentRef, VariableAddress, VariableRef, Version};
use serde_json::json;
use spec::Place;
use spec::model::Tier;
use std::time::Duration;
use trace::{Body, Direction, Record, Seq};

/// How long a state is watched that is not to change.
const SETTLED: Duration = Duration::from_secs(2);

/// The outlet a scenario is about.
#[derive(Debug, Default)]
pub(crate) struct Outlet {
    /// EVSE id.
    pub(super) evse: u32,
    /// Its connectors.
    pub(super) connectors: Vec<Connector>,
    /// The connectors of the whole station that were available at the beginning.
    all: Vec<Connector>,
    /// Where the last change was asked for.
    place: Option<Place>,
}

/// Where a state is in the device model.
fn state_at(place: Place) -> VariableAddress {
    let component = match (place.evse, place.connector) {
        (None, _) => "ChargingStation",
        (Some(_), None) => "EVSE",
        (Some(_), Some(_)) => "Connector",
    };
    VariableAddress {
        component: ComponentRef { name: component.to_owned(), instance: None, evse: place.evse_ref() },
        variable: VariableRef { name: "AvailabilityState".to_owned(), instance: None },
    }
}

fn place_of((evse, connector): Connector) -> Place {
    Place { evse: u32::try_from(evse).ok(), connector: u32::try_from(connector).ok() }
}

fn on(place: Place) -> Connector {
    (i64::from(place.evse.unwrap_or_default()), i64::from(place.connector.unwrap_or_default()))
}

/// The connectors of the station that say they are available, or do not say.
async fn available(w: &mut World) -> Result<Vec<Connector>, Stop> {
    let mut found = Vec::new();
    for place in Place::all(Tier::Connector, w.cx.declaration.topology()) {
        let state = read_text(w, &state_at(place)).await?;
        if state.is_none_or(|s| s.eq_ignore_ascii_case("Available")) {
            found.push(on(place));
        }
    }
    Ok(found)
}

/// The monitoring level must not hide states that are told by events. A station without it is heard as it is.
async fn hear_everything(w: &mut World) -> Result<(), Stop> {
    match super::moving::everything_is_let_through(w).await {
        Err(Stop::Open { .. }) => Ok(()),
        done => done,
    }
}

/// Chooses an EVSE all of whose connectors are available.
pub(super) async fn choose(w: &mut World) -> Result<(), Stop> {
    hear_everything(w).await?;
    let free = available(w).await?;
    let places = Place::all(Tier::Connector, w.cx.declaration.topology());
    for evse in Place::all(Tier::Evse, w.cx.declaration.topology()) {
        let its: Vec<Connector> = places.iter().filter(|p| p.evse == evse.evse).map(|p| on(*p)).collect();
        if its.iter().all(|c| free.contains(c)) {
            w.outlet.evse = evse.evse.unwrap_or(1);
            (w.outlet.connectors, w.outlet.all) = (its, free);
            return Ok(());
        }
    }
    // An outlet that is out of service, or in use, is left as it is.
    Err(Stop::NotExercised("no EVSE is available, and only an available one is switched off".to_owned()))
}

#[given("an EVSE that is available")]
async fn an_evse(w: &mut World) {
    w.attempt(choose_step).await;
}

async fn choose_step(w: &mut World) -> Result<(), Stop> {
    choose(w).await
}

/// Asks for a change of availability; the answer is judged by a later step.
async fn change(w: &mut World, place: Place, status: &str) -> Result<(), Stop> {
    let mut payload = json!({ "operationalStatus": status });
    if let (Some(evse), Some(fields)) = (place.evse_ref(), payload.as_object_mut()) {
        fields.insert("evse".to_owned(), json!(evse));
    }
    let back = Undo::InUse(place);
    if status == "Inoperative" && !w.undo.contains(&back) {
        w.undo.push(back.clone());
    }
    w.outlet.place = Some(place);
    let answer = w.call("ChangeAvailability", payload).await?.clone();
    w.cause = answer.sent;
    if status == "Operative" && answer.status() == Some("Accepted") {
        w.undo.retain(|u| *u != back);
    }
    Ok(())
}

/// Puts something back into use after a scenario.
pub(crate) async fn back_in_use(w: &mut World, place: Place) -> Result<bool, Stop> {
    change(w, place, "Operative").await?;
    Ok(matches!(w.answer()?.status(), Some("Accepted" | "Scheduled")))
}

fn evse(w: &World) -> Place {
    Place { evse: Some(w.outlet.evse), connector: None }
}

pub(super) fn first(w: &World) -> Result<Connector, Stop> {
    let first = w.outlet.connectors.first().copied();
    first.ok_or_else(|| Stop::Bug("a step needs an outlet and none was chosen".into()))
}

#[when("the EVSE is taken out of use")]
async fn evse_out(w: &mut World) {
    w.attempt(async |w| change(w, evse(w), "Inoperative").await).await;
}

#[when("the EVSE is put into use")]
async fn evse_in(w: &mut World) {
    w.attempt(async |w| change(w, evse(w), "Operative").await).await;
}

#[when("the station is taken out of use")]
async fn station_out(w: &mut World) {
    w.attempt(async |w| change(w, Place::STATION, "Inoperative").await).await;
}

#[when("the station is put into use")]
async fn station_in(w: &mut World) {
    w.attempt(async |w| change(w, Place::STATION, "Operative").await).await;
}

#[when("its first connector is taken out of use")]
async fn connector_out(w: &mut World) {
    w.attempt(async |w| {
        let place = place_of(first(w)?);
        change(w, place, "Inoperative").await
    })
    .await;
}

#[when("its first connector is put into use")]
async fn connector_in(w: &mut World) {
    w.attempt(async |w| {
        let place = place_of(first(w)?);
        change(w, place, "Operative").await
    })
    .await;
}

#[then("the change is accepted")]
async fn accepted(w: &mut World) {
    w.attempt(async |w| answered(w, "Accepted")).await;
}

#[then("the change is put off")]
async fn put_off(w: &mut World) {
    w.attempt(async |w| answered(w, "Scheduled")).await;
}

/// Without the change there is nothing to wait for.
fn answered(w: &mut World, status: &str) -> Result<(), Stop> {
    let check = w.answer()?.status_is(&[status]);
    match check {
        Check::Held(_) => {
            w.judge([check]);
            Ok(())
        }
        other => Err(Stop::Judged(other)),
    }
}

/// The states one record tells.
fn states_in(record: &Record, version: Version) -> Vec<states::Told> {
    match &record.body {
        Body::Frame { dir: Direction::Rx, raw, .. }
            if raw.contains("StatusNotification") || raw.contains("NotifyEvent") => {}
        _ => return Vec::new(),
    }
    match judge::frame_of(record, version) {
        Some((_, Frame::Call { action, payload, .. })) => states::in_call(record.n, action, payload),
        _ => Vec::new(),
    }
}

/// Waits until each of these connectors was told to be in one of these states.
async fn hear(w: &mut World, connectors: &[Connector], wanted: &[&str]) -> Result<(), Stop> {
    let (limit, version) = (w.deadline(), w.cx.version);
    let mut open: Vec<Connector> = connectors.to_vec();
    let what = format!("connectors to be told {}", wanted.join(" or "));
    let met = w
        .lane
        .until(w.cause, limit, &what, WaitFor::Station, |record| {
            let told = states_in(record, version);
            open.retain(|c| !told.iter().any(|t| t.connector == *c && is_one_of(&t.state, wanted)));
            open.is_empty()
        })
        .await?;
    match met {
        Met::Lost(at) => Err(Stop::open("the connection was lost while a state was due", [w.cause, at])),
        Met::At(_) | Met::Deadline(_) => Ok(()),
    }
}

pub(super) fn within(limit: Duration) -> String {
    format!("within {} s", limit.as_secs())
}

/// Waits for states and judges that they were told.
async fn told(w: &mut World, connectors: Vec<Connector>, wanted: &[&str]) -> Result<(), Stop> {
    if connectors.is_empty() {
        return Ok(());
    }
    hear(w, &connectors, wanted).await?;
    let (cause, waited) = (w.cause, within(w.deadline()));
    let checks =
        w.lane.since(cause, |window| availability::each_becomes(window, &connectors, wanted, cause, &waited));
    w.judge(checks);
    Ok(())
}

#[then(expr = "its connectors are told {string} in time")]
async fn become_one(w: &mut World, state: String) {
    w.attempt(async |w| {
        let connectors = w.outlet.connectors.clone();
        told(w, connectors, &[&state]).await
    })
    .await;
}

#[then(expr = "its connectors are told {string} or {string} in time")]
async fn become_either(w: &mut World, one: String, other: String) {
    w.attempt(async |w| {
        let connectors = w.outlet.connectors.clone();
        told(w, connectors, &[&one, &other]).await
    })
    .await;
}

#[then(expr = "its first connector is told {string} in time")]
async fn first_becomes(w: &mut World, state: String) {
    w.attempt(async |w| {
        let connector = first(w)?;
        told(w, vec![connector], &[&state]).await
    })
    .await;
}

#[then(expr = "every other connector of the station is told {string} in time")]
async fn others_become(w: &mut World, state: String) {
    w.attempt(async |w| {
        let first = first(w)?;
        let others = w.outlet.all.iter().copied().filter(|c| *c != first).collect();
        told(w, others, &[&state]).await
    })
    .await;
}

/// A connector is not told to be in a state, and the station could have told it.
async fn stays(w: &mut World, connectors: &[Connector], unwanted: &[&str], why: &str) -> Result<(), Stop> {
    let (from, version) = (w.cause, w.cx.version);
    // What it says of itself may wait behind other requests, while answers do not.
    let says_it = |record: &Record| {
        let told = match judge::frame_of(record, version) {
            Some((Direction::Rx, Frame::Call { action, payload, .. })) => {
                states::in_call(record.n, action, payload)
            }
            _ => Vec::new(),
        };
        let is_unwanted = |state: &str| unwanted.is_empty() || unwanted.contains(&state);
        told.iter().any(|t| connectors.contains(&t.connector) && is_unwanted(&t.state))
    };
    w.lane.until(from, SETTLED, "another state", WaitFor::Mandated, says_it).await?;
    let limit = w.cx.deadline("B-0012");
    let life = w.lane.sign_of_life(limit).await?;
    let alive = life.result().ok().map(|(at, _)| at);
    let check =
        w.lane.since(w.cause, |window| availability::none_becomes(window, connectors, unwanted, why, alive));
    w.judge([check]);
    Ok(())
}

#[then("its first connector stays out of use")]
async fn first_stays(w: &mut World) {
    w.attempt(async |w| {
        let connector = first(w)?;
        stays(w, &[connector], &["Available"], "it was taken out of use by itself").await?;
        says(w, vec![place_of(connector)], "Unavailable").await
    })
    .await;
}

#[then("the connector in use is not told \"Unavailable\" while the transaction goes on")]
async fn not_yet(w: &mut World) {
    w.attempt(async |w| {
        let of_session = w.session.connector.map(|c| (i64::from(w.outlet.evse), c));
        let alone = w.outlet.connectors.first().copied().filter(|_| w.outlet.connectors.len() == 1);
        // Which connector it is, is not always said; then only the end is judged.
        let Some(connector) = of_session.or(alone) else { return Ok(()) };
        stays(w, &[connector], &["Unavailable"], "a transaction goes on").await
    })
    .await;
}

#[then("no other connector of the EVSE tells a state")]
async fn no_other(w: &mut World) {
    w.attempt(async |w| {
        let first = first(w)?;
        let others: Vec<Connector> = w.outlet.connectors.iter().copied().filter(|c| *c != first).collect();
        if others.is_empty() {
            return Ok(());
        }
        stays(w, &others, &[], "nothing was plugged into it").await
    })
    .await;
}

/// Reads states from the device model, and holds them against what was told.
async fn says(w: &mut World, places: Vec<Place>, wanted: &str) -> Result<(), Stop> {
    let mut read = Vec::new();
    for place in places {
        let at = state_at(place);
        if let Some(state) = read_text(w, &at).await? {
            read.push(Read { at: w.answer()?.reply.at(), what: at.to_string(), state });
        }
    }
    let told: Vec<Seq> = w.lane.since(w.cause, |window| {
        states::told(window).into_iter().filter(|t| is_one_of(&t.state, &[wanted])).map(|t| t.at).collect()
    });
    let checks = availability::agree(&read, &[wanted], &told);
    w.judge(checks);
    Ok(())
}

#[then(expr = "the device model says {string} of the EVSE and its connectors")]
async fn evse_says(w: &mut World, state: String) {
    w.attempt(async |w| {
        let connectors = w.outlet.connectors.clone();
        hear(w, &connectors, &[&state]).await?;
        let places = std::iter::once(evse(w)).chain(connectors.into_iter().map(place_of));
        says(w, places.collect(), &state).await
    })
    .await;
}

#[then(expr = "the device model says {string} of the station, its EVSEs and their connectors")]
async fn station_says(w: &mut World, state: String) {
    w.attempt(async |w| {
        let connectors = w.outlet.all.clone();
        hear(w, &connectors, &[&state]).await?;
        let evses: std::collections::BTreeSet<i64> = connectors.iter().map(|(evse, _)| *evse).collect();
        let evses = evses.into_iter().map(|e| Place { evse: u32::try_from(e).ok(), connector: None });
        let places = std::iter::once(Place::STATION).chain(evses);
        says(w, places.chain(connectors.into_iter().map(place_of)).collect(), &state).await
    })
    .await;
}

#[when("the state of its first connector is asked for")]
async fn asked_for(w: &mut World) {
    w.attempt(async |w| {
        let (evse, connector) = first(w)?;
        let at = json!({ "id": evse, "connectorId": connector });
        let payload = json!({ "requestedMessage": "StatusNotification", "evse": at });
        let answer = w.call("TriggerMessage", payload).await?.clone();
        w.cause = answer.sent;
        match answer.status() {
            Some("Accepted") | None => Ok(()),
            Some(other) => {
                let why = format!("the station does not offer to tell the state of a connector: {other}");
                Err(Stop::NotApplicable(why))
            }
        }
    })
    .await;
}

#[then("its present state is told in time")]
async fn told_on_request(w: &mut World) {
    w.attempt(async |w| {
        let answer = w.answer()?.clone();
        if answer.status().is_none() {
            return Err(Stop::Judged(answer.status_is(&["Accepted"])));
        }
        let connector = first(w)?;
        told(w, vec![connector], &["Available"]).await
    })
    .await;
}
