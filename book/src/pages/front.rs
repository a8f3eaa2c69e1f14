//! What is not made of rows alone: the introduction, the chapters, the pictures, the list of annexes.

use super::{Desk, Draft};
use crate::atlas::rows_of;
use crate::book::{Page, Shown};
use crate::chapters::relinked;
use crate::examples::Example;
use crate::links::Markup;
use crate::{Annex, BookError, figures, hook};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Introduction {
    edition: u32,
    archetypes: Vec<Card>,
    rows: usize,
    faults: usize,
    scenarios: usize,
    chapters: Vec<Entry>,
}

#[derive(Serialize)]
struct Card {
    id: String,
    title: String,
    version: String,
    summary: String,
    components: usize,
    variables: usize,
    monitors: usize,
    faults: usize,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    title: String,
}

#[derive(Serialize)]
struct Wire<'a> {
    example: &'a Example,
}

#[derive(Serialize)]
struct HookPart<'a> {
    page: OfHook<'a>,
}

#[derive(Serialize)]
struct OfHook<'a> {
    part: &'static str,
    contract: &'a hook::Contract,
}

#[derive(Serialize)]
struct Pictures {
    pictures: Vec<figures::Picture>,
}

#[derive(Serialize)]
struct Annexes<'a> {
    groups: Vec<(String, Vec<&'a Annex>)>,
}

pub(crate) fn introduction(desk: &Desk<'_>) -> Result<Page, BookError> {
    let edition = desk.atlas.edition;
    let cards = edition.files.archetypes.iter().map(|a| {
        let variables = || a.components.iter().flat_map(|c| &c.variables);
        Card {
            id: a.id.clone(),
            title: a.title.clone(),
            version: a.version.clone(),
            summary: a.summary.clone(),
            components: a.components.len(),
            variables: variables().count(),
            monitors: variables().flat_map(|v| &v.monitors).count(),
            faults: a.faults.len(),
        }
    });
    let view = Introduction {
        edition: edition.number(),
        archetypes: cards.collect(),
        rows: edition.files.files.iter().map(|f| rows_of(f).len()).sum(),
        faults: edition.files.files.iter().map(|f| f.faults.len()).sum(),
        scenarios: edition.scenarios.len(),
        chapters: edition
            .chapters
            .iter()
            .map(|c| Entry { name: c.name.clone(), title: c.title.clone() })
            .collect(),
    };
    let mut draft = Draft::new("index.html", "Introduction");
    // Its counts change with any row.
    for file in &edition.files.files {
        rows_of(file).iter().for_each(|row| draft.shows(row.id(), Shown::Named));
    }
    draft.render(desk, "introduction.html", &view)
}

pub(crate) fn chapters(desk: &Desk<'_>) -> Result<Vec<Page>, BookError> {
    let edition = desk.atlas.edition;
    let pictures = figures::all(desk.atlas);
    let mut blocks: BTreeMap<String, (String, Vec<(spec::model::RowId, Shown)>)> = BTreeMap::new();
    for picture in pictures {
        let html = desk.templates.render("picture.html", &BTreeMap::from([("picture", &picture)]))?;
        blocks.insert(format!("figure {}", picture.name), (html, picture.rows));
    }
    for (name, example) in &edition.examples {
        let html = desk.templates.render("wire.html", &Wire { example })?;
        blocks.insert(format!("frames {name}"), (html, Vec::new()));
    }
    let contract = hook::contract(desk.atlas);
    for part in hook::PARTS {
        let html =
            desk.templates.render("hook.html", &HookPart { page: OfHook { part, contract: &contract } })?;
        blocks.insert(format!("hook {part}"), (html, contract.rows.clone()));
    }
    let known: Vec<String> = blocks.keys().cloned().collect();
    let mut pages = Vec::new();
    for chapter in &edition.chapters {
        let mut draft = Draft::new(format!("chapters/{}.html", chapter.name), &chapter.title);
        if pages.is_empty() {
            draft = draft.part("Guide");
        }
        let used = std::cell::RefCell::new(Vec::new());
        let fill = |asked: &str| {
            let (html, rows) = blocks.get(asked)?;
            used.borrow_mut().extend(rows.iter().cloned());
            Some(html.clone())
        };
        let text = chapter.filled(&fill, &known)?;
        used.into_inner().into_iter().for_each(|(row, shown)| draft.shows(&row, shown));
        pages.push(draft.linked(desk, &relinked(&text), Markup::Markdown)?);
    }
    Ok(pages)
}

pub(crate) fn pictures(desk: &Desk<'_>) -> Result<Page, BookError> {
    let mut draft = Draft::new("reference/pictures.html", "Pictures").unsearched();
    let pictures = figures::all(desk.atlas);
    for (row, shown) in pictures.iter().flat_map(|p| &p.rows) {
        draft.shows(row, *shown);
    }
    draft.render(desk, "pictures.html", &Pictures { pictures })
}

pub(crate) fn annexes(desk: &Desk<'_>, annexes: &[Annex]) -> Result<Page, BookError> {
    let mut groups: Vec<(String, Vec<&Annex>)> = Vec::new();
    for annex in annexes {
        match groups.iter_mut().find(|(title, _)| *title == annex.group) {
            Some((_, all)) => all.push(annex),
            None => groups.push((annex.group.clone(), vec![annex])),
        }
    }
    Draft::new("annexes.html", "Annexes for programs").render(desk, "annexes.html", &Annexes { groups })
}
