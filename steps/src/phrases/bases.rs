//! Phrases about the monitoring base.

use crate::world::Undo;
use crate::{Stop, World};
use cucumber::when;
use serde_json::json;

/// Reads the base in force, so that it can be put back. Where the station does not say which one it was, All
/// at least activates what is shipped.
pub(super) async fn remember(w: &mut World) -> Result<(), Stop> {
    let active =
        json!({ "component": { "name": "MonitoringCtrlr" }, "variable": { "name": "ActiveMonitoringBase" } });
    let answer = w.call("GetVariables", json!({ "getVariableData": [active] })).await?.clone();
    let before = super::writing::first_value(&answer)
        .filter(|b| ["All", "FactoryDefault", "HardWiredOnly"].contains(&b.as_str()));
    if !w.undo.iter().any(|u| matches!(u, Undo::Base(_))) {
        w.undo.push(Undo::Base(before.unwrap_or_else(|| "All".to_owned())));
    }
    Ok(())
}

#[when(expr = "the monitoring base is set to {string}")]
async fn set_base(w: &mut World, base: String) {
    w.attempt(async |w| {
        remember(w).await?;
        write(w, &base).await
    })
    .await;
}

#[when("a monitoring base that does not exist is set")]
async fn no_such_base(w: &mut World) {
    w.attempt(async |w| {
        remember(w).await?;
        write(w, "NoSuchBase").await
    })
    .await;
}

/// Sets the monitoring base.
pub(super) async fn write(w: &mut World, base: &str) -> Result<(), Stop> {
    w.call("SetMonitoringBase", json!({ "monitoringBase": base })).await.map(|_| ())
}
