//! The pure checks: what a window of the trace says about a row of the archetype.
//!
//! Nothing here waits, sends or reads a clock. A check receives records and gives a [`Check`]; a scenario's
//! checks are settled into one [`RowVerdict`].
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod agreement;
pub mod alerts;
pub mod answer;
pub mod availability;
pub mod bases;
pub mod boot;
mod check;
mod classes;
pub mod clock;
mod code;
pub mod customers;
pub mod edges;
pub mod events;
mod filter;
pub mod framing;
pub mod gap;
pub mod hygiene;
pub mod inventory;
pub mod kept;
pub mod logs;
pub mod monitors;
mod number;
pub mod offline;
#[cfg(test)]
mod properties;
pub mod provision;
pub mod quiet;
mod refused;
pub mod registration;
pub mod restart;
pub mod results;
pub mod security;
pub mod selection;
pub mod soundness;
pub mod states;
pub mod streams;
#[cfg(test)]
mod testing;
pub mod transactions;
mod verdict;
mod window;

pub use check::{Check, Evidence, Finding};
pub use code::Code;
pub use verdict::{
    Basis, Outcome, RowVerdict, SUITE_PREFIX, Stimulus, Subject, Verdict, VerdictLine, is_own, settle,
};
pub use window::{Paged, Part, Window, frame_of, part, parts};
