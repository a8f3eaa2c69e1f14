use super::causes::Coded;
use super::*;
use crate::Code;
use crate::testing::{START, Story, all_hold, codes};
use ocpp::Version;
use serde_json::json;

fn event(id: i64) -> Value {
    json!({
        "eventId": id, "timestamp": START, "trigger": "Alerting", "actualValue": "81.5",
        "component": {"name": "TemperatureSensor"}, "variable": {"name": "Temperature"},
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

/// The station has booted, and a report says what monitor 5 is.
fn reported() -> Story {
    let monitor = json!({
        "component": {"name": "TemperatureSensor"}, "variable": {"name": "Temperature"},
        "variableMonitoring": [{"id": 5, "transaction": false, "value": 80, "type": "UpperThreshold", "severity": 3,
                                "eventNotificationType": "HardWiredMonitor"}]
    });
    let report =
        json!({"requestId": 1, "seqNo": 0, "generatedAt": START, "tbc": false, "monitor": [monitor]});
    Story::begins_in(Version::V21).boots().says("NotifyMonitoringReport", report)
}

fn inventory() -> Inventory {
    let entry = json!({
        "component": {"name": "TemperatureSensor"}, "variable": {"name": "Temperature"},
        "variableAttribute": [{"type": "Actual", "value": "20", "mutability": "ReadOnly"}],
        "variableCharacteristics": {"dataType": "decimal", "unit": "Celsius", "supportsMonitoring": true}
    });
    let payload = json!({"requestId": 1, "seqNo": 0, "generatedAt": START, "reportData": [entry]});
    Inventory::from_parts(&[crate::Part { at: Seq(1), seq_no: Some(0), tbc: false, payload }])
}

fn read(story: &Story) -> Hygiene {
    Hygiene::of(story.window())
}

fn said(event: Value) -> Hygiene {
    read(&reported().notifies([event]))
}

#[test]
fn a_run_without_events_has_nothing_to_judge() {
    let quiet = read(&reported());
    assert!(matches!(quiet.ids_are_unique().as_slice(), [Check::Void(_)]));
    assert!(matches!(quiet.values_fit(&inventory(), None).as_slice(), [Check::Void(_)]));
}

mod ids {
    use super::*;

    #[test]
    fn two_events_with_two_ids_hold() {
        assert!(all_hold(&read(&reported().notifies([event(1)]).notifies([event(2)])).ids_are_unique()));
    }

    #[test]
    fn an_id_given_twice_is_found() {
        let other = with(event(1), "timestamp", json!("2026-01-31T12:00:09Z"));
        let story = reported().notifies([event(1)]).notifies([other]);
        assert_eq!(codes(&read(&story).ids_are_unique()), [Code::EventField]);
    }

    #[test]
    fn a_message_sent_again_because_it_was_not_answered_is_the_same_event() {
        let payload = json!({"generatedAt": START, "seqNo": 0, "tbc": false, "eventData": [event(1)]});
        let again = reported().calls("NotifyEvent", payload).reconnects().notifies([event(1)]);
        assert!(all_hold(&read(&again).ids_are_unique()));
        let lost = reported().notifies([event(1)]).reconnects().notifies([event(1)]);
        assert!(all_hold(&read(&lost).ids_are_unique()), "the answer was lost with the connection");
        let answered = reported().notifies([event(1)]).notifies([event(1)]);
        assert_eq!(codes(&read(&answered).ids_are_unique()), [Code::EventField]);
    }

    #[test]
    fn ids_may_start_again_after_a_boot() {
        let other = with(event(1), "timestamp", json!("2026-01-31T12:00:09Z"));
        let story = reported().notifies([event(1)]).reconnects().boots().notifies([other]);
        assert!(all_hold(&read(&story).ids_are_unique()));
    }
}

mod parts {
    use super::*;

    #[test]
    fn numbered_without_a_gap_hold() {
        let story = reported().notifies_part(0, true, [event(1)]).notifies_part(1, false, [event(2)]);
        assert!(all_hold(&read(&story).parts_are_numbered()));
    }

    #[test]
    fn with_a_gap_or_without_an_end_are_found() {
        let gap = reported().notifies_part(0, true, [event(1)]).notifies_part(2, false, [event(2)]);
        assert_eq!(codes(&read(&gap).parts_are_numbered()), [Code::EventField]);
        let open = reported().notifies_part(0, true, [event(1)]);
        assert_eq!(codes(&read(&open).parts_are_numbered()), [Code::EventField]);
    }
}

mod names {
    use super::*;

    #[test]
    fn of_the_inventory_and_of_a_reported_monitor_hold() {
        assert!(all_hold(&said(event(1)).name_what_is_known(&inventory())));
    }

    #[test]
    fn of_an_unknown_variable_or_monitor_are_found() {
        let other = with(event(1), "variable", json!({"name": "Humidity"}));
        assert!(codes(&said(other).name_what_is_known(&inventory())).contains(&Code::EventField));
        let other = with(event(1), "variableMonitoringId", json!(99));
        assert_eq!(codes(&said(other).name_what_is_known(&inventory())), [Code::EventField]);
        let none = with(event(1), "variableMonitoringId", Value::Null);
        assert_eq!(codes(&said(none).name_what_is_known(&inventory())), [Code::EventField]);
    }

    #[test]
    fn a_monitor_that_an_answer_gave_its_id_is_known() {
        let asked = json!({"setMonitoringData": []});
        let result = json!({"status": "Accepted", "id": 7, "type": "UpperThreshold", "severity": 8,
            "component": {"name": "TemperatureSensor"}, "variable": {"name": "Temperature"}});
        let story = reported()
            .receives("SetVariableMonitoring", asked)
            .answers(json!({"setMonitoringResult": [result]}))
            .notifies([with(event(1), "variableMonitoringId", json!(7))]);
        let run = read(&story);
        assert!(all_hold(&run.name_what_is_known(&inventory())));
        assert_eq!(codes(&run.classes_are_true()), [Code::EventField], "what the suite set is custom");
    }
}

mod honesty {
    use super::*;

    #[test]
    fn a_severity_is_that_of_the_monitor() {
        assert!(all_hold(&said(with(event(1), "severity", json!(3))).severities_are_said()));
        assert_eq!(
            codes(&said(with(event(1), "severity", json!(4))).severities_are_said()),
            [Code::EventField]
        );
        assert_eq!(codes(&said(event(1)).severities_are_said()), [Code::EventField]);
    }

    #[test]
    fn a_class_is_that_of_the_report() {
        assert!(all_hold(&said(event(1)).classes_are_true()));
        let wrong = with(event(1), "eventNotificationType", json!("PreconfiguredMonitor"));
        assert_eq!(codes(&said(wrong).classes_are_true()), [Code::EventField]);
        let wrong = with(event(1), "eventNotificationType", json!("HardWiredNotification"));
        assert_eq!(codes(&said(wrong).classes_are_true()), [Code::EventField]);
    }

    #[test]
    fn no_event_is_from_the_future() {
        assert!(all_hold(&said(event(1)).times_are_possible()));
        let later = with(event(1), "timestamp", json!("2026-01-31T12:01:00Z"));
        assert_eq!(codes(&said(later).times_are_possible()), [Code::EventField]);
    }

    #[test]
    fn a_value_is_one_of_its_variable() {
        let fits = |value: &str| {
            said(with(event(1), "actualValue", json!(value))).values_fit(&inventory(), Some(10))
        };
        assert!(all_hold(&fits("81.5")));
        assert_eq!(codes(&fits("hot")), [Code::EventField]);
        assert_eq!(codes(&fits("81.50000000000")), [Code::EventField], "longer than the station says");
    }
}

mod pairs {
    use super::*;

    fn cleared(id: i64) -> Value {
        with(event(id), "cleared", json!(true))
    }

    #[test]
    fn in_turn_hold() {
        let story = reported().notifies([event(1)]).notifies([cleared(2)]).notifies([event(3)]);
        assert!(all_hold(&read(&story).alerts_and_returns_alternate()));
    }

    #[test]
    fn twice_the_same_is_found_unless_something_came_between() {
        let twice = reported().notifies([event(1)]).notifies([event(2)]);
        assert_eq!(codes(&read(&twice).alerts_and_returns_alternate()), [Code::EventUnwanted]);
        let disturbed = reported().notifies([event(1)]).reconnects().notifies([event(2)]);
        assert!(all_hold(&read(&disturbed).alerts_and_returns_alternate()));
    }
}

mod causes {
    use super::*;

    fn roll_up(id: i64, cause: Value) -> Value {
        let e = with(event(id), "component", json!({"name": "EVSE", "evse": {"id": 1}}));
        let e = with(with(e, "variable", json!({"name": "Problem"})), "actualValue", json!("true"));
        with(with(e, "severity", json!(4)), "cause", cause)
    }

    fn after_root(cause: Value) -> Hygiene {
        let root = with(event(1), "severity", json!(3));
        read(&reported().notifies([root, roll_up(2, cause)]))
    }

    #[test]
    fn of_an_event_already_sent_hold() {
        let run = after_root(json!(1));
        assert!(all_hold(&run.causes_were_sent()));
        assert!(all_hold(&run.roll_ups_name_their_cause()));
        assert!(all_hold(&run.roll_ups_do_not_outrank()));
    }

    #[test]
    fn that_were_never_sent_or_not_named_are_found() {
        assert_eq!(codes(&after_root(json!(9)).causes_were_sent()), [Code::EventField]);
        assert_eq!(codes(&after_root(Value::Null).roll_ups_name_their_cause()), [Code::EventField]);
    }

    #[test]
    fn a_roll_up_more_urgent_than_its_cause_is_found() {
        let root = with(event(1), "severity", json!(6));
        let run = read(&reported().notifies([root, roll_up(2, json!(1))]));
        assert_eq!(codes(&run.roll_ups_do_not_outrank()), [Code::WrongSeverity]);
    }

    #[test]
    fn a_fault_with_a_code_carries_one() {
        let address = crate::results::address(&event(1)).unwrap();
        let kind = ocpp::MonitorType::UpperThreshold;
        let coded = [Coded { address: address.clone(), kind, value: None, codes: vec!["CX003".into()] }];
        let too_cold = ocpp::MonitorType::LowerThreshold;
        let other = [Coded { address, kind: too_cold, value: None, codes: vec!["CX003".into()] }];
        let none = said(event(1)).faults_carry_codes(&other);
        assert!(matches!(none[..], [Check::Void(_)]), "another fault of the variable");
        assert_eq!(codes(&said(event(1)).faults_carry_codes(&coded)), [Code::EventField]);
        assert!(all_hold(&said(with(event(1), "techCode", json!("CX003"))).faults_carry_codes(&coded)));
    }
}
