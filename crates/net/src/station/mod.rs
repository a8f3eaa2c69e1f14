//! The station's side: a WebSocket client that speaks one OCPP version to a CSMS, the queue of its own CALLs,
//! and the waiting times between attempts to reconnect.

mod backoff;
mod outbox;

pub use backoff::{Backoff, BackoffConfig};
pub use outbox::{Outbox, OwnCall};

use crate::identity;
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
    WebSocketStream, client_async_with_config,
    tungstenite::{
        ClientRequestBuilder, Error as WsError, Message,
        error::{ProtocolError, SubProtocolError},
        http::Uri,
        protocol::{CloseFrame, WebSocketConfig},
    },
};

/// Time for connecting, the handshake included.
const CONNECT: Duration = Duration::from_secs(10);
/// Largest message of the CSMS in bytes.
const MAX_MESSAGE: usize = 4 << 20;

/// A byte stream under a WebSocket.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}
type Socket = WebSocketStream<Box<dyn Stream>>;

/// Why there is no connection to the CSMS.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL cannot be used.
    #[error("`{url}` is no URL of a CSMS ({why}): use ws://HOST:PORT/PATH")]
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
    /// The CSMS answered with an HTTP status instead of a WebSocket; 404 if it does not know the identity.
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
    /// order of preference.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub async fn connect(url: &str, id: &str, versions: &[Version]) -> Result<StationLink, ConnectError> {
        let (uri, address) = endpoint(url, id)?;
        let connected = timeout(CONNECT, async {
            let tcp =
                TcpStream::connect(&address).await.map_err(|source| ConnectError::Tcp { address, source })?;
            // Small frames go out at once; without the option they only go out later.
            let _ = tcp.set_nodelay(true);
            shake(tcp, uri, versions).await
        });
        connected.await.unwrap_or(Err(ConnectError::TimedOut(CONNECT)))
    }

    /// Connects over a stream that was made elsewhere; `url` tells host and path.
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
        let (uri, _) = endpoint(url, id)?;
        timeout(CONNECT, shake(stream, uri, versions)).await.unwrap_or(Err(ConnectError::TimedOut(CONNECT)))
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

/// The URL of a station (endpoint, `/`, percent-encoded identity: OCPP-J, connection) and the address to
/// connect to.
fn endpoint(url: &str, id: &str) -> Result<(Uri, String), ConnectError> {
    let wrong = |why: &str| ConnectError::Url { url: url.to_owned(), why: why.to_owned() };
    let full = format!("{}/{}", url.trim_end_matches('/'), identity::encode(id));
    let uri: Uri = full.parse().map_err(|e| wrong(&format!("{e}")))?;
    match uri.scheme_str() {
        Some("ws") => {}
        Some("wss") => return Err(wrong("this build has no TLS for stations")),
        _ => return Err(wrong("the scheme is not ws")),
    }
    if uri.query().is_some() {
        return Err(wrong("an identity cannot be appended to a query"));
    }
    let host = uri.host().filter(|h| !h.is_empty()).ok_or_else(|| wrong("there is no host"))?;
    let address = format!("{host}:{}", uri.port_u16().unwrap_or(80));
    Ok((uri, address))
}

async fn shake<S>(stream: S, uri: Uri, versions: &[Version]) -> Result<StationLink, ConnectError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut request = ClientRequestBuilder::new(uri).with_header("User-Agent", "diagmark-station");
    for version in versions {
        request = request.with_sub_protocol(version.subprotocol());
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(16 << 10)
        .write_buffer_size(0)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let stream: Box<dyn Stream> = Box::new(stream);
    let (socket, response) =
        client_async_with_config(request, stream, Some(config)).await.map_err(|e| match e {
            WsError::Http(response) => ConnectError::Refused(response.status().as_u16()),
            WsError::Protocol(ProtocolError::SecWebSocketSubProtocolError(
                SubProtocolError::NoSubProtocol,
            )) => ConnectError::NoCommonVersion,
            e => ConnectError::Handshake(e.to_string()),
        })?;
    let version = response
        .headers()
        .get("sec-websocket-protocol")
        .and_then(|name| Version::from_subprotocol(name.to_str().ok()?))
        .ok_or(ConnectError::NoCommonVersion)?;
    let (sink, stream) = socket.split();
    Ok(StationLink {
        sender: StationSender { socket: sink },
        receiver: StationReceiver { socket: stream, ended: false },
        version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_is_appended_to_the_endpoint_percent_encoded() {
        let at = |url, id| endpoint(url, id).map(|(uri, address)| (uri.to_string(), address)).unwrap();
        assert_eq!(
            at("ws://csms.test:9000/ocpp/", "a b/c"),
            ("ws://csms.test:9000/ocpp/a%20b%2Fc".into(), "csms.test:9000".into())
        );
        assert_eq!(at("ws://[::1]:9000", "CS001"), ("ws://[::1]:9000/CS001".into(), "[::1]:9000".into()));
        assert_eq!(at("ws://csms.test", "CS001").1, "csms.test:80");
    }

    #[test]
    fn a_url_that_cannot_be_used_says_why() {
        for (url, why) in [
            ("http://csms.test", "the scheme is not ws"),
            ("wss://csms.test", "no TLS"),
            ("ws://csms.test/?a=b", "query"),
            ("csms.test:9000", "ws"),
        ] {
            let said = endpoint(url, "CS001").unwrap_err().to_string();
            assert!(said.contains(why), "{said}");
        }
    }
}
