//! Finding the inventories in a trace.

use super::*;
use crate::testing::Story;
use ocpp::frame::{ErrorCode, Frame};

fn full(story: Story, id: i64) -> Story {
    story
        .receives("GetBaseReport", json!({"requestId": id, "reportBase": "FullInventory"}))
        .answers(json!({"status": "Accepted"}))
}

fn part_of(id: i64, seq_no: i64, tbc: bool, entry: &Value) -> Value {
    json!({"requestId": id, "generatedAt": "2026-01-31T12:00:00Z", "seqNo": seq_no, "tbc": tbc, "reportData": [entry]})
}

fn inventoried() -> Story {
    full(Story::begins().boots(), 1).says("NotifyReport", part_of(1, 0, false, &power()))
}

fn monitors(story: Story, id: i64, entries: Value) -> Story {
    story
        .receives("GetMonitoringReport", json!({ "requestId": id }))
        .answers(json!({"status": "Accepted"}))
        .says(
            "NotifyMonitoringReport",
            json!({"requestId": id, "generatedAt": "2026-01-31T12:00:00Z", "seqNo": 0, "monitor": entries}),
        )
}

fn ids(story: &Story) -> Result<Vec<i64>, String> {
    let read = read(story.window()).unwrap();
    read.monitors.map(|r| r.monitors.iter().map(|m| m.id).collect())
}

#[test]
fn the_first_whole_report_counts() {
    let story = full(Story::begins(), 1)
        .says("NotifyReport", part_of(1, 0, true, &power()))
        .receives("GetBaseReport", json!({"requestId": 2, "reportBase": "ConfigurationInventory"}))
        .answers(json!({"status": "Accepted"}))
        .says("NotifyReport", part_of(2, 0, false, &display()));
    let story = full(story, 3)
        .says("NotifyReport", part_of(3, 0, true, &power()))
        .says("NotifyReport", part_of(3, 1, false, &contact()));
    let read = read(story.window()).unwrap();
    assert_eq!(read.inventory.variables.len(), 2);
    assert_eq!(read.doubts, Vec::<String>::new());
}

#[test]
fn why_there_is_no_inventory_is_said() {
    let why = |story: Story| read(story.window()).unwrap_err().to_string();
    assert_eq!(why(Story::begins()), "the full inventory was not requested");
    let request = json!({"requestId": 1, "reportBase": "FullInventory"});
    let asked = || Story::begins().receives("GetBaseReport", request.clone());
    let refused = asked().answers(json!({"status": "NotSupported"}));
    assert!(why(refused).ends_with("the station answered GetBaseReport with NotSupported"));
    assert!(why(asked()).ends_with("the station did not answer GetBaseReport"));
    let accepted = || full(Story::begins(), 1);
    assert!(why(accepted()).ends_with("GetBaseReport was accepted, and no report came"));
    let broken = accepted().says("NotifyReport", part_of(1, 0, true, &power()));
    assert!(why(broken).ends_with("its report broke off after 1 part(s)"));
}

#[test]
fn a_part_that_was_lost_makes_the_inventory_doubtful() {
    let story = full(Story::begins(), 1).says("NotifyReport", part_of(1, 1, false, &power()));
    let doubts = read(story.window()).unwrap().doubts;
    assert!(doubts[0].contains("report-misnumbered"), "{doubts:?}");
}

#[test]
fn monitors_that_the_suite_had_set_are_not_the_stations() {
    let set = json!({"value": 1, "type": "UpperThreshold", "severity": 8,
                     "component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"}});
    let mut result = set.clone();
    result["status"] = json!("Accepted");
    result["id"] = json!(7);
    let story = inventoried()
        .receives("SetVariableMonitoring", json!({ "setMonitoringData": [set] }))
        .answers(json!({ "setMonitoringResult": [result] }));
    let entries = json!([watched(&power(), json!([upper(1, 100.0, 5), upper(7, 1.0, 8)]))]);
    assert_eq!(ids(&monitors(story, 4, entries)), Ok(vec![1]));
}

#[test]
fn a_report_while_only_hardwired_monitors_were_active_is_passed_over() {
    let base = |story: Story, base: &str| {
        story
            .receives("SetMonitoringBase", json!({ "monitoringBase": base }))
            .answers(json!({"status": "Accepted"}))
    };
    let entries = |id: i64| json!([watched(&power(), json!([upper(id, 100.0, 5)]))]);
    let story = monitors(base(inventoried(), "HardWiredOnly"), 4, entries(1));
    assert!(ids(&story).unwrap_err().contains("hardwired"));
    assert_eq!(ids(&monitors(base(story, "All"), 5, entries(2))), Ok(vec![2]));
}

#[test]
fn a_filtered_report_is_not_all_monitors() {
    let story = inventoried()
        .receives("GetMonitoringReport", json!({"requestId": 4, "monitoringCriteria": ["DeltaMonitoring"]}))
        .answers(json!({"status": "EmptyResultSet"}));
    assert_eq!(ids(&story).unwrap_err(), "no report of all monitors was requested");
}

#[test]
fn a_station_without_monitors_or_monitoring_has_none() {
    let request = json!({ "requestId": 4 });
    let asked = || inventoried().receives("GetMonitoringReport", request.clone());
    assert_eq!(ids(&asked().answers(json!({"status": "EmptyResultSet"}))), Ok(vec![]));
    assert_eq!(ids(&asked().answers(json!({"status": "NotSupported"}))), Ok(vec![]));
    let error = |code: ErrorCode| asked().sends(Frame::call_error("id-4", code, ""));
    assert_eq!(ids(&error(ErrorCode::NotImplemented)), Ok(vec![]));
    assert!(ids(&error(ErrorCode::InternalError)).is_err());
    assert_eq!(ids(&asked()).unwrap_err(), "the station did not answer GetMonitoringReport");
}

#[test]
fn a_station_that_did_not_boot_is_described_by_its_inventory() {
    let mut name = on_station(at("ChargingStation", "VendorName", 1, 0));
    name["variableAttribute"][0]["value"] = json!("Muster");
    let said = described(&inventory(&[name]), crate::boot::Identity::default());
    assert_eq!((said.vendor.as_deref(), said.model), (Some("Muster"), None));
}

#[test]
fn nothing_a_station_reports_breaks_the_comparison() {
    let odd = [
        json!(null),
        json!({"component": {"name": ""}, "variable": {"name": ""}}),
        json!({"component": {"name": "EVSE", "evse": {"id": i64::MAX, "connectorId": i64::MIN}}, "variable": {"name": "Power"}}),
        json!({"component": {"name": "TemperatureSensor", "instance": "x".repeat(10_000)}, "variable": {"name": "Temperature"},
               "variableCharacteristics": {"maxLimit": -1e308, "dataType": 7, "supportsMonitoring": "true"}}),
        json!({"component": {"name": "evse", "evse": {"id": 1}}, "variable": {"name": "POWER"}, "variableAttribute": 3}),
    ];
    let watched = |severity: Value, value: Value| {
        json!({"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"},
               "variableMonitoring": [{"id": 1, "type": "UpperThreshold", "severity": severity, "value": value}]})
    };
    let monitors = [
        watched(json!(i64::MIN), json!(1e308)),
        watched(json!("5"), json!(null)),
        watched(json!(null), json!("100")),
    ];
    let seen = seen(&odd, &monitors);
    for answer in ["yes", "no", "unknown"] {
        let gap = gap(&declared(answer, answer), &seen);
        assert!(!gap.is_closed());
    }
    assert_eq!(layout(&seen.inventory).topology.unwrap().evses.len(), 2);
}
