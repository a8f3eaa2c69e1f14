//! Transactions: from afar and at the outlet, where they start and end, how they are told, what ends them.

use crate::support::{Csms, in_both};
use serde_json::{Value, json};
use spec::Effect;

fn start(csms: &mut Csms, evse: u32) -> String {
    let token = json!({ "idToken": "AABB01", "type": "ISO14443" });
    let request = json!({ "evseId": evse, "remoteStartId": 7, "idToken": token });
    csms.status("RequestStartTransaction", request)
}

/// Messages of transactions since last asked, as `seqNo eventType triggerReason`.
fn told(csms: &mut Csms) -> Vec<String> {
    let text = |m: &Value, key: &str| m[key].as_str().unwrap().to_owned();
    let all = csms.take("TransactionEvent");
    all.iter()
        .map(|m| format!("{} {} {}", m["seqNo"], text(m, "eventType"), text(m, "triggerReason")))
        .collect()
}

fn state(csms: &mut Csms, at: &str) -> String {
    csms.get(at)["attributeValue"].as_str().unwrap().to_owned()
}

fn vehicle(evse: u32, connector: u32, comes: bool) -> Effect {
    if comes { Effect::PlugIn { evse, connector } } else { Effect::PlugOut { evse, connector } }
}

#[test]
fn a_start_from_afar_starts_a_transaction_and_a_stop_ends_it() {
    in_both(|mut csms| {
        assert_eq!(start(&mut csms, 1), "Accepted");
        assert_eq!(csms.order, ["answer", "TransactionEvent"]);
        let started = csms.take("TransactionEvent").remove(0);
        assert_eq!(started["transactionInfo"]["remoteStartId"], 7);
        assert_eq!(
            (&started["triggerReason"], &started["idToken"]["idToken"]),
            (&json!("RemoteStart"), &json!("AABB01"))
        );
        assert_eq!(start(&mut csms, 1), "Rejected");
        let id = &started["transactionInfo"]["transactionId"];
        assert_eq!(csms.status("RequestStopTransaction", json!({ "transactionId": id })), "Accepted");
        let ended = csms.take("TransactionEvent").remove(0);
        assert_eq!((&ended["eventType"], &ended["triggerReason"]), (&json!("Ended"), &json!("RemoteStop")));
        assert_eq!(ended["transactionInfo"]["stoppedReason"], "Remote");
        assert_eq!(csms.status("RequestStopTransaction", json!({ "transactionId": id })), "Rejected");
    });
}

#[test]
fn a_vehicle_that_comes_charges_until_its_driver_ends_it() {
    in_both(|mut csms| {
        csms.start_transaction(1);
        let begun = ["0 Started CablePluggedIn", "1 Updated Authorized", "2 Updated ChargingStateChanged"];
        assert_eq!(told(&mut csms), begun);
        csms.end_transaction(1);
        assert_eq!(told(&mut csms), ["3 Ended StopAuthorized"]);
    });
}

#[test]
fn a_driver_whose_vehicle_does_not_come_is_given_up_on() {
    in_both(|mut csms| {
        csms.put("TxCtrlr.EVConnectionTimeOut", "10");
        start(&mut csms, 1);
        csms.wait(9);
        assert_eq!(told(&mut csms), ["0 Started RemoteStart"]);
        csms.wait(2);
        assert_eq!(told(&mut csms), ["1 Ended EVConnectTimeout"]);
        assert_eq!(start(&mut csms, 1), "Accepted", "the outlet is free again");
    });
}

#[test]
fn a_transaction_starts_and_ends_where_it_is_configured_to() {
    in_both(|mut csms| {
        csms.put("TxCtrlr.TxStartPoint", "PowerPathClosed");
        csms.put("TxCtrlr.TxStopPoint", "EVConnected");
        csms.happens(vehicle(1, 1, true));
        assert_eq!(told(&mut csms), Vec::<String>::new());
        start(&mut csms, 1);
        let started = csms.take("TransactionEvent");
        assert_eq!(started[0]["eventType"], "Started");
        let id = &started[0]["transactionInfo"]["transactionId"];
        csms.status("RequestStopTransaction", json!({ "transactionId": id }));
        assert!(told(&mut csms).iter().all(|m| m.contains("Updated")));
        csms.happens(vehicle(1, 1, false));
        assert!(told(&mut csms)[0].contains("Ended"));
    });
}

#[test]
fn the_csms_is_asked_about_a_driver_where_that_is_configured() {
    in_both(|mut csms| {
        csms.put("AuthCtrlr.AuthorizeRemoteStart", "true");
        csms.forget();
        start(&mut csms, 1);
        assert_eq!(csms.order, ["answer", "Authorize", "TransactionEvent"]);
    });
}

#[test]
fn an_outlet_that_is_out_of_use_or_does_not_exist_starts_nothing() {
    in_both(|mut csms| {
        csms.status("ChangeAvailability", json!({ "operationalStatus": "Inoperative", "evse": { "id": 1 } }));
        assert_eq!(start(&mut csms, 1), "Rejected");
        assert_eq!(start(&mut csms, 9), "Rejected");
        assert_eq!(start(&mut csms, 2), "Accepted");
    });
}

#[test]
fn a_vehicle_occupies_its_connector_only() {
    in_both(|mut csms| {
        csms.happens(vehicle(1, 2, true));
        assert_eq!(state(&mut csms, "Connector.AvailabilityState@1.2"), "Occupied");
        assert_eq!(state(&mut csms, "Connector.AvailabilityState@1.1"), "Available");
        csms.happens(vehicle(1, 2, false));
        assert_eq!(state(&mut csms, "Connector.AvailabilityState@1.2"), "Available");
        assert!(csms.station.apply(csms.now, &vehicle(1, 2, false)).is_err(), "there is no vehicle");
    });
}

#[test]
fn a_danger_ends_transactions_and_shows_on_every_outlet_while_it_lasts() {
    in_both(|mut csms| {
        csms.start_transaction(1);
        csms.forget();
        csms.value("EmergencyStopSensor.Active", "true");
        let stop =
            csms.events().into_iter().find(|e| e["component"]["name"] == "EmergencyStopSensor").unwrap();
        let ended = csms.take("TransactionEvent").remove(0);
        assert_eq!(
            (&ended["eventType"], &ended["triggerReason"]),
            (&json!("Ended"), &json!("AbnormalCondition"))
        );
        assert_eq!(ended["transactionInfo"]["stoppedReason"], "EmergencyStop");
        assert_eq!(stop["transactionId"], ended["transactionInfo"]["transactionId"]);
        assert_eq!(state(&mut csms, "Connector.AvailabilityState@2.1"), "Faulted");
        csms.end_transaction(1);
        csms.value("EmergencyStopSensor.Active", "false");
        assert_eq!(state(&mut csms, "Connector.AvailabilityState@2.1"), "Available");
        assert_eq!(state(&mut csms, "ChargingStation.AvailabilityState"), "Available");
    });
}

#[test]
fn the_status_of_a_transaction_is_told() {
    in_both(|mut csms| {
        let unknown = csms.call("GetTransactionStatus", json!({ "transactionId": "none" }));
        assert_eq!(unknown, json!({ "ongoingIndicator": false, "messagesInQueue": false }));
        assert_eq!(csms.call("GetTransactionStatus", json!({})), json!({ "messagesInQueue": false }));
        start(&mut csms, 1);
        let id = csms.take("TransactionEvent")[0]["transactionInfo"]["transactionId"].clone();
        let running = csms.call("GetTransactionStatus", json!({ "transactionId": id }));
        assert_eq!(running, json!({ "ongoingIndicator": true, "messagesInQueue": false }));
    });
}

#[test]
fn a_refused_message_is_sent_again_with_growing_pauses_and_then_given_up() {
    in_both(|mut csms| {
        csms.put("OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]", "5");
        csms.refuse = Some("TransactionEvent");
        start(&mut csms, 1);
        assert_eq!(told(&mut csms).len(), 1);
        csms.start_transaction(2);
        csms.wait(4);
        assert_eq!(told(&mut csms).len(), 0);
        csms.wait(1);
        assert_eq!(told(&mut csms), ["0 Started RemoteStart"]);
        csms.wait(9);
        assert_eq!(told(&mut csms).len(), 0);
        csms.wait(1);
        csms.refuse = None;
        assert_eq!(told(&mut csms), ["0 Started RemoteStart", "0 Started CablePluggedIn"]);
        assert_eq!(csms.call("GetTransactionStatus", json!({}))["messagesInQueue"], true);
        csms.wait(5);
        assert_eq!(told(&mut csms).len(), 3);
    });
}

#[test]
fn the_local_list_is_kept_and_differential_updates_need_a_newer_version() {
    in_both(|mut csms| {
        let token = json!({ "idToken": "AABB01", "type": "ISO14443" });
        let entry = json!([{ "idToken": token, "idTokenInfo": { "status": "Accepted" } }]);
        let list = |version: i64| json!({ "versionNumber": version, "updateType": "Differential", "localAuthorizationList": entry });
        assert_eq!(csms.status("SendLocalList", list(3)), "Accepted");
        assert_eq!(csms.status("SendLocalList", list(3)), "VersionMismatch");
        assert_eq!(csms.call("GetLocalListVersion", json!({}))["versionNumber"], 3);
    });
}

#[test]
fn a_customer_is_reported_and_erased_except_for_the_local_list() {
    in_both(|mut csms| {
        let token = json!({ "idToken": "AABB01", "type": "ISO14443" });
        let entry = json!([{ "idToken": token, "idTokenInfo": { "status": "Accepted" } }]);
        csms.status(
            "SendLocalList",
            json!({ "versionNumber": 1, "updateType": "Full", "localAuthorizationList": entry }),
        );
        start(&mut csms, 1);
        let request = |clear| json!({ "requestId": 1, "report": true, "clear": clear, "idToken": token });
        let data = |csms: &mut Csms, clear| {
            csms.status("CustomerInformation", request(clear));
            csms.take("NotifyCustomerInformation")[0]["data"].as_str().unwrap().to_owned()
        };
        assert!(data(&mut csms, true).contains("tx-"));
        assert_eq!(data(&mut csms, false), "on the local authorization list");
        assert_eq!(csms.call("GetLocalListVersion", json!({}))["versionNumber"], 1);
    });
}
