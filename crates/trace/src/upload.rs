//! What happens on the upload servers of the suite: the received file of a GetLog, down to its bytes (OCPP N01).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// How a file is uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UploadProtocol {
    /// HTTP without TLS.
    Http,
    /// HTTP over TLS.
    Https,
    /// FTP, passive mode, without TLS.
    Ftp,
}

impl UploadProtocol {
    /// All of them.
    pub const ALL: [UploadProtocol; 3] = [UploadProtocol::Http, UploadProtocol::Https, UploadProtocol::Ftp];

    /// The scheme of its URLs.
    pub fn scheme(self) -> &'static str {
        match self {
            UploadProtocol::Http => "http",
            UploadProtocol::Https => "https",
            UploadProtocol::Ftp => "ftp",
        }
    }

    /// Its name in `OCPPCommCtrlr.FileTransferProtocols`.
    pub fn ocpp_name(self) -> &'static str {
        match self {
            UploadProtocol::Http => "HTTP",
            UploadProtocol::Https => "HTTPS",
            UploadProtocol::Ftp => "FTP",
        }
    }
}

impl fmt::Display for UploadProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme())
    }
}

/// One thing that happened on an upload server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum UploadEvent {
    /// A connection came to no request.
    Refused {
        /// Why: TLS failed, what came was no HTTP …
        reason: String,
    },
    /// A request arrived; its body may still be on its way.
    Begun {
        /// Method (`PUT`, `POST`, `STOR` …).
        method: String,
        /// Path and query, as received.
        path: String,
        /// The headers that matter, by lower-case name; never credentials.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
        /// User name, if one was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
    },
    /// A request is over.
    Ended {
        /// How.
        outcome: UploadOutcome,
        /// Status or reply code it was answered with; `None` if it was not answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// Length of the file received so far, in bytes: of the part with the file where the body is
        /// `multipart/form-data`.
        bytes: u64,
        /// SHA-256 of these bytes, in hexadecimal.
        sha256: String,
        /// Name of the file by `multipart/form-data` or `Content-Disposition`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file_name: Option<String>,
        /// Where it is kept, from the run directory.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kept: Option<String>,
        /// Milliseconds since it began.
        ms: u64,
        /// What went wrong, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// An FTP connection is over: what was said, the password left out.
    Dialogue {
        /// `> ` what the client said, `< ` what the server answered.
        lines: Vec<String>,
    },
}

/// How an upload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UploadOutcome {
    /// The whole file was received and the upload answered as a success.
    Stored,
    /// It was answered with an error, because the test wanted so.
    Refused,
    /// It was answered with a redirect, because the test wanted so.
    Redirected,
    /// It was cut, because the test wanted so.
    Cut,
    /// It was left without an answer, because the test wanted so, until the client or the server had enough.
    Unanswered,
    /// Credentials were missing or wrong.
    Unauthorized,
    /// No upload is expected at this path.
    Unexpected,
    /// The method or the body cannot be used.
    Unusable,
    /// The file is larger than the suite takes.
    TooLarge,
    /// The client gave up before the file was complete.
    Aborted,
    /// Nothing came for too long.
    TimedOut,
}
