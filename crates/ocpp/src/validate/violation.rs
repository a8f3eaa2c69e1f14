//! What a payload can do wrong, in our own words.

use crate::frame::{ErrorCode, pointer_token};
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// The name under which the rule on fractional seconds is added to schemas.
pub(super) const TIME_PRECISION: &str = "time-precision";

/// The rule a payload violates; named as in JSON Schema, `time-precision` apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Keyword {
    /// A value of the wrong JSON type.
    Type,
    /// A field is missing.
    Required,
    /// A field that the message does not have.
    AdditionalProperties,
    /// Not one of the allowed texts.
    Enum,
    /// Text too long.
    MaxLength,
    /// Too few list items.
    MinItems,
    /// Too many list items.
    MaxItems,
    /// Number too small.
    Minimum,
    /// Number too great.
    Maximum,
    /// Not a time of RFC 3339.
    Format,
    /// A time with more than three fractional digits (OCPP-J, Part 4); no schema says it.
    #[serde(rename = "time-precision")]
    TimePrecision,
    /// A rule that the official schemas do not use.
    Other,
}

impl Keyword {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Keyword::Type => "type",
            Keyword::Required => "required",
            Keyword::AdditionalProperties => "additionalProperties",
            Keyword::Enum => "enum",
            Keyword::MaxLength => "maxLength",
            Keyword::MinItems => "minItems",
            Keyword::MaxItems => "maxItems",
            Keyword::Minimum => "minimum",
            Keyword::Maximum => "maximum",
            Keyword::Format => "format",
            Keyword::TimePrecision => TIME_PRECISION,
            Keyword::Other => "other",
        }
    }

    /// The error code of OCPP-J whose class the violation belongs to. A station may choose another one: beyond a
    /// line for each code, OCPP does not say which code answers what.
    pub fn error_code(self) -> ErrorCode {
        match self {
            Keyword::Type => ErrorCode::TypeConstraintViolation,
            Keyword::Required | Keyword::MinItems | Keyword::MaxItems => {
                ErrorCode::OccurrenceConstraintViolation
            }
            Keyword::AdditionalProperties | Keyword::Other => ErrorCode::FormatViolation,
            Keyword::Enum
            | Keyword::MaxLength
            | Keyword::Minimum
            | Keyword::Maximum
            | Keyword::Format
            | Keyword::TimePrecision => ErrorCode::PropertyConstraintViolation,
        }
    }
}

impl fmt::Display for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing a payload does wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaViolation {
    /// JSON pointer into the payload, to the offending value; for a missing field to where it belongs.
    pub pointer: String,
    /// The rule.
    pub keyword: Keyword,
    /// The error code of OCPP-J whose class it belongs to.
    pub code: ErrorCode,
    /// Names the field, what was found and what is allowed.
    pub message: String,
}

impl fmt::Display for SchemaViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Our violations for one error of the validator: as many as there are unknown fields, otherwise one.
pub(super) fn of(error: &ValidationError<'_>, out: &mut Vec<SchemaViolation>) {
    use ValidationErrorKind as Kind;
    let pointer = error.instance_path().as_str();
    let found = || shown(error.instance());
    let name = || name_of(pointer);
    let mut add = |pointer: String, keyword: Keyword, message: String| {
        out.push(SchemaViolation { pointer, keyword, code: keyword.error_code(), message });
    };
    let (keyword, message) = match error.kind() {
        Kind::Required { property } => {
            let field = property.as_str().unwrap_or_default();
            let message = format!("`{field}` is missing in {}", name());
            return add(below(pointer, field), Keyword::Required, message);
        }
        Kind::AdditionalProperties { unexpected } => {
            for field in unexpected {
                let message = format!("`{}` is not a field of {}", cut(field), name());
                add(below(pointer, field), Keyword::AdditionalProperties, message);
            }
            return;
        }
        Kind::Type { kind } => {
            (Keyword::Type, format!("{} is {}, expected {}", name(), found(), types(kind)))
        }
        Kind::Enum { options } => {
            (Keyword::Enum, format!("{} is {}, allowed: {}", name(), found(), choices(options)))
        }
        Kind::MaxLength { limit } => {
            let length = error.instance().as_str().map_or(0, |s| s.chars().count());
            let message = format!("{} has {length} characters, at most {limit} are allowed", name());
            (Keyword::MaxLength, message)
        }
        Kind::MinItems { limit } => {
            let message = format!("{} has {}, at least {limit} needed", name(), items(error.instance()));
            (Keyword::MinItems, message)
        }
        Kind::MaxItems { limit } => {
            let message = format!("{} has {}, at most {limit} allowed", name(), items(error.instance()));
            (Keyword::MaxItems, message)
        }
        Kind::Minimum { limit } => {
            (Keyword::Minimum, format!("{} is {}, at least {} is allowed", name(), found(), number(limit)))
        }
        Kind::Maximum { limit } => {
            (Keyword::Maximum, format!("{} is {}, at most {} is allowed", name(), found(), number(limit)))
        }
        Kind::Format { format } if format == "date-time" => {
            let message =
                format!("{} is {}, expected a time such as \"2026-01-31T12:00:00Z\"", name(), found());
            (Keyword::Format, message)
        }
        Kind::Format { format } => {
            (Keyword::Format, format!("{} is {}, expected the format {format}", name(), found()))
        }
        Kind::Custom { keyword, message } if keyword == TIME_PRECISION => {
            (Keyword::TimePrecision, format!("{} has {message}, at most 3 are allowed", name()))
        }
        other => {
            let message = format!("{} is {}, which violates `{}`", name(), found(), other.keyword());
            (Keyword::Other, message)
        }
    };
    add(pointer.to_owned(), keyword, message);
}

fn below(pointer: &str, field: &str) -> String {
    format!("{pointer}/{}", pointer_token(field))
}

/// The last name on the way to a value, with the index if it is in a list.
fn name_of(pointer: &str) -> String {
    let mut tokens = pointer.rsplit('/');
    let last = tokens.next().unwrap_or_default();
    let token = |t: &str| cut(&t.replace("~1", "/").replace("~0", "~"));
    match tokens.next() {
        None => "the payload".to_owned(),
        Some(list) if !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()) && !list.is_empty() => {
            format!("`{}[{last}]`", token(list))
        }
        Some(_) => format!("`{}`", token(last)),
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => type_name(*one).to_owned(),
        TypeKind::Multiple(several) => several.iter().map(type_name).collect::<Vec<_>>().join(" or "),
    }
}

fn type_name(json: JsonType) -> &'static str {
    match json {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "an object",
        JsonType::String => "a string",
    }
}

fn items(list: &Value) -> String {
    match list.as_array().map_or(0, Vec::len) {
        1 => "1 item".to_owned(),
        n => format!("{n} items"),
    }
}

fn number(limit: &Value) -> String {
    match limit.as_f64() {
        Some(n) if n.fract() == 0.0 && n.abs() < 1e15 => format!("{n:.0}"),
        _ => limit.to_string(),
    }
}

/// The allowed texts, at most twelve of them.
fn choices(options: &Value) -> String {
    const SHOWN: usize = 12;
    let options: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let named: Vec<&str> = options.iter().copied().take(SHOWN).collect();
    match options.len().saturating_sub(SHOWN) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// A value as it is named in a message.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => Value::from(cut(text)).to_string(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// At most 60 characters of a text.
fn cut(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
