//! Large and small stations.

use super::Deviation;

pub(super) fn deviations() -> Vec<Deviation> {
    Vec::new()
}
