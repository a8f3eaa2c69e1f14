//! Answers with one result per element.

use crate::middle::{Passing, Says};
use crate::trial::{BUT_EACH, changes_nothing, trial};
use ocpp::Version;
use serde_json::{Value, json};

/// The lists of results, by action.
const LISTS: [(&str, &str); 4] = [
    ("GetVariables", "getVariableResult"),
    ("SetVariables", "setVariableResult"),
    ("SetVariableMonitoring", "setMonitoringResult"),
    ("ClearVariableMonitoring", "clearMonitoringResult"),
];

pub fn results(passing: &mut Passing) -> Option<&mut Vec<Value>> {
    let (action, list) = LISTS.into_iter().find(|(action, _)| *action == passing.action)?;
    passing.result(action)?.get_mut(list)?.as_array_mut()
}

/// Gives results another status.
fn status(from: &'static str, to: &'static str) -> Says<impl FnMut(&mut Passing)> {
    Says(move |p: &mut Passing| {
        for result in results(p).into_iter().flatten() {
            if result["status"] == from {
                result["status"] = json!(to);
            }
        }
    })
}

#[test]
fn results_come_in_reversed_order() {
    for version in Version::ALL {
        changes_nothing(&trial(version).select(BUT_EACH).run(Says(|p: &mut Passing| {
            if let Some(all) = results(p) {
                all.reverse();
            }
        })));
    }
}

#[test]
fn every_status_is_explained() {
    let info = || json!({ "reasonCode": "NoReason", "additionalInfo": "because" });
    let explain = |p: &mut Passing| {
        for result in results(p).into_iter().flatten() {
            let key =
                if result.get("attributeStatus").is_some() { "attributeStatusInfo" } else { "statusInfo" };
            result[key] = info();
        }
        let takes_info = p.action.starts_with("Set") && !p.action.contains("Variable")
            || p.action.starts_with("Get") && p.action.contains("Report")
            || p.action == "ChangeAvailability";
        let action = p.action.clone();
        if let Some(payload) = p.result(&action).filter(|_| takes_info) {
            payload["statusInfo"] = info();
        }
    };
    changes_nothing(&trial(Version::V21).select(BUT_EACH).run(Says(explain)));
}

#[test]
fn a_monitor_type_that_cannot_fit_is_rejected_rather_than_unsupported() {
    changes_nothing(&trial(Version::V201).select(BUT_EACH).run(status("UnsupportedMonitorType", "Rejected")));
}

/// The certification test of OCPP accepts it for a made-up component, because the variable is unknown as well.
#[test]
fn a_monitor_on_an_unknown_component_is_refused_for_its_unknown_variable() {
    let mut trial = trial(Version::V21);
    trial.select = Some(BASIS_AND_UNKNOWN);
    changes_nothing(&trial.run(status("UnknownComponent", "UnknownVariable")));
}

const BASIS_AND_UNKNOWN: &str = "@id:DX-BOOT-001 or @id:DX-INV-001 or @id:DX-MON-001 or @req:B-0113 or @req:B-0114 or @req:B-0120 or @id:DX-INV-010";

#[test]
fn ids_are_echoed_with_refusals() {
    changes_nothing(&trial(Version::V201).select(BUT_EACH).run(Says(|p: &mut Passing| {
        if p.action == "SetVariableMonitoring" {
            for result in results(p).into_iter().flatten().filter(|r| r["status"] != "Accepted") {
                result["id"] = json!(77);
            }
        }
    })));
}
