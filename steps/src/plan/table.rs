//! Archetype tables: an `Examples:` block names one, and each of its rows becomes a scenario.

use cucumber::gherkin::Examples;

/// A table of the archetype.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Every component row, at each of its places.
    Components,
    /// Every variable row, at each of its places.
    Variables,
    /// Every variable row that lists monitor types.
    MonitorableVariables,
    /// Every monitor row that asks the maker for a monitor, or for a message without one.
    ShippedMonitors,
    /// Every monitor row that leaves the monitor to the operator.
    OperatorMonitors,
    /// Every fault row, at each place where one of its monitors sits.
    Faults,
    /// Every behaviour row about the frames of a message.
    Messages,
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
            "shipped monitors" => Table::ShippedMonitors,
            "monitors left to the operator" => Table::OperatorMonitors,
            "faults" => Table::Faults,
            "messages" => Table::Messages,
            _ => {
                return Err(format!(
                    "Examples: {name:?} is no archetype table: use components, variables, monitorable variables, shipped monitors, monitors left to the operator, faults or messages"
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

    /// Its name in an `Examples:` block.
    pub fn name(self) -> &'static str {
        match self {
            Table::Components => "components",
            Table::Variables => "variables",
            Table::MonitorableVariables => "monitorable variables",
            Table::ShippedMonitors => "shipped monitors",
            Table::OperatorMonitors => "monitors left to the operator",
            Table::Faults => "faults",
            Table::Messages => "messages",
        }
    }

    /// Placeholders a scenario may use.
    pub fn placeholders(self) -> &'static [&'static str] {
        match self {
            Table::Components => &["row", "component", "place"],
            Table::Variables | Table::MonitorableVariables => &["row", "component", "variable", "place"],
            Table::ShippedMonitors | Table::OperatorMonitors => {
                &["row", "component", "variable", "monitor", "place"]
            }
            Table::Faults => &["row", "fault", "place"],
            Table::Messages => &["row", "message"],
        }
    }
}
