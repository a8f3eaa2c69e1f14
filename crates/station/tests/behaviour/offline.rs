//! Without a connection, and across a reboot.

use crate::support::{Csms, in_both, monitor};
use serde_json::{Value, json};

const HOT: &str = "TemperatureSensor[Ambient].Temperature";

/// Events of the temperature only; connector states are told apart.
fn heat(csms: &mut Csms) -> Vec<Value> {
    csms.events().into_iter().filter(|e| e["component"]["name"] == "TemperatureSensor").collect()
}

#[test]
fn what_is_severe_enough_is_told_later_with_its_own_time() {
    in_both(|mut csms| {
        csms.disconnect();
        csms.wait(5);
        csms.value(HOT, "85");
        csms.wait(5);
        csms.connect();
        let messages = csms.take("NotifyEvent");
        assert_eq!(messages[0]["generatedAt"], "2026-03-01T10:00:17.000Z");
        let events = messages[0]["eventData"].as_array().unwrap();
        assert_eq!(events.len(), 1, "severity 3 is queued, severity 6 is not");
        assert_eq!(events[0]["timestamp"], "2026-03-01T10:00:12.000Z");
        assert_eq!(events[0]["variableMonitoringId"], 1);
    });
}

#[test]
fn the_operator_decides_what_is_queued() {
    in_both(|mut csms| {
        csms.put("MonitoringCtrlr.OfflineQueuingSeverity", "9");
        csms.disconnect();
        csms.value(HOT, "85");
        csms.connect();
        assert_eq!(heat(&mut csms).len(), 2);
        csms.put("MonitoringCtrlr.OfflineQueuingSeverity", "0");
        csms.must_set(monitor("Delta", HOT, 2.0, 7));
        csms.disconnect();
        csms.value(HOT, "85");
        csms.value(HOT, "40");
        csms.value(HOT, "85");
        csms.connect();
        assert_eq!(heat(&mut csms).len(), 0);
    });
}

#[test]
fn a_threshold_that_was_not_severe_enough_to_be_queued_is_looked_at_again() {
    in_both(|mut csms| {
        csms.put("MonitoringCtrlr.OfflineQueuingSeverity", "0");
        let gone = |csms: &mut Csms, value: &str| {
            csms.disconnect();
            csms.value(HOT, value);
            csms.wait(10);
            csms.connect();
            heat(csms)
        };
        let alerts = gone(&mut csms, "85");
        assert_eq!(alerts.len(), 2);
        assert!(
            alerts.iter().all(|e| e.get("cleared").is_none() && e["timestamp"] == "2026-03-01T10:00:17.000Z")
        );
        let cleared = gone(&mut csms, "25");
        assert_eq!(cleared.len(), 2);
        assert!(cleared.iter().all(|e| e["cleared"] == true));
        csms.disconnect();
        csms.value(HOT, "85");
        csms.value(HOT, "25");
        csms.connect();
        assert_eq!(heat(&mut csms).len(), 0, "what came and went leaves nothing to be told");
    });
}

#[test]
fn what_happens_before_the_boot_is_accepted_is_told_after_it_with_its_own_time() {
    for version in ocpp::Version::ALL {
        let mut csms = Csms::off(version);
        csms.boot_status = "Pending";
        csms.connect();
        csms.wait(10);
        csms.value(HOT, "85");
        csms.boot_status = "Accepted";
        csms.wait(290);
        let events = heat(&mut csms);
        assert_eq!(events.len(), 2, "whatever their severity: the station is not offline");
        assert!(events.iter().all(|e| e["timestamp"] == "2026-03-01T10:00:17.000Z"));
    }
}

#[test]
fn periodic_events_are_queued_alike() {
    in_both(|mut csms| {
        csms.must_set(monitor("Periodic", HOT, 10.0, 5));
        csms.must_set(monitor("Periodic", HOT, 10.0, 6));
        csms.disconnect();
        csms.wait(40);
        csms.connect();
        assert_eq!(heat(&mut csms).len(), 4);
    });
}

#[test]
fn an_event_that_was_not_confirmed_is_told_again() {
    in_both(|mut csms| {
        csms.value(HOT, "85");
        let told = csms.take("NotifyEvent").remove(0);
        csms.disconnect_unanswered("NotifyEvent", told.clone());
        csms.connect();
        assert_eq!(csms.take("NotifyEvent")[0], told);
        csms.disconnect_unanswered("Heartbeat", json!({}));
        csms.connect();
        assert_eq!(csms.take("Heartbeat").len(), 0, "a heartbeat is of the moment");
    });
}

#[test]
fn a_transaction_without_a_connection_is_told_later_as_offline() {
    in_both(|mut csms| {
        csms.disconnect();
        csms.start_transaction(1);
        csms.connect();
        csms.end_transaction(1);
        let events = csms.take("TransactionEvent");
        assert_eq!((&events[0]["eventType"], &events[0]["offline"]), (&json!("Started"), &json!(true)));
        assert!(events.last().unwrap().get("offline").is_none());
    });
}

fn reboot(csms: &mut Csms, meanwhile: impl FnOnce(&mut Csms)) {
    csms.status("Reset", json!({ "type": "Immediate" }));
    csms.forget();
    meanwhile(csms);
    csms.reboot();
}

#[test]
fn monitors_level_and_base_survive_a_reboot() {
    in_both(|mut csms| {
        csms.must_set(monitor("Delta", HOT, 2.0, 7));
        csms.status("SetMonitoringLevel", json!({ "severity": 7 }));
        let before = csms.monitors(json!({}));
        reboot(&mut csms, |_| ());
        assert_eq!(csms.monitors(json!({})), before);
        assert_eq!(csms.get("MonitoringCtrlr.ActiveMonitoringLevel")["attributeValue"], "7");
    });
}

#[test]
fn an_alert_that_ended_during_the_reboot_is_cleared_after_it() {
    in_both(|mut csms| {
        csms.value(HOT, "85");
        reboot(&mut csms, |csms| csms.value(HOT, "25"));
        let events = heat(&mut csms);
        assert_eq!(events.len(), 2);
        assert!(events.iter().all(|e| e["cleared"] == true));
    });
}

#[test]
fn a_built_in_alarm_that_still_holds_is_told_again_after_a_reboot_and_a_custom_one_is_not() {
    in_both(|mut csms| {
        csms.must_set(monitor("UpperThreshold", HOT, 50.0, 7));
        csms.value(HOT, "85");
        csms.value("EmergencyStopSensor.Active", "true");
        reboot(&mut csms, |_| ());
        let events = csms.events();
        let of = |name: &str| events.iter().filter(|e| e["component"]["name"] == name).count();
        assert_eq!(of("TemperatureSensor"), 2);
        assert_eq!(of("EmergencyStopSensor"), 1);
        csms.value(HOT, "25");
        assert_eq!(heat(&mut csms).len(), 3, "each of them clears");
    });
}

#[test]
fn nothing_is_told_after_a_reboot_when_nothing_is_wrong() {
    in_both(|mut csms| {
        reboot(&mut csms, |_| ());
        let events = csms.events();
        assert!(events.iter().all(|e| e["variable"]["name"] == "AvailabilityState"), "{events:?}");
    });
}

#[test]
fn a_power_loss_costs_neither_settings_nor_what_waits_to_be_told() {
    use spec::Effect;
    in_both(|mut csms| {
        csms.must_set(monitor("Periodic", HOT, 10.0, 5));
        csms.status("ChangeAvailability", json!({ "operationalStatus": "Inoperative", "evse": { "id": 1 } }));
        let before = csms.monitors(json!({}));
        csms.disconnect();
        csms.wait(35);
        csms.station.apply(csms.now, &Effect::PowerLoss { seconds: 5 }).unwrap();
        csms.wait(20);
        csms.connect();
        assert_eq!(csms.take("BootNotification")[0]["reason"], "PowerUp");
        assert_eq!(heat(&mut csms).len(), 3, "the values from before the power was gone");
        assert_eq!(csms.get("EVSE.AvailabilityState@1")["attributeValue"], "Unavailable");
        assert_eq!(csms.monitors(json!({})), before);
    });
}

#[test]
fn a_delta_counts_from_the_value_at_boot() {
    in_both(|mut csms| {
        csms.must_set(monitor("Delta", HOT, 5.0, 8));
        reboot(&mut csms, |csms| csms.value(HOT, "40"));
        assert_eq!(heat(&mut csms).len(), 0);
        csms.value(HOT, "44");
        assert_eq!(heat(&mut csms).len(), 0);
        csms.value(HOT, "46");
        assert_eq!(heat(&mut csms).len(), 1);
    });
}

#[test]
fn alerts_that_hold_when_the_station_is_switched_on_are_told_after_the_boot() {
    for version in ocpp::Version::ALL {
        let mut csms = Csms::off(version);
        csms.value("EmergencyStopSensor.Active", "true");
        csms.value(HOT, "85");
        csms.connect();
        assert_eq!(heat(&mut csms).len(), 2);
    }
}
