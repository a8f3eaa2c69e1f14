//! What the maker ships.

use crate::support::in_both;
use serde_json::json;

#[test]
fn a_hardwired_monitor_tells_the_fault_and_its_end() {
    in_both(|mut csms| {
        csms.value("EmergencyStopSensor.Active", "true");
        csms.value("EmergencyStopSensor.Active", "false");
        let events = csms.events();
        assert_eq!(events.len(), 2);
        for event in &events {
            assert_eq!((&event["eventNotificationType"], &event["trigger"]), (&json!("HardWiredMonitor"), &json!("Delta")));
            assert!(event["variableMonitoringId"].is_number());
        }
    });
}

#[test]
fn a_notification_has_no_monitor() {
    in_both(|mut csms| {
        csms.value("RCD.Operated@2", "true");
        let event = csms.event();
        assert_eq!(event["eventNotificationType"], "HardWiredNotification");
        assert_eq!(event["trigger"], "Alerting");
        assert!(event.get("variableMonitoringId").is_none());
        assert_eq!(event["component"]["evse"]["id"], 2);
    });
}

#[test]
fn a_notification_keeps_to_the_level() {
    in_both(|mut csms| {
        csms.status("SetMonitoringLevel", json!({ "severity": 4 }));
        csms.value("RCD.Operated@2", "true");
        assert_eq!(csms.events().len(), 0);
    });
}

#[test]
fn a_share_of_the_limit_is_watched_only_in_a_transaction() {
    in_both(|mut csms| {
        let monitors = csms.monitors(json!({ "componentVariable": [{ "component": { "name": "EVSE" } }] }));
        let (id, _, overload) = monitors[0].clone();
        assert_eq!(overload["transaction"], true);
        let above = overload["value"].as_f64().unwrap() + 1.0;
        csms.value("EVSE.Power@1", &above.to_string());
        assert_eq!(csms.events().len(), 0);
        csms.start_transaction(1);
        let events = csms.events();
        assert!(events.iter().any(|e| e["variableMonitoringId"] == id), "it is exceeded when it wakes");
    });
}
