//! Periodic monitors.

use crate::support::{in_both, monitor};
use serde_json::{Value, json};

const HOT: &str = "TemperatureSensor[Ambient].Temperature";

fn times(events: Vec<Value>) -> Vec<String> {
    events.into_iter().map(|e| e["timestamp"].as_str().unwrap()[11..19].to_owned()).collect()
}

#[test]
fn a_period_counts_from_when_the_monitor_was_set() {
    in_both(|mut csms| {
        let id = csms.must_set(monitor("Periodic", HOT, 10.0, 8));
        csms.wait(35);
        let events = csms.events();
        assert!(events.iter().all(|e| e["trigger"] == "Periodic" && e["variableMonitoringId"] == id));
        assert_eq!(times(events), ["10:00:17", "10:00:27", "10:00:37"]);
    });
}

#[test]
fn a_clock_aligned_period_keeps_to_the_clock() {
    in_both(|mut csms| {
        csms.must_set(monitor("PeriodicClockAligned", HOT, 15.0, 8));
        csms.wait(40);
        assert_eq!(times(csms.events()), ["10:00:15", "10:00:30", "10:00:45"]);
    });
}

#[test]
fn a_long_pause_gives_one_event_and_no_burst() {
    in_both(|mut csms| {
        csms.must_set(monitor("Periodic", HOT, 10.0, 8));
        csms.now += jiff::SignedDuration::from_secs(95);
        csms.station.tick(csms.now);
        csms.wait(6);
        assert_eq!(times(csms.events()), ["10:01:42", "10:01:47"], "late once, then in step again");
    });
}

#[test]
fn a_cleared_monitor_is_silent() {
    in_both(|mut csms| {
        let id = csms.must_set(monitor("Periodic", HOT, 10.0, 8));
        csms.clear(id);
        csms.wait(60);
        assert_eq!(csms.events().len(), 0);
    });
}

#[test]
fn periodic_events_wait_for_the_transaction() {
    in_both(|mut csms| {
        let mut wanted = monitor("Periodic", "OCPPCommCtrlr.WebSocketPingInterval", 10.0, 8);
        wanted["transaction"] = true.into();
        csms.must_set(wanted);
        csms.wait(60);
        assert_eq!(csms.events().len(), 0);
        csms.start_transaction(1);
        csms.forget();
        csms.wait(20);
        assert_eq!(csms.events().len(), 2);
    });
}

#[test]
fn a_level_change_does_not_disturb_the_rhythm() {
    in_both(|mut csms| {
        csms.must_set(monitor("Periodic", HOT, 10.0, 8));
        csms.status("SetMonitoringLevel", json!({ "severity": 0 }));
        csms.wait(15);
        csms.status("SetMonitoringLevel", json!({ "severity": 9 }));
        csms.wait(5);
        assert_eq!(times(csms.events()), ["10:00:27"]);
    });
}
