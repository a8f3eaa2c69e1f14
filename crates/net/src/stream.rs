//! The byte stream under a connection, and how it is cut.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    net::TcpStream,
};

/// How long [`drain`] is worth waiting for.
pub(crate) const LINGER: Duration = Duration::from_secs(1);

/// A byte stream.
pub(crate) trait Bytes: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Bytes for S {}

/// Decides how a [`Wire`] ends when it is dropped; clones decide for the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cutter(Arc<AtomicBool>);

impl Cutter {
    /// From now on dropping the stream resets the TCP connection: the other side sees neither a close frame nor
    /// an orderly end, as when a cable is cut behind a router.
    pub(crate) fn arm(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// A TCP connection, or a stream in memory, which just ends when it is dropped.
pub(crate) struct Wire {
    io: Io,
    cutter: Cutter,
}

enum Io {
    Tcp(TcpStream),
    Other(Box<dyn Bytes>),
}

impl Wire {
    pub(crate) fn tcp(stream: TcpStream) -> Wire {
        // Small frames go out at once; without the option they only go out later.
        let _ = stream.set_nodelay(true);
        Wire { io: Io::Tcp(stream), cutter: Cutter::default() }
    }

    pub(crate) fn other(stream: impl Bytes + 'static) -> Wire {
        Wire { io: Io::Other(Box::new(stream)), cutter: Cutter::default() }
    }

    pub(crate) fn cutter(&self) -> Cutter {
        self.cutter.clone()
    }

    fn io(self: Pin<&mut Self>) -> Pin<&mut dyn Bytes> {
        match &mut self.get_mut().io {
            Io::Tcp(stream) => Pin::new(stream),
            Io::Other(stream) => Pin::new(stream.as_mut()),
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Io::Tcp(stream) = &self.io
            && self.cutter.0.load(Ordering::Acquire)
        {
            // A connection that is gone already needs no reset.
            let _ = stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.io().poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.io().poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_shutdown(cx)
    }
}

/// Ends our half of a stream, then reads and drops what the other side still sends: without it, what we said last
/// could be lost to a reset of the TCP connection. Ends when the other side does, so give it a time.
pub(crate) async fn drain(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut dropped = [0; 4096];
    while stream.read(&mut dropped).await.is_ok_and(|n| n > 0) {}
}
