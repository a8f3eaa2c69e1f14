//! The decisions of the engine, all in one place. The engine asks; it never decides for itself.

mod answers;
mod events;
pub mod logs;
mod monitors;
pub mod outages;
pub mod sessions;
pub mod streams;

pub use answers::{
    AcceptedValue, Answers, BeyondLimits, CriterionReach, LeftOut, NoInstance, Nonsense, RefusedValue,
};
pub use events::{
    Alerts, ClockAligned, DeltaReach, DeltaReference, Events, InTransactions, LevelOnBuiltIn, LevelReach,
    OnThreshold, Period, Share, SwitchedOff, WhenMoved, WhenSet,
};
pub use logs::Logs;
pub use monitors::{
    BaseMeans, BuiltInIs, Elsewhere, Kinds, Levels, Monitors, Removal, SameId, Several, Severities, Twin,
    UnknownId, Values,
};
pub use outages::Outages;
pub use sessions::Sessions;
pub use streams::Streams;

use crate::logs::UploadFailure;
use net::station::upload::Packing;
use ocpp::Severity;

/// Severity of the built-in notice that a connector changed its state; OCPP leaves it to the maker
/// (N07.FR.21).
pub const STATE_NOTICE: Severity = Severity(8);

/// Shortest interval of a periodic monitor, in seconds.
pub const SHORTEST_PERIOD: f64 = 1.0;

/// Longest interval of a periodic monitor, in seconds: a year.
pub const LONGEST_PERIOD: f64 = 366.0 * 86_400.0;

/// What the station decides where a requirement, or the maker's choice within one, has to be applied. The default
/// conforms; every other decision is a deviation, of which some are legal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policy {
    /// What monitors watch for, and the events they raise.
    pub events: Events,
    /// Which monitors are accepted, kept, reported and removed.
    pub monitors: Monitors,
    /// Reports, variables and answers.
    pub answers: Answers,
    /// Boots, restarts and outages.
    pub outages: Outages,
    /// Transactions, availability and customers.
    pub sessions: Sessions,
    /// Logs, uploads and security.
    pub logs: Logs,
    /// Event streams.
    pub streams: Streams,
}

impl Policy {
    /// Whether an event is kept while the station is offline (N07.FR.04, N08.FR.03). Without the variable
    /// everything is kept.
    pub fn queues(self, severity: Severity, limit: Option<usize>) -> bool {
        let severity = usize::from(severity.0);
        limit.is_none_or(|limit| match self.outages.queued {
            outages::Queued::UpToSeverity | outages::Queued::Periodic => severity <= limit,
            outages::Queued::BelowSeverity => severity < limit,
            outages::Queued::FromSeverity => severity > limit,
            outages::Queued::All => true,
            outages::Queued::None => false,
        })
    }

    /// How a file is uploaded by HTTP; OCPP leaves it to the station (N01.FR.18, N01.FR.19). Into a folder it is
    /// posted under its name, onto a place that is named it is put.
    pub fn packing(self, url: &str) -> Packing {
        if url.ends_with('/') { Packing::Post } else { Packing::Put }
    }

    /// Whether another attempt to upload can end in another way.
    pub fn tries_again_after(self, failure: UploadFailure) -> bool {
        !matches!(failure.status, "NotSupportedOperation" | "BadMessage")
    }

    /// Whether the failure of an attempt is told although another one follows. OCPP recommends not to (N01.FR.10).
    pub fn tells_each_failure(self) -> bool {
        self.logs.failures == logs::Failures::Each
    }
}
