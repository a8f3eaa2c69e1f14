//! The record: one thing that happened, in the order it happened.

use crate::{FrameText, Refusal, Secured, UploadEvent, UploadProtocol};
use jiff::Timestamp;
use ocpp::Version;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Version of the evidence format this crate writes.
pub const SCHEMA_VERSION: u32 = 1;

/// Number of a record: its position in the trace, from 0. Positions, not times, order a trace.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The record after this one.
    pub fn next(self) -> Seq {
        Seq(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Number of a WebSocket connection within a run, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnId(pub u32);

/// A lane: the line of acts and waits of one scenario. Order matters only inside a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LaneId(pub u32);

/// Which way a frame went, seen from the suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the station.
    Rx,
    /// To the station.
    Tx,
}

/// Who ended a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Closer {
    /// The station sent a close frame or ended the stream.
    Station,
    /// The suite did.
    Suite,
    /// The transport failed, or a limit or the WebSocket protocol was violated.
    Fault,
}

/// Close code and reason of a close frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseWith {
    /// The code (RFC 6455, 7.4).
    pub code: u16,
    /// The reason.
    pub reason: String,
}

/// A record with its number and time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Number of the record.
    pub n: Seq,
    /// Wall time, from `net`'s clock.
    pub t: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub body: Body,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Body {
    /// First record of a run: format version and everything a replay needs to plan it again.
    Run {
        /// Format of the evidence.
        schema_version: u32,
        /// Version of the suite.
        suite: String,
        /// Hash over all feature files.
        features: String,
        /// Run options, as the suite wrote them.
        options: serde_json::Value,
    },
    /// A file the run rests on, verbatim.
    Input {
        /// What it is: `archetype`, `declaration`, `features` (a laboratory's own) or `expected-failures`.
        role: String,
        /// File name, for messages.
        name: String,
        /// The text.
        text: String,
    },
    /// A station opened a WebSocket.
    Connected {
        /// The connection.
        conn: ConnId,
        /// Station identity, percent-decoded from the URL path.
        station: String,
        /// Remote address.
        peer: String,
        /// Subprotocols the station offered, in its order.
        offered: Vec<String>,
        /// The version agreed; `None` when there is none in common.
        version: Option<Version>,
        /// `User-Agent` header.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_agent: Option<String>,
        /// What the connection is secured with; `None` in evidence from before this was recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        security: Option<Box<Secured>>,
    },
    /// A connection attempt was refused before it became a WebSocket.
    Refused {
        /// Remote address.
        peer: String,
        /// Why.
        reason: String,
        /// What is known of the attempt; `None` in evidence from before this was recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        details: Option<Box<Refusal>>,
    },
    /// A WebSocket ended.
    Closed {
        /// The connection.
        conn: ConnId,
        /// Who ended it.
        by: Closer,
        /// Close code, if a close frame was seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u16>,
        /// Close reason or error text.
        reason: String,
    },
    /// A text frame, verbatim.
    Frame {
        /// The connection.
        conn: ConnId,
        /// Which way.
        dir: Direction,
        /// The lane that sent it; `None` for frames of the station and for automatic replies.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lane: Option<LaneId>,
        /// The text.
        raw: FrameText,
    },
    /// A binary frame from the station (OCPP uses text only), as base64.
    Binary {
        /// The connection.
        conn: ConnId,
        /// The bytes.
        base64: String,
    },
    /// A frame a lane wanted to send while no station was connected.
    Unsent {
        /// The lane.
        lane: LaneId,
        /// The text.
        raw: FrameText,
    },
    /// The suite closed or cut the connection on purpose.
    Hangup {
        /// The lane.
        lane: LaneId,
        /// Politely (close frame) or by cutting the stream.
        polite: bool,
        /// Close code and reason, where a lane chose them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        close: Option<CloseWith>,
    },
    /// From here on the suite lets nobody in, or somebody again: a time without a CSMS. Connections that are
    /// open stay open.
    Offline {
        /// The lane.
        lane: LaneId,
        /// Whether nobody is let in.
        offline: bool,
    },
    /// From here on the CSMS answers the station's CALLs by itself in this way.
    Policy {
        /// The lane.
        lane: LaneId,
        /// The policy, as `net` writes it.
        policy: serde_json::Value,
    },
    /// Something happened on an upload server of the suite.
    Upload {
        /// The upload that was expected, as named by its URL; `None` where the path names none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upload: Option<String>,
        /// The server.
        protocol: UploadProtocol,
        /// Remote address.
        peer: String,
        /// Number of the request within the run, over all servers, from 1; its beginning and its end carry the
        /// same. 0 where there is no request.
        request: u32,
        /// What happened.
        event: UploadEvent,
    },
    /// A value that did not come from a frame was handed to a lane (a time, a person's answer …).
    Fresh {
        /// The lane.
        lane: LaneId,
        /// What was asked.
        what: String,
        /// The value.
        value: serde_json::Value,
    },
    /// A stimulus was asked of the rig, and what it said. Its word is never evidence.
    Stimulus {
        /// The lane.
        lane: LaneId,
        /// The physical effect asked for.
        effect: serde_json::Value,
        /// How it was bound: `protocol`, `hook`, `operator`, `passive`.
        binding: String,
        /// What the binding answered.
        answer: serde_json::Value,
    },
    /// A lane's wait reached its limit.
    Deadline {
        /// The lane.
        lane: LaneId,
        /// What was waited for.
        what: String,
        /// The limit in milliseconds.
        ms: u64,
    },
    /// A scenario began.
    Begin {
        /// The lane.
        lane: LaneId,
        /// Scenario id and row, for people reading the file.
        scenario: String,
        /// The row judged.
        row: String,
        /// EVSE, if the row is on one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evse: Option<u32>,
        /// Connector, if the row is on one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        connector: Option<u32>,
    },
    /// A step began.
    Step {
        /// The lane.
        lane: LaneId,
        /// Its text.
        text: String,
    },
    /// A verdict was reached.
    Verdict {
        /// The lane.
        lane: LaneId,
        /// The verdict, as in `result.json`.
        verdict: serde_json::Value,
    },
    /// What the run says of itself that follows from no other record. It stands before the end, so that
    /// `result.json` can be compared byte for byte.
    #[serde(rename_all = "camelCase")]
    Account {
        /// Commit the suite was built from.
        commit: Option<String>,
        /// Milliseconds spent waiting for the station.
        waiting_for_station_ms: u64,
        /// Milliseconds that the scenarios prescribed.
        mandated_ms: u64,
    },
    /// Last record of a run that was not interrupted.
    End {
        /// Why it ended: `complete`, or what stopped it.
        why: String,
    },
}

impl Body {
    /// The lane this record belongs to, if it is one a lane wrote.
    pub fn lane(&self) -> Option<LaneId> {
        match self {
            Body::Frame { lane, .. } => *lane,
            Body::Unsent { lane, .. }
            | Body::Hangup { lane, .. }
            | Body::Offline { lane, .. }
            | Body::Policy { lane, .. }
            | Body::Fresh { lane, .. }
            | Body::Stimulus { lane, .. }
            | Body::Deadline { lane, .. }
            | Body::Begin { lane, .. }
            | Body::Step { lane, .. }
            | Body::Verdict { lane, .. } => Some(*lane),
            _ => None,
        }
    }
}
