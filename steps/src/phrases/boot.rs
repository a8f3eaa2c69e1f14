//! Phrases about connecting and booting.

use crate::World;
use cucumber::{given, then};
use judge::boot;
use trace::Seq;

#[given("a connected station")]
async fn a_connected_station(_: &mut World) {
    // The run starts no scenario without a connection.
}

#[then("the station has announced itself before anything else")]
async fn announced(w: &mut World) {
    let check = w.lane.since(Seq(0), boot::announced);
    w.judge([check]);
}
