//! A gap as a manufacturer reads it: on a terminal, in a spreadsheet, by a program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use judge::gap::{Action, Standing};
use judge::{Basis, Code};
use ocpp::Version;
use report::gap::{
    Candidate, Chosen, Declared, FaultLine, FaultStanding, FaultWayLine, GapFile, GapFinding, GapLine,
    LevelGap, OpenCondition, SCHEMA_VERSION,
};
use report::result::{ArchetypeUsed, StationSeen};
use serde_json::Value;
use spec::model::{Answer, Level, Obligation, RowId};
use trace::Seq;
use unicode_width::UnicodeWidthStr as _;

fn row(id: &str) -> RowId {
    RowId(id.to_owned())
}

fn line(level: u8, action: Action, id: &str, subject: &str, evse: Option<u32>) -> GapLine {
    GapLine {
        level: Level(level),
        action,
        obligation: Obligation::Must,
        blocking: true,
        row: row(id),
        evse,
        connector: None,
        subject: subject.to_owned(),
        behind: None,
        findings: Vec::new(),
        basis: Some(Basis::Guideline),
        rationale: Some("It matters.".to_owned()),
    }
}

fn finding(code: Code, expected: &str, observed: &str) -> GapFinding {
    GapFinding { code, expected: expected.to_owned(), observed: observed.to_owned(), evidence: vec![Seq(14)] }
}

fn with(line: GapLine, finding: GapFinding) -> GapLine {
    GapLine { findings: vec![finding], ..line }
}

fn behind(line: GapLine, id: &str) -> GapLine {
    GapLine { behind: Some(row(id)), ..line }
}

fn gaps() -> Vec<GapLine> {
    let sensor = "TemperatureSensor[Contact]";
    let temperature = "TemperatureSensor[Contact].Temperature";
    let missing = finding(Code::ComponentMissing, sensor, "no such component in the full inventory");
    let report = |evse| with(line(1, Action::ReportComponent, "C-0213", sensor, Some(evse)), missing.clone());
    let moved = finding(Code::ComponentMisplaced, "CardReader @EVSE 1", "only CardReader");
    let unit = finding(Code::WrongUnit, "unit V", "\u{1b}[31mmV, \"milli\"");
    let severity = finding(Code::WrongSeverity, "severity 5", "severity 6");
    let should = GapLine {
        obligation: Obligation::Should,
        blocking: false,
        ..line(1, Action::ReportVariable, "V-0215", "ElectricalFeed.Active", None)
    };
    let some = finding(Code::VariableMissing, "ElectricalFeed.Active", "the component has only Problem");
    let blemish = GapLine {
        blocking: false,
        ..line(3, Action::CorrectMonitor, "M-0112", "preconfigured LowerThreshold of severity 5 on A.B", None)
    };
    vec![
        report(1),
        report(2),
        with(line(1, Action::MoveComponent, "C-0244", "CardReader", Some(1)), moved),
        behind(line(1, Action::ReportVariable, "V-0231", temperature, Some(1)), "C-0213"),
        behind(line(1, Action::ReportVariable, "V-0231", temperature, Some(2)), "C-0213"),
        behind(
            line(1, Action::ReportVariable, "V-0232", "TemperatureSensor[Contact].Problem", Some(1)),
            "C-0213",
        ),
        with(should, some),
        with(line(1, Action::CorrectVariable, "V-0162", "ElectricalFeed.ACVoltage[L1]", None), unit),
        behind(line(2, Action::MakeMonitorable, "V-0231", temperature, Some(1)), "C-0213"),
        line(3, Action::ShipMonitor, "M-0201", "hardwired Delta of severity 5 on EVSE.Overload", Some(2)),
        with(blemish, severity),
    ]
}

fn fault(id: &str, title: &str, standing: FaultStanding, ways: &[(u32, Option<&str>)]) -> FaultLine {
    let way = |(evse, closed): &(u32, Option<&str>)| FaultWayLine {
        monitor: row("M-0201"),
        variable: "EVSE.Overload".to_owned(),
        evse: Some(*evse),
        connector: None,
        closed: closed.map(str::to_owned),
    };
    FaultLine {
        row: row(id),
        title: title.to_owned(),
        obligation: Obligation::Should,
        mrec: vec!["CX023".to_owned()],
        standing,
        reason: (standing == FaultStanding::Undeclared).then(|| "meter".to_owned()),
        ways: ways.iter().map(way).collect(),
    }
}

fn wide() -> GapFile {
    let text = |t: &str| Some(t.to_owned());
    let must = Standing { met: 41, missing: 4, wrong: 1, undeclared: 5, untold: 0 };
    let none = Standing::default();
    GapFile {
        schema_version: SCHEMA_VERSION,
        suite: "0.1.0".to_owned(),
        archetype: ArchetypeUsed {
            id: "ac-wallbox".to_owned(),
            version: "1.0.0".to_owned(),
            edition: 1,
            hash: "0".repeat(64),
        },
        chosen: Chosen::Nearest,
        candidates: vec![candidate("ac-wallbox", 41, 46), candidate("dc-hpc", 30, 90)],
        station: StationSeen {
            vendor: text("Muster 充电"),
            model: text("W11"),
            serial: None,
            firmware: text("4.2"),
        },
        ocpp_version: Version::V201,
        declared: Declared::Nothing,
        connectors: vec![1, 2],
        closed: false,
        levels: vec![
            LevelGap { level: Level(1), must, should: Standing { met: 3, missing: 1, ..none } },
            LevelGap { level: Level(2), must: Standing { met: 20, missing: 1, ..none }, should: none },
            LevelGap { level: Level(3), must: Standing { untold: 20, ..none }, should: none },
        ],
        gaps: gaps(),
        undeclared: vec![OpenCondition {
            id: "meter".to_owned(),
            question: "Does each EVSE have an energy meter that the station reads?".to_owned(),
            suggests: Answer::Yes,
            because: "EnergyMeter is reported".to_owned(),
        }],
        faults: vec![
            fault(
                "F-0201",
                "The vehicle draws too much",
                FaultStanding::NotReportable,
                &[(1, Some("not reported")), (2, Some("not reported"))],
            ),
            fault(
                "F-0202",
                "Another one",
                FaultStanding::Reportable,
                &[(1, None), (2, Some("not reported"))],
            ),
            fault("F-0124", "The meter is silent", FaultStanding::Undeclared, &[(1, Some("not reported"))]),
            fault("F-0239", "Elsewhere only", FaultStanding::NotApplicable, &[]),
        ],
        notes: vec!["EVSEs are numbered 1, 7, not from 1 without a gap as OCPP prescribes".to_owned()],
    }
}

fn candidate(id: &str, met: usize, musts: usize) -> Candidate {
    let reason = format!("{} of {musts} musts missing or wrong: AcDcConverter and 2 more", musts - met);
    Candidate { id: id.to_owned(), met, musts, reason }
}

fn shown(file: &GapFile, width: usize) -> String {
    let text = report::terminal::gap(file, width, false);
    for line in text.lines() {
        assert_eq!(line, line.trim_end(), "a line ends with a space");
        assert!(line.width() <= width, "wider than {width}: {line:?}");
    }
    assert!(!text.contains('\u{1b}'), "a control character reached the terminal");
    text
}

#[test]
fn a_gap_on_a_terminal() {
    insta::assert_snapshot!(shown(&wide(), 100));
}

#[test]
fn a_gap_on_a_narrow_terminal() {
    insta::assert_snapshot!(shown(&wide(), 60));
}

#[test]
fn no_gap_on_a_terminal() {
    let mut file = GapFile { closed: true, notes: Vec::new(), ..wide() };
    file.chosen = Chosen::Given;
    file.declared = Declared::Given;
    file.gaps.clear();
    file.candidates.clear();
    file.undeclared.clear();
    file.faults.retain(|f| f.standing == FaultStanding::Reportable);
    file.levels.iter_mut().for_each(|l| l.must = Standing { met: l.must.met, ..Standing::default() });
    insta::assert_snapshot!(shown(&file, 100));
}

#[test]
fn a_gap_in_a_spreadsheet() {
    let csv = report::gap::csv(&wide());
    assert!(csv.lines().all(|l| !l.is_empty()), "{csv}");
    insta::assert_snapshot!(csv.replace("\r\n", "\n"));
}

#[test]
fn the_exit_code_says_whether_a_must_is_missing() {
    assert_eq!(wide().exit_code(), 1);
    assert_eq!(GapFile { closed: true, ..wide() }.exit_code(), 0);
}

#[test]
fn the_nearest_archetype_is_the_one_with_the_fewest_musts_missing() {
    let mut all =
        [candidate("a", 0, 0), candidate("b", 10, 20), candidate("c", 9, 10), candidate("d", 19, 20)];
    all.sort_by(Candidate::nearer);
    assert_eq!(all.map(|c| c.id), ["d", "c", "b", "a"]);
}

#[test]
fn the_json_reads_back() {
    let text = serde_json::to_string(&wide()).unwrap();
    assert_eq!(serde_json::from_str::<GapFile>(&text).unwrap(), wide());
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["schemaVersion"], 1);
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = format!("{}/schemas/gap-1.json", env!("CARGO_MANIFEST_DIR"));
    let made = format!("{}\n", serde_json::to_string_pretty(report::schema::gap()).unwrap());
    if std::env::var_os("DIAGMARK_UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let current = committed.replace("\r\n", "\n") == made;
    assert!(current, "{path} is not current: run DIAGMARK_UPDATE=1 cargo test -p report");
}

#[test]
fn every_field_of_a_gap_is_explained() {
    let schema = report::schema::gap();
    let definitions = schema["$defs"].as_object().unwrap();
    let all = definitions.iter().map(|(name, d)| (name.as_str(), d)).chain([("", schema)]);
    for (name, definition) in all {
        for (key, property) in definition.get("properties").and_then(Value::as_object).into_iter().flatten() {
            assert!(property.get("description").is_some(), "{name}/{key} has no description");
        }
    }
}
