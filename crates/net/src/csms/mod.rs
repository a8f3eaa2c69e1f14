//! The suite's side: a CSMS one station connects to. It records everything, answers what any CSMS answers by
//! itself, and lets lanes send CALLs, one outstanding at a time.

mod connection;
mod handshake;
mod line;
mod replies;
mod slot;

use crate::Log;
use connection::{GOODBYE, Listener};
use handshake::{Hello, Terms};
use line::{Farewell, Line};
use ocpp::{Version, frame::Frame};
use replies::{Circumstances, Heard};
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
    sync::{Semaphore, mpsc},
    task::AbortHandle,
    time::{sleep, timeout},
};
use trace::{Body, ConnId, LaneId, Seq};

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
    /// Time for the whole WebSocket handshake.
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
    doors: Mutex<Vec<AbortHandle>>,
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
        let (seat, doors) = (Mutex::new(seat), Mutex::default());
        Csms { inner: Arc::new(Inner { config, log, slot: Slot::new(), seat, doors }) }
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
                        // Small frames go out at once; without the option they only go out later.
                        let _ = stream.set_nodelay(true);
                        tokio::spawn(async move {
                            inner.serve(stream, peer.to_string()).await;
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

    /// Serves one stream that was made elsewhere: in memory, or with TLS on it.
    pub fn accept<S>(&self, stream: S, peer: String)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let inner = self.inner.clone();
        tokio::spawn(async move { inner.serve(stream, peer).await });
    }

    /// Sends a CALL of a lane, after the CALL before it was answered or released. Without a connection it is
    /// recorded as Unsent.
    pub async fn call(&self, lane: LaneId, id: &str, action: &str, payload: Value) -> Sent {
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
    /// Closed record follows. Otherwise the stream is cut, and the Closed record is written at once.
    pub fn hang_up(&self, lane: LaneId, polite: bool) -> Seq {
        let seat = self.inner.seat();
        let seq = self.inner.log.append(Body::Hangup { lane, polite });
        if let Some(line) = &seat.line {
            if polite {
                line.close(1000, "closed by the suite");
            } else {
                line.end(Farewell::Cut, "cut by the suite");
                self.inner.slot.lost(line.conn);
            }
        }
        seq
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
        Sent { seq: self.log.append(Body::Unsent { lane, raw }), delivered: false }
    }

    async fn serve<S>(&self, stream: S, peer: String)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let (station, pinned) = {
            let seat = self.seat();
            (seat.station.clone(), seat.version)
        };
        let terms = Terms {
            versions: pinned.as_slice().first().map_or(&self.config.versions, std::slice::from_ref),
            station: station.as_deref(),
            timeout: self.config.handshake_timeout,
            max_message: self.config.max_message,
        };
        let (socket, hello) = match handshake::shake(stream, terms).await {
            Ok(shaken) => shaken,
            Err(reason) => {
                self.log.append(Body::Refused { peer, reason });
                return;
            }
        };
        let (line, queue) = self.welcome(hello, peer);
        connection::serve(socket, queue, &line, self, self.config.write_timeout).await;
        self.slot.lost(line.conn);
        let mut seat = self.seat();
        if seat.line.as_ref().is_some_and(|seated| seated.conn == line.conn) {
            seat.line = None;
        }
    }

    /// Numbers and records a connection, and gives it the seat unless there is a reason not to.
    fn welcome(&self, hello: Hello, peer: String) -> (Arc<Line>, mpsc::Receiver<String>) {
        let Hello { station, offered, version, user_agent } = hello;
        let mut seat = self.seat();
        seat.last += 1;
        let conn = ConnId(seat.last);
        let no_seat = if seat.closing {
            Some((1001, "the suite is shutting down".to_owned()))
        } else if version.is_none() {
            // OCPP-J: the handshake is completed without a subprotocol, and the connection closed at once.
            let names: Vec<_> = self.config.versions.iter().map(|v| v.subprotocol()).collect();
            Some((1002, format!("no common OCPP version: offer {}", names.join(" or "))))
        } else {
            // Two stations may have been shaking hands at once.
            let other = seat.station.as_ref().filter(|other| **other != station);
            other.map(|other| (1008, format!("only `{other}` is expected here")))
        };
        let (line, queue) = Line::new(conn, station.clone(), version, self.log.clone());
        let line = Arc::new(line);
        if no_seat.is_none() {
            seat.station = Some(station.clone());
            seat.version = version;
            if let Some(old) = seat.line.replace(line.clone()) {
                let reason = format!("replaced by connection {}", conn.0);
                old.end(Farewell::Close { code: 1008, reason: reason.clone() }, &reason);
                self.slot.lost(old.conn);
            }
        }
        self.log.append(Body::Connected { conn, station, peer, offered, version, user_agent });
        if let Some((code, reason)) = no_seat {
            line.close(code, &reason);
        }
        (line, queue)
    }
}

impl Listener for Inner {
    fn hear(&self, line: &Line, text: &str) -> Option<String> {
        let circumstances = Circumstances {
            version: line.version?,
            now: self.log.clock().now(),
            heartbeat_interval: self.config.heartbeat_interval,
        };
        match replies::hear(text, circumstances) {
            Heard::Answer(id) => {
                self.slot.answered(line.conn, &id);
                None
            }
            Heard::Reply(frame) => Some(frame.to_text()),
            Heard::Nothing => None,
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for door in self.doors().drain(..) {
            door.abort();
        }
    }
}
