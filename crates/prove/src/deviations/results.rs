//! Answers with one result per element.

use super::{Deviation, defect, says, variant};
use serde_json::Value;
use station::wire::Passing;

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

pub(super) fn deviations() -> Vec<Deviation> {
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
    ]
}
