//! Whatever arrives, reading and judging come to an end without a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ocpp::Version;
use ocpp::frame::{Frame, read};
use ocpp::validate::validate_frame;
use proptest::prelude::*;
use serde_json::{Value, json};

fn version() -> impl Strategy<Value = Version> {
    prop_oneof![Just(Version::V201), Just(Version::V21)]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().collect()),
        ]
    })
}

/// A frame that conforms, as text.
fn a_frame() -> impl Strategy<Value = String> {
    let event = json!({"generatedAt": "2026-01-31T12:00:00.123Z", "seqNo": 0, "eventData": [{
        "eventId": 1, "timestamp": "2026-01-31T12:00:00Z", "trigger": "Alerting", "actualValue": "é€",
        "eventNotificationType": "CustomMonitor", "component": {"name": "EVSE", "evse": {"id": 1}},
        "variable": {"name": "Temperature"}}]});
    prop_oneof![
        Just(Frame::call("id-1", "NotifyEvent", event).to_text()),
        Just(r#"[3,"id-1",{"currentTime":"2026-01-01T00:00:00Z"}]"#.to_owned()),
        Just(r#"[4,"id-1","NotSupported","why",{"a":[1,2]}]"#.to_owned()),
        Just(r#"[6,"id-1","NotifyPeriodicEventStream",{"id":1}]"#.to_owned()),
    ]
}

/// What every reading must hold; gives the frame to judge.
fn check(text: &str, version: Version) {
    let reading = read(text, version);
    for violation in &reading.violations {
        assert!(!violation.code().is_empty() && !violation.to_string().is_empty());
    }
    match reading.frame {
        Ok(frame) => {
            let again = read(&frame.to_text(), version);
            assert_eq!(again.frame.as_ref(), Ok(&frame), "what was understood reads back as itself");
            let _ = validate_frame(version, &frame, Some("Heartbeat"));
        }
        Err(unreadable) => assert!(reading.violations.contains(&unreadable.because)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text_is_survived(text in any::<String>(), version in version()) {
        check(&text, version);
    }

    #[test]
    fn random_json_is_survived(value in any_json(), version in version()) {
        check(&value.to_string(), version);
    }

    #[test]
    fn random_elements_of_a_frame_are_survived(
        kind in 0i64..8, rest in prop::collection::vec(any_json(), 0..6), version in version(),
    ) {
        let mut elements = vec![Value::from(kind)];
        elements.extend(rest);
        check(&Value::from(elements).to_string(), version);
    }

    #[test]
    fn a_payload_of_any_json_is_judged(payload in any_json(), version in version()) {
        check(&Frame::call("1", "NotifyEvent", payload.clone()).to_text(), version);
        check(&Frame::call_result("1", payload).to_text(), version);
    }

    #[test]
    fn a_damaged_frame_is_survived(
        text in a_frame(), at in any::<prop::sample::Index>(), with in any::<char>(), how in 0..4, version in version(),
    ) {
        let mut chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len());
        match how {
            0 => chars[at] = with,
            1 => chars.insert(at, with),
            2 => drop(chars.remove(at)),
            _ => chars.truncate(at),
        }
        check(&chars.into_iter().collect::<String>(), version);
    }

    #[test]
    fn a_frame_of_ours_is_read_back_without_a_violation(id in "[ -~]{1,36}", payload in any_json()) {
        let frame = Frame::call(id, "Heartbeat", json!({"x": payload}));
        let reading = read(&frame.to_text(), Version::V201);
        let violations = &reading.violations;
        prop_assert!(violations.is_empty(), "{:?}", violations);
        prop_assert_eq!(reading.frame, Ok(frame));
    }
}
