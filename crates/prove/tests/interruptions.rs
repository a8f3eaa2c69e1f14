//! Stations that fall silent, die, or cut their connection in the middle of a whole run: what they were asked then cannot
//! be told, and nothing else is said against them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use judge::{Code, Verdict, VerdictLine};
use ocpp::Version;
use prove::judgement::differences;
use prove::stand::{Ran, Setting, replay, run};
use prove::{Deviation, Kind, Seam};
use serde_json::json;
use station::wire::{Between, Middle, Passing, Wire};
use std::sync::LazyLock;
use std::time::Duration;

static PLAIN: LazyLock<Ran> = LazyLock::new(|| run(setting(&[])).unwrap());

fn setting(deviations: &[Deviation]) -> Setting<'_> {
    Setting { archetype: "ac-wallbox", version: Version::V201, profile: 0, seed: 1, deviations }
}

/// The whole suite against a station with someone on its wire, and what that changed.
fn judged(who: fn(u64) -> Between) -> Vec<VerdictLine> {
    let deviation = Deviation {
        name: "interrupted",
        topic: "",
        what: "something breaks off",
        kind: Kind::Variant { allowed_by: "it may happen to anyone", unjudged: &[] },
        versions: &[Version::V201],
        archetype: "ac-wallbox",
        profile: 0,
        seam: Seam::Wire(who),
    };
    let ran = run(setting(&[deviation])).unwrap();
    assert!(!ran.interrupted);
    assert!(ran.verdicts.iter().all(|v| v.verdict != Verdict::Error), "the suite itself does not fail");
    let changed: Vec<VerdictLine> = differences(&PLAIN, &ran).into_iter().map(|d| d.now).collect();
    assert!(!changed.is_empty());
    assert_eq!(replay(ran.records).unwrap(), ran.verdicts, "a replay comes to other verdicts");
    changed
}

fn why(v: &VerdictLine) -> &str {
    v.reason.as_deref().unwrap_or_default()
}

/// Rows that are said to be violated.
fn violated(changed: &[VerdictLine]) -> Vec<(&str, Option<Code>)> {
    let wrong = |v: &&VerdictLine| matches!(v.verdict, Verdict::Fail | Verdict::Warn);
    changed.iter().filter(wrong).map(|v| (v.row.0.as_str(), v.code)).collect()
}

/// Acts on what the station hears.
struct Hears<F>(F);
impl<F: FnMut(Passing, &mut Wire) + Send> Middle for Hears<F> {
    fn heard(&mut self, passing: Passing, wire: &mut Wire) {
        (self.0)(passing, wire);
    }
}

fn hears(act: impl FnMut(Passing, &mut Wire) + Send + 'static) -> Between {
    Between::new(Hears(act))
}

#[test]
fn a_station_that_goes_deaf_fails_once_and_leaves_the_rest_open() {
    let changed = judged(|_| {
        let mut deaf = false;
        hears(move |p, wire| {
            deaf |= p.action == "SetVariableMonitoring";
            if !deaf {
                wire.deliver(p.frame);
            }
        })
    });
    assert_eq!(violated(&changed), [("B-0110", Some(Code::NoAnswer))]);
    assert!(changed.iter().filter(|v| why(v).contains("has not answered any more")).count() > 20);
    let before = |v: &&VerdictLine| v.scenario.as_deref().is_some_and(|s| s.starts_with("DX-INV"));
    assert_eq!(changed.iter().find(before), None, "what was judged before stays as it was");
}

/// Dies of a request the first times it comes, and is back after this time, or never.
fn dies(back_in: Option<Duration>) -> Between {
    let mut left = 3;
    hears(move |p, wire| {
        if p.is_call() && p.action == "GetMonitoringReport" && left > 0 {
            left -= 1;
            wire.cut(back_in);
        } else {
            wire.deliver(p.frame);
        }
    })
}

#[test]
fn a_station_that_dies_of_a_request_and_comes_back_is_judged_further() {
    for who in [|_| dies(Some(Duration::from_millis(500))), |_| dies(Some(Duration::from_secs(40)))] {
        let changed = judged(who);
        assert_eq!(violated(&changed), []);
        assert!(changed.len() < PLAIN.verdicts.len() / 2, "{} verdicts are open", changed.len());
    }
}

#[test]
fn a_station_that_dies_of_a_request_and_stays_away_leaves_everything_open() {
    let changed = judged(|_| dies(None));
    assert_eq!(violated(&changed), []);
    assert!(changed.iter().any(|v| why(v).contains("did not come back")));
}

#[test]
fn a_connection_that_breaks_now_and_then_costs_only_what_was_going_on() {
    struct Breaks(usize);
    impl Middle for Breaks {
        fn said(&mut self, passing: Passing, wire: &mut Wire) {
            let report = passing.is_call() && passing.action == "NotifyMonitoringReport";
            self.0 += usize::from(report);
            if report && self.0.is_multiple_of(40) {
                return wire.cut(Some(Duration::from_secs(3)));
            }
            wire.send(passing.frame);
        }
    }
    let changed = judged(|_| Between::new(Breaks(0)));
    assert_eq!(violated(&changed), []);
    for v in &changed {
        // Lost with the connection: what was asked, or each number that was tried.
        let lost = why(v).contains("connection") || why(v).contains("no number takes");
        assert!(lost || v.blocked_by.is_some() || v.verdict == Verdict::NotApplicable, "{v:#?}");
    }
}

#[test]
fn a_part_too_large_to_be_read_ends_the_connection_and_is_no_violation() {
    struct Huge;
    impl Middle for Huge {
        fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
            for entry in passing.each_of_call("NotifyReport", "reportData").take(1) {
                entry["customData"] = json!({ "vendorId": "x".repeat(2 << 20) });
            }
            wire.send(passing.frame);
        }
    }
    let changed = judged(|_| Between::new(Huge));
    assert!(changed.iter().any(|v| v.row.0 == "B-0010" && v.verdict == Verdict::Inconclusive));
    assert_eq!(violated(&changed), []);
}
