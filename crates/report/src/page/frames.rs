//! Records as the page shows them: frames verbatim, everything else in a few words.

use ocpp::Version;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trace::{Body, Direction, Record};

/// Characters of a frame that are kept; the page says how long it was.
const LONGEST: usize = 12_000;

/// A record of the page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shown {
    /// Milliseconds since the first record.
    t: i64,
    /// `rx`, `tx`, or the kind of the record.
    kind: &'static str,
    /// What it is, in a few words.
    label: String,
    /// The text of a frame, verbatim, or cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<String>,
    /// Characters of the whole frame, if it was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<usize>,
}

/// The records with these numbers.
pub(super) fn shown(
    records: &[Record],
    wanted: impl Iterator<Item = u64>,
    version: Version,
) -> BTreeMap<u64, Shown> {
    let wanted: BTreeSet<u64> = wanted.collect();
    let mut actions: BTreeMap<(bool, String), String> = BTreeMap::new();
    let Some(start) = records.first().map(|r| r.t) else { return BTreeMap::new() };
    let mut all = BTreeMap::new();
    for r in records {
        let label = label(&r.body, &mut actions, version);
        if wanted.contains(&r.n.0) {
            let (kind, raw, length) = text(&r.body);
            let t = i64::try_from(r.t.duration_since(start).as_millis()).unwrap_or(i64::MAX);
            all.insert(r.n.0, Shown { t, kind, label, raw, length });
        }
    }
    all
}

fn text(body: &Body) -> (&'static str, Option<String>, Option<usize>) {
    let cut = |raw: &str| match raw.char_indices().nth(LONGEST) {
        Some((at, _)) => (raw.get(..at).map(str::to_owned), Some(raw.chars().count())),
        None => (Some(raw.to_owned()), None),
    };
    let (kind, (raw, length)) = match body {
        Body::Frame { dir: Direction::Rx, raw, .. } => ("rx", cut(raw)),
        Body::Frame { dir: Direction::Tx, raw, .. } => ("tx", cut(raw)),
        Body::Unsent { raw, .. } => ("unsent", cut(raw)),
        Body::Binary { base64, .. } => ("binary", cut(base64)),
        Body::Stimulus { .. } => ("stimulus", (None, None)),
        Body::Deadline { .. } => ("deadline", (None, None)),
        Body::Connected { .. } => ("connected", (None, None)),
        Body::Closed { .. } => ("closed", (None, None)),
        Body::Step { .. } => ("step", (None, None)),
        _ => ("note", (None, None)),
    };
    (kind, raw, length)
}

/// What a record is, in a few words. Answers are named after the CALL they answer, which came before.
fn label(body: &Body, actions: &mut BTreeMap<(bool, String), String>, version: Version) -> String {
    match body {
        Body::Frame { dir, raw, .. } => {
            let from_station = *dir == Direction::Rx;
            let head = head(raw);
            let named = |n: usize| head.get(n).and_then(Value::as_str).unwrap_or("?").to_owned();
            match head.first().and_then(Value::as_u64) {
                Some(2 | 6) => {
                    actions.insert((from_station, named(1)), named(2));
                    named(2)
                }
                Some(3) => {
                    let action = actions.get(&(!from_station, named(1)));
                    let status = status(raw).map_or(String::new(), |s| format!(": {s}"));
                    format!("{} response{status}", action.map_or("unasked", String::as_str))
                }
                Some(4 | 5) => format!("error {}", named(2)),
                _ => format!("no frame of OCPP {version}"),
            }
        }
        Body::Unsent { raw, .. } => {
            let head = head(raw);
            format!("not sent, no connection: {}", head.get(2).and_then(Value::as_str).unwrap_or("a frame"))
        }
        Body::Binary { .. } => "a binary frame".to_owned(),
        Body::Connected { station, version, .. } => match version {
            Some(v) => format!("{station} connected, OCPP {v}"),
            None => format!("{station} connected without a common version"),
        },
        Body::Refused { reason, .. } => format!("refused: {reason}"),
        Body::Closed { reason, by, .. } => format!("connection ended by {by:?}: {reason}").to_lowercase(),
        Body::Hangup { polite, .. } => {
            if *polite { "the suite closes the connection" } else { "the suite cuts the connection" }
                .to_owned()
        }
        Body::Stimulus { effect, binding, .. } => {
            format!("stimulus ({binding}): {}", effect_in_words(effect))
        }
        Body::Fresh { what, value, .. } => format!("{what}: {value}"),
        Body::Deadline { what, ms, .. } => format!("deadline after {ms} ms: {what}"),
        Body::Step { text, .. } => text.clone(),
        Body::End { why } => format!("end: {why}"),
        other => serde_json::to_value(other)
            .ok()
            .and_then(|v| v.get("kind").and_then(Value::as_str).map(str::to_owned))
            .unwrap_or_else(|| "record".to_owned()),
    }
}

/// An effect in a few words.
pub(super) fn effect_in_words(effect: &Value) -> String {
    let of = |path: &str| effect.pointer(path).and_then(Value::as_str);
    let place = ["/component/evse/id", "/component/evse/connectorId"]
        .iter()
        .filter_map(|p| effect.pointer(p).map(ToString::to_string))
        .collect::<Vec<_>>()
        .join(".");
    match (of("/component/name"), of("/variable/name"), of("/value")) {
        (Some(c), Some(v), Some(value)) => {
            let at = if place.is_empty() { String::new() } else { format!(" at {place}") };
            format!("{c}.{v}{at} becomes {value}")
        }
        _ => of("/effect").map_or_else(|| effect.to_string(), str::to_owned),
    }
}

/// The elements of a frame before its payload. The payload of a long frame is not read for that.
fn head(raw: &str) -> Vec<Value> {
    let Some(rest) = raw.trim_start().strip_prefix('[') else { return Vec::new() };
    let mut elements = Vec::new();
    let mut at = rest;
    while elements.len() < 3 && !at.trim_start().starts_with(['{', '[', ']']) {
        let mut stream = serde_json::Deserializer::from_str(at).into_iter::<Value>();
        let Some(Ok(value)) = stream.next() else { break };
        elements.push(value);
        let read = stream.byte_offset();
        let after = at.get(read..).unwrap_or_default().trim_start();
        let Some(next) = after.strip_prefix(',') else { break };
        at = next;
    }
    elements
}

/// The status an answer carries, if it carries one.
fn status(raw: &str) -> Option<String> {
    // A report of thousands of lines has no status.
    let short = raw.len() < 4_000;
    let frame: Value = short.then(|| serde_json::from_str(raw).ok()).flatten()?;
    let payload = frame.get(2)?;
    let own = payload.get("status").and_then(Value::as_str);
    let result = ["setMonitoringResult", "setVariableResult", "getVariableResult", "clearMonitoringResult"]
        .iter()
        .find_map(|k| {
            payload.get(k)?.get(0)?.as_object()?.iter().find(|(k, _)| k.ends_with("tatus"))?.1.as_str()
        });
    own.or(result).map(str::to_owned)
}

/// The id of a message.
pub(super) fn message_id(raw: &str) -> Option<String> {
    head(raw).get(1)?.as_str().map(str::to_owned)
}

/// Whether a frame answers another.
pub(super) fn is_answer(raw: &str) -> bool {
    matches!(head(raw).first().and_then(Value::as_u64), Some(3..=5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_frame_is_read_without_its_payload() {
        assert_eq!(head(r#"[2,"a","Heartbeat",{"broken"#).len(), 3);
        assert_eq!(head(r#"[3,"a",{}]"#).len(), 2);
        assert_eq!(head("not JSON").len(), 0);
        assert_eq!(message_id(r#" [ 3 , "x" , {} ]"#).as_deref(), Some("x"));
        assert!(is_answer(r#"[4,"x","InternalError","",{}]"#) && !is_answer(r#"[2,"x","A",{}]"#));
    }

    #[test]
    fn an_answer_is_named_after_what_it_answers_with_its_status() {
        let mut actions = BTreeMap::new();
        let mut say = |dir, raw: &str| {
            let body = Body::Frame { conn: trace::ConnId(1), dir, lane: None, raw: raw.into() };
            label(&body, &mut actions, Version::V201)
        };
        assert_eq!(say(Direction::Tx, r#"[2,"1","Reset",{}]"#), "Reset");
        assert_eq!(say(Direction::Rx, r#"[3,"1",{"status":"Accepted"}]"#), "Reset response: Accepted");
        assert_eq!(say(Direction::Rx, r#"[3,"2",{}]"#), "unasked response");
        assert_eq!(say(Direction::Rx, r#"[4,"2","InternalError","",{}]"#), "error InternalError");
        assert_eq!(say(Direction::Rx, "nonsense"), "no frame of OCPP 2.0.1");
    }

    #[test]
    fn a_long_frame_is_cut_and_its_length_said() {
        let raw = "é".repeat(LONGEST + 5);
        let body = Body::Frame { conn: trace::ConnId(1), dir: Direction::Rx, lane: None, raw: raw.into() };
        let (_, kept, length) = text(&body);
        assert_eq!((kept.unwrap().chars().count(), length), (LONGEST, Some(LONGEST + 5)));
    }
}
