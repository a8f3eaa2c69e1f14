//! What the rest of the suite holds of a connection: where frames are recorded and queued, in one order.

use crate::Log;
use ocpp::Version;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, watch};
use trace::{Body, Closer, ConnId, Direction, LaneId, Seq};

/// Frames waiting for the socket; more make their senders wait, and reading stops.
const QUEUE: usize = 64;

/// How the suite ends a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Farewell {
    /// With a close frame.
    Close { code: u16, reason: String },
    /// By dropping the stream.
    Cut,
}

/// Whether an automatic reply found room.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// Recorded and queued, or of no use any more because the connection is ending.
    Done,
    /// The queue is full: try again after something was written.
    Full,
}

/// One connection, seen from the suite.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) conn: ConnId,
    pub(super) station: String,
    /// `None` when there is no common version; such a line is only closed.
    pub(super) version: Option<Version>,
    log: Log,
    out: mpsc::Sender<String>,
    /// Held while a frame is recorded and queued, so that the trace has the order of the wire.
    state: Mutex<State>,
    farewell: watch::Sender<Option<Farewell>>,
}

#[derive(Debug)]
enum State {
    Open,
    /// The suite is closing it; the station may still be sending.
    Leaving {
        code: u16,
        reason: String,
    },
    /// The Closed record is written; nothing follows it.
    Closed,
}

impl Line {
    /// A line and the queue its socket is to be fed from.
    pub(super) fn new(
        conn: ConnId,
        station: String,
        version: Option<Version>,
        log: Log,
    ) -> (Line, mpsc::Receiver<String>) {
        let (out, queue) = mpsc::channel(QUEUE);
        let (state, farewell) = (Mutex::new(State::Open), watch::Sender::new(None));
        (Line { conn, station, version, log, out, state, farewell }, queue)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether frames can be sent.
    pub(super) fn is_open(&self) -> bool {
        // The queue is closed without a record only when the runtime itself goes down.
        matches!(*self.state(), State::Open) && !self.out.is_closed()
    }

    /// Records a frame and queues it for the socket, waiting for room. `None` if the connection is ending.
    pub(super) async fn send(&self, lane: LaneId, text: &str) -> Option<Seq> {
        let room = self.out.reserve().await.ok()?;
        self.place(room, Some(lane), text)
    }

    /// Records and queues an automatic reply if there is room.
    pub(super) fn reply(&self, text: &str) -> Placed {
        match self.out.try_reserve() {
            Ok(room) => {
                self.place(room, None, text);
                Placed::Done
            }
            Err(mpsc::error::TrySendError::Full(())) => Placed::Full,
            Err(mpsc::error::TrySendError::Closed(())) => Placed::Done,
        }
    }

    fn place(&self, room: mpsc::Permit<'_, String>, lane: Option<LaneId>, text: &str) -> Option<Seq> {
        let state = self.state();
        if !matches!(*state, State::Open) {
            return None;
        }
        let (conn, raw) = (self.conn, text.into());
        let seq = self.log.append(Body::Frame { conn, dir: Direction::Tx, lane, raw });
        room.send(text.to_owned());
        Some(seq)
    }

    /// Records what came from the station, unless the connection is closed already.
    pub(super) fn heard(&self, body: Body) {
        let state = self.state();
        if !matches!(*state, State::Closed) {
            self.log.append(body);
        }
    }

    /// Closes with a close frame; the Closed record follows when the station has answered it or had its time.
    pub(super) fn close(&self, code: u16, reason: &str) {
        let mut state = self.state();
        if matches!(*state, State::Open) {
            *state = State::Leaving { code, reason: reason.to_owned() };
            self.farewell.send_replace(Some(Farewell::Close { code, reason: reason.to_owned() }));
        }
    }

    /// Ends it at once, in this moment's record, by whatever farewell.
    pub(super) fn end(&self, farewell: Farewell, reason: &str) {
        let code = match &farewell {
            Farewell::Close { code, .. } => Some(*code),
            Farewell::Cut => None,
        };
        self.closed(Closer::Suite, code, reason);
        self.farewell.send_replace(Some(farewell));
    }

    /// Records the end, once. An end the suite had begun is the suite's, however it came about.
    pub(super) fn closed(&self, by: Closer, code: Option<u16>, reason: &str) {
        let mut state = self.state();
        let (by, code, reason) = match std::mem::replace(&mut *state, State::Closed) {
            State::Open => (by, code, reason.to_owned()),
            State::Leaving { code, reason: ours } if reason.is_empty() => (Closer::Suite, Some(code), ours),
            State::Leaving { code, reason: ours } => {
                (Closer::Suite, Some(code), format!("{ours} ({reason})"))
            }
            State::Closed => return,
        };
        self.log.append(Body::Closed { conn: self.conn, by, code, reason });
    }

    /// Resolves when the suite wants the connection to end.
    pub(super) async fn farewell(&self) -> Farewell {
        let mut farewell = self.farewell.subscribe();
        let said = farewell.wait_for(Option::is_some).await.ok().and_then(|f| f.clone());
        // The sender is in `self`, and the condition was `is_some`.
        said.unwrap_or(Farewell::Cut)
    }

    /// Resolves when the socket is done with.
    pub(super) async fn gone(&self) {
        self.out.closed().await;
    }
}
