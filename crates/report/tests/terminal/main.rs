//! The report as a laboratory engineer reads it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod runs;

use report::{Inputs, ResultFile, View, report};
use runs::{Run, archetype, expecting};
use spec::Archetype;
use std::path::Path;
use trace::Seq;
use unicode_width::UnicodeWidthStr as _;

/// Frames of the evidence, as the report looks them up.
fn frame(n: Seq) -> Option<String> {
    match n.0 {
        14 => Some(
            "[2,\"s-3\",\"NotifyReport\",{\"requestId\":1,\"seqNo\":0,\"tbc\":true,\"generatedAt\":\"2026-07-01T08:00:03Z\",\
             \"reportData\":[{\"component\":{\"name\":\"EVSE\",\"evse\":{\"id\":1}}}]}]"
                .to_owned(),
        ),
        31 => Some("[2,\"d-7\",\"SetVariableMonitoring\",{\"setMonitoringData\":[{\"value\":78.5}]}]".to_owned()),
        32 => Some("[4,\"d-7\",\"InternalError\",\"\u{1b}[32mall passed\",{}]".to_owned()),
        _ => None,
    }
}

fn shown(inputs: Inputs, archetype: Option<&Archetype>, width: usize) -> String {
    let view = View {
        width,
        color: false,
        directory: Some(Path::new("diagmark-run-2026-07-01T08-00-00Z")),
        archetype,
        frame: &frame,
    };
    let text = report(&ResultFile::new(inputs), &view);
    for line in text.lines() {
        assert_eq!(line, line.trim_end(), "a line ends with a space");
        let copied = line.starts_with("Verify ") || line.starts_with("Run ");
        assert!(copied || line.width() <= width, "wider than {width}: {line:?}");
    }
    assert!(!text.contains('\u{1b}'), "a control character reached the terminal");
    text
}

#[test]
fn a_conforming_run() {
    insta::assert_snapshot!(shown(Run::conforming().inputs(), Some(&archetype()), 100));
}

#[test]
fn a_failing_run_with_blocked_rows() {
    insta::assert_snapshot!(shown(Run::failing().inputs(), Some(&archetype()), 100));
}

#[test]
fn a_failing_run_on_a_narrow_terminal_without_the_archetype() {
    insta::assert_snapshot!(shown(Run::failing().inputs(), None, 60));
}

#[test]
fn a_partial_run() {
    let inputs = Inputs { partial: true, ..Run::partial().inputs() };
    insta::assert_snapshot!(shown(inputs, Some(&archetype()), 100));
}

#[test]
fn an_interrupted_run() {
    let inputs = Inputs { interrupted: true, ..Run::interrupted().inputs() };
    insta::assert_snapshot!(shown(inputs, Some(&archetype()), 100));
}

#[test]
fn a_run_that_fails_as_expected() {
    let expected_failures = expecting(&[("C-0205", None)]);
    let inputs = Inputs { expected_failures, ..Run::failing_as_known().inputs() };
    insta::assert_snapshot!(shown(inputs, Some(&archetype()), 100));
}

#[test]
fn a_run_that_fails_otherwise_than_expected() {
    let entries = [("C-0205", None), ("B-0001", None), ("V-0225", None), ("B-0100", Some("DX-MON-099"))];
    let inputs = Inputs { expected_failures: expecting(&entries), ..Run::failing_as_known().inputs() };
    insta::assert_snapshot!(shown(inputs, Some(&archetype()), 100));
}

#[test]
fn a_failing_run_of_which_some_is_expected_on_a_narrow_terminal() {
    let expected_failures = expecting(&[("C-0205", None)]);
    let inputs = Inputs { expected_failures, interrupted: true, ..Run::failing().inputs() };
    insta::assert_snapshot!(shown(inputs, None, 60));
}

#[test]
fn a_run_with_own_scenarios() {
    insta::assert_snapshot!(shown(Run::with_own().inputs(), Some(&archetype()), 100));
}

#[test]
fn a_run_that_judged_nothing() {
    let mut inputs = Run::nothing_judged().inputs();
    inputs.station = Default::default();
    inputs.evidence.records = 4;
    insta::assert_snapshot!(shown(inputs, Some(&archetype()), 100));
}

#[test]
fn a_run_that_fails_throughout_stays_readable() {
    let text = shown(Run::failing_throughout().inputs(), None, 100);
    assert!(text.lines().count() < 400, "{} lines", text.lines().count());
    assert!(text.contains("180 more failures, in short"), "{text}");
}

#[test]
fn colours_add_nothing_but_colours() {
    let run = ResultFile::new(Run::failing().inputs());
    let view = View { width: 100, color: true, directory: None, archetype: None, frame: &|_| None };
    let colored = report(&run, &view);
    assert!(colored.contains("\u{1b}[1;31mfail\u{1b}[0m  C-0205"), "{colored}");
    let mut plain = colored;
    for code in ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[33m", "\u{1b}[1;31m", "\u{1b}[1;32m", "\u{1b}[0m"] {
        plain = plain.replace(code, "");
    }
    assert_eq!(plain, report(&run, &View { color: false, ..view }));
}
