//! The traceability matrix: every row, the scenarios that judge it, the versions, the OCPP requirements.

use super::proof::Defects;
use super::views::{self, Tested};
use super::{Desk, Draft};
use crate::BookError;
use crate::atlas::{AnyRow, rows_of, word};
use crate::book::{Page, Shown};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    files: Vec<OfFile>,
    rows: usize,
    tested: usize,
    musts: usize,
    musts_tested: usize,
    proven: bool,
}

#[derive(Serialize)]
struct OfFile {
    id: String,
    title: String,
    rows: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    name: String,
    obligation: String,
    levels: Vec<u8>,
    versions: Vec<String>,
    ocpp: Vec<String>,
    scenarios: Vec<Tested>,
    /// Levels at which no scenario judges it.
    open: Vec<u8>,
    defects: Defects,
}

pub(crate) fn page(desk: &Desk<'_>) -> Result<Page, BookError> {
    let atlas = desk.atlas;
    let mut draft = Draft::new("reference/traceability.html", "Traceability").unsearched();
    let mut files = Vec::new();
    for file in &atlas.edition.files.files {
        let mut rows = Vec::new();
        for row in rows_of(file) {
            let AnyRow::Row(bound) = row else { continue };
            draft.shows(row.id(), Shown::Named);
            let scenarios = views::tested(atlas, row.id());
            let open = row.levels().into_iter().filter(|l| !scenarios.iter().any(|s| s.level == *l));
            rows.push(Line {
                id: row.id().to_string(),
                name: row.name(),
                obligation: row.obligation().map(word).unwrap_or_default(),
                levels: row.levels(),
                versions: views::versions(bound.row().versions()),
                ocpp: row.ocpp().to_vec(),
                open: open.collect(),
                scenarios,
                defects: Defects::of(atlas, row.id()),
            });
        }
        files.push(OfFile { id: file.id.clone(), title: file.title.clone(), rows });
    }
    let all = || files.iter().flat_map(|f| &f.rows);
    let must = |l: &&Line| l.obligation == "must";
    let tested = |l: &&Line| l.open.is_empty();
    let view = View {
        rows: all().count(),
        tested: all().filter(tested).count(),
        musts: all().filter(must).count(),
        musts_tested: all().filter(must).filter(tested).count(),
        proven: atlas.edition.proof.is_some(),
        files,
    };
    draft.render(desk, "traceability.html", &view)
}
