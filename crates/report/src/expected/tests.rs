use super::*;
use crate::exit;
use crate::result::ResultFile;
use crate::result::samples::{failed, file_with, left_out, line, open, passed, warned};
use judge::{Code, Outcome};
use spec::Source;
use spec::model::Obligation::{Must, Should};

fn entry(row: &str) -> ExpectedFailure {
    let (reason, link) = ("Known.".to_owned(), "FW-1".to_owned());
    ExpectedFailure { row: RowId(row.into()), evse: None, connector: None, scenario: None, reason, link }
}

fn list(entries: Vec<ExpectedFailure>) -> ExpectedFailures {
    ExpectedFailures { source: Source::new("expected.yaml", ""), hash: "5f".repeat(32), entries }
}

fn on(row: &str, connector: u32, v: VerdictLine) -> VerdictLine {
    VerdictLine { row: RowId(row.into()), evse: Some(1), connector: Some(connector), ..v }
}

/// A must whose component is not there, so that nothing on it can be judged.
fn absent(row: &str) -> VerdictLine {
    VerdictLine { code: Some(Code::ComponentMissing), ..on(row, 1, failed(1)) }
}

fn blocked(row: &str, by: &str) -> VerdictLine {
    on(row, 1, line(1, Must, Outcome::blocked(RowId(by.into()))))
}

/// A run of level 1 with a list.
fn run(entries: Vec<ExpectedFailure>, verdicts: Vec<VerdictLine>) -> ResultFile {
    file_with(1, verdicts, Some(list(entries)))
}

fn verdicts(matched: &[Matched]) -> Vec<usize> {
    matched.iter().map(|m| m.verdict).collect()
}

/// Expected failures, unexpected passes, entries that match nothing, exit code.
fn came_to(run: &ResultFile) -> (Vec<usize>, Vec<usize>, usize, u8) {
    let e = run.expected_failures.as_ref().unwrap();
    (verdicts(&e.failures), verdicts(&e.unexpected_passes), e.unmatched.len(), run.exit_code())
}

#[test]
fn a_run_that_fails_only_as_expected_succeeds_and_certifies_nothing() {
    let run = run(vec![entry("C-0205")], vec![on("C-0101", 1, passed(1)), on("C-0205", 1, failed(1))]);
    assert_eq!(came_to(&run), (vec![1], vec![], 0, exit::CONFORMING));
    assert_eq!((run.conforming, run.level), (false, None));
    assert_eq!(run.verdicts[1].verdict, Verdict::Fail);
}

#[test]
fn a_failure_that_is_not_listed_stays_a_failure() {
    let all = vec![passed(1), on("C-0205", 1, failed(1)), on("C-0206", 1, failed(1))];
    assert_eq!(came_to(&run(vec![entry("C-0205")], all)), (vec![1], vec![], 0, exit::NOT_CONFORMING));
}

#[test]
fn an_entry_for_what_passes_fails_the_run() {
    let run = run(vec![entry("C-0205")], vec![on("C-0205", 1, passed(1))]);
    assert_eq!(came_to(&run), (vec![], vec![0], 0, exit::NOT_CONFORMING));
    assert_eq!((run.conforming, run.level), (false, None), "what was listed as failing is not certified");
}

#[test]
fn a_must_with_a_blemish_is_met_and_needs_no_entry() {
    let run = run(vec![entry("C-0205")], vec![passed(1), on("C-0205", 1, warned(1, Must))]);
    assert_eq!(came_to(&run), (vec![], vec![1], 0, exit::NOT_CONFORMING));
}

#[test]
fn an_entry_that_matches_nothing_fails_the_run() {
    let away = on("C-0301", 1, line(1, Must, Outcome::NotApplicable("declared without meter".into())));
    let should = on("C-0302", 1, warned(1, Should));
    let elsewhere = ExpectedFailure { evse: Some(2), ..entry("C-0101") };
    let entries = vec![entry("C-0205"), entry("C-0301"), entry("C-0302"), elsewhere];
    let run = run(entries, vec![on("C-0101", 1, passed(1)), away, should]);
    assert_eq!(came_to(&run), (vec![], vec![], 4, exit::NOT_CONFORMING));
    let why: Vec<&str> =
        run.expected_failures.iter().flat_map(|e| &e.unmatched).map(|u| u.why.as_str()).collect();
    assert!(why[0].starts_with("the run has no verdict on this row"), "{}", why[0]);
    assert_eq!(why[1], "the row is not applicable: declared without meter");
    assert!(why[2].contains("no must"), "{}", why[2]);
    assert!(why[3].contains("none there"), "{}", why[3]);
}

#[test]
fn an_entry_is_for_the_place_and_scenario_it_names() {
    let here = ExpectedFailure { connector: Some(1), ..entry("C-0205") };
    let both = vec![on("C-0205", 1, failed(1)), on("C-0205", 2, passed(1))];
    assert_eq!(came_to(&run(vec![here], both.clone())), (vec![0], vec![], 0, exit::CONFORMING));
    assert_eq!(came_to(&run(vec![entry("C-0205")], both)), (vec![0], vec![1], 0, exit::NOT_CONFORMING));
    let of = |scenario: &str, v| VerdictLine { scenario: Some(scenario.into()), ..on("B-0110", 1, v) };
    let named = ExpectedFailure { scenario: Some("DX-MON-002".into()), ..entry("B-0110") };
    let all = vec![of("DX-MON-001", passed(1)), of("DX-MON-002", failed(1))];
    assert_eq!(came_to(&run(vec![named], all)), (vec![1], vec![], 0, exit::CONFORMING));
}

#[test]
fn the_entry_that_says_most_gives_the_reason() {
    let exact = ExpectedFailure { connector: Some(1), reason: "The board.".into(), ..entry("C-0205") };
    let run = run(vec![entry("C-0205"), exact], vec![on("C-0205", 1, failed(1)), on("C-0205", 2, failed(1))]);
    let reasons: Vec<String> =
        run.expected_failures.iter().flat_map(|e| &e.failures).map(|f| f.reason.clone()).collect();
    assert_eq!(reasons, ["The board.", "Known."]);
}

#[test]
fn what_an_expected_failure_blocks_is_no_surprise() {
    let all = vec![passed(1), absent("C-0205"), blocked("V-0221", "C-0205"), blocked("M-0030", "V-0221")];
    assert_eq!(came_to(&run(vec![entry("C-0205")], all)), (vec![1], vec![], 0, exit::CONFORMING));
}

#[test]
fn what_could_not_be_told_for_another_reason_keeps_the_run_from_succeeding() {
    for other in [open(1, Must), left_out(1, Must), blocked("V-0300", "C-0300")] {
        let all = vec![passed(1), on("C-0205", 1, failed(1)), other];
        assert_eq!(came_to(&run(vec![entry("C-0205")], all)).3, exit::NOT_CONFORMING);
    }
}

#[test]
fn a_partial_run_looks_only_at_what_it_judged() {
    let partial = |verdicts| {
        let mut run = run(vec![entry("C-0205")], verdicts);
        run.partial = true;
        run.exit_code()
    };
    let known = || on("C-0205", 1, failed(1));
    assert_eq!(partial(vec![passed(1), known(), left_out(1, Must)]), exit::CONFORMING);
    assert_eq!(partial(vec![passed(1), known(), on("C-0206", 1, failed(1))]), exit::NOT_CONFORMING);
    let unjudged = on("C-0205", 1, left_out(1, Must));
    assert_eq!(partial(vec![passed(1), unjudged]), exit::CONFORMING, "left out is no surprise");
}

#[test]
fn an_interrupted_run_never_succeeds() {
    let mut run = run(vec![entry("C-0205")], vec![passed(1), on("C-0205", 1, failed(1))]);
    run.interrupted = true;
    assert_eq!(run.exit_code(), exit::NOT_CONFORMING);
}

#[test]
fn an_empty_list_changes_nothing() {
    let run = run(vec![], vec![passed(1)]);
    assert_eq!((run.conforming, run.exit_code()), (true, exit::CONFORMING));
}
