//! What a run came to, for programs and for people: the stable types of `result.json`, the exit code, and the
//! text on the terminal.
//!
//! Everything that can be derived from the verdicts (the counts, the level, whether the station conforms) is
//! derived here, once, by pure functions.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod blocked;
pub mod exit;
pub mod expected;
pub mod gap;
pub mod level;
pub mod plan;
pub mod result;
pub mod schema;
pub mod terminal;
mod words;

pub use expected::Expected;
pub use gap::GapFile;
pub use level::LevelTally;
pub use plan::{PlanLine, plan_table};
pub use result::{Inputs, ResultError, ResultFile};
pub use terminal::{View, report};
