//! What monitors watch for, and the events they raise.

/// Decisions about events.
#[derive(Debug, Clone, Copy, Default)]
pub struct Events {
    /// Whether a value exactly on a threshold is beyond it.
    pub on_threshold: OnThreshold,
    /// What a delta is counted from.
    pub delta_reference: DeltaReference,
    /// Which severities a level lets through.
    pub level: LevelReach,
    /// Whether the level holds built-in monitors back.
    pub level_on_built_in: LevelOnBuiltIn,
}

/// Whether a value exactly on a threshold is beyond it (N07.FR.16, N07.FR.17).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnThreshold {
    /// It is not.
    #[default]
    Within,
    /// It is.
    Beyond,
}

/// What a delta is counted from (N07.FR.18).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeltaReference {
    /// The value last told of.
    #[default]
    LastTold,
    /// The value at which the monitor was set.
    WhenSet,
}

/// Which severities a monitoring level lets through (N05.FR.03).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LevelReach {
    /// Those up to the level, and the level itself.
    #[default]
    UpToIt,
    /// Only those below it.
    BelowIt,
    /// One more than the level.
    OneMore,
}

/// Whether the level holds built-in monitors back (N05.FR.03, N07.FR.15).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LevelOnBuiltIn {
    /// It does, as any other.
    #[default]
    Obeyed,
    /// It does not.
    Ignored,
}
