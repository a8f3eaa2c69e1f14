//! Uploading by HTTP.

use super::{File, Packing, UploadError, target::Target};
use crate::stream::Bytes as Io;
use http_body_util::Full;
use hyper::{Method, Request, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;

/// Delimiter of the one part of a form. It need not be random: a file that holds it is sent by another packing.
const BOUNDARY: &str = "diagmark-7d1c5f0e2b9a4863";

/// Sends the file and waits for the answer.
pub(super) async fn send(
    stream: Box<dyn Io>,
    target: &Target,
    file: File,
    packing: Packing,
) -> Result<(), UploadError> {
    let broken = |e: hyper::Error| UploadError::Broken(e.to_string());
    let request = request(target, file, packing)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let answer = tokio::select! {
        biased;
        answer = sender.send_request(request) => answer.map_err(broken)?,
        ended = connection => {
            let why = ended.map_or_else(|e| e.to_string(), |()| "the connection ended".to_owned());
            return Err(UploadError::Broken(why));
        }
    };
    match answer.status().as_u16() {
        200..300 => Ok(()),
        status @ 300..400 => {
            let location = answer.headers().get(header::LOCATION);
            let location = location.and_then(|l| l.to_str().ok()).map(str::to_owned);
            Err(UploadError::Redirected { status, location })
        }
        status => Err(UploadError::Refused(status)),
    }
}

fn request(target: &Target, file: File, packing: Packing) -> Result<Request<Full<Bytes>>, UploadError> {
    let method = if packing == Packing::Put { Method::PUT } else { Method::POST };
    let quoted = file.name.replace(['"', '\\', '\r', '\n'], "_");
    let mut builder = Request::builder()
        .method(method)
        .uri(&target.path)
        .header(header::HOST, &target.address)
        .header(header::USER_AGENT, "diagmark-station");
    if let Some((user, password)) = &target.user {
        builder = builder.header(header::AUTHORIZATION, password.authorization(user));
    }
    let (kind, body) = match packing {
        Packing::Put | Packing::Nameless => ("application/octet-stream".to_owned(), file.bytes),
        Packing::Post => {
            builder =
                builder.header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{quoted}\""));
            ("application/octet-stream".to_owned(), file.bytes)
        }
        Packing::Form => {
            let mut body = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{quoted}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            )
            .into_bytes();
            body.extend_from_slice(&file.bytes);
            body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
            (format!("multipart/form-data; boundary={BOUNDARY}"), body)
        }
    };
    builder
        .header(header::CONTENT_TYPE, kind)
        .body(Full::new(Bytes::from(body)))
        .map_err(|e| UploadError::Broken(e.to_string()))
}
