//! Logs, uploads and security.

/// Decisions about this.
#[derive(Debug, Clone, Copy, Default)]
pub struct Logs {}
