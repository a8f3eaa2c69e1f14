use super::samples::{failed, file, inputs, left_out, open, passed, warned};
use super::*;
use serde_json::Value;
use spec::model::Obligation::{Must, Should};

#[test]
fn the_summary_counts_every_verdict_once() {
    let verdicts = vec![passed(1), passed(2), failed(1), warned(1, Should), open(1, Must), left_out(1, Must)];
    let run = file(3, verdicts);
    assert_eq!(run.summary.pass, 2);
    let counted: usize = Verdict::ALL.into_iter().map(|v| run.summary.count(v)).sum();
    assert_eq!(counted, run.verdicts.len());
}

#[test]
fn a_run_conforms_when_the_requested_level_is_reached() {
    let verdicts = || vec![passed(1), passed(2), failed(3)];
    let (two, three) = (file(2, verdicts()), file(3, verdicts()));
    assert_eq!((two.level, two.conforming), (Some(Level(2)), true));
    assert_eq!((three.level, three.conforming), (Some(Level(2)), false));
}

#[test]
fn a_partial_or_interrupted_run_reaches_no_level_and_does_not_conform() {
    let partial = Inputs { partial: true, ..inputs(1, vec![passed(1)]) };
    let interrupted = Inputs { interrupted: true, ..inputs(1, vec![passed(1)]) };
    for run in [partial, interrupted].map(ResultFile::new) {
        assert_eq!((run.level, run.conforming), (None, false));
    }
}

#[test]
fn times_are_seconds_rounded_to_the_millisecond() {
    let of = Duration::from_nanos;
    let timing = Timing::new(of(83_214_499_999), of(1_500_000), of(80_000_499_999));
    assert_eq!(
        serde_json::to_value(timing).unwrap(),
        serde_json::json!({
            "wall": 83.214, "waitingForStation": 0.002, "mandated": 80.0, "wallPerMandated": 1.04
        })
    );
}

#[test]
fn what_was_written_reads_back() {
    let dir = tempfile::tempdir().unwrap();
    let run = file(2, vec![passed(1), failed(1), warned(1, Should), open(2, Must)]);
    let path = run.write(dir.path()).unwrap();
    assert_eq!(path, dir.path().join("result.json"));
    assert_eq!(ResultFile::read(&path).unwrap(), run);
}

#[test]
fn a_run_in_which_nothing_was_prescribed_has_no_ratio() {
    let timing = Timing::new(Duration::from_secs(3), Duration::ZERO, Duration::ZERO);
    assert_eq!(timing.wall_per_mandated, None);
}

#[test]
fn own_scenarios_stand_apart_and_count_for_nothing() {
    let own = VerdictLine { scenario: Some("LAB-ABC-001".into()), ..failed(1) };
    let run = file(1, vec![passed(1), own.clone()]);
    assert_eq!((run.verdicts.len(), &run.own), (1, &vec![own.clone()]));
    assert_eq!((run.summary.fail, run.conforming, run.exit_code()), (0, true, 0));
    assert_eq!(file(1, vec![own]).exit_code(), crate::exit::NOTHING_JUDGED);
}

fn read(text: &str) -> Result<ResultFile, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("result.json");
    std::fs::write(&path, text).unwrap();
    let message = |e: ResultError| e.to_string().replace(&path.display().to_string(), "result.json");
    ResultFile::read(&path).map_err(message)
}

#[test]
fn a_file_that_is_no_result_is_refused_with_its_place() {
    let refused = read("{\"schemaVersion\": 1,\n \"suite\": 7}").unwrap_err();
    assert!(refused.starts_with("result.json is not a result of diagmark: "), "{refused}");
    assert!(refused.contains("line 2"), "{refused}");
    assert!(read("certificate").is_err());
}

#[test]
fn a_later_format_is_named_before_anything_else_in_it_is_read() {
    let refused = read(r#"{"schemaVersion": 2, "verdicts": "elsewhere"}"#).unwrap_err();
    assert!(refused.starts_with("result.json has version 2 of the format"), "{refused}");
}

#[test]
fn a_missing_file_is_named() {
    let missing = ResultFile::read(Path::new("no/such/result.json")).unwrap_err();
    assert!(matches!(missing, ResultError::Read { .. }), "{missing}");
}

#[test]
fn a_field_added_later_does_not_make_a_result_unreadable() {
    let run = file(1, vec![passed(1)]);
    let mut value = serde_json::to_value(&run).unwrap();
    value["laboratory"] = Value::from("a field of a later version");
    assert_eq!(read(&value.to_string()).unwrap(), run);
}
