//! Monitors a station ships with, and the faults they raise.

use super::Deviation;

pub(super) fn deviations() -> Vec<Deviation> {
    Vec::new()
}
