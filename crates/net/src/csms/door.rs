//! The way in: from a byte stream over the handshakes to the seat, or to a refusal.

use super::{
    Door, Inner,
    connection::{self, Listener, Reply},
    handshake::{self, Hello, Refused, Socket, Terms},
    line::{Farewell, Line},
    replies::{self, Circumstances, Heard, Standing},
};
use crate::{
    password::Passwords,
    stream::{Cutter, LINGER, Wire, drain},
};
use std::{pin::Pin, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
    time::{Sleep, sleep, timeout},
};
use trace::{Body, Cause, ConnId, FrameText, Refusal, Secured};

impl Inner {
    /// Takes a byte stream as far as the profile wants it, then serves it.
    pub(super) async fn receive(&self, wire: Wire, peer: String) {
        let cutter = wire.cutter();
        let mut secured = Secured { profile: self.config.security.profile().number(), ..Secured::default() };
        if self.rules().offline {
            cutter.arm();
            let reason = "the suite plays a CSMS that cannot be reached".to_owned();
            return self.refuse(peer, Refused::of(Cause::Offline, reason), secured);
        }
        let limit = sleep(self.config.handshake_timeout);
        tokio::pin!(limit);
        let door = self.rules().policy.door;
        let Some(acceptor) = &self.config.security.acceptor else {
            return self.serve(wire, peer, secured, limit, cutter).await;
        };
        let posing = match acceptor.posing(door) {
            Ok(posing) => posing,
            Err(why) => return self.refuse(peer, Refused::of(Cause::Tls, why), secured),
        };
        let shaken = tokio::select! {
            biased;
            shaken = posing.accept(wire, self.log.clock()) => shaken,
            () = &mut limit => {
                let reason = format!("no complete TLS handshake within {:?}", self.config.handshake_timeout);
                return self.refuse(peer, Refused::of(Cause::Timeout, reason), secured);
            }
        };
        match shaken {
            Ok((stream, tls)) => {
                secured.tls = Some(tls);
                self.serve(stream, peer, secured, limit, cutter).await;
            }
            Err(failed) => {
                secured.tls = Some(failed.reached);
                self.refuse(peer, Refused::of(Cause::Tls, failed.reason), secured);
                if let Some(stream) = failed.stream {
                    let _ = timeout(LINGER, drain(stream)).await;
                }
            }
        }
    }

    fn refuse(&self, peer: String, refused: Refused, mut security: Secured) {
        let Refused { cause, reason, status, station, user } = refused;
        security.user = user;
        let details = Some(Box::new(Refusal { cause, status, station, security }));
        self.log.append(Body::Refused { peer, reason, details });
    }

    async fn serve<S>(
        &self,
        stream: S,
        peer: String,
        secured: Secured,
        mut limit: Pin<&mut Sleep>,
        cutter: Cutter,
    ) where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let (station, pinned) = {
            let seat = self.seat();
            (seat.station.clone(), seat.version)
        };
        let door = self.rules().policy.door;
        let passwords = self.config.security.profile().has_password().then(|| match door {
            Door::WrongPassword => Passwords::default(),
            _ => self.rules().passwords.clone(),
        });
        let terms = Terms {
            versions: pinned.as_slice().first().map_or(&self.config.versions, std::slice::from_ref),
            station: station.as_deref(),
            knows_nobody: door == Door::UnknownIdentity,
            passwords: passwords.as_ref(),
            max_message: self.config.max_message,
        };
        let shaken: Result<(Socket<S>, Hello), Refused> = tokio::select! {
            biased;
            shaken = handshake::shake(stream, terms) => shaken,
            () = limit.as_mut() => {
                let reason =
                    format!("no complete WebSocket handshake within {:?}", self.config.handshake_timeout);
                Err(Refused::of(Cause::Timeout, reason))
            }
        };
        let (socket, hello) = match shaken {
            Ok(shaken) => shaken,
            Err(refused) => return self.refuse(peer, refused, secured),
        };
        let (line, queue) = self.welcome(hello, peer, secured);
        connection::serve(socket, queue, &line, self, (self.config.write_timeout, cutter)).await;
        self.slot.lost(line.conn);
        let mut seat = self.seat();
        if seat.line.as_ref().is_some_and(|seated| seated.conn == line.conn) {
            seat.line = None;
        }
    }

    /// Numbers and records a connection, and gives it the seat unless there is a reason not to.
    fn welcome(
        &self,
        hello: Hello,
        peer: String,
        mut secured: Secured,
    ) -> (Arc<Line>, mpsc::Receiver<String>) {
        let Hello { station, offered, version, user_agent, user } = hello;
        secured.user = user;
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
        let security = Some(Box::new(secured));
        self.log.append(Body::Connected { conn, station, peer, offered, version, user_agent, security });
        if let Some((code, reason)) = no_seat {
            line.close(code, &reason);
        }
        (line, queue)
    }
}

impl Listener for Inner {
    fn hear(&self, line: &Line, text: &FrameText) -> Option<Reply> {
        let mut rules = self.rules();
        let circumstances = Circumstances {
            version: line.version?,
            now: self.log.clock().now(),
            heartbeat_interval: self.config.heartbeat_interval,
            policy: &rules.policy,
            standing: &rules.standing,
        };
        match replies::hear(text, circumstances) {
            Heard::Answer(id) => {
                self.slot.answered(line.conn, &id);
                None
            }
            Heard::Reply { frame, after, boot } => {
                if let Some(boot) = boot {
                    rules.standing = Standing { boot, ..Standing::default() };
                }
                Some(Reply { text: frame.to_text(), after })
            }
            Heard::Nothing => None,
        }
    }

    fn elapsed(&self) -> Duration {
        self.log.clock().elapsed()
    }
}
