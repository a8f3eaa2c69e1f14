//! From pages to files: mdBook renders, annexes are laid beside.

use crate::{Book, BookError, Page};
use include_dir::{Dir, include_dir};
use mdbook_driver::MDBook;
use mdbook_driver::book::{Book as Chapters, BookItem, Chapter, SectionNumber};
use mdbook_driver::config::Config;
use mdbook_driver::errors::Error;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

static THEME: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/theme");

/// Lies in every guideline that was written, so that nothing but a guideline is ever replaced.
const MARKER: &str = ".diagmark-guideline";

pub(crate) fn write(book: &Book, out: &Path) -> Result<(), BookError> {
    let is_empty = |dir: &Path| std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none());
    if out.exists() && !out.join(MARKER).is_file() && !is_empty(out) {
        return Err(BookError::Occupied { path: out.display().to_string() });
    }
    std::fs::create_dir_all(out).map_err(|e| cannot(out, e))?;
    let out = out.canonicalize().map_err(|e| cannot(out, e))?;
    let scratch = tempfile::tempdir().map_err(|e| cannot(&std::env::temp_dir(), e))?;
    let root = scratch.path();
    put(&root.join("src/SUMMARY.md"), b"# Summary\n")?;
    for file in THEME.files() {
        put(&root.join(file.path()), file.contents())?;
    }
    // What mdBook takes from a folder of this name replaces its own: our mark, and no fonts but the reader's.
    if let Some(mark) = THEME.get_file("favicon.svg") {
        put(&root.join("theme/favicon.svg"), mark.contents())?;
    }
    put(&root.join("theme/fonts/fonts.css"), b"/* The fonts of the reader's system are used. */\n")?;
    let refused = |e: Error| BookError::Render(format!("{e:#}"));
    let mut driver =
        MDBook::load_with_config(root, configured(book, &out).map_err(refused)?).map_err(refused)?;
    driver.book = chapters(book);
    driver.build().map_err(refused)?;
    for annex in &book.annexes {
        put(&out.join(&annex.path), annex.text.as_bytes())?;
    }
    put(&out.join(MARKER), b"Written by `diagmark guideline build`, which replaces this directory.\n")
}

/// Nothing that needs a network, and file names that do not change with every edit.
fn configured(book: &Book, out: &Path) -> Result<Config, Error> {
    let mut config = Config::default();
    config.book.title = Some(book.title.clone());
    config.book.language = Some("en".to_owned());
    config.book.description =
        Some("Vendor-agnostic diagnostics of charging stations over OCPP 2.0.1 and 2.1".to_owned());
    config.build.build_dir = out.to_path_buf();
    config.build.create_missing = false;
    config.build.use_default_preprocessors = false;
    config.set("output.html.default-theme", "light")?;
    config.set("output.html.preferred-dark-theme", "navy")?;
    config.set("output.html.smart-punctuation", false)?;
    config.set("output.html.mathjax-support", false)?;
    config.set("output.html.additional-css", ["guideline.css", "figures.css", "print.css"])?;
    config.set("output.html.additional-js", ["guideline.js"])?;
    config.set("output.html.no-section-label", true)?;
    config.set("output.html.hash-files", false)?;
    config.set("output.html.input-404", "")?;
    config.set("output.html.fold.enable", true)?;
    config.set("output.html.fold.level", 0)?;
    config.set("output.html.print.enable", false)?;
    config.set("output.html.playground.copyable", false)?;
    config.set("output.html.playground.runnable", false)?;
    config.set("output.html.search.limit-results", 30)?;
    config.set("output.html.search.heading-split-level", 4)?;
    config.set("output.html.search.use-boolean-and", true)?;
    config.set("output.html.search.boost-title", 3)?;
    let unsearched: BTreeMap<String, BTreeMap<&str, bool>> = book
        .pages
        .iter()
        .filter(|p| !p.searched)
        .map(|p| (source(p), BTreeMap::from([("enable", false)])))
        .collect();
    config.set("output.html.search.chapter", unsearched)?;
    Ok(config)
}

/// The pages as mdBook wants them: a tree, numbered so that it shows the depth.
fn chapters(book: &Book) -> Chapters {
    let mut items = Chapters::new();
    let mut number: Vec<u32> = Vec::new();
    let mut open: Vec<Chapter> = Vec::new();
    for page in &book.pages {
        let depth = usize::from(page.depth).min(open.len());
        close(&mut open, depth, &mut items);
        if let Some(part) = page.part {
            items.push_item(BookItem::PartTitle(part.to_owned()));
        }
        number.truncate(depth + 1);
        match number.get_mut(depth) {
            Some(last) => *last += 1,
            None => number.push(1),
        }
        let parents = open.iter().map(|c| c.name.clone()).collect();
        let mut chapter = Chapter::new(&page.title, page.body.clone(), source(page), parents);
        chapter.number = Some(SectionNumber::new(number.clone()));
        open.push(chapter);
    }
    close(&mut open, 0, &mut items);
    items
}

/// Puts finished chapters into those above them.
fn close(open: &mut Vec<Chapter>, depth: usize, items: &mut Chapters) {
    while open.len() > depth {
        let Some(done) = open.pop() else { return };
        match open.last_mut() {
            Some(parent) => parent.sub_items.push(BookItem::Chapter(done)),
            None => {
                items.push_item(BookItem::Chapter(done));
            }
        }
    }
}

fn source(page: &Page) -> String {
    PathBuf::from(&page.path).with_extension("md").display().to_string()
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), BookError> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|e| cannot(parent, e))?;
    }
    std::fs::write(path, bytes).map_err(|e| cannot(path, e))
}

fn cannot(path: &Path, error: std::io::Error) -> BookError {
    BookError::Write { path: path.display().to_string(), error }
}
