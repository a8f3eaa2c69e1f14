use super::*;
use crate::Part;
use crate::testing::{all_hold, codes};
use serde_json::{Value, json};

/// A monitor: id, severity, class.
type Told = (i64, i64, &'static str);

const BUILT_IN: Told = (1, 3, "HardWiredMonitor");
const SHIPPED: Told = (2, 6, "PreconfiguredMonitor");

fn stage(base: &'static str, at: u64, monitors: &[Told]) -> Stage {
    let entry = |(id, severity, class): &Told| -> Value {
        json!({"component": {"name": "Sensor"}, "variable": {"name": "Temperature"},
               "variableMonitoring": [{"id": id, "transaction": false, "value": 80, "type": "UpperThreshold",
                                       "severity": severity, "eventNotificationType": class}]})
    };
    let entries: Vec<Value> = monitors.iter().map(entry).collect();
    let payload = json!({ "monitor": entries });
    let report = MonitoringReport::from_parts(&[Part { at: Seq(at), seq_no: Some(0), tbc: false, payload }]);
    Stage { base, accepted: Seq(at - 1), stated: Some((base.to_owned(), Seq(at + 1))), report }
}

fn good() -> Walk {
    Walk {
        factory: stage("FactoryDefault", 10, &[BUILT_IN, SHIPPED]),
        built_in: stage("HardWiredOnly", 20, &[BUILT_IN]),
        removals: vec![Removal { id: 1, status: "Rejected".into(), at: Seq(25) }],
        all: stage("All", 30, &[BUILT_IN, SHIPPED]),
        again: stage("FactoryDefault", 40, &[BUILT_IN, SHIPPED]),
    }
}

/// Judges the same walk in both versions; they must agree.
fn in_both(walk: &Walk, check: fn(&Walk, Version) -> Vec<Check>) -> Vec<Code> {
    let found = Version::ALL.map(|version| codes(&check(walk, version)));
    assert_eq!(found[0], found[1]);
    found[0].clone()
}

#[test]
fn a_walk_without_surprises_holds() {
    let walk = good();
    assert!(all_hold(&walk.states_the_base()));
    for check in [Walk::brings_preconfigured_back, Walk::keeps_built_in, Walk::lists_only_built_in] {
        for version in Version::ALL {
            assert!(all_hold(&check(&walk, version)), "{version}");
        }
    }
}

#[test]
fn another_base_than_the_one_accepted_is_found() {
    let mut walk = good();
    walk.built_in.stated = Some(("All".into(), Seq(21)));
    walk.all.stated = None;
    assert_eq!(codes(&walk.states_the_base()), [Code::Disagreement, Code::Disagreement]);
}

#[test]
fn a_preconfigured_monitor_that_does_not_come_back_is_found() {
    let mut walk = good();
    walk.all = stage("All", 30, &[BUILT_IN]);
    walk.again = stage("FactoryDefault", 40, &[BUILT_IN, (2, 7, "PreconfiguredMonitor")]);
    let found = in_both(&walk, Walk::brings_preconfigured_back);
    assert_eq!(
        found,
        [Code::MonitorDiffers, Code::MonitorDiffers],
        "the built-in one watches the same variable"
    );
    walk.again = stage("FactoryDefault", 40, &[]);
    let found = in_both(&walk, Walk::brings_preconfigured_back);
    assert_eq!(found, [Code::MonitorDiffers, Code::MonitorNotProvided]);
}

#[test]
fn a_preconfigured_monitor_may_come_back_under_another_id() {
    let mut walk = good();
    walk.all = stage("All", 30, &[BUILT_IN, (9, 6, "PreconfiguredMonitor")]);
    assert_eq!(in_both(&walk, Walk::brings_preconfigured_back), []);
}

#[test]
fn a_built_in_monitor_that_another_base_changes_or_hides_is_found() {
    let mut walk = good();
    walk.all = stage("All", 30, &[(1, 5, "HardWiredMonitor"), SHIPPED]);
    assert_eq!(in_both(&walk, Walk::keeps_built_in), [Code::MonitorDiffers]);
    let mut walk = good();
    walk.again = stage("FactoryDefault", 40, &[]);
    assert_eq!(in_both(&walk, Walk::keeps_built_in), [Code::MonitorNotProvided]);
    let mut walk = good();
    walk.built_in = stage("HardWiredOnly", 20, &[]);
    assert_eq!(codes(&walk.keeps_built_in(Version::V21)), [Code::MonitorNotProvided]);
}

#[test]
fn what_is_not_built_in_is_not_listed_as_such() {
    let mut walk = good();
    walk.built_in = stage("HardWiredOnly", 20, &[BUILT_IN, SHIPPED]);
    assert_eq!(codes(&walk.lists_only_built_in(Version::V21)), [Code::NotHardWired]);
    assert!(all_hold(&walk.lists_only_built_in(Version::V201)), "nobody could remove it");
    walk.removals.push(Removal { id: 2, status: "Accepted".into(), at: Seq(26) });
    assert_eq!(codes(&walk.lists_only_built_in(Version::V201)), [Code::NotHardWired]);
}

#[test]
fn without_such_monitors_there_is_nothing_to_judge() {
    let mut walk = good();
    for stage in [&mut walk.factory, &mut walk.built_in, &mut walk.all, &mut walk.again] {
        stage.report.monitors.clear();
    }
    for version in Version::ALL {
        assert!(matches!(walk.brings_preconfigured_back(version)[..], [Check::Void(_)]));
        assert!(matches!(walk.keeps_built_in(version)[..], [Check::Void(_)]));
    }
}
