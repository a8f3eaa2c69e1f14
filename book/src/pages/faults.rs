//! Faults: all of them, those of each file, and one page for each.

use super::views::{self, FaultView, Titled};
use super::{Desk, Draft};
use crate::BookError;
use crate::atlas::AnyRow;
use crate::book::{Page, Shown};
use serde::Serialize;
use spec::model::{ArchetypeFile, FaultRow};

#[derive(Serialize)]
struct Overview {
    files: Vec<OfFile>,
}

#[derive(Serialize)]
struct OfFile {
    id: String,
    title: String,
    users: Vec<String>,
    faults: Vec<FaultView>,
}

#[derive(Serialize)]
struct One {
    fault: FaultView,
    file: String,
    file_title: String,
    users: Vec<Titled>,
    /// Faults of the same name in other archetypes.
    elsewhere: Vec<Titled>,
    /// Early signs of it.
    trends: Vec<Titled>,
}

pub(crate) fn pages(desk: &Desk<'_>) -> Result<Vec<Page>, BookError> {
    let files: Vec<&ArchetypeFile> =
        desk.atlas.edition.files.files.iter().filter(|f| !f.faults.is_empty()).collect();
    let mut all = Draft::new("faults/index.html", "Faults");
    files.iter().for_each(|f| record(&mut all, f));
    let view = Overview { files: files.iter().map(|f| of_file(desk, f)).collect() };
    let mut pages = vec![all.render(desk, "faults.html", &view)?];
    for file in files {
        let mut draft = Draft::new(format!("faults/{}.html", file.id), &file.title).under(1).unsearched();
        record(&mut draft, file);
        pages.push(draft.render(desk, "faults-of.html", &of_file(desk, file))?);
        for fault in &file.faults {
            pages.push(one(desk, file, fault)?);
        }
    }
    Ok(pages)
}

fn record(draft: &mut Draft, file: &ArchetypeFile) {
    for fault in &file.faults {
        draft.shows(&fault.id, Shown::Whole);
        fault.monitors.iter().for_each(|m| draft.shows(m, Shown::Rated));
    }
}

fn of_file(desk: &Desk<'_>, file: &ArchetypeFile) -> OfFile {
    OfFile {
        id: file.id.clone(),
        title: file.title.clone(),
        users: desk.atlas.users(&file.id).iter().map(|a| a.title.clone()).collect(),
        faults: file.faults.iter().map(|f| views::fault(desk.atlas, f)).collect(),
    }
}

fn one(desk: &Desk<'_>, file: &ArchetypeFile, fault: &FaultRow) -> Result<Page, BookError> {
    let mut draft = Draft::new(format!("faults/{}.html", fault.id), &fault.title).under(2);
    draft.shows(&fault.id, Shown::Whole);
    fault.monitors.iter().for_each(|m| draft.shows(m, Shown::Whole));
    let (mut elsewhere, mut trends) = (Vec::new(), Vec::new());
    for home in desk.atlas.all() {
        match home.row {
            AnyRow::Row(spec::RowRef::Fault(other)) if other.id != fault.id && other.title == fault.title => {
                draft.shows(&other.id, Shown::Named);
                elsewhere.push(Titled { id: other.id.to_string(), title: home.file.title.clone() });
            }
            AnyRow::Trend(trend) if trend.leads_to.contains(&fault.id) => {
                draft.shows(&trend.id, Shown::Named);
                trends.push(Titled { id: trend.id.to_string(), title: trend.title.clone() });
            }
            _ => {}
        }
    }
    let users =
        desk.atlas.users(&file.id).iter().map(|a| Titled { id: a.id.clone(), title: a.title.clone() });
    let view = One {
        fault: views::fault(desk.atlas, fault),
        file: file.id.clone(),
        file_title: file.title.clone(),
        users: users.collect(),
        elsewhere,
        trends,
    };
    draft.render(desk, "fault.html", &view)
}
