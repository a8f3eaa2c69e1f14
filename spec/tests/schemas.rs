//! The JSON Schemas in `spec/schemas` are made from the model; editors read the files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::Value;
use spec::schema;

#[test]
fn the_committed_schemas_are_those_of_the_model() {
    let all = [
        ("archetype-1", schema::archetype()),
        ("declaration-1", schema::declaration()),
        ("expected-failures-1", schema::expected_failures()),
        ("edition-diff-1", schema::edition_diff()),
        ("requirements-1", schema::requirements()),
        ("hook-1", schema::hook()),
    ];
    for (name, schema) in all {
        let path = format!("{}/schemas/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let made = format!("{}\n", serde_json::to_string_pretty(schema).unwrap());
        if std::env::var_os("DIAGMARK_UPDATE").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        let current = committed.replace("\r\n", "\n") == made;
        assert!(current, "{path} is not current: run DIAGMARK_UPDATE=1 cargo test -p spec");
    }
}

#[test]
fn every_key_an_author_can_write_is_explained() {
    fn walk(schema: &Value, at: &str) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            for (key, property) in properties {
                assert!(property.get("description").is_some(), "{at}/{key} has no description");
            }
        }
    }
    for schema in [
        schema::archetype(),
        schema::declaration(),
        schema::expected_failures(),
        schema::edition_diff(),
        schema::requirements(),
        schema::hook(),
    ] {
        walk(schema, "");
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            walk(definition, name);
        }
    }
}
