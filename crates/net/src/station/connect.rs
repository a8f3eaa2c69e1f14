//! From a byte stream to a WebSocket with the CSMS: TLS, credentials, version.

use super::{ConnectError, Credentials, StationLink, StationReceiver, StationSender};
use crate::{
    identity,
    stream::Bytes,
    tls::{TlsError, told},
};
use futures_util::StreamExt;
use ocpp::Version;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::{
    client_async_with_config,
    tungstenite::{
        ClientRequestBuilder, Error as WsError,
        error::{ProtocolError, SubProtocolError},
        http::Uri,
        protocol::WebSocketConfig,
    },
};

/// Largest message of the CSMS in bytes.
const MAX_MESSAGE: usize = 4 << 20;

/// Where a station connects to.
pub(super) struct Endpoint {
    /// The URL of the station: endpoint, `/`, percent-encoded identity (OCPP-J, connection).
    uri: Uri,
    host: String,
    /// Host and port.
    pub(super) address: String,
    tls: bool,
}

impl Endpoint {
    pub(super) fn of(url: &str, id: &str) -> Result<Endpoint, ConnectError> {
        let wrong = |why: &str| ConnectError::Url { url: url.to_owned(), why: why.to_owned() };
        let full = format!("{}/{}", url.trim_end_matches('/'), identity::encode(id));
        let uri: Uri = full.parse().map_err(|e| wrong(&format!("{e}")))?;
        let (tls, port) = match uri.scheme_str() {
            Some("ws") => (false, 80),
            Some("wss") => (true, 443),
            _ => return Err(wrong("the scheme is neither ws nor wss")),
        };
        if uri.query().is_some() {
            return Err(wrong("an identity cannot be appended to a query"));
        }
        let host = uri.host().filter(|h| !h.is_empty()).ok_or_else(|| wrong("there is no host"))?.to_owned();
        let address = format!("{host}:{}", uri.port_u16().unwrap_or(port));
        Ok(Endpoint { uri, host, address, tls })
    }
}

/// Does the client's half of the handshakes.
pub(super) async fn shake<S>(
    stream: S,
    endpoint: Endpoint,
    id: &str,
    versions: &[Version],
    credentials: &Credentials,
) -> Result<StationLink, ConnectError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Endpoint { uri, host, address, tls } = endpoint;
    let failed = |source| ConnectError::Tls { address: address.clone(), source };
    let stream: Box<dyn Bytes> = match (tls, &credentials.connector) {
        (false, _) => Box::new(stream),
        (true, Some(connector)) => Box::new(connector.connect(stream, &host).await.map_err(failed)?),
        (true, None) => return Err(failed(TlsError::NoAuthority)),
    };
    let mut request = ClientRequestBuilder::new(uri).with_header("User-Agent", "diagmark-station");
    if let Some(password) = credentials.shown().as_ref() {
        request = request.with_header("Authorization", password.authorization(id));
    }
    for version in versions {
        request = request.with_sub_protocol(version.subprotocol());
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(16 << 10)
        .write_buffer_size(0)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let (socket, response) =
        client_async_with_config(request, stream, Some(config)).await.map_err(|e| match e {
            WsError::Http(response) => ConnectError::Refused(response.status().as_u16()),
            WsError::Protocol(ProtocolError::SecWebSocketSubProtocolError(
                SubProtocolError::NoSubProtocol,
            )) => ConnectError::NoCommonVersion,
            // In TLS 1.3 a refused certificate is only told after the handshake.
            WsError::Io(e) => match told(&e) {
                Some(source) => failed(source),
                None => ConnectError::Handshake(e.to_string()),
            },
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
        let at = |url, id| Endpoint::of(url, id).map(|e| (e.uri.to_string(), e.address)).unwrap();
        assert_eq!(
            at("ws://csms.test:9000/ocpp/", "a b/c"),
            ("ws://csms.test:9000/ocpp/a%20b%2Fc".into(), "csms.test:9000".into())
        );
        assert_eq!(at("ws://[::1]:9000", "CS001"), ("ws://[::1]:9000/CS001".into(), "[::1]:9000".into()));
        assert_eq!(at("ws://csms.test", "CS001").1, "csms.test:80");
        assert_eq!(at("wss://csms.test", "CS001").1, "csms.test:443");
    }

    #[test]
    fn a_url_that_cannot_be_used_says_why() {
        for (url, why) in [
            ("http://csms.test", "the scheme is neither"),
            ("ws://csms.test/?a=b", "query"),
            ("csms.test:9000", "ws"),
        ] {
            let said = Endpoint::of(url, "CS001").map(|_| ()).unwrap_err().to_string();
            assert!(said.contains(why), "{said}");
        }
    }
}
