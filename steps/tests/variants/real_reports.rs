//! Reports and events of real stations that break a rule in ways that touch more than one row.

use super::reports::repaged;
use crate::middle::{Passing, Says};
use crate::trial::{BUT_EACH, EVENTS, breaks, trial};
use judge::Code::*;
use judge::Verdict::{Fail, Warn};
use ocpp::Version;
use serde_json::{Value, json};

/// 1.6 habits: the station itself is EVSE 0. The reports are read, and what is nowhere to be found is named.
#[test]
fn the_station_is_told_as_evse_0() {
    let outcome = trial(Version::V201).select(BUT_EACH).run(Says(|p: &mut Passing| {
        if let Some(status) = p.call("StatusNotification") {
            status["evseId"] = json!(0);
            status["connectorId"] = json!(0);
        }
        for event in p.call("NotifyEvent").into_iter().flat_map(|p| p["eventData"].as_array_mut().unwrap()) {
            if event["component"]["evse"].is_null() {
                event["component"]["evse"] = json!({ "id": 0 });
            }
        }
    }));
    breaks(
        &outcome,
        &[("B-0142", Fail, EventField), ("B-0146", Fail, EventField), ("B-0150", Warn, EventField)],
    );
}

#[test]
fn a_part_is_so_large_that_the_connection_has_to_end() {
    let huge = "x".repeat(2 << 20);
    let outcome = trial(Version::V201).select(EVENTS).run(repaged(move |mut all: Vec<Value>| {
        if all[0].get("variableAttribute").is_some() {
            all[0]["customData"] = json!({ "vendorId": huge });
        }
        vec![all]
    }));
    assert!(outcome.run.verdicts.iter().any(|v| v.outcome.verdict() == judge::Verdict::Inconclusive));
}
