//! How the reference station uploads a log (OCPP N01): HTTP, HTTPS and FTP.

mod ftp;
mod http;
mod target;

use super::Credentials;
use crate::{stream::Bytes, tls::TlsError, upload::Uploads};
use std::{io, time::Duration};
use target::Target;
use tokio::{io::duplex, net::TcpStream, time::timeout};
use trace::UploadProtocol;

/// Time for connecting, TLS included.
const CONNECT: Duration = Duration::from_secs(10);
/// Size of a stream in memory in bytes.
const MEMORY: usize = 64 << 10;

/// How a station reaches upload servers.
#[derive(Debug, Clone)]
pub enum Route {
    /// Over the network.
    Network,
    /// In memory, for virtual time: all hosts are these servers.
    Memory(Uploads),
}

/// How a file is put into an HTTP request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Packing {
    /// PUT, the body is the file.
    #[default]
    Put,
    /// POST, the body is the file, its name in `Content-Disposition` (OCPP N01.FR.19).
    Post,
    /// POST, the body is the file, which nothing names: wrong, for stations that deviate.
    Nameless,
    /// POST of a form with one file, `multipart/form-data`.
    Form,
}

/// A file to be uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, as told in the GetLogResponse.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Why an upload failed.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The URL cannot be used.
    #[error("`{url}` cannot be uploaded to: {why}")]
    Url {
        /// The URL, without credentials.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The station does not speak this protocol, or not here.
    #[error("uploads by {0} are not supported")]
    Protocol(String),
    /// The server cannot be reached.
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
    /// The server refused the file.
    #[error("the server answered {0}")]
    Refused(u16),
    /// The server sent the station elsewhere; a station does not follow (OCPP N01.FR.30).
    #[error("the server redirected the upload ({status}), which is not followed")]
    Redirected {
        /// The status of the answer.
        status: u16,
        /// Where it points.
        location: Option<String>,
    },
    /// The transfer broke off, or the server said something else than it should.
    #[error("the transfer broke off: {0}")]
    Broken(String),
    /// It took too long.
    #[error("nothing happened within {0:?}")]
    TimedOut(Duration),
}

impl UploadError {
    /// The status it is reported with in a LogStatusNotification (OCPP N01.FR.10).
    pub fn log_status(&self) -> &'static str {
        match self {
            UploadError::Protocol(_) => "NotSupportedOperation",
            UploadError::Url { .. } => "BadMessage",
            UploadError::Refused(401 | 403 | 530 | 532 | 550) => "PermissionDenied",
            _ => "UploadFailure",
        }
    }
}

/// Uploads a file; dropping the future breaks the upload off. `patience` is the longest time for the server's
/// answer.
///
/// # Errors
/// See [`UploadError`].
pub async fn upload(
    route: &Route,
    credentials: &Credentials,
    url: &str,
    file: File,
    packing: Packing,
    patience: Duration,
) -> Result<(), UploadError> {
    let target = Target::of(url, &file.name)?;
    let sending = async {
        match target.protocol {
            UploadProtocol::Http | UploadProtocol::Https => {
                let stream = connect(route, credentials, &target).await?;
                http::send(stream, &target, file, packing).await
            }
            UploadProtocol::Ftp => match route {
                Route::Network => ftp::send(&target, file).await,
                Route::Memory(_) => Err(UploadError::Protocol("ftp in memory".to_owned())),
            },
        }
    };
    timeout(patience, sending).await.unwrap_or(Err(UploadError::TimedOut(patience)))
}

async fn connect(
    route: &Route,
    credentials: &Credentials,
    target: &Target,
) -> Result<Box<dyn Bytes>, UploadError> {
    let stream: Box<dyn Bytes> = match route {
        Route::Network => Box::new(tcp(&target.address).await?),
        Route::Memory(uploads) => {
            let (ours, theirs) = duplex(MEMORY);
            uploads.serve(target.protocol, theirs, "memory".to_owned());
            Box::new(ours)
        }
    };
    if target.protocol != UploadProtocol::Https {
        return Ok(stream);
    }
    let failed = |source| UploadError::Tls { address: target.address.clone(), source };
    let connector = credentials.connector.as_ref().ok_or_else(|| failed(TlsError::NoAuthority))?;
    let secured = timeout(CONNECT, connector.connect(stream, &target.host)).await;
    Ok(Box::new(secured.map_err(|_| UploadError::TimedOut(CONNECT))?.map_err(failed)?))
}

async fn tcp(address: &str) -> Result<TcpStream, UploadError> {
    let failed = |source| UploadError::Tcp { address: address.to_owned(), source };
    let connected = timeout(CONNECT, TcpStream::connect(address)).await;
    connected.map_err(|_| UploadError::TimedOut(CONNECT))?.map_err(failed)
}
