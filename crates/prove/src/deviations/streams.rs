//! Event streams of 2.1.

use super::Deviation;

pub(super) fn deviations() -> Vec<Deviation> {
    Vec::new()
}
