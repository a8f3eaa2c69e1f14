//! The meaning of every phrase in `features/`, by topic.

mod bases;
mod boot;
mod chosen;
mod comparing;
mod events;
mod frames;
mod inventory;
mod listing;
mod monitors;
mod moving;
mod reboot;
mod reports;
mod results;
mod setting;
mod several;
mod shipped;
mod writing;

use crate::{Stop, World};
use cucumber::gherkin::Step;
use cucumber::{World as _, step};
use judge::monitors::MonitoringReport;
use ocpp::VariableAddress;
use serde_json::json;
use std::sync::OnceLock;

/// A step that has a meaning: the function and what it is called with.
pub(crate) type Found = (step::Step<World>, step::Context);

/// The meaning of a step.
///
/// # Errors
/// Why it has none, or more than one.
pub(crate) fn find(step: &Step) -> Result<Found, String> {
    static ALL: OnceLock<step::Collection<World>> = OnceLock::new();
    match ALL.get_or_init(World::collection).find(step) {
        Ok(Some((run, _, _, context))) => Ok((*run, context)),
        Ok(None) => Err("is no phrase of the suite".to_owned()),
        Err(e) => Err(format!("has more than one meaning: {e}")),
    }
}

/// Every monitor there is now; `None` if the station does not say.
pub(crate) async fn monitors_now(w: &mut World) -> Result<Option<MonitoringReport>, Stop> {
    setting::monitoring_report(w, json!({})).await
}

/// Removes monitors by id.
pub(crate) async fn remove_monitors(w: &mut World, ids: &[i64]) -> Result<(), Stop> {
    monitors::remove(w, ids).await
}

/// Puts the monitoring level back.
pub(crate) async fn write_level(w: &mut World, level: i64) -> Result<(), Stop> {
    moving::set_level(w, level, None).await
}

/// Puts the monitoring base back.
pub(crate) async fn write_base(w: &mut World, base: &str) -> Result<(), Stop> {
    bases::write(w, base).await
}

/// Writes a variable back to what it was.
pub(crate) async fn write_back(w: &mut World, at: &VariableAddress, value: &str) -> Result<(), Stop> {
    moving::write(w, at, value).await
}
