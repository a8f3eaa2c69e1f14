//! Monitors that a station brings along.

use super::*;
use crate::Code;

/// The rows that are not as they must be, with the codes and whether they block.
fn trouble(contact_monitors: Value, version: Version) -> Vec<String> {
    let (entries, monitors) = complete();
    let seen = seen(&entries, &[monitors[0].clone(), watched(&entries[1], contact_monitors)]);
    let gap = Gap::of(&archetype(), &declared("yes", "no"), version, &seen);
    let line = |l: &Lack| {
        let codes: Vec<&str> = l.findings.iter().map(|f| f.code.as_str()).collect();
        let blocking = if l.blocking { "!" } else { "" };
        format!("{} {}{blocking}", l.row, codes.join("+"))
    };
    gap.lacks.iter().map(line).collect()
}

fn in_201(monitors: Value) -> Vec<String> {
    trouble(monitors, Version::V201)
}

#[test]
fn each_row_gets_a_monitor_of_its_own() {
    assert_eq!(in_201(json!([upper(3, 78.0, 6)])), ["M-0004 monitor-not-provided!"]);
    assert_eq!(in_201(json!([upper(3, 90.0, 2)])), ["M-0003 monitor-not-provided!"]);
    assert_eq!(in_201(json!([])), ["M-0003 monitor-not-provided!", "M-0004 monitor-not-provided!"]);
    let operators = json!([upper(9, 80.0, 9), upper(2, 90.0, 2), upper(3, 78.0, 6)]);
    assert_eq!(in_201(operators), Vec::<String>::new());
}

#[test]
fn a_severity_one_step_off_is_a_blemish_unless_a_norm_says_so() {
    assert_eq!(in_201(json!([upper(2, 90.0, 2), upper(3, 78.0, 5)])), ["M-0003 wrong-severity"]);
    assert_eq!(in_201(json!([upper(2, 90.0, 3), upper(3, 78.0, 6)])), ["M-0004 wrong-severity!"]);
    assert_eq!(in_201(json!([upper(2, 90.0, 2), upper(3, 78.0, 8)])), ["M-0003 wrong-severity!"]);
}

#[test]
fn a_value_outside_the_range_is_wrong_and_a_stricter_one_is_not() {
    assert_eq!(in_201(json!([upper(2, 90.0, 2), upper(3, 86.0, 6)])), ["M-0003 wrong-monitor-value"]);
    assert_eq!(in_201(json!([upper(2, 101.0, 2), upper(3, 78.0, 6)])), ["M-0004 wrong-monitor-value!"]);
    assert_eq!(in_201(json!([upper(2, 60.0, 2), upper(3, 30.0, 6)])), Vec::<String>::new());
    assert_eq!(in_201(json!([upper(2, 100.000_02, 2), upper(3, 85.0, 6)])), Vec::<String>::new());
}

#[test]
fn a_blemish_keeps_no_level_from_being_met() {
    let (entries, monitors) = complete();
    let mild = watched(&entries[1], json!([upper(2, 90.0, 2), upper(3, 86.0, 5)]));
    let gap = gap(&declared("yes", "no"), &seen(&entries, &[monitors[0].clone(), mild]));
    assert_eq!(lines(&gap), ["M-0003 correct-monitor Must"]);
    assert_eq!(
        gap.lacks[0].findings.iter().map(|f| f.code).collect::<Vec<_>>(),
        [Code::WrongSeverity, Code::WrongMonitorValue]
    );
    assert!(gap.is_closed());
    assert_eq!(gap.tallies[2].must, Standing { met: 3, ..Standing::default() });
}

#[test]
fn in_2_1_the_report_says_who_provides_a_monitor() {
    let of = |class: &str, mut monitor: Value| {
        monitor["eventNotificationType"] = json!(class);
        monitor
    };
    let both = |alarm: &str, warning: &str| {
        trouble(json!([of(alarm, upper(2, 90.0, 2)), of(warning, upper(3, 78.0, 6))]), Version::V21)
    };
    assert_eq!(both("HardWiredMonitor", "HardWiredMonitor"), Vec::<String>::new());
    assert_eq!(both("HardWiredMonitor", "PreconfiguredMonitor"), ["M-0003 wrong-provision!"]);
    assert_eq!(both("CustomMonitor", "HardWiredMonitor"), ["M-0004 monitor-not-provided!"]);
}

#[test]
fn a_preconfigured_monitor_that_the_operator_tuned_is_still_there() {
    let (entries, monitors) = complete();
    let judged = |class: &str| {
        let mut tuned = upper(1, 120.0, 5);
        tuned["eventNotificationType"] = json!(class);
        let seen = seen(&entries, &[watched(&entries[0], json!([tuned])), monitors[1].clone()]);
        lines(&Gap::of(&archetype(), &declared("yes", "no"), Version::V21, &seen))
    };
    assert_eq!(judged("CustomMonitor"), Vec::<String>::new());
    assert_eq!(judged("HardWiredMonitor"), ["M-0001 correct-monitor Must"]);
}

#[test]
fn a_range_in_percent_is_counted_from_the_limit_the_station_states() {
    let text = ARCHETYPE.replace("range: [50, 200]", "percentOfMaxLimit: true, range: [50, 90]");
    let archetype = Archetype::from_sources(vec![Source::new("small.yaml", text)]).unwrap();
    let (mut entries, monitors) = complete();
    let judged = |entries: &[Value], value: f64| {
        let monitors = [watched(&entries[0], json!([upper(1, value, 5)])), monitors[1].clone()];
        lines(&Gap::of(&archetype, &declared("yes", "no"), Version::V201, &seen(entries, &monitors)))
    };
    assert_eq!(judged(&entries, 9500.0), Vec::<String>::new(), "without a limit nothing can be said");
    entries[0]["variableCharacteristics"]["maxLimit"] = json!(10_000);
    assert_eq!(judged(&entries, 9000.0), Vec::<String>::new());
    assert_eq!(judged(&entries, 9500.0), ["M-0001 correct-monitor Must"]);
}
