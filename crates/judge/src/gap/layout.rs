//! The EVSEs and connectors a station reports.

use crate::inventory::Inventory;
use spec::model::{EvseLayout, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// The EVSEs and connectors a station reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// As many EVSEs and connectors as were seen; `None` when no component is on an EVSE.
    pub topology: Option<Topology>,
    /// What a reader should know: ids that are not 1, 2, …, EVSEs without a connector.
    pub remarks: Vec<String>,
}

/// Reads the layout from where the components of an inventory sit.
pub fn layout(inventory: &Inventory) -> Layout {
    let mut evses: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    let mut remarks = Vec::new();
    let mut no_place = BTreeSet::new();
    for at in inventory.variables.iter().filter_map(|v| v.address.component.evse) {
        if at.id < 1 {
            no_place.insert(format!("EVSE {}", at.id));
            continue;
        }
        let connectors = evses.entry(at.id).or_default();
        match at.connector_id {
            Some(id) if id < 1 => {
                no_place.insert(format!("connector {id} of EVSE {}", at.id));
            }
            Some(id) => {
                connectors.insert(id);
            }
            None => {}
        }
    }
    if !no_place.is_empty() {
        let named: Vec<String> = no_place.into_iter().collect();
        remarks.push(format!("the station reports {}, and ids start at 1: left out", named.join(", ")));
    }
    remarks.extend(not_in_a_row("EVSEs", evses.keys()));
    for (id, connectors) in &evses {
        remarks.extend(not_in_a_row(&format!("the connectors of EVSE {id}"), connectors));
        if connectors.is_empty() {
            remarks.push(format!("no connector of EVSE {id} is reported: 1 is assumed"));
        }
    }
    let layouts: Vec<EvseLayout> = evses
        .values()
        .map(|c| EvseLayout { connectors: u32::try_from(c.len()).unwrap_or(u32::MAX).max(1) })
        .collect();
    let topology = (!layouts.is_empty()).then_some(Topology { evses: layouts });
    if topology.is_none() {
        remarks.push("no component on an EVSE is reported: the layout is that of the archetype".to_owned());
    }
    Layout { topology, remarks }
}

/// What a declared layout and the one that was seen do not agree in, in words.
pub fn contradiction(declared: &Topology, seen: &Layout) -> Option<String> {
    let seen = seen.topology.as_ref().filter(|t| *t != declared)?;
    let said = |t: &Topology| {
        let one = |(id, e): (u32, &EvseLayout)| format!("EVSE {id} with {} connector(s)", e.connectors);
        (1u32..).zip(&t.evses).map(one).collect::<Vec<_>>().join(", ")
    };
    Some(format!("{} is declared and compared, the station reports {}", said(declared), said(seen)))
}

/// Rows are looked for at 1, 2, …, n, as OCPP numbers EVSEs and connectors; other ids need to be known.
fn not_in_a_row<'a>(what: &str, ids: impl IntoIterator<Item = &'a i64>) -> Option<String> {
    let ids: Vec<i64> = ids.into_iter().copied().collect();
    let in_a_row = ids.iter().zip(1i64..).all(|(id, n)| *id == n);
    let shown: Vec<String> = ids.iter().map(i64::to_string).collect();
    (!in_a_row).then(|| {
        format!("{what} are numbered {}, not from 1 without a gap as OCPP prescribes", shown.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gap::tests::{at, inventory};

    fn connectors(layout: &Layout) -> Vec<u32> {
        layout.topology.iter().flat_map(|t| &t.evses).map(|e| e.connectors).collect()
    }

    #[test]
    fn the_layout_is_what_the_components_sit_on() {
        let seen = layout(&inventory(&[at("A", "X", 1, 1), at("A", "X", 2, 1), at("A", "X", 2, 2)]));
        assert_eq!(connectors(&seen), [1, 2]);
        assert_eq!(seen.remarks, Vec::<String>::new());
    }

    #[test]
    fn ids_that_are_not_in_a_row_are_told() {
        let seen = layout(&inventory(&[at("A", "X", 2, 3), at("A", "X", 7, 1), at("A", "X", 0, 0)]));
        assert_eq!(connectors(&seen), [1, 1]);
        let all = seen.remarks.join("\n");
        for told in ["EVSE 0", "EVSEs are numbered 2, 7", "connectors of EVSE 2 are numbered 3"] {
            assert!(all.contains(told), "{all}");
        }
    }

    #[test]
    fn a_layout_that_differs_from_the_declared_one_is_told() {
        let seen = layout(&inventory(&[at("A", "X", 1, 1), at("A", "X", 1, 2)]));
        let declared = |connectors| Topology { evses: vec![EvseLayout { connectors }] };
        assert_eq!(contradiction(&declared(2), &seen), None);
        assert!(contradiction(&declared(1), &seen).unwrap().contains("the station reports EVSE 1 with 2"));
    }

    #[test]
    fn a_station_that_reports_no_evse_has_no_layout_of_its_own() {
        assert_eq!(layout(&inventory(&[at("A", "X", 0, 0)])).topology, None);
    }
}
