//! What is missing, what it waits for, and what keeps a level from being met.

use super::*;

#[test]
fn a_station_that_has_everything_lacks_nothing() {
    let (entries, monitors) = complete();
    let gap = gap(&declared("yes", "no"), &seen(&entries, &monitors));
    assert_eq!(lines(&gap), Vec::<String>::new());
    assert!(gap.is_closed());
    assert_eq!(gap.musts(), (10, 10));
    assert!(gap.open.is_empty());
}

#[test]
fn the_rows_in_a_missing_component_wait_for_it() {
    let (entries, monitors) = complete();
    let gap = gap(&declared("yes", "no"), &seen(&[entries[0].clone(), entries[2].clone()], &monitors[..1]));
    let expected = [
        "C-0002 report-component Must",
        "V-0002 report-variable Must behind C-0002",
        "V-0002 make-monitorable Must behind C-0002",
        "M-0003 ship-monitor Must behind C-0002",
        "M-0004 ship-monitor Must behind C-0002",
    ];
    assert_eq!(lines(&gap), expected);
    assert!(!gap.is_closed());
    let missing: Vec<usize> = gap.tallies.iter().map(|t| t.must.missing).collect();
    assert_eq!(missing, [2, 1, 2]);
}

#[test]
fn a_component_at_another_place_is_moved_with_its_variables() {
    let (entries, monitors) = complete();
    let mut elsewhere = entries[1].clone();
    elsewhere["component"]["evse"].as_object_mut().unwrap().remove("connectorId");
    let gap =
        gap(&declared("yes", "no"), &seen(&[entries[0].clone(), elsewhere, entries[2].clone()], &monitors));
    let level_1: Vec<String> = lines(&gap).into_iter().take(2).collect();
    assert_eq!(level_1, ["C-0002 move-component Must", "V-0002 move-component Must behind C-0002"]);
}

#[test]
fn what_sits_in_a_missing_should_is_no_must() {
    let (entries, monitors) = complete();
    let gap = gap(&declared("yes", "no"), &seen(&entries[..2], &monitors));
    let expected = ["C-0004 report-component Should", "V-0004 report-variable Should behind C-0004"];
    assert_eq!(lines(&gap), expected);
    assert!(gap.is_closed());
}

#[test]
fn an_optional_component_that_is_not_there_is_not_missing() {
    let (entries, monitors) = complete();
    assert_eq!(lines(&gap(&declared("yes", "yes"), &seen(&entries, &monitors))), Vec::<String>::new());
}

#[test]
fn what_was_declared_absent_is_not_missing() {
    let (entries, monitors) = complete();
    let seen = seen(&[entries[0].clone(), entries[2].clone()], &monitors[..1]);
    let gap = gap(&declared("no", "no"), &seen);
    assert_eq!(lines(&gap), Vec::<String>::new());
    assert_eq!(gap.faults[1].reach, Reach::NotApplicable("declared absent: contact".into()));
}

#[test]
fn a_wrong_unit_is_corrected_and_a_variable_that_cannot_be_monitored_is_a_matter_of_level_2() {
    let (mut entries, monitors) = complete();
    entries[0]["variableCharacteristics"] = json!({"dataType": "decimal", "unit": "kW"});
    let gap = gap(&declared("yes", "no"), &seen(&entries, &monitors));
    assert_eq!(lines(&gap), ["V-0001 correct-variable Must", "V-0001 make-monitorable Must"]);
    assert_eq!([gap.lacks[0].level.0, gap.lacks[1].level.0], [1, 2]);
    assert_eq!((gap.tallies[0].must.wrong, gap.tallies[1].must.wrong), (1, 1));
    // It has a monitor in the report, so its fault can be reported all the same.
    assert_eq!(gap.faults[0].reach, Reach::Reportable);
}

#[test]
fn an_open_condition_is_counted_apart_and_answered_from_the_inventory() {
    let (entries, monitors) = complete();
    let with = gap(&declared("unknown", "unknown"), &seen(&entries, &monitors));
    assert!(with.is_closed());
    assert_eq!(with.tallies[0].must.undeclared, 3, "two rows of contact, one of shock");
    let answers: Vec<(Answer, &str)> = with.open.iter().map(|a| (a.answer, a.because.as_str())).collect();
    assert_eq!(answers[0], (Answer::Yes, "TemperatureSensor[Contact] is reported"));
    assert_eq!(answers[1], (Answer::Unknown, "ShockSensor need not be reported, and is not"));
    let without = gap(&declared("unknown", "no"), &seen(&[power()], &[]));
    assert_eq!(without.open[0].answer, Answer::No);
    assert_eq!(without.open[0].because, "no TemperatureSensor[Contact] is reported");
    assert_eq!(without.faults[1].reach, Reach::Undeclared("contact".into()));
}

#[test]
fn a_component_at_another_place_leaves_its_condition_open() {
    let station = on_station(named(at("TemperatureSensor", "Temperature", 1, 1), "Contact"));
    let gap = gap(&declared("unknown", "no"), &seen(&[station], &[]));
    assert_eq!(gap.open[0].answer, Answer::Unknown);
    assert!(gap.open[0].because.contains("only TemperatureSensor[Contact]"), "{}", gap.open[0].because);
}

#[test]
fn a_fault_is_reportable_through_a_variable_that_is_there_and_can_be_watched() {
    let (entries, _) = complete();
    let reach = |gap: &Gap| gap.faults.iter().map(|f| f.reach.clone()).collect::<Vec<_>>();
    let watchable = gap(&declared("yes", "no"), &seen(&entries, &[]));
    assert_eq!(reach(&watchable), [Reach::Reportable, Reach::Reportable]);
    assert_eq!(watchable.faults[1].ways.len(), 1, "two monitors on one variable are one way");
    let mut deaf = entries[0].clone();
    deaf["variableCharacteristics"]["supportsMonitoring"] = json!(false);
    let neither = gap(&declared("yes", "no"), &seen(&[deaf], &[]));
    assert_eq!(reach(&neither), [Reach::NotReportable, Reach::NotReportable]);
    let why: Vec<Option<&str>> = neither.faults.iter().map(|f| f.ways[0].closed.as_deref()).collect();
    assert_eq!(why, [Some("cannot be monitored, and has no monitor of its own"), Some("not reported")]);
}

#[test]
fn without_a_monitoring_report_its_rows_are_untold_and_not_missing() {
    let (entries, _) = complete();
    let mut seen = seen(&entries, &[]);
    seen.monitors = Err("no answer".into());
    let gap = gap(&declared("yes", "no"), &seen);
    assert_eq!(lines(&gap), Vec::<String>::new());
    assert_eq!(gap.tallies[2].must, Standing { untold: 3, ..Standing::default() });
}
