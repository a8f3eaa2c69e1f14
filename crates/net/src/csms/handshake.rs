//! From a byte stream to a WebSocket with a station identity and an OCPP version (OCPP-J, connection).

use crate::{
    deflate::{self, Inflate, Switch},
    identity,
    password::{Password, Passwords, basic},
    tls::{TlsError, told},
};
use ocpp::Version;
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
use trace::Cause;

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
    /// User name of basic authentication, if there was one.
    pub(super) user: Option<String>,
}

/// An attempt that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) cause: Cause,
    pub(super) reason: String,
    pub(super) status: Option<u16>,
    pub(super) station: Option<String>,
    pub(super) user: Option<String>,
}

/// What the suite allows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) versions: &'a [Version],
    /// The only identity let in; `None` lets everyone in.
    pub(super) station: Option<&'a str>,
    /// Whether the suite plays a CSMS that knows nobody.
    pub(super) knows_nobody: bool,
    /// Demanded by basic authentication; `None` demands nothing.
    pub(super) passwords: Option<&'a Passwords>,
    /// Largest message in bytes.
    pub(super) max_message: usize,
}

/// The WebSocket of a station.
pub(super) type Socket<S> = WebSocketStream<Inflate<S>>;

/// Does the server's half of the handshake. The time for it is the caller's to limit.
///
/// # Errors
/// Says why the attempt was refused, for the record.
pub(super) async fn shake<S>(stream: S, terms: Terms<'_>) -> Result<(Socket<S>, Hello), Refused>
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

    let mut heard: Option<Result<Hello, Refused>> = None;
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
            Err(refused) => {
                let mut refusal = ErrorResponse::new(Some(refused.reason.clone()));
                let status = refused.status.and_then(|code| StatusCode::from_u16(code).ok());
                *refusal.status_mut() = status.unwrap_or(StatusCode::NOT_FOUND);
                let headers = refusal.headers_mut();
                headers.insert("connection", HeaderValue::from_static("close"));
                if refused.cause == Cause::Unauthorized {
                    headers.insert("www-authenticate", HeaderValue::from_static("Basic realm=\"ocpp\""));
                }
                heard = Some(Err(refused));
                Err(refusal)
            }
        }
    };
    let shaken = accept_hdr_async_with_config(stream, callback, Some(config)).await;
    match (shaken, heard) {
        (_, Some(Err(refused))) => Err(refused),
        (Ok(socket), Some(Ok(hello))) => Ok((socket, hello)),
        (Err(e), _) => Err(trouble(&e)),
        // The handshake cannot succeed without its callback.
        (Ok(_), None) => Err(Refused::of(Cause::NotWebsocket, "no WebSocket handshake".into())),
    }
}

impl Refused {
    /// Nothing is known of the station, and it was not answered.
    pub(super) fn of(cause: Cause, reason: String) -> Refused {
        Refused { cause, reason, status: None, station: None, user: None }
    }
}

fn trouble(e: &WsError) -> Refused {
    if let WsError::Io(io) = e
        && let Some(TlsError::Alert(alert)) = told(io)
    {
        // In TLS 1.3 the suite's own handshake is over before the station says what it thinks of it.
        let reason = format!("the station refused the handshake with the TLS alert {alert}");
        return Refused::of(Cause::Tls, reason);
    }
    Refused::of(Cause::NotWebsocket, format!("not a WebSocket handshake: {e}"))
}

/// Reads the request.
fn hear(request: &Request, terms: Terms<'_>) -> Result<Hello, Refused> {
    let path = request.uri().path();
    let (station, user) = (identity::from_path(path), authorized(request.headers()));
    let refused = |cause, status, reason| Refused {
        cause,
        reason,
        status: Some(status),
        station: station.clone(),
        user: user.as_ref().ok().map(|(user, _)| user.clone()),
    };
    let unknown = |reason| refused(Cause::UnknownStation, 404, reason);
    let Some(id) = &station else {
        return Err(unknown(format!("no station identity at the end of the path `{path}`")));
    };
    if terms.knows_nobody {
        return Err(unknown(format!("`{id}`: the suite plays a CSMS that does not know it")));
    }
    if let Some(expected) = terms.station.filter(|expected| expected != id) {
        return Err(unknown(format!("unknown station `{id}`: only `{expected}` is expected here")));
    }
    if let Some(passwords) = terms.passwords {
        let unauthorized = |reason| Err(refused(Cause::Unauthorized, 401, reason));
        match &user {
            Err(why) => return unauthorized((*why).to_owned()),
            // The user name is the identity (OCPP A00.FR.204).
            Ok((user, _)) if user != id => {
                return unauthorized(format!("the user name `{user}` is not the identity `{id}`"));
            }
            Ok((_, password)) if passwords.of(id) != Some(password) => {
                return unauthorized(format!("wrong password for `{id}`"));
            }
            Ok(_) => {}
        }
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
    Ok(Hello { station: id.clone(), offered, version, user_agent, user: user.ok().map(|(user, _)| user) })
}

/// User and password, or what is wrong with them.
fn authorized(headers: &HeaderMap) -> Result<(String, Password), &'static str> {
    let mut all = headers.get_all("authorization").into_iter();
    let header = match (all.next(), all.next()) {
        (None, _) => return Err("no user name and password (there is no Authorization header)"),
        (Some(header), None) => header,
        (Some(_), Some(_)) => return Err("more than one Authorization header"),
    };
    basic(header.to_str().map_err(|_| "the Authorization header is not ASCII")?)
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
        Terms { versions, station, knows_nobody: false, passwords: None, max_message: 1 << 20 }
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
        let refused = hear(&request("/CS002", &[]), only).unwrap_err();
        assert_eq!(refused.reason, "unknown station `CS002`: only `CS001` is expected here");
        assert_eq!((refused.cause, refused.status), (Cause::UnknownStation, Some(404)));
        assert!(hear(&request("/", &[]), only).unwrap_err().reason.starts_with("no station identity"));
    }

    #[test]
    fn the_user_name_is_the_identity_as_it_is_before_it_is_encoded() {
        let mut passwords = Passwords::default();
        passwords.set("CS 1", Password::new("a-password-of-16"));
        let terms = Terms { passwords: Some(&passwords), ..terms(&Version::ALL, None) };
        let heard = |path: &str, headers: &[(&'static str, &'static str)]| {
            hear(&request(path, headers), terms).map_err(|refused| refused.reason)
        };
        // base64 of "CS 1:a-password-of-16", of "CS 1:wrong", of "CS%201:a-password-of-16"
        let (right, wrong, encoded) = (
            ("authorization", "Basic Q1MgMTphLXBhc3N3b3JkLW9mLTE2"),
            ("authorization", "Basic Q1MgMTp3cm9uZw=="),
            ("authorization", "Basic Q1MlMjAxOmEtcGFzc3dvcmQtb2YtMTY="),
        );
        assert_eq!(heard("/CS%201", &[right]).unwrap().user.as_deref(), Some("CS 1"));
        assert_eq!(heard("/CS%201", &[wrong]).unwrap_err(), "wrong password for `CS 1`");
        assert_eq!(heard("/CS2", &[right]).unwrap_err(), "the user name `CS 1` is not the identity `CS2`");
        assert!(heard("/CS%201", &[encoded]).unwrap_err().starts_with("the user name `CS%201`"));
        assert!(heard("/CS%201", &[]).unwrap_err().starts_with("no user name and password"));
        assert!(heard("/CS%201", &[right, right]).unwrap_err().starts_with("more than one"));
    }
}
