//! The reference station: it is built from an archetype, follows it, and answers from its state.
//!
//! [`Station`] is a pure machine (frames, effects and time in, frames out); [`run`] connects it to a CSMS, and
//! [`control`] lets a rig reach it.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod authorization;
mod availability;
mod boot;
pub mod control;
mod courier;
mod customer;
mod delivery;
pub mod device;
mod dispatch;
mod engine;
mod link;
mod logs;
mod message;
mod monitoring;
mod outage;
pub mod policy;
mod power;
mod reports;
mod runner;
mod security;
mod streams;
mod transaction;
mod variables;
pub mod wire;

pub use device::{DeviceModel, Identity};
pub use engine::{EffectError, Outgoing, Station};
pub use link::OwnCall;
pub use logs::{Upload, UploadFailure};
pub use policy::Policy;
pub use runner::{Progress, RunnerConfig, run};
