//! What tests of the checks are told in: a conversation that becomes records, and short words for results.

use crate::{Check, Code, Window};
use jiff::{SignedDuration, Timestamp};
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::{Value, json};
use trace::{Body, Closer, ConnId, Direction, Record, Seq};

/// When every story begins.
pub(crate) const START: &str = "2026-01-31T12:00:00Z";

/// A conversation with a station, told in order.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) records: Vec<Record>,
    version: Version,
    conn: u32,
    ids: u32,
    asked: String,
    /// Time that passed without a record, in milliseconds.
    lapsed: i64,
}

impl Story {
    /// A station has connected with OCPP 2.0.1.
    pub(crate) fn begins() -> Story {
        Story::begins_in(Version::V201)
    }

    /// A station has connected.
    pub(crate) fn begins_in(version: Version) -> Story {
        let story = Story { records: Vec::new(), version, conn: 0, ids: 0, asked: String::new(), lapsed: 0 };
        story.connects()
    }

    /// The station opens a (further) connection.
    pub(crate) fn connects(mut self) -> Story {
        self.conn += 1;
        let body = Body::Connected {
            conn: ConnId(self.conn),
            station: "CS001".into(),
            peer: "127.0.0.1:50000".into(),
            offered: vec![self.version.subprotocol().into()],
            version: Some(self.version),
            user_agent: None,
            security: None,
        };
        self.then(body)
    }

    /// Time passes in which nothing is recorded.
    pub(crate) fn later(mut self, seconds: f64) -> Story {
        self.lapsed += (seconds * 1000.0) as i64;
        self
    }

    /// The time of the last record.
    pub(crate) fn now(&self) -> Timestamp {
        self.records.last().unwrap().t
    }

    /// The connection ends.
    pub(crate) fn breaks_off(self) -> Story {
        let conn = ConnId(self.conn);
        self.then(Body::Closed { conn, by: Closer::Suite, code: None, reason: String::new() })
    }

    /// The connection ends and the station opens another.
    pub(crate) fn reconnects(self) -> Story {
        let conn = ConnId(self.conn);
        let closed = Body::Closed { conn, by: Closer::Station, code: Some(1001), reason: String::new() };
        self.then(closed).connects()
    }

    /// The station boots and is accepted at once.
    pub(crate) fn boots(self) -> Story {
        self.announces_itself("PowerUp").and_is_told(json!({"status": "Accepted", "interval": 300}))
    }

    /// The station sends BootNotification with a reason; nothing is answered yet.
    pub(crate) fn announces_itself(self, reason: &str) -> Story {
        self.calls("BootNotification", boot(reason))
    }

    /// The station sends a CALL and is answered with `{}`.
    pub(crate) fn says(self, action: &str, payload: Value) -> Story {
        self.calls(action, payload).and_is_told(json!({}))
    }

    /// The station sends a CALL; nothing is answered yet.
    pub(crate) fn calls(mut self, action: &str, payload: Value) -> Story {
        let id = self.new_id();
        self.frame(Direction::Rx, Frame::call(id, action, payload))
    }

    /// The suite answers the last CALL.
    pub(crate) fn and_is_told(self, payload: Value) -> Story {
        let id = self.asked.clone();
        self.frame(Direction::Tx, Frame::call_result(id, payload))
    }

    /// The suite sends a CALL.
    pub(crate) fn receives(mut self, action: &str, payload: Value) -> Story {
        let id = self.new_id();
        self.frame(Direction::Tx, Frame::call(id, action, payload))
    }

    /// The station answers the last CALL.
    pub(crate) fn answers(self, payload: Value) -> Story {
        let id = self.asked.clone();
        self.frame(Direction::Rx, Frame::call_result(id, payload))
    }

    /// The station sends a frame of any kind.
    pub(crate) fn sends(self, frame: Frame) -> Story {
        self.frame(Direction::Rx, frame)
    }

    /// The station sends a text.
    pub(crate) fn sends_text(self, raw: &str) -> Story {
        let conn = ConnId(self.conn);
        self.then(Body::Frame { conn, dir: Direction::Rx, lane: None, raw: raw.into() })
    }

    /// The suite sends a text.
    pub(crate) fn receives_text(self, raw: &str) -> Story {
        let conn = ConnId(self.conn);
        self.then(Body::Frame { conn, dir: Direction::Tx, lane: None, raw: raw.into() })
    }

    /// The station sends a binary frame.
    pub(crate) fn sends_binary(self) -> Story {
        let conn = ConnId(self.conn);
        self.then(Body::Binary { conn, base64: "AAEC".into() })
    }

    /// The station sends one NotifyEvent with these events, as the only message about them.
    pub(crate) fn notifies(self, events: impl IntoIterator<Item = Value>) -> Story {
        self.notifies_part(0, false, events)
    }

    /// The station sends a NotifyEvent that may be one of several about its events.
    pub(crate) fn notifies_part(
        self,
        seq_no: i64,
        tbc: bool,
        events: impl IntoIterator<Item = Value>,
    ) -> Story {
        let data: Vec<Value> = events.into_iter().collect();
        let payload = json!({"generatedAt": START, "seqNo": seq_no, "tbc": tbc, "eventData": data});
        self.says("NotifyEvent", payload)
    }

    /// Anything else that may be in a trace.
    pub(crate) fn then(mut self, body: Body) -> Story {
        let n = Seq(self.records.len() as u64);
        let start: Timestamp = START.parse().unwrap();
        let t = start + SignedDuration::from_millis(100 * n.0 as i64 + self.lapsed);
        self.records.push(Record { n, t, body });
        self
    }

    /// All of it.
    pub(crate) fn window(&self) -> Window<'_> {
        Window::new(&self.records, self.version)
    }

    /// The number of the last record.
    pub(crate) fn last(&self) -> Seq {
        Seq(self.records.len() as u64 - 1)
    }

    fn new_id(&mut self) -> String {
        self.ids += 1;
        self.asked = format!("id-{}", self.ids);
        self.asked.clone()
    }

    fn frame(self, dir: Direction, frame: Frame) -> Story {
        let body = Body::Frame { conn: ConnId(self.conn), dir, lane: None, raw: frame.to_text().into() };
        self.then(body)
    }
}

/// A valid BootNotification.
pub(crate) fn boot(reason: &str) -> Value {
    json!({"reason": reason, "chargingStation": {"model": "M", "vendorName": "V"}})
}

/// The codes of what does not hold.
pub(crate) fn codes<'a>(checks: impl IntoIterator<Item = &'a Check>) -> Vec<Code> {
    let code = |c: &Check| match c {
        Check::Broken(f) => Some(f.code),
        _ => None,
    };
    checks.into_iter().filter_map(code).collect()
}

/// Whether there is something, and all of it holds.
pub(crate) fn all_hold<'a>(checks: impl IntoIterator<Item = &'a Check>) -> bool {
    let mut checks = checks.into_iter().peekable();
    checks.peek().is_some() && checks.all(|c| matches!(c, Check::Held(_)))
}

/// What was observed instead, of a check that does not hold.
pub(crate) fn observed(check: &Check) -> &str {
    match check {
        Check::Broken(f) => &f.observed,
        other => panic!("not broken: {other:?}"),
    }
}

/// The records a check rests on.
pub(crate) fn evidence(check: &Check) -> &[Seq] {
    match check {
        Check::Held(e) => e.records(),
        Check::Broken(f) => &f.evidence,
        Check::Open { evidence, .. } => evidence,
        Check::Void(_) => &[],
    }
}
