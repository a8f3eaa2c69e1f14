//! How a station and the suite proved to each other who they are: what was negotiated, and why an attempt was
//! refused. Passwords are never part of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a connection is secured with (OCPP A00, security profiles).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Secured {
    /// The security profile the suite demanded: 0 none (laboratory only, no profile of OCPP), 1 basic
    /// authentication, 2 TLS and basic authentication, 3 mutual TLS.
    pub profile: u8,
    /// User name of HTTP basic authentication, if the station sent one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// TLS, if it was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
}

/// A TLS handshake, as far as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// Version agreed, as in `TLSv1_3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Cipher suite agreed, by its name in the TLS registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cipher_suite: Option<String>,
    /// Host name the client asked for (SNI); a client that was given an address sends none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// Cipher suites the client offered, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offered: Vec<String>,
    /// The certificate the suite showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_certificate: Option<Certificate>,
    /// The certificate the client showed, whether it was accepted or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<Certificate>,
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    /// SHA-256 over its DER form, in hexadecimal.
    pub sha256: String,
    /// What it says; `None` if it cannot be read.
    #[serde(flatten)]
    pub content: Option<CertificateContent>,
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateContent {
    /// Subject, as in `CN=CS001, O=Diagmark`.
    pub subject: String,
    /// Common name of the subject, if it has one: the station's serial number (OCPP A00.FR.405).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_name: Option<String>,
    /// Issuer.
    pub issuer: String,
    /// Serial number of the certificate, in hexadecimal.
    pub serial: String,
    /// Beginning of its validity.
    pub not_before: Timestamp,
    /// End of its validity.
    pub not_after: Timestamp,
}

/// A connection attempt that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// Why, for programs.
    pub cause: Cause,
    /// HTTP status it was answered with, if it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Identity in the path, as far as it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub station: Option<String>,
    /// What had been negotiated until then.
    pub security: Secured,
}

/// Why a connection attempt was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// What came was no WebSocket handshake, or it broke off.
    NotWebsocket,
    /// The handshake was not complete in time.
    Timeout,
    /// The identity in the URL is not the one expected: HTTP 404.
    UnknownStation,
    /// User name or password were missing or wrong: HTTP 401 (OCPP A00.FR.207, 324).
    Unauthorized,
    /// The TLS handshake failed: no TLS, no common version or cipher suite, a certificate that is missing,
    /// expired or of a foreign authority (OCPP A00.FR.403, 407), or the station did not trust the suite's.
    Tls,
    /// The suite plays a CSMS that cannot be reached.
    Offline,
}
