//! Where everything is and what belongs to what: the indexes all pages are made from.

use crate::{Edition, Scenario};
use report::proof::DeviationKind;
use spec::model::{
    ArchetypeFile, ComponentRow, FaultRow, MonitorRow, Obligation, RowId, Topic, TrendRow, VariableRow,
};
use spec::{Archetype, RowRef};
use std::collections::{BTreeMap, BTreeSet};

/// A row of any kind; trends are no rows that bind, so [`RowRef`] does not know them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum AnyRow<'a> {
    /// A row that binds.
    Row(RowRef<'a>),
    /// An early sign.
    Trend(&'a TrendRow),
}

/// A row and the file it is written in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Home<'a> {
    pub(crate) file: &'a ArchetypeFile,
    pub(crate) row: AnyRow<'a>,
}

/// The indexes over an edition.
pub(crate) struct Atlas<'a> {
    pub(crate) edition: &'a Edition,
    homes: BTreeMap<&'a str, Home<'a>>,
    scenarios: BTreeMap<&'a str, Vec<&'a Scenario>>,
    faults: BTreeMap<&'a str, Vec<&'a FaultRow>>,
    /// Archetypes a file's rows are part of.
    users: BTreeMap<&'a str, Vec<&'a Archetype>>,
    /// OCPP requirements that are cited: rows and scenarios.
    pub(crate) ocpp: BTreeMap<OcppId<'a>, Cited<'a>>,
    /// MREC codes and the faults that correspond to them.
    pub(crate) mrec: BTreeMap<&'a str, Vec<&'a FaultRow>>,
    /// Defects that were caught, by the row they were caught on, in the order of the catalogue.
    defects: BTreeMap<&'a str, Vec<&'a str>>,
}

/// An OCPP requirement id in the order of the specification: `N04.FR.9` before `N04.FR.10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OcppId<'a> {
    case: &'a str,
    number: u32,
    pub(crate) id: &'a str,
}

impl<'a> OcppId<'a> {
    fn new(id: &'a str) -> OcppId<'a> {
        let (case, number) = id.rsplit_once('.').unwrap_or((id, ""));
        OcppId { case, number: number.parse().unwrap_or(u32::MAX), id }
    }

    /// The use case it belongs to (`N04`).
    pub(crate) fn use_case(&self) -> &'a str {
        self.id.split('.').next().unwrap_or(self.id)
    }
}

/// What cites an OCPP requirement.
#[derive(Debug, Default)]
pub(crate) struct Cited<'a> {
    pub(crate) rows: BTreeSet<&'a RowId>,
    pub(crate) scenarios: BTreeSet<&'a str>,
}

impl<'a> Atlas<'a> {
    pub(crate) fn new(edition: &'a Edition) -> Atlas<'a> {
        let mut atlas = Atlas {
            edition,
            homes: BTreeMap::new(),
            scenarios: BTreeMap::new(),
            faults: BTreeMap::new(),
            users: BTreeMap::new(),
            ocpp: BTreeMap::new(),
            mrec: BTreeMap::new(),
            defects: BTreeMap::new(),
        };
        for file in &edition.files.files {
            for row in rows_of(file) {
                atlas.homes.entry(row.id().as_ref()).or_insert(Home { file, row });
                for id in row.ocpp() {
                    atlas.ocpp.entry(OcppId::new(id)).or_default().rows.insert(row.id());
                }
            }
            for fault in &file.faults {
                for monitor in &fault.monitors {
                    atlas.faults.entry(monitor.as_ref()).or_default().push(fault);
                }
                for code in &fault.mrec {
                    atlas.mrec.entry(code).or_default().push(fault);
                }
            }
            for archetype in &edition.files.archetypes {
                if edition.files.chain(archetype).contains(&file.id) {
                    atlas.users.entry(&file.id).or_default().push(archetype);
                }
            }
        }
        for scenario in &edition.scenarios {
            for row in &scenario.rows {
                atlas.scenarios.entry(row.as_ref()).or_default().push(scenario);
            }
            for id in &scenario.ocpp {
                atlas.ocpp.entry(OcppId::new(id)).or_default().scenarios.insert(&scenario.id);
            }
        }
        let deviations = edition.proof.iter().flat_map(|p| &p.deviations);
        for defect in deviations.filter(|d| d.kind == DeviationKind::Defect) {
            for caught in defect.runs.iter().flat_map(|r| &r.caught) {
                let of_row = atlas.defects.entry(caught.row.as_ref()).or_default();
                if of_row.last() != Some(&defect.name.as_str()) {
                    of_row.push(&defect.name);
                }
            }
        }
        atlas
    }

    /// A row by its id.
    pub(crate) fn find(&self, id: &str) -> Option<Home<'a>> {
        self.homes.get(id).copied()
    }

    /// Every row with its file, by id.
    pub(crate) fn all(&self) -> impl Iterator<Item = Home<'a>> {
        self.homes.values().copied()
    }

    /// The scenarios that judge a row.
    pub(crate) fn scenarios_of(&self, id: &RowId) -> &[&'a Scenario] {
        self.scenarios.get(id.as_ref()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The defects that were caught on a row.
    pub(crate) fn defects_of(&self, id: &RowId) -> &[&'a str] {
        self.defects.get(id.as_ref()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The faults a monitor reports.
    pub(crate) fn faults_of(&self, monitor: &RowId) -> &[&'a FaultRow] {
        self.faults.get(monitor.as_ref()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The archetypes the rows of a file are part of.
    pub(crate) fn users(&self, file: &str) -> &[&'a Archetype] {
        self.users.get(file).map(Vec::as_slice).unwrap_or_default()
    }

    /// The monitor row with an id.
    pub(crate) fn monitor(&self, id: &RowId) -> Option<(&'a ComponentRow, &'a VariableRow, &'a MonitorRow)> {
        match self.find(id.as_ref())?.row {
            AnyRow::Row(RowRef::Monitor(c, v, m)) => Some((c, v, m)),
            _ => None,
        }
    }

    /// The monitors that report a fault.
    pub(crate) fn monitors_of(
        &self,
        fault: &'a FaultRow,
    ) -> impl Iterator<Item = (&'a ComponentRow, &'a VariableRow, &'a MonitorRow)> {
        fault.monitors.iter().filter_map(|m| self.monitor(m))
    }

    /// Where a word leads, as a path from the root of the book: a row, a scenario, an OCPP requirement, an MREC code.
    pub(crate) fn target(&self, word: &str) -> Option<String> {
        if let Some(home) = self.find(word) {
            return Some(match home.row {
                AnyRow::Row(RowRef::Fault(_)) => format!("faults/{word}.html#{word}"),
                AnyRow::Row(RowRef::Behaviour(b)) => format!("behaviours/{}.html#{word}", slug(b.topic)),
                AnyRow::Row(_) => format!("archetypes/{}.html#{word}", home.file.id),
                AnyRow::Trend(_) => format!("trends.html#{word}"),
            });
        }
        if self.ocpp.contains_key(&OcppId::new(word)) {
            return Some(format!("reference/ocpp.html#{word}"));
        }
        if self.edition.scenarios.iter().any(|s| s.id == word) {
            return Some(format!("scenarios.html#{word}"));
        }
        self.mrec.contains_key(word).then(|| format!("reference/mrec.html#{word}"))
    }
}

impl<'a> AnyRow<'a> {
    pub(crate) fn id(self) -> &'a RowId {
        match self {
            AnyRow::Row(row) => row.row().id(),
            AnyRow::Trend(trend) => &trend.id,
        }
    }

    pub(crate) fn ocpp(self) -> &'a [String] {
        match self {
            AnyRow::Row(row) => row.row().ocpp(),
            AnyRow::Trend(_) => &[],
        }
    }

    pub(crate) fn when(self) -> Option<&'a str> {
        match self {
            AnyRow::Row(row) => row.row().when(),
            AnyRow::Trend(trend) => trend.when.as_deref(),
        }
    }

    pub(crate) fn obligation(self) -> Option<Obligation> {
        match self {
            AnyRow::Row(row) => Some(row.row().obligation()),
            AnyRow::Trend(_) => None,
        }
    }

    /// What a reader calls it: the part, its variable, or its title.
    pub(crate) fn name(self) -> String {
        match self {
            AnyRow::Row(RowRef::Component(c)) => component_name(c),
            AnyRow::Row(RowRef::Variable(c, v)) => format!("{}.{}", component_name(c), variable_name(v)),
            AnyRow::Row(RowRef::Monitor(c, v, m)) => {
                format!("{} on {}.{}", m.monitor_type, component_name(c), variable_name(v))
            }
            AnyRow::Row(RowRef::Fault(f)) => f.title.clone(),
            AnyRow::Row(RowRef::Behaviour(b)) => b.title.clone(),
            AnyRow::Trend(t) => t.title.clone(),
        }
    }

    /// Levels at which it is judged: none for what is only guidance.
    pub(crate) fn levels(self) -> Vec<u8> {
        match self {
            AnyRow::Row(RowRef::Component(_)) => vec![1],
            AnyRow::Row(RowRef::Variable(_, v)) if v.monitorable.is_empty() => vec![1],
            AnyRow::Row(RowRef::Variable(..)) => vec![1, 2],
            AnyRow::Row(RowRef::Monitor(..) | RowRef::Fault(_)) => vec![3],
            AnyRow::Row(RowRef::Behaviour(b)) => vec![b.level.0],
            AnyRow::Trend(_) => Vec::new(),
        }
    }
}

/// Every row of a file, in its order.
pub(crate) fn rows_of(file: &ArchetypeFile) -> Vec<AnyRow<'_>> {
    let mut rows = Vec::new();
    for c in &file.components {
        rows.push(AnyRow::Row(RowRef::Component(c)));
        for v in &c.variables {
            rows.push(AnyRow::Row(RowRef::Variable(c, v)));
            rows.extend(v.monitors.iter().map(|m| AnyRow::Row(RowRef::Monitor(c, v, m))));
        }
    }
    rows.extend(file.faults.iter().map(|f| AnyRow::Row(RowRef::Fault(f))));
    rows.extend(file.behaviours.iter().map(|b| AnyRow::Row(RowRef::Behaviour(b))));
    rows.extend(file.trends.iter().map(AnyRow::Trend));
    rows
}

/// `Component[Instance]`.
pub(crate) fn component_name(c: &ComponentRow) -> String {
    bracketed(&c.component, c.instance.as_deref())
}

/// `Variable[Instance]`.
pub(crate) fn variable_name(v: &VariableRow) -> String {
    bracketed(&v.variable, v.instance.as_deref())
}

fn bracketed(name: &str, instance: Option<&str>) -> String {
    instance.map_or(name.to_owned(), |i| format!("{name}[{i}]"))
}

/// Name of a topic's page.
pub(crate) fn slug(topic: Topic) -> String {
    word(topic)
}

/// The word a file uses for a value of an enumeration.
pub(crate) fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}
