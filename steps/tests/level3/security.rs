//! Security of the link, under each profile: with real TLS on a stream in memory.

use crate::harness::{Odd, Outcome, replays, run_odd, session};
use crate::trouble;
use judge::{Outcome as Judged, Verdict};
use ocpp::Version;
use serde_json::{Value, json};
use spec::{Archetype, Declaration};
use station::wire::{Between, Middle, Wire};
use std::time::Duration;
use trace::Body;

const NOTHING: Vec<String> = Vec::new();
const ALL: &str = "@req:B-0481 or @req:B-0482 or @req:B-0483 or @req:B-0484 or @req:B-0485 or @req:B-0486 or \
                   @req:B-0490 or @req:B-0491";

async fn judge(profile: u8, select: &str, change_password: bool) -> Outcome {
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let declaration = Declaration::complete(&archetype);
    let mut session = session(archetype, declaration, 3, "hook");
    session.options.select = Some(select.to_owned());
    session.options.change_password = change_password;
    let live = run_odd(session, Version::V201, Odd { profile, ..Odd::default() }).await;
    replays(&live).await;
    live
}

/// Verdicts on rows of ours that are not a pass: row and verdict.
fn others(outcome: &Outcome) -> Vec<(String, Verdict)> {
    let of_ours = outcome.run.verdicts.iter().filter(|v| {
        v.subject.scenario.as_deref().is_some_and(|s| s.starts_with("DX-SEC"))
            && !matches!(&v.outcome, Judged::NotExercised(why) if why.contains("--select"))
            && v.outcome.verdict() != Verdict::Pass
    });
    of_ours.map(|v| (v.subject.row.0.clone(), v.outcome.verdict())).collect()
}

#[tokio::test(start_paused = true)]
async fn starts_opened_housings_secrets_and_a_back_end_that_forgets() {
    assert_eq!(trouble("@req:B-0487 or @req:B-0488 or @req:B-0489 or @req:B-0490").await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn a_start_and_an_opened_housing_are_told_under_any_profile() {
    let outcome = judge(1, "@req:B-0487 or @req:B-0488 or @req:B-0489", false).await;
    assert_eq!(others(&outcome), []);
}

#[tokio::test(start_paused = true)]
async fn under_profile_1_passwords_are_judged() {
    let outcome = judge(1, ALL, true).await;
    let na = |row: &str| (row.to_owned(), Verdict::NotApplicable);
    assert_eq!(others(&outcome), [na("B-0484"), na("B-0491"), na("B-0491"), na("B-0485"), na("B-0486")]);
    assert_eq!(outcome.run.observations, NOTHING, "the password is put back");
}

#[tokio::test(start_paused = true)]
async fn under_profile_2_the_certificate_of_the_back_end_is_judged_too() {
    let outcome = judge(2, ALL, true).await;
    let na = |row: &str| (row.to_owned(), Verdict::NotApplicable);
    assert_eq!(others(&outcome), [na("B-0491"), na("B-0491"), na("B-0486")]);
}

#[tokio::test(start_paused = true)]
async fn under_profile_3_the_certificate_of_the_station_is_judged() {
    let outcome = judge(3, ALL, false).await;
    let na = |row: &str| (row.to_owned(), Verdict::NotApplicable);
    assert_eq!(others(&outcome), [na("B-0482"), na("B-0483"), na("B-0481")]);
}

#[tokio::test(start_paused = true)]
async fn without_leave_no_password_is_changed() {
    let outcome = judge(1, "@req:B-0483", false).await;
    assert_eq!(outcome.on("B-0483"), [Verdict::NotExercised]);
    let frames = outcome.records.iter().filter(|r| format!("{:?}", r.body).contains("BasicAuthPassword"));
    assert_eq!(frames.filter(|r| format!("{:?}", r.body).contains("SetVariables")).count(), 0);
}

/// After something else, so that nothing of the boot is still on its way.
const TURNED_AWAY: &str = "@req:B-0010 or @req:B-0490";
/// While it is turned away.
const MEANWHILE: Duration = Duration::from_secs(20);

/// How long a station is waited for in vain that was turned away and may boot when it is let in again.
async fn waited_for_a_boot(between: Option<Between>) -> Duration {
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let declaration = Declaration::complete(&archetype);
    let mut session = session(archetype, declaration, 3, "hook");
    session.options.select = Some(TURNED_AWAY.to_owned());
    let outcome = run_odd(session, Version::V201, Odd { between, ..Odd::default() }).await;
    replays(&outcome).await;
    assert_eq!(outcome.selected_trouble(), NOTHING);
    let waits = outcome.records.iter().filter_map(|r| match &r.body {
        Body::Deadline { what, ms, .. } if what.contains("to boot, if it does") => Some(*ms),
        _ => None,
    });
    Duration::from_millis(waits.sum())
}

/// Says something by itself a while after it was accepted, or as soon as it is connected again.
struct Talks(&'static str, Value);
impl Middle for Talks {
    fn accepted(&mut self, wire: &mut Wire) {
        wire.wake_in(MEANWHILE);
    }
    fn woken(&mut self, wire: &mut Wire) {
        wire.call(self.0, self.1.clone());
    }
}

#[tokio::test(start_paused = true)]
async fn a_station_that_says_nothing_is_given_the_time_to_boot_once() {
    assert_eq!(waited_for_a_boot(None).await, Duration::from_secs(4));
}

#[tokio::test(start_paused = true)]
async fn a_station_that_speaks_as_soon_as_it_is_back_does_not_boot_and_is_not_waited_for() {
    let talks = Between::new(Talks("Heartbeat", json!({})));
    assert_eq!(waited_for_a_boot(Some(talks)).await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_station_that_boots_as_soon_as_it_is_back_is_let_in_and_asked_nothing_before() {
    let station = json!({ "vendorName": "Diagmark", "model": "Reference" });
    let boots = json!({ "reason": "Watchdog", "chargingStation": station });
    assert_eq!(waited_for_a_boot(Some(Between::new(Talks("BootNotification", boots)))).await, Duration::ZERO);
}
