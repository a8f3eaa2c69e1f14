use super::*;
use crate::frame::ErrorCode;
use serde_json::json;

fn event() -> Value {
    json!({
        "generatedAt": "2026-01-31T12:00:00.123Z", "seqNo": 0, "tbc": false,
        "eventData": [{
            "eventId": 1, "timestamp": "2026-01-31T12:00:00+01:00", "trigger": "Alerting",
            "actualValue": "91", "eventNotificationType": "CustomMonitor",
            "component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Temperature"}
        }]
    })
}

/// The only violation of a NotifyEvent after a change at a pointer.
fn after(version: Version, change: impl FnOnce(&mut Value)) -> SchemaViolation {
    let mut payload = event();
    change(&mut payload);
    let mut violations = validate(version, "NotifyEventRequest", &payload).unwrap();
    assert_eq!(violations.len(), 1, "{violations:#?}");
    violations.remove(0)
}

#[test]
fn a_conforming_payload_has_no_violation() {
    let mut payload = event();
    assert_eq!(validate(Version::V201, "NotifyEventRequest", &payload), Ok(vec![]));
    payload["eventData"][0]["severity"] = json!(3);
    assert_eq!(validate(Version::V21, "NotifyEventRequest", &payload), Ok(vec![]));
    assert_eq!(validate(Version::V21, "HeartbeatRequest", &json!({})), Ok(vec![]));
}

#[test]
fn each_rule_is_reported_with_place_code_and_words() {
    use ErrorCode as Code;
    type Change = fn(&mut Value);
    let table: [(Change, &str, Keyword, Code, &str); 11] = [
        (
            |p| p["seqNo"] = json!("0"),
            "/seqNo",
            Keyword::Type,
            Code::TypeConstraintViolation,
            "`seqNo` is \"0\", expected a whole number",
        ),
        (
            |p| drop(p["eventData"][0].as_object_mut().unwrap().remove("trigger")),
            "/eventData/0/trigger",
            Keyword::Required,
            Code::OccurrenceConstraintViolation,
            "`trigger` is missing in `eventData[0]`",
        ),
        (
            |p| p["colour"] = json!("red"),
            "/colour",
            Keyword::AdditionalProperties,
            Code::FormatViolation,
            "`colour` is not a field of the payload",
        ),
        (
            |p| p["eventData"][0]["trigger"] = json!("alerting"),
            "/eventData/0/trigger",
            Keyword::Enum,
            Code::PropertyConstraintViolation,
            "`trigger` is \"alerting\", allowed: Alerting, Delta, Periodic",
        ),
        (
            |p| p["eventData"][0]["variable"]["name"] = json!("x".repeat(51)),
            "/eventData/0/variable/name",
            Keyword::MaxLength,
            Code::PropertyConstraintViolation,
            "`name` has 51 characters, at most 50 are allowed",
        ),
        (
            |p| p["eventData"] = json!([]),
            "/eventData",
            Keyword::MinItems,
            Code::OccurrenceConstraintViolation,
            "`eventData` has 0 items, at least 1 needed",
        ),
        (
            |p| p["generatedAt"] = json!("2026-01-31 12:00:00"),
            "/generatedAt",
            Keyword::Format,
            Code::PropertyConstraintViolation,
            "`generatedAt` is \"2026-01-31 12:00:00\", expected a time such as \"2026-01-31T12:00:00Z\"",
        ),
        (
            |p| p["generatedAt"] = json!("2026-01-31T12:00:00.123456789Z"),
            "/generatedAt",
            Keyword::TimePrecision,
            Code::PropertyConstraintViolation,
            "`generatedAt` has 9 fractional digits of a second, at most 3 are allowed",
        ),
        (
            |p| p["eventData"][0]["component"]["evse"] = Value::Null,
            "/eventData/0/component/evse",
            Keyword::Type,
            Code::TypeConstraintViolation,
            "`evse` is null, expected an object",
        ),
        (
            |p| p["customData"] = json!({"extra": 1}),
            "/customData/vendorId",
            Keyword::Required,
            Code::OccurrenceConstraintViolation,
            "`vendorId` is missing in `customData`",
        ),
        (
            |p| *p = json!([]),
            "",
            Keyword::Type,
            Code::TypeConstraintViolation,
            "the payload is a list, expected an object",
        ),
    ];
    for (change, pointer, keyword, code, message) in table {
        let violation = after(Version::V201, change);
        let expected = SchemaViolation { pointer: pointer.into(), keyword, code, message: message.into() };
        assert_eq!(violation, expected);
    }
}

#[test]
fn bounds_hold_only_in_the_version_that_has_them() {
    let change = |p: &mut Value| p["seqNo"] = json!(-1);
    let violation = after(Version::V21, change);
    assert_eq!(violation.keyword, Keyword::Minimum);
    assert_eq!(violation.message, "`seqNo` is -1, at least 0 is allowed");
    let mut payload = event();
    change(&mut payload);
    assert_eq!(validate(Version::V201, "NotifyEventRequest", &payload), Ok(vec![]));
}

#[test]
fn a_field_of_2_1_is_not_a_field_in_2_0_1() {
    let violation = after(Version::V201, |p| p["eventData"][0]["severity"] = json!(3));
    assert_eq!(violation.message, "`severity` is not a field of `eventData[0]`");
}

#[test]
fn too_many_and_too_great_are_said() {
    let ids: Vec<Value> = vec![
        json!({"hashAlgorithm": "SHA256", "issuerNameHash": "a", "issuerKeyHash": "b",
        "serialNumber": "c", "responderURL": "d"});
        5
    ];
    let payload = json!({"idToken": {"idToken": "x", "type": "Central"}, "iso15118CertificateHashData": ids});
    let violations = validate(Version::V201, "AuthorizeRequest", &payload).unwrap();
    assert_eq!(violations[0].message, "`iso15118CertificateHashData` has 5 items, at most 4 allowed");
    let payload = json!({"evseId": 1, "chargingNeeds": {"requestedEnergyTransfer": "DC",
        "dcChargingParameters": {"evMaxCurrent": 1, "evMaxVoltage": 1, "stateOfCharge": 101}}});
    let violations = validate(Version::V201, "NotifyEVChargingNeedsRequest", &payload).unwrap();
    assert_eq!(violations[0].message, "`stateOfCharge` is 101, at most 100 is allowed");
}

#[test]
fn all_violations_are_listed() {
    let payload = json!({"seqNo": "x", "eventData": [{"a": 1, "b": 2}]});
    let violations = validate(Version::V201, "NotifyEventRequest", &payload).unwrap();
    let count = |keyword| violations.iter().filter(|v| v.keyword == keyword).count();
    assert_eq!(
        [count(Keyword::Type), count(Keyword::Required), count(Keyword::AdditionalProperties)],
        [1, 8, 2],
        "{violations:#?}"
    );
}

#[test]
fn a_list_of_many_choices_is_shortened() {
    let payload = json!({"evseId": 1, "meterValue": [{"timestamp": "2026-01-01T00:00:00Z",
        "sampledValue": [{"value": 1, "measurand": "Nothing"}]}]});
    let violations = validate(Version::V21, "MeterValuesRequest", &payload).unwrap();
    assert!(violations[0].message.ends_with(" more"), "{}", violations[0].message);
}

#[test]
fn an_unknown_message_is_an_error_and_not_a_violation() {
    let error = validate(Version::V201, "NotifyNothingRequest", &json!({})).unwrap_err();
    assert_eq!(error.to_string(), "OCPP 2.0.1 has no message `NotifyNothingRequest`");
}

#[test]
fn a_frame_is_judged_by_its_action() {
    let v = Version::V21;
    let bad = json!({"x": 1});
    let count = |frame: Frame, answered| validate_frame(v, &frame, answered).map(|found| found.len());
    assert_eq!(count(Frame::call("1", "Heartbeat", bad.clone()), None), Ok(1));
    assert_eq!(count(Frame::call_result("1", bad.clone()), Some("Heartbeat")), Ok(2));
    assert_eq!(count(Frame::call_error("1", ErrorCode::NotSupported, ""), None), Ok(0));
    let send =
        json!({"id": 1, "pending": 0, "basetime": "2026-01-01T00:00:00Z", "data": [{"t": 0, "v": "1"}]});
    assert_eq!(count(Frame::send("1", "NotifyPeriodicEventStream", send), None), Ok(0));
    assert_eq!(
        count(Frame::call_result("7", bad), None),
        Err(ValidateError::UnknownRequest { id: "7".into() })
    );
}

#[test]
fn every_schema_of_the_catalogue_makes_a_validator() {
    for version in Version::ALL {
        for name in catalogue::get(version).schema_names() {
            let answer = validate(version, &name, &json!({"no such field": 1}));
            assert!(answer.is_ok_and(|violations| !violations.is_empty()), "{version} {name}");
        }
    }
}

#[test]
fn validators_are_shared_between_threads() {
    let validators = Validators::catalogue(Version::V21);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(validators.validate("NotifyEventRequest", &event()), Ok(vec![])));
        }
    });
}

#[test]
fn a_schema_that_is_none_is_named() {
    let validators = Validators::new(Version::V21, |_| Some(json!({"type": "no such type"})));
    let error = validators.validate("X", &json!({})).unwrap_err();
    assert!(matches!(&error, ValidateError::BadSchema { name, .. } if name == "X"), "{error}");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = Validators::from_dir(Version::V21, Path::new("no/such/folder")).unwrap_err();
    assert!(error.to_string().starts_with("cannot read no/such/folder: "), "{error}");
}

#[test]
fn keywords_are_written_as_they_are_named() {
    for keyword in [Keyword::AdditionalProperties, Keyword::TimePrecision, Keyword::MaxLength] {
        assert_eq!(serde_json::to_value(keyword).unwrap(), keyword.as_str());
    }
}
