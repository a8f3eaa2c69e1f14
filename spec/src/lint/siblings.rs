//! Ids across archetypes that do not extend each other: an id is one row, whatever file it is in.

use super::{
    LintCode, LintReport,
    chain::{Chain, Resolve},
    locate::{Collector, Doc},
};
use crate::{
    Source,
    rows::{located, located_trends},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::PathBuf,
};

/// An archetype of a lint run: where it lies, and its ids.
pub(super) struct Sibling {
    directory: PathBuf,
    doc: Doc,
    /// Its own id and those of what it extends.
    family: Vec<String>,
    /// Ids of its own rows, with their places.
    ids: BTreeMap<String, Range<usize>>,
}

impl Sibling {
    /// Reads the ids of an archetype; `None` if its own file cannot be read.
    pub(super) fn new(directory: PathBuf, source: Source, resolve: Resolve<'_>) -> Option<Sibling> {
        let mut chain = Chain::follow(source.clone(), resolve);
        let family = chain.files.iter().map(|f| f.file.id.clone()).collect();
        let own = chain.files.pop().filter(|f| f.doc.source == source)?;
        let rows = located(&own.file).into_iter().map(|(at, row)| (at, row.row().id().0.clone()));
        let trends = located_trends(&own.file).map(|(at, t)| (at, t.id.0.clone()));
        let ids = rows.chain(trends).map(|(at, id)| (id, own.doc.span(&format!("{at}/id")))).collect();
        Some(Sibling { directory, family, ids, doc: own.doc })
    }

    fn related(&self, other: &Sibling) -> bool {
        let own = |s: &Sibling| s.family.last().cloned().unwrap_or_default();
        self.family.contains(&own(other)) || other.family.contains(&own(self))
    }
}

/// Ids that two archetypes of one directory both use although neither extends the other.
pub(super) fn check(all: &[Sibling]) -> LintReport {
    let mut report = LintReport::default();
    for (i, later) in all.iter().enumerate() {
        let mut found = Collector::new(&later.doc);
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for earlier in all.iter().take(i) {
            if earlier.directory != later.directory || earlier.related(later) {
                continue;
            }
            for (id, span) in &later.ids {
                if let Some(first) = earlier.ids.get(id)
                    && seen.insert(id)
                {
                    let whose = earlier.family.last().map(String::as_str).unwrap_or_default();
                    found
                        .span(
                            span.clone(),
                            LintCode::IdOfAnotherArchetype,
                            format!("`{id}` is a row of `{whose}` too"),
                        )
                        .expected("give this row an id of its own")
                        .note(&earlier.doc.source, first.clone(), "used here");
                }
            }
        }
        let findings = found.findings;
        let others = all.iter().take(i + 1).map(|s| s.doc.source.clone());
        if !findings.is_empty() {
            report = report.merge(LintReport::new(findings, others.collect()));
        }
    }
    report
}
