//! The station's side: a WebSocket client that speaks one OCPP version to a CSMS, the queue of its own CALLs,
//! and the waiting times between attempts to reconnect.

mod backoff;
mod connect;
mod credentials;
mod outbox;
pub mod upload;

pub use backoff::{Backoff, BackoffConfig};
pub use credentials::{CredentialFiles, Credentials, CredentialsError};
pub use outbox::{Outbox, OwnCall};

use crate::{stream::Bytes, tls::TlsError};
use connect::{Endpoint, shake};
use futures_util::{
    FutureExt, SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use ocpp::Version;
use std::{io, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        protocol::{
            CloseFrame,
            frame::{
                Frame,
                coding::{Data, OpCode},
            },
        },
    },
};

/// Time for connecting, the handshake included.
const CONNECT: Duration = Duration::from_secs(10);

type Socket = WebSocketStream<Box<dyn Bytes>>;

/// Why there is no connection to the CSMS.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL cannot be used.
    #[error("`{url}` is no URL of a CSMS ({why}): use ws://HOST:PORT/PATH or wss://HOST:PORT/PATH")]
    Url {
        /// The URL.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// TCP failed.
    #[error("no connection to {address}: {source}")]
    Tcp {
        /// Host and port.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// TLS failed.
    #[error("no TLS connection to {address}: {source}")]
    Tls {
        /// Host and port.
        address: String,
        /// Why.
        source: TlsError,
    },
    /// The CSMS answered with an HTTP status instead of a WebSocket; 404 if it does not know the identity, 401 if
    /// the password is wrong.
    #[error("the CSMS refused the connection with HTTP status {0}")]
    Refused(u16),
    /// The CSMS speaks none of the versions offered.
    #[error("the CSMS speaks none of the OCPP versions offered")]
    NoCommonVersion,
    /// The handshake failed otherwise.
    #[error("WebSocket handshake failed: {0}")]
    Handshake(String),
    /// It took too long.
    #[error("no connection within {0:?}")]
    TimedOut(Duration),
}

/// What came from the CSMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// A text frame.
    Text(String),
    /// The connection ended.
    Closed {
        /// Close code, if there was a close frame with one.
        code: Option<u16>,
        /// Close reason or error text.
        reason: String,
    },
}

/// The connection is gone; what was to be sent was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection to the CSMS is gone")]
pub struct Gone;

/// A connection to a CSMS.
#[derive(Debug)]
pub struct StationLink {
    sender: StationSender,
    receiver: StationReceiver,
    version: Version,
}

/// The sending half of a [`StationLink`]. Dropping both halves cuts the connection without a close frame.
pub struct StationSender {
    socket: SplitSink<Socket, Message>,
}

/// The receiving half of a [`StationLink`]. Pings are answered while it is being read.
pub struct StationReceiver {
    socket: SplitStream<Socket>,
    ended: bool,
}

impl StationLink {
    /// Connects over TCP to the CSMS endpoint `url`, to which the identity is appended, offering `versions` in
    /// order of preference, without credentials.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub async fn connect(url: &str, id: &str, versions: &[Version]) -> Result<StationLink, ConnectError> {
        StationLink::connect_with(url, id, versions, &Credentials::none()).await
    }

    /// The same with credentials; over TLS if the scheme of the URL is `wss`.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub async fn connect_with(
        url: &str,
        id: &str,
        versions: &[Version],
        credentials: &Credentials,
    ) -> Result<StationLink, ConnectError> {
        let endpoint = Endpoint::of(url, id)?;
        let connected = timeout(CONNECT, async {
            let address = endpoint.address.clone();
            let tcp =
                TcpStream::connect(&address).await.map_err(|source| ConnectError::Tcp { address, source })?;
            // Small frames go out at once; without the option they only go out later.
            let _ = tcp.set_nodelay(true);
            shake(tcp, endpoint, id, versions, credentials).await
        });
        connected.await.unwrap_or(Err(ConnectError::TimedOut(CONNECT)))
    }

    /// Connects over a stream that was made elsewhere, without credentials; `url` tells host and path.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub async fn attach<S>(
        stream: S,
        url: &str,
        id: &str,
        versions: &[Version],
    ) -> Result<StationLink, ConnectError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        StationLink::attach_with(stream, url, id, versions, &Credentials::none()).await
    }

    /// The same with credentials.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub async fn attach_with<S>(
        stream: S,
        url: &str,
        id: &str,
        versions: &[Version],
        credentials: &Credentials,
    ) -> Result<StationLink, ConnectError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let endpoint = Endpoint::of(url, id)?;
        let shaken = timeout(CONNECT, shake(stream, endpoint, id, versions, credentials));
        shaken.await.unwrap_or(Err(ConnectError::TimedOut(CONNECT)))
    }

    /// The version negotiated.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The next text frame, or the end of the connection, once; then `None`. Can be dropped and called again
    /// without losing anything.
    pub async fn recv(&mut self) -> Option<Received> {
        self.receiver.recv().await
    }

    /// Sends a text frame.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn send(&mut self, text: String) -> Result<(), Gone> {
        self.sender.send(text).await
    }

    /// Sends a text in WebSocket frames of at most so many bytes, with a ping before each, as RFC 6455 lets anyone do.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn send_in_fragments(&mut self, text: String, bytes: usize) -> Result<(), Gone> {
        self.sender.send_in_fragments(text, bytes).await
    }

    /// Sends a close frame; [`StationLink::recv`] then tells the answer.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn close(&mut self, code: u16, reason: &str) -> Result<(), Gone> {
        self.sender.close(code, reason).await
    }

    /// Sending and receiving apart, to be used at the same time.
    pub fn split(self) -> (StationSender, StationReceiver) {
        (self.sender, self.receiver)
    }
}

impl StationSender {
    /// Sends a text frame; waits while the CSMS does not read.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn send(&mut self, text: String) -> Result<(), Gone> {
        self.socket.send(Message::text(text)).await.map_err(|_| Gone)
    }

    async fn send_in_fragments(&mut self, text: String, bytes: usize) -> Result<(), Gone> {
        let mut opcode = Data::Text;
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(bytes.clamp(1, rest.len()));
            rest = after;
            let frame = Frame::message(piece.to_vec(), OpCode::Data(opcode), rest.is_empty());
            for message in [Message::Ping(Vec::new().into()), Message::Frame(frame)] {
                self.socket.send(message).await.map_err(|_| Gone)?;
            }
            opcode = Data::Continue;
        }
        Ok(())
    }

    /// Sends a close frame.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn close(&mut self, code: u16, reason: &str) -> Result<(), Gone> {
        let frame = CloseFrame { code: code.into(), reason: reason.into() };
        self.socket.send(Message::Close(Some(frame))).await.map_err(|_| Gone)
    }
}

impl StationReceiver {
    /// The next text frame, or the end of the connection, once; then `None`. Can be dropped and called again
    /// without losing anything.
    pub async fn recv(&mut self) -> Option<Received> {
        while !self.ended {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Some(Received::Text(text.as_str().to_owned())),
                Some(Ok(Message::Close(frame))) => {
                    self.ended = true;
                    // Reading on is what sends our close frame in answer; nothing more is expected.
                    let _ = self.socket.next().now_or_never();
                    return Some(match frame {
                        Some(f) => Received::Closed {
                            code: Some(f.code.into()),
                            reason: f.reason.as_str().to_owned(),
                        },
                        None => Received::Closed { code: None, reason: "close frame without a code".into() },
                    });
                }
                // A CSMS sends text only; pings are answered by tungstenite.
                Some(Ok(_)) => {}
                Some(Err(e)) => {
                    self.ended = true;
                    return Some(Received::Closed { code: None, reason: e.to_string() });
                }
                None => {
                    self.ended = true;
                    return Some(Received::Closed { code: None, reason: "the stream ended".into() });
                }
            }
        }
        None
    }
}

impl std::fmt::Debug for StationSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StationSender").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for StationReceiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StationReceiver").field("ended", &self.ended).finish_non_exhaustive()
    }
}
