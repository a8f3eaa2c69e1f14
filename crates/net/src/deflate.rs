//! permessage-deflate (RFC 7692), inbound only: a byte stream below the WebSocket that passes bytes through
//! until it is switched on, and from then on inflates compressed messages and hands on plain frames.
//!
//! OCPP-J obliges a CSMS to support compression, and tungstenite has none. What the suite sends goes out
//! uncompressed, which is always allowed.

mod offer;

pub(crate) use offer::accept_offer;

use flate2::{Decompress, FlushDecompress, Status};
use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Why the stream below the WebSocket gave up; travels inside an `io::Error`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DeflateError {
    #[error("message of more than {max} bytes, compressed or inflated")]
    TooLong { max: usize },
    #[error("compressed message cannot be inflated: {0}")]
    Corrupt(String),
    #[error("a new message began before the compressed one had ended")]
    Interrupted,
}

impl From<DeflateError> for io::Error {
    fn from(e: DeflateError) -> io::Error {
        io::Error::other(e)
    }
}

/// Switches an [`Inflate`] on; clones switch the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switch(Arc<AtomicBool>);

impl Switch {
    pub(crate) fn turn_on(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Bytes read from the socket at once.
const CHUNK: usize = 8 << 10;

/// The stream.
pub(crate) struct Inflate<S> {
    io: S,
    switch: Switch,
    /// Largest payload, compressed or not, in bytes.
    max: usize,
    /// Bytes read and not yet parsed.
    raw: Vec<u8>,
    /// Plain bytes to hand on, from `at`.
    out: Vec<u8>,
    at: usize,
    /// The compressed message whose last fragment has not arrived.
    message: Option<Compressed>,
    window: Decompress,
}

struct Compressed {
    opcode: u8,
    /// Whether all its frames were masked, as they must be; if not, tungstenite shall see that.
    masked: bool,
    data: Vec<u8>,
}

/// One frame as it came, its payload unmasked.
struct WireFrame {
    first: u8,
    masked: bool,
    payload: Vec<u8>,
    /// Length on the wire, header included.
    len: usize,
}

impl<S> Inflate<S> {
    pub(crate) fn new(io: S, switch: Switch, max: usize) -> Inflate<S> {
        Inflate {
            io,
            switch,
            max,
            raw: Vec::new(),
            out: Vec::new(),
            at: 0,
            message: None,
            window: Decompress::new(false),
        }
    }

    /// The stream below, without what was read ahead.
    pub(crate) fn into_inner(self) -> S {
        self.io
    }

    /// Takes one whole frame off `raw`, if there is one, and adds what follows from it to `out`.
    fn step(&mut self) -> Result<bool, DeflateError> {
        let Some(frame) = parse(&self.raw, self.max)? else { return Ok(false) };
        self.raw.drain(..frame.len);
        let (fin, rsv1, opcode) = (frame.first & 0x80 != 0, frame.first & 0x40 != 0, frame.first & 0x0F);
        match (&mut self.message, opcode) {
            (None, 1 | 2) if rsv1 => {
                self.message = Some(Compressed { opcode, masked: frame.masked, data: frame.payload });
            }
            (Some(message), 0) if !rsv1 => {
                message.masked &= frame.masked;
                message.data.extend(frame.payload);
                if message.data.len() > self.max {
                    return Err(DeflateError::TooLong { max: self.max });
                }
            }
            (Some(_), 1 | 2) => return Err(DeflateError::Interrupted),
            // Control frames, uncompressed ones, and what is illegal: for tungstenite to judge.
            _ => {
                self.emit(frame.first, frame.masked, &frame.payload);
                return Ok(true);
            }
        }
        if fin && let Some(message) = self.message.take() {
            let plain = self.inflate(message.data)?;
            self.emit(0x80 | message.opcode, message.masked, &plain);
        }
        Ok(true)
    }

    /// Inflates one message with the window kept from the ones before (RFC 7692, 7.2.2).
    fn inflate(&mut self, mut data: Vec<u8>) -> Result<Vec<u8>, DeflateError> {
        data.extend([0x00, 0x00, 0xFF, 0xFF]);
        let mut plain = Vec::with_capacity(data.len().saturating_mul(4).min(self.max).max(CHUNK));
        let mut rest = data.as_slice();
        loop {
            if plain.len() == plain.capacity() {
                plain.reserve(CHUNK);
            }
            let (read, wrote) = (self.window.total_in(), plain.len());
            let status = self
                .window
                .decompress_vec(rest, &mut plain, FlushDecompress::Sync)
                .map_err(|e| DeflateError::Corrupt(e.to_string()))?;
            if plain.len() > self.max {
                return Err(DeflateError::TooLong { max: self.max });
            }
            let used = usize::try_from(self.window.total_in() - read).unwrap_or(usize::MAX);
            rest = rest.get(used..).unwrap_or_default();
            if status == Status::StreamEnd {
                // A client may end a message with a final block (7.2.3.4); a new stream starts after it.
                self.window.reset(false);
            }
            match rest.is_empty() {
                // With room left over, everything that was read has been written.
                true if plain.len() < plain.capacity() => return Ok(plain),
                false if used == 0 && plain.len() == wrote => {
                    return Err(DeflateError::Corrupt("its data goes on after its end".into()));
                }
                _ => {}
            }
        }
    }

    fn emit(&mut self, first: u8, masked: bool, payload: &[u8]) {
        let mask = if masked { 0x80 } else { 0 };
        self.out.push(first);
        match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
            (Ok(n @ 0..=125), _) => self.out.push(mask | n),
            (_, Ok(n)) => {
                self.out.push(mask | 126);
                self.out.extend(n.to_be_bytes());
            }
            _ => {
                self.out.push(mask | 127);
                self.out.extend((payload.len() as u64).to_be_bytes());
            }
        }
        if masked {
            // Already unmasked: the zero key changes nothing.
            self.out.extend([0; 4]);
        }
        self.out.extend(payload);
    }
}

/// Reads one frame from the start of `raw`; `None` until it is whole.
fn parse(raw: &[u8], max: usize) -> Result<Option<WireFrame>, DeflateError> {
    let Some((&[first, second], rest)) = raw.split_first_chunk::<2>() else { return Ok(None) };
    let (declared, rest) = match second & 0x7F {
        126 => match rest.split_first_chunk::<2>() {
            Some((n, rest)) => (u64::from(u16::from_be_bytes(*n)), rest),
            None => return Ok(None),
        },
        127 => match rest.split_first_chunk::<8>() {
            Some((n, rest)) => (u64::from_be_bytes(*n), rest),
            None => return Ok(None),
        },
        n => (u64::from(n), rest),
    };
    let Some(len) = usize::try_from(declared).ok().filter(|n| *n <= max) else {
        return Err(DeflateError::TooLong { max });
    };
    let masked = second & 0x80 != 0;
    let (key, rest) = match rest.split_first_chunk::<4>() {
        _ if !masked => ([0; 4], rest),
        Some((key, rest)) => (*key, rest),
        None => return Ok(None),
    };
    let Some(payload) = rest.get(..len) else { return Ok(None) };
    let payload = payload.iter().zip(key.iter().cycle()).map(|(b, k)| b ^ k).collect();
    Ok(Some(WireFrame { first, masked, payload, len: raw.len() - rest.len() + len }))
}

impl<S: AsyncRead + Unpin> AsyncRead for Inflate<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.switch.0.load(Ordering::Acquire) {
            return Pin::new(&mut this.io).poll_read(cx, buf);
        }
        loop {
            if let Some(waiting) = this.out.get(this.at..).filter(|w| !w.is_empty()) {
                let n = waiting.len().min(buf.remaining());
                buf.put_slice(waiting.get(..n).unwrap_or_default());
                this.at += n;
                if this.at == this.out.len() {
                    this.out.clear();
                    this.at = 0;
                }
                return Poll::Ready(Ok(()));
            }
            if this.step()? {
                continue;
            }
            let mut chunk = [0; CHUNK];
            let mut chunk = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut this.io).poll_read(cx, &mut chunk))?;
            if chunk.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.raw.extend_from_slice(chunk.filled());
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Inflate<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compress, Compression, FlushCompress};
    use tokio::io::AsyncReadExt;

    fn deflated(window: &mut Compress, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() + 1024);
        window.compress_vec(text, &mut out, FlushCompress::Sync).unwrap();
        assert!(out.ends_with(&[0x00, 0x00, 0xFF, 0xFF]));
        out.truncate(out.len() - 4);
        out
    }

    /// A masked client frame.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let key = [1, 2, 3, 4];
        let mut out = vec![first, 0x80 | 127];
        out.extend((payload.len() as u64).to_be_bytes());
        out.extend(key);
        out.extend(payload.iter().zip(key.iter().cycle()).map(|(b, k)| b ^ k));
        out
    }

    /// What comes out, parsed again: first byte and payload of each frame.
    async fn through(wire: Vec<u8>, max: usize) -> Result<Vec<(u8, Vec<u8>)>, DeflateError> {
        let switch = Switch::default();
        switch.turn_on();
        let mut plain = Vec::new();
        let read = Inflate::new(wire.as_slice(), switch, max).read_to_end(&mut plain).await;
        if let Err(e) = read {
            return Err(e.get_ref().and_then(|e| e.downcast_ref::<DeflateError>()).unwrap().clone());
        }
        let (mut frames, mut rest) = (Vec::new(), plain.as_slice());
        while let Some(f) = parse(rest, usize::MAX).unwrap() {
            frames.push((f.first, f.payload));
            rest = &rest[f.len..];
        }
        Ok(frames)
    }

    fn text(n: usize) -> Vec<u8> {
        (0..n).map(|i| b"charging station "[i % 17].wrapping_add((i / 997) as u8 % 3)).collect()
    }

    #[tokio::test]
    async fn messages_of_any_size_come_out_as_they_went_in_with_one_window() {
        let mut window = Compress::new(Compression::default(), false);
        let sizes = [0, 1, 125, 126, 4096, 65_535, 65_536, 300_000, 17];
        let mut wire = Vec::new();
        for n in sizes {
            wire.extend(frame(0xC1, &deflated(&mut window, &text(n))));
        }
        let frames = through(wire, 1 << 20).await.unwrap();
        assert_eq!(frames, sizes.map(|n| (0x81, text(n))));
    }

    #[tokio::test]
    async fn fragments_with_a_ping_between_them_become_one_message_after_the_ping() {
        let z = deflated(&mut Compress::new(Compression::default(), false), &text(900));
        let (a, b) = z.split_at(10);
        let wire = [frame(0x41, a), frame(0x89, b"hi"), frame(0x80, b)].concat();
        assert_eq!(through(wire, 1 << 20).await.unwrap(), [(0x89, b"hi".to_vec()), (0x81, text(900))]);
    }

    #[tokio::test]
    async fn an_uncompressed_message_between_compressed_ones_passes() {
        let z = deflated(&mut Compress::new(Compression::default(), false), b"one");
        let wire = [frame(0xC1, &z), frame(0x81, b"two")].concat();
        assert_eq!(through(wire, 99).await.unwrap(), [(0x81, b"one".to_vec()), (0x81, b"two".to_vec())]);
    }

    #[tokio::test]
    async fn a_message_that_ends_with_a_final_block_is_read() {
        // The example of RFC 7692, 7.2.3.4: "Hello", twice.
        let hello = [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00];
        let wire = [frame(0xC1, &hello), frame(0xC1, &hello)].concat();
        assert_eq!(through(wire, 99).await.unwrap(), vec![(0x81, b"Hello".to_vec()); 2]);
    }

    #[tokio::test]
    async fn a_small_message_that_inflates_beyond_the_limit_is_refused() {
        let z = deflated(&mut Compress::new(Compression::best(), false), &vec![b'x'; 1 << 20]);
        assert!(z.len() < 4096);
        assert_eq!(through(frame(0xC1, &z), 4096).await, Err(DeflateError::TooLong { max: 4096 }));
    }

    #[tokio::test]
    async fn junk_that_claims_to_be_compressed_is_refused() {
        let read = through(frame(0xC1, &[0xFF; 40]), 4096).await;
        assert!(matches!(read, Err(DeflateError::Corrupt(_))), "{read:?}");
    }

    #[tokio::test]
    async fn a_new_message_inside_a_compressed_one_is_refused() {
        let wire = [frame(0x41, b"zz"), frame(0x81, b"two")].concat();
        assert_eq!(through(wire, 99).await, Err(DeflateError::Interrupted));
    }
}
