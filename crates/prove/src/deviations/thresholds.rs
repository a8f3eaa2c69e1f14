//! What monitors watch for.

use super::{Deviation, defect, hears};
use serde_json::json;
use station::policy::{DeltaReference, LevelReach, OnThreshold};

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        defect("fires-on-the-threshold", "a threshold monitor fires on a value exactly on its threshold")
            .breaks(&["B-0142"])
            .decides(|p| p.events.on_threshold = OnThreshold::Beyond),
        defect(
            "delta-reference-stays",
            "a delta monitor goes on comparing with the value at which it was set",
        )
        .breaks(&["B-0144"])
        .decides(|p| p.events.delta_reference = DeltaReference::WhenSet),
        defect("level-lets-less-through", "the monitoring level does not let its own severity through")
            .breaks(&["B-0150"])
            .decides(|p| p.events.level = LevelReach::BelowIt),
        defect("transaction-monitors-always-fire", "monitors for transactions fire without one")
            .warns(&["B-0154"])
            .wire(|_| {
                hears(|mut p, wire| {
                    for m in p.each_of_call("SetVariableMonitoring", "setMonitoringData") {
                        m["transaction"] = json!(false);
                    }
                    wire.deliver(p.frame);
                })
            }),
    ]
}
