//! What a changed field means for a station that held the row before.

use super::{RowKind, Weight};
use crate::model::{Level, Period};
use serde_json::Value;

/// Fields that explain a row and are never judged.
const WORDING: &[&str] = &[
    "title",
    "rationale",
    "source",
    "shows",
    "action",
    "polarity",
    "example",
    "readWith",
    "ocpp",
    "mrec",
    "rig",
    "topic",
    "since",
    "extension",
    "requires",
    "method",
    "sign",
    "watch",
    "against",
    "leadsTo",
];

/// Levels at which a change of a field matters; empty means those of the row.
pub(super) fn levels(kind: RowKind, field: &str) -> Option<Level> {
    match (kind, field) {
        (RowKind::Variable, "monitorable") => Some(Level::MONITORING),
        (RowKind::Variable, "type" | "unit" | "access" | "values" | "limits") => Some(Level::INVENTORY),
        _ => None,
    }
}

/// How a change of a field weighs.
pub(super) fn weigh(kind: RowKind, field: &str, before: Option<&Value>, after: Option<&Value>) -> Weight {
    if kind == RowKind::Trend || WORDING.contains(&field) {
        return Weight::Wording;
    }
    let milder = match field {
        "obligation" => order(&["may", "should", "must"], before, after),
        "notification" => order(&["accepted", "warn-in21", "refused"], before, after),
        "grounding" => fails(before) || !fails(after),
        // More conditions mean fewer products.
        "when" => texts(before).iter().all(|c| texts(after).contains(c)),
        // A certificate is for one version: what a row no longer binds needs no new run. None means all versions.
        "versions" => match (before, after) {
            (None, Some(_)) => true,
            (Some(_), None) => false,
            _ => texts(after).iter().all(|v| texts(before).contains(v)),
        },
        "monitorable" | "values" | "limits" => texts(after).iter().all(|v| texts(before).contains(v)),
        "deadline" | "deadlineMax" => match (period(before), period(after)) {
            (Some(before), Some(after)) => after >= before,
            _ => false,
        },
        "range" => match (range(before), range(after)) {
            (Some([low, high]), Some([lower, higher])) => lower <= low && higher >= high,
            _ => false,
        },
        "level" => number(after) > number(before),
        _ => false,
    };
    if milder { Weight::Milder } else { Weight::Binding }
}

/// Whether the later value stands no further to the right in a list of growing strictness.
fn order(growing: &[&str], before: Option<&Value>, after: Option<&Value>) -> bool {
    let place = |v: Option<&Value>| growing.iter().position(|g| v.and_then(Value::as_str) == Some(g));
    match (place(before), place(after)) {
        (Some(before), Some(after)) => after <= before,
        _ => false,
    }
}

/// Whether a deviation from a row of this grounding is a fail, not a warn.
fn fails(grounding: Option<&Value>) -> bool {
    matches!(grounding.and_then(Value::as_str), Some("ocpp" | "norm"))
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    }
}

fn period(value: Option<&Value>) -> Option<Period> {
    value?.as_str()?.parse().ok()
}

fn number(value: Option<&Value>) -> Option<f64> {
    value?.as_f64()
}

fn range(value: Option<&Value>) -> Option<[f64; 2]> {
    let items = value?.as_array()?;
    Some([items.first()?.as_f64()?, items.get(1)?.as_f64()?])
}

/// A value as a reader sees it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Whether two titles are so unlike that they name different things: fewer than a third of the words are shared.
pub(super) fn unlike(before: &str, after: &str) -> bool {
    let words = |text: &str| -> std::collections::BTreeSet<String> {
        let plain = text.to_lowercase();
        plain.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 2).map(str::to_owned).collect()
    };
    let (before, after) = (words(before), words(after));
    let shared = before.intersection(&after).count();
    shared * 3 < before.union(&after).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn weight(field: &str, before: Value, after: Value) -> Weight {
        let some = |v: &Value| if v.is_null() { None } else { Some(v.clone()) };
        weigh(RowKind::Monitor, field, some(&before).as_ref(), some(&after).as_ref())
    }

    #[test]
    fn a_rationale_is_wording() {
        assert_eq!(weight("rationale", json!("a"), json!("b")), Weight::Wording);
    }

    #[test]
    fn what_was_held_before_is_held_by_a_milder_row() {
        assert_eq!(weight("obligation", json!("must"), json!("should")), Weight::Milder);
        assert_eq!(weight("grounding", json!("norm"), json!("judgement")), Weight::Milder);
        assert_eq!(weight("when", Value::Null, json!(["meter"])), Weight::Milder);
        assert_eq!(weight("versions", Value::Null, json!(["2.1"])), Weight::Milder);
        assert_eq!(weight("monitorable", json!(["Delta", "Periodic"]), json!(["Delta"])), Weight::Milder);
        assert_eq!(weight("deadline", json!("30s"), json!("1min")), Weight::Milder);
        assert_eq!(weight("range", json!([10.0, 20.0]), json!([5.0, 20.0])), Weight::Milder);
    }

    #[test]
    fn what_could_fail_now_binds() {
        assert_eq!(weight("severity", json!(5), json!(6)), Weight::Binding);
        assert_eq!(weight("value", json!(70.0), json!(75.0)), Weight::Binding);
        assert_eq!(weight("obligation", json!("should"), json!("must")), Weight::Binding);
        assert_eq!(weight("grounding", json!("judgement"), json!("ocpp")), Weight::Binding);
        assert_eq!(weight("when", json!(["meter"]), Value::Null), Weight::Binding);
        assert_eq!(weight("versions", json!(["2.1"]), Value::Null), Weight::Binding);
        assert_eq!(weight("deadline", json!("1min"), json!("30s")), Weight::Binding);
        assert_eq!(weight("deadline", json!("1min"), Value::Null), Weight::Binding);
        assert_eq!(weight("range", json!([10.0, 20.0]), json!([10.0, 19.0])), Weight::Binding);
    }

    #[test]
    fn a_reworded_title_is_not_another_one() {
        assert!(!unlike(
            "The station reports all its monitors.",
            "The station reports every monitor it has."
        ));
        assert!(unlike("The door is open", "Coolant leaks"));
    }
}
