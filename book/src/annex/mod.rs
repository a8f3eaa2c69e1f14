//! Files for programs and spreadsheets, laid beside the pages.

mod csv;
mod declaration;

use crate::atlas::{Atlas, rows_of};
use crate::book::Shown;
use serde::Serialize;
use serde_json::Value;
use spec::Archetype;
use spec::model::{ArchetypeFile, RowId};
use std::collections::BTreeMap;

/// A file for programs.
#[derive(Debug, Clone, Serialize)]
pub struct Annex {
    /// Path from the root of the book (`annex/ac-wallbox.json`).
    pub path: String,
    /// What it is, in a few words.
    pub title: String,
    /// What it belongs to: an archetype, or the schemas.
    pub group: String,
    /// The whole text.
    #[serde(skip)]
    pub text: String,
    /// The rows it shows.
    #[serde(skip)]
    pub rows: BTreeMap<RowId, Shown>,
}

/// Every annex: of each archetype, then the schemas.
pub(crate) fn all(atlas: &Atlas<'_>) -> Vec<Annex> {
    let edition = atlas.edition;
    let mut annexes = Vec::new();
    for archetype in &edition.files.archetypes {
        of_archetype(atlas, archetype, &mut annexes);
    }
    let own = [
        ("archetype-1.json", spec::schema::archetype()),
        ("declaration-1.json", spec::schema::declaration()),
        ("edition-diff-1.json", spec::schema::edition_diff()),
        ("expected-failures-1.json", spec::schema::expected_failures()),
        ("hook-1.json", spec::schema::hook()),
    ];
    let mut schemas: BTreeMap<&str, &Value> = own.into_iter().collect();
    schemas.extend(edition.schemas.iter().map(|(name, schema)| (name.as_str(), schema)));
    for (name, schema) in schemas {
        annexes.push(Annex {
            path: format!("annex/schemas/{name}"),
            title: described(schema).unwrap_or(name).to_owned(),
            group: "JSON Schemas".to_owned(),
            text: pretty(schema),
            rows: BTreeMap::new(),
        });
    }
    annexes
}

/// The first sentence a schema says of what it describes.
fn described(schema: &Value) -> Option<&str> {
    let text = schema.get("description").and_then(Value::as_str)?;
    Some(text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.'))
}

fn of_archetype(atlas: &Atlas<'_>, a: &Archetype, annexes: &mut Vec<Annex>) {
    let whole = resolved(a);
    let mut add = |suffix: &str, title: &str, text: String, rows: BTreeMap<RowId, Shown>| {
        let (path, title) = (format!("annex/{}{suffix}", a.id), title.to_owned());
        annexes.push(Annex { path, title, group: a.title.clone(), text, rows });
    };
    let rows = |kinds: &str| -> BTreeMap<RowId, Shown> {
        let ids = rows_of(&whole).into_iter().map(|r| r.id());
        let kept = ids.filter(|id| id.kind().is_some_and(|k| kinds.contains(k)));
        kept.map(|id| (id.clone(), Shown::Whole)).collect()
    };
    // Keys in the order of the model, as people write them.
    let json = serde_json::to_string_pretty(&whole).unwrap_or_default() + "\n";
    add(".json", "The whole archetype, with what it extends", json, rows("CVMFBT"));
    add("-declaration.yaml", "A declaration to fill in", declaration::empty(a), BTreeMap::new());
    add("-components.csv", "Components", csv::components(atlas, a), rows("C"));
    add("-variables.csv", "Variables", csv::variables(atlas, a), rows("CV"));
    add("-monitors.csv", "Monitors", csv::monitors(atlas, a), rows("CVM"));
    // The severity of a fault is that of its monitors.
    let mut faults = rows("F");
    faults.extend(a.faults.iter().flat_map(|f| &f.monitors).map(|m| (m.clone(), Shown::Rated)));
    add("-faults.csv", "Faults", csv::faults(atlas, a), faults);
    add("-behaviours.csv", "Behaviours", csv::behaviours(atlas, a), rows("B"));
    add("-trends.csv", "Early signs", csv::trends(a), rows("T"));
}

/// An archetype as one file that extends nothing.
fn resolved(a: &Archetype) -> ArchetypeFile {
    ArchetypeFile {
        schema_version: 1,
        id: a.id.clone(),
        title: a.title.clone(),
        version: a.version.clone(),
        edition: a.edition,
        extends: None,
        summary: a.summary.clone(),
        topology: Some(a.topology.clone()),
        conditions: a.conditions.clone(),
        components: a.components.clone(),
        faults: a.faults.clone(),
        behaviours: a.behaviours.clone(),
        trends: a.trends.clone(),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
