//! Stations in trouble: each gets verdicts with the reason, and none is passed, hung on, or crashed by.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::{Outcome, judge_script};
use judge::{Code, Verdict, VerdictLine};
use net::{Received, StationLink};
use serde_json::{Value, json};
use steps::Suite;

/// The CALL in a text, if it is one: id, action, payload.
fn call(text: &str) -> Option<(String, String, Value)> {
    let frame: Value = serde_json::from_str(text).ok()?;
    (frame[0] == 2)
        .then(|| (frame[1].as_str().unwrap().into(), frame[2].as_str().unwrap().into(), frame[3].clone()))
}

async fn next_call(link: &mut StationLink) -> Option<(String, String, Value)> {
    loop {
        match link.recv().await? {
            Received::Text(text) => {
                if let Some(call) = call(&text) {
                    return Some(call);
                }
            }
            Received::Closed { .. } => return None,
        }
    }
}

/// A small inventory, as the only part of a report.
fn inventory(request: &Value) -> String {
    let variable = json!({ "component": { "name": "ChargingStation" }, "variable": { "name": "Model" },
        "variableAttribute": [{ "value": "Trouble", "mutability": "ReadOnly" }],
        "variableCharacteristics": { "dataType": "string", "supportsMonitoring": false } });
    let payload = json!({ "requestId": request["requestId"], "generatedAt": "2026-01-01T00:00:00Z",
        "seqNo": 0, "tbc": false, "reportData": [variable] });
    json!([2, format!("r{}", request["requestId"]), "NotifyReport", payload]).to_string()
}

async fn accept(link: &mut StationLink, id: &str) {
    let _ = link.send(json!([3, id, { "status": "Accepted" }]).to_string()).await;
}

async fn refuse(link: &mut StationLink, id: &str) {
    let _ = link.send(json!([4, id, "NotSupported", "", {}]).to_string()).await;
}

/// Answers an inventory the ordinary way, and refuses everything else.
async fn plain(link: &mut StationLink, (id, action, payload): (String, String, Value)) {
    if action == "GetBaseReport" {
        accept(link, &id).await;
        let _ = link.send(inventory(&payload)).await;
    } else {
        refuse(link, &id).await;
    }
}

fn line(outcome: &Outcome, row: &str) -> VerdictLine {
    VerdictLine::from(outcome.run.verdicts.iter().find(|v| v.subject.row.0 == row).unwrap())
}

/// Every planned row has a verdict with a reason, nothing is our own error, and the recording repeats it.
async fn is_sound(outcome: Outcome) -> Outcome {
    assert!(!outcome.run.interrupted);
    for v in outcome.run.verdicts.iter().map(VerdictLine::from) {
        let why = v.code.is_some() || v.reason.is_some() || !v.evidence.is_empty();
        assert!(why, "{} has no reason", v.row);
        assert_ne!(v.verdict, Verdict::Error, "{}: {:?}", v.row, v.reason);
    }
    let again = steps::replay(outcome.records.clone(), Suite::embedded().unwrap()).await.unwrap();
    assert_eq!(again.run.verdicts, outcome.run.verdicts);
    outcome
}

#[tokio::test(start_paused = true)]
async fn a_station_that_never_answers_fails_once_and_leaves_the_rest_open() {
    let outcome = judge_script(2, async |dial| {
        let mut link = dial.boot().await;
        while link.recv().await.is_some() {}
    });
    let outcome = is_sound(outcome.await).await;
    let first = line(&outcome, "B-0010");
    assert_eq!((first.verdict, first.code), (Verdict::Fail, Some(Code::NoAnswer)));
    let failed = outcome.run.verdicts.iter().filter(|v| v.outcome.verdict() == Verdict::Fail).count();
    assert_eq!(failed, 1, "{:#?}", outcome.trouble());
    assert_eq!(line(&outcome, "C-0101").blocked_by.unwrap().0, "B-0010");
    assert!(line(&outcome, "B-0013").reason.unwrap().contains("has not answered any more"));
}

#[tokio::test(start_paused = true)]
async fn a_station_that_drops_the_connection_in_the_middle_of_a_report_is_inconclusive() {
    let outcome = judge_script(1, async |dial| {
        let mut link = dial.boot().await;
        let (id, _, _) = next_call(&mut link).await.unwrap();
        accept(&mut link, &id).await;
        drop(link);
    });
    let outcome = is_sound(outcome.await).await;
    let first = line(&outcome, "B-0010");
    assert_eq!(first.verdict, Verdict::Inconclusive);
    assert!(first.reason.unwrap().contains("connection was lost"));
    assert!(line(&outcome, "B-0013").reason.unwrap().contains("did not come back"));
    assert!(!outcome.run.verdicts.iter().any(|v| v.outcome.verdict() == Verdict::Fail));
}

#[tokio::test(start_paused = true)]
async fn a_station_that_comes_back_is_judged_further() {
    let outcome = judge_script(1, async |dial| {
        let mut link = dial.boot().await;
        next_call(&mut link).await.unwrap();
        drop(link);
        let mut link = dial.boot().await;
        while let Some(call) = next_call(&mut link).await {
            plain(&mut link, call).await;
        }
    });
    let outcome = is_sound(outcome.await).await;
    assert_eq!(line(&outcome, "B-0010").verdict, Verdict::Inconclusive);
    let refused = line(&outcome, "B-0013");
    assert_eq!((refused.verdict, refused.code), (Verdict::Fail, Some(Code::CallError)));
}

#[tokio::test(start_paused = true)]
async fn rubbish_is_named_and_never_passes() {
    let outcome = judge_script(1, async |dial| {
        let mut link = dial.boot().await;
        while let Some((id, ..)) = next_call(&mut link).await {
            for rubbish in ["", "{", "[]", "[3]", "[9,\"x\"]", "nonsense", "[3,null,{}]", "\"a\""] {
                let _ = link.send(rubbish.to_owned()).await;
            }
            let _ = link.send(format!("[3,\"{id}\",{{\"status\":17}}]")).await;
        }
    });
    let outcome = is_sound(outcome.await).await;
    let frames = line(&outcome, "B-0200");
    assert_eq!((frames.verdict, frames.code), (Verdict::Fail, Some(Code::UnreadableFrame)));
    let first = line(&outcome, "B-0010");
    assert_eq!((first.verdict, first.code), (Verdict::Fail, Some(Code::UnexpectedStatus)));
    let invalid = line(&outcome, "B-0205");
    assert_eq!((invalid.verdict, invalid.code), (Verdict::Fail, Some(Code::InvalidFrame)));
}

#[tokio::test(start_paused = true)]
async fn unknown_actions_are_answered_and_the_run_goes_on() {
    let outcome = judge_script(1, async |dial| {
        let mut link = dial.boot().await;
        while let Some(call) = next_call(&mut link).await {
            let _ = link.send(json!([2, format!("u{}", call.0), "MakeCoffee", {}]).to_string()).await;
            plain(&mut link, call).await;
        }
    });
    let outcome = is_sound(outcome.await).await;
    assert_eq!(line(&outcome, "B-0010").verdict, Verdict::Pass);
    let answered = |raw: &str| raw.contains("NotImplemented");
    let told =
        outcome.records.iter().any(|r| matches!(&r.body, trace::Body::Frame { raw, .. } if answered(raw)));
    assert!(told, "the unknown action was not answered");
}

#[tokio::test(start_paused = true)]
async fn a_report_before_its_response_is_read_and_named() {
    let outcome = judge_script(1, async |dial| {
        let mut link = dial.boot().await;
        while let Some((id, action, payload)) = next_call(&mut link).await {
            if action == "GetBaseReport" {
                let _ = link.send(inventory(&payload)).await;
                accept(&mut link, &id).await;
            } else {
                refuse(&mut link, &id).await;
            }
        }
    });
    let outcome = is_sound(outcome.await).await;
    // One cause, one failure, on the row about the order (B-0242, level 3): what the report says is judged all the same.
    let checks =
        judge::framing::answers::come_first(judge::Window::new(&outcome.records, ocpp::Version::V201));
    let early =
        |c: &judge::Check| matches!(c, judge::Check::Broken(f) if f.code == Code::ReportBeforeResponse);
    assert!(checks.iter().any(early), "{checks:?}");
    assert_eq!(line(&outcome, "B-0010").verdict, Verdict::Pass);
    assert_eq!(line(&outcome, "C-0101").verdict, Verdict::Pass);
    assert_eq!(line(&outcome, "C-0102").verdict, Verdict::Fail);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_events_does_not_keep_the_suite_from_judging() {
    let outcome = judge_script(1, async |dial| {
        let mut link = dial.boot().await;
        let mut n = 0;
        while let Some(call) = next_call(&mut link).await {
            for _ in 0..200 {
                n += 1;
                let event = json!({ "eventId": n, "timestamp": "2026-01-01T00:00:00Z", "trigger": "Delta",
                    "actualValue": "true", "eventNotificationType": "HardWiredNotification",
                    "component": { "name": "EVSE", "evse": { "id": 1 } }, "variable": { "name": "Problem" } });
                let payload =
                    json!({ "generatedAt": "2026-01-01T00:00:00Z", "seqNo": 0, "eventData": [event] });
                let _ = link.send(json!([2, format!("e{n}"), "NotifyEvent", payload]).to_string()).await;
            }
            plain(&mut link, call).await;
        }
    });
    let outcome = is_sound(outcome.await).await;
    assert_eq!(line(&outcome, "B-0010").verdict, Verdict::Pass);
    assert_eq!(line(&outcome, "C-0102").verdict, Verdict::Fail);
}
