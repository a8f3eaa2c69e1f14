//! Transactions, availability and customers.

/// Decisions about this.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sessions {
    /// How messages of transactions are numbered.
    pub numbering: Numbering,
    /// How transactions are named.
    pub ids: TransactionIds,
    /// Where transactions start.
    pub starts: StartsAt,
    /// What becomes of a transaction's end that nobody hears.
    pub offline_end: OfflineEnd,
    /// How long a vehicle is waited for.
    pub vehicle: Wait,
    /// The pause before a refused message is sent again.
    pub pause: Pause,
    /// How often a refused message is sent.
    pub attempts: Attempts,
    /// What an accepted change of availability does.
    pub change: Change,
    /// What is answered to a change that changes nothing.
    pub no_change: NoChange,
    /// When a change takes effect on an EVSE in use.
    pub in_use: WhenInUse,
    /// What becomes of a connector's own state when more than it is put into use.
    pub own_state: OwnState,
    /// Whether what is out of use starts transactions.
    pub out_of_use: OutOfUse,
    /// Whether states show faults.
    pub faulted: FaultedState,
    /// What is told of a customer nobody knows.
    pub unknown_customer: UnknownCustomer,
    /// Whose data are told.
    pub told: Told,
    /// Whether an erasure without a report is confirmed.
    pub erasure: Erasure,
    /// What an erasure leaves.
    pub erased: Erased,
}

/// How messages of transactions are numbered (E01.FR.07); one counter for all is as good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Numbering {
    /// Each transaction from 0.
    #[default]
    EachFromZero,
    /// All of them by one counter.
    OverAll,
}

/// How transactions are named (E01.FR.08).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TransactionIds {
    /// Each by an id of its own.
    #[default]
    Unique,
    /// The same, with capitals, spaces and signs, as long as it may be.
    Strange,
    /// By their EVSE.
    OfTheEvse,
}

/// Where transactions start (E01.FR.02 to FR.06).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StartsAt {
    /// At the configured points.
    #[default]
    ConfiguredPoints,
    /// When the vehicle takes energy, whatever is configured.
    Energy,
}

/// What becomes of the end of a transaction while the station is offline (E04.FR.01).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OfflineEnd {
    /// It is told later.
    #[default]
    Kept,
    /// It is forgotten.
    Forgotten,
}

/// How long a vehicle is waited for (E03.FR.05).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wait {
    /// As configured.
    #[default]
    Configured,
    /// Half of that.
    Half,
}

/// The pause before a refused message is sent again (E13.FR.03).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pause {
    /// It grows with each attempt.
    #[default]
    Growing,
    /// It stays the same.
    Constant,
}

/// How often a refused message is sent (E13.FR.02).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Attempts {
    /// As configured.
    #[default]
    Configured,
    /// Once.
    Once,
}

/// What an accepted change of availability does (G03.FR.01).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Change {
    /// What it says.
    #[default]
    Made,
    /// Nothing.
    OnlyAccepted,
}

/// What is answered to a change that changes nothing (G03.FR.03).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NoChange {
    /// It is accepted.
    #[default]
    Accepted,
    /// It is refused.
    Refused,
}

/// When a change takes effect on an EVSE in use (G03.FR.05).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WhenInUse {
    /// After the transaction.
    #[default]
    Afterwards,
    /// At once.
    AtOnce,
}

/// What becomes of the own state of a part when the whole is put into use (G04.FR.08).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OwnState {
    /// It stays.
    #[default]
    Stays,
    /// The part is put into use as well.
    Overwritten,
}

/// Whether what is out of use starts transactions (F02.FR.25).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OutOfUse {
    /// It does not.
    #[default]
    StartsNothing,
    /// It does.
    Starts,
}

/// Whether the states of outlets show faults (G01.FR.01).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FaultedState {
    /// They do.
    #[default]
    Shown,
    /// They do not.
    Hidden,
}

/// What is told of a customer nobody knows (N09.FR.06, N10.FR.04).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnknownCustomer {
    /// That there is nothing.
    #[default]
    Told,
    /// Nothing at all where a report was asked for.
    NotReported,
    /// Nothing at all where something was to be erased and reported.
    NotErased,
}

/// Whose data are told (N09.FR.05).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Told {
    /// Those of the customer who was named.
    #[default]
    OfTheCustomer,
    /// Those of everybody.
    OfEverybody,
}

/// Whether an erasure without a report is confirmed (N10.FR.06).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Erasure {
    /// It is.
    #[default]
    Confirmed,
    /// It is not.
    Silent,
}

/// What an erasure leaves (N10.FR.03).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Erased {
    /// The local authorization list.
    #[default]
    AllButTheList,
    /// Nothing.
    TheListToo,
    /// Everything.
    Nothing,
}
