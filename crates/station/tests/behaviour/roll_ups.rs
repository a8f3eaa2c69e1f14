//! Problems of parts show in the whole, and events say what they follow from.

use crate::support::{Csms, identity, shown};
use ocpp::Version;
use serde_json::{Value, json};
use spec::{Archetype, Declaration};
use station::Station;

const CONTACTOR: &str = "PowerContactor.Problem@1";
const LOCK: &str = "ConnectorPlugRetentionLock.Problem@1.1";
const OUTLET: &str = "EVSE.Problem@1";
const FEED: &str = "ElectricalFeed.Problem";
const STATION: &str = "ChargingStation.Problem";

fn wallbox(version: Version) -> Csms {
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let station = Station::new(&archetype, &Declaration::complete(&archetype), version, identity());
    let mut csms = Csms::of(station);
    csms.connect();
    csms.forget();
    csms
}

fn on_wallboxes(test: impl Fn(Csms)) {
    for version in Version::ALL {
        test(wallbox(version));
    }
}

fn said(events: &[Value]) -> Vec<(String, &str)> {
    events.iter().map(|e| (shown(e), e["actualValue"].as_str().unwrap())).collect()
}

fn value_of(csms: &mut Csms, on: &str) -> Value {
    csms.get(on)["attributeValue"].clone()
}

#[test]
fn a_problem_of_a_part_is_a_problem_of_its_evse_and_says_so() {
    on_wallboxes(|mut csms| {
        csms.value(CONTACTOR, "true");
        let events = csms.events();
        assert_eq!(events.len(), 2, "{events:#?}");
        let (part, whole) = (&events[0], &events[1]);
        assert_eq!((&whole["component"]["name"], &whole["actualValue"]), (&json!("EVSE"), &json!("true")));
        assert_eq!(whole["cause"], part["eventId"]);
        assert!(part.get("cause").is_none(), "it follows from nothing");
        assert_eq!(value_of(&mut csms, OUTLET), "true");
        assert_eq!(value_of(&mut csms, STATION), "false", "the station as a whole is another matter");
    });
}

#[test]
fn a_roll_up_stays_until_the_last_of_its_causes_is_gone() {
    on_wallboxes(|mut csms| {
        csms.value(CONTACTOR, "true");
        csms.value(LOCK, "true");
        csms.forget();
        csms.value(CONTACTOR, "false");
        assert_eq!(said(&csms.events()).len(), 1, "the bolt is still stuck");
        csms.value(LOCK, "false");
        let events = csms.events();
        assert_eq!(events.len(), 2);
        assert_eq!(events[1]["actualValue"], "false");
        assert_eq!(events[1]["cause"], events[0]["eventId"]);
        assert_eq!(value_of(&mut csms, OUTLET), "false");
    });
}

#[test]
fn a_problem_of_the_feed_is_one_of_the_station() {
    on_wallboxes(|mut csms| {
        csms.value(FEED, "true");
        let events = csms.events();
        assert_eq!(events[1]["component"]["name"], "ChargingStation");
        assert_eq!(events[1]["cause"], events[0]["eventId"]);
    });
}

#[test]
fn what_is_less_urgent_than_the_roll_up_does_not_raise_it() {
    on_wallboxes(|mut csms| {
        csms.value("CPPWMController.Problem[EVSide]@1.1", "true");
        assert_eq!(csms.events().len(), 1, "severity 7 is no problem of the outlet");
        assert_eq!(value_of(&mut csms, OUTLET), "false");
    });
}

#[test]
fn what_the_rig_says_of_the_whole_shows_in_a_part_first() {
    on_wallboxes(|mut csms| {
        csms.value(OUTLET, "true");
        let events = csms.events();
        assert_eq!(events.len(), 2);
        assert_eq!(events[1]["cause"], events[0]["eventId"]);
        csms.value(OUTLET, "false");
        assert_eq!(csms.events().len(), 2);
        assert_eq!(value_of(&mut csms, OUTLET), "false");
    });
}

#[test]
fn a_cause_is_never_an_event_that_was_not_sent() {
    on_wallboxes(|mut csms| {
        csms.status("SetMonitoringLevel", json!({ "severity": 1 }));
        csms.value(CONTACTOR, "true");
        assert_eq!(csms.events().len(), 0);
        csms.status("SetMonitoringLevel", json!({ "severity": 9 }));
        csms.value(LOCK, "true");
        csms.value(LOCK, "false");
        csms.value(CONTACTOR, "false");
        let events = csms.events();
        let last = events.last().unwrap();
        assert_eq!((&last["component"]["name"], &last["actualValue"]), (&json!("EVSE"), &json!("false")));
        assert_eq!(last["cause"], events[events.len() - 2]["eventId"]);
    });
}

#[test]
fn a_fault_with_a_published_code_carries_it_when_it_opens() {
    on_wallboxes(|mut csms| {
        csms.value(CONTACTOR, "true");
        csms.value(CONTACTOR, "false");
        let codes: Vec<Value> = csms.events().iter().map(|e| e["techCode"].clone()).collect();
        assert_eq!(codes, [json!("CX017"), Value::Null, Value::Null, Value::Null]);
    });
}

#[test]
fn a_monitor_of_the_operator_claims_no_code() {
    on_wallboxes(|mut csms| {
        csms.must_set(crate::support::monitor("Delta", CONTACTOR, 1.0, 6));
        csms.value(CONTACTOR, "true");
        let events = csms.events();
        let custom = events.iter().find(|e| e["eventNotificationType"] == "CustomMonitor").unwrap();
        assert!(custom.get("techCode").is_none());
    });
}

#[test]
fn a_fan_has_a_target_in_2_1_only() {
    for version in Version::ALL {
        let archetype = Archetype::load("dc-hpc").unwrap();
        let declaration = Declaration::complete(&archetype);
        let mut csms = Csms::of(Station::new(&archetype, &declaration, version, identity()));
        csms.connect();
        let mut wanted =
            crate::support::monitor("TargetDelta", "AirCoolingSystem[Cabinet].FanSpeed", 100.0, 7);
        wanted["type"] = json!(if version == Version::V21 { "TargetDelta" } else { "Delta" });
        assert_eq!(csms.set(wanted)["status"], "Accepted");
        let inventory = csms.inventory("FullInventory");
        let fan =
            inventory.iter().find(|v| shown(v).contains("AirCoolingSystem") && shown(v).contains("FanSpeed"));
        let has_target =
            fan.unwrap()["variableAttribute"].as_array().unwrap().iter().any(|a| a["type"] == "Target");
        assert_eq!(has_target, version == Version::V21);
    }
}
