//! Why a message of a transaction was sent, and what state of charging follows.

use super::{NONE, Told, Transactions};
use crate::{Check, Code, Finding};
use trace::Seq;

/// What starts a transaction that was authorized from afar before: the vehicle, not the request, reached the start
/// point (OCPP F02, E01).
const REACHED_LATER: &[&str] =
    &["CablePluggedIn", "EVDetected", "ChargingStateChanged", "SignedDataReceived", "EVConnectTimeout"];

impl Transactions {
    /// Each message says truthfully what triggered it, and ChargingStateChanged what state follows (OCPP E02.FR.13,
    /// F02.FR.01, F02.FR.21, F03.FR.09; archetype row B-0384).
    pub fn reasons_are_true(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        for messages in self.each() {
            judged.extend(messages.iter().map(|m| m.at));
            findings.extend(states(&messages));
            findings.extend(self.remote_start(&messages));
            for message in &messages {
                findings.extend(self.remote_stop(message));
                findings.extend(self.trigger(message));
            }
        }
        Self::settle(findings, &judged, NONE)
    }

    /// The first message that names a remote start says so, unless the vehicle came later.
    fn remote_start(&self, messages: &[&Told]) -> Option<Finding> {
        let first = messages.iter().find(|m| m.remote_start.is_some())?;
        let says = messages.iter().any(|m| m.trigger == "RemoteStart");
        let later = first.starts() && REACHED_LATER.contains(&first.trigger.as_str());
        (!says && !later).then(|| {
            let expected = "triggerReason RemoteStart where remoteStartId is told first";
            field(expected, format!("triggerReason {}", first.trigger), [first.at])
        })
    }

    /// What was stopped from afar says so, and only that.
    fn remote_stop(&self, message: &Told) -> Option<Finding> {
        let asked = |r: &&super::Request| r.stops.as_deref() == Some(&message.id);
        let request = self.requests.iter().filter(|r| r.at < message.at && r.accepted).find(asked);
        let says = message.trigger == "RemoteStop" || message.stopped.as_deref() == Some("Remote");
        match request {
            None if message.trigger == "RemoteStop"
                && !self.was_asked("RequestStopTransaction", message.at) =>
            {
                let expected = "RemoteStop only after a request to stop the transaction";
                Some(field(expected, "triggerReason RemoteStop", [message.at]))
            }
            Some(request) if message.ends() && !says && !self.stop_was_told(message) => {
                let expected = "triggerReason RemoteStop or stoppedReason Remote after the request to stop";
                let stopped = message.stopped.as_deref().unwrap_or("(none)");
                let observed = format!("triggerReason {}, stoppedReason {stopped}", message.trigger);
                Some(field(expected, observed, [request.at, message.at]))
            }
            _ => None,
        }
    }

    /// Whether an earlier message of the transaction says that it was stopped from afar.
    fn stop_was_told(&self, end: &Told) -> bool {
        self.told.iter().any(|t| t.id == end.id && t.at < end.at && t.trigger == "RemoteStop")
    }

    fn trigger(&self, message: &Told) -> Option<Finding> {
        (message.trigger == "Trigger" && !self.was_asked("TriggerMessage", message.at)).then(|| {
            let expected = "Trigger only after a TriggerMessage";
            field(expected, "triggerReason Trigger", [message.at])
        })
    }

    fn was_asked(&self, action: &str, before: Seq) -> bool {
        self.requests.iter().any(|r| r.action == action && r.at < before)
    }
}

/// ChargingStateChanged says the state, and it is another one than before.
fn states(messages: &[&Told]) -> Vec<Finding> {
    let mut last: Option<&str> = None;
    let mut findings = Vec::new();
    for message in messages {
        let state = message.state.as_deref();
        if message.trigger == "ChargingStateChanged" {
            match state {
                None => {
                    findings.push(field("chargingState with ChargingStateChanged", "none", [message.at]));
                }
                Some(state) if last == Some(state) => {
                    let expected = format!("another chargingState than {state}, which was told before");
                    findings.push(field(expected, state, [message.at]));
                }
                Some(_) => {}
            }
        }
        last = state.or(last);
    }
    findings
}

fn field(
    expected: impl Into<String>,
    observed: impl Into<String>,
    at: impl IntoIterator<Item = Seq>,
) -> Finding {
    Finding::new(Code::TransactionField, expected, observed, at)
}
