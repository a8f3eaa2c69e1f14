//! What the station refuses before it looks at the content.

use crate::support::{Csms, in_both};
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::json;

fn code(frame: Option<Frame>) -> (String, String) {
    match frame {
        Some(Frame::CallError { id, code, .. }) => (id, code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unreadable_frame_is_answered_with_a_framework_error() {
    in_both(|mut csms| {
        assert_eq!(code(csms.say("hello")), ("-1".into(), "RpcFrameworkError".into()));
        assert_eq!(code(csms.say(r#"[2,"x"]"#)), ("x".into(), "RpcFrameworkError".into()));
    });
}

#[test]
fn an_unknown_action_is_not_implemented_and_a_known_one_may_be_not_supported() {
    in_both(|mut csms| {
        assert_eq!(csms.refused("MakeCoffee", json!({})), "NotImplemented");
        assert_eq!(csms.refused("ClearCache", json!({})), "NotSupported");
    });
    let mut old = Csms::online(Version::V201);
    assert_eq!(old.refused("GetPeriodicEventStream", json!({})), "NotImplemented");
}

#[test]
fn a_request_that_breaks_its_schema_is_answered_with_the_code_of_the_violation() {
    in_both(|mut csms| {
        assert_eq!(csms.refused("GetBaseReport", json!({})), "OccurrenceConstraintViolation");
        let wrong_type = json!({ "requestId": "one", "reportBase": "FullInventory" });
        assert_eq!(csms.refused("GetBaseReport", wrong_type), "TypeConstraintViolation");
        let wrong_value = json!({ "requestId": 1, "reportBase": "SmallInventory" });
        assert_eq!(csms.refused("GetBaseReport", wrong_value), "PropertyConstraintViolation");
    });
}

#[test]
fn an_answer_to_nothing_and_a_broken_answer_are_not_answered() {
    in_both(|mut csms| {
        assert_eq!(csms.say(r#"[3,"x",{}]"#), None);
        assert_eq!(csms.say(r#"[3,"x"]"#), None);
        assert_eq!(csms.say(r#"[4,"x"]"#), None);
    });
}

#[test]
fn more_items_than_the_device_model_allows_are_refused() {
    in_both(|mut csms| {
        let one =
            json!({ "component": { "name": "EVSE", "evse": { "id": 1 } }, "variable": { "name": "Power" } });
        let too_many = json!({ "getVariableData": vec![one; 51] });
        assert_eq!(csms.refused("GetVariables", too_many), "OccurrenceConstraintViolation");
        let too_many = json!({ "id": (1..=51).collect::<Vec<_>>() });
        assert_eq!(csms.refused("ClearVariableMonitoring", too_many), "OccurrenceConstraintViolation");
    });
}

#[test]
fn more_bytes_than_the_device_model_allows_are_refused() {
    in_both(|mut csms| {
        let custom = json!({ "vendorId": "x", "text": "y".repeat(70_000) });
        let request = json!({ "requestId": 1, "customData": custom });
        assert_eq!(csms.refused("GetMonitoringReport", request), "FormatViolation");
    });
}
