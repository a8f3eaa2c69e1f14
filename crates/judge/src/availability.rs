//! Availability: what is told of connectors when outlets are taken in and out of use, and what the device model says.

use crate::states::{Connector, Told, told};
use crate::{Check, Code, Finding, Window};
use trace::Seq;

/// A state that was read from the device model.
#[derive(Debug, Clone)]
pub struct Read {
    /// The response.
    pub at: Seq,
    /// The variable, for people.
    pub what: String,
    /// Its value.
    pub state: String,
}

/// Whether a state is one of these.
pub fn is_one_of(state: &str, wanted: &[&str]) -> bool {
    wanted.iter().any(|w| state.eq_ignore_ascii_case(w))
}

/// Each of these connectors is told to be in one of these states (OCPP G03.FR.04, G04.FR.05; archetype rows B-0401,
/// B-0403, B-0407 and B-0409). What else is told of it before or after is of no matter.
pub fn each_becomes(
    window: Window<'_>,
    connectors: &[Connector],
    wanted: &[&str],
    cause: Seq,
    waited: &str,
) -> Vec<Check> {
    let all = told(window);
    let (mut findings, mut held) = (Vec::new(), vec![cause]);
    for connector in connectors {
        let of: Vec<&Told> = all.iter().filter(|t| t.connector == *connector).collect();
        match of.iter().find(|t| is_one_of(&t.state, wanted)) {
            Some(t) => held.push(t.at),
            None => {
                let expected = format!("{} to be told {} {waited}", shown(*connector), wanted.join(" or "));
                let code = if of.is_empty() { Code::StateMissing } else { Code::WrongState };
                let observed = of.last().map_or("not told".to_owned(), |t| t.state.clone());
                let records = [cause].into_iter().chain(of.iter().map(|t| t.at)).chain(window.ends());
                findings.push(Finding::new(code, expected, observed, records));
            }
        }
    }
    Check::from_findings(findings, held)
}

/// None of these connectors is told to be in one of these states; with no states, none of them is told of at all.
/// `alive` is the record that proves that the station could have told it.
pub fn none_becomes(
    window: Window<'_>,
    connectors: &[Connector],
    unwanted: &[&str],
    why: &str,
    alive: Option<Seq>,
) -> Check {
    let is = |t: &Told| {
        connectors.contains(&t.connector) && (unwanted.is_empty() || is_one_of(&t.state, unwanted))
    };
    if let Some(t) = told(window).into_iter().find(is) {
        let expected = format!("{} not to be told {}: {why}", shown(t.connector), named(unwanted));
        return Finding::new(Code::WrongState, expected, t.state, [t.at]).into();
    }
    match alive {
        Some(alive) => Check::held(window.ends().into_iter().chain([alive])),
        None => Check::open("nothing proves that the station was able to tell a state", window.ends()),
    }
}

fn named(states: &[&str]) -> String {
    if states.is_empty() { "in any state".to_owned() } else { states.join(" or ") }
}

fn shown((evse, connector): Connector) -> String {
    format!("connector {connector} of EVSE {evse}")
}

/// What was read from the device model is the state that was told, or follows from it (archetype row B-0404).
pub fn agree(read: &[Read], wanted: &[&str], told: &[Seq]) -> Vec<Check> {
    if read.is_empty() {
        return vec![Check::open("no AvailabilityState could be read", told.iter().copied())];
    }
    let wrong = read.iter().filter(|r| !is_one_of(&r.state, wanted));
    let findings = wrong.map(|r| {
        let expected = format!("{} to be {}, as it was told", r.what, wanted.join(" or "));
        Finding::new(Code::Disagreement, expected, r.state.clone(), told.iter().copied().chain([r.at]))
    });
    let findings: Vec<Finding> = findings.collect();
    Check::from_findings(findings, read.iter().map(|r| r.at).chain(told.iter().copied()))
}

/// No transaction begins in the window (OCPP F02.FR.25; archetype row B-0406).
pub fn nothing_starts(window: Window<'_>, evse: i64, alive: Option<Seq>) -> Check {
    let all = crate::transactions::told(window);
    if let Some(t) = all.iter().find(|t| t.starts() && t.evse.is_none_or(|e| e == evse)) {
        let expected = format!("no transaction on EVSE {evse}, which is out of use");
        return Finding::new(Code::TransactionUnwanted, expected, format!("{} started", t.id), [t.at]).into();
    }
    match alive {
        Some(alive) => Check::held(window.ends().into_iter().chain([alive])),
        None => {
            Check::open("nothing proves that the station was able to tell of a transaction", window.ends())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{START, Story, all_hold, codes};
    use serde_json::{Value, json};

    const ONE: [Connector; 1] = [(1, 1)];

    fn status(connector: i64, state: &str) -> Value {
        json!({"timestamp": START, "connectorStatus": state, "evseId": 1, "connectorId": connector})
    }

    fn tells(states: &[(i64, &str)]) -> Story {
        states.iter().fold(Story::begins(), |s, (c, state)| s.says("StatusNotification", status(*c, state)))
    }

    fn becomes(story: &Story, wanted: &[&str]) -> Vec<Code> {
        codes(&each_becomes(story.window(), &ONE, wanted, Seq(0), "in time"))
    }

    #[test]
    fn a_connector_becomes_what_it_is_told_to_be_whatever_is_told_besides() {
        let walk = tells(&[(1, "Reserved"), (1, "Unavailable"), (2, "Available")]);
        assert_eq!(becomes(&walk, &["Unavailable"]), []);
        assert_eq!(becomes(&walk, &["Faulted", "Unavailable"]), []);
    }

    #[test]
    fn another_state_and_silence_are_told_apart() {
        assert_eq!(becomes(&tells(&[(1, "Faulted")]), &["Unavailable"]), [Code::WrongState]);
        assert_eq!(becomes(&tells(&[(2, "Unavailable")]), &["Unavailable"]), [Code::StateMissing]);
    }

    #[test]
    fn a_connector_that_must_not_change_does_not() {
        let story = tells(&[(2, "Available"), (1, "Unavailable")]);
        let judged = |unwanted: &[&str], alive| none_becomes(story.window(), &ONE, unwanted, "why", alive);
        assert!(matches!(judged(&["Available"], Some(Seq(3))), Check::Held(_)));
        assert!(matches!(judged(&["Available"], None), Check::Open { .. }));
        assert_eq!(codes(&[judged(&["Unavailable"], Some(Seq(3)))]), [Code::WrongState]);
        assert_eq!(codes(&[judged(&[], Some(Seq(3)))]), [Code::WrongState]);
    }

    #[test]
    fn message_and_device_model_agree_or_not() {
        let read = |state: &str| vec![Read { at: Seq(4), what: "EVSE".into(), state: state.into() }];
        assert!(all_hold(&agree(&read("unavailable"), &["Unavailable"], &[Seq(2)])));
        assert_eq!(codes(&agree(&read("Available"), &["Unavailable"], &[Seq(2)])), [Code::Disagreement]);
        assert!(matches!(agree(&[], &["Unavailable"], &[])[..], [Check::Open { .. }]));
    }

    #[test]
    fn an_outlet_out_of_use_starts_nothing() {
        let started = |evse: i64| {
            let event = json!({"eventType": "Started", "evse": {"id": evse}, "seqNo": 0,
                               "transactionInfo": {"transactionId": "a"}});
            Story::begins().says("TransactionEvent", event)
        };
        let judged = |story: &Story| codes(&[nothing_starts(story.window(), 1, Some(Seq(0)))]);
        assert_eq!(judged(&started(1)), [Code::TransactionUnwanted]);
        assert_eq!(judged(&started(2)), []);
    }
}
