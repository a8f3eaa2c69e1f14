//! The severity scale, and one page per severity with everything rated so.

use super::views::{self, MonitorView};
use super::{Desk, Draft};
use crate::atlas::rows_of;
use crate::book::{Page, Shown};
use crate::{BookError, figures, severity};
use serde::Serialize;
use spec::model::{ArchetypeFile, ComponentRow, MonitorRow, VariableRow};

#[derive(Serialize)]
struct Overview {
    steps: Vec<StepView>,
    heat: String,
    ladder: Option<String>,
}

#[derive(Serialize)]
struct StepView {
    number: u8,
    name: &'static str,
    used: &'static str,
    action: &'static str,
    within: &'static str,
    monitors: usize,
}

#[derive(Serialize)]
struct One {
    step: StepView,
    files: Vec<OfFile>,
}

/// Monitors of one severity that a file writes.
#[derive(Serialize)]
struct OfFile {
    id: String,
    title: String,
    /// Archetypes these rows are part of.
    users: Vec<String>,
    monitors: Vec<MonitorView>,
}

pub(crate) fn pages(desk: &Desk<'_>) -> Result<Vec<Page>, BookError> {
    let files = &desk.atlas.edition.files.files;
    let mut overview = Draft::new("severities/index.html", "Severities").part("Severities and faults");
    for file in files {
        for row in rows_of(file) {
            if row.id().kind() == Some('M') {
                overview.shows(row.id(), Shown::Rated);
            }
        }
    }
    let components: Vec<&ComponentRow> = files.iter().flat_map(|f| &f.components).collect();
    let ladder = figures::ladder::of(desk.atlas);
    // The ladder shows values as well.
    let ladder = ladder.map(|drawn| {
        overview.shows(&drawn.variable, Shown::Whole);
        drawn.monitors.iter().for_each(|m| overview.shows(m, Shown::Whole));
        drawn.svg
    });
    let view = Overview {
        steps: severity::SCALE.iter().map(|s| step(files, s)).collect(),
        heat: figures::heat::of_components(&components),
        ladder,
    };
    let mut pages = vec![overview.render(desk, "severities.html", &view)?];
    for s in &severity::SCALE {
        pages.push(one(desk, s)?);
    }
    Ok(pages)
}

fn one(desk: &Desk<'_>, s: &severity::Step) -> Result<Page, BookError> {
    let files = &desk.atlas.edition.files.files;
    let title = format!("{} {}", s.number, severity::name(s.number));
    let mut draft = Draft::new(format!("severities/{}.html", s.number), title).under(1);
    let mut of_files = Vec::new();
    for file in files {
        let rated: Vec<_> = monitors(file).filter(|(_, _, m)| m.severity.0 == s.number).collect();
        if rated.is_empty() {
            continue;
        }
        for (_, _, m) in &rated {
            draft.shows(&m.id, Shown::Whole);
            desk.atlas.faults_of(&m.id).iter().for_each(|f| draft.shows(&f.id, Shown::Named));
        }
        of_files.push(OfFile {
            id: file.id.clone(),
            title: file.title.clone(),
            users: desk.atlas.users(&file.id).iter().map(|a| a.title.clone()).collect(),
            monitors: rated.into_iter().map(|(c, v, m)| views::monitor(desk.atlas, c, v, m)).collect(),
        });
    }
    draft.render(desk, "severity.html", &One { step: step(files, s), files: of_files })
}

fn step(files: &[ArchetypeFile], s: &severity::Step) -> StepView {
    let rated = |f: &ArchetypeFile| monitors(f).filter(|(_, _, m)| m.severity.0 == s.number).count();
    StepView {
        number: s.number,
        name: severity::name(s.number),
        used: s.used,
        action: s.action,
        within: s.within,
        monitors: files.iter().map(rated).sum(),
    }
}

fn monitors(file: &ArchetypeFile) -> impl Iterator<Item = (&ComponentRow, &VariableRow, &MonitorRow)> {
    file.components
        .iter()
        .flat_map(|c| c.variables.iter().flat_map(move |v| v.monitors.iter().map(move |m| (c, v, m))))
}
