//! The book in memory: pages and annexes, each knowing the rows it shows.

use crate::atlas::Atlas;
use crate::{Annex, BookError, Edition, annex, pages, render};
use spec::model::RowId;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How much of a row a file shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// Its id, name, obligation, and who refers to it.
    Named,
    /// Its severity, or that of the monitors it rests on, as well.
    Rated,
    /// Everything.
    Whole,
}

/// A page before it is rendered.
#[derive(Debug, Clone)]
pub struct Page {
    /// Path of the rendered page from the root of the book (`archetypes/ac-wallbox.html`).
    pub path: String,
    /// Title, also its name in the menu.
    pub title: String,
    /// Heading of the menu it begins, if it begins one.
    pub part: Option<&'static str>,
    /// How deep in the menu it stands, from 0.
    pub depth: u8,
    /// Markdown with HTML, ids linked.
    pub body: String,
    /// Whether search finds it; a page that only repeats others is left out.
    pub searched: bool,
    /// The rows it shows.
    pub rows: BTreeMap<RowId, Shown>,
}

/// A guideline, ready to be written.
#[derive(Debug, Clone)]
pub struct Book {
    /// Title.
    pub title: String,
    /// Pages in the order of the menu.
    pub pages: Vec<Page>,
    /// Files for programs, beside the pages.
    pub annexes: Vec<Annex>,
}

/// What was written.
#[derive(Debug, Clone, Copy)]
pub struct Written {
    /// Number of pages.
    pub pages: usize,
    /// Number of annexes.
    pub annexes: usize,
}

impl Book {
    /// Makes the book of an edition.
    ///
    /// # Errors
    /// When a chapter, an example or a template is malformed, or a text names a row that does not exist.
    pub fn compose(edition: &Edition) -> Result<Book, BookError> {
        let atlas = Atlas::new(edition);
        let annexes = annex::all(&atlas);
        let pages = pages::all(&atlas, &annexes)?;
        Ok(Book { title: format!("Diagmark guideline, edition {}", edition.number()), pages, annexes })
    }

    /// Every file that shows a row, by path from the root of the book.
    pub fn files_of(&self, row: &RowId) -> BTreeSet<&str> {
        self.files_showing(row, Shown::Named)
    }

    /// Every file that shows at least so much of a row: those to look at when its severity changes, for instance.
    pub fn files_showing(&self, row: &RowId, least: Shown) -> BTreeSet<&str> {
        let enough = |rows: &BTreeMap<RowId, Shown>| rows.get(row).is_some_and(|shown| *shown >= least);
        let pages = self.pages.iter().filter(|p| enough(&p.rows)).map(|p| p.path.as_str());
        let annexes = self.annexes.iter().filter(|a| enough(&a.rows)).map(|a| a.path.as_str());
        pages.chain(annexes).collect()
    }

    /// Renders the book into a directory. An earlier guideline there is replaced.
    ///
    /// # Errors
    /// When the directory holds something else, or cannot be written.
    pub fn write(&self, out: &Path) -> Result<Written, BookError> {
        render::write(self, out)?;
        Ok(Written { pages: self.pages.len(), annexes: self.annexes.len() })
    }
}
