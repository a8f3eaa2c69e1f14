//! What a station lacks against an archetype, as far as its inventories tell: the full inventory and the monitoring
//! report, without a single monitor set.
//!
//! The checks are those of [`inventory`](crate::inventory), settled as in a run; here their findings are put in the
//! order in which a manufacturer acts on them.

mod conditions;
mod faults;
mod layout;
mod reports;
mod rows;

pub use conditions::{Answered, answers, declared_absent_yet_reported};
pub use faults::{FaultReach, FaultWay, Reach};
pub use layout::{Layout, contradiction, layout};
pub use reports::{Inventories, NoInventory, described, read};

use crate::Finding;
use ocpp::Version;
use serde::{Deserialize, Serialize};
use spec::model::{Answer, Level, Obligation, RowId};
use spec::{Archetype, Declaration, Place};

/// What a manufacturer does about a row.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Report a component that is not there.
    ReportComponent,
    /// Report a component at its place instead of another one.
    MoveComponent,
    /// Report a variable that is not there.
    ReportVariable,
    /// Correct data type, unit, access, limits or offered values.
    CorrectVariable,
    /// Say `supportsMonitoring`, and mean it.
    MakeMonitorable,
    /// Ship a monitor that is not there.
    ShipMonitor,
    /// Correct severity, value or class of a monitor that is shipped.
    CorrectMonitor,
}

impl Action {
    /// All of them, in the order in which they are best done.
    pub const ALL: [Action; 7] = [
        Action::ReportComponent,
        Action::MoveComponent,
        Action::ReportVariable,
        Action::CorrectVariable,
        Action::MakeMonitorable,
        Action::ShipMonitor,
        Action::CorrectMonitor,
    ];

    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::ReportComponent => "report-component",
            Action::MoveComponent => "move-component",
            Action::ReportVariable => "report-variable",
            Action::CorrectVariable => "correct-variable",
            Action::MakeMonitorable => "make-monitorable",
            Action::ShipMonitor => "ship-monitor",
            Action::CorrectMonitor => "correct-monitor",
        }
    }

    /// What to do, as a heading.
    pub fn heading(self) -> &'static str {
        match self {
            Action::ReportComponent => "Report the component",
            Action::MoveComponent => "Move it to its place",
            Action::ReportVariable => "Report the variable",
            Action::CorrectVariable => "Correct data type, unit, access, limits or values",
            Action::MakeMonitorable => "Make it monitorable (supportsMonitoring)",
            Action::ShipMonitor => "Ship the monitor",
            Action::CorrectMonitor => "Correct the monitor",
        }
    }

    /// Whether something is there and only not as it should be.
    pub fn corrects(self) -> bool {
        matches!(self, Action::CorrectVariable | Action::CorrectMonitor)
    }
}

/// A row that is missing or wrong at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Lack {
    /// The row.
    pub row: RowId,
    /// Where.
    pub place: Place,
    /// The level that suffers.
    pub level: Level,
    /// How strongly the row binds here: no more than what it sits in, where that is missing too.
    pub obligation: Obligation,
    /// Whether it keeps its level from being met: a must, and more than a blemish.
    pub blocking: bool,
    /// What to do.
    pub action: Action,
    /// What should be there, without the place: `EVSE.Overload`, `Delta monitor of severity 5 on EVSE.Overload`.
    pub subject: String,
    /// What is wrong; empty where all that is wrong is that something else is missing.
    pub findings: Vec<Finding>,
    /// The row that has to be there first.
    pub behind: Option<RowId>,
}

/// How the rows of one obligation stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Rows met. A must with a mere blemish is met.
    pub met: usize,
    /// Rows with nothing there.
    pub missing: usize,
    /// Rows with something there that is wrong.
    pub wrong: usize,
    /// Rows under a condition that is not declared.
    pub undeclared: usize,
    /// Rows about which the station did not say enough.
    pub untold: usize,
}

impl Standing {
    /// Rows that could be told.
    pub fn told(&self) -> usize {
        self.met + self.missing + self.wrong
    }
}

/// How the rows of one level stand, each counted at each of its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// The level.
    pub level: Level,
    /// Its musts.
    pub must: Standing,
    /// Its shoulds.
    pub should: Standing,
}

/// What a station lacks.
#[derive(Debug, Clone)]
pub struct Gap {
    /// Rows missing or wrong: by level, then by what to do, musts first, in the order of the archetype.
    pub lacks: Vec<Lack>,
    /// Counts for each level.
    pub tallies: [Tally; 3],
    /// Conditions that are not declared, with what the inventory says to them.
    pub open: Vec<Answered>,
    /// Every fault, and whether the station could report it at all.
    pub faults: Vec<FaultReach>,
}

impl Gap {
    /// Compares what a station reports with what the archetype asks of a declared product.
    pub fn of(archetype: &Archetype, declaration: &Declaration, version: Version, seen: &Inventories) -> Gap {
        let rows = rows::walk(archetype, declaration, version, seen);
        let mut lacks = rows.lacks;
        lacks.sort_by_key(|l| (l.level, l.action, rank(l.obligation)));
        let open = answers(archetype, &seen.inventory, declaration.topology(), version)
            .into_iter()
            .filter(|a| declaration.answer(&a.id) == Answer::Unknown)
            .collect();
        let faults = faults::reach(archetype, declaration, version, seen);
        Gap { lacks, tallies: rows.tallies, open, faults }
    }

    /// Whether no must of any level is missing or wrong, as far as the inventories tell.
    pub fn is_closed(&self) -> bool {
        !self.lacks.iter().any(|l| l.blocking)
    }

    /// Musts met, of the musts that could be told.
    pub fn musts(&self) -> (usize, usize) {
        let sum = |of: fn(&Standing) -> usize| self.tallies.iter().map(|t| of(&t.must)).sum();
        (sum(|s| s.met), sum(Standing::told))
    }
}

/// Musts before shoulds before the rest.
fn rank(obligation: Obligation) -> u8 {
    match obligation {
        Obligation::Must => 0,
        Obligation::Should => 1,
        Obligation::May => 2,
    }
}

#[cfg(test)]
mod tests;
