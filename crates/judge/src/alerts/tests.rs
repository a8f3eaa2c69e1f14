use super::*;
use crate::testing::{START, Story, all_hold, codes, observed};
use serde_json::{Value, json};

fn event(id: i64, actual: &str) -> Value {
    json!({
        "eventId": id, "timestamp": START, "trigger": "Delta", "actualValue": actual,
        "component": {"name": "EmergencyStopSensor"}, "variable": {"name": "Active"},
        "variableMonitoringId": 5, "eventNotificationType": "HardWiredMonitor"
    })
}

fn with(mut event: Value, field: &str, value: Value) -> Value {
    match value {
        Value::Null => drop(event.as_object_mut().unwrap().remove(field)),
        value => event[field] = value,
    }
    event
}

fn address() -> VariableAddress {
    crate::results::address(&event(1, "true")).unwrap()
}

fn monitor(id: i64, value: f64) -> ReportedMonitor {
    ReportedMonitor {
        at: Seq(1),
        id,
        address: address(),
        kind: "Delta".into(),
        value: Some(value),
        severity: Some(0),
        transaction: Some(false),
        notification: Some("HardWiredMonitor".into()),
    }
}

fn report() -> MonitoringReport {
    MonitoringReport { monitors: vec![monitor(5, 1.0)], records: vec![Seq(1)] }
}

fn alert(sign: Sign) -> Alert {
    Alert { address: address(), sign, monitor: Some(monitor(5, 1.0)), cause: Seq(0) }
}

fn pressed() -> Alert {
    alert(Sign::Value("true".into()))
}

fn judged(story: &Story, alert: &Alert) -> Vec<Check> {
    raised(story.window(), alert, &report(), Version::V21, false, "within 5 s")
}

fn said(event: Value) -> Story {
    Story::begins().boots().notifies([event])
}

#[test]
fn an_alert_with_the_value_of_the_fault_holds() {
    assert!(all_hold(&judged(&said(event(1, "true")), &pressed())));
}

#[test]
fn the_other_value_is_no_alert() {
    let checks = judged(&said(event(1, "false")), &pressed());
    assert_eq!(codes(&checks), [Code::EventMissing]);
    assert!(observed(&checks[0]).contains("false"));
}

#[test]
fn silence_is_no_alert() {
    assert_eq!(codes(&judged(&Story::begins().boots(), &pressed())), [Code::EventMissing]);
}

#[test]
fn the_same_sign_on_another_component_is_misplaced() {
    let other = with(event(1, "true"), "component", json!({"name": "CaseAccessSensor", "instance": "Door"}));
    let checks = judged(&said(other), &pressed());
    assert_eq!(codes(&checks), [Code::EventMisplaced]);
    assert!(observed(&checks[0]).contains("CaseAccessSensor"));
}

#[test]
fn the_same_component_at_another_place_is_misplaced() {
    let there = json!({"name": "EmergencyStopSensor", "evse": {"id": 2}});
    assert_eq!(
        codes(&judged(&said(with(event(1, "true"), "component", there)), &pressed())),
        [Code::EventMisplaced]
    );
}

#[test]
fn a_monitor_id_that_no_report_knows_is_named() {
    let checks = judged(&said(with(event(1, "true"), "variableMonitoringId", json!(99))), &pressed());
    assert_eq!(codes(&checks), [Code::EventField]);
}

#[test]
fn an_alert_of_a_monitor_without_its_id_is_named() {
    let checks = judged(&said(with(event(1, "true"), "variableMonitoringId", Value::Null)), &pressed());
    assert_eq!(codes(&checks), [Code::EventField]);
}

#[test]
fn a_notification_needs_no_monitor_and_is_told_apart() {
    let bare = with(event(1, "true"), "variableMonitoringId", Value::Null);
    let bare = with(bare, "eventNotificationType", json!("HardWiredNotification"));
    let story = said(bare);
    assert!(all_hold(&judged(&story, &pressed())));
    assert!(as_notification(story.window(), &pressed()).is_some());
    assert!(as_notification(said(event(1, "true")).window(), &pressed()).is_none());
}

#[test]
fn a_severity_in_the_event_is_that_of_the_monitor() {
    let right = with(event(1, "true"), "severity", json!(0));
    let wrong = with(event(1, "true"), "severity", json!(4));
    assert!(all_hold(&judged(&said(right), &pressed())));
    assert_eq!(codes(&judged(&said(wrong), &pressed())), [Code::EventField]);
}

#[test]
fn a_class_other_than_the_report_says_is_named() {
    let wrong = with(event(1, "true"), "eventNotificationType", json!("CustomMonitor"));
    assert_eq!(codes(&judged(&said(wrong), &pressed())), [Code::EventField]);
}

mod on_a_ladder {
    use super::*;

    fn rung(id: i64, actual: &str, cleared: bool) -> Value {
        let e = with(event(1, actual), "variableMonitoringId", json!(id));
        with(e, "cleared", json!(cleared))
    }

    fn above(bound: f64) -> Alert {
        Alert { monitor: Some(monitor(5, bound)), ..alert(Sign::Beyond(MonitorType::UpperThreshold, bound)) }
    }

    fn inside(bound: f64) -> Alert {
        Alert { monitor: Some(monitor(5, bound)), ..alert(Sign::Inside(MonitorType::UpperThreshold, bound)) }
    }

    #[test]
    fn the_event_of_another_rung_is_not_the_alert() {
        let story = said(rung(4, "91", false));
        assert_eq!(codes(&judged(&story, &above(90.0))), [Code::EventMissing]);
        assert!(all_hold(&judged(&said(rung(5, "91", false)), &above(90.0))));
    }

    #[test]
    fn a_value_at_the_threshold_is_not_beyond_it() {
        assert_eq!(codes(&judged(&said(rung(5, "90", false)), &above(90.0))), [Code::EventMissing]);
    }

    #[test]
    fn only_a_cleared_event_ends_it() {
        let ends = |e| raised(said(e).window(), &inside(90.0), &report(), Version::V201, true, "within 5 s");
        assert!(all_hold(&ends(rung(5, "25", true))));
        assert_eq!(codes(&ends(rung(5, "25", false))), [Code::ClearMissing]);
    }
}

#[test]
fn a_value_far_from_its_target_alerts_and_one_near_it_clears() {
    let away = alert(Sign::Away { target: 100.0, allowed: 30.0 });
    assert!(all_hold(&judged(&said(event(1, "60")), &away)));
    assert_eq!(codes(&judged(&said(event(1, "75")), &away)), [Code::EventMissing]);
    let near = alert(Sign::Near { target: 100.0, allowed: 30.0 });
    let cleared = |actual| said(with(event(1, actual), "cleared", json!(true)));
    assert!(all_hold(&judged(&cleared("100"), &near)));
    assert_eq!(codes(&judged(&cleared("60"), &near)), [Code::EventMissing]);
}

mod the_class {
    use super::*;
    use crate::provision::Shipped;

    #[test]
    fn is_inferred_from_what_is_still_there_under_hard_wired_only() {
        let plain = |id, value| ReportedMonitor { notification: None, ..monitor(id, value) };
        let hard = MonitoringReport { monitors: vec![plain(7, 1.0)], records: vec![Seq(1)] };
        let all = MonitoringReport { monitors: vec![plain(5, 1.0), plain(6, 1.0)], records: vec![Seq(2)] };
        let shipped = Shipped::inferred(&hard, all);
        // Two alike: one of them is built in.
        assert_eq!(shipped.of_class("HardWiredMonitor").count(), 1);
        assert_eq!(shipped.of_class("PreconfiguredMonitor").count(), 1);
        assert_eq!(shipped.report.records, [Seq(2), Seq(1)]);
    }
}
