//! Links of a written book: each leads to a file of the book, and each anchor is there.

use crate::BookError;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Every link of the pages below a directory that leads nowhere, as `page: link`. Links to other sites are not followed.
///
/// # Errors
/// When a page cannot be read.
pub fn broken_links(book: &Path) -> Result<Vec<String>, BookError> {
    let (mut files, mut pages) = (BTreeSet::new(), BTreeMap::new());
    collect(book, "", &mut files, &mut pages)?;
    let anchors: BTreeMap<&str, BTreeSet<&str>> =
        pages.iter().map(|(name, html)| (name.as_str(), attributes(html, "id").collect())).collect();
    let mut broken = BTreeSet::new();
    for (page, html) in &pages {
        let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in attributes(html, "href").chain(attributes(html, "src")) {
            if ["https://", "http://", "mailto:"].iter().any(|other| link.starts_with(other)) {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { Some(page.clone()) } else { joined(folder, path) };
            let leads = target.is_some_and(|target| {
                let there = |ids: &BTreeSet<&str>| anchor.is_empty() || ids.contains(anchor);
                files.contains(&target) && anchors.get(target.as_str()).map_or(anchor.is_empty(), there)
            });
            if !leads {
                broken.insert(format!("{page}: {link}"));
            }
        }
    }
    Ok(broken.into_iter().collect())
}

fn collect(
    at: &Path,
    prefix: &str,
    files: &mut BTreeSet<String>,
    pages: &mut BTreeMap<String, String>,
) -> Result<(), BookError> {
    let cannot = |error| BookError::Read { path: at.display().to_string(), error };
    for entry in std::fs::read_dir(at).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files, pages)?;
            continue;
        }
        if name.ends_with(".html") {
            pages.insert(name.clone(), std::fs::read_to_string(entry.path()).map_err(cannot)?);
        }
        files.insert(name);
    }
    Ok(())
}

/// Values of an attribute, in order.
fn attributes<'h>(html: &'h str, name: &str) -> impl Iterator<Item = &'h str> {
    let start = format!(" {name}=\"");
    let after = html.match_indices(&start).map(|(at, found)| at + found.len()).collect::<Vec<_>>();
    after.into_iter().filter_map(|at| html.get(at..)?.split('"').next())
}

/// A path from a folder; none if it leaves the book.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_nowhere_are_named() {
        let book = tempfile::tempdir().unwrap();
        std::fs::create_dir(book.path().join("a")).unwrap();
        let page = r##"<h1 id="x">X</h1><a href="#x"></a><a href="#y"></a><a href="../b.html"></a><a href="b.html"></a>
            <a href="../../c.html"></a><a href="../b.html#z"></a><a href="https://example.org/"></a>"##;
        std::fs::write(book.path().join("a/a.html"), page).unwrap();
        std::fs::write(book.path().join("b.html"), "").unwrap();
        let broken = broken_links(book.path()).unwrap();
        assert_eq!(
            broken,
            ["a/a.html: #y", "a/a.html: ../../c.html", "a/a.html: ../b.html#z", "a/a.html: b.html"]
        );
    }
}
