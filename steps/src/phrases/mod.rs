//! The meaning of every phrase in `features/`, by topic.

mod alarms;
mod availability;
mod bases;
mod boot;
mod boots;
mod built_in;
mod chosen;
mod comparing;
mod customers;
mod events;
mod faults;
mod frames;
mod hygiene;
mod inventory;
mod listing;
mod logs;
mod monitors;
mod moving;
mod offline;
mod outages;
mod own_streams;
mod provided;
mod put_off;
mod reboot;
mod refusing;
mod rejected;
mod reports;
mod resending;
mod restarts;
mod restarts_with_rig;
mod results;
mod security;
mod selecting;
mod setting;
mod several;
mod shipped;
mod silence;
mod slow;
mod stopping;
mod streaming;
mod streams;
mod target;
mod transactions;
mod triggers;
mod vehicles;
mod walking;
mod writing;
mod wrong;

pub(crate) use alarms::Alarms;
pub(crate) use availability::{Outlet, back_in_use};
pub(crate) use built_in::Held;
pub(crate) use customers::{Customer, off_the_list};
pub(crate) use faults::Caused;
pub(crate) use logs::{Fetched, Superseded};
pub(crate) use security::AtTheDoor;
pub(crate) use selecting::Selected;
pub(crate) use slow::Waited;
pub(crate) use stopping::Stopping;
pub(crate) use transactions::{Session, stop_transaction};

use crate::{Stop, World};
use cucumber::gherkin::{Step, StepType};
use cucumber::{World as _, step};
use judge::monitors::MonitoringReport;
use ocpp::VariableAddress;
use serde_json::json;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A step that has a meaning: the function and what it is called with.
pub(crate) type Found = (step::Step<World>, step::Context);

/// The meaning of a step.
///
/// # Errors
/// Why it has none, or more than one.
pub(crate) fn find(step: &Step) -> Result<Found, String> {
    static ALL: OnceLock<step::Collection<World>> = OnceLock::new();
    thread_local! {
        /// An outline asks for the same few texts hundreds of times, and each costs a look at every phrase.
        static KNOWN: RefCell<HashMap<(StepType, String), Found>> = RefCell::default();
    }
    let key = (step.ty, step.value.clone());
    if let Some(known) = KNOWN.with_borrow(|known| known.get(&key).cloned()) {
        return Ok(known);
    }
    let found = match ALL.get_or_init(World::collection).find(step) {
        Ok(Some((run, _, _, context))) => (*run, context),
        Ok(None) => return Err("is no phrase of the suite".to_owned()),
        Err(e) => return Err(format!("has more than one meaning: {e}")),
    };
    if step.table.is_none() && step.docstring.is_none() {
        KNOWN.with_borrow_mut(|known| known.insert(key, found.clone()));
    }
    Ok(found)
}

/// Every monitor there is now; `None` if the station does not say.
pub(crate) async fn monitors_now(w: &mut World) -> Result<Option<MonitoringReport>, Stop> {
    setting::monitoring_report(w, json!({})).await
}

/// Removes monitors by id.
pub(crate) async fn remove_monitors(w: &mut World, ids: &[i64]) -> Result<(), Stop> {
    monitors::remove(w, ids).await
}

/// Sets the monitoring level to 9 and remembers the one that was in force.
pub(crate) async fn let_everything_through(w: &mut World) -> Result<(), Stop> {
    moving::everything_is_let_through(w).await
}

/// Puts the monitoring level back.
pub(crate) async fn write_level(w: &mut World, level: i64) -> Result<(), Stop> {
    moving::set_level(w, level, None).await
}

/// Puts a password back, here and at the station.
pub(crate) async fn put_password_back(
    w: &mut World,
    station: &str,
    old: &net::Password,
) -> Result<bool, Stop> {
    security::put_back(w, station, old).await
}

/// Puts the monitoring base back.
pub(crate) async fn write_base(w: &mut World, base: &str) -> Result<(), Stop> {
    bases::write(w, base).await
}

/// The variable that follows the interval given at a boot.
pub(crate) fn heartbeat_interval() -> VariableAddress {
    chosen::at("OCPPCommCtrlr", "HeartbeatInterval")
}

/// Writes a variable back to what it was.
pub(crate) async fn write_back(w: &mut World, at: &VariableAddress, value: &str) -> Result<(), Stop> {
    moving::write(w, at, value).await
}
