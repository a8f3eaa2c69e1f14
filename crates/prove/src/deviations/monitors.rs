//! Setting, replacing and removing monitors.

use super::{Deviation, defect, hears, instead, says};
use serde_json::{Value, json};
use station::policy::{
    BuiltInIs, Elsewhere, Kinds, Removal, SameId, Several, Severities, Twin, UnknownId, Values,
};
use station::wire::{Between, Passing};

const SET: &str = "SetVariableMonitoring";
const SET_RESULT: &str = "setMonitoringResult";
/// Rows of which a scenario sets a monitor besides.
const NEED_MONITORS: &[&str] = &["B-0006", "B-0008", "B-0353", "B-0388"];
const CLEAR: &str = "ClearVariableMonitoring";
const CLEAR_RESULT: &str = "clearMonitoringResult";

pub(super) fn deviations() -> Vec<Deviation> {
    [setting(), twins(), replacing(), refusing(), removing()].concat()
}

fn setting() -> Vec<Deviation> {
    vec![
        defect("setting-not-implemented", "requests to set monitors are answered NotImplemented")
            .breaks(&["B-0110"])
            .leaves_open(NEED_MONITORS)
            .wire(|_| {
                hears(|p, wire| {
                    if p.is_call() && p.action == SET {
                        wire.refuse(&p, "NotImplemented");
                    } else {
                        wire.deliver(p.frame);
                    }
                })
            }),
        defect("monitor-without-id", "a monitor is accepted without saying its id")
            .breaks(&["B-0110"])
            .leaves_open(NEED_MONITORS)
            .wire(|_| {
                says(|p| {
                    for result in p.each_of_result(SET, SET_RESULT) {
                        result.as_object_mut().map(|r| r.remove("id"));
                    }
                })
            }),
        defect(
            "monitor-set-with-an-error",
            "setting a monitor is answered InternalError, and the monitor exists",
        )
        .breaks(&["B-0110"])
        .leaves_open(NEED_MONITORS)
        .wire(|_| {
            instead(|mut p, wire| {
                if p.each_of_result(SET, SET_RESULT).any(|r| r["status"] == "Accepted") {
                    wire.refuse(&p, "InternalError");
                } else {
                    wire.send(p.frame);
                }
            })
        }),
        defect("result-of-another-type", "the result of a monitor that was set names another type")
            .breaks(&["B-0110"])
            .leaves_open(NEED_MONITORS)
            .wire(|_| {
                says(|p| {
                    for r in p.each_of_result(SET, SET_RESULT).filter(|r| r["status"] == "Accepted") {
                        let other = if r["type"] == "Delta" { "Periodic" } else { "Delta" };
                        r["type"] = json!(other);
                    }
                })
            }),
        defect(
            "monitors-spoilt-by-a-neighbour",
            "what follows a refused monitor in a request is refused as well",
        )
        .breaks(&["B-0120"])
        .decides(|p| p.monitors.several = Several::UpToTheFirstRefused),
        defect(
            "results-for-accepted-only",
            "a request of several monitors is answered with the accepted ones only",
        )
        .breaks(&["B-0120"])
        .wire(|_| {
            says(|p| {
                let results = p.result(SET).and_then(|r| r.get_mut(SET_RESULT)).and_then(Value::as_array_mut);
                if let Some(all) = results
                    && all.iter().any(|r| r["status"] == "Accepted")
                {
                    all.retain(|r| r["status"] == "Accepted");
                }
            })
        }),
        defect(
            "full-request-refused",
            "a request with as many monitors as the station says it takes is too large",
        )
        .breaks(&["B-0122"])
        .wire(|_| {
            hears(|mut p, wire| match p.each_of_call(SET, "setMonitoringData").count() {
                20.. => wire.refuse(&p, "OccurrenceConstraintViolation"),
                _ => wire.deliver(p.frame),
            })
        }),
        defect("room-for-fifteen", "the operator has room for fifteen monitors, and a request for twenty")
            .breaks(&["B-0122"])
            .decides(|p| p.monitors.room = Some(15)),
        defect("monitors-beyond-a-page", "of the operator's monitors a report holds the first fifteen only")
            .breaks(&["B-0123"])
            .decides(|p| p.monitors.listed = Some(16)),
    ]
}

fn twins() -> Vec<Deviation> {
    vec![
        defect("duplicate-accepted", "a second monitor of the same variable, type and severity is accepted")
            .breaks(&["B-0112"])
            .decides(|p| p.monitors.twin = Twin::Welcome),
        defect(
            "duplicate-by-value-only",
            "a second monitor is a duplicate only if its value is the same as well",
        )
        .breaks(&["B-0112"])
        .decides(|p| p.monitors.twin = Twin::RefusedIfOfSameValue),
        defect(
            "duplicate-at-any-severity",
            "a second periodic monitor of a variable is a duplicate whatever its severity",
        )
        .breaks(&["B-0121"])
        .leaves_open(&["B-0248", "B-0342", "B-0343", "B-0350", "B-0353", "B-0365", "B-0367"])
        .decides(|p| p.monitors.twin = Twin::PeriodicRefusedAtAnySeverity),
        defect("duplicate-refused-yet-set", "a duplicate is refused, and set all the same")
            .breaks(&["B-0112", "B-0127"])
            .decides(|p| p.monitors.twin = Twin::RefusedYetSet),
    ]
}

fn replacing() -> Vec<Deviation> {
    vec![
        defect(
            "replacing-makes-a-second",
            "a monitor whose id is given again stays, and a second one is made",
        )
        .breaks(&["B-0111"])
        .decides(|p| p.monitors.same_id = SameId::Doubled),
        defect("replacing-keeps-the-severity", "a monitor whose id is given again keeps its severity")
            .breaks(&["B-0111", "B-0135"])
            .decides(|p| p.monitors.same_id = SameId::KeepsSeverity),
        defect("unknown-id-ignored", "a monitor with an id that does not exist is set under a new one")
            .breaks(&["B-0116"])
            .decides(|p| p.monitors.unknown_id = UnknownId::Ignored),
        defect("id-moves-to-another-variable", "the id of a monitor is accepted for another variable")
            .breaks(&["B-0117"])
            .decides(|p| p.monitors.elsewhere = Elsewhere::Moves),
        defect(
            "id-refused-yet-moved",
            "the id of a monitor is refused for another variable, and moves all the same",
        )
        .breaks(&["B-0117"])
        .decides(|p| p.monitors.elsewhere = Elsewhere::RefusedYetMoves),
        defect("built-in-replaceable", "a built-in monitor can be replaced")
            .breaks(&["B-0134"])
            .decides(|p| p.monitors.built_in = BuiltInIs::Replaceable),
        defect(
            "built-in-refused-yet-replaced",
            "replacing a built-in monitor is refused, and done all the same",
        )
        .breaks(&["B-0134"])
        .decides(|p| p.monitors.built_in = BuiltInIs::RefusedYetReplaced),
    ]
}

fn refusing() -> Vec<Deviation> {
    vec![
        defect("unknown-component-accepted", "a monitor on a component that does not exist is accepted")
            .breaks(&["B-0113"])
            .wire(|_| replies("UnknownComponent", "Accepted")),
        defect(
            "unknown-variable-rejected",
            "a monitor on a variable that does not exist is answered Rejected",
        )
        .breaks(&["B-0114"])
        .wire(|_| replies("UnknownVariable", "Rejected")),
        defect("thresholds-on-texts", "a threshold is accepted on a variable that is no number")
            .breaks(&["B-0115"])
            .decides(|p| p.monitors.kinds = Kinds::Any),
        defect(
            "monitors-on-anything",
            "a monitor is accepted on a variable that says it cannot be monitored",
        )
        .warns(&["B-0124"])
        .decides(|p| p.monitors.kinds = Kinds::OnAnyVariable),
        defect("threshold-beyond-the-limit", "a threshold outside the limits of its variable is accepted")
            .breaks(&["B-0118"])
            .decides(|p| p.monitors.values = Values::BeyondLimits),
        defect("delta-below-zero", "a delta below zero is accepted")
            .breaks(&["B-0119"])
            .warns(&["B-0125"])
            .decides(|p| p.monitors.values = Values::NegativeDeltas),
        defect("delta-of-zero", "a delta of zero is accepted")
            .warns(&["B-0125"])
            .only(&[ocpp::Version::V21])
            .decides(|p| p.monitors.values = Values::ZeroDeltas),
        defect("severity-ten", "a monitor of severity 10 is accepted")
            .breaks(&["B-0160"])
            .decides(|p| p.monitors.severities = Severities::CutToNine),
        defect("unknown-criterion-ignored", "a report for a criterion that does not exist is accepted")
            .breaks(&["B-0160"])
            .wire(|_| {
                hears(|mut p, wire| {
                    if known(&mut p, "GetMonitoringReport", "monitoringCriteria") {
                        wire.deliver(p.frame);
                    } else {
                        wire.answer(&p, json!({ "status": "Accepted" }));
                    }
                })
            }),
    ]
}

fn removing() -> Vec<Deviation> {
    vec![
        defect("removal-says-not-found", "a monitor is removed, and said not to have been there")
            .breaks(&["B-0130"])
            .decides(|p| p.monitors.removal = Removal::SaysNotFound),
        defect("unknown-id-removed", "the removal of a monitor that does not exist is answered Accepted")
            .breaks(&["B-0131", "B-0133"])
            .in_version(&[(ocpp::Version::V201, &["B-0176"], &[])])
            .wire(|_| removals(|all| all.iter_mut().for_each(|r| r["status"] = json!("Accepted")))),
        defect("removal-results-of-one-id", "all results of a removal name the id that was asked first")
            .breaks(&["B-0132"])
            .wire(|_| {
                removals(|all| {
                    let first = all.first().map(|r| r["id"].clone()).unwrap_or_default();
                    all.iter_mut().for_each(|r| r["id"] = first.clone());
                })
            }),
        defect(
            "removal-spoilt-by-a-neighbour",
            "a removal is refused as a whole where one id does not exist",
        )
        .breaks(&["B-0132"])
        .wire(|_| {
            removals(|all| {
                if all.iter().any(|r| r["status"] == "NotFound") {
                    all.iter_mut().for_each(|r| r["status"] = json!("NotFound"));
                }
            })
        }),
        defect("built-in-removable", "a built-in monitor can be removed")
            .breaks(&["B-0133"])
            .in_version(&[(ocpp::Version::V201, &["B-0176"], &[])])
            .decides(|p| p.monitors.built_in = BuiltInIs::Removable),
        defect(
            "built-in-refused-yet-removed",
            "removing a built-in monitor is refused, and done all the same",
        )
        .breaks(&["B-0133"])
        .decides(|p| p.monitors.built_in = BuiltInIs::RefusedYetRemoved),
    ]
}

/// Says one status of a monitor instead of another.
fn replies(status: &'static str, instead: &'static str) -> Between {
    says(move |p| {
        for r in p.each_of_result(SET, SET_RESULT).filter(|r| r["status"] == status) {
            r["status"] = json!(instead);
            if instead == "Accepted" {
                r["id"] = json!(77_777);
            }
        }
    })
}

/// Changes the results of removals.
fn removals(change: impl Fn(&mut Vec<Value>) + Send + 'static) -> Between {
    says(move |p| {
        if let Some(all) = p.result(CLEAR).and_then(|r| r.get_mut(CLEAR_RESULT)).and_then(Value::as_array_mut)
        {
            change(all);
        }
    })
}

/// Whether a request of this kind names nothing that OCPP does not have.
pub(super) fn known(p: &mut Passing, action: &str, field: &str) -> bool {
    const NAMES: [&str; 6] = [
        "ThresholdMonitoring",
        "DeltaMonitoring",
        "PeriodicMonitoring",
        "All",
        "FactoryDefault",
        "HardWiredOnly",
    ];
    let asked = p.call(action).and_then(|c| c.get(field)).cloned().unwrap_or_default();
    let names = |v: &Value| v.as_str().is_none_or(|name| NAMES.contains(&name));
    asked.as_array().map_or_else(|| names(&asked), |all| all.iter().all(names))
}
