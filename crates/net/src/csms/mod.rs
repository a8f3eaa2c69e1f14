//! The suite's side: a CSMS one station connects to. It records everything, answers what any CSMS answers by
//! itself, and lets lanes send CALLs, one outstanding at a time.

mod connection;
mod door;
mod handshake;
mod held;
mod line;
mod policy;
mod replies;
mod security;
mod slot;

pub use policy::{Authorization, BootReply, BootStatus, Door, Policy, RefusalCode, Treatment};
pub use security::{Profile, Security, SecurityConfig, SecurityError};

use crate::{
    Log,
    password::{Password, Passwords},
    stream::Wire,
};
use connection::GOODBYE;
use line::{Farewell, Line};
use ocpp::{Version, frame::Frame};
use replies::Standing;
use serde_json::Value;
use slot::Slot;
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, ToSocketAddrs},
    sync::Semaphore,
    task::AbortHandle,
    time::{sleep, timeout},
};
use trace::{Body, CloseWith, ConnId, LaneId, Seq};

/// TCP connections served at the same time, in whatever state.
const CONNECTIONS: usize = 64;

/// How the CSMS behaves.
#[derive(Debug, Clone)]
pub struct CsmsConfig {
    /// The versions it accepts; which of them is used is decided by the station's order.
    pub versions: Vec<Version>,
    /// The only identity let in; others get HTTP 404. `None`: the first station that connects with a common
    /// version becomes the only one.
    pub station_id: Option<String>,
    /// Seconds between Heartbeats, told in the answer to a BootNotification.
    pub heartbeat_interval: u32,
    /// What a station has to prove before it is let in.
    pub security: Security,
    /// Time for the whole handshake, TLS and WebSocket.
    pub handshake_timeout: Duration,
    /// Largest message of the station in bytes, compressed or not.
    pub max_message: usize,
    /// Longest time the station may take no bytes of what is sent to it.
    pub write_timeout: Duration,
}

impl Default for CsmsConfig {
    fn default() -> Self {
        CsmsConfig {
            versions: Version::ALL.to_vec(),
            station_id: None,
            heartbeat_interval: 300,
            security: Security::none(),
            handshake_timeout: Duration::from_secs(5),
            max_message: 1 << 20,
            write_timeout: Duration::from_secs(30),
        }
    }
}

/// The station that is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The connection.
    pub conn: ConnId,
    /// The version negotiated.
    pub version: Version,
    /// Identity of the station.
    pub station: String,
}

/// What became of a frame a lane sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Its record: a Frame, or Unsent.
    pub seq: Seq,
    /// Whether it was queued for an open connection. It may still be lost; then a Closed record follows.
    pub delivered: bool,
}

/// The CSMS. Clones are handles of the same one.
#[derive(Debug, Clone)]
pub struct Csms {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: CsmsConfig,
    log: Log,
    slot: Slot,
    seat: Mutex<Seat>,
    rules: Mutex<Rules>,
    doors: Mutex<Vec<AbortHandle>>,
}

/// What lanes change of the CSMS's behaviour. Inside its lock only the slot and the log are locked.
#[derive(Debug, Default)]
struct Rules {
    policy: Policy,
    passwords: Passwords,
    standing: Standing,
    /// Nobody is let in.
    offline: bool,
}

/// Who is connected. Locked before a line's state, which is locked before the log.
#[derive(Debug, Default)]
struct Seat {
    /// Number of the last connection.
    last: u32,
    /// The station's connection; it may be ending already.
    line: Option<Arc<Line>>,
    /// The identity the run is about.
    station: Option<String>,
    /// The version its first connection agreed on; a run judges one.
    version: Option<Version>,
    /// Nobody is let in any more.
    closing: bool,
}

impl Csms {
    /// A CSMS that records into `log` and tells the time of the log's clock.
    pub fn new(config: CsmsConfig, log: Log) -> Csms {
        let seat = Seat { station: config.station_id.clone(), ..Seat::default() };
        let rules = Rules { passwords: config.security.passwords.clone(), ..Rules::default() };
        let (seat, rules, doors) = (Mutex::new(seat), Mutex::new(rules), Mutex::default());
        Csms { inner: Arc::new(Inner { config, log, slot: Slot::new(), seat, rules, doors }) }
    }

    /// Listens for stations over TCP until [`Csms::shutdown`]; returns the address, port included.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn listen(&self, addr: impl ToSocketAddrs) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let inner = Arc::downgrade(&self.inner);
        let door = tokio::spawn(async move {
            let room = Arc::new(Semaphore::new(CONNECTIONS));
            while let Ok(permit) = room.clone().acquire_owned().await {
                let accepted = listener.accept().await;
                let Some(inner) = inner.upgrade() else { return };
                match accepted {
                    Ok((stream, peer)) => {
                        tokio::spawn(async move {
                            inner.receive(Wire::tcp(stream), peer.to_string()).await;
                            drop(permit);
                        });
                    }
                    // Out of file descriptors, say: wait for some to be freed.
                    Err(_) => sleep(Duration::from_millis(100)).await,
                }
            }
        });
        self.inner.doors().push(door.abort_handle());
        Ok(addr)
    }

    /// Serves one stream that was made elsewhere, as one in memory; under a profile with TLS, TLS is spoken on it.
    pub fn accept<S>(&self, stream: S, peer: String)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let inner = self.inner.clone();
        tokio::spawn(async move { inner.receive(Wire::other(stream), peer).await });
    }

    /// Sends a CALL of a lane, after the CALL before it was answered or released. Without a connection it is
    /// recorded as Unsent.
    pub async fn call(&self, lane: LaneId, id: &str, action: &str, payload: Value) -> Sent {
        if action == "TriggerMessage"
            && let Some(wanted) = payload.get("requestedMessage").and_then(Value::as_str)
        {
            self.inner.rules().standing.triggered.insert(wanted.to_owned());
        }
        let text = Frame::call(id, action, payload).to_text();
        let taken = self.inner.slot.take(id).await;
        while let Some(line) = self.inner.open_line() {
            taken.on(line.conn);
            if let Some(seq) = line.send(lane, &text).await {
                taken.sent();
                return Sent { seq, delivered: true };
            }
        }
        self.inner.unsent(lane, text)
    }

    /// The caller of the CALL with this id does not wait for its answer any more: the next may be sent. A late
    /// answer is recorded all the same.
    pub fn release(&self, id: &str) {
        self.inner.slot.release(id);
    }

    /// Sends any text, whatever is outstanding: malformed frames on purpose.
    pub async fn send_raw(&self, lane: LaneId, text: String) -> Sent {
        while let Some(line) = self.inner.open_line() {
            if let Some(seq) = line.send(lane, &text).await {
                return Sent { seq, delivered: true };
            }
        }
        self.inner.unsent(lane, text)
    }

    /// Ends the connection, if there is one, and returns the Hangup record. Politely: with a close frame, the
    /// Closed record follows. Otherwise the stream is cut (TCP is reset), and the Closed record is written at
    /// once.
    pub fn hang_up(&self, lane: LaneId, polite: bool) -> Seq {
        self.leave(Body::Hangup { lane, polite, close: None })
    }

    /// Ends the connection, if there is one, with this code and reason in the close frame, and returns the
    /// Hangup record.
    pub fn close(&self, lane: LaneId, close: CloseWith) -> Seq {
        self.leave(Body::Hangup { lane, polite: true, close: Some(close) })
    }

    fn leave(&self, hangup: Body) -> Seq {
        let seat = self.inner.seat();
        let (polite, close) = match &hangup {
            Body::Hangup { polite, close, .. } => (*polite, close.clone()),
            _ => (false, None),
        };
        let seq = self.inner.log.append(hangup);
        if let Some(line) = &seat.line {
            if polite {
                let CloseWith { code, reason } = close
                    .unwrap_or_else(|| CloseWith { code: 1000, reason: "closed by the suite".to_owned() });
                line.close(code, &reason);
            } else {
                line.end(Farewell::Cut, "cut by the suite");
                self.inner.slot.lost(line.conn);
            }
        }
        seq
    }

    /// Plays a CSMS that cannot be reached, or one that can be again, and returns the record. While it cannot,
    /// each attempt is recorded and its TCP connection reset; a connection that is open stays open.
    pub fn set_offline(&self, lane: LaneId, offline: bool) -> Seq {
        self.inner.rules().offline = offline;
        self.inner.log.append(Body::Offline { lane, offline })
    }

    /// Changes how the station's CALLs are answered from now on, and returns the record. Answers that are held
    /// back already still go out at their time.
    pub fn set_policy(&self, lane: LaneId, policy: Policy) -> Seq {
        let record = policy.record(lane);
        self.inner.rules().policy = policy;
        self.inner.log.append(record)
    }

    /// Changes the password of an identity, as after the station has accepted a new `BasicAuthPassword` (OCPP
    /// A01). It counts from the next connection on.
    pub fn set_password(&self, identity: &str, password: Password) {
        self.inner.rules().passwords.set(identity, password);
    }

    /// The password of an identity, if it has one: whoever changes it has to be able to put it back.
    pub fn password_of(&self, identity: &str) -> Option<Password> {
        self.inner.rules().passwords.of(identity).cloned()
    }

    /// The security profile demanded.
    pub fn profile(&self) -> Profile {
        self.inner.config.security.profile()
    }

    /// The station that is connected and not being closed.
    pub fn connection(&self) -> Option<Connection> {
        let line = self.inner.open_line()?;
        Some(Connection { conn: line.conn, version: line.version?, station: line.station.clone() })
    }

    /// Stops listening, closes the connection with 1001 and waits shortly for the station's close frame.
    pub async fn shutdown(&self) {
        for door in self.inner.doors().drain(..) {
            door.abort();
        }
        let line = {
            let mut seat = self.inner.seat();
            seat.closing = true;
            seat.line.clone()
        };
        if let Some(line) = line {
            line.close(1001, "the suite is shutting down");
            // The connection keeps its own time for this; the second is for the scheduler.
            let _ = timeout(GOODBYE + Duration::from_secs(1), line.gone()).await;
        }
    }
}

impl Inner {
    fn seat(&self) -> MutexGuard<'_, Seat> {
        self.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn doors(&self) -> MutexGuard<'_, Vec<AbortHandle>> {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_line(&self) -> Option<Arc<Line>> {
        self.seat().line.clone().filter(|line| line.is_open())
    }

    fn unsent(&self, lane: LaneId, raw: String) -> Sent {
        Sent { seq: self.log.append(Body::Unsent { lane, raw: raw.into() }), delivered: false }
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for door in self.doors().drain(..) {
            door.abort();
        }
    }
}
