use super::*;
use crate::testing::{START, Story, all_hold, codes, evidence, observed};
use ocpp::frame::ErrorCode;
use ocpp::validate::shared;
use serde_json::json;

fn judged(story: &Story) -> Framing {
    let window = story.window();
    Framing::of(window, shared(window.version))
}

/// A StatusNotification with this time stamp.
fn status_at(time: &str) -> serde_json::Value {
    json!({"timestamp": time, "connectorStatus": "Available", "evseId": 1, "connectorId": 1})
}

#[test]
fn a_faultless_conversation_holds_and_rests_on_its_first_and_last_frame() {
    let story = Story::begins()
        .boots()
        .says("Heartbeat", json!({}))
        .receives("SetMonitoringLevel", json!({"severity": 9}))
        .answers(json!({"status": "Accepted"}));
    let framing = judged(&story);
    assert_eq!(framing.findings().count(), 0);
    assert!(all_hold(&framing.readable()));
    assert_eq!(evidence(&framing.readable()[0]), [Seq(1), story.last()]);
    for message in ["BootNotificationRequest", "HeartbeatRequest", "SetMonitoringLevelResponse"] {
        assert!(all_hold(&framing.valid(message)), "{message}");
    }
}

#[test]
fn a_message_that_was_never_sent_is_not_judged() {
    let framing = judged(&Story::begins().boots());
    assert!(matches!(framing.valid("NotifyEventRequest").as_slice(), [Check::Void(_)]));
    assert!(matches!(judged(&Story::begins()).readable().as_slice(), [Check::Open { .. }]));
}

#[test]
fn an_invalid_message_breaks_the_row_of_that_message_only() {
    let story = Story::begins().boots().says("StatusNotification", json!({"evseId": "one"}));
    let framing = judged(&story);
    let broken = framing.valid("StatusNotificationRequest");
    assert!(codes(&broken).iter().all(|c| *c == Code::InvalidFrame) && broken.len() == 4, "{broken:?}");
    assert!(broken.iter().all(|c| evidence(c) == [Seq(3)]));
    assert!(all_hold(&framing.valid("BootNotificationRequest")));
    assert!(all_hold(&framing.readable()));
    assert_eq!(
        framing.others(&["BootNotificationRequest"]).map(|(name, _)| name).collect::<Vec<_>>(),
        ["StatusNotificationRequest"]
    );
}

#[test]
fn an_invalid_answer_is_judged_by_the_action_it_answers() {
    let story = Story::begins()
        .receives("SetMonitoringLevel", json!({"severity": 9}))
        .answers(json!({"status": "Maybe"}));
    assert_eq!(codes(&judged(&story).valid("SetMonitoringLevelResponse")), [Code::InvalidFrame]);
}

#[test]
fn a_field_of_2_1_is_a_violation_in_2_0_1_only() {
    let mut event = json!({"eventId": 1, "timestamp": START, "trigger": "Delta", "actualValue": "1", "severity": 5,
        "component": {"name": "EVSE"}, "variable": {"name": "Power"}, "eventNotificationType": "CustomMonitor"});
    let findings = |version, event| judged(&Story::begins_in(version).notifies([event])).findings().count();
    assert_eq!(findings(Version::V201, event.clone()), 1);
    assert_eq!(findings(Version::V21, event.clone()), 0);
    event.as_object_mut().unwrap().remove("severity");
    assert_eq!(findings(Version::V201, event), 0);
}

#[test]
fn a_field_of_2_1_in_2_0_1_fails_its_own_row_and_not_that_of_the_message() {
    let event = json!({"eventId": 1, "timestamp": START, "trigger": "Delta", "actualValue": "1", "severity": 5,
        "component": {"name": "EVSE"}, "variable": {"name": "Power"}, "eventNotificationType": "CustomMonitor"});
    let framing = judged(&Story::begins().notifies([event.clone()]));
    assert_eq!(codes(&framing.without_newer_fields()), [Code::NewerField]);
    assert!(observed(&framing.without_newer_fields()[0]).contains("`severity`"));
    assert!(all_hold(&framing.valid("NotifyEventRequest")));
    let mut made_up = event;
    made_up.as_object_mut().unwrap().remove("severity");
    made_up["urgency"] = json!(5);
    let framing = judged(&Story::begins().notifies([made_up]));
    assert!(all_hold(&framing.without_newer_fields()));
    assert_eq!(codes(&framing.valid("NotifyEventRequest")), [Code::InvalidFrame]);
}

#[test]
fn a_field_of_2_1_in_an_answer_of_2_0_1_is_found_too() {
    let story = Story::begins()
        .receives("GetVariables", json!({"getVariableData": [{"component": {"name": "EVSE"}, "variable": {"name": "Power"}}]}))
        .answers(json!({"getVariableResult": [{"attributeStatus": "Accepted", "attributeValue": "1",
            "component": {"name": "EVSE"}, "variable": {"name": "Power"}, "customData": {"vendorId": "x"}}]}));
    assert!(all_hold(&judged(&story).without_newer_fields()));
    assert!(matches!(judged(&Story::begins()).without_newer_fields().as_slice(), [Check::Open { .. }]));
    let log = Story::begins()
        .says("LogStatusNotification", json!({"status": "Idle", "statusInfo": {"reasonCode": "x"}}));
    assert_eq!(codes(&judged(&log).without_newer_fields()), [Code::NewerField]);
    assert!(all_hold(&judged(&log).valid("LogStatusNotificationRequest")));
}

#[test]
fn an_action_that_no_version_has_is_an_invalid_message() {
    let framing = judged(&Story::begins().calls("MakeCoffee", json!({})));
    assert_eq!(codes(&framing.valid("MakeCoffeeRequest")), [Code::InvalidFrame]);
    assert!(observed(&framing.valid("MakeCoffeeRequest")[0]).contains("MakeCoffeeRequest"));
}

#[test]
fn too_many_decimals_of_a_second_are_mild() {
    let story = Story::begins().says("StatusNotification", status_at("2026-01-31T12:00:00.123456789Z"));
    let framing = judged(&story);
    assert!(matches!(framing.valid("StatusNotificationRequest").as_slice(), [Check::Broken(f)] if f.mild));
}

#[test]
fn a_payload_of_null_is_mild() {
    let framing = judged(&Story::begins().sends_text(r#"[2,"1","Heartbeat",null]"#));
    assert!(matches!(framing.readable().as_slice(), [Check::Broken(f)] if f.mild));
    assert!(all_hold(&framing.valid("HeartbeatRequest")));
}

#[test]
fn what_fails_is_not_hidden_behind_many_warnings() {
    let mut story = Story::begins();
    for _ in 0..10 {
        story = story.says("StatusNotification", status_at("2026-01-31T12:00:00.123456Z"));
        story =
            story.sends_text(r#"[3,"id-0",null]"#).receives_text(r#"[2,"id-0","Reset",{"type":"OnIdle"}]"#);
    }
    let story = story.says("StatusNotification", status_at("noon")).sends_text("[]");
    let framing = judged(&story);
    for checks in [framing.valid("StatusNotificationRequest"), framing.readable()] {
        assert_eq!(checks.len(), ENOUGH);
        assert!(matches!(&checks[0], Check::Broken(f) if !f.mild), "{checks:?}");
    }
}

#[test]
fn texts_and_bytes_that_are_no_message_cannot_be_read() {
    for story in [
        Story::begins().sends_text("hello"),
        Story::begins().sends_text(r#"{"a":1}"#),
        Story::begins().sends_text(r#"[9,"1","Heartbeat",{}]"#),
        Story::begins().sends_text(r#"[2,"1","Heartbeat",{},{}]"#),
        Story::begins().sends_binary(),
    ] {
        let checks = judged(&story).readable();
        assert_eq!(codes(&checks), [Code::UnreadableFrame], "{:?}", story.records);
        assert_eq!(evidence(&checks[0]), [story.last()]);
    }
}

#[test]
fn a_result_with_an_id_that_nothing_has_answers_nothing() {
    let asked = Story::begins().receives("Reset", json!({"type": "OnIdle"}));
    let framing = judged(&asked.clone().sends(Frame::call_result("id-7", json!({"status": "Accepted"}))));
    assert_eq!(codes(&framing.readable()), [Code::UnreadableFrame]);
    assert!(observed(&framing.readable()[0]).contains("id-7"));
    assert!(all_hold(&judged(&asked.answers(json!({"status": "Accepted"}))).readable()));
}

#[test]
fn an_error_answers_a_call_or_something_that_cannot_be_read() {
    let error = |id: &str| Frame::call_error(id, ErrorCode::FormatViolation, "");
    let readable = |story: Story| all_hold(&judged(&story).readable());
    let begun = || Story::begins().receives("Reset", json!({"type": "Now"}));
    assert!(readable(begun().sends(error("id-1"))));
    assert!(readable(begun().sends(error("-1"))));
    assert!(readable(begun().receives_text(r#"[2,"broken","Res"#).sends(error("broken"))));
    assert!(readable(begun().calls("Heartbeat", json!({})).and_is_told(json!({})).sends(error("id-2"))));
    assert!(!readable(begun().sends(error("id-7"))));
}

#[test]
fn what_the_suite_sends_is_not_judged() {
    let story = Story::begins().receives_text("nonsense").receives_text(r#"[3,"nobody",{}]"#).boots();
    assert_eq!(judged(&story).findings().count(), 0);
}

#[test]
fn a_stream_message_is_judged_in_2_1() {
    let stream = json!({"id": 1, "pending": 0, "basetime": START, "data": [{"t": 0, "v": "1"}]});
    let story = Story::begins_in(Version::V21).sends(Frame::send("s", "NotifyPeriodicEventStream", stream));
    assert!(all_hold(&judged(&story).valid("NotifyPeriodicEventStream")));
    let story =
        Story::begins_in(Version::V21).sends(Frame::send("s", "NotifyPeriodicEventStream", json!({})));
    assert!(!all_hold(&judged(&story).valid("NotifyPeriodicEventStream")));
}
