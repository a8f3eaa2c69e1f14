//! A power loss: no time to say anything. What an operator has set, and what waits to be told, is kept in memory that
//! needs no power (OCPP N07.FR.13, G03.FR.08; archetype rows B-0366 and B-0367).

use crate::boot::{Boot, BootReason};
use crate::engine::{Outgoing, Station};
use crate::policy::outages::Survival;
use jiff::Timestamp;

impl Station {
    pub(crate) fn lose_power(&mut self, seconds: u32, now: Timestamp) {
        let unsent = std::mem::take(&mut self.out).into_iter().filter_map(|outgoing| match outgoing {
            Outgoing::Call(call) => Some(call),
            _ => None,
        });
        self.keep_unanswered(unsent.collect());
        self.monitoring = false;
        self.boot = Boot::new(BootReason::PowerUp);
        self.abandon_upload();
        self.end_without_power(now);
        self.roll_ups.forget_events();
        if self.policy.outages.queue_without_power == Survival::Lost {
            self.forget_queue();
        }
        if self.policy.outages.monitors_without_power == Survival::Lost {
            self.monitors.remove_custom();
        }
        self.out.push_back(Outgoing::PowerLoss(seconds));
    }
}
