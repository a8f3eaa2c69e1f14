//! The events themselves: fields, numbering, hygiene.

use super::Deviation;

pub(super) fn deviations() -> Vec<Deviation> {
    Vec::new()
}
