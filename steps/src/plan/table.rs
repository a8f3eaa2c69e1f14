//! Archetype tables: an `Examples:` block names one, and each of its rows becomes a scenario.

use cucumber::gherkin::Examples;
use judge::Basis;
use judge::inventory::{component_at, variable_at};
use spec::model::{ComponentRow, Level, Obligation, Row, RowId, Topology, VariableRow};
use spec::{Archetype, Place};
use std::collections::BTreeMap;

/// A table of the archetype.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Every component row, at each of its places.
    Components,
    /// Every variable row, at each of its places.
    Variables,
    /// Every variable row that lists monitor types.
    MonitorableVariables,
    /// Every behaviour row about the frames of a message.
    Messages,
}

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
    /// Reads the `Examples` block: its name is the table, its header the placeholders.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(examples: &Examples) -> Result<Table, String> {
        let name = examples.name.as_deref().unwrap_or_default().trim();
        let table = match name {
            "components" => Table::Components,
            "variables" => Table::Variables,
            "monitorable variables" => Table::MonitorableVariables,
            "messages" => Table::Messages,
            _ => {
                return Err(format!(
                    "Examples: {name:?} is no archetype table: use components, variables, monitorable variables or messages"
                ));
            }
        };
        let rows = examples.table.as_ref().map(|t| t.rows.as_slice()).unwrap_or_default();
        let [header] = rows else {
            return Err("write only the header: the rows come from the archetype".to_owned());
        };
        match header.iter().find(|h| !table.placeholders().contains(&h.as_str())) {
            Some(h) => Err(format!("{h:?} is no column of {name}: use {}", table.placeholders().join(", "))),
            None => Ok(table),
        }
    }

    /// Placeholders a scenario may use.
    pub fn placeholders(self) -> &'static [&'static str] {
        match self {
            Table::Components => &["row", "component", "place"],
            Table::Variables | Table::MonitorableVariables => &["row", "component", "variable", "place"],
            Table::Messages => &["row", "message"],
        }
    }

    /// The rows of an archetype at the places of a topology, in the order of the file.
    pub fn rows<'a>(self, archetype: &'a Archetype, topology: &Topology) -> Vec<TableRow<'a>> {
        match self {
            Table::Messages => archetype
                .behaviours
                .iter()
                .filter_map(|b| {
                    let values = [("row", b.id.to_string()), ("message", b.message.clone()?)];
                    Some(TableRow {
                        row: b,
                        holder: None,
                        place: Place::STATION,
                        requires: b.requires.clone(),
                        level: Some(b.level),
                        values: values.into(),
                    })
                })
                .collect(),
            _ => archetype
                .components
                .iter()
                .flat_map(|c| Place::all(c.at, topology).into_iter().map(move |place| (c, place)))
                .flat_map(|(c, place)| self.rows_of(c, place))
                .collect(),
        }
    }

    fn rows_of<'a>(self, c: &'a ComponentRow, place: Place) -> Vec<TableRow<'a>> {
        if self == Table::Components {
            return vec![component_row(c, place)];
        }
        let wanted = |v: &&VariableRow| self != Table::MonitorableVariables || !v.monitorable.is_empty();
        c.variables.iter().filter(wanted).map(|v| self.variable_row(c, v, place)).collect()
    }

    fn variable_row<'a>(self, c: &'a ComponentRow, v: &'a VariableRow, place: Place) -> TableRow<'a> {
        let address = variable_at(c, v, Place::STATION);
        let values = [
            ("row", v.id.to_string()),
            ("component", component_at(c, Place::STATION).to_string()),
            ("variable", address.to_string()),
            ("place", place.to_string()),
        ];
        let before = match self {
            Table::MonitorableVariables => vec![v.id.clone(), RowId("B-0110".to_owned())],
            _ => vec![c.id.clone()],
        };
        TableRow { row: v, holder: Some(c), place, requires: before, level: None, values: values.into() }
    }
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
