//! Makes draft-06 JSON Schemas from the catalogue.

use super::model::{Base, Bounds, Definition, Field, Shape};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const CUSTOM_DATA: &str = "CustomDataType";

/// The schema of a message with these fields, with the types it needs.
pub(super) fn document(fields: &[Field], definitions: &BTreeMap<String, Definition>) -> Value {
    let mut used = BTreeMap::new();
    let mut waiting = vec![CUSTOM_DATA];
    waiting.extend(names(fields));
    while let Some(name) = waiting.pop() {
        if used.contains_key(name) {
            continue;
        }
        if let Some(definition) = definitions.get(name) {
            used.insert(name, schema(definition));
            if let Definition::Object(fields) | Definition::Open(fields) = definition {
                waiting.extend(names(fields));
            }
        }
    }
    let types: Map<String, Value> =
        used.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    let mut document = object(fields, false);
    document.insert("$schema".into(), json!("http://json-schema.org/draft-06/schema#"));
    document.insert("definitions".into(), types.into());
    document.into()
}

fn names(fields: &[Field]) -> impl Iterator<Item = &str> {
    fields.iter().filter_map(|f| match &f.shape.base {
        Base::Named(name) => Some(name.as_str()),
        _ => None,
    })
}

fn schema(definition: &Definition) -> Value {
    match definition {
        Definition::Object(fields) => object(fields, false).into(),
        Definition::Open(fields) => object(fields, true).into(),
        Definition::Enumeration { values, default: None } => json!({"type": "string", "enum": values}),
        Definition::Enumeration { values, default: Some(default) } => {
            json!({"type": "string", "enum": values, "default": default})
        }
    }
}

fn object(fields: &[Field], open: bool) -> Map<String, Value> {
    let mut properties = Map::new();
    if !open {
        properties.insert("customData".into(), reference(CUSTOM_DATA).into());
    }
    properties.extend(fields.iter().map(|f| (f.name.clone(), value(&f.shape))));
    let required: Vec<&str> = fields.iter().filter(|f| f.required).map(|f| f.name.as_str()).collect();
    let mut object = Map::new();
    object.insert("type".into(), json!("object"));
    if !open {
        object.insert("additionalProperties".into(), json!(false));
    }
    object.insert("properties".into(), properties.into());
    if !required.is_empty() {
        object.insert("required".into(), json!(required));
    }
    object
}

fn value(shape: &Shape) -> Value {
    let mut schema = base(&shape.base);
    if let Some(items) = shape.list {
        let each = std::mem::take(&mut schema);
        schema.insert("type".into(), json!("array"));
        schema.insert("additionalItems".into(), json!(false));
        schema.insert("items".into(), each.into());
        schema.insert("minItems".into(), json!(items.min));
        if let Some(max) = items.max {
            schema.insert("maxItems".into(), json!(max));
        }
    }
    if let Some(default) = &shape.default {
        schema.insert("default".into(), default.clone());
    }
    schema.into()
}

fn base(base: &Base) -> Map<String, Value> {
    match base {
        Base::Any => Map::new(),
        Base::Boolean => typed("boolean"),
        Base::Integer(bounds) => bounded("integer", *bounds),
        Base::Number(bounds) => bounded("number", *bounds),
        Base::Text(length) => {
            let mut schema = typed("string");
            if let Some(length) = length {
                schema.insert("maxLength".into(), json!(length));
            }
            schema
        }
        Base::Time => {
            let mut schema = typed("string");
            schema.insert("format".into(), json!("date-time"));
            schema
        }
        Base::Named(name) => reference(name),
    }
}

fn typed(name: &str) -> Map<String, Value> {
    Map::from_iter([("type".to_owned(), json!(name))])
}

fn reference(name: &str) -> Map<String, Value> {
    Map::from_iter([("$ref".to_owned(), json!(format!("#/definitions/{name}")))])
}

fn bounded(name: &str, bounds: Bounds) -> Map<String, Value> {
    let mut schema = typed(name);
    if let Some(min) = bounds.min {
        schema.insert("minimum".into(), json!(min));
    }
    if let Some(max) = bounds.max {
        schema.insert("maximum".into(), json!(max));
    }
    schema
}
