//! Logs, uploads and security.

/// Decisions about this.
#[derive(Debug, Clone, Copy, Default)]
pub struct Logs {
    /// How often a failed upload is tried again.
    pub retries: Retries,
    /// The pause before that.
    pub interval: Interval,
    /// Whether the failure of an attempt is told although another one follows.
    pub failures: Failures,
    /// What a newer request does to a running upload.
    pub newer: Newer,
    /// What becomes of an upload that is redirected.
    pub redirects: Redirects,
    /// What becomes of a new password.
    pub password: NewPassword,
}

/// How often a failed upload is tried again (N01.FR.10).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Retries {
    /// As often as asked.
    #[default]
    AsAsked,
    /// Never.
    None,
    /// Once more than asked.
    OneMore,
}

/// The pause before a failed upload is tried again (N01.FR.10).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Interval {
    /// As long as asked.
    #[default]
    AsAsked,
    /// None.
    None,
}

/// Whether the failure of an attempt is told although another one follows. OCPP recommends not to (N01.FR.10).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Failures {
    /// Only the last.
    #[default]
    OnlyTheLast,
    /// Each.
    Each,
}

/// What a newer request does to a running upload (N01.FR.12).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Newer {
    /// It takes its place.
    #[default]
    TakesItsPlace,
    /// It takes its place, and nobody is told.
    Silently,
}

/// What becomes of an upload that is redirected (N01.FR.30).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Redirects {
    /// It has failed.
    #[default]
    Fail,
    /// It goes where it is sent.
    Followed,
}

/// What becomes of a new password (A01.FR.01).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NewPassword {
    /// It is used.
    #[default]
    Used,
    /// It is written down.
    OnlyKept,
}
