//! Where a row applies on a product: the tiers of its topology.

use crate::model::{Tier, Topology};
use ocpp::EvseRef;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The station itself, one of its EVSEs, or one of its connectors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// EVSE id, from 1.
    pub evse: Option<u32>,
    /// Connector id, from 1.
    pub connector: Option<u32>,
}

impl Place {
    /// The station tier.
    pub const STATION: Place = Place { evse: None, connector: None };

    /// Every place of a tier, in order.
    pub fn all(tier: Tier, topology: &Topology) -> Vec<Place> {
        let evses = || (1u32..).zip(&topology.evses);
        match tier {
            Tier::Station => vec![Place::STATION],
            Tier::Evse => evses().map(|(id, _)| Place { evse: Some(id), connector: None }).collect(),
            Tier::Connector => evses()
                .flat_map(|(id, e)| {
                    (1..=e.connectors).map(move |c| Place { evse: Some(id), connector: Some(c) })
                })
                .collect(),
        }
    }

    /// The `evse` field of a component at this place.
    pub fn evse_ref(self) -> Option<EvseRef> {
        let id = i64::from(self.evse?);
        Some(EvseRef { id, connector_id: self.connector.map(i64::from) })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.evse, self.connector) {
            (None, _) => f.write_str("station"),
            (Some(e), None) => write!(f, "EVSE {e}"),
            (Some(e), Some(c)) => write!(f, "EVSE {e}, connector {c}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EvseLayout;

    #[test]
    fn a_tier_has_a_place_for_each_evse_and_connector() {
        let two = Topology { evses: vec![EvseLayout { connectors: 1 }, EvseLayout { connectors: 2 }] };
        let shown = |t| Place::all(t, &two).iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        assert_eq!(shown(Tier::Station), "station");
        assert_eq!(shown(Tier::Evse), "EVSE 1; EVSE 2");
        assert_eq!(shown(Tier::Connector), "EVSE 1, connector 1; EVSE 2, connector 1; EVSE 2, connector 2");
    }
}
