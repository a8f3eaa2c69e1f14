//! Each check on a right story, and on one that is wrong in one way.

use super::*;
use crate::Code;
use crate::testing::{START, Story, all_hold, codes};
use serde_json::json;
use std::time::Duration;

/// A message `seconds` after the start of the story.
fn message(id: &str, what: &str, seq_no: i64, trigger: &str, seconds: i64) -> Value {
    let start: Timestamp = START.parse().unwrap();
    let time = (start + SignedDuration::from_secs(seconds)).to_string();
    json!({"eventType": what, "timestamp": time, "triggerReason": trigger, "seqNo": seq_no,
           "transactionInfo": {"transactionId": id, "chargingState": "EVConnected"}, "evse": {"id": 1, "connectorId": 1}})
}

fn with(mut message: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    message.pointer_mut(parent).unwrap()[key] = value;
    message
}

fn story(messages: &[Value]) -> Story {
    messages.iter().fold(Story::begins(), |story, m| story.says("TransactionEvent", m.clone()))
}

fn judged(story: &Story, check: impl Fn(&Transactions) -> Vec<Check>) -> Vec<Check> {
    check(&Transactions::of(story.window()))
}

fn right() -> Vec<Value> {
    vec![
        message("a", "Started", 0, "CablePluggedIn", 0),
        message("a", "Updated", 1, "Authorized", 1),
        with(
            message("a", "Updated", 2, "ChargingStateChanged", 2),
            "/transactionInfo/chargingState",
            json!("Charging"),
        ),
        message("a", "Ended", 3, "StopAuthorized", 3),
    ]
}

#[test]
fn a_whole_transaction_holds_also_if_a_message_comes_twice() {
    let mut twice = right();
    twice.insert(2, twice[1].clone());
    for messages in [right(), twice] {
        let story = story(&messages);
        for check in [
            Transactions::are_numbered,
            Transactions::ids_are_unique,
            Transactions::begin_and_end,
            Transactions::reasons_are_true,
        ] {
            assert!(all_hold(&judged(&story, check)));
        }
    }
}

#[test]
fn a_run_without_transactions_is_nothing_to_judge() {
    let empty = Story::begins();
    for check in [
        Transactions::are_numbered,
        Transactions::ids_are_unique,
        Transactions::begin_and_end,
        Transactions::reasons_are_true,
        Transactions::offline_is_marked,
        Transactions::named_in_events,
    ] {
        assert!(matches!(judged(&empty, check)[..], [Check::Void(_)]));
    }
}

#[test]
fn a_gap_is_found() {
    let mut lacking = right();
    lacking.remove(1);
    let found = codes(&judged(&story(&lacking), Transactions::are_numbered));
    assert_eq!(found, [Code::TransactionMisnumbered]);
    let unnumbered = with(right()[0].clone(), "/seqNo", Value::Null);
    let found = codes(&judged(&story(&[unnumbered]), Transactions::are_numbered));
    assert_eq!(found, [Code::TransactionMisnumbered]);
}

#[test]
fn one_counter_over_all_transactions_is_right() {
    let messages = [
        message("a", "Started", 7, "CablePluggedIn", 0),
        message("b", "Started", 8, "CablePluggedIn", 1),
        message("a", "Ended", 9, "EVCommunicationLost", 2),
        message("b", "Ended", 10, "EVCommunicationLost", 3),
    ];
    assert!(all_hold(&judged(&story(&messages), Transactions::are_numbered)));
    let found = codes(&judged(&story(&messages[..3]), Transactions::are_numbered));
    assert_eq!(found, []);
    let lacking = [messages[0].clone(), messages[1].clone(), messages[3].clone()];
    assert_eq!(codes(&judged(&story(&lacking), Transactions::are_numbered)), [Code::TransactionMisnumbered]);
}

#[test]
fn an_id_is_used_once() {
    let mut messages = right();
    messages.push(message("a", "Started", 0, "CablePluggedIn", 9));
    let found = codes(&judged(&story(&messages), Transactions::ids_are_unique));
    assert_eq!(found, [Code::TransactionIdReused]);
}

#[test]
fn a_transaction_has_a_beginning_one_end_and_nothing_after_it() {
    let disorder = |messages: &[Value]| codes(&judged(&story(messages), Transactions::begin_and_end));
    assert_eq!(disorder(&[message("a", "Updated", 0, "Authorized", 0)]), [Code::TransactionDisorder]);
    let mut twice = right();
    twice.push(message("a", "Ended", 4, "EVCommunicationLost", 5));
    assert_eq!(disorder(&twice), [Code::TransactionDisorder]);
    let mut after = right();
    after.push(message("a", "Updated", 4, "MeterValuePeriodic", 5));
    assert_eq!(disorder(&after), [Code::TransactionDisorder]);
}

#[test]
fn a_transaction_from_before_the_run_or_one_that_goes_on_is_judged_for_the_rest() {
    let before =
        [message("a", "Updated", 5, "MeterValuePeriodic", 0), message("a", "Ended", 6, "EVDeparted", 1)];
    assert!(all_hold(&judged(&story(&before), Transactions::begin_and_end)));
    assert!(all_hold(&judged(&story(&right()[..2]), Transactions::begin_and_end)));
    let mut known = right();
    known.push(message("b", "Updated", 5, "MeterValuePeriodic", 8));
    let found = codes(&judged(&story(&known), Transactions::begin_and_end));
    assert_eq!(found, [Code::TransactionDisorder], "its beginning was in this run");
}

#[test]
fn what_has_not_ended_is_open() {
    let open = |messages: &[Value]| Transactions::of(story(messages).window()).open();
    assert_eq!(open(&right()[..2]), [("a".to_owned(), Some(1))]);
    assert_eq!(open(&right()), []);
}

fn reasons(story: &Story) -> Vec<Code> {
    codes(&judged(story, Transactions::reasons_are_true))
}

#[test]
fn a_change_of_state_says_another_state() {
    let changed = |state: Value| {
        let first = message("a", "Started", 0, "CablePluggedIn", 0);
        let second = message("a", "Updated", 1, "ChargingStateChanged", 1);
        story(&[first, with(second, "/transactionInfo/chargingState", state)])
    };
    assert_eq!(reasons(&changed(json!("Charging"))), []);
    assert_eq!(reasons(&changed(json!("EVConnected"))), [Code::TransactionField]);
    assert_eq!(reasons(&changed(Value::Null)), [Code::TransactionField]);
}

#[test]
fn a_start_from_afar_says_so_unless_the_vehicle_came_later() {
    let started = |trigger| {
        story(&[with(message("a", "Started", 0, trigger, 0), "/transactionInfo/remoteStartId", json!(3))])
    };
    assert_eq!(reasons(&started("RemoteStart")), []);
    assert_eq!(reasons(&started("CablePluggedIn")), []);
    assert_eq!(reasons(&started("Authorized")), [Code::TransactionField]);
}

#[test]
fn a_stop_from_afar_says_so_and_only_that() {
    let stop = json!({"transactionId": "a"});
    let stopped = |ended: Value| {
        story(&right()[..3])
            .receives("RequestStopTransaction", stop.clone())
            .answers(json!({"status": "Accepted"}))
            .says("TransactionEvent", ended)
    };
    let remote = message("a", "Ended", 3, "RemoteStop", 3);
    assert_eq!(reasons(&stopped(remote.clone())), []);
    let other = message("a", "Ended", 3, "EVCommunicationLost", 3);
    assert_eq!(reasons(&stopped(other.clone())), [Code::TransactionField]);
    let told_before = stopped(message("a", "Updated", 3, "RemoteStop", 3))
        .says("TransactionEvent", message("a", "Ended", 4, "EVCommunicationLost", 5));
    assert_eq!(reasons(&told_before), []);
    let mut unasked = right();
    unasked[3] = remote;
    assert_eq!(reasons(&story(&unasked)), [Code::TransactionField]);
}

#[test]
fn a_trigger_follows_a_request() {
    let triggered = message("a", "Updated", 1, "Trigger", 1);
    assert_eq!(reasons(&story(&[right()[0].clone(), triggered.clone()])), [Code::TransactionField]);
    let asked = story(&right()[..1])
        .receives("TriggerMessage", json!({"requestedMessage": "TransactionEvent"}))
        .says("TransactionEvent", triggered);
    assert_eq!(reasons(&asked), []);
}

/// A station that was offline from second 10 to second 40.
fn offline(messages: &[Value]) -> Vec<Code> {
    let away = Story::begins().later(10.0).breaks_off().later(30.0).connects();
    let story = messages.iter().fold(away, |story, m| story.says("TransactionEvent", m.clone()));
    codes(&judged(&story, Transactions::offline_is_marked))
}

#[test]
fn what_happened_offline_is_marked_and_only_that() {
    let at = |seconds, offline| {
        with(message("a", "Updated", 1, "EVDeparted", seconds), "/offline", json!(offline))
    };
    assert_eq!(offline(&[at(25, true), at(50, false), at(2, false)]), []);
    assert_eq!(offline(&[at(25, false)]), [Code::TransactionField]);
    assert_eq!(offline(&[at(2, true)]), [Code::TransactionField]);
    assert_eq!(
        offline(&[at(12, false), at(12, true), at(38, true), at(42, true)]),
        [],
        "the edges are left open"
    );
}

#[test]
fn a_clock_that_is_off_is_allowed_for() {
    let ahead = |seconds: i64| {
        let start: Timestamp = START.parse().unwrap();
        let made = (start + SignedDuration::from_secs(100 + seconds)).to_string();
        json!({"generatedAt": made, "seqNo": 0, "eventData": []})
    };
    let message = with(message("a", "Updated", 1, "EVDeparted", 125), "/offline", json!(true));
    let story = Story::begins()
        .says("NotifyEvent", ahead(0))
        .later(10.0)
        .breaks_off()
        .later(30.0)
        .connects()
        .says("TransactionEvent", message);
    assert!(all_hold(&judged(&story, Transactions::offline_is_marked)));
}

fn naming(id: &str, evse: i64, seconds: i64) -> Story {
    let start: Timestamp = START.parse().unwrap();
    let event = json!({"eventId": 1, "timestamp": (start + SignedDuration::from_secs(seconds)).to_string(),
        "trigger": "Delta", "actualValue": "1", "transactionId": id, "variableMonitoringId": 4,
        "component": {"name": "EVSE", "evse": {"id": evse}}, "variable": {"name": "Power"}});
    let mut messages = right();
    messages[3] = message("a", "Ended", 3, "StopAuthorized", 60);
    story(&messages).notifies([event])
}

#[test]
fn an_event_names_a_transaction_that_was_ongoing_there_and_then() {
    let found = |id, evse, seconds| codes(&judged(&naming(id, evse, seconds), Transactions::named_in_events));
    assert_eq!(found("a", 1, 30), []);
    assert_eq!(found("a", 1, 63), [], "within the tolerance");
    assert_eq!(found("a", 1, 70), [Code::TransactionNotOngoing]);
    assert_eq!(found("a", 1, -10), [Code::TransactionNotOngoing]);
    assert_eq!(found("a", 2, 30), [Code::TransactionNotOngoing]);
    assert_eq!(found("other", 1, 30), [Code::TransactionNotOngoing]);
}

#[test]
fn the_events_of_an_evse_name_its_transaction() {
    let story = naming("a", 1, 30);
    assert!(all_hold(&names_transaction(story.window(), 4, "a")));
    assert_eq!(codes(&names_transaction(story.window(), 4, "b")), [Code::TransactionField]);
    assert!(matches!(names_transaction(story.window(), 5, "a")[..], [Check::Open { .. }]));
}

#[test]
fn an_event_tells_a_fault_and_is_of_a_transaction() {
    let story = naming("a", 1, 30);
    let event = crate::events::all(story.window()).remove(0);
    let address = event.address.clone().unwrap();
    assert!(tells_fault(&event, &address, "1"));
    assert!(!tells_fault(&event, &address, "0"));
    assert!(all_hold(&is_of(&event, "A")));
    assert_eq!(codes(&is_of(&event, "b")), [Code::TransactionField]);
}

const THREE: Retried = Retried { attempts: 3, interval: Duration::from_secs(10), from: Seq(0) };

/// The first message of a transaction, sent again after these pauses.
fn sent_again(pauses: &[f64]) -> Story {
    let first = message("a", "Started", 0, "RemoteStart", 0);
    pauses.iter().fold(story(std::slice::from_ref(&first)), |story, pause| {
        story.later(*pause).says("TransactionEvent", first.clone())
    })
}

#[test]
fn a_refused_message_is_sent_again_as_configured() {
    let found = |pauses: &[f64]| codes(&THREE.as_configured(sent_again(pauses).window(), "in time"));
    assert_eq!(found(&[10.0, 20.0]), []);
    assert_eq!(found(&[10.0, 20.0, 30.0]), [], "whether the first counts is left open");
    assert_eq!(found(&[10.0]), [Code::TransactionMissing]);
    assert_eq!(found(&[10.0, 10.0]), [Code::IntervalWrong]);
    assert_eq!(found(&[]), [Code::TransactionMissing]);
    assert_eq!(THREE.lasts(), Duration::from_secs(30));
}

#[test]
fn after_a_refused_message_the_next_one_follows() {
    let alone = sent_again(&[10.0, 20.0]);
    assert_eq!(codes(&[THREE.goes_on(alone.window(), "in time")]), [Code::TransactionMissing]);
    let next = alone.says("TransactionEvent", message("a", "Ended", 1, "EVConnectTimeout", 60));
    assert_eq!(codes(&[THREE.goes_on(next.window(), "in time")]), []);
}
