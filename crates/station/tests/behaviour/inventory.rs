//! Base reports and custom reports.

use crate::support::{Csms, in_both, shown};
use serde_json::{Value, json};

fn names(entries: &[Value]) -> Vec<String> {
    entries.iter().map(shown).collect()
}

fn custom(csms: &mut Csms, filter: Value) -> Vec<String> {
    let mut request = filter;
    request["requestId"] = 3.into();
    names(&csms.report("GetReport", "NotifyReport", "reportData", request))
}

#[test]
fn the_full_inventory_has_every_variable_once_with_its_characteristics() {
    in_both(|mut csms| {
        let entries = csms.inventory("FullInventory");
        let mut all = names(&entries);
        assert_eq!(all.len(), csms.station.model().variables.len());
        all.sort();
        all.dedup();
        assert_eq!(all.len(), entries.len());
        let power = entries.iter().find(|e| shown(e) == "EVSE.Power @EVSE 1").unwrap();
        let about = &power["variableCharacteristics"];
        assert_eq!((&about["unit"], &about["dataType"]), (&json!("W"), &json!("decimal")));
        assert!(about["maxLimit"].is_number() && about["supportsMonitoring"] == true);
        assert_eq!(power["variableAttribute"][0]["value"], "1000");
    });
}

#[test]
fn a_long_report_comes_in_parts_of_the_size_the_device_model_states() {
    in_both(|mut csms| {
        csms.value("DeviceDataCtrlr.ItemsPerMessage[GetReport]", "10");
        csms.forget();
        csms.status("GetBaseReport", json!({ "requestId": 1, "reportBase": "FullInventory" }));
        let parts = csms.take("NotifyReport");
        assert!(parts.len() > 3);
        assert!(parts.iter().all(|p| p["reportData"].as_array().unwrap().len() <= 10));
        csms.inventory("FullInventory"); // checks the numbering
    });
}

#[test]
fn the_configuration_inventory_has_only_what_can_be_set_and_keeps_secrets() {
    in_both(|mut csms| {
        let entries = csms.inventory("ConfigurationInventory");
        assert!(entries.iter().all(|e| {
            e["variableAttribute"].as_array().unwrap().iter().any(|a| a["mutability"] != "ReadOnly")
        }));
        let secret = entries.iter().find(|e| shown(e) == "SecurityCtrlr.BasicAuthPassword").unwrap();
        assert!(secret["variableAttribute"][0].get("value").is_none());
        assert!(names(&entries).contains(&"OCPPCommCtrlr.WebSocketPingInterval".to_owned()));
    });
}

#[test]
fn the_summary_has_availability_problems_and_alerts() {
    in_both(|mut csms| {
        let calm = names(&csms.inventory("SummaryInventory"));
        assert!(calm.contains(&"Connector.AvailabilityState @EVSE 1, connector 2".to_owned()));
        assert!(!calm.iter().any(|n| n.starts_with("RCD") || n.starts_with("Temperature")));
        csms.value("RCD.Problem@2", "true");
        csms.value("TemperatureSensor[Ambient].Temperature", "85");
        let troubled = names(&csms.inventory("SummaryInventory"));
        assert!(troubled.contains(&"RCD.Problem @EVSE 2".to_owned()));
        assert!(troubled.contains(&"TemperatureSensor[Ambient].Temperature".to_owned()));
    });
}

#[test]
fn criteria_select_components_and_a_missing_variable_counts_except_for_problem() {
    in_both(|mut csms| {
        csms.value("RCD.Problem@2", "true");
        let problem = custom(&mut csms, json!({ "componentCriteria": ["Problem"] }));
        assert!(problem.iter().all(|n| n.starts_with("RCD") && n.ends_with("@EVSE 2")), "{problem:?}");
        assert_eq!(problem.len(), 2, "every variable of the component");
        let active = custom(&mut csms, json!({ "componentCriteria": ["Active"] }));
        assert!(active.contains(&"ElectricalFeed.Active".to_owned()));
        assert!(!active.contains(&"EmergencyStopSensor.Active".to_owned()), "it is false");
        assert!(active.contains(&"EVSE.Power @EVSE 1".to_owned()), "it has none");
        let either = custom(&mut csms, json!({ "componentCriteria": ["Problem", "Active"] }));
        assert!(either.len() >= active.len());
    });
}

#[test]
fn what_is_missing_in_a_filter_stands_for_everything() {
    in_both(|mut csms| {
        let mut ask = |component: Value, variable: Value| {
            let mut one = json!({ "component": component });
            if !variable.is_null() {
                one["variable"] = variable;
            }
            custom(&mut csms, json!({ "componentVariable": [one] }))
        };
        assert_eq!(ask(json!({ "name": "rcd" }), Value::Null).len(), 4, "two variables on two EVSEs");
        assert_eq!(ask(json!({ "name": "RCD", "evse": { "id": 1 } }), Value::Null).len(), 2);
        assert_eq!(ask(json!({ "name": "RCD" }), json!({ "name": "Problem" })).len(), 2);
        let on_evse = ask(json!({ "name": "LiquidCoolingSystem", "evse": { "id": 1 } }), Value::Null);
        assert_eq!(on_evse.len(), 2, "both connectors");
        let on_one = json!({ "name": "LiquidCoolingSystem", "evse": { "id": 1, "connectorId": 2 } });
        assert_eq!(ask(on_one, Value::Null).len(), 1);
        let any_instance = ask(json!({ "name": "DeviceDataCtrlr" }), json!({ "name": "ItemsPerMessage" }));
        assert_eq!(any_instance.len(), 3);
        let one_instance = json!({ "name": "ItemsPerMessage", "instance": "GetReport" });
        assert_eq!(ask(json!({ "name": "DeviceDataCtrlr" }), one_instance).len(), 1);
        assert_eq!(ask(json!({ "name": "TemperatureSensor" }), Value::Null).len(), 1);
    });
}

#[test]
fn both_filters_must_select_and_nothing_selected_is_an_empty_result() {
    in_both(|mut csms| {
        csms.value("RCD.Problem@2", "true");
        let filter = json!({ "componentCriteria": ["Problem"], "componentVariable": [
            { "component": { "name": "RCD" }, "variable": { "name": "Problem" } },
            { "component": { "name": "EVSE" } },
        ] });
        assert_eq!(custom(&mut csms, filter), ["RCD.Problem @EVSE 2"]);
        csms.forget();
        let nothing =
            json!({ "requestId": 1, "componentVariable": [{ "component": { "name": "TeaMaker" } }] });
        assert_eq!(csms.status("GetReport", nothing), "EmptyResultSet");
        assert_eq!(csms.order, ["answer"]);
    });
}
