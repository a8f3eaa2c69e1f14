//! The HTTP and HTTPS upload server.

use super::{
    Fault, Inner,
    attempt::{Attempt, Beginning},
    expected::Allowed,
    multipart::{Multipart, boundary, parameter},
};
use crate::{
    password::{Password, basic},
    stream::{Bytes as Io, Cutter},
};
use http_body_util::{BodyExt as _, Empty};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{self, HeaderName, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    collections::BTreeMap,
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::time::timeout;
use trace::{UploadOutcome, UploadProtocol};

/// The headers that go into the evidence.
const TOLD: [HeaderName; 9] = [
    header::HOST,
    header::USER_AGENT,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_DISPOSITION,
    header::CONTENT_ENCODING,
    header::CONTENT_RANGE,
    header::TRANSFER_ENCODING,
    header::EXPECT,
];
/// Longest value of a header in the evidence, in characters.
const MAX_VALUE: usize = 200;

/// The connection is cut instead of answered.
#[derive(Debug, thiserror::Error)]
#[error("cut")]
struct Cut;

type Answer = Result<Response<Empty<Bytes>>, Cut>;

/// Serves a connection until it ends.
pub(super) async fn serve(
    inner: Arc<Inner>,
    stream: impl Io + 'static,
    protocol: UploadProtocol,
    cutter: Cutter,
    peer: String,
) {
    let asked = AtomicBool::new(false);
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(inner.config.idle)
        .serve_connection(
            TokioIo::new(stream),
            service_fn(|request| {
                asked.store(true, Ordering::Relaxed);
                let visit =
                    Visit { inner: inner.clone(), protocol, cutter: cutter.clone(), peer: peer.clone() };
                visit.answer(request)
            }),
        )
        .await;
    // A connection that is kept alive and never used again is no trouble.
    if let Err(e) = served
        && (e.is_parse() || !asked.load(Ordering::Relaxed))
    {
        inner.refuse(protocol, &peer, format!("not an HTTP request: {e}"));
    }
}

/// One request.
struct Visit {
    inner: Arc<Inner>,
    protocol: UploadProtocol,
    cutter: Cutter,
    peer: String,
}

/// How reading the body ended.
enum Read {
    Whole,
    Aborted(String),
    TimedOut,
    TooLarge,
    /// So many bytes were to be taken, and were.
    Enough,
    /// It is no `multipart/form-data`, though it says so.
    Unusable(String),
}

impl Visit {
    async fn answer(self, request: Request<Incoming>) -> Answer {
        let (head, body) = request.into_parts();
        let path = head.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let given = credentials(&head.headers);
        let upload = self.inner.book().of_path(self.protocol, &path);
        let mut attempt = Attempt::begin(
            self.inner.clone(),
            Beginning {
                upload: upload.clone(),
                protocol: self.protocol,
                peer: self.peer.clone(),
                method: head.method.to_string(),
                path: path.clone(),
                headers: told(&head.headers),
                user: given.as_ref().map(|(user, _)| user.clone()),
            },
        );
        attempt.file_name = head
            .headers
            .get(header::CONTENT_DISPOSITION)
            .and_then(|v| parameter(&String::from_utf8_lossy(v.as_bytes()), "filename"));
        let Some(upload) = upload else {
            return self.decline(attempt, &head.headers, body, 404, UploadOutcome::Unexpected, None).await;
        };
        if !matches!(head.method, Method::PUT | Method::POST) {
            let outcome = UploadOutcome::Unusable;
            return self.decline(attempt, &head.headers, body, 405, outcome, None).await;
        }
        if self.inner.book().allows(&upload, given.as_ref()) == Allowed::No {
            let outcome = UploadOutcome::Unauthorized;
            return self.decline(attempt, &head.headers, body, 401, outcome, None).await;
        }
        // What is redirected would succeed where it is redirected to.
        let redirected = path.starts_with(&format!("/{upload}{REDIRECTED}"));
        let fault = if redirected { None } else { self.inner.book().attempt(&upload) };
        match fault {
            Some(Fault::Status(status)) => {
                self.decline(attempt, &head.headers, body, status, UploadOutcome::Refused, None).await
            }
            Some(Fault::Redirect(status)) => {
                let rest = path.strip_prefix(&format!("/{upload}")).unwrap_or_default();
                let place = self.inner.places.get(&self.protocol).map_or("", String::as_str);
                let to = format!("{}://{place}/{upload}{REDIRECTED}{rest}", self.protocol.scheme());
                let outcome = UploadOutcome::Redirected;
                self.decline(attempt, &head.headers, body, status, outcome, Some(to)).await
            }
            Some(Fault::Silence) => {
                attempt.if_dropped = UploadOutcome::Unanswered;
                let read = self.take(&mut attempt, &head.headers, body, None).await;
                if matches!(read, Read::Whole) { pending().await } else { self.conclude(attempt, read) }
            }
            Some(Fault::CutAfter(bytes)) => {
                let read = self.take(&mut attempt, &head.headers, body, Some(bytes)).await;
                self.cutter.arm();
                match read {
                    Read::Whole | Read::Enough => attempt.end(UploadOutcome::Cut, None, None),
                    read => drop(self.conclude(attempt, read)),
                }
                Err(Cut)
            }
            None => {
                let read = self.take(&mut attempt, &head.headers, body, None).await;
                if !matches!(read, Read::Whole) {
                    return self.conclude(attempt, read);
                }
                let status = if head.method == Method::PUT { 201 } else { 200 };
                attempt.end(UploadOutcome::Stored, Some(status), None);
                response(status, None)
            }
        }
    }

    /// Answers without success. A station that waits for permission to send its file is answered at once; of any
    /// other the file is read first, for it could not be answered while it is still sending.
    async fn decline(
        &self,
        mut attempt: Attempt,
        headers: &HeaderMap,
        body: Incoming,
        status: u16,
        outcome: UploadOutcome,
        to: Option<String>,
    ) -> Answer {
        if !headers.contains_key(header::EXPECT) {
            match self.take(&mut attempt, headers, body, None).await {
                Read::Whole | Read::Enough | Read::Unusable(_) => {}
                read => return self.conclude(attempt, read),
            }
        }
        attempt.end(outcome, Some(status), None);
        response(status, to)
    }

    /// What follows from a body that did not come whole.
    fn conclude(&self, attempt: Attempt, read: Read) -> Answer {
        let (outcome, status, note) = match read {
            Read::Aborted(why) => {
                attempt.end(UploadOutcome::Aborted, None, Some(why));
                return Err(Cut);
            }
            Read::TimedOut => {
                (UploadOutcome::TimedOut, 408, format!("nothing for {:?}", self.inner.config.idle))
            }
            Read::TooLarge => {
                let note = format!("more than {} bytes", self.inner.config.max_bytes);
                (UploadOutcome::TooLarge, 413, note)
            }
            Read::Unusable(why) => (UploadOutcome::Unusable, 400, why),
            Read::Whole | Read::Enough => (UploadOutcome::Stored, 200, String::new()),
        };
        attempt.end(outcome, Some(status), Some(note).filter(|n| !n.is_empty()));
        response(status, None)
    }

    /// Takes the body, or so many bytes of it.
    async fn take(
        &self,
        attempt: &mut Attempt,
        headers: &HeaderMap,
        mut body: Incoming,
        enough: Option<u64>,
    ) -> Read {
        let content_type =
            headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let mut multipart = boundary(content_type).map(|b| Multipart::new(&b));
        let mut taken = 0u64;
        loop {
            if enough.is_some_and(|enough| taken >= enough) {
                return Read::Enough;
            }
            let frame = match timeout(self.inner.config.idle, body.frame()).await {
                Err(_) => return Read::TimedOut,
                Ok(None) => break,
                Ok(Some(Err(e))) => return Read::Aborted(format!("the body broke off: {e}")),
                Ok(Some(Ok(frame))) => frame,
            };
            let Some(bytes) = frame.data_ref() else { continue };
            let room = enough.map_or(u64::MAX, |enough| enough - taken);
            let bytes =
                bytes.get(..usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len())).unwrap_or_default();
            taken += bytes.len() as u64;
            let mut fits = Ok(());
            match &mut multipart {
                None => fits = attempt.sink.take(bytes),
                Some(multipart) => {
                    let read = multipart.read(bytes, |file| fits = fits.and(attempt.sink.take(file)));
                    if let Err(e) = read {
                        return Read::Unusable(e.to_string());
                    }
                }
            }
            // Form fields do not count, but they have an end too.
            if fits.is_err() || taken > self.inner.config.max_bytes.saturating_add(1 << 20) {
                return Read::TooLarge;
            }
        }
        match multipart.map(|m| m.finish()) {
            None => Read::Whole,
            Some(Ok(name)) => {
                attempt.file_name = name.or(attempt.file_name.take());
                Read::Whole
            }
            Some(Err(e)) => Read::Unusable(e.to_string()),
        }
    }
}

/// What stands in a redirected path after the name of the upload.
const REDIRECTED: &str = "/redirected";

fn response(status: u16, to: Option<String>) -> Answer {
    let mut response = Response::new(Empty::new());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status == 401 {
        let realm = HeaderValue::from_static("Basic realm=\"upload\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
    }
    if let Some(to) = to.and_then(|to| HeaderValue::try_from(to).ok()) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    Ok(response)
}

fn credentials(headers: &HeaderMap) -> Option<(String, Password)> {
    basic(headers.get(header::AUTHORIZATION)?.to_str().ok()?).ok()
}

fn told(headers: &HeaderMap) -> BTreeMap<String, String> {
    let values = |name: &HeaderName| {
        let all =
            headers.get_all(name).into_iter().map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
        all.collect::<Vec<_>>().join(", ")
    };
    TOLD.iter()
        .filter(|name| headers.contains_key(*name))
        .map(|name| (name.as_str().to_owned(), values(name).chars().take(MAX_VALUE).collect()))
        .collect()
}
