//! Reading and writing variables.

use super::Deviation;

pub(super) fn deviations() -> Vec<Deviation> {
    Vec::new()
}
