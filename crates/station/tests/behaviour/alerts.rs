//! Events of threshold, delta and target monitors.

use crate::support::{Csms, at, in_both, monitor};
use ocpp::Version;
use serde_json::{Value, json};

const HOT: &str = "TemperatureSensor[Ambient].Temperature";
const FAN: &str = "LiquidCoolingSystem.FanSpeed@1.1";
const PING: &str = "OCPPCommCtrlr.WebSocketPingInterval";

fn replace(csms: &mut Csms, id: i64, mut wanted: Value) {
    wanted["id"] = id.into();
    assert_eq!(csms.must_set(wanted), id);
}

#[test]
fn an_upper_threshold_alerts_above_it_and_clears_on_it() {
    in_both(|mut csms| {
        let id = csms.must_set(monitor("UpperThreshold", HOT, 40.0, 8));
        csms.value(HOT, "40");
        assert_eq!(csms.events().len(), 0, "on it is not above it");
        csms.value(HOT, "40.1");
        let alert = csms.event();
        assert_eq!((&alert["trigger"], &alert["actualValue"]), (&json!("Alerting"), &json!("40.1")));
        assert_eq!(alert["variableMonitoringId"], id);
        assert_eq!(alert["eventNotificationType"], "CustomMonitor");
        assert!(alert.get("cleared").is_none());
        csms.value(HOT, "45");
        assert_eq!(csms.events().len(), 0, "only the crossing alerts");
        csms.value(HOT, "40");
        let cleared = csms.event();
        assert_eq!((&cleared["cleared"], &cleared["trigger"]), (&json!(true), &json!("Alerting")));
        assert_eq!(cleared["variableMonitoringId"], id);
        assert_ne!(cleared["eventId"], alert["eventId"]);
    });
}

#[test]
fn a_lower_threshold_alerts_below_it_and_clears_on_it() {
    in_both(|mut csms| {
        csms.must_set(monitor("LowerThreshold", HOT, 10.0, 8));
        csms.value(HOT, "10");
        assert_eq!(csms.events().len(), 0);
        csms.value(HOT, "9.9");
        assert_eq!(csms.event()["trigger"], "Alerting");
        csms.value(HOT, "10");
        assert_eq!(csms.event()["cleared"], true);
    });
}

#[test]
fn one_change_may_cross_several_thresholds() {
    in_both(|mut csms| {
        csms.value(HOT, "85");
        let messages = csms.take("NotifyEvent");
        assert_eq!(messages.len(), 1, "one message tells both");
        assert_eq!((&messages[0]["seqNo"], &messages[0]["tbc"]), (&json!(0), &json!(false)));
        let events = messages[0]["eventData"].as_array().unwrap();
        let classes: Vec<&str> =
            events.iter().map(|e| e["eventNotificationType"].as_str().unwrap()).collect();
        assert_eq!(classes, ["HardWiredMonitor", "PreconfiguredMonitor"]);
        assert_eq!(events[0]["timestamp"], "2026-03-01T10:00:07.000Z");
    });
}

#[test]
fn only_2_1_tells_the_severity() {
    in_both(|mut csms| {
        csms.value("EmergencyStopSensor.Active", "true");
        let event = csms.event();
        let severity = (csms.version == Version::V21).then(|| json!(0));
        assert_eq!(event.get("severity").cloned(), severity);
    });
}

#[test]
fn a_fresh_threshold_that_is_exceeded_already_alerts_at_once_after_the_response() {
    in_both(|mut csms| {
        csms.must_set(monitor("UpperThreshold", HOT, 20.0, 8));
        assert_eq!(csms.order, ["answer", "NotifyEvent"]);
        assert_eq!(csms.event()["trigger"], "Alerting");
    });
}

#[test]
fn moving_a_threshold_across_the_value_clears_the_old_alert() {
    in_both(|mut csms| {
        let id = csms.must_set(monitor("UpperThreshold", HOT, 20.0, 8));
        csms.forget();
        replace(&mut csms, id, monitor("UpperThreshold", HOT, 30.0, 8));
        let event = csms.event();
        assert_eq!((&event["cleared"], &event["variableMonitoringId"]), (&json!(true), &json!(id)));
    });
}

#[test]
fn moving_a_threshold_so_that_it_is_exceeded_alerts() {
    in_both(|mut csms| {
        let id = csms.must_set(monitor("UpperThreshold", HOT, 30.0, 8));
        replace(&mut csms, id, monitor("UpperThreshold", HOT, 20.0, 8));
        let event = csms.event();
        assert!(event.get("cleared").is_none());
        replace(&mut csms, id, monitor("UpperThreshold", HOT, 21.0, 8));
        assert!(csms.event().get("cleared").is_none(), "the new one is exceeded too");
    });
}

#[test]
fn moving_a_threshold_on_the_quiet_side_tells_nothing() {
    in_both(|mut csms| {
        let id = csms.must_set(monitor("UpperThreshold", HOT, 30.0, 8));
        replace(&mut csms, id, monitor("UpperThreshold", HOT, 35.0, 8));
        assert_eq!(csms.events().len(), 0);
    });
}

#[test]
fn removing_an_exceeded_threshold_clears_nothing() {
    in_both(|mut csms| {
        let id = csms.must_set(monitor("UpperThreshold", HOT, 20.0, 8));
        csms.forget();
        csms.clear(id);
        csms.value(HOT, "10");
        assert_eq!(csms.events().len(), 0);
    });
}

#[test]
fn a_delta_counts_from_the_last_event() {
    in_both(|mut csms| {
        let id = csms.must_set(monitor("Delta", HOT, 5.0, 8));
        csms.value(HOT, "30");
        assert_eq!(csms.events().len(), 0, "exactly the delta is not more than it");
        csms.value(HOT, "31");
        let event = csms.event();
        assert_eq!((&event["trigger"], &event["variableMonitoringId"]), (&json!("Delta"), &json!(id)));
        csms.value(HOT, "26");
        assert_eq!(csms.events().len(), 0, "31 is the reference now");
        csms.value(HOT, "25");
        assert_eq!(csms.events().len(), 1);
        assert!(csms.events().is_empty());
    });
}

#[test]
fn a_slow_drift_adds_up() {
    in_both(|mut csms| {
        csms.must_set(monitor("Delta", HOT, 5.0, 8));
        for step in ["27", "29", "31"] {
            csms.value(HOT, step);
        }
        assert_eq!(csms.event()["actualValue"], "31");
    });
}

#[test]
fn any_change_of_something_that_is_no_number_counts_whatever_the_delta() {
    in_both(|mut csms| {
        csms.must_set(monitor("Delta", "RCD.Problem@1", 100.0, 8));
        csms.value("RCD.Problem@1", "true");
        csms.value("RCD.Problem@1", "true");
        csms.value("RCD.Problem@1", "false");
        let told: Vec<Value> = csms.events().into_iter().map(|e| e["actualValue"].clone()).collect();
        assert_eq!(told, ["true", "false"]);
    });
}

#[test]
fn a_value_written_by_the_operator_fires_monitors_after_the_response() {
    in_both(|mut csms| {
        csms.must_set(monitor("UpperThreshold", PING, 40.0, 8));
        csms.forget();
        assert_eq!(csms.put(PING, "41"), "Accepted");
        assert_eq!(csms.order, ["answer", "NotifyEvent"]);
    });
}

#[test]
fn a_secret_stays_secret_in_an_event() {
    in_both(|mut csms| {
        csms.must_set(monitor("Delta", "SecurityCtrlr.BasicAuthPassword", 1.0, 8));
        csms.put("SecurityCtrlr.BasicAuthPassword", "0123456789abcdef");
        assert_eq!(csms.event()["actualValue"], "");
    });
}

fn set_target(csms: &mut Csms, target: &str) {
    let at = at(FAN);
    let one = json!({ "component": at.component, "variable": at.variable, "attributeType": "Target",
                      "attributeValue": target });
    let response = csms.call("SetVariables", json!({ "setVariableData": [one] }));
    assert_eq!(response["setVariableResult"][0]["attributeStatus"], "Accepted");
}

#[test]
fn a_target_delta_watches_the_distance_from_the_target() {
    let mut csms = Csms::online(Version::V21);
    csms.must_set(monitor("TargetDelta", FAN, 10.0, 6));
    csms.value(FAN, "110");
    assert_eq!(csms.events().len(), 0);
    csms.value(FAN, "89");
    assert_eq!(csms.event()["trigger"], "Alerting");
    set_target(&mut csms, "90");
    assert_eq!(csms.event()["cleared"], true, "the target came nearer");
}

#[test]
fn a_relative_target_delta_watches_a_share_of_the_target() {
    let mut csms = Csms::online(Version::V21);
    csms.must_set(monitor("TargetDeltaRelative", FAN, 0.1, 6));
    csms.value(FAN, "110");
    assert_eq!(csms.events().len(), 0);
    csms.value(FAN, "111");
    assert_eq!(csms.event()["trigger"], "Alerting");
}

#[test]
fn a_transaction_only_monitor_sleeps_between_transactions() {
    in_both(|mut csms| {
        let mut wanted = monitor("Delta", "EVSE.Power@1", 100.0, 8);
        wanted["transaction"] = true.into();
        let id = csms.must_set(wanted);
        csms.value("EVSE.Power@1", "500");
        assert_eq!(csms.events().len(), 0);
        csms.start_transaction(2);
        csms.forget();
        csms.value("EVSE.Power@1", "300");
        assert_eq!(csms.events().len(), 0, "another EVSE is of no matter");
        csms.start_transaction(1);
        let transaction = csms.take("TransactionEvent")[0]["transactionInfo"]["transactionId"].clone();
        csms.forget();
        csms.value("EVSE.Power@1", "500");
        let event = csms.event();
        assert_eq!((&event["variableMonitoringId"], &event["transactionId"]), (&json!(id), &transaction));
        csms.end_transaction(1);
        csms.forget();
        csms.value("EVSE.Power@1", "900");
        assert_eq!(csms.events().len(), 0);
    });
}

#[test]
fn an_alert_of_one_transaction_is_forgotten_in_the_next() {
    in_both(|mut csms| {
        let mut wanted = monitor("UpperThreshold", "EVSE.Power@1", 1100.0, 8);
        wanted["transaction"] = true.into();
        csms.must_set(wanted);
        let power = |csms: &mut Csms| {
            let events = csms.events().into_iter().filter(|e| e["variable"]["name"] == "Power");
            events.map(|e| e["cleared"] == true).collect::<Vec<_>>()
        };
        csms.start_transaction(1);
        csms.value("EVSE.Power@1", "1150");
        assert_eq!(power(&mut csms), [false]);
        csms.end_transaction(1);
        csms.start_transaction(1);
        assert_eq!(power(&mut csms), [false], "it is exceeded in this one too");
        csms.end_transaction(1);
        csms.value("EVSE.Power@1", "1000");
        csms.start_transaction(1);
        assert_eq!(power(&mut csms), [false; 0], "nothing of this transaction is over");
    });
}

#[test]
fn a_transaction_on_any_evse_wakes_monitors_of_the_station() {
    in_both(|mut csms| {
        let mut wanted = monitor("Delta", HOT, 1.0, 8);
        wanted["transaction"] = true.into();
        csms.must_set(wanted);
        csms.start_transaction(2);
        csms.forget();
        csms.value(HOT, "30");
        assert_eq!(csms.events().len(), 1);
    });
}

#[test]
fn monitoring_that_is_switched_off_tells_nothing() {
    in_both(|mut csms| {
        assert_eq!(csms.put("MonitoringCtrlr.Enabled", "false"), "Accepted");
        csms.value(HOT, "85");
        assert_eq!(csms.events().len(), 0);
        assert_eq!(csms.put("MonitoringCtrlr.Enabled", "true"), "Accepted");
        assert_eq!(csms.events().len(), 2, "what still holds is told");
    });
}
