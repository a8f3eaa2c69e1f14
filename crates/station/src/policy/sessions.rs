//! Transactions, availability and customers.

/// Decisions about this.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sessions {}
