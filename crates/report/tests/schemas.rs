//! The JSON Schema in `schemas` is made from the types of `result.json`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::Value;

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = format!("{}/schemas/result-1.json", env!("CARGO_MANIFEST_DIR"));
    let made = format!("{}\n", serde_json::to_string_pretty(report::schema::result()).unwrap());
    if std::env::var_os("DIAGMARK_UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let current = committed.replace("\r\n", "\n") == made;
    assert!(current, "{path} is not current: run DIAGMARK_UPDATE=1 cargo test -p report");
}

#[test]
fn every_field_of_a_result_is_explained() {
    fn walk(schema: &Value, at: &str) {
        for (key, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            assert!(property.get("description").is_some(), "{at}/{key} has no description");
        }
    }
    let schema = report::schema::result();
    walk(schema, "");
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        walk(definition, name);
    }
}

fn committed(file: &str, schema: &Value) {
    let path = format!("{}/schemas/{file}", env!("CARGO_MANIFEST_DIR"));
    let made = format!("{}\n", serde_json::to_string_pretty(schema).unwrap());
    if std::env::var_os("DIAGMARK_UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let current = committed.replace("\r\n", "\n") == made;
    assert!(current, "{path} is not current: run DIAGMARK_UPDATE=1 cargo test -p report");
}

#[test]
fn the_committed_schemas_of_certificates_keys_and_redactions_are_those_of_the_types() {
    committed("certificate-1.json", report::schema::certificate());
    committed("keys-1.json", report::schema::keys());
    committed("redaction-1.json", report::schema::redaction());
    committed("openings-1.json", report::schema::openings());
}

#[test]
fn the_committed_schema_of_the_coverage_is_that_of_the_types() {
    committed("coverage-1.json", report::schema::coverage());
    committed("proof-1.json", report::schema::proof());
}
