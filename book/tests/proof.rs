//! What the book says of the proof: everything that is in it, linked both ways.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use book::{Book, Edition, Files, Page};
use report::proof::{DeviationKind, RowProof};
use spec::model::{Obligation, RowId};
use std::sync::OnceLock;
use support::edition;

fn embedded() -> Edition {
    edition(Files::embedded().unwrap())
}

/// The embedded edition and its book, composed once.
fn composed() -> &'static (Edition, Book) {
    static COMPOSED: OnceLock<(Edition, Book)> = OnceLock::new();
    COMPOSED.get_or_init(|| {
        let edition = embedded();
        let book = Book::compose(&edition).unwrap();
        (edition, book)
    })
}

fn page<'b>(book: &'b Book, path: &str) -> &'b Page {
    book.pages.iter().find(|p| p.path == path).unwrap_or_else(|| panic!("there is no {path}"))
}

/// The line of a table with an id.
fn line<'p>(page: &'p Page, id: &str) -> &'p str {
    let (_, rest) = page
        .body
        .split_once(&format!("<tr class=\"item\" id=\"{id}\""))
        .unwrap_or_else(|| panic!("{} does not list {id}", page.path));
    rest.split_once("</tr>").unwrap().0
}

fn book_without_links_to_nowhere(edition: &Edition) -> Book {
    let book = Book::compose(edition).unwrap();
    let out = tempfile::tempdir().unwrap();
    book.write(out.path()).unwrap();
    assert_eq!(book::broken_links(out.path()).unwrap(), Vec::<String>::new());
    book
}

#[test]
fn every_deviation_is_in_the_catalogue_with_what_catches_or_allows_it() {
    let (edition, book) = composed();
    let catalogue = page(book, "proof/catalogue.html");
    for d in &edition.proof.as_ref().unwrap().deviations {
        let entry = line(catalogue, &d.name);
        assert!(entry.contains(&format!("matrix.html#{}", d.name)), "{entry}");
        match d.kind {
            DeviationKind::Defect => {
                assert!(entry.contains("An id &lt; 3 is lost."), "{entry}");
                assert!(d.breaks.iter().all(|row| entry.contains(&format!(".html#{row}\""))), "{entry}");
                assert!(entry.contains("../scenarios.html#DX-INV-001"), "{entry}");
                assert!(entry.contains("../reference/findings.html#no-answer"), "{entry}");
                assert!(entry.contains("../reference/ocpp.html#N04.FR.10"), "{entry}");
            }
            DeviationKind::Variant => assert!(entry.contains("No requirement orders them"), "{entry}"),
        }
    }
}

#[test]
fn every_run_is_in_the_matrix() {
    let (edition, book) = composed();
    let matrix = page(book, "proof/matrix.html");
    for d in &edition.proof.as_ref().unwrap().deviations {
        let entry = line(matrix, &d.name);
        assert!(entry.contains(&format!("../proof/catalogue.html#{}", d.name)), "{entry}");
        assert!(entry.contains("colspan=\"2\""), "both versions came to the same: {entry}");
        assert!(d.breaks.iter().all(|row| entry.contains(&format!(".html#{row}\""))), "{entry}");
        assert_eq!(entry.contains("left alone"), d.kind == DeviationKind::Variant, "{entry}");
    }
}

#[test]
fn every_must_row_names_its_defects_or_its_reason_and_its_place_names_them_too() {
    let (edition, book) = composed();
    let (rows, traced) = (page(book, "proof/rows.html"), page(book, "reference/traceability.html"));
    let topics: String =
        book.pages.iter().filter(|p| p.path.starts_with("behaviours/")).map(|p| p.body.as_str()).collect();
    let mut behaviours = 0;
    for RowProof { row, killed, reason, .. } in &edition.proof.as_ref().unwrap().rows {
        let entry = line(rows, row.as_ref());
        assert_eq!(reason.is_some(), entry.contains("a defect of another row &amp; its check"), "{entry}");
        for name in killed {
            let link = format!("../proof/catalogue.html#{name}\"");
            assert!(entry.contains(&link), "{entry}");
            let traced = traced.body.split("<tr class=\"item\"").find(|l| l.contains(&format!("#{row}\"")));
            assert!(traced.is_some_and(|l| l.contains(&link)), "{row} is not traced to {name}");
            if row.as_ref().starts_with("B-") {
                behaviours += 1;
                let (_, card) = topics.split_once(&format!("id=\"{row}\" data-home")).unwrap();
                assert!(card.split("</section>").next().unwrap().contains(&link), "{row}: {name}");
            }
        }
    }
    assert!(behaviours > 50);
    assert!(page(book, "reference/findings.html").body.contains("../proof/catalogue.html#wrong-0"));
}

#[test]
fn the_pages_depend_on_the_rows_they_name() {
    let (edition, book) = composed();
    let defect = &edition.proof.as_ref().unwrap().deviations[0];
    for row in &defect.breaks {
        let files = book.files_of(row);
        for path in ["proof/catalogue.html", "proof/matrix.html", "proof/rows.html"] {
            assert!(files.contains(path), "{row}: {files:?}");
        }
    }
}

#[test]
fn the_introduction_counts_what_holds() {
    let (edition, book) = composed();
    let proof = edition.proof.as_ref().unwrap();
    let (defects, _) = proof.count(DeviationKind::Defect);
    let text = &page(book, "proof/index.html").body;
    assert!(text.contains(&format!(">{defects} of {defects}<")) && text.contains(">40 of 40<"), "{text}");
    let killed = proof.rows.iter().filter(|r| !r.killed.is_empty()).count();
    assert!(text.contains(&format!(">{killed} of {}<", proof.rows.len())));
    assert!(!text.contains("does not hold"));
}

#[test]
fn a_proof_that_does_not_hold_says_where() {
    let mut edition = embedded();
    let proof = edition.proof.as_mut().unwrap();
    proof.holds = false;
    proof.deviations[0].runs[0].caught.clear();
    proof.deviations[0].runs[0].faults = vec!["B-0001 is not judged as broken".to_owned()];
    let last = proof.deviations.last_mut().unwrap();
    last.runs[1].faults = vec!["the run was interrupted".to_owned()];
    proof.rows[0].killed.clear();
    let (variant, row) = (last.name.clone(), proof.rows[0].row.clone());
    let book = book_without_links_to_nowhere(&edition);
    let text = &page(&book, "proof/index.html").body;
    assert!(text.contains("does not hold") && text.contains(">39 of 40<"), "{text}");
    assert!(text.contains("#wrong-0\"") && text.contains(&format!("#{variant}\"")), "{text}");
    assert!(
        text.contains(&format!("#{row}\"")) && book.files_of(&row).contains("proof/index.html"),
        "{text}"
    );
    let matrix = page(&book, "proof/matrix.html");
    assert!(line(matrix, "wrong-0").contains("is not judged as broken"));
    assert!(line(matrix, &variant).contains("data-good=\"no\""));
    assert!(line(page(&book, "proof/catalogue.html"), &variant).contains("the run was interrupted"));
    assert!(
        line(page(&book, "proof/rows.html"), row.as_ref()).contains("neither a caught defect nor a reason")
    );
}

#[test]
fn rows_and_archetypes_of_other_files_are_shown_without_a_link() {
    let mut edition = embedded();
    let proof = edition.proof.as_mut().unwrap();
    let foreign = RowId("B-9998".to_owned());
    proof.deviations[0].breaks = vec![foreign.clone()];
    proof.deviations[0].runs[0].archetype = "ghost".to_owned();
    proof.deviations[0].runs[0].caught[0].row = foreign.clone();
    let killed = vec!["wrong-0".to_owned(), "forgotten".to_owned()];
    let (obligation, scenarios) = (Obligation::Must, vec!["DX-LAB-001".to_owned()]);
    proof.rows.push(RowProof { row: foreign, obligation, scenarios, killed, reason: None });
    let book = book_without_links_to_nowhere(&edition);
    assert!(
        line(page(&book, "proof/rows.html"), "B-9998").contains("<span class=\"deviation\">forgotten</span>")
    );
    assert!(line(page(&book, "proof/matrix.html"), "wrong-0").contains("B-9998"));
    assert!(page(&book, "proof/matrix.html").body.contains("<option>ghost</option>"));
}

#[test]
fn an_edition_without_a_proof_says_so() {
    let book = book_without_links_to_nowhere(&Edition { proof: None, ..embedded() });
    assert!(page(&book, "proof/index.html").body.contains("No proof is part of this edition"));
    assert_eq!(book.pages.iter().filter(|p| p.path.starts_with("proof/")).count(), 1);
    assert!(!page(&book, "reference/traceability.html").body.contains("Defects caught"));
}

#[test]
fn the_committed_proof_is_of_rows_and_scenarios_that_have_a_place() {
    let edition = Edition { proof: Some(book::proof().unwrap()), ..embedded() };
    let book = book_without_links_to_nowhere(&edition);
    for row in &edition.proof.as_ref().unwrap().rows {
        assert!(book.files_of(&row.row).contains("proof/rows.html"), "{} is no row", row.row);
    }
}
