//! Every must row, and the defects that made it fail or the reason why there is none.

use super::Named;
use crate::BookError;
use crate::atlas::{AnyRow, word};
use crate::book::Page;
use crate::pages::{Desk, Draft};
use report::ProofFile;
use report::proof::RowProof;
use serde::Serialize;
use spec::RowRef;
use std::collections::BTreeSet;

#[derive(Serialize)]
struct View {
    rows: usize,
    killed: usize,
    reasoned: usize,
    open: usize,
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    slug: &'static str,
    title: &'static str,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    row: Named,
    obligation: String,
    scenarios: Vec<String>,
    killed: Vec<Kill>,
    reason: String,
    /// `defect`, `reason` or `no`.
    proven: &'static str,
}

#[derive(Serialize)]
struct Kill {
    name: String,
    /// Whether it is in the catalogue.
    listed: bool,
}

/// Kinds of rows, in the order in which they rest on each other.
const GROUPS: [(&str, &str); 6] = [
    ("components", "Components"),
    ("variables", "Variables"),
    ("monitors", "Monitors"),
    ("faults", "Faults"),
    ("behaviour", "Behaviour"),
    ("others", "Rows of other archetypes"),
];

pub(super) fn page(desk: &Desk<'_>, proof: &ProofFile) -> Result<Page, BookError> {
    let mut draft = Draft::new("proof/rows.html", "Must rows").under(1).unsearched();
    draft.names(desk, proof.rows.iter().map(|r| &r.row));
    let listed: BTreeSet<&str> = proof.deviations.iter().map(|d| d.name.as_str()).collect();
    let groups = GROUPS.into_iter().map(|(slug, title)| {
        let of_group = proof.rows.iter().filter(|r| group(desk, r) == slug);
        Group { slug, title, lines: of_group.map(|r| line(desk, r, &listed)).collect() }
    });
    let groups: Vec<Group> = groups.filter(|g| !g.lines.is_empty()).collect();
    let count = |proven| groups.iter().flat_map(|g| &g.lines).filter(|l| l.proven == proven).count();
    let view = View {
        rows: proof.rows.len(),
        killed: count("defect"),
        reasoned: count("reason"),
        open: count("no"),
        groups,
    };
    draft.render(desk, "proven.html", &view)
}

fn group(desk: &Desk<'_>, r: &RowProof) -> &'static str {
    match desk.atlas.find(r.row.as_ref()).map(|h| h.row) {
        Some(AnyRow::Row(RowRef::Component(_))) => "components",
        Some(AnyRow::Row(RowRef::Variable(..))) => "variables",
        Some(AnyRow::Row(RowRef::Monitor(..))) => "monitors",
        Some(AnyRow::Row(RowRef::Fault(_))) => "faults",
        Some(AnyRow::Row(RowRef::Behaviour(_))) => "behaviour",
        Some(AnyRow::Trend(_)) | None => "others",
    }
}

fn line(desk: &Desk<'_>, r: &RowProof, listed: &BTreeSet<&str>) -> Line {
    let kill = |name: &String| Kill { name: name.clone(), listed: listed.contains(name.as_str()) };
    Line {
        row: Named::new(desk, &r.row),
        obligation: word(r.obligation),
        scenarios: r.scenarios.clone(),
        killed: r.killed.iter().map(kill).collect(),
        reason: r.reason.clone().unwrap_or_default(),
        proven: match (r.killed.is_empty(), &r.reason) {
            (false, _) => "defect",
            (true, Some(_)) => "reason",
            (true, None) => "no",
        },
    }
}
