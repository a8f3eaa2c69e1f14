//! States of connectors as the station tells them: by StatusNotification, or by an event on `AvailabilityState`. Either
//! is right in either version (OCPP G01.FR.03 to FR.07).

use crate::events::of_payload;
use crate::{Check, Code, Finding, Window, frame_of};
use ocpp::frame::Frame;
use serde_json::Value;
use trace::{Body, Direction, Seq};

/// EVSE id and connector id.
pub type Connector = (i64, i64);

/// A state of a connector, as told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The record.
    pub at: Seq,
    /// The connector.
    pub connector: Connector,
    /// Its state.
    pub state: String,
}

/// The states a CALL of the station tells.
pub fn in_call(at: Seq, action: &str, payload: &Value) -> Vec<Told> {
    match action {
        "StatusNotification" => {
            let id = |key: &str| payload.get(key).and_then(Value::as_i64);
            let state = payload.get("connectorStatus").and_then(Value::as_str);
            let told = id("evseId").zip(id("connectorId")).zip(state);
            told.map(|(connector, state)| Told { at, connector, state: state.to_owned() })
                .into_iter()
                .collect()
        }
        "NotifyEvent" => of_payload(at, payload)
            .into_iter()
            .filter_map(|event| {
                let address = event.address?;
                let named = |name: &str, is: &str| name.eq_ignore_ascii_case(is);
                let is_state = named(&address.component.name, "Connector")
                    && named(&address.variable.name, "AvailabilityState");
                let evse = address.component.evse.filter(|_| is_state)?;
                Some(Told { at, connector: (evse.id, evse.connector_id?), state: event.actual? })
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Every state told in a window, in the order of arrival.
pub fn told(window: Window<'_>) -> Vec<Told> {
    let calls = window.frames().filter_map(|(at, dir, frame)| match frame {
        Frame::Call { action, payload, .. } if dir == Direction::Rx => Some((at, action, payload)),
        _ => None,
    });
    calls.flat_map(|(at, action, payload)| in_call(at, action, payload)).collect()
}

fn shown((evse, connector): Connector) -> String {
    format!("connector {connector} of EVSE {evse}")
}

/// What a suite does that makes a station tell a state by itself.
const MOVES: [&str; 6] = [
    "ChangeAvailability",
    "TriggerMessage",
    "RequestStartTransaction",
    "UnlockConnector",
    "ReserveNow",
    "Reset",
];

/// The part of a window in which a station tells states only of its own accord: up to the first thing done to it that may
/// change one. Whether that was before the window was over.
pub fn until_moved(window: Window<'_>) -> (Window<'_>, bool) {
    let moved = window.records.iter().position(|record| match &record.body {
        Body::Stimulus { .. } | Body::Closed { .. } => true,
        _ => match frame_of(record, window.version) {
            Some((Direction::Tx, Frame::Call { action, .. })) => MOVES.contains(&action.as_str()),
            _ => false,
        },
    });
    let until = moved.unwrap_or(window.records.len());
    (Window::new(window.records.get(..until).unwrap_or_default(), window.version), moved.is_some())
}

/// The state of each of these connectors is told in the window (OCPP B01.FR.05, B04.FR.01; archetype rows B-0009 and
/// B-0350).
pub fn each_is_told(window: Window<'_>, connectors: &[Connector], cause: Seq, waited: &str) -> Vec<Check> {
    let all = told(window);
    let (mut findings, mut held) = (Vec::new(), vec![cause]);
    for connector in connectors {
        match all.iter().find(|t| t.connector == *connector) {
            Some(t) => held.push(t.at),
            None => {
                let expected = format!("the state of {} {waited}", shown(*connector));
                let records = [cause].into_iter().chain(all.iter().map(|t| t.at)).chain(window.ends());
                findings.push(Finding::new(Code::StateMissing, expected, "not told", records));
            }
        }
    }
    Check::from_findings(findings, held)
}

/// The last state told of each of these connectors is this one (archetype row B-0362).
pub fn each_is(
    window: Window<'_>,
    connectors: &[Connector],
    state: &str,
    cause: Seq,
    waited: &str,
) -> Vec<Check> {
    let all = told(window);
    let (mut findings, mut held) = (Vec::new(), vec![cause]);
    for connector in connectors {
        let last = all.iter().rev().find(|t| t.connector == *connector);
        match last {
            Some(t) if t.state.eq_ignore_ascii_case(state) => held.push(t.at),
            _ => {
                let expected = format!("{} to be told {state} {waited}", shown(*connector));
                let observed = last.map_or("not told".to_owned(), |t| t.state.clone());
                let code = if last.is_some() { Code::WrongState } else { Code::StateMissing };
                let records = [cause].into_iter().chain(last.map(|t| t.at)).chain(window.ends());
                findings.push(Finding::new(code, expected, observed, records));
            }
        }
    }
    Check::from_findings(findings, held)
}

/// After a short loss of the connection only states are told that differ from what was told before (OCPP B04.FR.02;
/// archetype row B-0351). `before` is everything up to the loss, `alive` proves that the station could have spoken.
pub fn only_changes(before: Window<'_>, after: Window<'_>, alive: Seq) -> Vec<Check> {
    let known = told(before);
    let mut findings = Vec::new();
    let mut now: Vec<Told> = Vec::new();
    for t in told(after) {
        let last = now.iter().rev().chain(known.iter().rev()).find(|k| k.connector == t.connector);
        if let Some(last) = last.filter(|last| last.state.eq_ignore_ascii_case(&t.state)) {
            let expected = format!("nothing of {}, which was told {} before", shown(t.connector), last.state);
            findings.push(Finding::new(Code::StateRepeated, expected, t.state.clone(), [last.at, t.at]));
        }
        now.push(t);
    }
    Check::from_findings(findings, after.ends().into_iter().chain([alive]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Story, all_hold, codes};
    use serde_json::json;

    const ALL: [Connector; 2] = [(1, 1), (1, 2)];

    fn status(connector: i64, state: &str) -> Value {
        json!({"timestamp": crate::testing::START, "connectorStatus": state, "evseId": 1, "connectorId": connector})
    }

    fn event(connector: i64, state: &str) -> Value {
        json!({"eventId": 1, "timestamp": crate::testing::START, "trigger": "Delta", "actualValue": state,
               "eventNotificationType": "HardWiredNotification",
               "component": {"name": "connector", "evse": {"id": 1, "connectorId": connector}},
               "variable": {"name": "AvailabilityState"}})
    }

    #[test]
    fn a_state_is_told_by_either_message() {
        let story = Story::begins()
            .says("StatusNotification", status(1, "Available"))
            .notifies([event(2, "Faulted")]);
        let all = told(story.window());
        assert_eq!(all.iter().map(|t| t.connector).collect::<Vec<_>>(), ALL);
        assert_eq!(all[1].state, "Faulted");
        assert!(all_hold(&each_is_told(story.window(), &ALL, Seq(0), "in time")));
    }

    #[test]
    fn a_connector_that_is_not_told_is_found() {
        let story = Story::begins().says("StatusNotification", status(1, "Available"));
        assert_eq!(codes(&each_is_told(story.window(), &ALL, Seq(0), "in time")), [Code::StateMissing]);
        let of_evse = json!({"eventId": 1, "actualValue": "Available", "component": {"name": "EVSE", "evse": {"id": 1}},
                             "variable": {"name": "AvailabilityState"}});
        assert!(told(Story::begins().notifies([of_evse]).window()).is_empty());
    }

    #[test]
    fn the_last_state_counts() {
        let story = Story::begins()
            .says("StatusNotification", status(1, "Available"))
            .says("StatusNotification", status(1, "Unavailable"));
        assert!(all_hold(&each_is(story.window(), &ALL[..1], "Unavailable", Seq(0), "in time")));
        let wrong = story.clone().says("StatusNotification", status(1, "Available"));
        assert_eq!(
            codes(&each_is(wrong.window(), &ALL[..1], "Unavailable", Seq(0), "in time")),
            [Code::WrongState]
        );
        assert_eq!(
            codes(&each_is(story.window(), &ALL[1..], "Unavailable", Seq(0), "")),
            [Code::StateMissing]
        );
    }

    #[test]
    fn what_was_told_before_is_not_told_again() {
        let before = Story::begins().says("StatusNotification", status(1, "Available"));
        let after = |state: &str| Story::begins().notifies([event(1, state)]);
        let judged = |after: &Story| only_changes(before.window(), after.window(), Seq(2));
        assert!(all_hold(&judged(&after("Occupied"))));
        assert!(all_hold(&judged(&Story::begins())));
        assert_eq!(codes(&judged(&after("Available"))), [Code::StateRepeated]);
        let back_and_forth = after("Occupied").notifies([event(1, "Available")]);
        assert!(all_hold(&judged(&back_and_forth)));
        let new = Story::begins().notifies([event(2, "Available")]);
        assert!(all_hold(&judged(&new)), "what was never told is news");
    }
}
