//! Boots, restarts and outages.

/// Decisions about this.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outages {
    /// When a boot that was put off or rejected is repeated.
    pub boot_again: BootAgain,
    /// What becomes of events before the station is accepted.
    pub before_acceptance: BeforeAcceptance,
    /// Which heartbeat interval is kept.
    pub heartbeat: HeartbeatInterval,
    /// Which connectors are told of after a boot.
    pub states_after_boot: StatesAfterBoot,
    /// What a new connection without a restart begins with.
    pub reconnected: Reconnected,
    /// When the station connects again.
    pub coming_back: ComingBack,
    /// Which connectors are told of after an outage.
    pub states_after_outage: StatesAfterOutage,
    /// Which events are kept while the station is offline.
    pub queued: Queued,
    /// What time a queued event bears when it is delivered.
    pub queue_times: QueueTimes,
    /// How many messages are kept while the station is offline.
    pub room: Room,
    /// What becomes of events that were not answered.
    pub unanswered: Unanswered,
    /// Whether alerts that were not severe enough to be queued are looked at again.
    pub not_queued: NotQueued,
    /// When a restart happens that may wait for the end of a transaction.
    pub on_idle: OnIdle,
    /// What becomes of transactions in a restart that does not wait.
    pub at_once: AtOnce,
    /// What a request to reset one EVSE resets.
    pub one_evse: OneEvse,
    /// What becomes of the operator's monitors in a restart.
    pub monitors: Survival,
    /// What becomes of it in a restart that a threshold was exceeded.
    pub alerted: Survival,
    /// What becomes of the operator's availability in a restart.
    pub availability: Survival,
    /// What becomes of the monitoring level in a restart.
    pub level: LevelAfterRestart,
    /// What becomes of queued messages when the power goes.
    pub queue_without_power: Survival,
    /// What becomes of the operator's monitors when the power goes.
    pub monitors_without_power: Survival,
    /// How often an alarm that is still there is told after a restart.
    pub still_wrong: StillWrong,
}

/// When a boot that was put off or rejected is repeated (B02.FR.04, B02.FR.08, B03.FR.02).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BootAgain {
    /// After the interval of the answer.
    #[default]
    WhenTold,
    /// After half of it.
    TooEarly,
    /// After an interval of its own, whatever the answer says.
    AsItLikes,
    /// When it was put off as told, but when it was rejected at once.
    AtOnceIfRejected,
}

/// What becomes of events before the station is accepted (archetype row B-0005).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BeforeAcceptance {
    /// All are kept and told after it.
    #[default]
    Kept,
    /// None is kept.
    Lost,
}

/// Which heartbeat interval is kept (B01.FR.04, G02.FR.01).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HeartbeatInterval {
    /// That of the answer to BootNotification.
    #[default]
    Told,
    /// Its own.
    Own,
}

/// Which connectors are told of after a boot (B01.FR.05).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StatesAfterBoot {
    /// All of them.
    #[default]
    All,
    /// Those that are not available.
    Troubled,
    /// All of them, once everything else was told.
    AllAtLast,
}

/// What a new connection without a restart begins with (OCPP Part 4, reconnecting).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reconnected {
    /// It goes on where it was.
    #[default]
    GoesOn,
    /// It boots.
    Boots,
}

/// When the station connects again after it has lost the connection (OCPP Part 4, reconnecting).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ComingBack {
    /// After the back-off of the standard.
    #[default]
    Soon,
    /// After half a minute.
    Later,
    /// After a minute and a half.
    Late,
}

/// Which connectors are told of after an outage (B04.FR.01, B04.FR.02).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StatesAfterOutage {
    /// All after a long one, those that have changed after a short one.
    #[default]
    ByThreshold,
    /// Always all.
    All,
    /// Always those that have changed.
    Changed,
}

/// Which events are kept while the station is offline (N07.FR.04, N08.FR.03).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Queued {
    /// Those up to `OfflineQueuingSeverity`, and that severity itself.
    #[default]
    UpToSeverity,
    /// Only those that are more severe than it.
    BelowSeverity,
    /// All.
    All,
    /// None.
    None,
    /// Those that are mild enough: the comparison is the wrong way round.
    FromSeverity,
    /// Only periodic ones, of those that are severe enough.
    Periodic,
}

/// What time a queued event bears when it is delivered (archetype row B-0345).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum QueueTimes {
    /// That at which it happened.
    #[default]
    OfEvent,
    /// That of its delivery.
    OfDelivery,
}

/// How many messages are kept while the station is offline; OCPP promises no number (archetype row B-0352).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Room {
    /// Ten thousand.
    #[default]
    Ample,
    /// Fifty.
    Fifty,
}

/// What becomes of events that were not answered before the connection was lost (archetype row B-0347).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unanswered {
    /// They are told again.
    #[default]
    ToldAgain,
    /// They count as told.
    Forgotten,
}

/// Whether alerts that were not severe enough to be queued are looked at again (remark of N07).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NotQueued {
    /// What still holds is told.
    #[default]
    LookedAtAgain,
    /// They are gone.
    Gone,
}

/// When a restart happens that may wait for the end of a transaction (B12.FR.01, B12.FR.03).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnIdle {
    /// After its end.
    #[default]
    Waits,
    /// At once.
    DoesNotWait,
    /// Never: the end of the transaction is missed.
    Forgets,
}

/// What becomes of transactions in a restart that does not wait (B12.FR.02, B12.FR.04).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AtOnce {
    /// They are ended.
    #[default]
    Ends,
    /// Nothing is said of them.
    Abandons,
}

/// What a request to reset one EVSE resets (B11.FR.08, B12.FR.07).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OneEvse {
    /// That EVSE.
    #[default]
    Itself,
    /// The whole station.
    Station,
}

/// What becomes of something in a restart (N07.FR.13, N07.FR.14, G03.FR.08; archetype row B-0366).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Survival {
    /// It is kept.
    #[default]
    Kept,
    /// It is lost.
    Lost,
    /// It is there twice.
    Doubled,
}

/// What becomes of the monitoring level in a restart; OCPP leaves it open (archetype row B-0365).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LevelAfterRestart {
    /// It is kept.
    #[default]
    Kept,
    /// It is the one of the factory again, and `ActiveMonitoringLevel` says so.
    Factory,
    /// It is the one of the factory again, and `ActiveMonitoringLevel` still shows the other.
    FactoryUnseen,
}

/// How often an alarm that is still there is told after a restart (archetype row B-0364).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StillWrong {
    /// Once.
    #[default]
    Told,
    /// Not at all.
    Silent,
    /// Twice.
    ToldTwice,
    /// Once, and so is every threshold of the operator that is still exceeded.
    AlsoThoseOfOperator,
}
