//! One connection after its handshake: reads one message at a time, answers, writes, and ends it properly.

use super::{
    handshake::Socket,
    held::Held,
    line::{Farewell, Line, Placed},
};
use crate::{
    deflate::DeflateError,
    stream::{Cutter, LINGER, drain},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::{SinkExt, StreamExt};
use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
    time::{Sleep, sleep, timeout},
};
use tokio_tungstenite::tungstenite::{Error as WsError, Message, error::ProtocolError, protocol::CloseFrame};
use trace::{Body, Closer, Direction, FrameText};

/// Time for the closing handshake, and for what was queued before it to be written.
pub(super) const GOODBYE: Duration = Duration::from_secs(2);
/// Longest reason a close frame can carry, in bytes (RFC 6455, 5.5).
const REASON: usize = 123;

/// What the connection does with what it hears.
pub(super) trait Listener {
    /// Called for every text frame, after it was recorded; returns the automatic reply.
    fn hear(&self, line: &Line, text: &FrameText) -> Option<Reply>;

    /// Time since some fixed moment.
    fn elapsed(&self) -> Duration;
}

/// An automatic reply.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) text: String,
    /// How long it is held back.
    pub(super) after: Duration,
}

/// Serves a connection until it ends. The Closed record is written when this returns.
pub(super) async fn serve<S>(
    socket: Socket<S>,
    queue: mpsc::Receiver<String>,
    line: &Line,
    listener: &impl Listener,
    (patience, cutter): (Duration, Cutter),
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut pump = Pump { socket, queue, unflushed: false, patience, cutter, blocked: None, broken: None };
    let mut reply: Option<String> = None;
    let mut held = Held::default();
    loop {
        if reply.is_none() {
            reply = held.due(listener.elapsed());
        }
        reply = reply.filter(|text| line.reply(text) == Placed::Full);
        let wait = held.wait(listener.elapsed()).filter(|_| reply.is_none());
        let step = tokio::select! {
            biased;
            farewell = line.farewell() => return pump.leave(farewell, line, listener).await,
            step = pump.step(reply.is_none() && held.has_room()) => step,
            () = sleep(wait.unwrap_or_default()), if wait.is_some() => continue,
        };
        match step {
            Step::Wrote => {}
            Step::Read(Message::Close(frame)) => {
                let (code, reason) = described(frame);
                line.closed(Closer::Station, code, &reason);
                return pump.finish().await;
            }
            Step::Read(message) => {
                if let Some(text) = record(line, message)
                    && let Some(answer) = listener.hear(line, &text)
                {
                    held.add(answer.text, listener.elapsed().saturating_add(answer.after));
                }
            }
            Step::Failed(e) => {
                let (by, code, reason) = end_of(&e);
                line.closed(by, code, &reason);
                return pump.fail(code, &reason).await;
            }
            Step::Stalled => {
                let reason = format!("the station did not read for {patience:?}");
                line.closed(Closer::Fault, None, &reason);
                return;
            }
        }
    }
}

/// Records a message; a text is returned.
fn record(line: &Line, message: Message) -> Option<FrameText> {
    match message {
        Message::Text(text) => {
            let raw = FrameText::from(text.as_str());
            line.heard(Body::Frame { conn: line.conn, dir: Direction::Rx, lane: None, raw: raw.clone() });
            Some(raw)
        }
        Message::Binary(bytes) => {
            line.heard(Body::Binary { conn: line.conn, base64: BASE64_STANDARD.encode(bytes) });
            None
        }
        // Pings are answered by tungstenite.
        _ => None,
    }
}

fn described(frame: Option<CloseFrame>) -> (Option<u16>, String) {
    match frame {
        Some(frame) => (Some(frame.code.into()), frame.reason.as_str().to_owned()),
        None => (None, "close frame without a code".into()),
    }
}

/// Who ended the connection with this error, the close code we answer it with, and the reason.
fn end_of(e: &WsError) -> (Closer, Option<u16>, String) {
    match e {
        WsError::ConnectionClosed
        | WsError::AlreadyClosed
        | WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            (Closer::Station, None, "the stream ended without a close frame".into())
        }
        WsError::Capacity(e) => (Closer::Fault, Some(1009), e.to_string()),
        WsError::Protocol(e) => (Closer::Fault, Some(1002), e.to_string()),
        WsError::Utf8(e) => (Closer::Fault, Some(1007), format!("text that is not UTF-8: {e}")),
        WsError::Io(io) => {
            let code = io.get_ref().and_then(|e| e.downcast_ref::<DeflateError>()).map(|e| match e {
                DeflateError::TooLong { .. } => 1009,
                DeflateError::Corrupt(_) => 1007,
                DeflateError::Interrupted => 1002,
            });
            (Closer::Fault, code, io.to_string())
        }
        e => (Closer::Fault, None, e.to_string()),
    }
}

/// A close frame whose reason fits.
fn close_frame(code: u16, reason: &str) -> CloseFrame {
    let end = (0..=REASON.min(reason.len())).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or(0);
    CloseFrame { code: code.into(), reason: reason.get(..end).unwrap_or_default().into() }
}

/// What happened next on the socket.
enum Step {
    /// A message came.
    Read(Message),
    /// Something was taken off the queue; only told while reading is stopped.
    Wrote,
    /// The stream ended or failed.
    Failed(WsError),
    /// The station took no bytes for too long.
    Stalled,
}

/// Moves frames from the queue into the socket and out of it, both without ever waiting for the other.
struct Pump<S> {
    socket: Socket<S>,
    queue: mpsc::Receiver<String>,
    unflushed: bool,
    /// Longest time the station may take no bytes.
    patience: Duration,
    cutter: Cutter,
    /// Runs while the socket takes no bytes.
    blocked: Option<Pin<Box<Sleep>>>,
    /// Why writing failed. What the station sent before is still read.
    broken: Option<WsError>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pump<S> {
    /// The next step; can be dropped and called again without losing anything.
    async fn step(&mut self, read: bool) -> Step {
        poll_fn(|cx| self.poll_step(cx, read)).await
    }

    fn poll_step(&mut self, cx: &mut Context<'_>, read: bool) -> Poll<Step> {
        let wrote = self.poll_write(cx);
        if let Some(timer) = &mut self.blocked
            && timer.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(self.broken.take().map_or(Step::Stalled, Step::Failed));
        }
        if !read {
            return if wrote { Poll::Ready(Step::Wrote) } else { Poll::Pending };
        }
        self.socket.poll_next_unpin(cx).map(|next| match next {
            Some(Ok(message)) => Step::Read(message),
            Some(Err(e)) => Step::Failed(e),
            None => Step::Failed(WsError::ConnectionClosed),
        })
    }

    /// Writes what the socket takes and returns whether anything was taken off the queue.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> bool {
        let mut wrote = false;
        while self.broken.is_none() {
            let ready = match self.socket.poll_ready_unpin(cx) {
                Poll::Ready(Ok(())) => match self.queue.poll_recv(cx) {
                    Poll::Ready(Some(text)) => {
                        (wrote, self.unflushed) = (true, true);
                        self.socket.start_send_unpin(Message::text(text))
                    }
                    _ if !self.unflushed => {
                        self.blocked = None;
                        return wrote;
                    }
                    _ => match self.socket.poll_flush_unpin(cx) {
                        Poll::Ready(flushed) => {
                            self.unflushed = false;
                            flushed
                        }
                        Poll::Pending => break,
                    },
                },
                Poll::Ready(Err(e)) => Err(e),
                Poll::Pending => break,
            };
            match ready {
                Ok(()) if wrote => self.blocked = None,
                Ok(()) => {}
                Err(e) => {
                    self.broken = Some(e);
                    self.blocked = Some(Box::pin(sleep(GOODBYE)));
                }
            }
        }
        if self.blocked.is_none() {
            self.blocked = Some(Box::pin(sleep(self.patience)));
        }
        wrote
    }

    /// Ends the connection as the suite wants it.
    async fn leave(mut self, farewell: Farewell, line: &Line, listener: &impl Listener) {
        let mut answered = false;
        let bye = timeout(GOODBYE, async {
            // What was recorded as sent goes out first.
            poll_fn(|cx| {
                self.poll_write(cx);
                let idle = self.queue.is_empty() && !self.unflushed;
                if idle || self.broken.is_some() { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            let Farewell::Close { code, reason } = &farewell else {
                self.cutter.arm();
                return;
            };
            if self.socket.close(Some(close_frame(*code, reason))).await.is_err() {
                return;
            }
            while let Some(Ok(message)) = self.socket.next().await {
                if let Message::Close(_) = message {
                    answered = true;
                } else if let Some(text) = record(line, message) {
                    // An answer still frees the slot; nothing is replied any more.
                    let _ = listener.hear(line, &text);
                }
            }
        })
        .await;
        let note = match bye {
            _ if answered => "",
            Ok(()) => "the station ended the stream without a close frame",
            Err(_) => "the station did not answer the close frame",
        };
        line.closed(Closer::Suite, None, note);
    }

    /// After the station's close frame: ours in answer, then the end.
    async fn finish(mut self) {
        let _ = timeout(GOODBYE, async { while self.socket.next().await.is_some() {} }).await;
    }

    /// After a fault: says why, if there is a code for it, and lets the station read it.
    async fn fail(mut self, code: Option<u16>, reason: &str) {
        let Some(code) = code else { return };
        let _ = timeout(LINGER, async {
            if self.socket.close(Some(close_frame(code, reason))).await.is_err() {
                return;
            }
            drain(self.socket.into_inner().into_inner()).await;
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let frame = close_frame(1002, &"ü".repeat(100));
        assert_eq!(frame.reason.len(), 122);
        assert_eq!(close_frame(1000, "done").reason.as_str(), "done");
    }
}
