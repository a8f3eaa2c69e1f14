//! Automatic replies that wait for their time.

use std::{collections::BTreeMap, time::Duration};

/// Replies held back at once; more stop the reading.
const ROOM: usize = 64;

/// Replies by the time they are due; those of the same time keep their order.
#[derive(Debug, Default)]
pub(super) struct Held {
    replies: BTreeMap<(Duration, u64), String>,
    count: u64,
}

impl Held {
    pub(super) fn add(&mut self, text: String, due: Duration) {
        self.count += 1;
        self.replies.insert((due, self.count), text);
    }

    /// Takes the next reply whose time has come.
    pub(super) fn due(&mut self, now: Duration) -> Option<String> {
        let first = self.replies.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    /// Time until the first is due.
    pub(super) fn wait(&self, now: Duration) -> Option<Duration> {
        self.replies.keys().next().map(|(due, _)| due.saturating_sub(now))
    }

    pub(super) fn has_room(&self) -> bool {
        self.replies.len() < ROOM
    }
}
