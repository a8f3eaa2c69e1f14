use super::*;
use crate::testing::{all_hold, codes, evidence, observed};
use serde_json::json;

fn answered(reply: Reply) -> Answer {
    Answer { action: "SetMonitoringLevel".into(), request: json!({"severity": 9}), sent: Seq(1), reply }
}

fn with(payload: Value) -> Answer {
    answered(Reply::Result { at: Seq(2), payload })
}

#[test]
fn one_of_the_accepted_statuses_holds_and_rests_on_call_and_answer() {
    let check = with(json!({"status": "Accepted"})).status_is(&["Accepted", "Rejected"]);
    assert!(all_hold([&check]));
    assert_eq!(evidence(&check), [Seq(1), Seq(2)]);
}

#[test]
fn another_status_is_named_with_its_reason() {
    let refused = json!({"status": "Rejected", "statusInfo": {"reasonCode": "Busy"}});
    let check = with(refused).status_is(&["Accepted"]);
    assert_eq!((codes([&check]), observed(&check)), (vec![Code::UnexpectedStatus], "Rejected (Busy)"));
}

#[test]
fn a_status_that_is_missing_or_no_text_is_not_the_expected_one() {
    for payload in [json!({}), json!({"status": 1}), json!([])] {
        let check = with(payload).status_is(&["Accepted"]);
        assert_eq!((codes([&check]), observed(&check)), (vec![Code::UnexpectedStatus], "(none)"));
    }
}

#[test]
fn an_error_and_silence_are_findings() {
    let error = Reply::Error { at: Seq(2), code: "NotImplemented".into(), description: "no".into() };
    let check = answered(error).status_is(&["Accepted"]);
    assert_eq!(
        (codes([&check]), observed(&check)),
        (vec![Code::CallError], "CALLERROR NotImplemented \"no\"")
    );
    let check = answered(Reply::Silence { at: Seq(2), ms: 30_000 }).status_is(&["Accepted"]);
    assert_eq!(codes([&check]), [Code::NoAnswer]);
    assert_eq!(evidence(&check), [Seq(1), Seq(2)]);
}

#[test]
fn a_lost_or_missing_connection_is_a_doubt_and_no_finding() {
    for reply in [Reply::Lost { at: Seq(2) }, Reply::Unsent { at: Seq(1) }] {
        let answer = answered(reply);
        assert!(matches!(answer.status_is(&["Accepted"]), Check::Open { .. }));
        assert_eq!(answer.status(), None);
    }
}
