//! Answers with one result per element.

use crate::middle::Passing;
use serde_json::Value;

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
