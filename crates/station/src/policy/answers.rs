//! Reports, variables and answers.

/// Decisions about this.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answers {}
