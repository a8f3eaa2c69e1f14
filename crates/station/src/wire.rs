//! The wire between a station and its CSMS, and who may stand on it: the seam at which deviations reorder, drop, delay,
//! add or change what passes. The station itself stays as it is, and does not notice.

use jiff::Timestamp;
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::{Value, json};
use spec::Effect;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a CALL that was put in waits for its answer.
const LAPSE: Duration = Duration::from_secs(30);
/// How long one of the station's keeps others waiting: it has given up on it before.
const STATION_LAPSE: Duration = Duration::from_secs(60);

/// When a CALL sent at a time keeps others waiting no longer.
fn lapse(own: &BTreeSet<String>, id: &str, sent: Duration) -> Duration {
    sent.saturating_add(if own.contains(id) { LAPSE } else { STATION_LAPSE })
}

/// A frame on its way, with the action it belongs to: answers do not carry theirs.
#[derive(Debug, Clone)]
pub struct Passing {
    /// The action of the CALL, also of the one this answers; empty where it is not known.
    pub action: String,
    /// The frame.
    pub frame: Frame,
}

impl Passing {
    /// The payload, if it is a CALL with this action.
    pub fn call(&mut self, action: &str) -> Option<&mut Value> {
        match &mut self.frame {
            Frame::Call { action: a, payload, .. } if a == action => Some(payload),
            _ => None,
        }
    }

    /// The payload, if it is the response to a CALL with this action.
    pub fn result(&mut self, action: &str) -> Option<&mut Value> {
        match &mut self.frame {
            Frame::CallResult { payload, .. } if self.action == action => Some(payload),
            _ => None,
        }
    }

    /// The payload, whatever it is.
    pub fn payload(&mut self) -> Option<&mut Value> {
        match &mut self.frame {
            Frame::Call { payload, .. } | Frame::CallResult { payload, .. } => Some(payload),
            _ => None,
        }
    }

    /// The elements of a list of a CALL with this action; none of anything else.
    pub fn each_of_call(&mut self, action: &str, list: &str) -> impl Iterator<Item = &mut Value> {
        elements(self.call(action), list)
    }

    /// The elements of a list of the response to a CALL with this action; none of anything else.
    pub fn each_of_result(&mut self, action: &str, list: &str) -> impl Iterator<Item = &mut Value> {
        elements(self.result(action), list)
    }

    /// Whether it is a CALL, of either side.
    pub fn is_call(&self) -> bool {
        matches!(self.frame, Frame::Call { .. })
    }

    /// The message id.
    pub fn id(&self) -> String {
        self.frame.id().to_owned()
    }
}

fn elements<'p>(payload: Option<&'p mut Value>, list: &str) -> impl Iterator<Item = &'p mut Value> {
    payload.and_then(|p| p.get_mut(list)).and_then(Value::as_array_mut).into_iter().flatten()
}

/// Who stands between station and CSMS. Whatever is not overridden passes unchanged.
pub trait Middle: Send {
    /// The station says something.
    fn said(&mut self, passing: Passing, wire: &mut Wire) {
        wire.send(passing.frame);
    }
    /// The CSMS asks something, or answers the station.
    fn heard(&mut self, passing: Passing, wire: &mut Wire) {
        wire.deliver(passing.frame);
    }
    /// Something is about to happen to the station from outside.
    fn happens(&mut self, effect: Effect, wire: &mut Wire) {
        wire.apply(effect);
    }
    /// The station is about to upload a file.
    fn uploads(&mut self, upload: crate::Upload) -> crate::Upload {
        upload
    }
    /// The station is connected, for the first time or again.
    fn connected(&mut self, _: &mut Wire) {}
    /// A wake-up that was asked for.
    fn woken(&mut self, _: &mut Wire) {}
    /// The station was accepted.
    fn accepted(&mut self, _: &mut Wire) {}
}

/// Someone between station and CSMS, as a runner is given them.
#[derive(Clone)]
pub struct Between(Arc<Mutex<dyn Middle>>);

impl Between {
    /// Puts someone between.
    pub fn new(middle: impl Middle + 'static) -> Between {
        Between(Arc::new(Mutex::new(middle)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, dyn Middle + 'static> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Between")
    }
}

/// Something to be done at a time.
#[derive(Debug, PartialEq)]
pub(crate) enum Act {
    Send(Frame),
    Text(String),
    Deliver(Frame),
    Apply(Effect),
    Wake,
    Cut(Option<Duration>),
}

/// What can be done from between.
#[derive(Debug)]
pub struct Wire {
    /// The version spoken.
    pub version: Version,
    /// The time of day, as the station knows it.
    pub now: Timestamp,
    /// Whether a CALL waits until the one before it was answered, as OCPP asks for.
    pub patient: bool,
    /// Whether each text goes out in many small WebSocket frames, with pings between them.
    pub fragmented: bool,
    at: Duration,
    last: u64,
    acts: BTreeMap<(Duration, u64), Act>,
    /// CALLs put in from between, whose answers the station must not see.
    own: BTreeSet<String>,
    /// CALLs that wait for an answer to the one before.
    calls: VecDeque<Frame>,
    /// CALLs that were not answered yet, and when they were sent.
    open: BTreeMap<String, Duration>,
    /// Actions of the CALLs of either side, by id.
    actions: BTreeMap<String, String>,
}

impl Wire {
    pub(crate) fn new(version: Version) -> Wire {
        let (acts, own, calls, open, actions) = Default::default();
        let (now, at) = (Timestamp::UNIX_EPOCH, Duration::ZERO);
        Wire { version, now, patient: true, fragmented: false, at, last: 0, acts, own, calls, open, actions }
    }

    /// Sends a frame to the CSMS.
    pub fn send(&mut self, frame: Frame) {
        self.send_in(Duration::ZERO, frame);
    }

    /// Sends a frame to the CSMS later.
    pub fn send_in(&mut self, delay: Duration, frame: Frame) {
        self.put(delay, Act::Send(frame));
    }

    /// Sends a text to the CSMS as it is.
    pub fn text(&mut self, text: impl Into<String>) {
        self.put(Duration::ZERO, Act::Text(text.into()));
    }

    /// Sends a CALL that the station knows nothing of.
    pub fn call(&mut self, action: &str, payload: Value) {
        self.call_in(Duration::ZERO, action, payload);
    }

    /// The same, later.
    pub fn call_in(&mut self, delay: Duration, action: &str, payload: Value) {
        let id = format!("m-{}", self.last + 1);
        self.own.insert(id.clone());
        self.send_in(delay, Frame::call(id, action, payload));
    }

    /// Answers a CALL of the CSMS in the station's place.
    pub fn answer(&mut self, call: &Passing, payload: Value) {
        self.send(Frame::call_result(call.id(), payload));
    }

    /// Refuses a CALL of the CSMS in the station's place.
    pub fn refuse(&mut self, call: &Passing, code: &str) {
        self.text(json!([4, call.id(), code, "", {}]).to_string());
    }

    /// Hands a frame to the station.
    pub fn deliver(&mut self, frame: Frame) {
        self.deliver_in(Duration::ZERO, frame);
    }

    /// Hands a frame to the station later.
    pub fn deliver_in(&mut self, delay: Duration, frame: Frame) {
        self.put(delay, Act::Deliver(frame));
    }

    /// Tells the station that its CALL was answered.
    pub fn settle(&mut self, call: &Passing) {
        self.deliver(Frame::call_result(call.id(), json!({})));
    }

    /// Lets an effect happen.
    pub fn apply(&mut self, effect: Effect) {
        self.put(Duration::ZERO, Act::Apply(effect));
    }

    /// Asks to be woken.
    pub fn wake_in(&mut self, delay: Duration) {
        self.put(delay, Act::Wake);
    }

    /// Cuts the connection without a close frame; the station comes back later, or never.
    pub fn cut(&mut self, back_in: Option<Duration>) {
        self.put(Duration::ZERO, Act::Cut(back_in));
    }

    fn put(&mut self, delay: Duration, act: Act) {
        self.last += 1;
        self.acts.insert((self.at.saturating_add(delay), self.last), act);
    }
}

/// What the runner needs of the wire.
impl Wire {
    /// Sets the time.
    pub(crate) fn touch(&mut self, at: Duration, now: Timestamp) {
        (self.at, self.now) = (at, now);
    }

    /// A frame with the action it belongs to.
    pub(crate) fn passing(&mut self, frame: Frame) -> Passing {
        let action = match frame.action() {
            Some(action) => {
                self.actions.insert(frame.id().to_owned(), action.to_owned());
                action.to_owned()
            }
            None => self.actions.get(frame.id()).cloned().unwrap_or_default(),
        };
        Passing { action, frame }
    }

    /// An answer of the CSMS has come; whether it is to a CALL put in from between.
    pub(crate) fn answered(&mut self, id: &str) -> bool {
        self.open.remove(id);
        self.own.remove(id)
    }

    /// The next CALL that may be sent.
    pub(crate) fn next_call(&mut self) -> Option<Frame> {
        let at = self.at;
        self.open.retain(|id, sent| at < lapse(&self.own, id, *sent));
        if self.patient && !self.open.is_empty() {
            return None;
        }
        let frame = self.calls.pop_front()?;
        self.open.insert(frame.id().to_owned(), self.at);
        Some(frame)
    }

    /// Lets a CALL wait for its turn.
    pub(crate) fn queue(&mut self, frame: Frame) {
        self.calls.push_back(frame);
    }

    /// The next thing that is due by now.
    pub(crate) fn due(&mut self) -> Option<Act> {
        Some(self.acts.first_entry().filter(|e| e.key().0 <= self.at)?.remove())
    }

    /// The next effect that is due by now.
    pub(crate) fn due_effect(&mut self) -> Option<Effect> {
        let mut due = self.acts.range(..=(self.at, u64::MAX));
        let key = *due.find(|(_, act)| matches!(act, Act::Apply(_)))?.0;
        match self.acts.remove(&key) {
            Some(Act::Apply(effect)) => Some(effect),
            _ => None,
        }
    }

    /// When something is due next.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let open = self.open.iter().filter(|_| !self.calls.is_empty());
        let lapses = open.map(|(id, sent)| lapse(&self.own, id, *sent)).min();
        self.acts.keys().next().map(|(at, _)| *at).into_iter().chain(lapses).min()
    }

    /// Whether all has been said and answered.
    pub(crate) fn is_idle(&self) -> bool {
        let says = |act: &Act| matches!(act, Act::Send(_) | Act::Text(_));
        self.open.is_empty() && self.calls.is_empty() && !self.acts.values().any(says)
    }

    /// The connection is gone, and what was on its way with it.
    pub(crate) fn lost(&mut self) {
        self.calls.clear();
        self.open.clear();
        self.acts.retain(|_, act| matches!(act, Act::Wake));
    }
}
