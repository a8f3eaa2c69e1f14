//! Answers that hold one result per element of the request: GetVariables, SetVariables,
//! SetVariableMonitoring, ClearVariableMonitoring. Results may come in any order.

use crate::answer::{Answer, said};
use crate::{Check, Code, Finding};
use ocpp::{ComponentRef, MonitorType, VariableAddress, VariableRef};
use serde::Deserialize;
use serde_json::Value;
use trace::Seq;

/// Which answer is read, and how its parts are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// GetVariables (OCPP B06).
    Get,
    /// SetVariables (OCPP B05).
    Set,
    /// SetVariableMonitoring (OCPP N04).
    Monitor,
    /// ClearVariableMonitoring (OCPP N06).
    Clear,
}

impl Kind {
    fn request_list(self) -> &'static str {
        match self {
            Kind::Get => "getVariableData",
            Kind::Set => "setVariableData",
            Kind::Monitor => "setMonitoringData",
            Kind::Clear => "id",
        }
    }

    fn result_list(self) -> &'static str {
        match self {
            Kind::Get => "getVariableResult",
            Kind::Set => "setVariableResult",
            Kind::Monitor => "setMonitoringResult",
            Kind::Clear => "clearMonitoringResult",
        }
    }

    fn status(self) -> &'static str {
        match self {
            Kind::Get | Kind::Set => "attributeStatus",
            Kind::Monitor | Kind::Clear => "status",
        }
    }
}

/// One result, with the element of the request it answers.
#[derive(Debug, Clone)]
pub struct Matched {
    /// Position of the element in the request.
    pub element: usize,
    /// The status.
    pub status: String,
    /// The result as sent.
    pub result: Value,
    /// The record of the response.
    pub at: Seq,
}

impl Matched {
    /// The monitor id of an accepted monitor.
    pub fn id(&self) -> Option<i64> {
        self.result.get("id").and_then(Value::as_i64)
    }

    /// The value of a variable that was read.
    pub fn value(&self) -> Option<&str> {
        self.result.get("attributeValue").and_then(Value::as_str)
    }

    /// The status, with the reason given for it.
    pub fn said(&self) -> String {
        said(&self.status, &self.result)
    }
}

/// The address an element of a request or a result names.
pub fn address(holder: &Value) -> Option<VariableAddress> {
    let component = ComponentRef::deserialize(holder.get("component")?).ok()?;
    let variable = VariableRef::deserialize(holder.get("variable")?).ok()?;
    Some(VariableAddress { component, variable })
}

/// Whether a result may belong to an element: it names nothing else.
fn answers(kind: Kind, element: &Value, result: &Value) -> bool {
    if kind == Kind::Clear {
        return element.as_i64().is_some() && element.as_i64() == result.get("id").and_then(Value::as_i64);
    }
    let same_place = match (address(element), address(result)) {
        (Some(a), Some(b)) => a.same_as(&b),
        _ => false,
    };
    // Two monitors on one variable are told apart by type and severity (SetMonitoringResultType), two attributes by
    // their type (OCPP B05.FR.03, B06.FR.03).
    let other = |key: &&str| result.get(key).is_some_and(|said| element.get(key) != Some(said));
    let contradicts = match kind {
        Kind::Monitor => ["type", "severity"].iter().any(other),
        _ => result.get("attributeType").is_some() && attribute(result) != attribute(element),
    };
    same_place && !contradicts
}

/// The attribute an element or a result is about.
fn attribute(holder: &Value) -> &str {
    holder.get("attributeType").and_then(Value::as_str).unwrap_or("Actual")
}

/// Whether a result belongs to an element: it also names everything by which elements are told apart. Two
/// elements on one variable may differ in the attribute alone (OCPP B05.FR.03, B06.FR.03).
fn answers_exactly(kind: Kind, element: &Value, result: &Value) -> bool {
    answers(kind, element, result)
        && match kind {
            Kind::Get | Kind::Set => attribute(element) == attribute(result),
            Kind::Monitor => ["type", "severity"].iter().all(|key| element.get(key) == result.get(key)),
            Kind::Clear => true,
        }
}

/// Pairs the results of an answer with the elements of its request, in any order, and judges that there is
/// one result for each element (OCPP B05.FR.01/02, B06.FR.01/02, N04.FR.01/02, N06.FR.05).
///
/// # Errors
/// The check that says why there are no results to pair.
pub fn pair(kind: Kind, answer: &Answer) -> Result<(Vec<Matched>, Vec<Check>), Check> {
    let (at, payload) = answer.result()?;
    let list =
        |holder: &Value, key: &str| holder.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let elements = list(&answer.request, kind.request_list());
    let results = list(payload, kind.result_list());
    let mut findings = Vec::new();
    if elements.len() != results.len() {
        let expected = format!("{} result(s), one for each element", elements.len());
        let observed = format!("{} result(s)", results.len());
        findings.push(Finding::new(Code::ResultCount, expected, observed, [answer.sent, at]));
    }
    let mut taken = vec![false; elements.len()];
    let mut matched = Vec::new();
    // A result that leaves something out takes what those that name everything have left.
    let mut left = results;
    for belongs in [answers_exactly, answers] {
        left.retain(|result| {
            let mut free = elements.iter().zip(taken.iter_mut()).enumerate();
            let Some((element, (_, taken))) =
                free.find(|(_, (e, taken))| !**taken && belongs(kind, e, result))
            else {
                return true;
            };
            *taken = true;
            let status = result.get(kind.status()).and_then(Value::as_str).unwrap_or("(none)").to_owned();
            matched.push(Matched { element, status, result: result.clone(), at });
            false
        });
    }
    for result in &left {
        let expected = "each result to name an element of the request";
        let observed = named(kind, result);
        findings.push(Finding::new(Code::ResultMismatch, expected, observed, [answer.sent, at]));
    }
    matched.sort_by_key(|m| m.element);
    Ok((matched, Check::from_findings(findings, [answer.sent, at])))
}

fn named(kind: Kind, result: &Value) -> String {
    match (kind, address(result)) {
        (Kind::Clear, _) => format!("a result for id {}", result.get("id").unwrap_or(&Value::Null)),
        (Kind::Monitor, Some(a)) => {
            let of = |key: &str| result.get(key).map_or("(none)".to_owned(), Value::to_string);
            format!("a result for {a}, type {}, severity {}", of("type"), of("severity"))
        }
        (_, Some(a)) => format!("a result for {a}"),
        (_, None) => "a result without component and variable".to_owned(),
    }
}

/// The result for one element must have one of these statuses.
pub fn status_is(matched: &[Matched], element: usize, accepted: &[&str], sent: Seq) -> Check {
    let Some(m) = matched.iter().find(|m| m.element == element) else {
        return Check::open("there is no result for the element", [sent]);
    };
    if accepted.contains(&m.status.as_str()) {
        return Check::held([sent, m.at]);
    }
    let expected = format!("status {}", accepted.join(" or "));
    Finding::new(Code::UnexpectedStatus, expected, m.said(), [sent, m.at]).into()
}

/// An accepted monitor must have an id (OCPP N04.FR.11).
pub fn id_is_given(m: &Matched, sent: Seq) -> Check {
    match m.id() {
        Some(_) => Check::held([sent, m.at]),
        None => {
            Finding::new(Code::MonitorIdMissing, "an id with status Accepted", "none", [sent, m.at]).into()
        }
    }
}

/// A monitor as asked for in a request element, for messages.
pub fn describe(monitor: MonitorType, value: f64, severity: u8, at: &VariableAddress) -> String {
    format!("{monitor} {value} of severity {severity} on {at}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Reply;
    use serde_json::json;

    fn set(severity: i64) -> Value {
        json!({"value": 1.0, "type": "Delta", "severity": severity,
               "component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "AvailabilityState"}})
    }

    fn result(severity: i64, status: &str) -> Value {
        json!({"status": status, "type": "Delta", "severity": severity,
               "component": {"name": "evse", "evse": {"id": 1}}, "variable": {"name": "availabilitystate"}})
    }

    fn answer(elements: Vec<Value>, results: Vec<Value>) -> Answer {
        Answer {
            action: "SetVariableMonitoring".into(),
            request: json!({ "setMonitoringData": elements }),
            sent: Seq(1),
            reply: Reply::Result { at: Seq(2), payload: json!({ "setMonitoringResult": results }) },
        }
    }

    fn codes(a: &Answer) -> Vec<Code> {
        let (_, checks) = pair(Kind::Monitor, a).unwrap();
        checks
            .into_iter()
            .filter_map(|c| if let Check::Broken(f) = c { Some(f.code) } else { None })
            .collect()
    }

    #[test]
    fn results_in_another_order_and_another_case_are_legal() {
        let a = answer(vec![set(8), set(7)], vec![result(7, "Accepted"), result(8, "Rejected")]);
        assert_eq!(codes(&a), []);
        let (matched, _) = pair(Kind::Monitor, &a).unwrap();
        assert_eq!(matched.iter().map(Matched::said).collect::<Vec<_>>(), ["Rejected", "Accepted"]);
    }

    #[test]
    fn one_result_too_few_is_found() {
        assert_eq!(codes(&answer(vec![set(8), set(7)], vec![result(7, "Accepted")])), [Code::ResultCount]);
    }

    #[test]
    fn a_result_for_the_wrong_element_is_found() {
        let a = answer(vec![set(8)], vec![result(7, "Accepted")]);
        assert_eq!(codes(&a), [Code::ResultMismatch]);
        let (_, checks) = pair(Kind::Monitor, &a).unwrap();
        let Some(Check::Broken(found)) = checks.first() else { panic!("{checks:?}") };
        assert!(found.observed.ends_with("type \"Delta\", severity 7"), "{}", found.observed);
    }

    #[test]
    fn the_status_of_each_element_is_judged_by_itself() {
        let a = answer(vec![set(8), set(7)], vec![result(8, "Accepted"), result(7, "Rejected")]);
        let (matched, _) = pair(Kind::Monitor, &a).unwrap();
        let status = |element, wanted| status_is(&matched, element, &[wanted], Seq(1));
        assert!(matches!(status(0, "Accepted"), Check::Held(_)));
        assert!(matches!(status(1, "Rejected"), Check::Held(_)));
        assert!(matches!(status(1, "Accepted"), Check::Broken(f) if f.observed == "Rejected"));
        assert!(matches!(status(2, "Accepted"), Check::Open { .. }));
    }

    #[test]
    fn a_monitor_is_described_by_what_was_asked_for() {
        let at = address(&set(8)).unwrap();
        let described = describe(MonitorType::Delta, 1.0, 8, &at);
        assert_eq!(described, format!("Delta 1 of severity 8 on {at}"));
    }

    #[test]
    fn a_result_that_leaves_out_its_severity_takes_the_element_that_is_left() {
        let mut vague = result(8, "Rejected");
        vague.as_object_mut().unwrap().remove("severity");
        let a = answer(vec![set(8), set(7)], vec![vague, result(8, "Accepted")]);
        assert_eq!(codes(&a), []);
        let (matched, _) = pair(Kind::Monitor, &a).unwrap();
        assert_eq!(matched.iter().map(|m| m.status.as_str()).collect::<Vec<_>>(), ["Accepted", "Rejected"]);
    }

    #[test]
    fn two_attributes_of_one_variable_are_told_apart() {
        let one = |attribute: Option<&str>, extra: Value| {
            let mut v = json!({"component": {"name": "FanSpeed"}, "variable": {"name": "Speed"}});
            v.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            if let Some(a) = attribute {
                v["attributeType"] = json!(a);
            }
            v
        };
        let said = |value: &str| json!({"attributeStatus": "Accepted", "attributeValue": value});
        let results = [one(Some("MaxSet"), said("9")), one(None, said("5"))];
        let a = Answer {
            action: "GetVariables".into(),
            request: json!({"getVariableData": [one(Some("Actual"), json!({})), one(Some("MaxSet"), json!({}))]}),
            sent: Seq(1),
            reply: Reply::Result { at: Seq(2), payload: json!({ "getVariableResult": results }) },
        };
        let (matched, checks) = pair(Kind::Get, &a).unwrap();
        assert!(crate::testing::all_hold(&checks));
        assert_eq!(matched.iter().filter_map(Matched::value).collect::<Vec<_>>(), ["5", "9"]);
    }

    #[test]
    fn ids_to_remove_are_paired_one_by_one() {
        let clear = |results: Value| Answer {
            action: "ClearVariableMonitoring".into(),
            request: json!({"id": [1, 2, 1]}),
            sent: Seq(1),
            reply: Reply::Result { at: Seq(2), payload: json!({ "clearMonitoringResult": results }) },
        };
        let of = |id: Value| json!({"id": id, "status": "Accepted"});
        let (matched, checks) =
            pair(Kind::Clear, &clear(json!([of(json!(1)), of(json!(1)), of(json!(2))]))).unwrap();
        assert!(crate::testing::all_hold(&checks));
        assert_eq!(matched.iter().map(|m| m.element).collect::<Vec<_>>(), [0, 1, 2]);
        let (_, checks) = pair(Kind::Clear, &clear(json!([of(json!(3)), of(json!("1"))]))).unwrap();
        assert_eq!(
            crate::testing::codes(&checks),
            [Code::ResultCount, Code::ResultMismatch, Code::ResultMismatch]
        );
    }
}
