//! ChangeAvailability and what follows from it.

use crate::support::{Csms, in_both, monitor};
use ocpp::Version;
use serde_json::{Value, json};

fn state(csms: &mut Csms, at: &str) -> String {
    csms.get(at)["attributeValue"].as_str().unwrap().to_owned()
}

/// Connector states told since last asked, as `evse.connector state`.
fn told(csms: &mut Csms) -> Vec<String> {
    let statuses = csms
        .take("StatusNotification")
        .into_iter()
        .map(|s| format!("{}.{} {}", s["evseId"], s["connectorId"], s["connectorStatus"].as_str().unwrap()));
    let statuses: Vec<String> = statuses.collect();
    let events = csms.all_events().into_iter().filter(|e| e["component"]["name"] == "Connector").map(|e| {
        let evse = &e["component"]["evse"];
        format!("{}.{} {}", evse["id"], evse["connectorId"], e["actualValue"].as_str().unwrap())
    });
    statuses.into_iter().chain(events).collect()
}

fn change(csms: &mut Csms, to: &str, evse: Value) -> String {
    let mut request = json!({ "operationalStatus": to });
    if !evse.is_null() {
        request["evse"] = evse;
    }
    csms.status("ChangeAvailability", request)
}

#[test]
fn a_station_switched_off_takes_its_evses_and_connectors_along_and_gives_them_back() {
    in_both(|mut csms| {
        assert_eq!(change(&mut csms, "Inoperative", Value::Null), "Accepted");
        assert_eq!(told(&mut csms), ["1.1 Unavailable", "1.2 Unavailable", "2.1 Unavailable"]);
        for at in [
            "ChargingStation.AvailabilityState",
            "EVSE.AvailabilityState@2",
            "Connector.AvailabilityState@1.2",
        ] {
            assert_eq!(state(&mut csms, at), "Unavailable");
        }
        assert_eq!(change(&mut csms, "Operative", Value::Null), "Accepted");
        assert_eq!(told(&mut csms), ["1.1 Available", "1.2 Available", "2.1 Available"]);
    });
}

#[test]
fn a_connector_switched_off_by_itself_stays_off_when_its_evse_comes_back() {
    in_both(|mut csms| {
        change(&mut csms, "Inoperative", json!({ "id": 1, "connectorId": 2 }));
        assert_eq!(told(&mut csms), ["1.2 Unavailable"]);
        change(&mut csms, "Inoperative", json!({ "id": 1 }));
        assert_eq!(told(&mut csms), ["1.1 Unavailable"]);
        change(&mut csms, "Operative", json!({ "id": 1 }));
        assert_eq!(told(&mut csms), ["1.1 Available"]);
        assert_eq!(state(&mut csms, "Connector.AvailabilityState@1.2"), "Unavailable");
    });
}

#[test]
fn asking_for_the_present_state_is_accepted_and_tells_nothing() {
    in_both(|mut csms| {
        assert_eq!(change(&mut csms, "Operative", json!({ "id": 1 })), "Accepted");
        assert_eq!(told(&mut csms), Vec::<String>::new());
    });
}

#[test]
fn a_place_that_does_not_exist_is_rejected() {
    in_both(|mut csms| {
        assert_eq!(change(&mut csms, "Inoperative", json!({ "id": 3 })), "Rejected");
        assert_eq!(change(&mut csms, "Inoperative", json!({ "id": 2, "connectorId": 2 })), "Rejected");
    });
}

#[test]
fn while_a_transaction_runs_the_change_is_scheduled() {
    in_both(|mut csms| {
        csms.start_transaction(1);
        assert_eq!(told(&mut csms), ["1.1 Occupied"]);
        assert_eq!(change(&mut csms, "Inoperative", json!({ "id": 1, "connectorId": 1 })), "Scheduled");
        assert_eq!(told(&mut csms), Vec::<String>::new());
        csms.end_transaction(1);
        assert_eq!(told(&mut csms), ["1.1 Unavailable"]);
        let start = spec::Effect::TransactionStart { evse: 1 };
        assert!(csms.station.apply(csms.now, &start).is_err(), "an EVSE out of service charges nobody");
    });
}

#[test]
fn availability_survives_a_reboot() {
    in_both(|mut csms| {
        change(&mut csms, "Inoperative", json!({ "id": 2 }));
        csms.status("Reset", json!({ "type": "Immediate" }));
        csms.forget();
        csms.reboot();
        assert_eq!(told(&mut csms), ["1.1 Available", "1.2 Available", "2.1 Unavailable"]);
    });
}

#[test]
fn a_state_change_fires_the_monitors_on_it() {
    in_both(|mut csms| {
        let id = csms.must_set(monitor("Delta", "EVSE.AvailabilityState@1", 1.0, 7));
        change(&mut csms, "Inoperative", json!({ "id": 1 }));
        let events = csms.events();
        let fired: Vec<&Value> = events.iter().filter(|e| e["variableMonitoringId"] == id).collect();
        assert_eq!(fired.len(), 1);
        assert_eq!(
            (&fired[0]["actualValue"], &fired[0]["trigger"]),
            (&json!("Unavailable"), &json!("Delta"))
        );
    });
}

#[test]
fn a_level_that_silences_the_state_event_gets_a_status_notification() {
    let mut csms = Csms::online(Version::V21);
    csms.status("SetMonitoringLevel", json!({ "severity": 3 }));
    change(&mut csms, "Inoperative", json!({ "id": 2 }));
    assert_eq!(csms.all_events().len(), 0);
    assert_eq!(csms.take("StatusNotification").len(), 1);
}
