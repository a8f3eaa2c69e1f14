//! One suite, live or replayed: both links read a trace, and the live one is still growing.
//!
//! Every record a lane writes goes through [`Link::own`]. Live it is appended; replayed it must equal the
//! lane's next own record. Positions are record numbers, never times, and a deadline reached is a record.

mod live;
mod recorded;

pub use live::{Live, Timing};
pub use recorded::Recorded;

use crate::Stop;
use crate::rig::Refused;
use crate::stop::Diverged;
use judge::Window;
use net::csms::Policy;
use ocpp::Version;
use serde_json::Value;
use spec::Effect;
use std::rc::Rc;
use std::time::Duration;
use trace::{Body, CloseWith, ConnId, LaneId, Record, Seq};

/// Where a lane's acts go and its records come from.
#[derive(Clone)]
pub enum Link {
    /// A station that is there now.
    Live(Rc<Live>),
    /// The recording of an earlier run.
    Recorded(Rc<Recorded>),
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// The record waited for.
    At(Seq),
    /// The limit was reached; the record says so.
    Deadline(Seq),
    /// The connection ended; the record says so.
    Lost(Seq),
}

/// What a wait is for: time the station takes, or time the test prescribes. Only for the run's timing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitFor {
    /// The station's answer.
    Station,
    /// Time that must pass (an interval of a periodic monitor).
    Mandated,
}

/// A wait of a lane.
#[derive(Debug, Clone)]
pub struct Wait {
    /// First record looked at.
    pub from: Seq,
    /// Longest time.
    pub limit: Duration,
    /// What is waited for, in words; it becomes part of the deadline's record.
    pub what: String,
    /// Connection whose end ends the wait.
    pub conn: Option<ConnId>,
    /// Whose time it is.
    pub kind: WaitFor,
    /// Whether an interruption of the run ends the wait; cleaning up goes on all the same.
    pub heeds_interruption: bool,
}

/// A frame that was put on the wire, or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    pub(crate) seq: Seq,
    /// The connection it went out on; `None` when there was none.
    pub(crate) conn: Option<ConnId>,
}

/// Something a lane does to the connection rather than to the station.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Ends the connection: politely with a close frame, or by cutting the stream.
    HangUp { polite: bool },
    /// Ends the connection with this code and reason.
    Close(CloseWith),
    /// Lets nobody in, or somebody again.
    Offline(bool),
    /// Answers the station's CALLs in another way.
    Answer(Box<Policy>),
}

impl Act {
    /// The record of it.
    fn body(&self, lane: LaneId) -> Body {
        match self {
            Act::HangUp { polite } => Body::Hangup { lane, polite: *polite, close: None },
            Act::Close(close) => Body::Hangup { lane, polite: true, close: Some(close.clone()) },
            Act::Offline(offline) => Body::Offline { lane, offline: *offline },
            Act::Answer(policy) => policy.record(lane),
        }
    }
}

impl Link {
    /// Whether this is a recording.
    pub fn is_recorded(&self) -> bool {
        matches!(self, Link::Recorded(_))
    }

    /// Writes a record of a lane (or finds it in the recording).
    pub(crate) fn own(&self, lane: LaneId, cursor: &mut usize, body: Body) -> Result<Seq, Diverged> {
        match self {
            Link::Live(live) => Ok(live.append(body)),
            Link::Recorded(recorded) => recorded.expect(lane, cursor, &body),
        }
    }

    /// Sends a CALL.
    pub(crate) async fn call(
        &self,
        lane: LaneId,
        cursor: &mut usize,
        call: &OutgoingCall<'_>,
    ) -> Result<Sent, Diverged> {
        match self {
            Link::Live(live) => Ok(live.call(lane, call).await),
            Link::Recorded(recorded) => recorded.sent(lane, cursor, &call.raw),
        }
    }

    /// Does something to the connection.
    pub(crate) fn act(&self, lane: LaneId, cursor: &mut usize, act: &Act) -> Result<Seq, Diverged> {
        match self {
            Link::Live(live) => Ok(live.act(lane, act)),
            Link::Recorded(recorded) => recorded.expect(lane, cursor, &act.body(lane)),
        }
    }

    /// Sends any text, well-formed or not.
    pub(crate) async fn raw(&self, lane: LaneId, cursor: &mut usize, text: &str) -> Result<Sent, Diverged> {
        match self {
            Link::Live(live) => Ok(live.raw(lane, text).await),
            Link::Recorded(recorded) => recorded.sent(lane, cursor, text),
        }
    }

    /// Hands a lane a value that only a live run can have: made and recorded there, read back from a recording.
    pub(crate) fn fresh(
        &self,
        lane: LaneId,
        cursor: &mut usize,
        what: &str,
        make: impl FnOnce(&Live) -> Value,
    ) -> Result<(Seq, Value), Diverged> {
        match self {
            Link::Live(live) => {
                let value = make(live);
                let body = Body::Fresh { lane, what: what.to_owned(), value: value.clone() };
                Ok((live.append(body), value))
            }
            Link::Recorded(recorded) => recorded.fresh(lane, cursor, what),
        }
    }

    /// Gives up waiting for the answer to a CALL.
    pub(crate) fn release(&self, id: &str) {
        if let Link::Live(live) = self {
            live.release(id);
        }
    }

    /// Waits for a record.
    pub(crate) async fn until(
        &self,
        lane: LaneId,
        cursor: &mut usize,
        wait: &Wait,
        is: &mut dyn FnMut(&Record) -> bool,
    ) -> Result<Met, Stop> {
        match self {
            Link::Live(live) => live.until(lane, wait, is).await,
            Link::Recorded(recorded) => recorded.until(lane, cursor, wait, is),
        }
    }

    /// Asks the rig for an effect. The first record is that it was asked, the second what the rig said.
    pub(crate) async fn stimulus(
        &self,
        lane: LaneId,
        cursor: &mut usize,
        effect: &Effect,
        heeds_interruption: bool,
    ) -> Result<Asked, Stop> {
        match self {
            Link::Live(live) => live.stimulus(lane, effect, heeds_interruption).await,
            Link::Recorded(recorded) => recorded.stimulus(lane, cursor, effect),
        }
    }

    /// Looks at the records from `from` to `to`, both included.
    pub(crate) fn window<R>(
        &self,
        from: Seq,
        to: Seq,
        version: Version,
        f: impl FnOnce(Window<'_>) -> R,
    ) -> R {
        match self {
            Link::Live(live) => live.records(|all| f(Window::new(cut(all, from, to), version))),
            Link::Recorded(recorded) => f(Window::new(cut(recorded.records(), from, to), version)),
        }
    }
}

/// That an effect was asked for, what the rig said, and whether it is there.
type Asked = (Seq, Seq, Result<(), Refused>);

/// A CALL about to be sent.
pub(crate) struct OutgoingCall<'a> {
    pub(crate) id: &'a str,
    pub(crate) action: &'a str,
    pub(crate) payload: &'a Value,
    pub(crate) raw: String,
}

fn cut(all: &[Record], from: Seq, to: Seq) -> &[Record] {
    let index = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(all.len());
    let (from, to) = (index(from.0), index(to.next().0));
    all.get(from..to.max(from)).unwrap_or_default()
}

/// Whether a record ends the wait because the connection is gone.
fn is_loss(record: &Record, wait: &Wait) -> bool {
    matches!(&record.body, Body::Closed { conn, .. } if Some(*conn) == wait.conn)
}
