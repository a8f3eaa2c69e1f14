use super::*;
use crate::testing::{START, Story, all_hold, codes};
use serde_json::{Value, json};

fn alarm(id: i64, component: &str) -> Alarm {
    let at = json!({"component": {"name": component}, "variable": {"name": "Problem"}});
    let monitor = ReportedMonitor {
        at: Seq(1),
        id,
        address: crate::results::address(&at).unwrap(),
        kind: "Delta".into(),
        value: Some(1.0),
        severity: Some(3),
        transaction: Some(false),
        notification: Some("HardWiredMonitor".into()),
    };
    Alarm { monitor, raised: "true".into(), rest: "false".into() }
}

fn event(event: i64, monitor: i64, component: &str, value: &str) -> Value {
    json!({"eventId": event, "timestamp": START, "trigger": "Delta", "actualValue": value,
           "component": {"name": component}, "variable": {"name": "Problem"},
           "variableMonitoringId": monitor, "eventNotificationType": "HardWiredMonitor"})
}

fn roll_up(id: i64, value: &str, cause: i64) -> Value {
    let mut whole = event(id, 1, "EVSE", value);
    whole["cause"] = json!(cause);
    whole
}

/// A cause, with its record.
fn caused(story: Story) -> (Story, Seq) {
    let story = story.receives("GetVariables", json!({}));
    let at = story.last();
    (story, at)
}

/// One alarm that comes and goes, with these events after each.
fn one(after_raised: Vec<Value>, after_ended: Vec<Value>) -> Vec<Check> {
    let (story, raised_at) = caused(Story::begins());
    let (story, ended_at) = caused(story.notifies(after_raised));
    let story = story.notifies(after_ended);
    told_both(story.window(), &Course { alarm: alarm(5, "Contactor"), raised_at, ended_at }, "within 10 s")
}

#[test]
fn an_alarm_that_tells_both_edges_holds() {
    let (on, off) = (event(1, 5, "Contactor", "true"), event(2, 5, "Contactor", "false"));
    assert!(all_hold(&one(vec![on.clone()], vec![off.clone()])));
    let renumbered = (event(1, 77, "Contactor", "true"), event(2, 77, "Contactor", "false"));
    assert!(all_hold(&one(vec![renumbered.0], vec![renumbered.1])), "a reboot may give it another id");
    let mut cleared = off;
    cleared["cleared"] = json!(true);
    assert!(all_hold(&one(vec![on], vec![cleared])), "cleared may be said");
}

#[test]
fn an_edge_that_is_missing_or_told_by_another_monitor_is_found() {
    let (on, off) = (event(1, 5, "Contactor", "true"), event(2, 5, "Contactor", "false"));
    assert_eq!(codes(&one(vec![on.clone()], vec![])), [Code::ClearMissing]);
    assert_eq!(codes(&one(vec![], vec![off.clone()])), [Code::EventMissing]);
    assert_eq!(codes(&one(vec![on.clone()], vec![on])), [Code::ClearMissing], "it says that it goes on");
    let of_another = event(2, 9, "Contactor", "false");
    let on = event(1, 5, "Contactor", "true");
    assert_eq!(codes(&one(vec![on], vec![of_another])), [Code::ClearMissing], "another monitor");
    let mut custom = event(2, 9, "Contactor", "true");
    custom["eventNotificationType"] = json!("CustomMonitor");
    assert_eq!(codes(&one(vec![custom], vec![off])), [Code::EventMissing], "that is the operator's");
}

/// Two alarms at once; the events after each of the four causes.
fn two(after: [Vec<Value>; 4]) -> Vec<Check> {
    let mut story = Story::begins();
    // Earlier in the run, the second alone raised the roll-up.
    story = story.notifies([event(1, 6, "Lock", "true"), roll_up(2, "true", 1)]);
    story = story.notifies([event(3, 6, "Lock", "false"), roll_up(4, "false", 3)]);
    let mut causes = Vec::new();
    for events in after {
        let (next, at) = caused(story);
        story = next.notifies(events);
        causes.push(at);
    }
    let courses = [
        Course { alarm: alarm(5, "Contactor"), raised_at: causes[0], ended_at: causes[2] },
        Course { alarm: alarm(6, "Lock"), raised_at: causes[1], ended_at: causes[3] },
    ];
    told_apart(story.window(), &courses, "within 10 s")
}

fn apart() -> [Vec<Value>; 4] {
    [
        vec![event(10, 5, "Contactor", "true"), roll_up(11, "true", 10)],
        vec![event(12, 6, "Lock", "true")],
        vec![event(13, 5, "Contactor", "false")],
        vec![event(14, 6, "Lock", "false"), roll_up(15, "false", 14)],
    ]
}

#[test]
fn two_alarms_that_come_and_go_by_themselves_hold() {
    assert!(all_hold(&two(apart())));
}

#[test]
fn a_second_alarm_that_is_swallowed_is_found() {
    let mut after = apart();
    after[1].clear();
    assert_eq!(codes(&two(after)), [Code::EventMissing]);
}

#[test]
fn the_end_of_one_alarm_must_not_end_the_other() {
    let mut after = apart();
    after[2].push(event(20, 6, "Lock", "false"));
    assert_eq!(codes(&two(after)), [Code::EventUnwanted]);
}

#[test]
fn a_roll_up_that_ends_too_early_is_found() {
    let mut after = apart();
    after[2].push(roll_up(20, "false", 13));
    assert_eq!(codes(&two(after)), [Code::EventUnwanted]);
}

#[test]
fn a_roll_up_that_does_not_rest_on_the_second_may_end_with_the_first() {
    let (story, a) = caused(Story::begins());
    let (story, b) = caused(story.notifies([event(1, 5, "Contactor", "true"), roll_up(2, "true", 1)]));
    let (story, a_over) = caused(story.notifies([event(3, 6, "Door", "true")]));
    let (story, b_over) = caused(story.notifies([event(4, 5, "Contactor", "false"), roll_up(5, "false", 4)]));
    let story = story.notifies([event(6, 6, "Door", "false")]);
    let courses = [
        Course { alarm: alarm(5, "Contactor"), raised_at: a, ended_at: a_over },
        Course { alarm: alarm(6, "Door"), raised_at: b, ended_at: b_over },
    ];
    assert!(all_hold(&told_apart(story.window(), &courses, "within 10 s")));
}

#[test]
fn charging_without_a_locked_plug_is_found() {
    let transaction = |state: &str, evse: i64| {
        json!({"eventType": "Updated", "timestamp": START, "triggerReason": "ChargingStateChanged", "seqNo": 1,
               "transactionInfo": {"transactionId": "t", "chargingState": state}, "evse": {"id": evse}})
    };
    let said = |state, evse| {
        let story = Story::begins().says("TransactionEvent", transaction(state, evse));
        codes([&does_not_charge(story.window(), 1, story.last())])
    };
    assert_eq!(said("EVConnected", 1), []);
    assert_eq!(said("Charging", 2), [], "another EVSE");
    assert_eq!(said("Charging", 1), [Code::ChargedUnlocked]);
}
