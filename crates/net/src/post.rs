//! A small HTTP client: one POST of JSON, for a rig that is an HTTP endpoint. Plain HTTP only, for rigs stand in the
//! same laboratory.

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{Request, StatusCode, Uri, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use std::fmt;
use tokio::net::TcpStream;

/// Longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 << 10;

/// An `http://` URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl {
    host: String,
    port: u16,
    path: String,
}

/// Why a text is no URL to post to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url} cannot be used: {why}; write it as in http://127.0.0.1:8080/effect")]
pub struct HttpUrlError {
    url: String,
    why: &'static str,
}

impl HttpUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// When it is none, has another scheme than `http`, or credentials, which are not supported.
    pub fn parse(url: &str) -> Result<HttpUrl, HttpUrlError> {
        // What stands before the `@` may be a password.
        let shown = url.rsplit_once('@').map_or(url, |(_, after)| after).to_owned();
        let wrong = |why| HttpUrlError { url: shown.clone(), why };
        let uri: Uri = url.parse().map_err(|_| wrong("it is no URL"))?;
        if !uri.scheme_str().is_some_and(|s| s.eq_ignore_ascii_case("http")) {
            return Err(wrong("only http:// is supported"));
        }
        if uri.authority().is_some_and(|a| a.as_str().contains('@')) {
            return Err(wrong("a user name in it is not supported"));
        }
        let host = uri.host().filter(|h| !h.is_empty()).ok_or_else(|| wrong("it has no host"))?.to_owned();
        let path = uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        Ok(HttpUrl { host, port: uri.port_u16().unwrap_or(80), path })
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What follows the question mark may be a secret.
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "http://{}:{}{path}", self.host, self.port)
    }
}

/// Why there is no answer to a POST.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// Nobody listens there.
    #[error("{url} cannot be reached: {source}")]
    Connect {
        /// Where.
        url: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The exchange broke off.
    #[error("the exchange with {url} broke off: {why}")]
    Broken {
        /// With whom.
        url: String,
        /// What happened.
        why: String,
    },
    /// An answer that is no success.
    #[error("{url} answered with status {status}")]
    Status {
        /// Who.
        url: String,
        /// The status.
        status: StatusCode,
    },
    /// An answer that does not end.
    #[error("the answer of {url} is longer than {MAX_ANSWER} bytes")]
    TooLong {
        /// Whose.
        url: String,
    },
}

/// Posts JSON and returns the body of the answer as text. Redirects are not followed. There is no time limit: the
/// caller has one.
///
/// # Errors
/// Why there is no answer.
pub async fn post_json(url: &HttpUrl, body: String) -> Result<String, PostError> {
    let shown = url.to_string();
    let host = url.host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((host, url.port)).await;
    let stream = stream.map_err(|source| PostError::Connect { url: shown.clone(), source })?;
    let broken = |why: String| PostError::Broken { url: shown.clone(), why };
    let request = Request::post(&url.path)
        .header(header::HOST, format!("{}:{}", url.host, url.port))
        .header(header::USER_AGENT, "diagmark")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header(header::CONNECTION, "close")
        .body(Full::new(Bytes::from(body)))
        .map_err(|e| broken(e.to_string()))?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|e| broken(e.to_string()))?;
    let exchange = async {
        let answer = sender.send_request(request).await.map_err(|e| broken(e.to_string()))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
        let body = body.map_err(|e| {
            if e.is::<LengthLimitError>() {
                PostError::TooLong { url: shown.clone() }
            } else {
                broken(e.to_string())
            }
        })?;
        if !status.is_success() {
            return Err(PostError::Status { url: shown.clone(), status });
        }
        Ok(String::from_utf8_lossy(&body.to_bytes()).into_owned())
    };
    // The connection has to be driven; its end is no answer, but the exchange itself will say so.
    tokio::pin!(connection, exchange);
    let mut driven = false;
    loop {
        tokio::select! {
            biased;
            answer = &mut exchange => return answer,
            _ = &mut connection, if !driven => driven = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// Posts to an endpoint that answers with these bytes, and returns what it was sent.
    async fn posted(answer: &'static str) -> (Result<String, PostError>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/effect?key=1", listener.local_addr().unwrap());
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut sent = Vec::new();
            while !sent.ends_with(b"{}") {
                stream.read_buf(&mut sent).await.unwrap();
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(sent).unwrap()
        };
        let url = HttpUrl::parse(&url).unwrap();
        tokio::join!(post_json(&url, "{}".to_owned()), serve)
    }

    #[tokio::test]
    async fn json_is_posted_and_the_body_of_the_answer_comes_back() {
        let (answer, sent) = posted("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine").await;
        assert_eq!(answer.unwrap(), "fine");
        assert!(sent.starts_with("POST /effect?key=1 HTTP/1.1\r\n"), "{sent}");
        assert!(sent.contains("content-type: application/json"), "{sent}");
    }

    #[tokio::test]
    async fn what_is_no_success_is_an_error_that_shows_no_secret() {
        let (answer, _) = posted("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy").await;
        let error = answer.unwrap_err().to_string();
        assert!(error.ends_with("/effect answered with status 503 Service Unavailable"), "{error}");
        let (answer, _) = posted("nonsense\r\n\r\n").await;
        assert!(answer.unwrap_err().to_string().contains("broke off"));
        let (answer, _) = posted("HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n").await;
        assert!(answer.is_err());
    }

    #[tokio::test]
    async fn nobody_there_is_said() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let error = post_json(&HttpUrl::parse(&url).unwrap(), String::new()).await.unwrap_err().to_string();
        assert!(error.contains("cannot be reached"), "{error}");
    }

    #[test]
    fn only_plain_http_urls_are_taken() {
        assert_eq!(HttpUrl::parse("http://h/x?k=secret").unwrap().to_string(), "http://h:80/x");
        assert_eq!(HttpUrl::parse("http://[::1]:8080").unwrap().to_string(), "http://[::1]:8080/");
        for (url, why) in [
            ("https://h/x", "only http://"),
            ("127.0.0.1:8080", "only http://"),
            ("http://me:secret@h/x", "user name"),
            ("not a url", "no URL"),
        ] {
            let error = HttpUrl::parse(url).unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains("secret"), "{error}");
        }
    }
}
