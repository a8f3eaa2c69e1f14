//! Reports, variables and answers.

/// Decisions about this.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answers {
    /// What a frame that makes no sense does.
    pub nonsense: Nonsense,
    /// What becomes of a value that was accepted.
    pub accepted_value: AcceptedValue,
    /// What becomes of a value that was refused.
    pub refused_value: RefusedValue,
    /// What is done with a number beyond the limits of its variable.
    pub beyond_limits: BeyondLimits,
    /// Which variable is meant where one that has instances is read without.
    pub no_instance: NoInstance,
    /// What the filter of GetReport does not take as a wildcard.
    pub report_filter: LeftOut,
    /// What the filter of GetMonitoringReport does not take as a wildcard.
    pub monitoring_filter: LeftOut,
    /// Which components a criterion selects.
    pub criterion: CriterionReach,
}

/// What becomes of a value that was accepted (B05.FR.10).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AcceptedValue {
    /// The variable takes it.
    #[default]
    Taken,
    /// Nothing.
    Forgotten,
}

/// What becomes of a value that was refused (B05.FR.07-09).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RefusedValue {
    /// Nothing.
    #[default]
    Forgotten,
    /// A writable variable takes it all the same.
    Taken,
}

/// What is done with a number beyond the limits of its variable (B05.FR.08).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BeyondLimits {
    /// It is refused.
    #[default]
    Refused,
    /// The limit is taken instead.
    Cut,
    /// It is taken.
    Taken,
}

/// Which variable is meant where one that has instances is read without (B06.FR.15).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NoInstance {
    /// None.
    #[default]
    None,
    /// The first one.
    TheFirst,
}

/// What a filter leaves out and what is then not taken as a wildcard (N02.FR.16-21, B08.FR.20-25). Nothing, by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut(u8);

impl LeftOut {
    /// A filter without a variable selects none.
    pub const VARIABLE: LeftOut = LeftOut(1);
    /// A filter without an instance of the variable selects the variable without one.
    pub const VARIABLE_INSTANCE: LeftOut = LeftOut(2);
    /// A filter without an EVSE selects what belongs to the station.
    pub const EVSE: LeftOut = LeftOut(4);
    /// A filter without a connector selects what belongs to the EVSE.
    pub const CONNECTOR: LeftOut = LeftOut(8);
    /// A filter without an instance of the component selects the component without one.
    pub const INSTANCE: LeftOut = LeftOut(16);

    /// Whether this is not taken as a wildcard.
    pub fn has(self, one: LeftOut) -> bool {
        self.0 & one.0 != 0
    }
}

/// Which components a criterion of GetReport selects (B08.FR.07-10).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CriterionReach {
    /// Those for which its variable is true; without it, all but for problems.
    #[default]
    AsOcppSays,
    /// Only those that have its variable, and for which it is true.
    OnlyWithVariable,
    /// For problems, also those that have no such variable.
    ProblemsWithoutVariable,
    /// All that have its variable, whatever it says.
    WhateverItSays,
}

/// What a frame that makes no sense does (OCPP-J: it is answered by an error, or ignored).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Nonsense {
    /// It is answered, and the station goes on.
    #[default]
    Answered,
    /// The station hears nothing any more until it connects again.
    Deafens,
}
