//! What a run came to, for programs and for people: the stable types of `result.json`, the exit code, and the
//! text on the terminal.
//!
//! Everything that can be derived from the verdicts (the counts, the level, whether the station conforms) is
//! derived here, once, by pure functions.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod blocked;
pub mod certificate;
pub mod coverage;
pub mod exit;
pub mod expected;
pub mod gap;
mod html;
pub mod junit;
pub mod keys;
pub mod level;
mod limits;
pub mod page;
pub mod plan;
pub mod proof;
mod put;
pub mod result;
pub mod schema;
mod security;
pub mod table;
pub mod terminal;
pub mod trust;
mod words;

pub use coverage::CoverageFile;
pub use expected::Expected;
pub use gap::GapFile;
pub use level::LevelTally;
pub use plan::{PlanLine, plan_table};
pub use proof::ProofFile;
pub use put::put;
pub use result::{Inputs, ResultError, ResultFile};
pub use security::SecurityUsed;
pub use terminal::{View, report};
