//! Event streams of 2.1.

/// Decisions about this.
#[derive(Debug, Clone, Copy, Default)]
pub struct Streams {
    /// The rate of a stream.
    pub rate: Rate,
    /// What a change of the rate does.
    pub adjusting: Adjusting,
    /// When a bundle is full.
    pub full: Full,
    /// What the times of the values are counted from.
    pub base: Base,
    /// What becomes of the values gathered when a stream ends.
    pub last_values: LastValues,
    /// When streams are closed.
    pub closing: Closing,
    /// What becomes of a stream that is refused.
    pub refused: Refused,
    /// How many streams are opened.
    pub most: Most,
    /// What becomes of streams over a restart.
    pub restart: Restart,
}

/// The rate of a stream (N15.FR.06).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rate {
    /// As asked.
    #[default]
    AsAsked,
    /// Half as often.
    Half,
}

/// What a change of the rate does (N14.FR.03).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Adjusting {
    /// The rate changes.
    #[default]
    Changes,
    /// It is accepted.
    OnlyAccepted,
}

/// When a bundle is full (N15.FR.07, N15.FR.08).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Full {
    /// With as many values as asked for.
    #[default]
    AsAsked,
    /// With one more.
    OneMore,
    /// Never: it waits for its time.
    Never,
}

/// What the times of the values are counted from (N15.FR.09).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Base {
    /// The first value.
    #[default]
    FirstValue,
    /// The value before each.
    ValueBefore,
}

/// What becomes of the values gathered when a stream ends (N13.FR.03).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LastValues {
    /// They are sent first.
    #[default]
    Sent,
    /// They are dropped.
    Dropped,
}

/// When streams are closed (N13.FR.01, N13.FR.04).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Closing {
    /// With their monitors, and when these do without.
    #[default]
    Always,
    /// Not with their monitors.
    NotWhenRemoved,
    /// Not when their monitors do without: these go on streaming.
    NotWhenReplaced,
}

/// What becomes of a stream that is refused (N11.FR.07).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Refused {
    /// Its monitor reports events.
    #[default]
    Events,
    /// It is used all the same.
    Used,
}

/// How many streams are opened (MaxPeriodicEventStreams).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Most {
    /// As many as promised.
    #[default]
    AsPromised,
    /// As many as are asked for.
    AsAsked,
}

/// What becomes of streams over a restart; either is allowed (N11.FR.02).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Restart {
    /// They are opened again.
    #[default]
    Opened,
    /// Their monitors report events.
    Events,
}
