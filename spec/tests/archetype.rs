//! Archetypes as loaded, and what applies to a declared product.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ocpp::Version;
use spec::{
    Applies, Archetype, Declaration, DeclarationError, LoadError, Source,
    model::{Answer, Level, Period, RowId},
};
use std::time::Duration;

const COMMON: &str = "\
schemaVersion: 1
id: shared
title: Shared
version: 1.0.0
edition: 1
summary: What all have in common.
conditions:
  - { id: cooled, question: Is the cable cooled? }
components:
  - id: C-0001
    component: LiquidCoolingSystem
    at: evse
    when: cooled
    obligation: must
    grounding: judgement
    rationale: Without it the cable overheats.
    since: 1
    variables:
      - id: V-0001
        variable: Problem
        type: boolean
        access: ReadOnly
        obligation: must
        grounding: ocpp
        rationale: The first thing an operator asks.
        since: 1
        monitors:
          - id: M-0001
            type: Delta
            provision: hardwired
            severity: 3
            value: 1
            obligation: must
            grounding: judgement
            rationale: A fault is reported when it comes and when it goes.
            since: 1
";

const OWN: &str = "\
schemaVersion: 1
id: own
title: Own
version: 2.10
edition: 1
extends: shared
summary: A station with two outlets.
topology:
  evses: [{ connectors: 1 }, { connectors: 2 }]
conditions:
  - { id: meter, question: Is there a meter? }
faults:
  - id: F-0001
    title: Cooling failed
    shows: The pump stops.
    monitors: [M-0001]
    faultValue: true
    rig: ordinary
    action: Send a technician.
    deadline: 30s
    deadlineMax: 2min
    obligation: must
    grounding: judgement
    rationale: The outlet is derated.
    since: 1
behaviours:
  - id: B-0001
    title: The station reports its monitors.
    level: 2
    topic: monitoring-reports
    versions: [2.1]
    obligation: must
    grounding: ocpp
    rationale: Otherwise nobody knows what is watched.
    ocpp: [N02.FR.10]
    since: 1
";

fn archetype() -> Archetype {
    Archetype::from_sources(vec![Source::new("shared.yaml", COMMON), Source::new("own.yaml", OWN)]).unwrap()
}

fn declared(answers: &str) -> Declaration {
    let text = format!(
        "schemaVersion: 1\narchetype: own\nproduct: {{ vendor: Example, model: One }}\nconditions: {answers}\n"
    );
    Declaration::from_source(Source::new("one.yaml", text), &archetype()).unwrap()
}

fn applies(declaration: &Declaration, id: &str) -> Applies {
    declaration.applies(archetype().row(id).unwrap(), Version::V201)
}

#[test]
fn rows_of_what_is_extended_come_first() {
    let own = archetype();
    let ids: Vec<String> = own.rows().map(|r| r.row().id().to_string()).collect();
    assert_eq!(ids, ["C-0001", "V-0001", "M-0001", "F-0001", "B-0001"]);
    assert_eq!((own.id.as_str(), own.version.as_str()), ("own", "2.10"));
    assert_eq!(own.topology.evses.len(), 2);
    assert_eq!(own.conditions.len(), 2);
    assert_eq!(own.behaviour("B-0001").unwrap().level, Level::MONITORING);
    let (component, variable, monitor) = own.monitor(RowId("M-0001".into())).unwrap();
    assert_eq!((component.id.0.as_str(), variable.id.0.as_str(), monitor.value), ("C-0001", "V-0001", 1.0));
    assert!(own.fault("M-0001").is_none());
}

#[test]
fn the_hash_depends_on_every_name_and_text_but_not_on_the_directory() {
    let hash = archetype().hash;
    assert_eq!(hash.len(), 64);
    let moved = vec![Source::new("/a/shared.yaml", COMMON), Source::new("/a/own.yaml", OWN)];
    assert_eq!(Archetype::from_sources(moved).unwrap().hash, hash);
    let changed = vec![Source::new("shared.yaml", format!("{COMMON}#")), Source::new("own.yaml", OWN)];
    assert_ne!(Archetype::from_sources(changed).unwrap().hash, hash);
}

#[test]
fn a_file_extends_the_one_beside_it() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("shared.yaml"), COMMON).unwrap();
    let path = directory.path().join("own.yaml");
    std::fs::write(&path, OWN).unwrap();
    let loaded = Archetype::load(path.to_str().unwrap()).unwrap();
    assert_eq!(loaded.hash, archetype().hash);
    let again = Archetype::from_sources(loaded.sources.clone()).unwrap();
    assert_eq!(again.hash, loaded.hash);
}

#[test]
fn a_file_with_lint_errors_is_not_loaded() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("shared.yaml"), COMMON).unwrap();
    let path = directory.path().join("own.yaml");
    std::fs::write(&path, OWN.replace("[M-0001]", "[M-0009]")).unwrap();
    let error = Archetype::load(path.to_str().unwrap()).unwrap_err();
    assert!(error.to_string().contains("dangling-reference"), "{error}");
}

#[test]
fn an_unknown_name_says_what_there_is() {
    let error = Archetype::load("comon").unwrap_err();
    assert!(error.to_string().contains("did you mean `common`?"), "{error}");
}

#[test]
fn a_file_that_is_only_extended_is_no_station() {
    let error = Archetype::from_sources(vec![Source::new("shared.yaml", COMMON)]).unwrap_err();
    assert!(matches!(error, LoadError::OnlyExtended { ref id } if id == "shared"), "{error}");
    assert!(Archetype::from_sources(Vec::new()).is_err());
}

#[test]
fn what_sits_in_a_component_that_is_declared_absent_does_not_apply() {
    let without = declared("{ cooled: no, meter: yes }");
    for id in ["C-0001", "V-0001", "M-0001", "F-0001"] {
        assert_eq!(applies(&without, id), Applies::No("declared absent: cooled".into()), "{id}");
    }
    let with = declared("{ cooled: yes, meter: yes }");
    for id in ["C-0001", "V-0001", "M-0001", "F-0001"] {
        assert_eq!(applies(&with, id), Applies::Yes, "{id}");
    }
}

#[test]
fn a_row_for_another_version_does_not_apply() {
    let all = Declaration::complete(&archetype());
    assert_eq!(applies(&all, "B-0001"), Applies::No("only for OCPP 2.1".into()));
    assert_eq!(all.applies(archetype().row("B-0001").unwrap(), Version::V21), Applies::Yes);
}

#[test]
fn an_open_condition_is_named_and_certifying_refuses_it() {
    let open = declared("{ meter: unknown }");
    assert_eq!(applies(&open, "F-0001"), Applies::Undeclared("cooled".into()));
    let error = open.require_answers().unwrap_err();
    assert!(
        matches!(error, DeclarationError::Undeclared(ref open) if open[..] == ["cooled", "meter"]),
        "{error}"
    );
    assert!(declared("{ cooled: no, meter: no }").require_answers().is_ok());
    assert_eq!(Declaration::undeclared(&archetype()).answer("meter"), Answer::Unknown);
}

#[test]
fn a_declared_deadline_lengthens_up_to_the_limit_and_never_shortens() {
    let at = |text: &str| {
        let text = format!(
            "schemaVersion: 1\narchetype: own\nproduct: {{ vendor: E, model: O }}\ndeadlines: {{ F-0001: {text} }}\n"
        );
        let declaration = Declaration::from_source(Source::new("d.yaml", text), &archetype()).unwrap();
        declaration
            .deadline(&RowId("F-0001".into()), Some(Period(Duration::from_secs(30))))
            .unwrap()
            .as_secs()
    };
    assert_eq!(at("60s"), 60);
    assert_eq!(at("1h"), 120);
    assert_eq!(at("5s"), 30);
    assert_eq!(declared("{}").deadline(&RowId("B-0001".into()), None), None);
}

#[test]
fn a_declaration_for_another_archetype_is_refused() {
    let text = "schemaVersion: 1\narchetype: other\nproduct: { vendor: E, model: O }\n";
    let error = Declaration::from_source(Source::new("d.yaml", text), &archetype()).unwrap_err();
    assert!(matches!(error, DeclarationError::OtherArchetype { .. }), "{error}");
}
