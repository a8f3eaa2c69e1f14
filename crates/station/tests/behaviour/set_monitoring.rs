//! SetVariableMonitoring and ClearVariableMonitoring.

use crate::support::{Csms, in_both, monitor, shown};
use ocpp::Version;
use serde_json::{Value, json};

const HOT: &str = "TemperatureSensor[Ambient].Temperature";

fn status(csms: &mut Csms, monitor: Value) -> String {
    csms.set(monitor)["status"].as_str().unwrap().to_owned()
}

fn with_id(mut monitor: Value, id: i64) -> Value {
    monitor["id"] = id.into();
    monitor
}

#[test]
fn each_element_has_its_own_result_and_a_bad_one_spoils_no_other() {
    in_both(|mut csms| {
        let wanted = [
            monitor("Delta", HOT, 2.0, 8),
            monitor("Delta", "TeaMaker.Power", 1.0, 8),
            monitor("UpperThreshold", HOT, 50.0, 8),
        ];
        let response = csms.call("SetVariableMonitoring", json!({ "setMonitoringData": wanted }));
        let results = response["setMonitoringResult"].as_array().unwrap();
        assert_eq!(results.len(), 3);
        for (result, asked) in results.iter().zip(&wanted) {
            assert_eq!(shown(result), shown(asked));
            assert_eq!((&result["type"], &result["severity"]), (&asked["type"], &asked["severity"]));
            assert_eq!(result.get("id").is_some(), result["status"] == "Accepted");
        }
        let statuses: Vec<&str> = results.iter().map(|r| r["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["Accepted", "UnknownComponent", "Accepted"]);
        assert_ne!(results[0]["id"], results[2]["id"]);
    });
}

#[test]
fn what_does_not_exist_cannot_be_monitored() {
    in_both(|mut csms| {
        assert_eq!(status(&mut csms, monitor("Delta", "EVSE.Power@9", 1.0, 8)), "UnknownComponent");
        assert_eq!(status(&mut csms, monitor("Delta", "EVSE.Taste@1", 1.0, 8)), "UnknownVariable");
    });
}

#[test]
fn a_type_that_does_not_fit_is_unsupported() {
    in_both(|mut csms| {
        assert_eq!(
            status(&mut csms, monitor("UpperThreshold", "EVSE.AvailabilityState@1", 1.0, 8)),
            "UnsupportedMonitorType"
        );
        assert_eq!(
            status(&mut csms, monitor("Delta", "ChargingStation.Model", 1.0, 8)),
            "UnsupportedMonitorType"
        );
    });
    let mut new = Csms::online(Version::V21);
    assert_eq!(
        status(&mut new, monitor("TargetDelta", HOT, 1.0, 8)),
        "UnsupportedMonitorType",
        "it has no target"
    );
}

#[test]
fn a_threshold_must_lie_within_the_limits() {
    in_both(|mut csms| {
        let limits = |csms: &mut Csms| {
            let entries = csms.inventory("FullInventory");
            let about = entries.iter().find(|e| shown(e) == HOT).unwrap()["variableCharacteristics"].clone();
            (about["minLimit"].as_f64().unwrap(), about["maxLimit"].as_f64().unwrap())
        };
        let (min, max) = limits(&mut csms);
        assert_eq!(status(&mut csms, monitor("UpperThreshold", HOT, max + 0.5, 8)), "Rejected");
        assert_eq!(status(&mut csms, monitor("LowerThreshold", HOT, min - 0.5, 8)), "Rejected");
        assert_eq!(status(&mut csms, monitor("UpperThreshold", HOT, max, 8)), "Accepted");
        assert_eq!(status(&mut csms, monitor("LowerThreshold", HOT, min, 8)), "Accepted");
    });
}

#[test]
fn a_delta_must_not_be_negative_and_in_2_1_not_zero() {
    in_both(|mut csms| {
        assert_eq!(status(&mut csms, monitor("Delta", HOT, -1.0, 8)), "Rejected");
        let zero = status(&mut csms, monitor("Delta", HOT, 0.0, 8));
        assert_eq!(zero, if csms.version == Version::V21 { "Rejected" } else { "Accepted" });
    });
}

#[test]
fn a_period_must_be_at_least_a_second_and_a_severity_must_exist() {
    in_both(|mut csms| {
        assert_eq!(status(&mut csms, monitor("Periodic", HOT, 0.0, 8)), "Rejected");
        assert_eq!(status(&mut csms, monitor("PeriodicClockAligned", HOT, -5.0, 8)), "Rejected");
        assert_eq!(status(&mut csms, monitor("Periodic", HOT, 1e300, 8)), "Rejected");
        assert_eq!(status(&mut csms, monitor("Delta", HOT, 1.0, 10)), "Rejected");
    });
}

#[test]
fn the_same_type_and_severity_twice_is_a_duplicate_whatever_the_value() {
    in_both(|mut csms| {
        assert_eq!(status(&mut csms, monitor("UpperThreshold", HOT, 70.0, 6)), "Duplicate", "preconfigured");
        csms.must_set(monitor("Delta", HOT, 2.0, 8));
        assert_eq!(status(&mut csms, monitor("Delta", HOT, 3.0, 8)), "Duplicate");
        let other = csms.must_set(monitor("Delta", HOT, 3.0, 7));
        assert_eq!(status(&mut csms, with_id(monitor("Delta", HOT, 3.0, 8), other)), "Duplicate");
        assert_eq!(
            status(&mut csms, with_id(monitor("Delta", HOT, 4.0, 7), other)),
            "Accepted",
            "it is the same one"
        );
    });
}

#[test]
fn a_monitor_is_replaced_under_its_id() {
    in_both(|mut csms| {
        let id = csms.must_set(monitor("Delta", HOT, 2.0, 8));
        assert_eq!(csms.must_set(with_id(monitor("UpperThreshold", HOT, 40.0, 7), id)), id);
        let all = csms.monitors(json!({}));
        let now = &all.iter().find(|m| m.0 == id).unwrap().2;
        assert_eq!(
            (&now["type"], &now["value"], &now["severity"]),
            (&json!("UpperThreshold"), &json!(40), &json!(7))
        );
    });
}

#[test]
fn a_replaced_preconfigured_monitor_is_a_custom_one() {
    in_both(|mut csms| {
        csms.must_set(with_id(monitor("UpperThreshold", HOT, 50.0, 6), 2));
        csms.value(HOT, "55");
        let event = csms.event();
        assert_eq!(event["eventNotificationType"], "CustomMonitor");
        assert_eq!(event["variableMonitoringId"], 2);
    });
}

#[test]
fn an_unknown_id_another_variable_and_a_hardwired_monitor_are_rejected() {
    in_both(|mut csms| {
        let id = csms.must_set(monitor("Delta", HOT, 2.0, 8));
        let before = csms.monitors(json!({}));
        assert_eq!(status(&mut csms, with_id(monitor("Delta", HOT, 2.0, 7), 4711)), "Rejected");
        assert_eq!(status(&mut csms, with_id(monitor("Delta", "EVSE.Power@1", 2.0, 7), id)), "Rejected");
        assert_eq!(status(&mut csms, with_id(monitor("UpperThreshold", HOT, 75.0, 3), 1)), "Rejected");
        assert_eq!(csms.monitors(json!({})), before, "nothing has changed");
    });
}

#[test]
fn a_threshold_has_nothing_to_stream() {
    let mut csms = Csms::online(Version::V21);
    let mut wanted = monitor("UpperThreshold", HOT, 60.0, 8);
    wanted["periodicEventStream"] = json!({ "interval": 5 });
    assert_eq!(status(&mut csms, wanted), "Rejected");
}

#[test]
fn a_monitor_is_cleared_once() {
    in_both(|mut csms| {
        let id = csms.must_set(monitor("Delta", HOT, 2.0, 8));
        assert_eq!(csms.clear(id), "Accepted");
        assert_eq!(csms.clear(id), "NotFound");
        assert!(!csms.monitors(json!({})).iter().any(|m| m.0 == id));
        csms.value(HOT, "40");
        assert_eq!(csms.events().len(), 0);
    });
}

#[test]
fn a_hardwired_monitor_cannot_be_cleared_and_a_preconfigured_one_comes_back_with_the_base() {
    in_both(|mut csms| {
        let response = csms.call("ClearVariableMonitoring", json!({ "id": [1, 2, 99] }));
        let results = response["clearMonitoringResult"].as_array().unwrap();
        let shown: Vec<(i64, &str)> =
            results.iter().map(|r| (r["id"].as_i64().unwrap(), r["status"].as_str().unwrap())).collect();
        assert_eq!(shown, [(1, "Rejected"), (2, "Accepted"), (99, "NotFound")]);
        csms.status("SetMonitoringBase", json!({ "monitoringBase": "All" }));
        assert!(csms.monitors(json!({})).iter().any(|m| m.0 == 2));
    });
}

#[test]
fn ids_are_not_given_twice() {
    in_both(|mut csms| {
        let first = csms.must_set(monitor("Delta", HOT, 2.0, 8));
        csms.clear(first);
        assert_ne!(csms.must_set(monitor("Delta", HOT, 2.0, 8)), first);
    });
}
