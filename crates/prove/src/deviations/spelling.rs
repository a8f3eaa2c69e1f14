//! The same said in other words: names, times, numbers, optional fields.

use super::{Deviation, says, variant};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use station::wire::{Between, Passing};
use std::collections::BTreeSet;

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

/// Changes every object the station says.
fn everywhere(mut change: impl FnMut(&mut Map<String, Value>) + Send + 'static) -> Between {
    says(move |p| {
        if let Some(payload) = p.payload() {
            each_object(payload, &mut change);
        }
    })
}

/// Writes the names of components, variables and their instances in another way.
fn spell(object: &mut Map<String, Value>, spelling: fn(&str) -> String) {
    for holder in ["component", "variable"] {
        for name in ["name", "instance"] {
            if let Some(found) = object.get_mut(holder).and_then(|h| h.get_mut(name))
                && let Some(text) = found.as_str()
            {
                *found = json!(spelling(text));
            }
        }
    }
}

/// Writes every time in another way, also those that are values of variables.
fn times(spelling: fn(Timestamp) -> String) -> Between {
    everywhere(move |object| {
        for value in object.values_mut() {
            if let Some(time) = value.as_str().and_then(|t| t.parse::<Timestamp>().ok()) {
                *value = json!(spelling(time));
            }
        }
    })
}

/// Writes the values of decimal variables in another way. Which are decimal is learnt from the inventory.
fn decimals(spelling: fn(f64) -> String) -> Between {
    let mut decimal: BTreeSet<String> = BTreeSet::new();
    let write = move |value: &mut Value| {
        if let Some(number) = value.as_str().and_then(|v| v.parse().ok()) {
            *value = json!(spelling(number));
        }
    };
    everywhere(move |object| {
        let at = format!("{:?}{:?}", object.get("component"), object.get("variable"));
        if object.get("variableCharacteristics").is_some_and(|c| c["dataType"] == "decimal") {
            decimal.insert(at.clone());
        }
        if !decimal.contains(&at) {
            return;
        }
        for key in ["attributeValue", "actualValue"] {
            object.get_mut(key).map(write);
        }
        let attributes = object.get_mut("variableAttribute").and_then(Value::as_array_mut);
        for attribute in attributes.into_iter().flatten() {
            attribute.get_mut("value").map(write);
        }
    })
}

/// Writes whole numbers with a fraction.
fn widen(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(widen),
        Value::Object(fields) => fields.values_mut().for_each(widen),
        Value::Number(n) => *value = json!(n.as_f64()),
        _ => {}
    }
}

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        variant(
            "names-in-any-case",
            "names are upper case in requests of the station, lower case in its answers",
        )
        .allowed_by("names of components and variables are compared without case (OCPP Part 2, device model)")
        .wire(|_| {
            says(|p: &mut Passing| {
                let spelling = if p.is_call() { str::to_uppercase } else { str::to_lowercase };
                if let Some(payload) = p.payload() {
                    each_object(payload, &mut |object| spell(object, spelling));
                }
            })
        }),
        variant(
            "names-lower-in-the-inventory",
            "names are lower case in the inventory, upper case elsewhere",
        )
        .allowed_by("names of components and variables are compared without case (OCPP Part 2, device model)")
        .wire(|_| {
            says(|p: &mut Passing| {
                let inventory = p.action == "NotifyReport";
                let spelling = if inventory { str::to_lowercase } else { str::to_uppercase };
                if let Some(payload) = p.payload() {
                    each_object(payload, &mut |object| spell(object, spelling));
                }
            })
        }),
        variant("times-without-decimals", "times are written without decimals of a second")
            .allowed_by("decimals are optional (OCPP Part 4, time format; RFC 3339)")
            .wire(|_| times(|t| t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())),
        variant("times-with-an-offset", "times are written with the offset +00:00")
            .allowed_by("UTC may be written as an offset (RFC 3339)")
            .wire(|_| times(|t| t.strftime("%Y-%m-%dT%H:%M:%S.%3f+00:00").to_string())),
        variant("local-times", "times are written in the local time of the station, with its offset")
            .allowed_by("UTC is a recommendation, an offset is allowed (RFC 3339)")
            .wire(|_| {
                times(|t| {
                    let local = t.to_zoned(jiff::tz::Offset::constant(2).to_time_zone());
                    local.strftime("%Y-%m-%dT%H:%M:%S.%3f%:z").to_string()
                })
            }),
        variant("decimals-with-zeros", "decimals are written with three decimals, whatever they are")
            .allowed_by("a decimal may have trailing zeros (OCPP Part 2, decimal data type)")
            .wire(|_| decimals(|n| format!("{n:.3}"))),
        variant("whole-numbers-with-a-fraction", "whole numbers are written with a fraction of zero")
            .allowed_by("to JSON Schema 1.0 is an integer")
            .wire(|_| {
                says(|p| {
                    if let Some(payload) = p.payload() {
                        widen(payload);
                    }
                })
            }),
        variant(
            "defaults-said-or-left-out",
            "what is false by default is left out in reports, and said in events",
        )
        .allowed_by("the fields are optional and have defaults (NotifyReportRequest, EventDataType)")
        .wire(|_| {
            everywhere(|object| {
                if object.get("tbc") == Some(&json!(false)) {
                    object.remove("tbc");
                }
                if object.contains_key("eventId") {
                    object.entry("cleared").or_insert(json!(false));
                }
            })
        }),
        variant("data-of-the-maker", "everything carries data of the maker")
            .allowed_by("every type may carry it (CustomDataType)")
            .wire(|_| {
                everywhere(|object| {
                    let data = json!({ "vendorId": "com.example", "anything": [1, "a"] });
                    object.insert("customData".to_owned(), data);
                })
            }),
    ]
}
