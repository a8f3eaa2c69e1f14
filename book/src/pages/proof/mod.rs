//! How far the suite can be believed: what it was shown to find and to leave alone.

mod catalogue;
mod rows;
mod runs;

use super::{Desk, Draft};
use crate::BookError;
use crate::atlas::Atlas;
use crate::book::Page;
use report::ProofFile;
use report::proof::{DeviationKind, DeviationProof};
use serde::Serialize;
use spec::model::RowId;
use std::collections::BTreeSet;

/// Most defects that are named beside a row; all are on the page of the must rows.
const NAMED: usize = 6;

/// Defects beside a row on another page.
#[derive(Serialize)]
pub(crate) struct Defects {
    names: Vec<String>,
    /// How many more there are.
    more: usize,
    /// Where they are, from the root of the book.
    rest: String,
}

impl Defects {
    /// Those that were caught on a row.
    pub(crate) fn of(atlas: &Atlas<'_>, row: &RowId) -> Defects {
        let listed = atlas.edition.proof.iter().flat_map(|p| &p.rows).any(|r| r.row == *row);
        let rest = if listed { format!("proof/rows.html#{row}") } else { "proof/matrix.html".to_owned() };
        Defects::first(atlas.defects_of(row), rest)
    }

    /// The first of some; the others are found at a path from the root of the book.
    pub(crate) fn first(names: &[&str], rest: String) -> Defects {
        let shown = names.iter().take(NAMED).map(|n| (*n).to_owned()).collect();
        Defects { names: shown, more: names.len().saturating_sub(NAMED), rest }
    }
}

#[derive(Serialize)]
struct Introduction {
    /// None where nothing was proven.
    figures: Option<Figures>,
}

#[derive(Serialize)]
struct Figures {
    holds: bool,
    defects: Share,
    variants: Share,
    rows: usize,
    /// Must rows with a caught defect.
    killed: usize,
    /// Must rows with a reason only.
    reasoned: usize,
    /// Must rows with neither.
    open: Vec<String>,
    /// Deviations that are not judged as they must be.
    wrong: Vec<String>,
    runs: usize,
    archetypes: usize,
    suite: String,
    seed: u64,
    topics: Vec<Topic>,
    /// A defect and a variant, for examples.
    example: Option<String>,
}

#[derive(Serialize)]
struct Share {
    all: usize,
    good: usize,
}

#[derive(Serialize)]
struct Topic {
    slug: String,
    title: String,
    defects: usize,
    variants: usize,
}

pub(crate) fn pages(desk: &Desk<'_>) -> Result<Vec<Page>, BookError> {
    let mut draft = Draft::new("proof/index.html", "Proof of the suite").part("Proof");
    let Some(proof) = &desk.atlas.edition.proof else {
        return Ok(vec![draft.render(desk, "proof.html", &Introduction { figures: None })?]);
    };
    draft.names(desk, proof.rows.iter().filter(|r| !r.is_settled()).map(|r| &r.row));
    let figures = Some(figures(proof));
    Ok(vec![
        draft.render(desk, "proof.html", &Introduction { figures })?,
        catalogue::page(desk, proof)?,
        runs::page(desk, proof)?,
        rows::page(desk, proof)?,
    ])
}

fn figures(proof: &ProofFile) -> Figures {
    let share = |kind| {
        let (all, good) = proof.count(kind);
        Share { all, good }
    };
    let runs = || proof.deviations.iter().flat_map(|d| &d.runs);
    let topics = topics(proof).into_iter().map(|(topic, deviations)| {
        let of = |kind| deviations.iter().filter(|d| d.kind == kind).count();
        Topic {
            slug: topic.to_owned(),
            title: title(topic),
            defects: of(DeviationKind::Defect),
            variants: of(DeviationKind::Variant),
        }
    });
    let defects = || proof.deviations.iter().filter(|d| d.kind == DeviationKind::Defect);
    Figures {
        holds: proof.holds,
        defects: share(DeviationKind::Defect),
        variants: share(DeviationKind::Variant),
        rows: proof.rows.len(),
        killed: proof.rows.iter().filter(|r| !r.killed.is_empty()).count(),
        reasoned: proof.rows.iter().filter(|r| r.killed.is_empty() && r.reason.is_some()).count(),
        open: proof.rows.iter().filter(|r| !r.is_settled()).map(|r| r.row.to_string()).collect(),
        wrong: proof.deviations.iter().filter(|d| !d.holds()).map(|d| d.name.clone()).collect(),
        runs: runs().count(),
        archetypes: runs().map(|r| &r.archetype).collect::<BTreeSet<_>>().len(),
        suite: proof.suite.clone(),
        seed: proof.seed,
        topics: topics.collect(),
        example: defects().next().map(|d| d.name.clone()),
    }
}

/// The deviations by what they are about, in the order of the catalogue.
fn topics(proof: &ProofFile) -> Vec<(&str, Vec<&DeviationProof>)> {
    let mut topics: Vec<(&str, Vec<&DeviationProof>)> = Vec::new();
    for d in &proof.deviations {
        match topics.iter_mut().find(|(topic, _)| *topic == d.topic) {
            Some((_, all)) => all.push(d),
            None => topics.push((&d.topic, vec![d])),
        }
    }
    topics
}

/// A topic or a sentence as a reader sees it: hyphens are spaces, the first letter is a capital.
fn title(words: &str) -> String {
    sentence(&words.replace(['-', '_'], " "))
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A row by id and name; without a name where this edition does not have it.
#[derive(Serialize)]
struct Named {
    id: String,
    name: String,
}

impl Named {
    fn new(desk: &Desk<'_>, id: &RowId) -> Named {
        let name = desk.atlas.find(id.as_ref()).map(|h| h.row.name()).unwrap_or_default();
        Named { id: id.to_string(), name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_names_a_few_defects_and_says_where_the_others_are() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let defects = Defects::first(&names, "proof/rows.html#B-0001".to_owned());
        assert_eq!((defects.names.len(), defects.more), (NAMED, 2));
        assert_eq!(Defects::first(&["a"], String::new()).more, 0);
    }

    #[test]
    fn a_topic_is_shown_with_a_capital_and_without_hyphens() {
        assert_eq!(title("wire-sizes"), "Wire sizes");
        assert_eq!(sentence("an id is lost"), "An id is lost");
        assert_eq!(sentence(""), "");
    }
}
