//! Who stands between the station and the suite, and what can be done from there.

use jiff::Timestamp;
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::{Value, json};
use spec::Effect;
use station::Upload;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A frame on its way, with the action it belongs to: answers do not carry theirs.
#[derive(Debug, Clone)]
pub struct Passing {
    pub action: String,
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

    pub fn is_call(&self) -> bool {
        matches!(self.frame, Frame::Call { .. })
    }

    pub fn id(&self) -> String {
        self.frame.id().to_owned()
    }
}

/// Who stands between station and suite. Whatever is not overridden passes unchanged.
pub trait Middle {
    /// Whether it does anything: a test in which it never did would prove nothing.
    const ACTS: bool = true;
    /// The station says something.
    fn said(&mut self, passing: Passing, wire: &mut Wire) {
        wire.send(passing.frame);
    }
    /// The suite asks something, or answers the station.
    fn heard(&mut self, passing: Passing, wire: &mut Wire) {
        wire.deliver(passing.frame);
    }
    /// Something is about to happen to the station from outside.
    fn happens(&mut self, effect: Effect, wire: &mut Wire) {
        wire.apply(effect);
    }
    /// The station is about to upload a file.
    fn uploads(&mut self, upload: Upload) -> Upload {
        upload
    }
    /// Whether the station uploads a file where it is redirected to.
    fn follows_redirects(&self) -> bool {
        false
    }
    /// A wake-up that was asked for.
    fn woken(&mut self, _: &mut Wire) {}
    /// The station was accepted.
    fn accepted(&mut self, _: &mut Wire) {}
}

/// Nobody.
pub struct Nobody;
impl Middle for Nobody {
    const ACTS: bool = false;
}

/// Changes what the station says, frame by frame.
pub struct Says<F>(pub F);
impl<F: FnMut(&mut Passing)> Middle for Says<F> {
    fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
        (self.0)(&mut passing);
        wire.send(passing.frame);
    }
}

/// Puts something else in the place of what the station says.
pub struct Instead<F>(pub F);
impl<F: FnMut(Passing, &mut Wire)> Middle for Instead<F> {
    fn said(&mut self, passing: Passing, wire: &mut Wire) {
        (self.0)(passing, wire);
    }
}

/// Answers the suite in the station's place, or lets the CALL pass.
pub struct Answers<F>(pub F);
impl<F: FnMut(Passing, &mut Wire)> Middle for Answers<F> {
    fn heard(&mut self, passing: Passing, wire: &mut Wire) {
        (self.0)(passing, wire);
    }
}

/// Something to be done at a time.
#[derive(Debug, PartialEq)]
pub enum Act {
    Send(String, Frame),
    Text(String),
    Deliver(Frame),
    Apply(Effect),
    Wake,
    Cut(Option<Duration>),
}

/// What the middle can do.
pub struct Wire {
    pub version: Version,
    pub now: Timestamp,
    /// Whether a CALL waits until the one before it was answered, as OCPP asks for.
    pub patient: bool,
    pub at: Duration,
    pub last: u64,
    pub acts: BTreeMap<(Duration, u64), Act>,
    /// CALLs of the middle, whose answers the station must not see.
    pub own: BTreeSet<String>,
}

impl Wire {
    /// Whether all that was done since is this, at once.
    pub fn did_only(&self, since: u64, act: &Act) -> bool {
        self.last == since + 1 && self.acts.get(&(self.at, self.last)) == Some(act)
    }

    fn put(&mut self, delay: Duration, act: Act) {
        self.last += 1;
        self.acts.insert((self.at + delay, self.last), act);
    }

    /// Sends a frame to the suite.
    pub fn send(&mut self, frame: Frame) {
        self.send_in(Duration::ZERO, frame);
    }

    /// Sends a frame to the suite later.
    pub fn send_in(&mut self, delay: Duration, frame: Frame) {
        self.put(delay, Act::Send(frame.id().to_owned(), frame));
    }

    /// Sends a text to the suite as it is.
    pub fn text(&mut self, text: impl Into<String>) {
        self.put(Duration::ZERO, Act::Text(text.into()));
    }

    /// Sends a CALL of the middle.
    pub fn call(&mut self, action: &str, payload: Value) {
        self.call_in(Duration::ZERO, action, payload);
    }

    /// Sends a CALL of the middle later.
    pub fn call_in(&mut self, delay: Duration, action: &str, payload: Value) {
        let id = format!("m-{}", self.last + 1);
        self.own.insert(id.clone());
        self.send_in(delay, Frame::call(id, action, payload));
    }

    /// Answers a CALL of the suite in the station's place.
    pub fn answer(&mut self, call: &Passing, payload: Value) {
        self.send(Frame::call_result(call.id(), payload));
    }

    /// Refuses a CALL of the suite in the station's place.
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
}
