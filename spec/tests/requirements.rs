//! The table of requirements next to the rows that cite it, and next to the list it was made from.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ocpp::Version;
use spec::{
    Archetype, Binds, Requirements, embedded_ids,
    model::{BehaviourRow, Row},
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

fn table() -> Requirements {
    Requirements::embedded().unwrap_or_else(|e| panic!("{e}"))
}

static ARCHETYPES: LazyLock<Vec<Archetype>> =
    LazyLock::new(|| embedded_ids().into_iter().map(|id| Archetype::load(id).unwrap()).collect());

fn behaviours() -> BTreeMap<String, &'static BehaviourRow> {
    ARCHETYPES.iter().flat_map(|a| &a.behaviours).map(|b| (b.id.0.clone(), b)).collect()
}

fn cited() -> BTreeSet<String> {
    ARCHETYPES.iter().flat_map(Archetype::rows).flat_map(|r| r.row().ocpp().to_vec()).collect()
}

#[test]
fn a_behaviour_cites_only_what_the_table_has_of_its_block() {
    let table = table();
    for (row, behaviour) in behaviours() {
        for id in behaviour.ocpp() {
            let listed = table.blocks().iter().any(|block| id.starts_with(block));
            assert!(!listed || table.get(id).is_some(), "{row} cites {id}, which the table does not have");
        }
    }
}

#[test]
fn a_behaviour_cites_only_what_a_version_of_its_own_has() {
    let table = table();
    for (row, behaviour) in behaviours() {
        let applies = |v: &Version| behaviour.versions.is_empty() || behaviour.versions.contains(v);
        for requirement in behaviour.ocpp().iter().filter_map(|id| table.get(id)) {
            let meet = [Version::V201, Version::V21].iter().any(|v| applies(v) && requirement.is_in(*v));
            assert!(meet, "{row} cites {}, which its versions do not have", requirement.id);
        }
    }
}

#[test]
fn what_binds_the_station_is_judged_by_a_row_or_has_a_reason() {
    let (table, cited) = (table(), cited());
    let open: Vec<&str> = table
        .iter()
        .filter(|r| r.binds_station() && r.reason.is_none() && !cited.contains(&r.id))
        .map(|r| r.id.as_str())
        .collect();
    assert_eq!(open, Vec::<&str>::new(), "no row cites these: cite them, or give a reason");
}

#[test]
fn what_a_row_judges_has_no_reason_why_none_does() {
    let (table, behaviours) = (table(), behaviours());
    let cited: BTreeSet<&String> = behaviours.values().flat_map(|b| &b.ocpp).collect();
    for requirement in table.iter().filter(|r| r.binds_station() && cited.contains(&r.id)) {
        assert_eq!(requirement.reason, None, "{} is cited by a behaviour", requirement.id);
    }
}

#[test]
fn a_reason_names_rows_that_exist() {
    let behaviours = behaviours();
    for requirement in table().iter() {
        let reason = requirement.reason.as_deref().unwrap_or_default();
        for word in reason.split(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
            let names_a_row = word.starts_with("B-") && word.len() == 6;
            assert!(!names_a_row || behaviours.contains_key(word), "{}: {word}", requirement.id);
        }
    }
}

/// The folder with `requirements-N.md`; `None`, with a sentence on standard error, when it is absent.
fn reference() -> Option<PathBuf> {
    let path = std::env::var_os("DIAGMARK_OCPP_REQUIREMENTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/ocpp"), PathBuf::from);
    let found = path.join("requirements-N.md").is_file();
    if !found {
        eprintln!(
            "skipped: no requirements-N.md in shared/ocpp beside the workspace; DIAGMARK_OCPP_REQUIREMENTS names \
             another folder"
        );
    }
    found.then_some(path)
}

#[test]
fn block_n_is_complete_and_binds_whom_the_list_says() {
    let Some(folder) = reference() else { return };
    let text = std::fs::read_to_string(folder.join("requirements-N.md")).unwrap();
    let mut listed = BTreeMap::new();
    let mut header = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        if !line.starts_with('|') {
            header.clear();
        } else if header.is_empty() {
            header = cells;
        } else if cells[0].starts_with('N') && cells[0].contains(".FR.") {
            let binds = header.iter().position(|h| *h == "Binds").unwrap();
            listed.insert(cells[0].to_owned(), cells[binds].to_owned());
        }
    }
    assert!(listed.len() > 100, "the list has changed its form: {} ids found", listed.len());
    let word = |b: Binds| match b {
        Binds::Station => "CS",
        Binds::Csms => "CSMS",
        Binds::Both => "both",
    };
    let own: BTreeMap<String, String> = table()
        .iter()
        .filter(|r| r.block() == "N")
        .map(|r| (r.id.clone(), word(r.binds).to_owned()))
        .collect();
    assert_eq!(own, listed);
}
