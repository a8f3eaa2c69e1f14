//! Evidence: records with a hash chain, written as they happen and read back.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod chain;
pub mod import;
mod record;
mod store;

pub use chain::{ChainError, Hash, hash_line};
pub use record::*;
pub use store::{Evidence, EvidenceError, Trace};
