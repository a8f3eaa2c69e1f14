//! Boots, restarts and outages.

/// Decisions about this.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outages {}
