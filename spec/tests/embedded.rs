//! The archetypes of this repository.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use spec::{Archetype, Declaration, lint};
use std::path::Path;

#[test]
fn every_archetype_file_is_free_of_findings() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../archetypes");
    let report = lint::lint_paths(&[directory]);
    assert!(report.is_clean(), "{report}");
}

#[test]
fn every_embedded_archetype_loads_under_its_file_name() {
    for id in spec::embedded_ids() {
        let archetype = Archetype::load(id).unwrap();
        assert_eq!(archetype.id, id);
        assert!(Declaration::complete(&archetype).require_answers().is_ok());
    }
}
