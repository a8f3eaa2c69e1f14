//! From the archetype and the feature files to verdicts: the plan, the run, and the meaning of every phrase.
//!
//! The suite cannot tell whether its [`Link`](link::Link) leads to a station or to a recording.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod cleanup;
mod context;
mod handed;
mod lane;
pub mod link;
mod observations;
mod observed;
mod phrasebook;
mod phrases;
pub mod plan;
mod presence;
pub mod rig;
mod run;
mod session;
mod stop;
pub mod survey;
mod upload;
mod world;

pub use context::Context;
pub use lane::Lane;
pub use phrasebook::{Phrase, phrases};
pub use plan::{Impact, Plan, PlanError, Selection, Suite};
pub use rig::{NoRig, Rig};
pub use run::{Progress, Run, run};
pub use session::{
    Options, ReplayError, Replayed, Session, Undeclared, first_version, replay, replay_hiding, session_of,
};
pub use stop::{Diverged, Stop};
pub use world::World;
