//! The schemas made from the catalogue are structurally equal to the official ones of the Open Charge Alliance.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod reference;

use ocpp::{Version, catalogue};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_schema_is_structurally_equal_to_the_official_one() {
    let Some(folder) = reference::folder("DIAGMARK_OCPP_SCHEMAS", "ocpp/schemas") else { return };
    for (version, files) in [(Version::V201, 128), (Version::V21, 181)] {
        let official = official_schemas(&folder.join(format!("v{version}")));
        let mut differences = Vec::new();
        for (name, official) in &official {
            match catalogue::schema(version, name) {
                Some(ours) => compare(name, "", &Some(ours), &Some(official.clone()), &mut differences),
                None => differences.push(format!("{name}: not in the catalogue")),
            }
        }
        let names: BTreeSet<&str> = official.iter().map(|(name, _)| name.as_str()).collect();
        for name in catalogue::get(version).schema_names().filter(|n| !names.contains(n.as_str())) {
            differences.push(format!("{name}: not among the official schemas"));
        }
        assert!(differences.is_empty(), "OCPP {version}:\n{}", differences.join("\n"));
        assert_eq!(official.len(), files, "OCPP {version}");
        println!("OCPP {version}: {files} schemas compared, no difference");
    }
}

fn official_schemas(folder: &Path) -> Vec<(String, Value)> {
    let mut schemas = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            let schema = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
            schemas.push((path.file_stem().unwrap().to_str().unwrap().to_owned(), bare(schema)));
        }
    }
    schemas.sort_by(|a: &(String, Value), b| a.0.cmp(&b.0));
    schemas
}

/// A schema without what does not validate. Property and type names are kept, whatever they are called.
fn bare(schema: Value) -> Value {
    let Value::Object(schema) = schema else { return schema };
    let is_text = schema.get("type").is_some_and(|t| t == "string");
    let kept = schema.into_iter().filter_map(|(keyword, value)| {
        let value = match keyword.as_str() {
            "description" | "comment" | "$id" | "javaType" => return None,
            "additionalProperties" if is_text => return None,
            "properties" | "definitions" => match value {
                Value::Object(members) => {
                    Value::Object(members.into_iter().map(|(k, v)| (k, bare(v))).collect::<Map<_, _>>())
                }
                other => other,
            },
            "items" => bare(value),
            _ => value,
        };
        Some((keyword, value))
    });
    Value::Object(kept.collect())
}

fn compare(name: &str, at: &str, ours: &Option<Value>, official: &Option<Value>, out: &mut Vec<String>) {
    match (ours, official) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let (a, b) = (a.get(key).cloned(), b.get(key).cloned());
                compare(name, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), &a, &b, out);
            }
        }
        (Some(a), Some(b)) if equal(at, a, b) => {}
        (a, b) => {
            let text = |v: &Option<Value>| v.as_ref().map_or("absent".to_owned(), Value::to_string);
            out.push(format!("{name} at {at}: {} here, {} officially", text(a), text(b)));
        }
    }
}

/// Equal as JSON Schema means it: `0` is `0.0`, and the order of `required` and `enum` is none.
fn equal(at: &str, ours: &Value, official: &Value) -> bool {
    match (ours, official) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) if at.ends_with("/required") || at.ends_with("/enum") => {
            let set = |values: &[Value]| values.iter().map(Value::to_string).collect::<BTreeSet<_>>();
            a.len() == b.len() && set(a) == set(b)
        }
        (a, b) => a == b,
    }
}

#[test]
fn a_difference_is_found_and_its_place_is_named() {
    let ours = catalogue::schema(Version::V21, "ResetRequest").unwrap();
    let mut changed = ours.clone();
    changed["properties"]["evseId"]["minimum"] = 1.into();
    changed["definitions"]["ResetEnumType"]["enum"].as_array_mut().unwrap().pop();
    changed["properties"].as_object_mut().unwrap().remove("type");
    let mut differences = Vec::new();
    compare("ResetRequest", "", &Some(ours), &Some(changed), &mut differences);
    let places: Vec<&str> = differences.iter().filter_map(|d| d.split(": ").next()).collect();
    assert_eq!(
        places,
        [
            "ResetRequest at /definitions/ResetEnumType/enum",
            "ResetRequest at /properties/evseId/minimum",
            "ResetRequest at /properties/type",
        ]
    );
}
