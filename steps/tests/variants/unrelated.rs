//! Events that no scenario is about.

use serde_json::{Value, json};

/// A monitor of the operator's own.
pub const OTHER_MONITOR: i64 = 424_242;

/// Another one with each number: without a monitor, of another monitor, and one that clears without an alert.
pub fn event(n: u64, now: &str) -> Value {
    let mut event = json!({ "eventId": 900_000 + n, "timestamp": now, "trigger": "Alerting", "actualValue": "17",
        "component": { "name": "Connector", "evse": { "id": 1, "connectorId": 1 } },
        "variable": { "name": "Temperature", "instance": "Contact" },
        "eventNotificationType": "HardWiredNotification" });
    if !n.is_multiple_of(3) {
        event["eventNotificationType"] = json!("PreconfiguredMonitor");
        event["variableMonitoringId"] = json!(OTHER_MONITOR);
    }
    if n % 3 == 2 {
        event["cleared"] = json!(true);
    }
    event
}

/// A NotifyEvent.
pub fn message(now: &str, events: Vec<Value>) -> Value {
    json!({ "generatedAt": now, "seqNo": 0, "tbc": false, "eventData": events })
}
