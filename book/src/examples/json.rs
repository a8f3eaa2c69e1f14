//! JSON that keeps the order of its keys, as a frame was sent.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A JSON value; scalars as JSON writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json {
    Scalar(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Longest array or object that is shown on one line.
const LINE: usize = 68;

impl Json {
    /// With every array of more than `longest` elements cut to all but one of them, and a note for the rest.
    pub(crate) fn shortened(self, longest: usize) -> Json {
        match self {
            Json::Scalar(_) => self,
            Json::Object(fields) => {
                Json::Object(fields.into_iter().map(|(k, v)| (k, v.shortened(longest))).collect())
            }
            Json::Array(items) => {
                let total = items.len();
                let kept = if total > longest { longest - 1 } else { total };
                let mut items: Vec<Json> =
                    items.into_iter().take(kept).map(|i| i.shortened(longest)).collect();
                if kept < total {
                    items.push(text(&format!("… {} more", total - kept)));
                }
                Json::Array(items)
            }
        }
    }

    /// The action, if it is a CALL.
    pub(crate) fn action(&self) -> Option<&str> {
        match self {
            Json::Array(parts) if parts.len() == 4 => {
                parts.get(2)?.word().filter(|_| parts.first() == Some(&Json::Scalar("2".to_owned())))
            }
            _ => None,
        }
    }

    /// The message id, if it is a frame.
    pub(crate) fn message_id(&self) -> Option<&str> {
        match self {
            Json::Array(parts) => parts.get(1)?.word(),
            _ => None,
        }
    }

    fn word(&self) -> Option<&str> {
        match self {
            Json::Scalar(s) => s.strip_prefix('"')?.strip_suffix('"'),
            _ => None,
        }
    }

    /// On one line.
    pub(crate) fn compact(&self) -> String {
        self.line(",", ":")
    }

    fn line(&self, comma: &str, colon: &str) -> String {
        match self {
            Json::Scalar(s) => s.clone(),
            Json::Array(items) => {
                format!("[{}]", items.iter().map(|i| i.line(comma, colon)).collect::<Vec<_>>().join(comma))
            }
            Json::Object(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(k, v)| format!("{}{colon}{}", quoted(k), v.line(comma, colon)))
                    .collect();
                format!("{{{}}}", fields.join(comma))
            }
        }
    }

    /// For reading: what is short stays on its line.
    pub(crate) fn indented(&self) -> String {
        match self {
            // A frame: type, id and action stay on the first line.
            Json::Array(parts)
                if self.message_id().is_some() && self.line(", ", ": ").chars().count() > LINE =>
            {
                let head: Vec<&Json> = parts.iter().take_while(|p| matches!(p, Json::Scalar(_))).collect();
                let first: String = head.iter().map(|p| p.line(", ", ": ") + ", ").collect();
                let rest: Vec<String> = parts.iter().skip(head.len()).map(|p| p.block(0)).collect();
                format!("[{first}{}]", rest.join(", "))
            }
            _ => self.block(0),
        }
    }

    fn block(&self, depth: usize) -> String {
        let line = self.line(", ", ": ");
        if line.chars().count() + depth <= LINE {
            return line;
        }
        let (pad, end) = (" ".repeat(depth + 2), " ".repeat(depth));
        match self {
            Json::Scalar(_) => line,
            Json::Array(items) => {
                let items: Vec<String> =
                    items.iter().map(|i| format!("{pad}{}", i.block(depth + 2))).collect();
                format!("[\n{}\n{end}]", items.join(",\n"))
            }
            Json::Object(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(k, v)| format!("{pad}{}: {}", quoted(k), v.block(depth + 2)))
                    .collect();
                format!("{{\n{}\n{end}}}", fields.join(",\n"))
            }
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn text(content: &str) -> Json {
    Json::Scalar(quoted(content))
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Json, D::Error> {
        d.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Scalar("null".to_owned()))
    }
    fn visit_bool<E>(self, v: bool) -> Result<Json, E> {
        Ok(Json::Scalar(v.to_string()))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Json, E> {
        Ok(Json::Scalar(v.to_string()))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Json, E> {
        Ok(Json::Scalar(v.to_string()))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Json, E> {
        Ok(Json::Scalar(serde_json::Value::from(v).to_string()))
    }
    fn visit_str<E>(self, v: &str) -> Result<Json, E> {
        Ok(text(v))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry::<String, Json>()? {
            fields.push(field);
        }
        Ok(Json::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_numbers_stay_as_they_were() {
        let raw = r#"[2,"a","X",{"b":1,"a":[1.5,-2,true,null,"ü\""]}]"#;
        assert_eq!(serde_json::from_str::<Json>(raw).unwrap().compact(), raw);
    }

    #[test]
    fn the_head_of_a_frame_stays_on_one_line() {
        let raw = format!(r#"[2,"a","X",{{"k":"{}"}}]"#, "x".repeat(60));
        let lines = serde_json::from_str::<Json>(&raw).unwrap().indented();
        assert!(lines.starts_with("[2, \"a\", \"X\", {\n  \"k\": "), "{lines}");
        assert!(lines.ends_with("\n}]"), "{lines}");
    }

    #[test]
    fn what_is_long_is_broken_into_lines() {
        let raw = format!(r#"{{"short":[1,2],"long":["{}","{}"]}}"#, "x".repeat(40), "y".repeat(40));
        let json: Json = serde_json::from_str(&raw).unwrap();
        let lines = json.indented();
        assert!(lines.starts_with("{\n  \"short\": [1, 2],\n  \"long\": [\n    \"x"), "{lines}");
        assert_eq!(serde_json::from_str::<Json>(&lines).unwrap(), json);
    }
}
