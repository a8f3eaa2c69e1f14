//! Reads JSON text into a value and notes keys that occur twice, which a plain value hides.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

/// A text as JSON.
pub(super) struct Parsed {
    /// The value; of a key that occurs twice the last value.
    pub(super) value: Value,
    /// JSON pointers of the keys that occur more than once, each once.
    pub(super) duplicates: BTreeSet<String>,
}

/// Reads a text; nesting is bounded by serde_json (127 levels).
pub(super) fn parse(text: &str) -> Result<Parsed, serde_json::Error> {
    let duplicates = RefCell::new(BTreeSet::new());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Node { place: None, duplicates: &duplicates }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(Parsed { value, duplicates: duplicates.into_inner() })
}

/// Whether the text was refused for its nesting. serde_json has no typed answer for it.
pub(super) fn is_too_deep(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("recursion limit exceeded")
}

/// What can be read of the beginning of a broken frame: its message type and its message id.
pub(super) fn salvage(text: &str) -> (Option<i64>, Option<String>) {
    let Some(rest) = text.trim_start().strip_prefix('[') else { return (None, None) };
    let Some((kind, rest)) = rest.split_once(',') else { return (None, None) };
    let Ok(kind) = kind.trim().parse::<i64>() else { return (None, None) };
    let mut ids = serde_json::Deserializer::from_str(rest.trim_start()).into_iter::<String>();
    (Some(kind), ids.next().and_then(Result::ok))
}

/// Where a value sits, as a list from the inside out; nothing is allocated unless a duplicate is met.
struct Place<'p> {
    outer: Option<&'p Place<'p>>,
    step: Step<'p>,
}

enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

fn write_pointer(place: Option<&Place<'_>>, out: &mut String) {
    let Some(place) = place else { return };
    write_pointer(place.outer, out);
    out.push('/');
    match place.step {
        Step::Key(key) => out.push_str(&super::pointer_token(key)),
        Step::Index(index) => out.push_str(&index.to_string()),
    }
}

struct Node<'p> {
    place: Option<&'p Place<'p>>,
    duplicates: &'p RefCell<BTreeSet<String>>,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, v: bool) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_string<E: Error>(self, v: String) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let place = Place { outer: self.place, step: Step::Index(items.len()) };
            match seq.next_element_seed(Node { place: Some(&place), duplicates: self.duplicates })? {
                Some(item) => items.push(item),
                None => return Ok(items.into()),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let place = Place { outer: self.place, step: Step::Key(&key) };
            let value = map.next_value_seed(Node { place: Some(&place), duplicates: self.duplicates })?;
            if object.contains_key(&key) {
                let mut pointer = String::new();
                write_pointer(Some(&place), &mut pointer);
                self.duplicates.borrow_mut().insert(pointer);
            }
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_that_occur_twice_are_found_at_their_place() {
        let parsed = parse(r#"[2,{"a":1,"b":[{"x/y~z":1,"x/y~z":2}],"a":{"a":3,"a":4},"a":5}]"#).unwrap();
        assert_eq!(parsed.value, json!([2, {"a": 5, "b": [{"x/y~z": 2}]}]));
        assert_eq!(Vec::from_iter(parsed.duplicates), ["/1/a", "/1/a/a", "/1/b/0/x~1y~0z"]);
    }

    #[test]
    fn a_text_is_read_as_serde_json_reads_it() {
        for text in
            ["[]", "-1", "18446744073709551615", "1.5e3", "null", r#"{"é":"\u00e9\n","b":[true,false]}"#]
        {
            let plain: Value = serde_json::from_str(text).unwrap();
            assert_eq!(parse(text).unwrap().value, plain, "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = "[".repeat(100_000);
        assert!(parse(&deep).err().is_some_and(|e| is_too_deep(&e)));
    }

    #[test]
    fn the_beginning_of_a_broken_frame_is_salvaged() {
        assert_eq!(salvage(r#" [ 2 , "a\"b" , "Heart"#), (Some(2), Some("a\"b".into())));
        assert_eq!(salvage(r#"[3,"a"#), (Some(3), None));
        assert_eq!(salvage(r#"[2,7,{"#), (Some(2), None));
        assert_eq!(salvage("[x,"), (None, None));
        assert_eq!(salvage(r#"{"a":1"#), (None, None));
    }
}
