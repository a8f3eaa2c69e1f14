//! The matrix: each deviation on each archetype and in each version it was run in.

use crate::BookError;
use crate::book::Page;
use crate::pages::{Desk, Draft};
use ocpp::Version;
use report::ProofFile;
use report::proof::{DeviationKind, DeviationProof, RunProof};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Serialize)]
struct View {
    versions: Vec<String>,
    archetypes: Vec<String>,
    runs: usize,
    /// Whether there is something to tell apart.
    wrong: bool,
    kinds: Vec<Kind>,
}

#[derive(Serialize)]
struct Kind {
    word: &'static str,
    title: &'static str,
    lines: Vec<Line>,
}

/// A deviation on an archetype.
#[derive(Serialize)]
struct Line {
    name: String,
    /// Whether it is the first of its deviation.
    first: bool,
    archetype: String,
    /// Whether the archetype has a page.
    paged: bool,
    good: bool,
    cells: Vec<Cell>,
}

/// What it came to in one version, or in some that came to the same.
#[derive(Debug, PartialEq, Serialize)]
struct Cell {
    versions: Vec<String>,
    ran: bool,
    caught: Vec<Found>,
    faults: Vec<String>,
}

/// A finding and the rows it was made on; no code where a verdict has none.
#[derive(Debug, PartialEq, Serialize)]
struct Found {
    code: Option<&'static str>,
    rows: Vec<String>,
}

pub(super) fn page(desk: &Desk<'_>, proof: &ProofFile) -> Result<Page, BookError> {
    let mut draft = Draft::new("proof/matrix.html", "Matrix").under(1).unsearched();
    let runs = || proof.deviations.iter().flat_map(|d| &d.runs);
    draft.names(desk, runs().flat_map(|r| &r.caught).map(|c| &c.row));
    let versions: BTreeSet<Version> = runs().map(|r| r.version).collect();
    let versions: Vec<Version> = versions.into_iter().collect();
    let archetypes: BTreeSet<&String> = runs().map(|r| &r.archetype).collect();
    let kind = |kind, word, title| {
        let of_kind = proof.deviations.iter().filter(|d| d.kind == kind);
        Kind { word, title, lines: of_kind.flat_map(|d| lines(desk, d, &versions)).collect() }
    };
    let view = View {
        archetypes: archetypes.into_iter().cloned().collect(),
        runs: runs().count(),
        wrong: !proof.deviations.iter().all(DeviationProof::holds),
        kinds: vec![
            kind(DeviationKind::Defect, "defect", "Defects"),
            kind(DeviationKind::Variant, "variant", "Variants"),
        ],
        versions: versions.iter().map(ToString::to_string).collect(),
    };
    draft.render(desk, "runs.html", &view)
}

fn lines(desk: &Desk<'_>, d: &DeviationProof, versions: &[Version]) -> Vec<Line> {
    let mut archetypes: Vec<&String> = Vec::new();
    for run in &d.runs {
        if !archetypes.contains(&&run.archetype) {
            archetypes.push(&run.archetype);
        }
    }
    let line = |(n, archetype): (usize, &String)| {
        let runs: Vec<&RunProof> = d.runs.iter().filter(|r| r.archetype == *archetype).collect();
        Line {
            name: d.name.clone(),
            first: n == 0,
            archetype: archetype.clone(),
            paged: desk.atlas.edition.files.files.iter().any(|f| f.id == *archetype),
            good: runs.iter().all(|r| r.faults.is_empty()),
            cells: cells(&runs, versions),
        }
    };
    archetypes.into_iter().enumerate().map(line).collect()
}

/// One cell for versions beside each other that came to the same.
fn cells(runs: &[&RunProof], versions: &[Version]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for version in versions {
        let run = runs.iter().find(|r| r.version == *version);
        let cell = Cell {
            versions: vec![version.to_string()],
            ran: run.is_some(),
            caught: run.map(|r| found(r)).unwrap_or_default(),
            faults: run.map(|r| r.faults.clone()).unwrap_or_default(),
        };
        match cells.last_mut() {
            Some(last)
                if (last.ran, &last.caught, &last.faults) == (cell.ran, &cell.caught, &cell.faults) =>
            {
                last.versions.extend(cell.versions);
            }
            _ => cells.push(cell),
        }
    }
    cells
}

/// The rows of a run by what was found on them.
fn found(run: &RunProof) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    for c in &run.caught {
        let (code, row) = (c.code.map(|code| code.as_str()), c.row.to_string());
        match all.iter_mut().find(|f| f.code == code) {
            Some(f) if f.rows.contains(&row) => {}
            Some(f) => f.rows.push(row),
            None => all.push(Found { code, rows: vec![row] }),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use judge::{Code, Verdict};
    use report::proof::CaughtRow;
    use spec::model::RowId;

    fn run(version: Version, caught: &[(&str, &str, Code)]) -> RunProof {
        let caught = caught.iter().map(|(row, scenario, code)| CaughtRow {
            row: RowId((*row).to_owned()),
            scenario: (*scenario).to_owned(),
            verdict: Verdict::Fail,
            code: Some(*code),
        });
        RunProof { archetype: "a".to_owned(), version, caught: caught.collect(), faults: Vec::new() }
    }

    #[test]
    fn rows_are_told_by_their_finding_and_once() {
        let caught = [
            ("B-0001", "DX-A-001", Code::NoAnswer),
            ("B-0002", "DX-A-001", Code::CallError),
            ("B-0003", "DX-A-001", Code::NoAnswer),
            ("B-0001", "DX-A-002", Code::NoAnswer),
        ];
        let found = found(&run(Version::V201, &caught));
        let told: Vec<_> = found.iter().map(|f| (f.code, f.rows.join(" "))).collect();
        assert_eq!(
            told,
            [(Some("no-answer"), "B-0001 B-0003".to_owned()), (Some("call-error"), "B-0002".to_owned())]
        );
    }

    #[test]
    fn versions_that_came_to_the_same_share_a_cell() {
        let [a, b] = Version::ALL.map(|v| run(v, &[("B-0001", "DX-A-001", Code::NoAnswer)]));
        assert_eq!(cells(&[&a, &b], &Version::ALL).len(), 1);
        let other = run(b.version, &[("B-0002", "DX-A-001", Code::NoAnswer)]);
        assert_eq!(cells(&[&a, &other], &Version::ALL).len(), 2);
        let alone = cells(&[&a], &Version::ALL);
        assert_eq!(alone.iter().map(|c| c.ran).collect::<Vec<_>>(), [true, false]);
    }
}
