//! Which faults a station could report at all.

use super::Inventories;
use crate::inventory::variable_at;
use ocpp::{VariableAddress, Version};
use spec::model::{ComponentRow, FaultRow, MonitorRow, Obligation, Provision, RowId, VariableRow};
use spec::{Applies, Archetype, Declaration, Place};

/// Whether a station could report a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// It could.
    Reportable,
    /// It could not.
    NotReportable,
    /// It could not, and whether it has to depends on this condition, which is not declared.
    Undeclared(String),
    /// It does not have to, for this reason.
    NotApplicable(String),
}

/// A monitored variable through which a fault may be reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultWay {
    /// The monitor row.
    pub monitor: RowId,
    /// The variable, without the place.
    pub variable: String,
    /// Where.
    pub place: Place,
    /// Why this way is closed; `None` if it is open.
    pub closed: Option<String>,
}

/// A fault, and whether a station could report it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultReach {
    /// The fault.
    pub row: RowId,
    /// The fault, in a few words.
    pub title: String,
    /// How strongly its occurrence binds.
    pub obligation: Obligation,
    /// The error codes it corresponds to.
    pub mrec: Vec<String>,
    /// Whether it could be reported.
    pub reach: Reach,
    /// The ways, open and closed, each variable at each place once.
    pub ways: Vec<FaultWay>,
}

/// Judges every fault row: it is reportable if one variable of its monitors is reported at its place and has a
/// monitor there, or can be given one.
pub(super) fn reach(
    archetype: &Archetype,
    declaration: &Declaration,
    version: Version,
    seen: &Inventories,
) -> Vec<FaultReach> {
    let one = |fault: &FaultRow| {
        let applies = declaration.applies(fault, version);
        let ways = match applies {
            Applies::No(_) => Vec::new(),
            _ => ways(fault, archetype, declaration, version, seen),
        };
        let open = ways.iter().any(|w| w.closed.is_none());
        let reach = match applies {
            Applies::No(reason) => Reach::NotApplicable(reason),
            _ if open => Reach::Reportable,
            Applies::Undeclared(condition) => Reach::Undeclared(condition),
            Applies::Yes => Reach::NotReportable,
        };
        FaultReach {
            row: fault.id.clone(),
            title: fault.title.clone(),
            obligation: fault.obligation,
            mrec: fault.mrec.clone(),
            reach,
            ways,
        }
    };
    archetype.faults.iter().map(one).collect()
}

fn ways(
    fault: &FaultRow,
    archetype: &Archetype,
    declaration: &Declaration,
    version: Version,
    seen: &Inventories,
) -> Vec<FaultWay> {
    let mut ways: Vec<FaultWay> = Vec::new();
    for (c, v, m) in fault.monitors.iter().filter_map(|id| archetype.monitor(id)) {
        if matches!(declaration.applies(m, version), Applies::No(_)) {
            continue;
        }
        for place in Place::all(c.at, declaration.topology()) {
            let way = way((c, v, m), place, seen);
            // Two monitors on one variable (a warning and an alarm) are one way; the open one counts.
            let known = ways.iter_mut().find(|w| w.place == place && w.variable == way.variable);
            match known {
                None => ways.push(way),
                Some(known) if known.closed.is_some() && way.closed.is_none() => *known = way,
                Some(_) => {}
            }
        }
    }
    ways
}

fn way((c, v, m): (&ComponentRow, &VariableRow, &MonitorRow), place: Place, seen: &Inventories) -> FaultWay {
    let at = variable_at(c, v, place);
    let closed = match seen.inventory.find(&at) {
        None => Some("not reported"),
        // A notification needs no monitor, and no inventory shows it.
        Some(_) if m.provision == Provision::Notification => None,
        Some(found) if found.supports_monitoring() || has_monitor(seen, &at, m) => None,
        Some(_) => Some("cannot be monitored, and has no monitor of its own"),
    };
    let variable = variable_at(c, v, Place::STATION).to_string();
    FaultWay { monitor: m.id.clone(), variable, place, closed: closed.map(str::to_owned) }
}

fn has_monitor(seen: &Inventories, at: &VariableAddress, row: &MonitorRow) -> bool {
    let report = seen.monitors.as_ref().ok();
    let of_row = |m: &crate::monitors::ReportedMonitor| {
        m.address.same_as(at) && m.monitor_type() == Some(row.monitor_type)
    };
    report.is_some_and(|r| r.monitors.iter().any(of_row))
}
