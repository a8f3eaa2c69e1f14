//! GetMonitoringReport, SetMonitoringBase, SetMonitoringLevel.

use crate::support::{Csms, in_both, monitor};
use ocpp::Version;
use serde_json::{Value, json};

const HOT: &str = "TemperatureSensor[Ambient].Temperature";

fn ids(csms: &mut Csms, filter: Value) -> Vec<i64> {
    csms.monitors(filter).into_iter().map(|(id, _, _)| id).collect()
}

#[test]
fn a_report_without_filters_has_every_monitor_and_no_notification() {
    in_both(|mut csms| {
        let custom = csms.must_set(monitor("Delta", HOT, 2.0, 8));
        let all = csms.monitors(json!({}));
        let shown: Vec<&str> = all.iter().map(|(_, at, _)| at.as_str()).collect();
        assert_eq!(all.len(), 7, "{shown:?}");
        assert!(!shown.iter().any(|at| at.contains("Operated")));
        assert!(all.iter().any(|(id, _, _)| *id == custom));
        let (_, _, hardwired) = all.iter().find(|(id, _, _)| *id == 1).unwrap();
        assert_eq!((&hardwired["type"], &hardwired["value"]), (&json!("UpperThreshold"), &json!(80)));
        assert_eq!((&hardwired["severity"], &hardwired["transaction"]), (&json!(3), &json!(false)));
    });
}

#[test]
fn only_2_1_tells_what_is_behind_a_monitor() {
    let mut new = Csms::online(Version::V21);
    let custom = new.must_set(monitor("Delta", HOT, 2.0, 8));
    let classes: Vec<(i64, String)> = new
        .monitors(json!({}))
        .into_iter()
        .map(|(id, _, m)| (id, m["eventNotificationType"].as_str().unwrap().to_owned()))
        .collect();
    let class = |id: i64| classes.iter().find(|(i, _)| *i == id).unwrap().1.as_str();
    assert_eq!(
        (class(1), class(2), class(custom)),
        ("HardWiredMonitor", "PreconfiguredMonitor", "CustomMonitor")
    );
    let mut old = Csms::online(Version::V201);
    assert!(old.monitors(json!({})).iter().all(|(_, _, m)| m.get("eventNotificationType").is_none()));
}

#[test]
fn criteria_select_by_type() {
    in_both(|mut csms| {
        let delta = csms.must_set(monitor("Delta", HOT, 2.0, 8));
        let lower = csms.must_set(monitor("LowerThreshold", HOT, 0.0, 8));
        let periodic = csms.must_set(monitor("Periodic", HOT, 3600.0, 8));
        let aligned = csms.must_set(monitor("PeriodicClockAligned", HOT, 3600.0, 8));
        let thresholds = ids(&mut csms, json!({ "monitoringCriteria": ["ThresholdMonitoring"] }));
        assert!(thresholds.contains(&1) && thresholds.contains(&lower) && !thresholds.contains(&delta));
        let deltas = ids(&mut csms, json!({ "monitoringCriteria": ["DeltaMonitoring"] }));
        assert!(deltas.contains(&delta) && !deltas.contains(&periodic));
        let periodics = ids(&mut csms, json!({ "monitoringCriteria": ["PeriodicMonitoring"] }));
        assert_eq!(periodics, [periodic, aligned]);
        let two = ids(&mut csms, json!({ "monitoringCriteria": ["PeriodicMonitoring", "DeltaMonitoring"] }));
        assert_eq!(two.len(), periodics.len() + deltas.len());
    });
}

#[test]
fn delta_monitoring_selects_target_deltas_too() {
    let mut csms = Csms::online(Version::V21);
    let target = csms.must_set(monitor("TargetDelta", "LiquidCoolingSystem.FanSpeed@1.1", 5.0, 6));
    assert!(ids(&mut csms, json!({ "monitoringCriteria": ["DeltaMonitoring"] })).contains(&target));
}

#[test]
fn a_filter_leaves_out_what_it_does_not_name_and_both_filters_must_select() {
    in_both(|mut csms| {
        let on = |component: Value| json!({ "componentVariable": [{ "component": component }] });
        assert_eq!(ids(&mut csms, on(json!({ "name": "EVSE" }))).len(), 2);
        assert_eq!(ids(&mut csms, on(json!({ "name": "EVSE", "evse": { "id": 2 } }))).len(), 1);
        assert_eq!(ids(&mut csms, on(json!({ "name": "TemperatureSensor" }))), [1, 2]);
        let both = json!({ "monitoringCriteria": ["DeltaMonitoring"], "componentVariable": [
            { "component": { "name": "TemperatureSensor" } },
            { "component": { "name": "EmergencyStopSensor" } },
        ] });
        let selected = csms.monitors(both);
        assert_eq!(selected.iter().map(|m| m.1.as_str()).collect::<Vec<_>>(), ["EmergencyStopSensor.Active"]);
    });
}

#[test]
fn filters_that_select_nothing_give_an_empty_result_and_no_report() {
    in_both(|mut csms| {
        csms.forget();
        let periodic = json!({ "requestId": 1, "monitoringCriteria": ["PeriodicMonitoring"] });
        assert_eq!(csms.status("GetMonitoringReport", periodic), "EmptyResultSet");
        assert_eq!(csms.order, ["answer"]);
    });
}

#[test]
fn a_long_report_comes_in_parts() {
    in_both(|mut csms| {
        csms.value("DeviceDataCtrlr.ItemsPerMessage[GetReport]", "2");
        csms.forget();
        csms.status("GetMonitoringReport", json!({ "requestId": 1 }));
        assert_eq!(csms.take("NotifyMonitoringReport").len(), 3);
        csms.monitors(json!({})); // checks the numbering
    });
}

fn base(csms: &mut Csms, base: &str) {
    assert_eq!(csms.status("SetMonitoringBase", json!({ "monitoringBase": base })), "Accepted");
    assert_eq!(csms.get("MonitoringCtrlr.ActiveMonitoringBase")["attributeValue"], base);
}

#[test]
fn all_keeps_custom_monitors_and_overrides() {
    in_both(|mut csms| {
        let custom = csms.must_set(monitor("Delta", HOT, 2.0, 8));
        let mut over = monitor("UpperThreshold", HOT, 55.0, 6);
        over["id"] = 2.into();
        csms.must_set(over);
        base(&mut csms, "All");
        let all = csms.monitors(json!({}));
        assert!(all.iter().any(|m| m.0 == custom));
        assert_eq!(all.iter().find(|m| m.0 == 2).unwrap().2["value"], 55);
    });
}

#[test]
fn factory_default_removes_custom_monitors_and_undoes_overrides() {
    in_both(|mut csms| {
        let custom = csms.must_set(monitor("Delta", HOT, 2.0, 8));
        let mut over = monitor("UpperThreshold", HOT, 55.0, 6);
        over["id"] = 2.into();
        csms.must_set(over);
        base(&mut csms, "FactoryDefault");
        let all = csms.monitors(json!({}));
        assert!(!all.iter().any(|m| m.0 == custom));
        assert_eq!(all.iter().find(|m| m.0 == 2).unwrap().2["value"], 60);
    });
}

#[test]
fn hardwired_only_leaves_hardwired_monitors_and_all_brings_preconfigured_ones_back() {
    in_both(|mut csms| {
        csms.must_set(monitor("Delta", HOT, 2.0, 8));
        base(&mut csms, "HardWiredOnly");
        assert_eq!(ids(&mut csms, json!({})), [1, 3, 5, 6]);
        csms.forget();
        csms.value(HOT, "65");
        assert_eq!(csms.events().len(), 0, "what is disabled does not fire");
        csms.value(HOT, "25");
        base(&mut csms, "All");
        assert_eq!(ids(&mut csms, json!({})), [1, 2, 3, 4, 5, 6]);
        csms.value(HOT, "65");
        assert_eq!(csms.event()["variableMonitoringId"], 2);
    });
}

#[test]
fn the_level_decides_what_is_told() {
    in_both(|mut csms| {
        assert_eq!(csms.status("SetMonitoringLevel", json!({ "severity": 3 })), "Accepted");
        assert_eq!(csms.get("MonitoringCtrlr.ActiveMonitoringLevel")["attributeValue"], "3");
        csms.value(HOT, "65");
        assert_eq!(csms.events().len(), 0, "severity 6 is beyond the level");
        csms.value(HOT, "85");
        assert_eq!(csms.event()["variableMonitoringId"], 1, "severity 3 is not");
        assert_eq!(csms.status("SetMonitoringLevel", json!({ "severity": 9 })), "Accepted");
        csms.value(HOT, "25");
        assert_eq!(csms.events().len(), 2);
    });
}

#[test]
fn the_level_applies_to_periodic_events_too() {
    in_both(|mut csms| {
        csms.must_set(monitor("Periodic", HOT, 10.0, 8));
        csms.status("SetMonitoringLevel", json!({ "severity": 7 }));
        csms.wait(60);
        assert_eq!(csms.events().len(), 0);
    });
}

#[test]
fn a_level_that_does_not_exist_is_rejected() {
    in_both(|mut csms| {
        assert_eq!(csms.status("SetMonitoringLevel", json!({ "severity": 10 })), "Rejected");
    });
    let mut old = Csms::online(Version::V201);
    assert_eq!(old.status("SetMonitoringLevel", json!({ "severity": -1 })), "Rejected");
    let mut new = Csms::online(Version::V21);
    assert_eq!(new.refused("SetMonitoringLevel", json!({ "severity": -1 })), "PropertyConstraintViolation");
}
