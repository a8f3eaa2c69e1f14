//! How much a station takes in a request, and how much it says.

use super::{Deviation, variant};
use station::DeviceModel;

/// Sets the limits of requests and of parts that the device model states.
fn limit(model: &mut DeviceModel, variable: &str, value: &str) {
    let limits = model.variables.iter_mut().filter(|v| v.address.variable.name == variable);
    limits.flat_map(|v| &mut v.attributes).for_each(|a| value.clone_into(&mut a.value));
}

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        variant("four-elements-a-request", "a request may have four elements, a part of a report as many")
            .allowed_by("the limit is the station's choice (OCPP B05.FR.11, B06.FR.05, N04.FR.09)")
            .model(|m| limit(m, "ItemsPerMessage", "4")),
        variant("thousands-of-elements-a-request", "a request may have a thousand elements")
            .allowed_by("the limit is the station's choice (OCPP B05.FR.11, B06.FR.05, N04.FR.09)")
            .leaves_open(&["B-0126"])
            .model(|m| limit(m, "ItemsPerMessage", "1000")),
        variant("small-requests", "a request may have 4,096 bytes")
            .allowed_by("the limit is the station's choice (OCPP B06.FR.17, B08.FR.18, N06.FR.07)")
            .model(|m| limit(m, "BytesPerMessage", "4096")),
    ]
}
