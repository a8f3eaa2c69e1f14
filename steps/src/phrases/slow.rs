//! Phrases about a back end that is slow to answer.

use super::chosen::that_take;
use super::moving::everything_is_let_through;
use super::setting::{Wanted, set_for_later, severity};
use crate::link::WaitFor;
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::answer::Answer;
use judge::frame_of;
use judge::framing::answers::came_meanwhile;
use net::csms::{Policy, Treatment};
use ocpp::MonitorType;
use ocpp::frame::Frame;
use std::time::Duration;
use trace::{Direction, Record, Seq};

/// How late events are answered: long enough to read a variable meanwhile, and well within the time a station waits.
const LATE: Duration = Duration::from_secs(8);

/// What the station did while it waited.
#[derive(Debug, Default)]
pub(crate) struct Waited {
    /// The event, the answer to it, and the variable that was read meanwhile.
    seen: Option<(Seq, Option<Seq>, Answer)>,
    /// Whether the station takes its time even if it need not wait.
    slow: bool,
}

fn period(w: &World) -> Result<Duration, Stop> {
    let row = &w.subject.row;
    w.cx.interval(row).ok_or_else(|| Stop::Bug(format!("{row} states no interval")))
}

#[given("two periodic monitors")]
async fn two_periodic(w: &mut World) {
    w.attempt(async |w| {
        everything_is_let_through(w).await?;
        let (kind, period) = (MonitorType::Periodic, period(w)?);
        let at = that_take(w, kind).await?.into_iter().next();
        let at = at.ok_or_else(|| Stop::Bug("no variable was chosen".into()))?;
        for _ in 0..2 {
            let severity = severity(w, &at, kind).await?;
            set_for_later(w, &[Wanted::new(at.clone(), kind, period.as_secs_f64(), severity)]).await?;
        }
        Ok(())
    })
    .await;
}

#[when("a variable is read while the back end is slow to answer an event")]
async fn read_meanwhile(w: &mut World) {
    w.attempt(async |w| {
        let limit = w.deadline();
        let control = w.lane.sign_of_life(limit).await?;
        w.waited.slow = w.lane.since(control.sent, |window| {
            let time = |at| judge::clock::time_of(window, at);
            let took = time(control.reply.at()).zip(time(control.sent)).map(|(b, a)| b.duration_since(a));
            took.is_none_or(|t| t.unsigned_abs() > LATE / 2)
        });
        w.undo.push(Undo::Answers);
        let late = Treatment::Late { ms: u64::try_from(LATE.as_millis()).unwrap_or(u64::MAX) };
        let from = w.lane.answer_with(Policy::default().with("NotifyEvent", late))?;
        let patience = period(w)? + w.cx.deadline("B-0145");
        let event = w.lane.heard(from, patience, "NotifyEvent", WaitFor::Mandated, |_| true).await?;
        let Some((event, _)) = event else {
            return Err(Stop::open("no event came that could be answered late", [from]));
        };
        let read = w.lane.sign_of_life(limit).await?;
        w.answer = Some(read.clone());
        // What follows is answered at once again; the answer that is held back still comes late.
        w.lane.answer_with(Policy::default())?;
        w.undo.retain(|u| *u != Undo::Answers);
        let version = w.cx.version;
        let mut id = None;
        let is = |record: &Record| match frame_of(record, version) {
            Some((Direction::Rx, Frame::Call { id: of, .. })) if record.n == event => {
                id = Some(of.clone());
                false
            }
            Some((Direction::Tx, Frame::CallResult { id: of, .. })) => id.as_ref() == Some(of),
            _ => false,
        };
        let released = w.lane.until(event, LATE, "the late answer", WaitFor::Mandated, is).await?;
        let released = match released {
            crate::link::Met::At(at) => Some(at),
            crate::link::Met::Deadline(_) | crate::link::Met::Lost(_) => None,
        };
        w.waited.seen = Some((event, released, read));
        Ok(())
    })
    .await;
}

#[then("the variable was read while the station waited")]
async fn was_read(w: &mut World) {
    w.attempt(async |w| {
        let Some((event, released, read)) = &w.waited.seen else {
            return Err(Stop::Bug("nothing was read while the station waited".into()));
        };
        let check = came_meanwhile(read, (*event, *released), w.waited.slow);
        w.judge([check]);
        Ok(())
    })
    .await;
}
