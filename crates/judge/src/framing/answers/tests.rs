use super::*;
use crate::testing::{Story, all_hold, codes, observed};
use ocpp::Version;
use ocpp::frame::ErrorCode;
use ocpp::validate::shared;
use serde_json::json;
use trace::LaneId;

const DEADLINE: Duration = Duration::from_secs(30);

fn each(story: &Story) -> Vec<Check> {
    one_each(story.window(), shared(story.window().version), DEADLINE)
}

fn first(story: &Story) -> Vec<Check> {
    come_first(story.window())
}

fn level() -> Story {
    Story::begins().receives("SetMonitoringLevel", json!({"severity": 9}))
}

fn accepted() -> Value {
    json!({"status": "Accepted"})
}

/// So many tenths of a second pass.
fn passes(mut story: Story, tenths: usize) -> Story {
    for _ in 0..tenths {
        story = story.receives_text("[3,\"nobody\",{}]");
    }
    story
}

#[test]
fn one_answer_to_each_request_holds() {
    assert!(all_hold(&each(&level().answers(accepted()))));
    let refused = Frame::call_error("id-1", ErrorCode::NotSupported, "");
    assert!(all_hold(&each(&level().sends(refused))));
}

#[test]
fn a_second_answer_is_found() {
    let story = level().answers(accepted()).answers(accepted());
    assert_eq!(codes(&each(&story)), [Code::AnswerTwice]);
}

#[test]
fn silence_is_found_when_its_time_is_over() {
    let story = level().answers(accepted()).receives("SetMonitoringLevel", json!({"severity": 8}));
    assert!(all_hold(&each(&passes(story.clone(), 290))), "there is still time");
    let silent = passes(story, 310);
    assert_eq!(codes(&each(&silent)), [Code::NoAnswer]);
    let late = silent.answers(accepted());
    assert!(observed(&each(&late)[0]).contains("after 31 s"));
}

#[test]
fn silence_on_a_connection_that_ended_is_nobodys_fault() {
    let story = level().answers(accepted()).receives("SetMonitoringLevel", json!({"severity": 8}));
    assert!(all_hold(&each(&passes(story.reconnects(), 310))));
}

#[test]
fn a_silence_that_failed_another_row_is_not_found_again() {
    let silent =
        passes(level().answers(accepted()).receives("SetMonitoringLevel", json!({"severity": 8})), 310);
    let verdict = json!({"verdict": "fail", "row": "B-0148", "code": "no-answer", "evidence": [3, 40]});
    assert!(all_hold(&each(&silent.clone().then(Body::Verdict { lane: LaneId(1), verdict }))));
    let also = json!({"verdict": "fail", "code": "event-missing", "evidence": [9],
        "also": [{"code": "no-answer", "evidence": [3]}]});
    assert!(all_hold(&each(&silent.clone().then(Body::Verdict { lane: LaneId(1), verdict: also }))));
    let other = json!({"verdict": "fail", "code": "event-missing", "evidence": [3]});
    assert!(!all_hold(&each(&silent.then(Body::Verdict { lane: LaneId(1), verdict: other }))));
}

#[test]
fn a_wrong_request_may_stay_unanswered() {
    let story = level().answers(accepted()).receives("SetMonitoringBase", json!({"monitoringBase": "No"}));
    assert!(all_hold(&each(&passes(story, 310))));
}

#[test]
fn nothing_asked_is_nothing_to_answer() {
    assert!(matches!(each(&Story::begins().boots()).as_slice(), [Check::Void(_)]));
    assert!(matches!(first(&Story::begins().boots()).as_slice(), [Check::Void(_)]));
}

#[test]
fn a_report_after_its_response_holds_and_one_before_it_is_found() {
    let asked =
        || Story::begins().receives("GetBaseReport", json!({"requestId": 5, "reportBase": "FullInventory"}));
    let part = json!({"requestId": 5, "seqNo": 0});
    assert!(all_hold(&first(&asked().answers(accepted()).says("NotifyReport", part.clone()))));
    let early = asked().sends(Frame::call("s", "NotifyReport", part)).answers(accepted());
    assert_eq!(codes(&first(&early)), [Code::ReportBeforeResponse]);
}

#[test]
fn a_report_of_another_request_may_come_meanwhile() {
    let story = Story::begins()
        .receives("GetLog", json!({"requestId": 4}))
        .answers(accepted())
        .receives("GetLog", json!({"requestId": 5}))
        .sends(Frame::call(
            "s",
            "LogStatusNotification",
            json!({"requestId": 4, "status": "AcceptedCanceled"}),
        ))
        .answers(json!({"status": "AcceptedCanceled"}));
    assert!(all_hold(&first(&story)));
    let early = Story::begins()
        .receives("GetLog", json!({"requestId": 5}))
        .sends(Frame::call("s", "LogStatusNotification", json!({"requestId": 5, "status": "Uploading"})))
        .answers(accepted());
    assert_eq!(codes(&first(&early)), [Code::MessageEarly]);
}

#[test]
fn a_stream_is_opened_after_its_monitor_was_accepted() {
    let at = json!({"component": {"name": "EVSE"}, "variable": {"name": "Power"}});
    let with = |extra: Value| {
        let mut all = at.clone();
        all.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        all
    };
    let wanted = with(json!({"type": "Periodic", "severity": 8, "value": 1}));
    let result = with(json!({"type": "Periodic", "severity": 8, "status": "Accepted", "id": 7}));
    let asked = || {
        Story::begins_in(Version::V21)
            .receives("SetVariableMonitoring", json!({"setMonitoringData": [wanted]}))
    };
    let response = json!({"setMonitoringResult": [result]});
    let open = |monitor: i64| {
        let stream = json!({"constantStreamData": {"id": 1, "variableMonitoringId": monitor, "params": {}}});
        Frame::call("s", "OpenPeriodicEventStream", stream)
    };
    assert!(all_hold(&first(&asked().answers(response.clone()).sends(open(7)))));
    assert_eq!(codes(&first(&asked().sends(open(7)).answers(response.clone()))), [Code::MessageEarly]);
    // One that the station opens of its own accord just then has nothing to do with the request.
    assert_eq!(codes(&first(&asked().sends(open(3)).answers(response))), []);
}

#[test]
fn an_answer_that_waits_for_another_is_found() {
    let answer = |at: u64| Answer {
        action: "GetVariables".into(),
        request: json!({}),
        sent: Seq(5),
        reply: Reply::Result { at: Seq(at), payload: json!({}) },
    };
    let judged = |at: u64, released, slow| came_meanwhile(&answer(at), (Seq(4), released), slow);
    assert!(all_hold(&[
        judged(6, Some(Seq(8)), false),
        judged(6, None, false),
        judged(6, Some(Seq(8)), true)
    ]));
    assert_eq!(codes(&[judged(9, Some(Seq(8)), false)]), [Code::AnswerHeldBack]);
    assert!(matches!(judged(9, Some(Seq(8)), true), Check::Open { .. }));
    let silent = Answer { reply: Reply::Silence { at: Seq(9), ms: 30_000 }, ..answer(9) };
    assert_eq!(codes(&[came_meanwhile(&silent, (Seq(4), Some(Seq(8))), false)]), [Code::NoAnswer]);
}
