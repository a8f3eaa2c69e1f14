//! GetVariables and SetVariables.

use crate::support::in_both;
use serde_json::json;

#[test]
fn a_value_is_read_with_the_attribute_it_belongs_to() {
    in_both(|mut csms| {
        let result = csms.get("evse.POWER@1");
        assert_eq!(result["attributeStatus"], "Accepted");
        assert_eq!(result["attributeValue"], "1000");
        assert_eq!(result["attributeType"], "Actual");
        assert_eq!(result["variable"]["name"], "POWER", "as it was asked");
    });
}

#[test]
fn what_is_not_there_is_told_apart() {
    in_both(|mut csms| {
        let status = |csms: &mut crate::support::Csms, at| csms.get(at)["attributeStatus"].clone();
        assert_eq!(status(&mut csms, "TeaMaker.Power"), "UnknownComponent");
        assert_eq!(status(&mut csms, "EVSE.Power@7"), "UnknownComponent");
        assert_eq!(status(&mut csms, "EVSE.Taste@1"), "UnknownVariable");
        assert_eq!(status(&mut csms, "MonitoringCtrlr.ItemsPerMessage"), "UnknownVariable");
        assert_eq!(status(&mut csms, "TemperatureSensor.Temperature"), "UnknownComponent");
        assert_eq!(status(&mut csms, "MonitoringCtrlr.ItemsPerMessage[SetVariableMonitoring]"), "Accepted");
        let data = json!({ "component": { "name": "EVSE", "evse": { "id": 1 } }, "variable": { "name": "Power" },
                           "attributeType": "MaxSet" });
        let response = csms.call("GetVariables", json!({ "getVariableData": [data] }));
        assert_eq!(response["getVariableResult"][0]["attributeStatus"], "NotSupportedAttributeType");
        assert!(response["getVariableResult"][0].get("attributeValue").is_none());
    });
}

#[test]
fn a_secret_is_written_and_never_read() {
    in_both(|mut csms| {
        assert_eq!(csms.put("SecurityCtrlr.BasicAuthPassword", "0123456789abcdef"), "Accepted");
        let result = csms.get("SecurityCtrlr.BasicAuthPassword");
        assert_eq!(result["attributeStatus"], "Rejected");
        assert!(result.get("attributeValue").is_none());
    });
}

#[test]
fn a_value_is_set_if_it_fits() {
    in_both(|mut csms| {
        let ping = "OCPPCommCtrlr.WebSocketPingInterval";
        assert_eq!(csms.put(ping, "40"), "Accepted");
        assert_eq!(csms.get(ping)["attributeValue"], "40");
        for wrong in ["", "often", "4.5", "99999999", "-1"] {
            assert_eq!(csms.put(ping, wrong), "Rejected", "{wrong}");
        }
        assert_eq!(csms.get(ping)["attributeValue"], "40");
        assert_eq!(csms.put("MonitoringCtrlr.Enabled", "yes"), "Rejected");
        assert_eq!(csms.put("SecurityCtrlr.OrganizationName", &"x".repeat(65)), "Rejected");
    });
}

#[test]
fn what_cannot_be_set_is_told_apart() {
    in_both(|mut csms| {
        assert_eq!(csms.put("EVSE.Power@1", "5"), "Rejected");
        assert_eq!(csms.put("EVSE.Taste@1", "5"), "UnknownVariable");
        assert_eq!(csms.put("TeaMaker.Power", "5"), "UnknownComponent");
        let one = json!({ "component": { "name": "EVSE", "evse": { "id": 1 } }, "variable": { "name": "Power" },
                          "attributeType": "Target", "attributeValue": "5" });
        let response = csms.call("SetVariables", json!({ "setVariableData": [one] }));
        let result = &response["setVariableResult"][0];
        assert_eq!(
            (&result["attributeStatus"], &result["attributeType"]),
            (&json!("NotSupportedAttributeType"), &json!("Target"))
        );
    });
}

#[test]
fn the_clock_shows_the_time() {
    in_both(|mut csms| {
        csms.wait(10);
        assert_eq!(csms.get("ClockCtrlr.DateTime")["attributeValue"], "2026-03-01T10:00:17.000Z");
    });
}

#[test]
fn the_world_must_keep_to_data_types_but_not_to_limits() {
    in_both(|mut csms| {
        let hot = "TemperatureSensor[Ambient].Temperature";
        assert!(csms.try_value(hot, "9999").is_ok());
        let wrong = csms.try_value(hot, "hot").unwrap_err().to_string();
        assert_eq!(wrong, "TemperatureSensor[Ambient].Temperature: `hot` is not a value of type decimal");
        let unknown = csms.try_value("TeaMaker.Power@1", "1").unwrap_err().to_string();
        assert_eq!(unknown, "the station has no TeaMaker.Power @EVSE 1");
        assert!(csms.try_value("Connector.AvailabilityState@1.1", "Broken").is_err());
    });
}
