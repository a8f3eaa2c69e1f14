//! Periodic event streams (OCPP 2.1).

use crate::support::{Csms, monitor};
use ocpp::Version;
use serde_json::{Value, json};

const HOT: &str = "TemperatureSensor[Ambient].Temperature";
const NOTIFY: &str = "NotifyPeriodicEventStream";

fn streamed(seconds: f64, params: Value) -> Value {
    let mut wanted = monitor("Periodic", HOT, seconds, 8);
    wanted["periodicEventStream"] = params;
    wanted
}

fn online() -> Csms {
    Csms::online(Version::V21)
}

#[test]
fn a_stream_is_opened_after_its_monitor_was_accepted() {
    let mut csms = online();
    let id = csms.must_set(streamed(1.0, json!({ "interval": 5, "values": 3 })));
    assert_eq!(csms.order, ["answer", "OpenPeriodicEventStream"]);
    let opened = csms.take("OpenPeriodicEventStream");
    assert_eq!(opened[0]["constantStreamData"]["variableMonitoringId"], id);
    assert_eq!(opened[0]["constantStreamData"]["params"], json!({ "interval": 5, "values": 3 }));
    let listed = csms.call("GetPeriodicEventStream", json!({}));
    assert_eq!(listed["constantStreamData"][0], opened[0]["constantStreamData"]);
}

#[test]
fn a_bundle_is_sent_as_soon_as_it_is_full() {
    let mut csms = online();
    csms.must_set(streamed(1.0, json!({ "values": 3 })));
    csms.wait(7);
    let bundles = csms.take(NOTIFY);
    assert_eq!(bundles.len(), 2);
    for bundle in bundles {
        let times: Vec<f64> =
            bundle["data"].as_array().unwrap().iter().map(|d| d["t"].as_f64().unwrap()).collect();
        assert_eq!(times, [0.0, 1.0, 2.0]);
        assert_eq!(bundle["pending"], 0);
    }
    assert_eq!(csms.events().len(), 0, "what is streamed is no event");
}

#[test]
fn a_bundle_is_sent_at_its_interval_with_no_more_values_than_asked() {
    let mut csms = online();
    csms.must_set(streamed(1.0, json!({ "interval": 4 })));
    csms.wait(9);
    let sizes: Vec<usize> = csms.take(NOTIFY).iter().map(|b| b["data"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [4, 4]);
}

#[test]
fn a_refused_stream_falls_back_to_events() {
    let mut csms = online();
    csms.stream_status = "Rejected";
    csms.must_set(streamed(2.0, json!({ "interval": 4 })));
    csms.wait(5);
    assert_eq!(csms.take(NOTIFY).len(), 0);
    assert_eq!(csms.events().len(), 2);
    assert_eq!(csms.call("GetPeriodicEventStream", json!({})), json!({}));
}

#[test]
fn what_was_gathered_is_sent_before_the_stream_closes_with_its_monitor() {
    let mut csms = online();
    let id = csms.must_set(streamed(1.0, json!({ "interval": 60 })));
    csms.wait(3);
    csms.forget();
    assert_eq!(csms.clear(id), "Accepted");
    assert_eq!(csms.order, ["answer", NOTIFY, "ClosePeriodicEventStream"]);
}

#[test]
fn a_monitor_replaced_without_a_stream_goes_back_to_events() {
    let mut csms = online();
    let id = csms.must_set(streamed(1.0, json!({ "interval": 60 })));
    let mut plain = monitor("Periodic", HOT, 2.0, 8);
    plain["id"] = id.into();
    csms.forget();
    assert_eq!(csms.must_set(plain), id);
    assert_eq!(csms.order, ["answer", "ClosePeriodicEventStream"]);
    csms.wait(5);
    assert_eq!(csms.events().len(), 2);
}

#[test]
fn a_stream_changes_its_rate_and_an_unknown_one_is_refused() {
    let mut csms = online();
    csms.must_set(streamed(1.0, json!({ "interval": 60 })));
    let adjust = |id: u32| json!({ "id": id, "params": { "interval": 2 } });
    assert_eq!(csms.status("AdjustPeriodicEventStream", adjust(99)), "Rejected");
    assert_eq!(csms.status("AdjustPeriodicEventStream", adjust(1)), "Accepted");
    csms.wait(5);
    assert_eq!(csms.take(NOTIFY).len(), 2);
}

fn of_severity(severity: u8, params: Value) -> Value {
    let mut wanted = streamed(1.0, params);
    wanted["severity"] = severity.into();
    wanted
}

#[test]
fn no_more_streams_are_opened_than_offered_and_further_monitors_report_events() {
    let mut csms = online();
    for severity in [8, 7] {
        csms.must_set(of_severity(severity, json!({ "interval": 60 })));
    }
    assert_eq!(csms.take("OpenPeriodicEventStream").len(), 2);
    let third = csms.must_set(of_severity(6, json!({ "interval": 60 })));
    assert_eq!(csms.take("OpenPeriodicEventStream").len(), 0);
    csms.wait(3);
    let events = csms.events();
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|e| e["variableMonitoringId"] == third));
}

#[test]
fn a_replaced_stream_makes_room_for_the_new_one() {
    let mut csms = online();
    let ids: Vec<i64> =
        [8, 7].map(|s| csms.must_set(of_severity(s, json!({ "interval": 60 })))).into_iter().collect();
    let mut again = of_severity(7, json!({ "interval": 30 }));
    again["id"] = ids[1].into();
    csms.forget();
    assert_eq!(csms.must_set(again), ids[1]);
    assert_eq!(csms.order, ["answer", "ClosePeriodicEventStream", "OpenPeriodicEventStream"]);
}

#[test]
fn a_stream_without_a_rate_is_refused() {
    let mut csms = online();
    assert_eq!(csms.set(streamed(1.0, json!({})))["status"], "Rejected");
}

#[test]
fn a_stream_goes_on_after_the_connection_was_lost() {
    let mut csms = online();
    csms.must_set(streamed(1.0, json!({ "interval": 2, "values": 4 })));
    csms.wait(2);
    csms.disconnect();
    csms.wait(10);
    assert_eq!(csms.take(NOTIFY).len(), 1, "nothing is sent while there is no connection");
    csms.connect();
    assert_eq!(csms.take("OpenPeriodicEventStream").len(), 1, "it was opened once, before");
    csms.wait(2);
    let bundles = csms.take(NOTIFY);
    let first = &bundles[0];
    assert_eq!(first["data"].as_array().unwrap().len(), 4);
    assert_ne!(first["pending"], 0, "what was gathered meanwhile waits");
    assert_eq!(bundles.last().unwrap()["pending"], 0);
}

#[test]
fn a_stream_whose_opening_was_not_answered_is_opened_again() {
    let mut csms = online();
    csms.stream_status = "";
    csms.must_set(streamed(1.0, json!({ "interval": 2 })));
    assert_eq!(csms.call("GetPeriodicEventStream", json!({})), json!({}));
    csms.stream_status = "Accepted";
    csms.disconnect();
    csms.forget();
    csms.connect();
    assert_eq!(csms.take("OpenPeriodicEventStream").len(), 1);
    csms.wait(3);
    assert_eq!(csms.take(NOTIFY).len(), 1);
}

#[test]
fn a_stream_that_ends_before_it_was_accepted_leaves_the_next_one_alone() {
    let mut csms = online();
    csms.stream_status = "";
    let first = csms.must_set(of_severity(8, json!({ "interval": 2 })));
    csms.must_set(of_severity(7, json!({ "interval": 2 })));
    assert_eq!(csms.clear(first), "Accepted");
    csms.answer_stream("Rejected");
    csms.answer_stream("Accepted");
    csms.forget();
    csms.wait(3);
    assert_eq!(csms.take(NOTIFY).len(), 1);
    assert_eq!(csms.events().len(), 0);
}

#[test]
fn streams_are_opened_again_after_a_reboot() {
    let mut csms = online();
    csms.must_set(streamed(1.0, json!({ "interval": 60 })));
    csms.call("Reset", json!({ "type": "Immediate" }));
    csms.forget();
    csms.reboot();
    assert_eq!(csms.take("OpenPeriodicEventStream").len(), 1);
}
