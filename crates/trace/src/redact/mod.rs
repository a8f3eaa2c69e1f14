//! Evidence without what is secret or personal, which still stands for the whole.
//!
//! A hidden text is replaced by a placeholder; the same text always by the same one, so that a reader still sees
//! that two cards are one. The line keeps the hash it had, so that the chain leads to the same last hash, which is
//! what a certificate signs. For each hidden text there is a commitment, SHA-256 over a salt and the text: whoever
//! has the openings can show what stood there, to one reader and for one field, and nobody else can guess it.
//!
//! What a redacted line still shows is the word of whoever redacted it: only the whole line would prove it.

mod rules;
mod span;

pub use rules::Category;

use crate::store::Line;
use crate::{Body, ChainError, Evidence, Hash, Record, Seq, hash_bytes, hash_line};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Version of the format of [`Redaction`] and [`Openings`].
pub const SCHEMA_VERSION: u32 = 1;

/// Shorter texts are hidden where a rule finds them, but not searched for elsewhere: they would be found in
/// words that have nothing to do with them.
const SHORTEST_SWEPT: usize = 6;

/// `redaction.json`: what was hidden in a redacted run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Redaction {
    /// Version of this file format. Only `1` exists.
    pub schema_version: u32,
    /// SHA-256 of the last line of the evidence before and after.
    pub evidence_hash: Hash,
    /// SHA-256 of `result.json` before.
    pub original_result: Hash,
    /// SHA-256 of `result.json` in this directory.
    pub redacted_result: Hash,
    /// SHA-256 of `evidence.jsonl` in this directory.
    pub redacted_evidence: Hash,
    /// What was hidden, in the order of the records.
    pub hidden: Vec<Hidden>,
}

/// A hidden text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hidden {
    /// The record it stood in.
    pub record: Seq,
    /// Where in the frame, or in the record if it is no frame: a JSON pointer. Empty for the whole of it.
    pub at: String,
    /// What it is.
    pub category: Category,
    /// What stands in its place.
    pub placeholder: String,
    /// SHA-256 over the salt, as written, and the text.
    pub commitment: Hash,
}

/// The other half, which stays with whoever redacted: salts and texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Openings {
    /// Version of this file format. Only `1` exists.
    pub schema_version: u32,
    /// SHA-256 of the last line of the evidence.
    pub evidence_hash: Hash,
    /// One for each hidden text, in the same order.
    pub openings: Vec<Opening>,
}

/// What a commitment is to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Opening {
    /// The record.
    pub record: Seq,
    /// Where in it.
    pub at: String,
    /// The salt, in hexadecimal.
    pub salt: String,
    /// The text.
    pub text: String,
}

/// Evidence with things hidden in it.
#[derive(Debug, Clone)]
pub struct Redacted {
    /// The lines.
    pub evidence: String,
    /// What was hidden, in the order of the records.
    pub hidden: Vec<Hidden>,
    /// What the commitments are to.
    pub openings: Vec<Opening>,
    texts: Texts,
}

impl Redacted {
    /// Hides the same texts in another text about the run. `None` where none of them is in it.
    pub fn sweep(&self, text: &str) -> Option<String> {
        self.texts.sweep_json(text)
    }
}

/// Hides what is secret or personal. `salt` gives 16 bytes of chance whenever it is asked.
///
/// # Errors
/// When the chain does not hold.
pub fn redact(bytes: &[u8], salt: &mut dyn FnMut() -> [u8; 16]) -> Result<Redacted, ChainError> {
    let records = Evidence::parse(bytes)?.records;
    let text = String::from_utf8_lossy(bytes);
    let mut texts = Texts::default();
    let found: Vec<Vec<Spot>> = records.iter().map(|r| spots(&r.body)).collect();
    for spot in found.iter().flatten() {
        texts.name(&spot.text, spot.category);
    }
    let mut out = Redacted { evidence: String::new(), hidden: Vec::new(), openings: Vec::new(), texts };
    for (line, record) in text.lines().zip(&records) {
        let mut spots = Vec::new();
        let body = hide(&record.body, &out.texts, &mut spots);
        if spots.is_empty() {
            out.evidence.extend([line, "\n"]);
            continue;
        }
        let unreadable = |e: serde_json::Error| ChainError::Unreadable { n: record.n.0, why: e.to_string() };
        let Line { prev, .. } = serde_json::from_str::<Line<Record>>(line).map_err(unreadable)?;
        let redacted = Some(hash_line(line));
        let record = Record { n: record.n, t: record.t, body };
        let line = serde_json::to_string(&Line { prev, salt: None, redacted, record: &record });
        out.evidence.extend([line.map_err(unreadable)?.as_str(), "\n"]);
        for spot in spots {
            let salt: String = salt().iter().map(|b| format!("{b:02x}")).collect();
            out.hidden.push(Hidden {
                record: record.n,
                at: spot.at.clone(),
                category: spot.category,
                placeholder: out.texts.placeholder(&spot.text),
                commitment: commitment(&salt, &spot.text),
            });
            out.openings.push(Opening { record: record.n, at: spot.at, salt, text: spot.text });
        }
    }
    Ok(out)
}

/// What is published of a hidden text.
pub fn commitment(salt: &str, text: &str) -> Hash {
    hash_bytes(format!("{salt}{text}").as_bytes())
}

/// A text to hide.
#[derive(Debug, Clone)]
struct Spot {
    at: String,
    category: Category,
    text: String,
}

/// The texts to hide and what stands in their places.
#[derive(Debug, Clone, Default)]
struct Texts {
    named: BTreeMap<String, (Category, String)>,
}

impl Texts {
    fn name(&mut self, text: &str, category: Category) {
        if !self.named.contains_key(text) {
            let number = self.named.values().filter(|(c, _)| *c == category).count() + 1;
            // Short, because many of these fields allow few characters.
            self.named.insert(text.to_owned(), (category, format!("hidden-{}-{number}", category.as_str())));
        }
    }

    fn placeholder(&self, text: &str) -> String {
        self.named.get(text).map_or_else(|| "hidden".to_owned(), |(_, p)| p.clone())
    }

    /// Hides what is inside a text; what was hidden is added to the spots.
    fn inside(&self, text: &str, at: &str, spots: &mut Vec<Spot>) -> Option<String> {
        let mut changed: Option<String> = None;
        for (hidden, (category, placeholder)) in &self.named {
            let whole = hidden == text;
            let now = changed.as_deref().unwrap_or(text);
            if whole || (hidden.chars().count() >= SHORTEST_SWEPT && now.contains(hidden.as_str())) {
                changed = Some(now.replace(hidden.as_str(), placeholder));
                spots.push(Spot { at: at.to_owned(), category: *category, text: hidden.clone() });
            }
            if whole {
                break;
            }
        }
        changed
    }

    /// Hides what is inside the strings of a JSON document, all else byte for byte as it was.
    fn document(&self, text: &str, only: Option<&[Spot]>, spots: &mut Vec<Spot>) -> Option<String> {
        let strings = span::strings(text)?;
        let mut out = String::with_capacity(text.len());
        let (mut done, mut changed) = (0, false);
        for (at, range) in strings {
            let Some(json) = text.get(range.clone()) else { continue };
            let Ok(read) = serde_json::from_str::<String>(json) else { continue };
            let named = only.is_some_and(|o| o.iter().any(|s| s.at == at && s.text == read));
            let replaced = if named || read.chars().count() >= SHORTEST_SWEPT {
                self.inside(&read, &at, spots)
            } else {
                None
            };
            if let Some(replaced) = replaced {
                out.push_str(text.get(done..range.start).unwrap_or_default());
                out.push_str(&Value::from(replaced).to_string());
                done = range.end;
                changed = true;
            }
        }
        out.push_str(text.get(done..).unwrap_or_default());
        changed.then_some(out)
    }

    fn sweep_json(&self, text: &str) -> Option<String> {
        self.document(text, None, &mut Vec::new())
    }
}

/// The texts to hide in a record.
fn spots(body: &Body) -> Vec<Spot> {
    let of = |value: &Value, action: Option<&str>| {
        let spot = |(at, category): (String, Category)| {
            let text = value.pointer(&at)?.as_str()?.to_owned();
            Some(Spot { at, category, text })
        };
        rules::find(value, action).into_iter().filter_map(spot).collect::<Vec<_>>()
    };
    match body {
        Body::Frame { raw, .. } | Body::Unsent { raw, .. } => match serde_json::from_str::<Value>(raw) {
            Ok(frame) => of(&frame, frame.get(2).and_then(Value::as_str)),
            Err(_) if rules::suspicious(raw) => {
                vec![Spot { at: String::new(), category: Category::Secret, text: raw.as_str().to_owned() }]
            }
            Err(_) => Vec::new(),
        },
        // The suite's own files are published; a declaration is about a product and nobody's life.
        Body::Input { .. } | Body::Run { .. } | Body::Verdict { .. } => Vec::new(),
        other => serde_json::to_value(other).map(|v| of(&v, None)).unwrap_or_default(),
    }
}

/// A record with everything hidden that is to be hidden. What was hidden is added to the spots.
fn hide(body: &Body, texts: &Texts, hidden: &mut Vec<Spot>) -> Body {
    let found = spots(body);
    let mut body = body.clone();
    match &mut body {
        Body::Frame { raw, .. } | Body::Unsent { raw, .. } => {
            let changed = match span::strings(raw) {
                Some(_) => texts.document(raw, Some(&found), hidden),
                None => texts.inside(raw, "", hidden),
            };
            if let Some(changed) = changed {
                *raw = changed.into();
            }
            body
        }
        Body::Input { role, .. } if role != "declaration" => body,
        Body::Run { .. } => body,
        _ => {
            let text = serde_json::to_string(&body).unwrap_or_default();
            let changed = texts.document(&text, Some(&found), hidden);
            changed.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or(body)
        }
    }
}

#[cfg(test)]
mod tests;
