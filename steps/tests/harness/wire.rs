//! A byte stream that cuts WebSocket messages into fragments, with pings before, between and after them.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

/// Bytes of a fragment's payload: a multiple of four, so that the mask goes on in step.
const FRAGMENT: usize = 64;
/// A ping with an empty payload, masked as everything of a client is.
const PING: [u8; 6] = [0x89, 0x80, 0, 0, 0, 0];
const FIN: u8 = 0x80;
const TEXT: u8 = 0x01;

/// The client's end of a stream in memory. Until it is switched on, bytes pass unchanged.
pub struct Chopper {
    inner: DuplexStream,
    on: Arc<AtomicBool>,
    /// What is not yet a whole frame.
    rest: Vec<u8>,
    out: Vec<u8>,
}

impl Chopper {
    /// A chopper and its switch.
    pub fn new(inner: DuplexStream) -> (Chopper, Arc<AtomicBool>) {
        let on = Arc::new(AtomicBool::new(false));
        (Chopper { inner, on: on.clone(), rest: Vec::new(), out: Vec::new() }, on)
    }

    /// Moves whole frames on, in fragments.
    fn chop(&mut self) {
        while let Some((head, payload)) = frame_lengths(&self.rest) {
            let frame: Vec<u8> = self.rest.drain(..head + payload).collect();
            let (first, mask, body) = (frame[0], &frame[head - 4..head], &frame[head..]);
            if first != FIN | TEXT {
                self.out.extend(frame);
                continue;
            }
            self.out.extend(PING);
            let pieces = body.chunks(FRAGMENT).count().max(1);
            for (n, piece) in body.chunks(FRAGMENT).enumerate() {
                let fin = if n + 1 == pieces { FIN } else { 0 };
                self.out.push(fin | if n == 0 { TEXT } else { 0 });
                self.out.push(0x80 | piece.len() as u8);
                self.out.extend(mask);
                self.out.extend(piece);
                self.out.extend(PING);
            }
        }
    }

    fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.out.is_empty() {
            let n = ready!(Pin::new(&mut self.inner).poll_write(cx, &self.out))?;
            self.out.drain(..n);
        }
        Poll::Ready(Ok(()))
    }
}

/// Lengths of head and payload of the masked frame at the start, if it is whole.
fn frame_lengths(bytes: &[u8]) -> Option<(usize, usize)> {
    let (extended, payload) = match bytes.get(1)? & 0x7f {
        126 => (2, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (8, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?) as usize),
        short => (0, usize::from(short)),
    };
    let head = 2 + extended + 4;
    (bytes.len() >= head + payload).then_some((head, payload))
}

impl AsyncRead for Chopper {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Chopper {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if !self.on.load(Ordering::Relaxed) {
            return Pin::new(&mut self.inner).poll_write(cx, buf);
        }
        ready!(self.poll_out(cx))?;
        self.rest.extend(buf);
        self.chop();
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_out(cx))?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_out(cx))?;
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
