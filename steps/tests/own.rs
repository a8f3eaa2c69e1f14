//! A laboratory's own scenarios come after the suite's and take nothing from them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::bare_session;
use ocpp::Version;
use spec::Source;
use steps::{Plan, Suite};

/// A plan with an own scenario on a row.
fn plan(row: &str) -> Plan {
    let text = format!(
        "Feature: F\n  @id:LAB-INV-001 @req:{row} @level:1 @v:2.0.1 @stimulus:none @impact:read-only\n  \
         Scenario: S\n    When the full inventory is requested\n    Then the request is accepted\n"
    );
    let mut session = bare_session(3);
    let suite = Suite::embedded().unwrap().with_own(vec![Source::new("lab.feature", text)]).unwrap();
    session.suite = suite.into();
    session.plan(Version::V201).unwrap()
}

#[test]
fn own_scenarios_come_last() {
    let plan = plan("B-0010");
    let own: Vec<bool> = plan.items.iter().map(|i| i.subject.is_own()).collect();
    assert_eq!(own.iter().position(|own| *own), Some(own.len() - 1));
}

#[test]
fn the_plan_of_the_suite_is_the_same_with_and_without_own_scenarios() {
    let alone = bare_session(3).plan(Version::V201).unwrap();
    let with = plan("B-0010");
    let subjects = |p: &Plan| p.items.iter().map(|i| i.subject.clone()).collect::<Vec<_>>();
    let both = subjects(&with);
    assert_eq!(subjects(&alone), both[..both.len() - 1]);
}
