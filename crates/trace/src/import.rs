//! Recordings of stations made with other tools: one frame a line, in JSON
//! (`{"t": "2026-01-31T12:00:00Z", "dir": "rx", "frame": [2, "1", "Heartbeat", {}]}`).
//!
//! Such a recording has no hash chain and says nothing of connections, so it is material for tests and for
//! finding out what a station is, never evidence of a run.

use crate::{Body, ConnId, Direction, Record, Seq};
use jiff::Timestamp;
use ocpp::Version;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The connection all frames of a recording are put on.
pub(crate) const CONN: ConnId = ConnId(1);

/// Stands where a recording says nothing of the station and its address.
pub(crate) const UNKNOWN: &str = "recording";

/// A line of a recording that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line} of the recording is no frame: {why}; expected an object with `t`, `dir` (rx or tx) and `frame`"
)]
pub struct ImportError {
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

#[derive(Deserialize)]
struct Line<'a> {
    t: Timestamp,
    dir: Direction,
    #[serde(borrow)]
    frame: &'a RawValue,
}

/// Reads a recording: a record of a connection of that version, then one record for each line.
///
/// A `frame` that is a string is the text of the frame, verbatim. Of any other `frame` the text is what stands
/// in the file without the white space between the tokens: keys that occur twice, their order and the spelling
/// of numbers are kept. Empty lines are skipped.
///
/// # Errors
/// The first line that is not of that form.
pub fn recording(text: &str, version: Version) -> Result<Vec<Record>, ImportError> {
    let mut records: Vec<Record> = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        if content.trim().is_empty() {
            continue;
        }
        let unreadable = |e: serde_json::Error| ImportError { line, why: reason(&e) };
        let Line { t, dir, frame } = serde_json::from_str(content).map_err(unreadable)?;
        if records.is_empty() {
            push(&mut records, t, connected(version));
        }
        let raw: String = match frame.get().starts_with('"') {
            true => serde_json::from_str(frame.get()).map_err(unreadable)?,
            false => compact(frame.get()),
        };
        push(&mut records, t, Body::Frame { conn: CONN, dir, lane: None, raw: raw.into() });
    }
    if records.is_empty() {
        push(&mut records, Timestamp::UNIX_EPOCH, connected(version));
    }
    Ok(records)
}

fn push(records: &mut Vec<Record>, t: Timestamp, body: Body) {
    let n = Seq(records.len() as u64);
    records.push(Record { n, t, body });
}

fn connected(version: Version) -> Body {
    Body::Connected {
        conn: CONN,
        station: UNKNOWN.to_owned(),
        peer: UNKNOWN.to_owned(),
        offered: vec![version.subprotocol().to_owned()],
        version: Some(version),
        user_agent: None,
        security: None,
    }
}

/// What serde says, without its own line number, which is always 1 here.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((what, _)) if error.column() > 0 => format!("{what} at column {}", error.column()),
        _ => text,
    }
}

/// JSON text without the white space between its tokens.
pub(crate) fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |c: &char| {
        if in_string {
            in_string = escaped || *c != '"';
            escaped = !escaped && *c == '\\';
            return true;
        }
        in_string = *c == '"';
        !matches!(c, ' ' | '\t' | '\n' | '\r')
    };
    json.chars().filter(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raws(text: &str) -> Vec<String> {
        let raw = |r: Record| match r.body {
            Body::Frame { raw, .. } => Some(raw.as_str().to_owned()),
            _ => None,
        };
        recording(text, Version::V201).unwrap().into_iter().filter_map(raw).collect()
    }

    fn line(frame: &str) -> String {
        format!("{{\"t\": \"2026-01-31T12:00:00.250Z\", \"dir\": \"rx\", \"frame\": {frame}}}\n")
    }

    #[test]
    fn a_recording_is_a_connection_and_its_frames_in_order() {
        let text = "{\"t\": \"2026-01-31T12:00:00Z\", \"dir\": \"rx\", \"frame\": [2, \"1\", \"Heartbeat\", {}]}\n\
                    {\"dir\": \"tx\", \"frame\": [3, \"1\", {}], \"t\": \"2026-01-31T12:00:01Z\", \"note\": 1}\n";
        let records = recording(text, Version::V21).unwrap();
        assert_eq!(records.iter().map(|r| r.n.0).collect::<Vec<_>>(), [0, 1, 2]);
        let Body::Connected { conn, version, offered, .. } = &records[0].body else {
            panic!("not connected")
        };
        assert_eq!((*version, offered.as_slice()), (Some(Version::V21), ["ocpp2.1".to_owned()].as_slice()));
        assert_eq!(records[0].t, records[1].t);
        assert_eq!(records[2].t.to_string(), "2026-01-31T12:00:01Z");
        let frame = |dir, raw: &str| Body::Frame { conn: *conn, dir, lane: None, raw: raw.into() };
        assert_eq!(records[1].body, frame(Direction::Rx, r#"[2,"1","Heartbeat",{}]"#));
        assert_eq!(records[2].body, frame(Direction::Tx, r#"[3,"1",{}]"#));
    }

    #[test]
    fn only_white_space_between_tokens_is_lost() {
        let frame = r#"[ 2, "a b\" c\\", "A", { "x" : 1.50e0 , "x":	[ "\u00e9 " , " é" ] } ]"#;
        let kept = r#"[2,"a b\" c\\","A",{"x":1.50e0,"x":["\u00e9 "," é"]}]"#;
        assert_eq!(raws(&line(frame)), [kept]);
    }

    #[test]
    fn a_frame_that_is_a_string_is_taken_verbatim() {
        let text = line(r#""[2, \"1\", \"Heart""#) + &line(r#""""#);
        assert_eq!(raws(&text), [r#"[2, "1", "Heart"#, ""]);
    }

    #[test]
    fn anything_may_stand_as_a_frame() {
        assert_eq!(raws(&(line("null") + &line("{ \"a\" : 1 }") + &line("[]"))), ["null", "{\"a\":1}", "[]"]);
    }

    #[test]
    fn an_empty_recording_is_a_connection_without_frames() {
        assert_eq!(recording("\n \n", Version::V201).unwrap().len(), 1);
    }

    #[test]
    fn the_line_that_cannot_be_read_is_named() {
        for (bad, why) in [
            ("{", "EOF"),
            ("[]", "invalid length 0"),
            (r#"{"dir": "rx", "frame": []}"#, "missing field `t`"),
            (r#"{"t": "yesterday", "dir": "rx", "frame": []}"#, "as year"),
            (r#"{"t": "2026-01-31T12:00:00Z", "dir": "up", "frame": []}"#, "unknown variant `up`"),
            (r#"{"t": "2026-01-31T12:00:00Z", "dir": "rx"}"#, "missing field `frame`"),
            (r#"{"t": "2026-01-31T12:00:00Z", "dir": "rx", "frame": [}"#, "expected value at column"),
        ] {
            let text = format!("{}\n{bad}\n", line("[]"));
            let error = recording(&text, Version::V201).unwrap_err();
            assert_eq!(error.line, 3, "{bad}");
            assert!(error.why.contains(why) && !error.why.contains("line 1"), "{bad}: {error}");
        }
    }
}
