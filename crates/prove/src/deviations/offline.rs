//! Outages, and what is queued.

use super::boots::time_of;
use super::{Deviation, defect};
use jiff::Timestamp;
use serde_json::Value;
use station::policy::outages::{
    ComingBack, NotQueued, QueueTimes, Queued, Reconnected, Room, StatesAfterOutage, Unanswered,
};
use station::wire::{Between, Middle, Passing, Wire};
use std::collections::BTreeSet;

/// Whether an event is told later than it happened.
fn is_late(event: &Value, now: Timestamp) -> bool {
    time_of(event).is_some_and(|at| now.duration_since(at).as_secs() > 1)
}

/// The events of a message.
fn events(p: &mut Passing) -> Option<&mut Vec<Value>> {
    p.call("NotifyEvent")?.get_mut("eventData")?.as_array_mut()
}

/// Does something to the messages that tell of events late; one that is left empty is not sent.
pub(super) struct Late<F>(pub(super) F);

impl<F: FnMut(&mut Vec<Value>, Timestamp) + Send> Middle for Late<F> {
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        let now = wire.now;
        let mut empty = false;
        if let Some(data) = events(&mut p).filter(|data| data.iter().any(|e| is_late(e, now))) {
            (self.0)(data, now);
            empty = data.is_empty();
        }
        if empty { wire.settle(&p) } else { wire.send(p.frame) }
    }
}

/// Loses what happened after a cut: until it notices, it believes that it has told it.
#[derive(Default)]
struct Unaware {
    told: BTreeSet<i64>,
    /// When something was told again, because a cut had come before its answer.
    again: Option<Timestamp>,
}

impl Middle for Unaware {
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        let now = wire.now;
        let mut empty = false;
        if let Some(data) = events(&mut p) {
            let ids: Vec<i64> = data.iter().filter_map(|e| e["eventId"].as_i64()).collect();
            if ids.iter().any(|id| self.told.contains(id)) {
                self.again = Some(now);
            } else if self.again.is_some_and(|at| now.duration_since(at).as_secs() < 5) {
                data.retain(|e| !is_late(e, now));
            }
            self.told.extend(ids);
            empty = data.is_empty();
        }
        if empty { wire.settle(&p) } else { wire.send(p.frame) }
    }
}

/// Tells what it tells late twice.
struct Twice;

impl Middle for Twice {
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        let now = wire.now;
        let late = events(&mut p).is_some_and(|data| data.iter().any(|e| is_late(e, now)));
        let copy = p.frame.payload().filter(|_| late).cloned();
        wire.send(p.frame);
        if let Some(payload) = copy {
            wire.call("NotifyEvent", payload);
        }
    }
}

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        defect("comes-back-late", "after a lost connection the station waits for a minute and a half before it connects again")
            .breaks(&["B-0341"])
            .leaves_open(&["B-0385", "B-0474"])
            .decides(|p| p.outages.coming_back = ComingBack::Late),
        defect("boots-when-reconnected", "BootNotification is sent after a mere loss of the connection")
            .warns(&["B-0349"])
            .leaves_open(&["B-0351"])
            .decides(|p| p.outages.reconnected = Reconnected::Boots),
        defect("states-after-any-outage", "the state of every connector is told after the shortest outage")
            .warns(&["B-0351"])
            .decides(|p| p.outages.states_after_outage = StatesAfterOutage::All),
        defect("states-never-after-outage", "only changed states of connectors are told, however long the outage was")
            .breaks(&["B-0350"])
            .decides(|p| p.outages.states_after_outage = StatesAfterOutage::Changed),
        defect("queues-nothing", "no event of an outage is queued")
            .breaks(&["B-0342"])
            .warns(&["B-0343"])
            .decides(|p| p.outages.queued = Queued::None),
        defect("queues-below-severity", "events of exactly OfflineQueuingSeverity are not queued")
            .breaks(&["B-0342"])
            .warns(&["B-0343"])
            .decides(|p| p.outages.queued = Queued::BelowSeverity),
        defect("queues-what-is-mild", "OfflineQueuingSeverity is taken the wrong way round: mild events are queued, severe ones are not")
            .breaks(&["B-0342"])
            .warns(&["B-0343"])
            .decides(|p| p.outages.queued = Queued::FromSeverity),
        defect("queues-everything", "OfflineQueuingSeverity is ignored: every event is queued")
            .warns(&["B-0344"])
            .decides(|p| p.outages.queued = Queued::All),
        defect("queue-restamped", "queued events bear the time at which they are delivered")
            .breaks(&["B-0345"])
            .decides(|p| p.outages.queue_times = QueueTimes::OfDelivery),
        defect("queue-backwards", "queued events are delivered in the reverse order")
            .warns(&["B-0348"])
            .wire(|_| Between::new(Late(|data: &mut Vec<Value>, _: Timestamp| data.reverse()))),
        defect("queue-delivered-twice", "queued events are delivered twice").breaks(&["B-0342", "B-0346", "B-0321"])
            .warns(&["B-0352", "B-0366", "B-0323"]).wire(|_| Between::new(Twice)),
        defect("alerts-not-queued", "samples of an outage are queued and alerts are not")
            .warns(&["B-0343"])
            .decides(|p| p.outages.queued = Queued::Periodic),
        defect("cut-not-noticed", "what happens after the connection was cut without a word is lost")
            .breaks(&["B-0346"])
            .wire(|_| Between::new(Unaware::default())),
        defect("unanswered-forgotten", "an event that was not answered before the connection was lost counts as told")
            .warns(&["B-0347"])
            .decides(|p| p.outages.unanswered = Unanswered::Forgotten),
        defect("room-for-fifty", "the queue has room for fifty events")
            .warns(&["B-0352"])
            .decides(|p| p.outages.room = Room::Fifty),
        defect("standing-alert-not-told", "an alert that came in an outage and still holds is not told if it was not queued")
            .warns(&["B-0353"])
            .decides(|p| p.outages.not_queued = NotQueued::Gone),
    ]
}
