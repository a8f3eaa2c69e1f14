//! The pages of the book, each made from the atlas and a template.

mod archetype;
mod behaviours;
mod codes;
mod faults;
mod front;
mod matrix;
mod proof;
mod reference;
mod scenarios;
mod severities;
mod trends;
mod views;

use crate::atlas::Atlas;
use crate::book::{Page, Shown};
use crate::figures::ROOT;
use crate::links::{self, Markup};
use crate::templates::Templates;
use crate::{Annex, BookError};
use serde::Serialize;
use spec::model::RowId;
use std::collections::BTreeMap;

/// What all pages are made from.
pub(crate) struct Desk<'a> {
    pub(crate) atlas: &'a Atlas<'a>,
    pub(crate) templates: Templates,
}

/// Every page, in the order of the menu.
pub(crate) fn all(atlas: &Atlas<'_>, annexes: &[Annex]) -> Result<Vec<Page>, BookError> {
    let desk = Desk { atlas, templates: Templates::new()? };
    let mut pages = vec![front::introduction(&desk)?];
    pages.extend(front::chapters(&desk)?);
    pages.extend(archetype::pages(&desk)?);
    pages.extend(severities::pages(&desk)?);
    pages.extend(faults::pages(&desk)?);
    pages.push(trends::page(&desk)?);
    pages.extend(behaviours::pages(&desk)?);
    pages.extend(scenarios::pages(&desk)?);
    pages.push(matrix::page(&desk)?);
    pages.extend(codes::pages(&desk)?);
    pages.extend(proof::pages(&desk)?);
    pages.extend(reference::pages(&desk)?);
    pages.push(front::pictures(&desk)?);
    pages.push(front::annexes(&desk, annexes)?);
    Ok(pages)
}

/// A page that is being made.
pub(crate) struct Draft {
    page: Page,
}

impl Draft {
    /// A page at a path, named so in the menu.
    pub(crate) fn new(path: impl Into<String>, title: impl Into<String>) -> Draft {
        let (path, title) = (path.into(), title.into());
        let (part, body, rows) = (None, String::new(), BTreeMap::new());
        Draft { page: Page { path, title, part, depth: 0, body, searched: true, rows } }
    }

    /// Begins a part of the menu.
    pub(crate) fn part(mut self, part: &'static str) -> Draft {
        self.page.part = Some(part);
        self
    }

    /// Stands deeper in the menu.
    pub(crate) fn under(mut self, depth: u8) -> Draft {
        self.page.depth = depth;
        self
    }

    /// Is not searched: it only repeats what other pages say.
    pub(crate) fn unsearched(mut self) -> Draft {
        self.page.searched = false;
        self
    }

    /// Shows a row.
    pub(crate) fn shows(&mut self, row: &RowId, how: Shown) {
        let shown = self.page.rows.entry(row.clone()).or_insert(how);
        *shown = how.max(*shown);
    }

    /// Names rows, those of them that this edition has.
    pub(crate) fn names<'r>(&mut self, desk: &Desk<'_>, rows: impl IntoIterator<Item = &'r RowId>) {
        let known = rows.into_iter().filter(|id| desk.atlas.find(id.as_ref()).is_some());
        known.for_each(|id| self.shows(id, Shown::Named));
    }

    /// The finished page from a template.
    pub(crate) fn render(
        self,
        desk: &Desk<'_>,
        template: &str,
        view: &impl Serialize,
    ) -> Result<Page, BookError> {
        #[derive(Serialize)]
        struct Whole<'v, V> {
            root: &'static str,
            page: &'v V,
        }
        let root = self.root();
        let body = desk.templates.render(template, &Whole { root, page: view })?;
        self.linked(desk, &body, Markup::Html)
    }

    /// The finished page from a text whose ids are still to be linked.
    pub(crate) fn linked(self, desk: &Desk<'_>, body: &str, markup: Markup) -> Result<Page, BookError> {
        let root = self.root();
        let mut page = self.page;
        let body = &body.replace(ROOT, root);
        page.body = links::link(body, markup, root, &|word| desk.atlas.target(word))
            .map_err(|row| BookError::UnknownRow { page: page.path.clone(), row })?;
        Ok(page)
    }

    /// The way from this page to the root of the book.
    pub(crate) fn root(&self) -> &'static str {
        if self.page.path.contains('/') { "../" } else { "" }
    }
}
