//! The archetype files of one edition, flattened: every row by its id, with what the rows around it add.

use super::RowKind;
use crate::{
    Source, SourceError,
    lint::{Chain, FileKind, LintReport, kind_of},
    model::{
        ArchetypeFile, ComponentRow, Condition, FaultRow, Level, Obligation, RowId, Tier, Topology,
        VariableRow,
    },
    rows::{RowRef, located, located_trends},
};
use ocpp::Version;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, path::Path};

/// The archetype files of one edition.
#[derive(Debug, Clone)]
pub struct EditionFiles {
    /// What a reader calls it, usually the directory.
    pub name: String,
    pub(super) archetypes: Vec<Flat>,
}

/// Archetype files that cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum EditionError {
    /// The directory cannot be listed.
    #[error("{path} cannot be read: {error}")]
    Directory {
        /// The directory.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// A file cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A file has not the shape of an archetype, or extends one that is not there.
    #[error("{0}")]
    Lint(Box<LintReport>),
    /// There is no archetype.
    #[error("there is no archetype in {path}: name a directory with *.yaml files")]
    Empty {
        /// The directory.
        path: String,
    },
}

/// An archetype with everything it extends.
#[derive(Debug, Clone)]
pub(super) struct Flat {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) version: String,
    pub(super) edition: u32,
    /// `None` for a file that is only extended.
    pub(super) topology: Option<Topology>,
    pub(super) conditions: Vec<Condition>,
    /// Ids of the files it is made of, extended first.
    pub(super) family: Vec<String>,
    pub(super) rows: BTreeMap<RowId, FlatRow>,
}

/// A row with what the rows around it add.
#[derive(Debug, Clone)]
pub(super) struct FlatRow {
    pub(super) kind: RowKind,
    /// What a reader calls it.
    pub(super) name: String,
    /// What it is about: two rows of one id that differ in it are two different rows.
    pub(super) subject: String,
    /// The archetype in whose file it is written.
    pub(super) file: String,
    /// Its fields; `when` and `versions` as they are together with those of the rows around it.
    pub(super) fields: BTreeMap<String, Value>,
    /// `None` for a trend, which binds nobody.
    pub(super) obligation: Option<Obligation>,
    /// Levels at which it is judged.
    pub(super) levels: Vec<Level>,
    /// Conditions that must all hold.
    pub(super) when: Vec<String>,
}

impl EditionFiles {
    /// Reads every archetype of a directory. Only the shape of the files is checked, so that an edition stays
    /// readable when lint becomes stricter.
    ///
    /// # Errors
    /// When the directory or a file cannot be read, or there is no archetype in it.
    pub fn read(directory: &Path) -> Result<EditionFiles, EditionError> {
        let path = directory.display().to_string();
        let cannot = |error| EditionError::Directory { path: path.clone(), error };
        let mut sources = Vec::new();
        for entry in std::fs::read_dir(directory).map_err(cannot)? {
            let file = entry.map_err(cannot)?.path();
            if file.is_file() && file.extension().is_some_and(|e| e == "yaml" || e == "yml") {
                sources.push(Source::read(&file)?);
            }
        }
        EditionFiles::from_sources(path, sources)
    }

    /// The edition that sources make up; those that are no archetypes are left out.
    ///
    /// # Errors
    /// When one has not the shape of an archetype, or there is none.
    pub fn from_sources(name: String, mut sources: Vec<Source>) -> Result<EditionFiles, EditionError> {
        sources.retain(|s| kind_of(&s.text) == Some(FileKind::Archetype));
        sources.sort_by(|a, b| a.file_name().cmp(b.file_name()));
        let named = |id: &str| sources.iter().find(|s| stem(s.file_name()) == id).cloned();
        let mut archetypes = Vec::new();
        for source in &sources {
            let mut chain = Chain::follow(source.clone(), &named);
            if !chain.is_complete() {
                let report = LintReport::new(std::mem::take(&mut chain.findings), chain.sources);
                return Err(EditionError::Lint(Box::new(report)));
            }
            let files: Vec<ArchetypeFile> = chain.files.into_iter().map(|read| read.file).collect();
            archetypes.extend(flatten(&files));
        }
        if archetypes.is_empty() {
            return Err(EditionError::Empty { path: name });
        }
        Ok(EditionFiles { name, archetypes })
    }

    /// Number of the edition: the highest its archetypes state.
    pub fn edition(&self) -> u32 {
        self.archetypes.iter().map(|a| a.edition).max().unwrap_or_default()
    }

    pub(super) fn archetype(&self, id: &str) -> Option<&Flat> {
        self.archetypes.iter().find(|a| a.id == id)
    }
}

fn stem(file_name: &str) -> &str {
    file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem)
}

/// One archetype out of its own file, which is last, and those it extends.
fn flatten(files: &[ArchetypeFile]) -> Option<Flat> {
    let own = files.last()?;
    let mut rows = BTreeMap::new();
    for file in files {
        for (_, row) in located(file) {
            let flat = FlatRow { file: file.id.clone(), ..flat_row(row) };
            // Of an id that is used twice, the first row counts: lint shows the second.
            rows.entry(row.row().id().clone()).or_insert(flat);
        }
        for (_, trend) in located_trends(file) {
            let flat = FlatRow {
                kind: RowKind::Trend,
                name: trend.title.clone(),
                subject: trend.title.clone(),
                file: file.id.clone(),
                fields: fields(trend),
                obligation: None,
                levels: Vec::new(),
                when: trend.when.iter().cloned().collect(),
            };
            rows.entry(trend.id.clone()).or_insert(flat);
        }
    }
    for fault in files.iter().flat_map(|f| &f.faults) {
        conditions_of_fault(&mut rows, fault);
    }
    Some(Flat {
        id: own.id.clone(),
        title: own.title.clone(),
        version: own.version.clone(),
        edition: own.edition,
        topology: files.iter().rev().find_map(|f| f.topology.clone()),
        conditions: files.iter().flat_map(|f| f.conditions.iter().cloned()).collect(),
        family: files.iter().map(|f| f.id.clone()).collect(),
        rows,
    })
}

/// A fault shows as soon as one of its monitors does: it is under the conditions that all of them share.
fn conditions_of_fault(rows: &mut BTreeMap<RowId, FlatRow>, fault: &FaultRow) {
    let monitors = fault.monitors.iter().filter_map(|id| rows.get(id));
    let shared =
        monitors.map(|m| m.when.clone()).reduce(|a, b| a.into_iter().filter(|w| b.contains(w)).collect());
    let mut when: Vec<String> = shared.unwrap_or_default();
    when.extend(fault.when.clone());
    when.sort();
    when.dedup();
    if let Some(row) = rows.get_mut(&fault.id) {
        set(&mut row.fields, "when", Value::from(when.clone()));
        row.when = when;
    }
}

fn flat_row(row: RowRef<'_>) -> FlatRow {
    let chain = row.chain();
    let mut when: Vec<String> = chain.iter().filter_map(|r| r.when()).map(str::to_owned).collect();
    when.sort();
    when.dedup();
    let (mut own, name, subject, levels) = match row {
        RowRef::Component(c) => {
            (fields(c), component(c), instanced(&c.component, c.instance.as_deref()), vec![Level::INVENTORY])
        }
        RowRef::Variable(c, v) => {
            let monitored = (!v.monitorable.is_empty()).then_some(Level::MONITORING);
            let levels = [Some(Level::INVENTORY), monitored].into_iter().flatten().collect();
            (fields(v), variable(c, v), subject_of(c, v), levels)
        }
        RowRef::Monitor(c, v, m) => {
            let name = format!("{} on {}", m.monitor_type, variable(c, v));
            let subject = format!("{} on {}", m.monitor_type, subject_of(c, v));
            (fields(m), name, subject, vec![Level::ALERTING])
        }
        RowRef::Fault(f) => (fields(f), f.title.clone(), f.title.clone(), vec![Level::ALERTING]),
        RowRef::Behaviour(b) => (fields(b), b.title.clone(), b.title.clone(), vec![b.level]),
    };
    match row {
        RowRef::Variable(c, _) => set(&mut own, "component", Value::from(component(c))),
        RowRef::Monitor(c, v, _) => set(&mut own, "variable", Value::from(variable(c, v))),
        _ => {}
    }
    if chain.len() > 1 {
        set(&mut own, "when", Value::from(when.clone()));
        let allowed = |v: &Version| chain.iter().all(|r| r.versions().is_empty() || r.versions().contains(v));
        let versions: Vec<&str> = Version::ALL.into_iter().filter(allowed).map(Version::as_str).collect();
        let all = versions.len() == Version::ALL.len();
        set(&mut own, "versions", if all { Value::Null } else { Value::from(versions) });
    }
    let kind = match row {
        RowRef::Component(_) => RowKind::Component,
        RowRef::Variable(..) => RowKind::Variable,
        RowRef::Monitor(..) => RowKind::Monitor,
        RowRef::Fault(_) => RowKind::Fault,
        RowRef::Behaviour(_) => RowKind::Behaviour,
    };
    FlatRow {
        kind,
        name,
        subject,
        file: String::new(),
        fields: own,
        obligation: Some(row.row().obligation()),
        levels,
        when,
    }
}

/// The fields of a row that are its own: without its id and the rows inside it.
fn fields(row: &impl serde::Serialize) -> BTreeMap<String, Value> {
    let written = match serde_json::to_value(row) {
        Ok(Value::Object(map)) => map,
        // A row is a struct of names, numbers and texts: it has no other form.
        _ => Map::new(),
    };
    let inside = |key: &String| ["id", "variables", "monitors"].contains(&key.as_str());
    // `monitors` of a fault are ids, not rows.
    let ids = |value: &Value| value.as_array().is_some_and(|a| a.iter().all(Value::is_string));
    written.into_iter().filter(|(key, value)| !inside(key) || (key == "monitors" && ids(value))).collect()
}

/// Sets a field; one with nothing in it is left out, as it is in a file.
fn set(fields: &mut BTreeMap<String, Value>, key: &str, value: Value) {
    let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    match empty {
        true => fields.remove(key),
        false => fields.insert(key.to_owned(), value),
    };
}

fn instanced(name: &str, instance: Option<&str>) -> String {
    instance.map_or_else(|| name.to_owned(), |i| format!("{name}[{i}]"))
}

fn at(c: &ComponentRow) -> &'static str {
    match c.at {
        Tier::Station => "@station",
        Tier::Evse => "@evse",
        Tier::Connector => "@connector",
    }
}

fn component(c: &ComponentRow) -> String {
    format!("{} {}", instanced(&c.component, c.instance.as_deref()), at(c))
}

fn subject_of(c: &ComponentRow, v: &VariableRow) -> String {
    let component = instanced(&c.component, c.instance.as_deref());
    format!("{component}.{}", instanced(&v.variable, v.instance.as_deref()))
}

fn variable(c: &ComponentRow, v: &VariableRow) -> String {
    format!("{} {}", subject_of(c, v), at(c))
}
