use super::*;
use crate::testing::{START, Story, all_hold, codes, evidence, observed};
use serde_json::{Value, json};

const MONITOR: i64 = 17;

/// An alert of the monitor, as it should be.
fn alert() -> Value {
    json!({
        "eventId": 1, "timestamp": START, "trigger": "Alerting", "actualValue": "81.5",
        "component": {"name": "TemperatureSensor", "instance": "Contact", "evse": {"id": 1, "connectorId": 1}},
        "variable": {"name": "Temperature"}, "variableMonitoringId": MONITOR,
        "eventNotificationType": "CustomMonitor"
    })
}

/// The alert with one field changed; null removes it.
fn alert_but(field: &str, value: Value) -> Value {
    let mut event = alert();
    match value {
        Value::Null => drop(event.as_object_mut().unwrap().remove(field)),
        value => event[field] = value,
    }
    event
}

fn of_another(monitor: i64) -> Value {
    alert_but("variableMonitoringId", json!(monitor))
}

fn cleared() -> Value {
    alert_but("cleared", json!(true))
}

fn expected(cleared: bool) -> Expected {
    let address = crate::results::address(&alert()).unwrap();
    Expected {
        monitor: MONITOR,
        address,
        trigger: EventTrigger::Alerting,
        cleared,
        cause: Seq(0),
        threshold: None,
        earlier: Vec::new(),
    }
}

fn alerted(story: &Story) -> Vec<Check> {
    fired(story.window(), &expected(false), "within 5 s")
}

fn has_cleared(story: &Story) -> Vec<Check> {
    fired(story.window(), &expected(true), "within 5 s")
}

fn quiet() -> Story {
    Story::begins().boots()
}

mod one_event {
    use super::*;

    #[test]
    fn that_is_as_it_should_be_holds_and_rests_on_cause_and_event() {
        let story = quiet().notifies([alert()]);
        let checks = alerted(&story);
        assert!(all_hold(&checks), "{checks:?}");
        assert_eq!(evidence(&checks[0]), [Seq(0), Seq(3)]);
    }

    #[test]
    fn may_spell_names_in_another_case_and_whole_numbers_with_a_point() {
        let mut event = alert_but("variableMonitoringId", json!(17.0));
        event["component"]["name"] = json!("temperaturesensor");
        event["component"]["instance"] = json!("CONTACT");
        event["component"]["evse"] = json!({"id": 1.0, "connectorId": 1.0});
        event["variable"]["name"] = json!("TEMPERATURE");
        assert!(all_hold(&alerted(&quiet().notifies([event]))));
    }

    #[test]
    fn with_a_wrong_field_is_found_by_that_field() {
        for (field, value, named) in [
            ("trigger", json!("Delta"), "trigger Delta"),
            ("trigger", json!(null), "trigger "),
            ("actualValue", json!(null), "actualValue absent"),
            (
                "variable",
                json!({"name": "Problem"}),
                "component and variable TemperatureSensor[Contact].Problem",
            ),
            ("variable", json!(null), "component and variable (none)"),
            (
                "component",
                json!({"name": "TemperatureSensor", "instance": "Contact", "evse": {"id": 1}}),
                "EVSE 1",
            ),
            (
                "component",
                json!({"name": "TemperatureSensor", "evse": {"id": 1, "connectorId": 1}}),
                "TemperatureSensor.",
            ),
        ] {
            let checks = alerted(&quiet().notifies([alert_but(field, value)]));
            assert_eq!(codes(&checks), [Code::EventField], "{field}");
            assert!(observed(&checks[0]).contains(named), "{field}: {}", observed(&checks[0]));
        }
    }

    #[test]
    fn with_several_wrong_fields_is_found_by_each() {
        let mut event = alert_but("trigger", json!("Periodic"));
        event["variable"]["name"] = json!("Problem");
        event["eventNotificationType"] = json!("HardWiredMonitor");
        let checks = alerted(&quiet().notifies([event]));
        assert_eq!(codes(&checks), [Code::EventField; 3]);
    }

    #[test]
    fn of_a_threshold_carries_a_value_on_its_side() {
        let judged = |kind, cleared: bool, value: &str| {
            let expected = Expected { threshold: Some((kind, 80.0)), ..expected(cleared) };
            let mut event = alert_but("actualValue", json!(value));
            event["cleared"] = json!(cleared);
            codes(&fired(quiet().notifies([event]).window(), &expected, "within 5 s"))
        };
        use ocpp::MonitorType::{LowerThreshold, UpperThreshold};
        for (kind, cleared, value) in [
            (UpperThreshold, false, "80.5"),
            (UpperThreshold, true, "80"),
            (UpperThreshold, true, "79.0"),
            (LowerThreshold, false, "79.5"),
            (LowerThreshold, true, "80.0"),
        ] {
            assert_eq!(judged(kind, cleared, value), [], "{kind} {cleared} {value}");
        }
        for (kind, cleared, value) in [
            (UpperThreshold, false, "80"),
            (UpperThreshold, false, "banana"),
            (UpperThreshold, true, "81"),
            (LowerThreshold, false, "81"),
            (LowerThreshold, true, "79"),
        ] {
            assert_eq!(judged(kind, cleared, value), [Code::EventField], "{kind} {cleared} {value}");
        }
    }

    #[test]
    fn has_an_id_that_no_earlier_event_of_the_monitor_had() {
        let story = quiet().notifies([alert_but("eventId", json!(7))]);
        let earlier = |ids: &[i64]| Expected { earlier: ids.to_vec(), ..expected(false) };
        assert!(all_hold(&fired(story.window(), &earlier(&[6]), "within 5 s")));
        assert_eq!(codes(&fired(story.window(), &earlier(&[6, 7]), "within 5 s")), [Code::EventField]);
    }

    #[test]
    fn with_an_unquoted_value_is_left_to_the_row_on_frames() {
        assert!(all_hold(&alerted(&quiet().notifies([alert_but("actualValue", json!(81.5))]))));
        assert!(all_hold(&alerted(&quiet().notifies([alert_but("actualValue", json!(""))]))));
    }

    #[test]
    fn of_another_monitor_on_the_variable_is_not_it() {
        let story = quiet().notifies([of_another(18)]);
        let checks = alerted(&story);
        assert_eq!(codes(&checks), [Code::EventMissing]);
        assert_eq!(observed(&checks[0]), "an event for the variable with variableMonitoringId 18");
        let checks = alerted(&quiet().notifies([alert_but("variableMonitoringId", Value::Null)]));
        assert_eq!(observed(&checks[0]), "an event for the variable with variableMonitoringId none");
    }

    #[test]
    fn that_never_came_is_missing_and_the_whole_window_shows_it() {
        let story = quiet();
        let checks = alerted(&story);
        assert_eq!((codes(&checks), observed(&checks[0])), (vec![Code::EventMissing], "none"));
        assert_eq!(evidence(&checks[0]), [Seq(0), story.last()]);
    }
}

mod among_others {
    use super::*;

    #[test]
    fn it_is_found_wherever_it_stands_in_a_message() {
        for events in [
            vec![alert(), of_another(1)],
            vec![of_another(1), alert()],
            vec![of_another(1), cleared(), alert(), of_another(2)],
        ] {
            assert!(all_hold(&alerted(&quiet().notifies(events))));
        }
    }

    #[test]
    fn it_is_found_after_messages_about_other_things() {
        let story = quiet()
            .notifies([of_another(1)])
            .says("Heartbeat", json!({}))
            .sends_text("[2,")
            .notifies([of_another(2)])
            .notifies([alert()]);
        assert!(all_hold(&alerted(&story)));
    }

    #[test]
    fn a_message_that_continues_another_has_the_next_number() {
        let one_in_three = |first, second, third| {
            quiet()
                .notifies_part(first, true, [of_another(1)])
                .says("Heartbeat", json!({}))
                .notifies_part(second, true, [of_another(2)])
                .notifies_part(third, false, [alert()])
        };
        let judged = |story: Story| numbered(story.window());
        assert!(all_hold(&judged(one_in_three(0, 1, 2))));
        assert_eq!(codes(&judged(one_in_three(0, 1, 3))), [Code::EventField]);
        assert_eq!(codes(&judged(one_in_three(0, 0, 2))), [Code::EventField]);
    }

    #[test]
    fn a_running_number_is_found() {
        let story = quiet().notifies_part(0, false, [of_another(1)]).notifies_part(1, false, [alert()]);
        assert_eq!(observed(&numbered(story.window())[0]), "seqNo 1");
        // Only there: the event itself is judged by what it says.
        assert!(all_hold(&alerted(&story)));
    }

    #[test]
    fn without_an_event_there_is_nothing_to_number() {
        assert!(matches!(numbered(quiet().window())[..], [Check::Void(_)]));
    }

    #[test]
    fn the_first_of_several_counts() {
        let story = quiet().notifies([alert_but("trigger", json!("Delta"))]).notifies([alert()]);
        assert_eq!(codes(&alerted(&story)), [Code::EventField]);
    }
}

mod clearing {
    use super::*;

    #[test]
    fn holds_with_and_without_the_alert_before() {
        assert!(all_hold(&has_cleared(&quiet().notifies([alert()]).notifies([cleared()]))));
        assert!(all_hold(&has_cleared(&quiet().notifies([cleared()]))));
    }

    #[test]
    fn is_missing_when_there_is_only_an_alert_and_the_other_way_round() {
        let checks = has_cleared(&quiet().notifies([alert()]));
        assert_eq!((codes(&checks), observed(&checks[0])), (vec![Code::ClearMissing], "only an alert"));
        let checks = alerted(&quiet().notifies([cleared()]));
        assert_eq!((codes(&checks), observed(&checks[0])), (vec![Code::EventMissing], "only a cleared one"));
    }

    #[test]
    fn that_says_false_is_an_alert() {
        assert!(all_hold(&alerted(&quiet().notifies([alert_but("cleared", json!(false))]))));
    }
}

mod silence {
    use super::*;

    #[test]
    fn holds_with_a_sign_of_life_and_proves_nothing_without() {
        let story = quiet().notifies([of_another(1)]);
        let check = silent(story.window(), MONITOR, "it was removed", Some(Seq(3)));
        assert_eq!((all_hold([&check]), evidence(&check)), (true, [Seq(0), Seq(3), Seq(4)].as_slice()));
        assert!(matches!(silent(story.window(), MONITOR, "it was removed", None), Check::Open { .. }));
    }

    #[test]
    fn is_broken_by_any_event_of_the_monitor() {
        for control in [None, Some(Seq(3))] {
            let story = quiet().notifies([of_another(1), cleared()]);
            let check = silent(story.window(), MONITOR, "it was removed", control);
            assert_eq!(codes([&check]), [Code::EventUnwanted]);
            assert_eq!(observed(&check), "one (cleared) with actualValue 81.5");
            assert_eq!(evidence(&check), [Seq(3)]);
        }
    }
}

mod values {
    use super::*;

    fn at(values: &[&str]) -> Story {
        values.iter().fold(quiet(), |s, v| s.notifies([alert_but("actualValue", json!(v))]))
    }

    fn judged(story: &Story, wanted: &[f64]) -> Check {
        let events = of_monitor(story.window(), MONITOR);
        values_are(&events, wanted, story.window(), "within 5 s")
    }

    #[test]
    fn in_order_hold_however_they_are_written() {
        assert!(all_hold([&judged(&at(&["81.5", " 230.699997 ", "9e1"]), &[81.5, 230.7, 90.0])]));
    }

    #[test]
    fn do_not_count_cleared_events() {
        assert!(all_hold([&judged(&at(&["81.5"]).notifies([cleared()]), &[81.5])]));
    }

    #[test]
    fn that_are_too_few_are_missing() {
        assert_eq!(codes([&judged(&at(&["81.5"]), &[81.5, 90.0])]), [Code::EventMissing]);
        let check = judged(&quiet(), &[81.5]);
        assert_eq!((codes([&check]), observed(&check)), (vec![Code::EventMissing], "none within 5 s"));
    }

    #[test]
    fn that_are_too_many_are_unwanted() {
        for extra in [["81.5", "81.5"], ["80", "81.5"], ["81.5", "warm"]] {
            assert_eq!(codes([&judged(&at(&extra), &[81.5])]), [Code::EventUnwanted], "{extra:?}");
        }
    }

    #[test]
    fn in_another_order_do_not_hold() {
        assert!(!all_hold([&judged(&at(&["90", "81.5"]), &[81.5, 90.0])]));
    }
}

mod ticks {
    use super::*;

    /// Ticks so many seconds after the full hour.
    fn at(seconds: &[f64]) -> Vec<Event> {
        let start: Timestamp = START.parse().unwrap();
        let time = |s: &f64| start + jiff::SignedDuration::from_millis((s * 1000.0) as i64);
        let tick = |s: &f64| alert_but("timestamp", json!(time(s).to_string()));
        let story = seconds.iter().fold(quiet(), |story, s| story.notifies([tick(s)]));
        of_monitor(story.window(), MONITOR)
    }

    fn every(seconds: u64, ticks: &[f64]) -> Check {
        interval_is(&at(ticks), Duration::from_secs(seconds))
    }

    fn on_multiples(seconds: u64, ticks: &[f64]) -> bool {
        all_hold([&aligned(&at(ticks), Duration::from_secs(seconds))])
    }

    fn on_time(check: &Check) -> bool {
        all_hold([check])
    }

    #[test]
    fn keep_their_interval_within_four_seconds() {
        assert!(on_time(&every(60, &[0.0, 60.0, 120.0])));
        assert!(on_time(&every(60, &[0.0, 64.0, 120.0])));
        assert!(!on_time(&every(60, &[0.0, 64.1, 120.0])));
        assert!(on_time(&every(2, &[0.3, 2.9, 4.1])));
    }

    #[test]
    fn that_come_twice_are_found() {
        for interval in [2, 5, 10, 60] {
            let i = interval as f64;
            let check = every(interval, &[0.0, i, i + 0.1, 2.0 * i]);
            assert_eq!(codes([&check]), [Code::IntervalWrong], "every {interval} s");
        }
    }

    #[test]
    fn that_are_left_out_are_found() {
        for interval in [2, 5, 10, 60] {
            let i = interval as f64;
            let check = every(interval, &[0.0, i, 3.0 * i]);
            assert_eq!(codes([&check]), [Code::IntervalWrong], "every {interval} s");
        }
    }

    #[test]
    fn that_come_twice_as_often_are_found_at_every_interval() {
        for interval in [2, 4, 8, 10] {
            let half = interval as f64 / 2.0;
            let check = every(interval, &[0.0, half, 2.0 * half]);
            assert_eq!(codes([&check]), [Code::IntervalWrong], "every {interval} s");
        }
    }

    #[test]
    fn that_run_backwards_are_found() {
        assert_eq!(codes([&every(10, &[20.0, 10.0, 0.0])]), [Code::IntervalWrong]);
    }

    #[test]
    fn too_few_prove_nothing() {
        assert!(matches!(every(10, &[0.0]), Check::Open { .. }));
        assert!(matches!(every(10, &[]), Check::Open { .. }));
        assert!(matches!(aligned(&[], Duration::from_secs(10)), Check::Open { .. }));
    }

    #[test]
    fn without_a_readable_time_are_found() {
        let story = quiet().notifies([alert_but("timestamp", json!("noon"))]);
        let events = of_monitor(story.window(), MONITOR);
        assert_eq!(codes([&interval_is(&events, Duration::from_secs(10))]), [Code::EventField]);
        assert_eq!(codes([&aligned(&events, Duration::from_secs(10))]), [Code::EventField]);
    }

    #[test]
    fn fall_on_multiples_exactly_up_to_the_tolerance() {
        // A fifth of ten seconds, on either side.
        assert!(on_multiples(10, &[0.0, 12.0, 18.0]));
        assert!(!on_multiples(10, &[12.001]));
        assert!(!on_multiples(10, &[17.999]));
        // At most four seconds.
        assert!(on_multiples(900, &[4.0, 896.0]));
        assert!(!on_multiples(900, &[4.001]));
        assert!(!on_multiples(900, &[895.999]));
    }

    #[test]
    fn that_fall_beside_the_multiples_are_listed() {
        let check = aligned(&at(&[0.0, 10.0, 25.0]), Duration::from_secs(10));
        assert_eq!((codes([&check]), observed(&check)), (vec![Code::NotAligned], "2026-01-31T12:00:25Z"));
    }
}

#[test]
fn a_payload_that_is_no_event_gives_none() {
    for payload in [json!({}), json!({"eventData": {}}), json!([]), json!({"eventData": []})] {
        assert!(of_payload(Seq(1), &payload).is_empty());
    }
    let odd = of_payload(Seq(1), &json!({"eventData": [null, 7, {}]}));
    assert_eq!(odd.len(), 3);
    assert!(odd.iter().all(|e| e.id.is_none() && e.address.is_none() && !e.cleared));
}
