//! Restarts and outages that are dear, and from which several scenarios judge each their own. Each is brought about by
//! the first scenario that needs it; the others look at its records.

use crate::phrases::{Fetched, Superseded};
use crate::world::World;
use crate::{Lane, Stop};
use jiff::SignedDuration;
use judge::answer::Answer;
use judge::events::Event;
use judge::monitors::SetMonitor;
use judge::offline::Gap;
use judge::streams::Params;
use judge::{Paged, Window};
use std::rc::Rc;
use trace::Seq;

/// Something that was brought about, or why it could not be.
pub(crate) type Kept<T> = Option<Result<Rc<T>, Stop>>;

/// Everything of the kind in this run.
#[derive(Clone, Default)]
pub(crate) struct Observed {
    pub(crate) put_off: Kept<PutOff>,
    pub(crate) rejected: Kept<Rejected>,
    pub(crate) closed: Kept<Flicker>,
    pub(crate) cut: Kept<Flicker>,
    pub(crate) outage: Kept<Outage>,
    pub(crate) cut_outage: Kept<Outage>,
    pub(crate) alerts: Kept<AlertsOffline>,
    pub(crate) dark: Kept<Dark>,
    pub(crate) stream: Kept<Streamed>,
    pub(crate) log: Kept<Fetched>,
    pub(crate) superseded: Kept<Superseded>,
    /// A request to restart that was not taken.
    pub(crate) not_restarted: Option<Answer>,
}

impl Observed {
    /// What either of two lanes brought about.
    pub(crate) fn or(self, other: Observed) -> Observed {
        Observed {
            put_off: self.put_off.or(other.put_off),
            rejected: self.rejected.or(other.rejected),
            closed: self.closed.or(other.closed),
            cut: self.cut.or(other.cut),
            outage: self.outage.or(other.outage),
            cut_outage: self.cut_outage.or(other.cut_outage),
            alerts: self.alerts.or(other.alerts),
            dark: self.dark.or(other.dark),
            stream: self.stream.or(other.stream),
            log: self.log.or(other.log),
            superseded: self.superseded.or(other.superseded),
            not_restarted: self.not_restarted.or(other.not_restarted),
        }
    }
}

/// A stream of values, from the request for it to its end.
pub(crate) struct Streamed {
    /// All of it.
    pub(crate) stretch: Stretch,
    /// The monitor and its period.
    pub(crate) monitor: SetMonitor,
    /// The rate asked for first, and later.
    pub(crate) rates: [Params; 2],
    /// The stream, if it was opened and came so far.
    pub(crate) flow: Option<Flow>,
}

/// A stream that was opened.
pub(crate) struct Flow {
    /// Its id.
    pub(crate) stream: i64,
    /// The list of streams while it was open, after its rate was changed, and after its end.
    pub(crate) lists: [Answer; 3],
    /// The answer to the request to change its rate.
    pub(crate) adjusted: Answer,
    /// The answer to the request that removed its monitor, and its status.
    pub(crate) removed: (Answer, String),
}

/// Takes what an earlier scenario brought about, or brings it about. What failed for good is not tried again.
pub(crate) async fn once<T>(
    w: &mut World,
    slot: impl Fn(&mut Observed) -> &mut Kept<T>,
    make: impl AsyncFnOnce(&mut World) -> Result<T, Stop>,
) -> Result<Rc<T>, Stop> {
    if let Some(known) = slot(&mut w.handed.observed).clone() {
        return known;
    }
    let made = make(w).await.map(Rc::new);
    if !matches!(made, Err(Stop::Interrupted | Stop::Diverged(_) | Stop::Bug(_))) {
        *slot(&mut w.handed.observed) = Some(made.clone());
    }
    made
}

/// What a wait came to, where its connection may be lost without harm to what was seen before.
pub(crate) fn if_any<T>(waited: Result<Option<T>, Stop>) -> Result<Option<T>, Stop> {
    match waited {
        Err(Stop::Open { .. }) => Ok(None),
        other => other,
    }
}

/// A stretch of the run, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) from: Seq,
    pub(crate) to: Seq,
}

impl Stretch {
    /// What a check receives of it.
    pub(crate) fn look<R>(self, lane: &Lane, look: impl FnOnce(Window<'_>) -> R) -> R {
        lane.since(self.from, |window| {
            let end = window.records.partition_point(|r| r.n <= self.to);
            look(Window::new(window.records.get(..end).unwrap_or_default(), window.version))
        })
    }
}

/// A restart whose boot was put off twice before it was accepted.
pub(crate) struct PutOff {
    /// From the request to restart until everything due had come.
    pub(crate) stretch: Stretch,
    /// The answer to that request.
    pub(crate) reset: Answer,
    /// The answer to the first boot.
    pub(crate) pending: Seq,
    /// The acceptance.
    pub(crate) accepted: Option<Seq>,
    /// What the station was asked while its boot was put off.
    pub(crate) asked: Vec<Answer>,
    /// The report it was asked for, if it agreed.
    pub(crate) report: Option<Paged>,
    /// What was changed meanwhile, or why nothing was.
    pub(crate) changed: Result<Changed, String>,
}

/// A monitored number that was changed while the boot was put off.
pub(crate) struct Changed {
    /// A delta monitor on it, by its id after the restart.
    pub(crate) delta: SetMonitor,
    /// A threshold that had been exceeded before the restart and was not after the change; or why there was none.
    pub(crate) threshold: Result<SetMonitor, String>,
    /// The write.
    pub(crate) wrote: Answer,
    /// How far the station's clock was ahead.
    pub(crate) ahead: SignedDuration,
}

/// A restart whose boot was rejected once.
pub(crate) struct Rejected {
    /// From the request to restart until everything due had come.
    pub(crate) stretch: Stretch,
    /// The acceptance.
    pub(crate) accepted: Seq,
    /// The EVSE that had been taken out of use, or why none was.
    pub(crate) unavailable: Result<Unavailable, String>,
    /// The level and the monitors watched, or why there are none.
    pub(crate) level: Result<LevelKept, String>,
}

/// An EVSE that was out of use before a restart.
pub(crate) struct Unavailable {
    /// What the EVSE and its connectors read afterwards.
    pub(crate) read: Vec<(String, Option<String>, Answer)>,
}

/// Two periodic monitors, watched after a restart.
pub(crate) struct LevelKept {
    /// The request for the level after it.
    pub(crate) read: Answer,
    /// The level it gave.
    pub(crate) level: Option<i64>,
    /// The more severe monitor, by its id after the restart.
    pub(crate) severe: SetMonitor,
    /// The less severe one.
    pub(crate) mild: SetMonitor,
    /// The time they were watched.
    pub(crate) watched: Stretch,
    /// A sign of life at its end.
    pub(crate) alive: Answer,
}

/// A connection that was ended, and nobody kept the station from coming back.
pub(crate) struct Flicker {
    /// From the end of the connection until a while after the next.
    pub(crate) stretch: Stretch,
    /// The gap; `None` if the station did not come back in time.
    pub(crate) gap: Option<Gap>,
    /// The answer to a request on the new connection.
    pub(crate) alive: Option<Answer>,
}

/// A time in which nobody was let in, with periodic monitors.
pub(crate) struct Outage {
    /// From before the end of the connection until what was due had come.
    pub(crate) stretch: Stretch,
    pub(crate) gap: Gap,
    /// How far the station's clock was ahead.
    pub(crate) ahead: SignedDuration,
    /// A monitor severe enough to be queued.
    pub(crate) queued: SetMonitor,
    /// One that was not; or why there was none.
    pub(crate) mild: Result<SetMonitor, String>,
    /// An event that was left unanswered.
    pub(crate) unanswered: Option<Event>,
    /// The offline threshold in seconds, if the outage was longer; or why not.
    pub(crate) threshold: Result<u64, String>,
}

/// Alerts that a rig brought about while nobody was let in.
pub(crate) struct AlertsOffline {
    /// The threshold severe enough to be queued.
    pub(crate) queued: SetMonitor,
    /// One that was not, left exceeded; or why there was none.
    pub(crate) mild: Result<SetMonitor, String>,
    /// The stimulus.
    pub(crate) cause: Seq,
    /// The stretch until what was due had come.
    pub(crate) stretch: Stretch,
}

/// A power loss while nobody was let in.
pub(crate) struct Dark {
    /// From the end of the connection until what was due had come.
    pub(crate) stretch: Stretch,
    /// From the end of the connection to the loss of power.
    pub(crate) gap: Gap,
    /// How far the station's clock was ahead before.
    pub(crate) ahead: SignedDuration,
    /// The periodic monitor, as it was set.
    pub(crate) queued: SetMonitor,
    /// The acceptance after it.
    pub(crate) accepted: Seq,
    /// The monitors afterwards.
    pub(crate) report: Option<judge::monitors::MonitoringReport>,
    /// The EVSE that had been taken out of use, or why none was.
    pub(crate) unavailable: Result<Unavailable, String>,
}
