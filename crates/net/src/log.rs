//! The shared, growing trace.

use crate::Clock;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use trace::{Body, Seq, Trace};

/// A trace several tasks append to and wait on. Clones share the trace.
#[derive(Debug, Clone)]
pub struct Log {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    clock: Clock,
    trace: Mutex<Trace>,
    len: watch::Sender<u64>,
}

impl Log {
    /// Continues a trace; records get their time from `clock`.
    pub fn new(clock: Clock, trace: Trace) -> Log {
        let len = watch::Sender::new(trace.len());
        Log { shared: Arc::new(Shared { clock, trace: Mutex::new(trace), len }) }
    }

    fn trace(&self) -> MutexGuard<'_, Trace> {
        // An append leaves the trace whole even if a reader panicked while it held the lock.
        self.shared.trace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a record with the time now and wakes those who wait for it.
    pub fn append(&self, body: Body) -> Seq {
        let mut trace = self.trace();
        // The time is read under the lock: records are in the order of their times.
        let n = trace.append(self.shared.clock.now(), body);
        self.shared.len.send_replace(trace.len());
        n
    }

    /// Reads the trace. No records are appended meanwhile, so be quick, and do not append from within.
    pub fn with<R>(&self, read: impl FnOnce(&Trace) -> R) -> R {
        read(&self.trace())
    }

    /// Number of records, which is also the number of the next one.
    pub fn len(&self) -> u64 {
        *self.shared.len.borrow()
    }

    /// Whether nothing was recorded yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Resolves as soon as there are more than `n` records. A record appended between the caller's look at
    /// the trace and this call is not missed.
    pub async fn beyond(&self, n: u64) {
        let mut len = self.shared.len.subscribe();
        // Fails only when the sender is gone, and `self` holds it.
        let _ = len.wait_for(|len| *len > n).await;
    }

    /// The clock that times the records.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn record() -> Body {
        Body::End { why: "complete".into() }
    }

    fn log() -> Log {
        Log::new(Clock::starting_at(jiff::Timestamp::UNIX_EPOCH), Trace::in_memory())
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_appended_before_the_wait_began_ends_it_at_once() {
        let log = log();
        let seen = log.len();
        log.append(record());
        tokio::time::timeout(Duration::from_secs(1), log.beyond(seen)).await.expect("a lost wake-up");
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiter_is_not_woken_before_its_record() {
        let log = log();
        log.append(record());
        let early = tokio::time::timeout(Duration::from_secs(1), log.beyond(1)).await;
        assert!(early.is_err());
    }

    #[tokio::test]
    async fn no_wake_up_is_lost_when_many_records_race_with_the_waiter() {
        const N: u64 = 20_000;
        let log = log();
        let writer = std::thread::spawn({
            let log = log.clone();
            move || {
                for _ in 0..N {
                    log.append(record());
                }
            }
        });
        let mut seen = 0;
        while seen < N {
            tokio::time::timeout(Duration::from_secs(20), log.beyond(seen)).await.expect("a lost wake-up");
            seen = log.len();
        }
        writer.join().unwrap();
        assert_eq!(log.with(|t| t.records().len()), N as usize);
    }
}
