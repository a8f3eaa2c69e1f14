//! Early signs an operator can compute.

use super::views::{self, TrendView};
use super::{Desk, Draft};
use crate::BookError;
use crate::book::{Page, Shown};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    files: Vec<OfFile>,
}

#[derive(Serialize)]
struct OfFile {
    id: String,
    title: String,
    trends: Vec<TrendView>,
}

pub(crate) fn page(desk: &Desk<'_>) -> Result<Page, BookError> {
    let mut draft = Draft::new("trends.html", "Early signs");
    let mut files = Vec::new();
    for file in desk.atlas.edition.files.files.iter().filter(|f| !f.trends.is_empty()) {
        for t in &file.trends {
            draft.shows(&t.id, Shown::Whole);
            t.watch.iter().chain(&t.against).chain(&t.leads_to).for_each(|id| draft.shows(id, Shown::Named));
        }
        let trends = file.trends.iter().map(|t| views::trend(desk.atlas, t)).collect();
        files.push(OfFile { id: file.id.clone(), title: file.title.clone(), trends });
    }
    draft.render(desk, "trends.html", &View { files })
}
