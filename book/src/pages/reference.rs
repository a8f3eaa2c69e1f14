//! Indexes: by component, by MREC code, by OCPP requirement, by condition.

use super::views::{self, FaultView};
use super::{Desk, Draft};
use crate::atlas::{AnyRow, component_name, rows_of};
use crate::book::{Page, Shown};
use crate::mrec::CODES;
use crate::{BookError, figures, severity};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Components {
    components: Vec<ComponentEntry>,
}

#[derive(Serialize)]
struct ComponentEntry {
    name: String,
    rows: Vec<PlacedRow>,
}

#[derive(Serialize)]
struct PlacedRow {
    id: String,
    name: String,
    tier: &'static str,
    anchor: String,
    /// Where it is shown with all rows of the component.
    page: String,
    home: String,
    obligation: String,
    when: Option<String>,
    severities: Vec<(u8, &'static str)>,
}

#[derive(Serialize)]
struct Mrec {
    codes: Vec<MrecEntry>,
}

#[derive(Serialize)]
struct MrecEntry {
    code: &'static str,
    /// As ChargeX calls it.
    name: &'static str,
    faults: Vec<(String, FaultView)>,
}

#[derive(Serialize)]
struct Ocpp {
    cases: Vec<UseCase>,
}

#[derive(Serialize)]
struct UseCase {
    id: String,
    requirements: Vec<Requirement>,
}

#[derive(Serialize)]
struct Requirement {
    id: String,
    rows: Vec<(String, String)>,
    scenarios: Vec<String>,
}

#[derive(Serialize)]
struct Conditions {
    conditions: Vec<ConditionEntry>,
}

#[derive(Serialize)]
struct ConditionEntry {
    id: String,
    question: String,
    home: String,
    rows: Vec<(String, String)>,
    scenarios: Vec<String>,
}

pub(crate) fn pages(desk: &Desk<'_>) -> Result<Vec<Page>, BookError> {
    Ok(vec![components(desk)?, mrec(desk)?, ocpp(desk)?, conditions(desk)?])
}

fn components(desk: &Desk<'_>) -> Result<Page, BookError> {
    let mut draft =
        Draft::new("reference/components.html", "Index of components").part("Indexes and annexes");
    // As a reader looks for it: capitals make no difference.
    let mut by_name: BTreeMap<(String, &str), Vec<PlacedRow>> = BTreeMap::new();
    for file in &desk.atlas.edition.files.files {
        for c in &file.components {
            draft.shows(&c.id, Shown::Named);
            let monitors = c.variables.iter().flat_map(|v| &v.monitors);
            let mut severities: Vec<u8> = monitors
                .map(|m| {
                    draft.shows(&m.id, Shown::Rated);
                    m.severity.0
                })
                .collect();
            severities.sort_unstable();
            severities.dedup();
            let name = component_name(c);
            by_name.entry((c.component.to_lowercase(), &c.component)).or_default().push(PlacedRow {
                id: c.id.to_string(),
                anchor: figures::anchor(c.at, &name),
                name,
                tier: views::tier(c.at),
                page: file.id.clone(),
                home: file.title.clone(),
                obligation: crate::atlas::word(c.obligation),
                when: c.when.clone(),
                severities: severities.into_iter().map(|s| (s, severity::name(s))).collect(),
            });
        }
    }
    let components =
        by_name.into_iter().map(|((_, name), rows)| ComponentEntry { name: name.to_owned(), rows }).collect();
    draft.render(desk, "components.html", &Components { components })
}

fn mrec(desk: &Desk<'_>) -> Result<Page, BookError> {
    let mut draft = Draft::new("reference/mrec.html", "Index of MREC codes");
    let mut codes = Vec::new();
    for (code, name) in CODES {
        let mut views = Vec::new();
        for fault in desk.atlas.mrec.get(code).into_iter().flatten() {
            draft.shows(&fault.id, Shown::Whole);
            fault.monitors.iter().for_each(|m| draft.shows(m, Shown::Rated));
            let home = desk.atlas.find(fault.id.as_ref()).map(|h| h.file.title.clone()).unwrap_or_default();
            views.push((home, views::fault(desk.atlas, fault)));
        }
        codes.push(MrecEntry { code, name, faults: views });
    }
    draft.render(desk, "mrec.html", &Mrec { codes })
}

fn ocpp(desk: &Desk<'_>) -> Result<Page, BookError> {
    let mut draft = Draft::new("reference/ocpp.html", "Index of OCPP requirements");
    let mut cases: Vec<UseCase> = Vec::new();
    for (id, cited) in &desk.atlas.ocpp {
        let case = id.use_case();
        if cases.last().is_none_or(|c| c.id != case) {
            cases.push(UseCase { id: case.to_owned(), requirements: Vec::new() });
        }
        cited.rows.iter().for_each(|row| draft.shows(row, Shown::Named));
        let named = |row: &spec::model::RowId| {
            let name = desk.atlas.find(row.as_ref()).map(|h| h.row.name()).unwrap_or_default();
            (row.to_string(), name)
        };
        if let Some(case) = cases.last_mut() {
            case.requirements.push(Requirement {
                id: id.id.to_owned(),
                rows: cited.rows.iter().map(|row| named(row)).collect(),
                scenarios: cited.scenarios.iter().map(|s| (*s).to_owned()).collect(),
            });
        }
    }
    draft.render(desk, "ocpp.html", &Ocpp { cases })
}

fn conditions(desk: &Desk<'_>) -> Result<Page, BookError> {
    let mut draft = Draft::new("reference/conditions.html", "Index of conditions");
    let edition = desk.atlas.edition;
    let mut conditions: Vec<ConditionEntry> = Vec::new();
    for file in &edition.files.files {
        for c in &file.conditions {
            let of = |f| rows_of(f).into_iter().filter(|r: &AnyRow<'_>| r.when() == Some(&c.id));
            let rows: Vec<(String, String)> = edition
                .files
                .files
                .iter()
                .flat_map(of)
                .map(|row| {
                    draft.shows(row.id(), Shown::Named);
                    (row.id().to_string(), row.name())
                })
                .collect();
            if conditions.iter().any(|known| known.id == c.id) {
                continue;
            }
            let needs = edition.scenarios.iter().filter(|s| s.needs.contains(&c.id));
            conditions.push(ConditionEntry {
                id: c.id.clone(),
                question: c.question.clone(),
                home: file.title.clone(),
                rows,
                scenarios: needs.map(|s| s.id.clone()).collect(),
            });
        }
    }
    conditions.sort_by(|a, b| a.id.cmp(&b.id));
    draft.render(desk, "conditions.html", &Conditions { conditions })
}
