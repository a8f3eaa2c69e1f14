//! What the maker ships.

use crate::support::{Csms, archetype, at, identity, in_both};
use ocpp::{MonitorType, Severity, Version};
use serde_json::json;
use spec::model::RowId;
use spec::{Archetype, Declaration};
use station::device::{BuiltIn, BuiltInClass};
use station::{DeviceModel, Identity, Station};

#[test]
fn a_hardwired_monitor_tells_the_fault_and_its_end() {
    in_both(|mut csms| {
        csms.value("EmergencyStopSensor.Active", "true");
        csms.value("EmergencyStopSensor.Active", "false");
        let events = csms.events();
        assert_eq!(events.len(), 2);
        for event in &events {
            assert_eq!(
                (&event["eventNotificationType"], &event["trigger"]),
                (&json!("HardWiredMonitor"), &json!("Delta"))
            );
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

/// A station whose maker has put a hardwired monitor on the state of one connector.
fn with_state_monitor(version: Version) -> Csms {
    let archetype = archetype();
    let declaration = Declaration::complete(&archetype);
    let mut model = DeviceModel::from_archetype(&archetype, &declaration, version);
    let variable = model.find(&at("Connector.AvailabilityState@1.1")).unwrap();
    model.built_in.push(BuiltIn {
        row: RowId("M-9999".into()),
        class: BuiltInClass::Hardwired,
        variable,
        monitor_type: MonitorType::Delta,
        value: 1.0,
        severity: Severity(7),
        transaction: false,
    });
    let mut csms = Csms::of(Station::with_model(model, &archetype.topology, version, identity()));
    csms.connect();
    csms.forget();
    csms
}

#[test]
fn a_hardwired_monitor_on_the_state_of_a_connector_tells_it_instead_of_a_notification() {
    let mut new = with_state_monitor(Version::V21);
    new.value("Connector.AvailabilityState@1.1", "Faulted");
    assert_eq!(new.all_events()[0]["eventNotificationType"], "HardWiredMonitor");
    assert!(new.take("StatusNotification").is_empty());
    new.value("Connector.AvailabilityState@1.2", "Faulted");
    assert_eq!(new.all_events()[0]["eventNotificationType"], "HardWiredNotification", "it has no monitor");
    new.status("SetMonitoringLevel", json!({ "severity": 6 }));
    new.value("Connector.AvailabilityState@1.1", "Available");
    assert!(new.all_events().is_empty(), "the level silences the monitor");
    assert_eq!(new.take("StatusNotification").len(), 1, "the state is told all the same");

    let mut old = with_state_monitor(Version::V201);
    old.value("Connector.AvailabilityState@1.1", "Faulted");
    assert_eq!(old.all_events()[0]["eventNotificationType"], "HardWiredMonitor");
    assert_eq!(old.take("StatusNotification").len(), 1);
}

#[test]
fn every_embedded_archetype_gives_a_station_that_speaks_by_the_schemas() {
    assert!(!spec::embedded_ids().is_empty());
    for id in spec::embedded_ids() {
        let archetype = Archetype::load(id).unwrap();
        let declaration = Declaration::complete(&archetype);
        for version in Version::ALL {
            let identity = Identity::of(&declaration);
            let mut csms = Csms::of(Station::new(&archetype, &declaration, version, identity));
            csms.connect();
            assert!(csms.inventory("FullInventory").len() > archetype.components.len(), "{id}");
            assert!(!csms.inventory("SummaryInventory").is_empty());
            csms.monitors(json!({}));
        }
    }
}

#[test]
fn a_station_of_an_embedded_archetype_starts_without_a_fault() {
    for id in spec::embedded_ids() {
        let archetype = Archetype::load(id).unwrap();
        let declaration = Declaration::complete(&archetype);
        let mut csms =
            Csms::of(Station::new(&archetype, &declaration, Version::V21, Identity::of(&declaration)));
        csms.connect();
        let mut events = csms.events();
        events.retain(|e| e["trigger"] == "Alerting");
        assert!(events.is_empty(), "{id}: {events:#?}");
    }
}
