use super::*;
use crate::events::of_payload;
use crate::testing::{Story, all_hold, codes};
use serde_json::{Value, json};

const TWO: Duration = Duration::from_secs(2);

fn tick(id: i64, at: Timestamp) -> Value {
    json!({"eventId": id, "timestamp": at.to_string(), "trigger": "Periodic", "actualValue": "1",
           "eventNotificationType": "CustomMonitor", "variableMonitoringId": 7,
           "component": {"name": "X"}, "variable": {"name": "Y"}})
}

/// The connection is lost for about ten seconds.
fn lost() -> (Story, Gap) {
    let story = Story::begins().breaks_off();
    let lost_at = story.now();
    let story = story.later(10.0).connects();
    let gap = Gap { lost: Seq(1), lost_at, back: Seq(2), back_at: story.now() };
    (story, gap)
}

/// The station delivers values, given by their seconds after the loss.
fn delivers(seconds: &[f64]) -> (Story, Gap) {
    let (mut story, gap) = lost();
    for (id, s) in (1..).zip(seconds) {
        let at = gap.lost_at + SignedDuration::from_millis((s * 1000.0) as i64);
        story = story.notifies([tick(id, at)]);
    }
    (story, gap)
}

fn of(gap: &Gap) -> Periodic<'_> {
    Periodic { monitor: 7, interval: TWO, gap, ahead: SignedDuration::ZERO }
}

const GOOD: [f64; 5] = [1.0, 3.0, 5.0, 7.0, 9.0];

#[test]
fn a_gap_is_found_after_a_record() {
    let (story, gap) = lost();
    assert_eq!(Gap::after(story.window(), Seq(0)), Some(gap));
    assert_eq!(Gap::after(story.window(), Seq(1)), None);
    assert_eq!(Gap::after(Story::begins().breaks_off().window(), Seq(0)), None);
}

#[test]
fn values_that_are_all_delivered_hold() {
    let (story, gap) = delivers(&GOOD);
    assert!(all_hold(&of(&gap).is_delivered(story.window())));
    let (story, gap) = delivers(&GOOD[1..4]);
    assert!(all_hold(&of(&gap).is_delivered(story.window())), "one may be missing at either end");
}

#[test]
fn values_that_are_not_delivered_are_found() {
    let (story, gap) = delivers(&[1.0, 9.0]);
    assert_eq!(codes(&of(&gap).is_delivered(story.window())), [Code::EventLost]);
    let (story, gap) = delivers(&[1.0, 3.0, 7.0, 9.0]);
    assert_eq!(
        codes(&of(&gap).is_delivered(story.window())),
        [Code::EventLost],
        "one is missing in the middle"
    );
    let (story, gap) = delivers(&[]);
    assert_eq!(codes(&of(&gap).is_delivered(story.window())), [Code::EventLost]);
    let (story, gap) = delivers(&[11.0, 13.0, 15.0]);
    assert_eq!(
        codes(&of(&gap).is_delivered(story.later(6.0).says("Heartbeat", json!({})).window())),
        [Code::EventLost]
    );
}

#[test]
fn a_value_that_comes_twice_is_found() {
    let (story, gap) = delivers(&GOOD);
    let again = story.notifies([tick(2, gap.lost_at + SignedDuration::from_secs(3))]);
    assert_eq!(codes(&of(&gap).is_delivered(again.window())), [Code::EventTwice]);
}

#[test]
fn values_stamped_on_delivery_are_delivered_and_have_lost_their_time() {
    let (story, gap) = delivers(&[10.1, 10.15, 10.2, 10.25, 10.3]);
    assert!(all_hold(&of(&gap).is_delivered(story.window())));
    assert_eq!(codes([&of(&gap).keeps_its_time(story.window())]), [Code::EventField]);
    let (story, gap) = delivers(&GOOD);
    assert!(matches!(of(&gap).keeps_its_time(story.window()), Check::Held(_)));
    let (story, gap) = delivers(&[]);
    assert!(matches!(of(&gap).keeps_its_time(story.window()), Check::Open { .. }));
}

#[test]
fn a_clock_that_is_ahead_is_allowed_for() {
    let (story, gap) = delivers(&GOOD.map(|s| s + 60.0));
    let ahead = Periodic { ahead: SignedDuration::from_secs(60), ..of(&gap) };
    assert!(matches!(ahead.keeps_its_time(story.window()), Check::Held(_)));
    assert_eq!(codes([&of(&gap).keeps_its_time(story.window())]), [Code::EventField]);
}

#[test]
fn an_outage_shorter_than_the_interval_says_nothing() {
    let (story, gap) = delivers(&GOOD);
    let short = Gap { back_at: gap.lost_at + SignedDuration::from_secs(3), ..gap };
    assert!(matches!(of(&short).is_delivered(story.window())[..], [Check::Open { .. }]));
}

#[test]
fn values_out_of_order_are_found() {
    let (story, gap) = delivers(&GOOD);
    assert!(matches!(of(&gap).comes_in_order(story.window()), Check::Held(_)));
    let (story, gap) = delivers(&[1.0, 5.0, 3.0]);
    assert_eq!(codes([&of(&gap).comes_in_order(story.window())]), [Code::EventOrder]);
    let (story, gap) = delivers(&[1.0]);
    assert!(matches!(of(&gap).comes_in_order(story.window()), Check::Open { .. }));
}

#[test]
fn what_is_not_severe_enough_is_not_delivered() {
    let (story, gap) = delivers(&[11.5, 13.5]);
    let control = of(&gap).works_again(story.window());
    assert_eq!(control, Some(Seq(3)));
    assert!(matches!(of(&gap).is_not_queued(story.window(), control), Check::Held(_)));
    assert!(matches!(of(&gap).is_not_queued(story.window(), None), Check::Open { .. }));
    let (story, gap) = delivers(&[5.0, 11.5]);
    assert_eq!(codes([&of(&gap).is_not_queued(story.window(), Some(Seq(5)))]), [Code::EventUnwanted]);
    let (story, gap) = delivers(&[0.5, 9.5]);
    assert!(
        matches!(of(&gap).is_not_queued(story.window(), Some(Seq(5))), Check::Held(_)),
        "the ends are not judged"
    );
    assert_eq!(of(&gap).works_again(story.window()), None);
}

#[test]
fn an_event_that_was_not_answered_comes_again() {
    let (story, gap) = lost();
    let payload = json!({"seqNo": 0, "eventData": [tick(3, gap.lost_at)]});
    let event = of_payload(Seq(0), &payload).remove(0);
    assert_eq!(codes([&is_sent_again(story.window(), &event, &gap)]), [Code::EventLost]);
    let again = story.clone().notifies([tick(3, gap.lost_at)]);
    assert!(matches!(is_sent_again(again.window(), &event, &gap), Check::Held(_)));
    let renumbered = story.clone().notifies([tick(9, gap.lost_at)]);
    assert!(matches!(is_sent_again(renumbered.window(), &event, &gap), Check::Held(_)));
    let another = story.notifies([tick(9, gap.lost_at + SignedDuration::from_secs(2))]);
    assert_eq!(codes([&is_sent_again(another.window(), &event, &gap)]), [Code::EventLost]);
}

#[test]
fn an_event_keeps_to_what_made_it_happen() {
    let written = Story::begins().receives("SetVariables", json!({})).answers(json!({}));
    let judged = |seconds: i64| {
        let at = written.now() + SignedDuration::from_secs(seconds);
        let story = written.clone().later(20.0).notifies([tick(1, at)]);
        let event = crate::events::of_monitor(story.window(), 7).remove(0);
        let tolerance = crate::events::TIME_TOLERANCE;
        happened_with(story.window(), &event, (Seq(1), Seq(2)), SignedDuration::ZERO, tolerance)
    };
    assert!(matches!(judged(0), Check::Held(_)));
    assert!(matches!(judged(4), Check::Held(_)));
    assert_eq!(codes([&judged(20)]), [Code::EventField]);
    assert_eq!(codes([&judged(-6)]), [Code::EventField]);
}
