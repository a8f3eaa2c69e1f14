//! The rows of an archetype table, each at its places, with what its placeholders stand for.

use super::Table;
use judge::Basis;
use judge::inventory::{component_at, variable_at};
use spec::model::{
    BehaviourRow, ComponentRow, FaultRow, Level, MonitorRow, Obligation, Provision, Row, RowId, Topology,
    VariableRow,
};
use spec::{Archetype, Place};
use std::collections::BTreeMap;

/// A row of a table at one place.
pub struct TableRow<'a> {
    /// The row.
    pub row: &'a dyn Row,
    /// Rows whose conditions apply as well (a variable's component).
    pub holder: Option<&'a dyn Row>,
    /// Where.
    pub place: Place,
    /// Row that must hold before, at the same place.
    pub requires: Vec<RowId>,
    /// The level the row itself prescribes, if it does.
    pub level: Option<Level>,
    /// What the placeholders stand for.
    pub values: BTreeMap<&'static str, String>,
}

impl TableRow<'_> {
    /// How strongly the row binds.
    pub fn obligation(&self) -> Obligation {
        self.row.obligation()
    }

    /// What it rests on.
    pub fn basis(&self) -> Basis {
        Basis::from(self.row.grounding())
    }
}

impl Table {
    /// The rows of an archetype at the places of a topology, in the order of the file.
    pub fn rows<'a>(self, archetype: &'a Archetype, topology: &Topology) -> Vec<TableRow<'a>> {
        match self {
            Table::Messages => archetype.behaviours.iter().filter_map(message_row).collect(),
            Table::Faults => {
                archetype.faults.iter().flat_map(|f| fault_rows(f, archetype, topology)).collect()
            }
            _ => archetype
                .components
                .iter()
                .flat_map(|c| Place::all(c.at, topology).into_iter().map(move |place| (c, place)))
                .flat_map(|(c, place)| self.rows_of(c, place))
                .collect(),
        }
    }

    fn rows_of<'a>(self, c: &'a ComponentRow, place: Place) -> Vec<TableRow<'a>> {
        let variables = c.variables.iter();
        match self {
            Table::Components => vec![component_row(c, place)],
            Table::MonitorableVariables => variables
                .filter(|v| !v.monitorable.is_empty())
                .map(|v| {
                    let before = vec![v.id.clone(), RowId("B-0110".to_owned())];
                    variable_row(c, v, place, before)
                })
                .collect(),
            Table::ShippedMonitors | Table::OperatorMonitors => variables
                .flat_map(|v| v.monitors.iter().map(move |m| (v, m)))
                .filter(|(_, m)| (m.provision == Provision::Custom) == (self == Table::OperatorMonitors))
                .map(|(v, m)| self.monitor_row(c, v, m, place))
                .collect(),
            _ => variables.map(|v| variable_row(c, v, place, vec![c.id.clone()])).collect(),
        }
    }

    fn monitor_row<'a>(
        self,
        c: &'a ComponentRow,
        v: &'a VariableRow,
        m: &'a MonitorRow,
        place: Place,
    ) -> TableRow<'a> {
        let operator = self == Table::OperatorMonitors;
        let rests_on = RowId(if operator { "B-0110" } else { "B-0101" }.to_owned());
        let of_variable = variable_row(c, v, place, vec![v.id.clone(), rests_on]);
        let mut values = of_variable.values;
        values.insert("row", m.id.to_string());
        values.insert("monitor", format!("{} of severity {}", m.monitor_type, m.severity));
        TableRow { row: m, values, ..of_variable }
    }
}

fn message_row(b: &BehaviourRow) -> Option<TableRow<'_>> {
    let values = [("row", b.id.to_string()), ("message", b.message.clone()?)];
    Some(TableRow {
        row: b,
        holder: None,
        place: Place::STATION,
        requires: b.requires.clone(),
        level: Some(b.level),
        values: values.into(),
    })
}

/// A fault shows wherever one of its monitors sits.
fn fault_rows<'a>(f: &'a FaultRow, archetype: &'a Archetype, topology: &Topology) -> Vec<TableRow<'a>> {
    let monitors: Vec<_> = f.monitors.iter().filter_map(|id| archetype.monitor(id)).collect();
    let mut places: Vec<Place> = monitors.iter().flat_map(|(c, ..)| Place::all(c.at, topology)).collect();
    places.sort_unstable();
    places.dedup();
    // A fault with a single variable cannot be seen where that is missing; with several, one may be enough.
    let mut variables: Vec<RowId> = monitors.iter().map(|(_, v, _)| v.id.clone()).collect();
    variables.dedup();
    let requires = if variables.len() == 1 { variables } else { Vec::new() };
    let row = |place: Place| {
        let values = [("row", f.id.to_string()), ("fault", f.title.clone()), ("place", place.to_string())];
        TableRow {
            row: f,
            holder: None,
            place,
            requires: requires.clone(),
            level: None,
            values: values.into(),
        }
    };
    places.into_iter().map(row).collect()
}

fn variable_row<'a>(
    c: &'a ComponentRow,
    v: &'a VariableRow,
    place: Place,
    requires: Vec<RowId>,
) -> TableRow<'a> {
    let values = [
        ("row", v.id.to_string()),
        ("component", component_at(c, Place::STATION).to_string()),
        ("variable", variable_at(c, v, Place::STATION).to_string()),
        ("place", place.to_string()),
    ];
    TableRow { row: v, holder: Some(c), place, requires, level: None, values: values.into() }
}

fn component_row(c: &ComponentRow, place: Place) -> TableRow<'_> {
    let values = [
        ("row", c.id.to_string()),
        ("component", component_at(c, Place::STATION).to_string()),
        ("place", place.to_string()),
    ];
    TableRow {
        row: c,
        holder: None,
        place,
        requires: vec![RowId("B-0010".to_owned())],
        level: None,
        values: values.into(),
    }
}
