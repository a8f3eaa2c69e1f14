//! Rows in the order they are written, with what they belong to.

use crate::model::{
    ArchetypeFile, BehaviourRow, ComponentRow, FaultRow, MonitorRow, Row, TrendRow, VariableRow,
};

/// A row together with the rows it sits in.
#[derive(Debug, Clone, Copy)]
pub enum RowRef<'a> {
    /// A component.
    Component(&'a ComponentRow),
    /// A variable of a component.
    Variable(&'a ComponentRow, &'a VariableRow),
    /// A monitor on a variable of a component.
    Monitor(&'a ComponentRow, &'a VariableRow, &'a MonitorRow),
    /// A fault.
    Fault(&'a FaultRow),
    /// A behaviour.
    Behaviour(&'a BehaviourRow),
}

impl<'a> RowRef<'a> {
    /// The row itself.
    pub fn row(self) -> &'a dyn Row {
        match self {
            RowRef::Component(row) => row,
            RowRef::Variable(_, row) => row,
            RowRef::Monitor(_, _, row) => row,
            RowRef::Fault(row) => row,
            RowRef::Behaviour(row) => row,
        }
    }

    /// The kind letter its id must have.
    pub fn letter(self) -> char {
        match self {
            RowRef::Component(_) => 'C',
            RowRef::Variable(..) => 'V',
            RowRef::Monitor(..) => 'M',
            RowRef::Fault(_) => 'F',
            RowRef::Behaviour(_) => 'B',
        }
    }

    /// What a reader calls this kind of row.
    pub fn kind(self) -> &'static str {
        match self {
            RowRef::Component(_) => "component",
            RowRef::Variable(..) => "variable",
            RowRef::Monitor(..) => "monitor",
            RowRef::Fault(_) => "fault",
            RowRef::Behaviour(_) => "behaviour",
        }
    }

    /// The row and those it sits in, outermost first: all their conditions must hold.
    pub(crate) fn chain(self) -> Vec<&'a dyn Row> {
        match self {
            RowRef::Component(c) => vec![c],
            RowRef::Variable(c, v) => vec![c, v],
            RowRef::Monitor(c, v, m) => vec![c, v, m],
            RowRef::Fault(f) => vec![f],
            RowRef::Behaviour(b) => vec![b],
        }
    }
}

/// Rows of a component with its variables and monitors.
pub(crate) fn of_components(components: &[ComponentRow]) -> impl Iterator<Item = RowRef<'_>> {
    components.iter().flat_map(|c| {
        let inner = c.variables.iter().flat_map(move |v| {
            let monitors = v.monitors.iter().map(move |m| RowRef::Monitor(c, v, m));
            std::iter::once(RowRef::Variable(c, v)).chain(monitors)
        });
        std::iter::once(RowRef::Component(c)).chain(inner)
    })
}

/// Every row of a file with the JSON pointer to it.
pub(crate) fn located(file: &ArchetypeFile) -> Vec<(String, RowRef<'_>)> {
    let mut rows = Vec::new();
    for (i, c) in file.components.iter().enumerate() {
        let at = format!("/components/{i}");
        rows.push((at.clone(), RowRef::Component(c)));
        for (i, v) in c.variables.iter().enumerate() {
            let at = format!("{at}/variables/{i}");
            rows.push((at.clone(), RowRef::Variable(c, v)));
            for (i, m) in v.monitors.iter().enumerate() {
                rows.push((format!("{at}/monitors/{i}"), RowRef::Monitor(c, v, m)));
            }
        }
    }
    rows.extend(file.faults.iter().enumerate().map(|(i, f)| (format!("/faults/{i}"), RowRef::Fault(f))));
    rows.extend(
        file.behaviours.iter().enumerate().map(|(i, b)| (format!("/behaviours/{i}"), RowRef::Behaviour(b))),
    );
    rows
}

/// Every trend of a file with the JSON pointer to it. Trends bind nobody, so they are not among the rows.
pub(crate) fn located_trends(file: &ArchetypeFile) -> impl Iterator<Item = (String, &TrendRow)> {
    file.trends.iter().enumerate().map(|(i, t)| (format!("/trends/{i}"), t))
}
