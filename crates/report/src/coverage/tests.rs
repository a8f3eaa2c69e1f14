use super::*;
use spec::{Source, embedded_ids};
use std::sync::LazyLock;

fn archetypes() -> &'static [Archetype] {
    static ALL: LazyLock<Vec<Archetype>> =
        LazyLock::new(|| embedded_ids().into_iter().map(|id| Archetype::load(id).unwrap()).collect());
    &ALL
}

fn table(entries: &[&str]) -> Requirements {
    let entries: String = entries.iter().map(|e| format!("  - {{ {e} }}\n")).collect();
    let text = format!("schemaVersion: 1\nrequirements:\n{entries}");
    Requirements::from_source(Source::new("requirements.yaml", text)).unwrap()
}

const ANY: &str = "id: N04.FR.10, binds: station, topic: monitors";

fn planned(version: Version, row: &str, scenario: Option<&str>, ocpp: &[&str]) -> Planned {
    Planned {
        archetype: "ac-wallbox".to_owned(),
        version,
        row: RowId(row.to_owned()),
        level: Level::MONITORING,
        scenario: scenario.map(str::to_owned),
        ocpp: ocpp.iter().map(|o| (*o).to_owned()).collect(),
    }
}

/// The requirement as it stands in 2.0.1 and in 2.1.
fn standings(file: &CoverageFile, id: &str) -> Vec<Standing> {
    let of = file.requirements.iter().find(|r| r.id == id).unwrap();
    of.versions.iter().map(|v| v.standing).collect()
}

fn file(entries: &[&str], planned: &[Planned]) -> CoverageFile {
    CoverageFile::new("0.1.0", &table(entries), archetypes(), planned)
}

#[test]
fn a_tag_covers_a_requirement_in_the_versions_of_its_scenario() {
    let plan = [planned(Version::V201, "B-0112", Some("DX-MON-001"), &["N04.FR.10"])];
    let file = file(&["id: N04.FR.10, binds: station, topic: monitors"], &plan);
    assert_eq!(standings(&file, "N04.FR.10"), [Standing::Covered, Standing::Open]);
    assert_eq!(file.requirements[0].versions[0].scenarios, ["DX-MON-001"]);
    assert!(!file.complete);
    assert_eq!(file.exit_code(), 1);
}

#[test]
fn a_row_that_cites_a_requirement_covers_it_only_if_the_row_is_judged() {
    let archetypes = archetypes();
    let row = archetypes[0].behaviours.iter().find(|b| !b.ocpp.is_empty()).unwrap();
    let entry = format!("id: {}, binds: station, topic: boot", row.ocpp[0]);
    let judged = |scenario| {
        let plan = Version::ALL.map(|v| planned(v, row.id.as_ref(), scenario, &[]));
        CoverageFile::new("0", &table(&[&entry]), archetypes, &plan)
    };
    assert_eq!(standings(&judged(Some("DX-BOO-001")), &row.ocpp[0]), [Standing::Covered; 2]);
    assert_eq!(judged(Some("DX-BOO-001")).requirements[0].versions[0].rows, std::slice::from_ref(&row.id));
    assert_eq!(standings(&judged(None), &row.ocpp[0]), [Standing::Open; 2]);
}

#[test]
fn a_reason_stands_for_a_scenario_and_the_csms_is_never_judged() {
    let plan = [planned(Version::V21, "B-0112", Some("DX-MON-001"), &["N07.FR.03"])];
    let entries = [
        "id: N01.FR.05, binds: station, topic: logs, reason: It shows only from inside",
        "id: N07.FR.03, binds: csms, topic: events, reason: It binds the CSMS",
        "id: N11.FR.07, binds: station, topic: event-streams, versions: [\"2.1\"]",
    ];
    let file = file(&entries, &plan);
    assert_eq!(standings(&file, "N01.FR.05"), [Standing::Reasoned; 2]);
    assert_eq!(standings(&file, "N07.FR.03"), [Standing::Reasoned; 2]);
    assert_eq!(standings(&file, "N11.FR.07"), [Standing::Open]);
    let of = |version| file.blocks.iter().find(|b| b.block == "N" && b.version == version).unwrap().counts;
    assert_eq!(of(Version::V201), Counts { covered: 0, reasoned: 2, open: 0 });
    assert_eq!(of(Version::V21), Counts { covered: 0, reasoned: 2, open: 1 });
}

#[test]
fn a_row_is_open_at_the_level_that_nothing_judges_and_a_trend_has_a_reason() {
    let inventory =
        Planned { level: Level::INVENTORY, ..planned(Version::V21, "V-0101", Some("DX-INV-011"), &[]) };
    let file = file(&[ANY], &[inventory, planned(Version::V21, "V-0101", None, &[])]);
    let row = |id: &str| file.rows.iter().find(|r| r.id.0 == id).unwrap();
    let stands = &row("V-0101").versions;
    assert_eq!((stands.len(), stands[0].standing), (1, Standing::Open));
    assert_eq!(
        (stands[0].scenarios.as_slice(), stands[0].open_levels.as_slice()),
        (&["DX-INV-011".to_owned()][..], &[Level::MONITORING][..])
    );
    let trend = file.rows.iter().find(|r| r.id.kind() == Some('T')).unwrap();
    assert!(trend.versions.iter().all(|v| v.standing == Standing::Reasoned));
    // A row of `common` is one row of four archetypes.
    assert_eq!(row("F-0101").archetypes.len(), 4);
    assert_eq!(file.rows.iter().filter(|r| r.id.0 == "F-0101").count(), 1);
    // What is in no plan at all is not complete either.
    assert!(row("F-0101").versions.is_empty() && !file.complete);
}

#[test]
fn a_citation_that_the_table_does_not_know_is_told() {
    let plan = [planned(Version::V21, "B-0112", Some("DX-MON-001"), &["N04.FR.99", "Z01.FR.01"])];
    let file = file(&["id: N04.FR.10, binds: station, topic: monitors"], &plan);
    assert!(
        file.unlisted.contains(&"N04.FR.99".to_owned()) && !file.unlisted.contains(&"Z01.FR.01".to_owned())
    );
}

#[test]
fn the_text_has_the_counts_first_then_what_is_open_then_all_of_it() {
    let plan = [
        planned(Version::V201, "B-0112", Some("DX-MON-001"), &["N04.FR.10"]),
        planned(Version::V21, "B-0112", Some("DX-MON-001"), &["N04.FR.10"]),
        planned(Version::V21, "B-0461", None, &[]),
    ];
    let entries = [
        "id: N04.FR.10, binds: station, topic: monitors",
        "id: N07.FR.03, binds: csms, topic: events, reason: It binds the CSMS",
        "id: N11.FR.07, binds: station, topic: event-streams, versions: [\"2.1\"]",
    ];
    let mut file = file(&entries, &plan);
    file.rows.retain(|r| ["B-0112", "B-0461"].contains(&r.id.as_ref()));
    file.unlisted.clear();
    let text = crate::terminal::coverage(&file, 90, false);
    for line in text.lines() {
        assert!(line.chars().count() <= 90 && line == line.trim_end(), "{line:?}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_json_reads_back() {
    let file = file(&["id: N04.FR.10, binds: station, topic: monitors"], &[]);
    let text = serde_json::to_string(&file).unwrap();
    assert_eq!(serde_json::from_str::<CoverageFile>(&text).unwrap(), file);
}
