//! Stations that keep back what endangers them or show what they must not, and how long one is waited for that was
//! turned away.

use crate::harness::Outcome;
use crate::middle::{Instead, Middle, Nobody, Passing, Says, Wire};
use crate::trial::{replays, rows, trial};
use judge::{Code, Verdict};
use ocpp::Version;
use serde_json::json;
use std::time::Duration;
use trace::Body;

/// After something else, so that nothing of the boot is still on its way.
const TURNED_AWAY: &str = "@req:B-0010 or @req:B-0490";

fn judged(select: &'static str, middle: impl Middle) -> Outcome {
    trial(Version::V201).level(3).select(select).run(middle)
}

/// Exactly these rows do not pass, with this verdict and code, and the run replays.
fn does_not_pass(outcome: &Outcome, expected: &[(&str, Verdict, Option<Code>)]) {
    let strange = |v: Verdict| !matches!(v, Verdict::Pass | Verdict::NotApplicable);
    let found: Vec<(String, Verdict, Option<Code>)> = rows(outcome)
        .into_iter()
        .filter(|r| strange(r.verdict) && !r.why.contains("left out by --select") && r.why != "no scenario")
        .map(|r| (r.row, r.verdict, r.code))
        .collect();
    let expected: Vec<_> = expected.iter().map(|(row, v, c)| ((*row).to_owned(), *v, *c)).collect();
    assert_eq!(found, expected, "{:#?}", outcome.selected_trouble());
    replays(outcome);
}

/// How long the suite has waited in vain for a boot that may follow a connection.
fn waited_for_a_boot(outcome: &Outcome) -> Duration {
    let waits = outcome.records.iter().filter_map(|r| match &r.body {
        Body::Deadline { what, ms, .. } if what.contains("to boot, if it does") => Some(*ms),
        _ => None,
    });
    Duration::from_millis(waits.sum())
}

#[test]
fn what_endangers_a_station_and_is_not_told_is_missed() {
    let silent =
        Instead(|mut passing: Passing, wire: &mut Wire| match passing.call("SecurityEventNotification") {
            Some(_) => wire.settle(&passing),
            None => wire.send(passing.frame),
        });
    let outcome = judged("@req:B-0487 or @req:B-0488 or @req:B-0490", silent);
    let missing = |row| (row, Verdict::Warn, Some(Code::SecurityEventMissing));
    does_not_pass(&outcome, &[missing("B-0487"), missing("B-0488")]);
}

#[test]
fn a_secret_that_is_sent_is_found() {
    let open = Says(|passing: &mut Passing| {
        let reported = passing.call("NotifyReport").and_then(|p| p["reportData"].as_array_mut());
        for entry in reported.into_iter().flatten() {
            let attribute = &mut entry["variableAttribute"][0];
            if attribute["mutability"] == "WriteOnly" {
                attribute["value"] = json!("open-sesame-open-sesame");
            }
        }
    });
    does_not_pass(&judged("@req:B-0489", open), &[("B-0489", Verdict::Fail, Some(Code::SecretShown))]);
}

/// Says something by itself that long after it was accepted, or as soon as it is connected again.
struct Talks(Duration, &'static str, serde_json::Value);
impl Middle for Talks {
    fn accepted(&mut self, wire: &mut Wire) {
        wire.wake_in(self.0);
    }
    fn woken(&mut self, wire: &mut Wire) {
        wire.call(self.1, self.2.clone());
    }
}

/// While it is turned away.
const MEANWHILE: Duration = Duration::from_secs(20);

#[test]
fn a_station_that_says_nothing_is_given_the_time_to_boot_once() {
    let outcome = judged(TURNED_AWAY, Nobody);
    does_not_pass(&outcome, &[]);
    assert_eq!(waited_for_a_boot(&outcome), Duration::from_secs(4));
}

#[test]
fn a_station_that_speaks_as_soon_as_it_is_back_does_not_boot_and_is_not_waited_for() {
    let outcome = judged(TURNED_AWAY, Talks(MEANWHILE, "Heartbeat", json!({})));
    does_not_pass(&outcome, &[]);
    assert_eq!(waited_for_a_boot(&outcome), Duration::ZERO);
}

#[test]
fn a_station_that_boots_as_soon_as_it_is_back_is_let_in_and_asked_nothing_before() {
    let boot = json!({
        "reason": "Watchdog",
        "chargingStation": { "vendorName": "Diagmark", "model": "Reference" },
    });
    let outcome = judged(TURNED_AWAY, Talks(MEANWHILE, "BootNotification", boot));
    does_not_pass(&outcome, &[]);
    assert_eq!(waited_for_a_boot(&outcome), Duration::ZERO);
}
