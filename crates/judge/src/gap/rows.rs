//! Every component, variable and monitor row at each of its places.

use super::{Action, Inventories, Lack, Standing, Tally};
use crate::inventory::{component_at, variable_at};
use crate::provision::{Provided, provided};
use crate::{Check, Code, Finding, Outcome, settle};
use ocpp::{MonitorType, Version};
use spec::model::{ComponentRow, Level, MonitorRow, Obligation, Provision, Row, RowId, VariableRow};
use spec::{Applies, Archetype, Declaration, Place};

/// What the rows of an archetype came to.
pub(super) struct Rows {
    pub(super) lacks: Vec<Lack>,
    pub(super) tallies: [Tally; 3],
}

/// Goes through the archetype once: a component, its variables, their monitors.
pub(super) fn walk(
    archetype: &Archetype,
    declaration: &Declaration,
    version: Version,
    seen: &Inventories,
) -> Rows {
    let empty = |level| Tally { level, must: Standing::default(), should: Standing::default() };
    let tallies = [Level::INVENTORY, Level::MONITORING, Level::ALERTING].map(empty);
    let mut walk = Walk { declaration, version, seen, rows: Rows { lacks: Vec::new(), tallies } };
    for c in &archetype.components {
        for place in Place::all(c.at, declaration.topology()) {
            walk.component(c, place);
        }
    }
    walk.rows
}

struct Walk<'a> {
    declaration: &'a Declaration,
    version: Version,
    seen: &'a Inventories,
    rows: Rows,
}

/// What a row sits in that is not there, and what that leaves of its obligation.
#[derive(Clone)]
struct Absent {
    row: RowId,
    obligation: Obligation,
    /// Why: the component is somewhere else, or nowhere.
    elsewhere: bool,
}

/// A row at a place, as far as it is known before its checks.
struct Item<'r> {
    row: &'r dyn Row,
    level: Level,
    place: Place,
    subject: String,
}

impl Walk<'_> {
    fn component(&mut self, c: &ComponentRow, place: Place) {
        let item =
            |level| Item { row: c, level, place, subject: component_at(c, Place::STATION).to_string() };
        let Some(applies) = self.applies(c) else { return };
        let absent = if applies {
            let check = self.seen.inventory.component(c, place);
            let absent = absence(c, &check);
            let moved = absent.as_ref().is_some_and(|a| a.elsewhere);
            let action = if moved { Action::MoveComponent } else { Action::ReportComponent };
            self.settle(&item(Level::INVENTORY), action, vec![check]);
            absent
        } else {
            self.standing(Level::INVENTORY, c.obligation, |s| s.undeclared += 1);
            None
        };
        // A component that need not be there takes its variables with it.
        if absent.as_ref().is_some_and(|a| a.obligation == Obligation::May) {
            return;
        }
        for v in &c.variables {
            self.variable(c, v, place, absent.as_ref());
        }
    }

    fn variable(&mut self, c: &ComponentRow, v: &VariableRow, place: Place, holder: Option<&Absent>) {
        let subject = variable_at(c, v, Place::STATION).to_string();
        let item = |level| Item { row: v, level, place, subject: subject.clone() };
        let Some(applies) = self.applies(v) else { return };
        let watched = !v.monitorable.is_empty();
        let absent = if !applies {
            self.standing(Level::INVENTORY, v.obligation, |s| s.undeclared += 1);
            if watched {
                self.standing(Level::MONITORING, v.obligation, |s| s.undeclared += 1);
            }
            None
        } else if let Some(holder) = holder {
            let Some(obligation) = behind(holder.obligation, v.obligation) else { return };
            let moves = holder.elsewhere && self.is_elsewhere(c, v);
            let action = if moves { Action::MoveComponent } else { Action::ReportVariable };
            self.missing(&item(Level::INVENTORY), action, obligation, &holder.row);
            Some(Absent { row: holder.row.clone(), obligation, elsewhere: false })
        } else {
            let inventory = &self.seen.inventory;
            let there = inventory.variable(c, v, place);
            let absent = absence(v, &there);
            let (action, checks) = match absent {
                Some(_) => (Action::ReportVariable, vec![there]),
                None => (Action::CorrectVariable, inventory.form(c, v, place)),
            };
            self.settle(&item(Level::INVENTORY), action, checks);
            absent
        };
        if absent.as_ref().is_some_and(|a| a.obligation == Obligation::May) {
            return;
        }
        if applies && watched {
            match &absent {
                Some(a) => {
                    self.missing(&item(Level::MONITORING), Action::MakeMonitorable, a.obligation, &a.row);
                }
                None => {
                    let check = self.seen.inventory.monitorable(c, v, place);
                    self.settle(&item(Level::MONITORING), Action::MakeMonitorable, vec![check]);
                }
            }
        }
        self.monitors((c, v), place, absent.as_ref());
    }

    fn monitors(&mut self, (c, v): (&ComponentRow, &VariableRow), place: Place, holder: Option<&Absent>) {
        let built_in =
            |m: &&MonitorRow| matches!(m.provision, Provision::Hardwired | Provision::Preconfigured);
        let version = self.version;
        let mut to_judge = Vec::new();
        for m in v.monitors.iter().filter(built_in).filter(|m| m.monitor_type.is_in(version)) {
            match (self.applies(m), holder) {
                (None, _) => {}
                (Some(false), _) => {
                    self.standing(Level::ALERTING, m.obligation, |s| s.undeclared += 1);
                }
                (Some(true), Some(holder)) => {
                    if let Some(obligation) = behind(holder.obligation, m.obligation) {
                        let item = monitor_item(c, v, m, place);
                        self.missing(&item, Action::ShipMonitor, obligation, &holder.row);
                    }
                }
                (Some(true), None) => to_judge.push(m),
            }
        }
        match &self.seen.monitors {
            Err(_) => {
                for m in to_judge {
                    self.standing(Level::ALERTING, m.obligation, |s| s.untold += 1);
                }
            }
            Ok(report) => {
                for of_row in provided(report, &self.seen.inventory, (c, v), to_judge, place) {
                    let Provided { row: m, checks, .. } = of_row;
                    let missing = checks.iter().any(is(Code::MonitorNotProvided));
                    let action = if missing { Action::ShipMonitor } else { Action::CorrectMonitor };
                    self.settle(&monitor_item(c, v, m, place), action, checks);
                }
            }
        }
    }

    /// Whether a row applies: `None` if it does not, `Some(false)` if that depends on an open condition.
    fn applies(&self, row: &dyn Row) -> Option<bool> {
        match self.declaration.applies(row, self.version) {
            Applies::Yes => Some(true),
            Applies::Undeclared(_) => Some(false),
            Applies::No(_) => None,
        }
    }

    /// Whether a component that sits at another place has the variable there.
    fn is_elsewhere(&self, c: &ComponentRow, v: &VariableRow) -> bool {
        let wanted = variable_at(c, v, Place::STATION);
        self.seen.inventory.variables.iter().any(|r| {
            let moved = ocpp::ComponentRef { evse: None, ..r.address.component.clone() };
            moved.same_as(&wanted.component) && r.address.variable.same_as(&wanted.variable)
        })
    }

    /// Settles the checks of a row as a run does, and keeps what does not hold.
    fn settle(&mut self, item: &Item<'_>, action: Action, checks: Vec<Check>) {
        let obligation = item.row.obligation();
        let (findings, blocking) = match settle(obligation, checks) {
            Outcome::Fail(first, rest) => (with(first, rest), true),
            Outcome::Warn(first, rest) => (with(first, rest), false),
            Outcome::Pass(_) | Outcome::NotApplicable(_) => {
                self.standing(item.level, obligation, |s| s.met += 1);
                return;
            }
            _ => {
                self.standing(item.level, obligation, |s| s.untold += 1);
                return;
            }
        };
        let absent = !action.corrects() && action != Action::MakeMonitorable;
        if obligation == Obligation::May && absent {
            return;
        }
        let blemish = obligation == Obligation::Must && !blocking;
        self.standing(item.level, obligation, |s| match (blemish, absent) {
            (true, _) => s.met += 1,
            (false, true) => s.missing += 1,
            (false, false) => s.wrong += 1,
        });
        self.push(item, action, obligation, blocking, findings, None);
    }

    /// A row that cannot be there because what it sits in is not.
    fn missing(&mut self, item: &Item<'_>, action: Action, obligation: Obligation, behind: &RowId) {
        self.standing(item.level, obligation, |s| s.missing += 1);
        let blocking = obligation == Obligation::Must;
        self.push(item, action, obligation, blocking, Vec::new(), Some(behind.clone()));
    }

    fn push(
        &mut self,
        item: &Item<'_>,
        action: Action,
        obligation: Obligation,
        blocking: bool,
        findings: Vec<Finding>,
        behind: Option<RowId>,
    ) {
        self.rows.lacks.push(Lack {
            row: item.row.id().clone(),
            place: item.place,
            level: item.level,
            obligation,
            blocking,
            action,
            subject: item.subject.clone(),
            findings,
            behind,
        });
    }

    fn standing(&mut self, level: Level, obligation: Obligation, count: impl FnOnce(&mut Standing)) {
        let tally = self.rows.tallies.iter_mut().find(|t| t.level == level);
        match (tally, obligation) {
            (Some(t), Obligation::Must) => count(&mut t.must),
            (Some(t), Obligation::Should) => count(&mut t.should),
            _ => {}
        }
    }
}

fn monitor_item<'r>(c: &ComponentRow, v: &VariableRow, m: &'r MonitorRow, place: Place) -> Item<'r> {
    let on = variable_at(c, v, Place::STATION);
    let kind = match m.provision {
        Provision::Hardwired => "hardwired",
        _ => "preconfigured",
    };
    let subject = format!("{kind} {}{} of severity {} on {on}", m.monitor_type, value_of(m, v), m.severity);
    Item { row: m, level: Level::ALERTING, place, subject }
}

/// The value a maker gives a monitor, where it means anything: ` 207 (90 to 250)`.
fn value_of(m: &MonitorRow, v: &VariableRow) -> String {
    if m.monitor_type == MonitorType::Delta && !v.data_type.is_numeric() {
        return String::new();
    }
    let range = m.range.map_or(String::new(), |[low, high]| format!(" ({low} to {high})"));
    let of_limit = if m.percent_of_max_limit { " percent of maxLimit" } else { "" };
    format!(" {}{range}{of_limit}", m.value)
}

fn absence(row: &dyn Row, check: &Check) -> Option<Absent> {
    let Check::Broken(finding) = check else { return None };
    let elsewhere = finding.code == Code::ComponentMisplaced;
    Some(Absent { row: row.id().clone(), obligation: row.obligation(), elsewhere })
}

/// The obligation of a row that sits in something missing: the weaker of the two; `None` for a row that need not
/// be there anyway.
fn behind(holder: Obligation, own: Obligation) -> Option<Obligation> {
    match (holder, own) {
        (Obligation::May, _) | (_, Obligation::May) => None,
        (Obligation::Must, Obligation::Must) => Some(Obligation::Must),
        _ => Some(Obligation::Should),
    }
}

fn with(first: Finding, rest: Vec<Finding>) -> Vec<Finding> {
    std::iter::once(first).chain(rest).collect()
}

fn is(code: Code) -> impl Fn(&Check) -> bool {
    move |check| matches!(check, Check::Broken(f) if f.code == code)
}
