//! From a byte stream to a WebSocket with a station identity and an OCPP version (OCPP-J, connection).

use crate::{
    deflate::{self, Inflate, Switch},
    identity,
};
use ocpp::Version;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async_with_config,
    tungstenite::{
        Error as WsError,
        handshake::server::{ErrorResponse, Request, Response},
        http::{HeaderMap, HeaderValue, StatusCode},
        protocol::WebSocketConfig,
    },
};

/// Read buffer of a connection in bytes; frames of stations are small.
const READ_BUFFER: usize = 16 << 10;

/// What a station asked for when it connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hello {
    /// Identity, percent-decoded from the last segment of the path.
    pub(super) station: String,
    /// Subprotocols offered, in the station's order.
    pub(super) offered: Vec<String>,
    /// The version agreed.
    pub(super) version: Option<Version>,
    pub(super) user_agent: Option<String>,
}

/// What the suite allows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) versions: &'a [Version],
    /// The only identity let in; `None` lets everyone in.
    pub(super) station: Option<&'a str>,
    /// Time for the whole handshake.
    pub(super) timeout: Duration,
    /// Largest message in bytes.
    pub(super) max_message: usize,
}

/// The WebSocket of a station.
pub(super) type Socket<S> = WebSocketStream<Inflate<S>>;

/// Does the server's half of the handshake.
///
/// # Errors
/// Says why the attempt was refused, for the record.
pub(super) async fn shake<S>(stream: S, terms: Terms<'_>) -> Result<(Socket<S>, Hello), String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let switch = Switch::default();
    let stream = Inflate::new(stream, switch.clone(), terms.max_message);
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(Some(terms.max_message))
        .max_frame_size(Some(terms.max_message));

    let mut heard: Option<Result<Hello, String>> = None;
    #[allow(clippy::result_large_err)] // tungstenite's type
    let callback = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        match hear(request, terms) {
            Ok(hello) => {
                if let Some(version) = hello.version {
                    let name = HeaderValue::from_static(version.subprotocol());
                    response.headers_mut().insert("sec-websocket-protocol", name);
                }
                let offers = values(request.headers(), "sec-websocket-extensions");
                if let Some(answer) = deflate::accept_offer(offers)
                    && let Ok(answer) = HeaderValue::from_str(&answer)
                {
                    response.headers_mut().insert("sec-websocket-extensions", answer);
                    switch.turn_on();
                }
                heard = Some(Ok(hello));
                Ok(response)
            }
            Err(reason) => {
                heard = Some(Err(reason.clone()));
                let mut refusal = ErrorResponse::new(Some(reason));
                *refusal.status_mut() = StatusCode::NOT_FOUND;
                refusal.headers_mut().insert("connection", HeaderValue::from_static("close"));
                Err(refusal)
            }
        }
    };
    let shaken =
        tokio::time::timeout(terms.timeout, accept_hdr_async_with_config(stream, callback, Some(config)))
            .await;
    match (shaken, heard) {
        (_, Some(Err(reason))) => Err(reason),
        (Ok(Ok(socket)), Some(Ok(hello))) => Ok((socket, hello)),
        (Ok(Err(e)), _) => Err(trouble(&e)),
        (Err(_), _) => Err(format!("no complete WebSocket handshake within {:?}", terms.timeout)),
        // The handshake cannot succeed without its callback.
        (Ok(Ok(_)), None) => Err("no WebSocket handshake".into()),
    }
}

fn trouble(e: &WsError) -> String {
    format!("not a WebSocket handshake: {e}")
}

/// Reads the request; an error is the reason to refuse it with HTTP 404.
fn hear(request: &Request, terms: Terms<'_>) -> Result<Hello, String> {
    let path = request.uri().path();
    let station = identity::from_path(path)
        .ok_or_else(|| format!("no station identity at the end of the path `{path}`"))?;
    if let Some(expected) = terms.station.filter(|expected| *expected != station) {
        return Err(format!("unknown station `{station}`: only `{expected}` is expected here"));
    }
    let offered: Vec<String> = values(request.headers(), "sec-websocket-protocol")
        .flat_map(|v| v.split(','))
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    let version = offered
        .iter()
        .filter_map(|name| Version::from_subprotocol(name))
        .find(|version| terms.versions.contains(version));
    let user_agent = values(request.headers(), "user-agent").next().map(str::to_owned);
    Ok(Hello { station, offered, version, user_agent })
}

fn values<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).into_iter().filter_map(|v| v.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, headers: &[(&'static str, &'static str)]) -> Request {
        let mut request = Request::new(());
        *request.uri_mut() = path.parse().unwrap();
        for (name, value) in headers {
            request.headers_mut().append(*name, HeaderValue::from_static(value));
        }
        request
    }

    fn terms<'a>(versions: &'a [Version], station: Option<&'a str>) -> Terms<'a> {
        Terms { versions, station, timeout: Duration::from_secs(5), max_message: 1 << 20 }
    }

    #[test]
    fn the_first_version_in_the_stations_order_that_we_speak_is_taken() {
        let heard = |versions, offers: &[&'static str]| {
            let headers: Vec<_> = offers.iter().map(|o| ("sec-websocket-protocol", *o)).collect();
            hear(&request("/CS001", &headers), terms(versions, None)).unwrap().version
        };
        assert_eq!(heard(&Version::ALL, &["ocpp2.0.1, ocpp2.1"]), Some(Version::V201));
        assert_eq!(heard(&Version::ALL, &["ocpp1.6,ocpp2.1", "ocpp2.0.1"]), Some(Version::V21));
        assert_eq!(heard(&[Version::V201], &["ocpp2.1,ocpp2.0.1"]), Some(Version::V201));
        assert_eq!(heard(&Version::ALL, &["ocpp1.6"]), None);
        assert_eq!(heard(&Version::ALL, &[]), None);
    }

    #[test]
    fn the_identity_is_the_last_segment_percent_decoded() {
        let heard = hear(&request("/ocpp/a%2Fb%20c?x=/y", &[]), terms(&Version::ALL, None)).unwrap();
        assert_eq!(heard.station, "a/b c");
    }

    #[test]
    fn another_identity_and_none_at_all_are_refused() {
        let only = terms(&Version::ALL, Some("CS001"));
        assert!(hear(&request("/CS001", &[]), only).is_ok());
        let reason = hear(&request("/CS002", &[]), only).unwrap_err();
        assert_eq!(reason, "unknown station `CS002`: only `CS001` is expected here");
        assert!(hear(&request("/", &[]), only).unwrap_err().starts_with("no station identity"));
    }
}
