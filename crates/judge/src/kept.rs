//! Whether a station's monitors are still those of an earlier report: then it need not be asked for them again.

use crate::{Window, frame_of};
use ocpp::frame::Frame;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trace::{Body, Direction};

/// Whether nothing happened in the window that may have changed which monitors a station has, or all that was set is
/// gone again. In doubt it is not so: a request that was refused, or not answered, may have had an effect.
pub fn has_the_same_monitors(window: Window<'_>) -> bool {
    let mut asked: BTreeMap<&str, (&str, &Value)> = BTreeMap::new();
    let mut ours = BTreeSet::new();
    for record in window.records {
        if matches!(record.body, Body::Connected { .. } | Body::Closed { .. }) {
            return false;
        }
        match frame_of(record, window.version) {
            Some((Direction::Tx, Frame::Call { id, action, payload })) => match action.as_str() {
                "SetVariableMonitoring" | "ClearVariableMonitoring" => {
                    asked.insert(id, (action, payload));
                }
                "SetMonitoringBase" | "Reset" => return false,
                _ => {}
            },
            Some((Direction::Rx, Frame::Call { action, .. })) if action == "BootNotification" => {
                return false;
            }
            Some((Direction::Rx, Frame::CallResult { id, payload })) => {
                let understood = match asked.remove(id.as_str()) {
                    Some(("SetVariableMonitoring", request)) => were_set(request, payload, &mut ours),
                    Some((_, request)) => were_removed(request, payload, &mut ours),
                    None => true,
                };
                if !understood {
                    return false;
                }
            }
            _ => {}
        }
    }
    asked.is_empty() && ours.is_empty()
}

fn list<'v>(payload: &'v Value, key: &str) -> &'v [Value] {
    payload.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn is_accepted(result: &Value) -> bool {
    result.get("status").and_then(Value::as_str) == Some("Accepted")
}

/// New monitors, each accepted with an id.
fn were_set(request: &Value, answer: &Value, ours: &mut BTreeSet<i64>) -> bool {
    let (elements, results) = (list(request, "setMonitoringData"), list(answer, "setMonitoringResult"));
    let ids: Option<Vec<i64>> =
        results.iter().map(|r| r.get("id")?.as_i64().filter(|_| is_accepted(r))).collect();
    let are_new = elements.iter().all(|e| e.get("id").is_none());
    ours.extend(ids.iter().flatten());
    are_new && ids.is_some() && elements.len() == results.len()
}

/// Monitors that were new, each accepted to be removed.
fn were_removed(request: &Value, answer: &Value, ours: &mut BTreeSet<i64>) -> bool {
    let (ids, results) = (list(request, "id"), list(answer, "clearMonitoringResult"));
    let gone = |r: &Value| {
        let id = r.get("id").and_then(Value::as_i64);
        is_accepted(r) && id.is_some_and(|id| ours.remove(&id))
    };
    ids.len() == results.len() && results.iter().map(gone).filter(|gone| *gone).count() == ids.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Story;
    use serde_json::json;

    fn sets(story: Story, element: Value, result: Value) -> Story {
        story
            .receives("SetVariableMonitoring", json!({ "setMonitoringData": [element] }))
            .answers(json!({ "setMonitoringResult": [result] }))
    }

    fn removes(story: Story, id: i64, status: &str) -> Story {
        let result = json!({ "id": id, "status": status });
        story
            .receives("ClearVariableMonitoring", json!({ "id": [id] }))
            .answers(json!({ "clearMonitoringResult": [result] }))
    }

    /// After the connection, which is the beginning of each story and not part of what is looked at.
    fn same(story: &Story) -> bool {
        has_the_same_monitors(Window::new(&story.records[1..], story.window().version))
    }

    fn accepted() -> Value {
        json!({ "status": "Accepted", "id": 7 })
    }

    #[test]
    fn what_is_set_and_removed_again_leaves_the_monitors_as_they_were() {
        let set = sets(Story::begins(), json!({}), accepted());
        assert!(!same(&set));
        assert!(same(&removes(set, 7, "Accepted")));
        assert!(same(&Story::begins().receives("GetVariables", json!({})).notifies([json!({})])));
    }

    #[test]
    fn in_doubt_the_monitors_are_others() {
        let begun = Story::begins;
        for (why, story) in [
            ("refused", sets(begun(), json!({}), json!({ "status": "Rejected", "id": 7 }))),
            ("replaced", removes(sets(begun(), json!({ "id": 7 }), accepted()), 7, "Accepted")),
            ("not removed", removes(sets(begun(), json!({}), accepted()), 7, "Rejected")),
            ("not ours", removes(begun(), 7, "Accepted")),
            ("unanswered", begun().receives("ClearVariableMonitoring", json!({ "id": [7] }))),
            ("another base", begun().receives("SetMonitoringBase", json!({}))),
            ("reset", begun().receives("Reset", json!({}))),
            ("booted", begun().boots()),
            ("connected again", begun().reconnects()),
        ] {
            assert!(!same(&story), "{why}");
        }
        let short = begun()
            .receives("SetVariableMonitoring", json!({ "setMonitoringData": [{}, {}] }))
            .answers(json!({ "setMonitoringResult": [accepted()] }));
        assert!(!same(&removes(short, 7, "Accepted")), "one result too few");
    }
}
