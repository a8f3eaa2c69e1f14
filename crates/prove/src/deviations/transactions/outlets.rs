//! Outlets, taken in and out of use, and the states they tell.

use super::super::{Deviation, defect, instead, says, variant};
use ocpp::Version;
use serde_json::{Value, json};
use station::policy::sessions::{Change, FaultedState, NoChange, OutOfUse, OwnState, WhenInUse};
use station::wire::{Between, Passing};

/// The states of connectors in what the station says.
fn states(p: &mut Passing, mut change: impl FnMut(&mut Value)) {
    if let Some(status) = p.call("StatusNotification").and_then(|s| s.get_mut("connectorStatus")) {
        change(status);
    }
    for event in p.each_of_call("NotifyEvent", "eventData") {
        let of_connector = event["component"]["name"] == "Connector";
        if of_connector && event["variable"]["name"] == "AvailabilityState" {
            change(&mut event["actualValue"]);
        }
    }
}

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        defect("availability-without-effect", "a change of availability is accepted and nothing happens")
            .breaks(&["B-0401", "B-0143", "B-0362"])
            .warns(&["B-0304"])
            .decides(|p| p.sessions.change = Change::OnlyAccepted),
        defect("unavailable-untold", "connectors that are taken out of use are told as available")
            .breaks(&["B-0401"])
            .wire(|_| until_boot(hide_unavailable)),
        defect("same-state-refused", "a change of availability is refused where it changes nothing")
            .breaks(&["B-0402"])
            .decides(|p| p.sessions.no_change = NoChange::Refused),
        defect("station-forgets-connectors", "putting the station into use puts every part of it into use")
            .breaks(&["B-0403"])
            .decides(|p| p.sessions.own_state = OwnState::Overwritten),
        defect("evse-state-stays", "the device model shows every EVSE as available, whatever is told")
            .breaks(&["B-0404"])
            .wire(|_| until_boot(show_available)),
        defect(
            "change-in-use-accepted",
            "a change of availability that is put off is said to have been made",
        )
        .warns(&["B-0405"])
        .wire(|_| {
            says(|p| {
                if let Some(answer) = p.result("ChangeAvailability").filter(|a| a["status"] == "Scheduled") {
                    answer["status"] = json!("Accepted");
                }
            })
        }),
        defect(
            "change-in-use-at-once",
            "an EVSE is taken out of use at once, although a transaction goes on there",
        )
        .warns(&["B-0405"])
        .decides(|p| p.sessions.in_use = WhenInUse::AtOnce),
        defect("starts-out-of-use", "a transaction starts on an EVSE that is out of use")
            .warns(&["B-0406"])
            .decides(|p| p.sessions.out_of_use = OutOfUse::Starts),
        defect("state-on-request-is-stale", "the state of a connector is told on request as one it has not")
            .warns(&["B-0408"])
            .wire(|_| stale()),
        defect(
            "fault-leaves-outlet-available",
            "an outlet that a fault keeps from charging is told as available",
        )
        .warns(&["B-0409"])
        .decides(|p| p.sessions.faulted = FaultedState::Hidden),
        variant("status-and-event-both", "connector states come as StatusNotification and as NotifyEvent")
            .allowed_by("G01.FR.07 asks for one of the two messages and forbids neither")
            .only(&[Version::V21])
            .wire(|_| both()),
    ]
}

/// What is said between a change of availability and the next boot is changed.
fn until_boot(change: fn(&mut Passing)) -> Between {
    let mut changed = false;
    says(move |p| {
        changed |= p.result("ChangeAvailability").is_some();
        changed &= p.action != "BootNotification";
        if changed {
            change(p);
        }
    })
}

/// Connectors that are out of use are told as available.
fn hide_unavailable(p: &mut Passing) {
    states(p, |state| {
        if state == "Unavailable" {
            *state = json!("Available");
        }
    });
}

/// Every EVSE that is read is available.
fn show_available(p: &mut Passing) {
    for result in p.each_of_result("GetVariables", "getVariableResult") {
        if result["component"]["name"] == "EVSE" && result["variable"]["name"] == "AvailabilityState" {
            result["attributeValue"] = json!("Available");
        }
    }
}

/// What is asked for with TriggerMessage is another state.
fn stale() -> Between {
    use station::wire::{Middle, Wire};
    struct Stale(bool);
    impl Middle for Stale {
        fn heard(&mut self, mut p: Passing, wire: &mut Wire) {
            self.0 |= p.call("TriggerMessage").is_some_and(|t| t["requestedMessage"] == "StatusNotification");
            wire.deliver(p.frame);
        }
        fn said(&mut self, mut p: Passing, wire: &mut Wire) {
            if let Some(status) = p.call("StatusNotification").filter(|_| std::mem::take(&mut self.0)) {
                status["connectorStatus"] = json!("Reserved");
            }
            wire.send(p.frame);
        }
    }
    Between::new(Stale(false))
}

/// A StatusNotification goes before each event about the state of a connector.
fn both() -> Between {
    instead(|mut p, wire| {
        let of_state = |e: &Value| {
            let state = e["variable"]["name"] == "AvailabilityState";
            (e["component"]["name"] == "Connector" && state).then(|| {
                json!({ "timestamp": e["timestamp"], "connectorStatus": e["actualValue"],
                    "evseId": e["component"]["evse"]["id"], "connectorId": e["component"]["evse"]["connectorId"] })
            })
        };
        let all: Vec<Value> =
            p.each_of_call("NotifyEvent", "eventData").filter_map(|e| of_state(e)).collect();
        wire.send(p.frame);
        for status in all {
            wire.call("StatusNotification", status);
        }
    })
}
