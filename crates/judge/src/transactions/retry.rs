//! A message of a transaction that was refused.

use super::{Told, told};
use crate::events::TIME_TOLERANCE;
use crate::{Check, Code, Finding, Window};
use std::time::Duration;
use trace::Seq;

/// What was configured for messages that are refused.
#[derive(Debug, Clone, Copy)]
pub struct Retried {
    /// `MessageAttempts`.
    pub attempts: usize,
    /// `MessageAttemptInterval`.
    pub interval: Duration,
    /// The first record from which messages are refused.
    pub from: Seq,
}

impl Retried {
    /// The time until the last attempt, without allowance.
    pub fn lasts(self) -> Duration {
        let count = u32::try_from(self.attempts).unwrap_or(u32::MAX);
        let pauses: u32 = (1..count).fold(0, u32::saturating_add);
        self.interval.saturating_mul(pauses)
    }

    /// The first message that was refused, each time it was sent.
    pub fn sent(self, window: Window<'_>) -> Vec<Told> {
        let all: Vec<Told> = told(window).into_iter().filter(|t| t.at > self.from).collect();
        let Some(first) = all.first().cloned() else { return Vec::new() };
        all.into_iter().filter(|t| t.is_again(&first)).collect()
    }

    /// The message was sent as often as configured (whether the first counts is left open), with pauses that grow by
    /// the interval (OCPP E13.FR.02, E13.FR.03).
    pub fn as_configured(self, window: Window<'_>, waited: &str) -> Vec<Check> {
        let sent = self.sent(window);
        let records: Vec<Seq> = sent.iter().map(|t| t.at).collect();
        let mut findings = Vec::new();
        if sent.len() < self.attempts || sent.len() > self.attempts + 1 {
            let expected = format!("the refused message {} times in all {waited}", self.attempts);
            let observed = format!("{} times", sent.len());
            let records = records.iter().copied().chain([self.from]);
            findings.push(Finding::new(Code::TransactionMissing, expected, observed, records));
        }
        let arrived = |at: Seq| window.records.iter().find(|r| r.n == at).map(|r| r.t);
        for ((a, b), count) in sent.iter().zip(sent.iter().skip(1)).zip(1u32..) {
            let (Some(before), Some(after)) = (arrived(a.at), arrived(b.at)) else { continue };
            let pause = Duration::try_from(after.duration_since(before)).unwrap_or_default();
            let wanted = self.interval.saturating_mul(count);
            if pause.abs_diff(wanted) > TIME_TOLERANCE {
                let expected = format!("a pause of {} s after attempt {count}", wanted.as_secs());
                let observed = format!("{:.1} s", pause.as_secs_f64());
                findings.push(Finding::new(Code::IntervalWrong, expected, observed, [a.at, b.at]));
            }
        }
        Check::from_findings(findings, records.into_iter().chain([self.from]))
    }

    /// Once the message was given up, or taken, another one follows (OCPP E13.FR.04).
    pub fn goes_on(self, window: Window<'_>, waited: &str) -> Check {
        let sent = self.sent(window);
        let Some(first) = sent.first() else {
            return Check::open("no message of a transaction was refused", [self.from]);
        };
        let next = told(window).into_iter().find(|t| t.at > first.at && !t.is_again(first));
        match next {
            Some(next) => Check::held([first.at, next.at]),
            None => {
                let expected = format!("the next message of a transaction {waited}");
                Finding::new(Code::TransactionMissing, expected, "none", sent.iter().map(|t| t.at)).into()
            }
        }
    }
}
