//! Someone on the wire who does nothing changes nothing, to the byte.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use ocpp::Version;
use prove::stand::{Setting, run};
use prove::{Deviation, Kind, Seam};
use station::wire::{Between, Middle};

/// Lets everything pass.
struct Nobody;
impl Middle for Nobody {}

#[test]
fn nobody_on_the_wire_changes_nothing() {
    for version in Version::ALL {
        let plain = Setting { archetype: "ac-wallbox", version, profile: 0, seed: 1, deviations: &[] };
        let nobody = Deviation {
            name: "nobody",
            topic: "",
            what: "someone stands on the wire and does nothing",
            kind: Kind::Variant { allowed_by: "it is the reference station", unjudged: &[] },
            versions: &Version::ALL,
            archetype: "ac-wallbox",
            profile: 0,
            seam: Seam::Wire(|_| Between::new(Nobody)),
        };
        let a = run(plain).unwrap();
        let b = run(Setting { deviations: &[nobody], ..plain }).unwrap();
        for (a, b) in a.records.iter().zip(&b.records) {
            assert_eq!(a, b);
        }
        assert_eq!(a.records.len(), b.records.len());
    }
}
