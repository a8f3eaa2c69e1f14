//! The comparison: archetype by archetype, then the rows that differ, each once.

use super::{
    ArchetypeDiff, EditionDiff, EditionFiles, EditionSide, FieldChange, Reused, RowChange, RowDiff, RowKind,
    SCHEMA_VERSION, Scenarios, Weight,
    certificates::certificates,
    fields::{levels, shown, unlike, weigh},
    files::{Flat, FlatRow},
};
use crate::model::{Condition, Level, Obligation, RowId};
use std::collections::{BTreeMap, BTreeSet};

/// What the new edition differs in from the old one, and what certificates of the old one are worth. `scenarios`
/// are those of the new edition; without them the rows to be judged again are named alone.
pub fn compare(old: &EditionFiles, new: &EditionFiles, scenarios: &Scenarios) -> EditionDiff {
    let ids: BTreeSet<&str> = old.archetypes.iter().chain(&new.archetypes).map(|a| a.id.as_str()).collect();
    let mut rows: Vec<RowDiff> = Vec::new();
    let mut archetypes = Vec::new();
    for id in ids {
        let (before, after) = (old.archetype(id), new.archetype(id));
        let certifiable = [before, after].into_iter().flatten().any(|a| a.topology.is_some());
        // A file that is only extended binds nobody by itself; its rows are those of the archetypes it is part of.
        if !certifiable && (extended(old, id) || extended(new, id)) {
            continue;
        }
        let differing = differing(before, after);
        if certifiable {
            archetypes.push(archetype(id, before, after, &differing, scenarios));
        }
        for row in differing {
            let known = rows.iter_mut().find(|r| {
                (&r.row, r.change, &r.fields, &r.re_run) == (&row.row, row.change, &row.fields, &row.re_run)
            });
            let whose = certifiable.then(|| id.to_owned());
            match known {
                Some(known) => known.archetypes.extend(whose),
                None => rows.push(RowDiff { archetypes: whose.into_iter().collect(), ..row }),
            }
        }
    }
    rows.sort_by_cached_key(|r| (r.row.0.clone(), r.change, r.archetypes.clone()));
    EditionDiff {
        schema_version: SCHEMA_VERSION,
        old: side(old),
        new: side(new),
        archetypes,
        rows,
        reused: reused(old, new),
    }
}

/// Whether an archetype that can be certified takes a file in.
fn extended(files: &EditionFiles, id: &str) -> bool {
    files.archetypes.iter().any(|a| a.topology.is_some() && a.family.iter().any(|f| f == id))
}

fn side(files: &EditionFiles) -> EditionSide {
    EditionSide { name: files.name.clone(), edition: files.edition() }
}

/// Rows of one archetype that differ. Of an archetype that only one of the editions has, no row does: it is new or
/// gone as a whole.
fn differing(before: Option<&Flat>, after: Option<&Flat>) -> Vec<RowDiff> {
    let (Some(before), Some(after)) = (before, after) else { return Vec::new() };
    let ids: BTreeSet<&RowId> = before.rows.keys().chain(after.rows.keys()).collect();
    ids.into_iter().filter_map(|id| row(id, before.rows.get(id), after.rows.get(id))).collect()
}

fn row(id: &RowId, before: Option<&FlatRow>, after: Option<&FlatRow>) -> Option<RowDiff> {
    let shown = after.or(before)?;
    let (change, fields) = match (before, after) {
        (Some(before), Some(after)) => (RowChange::Changed, field_changes(before, after)),
        (None, _) => (RowChange::Added, Vec::new()),
        (_, None) => (RowChange::Removed, Vec::new()),
    };
    if change == RowChange::Changed && fields.is_empty() {
        return None;
    }
    Some(RowDiff {
        row: id.clone(),
        kind: shown.kind,
        name: shown.name.clone(),
        file: shown.file.clone(),
        archetypes: Vec::new(),
        change,
        obligation: shown.obligation,
        re_run: again(before, after, &fields),
        fields,
    })
}

fn field_changes(before: &FlatRow, after: &FlatRow) -> Vec<FieldChange> {
    let keys: BTreeSet<&String> = before.fields.keys().chain(after.fields.keys()).collect();
    let mut changes = Vec::new();
    for key in keys {
        let (old, new) = (before.fields.get(key), after.fields.get(key));
        if old != new {
            changes.push(FieldChange {
                field: key.clone(),
                before: old.map(shown),
                after: new.map(shown),
                weight: weigh(after.kind, key, old, new),
            });
        }
    }
    changes.sort_by_key(|c| c.weight);
    changes
}

/// Levels at which a product must be judged by the row again. A should does not decide a level, so only a must
/// asks for a new run; what a row no longer says, or says more mildly, does not either.
fn again(before: Option<&FlatRow>, after: Option<&FlatRow>, fields: &[FieldChange]) -> Vec<Level> {
    let Some(after) = after.filter(|a| a.obligation == Some(Obligation::Must)) else { return Vec::new() };
    let Some(before) = before else { return after.levels.clone() };
    if is_another(before, after) {
        return after.levels.clone();
    }
    let mut all: BTreeSet<Level> = BTreeSet::new();
    for change in fields.iter().filter(|c| c.weight == Weight::Binding) {
        match levels(after.kind, &change.field) {
            Some(level) => all.extend(after.levels.contains(&level).then_some(level)),
            None => all.extend(&after.levels),
        }
    }
    all.into_iter().collect()
}

/// Whether two rows of one id are about different things.
fn is_another(before: &FlatRow, after: &FlatRow) -> bool {
    let inside = matches!(after.kind, RowKind::Component | RowKind::Variable | RowKind::Monitor);
    before.kind != after.kind
        || match inside {
            true => !before.subject.eq_ignore_ascii_case(&after.subject),
            false => before.subject != after.subject && unlike(&before.subject, &after.subject),
        }
}

/// Ids that stand for something else, whatever file they are in now.
fn reused(old: &EditionFiles, new: &EditionFiles) -> Vec<Reused> {
    let by_id = |files: &EditionFiles| -> BTreeMap<RowId, FlatRow> {
        files.archetypes.iter().flat_map(|a| a.rows.clone()).collect()
    };
    let (before, after) = (by_id(old), by_id(new));
    let another = before.iter().filter_map(|(id, was)| {
        let is = after.get(id).filter(|is| is_another(was, is))?;
        Some(Reused { row: id.clone(), before: was.name.clone(), after: is.name.clone() })
    });
    another.collect()
}

fn archetype(
    id: &str,
    before: Option<&Flat>,
    after: Option<&Flat>,
    rows: &[RowDiff],
    scenarios: &Scenarios,
) -> ArchetypeDiff {
    let conditions = |a: Option<&Flat>| -> Vec<Condition> {
        // Of an archetype that is new or gone, no condition is.
        if before.is_none() || after.is_none() {
            Vec::new()
        } else {
            a.map(|a| a.conditions.clone()).unwrap_or_default()
        }
    };
    let (old, new) = (conditions(before), conditions(after));
    let missing = |of: &[Condition], from: &[Condition]| -> Vec<String> {
        of.iter().filter(|c| from.iter().all(|o| o.id != c.id)).map(|c| c.id.clone()).collect()
    };
    let reworded = new.iter().filter(|c| old.iter().any(|o| o.id == c.id && o.question != c.question));
    let topology_changed =
        before.is_some() && after.is_some() && before.map(|a| &a.topology) != after.map(|a| &a.topology);
    ArchetypeDiff {
        id: id.to_owned(),
        title: after.or(before).map(|a| a.title.clone()).unwrap_or_default(),
        before: before.map(|a| a.version.clone()),
        after: after.map(|a| a.version.clone()),
        conditions_added: missing(&new, &old),
        conditions_removed: missing(&old, &new),
        conditions_reworded: reworded.map(|c| c.id.clone()).collect(),
        topology_changed,
        certificates: certificates(before, after, rows, scenarios),
    }
}
