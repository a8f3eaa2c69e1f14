//! The bytes that are signed: a line that says what they are, then the JSON value in canonical form (RFC 8785).
//!
//! Canonical form: no white space, keys in order, strings with the shortest escapes. Certificates contain no
//! numbers but whole ones, so the rules of the RFC for fractions are not needed; a value with a fraction is
//! refused. Our keys are all ASCII, so the order of UTF-16 units is that of bytes.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The bytes signed for a value: `what`, a line feed, the canonical text. `None` where there is no such text.
pub fn signed_bytes(what: &str, value: &Value) -> Option<Vec<u8>> {
    let mut text = format!("{what}\n");
    write(&mut text, value)?;
    Some(text.into_bytes())
}

fn write(out: &mut String, value: &Value) -> Option<()> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(n) => {
            // Beyond 2^53 other readers round.
            let whole = n.as_i64().filter(|n| n.unsigned_abs() <= 1 << 53)?;
            write!(out, "{whole}").ok()?;
        }
        Value::String(s) => out.push_str(&serde_json::to_string(s).ok()?),
        Value::Array(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write(out, item)?;
            }
            out.push(']');
        }
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            out.push('{');
            for (n, (key, item)) in sorted.into_iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                out.push_str(&serde_json::to_string(key).ok()?);
                out.push(':');
                write(out, item)?;
            }
            out.push('}');
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(value: &Value) -> Option<String> {
        signed_bytes("x", value).map(|b| String::from_utf8(b).unwrap())
    }

    #[test]
    fn white_space_and_the_order_of_keys_do_not_matter() {
        let a: Value = serde_json::from_str(r#"{"b": [1, true, null], "a": {"d": "", "c": -3}}"#).unwrap();
        let b: Value = serde_json::from_str(r#"{"a":{"c":-3,"d":""},"b":[1,true,null]}"#).unwrap();
        assert_eq!(text(&a), text(&b));
        assert_eq!(text(&a).unwrap(), "x\n{\"a\":{\"c\":-3,\"d\":\"\"},\"b\":[1,true,null]}");
    }

    #[test]
    fn strings_have_the_shortest_escapes() {
        let value = json!("\u{20ac}$\u{f}\nA'B\"\\\\\"/");
        assert_eq!(text(&value).unwrap(), "x\n\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
    }

    #[test]
    fn fractions_have_no_canonical_form_here() {
        assert_eq!(text(&json!({"a": 1.5})), None);
    }
}
