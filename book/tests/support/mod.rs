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
use ocpp::Version;
use spec::model::Level;
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
        proofs: BTreeMap::new(),
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
