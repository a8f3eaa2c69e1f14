//! TLS for security profiles 2 and 3 and for uploads over HTTPS, with rustls and ring.
//!
//! TLS 1.2 and 1.3. Of the suites OCPP obliges a CSMS to have (A00.FR.318, 421), rustls has
//! `TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256` and `TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384`. It does not have
//! `TLS_RSA_WITH_AES_128_GCM_SHA256` and `TLS_RSA_WITH_AES_256_GCM_SHA384`, nor any other key exchange without
//! forward secrecy: a station that offers only these two is legal (A00.FR.319, 422) and cannot be judged over
//! TLS with this suite. Its attempt is recorded with the suites it offered.

mod certificate;
mod client;
mod files;
mod foreign;
mod server;

pub(crate) use certificate::{hex, inspect};
pub use client::{CertificateTrouble, TlsError};
pub(crate) use client::{Connector, told};
pub(crate) use files::{Identity, roots};
pub use files::{KeyFiles, PemError};
pub(crate) use server::Acceptor;

use std::sync::Arc;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};

/// The provider is always named: nothing depends on what else in the process installed a default.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
