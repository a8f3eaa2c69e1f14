//! Both ends of the wire and the clock they are timed with: the CSMS a station connects to, the station's
//! link to a CSMS, the servers files are uploaded to, and the growing trace everything is recorded in.
//!
//! Everything runs on a current-thread runtime with tokio's paused clock as well as on real time: wall time
//! comes only from [`Clock`], every `select!` is biased, and nothing sent depends on the order of a hash map.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod clock;
pub mod csms;
mod deflate;
mod identity;
mod log;
mod password;
pub mod pki;
mod post;
pub mod station;
mod stream;
mod tls;
pub mod upload;
pub use clock::Clock;
pub use csms::{Connection, Csms, CsmsConfig, Sent};
pub use log::Log;
pub use password::{Password, Passwords, PasswordsError};
pub use post::{HttpUrl, HttpUrlError, PostError, post_json};
pub use station::{Backoff, BackoffConfig, ConnectError, Credentials, Outbox, Received, StationLink};
pub use tls::{CertificateTrouble, KeyFiles, PemError, TlsError};
