//! Event streams of 2.1.

/// Decisions about this.
#[derive(Debug, Clone, Copy, Default)]
pub struct Streams {}
