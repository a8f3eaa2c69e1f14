//! A lane: the acts and waits of one scenario, in order. It cannot tell a live station from a recording.

use crate::Stop;
use crate::link::{Act, Link, Live, Met, OutgoingCall, Wait, WaitFor};
use judge::answer::{Answer, Reply};
use judge::{Paged, Part, Window};
use net::csms::Policy;
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::{Value, json};
use spec::Effect;
use std::time::Duration;
use trace::{Body, CloseWith, ConnId, Direction, LaneId, Record, Seq};

/// The acts and waits of one scenario.
pub struct Lane {
    id: LaneId,
    link: Link,
    version: Version,
    /// How many of the lane's own records there are so far.
    cursor: usize,
    /// Last record this lane knows of: the end of what checks may look at.
    now: Seq,
    calls: u32,
    reports: i64,
    conn: Option<ConnId>,
    heeds_interruption: bool,
    /// What the rig was asked for, and whether that changed nothing.
    asked: Vec<(Effect, bool)>,
}

impl Lane {
    /// A lane that has done nothing yet.
    pub fn new(id: LaneId, link: Link, version: Version) -> Lane {
        Lane {
            id,
            link,
            version,
            cursor: 0,
            now: Seq(0),
            calls: 0,
            reports: 0,
            conn: None,
            heeds_interruption: true,
            asked: Vec::new(),
        }
    }

    /// Its number.
    pub fn id(&self) -> LaneId {
        self.id
    }

    /// From now on an interruption of the run ends no wait: what was changed is put back first.
    pub(crate) fn cleans_up(&mut self) {
        self.heeds_interruption = false;
    }

    /// The last record the lane knows of.
    pub fn now(&self) -> Seq {
        self.now
    }

    /// Writes a record of this lane.
    ///
    /// # Errors
    /// When a recording has something else here.
    pub fn own(&mut self, body: Body) -> Result<Seq, Stop> {
        let seq = self.link.own(self.id, &mut self.cursor, body)?;
        self.now = self.now.max(seq);
        Ok(seq)
    }

    /// What a check receives: the records from `from` up to the last one this lane knows of.
    pub fn since<R>(&self, from: Seq, look: impl FnOnce(Window<'_>) -> R) -> R {
        self.link.window(from, self.now, self.version, look)
    }

    /// Sends a CALL and waits for its answer.
    ///
    /// # Errors
    /// When the run is interrupted or a recording differs.
    pub async fn call(&mut self, action: &str, payload: Value, limit: Duration) -> Result<Answer, Stop> {
        self.calls += 1;
        let id = format!("d{}-{}", self.id.0, self.calls);
        let raw = Frame::call(id.as_str(), action, payload.clone()).to_text();
        let outgoing = OutgoingCall { id: &id, action, payload: &payload, raw };
        let sent = self.link.call(self.id, &mut self.cursor, &outgoing).await?;
        self.now = self.now.max(sent.seq);
        let answer =
            |reply| Answer { action: action.to_owned(), request: payload.clone(), sent: sent.seq, reply };
        if sent.conn.is_none() {
            return Ok(answer(Reply::Unsent { at: sent.seq }));
        }
        self.conn = sent.conn;
        let version = self.version;
        let mut reply = None;
        let what = format!("the answer to {action}");
        let met = self.until(sent.seq, limit, &what, WaitFor::Station, |record| {
            reply = reply_to(record, &id, version);
            reply.is_some()
        });
        let met = met.await;
        self.link.release(&id);
        Ok(answer(match (met?, reply) {
            (Met::Deadline(at), _) => {
                Reply::Silence { at, ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX) }
            }
            (Met::At(_), Some(reply)) => reply,
            (Met::Lost(at) | Met::At(at), _) => Reply::Lost { at },
        }))
    }

    /// Sends any text, well-formed or not, whatever is outstanding. Returns its record.
    ///
    /// # Errors
    /// When a recording differs.
    pub async fn raw(&mut self, text: &str) -> Result<Seq, Stop> {
        let sent = self.link.raw(self.id, &mut self.cursor, text).await?;
        self.now = self.now.max(sent.seq);
        self.conn = sent.conn.or(self.conn);
        Ok(sent.seq)
    }

    /// A message id for a CALL that is sent by [`Lane::raw`].
    pub fn fresh_id(&mut self) -> String {
        self.calls += 1;
        format!("d{}-{}", self.id.0, self.calls)
    }

    fn act(&mut self, act: &Act) -> Result<Seq, Stop> {
        let seq = self.link.act(self.id, &mut self.cursor, act)?;
        self.now = self.now.max(seq);
        Ok(seq)
    }

    /// Ends the connection: politely with a close frame, or by cutting the stream. Its end ends no later wait of
    /// this lane.
    ///
    /// # Errors
    /// When a recording differs.
    pub fn hang_up(&mut self, polite: bool) -> Result<Seq, Stop> {
        self.conn = None;
        self.act(&Act::HangUp { polite })
    }

    /// Ends the connection with a code and a reason of the close frame.
    ///
    /// # Errors
    /// When a recording differs.
    pub fn close(&mut self, code: u16, reason: &str) -> Result<Seq, Stop> {
        self.conn = None;
        self.act(&Act::Close(CloseWith { code, reason: reason.to_owned() }))
    }

    /// From here on lets nobody in, or somebody again. An open connection stays open.
    ///
    /// # Errors
    /// When a recording differs.
    pub fn offline(&mut self, offline: bool) -> Result<Seq, Stop> {
        self.act(&Act::Offline(offline))
    }

    /// From here on answers the station's CALLs in this way.
    ///
    /// # Errors
    /// When a recording differs.
    pub fn answer_with(&mut self, policy: Policy) -> Result<Seq, Stop> {
        self.act(&Act::Answer(Box::new(policy)))
    }

    /// Waits until a station has connected again after a record. `None` if none did in time.
    ///
    /// # Errors
    /// When the run is interrupted or a recording differs.
    pub async fn reconnected(&mut self, from: Seq, limit: Duration) -> Result<Option<Seq>, Stop> {
        self.conn = None;
        let what = "the station to connect again";
        let is = |r: &Record| matches!(r.body, Body::Connected { version: Some(_), .. });
        Ok(match self.until(from, limit, what, WaitFor::Station, is).await? {
            Met::At(at) => Some(at),
            Met::Deadline(_) | Met::Lost(_) => None,
        })
    }

    /// Waits for a CALL (or SEND) of the station, from a record on. `None` if none came in time.
    ///
    /// # Errors
    /// When the run is interrupted or a recording differs.
    pub async fn heard(
        &mut self,
        from: Seq,
        limit: Duration,
        action: &str,
        kind: WaitFor,
        mut is: impl FnMut(&Value) -> bool,
    ) -> Result<Option<(Seq, Value)>, Stop> {
        let (version, mut found) = (self.version, None);
        let met = self
            .until(from, limit, action, kind, |record| {
                found = said(record, action, version).filter(|payload| is(payload)).cloned();
                found.is_some()
            })
            .await?;
        match met {
            Met::At(at) => Ok(found.map(|payload| (at, payload))),
            Met::Deadline(_) => Ok(None),
            Met::Lost(at) => Err(Stop::open(format!("the connection was lost while {action} was due"), [at])),
        }
    }

    /// Waits for a record. The connection of the lane's last CALL being lost ends the wait too.
    ///
    /// # Errors
    /// When the run is interrupted or a recording differs.
    pub async fn until(
        &mut self,
        from: Seq,
        limit: Duration,
        what: &str,
        kind: WaitFor,
        mut is: impl FnMut(&Record) -> bool,
    ) -> Result<Met, Stop> {
        let heeds_interruption = self.heeds_interruption;
        let wait = Wait { from, limit, what: what.to_owned(), conn: self.conn, kind, heeds_interruption };
        let met = self.link.until(self.id, &mut self.cursor, &wait, &mut is).await?;
        let (Met::At(seq) | Met::Deadline(seq) | Met::Lost(seq)) = met;
        self.now = self.now.max(seq);
        Ok(met)
    }

    /// Waits until the station has connected anew and its BootNotification was accepted. The end of the old
    /// connection is part of it.
    ///
    /// # Errors
    /// When the run is interrupted or a recording differs.
    pub async fn booted(&mut self, from: Seq, limit: Duration) -> Result<Option<Seq>, Stop> {
        self.conn = None;
        let version = self.version;
        let (mut fresh, mut ids) = (false, Vec::new());
        let what = "the station to reboot";
        let met = self.until(from, limit, what, WaitFor::Station, |record| {
            fresh |= matches!(record.body, Body::Connected { version: Some(_), .. });
            fresh && accepted_boot(record, version, &mut ids)
        });
        Ok(match met.await? {
            Met::At(at) => Some(at),
            Met::Deadline(_) | Met::Lost(_) => None,
        })
    }

    /// Waits until a BootNotification was answered, whatever the answer, and gives its status. `anew`: only on a
    /// connection that was opened after the record; else the time waited is one that the test prescribes. The end of
    /// a connection is part of it.
    ///
    /// # Errors
    /// When the run is interrupted or a recording differs.
    pub async fn boot_answered(
        &mut self,
        from: Seq,
        limit: Duration,
        anew: bool,
    ) -> Result<Option<(Seq, String)>, Stop> {
        self.conn = None;
        let version = self.version;
        let (mut fresh, mut ids, mut status) = (!anew, Vec::new(), None);
        let what = "a BootNotification of the station";
        let kind = if anew { WaitFor::Station } else { WaitFor::Mandated };
        let met = self.until(from, limit, what, kind, |record| {
            fresh |= matches!(record.body, Body::Connected { version: Some(_), .. });
            status = boot_reply(record, version, &mut ids).filter(|_| fresh);
            status.is_some()
        });
        Ok(match (met.await?, status) {
            (Met::At(at), Some(status)) => Some((at, status)),
            _ => None,
        })
    }

    /// A report id no other request of the run has.
    pub fn report_id(&mut self) -> i64 {
        self.reports += 1;
        i64::from(self.id.0) * 100 + self.reports
    }

    /// Waits for the parts of a report that was accepted.
    ///
    /// Parts may have come before the response, and the report may never end; both are for the check to
    /// say. The window starts at the request.
    ///
    /// # Errors
    /// When the run is interrupted, the connection is lost, or a recording differs.
    pub async fn report(
        &mut self,
        answer: &Answer,
        action: &str,
        request_id: i64,
        limit: Duration,
    ) -> Result<Paged, Stop> {
        let mut parts: Vec<Part> = Vec::new();
        let version = self.version;
        let what = format!("the last part of report {request_id}");
        let met = self
            .until(answer.sent, limit, &what, WaitFor::Station, |record| {
                let part = report_part(record, action, request_id, version);
                let last = part.as_ref().is_some_and(|p| !p.tbc);
                parts.extend(part);
                last
            })
            .await?;
        match met {
            Met::Lost(at) => Err(Stop::open("the connection was lost during a report", [answer.sent, at])),
            Met::At(_) | Met::Deadline(_) => Ok(Paged { response: answer.reply.at(), parts }),
        }
    }

    /// Asks for a physical effect. Returns the record from which on its consequences are looked for.
    ///
    /// # Errors
    /// `NotExercised` when the rig could not do it.
    pub async fn stimulus(&mut self, effect: &Effect) -> Result<Seq, Stop> {
        let heeds = self.heeds_interruption;
        let said = self.link.stimulus(self.id, &mut self.cursor, effect, heeds).await;
        let untouched = matches!(&said, Ok((.., Err(refused))) if refused.untouched);
        self.asked.push((effect.clone(), untouched));
        let (asked, answered, said) = said?;
        self.now = self.now.max(answered);
        said.map(|()| asked).map_err(|refused| Stop::NotExercised(format!("{effect}: {}", refused.why)))
    }

    /// Whether the rig was asked for something that this effect would undo, and never changed anything.
    pub(crate) fn left_untouched(&self, effect: &Effect) -> bool {
        let mut asked = self.asked.iter().filter(|(e, _)| e.concerns_the_same(effect)).peekable();
        asked.peek().is_some() && asked.all(|(_, untouched)| *untouched)
    }

    /// Hands a value to the scenario that did not come from a frame, and records it.
    ///
    /// # Errors
    /// When a recording differs.
    pub fn note(&mut self, what: &str, value: Value) -> Result<Seq, Stop> {
        let lane = self.id;
        self.own(Body::Fresh { lane, what: what.to_owned(), value })
    }

    /// Hands the scenario a value that only a live run can have, and records it; a replay reads it back.
    ///
    /// # Errors
    /// When a recording differs.
    pub(crate) fn fresh(
        &mut self,
        what: &str,
        make: impl FnOnce(&Live) -> Value,
    ) -> Result<(Seq, Value), Stop> {
        let (seq, value) = self.link.fresh(self.id, &mut self.cursor, what, make)?;
        self.now = self.now.max(seq);
        Ok((seq, value))
    }

    /// Marks the start of a scenario.
    ///
    /// # Errors
    /// When a recording differs.
    pub fn begin(&mut self, subject: &judge::Subject) -> Result<Seq, Stop> {
        let body = Body::Begin {
            lane: self.id,
            scenario: subject.scenario.clone().unwrap_or_default(),
            row: subject.row.to_string(),
            evse: subject.place.evse,
            connector: subject.place.connector,
        };
        self.own(body)
    }

    /// A harmless CALL that any living station answers in some way.
    ///
    /// # Errors
    /// When the run is interrupted or a recording differs.
    pub async fn sign_of_life(&mut self, limit: Duration) -> Result<Answer, Stop> {
        let element = json!({ "component": { "name": "ClockCtrlr" }, "variable": { "name": "DateTime" } });
        self.call("GetVariables", json!({ "getVariableData": [element] }), limit).await
    }
}

/// The reply a record holds, if it answers the CALL.
fn reply_to(record: &Record, id: &str, version: Version) -> Option<Reply> {
    // Most records are not the answer: look at the text before parsing it.
    match &record.body {
        Body::Frame { dir: Direction::Rx, raw, .. } if raw.contains(id) => {}
        _ => return None,
    }
    let at = record.n;
    match judge::frame_of(record, version)?.1 {
        Frame::CallResult { id: of, payload } if of == id => {
            Some(Reply::Result { at, payload: payload.clone() })
        }
        Frame::CallError { id: of, code, description, .. } if of == id => {
            Some(Reply::Error { at, code: code.clone(), description: description.clone() })
        }
        _ => None,
    }
}

/// The payload of a CALL or SEND of the station with this action, if a record holds one.
pub(crate) fn said<'r>(record: &'r Record, action: &str, version: Version) -> Option<&'r Value> {
    match &record.body {
        Body::Frame { dir: Direction::Rx, raw, .. } if raw.contains(action) => {}
        _ => return None,
    }
    match judge::frame_of(record, version)?.1 {
        Frame::Call { action: a, payload, .. } | Frame::Send { action: a, payload, .. } if a == action => {
            Some(payload)
        }
        _ => None,
    }
}

fn report_part(record: &Record, action: &str, request_id: i64, version: Version) -> Option<Part> {
    match &record.body {
        Body::Frame { dir: Direction::Rx, raw, .. } if raw.contains(action) => {}
        _ => return None,
    }
    match judge::frame_of(record, version)?.1 {
        Frame::Call { action: a, payload, .. } if a == action => judge::part(record.n, payload, request_id),
        _ => None,
    }
}

/// Whether a record is our acceptance of a BootNotification.
pub(crate) fn accepted_boot(record: &Record, version: Version, ids: &mut Vec<String>) -> bool {
    boot_reply(record, version, ids).as_deref() == Some("Accepted")
}

/// The status of our answer to a BootNotification, if a record is one. `ids` collects those of the requests.
fn boot_reply(record: &Record, version: Version, ids: &mut Vec<String>) -> Option<String> {
    match judge::frame_of(record, version)? {
        (Direction::Rx, Frame::Call { id, action, .. }) if action == "BootNotification" => {
            ids.push(id.clone());
            None
        }
        (Direction::Tx, Frame::CallResult { id, payload }) if ids.contains(id) => {
            Some(payload.get("status").and_then(Value::as_str).unwrap_or_default().to_owned())
        }
        _ => None,
    }
}
