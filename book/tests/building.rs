//! The book that is built: complete, reproducible, and without a link that leads nowhere.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

mod support;

use book::{Book, Files};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use support::{edition, files_in};

/// The embedded edition, built once.
fn built() -> &'static BTreeMap<String, Vec<u8>> {
    static BUILT: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    BUILT.get_or_init(build)
}

fn build() -> BTreeMap<String, Vec<u8>> {
    let out = tempfile::tempdir().unwrap();
    Book::compose(&edition(Files::embedded().unwrap())).unwrap().write(out.path()).unwrap();
    files_in(out.path())
}

fn pages() -> BTreeMap<&'static str, &'static str> {
    let html = built().iter().filter(|(name, _)| name.ends_with(".html"));
    html.map(|(name, bytes)| (name.as_str(), std::str::from_utf8(bytes).unwrap())).collect()
}

/// The part of a page that is not mdBook's frame.
fn main_of(html: &str) -> &str {
    let (_, rest) = html.split_once("<main>").unwrap();
    rest.split_once("</main>").unwrap().0
}

/// Values of an attribute, in order.
fn attributes<'h>(html: &'h str, name: &str) -> Vec<&'h str> {
    let start = format!(" {name}=\"");
    html.match_indices(&start).filter_map(|(at, _)| html[at + start.len()..].split('"').next()).collect()
}

#[test]
fn every_link_leads_to_a_file_and_every_anchor_exists() {
    let out = tempfile::tempdir().unwrap();
    Book::compose(&edition(Files::embedded().unwrap())).unwrap().write(out.path()).unwrap();
    assert_eq!(book::broken_links(out.path()).unwrap(), Vec::<String>::new());
}

#[test]
fn no_anchor_is_there_twice_on_a_page() {
    for (page, html) in pages() {
        let mut seen = BTreeSet::new();
        for id in attributes(main_of_or_empty(html), "id") {
            assert!(seen.insert(id), "{page}: #{id} twice");
        }
    }
}

fn main_of_or_empty(html: &str) -> &str {
    if html.contains("<main>") { main_of(html) } else { "" }
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    let (once, again) = (built(), build());
    let differing: Vec<&String> =
        once.keys().chain(again.keys()).filter(|k| once.get(*k) != again.get(*k)).collect();
    assert_eq!(differing, Vec::<&String>::new());
}

#[test]
fn every_row_has_exactly_one_canonical_anchor() {
    let mut homes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (page, html) in pages() {
        for element in main_of_or_empty(html).split('<').filter(|e| e.contains(" data-home=\"")) {
            let element = format!(" {element}");
            let id = attributes(&element, "id")[0].to_owned();
            homes.entry(id).or_default().push(page.to_owned());
        }
    }
    // index.html repeats the first page.
    let files = Files::embedded().unwrap();
    let mut rows = 0;
    for archetype in &files.archetypes {
        let ids = archetype.rows().map(|r| r.row().id().to_string());
        for id in ids.chain(archetype.trends.iter().map(|t| t.id.to_string())) {
            rows += 1;
            assert_eq!(homes.get(&id).map(Vec::len), Some(1), "{id}: {:?}", homes.get(&id));
        }
    }
    assert!(rows > 100);
}

#[test]
fn every_finding_code_has_a_heading() {
    let heading = |page: &str, code: &str| {
        let html = main_of(pages()[page]);
        let found =
            html.split("<h2").skip(1).any(|h| attributes(h.split('>').next().unwrap(), "id") == [code]);
        assert!(found, "{page} has no heading {code}");
    };
    judge::Code::ALL.iter().for_each(|c| heading("reference/findings.html", c.as_str()));
    spec::LintCode::ALL.iter().for_each(|c| heading("reference/lint.html", c.as_str()));
}

#[test]
fn nothing_in_the_book_asks_a_network() {
    for (page, html) in pages() {
        for element in html
            .split('<')
            .filter(|e| ["link ", "script", "img ", "iframe", "source "].iter().any(|t| e.starts_with(t)))
        {
            let element = format!(" {}", element.split('>').next().unwrap());
            for address in attributes(&element, "href").into_iter().chain(attributes(&element, "src")) {
                assert!(!address.contains("//"), "{page} loads {address}");
            }
        }
    }
    for (name, bytes) in built().iter().filter(|(n, _)| n.ends_with(".css")) {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("@import"), "{name}");
        assert!(
            !text.split("url(").skip(1).any(|url| url.trim_start_matches(['"', '\'']).starts_with("http")),
            "{name}"
        );
    }
    assert!(!built().keys().any(|name| name.ends_with(".woff2")), "fonts are the reader's");
}

#[test]
fn a_directory_with_something_else_in_it_is_left_alone() {
    let out = tempfile::tempdir().unwrap();
    std::fs::write(out.path().join("letter.txt"), "dear").unwrap();
    let book = Book::compose(&edition(Files::embedded().unwrap())).unwrap();
    assert!(matches!(book.write(out.path()), Err(book::BookError::Occupied { .. })));
    assert_eq!(std::fs::read_to_string(out.path().join("letter.txt")).unwrap(), "dear");
}

#[test]
fn a_guideline_is_replaced_by_the_next() {
    let out = tempfile::tempdir().unwrap();
    let book = Book::compose(&edition(Files::embedded().unwrap())).unwrap();
    book.write(out.path()).unwrap();
    std::fs::write(out.path().join("left.html"), "").unwrap();
    book.write(out.path()).unwrap();
    assert!(!out.path().join("left.html").exists());
}
