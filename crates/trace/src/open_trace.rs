//! Traces that other programs read: JSON lines as specified by open-ocpp-trace, version 1.1
//! (`github.com/open-ocpp-trace/specification`, `schema/trace-v1.schema.json`).
//!
//! A trace holds frames only, and only those it has a word for: CALL, CALLRESULT and CALLERROR. It has no hash
//! chain and no verdicts, so it is never evidence of a run.

use crate::import::{CONN, UNKNOWN, compact, reason};
use crate::{Body, ConnId, Direction, Record, Seq};
use jiff::Timestamp;
use ocpp::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Version of the format that is written. Any `1.x` is read.
pub const SCHEMA_VERSION: &str = "1.1";

/// A line of a trace, as written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    schema_version: &'a str,
    timestamp: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ocpp_version: Option<&'a str>,
    transport: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    charge_point_id: Option<&'a str>,
    direction: &'a str,
    #[serde(flatten)]
    message: Message,
    raw: &'a str,
    meta: Meta,
}

/// What a frame says, taken apart.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorSaid>,
}

#[derive(Serialize)]
struct ErrorSaid {
    code: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Box<RawValue>>,
}

/// Where a frame stands in the evidence. Extensions of the format belong in here.
#[derive(Serialize)]
struct Meta {
    record: u64,
    connection: u32,
}

/// A trace, and what did not fit into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The lines.
    pub text: String,
    /// Frames that the format has no word for: broken ones, and the kinds that came with OCPP 2.1.
    pub left_out: Vec<Seq>,
}

/// The frames of a run as a trace.
pub fn export(records: &[Record]) -> Exported {
    let mut connections: BTreeMap<ConnId, (&str, Option<Version>)> = BTreeMap::new();
    let mut exported = Exported { text: String::new(), left_out: Vec::new() };
    for r in records {
        match &r.body {
            Body::Connected { conn, station, version, .. } => {
                connections.insert(*conn, (station, *version));
            }
            Body::Frame { conn, dir, raw, .. } => {
                let (station, version) = connections.get(conn).copied().unzip();
                let line = message(raw).and_then(|message| {
                    let line = Line {
                        schema_version: SCHEMA_VERSION,
                        timestamp: r.t,
                        ocpp_version: version.flatten().map(Version::as_str),
                        transport: "json",
                        charge_point_id: station,
                        direction: match dir {
                            Direction::Rx => "cp-to-csms",
                            Direction::Tx => "csms-to-cp",
                        },
                        message,
                        raw,
                        meta: Meta { record: r.n.0, connection: conn.0 },
                    };
                    serde_json::to_string(&line).ok()
                });
                match line {
                    Some(line) => exported.text.extend([line.as_str(), "\n"]),
                    None => exported.left_out.push(r.n),
                }
            }
            _ => {}
        }
    }
    exported
}

/// Takes a frame apart. Values keep their spelling; only white space between tokens goes.
fn message(raw: &str) -> Option<Message> {
    let parts: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
    let at = |n: usize| parts.get(n).copied();
    let text = |n: usize| at(n).and_then(|v| serde_json::from_str::<String>(v.get()).ok());
    let kept = |n: usize| at(n).and_then(|v| RawValue::from_string(compact(v.get())).ok());
    let id = text(1);
    let made = |message_type, action, payload, error| {
        Some(Message { message_type, message_id: id.clone(), action, payload, error })
    };
    match at(0)?.get() {
        "2" => made("CALL", Some(text(2)?), kept(3), None),
        "3" => made("CALLRESULT", None, kept(2), None),
        "4" => {
            let error =
                ErrorSaid { code: text(2)?, description: text(3).unwrap_or_default(), details: kept(4) };
            made("CALLERROR", None, None, Some(error))
        }
        _ => None,
    }
}

/// A line of a trace, as read: what others add to it is ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ForeignLine {
    schema_version: String,
    timestamp: Timestamp,
    ocpp_version: Option<String>,
    transport: String,
    charge_point_id: Option<String>,
    direction: String,
    message_type: String,
    message_id: Option<String>,
    action: Option<String>,
    payload: Option<Box<RawValue>>,
    raw: Option<String>,
    error: Option<Value>,
}

/// A line of a trace that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the trace: {why}")]
pub struct ImportError {
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

/// Reads a trace of one station: a record of its connection, then one record for each line.
///
/// The verbatim frame is taken where a line has it; otherwise the frame is put together from its fields.
///
/// # Errors
/// The first line that is not of the format, is about another station or OCPP version than the lines before, or
/// about a version or transport that is not judged here.
pub fn import(text: &str) -> Result<Vec<Record>, ImportError> {
    let mut records: Vec<Record> = Vec::new();
    let mut about: Option<(String, Version)> = None;
    for (line, content) in (1..).zip(text.lines()) {
        if content.trim().is_empty() {
            continue;
        }
        let wrong = |why: String| ImportError { line, why };
        let read: ForeignLine = serde_json::from_str(content).map_err(|e| wrong(reason(&e)))?;
        let (station, version) = subject(&read, about.as_ref()).map_err(wrong)?;
        if records.is_empty() {
            push(&mut records, read.timestamp, connected(&station, version));
        }
        about = Some((station, version));
        let dir = match read.direction.as_str() {
            "cp-to-csms" => Direction::Rx,
            "csms-to-cp" => Direction::Tx,
            other => {
                return Err(wrong(format!("the direction {other:?} is neither cp-to-csms nor csms-to-cp")));
            }
        };
        let raw = match &read.raw {
            Some(raw) => raw.clone(),
            None => frame(&read).map_err(wrong)?,
        };
        push(&mut records, read.timestamp, Body::Frame { conn: CONN, dir, lane: None, raw: raw.into() });
    }
    match records.is_empty() {
        true => Err(ImportError { line: 1, why: "there is no line in it".to_owned() }),
        false => Ok(records),
    }
}

/// The station and version a line is about; what it leaves out is as before.
fn subject(line: &ForeignLine, before: Option<&(String, Version)>) -> Result<(String, Version), String> {
    if !line.schema_version.starts_with("1.") {
        return Err(format!("schemaVersion {:?} is not read, only 1.x is", line.schema_version));
    }
    if line.transport != "json" {
        return Err(format!("the transport {:?} is not judged here, only json is", line.transport));
    }
    let version = match (&line.ocpp_version, before) {
        (Some(text), _) => {
            let version = text.parse::<Version>();
            version.map_err(|_| format!("ocppVersion {text:?} is not judged here, only 2.0.1 and 2.1 are"))?
        }
        (None, Some((_, version))) => *version,
        (None, None) => return Err("the first line has no ocppVersion".to_owned()),
    };
    let station = match (&line.charge_point_id, before) {
        (Some(id), _) => id.clone(),
        (None, Some((id, _))) => id.clone(),
        (None, None) => UNKNOWN.to_owned(),
    };
    match before {
        Some((id, _)) if *id != station => Err(format!("it is about {station}, the lines before about {id}")),
        Some((_, v)) if *v != version => Err(format!("it is OCPP {version}, the lines before are {v}")),
        _ => Ok((station, version)),
    }
}

/// A frame from the fields of a line.
fn frame(line: &ForeignLine) -> Result<String, String> {
    let id = json(line.message_id.as_deref().unwrap_or_default());
    let payload = line.payload.as_ref().map_or_else(|| "{}".to_owned(), |p| compact(p.get()));
    match line.message_type.as_str() {
        "CALL" => {
            let action = line.action.as_deref().ok_or("a CALL without action")?;
            Ok(format!("[2,{id},{},{payload}]", json(action)))
        }
        "CALLRESULT" => Ok(format!("[3,{id},{payload}]")),
        "CALLERROR" => {
            let of = |key: &str| line.error.as_ref().and_then(|e| e.get(key));
            let text = |key: &str| of(key).and_then(Value::as_str).unwrap_or_default();
            let details = of("details").map_or_else(|| "{}".to_owned(), Value::to_string);
            Ok(format!("[4,{id},{},{},{details}]", json(text("code")), json(text("description"))))
        }
        other => Err(format!("the messageType {other:?} is none of CALL, CALLRESULT and CALLERROR")),
    }
}

/// Text as a JSON string.
fn json(text: &str) -> String {
    Value::from(text).to_string()
}

/// The connection all frames of a trace are put on.
fn connected(station: &str, version: Version) -> Body {
    Body::Connected {
        conn: CONN,
        station: station.to_owned(),
        peer: UNKNOWN.to_owned(),
        offered: vec![version.subprotocol().to_owned()],
        version: Some(version),
        user_agent: None,
        security: None,
    }
}

fn push(records: &mut Vec<Record>, t: Timestamp, body: Body) {
    let n = Seq(records.len() as u64);
    records.push(Record { n, t, body });
}

#[cfg(test)]
mod tests;
