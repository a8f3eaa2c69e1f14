//! From the archetype to the device model.

use crate::support::{PRODUCT, archetype, at, identity, new_station};
use ocpp::{AttributeType, Mutability, Version};
use spec::{Declaration, Source};
use station::{DeviceModel, Station};

fn declared(answers: &str) -> Declaration {
    let text = format!(
        "schemaVersion: 1\narchetype: small\nproduct: {{ vendor: Acme, model: Box }}\nconditions: {{ {answers} }}\n"
    );
    Declaration::from_source(Source::new("declaration.yaml", text), &archetype()).unwrap()
}

fn has(model: &DeviceModel, address: &str) -> bool {
    model.find(&at(address)).is_some()
}

fn variable<'m>(model: &'m DeviceModel, address: &str) -> &'m station::device::Variable {
    model.get(model.find(&at(address)).unwrap_or_else(|| panic!("{address}"))).unwrap()
}

#[test]
fn a_row_is_present_at_every_place_of_its_tier() {
    let station = new_station(Version::V201);
    for address in
        ["EVSE.Power@1", "EVSE.Power@2", "LiquidCoolingSystem.FanSpeed@1.2", "ElectricalFeed.Active"]
    {
        assert!(has(station.model(), address), "{address}");
    }
    assert!(!has(station.model(), "EVSE.Power@3") && !has(station.model(), "EVSE.Power"));
}

#[test]
fn only_what_is_declared_absent_is_absent() {
    let archetype = archetype();
    let fan = "LiquidCoolingSystem.FanSpeed@1.1";
    for (answer, present) in [("yes", true), ("unknown", true), ("no", false)] {
        let declaration = declared(&format!("liquid-cooling: {answer}"));
        let model = DeviceModel::from_archetype(&archetype, &declaration, Version::V201);
        assert_eq!(has(&model, fan), present, "{answer}");
    }
}

#[test]
fn a_row_of_one_version_is_absent_in_the_other() {
    assert!(!has(new_station(Version::V201).model(), "FloodSensor.Active"));
    assert!(has(new_station(Version::V21).model(), "FloodSensor.Active"));
}

#[test]
fn a_variable_starts_at_its_example_or_where_no_fault_is() {
    let station = new_station(Version::V21);
    let start = |address| variable(station.model(), address).actual().to_owned();
    assert_eq!(start("TemperatureSensor[Ambient].Temperature"), "25");
    assert_eq!(start("EmergencyStopSensor.Active"), "false");
    assert_eq!(start("ElectricalFeed.Active"), "true", "false would mean that the mains is lost");
}

#[test]
fn limits_leave_room_around_the_range_of_the_monitors() {
    let station = new_station(Version::V21);
    let t = variable(station.model(), "TemperatureSensor[Ambient].Temperature");
    assert!(t.min_limit.unwrap() < -30.0 && t.max_limit.unwrap() > 90.0, "{t:?}");
    let p = variable(station.model(), "EVSE.Power@1");
    assert!(p.max_limit.unwrap() > 1000.0);
}

#[test]
fn a_share_of_the_limit_becomes_a_value() {
    let station = new_station(Version::V21);
    let max = variable(station.model(), "EVSE.Power@2").max_limit.unwrap();
    let built_in = &station.model().built_in;
    let overload = built_in.iter().rfind(|b| b.row.0 == "M-0007").unwrap();
    assert_eq!(overload.value, max * 0.8);
    assert_eq!(built_in.iter().filter(|b| b.row.0 == "M-0007").count(), 2, "one on each EVSE");
}

#[test]
fn a_target_exists_only_in_2_1() {
    for (version, exists) in [(Version::V201, false), (Version::V21, true)] {
        let station = new_station(version);
        let fan = variable(station.model(), "LiquidCoolingSystem.FanSpeed@1.1");
        assert_eq!(fan.attribute(AttributeType::Target).is_some(), exists);
    }
}

#[test]
fn access_becomes_mutability() {
    let station = new_station(Version::V201);
    let of = |address| variable(station.model(), address).attributes[0].mutability;
    assert_eq!(of("EVSE.Power@1"), Mutability::ReadOnly);
    assert_eq!(of("SecurityCtrlr.BasicAuthPassword"), Mutability::WriteOnly);
    assert_eq!(of("OCPPCommCtrlr.WebSocketPingInterval"), Mutability::ReadWrite);
}

#[test]
fn the_protocol_has_its_variables_even_if_the_archetype_lists_none() {
    let bare = "schemaVersion: 1\nid: bare\ntitle: t\nversion: 1.0.0\nedition: 1\nsummary: s\ntopology: { evses: [ { connectors: 1 } ] }\n";
    let archetype = spec::Archetype::from_sources(vec![Source::new("bare.yaml", bare)]).unwrap();
    let declaration = Declaration::complete(&archetype);
    let station = Station::new(&archetype, &declaration, Version::V21, identity());
    for address in [
        "MonitoringCtrlr.ItemsPerMessage[SetVariableMonitoring]",
        "MonitoringCtrlr.OfflineQueuingSeverity",
        "DeviceDataCtrlr.ItemsPerMessage[GetReport]",
        "SecurityCtrlr.BasicAuthPassword",
        "ClockCtrlr.DateTime",
        "ChargingStation.AvailabilityState",
        "EVSE.AvailabilityState@1",
        "Connector.AvailabilityState@1.1",
    ] {
        assert!(has(station.model(), address), "{address}");
    }
    assert_eq!(variable(station.model(), "ChargingStation.Model").actual(), "Box");
    // The archetype's own description stands in the place of the built-in one, not beside it.
    assert!(PRODUCT.contains("BasicAuthPassword"));
    let own = new_station(Version::V21);
    let password = at("SecurityCtrlr.BasicAuthPassword");
    assert_eq!(own.model().variables.iter().filter(|v| v.address.same_as(&password)).count(), 1);
}
