//! The rule on fractional seconds: at most three digits (OCPP-J, Part 4), which no schema states.

use super::violation::TIME_PRECISION;
use jsonschema::{Keyword, ValidationError};
use serde_json::Value;

/// Most fractional digits of a second.
const DIGITS: usize = 3;

/// Checks the number of fractional digits; that the text is a time at all is the affair of `format`.
pub(super) struct TimePrecision;

impl<'i> Keyword<'i> for TimePrecision {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        match fraction(instance) {
            digits if digits > DIGITS => {
                Err(ValidationError::custom(format!("{digits} fractional digits of a second")))
            }
            _ => Ok(()),
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        fraction(instance) <= DIGITS
    }
}

/// Number of digits after the point of a time.
fn fraction(time: &Value) -> usize {
    let text = time.as_str().unwrap_or_default();
    text.split_once('.').map_or(0, |(_, after)| after.bytes().take_while(u8::is_ascii_digit).count())
}

/// Adds the rule wherever a schema asks for a time.
pub(super) fn add_to(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.get("format").is_some_and(|format| format == "date-time") {
                object.insert(TIME_PRECISION.to_owned(), Value::Bool(true));
            }
            object.values_mut().for_each(add_to);
        }
        Value::Array(items) => items.iter_mut().for_each(add_to),
        _ => {}
    }
}
