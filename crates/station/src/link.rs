//! The station's side of the wire: its own CALLs, and what waits while it is offline.

use crate::device::value;
use crate::engine::{Outgoing, Station};
use crate::message::put;
use crate::monitoring::Event;
use crate::policy::outages::{Room, Unanswered};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::VecDeque;

impl Room {
    /// Most messages kept while offline; then the oldest is given up.
    fn messages(self) -> usize {
        match self {
            Room::Ample => 10_000,
            Room::Fifty => 50,
        }
    }
}

/// The connection as the engine sees it.
#[derive(Debug, Default)]
pub(crate) struct Link {
    pub(crate) up: bool,
    /// When the connection was lost.
    pub(crate) down_since: Option<Timestamp>,
    queue: VecDeque<Queued>,
}

/// What waits for the connection.
#[derive(Debug)]
pub(crate) enum Queued {
    /// An event that happened offline.
    Event(Event),
    /// A CALL that happened offline, or was not answered before the connection was lost.
    Call(OwnCall),
}

/// A CALL of the station; its message id is given where it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnCall {
    /// Message name without "Request".
    pub action: String,
    /// The request.
    pub payload: Value,
}

impl Station {
    /// Whether CALLs can be sent: the link is up and the CSMS has accepted the station.
    pub(crate) fn is_online(&self) -> bool {
        self.link.up && self.is_accepted()
    }

    /// Sends a CALL of the station.
    pub(crate) fn call(&mut self, action: &str, payload: Value) {
        self.out.push_back(Outgoing::Call(OwnCall { action: action.to_owned(), payload }));
    }

    /// Sends a CALL of the station, or keeps it until the station is online.
    pub(crate) fn call_or_keep(&mut self, action: &str, payload: Value) {
        if self.is_online() {
            self.call(action, payload);
        } else {
            self.queue(Queued::Call(OwnCall { action: action.to_owned(), payload }));
        }
    }

    pub(crate) fn queue(&mut self, one: Queued) {
        if self.link.queue.len() >= self.policy.outages.room.messages() {
            self.link.queue.pop_front();
        }
        self.link.queue.push_back(one);
    }

    /// The link is gone: what was told and not confirmed will be told again; reports are given up, because
    /// whoever asked for them has gone too.
    pub(crate) fn keep_unanswered(&mut self, unanswered: Vec<OwnCall>) {
        // Messages of transactions are kept where they wait for their answers.
        self.transactions.delivery.interrupted();
        self.transactions.authorizing.clear();
        let told = ["NotifyEvent", "SecurityEventNotification", "LogStatusNotification"];
        let forgets = self.policy.outages.unanswered == Unanswered::Forgotten;
        let tells = |call: &OwnCall| {
            told.contains(&call.action.as_str()) && !(forgets && call.action == "NotifyEvent")
        };
        for call in unanswered.into_iter().filter(tells).rev() {
            self.link.queue.push_front(Queued::Call(call));
        }
    }

    /// Lets what has waited bear the present time.
    pub(crate) fn restamp_queue(&mut self, now: Timestamp) {
        for one in &mut self.link.queue {
            if let Queued::Event(event) = one {
                put(&mut event.data, "timestamp", value::time(now));
            }
        }
    }

    /// Forgets what has waited.
    pub(crate) fn forget_queue(&mut self) {
        self.link.queue.clear();
    }

    /// Delivers what has waited, in its order.
    pub(crate) fn deliver_queue(&mut self, now: Timestamp) {
        let mut events = Vec::new();
        for one in std::mem::take(&mut self.link.queue) {
            match one {
                Queued::Event(event) => events.push(event),
                Queued::Call(call) => {
                    self.notify(&std::mem::take(&mut events), now);
                    self.out.push_back(Outgoing::Call(call));
                }
            }
        }
        self.notify(&events, now);
        self.deliver_transactions();
    }
}
