//! Evidence: records with a hash chain, written as they happen and read back.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod chain;
mod frame_text;
pub mod import;
pub mod open_trace;
mod record;
pub mod redact;
mod security;
mod store;
mod upload;

pub use chain::{ChainError, Hash, hash_bytes, hash_line};
pub use frame_text::FrameText;
pub use record::*;
pub use security::{Cause, Certificate, CertificateContent, Refusal, Secured, Tls};
pub use store::{Evidence, EvidenceError, Trace};
pub use upload::{UploadEvent, UploadOutcome, UploadProtocol};
