//! The differences as text, Markdown and JSON.

mod markdown;
mod text;

use super::{ArchetypeDiff, Certificates, EditionDiff, FieldChange, ReRun, RowChange, RowDiff, Weight};
use crate::model::{Level, Obligation};

impl EditionDiff {
    /// For a terminal or a log, every line ended.
    pub fn to_text(&self) -> String {
        text::text(self)
    }

    /// For an issue, a pull request or a page.
    pub fn to_markdown(&self) -> String {
        markdown::markdown(self)
    }

    /// For programs, as `spec/schemas/edition-diff-1.json` describes it, with the last line ended.
    pub fn to_json(&self) -> String {
        // Texts, numbers and lists have a JSON form; there is no map with other keys.
        serde_json::to_string_pretty(self).map(|json| json + "\n").unwrap_or_default()
    }

    /// Number of rows that something happened to.
    fn count(&self, change: RowChange) -> usize {
        self.rows.iter().filter(|r| r.change == change).count()
    }

    /// One line that says how much differs.
    fn summary(&self) -> String {
        if self.is_empty() {
            return "The editions are alike.".to_owned();
        }
        let wording = |r: &&RowDiff| {
            r.change == RowChange::Changed && r.fields.iter().all(|f| f.weight == Weight::Wording)
        };
        let reworded = self.rows.iter().filter(wording).count();
        format!(
            "{} added, {} removed, {} changed, of these {} in wording only.",
            counted(self.count(RowChange::Added)),
            counted(self.count(RowChange::Removed)),
            counted(self.count(RowChange::Changed)),
            reworded
        )
    }

    /// For whom a row differs.
    fn whose(&self, row: &RowDiff) -> String {
        let both = self.archetypes.iter().filter(|a| a.before.is_some() && a.after.is_some());
        match row.archetypes.as_slice() {
            [] => "no archetype".to_owned(),
            some if some.len() > 1 && some.len() == both.count() => "every archetype".to_owned(),
            some => some.join(", "),
        }
    }
}

fn counted(rows: usize) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

fn obligation(row: &RowDiff) -> &'static str {
    match row.obligation {
        Some(Obligation::Must) => "must",
        Some(Obligation::Should) => "should",
        Some(Obligation::May) => "may",
        None => "guidance",
    }
}

fn again(levels: &[Level]) -> Option<String> {
    match levels {
        [] => None,
        [one] => Some(format!("level {one}")),
        several => {
            let numbers: Vec<String> = several.iter().map(Level::to_string).collect();
            Some(format!("levels {}", numbers.join(", ")))
        }
    }
}

/// What a field's weight says to a reader.
fn weighed(field: &FieldChange) -> &'static str {
    match field.weight {
        Weight::Binding => "binding",
        Weight::Milder => "milder",
        Weight::Wording => "wording",
    }
}

fn value(value: Option<&String>) -> &str {
    value.map_or("nothing", String::as_str)
}

/// Versions of an archetype, before and after.
fn versions(a: &ArchetypeDiff) -> String {
    match (&a.before, &a.after) {
        (Some(before), Some(after)) if before == after => format!("{before}, unchanged"),
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (None, Some(after)) => format!("new, {after}"),
        (Some(before), None) => format!("gone, was {before}"),
        (None, None) => String::new(),
    }
}

/// What certificates are worth, in a sentence.
fn verdict(certificates: &Certificates) -> String {
    match certificates {
        Certificates::None => "There are no certificates yet.".to_owned(),
        Certificates::Frozen => "Certificates stay certificates of the old edition.".to_owned(),
        Certificates::Stand => "Certificates hold in the new edition as they are.".to_owned(),
        Certificates::ReRun { rows } => {
            let mut ids: Vec<&str> = rows.iter().map(|r| r.row.0.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            format!(
                "Certificates hold in the new edition once {} judged again.",
                match ids.len() {
                    1 => "1 row is".to_owned(),
                    n => format!("{n} rows are"),
                }
            )
        }
    }
}

/// Rows to be judged again, by level.
fn by_level(certificates: &Certificates) -> Vec<(Level, Vec<&ReRun>)> {
    let Certificates::ReRun { rows } = certificates else { return Vec::new() };
    let mut levels: Vec<(Level, Vec<&ReRun>)> = Vec::new();
    for row in rows {
        match levels.last_mut() {
            Some((level, of_level)) if *level == row.level => of_level.push(row),
            _ => levels.push((row.level, vec![row])),
        }
    }
    levels
}

/// What a declaration has to say now.
fn declaration(a: &ArchetypeDiff) -> Vec<String> {
    let line = |what: &str, ids: &[String]| (!ids.is_empty()).then(|| format!("{what}: {}", ids.join(", ")));
    [
        line("Conditions to be answered now", &a.conditions_added),
        line("Conditions whose question reads otherwise", &a.conditions_reworded),
        line("Conditions no longer asked for", &a.conditions_removed),
        a.topology_changed.then(|| "The smallest layout is another one".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}
