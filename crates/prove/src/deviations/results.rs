//! Answers with one result per element.

use super::{Deviation, defect, says, variant};
use serde_json::{Value, json};
use station::wire::{Between, Passing};

/// The lists of results, by action.
const LISTS: [(&str, &str); 4] = [
    ("GetVariables", "getVariableResult"),
    ("SetVariables", "setVariableResult"),
    ("SetVariableMonitoring", "setMonitoringResult"),
    ("ClearVariableMonitoring", "clearMonitoringResult"),
];

/// The results of an answer that has one per element.
pub(super) fn results(passing: &mut Passing) -> Option<&mut Vec<Value>> {
    let (action, list) = LISTS.into_iter().find(|(action, _)| *action == passing.action)?;
    passing.result(action)?.get_mut(list)?.as_array_mut()
}

/// Gives the results of setting monitors another status.
fn called(is: &'static str, said: &'static str) -> Between {
    says(move |p| {
        for result in p.each_of_result("SetVariableMonitoring", "setMonitoringResult") {
            if result["status"] == is {
                result["status"] = json!(said);
            }
        }
    })
}

/// Explains every status with a reason.
fn explain(p: &mut Passing, reason: &Value) {
    for result in results(p).into_iter().flatten() {
        let of_attribute = result.get("attributeStatus").is_some();
        result[if of_attribute { "attributeStatusInfo" } else { "statusInfo" }] = reason.clone();
    }
    let action = p.action.clone();
    let takes_info = action.starts_with("Set") && !action.contains("Variable")
        || action.starts_with("Get") && action.contains("Report")
        || action == "ChangeAvailability";
    if let Some(answer) = p.result(&action).filter(|_| takes_info) {
        answer["statusInfo"] = reason.clone();
    }
}

pub(super) fn deviations() -> Vec<Deviation> {
    defects().into_iter().chain(variants()).collect()
}

fn defects() -> Vec<Deviation> {
    vec![
        defect("one-removal-result", "a removal is answered with one result, however many ids were asked")
            .breaks(&["B-0132"])
            .wire(|_| {
                says(|p| {
                    if p.action == "ClearVariableMonitoring"
                        && let Some(all) = results(p)
                    {
                        all.truncate(1);
                    }
                })
            }),
        defect("results-doubled", "each of several values that are read has two results")
            .breaks(&["B-0024"])
            .wire(|_| {
                says(|p| {
                    let is_read = p.action == "GetVariables";
                    if let Some(all) = results(p).filter(|all| is_read && all.len() > 1) {
                        all.extend(all.clone());
                    }
                })
            }),
        defect("values-swapped", "the values of variables that are read together are swapped")
            .breaks(&["B-0024"])
            .wire(|_| {
                says(|p| {
                    let is_read = p.action == "GetVariables";
                    if let Some([a, b, ..]) = results(p).filter(|_| is_read).map(Vec::as_mut_slice) {
                        std::mem::swap(&mut a["attributeValue"], &mut b["attributeValue"]);
                    }
                })
            }),
        defect("results-of-good-elements-only", "elements that are refused have no result")
            .breaks(&["B-0120"])
            .wire(|_| {
                says(|p| {
                    let sets = p.action == "SetVariableMonitoring";
                    if let Some(all) = results(p).filter(|all| sets && all.len() > 1) {
                        all.retain(|r| r["status"] == "Accepted");
                    }
                })
            }),
    ]
}

fn variants() -> Vec<Deviation> {
    vec![
        variant("results-reversed", "results come in the reverse order of what was asked")
            .allowed_by("no requirement orders results; each names its element (OCPP N04.FR.01, B06.FR.02)")
            .wire(|_| {
                says(|p| {
                    if let Some(all) = results(p) {
                        all.reverse();
                    }
                })
            }),
        variant("every-status-explained", "every status is explained by a reason")
            .allowed_by("each status may be explained (StatusInfoType)")
            .wire(|_| {
                says(|p| explain(p, &json!({ "reasonCode": "Unspecified", "additionalInfo": "because" })))
            }),
        variant("no-reason-given", "every status, also a good one, has the reason NoReason")
            .allowed_by("reason codes are not limited to those of OCPP (StatusInfoType)")
            .wire(|_| says(|p| explain(p, &json!({ "reasonCode": "NoReason" })))),
        variant("type-rejected", "a monitor type that does not fit is rejected rather than unsupported")
            .allowed_by("both answers are usual, and OCPP's own tests take both (OCPP N04.FR.05)")
            .wire(|_| called("UnsupportedMonitorType", "Rejected")),
        variant("component-unknown-by-variable", "a monitor on an unknown component has an unknown variable")
            .allowed_by("the variable is unknown too (OCPP N04.FR.03, N04.FR.04)")
            .wire(|_| called("UnknownComponent", "UnknownVariable")),
        variant("ids-with-refusals", "a monitor that is refused is answered with an id all the same")
            .allowed_by("the id is optional and means nothing then (SetMonitoringResultType)")
            .wire(|_| {
                says(|p| {
                    for result in p.each_of_result("SetVariableMonitoring", "setMonitoringResult") {
                        if result["status"] != "Accepted" {
                            result["id"] = json!(77);
                        }
                    }
                })
            }),
    ]
}
