//! How long a station waits before it tries to connect again (OCPP-J, reconnecting).

use std::time::Duration;

/// The station's settings, after the variables of OCPPCommCtrlr with the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackoffConfig {
    /// RetryBackOffWaitMinimum: the first wait without its random part.
    pub wait_minimum: Duration,
    /// RetryBackOffRandomRange: the random part is at most this.
    pub random_range: Duration,
    /// RetryBackOffRepeatTimes: so often the wait is doubled.
    pub repeat_times: u32,
}

impl Default for BackoffConfig {
    fn default() -> Self {
        let (wait_minimum, random_range) = (Duration::from_secs(2), Duration::from_secs(2));
        BackoffConfig { wait_minimum, random_range, repeat_times: 3 }
    }
}

/// The waits, one after the other. "Random" parts come from a seed, so that a run can be repeated exactly.
#[derive(Debug, Clone)]
pub struct Backoff {
    config: BackoffConfig,
    failures: u32,
    state: u64,
}

impl Backoff {
    /// Starts at the minimum.
    pub fn new(config: BackoffConfig, seed: u64) -> Backoff {
        Backoff { config, failures: 0, state: seed }
    }

    /// The wait before the next attempt.
    pub fn next_wait(&mut self) -> Duration {
        let doubled = 2u32.saturating_pow(self.failures.min(self.config.repeat_times));
        self.failures = self.failures.saturating_add(1);
        let wait = self.config.wait_minimum.saturating_mul(doubled).saturating_add(self.random());
        // Longer than anyone waits, and short enough for every timer.
        wait.min(Duration::from_secs(24 * 3600))
    }

    /// An attempt succeeded: the next wait is the minimum again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// SplitMix64, scaled to the range.
    fn random(&mut self) -> Duration {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        let range = u64::try_from(self.config.random_range.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(z.checked_rem(range.saturating_add(1)).unwrap_or(z))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(config: BackoffConfig, seed: u64, n: usize) -> Vec<Duration> {
        let mut backoff = Backoff::new(config, seed);
        (0..n).map(|_| backoff.next_wait()).collect()
    }

    #[test]
    fn the_wait_doubles_as_often_as_configured_and_then_stays() {
        let config = BackoffConfig { random_range: Duration::ZERO, ..BackoffConfig::default() };
        assert_eq!(waits(config, 1, 6), [2, 4, 8, 16, 16, 16].map(Duration::from_secs));
    }

    #[test]
    fn the_random_part_is_new_each_time_within_its_range_and_the_same_for_the_same_seed() {
        let config = BackoffConfig { repeat_times: 0, ..BackoffConfig::default() };
        let first = waits(config, 7, 20);
        assert_eq!(first, waits(config, 7, 20));
        assert_ne!(first, waits(config, 8, 20));
        assert!(first.iter().all(|w| (2000..=4000).contains(&w.as_millis())));
        assert!(first.windows(2).any(|w| w[0] != w[1]));
    }

    #[test]
    fn after_a_success_it_starts_at_the_minimum_again() {
        let config = BackoffConfig { random_range: Duration::ZERO, ..BackoffConfig::default() };
        let mut backoff = Backoff::new(config, 1);
        for _ in 0..3 {
            backoff.next_wait();
        }
        backoff.reset();
        assert_eq!(backoff.next_wait(), Duration::from_secs(2));
    }

    #[test]
    fn extreme_settings_do_not_overflow() {
        let config = BackoffConfig {
            wait_minimum: Duration::MAX,
            random_range: Duration::MAX,
            repeat_times: u32::MAX,
        };
        assert_eq!(waits(config, 1, 99).last(), Some(&Duration::from_secs(24 * 3600)));
    }
}
