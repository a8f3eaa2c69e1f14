//! Wall time: an epoch and the time tokio says has passed since.

use jiff::Timestamp;
use std::time::Duration;
use tokio::time::Instant;

/// The one place where clocks are read. Under tokio's paused clock it stands still with it, so that a run in
/// virtual time gives the same time stamps every time. Clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    epoch: Timestamp,
    start: Instant,
}

impl Clock {
    /// Starts at the system's present time. A later step of the system clock is not followed.
    #[allow(clippy::disallowed_methods)] // the clock itself
    pub fn wall() -> Clock {
        Clock::starting_at(Timestamp::now())
    }

    /// Starts at a given time: virtual time.
    #[allow(clippy::disallowed_methods)] // the clock itself
    pub fn starting_at(epoch: Timestamp) -> Clock {
        Clock { epoch, start: Instant::now() }
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        // Beyond the year 9999 the clock stands still.
        self.epoch.checked_add(self.elapsed()).unwrap_or(Timestamp::MAX)
    }

    /// Time since the clock was made.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn virtual_time_moves_exactly_with_the_paused_clock() {
        let epoch: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let clock = Clock::starting_at(epoch);
        tokio::time::sleep(Duration::from_millis(61_500)).await;
        assert_eq!(clock.elapsed(), Duration::from_millis(61_500));
        assert_eq!(clock.clone().now().to_string(), "2026-01-02T03:05:06.5Z");
    }
}
