//! The live link: a station that is there now.

use super::{Act, Asked, Met, OutgoingCall, Sent, Wait, WaitFor, is_loss};
use crate::rig::Refused;
use crate::{Rig, Stop};
use net::csms::Csms;
use net::upload::Uploads;
use net::{Clock, Log};
use serde_json::{Value, json};
use spec::Effect;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;
use trace::{Body, LaneId, Record, Seq};

/// Where the time of a run went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timing {
    /// From the first record to the last.
    pub wall: Duration,
    /// Waiting for a station to connect and for its answers.
    pub waiting_for_station: Duration,
    /// Critical path of the waits the test prescribes; lanes that waited side by side count once.
    pub mandated: Duration,
}

/// A station that is there now.
pub struct Live {
    csms: Csms,
    uploads: Option<Uploads>,
    log: Log,
    rig: Box<dyn Rig>,
    stop: watch::Receiver<bool>,
    waiting_for_station: Cell<Duration>,
    mandated: RefCell<BTreeMap<LaneId, Duration>>,
}

impl Live {
    /// Links the suite to a CSMS endpoint, its log and a rig. `stop` turning true interrupts the run.
    pub fn new(csms: Csms, log: Log, rig: Box<dyn Rig>, stop: watch::Receiver<bool>) -> Live {
        let (waiting_for_station, mandated) = (Cell::default(), RefCell::default());
        Live { csms, uploads: None, log, rig, stop, waiting_for_station, mandated }
    }

    /// With servers that files can be uploaded to.
    #[must_use]
    pub fn with_uploads(self, uploads: Uploads) -> Live {
        Live { uploads: Some(uploads), ..self }
    }

    pub(crate) fn uploads(&self) -> Option<&Uploads> {
        self.uploads.as_ref()
    }

    pub(crate) fn csms(&self) -> &Csms {
        &self.csms
    }

    /// The clock of the run.
    pub fn clock(&self) -> &Clock {
        self.log.clock()
    }

    /// How stimuli are bound.
    pub fn binding(&self) -> &'static str {
        self.rig.binding()
    }

    /// Why the evidence is not kept, if it is not.
    pub fn trouble(&self) -> Option<String> {
        self.log.with(|t| t.trouble().map(str::to_owned))
    }

    /// Appends a record that belongs to no lane, or to one.
    pub fn append(&self, body: Body) -> Seq {
        self.log.append(body)
    }

    /// Looks at all records.
    pub fn records<R>(&self, f: impl FnOnce(&[Record]) -> R) -> R {
        self.log.with(|t| f(t.records()))
    }

    /// Time spent waiting so far, outside and inside groups of lanes side by side.
    pub fn waiting_for_station(&self) -> Duration {
        self.waiting_for_station.get()
    }

    /// Takes the longest mandated wait of the lanes since the last call: one group's critical path.
    pub fn take_mandated(&self) -> Duration {
        std::mem::take(&mut *self.mandated.borrow_mut()).into_values().max().unwrap_or_default()
    }

    pub(super) async fn call(&self, lane: LaneId, call: &OutgoingCall<'_>) -> Sent {
        let sent = self.csms.call(lane, call.id, call.action, call.payload.clone()).await;
        self.on_its_connection(sent.seq)
    }

    pub(super) async fn raw(&self, lane: LaneId, text: &str) -> Sent {
        let sent = self.csms.send_raw(lane, text.to_owned()).await;
        self.on_its_connection(sent.seq)
    }

    fn on_its_connection(&self, seq: Seq) -> Sent {
        let conn = self.log.with(|t| match t.records().get(usize::try_from(seq.0).ok()?)?.body {
            Body::Frame { conn, .. } => Some(conn),
            _ => None,
        });
        Sent { seq, conn }
    }

    pub(super) fn act(&self, lane: LaneId, act: &Act) -> Seq {
        match act {
            Act::HangUp { polite } => self.csms.hang_up(lane, *polite),
            Act::Close(close) => self.csms.close(lane, close.clone()),
            Act::Offline(offline) => self.csms.set_offline(lane, *offline),
            Act::Answer(policy) => self.csms.set_policy(lane, (**policy).clone()),
        }
    }

    pub(super) fn release(&self, id: &str) {
        self.csms.release(id);
    }

    pub(super) async fn until(
        &self,
        lane: LaneId,
        wait: &Wait,
        is: &mut dyn FnMut(&Record) -> bool,
    ) -> Result<Met, Stop> {
        let began = self.log.clock().elapsed();
        let met = self.watch(lane, wait, is).await;
        let took = self.log.clock().elapsed().saturating_sub(began);
        match wait.kind {
            WaitFor::Station => self.waiting_for_station.set(self.waiting_for_station.get() + took),
            WaitFor::Mandated => *self.mandated.borrow_mut().entry(lane).or_default() += took,
        }
        met
    }

    async fn watch(
        &self,
        lane: LaneId,
        wait: &Wait,
        is: &mut dyn FnMut(&Record) -> bool,
    ) -> Result<Met, Stop> {
        let limit = tokio::time::sleep(wait.limit);
        tokio::pin!(limit);
        let mut stop = self.stop.clone();
        let mut next = wait.from.0;
        loop {
            if let Some(met) = self.scan(&mut next, wait, is) {
                return Ok(met);
            }
            if wait.heeds_interruption && *stop.borrow() {
                self.append(Body::Fresh { lane, what: INTERRUPTED.to_owned(), value: Value::Bool(true) });
                return Err(Stop::Interrupted);
            }
            tokio::select! {
                biased;
                () = self.log.beyond(next) => {}
                Ok(()) = stop.changed(), if wait.heeds_interruption => {}
                () = &mut limit => {
                    // No await between this look and the record: nothing can come in between.
                    if let Some(met) = self.scan(&mut next, wait, is) {
                        return Ok(met);
                    }
                    let ms = u64::try_from(wait.limit.as_millis()).unwrap_or(u64::MAX);
                    return Ok(Met::Deadline(self.append(Body::Deadline { lane, what: wait.what.clone(), ms })));
                }
            }
        }
    }

    fn scan(&self, next: &mut u64, wait: &Wait, is: &mut dyn FnMut(&Record) -> bool) -> Option<Met> {
        self.log.with(|t| {
            let from = usize::try_from(*next).unwrap_or(usize::MAX);
            for record in t.records().get(from..).unwrap_or_default() {
                *next = record.n.0 + 1;
                if is(record) {
                    return Some(Met::At(record.n));
                }
                if is_loss(record, wait) {
                    return Some(Met::Lost(record.n));
                }
            }
            None
        })
    }

    /// Asks the rig. An interruption ends the question where it is heeded: what was begun is put back after the
    /// scenario.
    pub(super) async fn stimulus(&self, lane: LaneId, effect: &Effect, heeds: bool) -> Result<Asked, Stop> {
        let binding = self.rig.binding().to_owned();
        let as_json = serde_json::to_value(effect).map_err(|e| Stop::Bug(e.to_string()))?;
        let asked = self.append(Body::Stimulus { lane, effect: as_json, binding, answer: Value::Null });
        let mut stop = self.stop.clone();
        let interrupted = || {
            self.append(Body::Fresh { lane, what: INTERRUPTED.to_owned(), value: Value::Bool(true) });
            Stop::Interrupted
        };
        let said = tokio::select! {
            biased;
            said = self.within_limit(effect) => said,
            Ok(_) = stop.wait_for(|stop| *stop), if heeds => return Err(interrupted()),
        };
        if said.is_err() && heeds && *self.stop.borrow() {
            return Err(interrupted());
        }
        let value = match &said {
            Ok(()) => json!({ "ok": true }),
            Err(refused) if refused.untouched => json!({ "error": refused.why, "untouched": true }),
            Err(refused) => json!({ "error": refused.why }),
        };
        let answered = self.append(Body::Fresh { lane, what: RIG_SAID.to_owned(), value });
        Ok((asked, answered, said))
    }

    async fn within_limit(&self, effect: &Effect) -> Result<(), Refused> {
        let Some(limit) = self.rig.limit() else { return self.rig.apply(effect).await };
        tokio::time::timeout(limit, self.rig.apply(effect)).await.unwrap_or_else(|_| {
            Err(Refused::failed(format!("the rig did not answer within {} s", limit.as_secs())))
        })
    }
}

/// What the record of an interruption is called.
pub(super) const INTERRUPTED: &str = "the run was interrupted";
/// What the record of a rig's answer is called.
pub(super) const RIG_SAID: &str = "the rig's answer";
