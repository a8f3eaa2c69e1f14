//! Phrases about the monitoring base.

use crate::world::Undo;
use crate::{Stop, World};
use cucumber::when;
use judge::results::{self, Kind};
use serde_json::json;

#[when(expr = "the monitoring base is set to {string}")]
async fn set_base(w: &mut World, base: String) {
    w.attempt(async |w| {
        let active = json!({ "component": { "name": "MonitoringCtrlr" }, "variable": { "name": "ActiveMonitoringBase" } });
        let answer = w.call("GetVariables", json!({ "getVariableData": [active] })).await?.clone();
        let before = results::pair(Kind::Get, &answer)
            .ok()
            .and_then(|(m, _)| Some(m.first()?.value()?.to_owned()))
            .filter(|b| ["All", "FactoryDefault", "HardWiredOnly"].contains(&b.as_str()));
        // Where the station does not say which base was in force, All at least activates what is shipped.
        w.undo.push(Undo::Base(before.unwrap_or_else(|| "All".to_owned())));
        write(w, &base).await
    })
    .await;
}

/// Sets the monitoring base.
pub(super) async fn write(w: &mut World, base: &str) -> Result<(), Stop> {
    w.call("SetMonitoringBase", json!({ "monitoringBase": base })).await.map(|_| ())
}
