//! An edition made of the embedded data and of scenarios that stand for the suite's.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use book::{Chapter, Edition, Example, ExitCode, Files, Phrase, Scenario, Step};
use judge::{Code, Verdict};
use ocpp::Version;
use report::ProofFile;
use report::proof::{CaughtRow, DeviationKind, DeviationProof, RowProof, RunProof};
use spec::model::{Level, Obligation, RowId};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The edition in the repository. Its scenarios are made up, one per behaviour and one for all components, because the
/// suite belongs to another crate.
pub fn edition(files: Files) -> Edition {
    let components: BTreeSet<_> =
        files.files.iter().flat_map(|f| &f.components).map(|c| c.id.clone()).collect();
    let mut scenarios = vec![scenario("DX-INV-001", components, Some("components"))];
    let behaviours = files.files.iter().flat_map(|f| &f.behaviours);
    scenarios.extend(
        (1..)
            .zip(behaviours)
            .map(|(n, b)| scenario(&format!("DX-TST-{n:03}"), BTreeSet::from([b.id.clone()]), None)),
    );
    let proof = proof(&files);
    let phrase = |expression: &str| Phrase {
        topic: "inventory".to_owned(),
        keyword: "Then".to_owned(),
        expression: expression.to_owned(),
    };
    Edition {
        files,
        chapters: Chapter::embedded().unwrap(),
        scenarios,
        phrases: vec![phrase("the report lists <component>"), phrase("a {string} & {int} more")],
        exit_codes: vec![ExitCode { code: 0, meaning: "Everything passed.".to_owned() }],
        schemas: BTreeMap::new(),
        examples: Example::embedded().unwrap(),
        proof: Some(proof),
    }
}

fn scenario(id: &str, rows: BTreeSet<spec::model::RowId>, table: Option<&str>) -> Scenario {
    let step = |keyword: &str, text: &str| Step { keyword: keyword.into(), text: text.into(), table: vec![] };
    Scenario {
        id: id.to_owned(),
        title: format!("What {id} shows <component>"),
        feature: "A feature".to_owned(),
        rule: Some(format!("Rule of {id}")),
        origin: "x.feature:1".to_owned(),
        table: table.map(str::to_owned),
        rows,
        level: Level(1),
        versions: Version::ALL.to_vec(),
        ocpp: vec!["N04.FR.10".to_owned()],
        needs: Vec::new(),
        stimulus: "none".to_owned(),
        impact: "read-only".to_owned(),
        steps: vec![step("Given", "a connected <station>"), step("Then", "it is \"Accepted\" & done")],
    }
}

/// A proof of about the size of the suite's: a defect for every third must row, which is also caught on the next one,
/// and a few variants.
pub fn proof(files: &Files) -> ProofFile {
    let musts: BTreeSet<RowId> = files
        .archetypes
        .iter()
        .flat_map(|a| {
            a.rows().filter(|r| r.row().obligation() == Obligation::Must).map(|r| r.row().id().clone())
        })
        .collect();
    let musts: Vec<RowId> = musts.into_iter().collect();
    let name = |n: usize| format!("wrong-{n}");
    let mut deviations: Vec<DeviationProof> = musts
        .chunks(3)
        .enumerate()
        .map(|(n, rows)| defect(&name(n), n, &rows[..rows.len().min(2)]))
        .collect();
    deviations.extend((0..40).map(|n| variant(&format!("odd-{n}"))));
    let row = |(n, row): (usize, &RowId)| RowProof {
        row: row.clone(),
        obligation: Obligation::Must,
        scenarios: vec!["DX-INV-001".to_owned()],
        killed: if n % 3 == 2 { Vec::new() } else { vec![name(n / 3)] },
        reason: (n % 3 == 2).then(|| "a defect of another row & its check".to_owned()),
    };
    let rows = musts.iter().enumerate().map(row).collect();
    ProofFile { schema_version: 1, suite: "0.1.0".to_owned(), seed: 7, holds: true, deviations, rows }
}

fn variant(name: &str) -> DeviationProof {
    let run =
        |version| RunProof { archetype: "ac-wallbox".to_owned(), version, caught: vec![], faults: vec![] };
    DeviationProof {
        name: name.to_owned(),
        kind: DeviationKind::Variant,
        topic: "odd-order".to_owned(),
        what: "results come in `another` order".to_owned(),
        seam: "wire".to_owned(),
        allowed_by: Some("no requirement orders them (OCPP N04.FR.10)".to_owned()),
        breaks: Vec::new(),
        warns: Vec::new(),
        ocpp: Vec::new(),
        runs: Version::ALL.map(run).to_vec(),
    }
}

fn defect(name: &str, n: usize, rows: &[RowId]) -> DeviationProof {
    let mut defect = variant(name);
    defect.kind = DeviationKind::Defect;
    defect.topic = format!("topic-{}", n / 20);
    defect.what = "an id < 3 is lost".to_owned();
    defect.allowed_by = None;
    defect.breaks = rows.to_vec();
    defect.ocpp = vec!["N04.FR.10".to_owned()];
    for run in &mut defect.runs {
        let caught = rows.iter().map(|row| CaughtRow {
            row: row.clone(),
            scenario: "DX-INV-001".to_owned(),
            verdict: Verdict::Fail,
            code: Some(Code::NoAnswer),
        });
        run.caught = caught.collect();
    }
    defect
}

/// Every file of a directory by path, with its bytes.
pub fn files_in(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    collect(root, root, &mut all);
    all
}

fn collect(root: &Path, at: &Path, all: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, all);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            all.insert(name, std::fs::read(&path).unwrap());
        }
    }
}
