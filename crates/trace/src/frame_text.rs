//! The text of a frame, with what it says: read once, however many checks look at it.

use ocpp::Version;
use ocpp::frame::{self, Frame, Reading};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// Greatest whole number that a double holds exactly, with all below it.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The text of a frame, verbatim. Clones share it and what was read from it; a changed text is another one, so that
/// what was read never differs from it. In JSON and in comparisons it is its text.
#[derive(Clone)]
pub struct FrameText(Arc<Shared>);

struct Shared {
    text: String,
    /// What it says by each version's rules, once somebody asked.
    v201: OnceLock<Reading>,
    v21: OnceLock<Reading>,
}

impl FrameText {
    /// The text, verbatim.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The frame it holds, read tolerantly by the rules of a version; `None` if it cannot be read. Whole numbers of
    /// its payload are integers, however they are spelt.
    pub fn frame(&self, version: Version) -> Option<&Frame> {
        self.reading(version).frame.as_ref().ok()
    }

    /// The same, with everything that is wrong with the framing.
    pub fn reading(&self, version: Version) -> &Reading {
        let read = match version {
            Version::V201 => &self.0.v201,
            Version::V21 => &self.0.v21,
        };
        read.get_or_init(|| read_whole(&self.0.text, version))
    }
}

fn read_whole(text: &str, version: Version) -> Reading {
    let mut reading = frame::read(text, version);
    if let Ok(Frame::Call { payload, .. } | Frame::CallResult { payload, .. } | Frame::Send { payload, .. }) =
        &mut reading.frame
    {
        make_whole(payload);
    }
    reading
}

/// Writes `1.0` as `1` everywhere in a payload. To the schemas both are whole numbers, so a station may send an
/// id or a `seqNo` either way.
fn make_whole(value: &mut Value) {
    match value {
        Value::Number(n) if n.is_f64() => {
            if let Some(whole) = n.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < EXACT) {
                *value = Value::from(whole as i64);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(make_whole),
        Value::Object(fields) => fields.values_mut().for_each(make_whole),
        _ => {}
    }
}

impl From<String> for FrameText {
    fn from(text: String) -> FrameText {
        FrameText(Arc::new(Shared { text, v201: OnceLock::new(), v21: OnceLock::new() }))
    }
}

impl From<&str> for FrameText {
    fn from(text: &str) -> FrameText {
        text.to_owned().into()
    }
}

impl Deref for FrameText {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for FrameText {
    fn eq(&self, other: &FrameText) -> bool {
        self.as_str() == other.as_str()
    }
}

impl PartialEq<str> for FrameText {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl fmt::Debug for FrameText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Display for FrameText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Serialize for FrameText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for FrameText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<FrameText, D::Error> {
        String::deserialize(from).map(FrameText::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whole_numbers_are_read_however_they_are_spelt() {
        let payload = r#"{"id": 1.0, "list": [2.5, -3.0, 1e300, 7], "text": "4.0"}"#;
        let text = FrameText::from(format!(r#"[2,"1","X",{payload}]"#));
        let read = text.frame(Version::V201).and_then(Frame::payload).unwrap();
        assert_eq!(read, &json!({"id": 1, "list": [2.5, -3, 1e300, 7], "text": "4.0"}));
    }

    #[test]
    fn each_version_reads_by_its_own_rules_in_either_order() {
        let send = r#"[6,"1","NotifyPeriodicEventStream",{}]"#;
        for versions in [[Version::V201, Version::V21], [Version::V21, Version::V201]] {
            let text = FrameText::from(send);
            for version in versions {
                let afresh = frame::read(send, version).frame.ok();
                assert_eq!(text.frame(version), afresh.as_ref(), "{version:?}");
            }
        }
    }

    #[test]
    fn a_frame_is_read_once_for_all_clones() {
        let text = FrameText::from(r#"[3,"1",{}]"#);
        let clone = text.clone();
        let read = text.frame(Version::V21).unwrap();
        assert!(std::ptr::eq(read, clone.frame(Version::V21).unwrap()));
    }

    #[test]
    fn in_json_it_is_its_text() {
        let text = FrameText::from("\u{1F50C} not a frame \" \\");
        assert_eq!(text.frame(Version::V201), None);
        let json = serde_json::to_string(&text).unwrap();
        assert_eq!(json, serde_json::to_string(text.as_str()).unwrap());
        assert_eq!(serde_json::from_str::<FrameText>(&json).unwrap(), text);
    }
}
