use super::*;
use crate::testing::{Story, boot, codes, evidence, observed};
use serde_json::json;

fn held(story: &Story) -> bool {
    matches!(announced(story.window()), Check::Held(_))
}

fn open(story: &Story) -> bool {
    matches!(announced(story.window()), Check::Open { .. })
}

fn status() -> Value {
    json!({"timestamp": crate::testing::START, "connectorStatus": "Available", "evseId": 1, "connectorId": 1})
}

#[test]
fn a_station_that_boots_before_anything_else_holds() {
    let story = Story::begins().boots().says("StatusNotification", status());
    assert!(held(&story));
    assert_eq!(evidence(&announced(story.window())), [Seq(1), Seq(2)]);
}

#[test]
fn a_status_before_the_boot_is_found() {
    let story = Story::begins().says("StatusNotification", status()).boots();
    let check = announced(story.window());
    assert_eq!(codes([&check]), [Code::BootNotFirst]);
    assert!(observed(&check).starts_with("StatusNotification"));
    assert_eq!(evidence(&check), [Seq(1), Seq(3)]);
}

#[test]
fn a_status_between_the_boot_and_its_answer_is_found() {
    let story = Story::begins().announces_itself("PowerUp").calls("StatusNotification", status());
    assert_eq!(codes([&announced(story.window())]), [Code::BootNotFirst]);
}

#[test]
fn a_station_that_repeats_its_boot_until_it_is_accepted_holds() {
    let story = Story::begins()
        .announces_itself("PowerUp")
        .announces_itself("PowerUp")
        .and_is_told(json!({"status": "Pending", "interval": 5}))
        .boots()
        .says("StatusNotification", status());
    assert!(held(&story));
}

#[test]
fn pending_is_not_accepted() {
    let pending =
        Story::begins().announces_itself("PowerUp").and_is_told(json!({"status": "Pending", "interval": 5}));
    assert!(open(&pending));
    assert_eq!(codes([&announced(pending.says("Heartbeat", json!({})).window())]), [Code::BootNotFirst]);
}

#[test]
fn while_pending_a_station_may_send_what_it_was_asked_for() {
    let pending =
        Story::begins().announces_itself("PowerUp").and_is_told(json!({"status": "Pending", "interval": 5}));
    let triggered = pending.clone().receives("TriggerMessage", json!({"requestedMessage": "Heartbeat"}));
    assert!(held(&triggered.says("Heartbeat", json!({})).boots()));
    let reported = pending.receives("GetBaseReport", json!({"requestId": 1, "reportBase": "FullInventory"}));
    assert!(held(&reported.clone().says("NotifyReport", json!({})).boots()));
    assert_eq!(
        codes([&announced(reported.says("Heartbeat", json!({})).boots().window())]),
        [Code::BootNotFirst]
    );
}

#[test]
fn a_station_that_only_reconnected_proves_nothing() {
    assert!(open(&Story::begins()));
    assert!(open(&Story::begins().says("Heartbeat", json!({}))));
}

#[test]
fn a_boot_that_the_suite_asked_for_proves_nothing() {
    let triggered = Story::begins()
        .says("Heartbeat", json!({}))
        .receives("TriggerMessage", json!({"requestedMessage": "BootNotification"}))
        .answers(json!({"status": "Accepted"}))
        .announces_itself("Triggered")
        .and_is_told(json!({"status": "Accepted"}));
    assert!(open(&triggered));
}

#[test]
fn what_a_station_said_before_it_was_restarted_does_not_count() {
    let story = Story::begins().says("Heartbeat", json!({})).reconnects().boots();
    assert!(held(&story));
    assert_eq!(evidence(&announced(story.window())), [Seq(5), Seq(6)]);
}

#[test]
fn a_boot_without_an_answer_is_open() {
    assert!(open(&Story::begins().announces_itself("PowerUp")));
}

#[test]
fn a_station_is_what_its_last_boot_says() {
    let mut second = boot("RemoteReset");
    second["chargingStation"]["firmwareVersion"] = json!("2.0");
    let story = Story::begins().boots().reconnects().calls("BootNotification", second);
    let said = identity(story.window());
    assert_eq!((said.vendor.as_deref(), said.firmware.as_deref()), (Some("V"), Some("2.0")));
    assert_eq!((said.serial, said.at), (None, Some(story.last())));
    assert_eq!(identity(Story::begins().window()), Identity::default());
}
