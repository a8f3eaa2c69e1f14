//! The requests of a station: one at a time, each with an id of its own.

use crate::{Check, Code, Finding, Window, frame_of};
use jiff::Timestamp;
use ocpp::frame::Frame;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use trace::{Body, ConnId, Direction, Record, Seq};

/// Most findings reported of one check.
const ENOUGH: usize = 5;
/// What a check without a single request comes to.
const NO_REQUEST: &str = "the station sent no request in this run";

/// A CALL that has no answer yet.
struct Unanswered<'a> {
    at: Seq,
    since: Timestamp,
    id: &'a str,
    action: &'a str,
}

fn connection(record: &Record) -> Option<ConnId> {
    match &record.body {
        Body::Frame { conn, .. } => Some(*conn),
        _ => None,
    }
}

fn settled(findings: Vec<Finding>, first: Option<Seq>, last: Option<Seq>) -> Vec<Check> {
    if first.is_none() {
        return vec![Check::Void(NO_REQUEST.to_owned())];
    }
    Check::from_findings(findings.into_iter().take(ENOUGH).collect(), first.into_iter().chain(last))
}

/// On each connection the station has one unanswered CALL at most (OCPP general rule FR.01; OCPP-J,
/// synchronicity). After `patience` it may give up waiting and send the next; SEND is exempt.
pub fn one_at_a_time(window: Window<'_>, patience: Duration) -> Vec<Check> {
    let mut open: BTreeMap<ConnId, Vec<Unanswered<'_>>> = BTreeMap::new();
    let (mut findings, mut first, mut last) = (Vec::new(), None, None);
    // A station that counts a little faster than the suite is no liar.
    let patience = patience.saturating_sub(crate::events::TIME_TOLERANCE).as_secs_f64();
    for record in window.records {
        let Some(conn) = connection(record) else { continue };
        match frame_of(record, window.version) {
            Some((Direction::Rx, Frame::Call { id, action, .. })) => {
                first.get_or_insert(record.n);
                last = Some(record.n);
                let waiting = open.entry(conn).or_default();
                waiting.retain(|w| record.t.duration_since(w.since).as_secs_f64() < patience);
                if let Some(w) = waiting.first() {
                    let expected = format!("no request before {} {:?} is answered", w.action, w.id);
                    let observed = format!("{action} {id:?}");
                    findings.push(Finding::new(Code::SecondRequest, expected, observed, [w.at, record.n]));
                }
                waiting.push(Unanswered { at: record.n, since: record.t, id, action });
            }
            Some((Direction::Tx, Frame::CallResult { id, .. } | Frame::CallError { id, .. })) => {
                open.entry(conn).or_default().retain(|w| w.id != id.as_str());
            }
            _ => {}
        }
    }
    settled(findings, first, last)
}

/// A request as it was sent first.
struct Sent<'a> {
    at: Seq,
    action: &'a str,
    payload: &'a Value,
    answered: bool,
}

/// No two requests of the station have the same id, over all its connections (OCPP-J, message ids). One that was
/// not answered may be repeated with the id it had.
pub fn ids_are_unique(window: Window<'_>) -> Vec<Check> {
    let mut known: BTreeMap<&str, Sent<'_>> = BTreeMap::new();
    let (mut findings, mut first, mut last) = (Vec::new(), None, None);
    for record in window.records {
        match frame_of(record, window.version) {
            Some((
                Direction::Rx,
                Frame::Call { id, action, payload } | Frame::Send { id, action, payload },
            )) => {
                first.get_or_insert(record.n);
                last = Some(record.n);
                let Some(before) = known.get(id.as_str()) else {
                    known.insert(id, Sent { at: record.n, action, payload, answered: false });
                    continue;
                };
                if before.answered || before.action != action || before.payload != payload {
                    let expected = format!("an id that no other request has: {:?} was {}", id, before.action);
                    let observed = format!("{action} with id {id:?} again");
                    let records = [before.at, record.n];
                    findings.push(Finding::new(Code::MessageIdTwice, expected, observed, records));
                }
            }
            Some((Direction::Tx, Frame::CallResult { id, .. } | Frame::CallError { id, .. })) => {
                if let Some(sent) = known.get_mut(id.as_str()) {
                    sent.answered = true;
                }
            }
            _ => {}
        }
    }
    settled(findings, first, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Story, all_hold, codes, evidence};
    use ocpp::Version;
    use serde_json::json;

    const PATIENCE: Duration = Duration::from_secs(30);

    fn one(story: &Story) -> Vec<Check> {
        one_at_a_time(story.window(), PATIENCE)
    }

    fn ids(story: &Story) -> Vec<Check> {
        ids_are_unique(story.window())
    }

    fn heartbeat() -> Frame {
        Frame::call("h", "Heartbeat", json!({}))
    }

    #[test]
    fn requests_one_after_the_other_hold() {
        let story = Story::begins().boots().says("Heartbeat", json!({})).says("Heartbeat", json!({}));
        assert!(all_hold(&one(&story)));
        assert!(all_hold(&ids(&story)));
    }

    #[test]
    fn a_second_request_before_the_answer_is_found() {
        let story = Story::begins().boots().calls("Heartbeat", json!({})).calls("NotifyEvent", json!({}));
        assert_eq!(codes(&one(&story)), [Code::SecondRequest]);
        assert_eq!(evidence(&one(&story)[0]), [Seq(3), Seq(4)]);
    }

    #[test]
    fn the_requests_of_both_sides_may_cross() {
        let story = Story::begins()
            .calls("Heartbeat", json!({}))
            .receives("Reset", json!({"type": "OnIdle"}))
            .answers(json!({"status": "Accepted"}));
        assert!(all_hold(&one(&story)));
    }

    #[test]
    fn after_its_time_an_unanswered_request_is_given_up() {
        let mut story = Story::begins().calls("Heartbeat", json!({}));
        for _ in 0..270 {
            story = story.receives_text("[3,\"x\",{}]");
        }
        let story = story.calls("Heartbeat", json!({}));
        assert!(all_hold(&one(&story)), "27 s are 30 s, less what is tolerated");
        assert!(!all_hold(&one_at_a_time(story.window(), Duration::from_secs(60))));
    }

    #[test]
    fn another_connection_is_another_conversation() {
        let story = Story::begins().calls("Heartbeat", json!({})).reconnects().calls("Heartbeat", json!({}));
        assert!(all_hold(&one(&story)));
    }

    #[test]
    fn messages_that_nobody_answers_do_not_count() {
        let send = |id: &str| Frame::send(id, "NotifyPeriodicEventStream", json!({"id": 1}));
        let story = Story::begins_in(Version::V21).calls("Heartbeat", json!({})).sends(send("1"));
        assert!(all_hold(&one(&story)));
        assert!(all_hold(&one(&story.sends(send("2")))));
    }

    #[test]
    fn an_id_is_given_once_over_all_connections() {
        let story = Story::begins().sends(heartbeat()).reconnects();
        let again = story.clone().sends(Frame::call("h", "NotifyEvent", json!({})));
        assert_eq!(codes(&ids(&again)), [Code::MessageIdTwice]);
        assert!(all_hold(&ids(&story.clone().sends(heartbeat()))), "it was not answered");
        let answered = Story::begins()
            .sends(heartbeat())
            .receives_text("[3,\"h\",{\"currentTime\":\"x\"}]")
            .sends(heartbeat());
        assert_eq!(codes(&ids(&answered)), [Code::MessageIdTwice]);
    }

    #[test]
    fn the_id_of_a_message_without_an_answer_counts_too() {
        let stream = Frame::send("h", "NotifyPeriodicEventStream", json!({"id": 1}));
        let story = Story::begins_in(Version::V21).sends(heartbeat()).sends(stream);
        assert_eq!(codes(&ids(&story)), [Code::MessageIdTwice]);
    }

    #[test]
    fn a_station_that_sends_nothing_is_not_judged() {
        assert!(matches!(one(&Story::begins()).as_slice(), [Check::Void(_)]));
        assert!(matches!(ids(&Story::begins()).as_slice(), [Check::Void(_)]));
    }
}
