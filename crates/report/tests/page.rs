//! The report in HTML: what it says, that nothing from outside becomes markup, and that a large run stays small.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use judge::boot::Identity;
use judge::{Basis, Check, Code, Finding, Outcome, RowVerdict, Stimulus, Subject, VerdictLine, settle};
use ocpp::Version;
use report::page::{Ending, Sources, page};
use report::result::{ArchetypeUsed, EvidenceKept, SuiteUsed, Timing};
use report::{Inputs, ResultFile};
use spec::model::{Level, Obligation, RowId};
use spec::{Archetype, Declaration, Place};
use trace::{Body, ConnId, Direction, Hash, LaneId, Record, Seq};

/// A run with so many rows, two frames each; every tenth fails.
struct Run {
    archetype: Archetype,
    declaration: Declaration,
    records: Vec<Record>,
    result: ResultFile,
}

fn run(rows: usize, vendor: &str) -> Run {
    let archetype = Archetype::load("dc-hpc").unwrap();
    let declaration = Declaration::complete(&archetype);
    let ids: Vec<String> = archetype.rows().map(|r| r.row().id().0.clone()).collect();
    let mut records = Vec::new();
    let mut push = |body| {
        let n = Seq(records.len() as u64);
        let t =
            jiff::Timestamp::from_millisecond(1_795_000_000_000 + 50 * i64::try_from(n.0).unwrap()).unwrap();
        records.push(Record { n, t, body });
        n
    };
    let mut verdicts = Vec::new();
    for number in 0..rows {
        let lane = LaneId(u32::try_from(number).unwrap() + 1);
        let row = RowId(ids[number % ids.len()].clone());
        let place = Place { evse: Some(u32::try_from(number / ids.len()).unwrap() + 1), connector: None };
        push(Body::Begin {
            lane,
            scenario: "DX-INV-020".into(),
            row: row.0.clone(),
            evse: place.evse,
            connector: None,
        });
        let call = format!("[2,\"d{number}-1\",\"GetVariables\",{{\"getVariableData\":[{number}]}}]");
        let frame = |dir, lane, raw| Body::Frame { conn: ConnId(1), dir, lane, raw: String::into(raw) };
        let sent = push(frame(Direction::Tx, Some(lane), call));
        let answer = format!("[3,\"d{number}-1\",{{\"getVariableResult\":[\"{}\"]}}]", "x".repeat(300));
        let got = push(frame(Direction::Rx, None, answer));
        let check = match number % 10 {
            0 => Finding::new(Code::WrongUnit, "W", format!("kW from {vendor}"), [sent, got]).into(),
            _ => Check::held([sent, got]),
        };
        let outcome: Outcome = settle(Obligation::Must, vec![check]);
        let subject = Subject {
            scenario: Some("DX-INV-020".into()),
            title: format!("Row {row} is reported"),
            requirement: row.clone(),
            row,
            place,
            level: Level(1),
            obligation: Obligation::Must,
            basis: Basis::Guideline,
            stimulus: Stimulus::None,
            ocpp: vec!["B07.FR.08".into()],
        };
        let line = VerdictLine::from(&RowVerdict { subject, outcome });
        push(Body::Verdict { lane, verdict: serde_json::to_value(&line).unwrap() });
        verdicts.push(line);
    }
    let hash = "5f".repeat(32);
    let result = ResultFile::new(Inputs {
        suite: SuiteUsed { version: "0.1.0".into(), commit: None, features: hash.clone() },
        archetype: ArchetypeUsed::from(&archetype),
        station: Identity { vendor: Some(vendor.to_owned()), ..Identity::default() },
        ocpp_version: Version::V201,
        requested_level: Level(1),
        partial: false,
        interrupted: false,
        timing: Timing::default(),
        evidence: EvidenceKept { records: records.len() as u64, hash: Hash(hash) },
        observations: vec![],
        declared_absent: vec![],
        stimulus_binding: "none".into(),
        verdicts,
        expected_failures: None,
    });
    Run { archetype, declaration, records, result }
}

fn html(run: &Run, ending: Ending) -> String {
    page(&Sources {
        result: &run.result,
        archetype: &run.archetype,
        declaration: &run.declaration,
        records: &run.records,
        certificate: None,
        ending,
    })
}

#[test]
fn the_verdict_stands_before_everything_that_is_not_about_the_archetype() {
    let text = html(&run(20, "Muster"), Ending::Whole);
    let body = &text[text.find("<body>").unwrap()..];
    let at = |what: &str| body.find(what).unwrap_or_else(|| panic!("no {what}"));
    assert!(at("class=\"archetype\"") < at("<h1>NOT CONFORMING to level 1 (Inventory)</h1>"));
    assert!(at("<h1>") < at("Muster") && at("Muster") < at("What failed"));
}

#[test]
fn no_text_of_a_station_becomes_markup() {
    let text = html(&run(20, "</script><img src=x onerror=alert(1)>"), Ending::Whole);
    assert!(!text.contains("<img"), "markup of the station got through");
    assert_eq!(text.matches("</script>").count(), 2);
}

#[test]
fn the_page_loads_nothing_and_leaves_no_place_unfilled() {
    let text = html(&run(20, "Muster"), Ending::Whole);
    let before_data = &text[..text.find("id=\"data\"").unwrap()];
    assert!(!before_data.contains("{{") && !text.contains("{{foot}}"), "a place is unfilled");
    for outside in ["src=\"", "href=\"http", "@import", "url("] {
        assert!(!text.contains(outside), "{outside}");
    }
    assert!(text.contains("default-src 'none'"));
}

#[test]
fn a_result_that_nobody_signed_does_not_claim_to_be_more() {
    let text = html(&run(20, "Muster"), Ending::Whole).to_lowercase();
    assert!(text.contains("nobody signed this result"));
    assert!(!text.contains("certified"));
    assert!(text.contains("what this result does not say"));
}

#[test]
fn an_interrupted_run_says_where_it_ended() {
    let mut broken = run(20, "Muster");
    broken.records.truncate(74);
    broken.result.interrupted = true;
    let text = html(&broken, Ending::BrokenOff { torn: true });
    assert!(text.contains("its evidence ends at record 73"), "{}", &text[..6000]);
    assert!(text.contains("in DX-INV-020 for") && text.contains("half written"));
}

#[test]
fn a_run_of_5000_rows_is_a_file_that_opens_quickly() {
    let text = html(&run(5000, "Muster"), Ending::Whole);
    assert!(text.len() < 12_000_000, "{} bytes", text.len());
    let markup = text.find("id=\"data\"").unwrap();
    assert!(markup < 60_000, "the rows are data, not markup: {markup} bytes of markup");
    // For whoever wants to look at it, and for the test in a browser.
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("report-5000.html");
    std::fs::write(path, text).unwrap();
}
