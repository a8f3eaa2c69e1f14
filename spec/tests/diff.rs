//! Two editions compared: what differs, and what certificates of the old one are worth.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use spec::{
    Source,
    diff::{Certificates, EditionDiff, EditionError, EditionFiles, RowChange, Scenarios, Weight, compare},
    model::{Level, RowId},
};

const SHARED: &str = "\
schemaVersion: 1
id: shared
title: Shared
version: 1.0.0
edition: 1
summary: What all have in common.
conditions:
  - { id: door-switch, question: Is there a switch at the door? }
components:
  - id: C-0001
    component: CaseAccessSensor
    instance: Door
    at: station
    when: door-switch
    obligation: must
    grounding: judgement
    rationale: Somebody may reach live parts.
    since: 1
    variables:
      - id: V-0001
        variable: Active
        type: boolean
        access: Readable
        monitorable: [Delta]
        polarity: open
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
behaviours:
  - id: B-0001
    title: The station reports its monitors.
    level: 2
    topic: monitoring-reports
    obligation: must
    grounding: ocpp
    rationale: Otherwise nobody knows what is watched.
    deadline: 60s
    since: 1
";

const POST: &str = "\
schemaVersion: 1
id: post
title: Post
version: 1.0.0
edition: 1
extends: shared
summary: A post with an outlet.
topology:
  evses: [{ connectors: 1 }]
faults:
  - id: F-0001
    title: Door open
    shows: The door stands open.
    monitors: [M-0001]
    faultValue: true
    rig: ordinary
    action: Close it.
    deadline: 30s
    obligation: must
    grounding: judgement
    rationale: Live parts can be touched.
    since: 1
trends:
  - id: T-0001
    title: Door opened often
    watch: [V-0001]
    method: Count the events of a week.
    sign: More than ten.
    action: Ask the service.
    grounding: judgement
    rationale: Somebody forces it.
    since: 1
";

const BOX: &str = "\
schemaVersion: 1
id: box
title: Box
version: 1.0.0
edition: 1
extends: shared
summary: A box with an outlet.
topology:
  evses: [{ connectors: 1 }]
";

fn edition(name: &str, shared: &str, post: &str, own: &[(&str, &str)]) -> EditionFiles {
    let mut sources = vec![Source::new("shared.yaml", shared), Source::new("post.yaml", post)];
    sources.extend(own.iter().map(|(name, text)| Source::new(*name, *text)));
    EditionFiles::from_sources(name.to_owned(), sources).unwrap()
}

fn old() -> EditionFiles {
    edition("editions/1", SHARED, POST, &[("box.yaml", BOX)])
}

fn scenarios() -> Scenarios {
    let ids = [("M-0001", "DX-MON-001", 3), ("V-0001", "DX-INV-001", 1), ("V-0001", "DX-MON-002", 2)];
    let mut all = Scenarios::new();
    for (row, id, level) in ids {
        all.entry(RowId(row.into())).or_default().insert(id.into(), Level(level));
    }
    all
}

/// The old edition with replacements in the shared file and that of the post.
fn changed(shared: &[(&str, &str)], post: &[(&str, &str)]) -> EditionDiff {
    let replaced = |text: &str, all: &[(&str, &str)]| {
        all.iter().fold(text.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        })
    };
    let new = edition("editions/2", &replaced(SHARED, shared), &replaced(POST, post), &[("box.yaml", BOX)]);
    compare(&old(), &new, &scenarios())
}

fn again(diff: &EditionDiff, archetype: &str) -> Vec<(u8, String)> {
    let archetype = diff.archetypes.iter().find(|a| a.id == archetype).unwrap();
    match &archetype.certificates {
        Certificates::ReRun { rows } => rows.iter().map(|r| (r.level.0, r.row.0.clone())).collect(),
        _ => Vec::new(),
    }
}

/// A second edition with something of everything.
fn much() -> EditionDiff {
    let shared = SHARED
        .replace("edition: 1", "edition: 2")
        .replace("version: 1.0.0", "version: 1.1.0")
        .replace("severity: 3", "severity: 2")
        .replace("A fault is reported", "It is reported")
        .replace("deadline: 60s", "deadline: 2min")
        .replace(
            "question: Is there a switch at the door? }",
            "question: Is the door watched? }\n  - { id: meter, question: Is there a meter? }",
        );
    let added = "\
components:
  - id: C-0009
    component: FiscalMetering
    at: evse
    when: meter
    obligation: must
    grounding: judgement
    rationale: A dead meter sells for nothing | it | must *be* told.
    since: 2
  - id: C-0010
    component: Display
    at: station
    obligation: should
    grounding: judgement
    rationale: Nice to have.
    since: 2
";
    let post = POST
        .replace("edition: 1", "edition: 2")
        .replace("version: 1.0.0", "version: 2.0.0")
        .replace("id: T-0001\n    title: Door opened often", "id: T-0001\n    title: Signal falls")
        .replace("faults:\n", &format!("{added}faults:\n"))
        .replace("F-0001", "F-0002");
    let pole = BOX.replace("id: box", "id: pole").replace("title: Box", "title: Pole");
    let new = edition("editions/2", &shared, &post, &[("pole.yaml", &pole)]);
    compare(&old(), &new, &scenarios())
}

#[test]
fn an_edition_is_like_itself() {
    let diff = compare(&old(), &old(), &scenarios());
    assert!(diff.is_empty());
    assert!(diff.archetypes.iter().all(|a| a.certificates == Certificates::Stand));
}

#[test]
fn a_changed_rationale_asks_for_no_new_run() {
    let diff = changed(&[("Somebody may reach live parts.", "Live parts may be reached.")], &[]);
    assert_eq!(diff.rows.len(), 1);
    assert_eq!(diff.rows[0].archetypes, ["box", "post"]);
    assert_eq!(diff.rows[0].fields[0].weight, Weight::Wording);
    assert!(diff.archetypes.iter().all(|a| a.certificates == Certificates::Stand));
}

#[test]
fn a_severity_asks_for_the_scenarios_of_its_row_in_every_archetype_that_has_it() {
    let diff = changed(&[("severity: 3", "severity: 4")], &[]);
    for archetype in ["box", "post"] {
        assert_eq!(again(&diff, archetype), [(3, "M-0001".to_owned())]);
    }
    let Certificates::ReRun { rows } = &diff.archetypes[0].certificates else { panic!() };
    assert_eq!(
        (&rows[0].scenarios[..], &rows[0].when[..]),
        (&["DX-MON-001".into()][..], &["door-switch".into()][..])
    );
}

#[test]
fn a_condition_that_falls_concerns_every_row_inside_at_its_level() {
    let diff = changed(&[("    when: door-switch\n", "")], &[]);
    let ids = again(&diff, "box");
    let expected = [(1, "C-0001"), (1, "V-0001"), (2, "V-0001"), (3, "M-0001")];
    assert_eq!(ids, expected.map(|(level, id)| (level, id.to_owned())));
    // A fault is under the conditions of the monitors that report it.
    assert_eq!(again(&diff, "post").last(), Some(&(3, "M-0001".to_owned())));
    assert!(again(&diff, "post").contains(&(3, "F-0001".to_owned())));
    assert!(diff.rows.iter().all(|r| r.fields.iter().all(|f| f.field == "when")));
}

#[test]
fn a_monitor_type_that_must_be_settable_concerns_level_two_alone() {
    let diff = changed(&[("monitorable: [Delta]", "monitorable: [Delta, Periodic]")], &[]);
    assert_eq!(again(&diff, "box"), [(2, "V-0001".to_owned())]);
}

#[test]
fn what_becomes_milder_or_goes_asks_for_no_new_run() {
    let diff = changed(
        &[(
            "level: 2\n    topic: monitoring-reports\n    obligation: must",
            "level: 2\n    topic: monitoring-reports\n    obligation: should",
        )],
        &[],
    );
    assert_eq!(diff.rows[0].fields[0].weight, Weight::Milder);
    let gone = changed(&[], &[("id: F-0001", "id: F-0009"), ("obligation: must", "obligation: should")]);
    let changes: Vec<RowChange> = gone.rows.iter().map(|r| r.change).collect();
    assert_eq!(changes, [RowChange::Removed, RowChange::Added]);
    for diff in [diff, gone] {
        assert!(diff.archetypes.iter().all(|a| a.certificates == Certificates::Stand));
    }
}

#[test]
fn an_added_must_asks_for_its_scenarios() {
    let diff = changed(&[], &[("id: F-0001", "id: F-0009")]);
    assert_eq!(again(&diff, "post"), [(3, "F-0009".to_owned())]);
    assert!(again(&diff, "box").is_empty());
}

#[test]
fn a_row_that_moves_to_another_file_is_no_difference_to_those_that_have_it() {
    let (_, behaviours) = SHARED.split_once("behaviours:\n").unwrap();
    let shared = SHARED.replace(&format!("behaviours:\n{behaviours}"), "");
    let post = format!("{POST}behaviours:\n{behaviours}");
    let new = edition("editions/2", &shared, &post, &[("box.yaml", BOX)]);
    let diff = compare(&old(), &new, &scenarios());
    assert_eq!(diff.rows.len(), 1);
    assert_eq!(
        (diff.rows[0].change, &diff.rows[0].archetypes[..]),
        (RowChange::Removed, &["box".to_owned()][..])
    );
}

#[test]
fn an_id_that_stands_for_something_else_is_told_and_judged_again() {
    let diff = changed(&[("variable: Active", "variable: Tripped")], &[]);
    let reused: Vec<&str> = diff.reused.iter().map(|r| r.row.0.as_str()).collect();
    assert_eq!(reused, ["M-0001", "V-0001"]);
    assert_eq!(diff.reused[1].before, "CaseAccessSensor[Door].Active @station");
    assert_eq!(again(&diff, "box").len(), 3);
}

#[test]
fn a_file_that_nobody_extends_is_compared_by_itself() {
    let alone =
        |text: &str| EditionFiles::from_sources("x".into(), vec![Source::new("shared.yaml", text)]).unwrap();
    let diff = compare(&alone(SHARED), &alone(&SHARED.replace("severity: 3", "severity: 4")), &scenarios());
    assert!(diff.archetypes.is_empty());
    assert_eq!((diff.rows.len(), diff.rows[0].archetypes.len()), (1, 0));
}

#[test]
fn a_directory_is_read_and_one_without_archetypes_refused() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(EditionFiles::read(directory.path()), Err(EditionError::Empty { .. })));
    std::fs::write(directory.path().join("shared.yaml"), SHARED).unwrap();
    std::fs::write(directory.path().join("notes.yaml"), "some: thing\n").unwrap();
    assert_eq!(EditionFiles::read(directory.path()).unwrap().edition(), 1);
    std::fs::write(directory.path().join("own.yaml"), POST.replace("shared", "elsewhere")).unwrap();
    let error = EditionFiles::read(directory.path()).unwrap_err().to_string();
    assert!(error.contains("unknown-extends"), "{error}");
    assert!(matches!(
        EditionFiles::read(&directory.path().join("gone")),
        Err(EditionError::Directory { .. })
    ));
}

#[test]
fn the_differences_read_as_they_did() {
    let diff = much();
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("edition-diff.text", diff.to_text());
        insta::assert_snapshot!("edition-diff.markdown", diff.to_markdown());
        insta::assert_snapshot!("edition-diff.json", diff.to_json());
    });
    let read: EditionDiff = serde_json::from_str(&diff.to_json()).unwrap();
    assert_eq!(read, diff);
}

#[test]
fn editions_that_are_alike_say_so() {
    let diff = compare(&old(), &old(), &Scenarios::new());
    assert!(diff.to_text().contains("The editions are alike."), "{}", diff.to_text());
    assert!(diff.to_markdown().contains("The editions are alike."));
}
