//! Registration, heartbeat, triggers, reset.

use crate::support::{Csms, in_both, in_both_off};
use ocpp::Version;
use serde_json::json;

fn heard(csms: &mut Csms) -> Vec<String> {
    std::mem::take(&mut csms.heard).into_iter().map(|(action, _)| action).collect()
}

#[test]
fn a_station_boots_first_and_then_tells_the_state_of_each_connector() {
    let mut old = Csms::off(Version::V201);
    old.connect();
    let boot = old.take("BootNotification");
    assert_eq!(boot[0]["reason"], "PowerUp");
    assert_eq!(boot[0]["chargingStation"]["vendorName"], "Acme");
    let states = ["StatusNotification"; 3];
    let expected: Vec<&str> =
        ["BootNotification"].into_iter().chain(states).chain(["SecurityEventNotification"]).collect();
    assert_eq!(old.order, expected);

    let mut new = Csms::off(Version::V21);
    new.connect();
    assert_eq!(new.order, ["BootNotification", "SecurityEventNotification", "NotifyEvent"]);
    let events = new.all_events();
    assert_eq!(events.len(), 3);
    for event in events {
        assert_eq!(event["component"]["name"], "Connector");
        assert_eq!(event["trigger"], "Delta");
        assert_eq!(event["eventNotificationType"], "HardWiredNotification");
        assert_eq!(event["actualValue"], "Available");
        assert!(event["severity"].is_number() && event.get("variableMonitoringId").is_none());
    }
}

#[test]
fn nothing_but_the_boot_is_sent_before_it_is_accepted() {
    for version in Version::ALL {
        for status in ["Pending", "Rejected"] {
            let mut csms = Csms::off(version);
            csms.boot_status = status;
            csms.connect();
            csms.value("EmergencyStopSensor.Active", "true");
            csms.wait(299);
            assert_eq!(heard(&mut csms), ["BootNotification"], "no retry before the interval");
            csms.boot_status = "Accepted";
            csms.wait(1);
            let said = heard(&mut csms);
            assert_eq!(said[0], "BootNotification");
            assert!(said.len() > 1);
        }
    }
}

#[test]
fn a_boot_without_an_answer_is_tried_again_after_a_minute() {
    in_both_off(|mut csms| {
        csms.station.connected(csms.now);
        assert!(csms.station.next_outgoing().is_some() && csms.station.next_outgoing().is_none());
        csms.station.answered(csms.now, "BootNotification", None);
        csms.wait(59);
        assert_eq!(heard(&mut csms), Vec::<String>::new());
        csms.wait(1);
        assert_eq!(heard(&mut csms)[0], "BootNotification");
    });
}

#[test]
fn a_pending_station_may_be_read_but_not_asked_for_monitors() {
    for version in Version::ALL {
        let mut csms = Csms::off(version);
        csms.boot_status = "Pending";
        csms.connect();
        assert_eq!(csms.get("ChargingStation.Model")["attributeValue"], "Box");
        assert!(!csms.inventory("FullInventory").is_empty());
        assert_eq!(csms.status("GetMonitoringReport", json!({ "requestId": 1 })), "Rejected");
        let boot = json!({ "requestedMessage": "BootNotification" });
        assert_eq!(csms.status("TriggerMessage", boot), "Accepted");
        assert_eq!(csms.take("BootNotification").last().unwrap()["reason"], "Triggered");
    }
}

#[test]
fn a_rejected_station_answers_with_a_security_error() {
    for version in Version::ALL {
        let mut csms = Csms::off(version);
        csms.boot_status = "Rejected";
        csms.connect();
        assert_eq!(
            csms.refused("GetBaseReport", json!({ "requestId": 1, "reportBase": "FullInventory" })),
            "SecurityError"
        );
    }
}

#[test]
fn heartbeats_follow_the_interval_of_the_csms_and_of_the_operator() {
    in_both(|mut csms| {
        csms.wait(900);
        assert_eq!(csms.take("Heartbeat").len(), 3);
        assert_eq!(csms.get("OCPPCommCtrlr.HeartbeatInterval")["attributeValue"], "300");
        assert_eq!(csms.put("OCPPCommCtrlr.HeartbeatInterval", "60"), "Accepted");
        csms.wait(300);
        assert_eq!(csms.take("Heartbeat").len(), 5);
    });
}

#[test]
fn a_lost_connection_is_no_boot() {
    in_both(|mut csms| {
        csms.disconnect();
        csms.wait(30);
        csms.connect();
        assert_eq!(heard(&mut csms), Vec::<String>::new());
    });
}

#[test]
fn after_a_long_offline_time_every_connector_is_reported() {
    in_both(|mut csms| {
        csms.disconnect();
        csms.wait(61);
        csms.connect();
        let reported = csms.take("StatusNotification").len() + csms.all_events().len();
        assert_eq!(reported, 3);
    });
}

#[test]
fn after_a_short_offline_time_only_changed_connectors_are_reported() {
    in_both(|mut csms| {
        csms.disconnect();
        csms.value("Connector.AvailabilityState@1.2", "Faulted");
        csms.connect();
        let statuses = csms.take("StatusNotification");
        let events = csms.all_events();
        assert_eq!(statuses.len() + events.len(), 1);
        let told = statuses.first().map_or_else(|| &events[0]["actualValue"], |s| &s["connectorStatus"]);
        assert_eq!(told, "Faulted");
    });
}

#[test]
fn triggered_messages_come_after_the_response() {
    in_both(|mut csms| {
        assert_eq!(csms.status("TriggerMessage", json!({ "requestedMessage": "Heartbeat" })), "Accepted");
        let status =
            json!({ "requestedMessage": "StatusNotification", "evse": { "id": 1, "connectorId": 2 } });
        assert_eq!(csms.status("TriggerMessage", status), "Accepted");
        assert_eq!(csms.order, ["answer", "Heartbeat", "answer", "StatusNotification"]);
    });
}

#[test]
fn what_cannot_be_triggered_is_rejected_or_not_implemented() {
    in_both(|mut csms| {
        let trigger = |csms: &mut Csms, request| csms.status("TriggerMessage", request);
        assert_eq!(trigger(&mut csms, json!({ "requestedMessage": "BootNotification" })), "Rejected");
        assert_eq!(trigger(&mut csms, json!({ "requestedMessage": "StatusNotification" })), "Rejected");
        let nowhere =
            json!({ "requestedMessage": "StatusNotification", "evse": { "id": 9, "connectorId": 1 } });
        assert_eq!(trigger(&mut csms, nowhere), "Rejected");
        assert_eq!(trigger(&mut csms, json!({ "requestedMessage": "MeterValues" })), "NotImplemented");
        assert_eq!(csms.order, ["answer"; 4]);
    });
}

#[test]
fn a_reset_is_accepted_and_the_station_boots_again() {
    in_both(|mut csms| {
        assert_eq!(csms.status("Reset", json!({ "type": "OnIdle" })), "Accepted");
        csms.reboot();
        assert_eq!(csms.take("BootNotification")[0]["reason"], "RemoteReset");
    });
}

#[test]
fn an_immediate_reset_ends_transactions_first() {
    in_both(|mut csms| {
        csms.start_transaction(1);
        csms.forget();
        assert_eq!(csms.status("Reset", json!({ "type": "Immediate" })), "Accepted");
        let ended = csms.take("TransactionEvent");
        assert_eq!(ended[0]["eventType"], "Ended");
        assert_eq!(ended[0]["triggerReason"], "ResetCommand");
        assert_eq!(ended[0]["transactionInfo"]["stoppedReason"], "ImmediateReset");
        csms.reboot();
    });
}

#[test]
fn a_reset_on_idle_waits_for_the_transaction() {
    in_both(|mut csms| {
        csms.start_transaction(1);
        assert_eq!(csms.status("Reset", json!({ "type": "OnIdle" })), "Scheduled");
        assert!(!csms.rebooting);
        csms.end_transaction(1);
        csms.reboot();
        assert_eq!(csms.take("BootNotification")[0]["reason"], "ScheduledReset");
    });
}

#[test]
fn one_evse_is_reset_only_where_it_is_allowed() {
    in_both(|mut csms| {
        let reset = json!({ "type": "Immediate", "evseId": 1 });
        assert_eq!(csms.status("Reset", reset.clone()), "Rejected");
        csms.value("EVSE.AllowReset@1", "true");
        csms.start_transaction(1);
        assert_eq!(csms.status("Reset", reset), "Accepted");
        assert!(!csms.rebooting);
        assert_eq!(csms.take("TransactionEvent").last().unwrap()["eventType"], "Ended");
    });
}

#[test]
fn transactions_have_a_beginning_and_an_end() {
    in_both(|mut csms| {
        csms.start_transaction(2);
        csms.end_transaction(2);
        let events = csms.take("TransactionEvent");
        assert_eq!((&events[0]["eventType"], &events[0]["seqNo"]), (&json!("Started"), &json!(0)));
        let last = events.len() - 1;
        assert_eq!((&events[last]["eventType"], &events[last]["seqNo"]), (&json!("Ended"), &json!(last)));
        let id = |n: usize| &events[n]["transactionInfo"]["transactionId"];
        assert!((1..=last).all(|n| id(n) == id(0)));
        use spec::Effect::TransactionEnd;
        assert!(csms.station.apply(csms.now, &TransactionEnd { evse: 2 }).is_err(), "it has ended");
        assert!(csms.station.apply(csms.now, &TransactionEnd { evse: 9 }).is_err(), "there is none");
    });
}
