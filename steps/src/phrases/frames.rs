//! Phrases about the frames of the whole run.

use crate::{Stop, World};
use cucumber::then;
use judge::framing::Framing;
use std::rc::Rc;
use trace::Seq;

fn framing(w: &mut World) -> Rc<Framing> {
    let known = w.handed.framing.clone();
    known.unwrap_or_else(|| {
        let framing = Rc::new(w.lane.since(Seq(0), |all| Framing::of(all, &w.cx.validators)));
        w.handed.framing = Some(framing.clone());
        framing
    })
}

#[then("every frame of the station in this run can be read")]
async fn readable(w: &mut World) {
    let checks = framing(w).readable();
    w.judge(checks);
}

#[then("every event of the station in this run starts with seqNo 0")]
async fn events_numbered(w: &mut World) {
    let checks = w.lane.since(Seq(0), judge::events::numbered);
    w.judge(checks);
}

#[then("every message of the row in this run is valid")]
async fn valid(w: &mut World) {
    w.attempt(async |w| {
        let row = w.subject.row.0.clone();
        let message = w.cx.archetype.behaviour(&row).and_then(|b| b.message.clone());
        let message = message.ok_or_else(|| Stop::Bug(format!("{row} names no message")))?;
        let checks = framing(w).valid(&message);
        w.judge(checks);
        Ok(())
    })
    .await;
}
