//! Must rows for which no defect can be shown, and why.

/// Row and reason.
pub(crate) const REASONS: &[(&str, &str)] = &[];
