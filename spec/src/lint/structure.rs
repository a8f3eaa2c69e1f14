//! The shape of a file: a walk over its YAML tree along the JSON Schema of the model.
//!
//! Typed deserialisation stops at the first mistake; this walk names all of them. It knows exactly the parts of
//! JSON Schema that the model's types produce, and reads scalars as the deserialiser does: a text field keeps
//! the text of an unquoted number.

use super::{
    LintCode,
    locate::{Collector, step},
    tree::{Entry, Kind, Node},
};
use crate::model::Period;
use serde_json::Value;

const SEVERITIES: &str = "expected a whole number from 0 (danger) to 9 (debug)";

/// Checks the whole document against a schema.
pub(crate) fn check(found: &mut Collector<'_>, schema: &Value) {
    let doc = found.doc;
    let mut walk = Walk { schema, found, name: None };
    if walk.schema_version(&doc.root) {
        walk.node(&doc.root, schema, "");
    }
}

struct Walk<'w, 'd> {
    schema: &'w Value,
    found: &'w mut Collector<'d>,
    /// Name of the type that is being checked, where it has one.
    name: Option<&'w str>,
}

impl<'w> Walk<'w, '_> {
    /// A file of another format version is not checked further: every finding would mislead.
    fn schema_version(&mut self, root: &Node) -> bool {
        let written =
            root.get("schemaVersion").and_then(|e| e.value.text()).and_then(|t| t.parse::<i64>().ok());
        match written {
            Some(version) if version != 1 => {
                let message = format!("format version {version} is not known to this program");
                self.found
                    .at("/schemaVersion", LintCode::UnsupportedSchemaVersion, message)
                    .expected("only 1 exists");
                false
            }
            _ => true,
        }
    }

    fn node(&mut self, node: &Node, schema: &'w Value, at: &str) {
        if self.found.is_full() {
            return;
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let name = target.rsplit('/').next().unwrap_or_default();
            if let Some(target) = self.schema.pointer(target.trim_start_matches('#')) {
                let outer = self.name.replace(name);
                self.node(node, target, at);
                self.name = outer;
            }
            return;
        }
        if let Some(options) = schema.get("anyOf").and_then(Value::as_array) {
            let some = options.iter().find(|o| o.get("type").is_none_or(|t| t != "null"));
            if let (Some(some), false) = (some, node.is_null()) {
                self.node(node, some, at);
            }
            return;
        }
        let names = names_of(schema);
        if !names.is_empty() {
            return self.one_of(node, &names, at);
        }
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => return,
        };
        if node.is_null() && types.contains(&"null") {
            return;
        }
        match types.iter().find(|t| **t != "null") {
            Some(&"object") => self.object(node, schema, at),
            Some(&"array") => self.array(node, schema, at),
            Some(&"string") => self.string(node, at),
            Some(&"boolean") => self.boolean(node, at),
            Some(&"integer") => self.integer(node, schema, at),
            Some(&"number") => self.number(node, at),
            _ => {}
        }
    }

    fn object(&mut self, node: &Node, schema: &'w Value, at: &str) {
        let Kind::Mapping { entries, .. } = &node.kind else {
            return self.wrong_type(node, "keys with values", at);
        };
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut known: Vec<&str> =
            properties.map(|p| p.keys().map(String::as_str).collect()).unwrap_or_default();
        known.sort_unstable();
        for entry in entries {
            let below = format!("{at}/{}", step(&entry.key));
            match properties.and_then(|p| p.get(&entry.key)) {
                Some(property) => self.node(&entry.value, property, &below),
                None => self.other_key(entry, entries, &known, schema, &below),
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        let missing: Vec<String> = required
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .filter(|key| node.get(key).is_none())
            .map(|key| format!("`{key}`"))
            .collect();
        if !missing.is_empty() {
            let plural = if missing.len() == 1 { "" } else { "s" };
            let message = format!("missing key{plural} {}", missing.join(", "));
            let these = if missing.len() == 1 { "it" } else { "them" };
            self.found.at(at, LintCode::MissingKey, message).expected(format!("add {these} here"));
        }
    }

    /// A key that is not a property: an entry of a map, or a mistake.
    fn other_key(&mut self, entry: &Entry, all: &[Entry], known: &[&str], schema: &'w Value, at: &str) {
        if let Some(patterns) = schema.get("patternProperties").and_then(Value::as_object) {
            // The only pattern of the model is that of a row id.
            if let Some(value) = patterns.values().next() {
                if crate::model::RowId(entry.key.clone()).kind().is_none() {
                    self.bad_row_id(&entry.key, at, true);
                }
                self.node(&entry.value, value, at);
            }
            return;
        }
        match schema.get("additionalProperties") {
            Some(value @ Value::Object(_)) => self.node(&entry.value, value, at),
            _ => {
                let free: Vec<&str> =
                    known.iter().copied().filter(|k| all.iter().all(|e| e.key != *k)).collect();
                self.found
                    .at_key(at, LintCode::UnknownKey, format!("unknown key `{}`", entry.key))
                    .help(format!("keys that can stand here: {}", known.join(", ")))
                    .did_you_mean(&entry.key, free);
            }
        }
    }

    fn array(&mut self, node: &Node, schema: &'w Value, at: &str) {
        let Kind::Sequence { items, .. } = &node.kind else {
            return self.wrong_type(node, "a list", at);
        };
        let bound = |key| schema.get(key).and_then(Value::as_u64);
        let count = items.len() as u64;
        if let (Some(min), Some(max)) = (bound("minItems"), bound("maxItems"))
            && !(min..=max).contains(&count)
        {
            self.found
                .at(at, LintCode::WrongType, format!("a list of {count} where {max} are expected"))
                .expected(format!("expected {max} values, as in [0, 10]"));
        }
        if let Some(schema) = schema.get("items") {
            for (i, item) in items.iter().enumerate() {
                self.node(item, schema, &format!("{at}/{i}"));
            }
        }
    }

    fn one_of(&mut self, node: &Node, names: &[&str], at: &str) {
        let Some(text) = node.text() else {
            return self.wrong_type(node, &format!("one of {}", names.join(", ")), at);
        };
        if names.contains(&text) {
            return;
        }
        let shown = if node.is_null() { "nothing".to_owned() } else { format!("`{text}`") };
        self.found
            .at(at, LintCode::UnknownValue, format!("{shown} is not allowed here"))
            .expected(format!("expected {}", names.join(", ")))
            .did_you_mean(text, names.iter().copied());
    }

    fn string(&mut self, node: &Node, at: &str) {
        let Some(text) = node.text().filter(|_| !node.is_null()) else {
            return self.wrong_type(node, "a text", at);
        };
        match self.name {
            Some("RowId") if crate::model::RowId(text.to_owned()).kind().is_none() => {
                self.bad_row_id(text, at, false);
            }
            Some("Period") if text.parse::<Period>().is_err() => {
                self.found
                    .at(at, LintCode::BadPeriod, format!("`{text}` is not a length of time"))
                    .expected("expected a whole number with ms, s, min or h, as in 30s");
            }
            _ => {}
        }
    }

    fn bad_row_id(&mut self, text: &str, at: &str, key: bool) {
        let message = format!("`{text}` is not a row id");
        let finding = match key {
            true => self.found.at_key(at, LintCode::BadRowId, message),
            false => self.found.at(at, LintCode::BadRowId, message),
        };
        finding.expected("expected C, V, M, F, B or T, a hyphen and four digits, as in C-0107");
    }

    fn boolean(&mut self, node: &Node, at: &str) {
        match &node.kind {
            Kind::Scalar { text, plain: true } if text == "true" || text == "false" => {}
            _ => self.wrong_type(node, "true or false", at),
        }
    }

    fn integer(&mut self, node: &Node, schema: &Value, at: &str) {
        let written = match &node.kind {
            Kind::Scalar { text, plain: true } if text.bytes().all(|b| b.is_ascii_digit() || b == b'-') => {
                text.parse::<i64>().ok()
            }
            _ => None,
        };
        let bound = |key| schema.get(key).and_then(Value::as_i64);
        let (min, max) = (bound("minimum").unwrap_or(0), bound("maximum").unwrap_or(i64::from(u32::MAX)));
        let severity = self.name == Some("Severity");
        match written {
            Some(number) if (min..=max).contains(&number) => {}
            Some(number) => {
                let (code, message) = match severity {
                    true => (LintCode::BadSeverity, format!("there is no severity {number}")),
                    false => (LintCode::UnknownValue, format!("{number} is not allowed here")),
                };
                self.found.at(at, code, message).expected(match severity {
                    true => SEVERITIES.to_owned(),
                    false => format!("expected a whole number from {min} to {max}"),
                });
            }
            None if severity => {
                self.found.at(at, LintCode::BadSeverity, "a severity is a number").expected(SEVERITIES);
            }
            None => self.wrong_type(node, "a whole number", at),
        }
    }

    fn number(&mut self, node: &Node, at: &str) {
        // Digits, point, exponent and sign only: YAML's other spellings (.inf, 0x10, 1_000) are not used here.
        let decimal = |b: u8| b.is_ascii_digit() || b"+-.eE".contains(&b);
        let fits = match &node.kind {
            Kind::Scalar { text, plain: true } => {
                text.bytes().all(decimal) && text.parse::<f64>().is_ok_and(f64::is_finite)
            }
            _ => false,
        };
        if !fits {
            self.wrong_type(node, "a number", at);
        }
    }

    fn wrong_type(&mut self, node: &Node, expected: &str, at: &str) {
        let is = match &node.kind {
            Kind::Sequence { .. } => "a list".to_owned(),
            Kind::Mapping { .. } => "a mapping".to_owned(),
            Kind::Scalar { .. } if node.is_null() => "nothing".to_owned(),
            Kind::Scalar { text, .. } => format!("`{text}`"),
        };
        let quoted = matches!(&node.kind, Kind::Scalar { plain: false, .. });
        let finding = self
            .found
            .at(at, LintCode::WrongType, format!("{is} where {expected} belongs"))
            .expected(format!("expected {expected}"));
        if quoted {
            finding.help("write it without quotes");
        }
    }
}

/// The names an enumeration allows; empty if the schema is none.
fn names_of(schema: &Value) -> Vec<&str> {
    let list = |key| schema.get(key).and_then(Value::as_array).into_iter().flatten();
    list("oneOf")
        .filter_map(|o| o.get("const")?.as_str())
        .chain(list("enum").filter_map(Value::as_str))
        .collect()
}
