//! Legal stations that a naive suite rejects must keep every verdict of the plain reference station; stations
//! that misbehave as real ones do must fail at the right row, and spoil no other.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../harness/mod.rs"]
mod harness;
#[path = "../harness/middle.rs"]
mod middle;
#[path = "../harness/relay.rs"]
mod relay;
#[path = "../harness/trial.rs"]
mod trial;
#[path = "../harness/wire.rs"]
mod wire;

mod real_errors;
mod real_reports;
mod reports;
mod results;
mod traffic;
mod turns;
mod unrelated;

use middle::Nobody;
use ocpp::Version;
use trial::{changes_nothing, trial};

#[test]
fn nobody_in_the_middle_changes_nothing() {
    for version in Version::ALL {
        changes_nothing(&trial(version).run(Nobody));
    }
}
