//! The same said in other words: names, times, numbers, optional fields.

use crate::middle::{Passing, Says};
use crate::trial::{BUT_EACH, EVENTS, REPORTS, changes_nothing, trial};
use jiff::Timestamp;
use ocpp::Version;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Calls a function with every object inside a value, the innermost first.
fn each_object(value: &mut Value, f: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|v| each_object(v, f)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|v| each_object(v, f));
            f(fields);
        }
        _ => {}
    }
}

/// Writes the names of components, variables and their instances in another way.
fn names(spell: fn(&str) -> String) -> impl FnMut(&mut Value) {
    move |payload| {
        each_object(payload, &mut |object| {
            for holder in ["component", "variable"] {
                for name in ["name", "instance"] {
                    let found = object.get_mut(holder).and_then(|h| h.get_mut(name));
                    if let Some(found) = found.filter(|f| f.is_string()) {
                        *found = json!(spell(found.as_str().unwrap()));
                    }
                }
            }
        });
    }
}

#[test]
fn names_are_spelt_in_any_case() {
    let (mut lower, mut upper) = (names(|n| n.to_lowercase()), names(|n| n.to_uppercase()));
    changes_nothing(&trial(Version::V201).select(BUT_EACH).run(Says(|p: &mut Passing| {
        let is_call = p.is_call();
        match p.payload() {
            Some(payload) if is_call => upper(payload),
            Some(payload) => lower(payload),
            None => {}
        }
    })));
    changes_nothing(&trial(Version::V21).select(BUT_EACH).run(Says(|p: &mut Passing| {
        let reports = p.action.starts_with("NotifyReport");
        match p.payload() {
            Some(payload) if reports => lower(payload),
            Some(payload) => upper(payload),
            None => {}
        }
    })));
}

/// Writes every time in another way, also those that are values of variables.
fn times(spell: impl Fn(Timestamp) -> String) -> impl FnMut(&mut Passing) {
    move |p| {
        let Some(payload) = p.payload() else { return };
        each_object(payload, &mut |object| {
            for value in object.values_mut() {
                if let Some(time) = value.as_str().and_then(|t| t.parse::<Timestamp>().ok()) {
                    *value = json!(spell(time));
                }
            }
        });
    }
}

/// The reference station writes three.
#[test]
fn times_have_no_decimals() {
    let whole = |t: Timestamp| t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    changes_nothing(&trial(Version::V21).select(EVENTS).run(Says(times(whole))));
}

#[test]
fn times_are_written_with_an_offset() {
    let utc = |t: Timestamp| t.strftime("%Y-%m-%dT%H:%M:%S.%3f+00:00").to_string();
    changes_nothing(&trial(Version::V201).select(REPORTS).run(Says(times(utc))));
    let offset = jiff::tz::Offset::constant(2);
    let local =
        move |t: Timestamp| t.to_zoned(offset.to_time_zone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    changes_nothing(&trial(Version::V21).select(EVENTS).run(Says(times(local))));
}

/// Writes the values of decimal variables with these decimals. Which variables are decimal is learnt from the inventory.
fn decimals(spell: fn(f64) -> String) -> impl FnMut(&mut Passing) {
    let mut decimal: BTreeMap<String, bool> = BTreeMap::new();
    move |p| {
        let Some(payload) = p.payload() else { return };
        each_object(payload, &mut |object| {
            let at = format!("{:?}{:?}", object.get("component"), object.get("variable"));
            let data_type = object.get("variableCharacteristics").and_then(|c| c["dataType"].as_str());
            if let Some(data_type) = data_type {
                decimal.insert(at.clone(), data_type == "decimal");
            }
            if decimal.get(&at) != Some(&true) {
                return;
            }
            let write = |value: &mut Value| {
                if let Some(number) = value.as_str().and_then(|v| v.parse().ok()) {
                    *value = json!(spell(number));
                }
            };
            ["attributeValue", "actualValue"]
                .into_iter()
                .filter_map(|key| object.get_mut(key).map(write))
                .count();
            let attributes = object.get_mut("variableAttribute").and_then(Value::as_array_mut);
            attributes.into_iter().flatten().filter_map(|a| a.get_mut("value").map(write)).count();
        });
    }
}

#[test]
fn decimals_are_written_with_zeros() {
    changes_nothing(&trial(Version::V201).select(BUT_EACH).run(Says(decimals(|n| format!("{n:.1}")))));
    let mut without_rig = trial(Version::V21).select(EVENTS);
    without_rig.rig = false;
    changes_nothing(&without_rig.run(Says(decimals(|n| format!("{n:.3}")))));
}

#[test]
fn whole_numbers_are_written_with_a_fraction() {
    fn widen(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(widen),
            Value::Object(fields) => fields.values_mut().for_each(widen),
            Value::Number(n) => *value = json!(n.as_f64()),
            _ => {}
        }
    }
    changes_nothing(&trial(Version::V201).select(BUT_EACH).run(Says(|p: &mut Passing| {
        if let Some(payload) = p.payload() {
            widen(payload);
        }
    })));
}

#[test]
fn what_is_false_by_default_is_left_out_or_said() {
    changes_nothing(&trial(Version::V201).select(EVENTS).run(Says(|p: &mut Passing| {
        let Some(payload) = p.payload() else { return };
        each_object(payload, &mut |object| {
            if object.get("tbc") == Some(&json!(false)) {
                object.remove("tbc");
            }
            if object.contains_key("eventId") {
                object.entry("cleared").or_insert(json!(false));
            }
        });
    })));
}

/// Where the schemas allow it: everywhere but in `customData` itself.
#[test]
fn everything_carries_data_of_the_maker() {
    changes_nothing(&trial(Version::V21).select(BUT_EACH).run(Says(|p: &mut Passing| {
        let Some(payload) = p.payload() else { return };
        each_object(payload, &mut |object| {
            object.insert("customData".into(), json!({ "vendorId": "com.example", "anything": [1, "a"] }));
        });
    })));
}
