//! The table of deviations says what it must, and is what a reader expects.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use prove::{Deviation, Kind, deviations};
use spec::model::Obligation;
use spec::{Archetype, embedded_ids};
use std::collections::{BTreeMap, BTreeSet};

fn each(wrong: impl Fn(&Deviation) -> Option<String>) {
    let all: Vec<String> =
        deviations::all().iter().filter_map(|d| Some(format!("{}: {}", d.name, wrong(d)?))).collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn names_are_unique_and_lower_case_words() {
    let all = deviations::all();
    let names: BTreeSet<&str> = all.iter().map(|d| d.name).collect();
    assert_eq!(names.len(), all.len(), "two deviations have one name");
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    each(|d| (!d.name.chars().all(word)).then(|| "is no name".to_owned()));
}

#[test]
fn each_says_in_a_sentence_what_is_different() {
    each(|d| {
        let short = d.what.len() > 160 || d.what.ends_with('.') || d.what.split(' ').count() < 3;
        short.then(|| format!("what it is should be one short sentence without a full stop: {}", d.what))
    });
}

#[test]
fn each_defect_breaks_rows_that_exist_and_bind_as_it_says() {
    let mut rows = BTreeMap::new();
    for id in embedded_ids() {
        let archetype = Archetype::load(id).unwrap();
        rows.extend(archetype.rows().map(|r| (r.row().id().0.clone(), r.row().obligation())));
    }
    each(|d| {
        let Kind::Defect { breaks, warns, open, .. } = &d.kind else { return None };
        if breaks.is_empty() && warns.is_empty() {
            return Some("breaks nothing".to_owned());
        }
        let unknown = breaks.iter().chain(*warns).chain(*open).find(|row| !rows.contains_key(**row));
        let soft = breaks.iter().find(|row| rows.get(**row) != Some(&Obligation::Must));
        unknown
            .map(|row| format!("there is no row {row}"))
            .or_else(|| soft.map(|row| format!("{row} is no must and can only warn")))
    });
}

#[test]
fn each_variant_says_what_allows_it() {
    each(|d| {
        let Kind::Variant { allowed_by, .. } = &d.kind else { return None };
        allowed_by.is_empty().then(|| "does not say by which requirement it is legal".to_owned())
    });
}
