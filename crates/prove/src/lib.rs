//! Proof that the suite can be believed: a published matrix of defects it must catch and of legal stations it must
//! leave alone, each a deviation of the reference station, run against the whole suite in virtual time.
//!
//! [`deviations`] is the table, [`stand`] runs one, [`judgement`] says what it came to, [`matrix`] runs them all,
//! [`rows`] says which must rows that proves, and [`mod@publish`] makes of it what is published.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod deviations;
pub mod guard;
pub mod judgement;
pub mod matrix;
pub mod publish;
mod reasons;
pub mod rows;
pub mod stand;

pub use deviations::{Deviation, Kind, Seam};

pub use judgement::Judgement;
pub use matrix::{Job, Matrix, Proven};
pub use publish::publish;
