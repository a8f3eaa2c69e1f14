//! Phrases about reading and writing variables, and about answers with one result per element.

use crate::{Stop, World};
use cucumber::{then, when};
use judge::results::{self, Kind};
use judge::{Check, Code, Finding};
use serde_json::{Value, json};

/// Pairs the results of the last answer with the elements of its request. A missing answer is judged at
/// the step that asks for the results.
pub(super) fn pair(w: &mut World, kind: Kind) -> Result<(), Stop> {
    let answer = w.answer()?.clone();
    (w.matched, w.pairing) = match results::pair(kind, &answer) {
        Ok(pairing) => pairing,
        Err(check) => (Vec::new(), vec![check]),
    };
    Ok(())
}

#[when("the variable is read")]
async fn read(w: &mut World) {
    w.attempt(async |w| {
        let element = serde_json::to_value(w.target()?).map_err(|e| Stop::Bug(e.to_string()))?;
        w.call("GetVariables", json!({ "getVariableData": [element] })).await?;
        pair(w, Kind::Get)
    })
    .await;
}

#[when("it is written with the value it has")]
async fn write_same(w: &mut World) {
    w.attempt(async |w| {
        let inventory = w.inventory()?;
        let value = w.reported(&inventory).and_then(|v| v.value()).unwrap_or_default().to_owned();
        let target = w.target()?;
        let element =
            json!({ "component": target.component, "variable": target.variable, "attributeValue": value });
        w.call("SetVariables", json!({ "setVariableData": [element] })).await?;
        pair(w, Kind::Set)
    })
    .await;
}

#[then("there is one result for each element of the request")]
async fn one_each(w: &mut World) {
    let checks = w.pairing.clone();
    w.judge(checks);
}

#[then(expr = "the result is {string}")]
async fn result_is(w: &mut World, status: String) {
    w.attempt(async |w| {
        let sent = w.answer()?.sent;
        let check = results::status_is(&w.matched, 0, &[&status], sent);
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the result gives a value and states the attribute Actual")]
async fn gives_value(w: &mut World) {
    let Some(m) = w.matched.first() else { return };
    let mut findings = Vec::new();
    if m.value().is_none() {
        findings.push(Finding::new(Code::ValueMissing, "attributeValue", "none", [m.at]));
    }
    let attribute = m.result.get("attributeType").and_then(Value::as_str);
    if attribute != Some("Actual") {
        let said = attribute.unwrap_or("none");
        findings.push(Finding::new(Code::AttributeNotStated, "attributeType Actual", said, [m.at]));
    }
    let checks = Check::from_findings(findings, [m.at]);
    w.judge(checks);
}

#[then("the result gives no value")]
async fn gives_no_value(w: &mut World) {
    let Some(m) = w.matched.first() else { return };
    // An empty value says nothing either.
    let check = match m.value().filter(|v| !v.is_empty()) {
        None => Check::held([m.at]),
        Some(v) => Finding::new(Code::ValueUnwanted, "no attributeValue", format!("{v:?}"), [m.at]).into(),
    };
    w.judge([check]);
}
