//! Which monitors are accepted, kept, reported and removed.

/// Decisions about this.
#[derive(Debug, Clone, Copy, Default)]
pub struct Monitors {}
