use super::*;
use crate::testing::{Story, boot, codes, evidence, observed};
use serde_json::json;

const GRACE: Duration = Duration::from_secs(10);

fn told(status: &str, interval: i64) -> Value {
    json!({"status": status, "interval": interval, "currentTime": crate::testing::START})
}

/// A station that was asked to restart and is back.
fn back() -> Story {
    Story::begins()
        .receives("Reset", json!({"type": "OnIdle"}))
        .answers(json!({"status": "Accepted"}))
        .reconnects()
}

/// From the request to restart on: without the connection it came on.
fn restart(story: &Story) -> Window<'_> {
    Window::new(&story.records[1..], ocpp::Version::V201)
}

fn state() -> Value {
    json!({"timestamp": crate::testing::START, "connectorStatus": "Available", "evseId": 1, "connectorId": 1})
}

fn pending_twice(first: f64, second: f64) -> Story {
    back()
        .announces_itself("RemoteReset")
        .and_is_told(told("Pending", 10))
        .later(first)
        .announces_itself("RemoteReset")
        .and_is_told(told("Pending", 10))
        .later(second)
        .announces_itself("RemoteReset")
        .and_is_told(told("Accepted", 300))
}

#[test]
fn boots_are_read_with_their_answers() {
    let story = pending_twice(10.0, 10.0);
    let all = boots(story.window());
    let statuses: Vec<&str> = all.iter().filter_map(|b| Some(b.answer.as_ref()?.status.as_str())).collect();
    assert_eq!(statuses, ["Pending", "Pending", "Accepted"]);
    assert_eq!((all[0].reason.as_str(), all[0].at), ("RemoteReset", Seq(5)));
}

#[test]
fn a_station_that_only_boots_until_it_is_accepted_holds() {
    let story = pending_twice(10.0, 10.0).says("StatusNotification", state());
    assert!(matches!(only_boots(restart(&story)), Check::Held(_)));
}

#[test]
fn what_a_station_says_before_it_leaves_is_not_judged() {
    let leaving = Story::begins().receives("Reset", json!({"type": "OnIdle"}));
    let story = leaving.says("StatusNotification", state()).reconnects().boots();
    assert!(matches!(only_boots(restart(&story)), Check::Held(_)));
}

#[test]
fn a_state_before_acceptance_is_found_and_one_that_was_asked_for_is_not() {
    let pending = || back().announces_itself("RemoteReset").and_is_told(told("Pending", 10));
    let early = pending().says("StatusNotification", state()).boots();
    assert_eq!(codes([&only_boots(restart(&early))]), [Code::BootNotFirst]);
    let asked = pending().receives("TriggerMessage", json!({"requestedMessage": "StatusNotification"}));
    assert!(matches!(
        only_boots(restart(&asked.says("StatusNotification", state()).boots())),
        Check::Held(_)
    ));
}

#[test]
fn a_station_that_is_not_back_or_never_accepted_is_open() {
    assert!(matches!(only_boots(restart(&Story::begins().breaks_off())), Check::Open { .. }));
    let pending = back().announces_itself("RemoteReset").and_is_told(told("Pending", 10));
    assert!(matches!(only_boots(restart(&pending)), Check::Open { .. }));
}

#[test]
fn a_boot_repeated_after_the_interval_holds() {
    for (first, second) in [(10.0, 10.0), (6.5, 19.0)] {
        let checks = repeats(pending_twice(first, second).window(), "Pending", GRACE);
        assert!(crate::testing::all_hold(&checks), "{checks:?}");
    }
}

#[test]
fn a_boot_repeated_too_early_or_too_late_is_found() {
    let early = repeats(pending_twice(0.1, 10.0).window(), "Pending", GRACE);
    assert_eq!(codes(&early), [Code::BootRetry]);
    assert_eq!(observed(&early[0]), "after 0.2 s");
    assert_eq!(codes(&repeats(pending_twice(10.0, 25.0).window(), "Pending", GRACE)), [Code::BootRetry]);
}

#[test]
fn a_boot_that_is_never_repeated_is_found_once_the_time_is_over() {
    let pending = back().announces_itself("RemoteReset").and_is_told(told("Pending", 10));
    assert!(matches!(repeats(pending.window(), "Pending", GRACE)[..], [Check::Open { .. }]));
    let waited = pending.later(21.0).receives("GetVariables", json!({}));
    assert_eq!(codes(&repeats(waited.window(), "Pending", GRACE)), [Code::BootRetry]);
}

#[test]
fn a_boot_that_the_suite_triggered_is_no_repetition() {
    let story = back()
        .announces_itself("RemoteReset")
        .and_is_told(told("Pending", 10))
        .receives("TriggerMessage", json!({"requestedMessage": "BootNotification"}))
        .answers(json!({"status": "Accepted"}))
        .announces_itself("Triggered")
        .and_is_told(told("Pending", 10))
        .later(10.0)
        .announces_itself("RemoteReset")
        .and_is_told(told("Accepted", 300));
    assert!(crate::testing::all_hold(&repeats(story.window(), "Pending", GRACE)));
}

#[test]
fn a_boot_that_had_to_be_triggered_when_its_time_was_over_is_found() {
    let story = back()
        .announces_itself("RemoteReset")
        .and_is_told(told("Pending", 10))
        .later(21.0)
        .receives("TriggerMessage", json!({"requestedMessage": "BootNotification"}))
        .answers(json!({"status": "Accepted"}))
        .announces_itself("Triggered")
        .and_is_told(told("Accepted", 300));
    assert_eq!(codes(&repeats(story.window(), "Pending", GRACE)), [Code::BootRetry]);
}

#[test]
fn without_an_answer_of_that_status_nothing_is_known_of_repetition() {
    assert!(matches!(repeats(back().boots().window(), "Rejected", GRACE)[..], [Check::Open { .. }]));
}

#[test]
fn a_rejected_station_is_silent_until_it_boots_again() {
    let rejected = || back().announces_itself("RemoteReset").and_is_told(told("Rejected", 10));
    let good = rejected().later(10.0).reconnects().boots().says("StatusNotification", state());
    assert!(matches!(silent_when_rejected(good.window()), Check::Held(_)));
    let talks = rejected().says("Heartbeat", json!({})).later(10.0).boots();
    assert_eq!(codes([&silent_when_rejected(talks.window())]), [Code::BootNotFirst]);
    assert!(matches!(silent_when_rejected(rejected().window()), Check::Open { .. }));
    assert!(matches!(silent_when_rejected(back().boots().window()), Check::Open { .. }));
}

#[test]
fn a_station_that_is_heard_in_each_interval_holds() {
    let beat = |s: Story| s.later(10.0).says("Heartbeat", json!({}));
    let story = beat(beat(beat(Story::begins())));
    let (interval, grace) = (Duration::from_secs(10), Duration::from_secs(5));
    assert!(matches!(is_heard(story.window(), interval, grace), Check::Held(_)));
    let silent = beat(Story::begins()).later(20.0).says("Heartbeat", json!({}));
    let check = is_heard(silent.window(), interval, grace);
    assert_eq!(codes([&check]), [Code::HeartbeatMissing]);
    assert_eq!(evidence(&check).len(), 2);
    let never = Story::begins().later(30.0).receives("GetVariables", json!({}));
    assert_eq!(codes([&is_heard(never.window(), interval, grace)]), [Code::HeartbeatMissing]);
    assert!(matches!(is_heard(Story::begins().window(), interval, grace), Check::Open { .. }));
}

#[test]
fn a_restart_is_announced_with_its_reason() {
    let with = |reason: &str| back().announces_itself(reason).and_is_told(told("Accepted", 300));
    let said = |story: Story| announces(restart(&story), &["RemoteReset"], "within 180 s");
    assert!(matches!(said(with("RemoteReset")), Check::Held(_)));
    assert_eq!(codes([&said(with("PowerUp"))]), [Code::BootReason]);
    assert_eq!(codes([&said(back().says("Heartbeat", json!({})))]), [Code::BootMissing]);
    assert_eq!(codes([&said(Story::begins().breaks_off())]), [Code::NotBack]);
}

#[test]
fn a_reconnection_is_no_boot() {
    let online = || Story::begins().boots();
    let alive = |story: &Story| story.last();
    let quiet = online().reconnects().says("Heartbeat", json!({}));
    assert!(matches!(no_boot(quiet.window(), Seq(4), alive(&quiet)), Check::Held(_)));
    let boots_again = online().reconnects().boots();
    assert_eq!(codes([&no_boot(boots_again.window(), Seq(4), alive(&boots_again))]), [Code::BootUnwanted]);
    let mut updated = boot("FirmwareUpdate");
    updated["chargingStation"]["firmwareVersion"] = json!("2.0");
    let changed = online().reconnects().says("BootNotification", updated);
    assert!(matches!(no_boot(changed.window(), Seq(4), alive(&changed)), Check::Held(_)));
    let unknown = Story::begins().reconnects().boots();
    assert!(matches!(no_boot(unknown.window(), Seq(2), alive(&unknown)), Check::Open { .. }));
}
