//! Inventories, monitoring reports and their parts.

use super::Deviation;
use serde_json::Value;
use station::wire::Passing;

/// The entries of a part of an inventory.
pub(super) fn entries(p: &mut Passing) -> impl Iterator<Item = &mut Value> {
    p.each_of_call("NotifyReport", "reportData")
}

pub(super) fn deviations() -> Vec<Deviation> {
    Vec::new()
}
