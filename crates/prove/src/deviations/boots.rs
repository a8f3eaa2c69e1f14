//! Registration, restarts and what survives them.

use super::{Deviation, defect, hears, instead, says};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use station::policy::outages::{
    AtOnce, BeforeAcceptance, BootAgain, HeartbeatInterval, LevelAfterRestart, OnIdle, OneEvse,
    StatesAfterBoot, StillWrong, Survival,
};
use station::wire::{Between, Middle, Passing, Wire};
use std::time::Duration;

/// Knows what the station was told last about its boot.
struct Minding<S, H>(String, S, H);

impl<S, H> Middle for Minding<S, H>
where
    S: FnMut(&str, Passing, &mut Wire) + Send,
    H: FnMut(&str, Passing, &mut Wire) + Send,
{
    fn said(&mut self, passing: Passing, wire: &mut Wire) {
        (self.1)(&self.0, passing, wire);
    }
    fn heard(&mut self, mut passing: Passing, wire: &mut Wire) {
        if let Some(answer) = passing.result("BootNotification") {
            self.0 = answer["status"].as_str().unwrap_or_default().to_owned();
        }
        (self.2)(&self.0, passing, wire);
    }
}

/// Acts on what the station says, with the last answer to its boot in mind.
pub(super) fn saying(act: impl FnMut(&str, Passing, &mut Wire) + Send + 'static) -> Between {
    let pass = |_: &str, p: Passing, wire: &mut Wire| wire.deliver(p.frame);
    Between::new(Minding(String::new(), act, pass))
}

/// Acts on what the station hears, with the last answer to its boot in mind.
pub(super) fn hearing(act: impl FnMut(&str, Passing, &mut Wire) + Send + 'static) -> Between {
    let pass = |_: &str, p: Passing, wire: &mut Wire| wire.send(p.frame);
    Between::new(Minding(String::new(), pass, act))
}

/// What the station was told of its boot in this message.
pub(super) fn is_boot_answer(p: &mut Passing) -> bool {
    p.result("BootNotification").is_some()
}

/// The time of an event.
pub(super) fn time_of(event: &Value) -> Option<Timestamp> {
    event.get("timestamp")?.as_str()?.parse().ok()
}

/// Changes the events that happened before the station was accepted last.
struct Early(Option<Timestamp>, fn(&mut Value, Timestamp));

impl Middle for Early {
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        let (since, now) = (self.0, wire.now);
        for event in p.each_of_call("NotifyEvent", "eventData") {
            if time_of(event).zip(since).is_some_and(|(at, since)| at < since) {
                (self.1)(event, now);
            }
        }
        wire.send(p.frame);
    }
    fn accepted(&mut self, wire: &mut Wire) {
        self.0 = Some(wire.now);
    }
}

/// Moves every time in a message.
fn shift(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Ok(at) = text.parse::<Timestamp>() {
                *text = at.checked_add(60.seconds()).map_or(String::new(), |at| format!("{at:.3}"));
            }
        }
        Value::Array(all) => all.iter_mut().for_each(shift),
        Value::Object(fields) => fields.values_mut().for_each(shift),
        _ => {}
    }
}

fn reason(text: &'static str, instead_of: Option<&'static str>) -> Between {
    says(move |p| {
        if let Some(boot) = p.call("BootNotification")
            && instead_of.is_none_or(|other| boot["reason"] == other)
        {
            boot["reason"] = json!(text);
        }
    })
}

pub(super) fn deviations() -> Vec<Deviation> {
    let mut all = registration();
    all.extend(restarts());
    all.extend(survival());
    all
}

fn registration() -> Vec<Deviation> {
    vec![
        defect("connectors-untold-after-boot", "for a while after each boot nothing is said of the connectors of the second EVSE")
            .breaks(&["B-0009"])
            .in_version(&[(ocpp::Version::V21, &[], &["B-0367"])])
            .on("dc-hpc")
            .wire(|_| Between::new(Untold::default())),
        defect("available-connectors-untold-after-boot", "after a boot only connectors that are not available are told of")
            .breaks(&["B-0009"])
            .decides(|p| p.outages.states_after_boot = StatesAfterBoot::Troubled),
        defect("status-before-boot", "the state of a connector is told before the first BootNotification")
            .breaks(&["B-0001"])
            .wire(|_| {
                let mut told = false;
                instead(move |p, wire| {
                    if !std::mem::replace(&mut told, true) {
                        let at = wire.now.to_string();
                        let state = json!({ "timestamp": at, "connectorStatus": "Available", "evseId": 1, "connectorId": 1 });
                        wire.call("StatusNotification", state);
                    }
                    wire.send(p.frame);
                })
            }),
        defect("beats-while-pending", "Heartbeats are sent although the boot is only pending")
            .breaks(&["B-0002"])
            .wire(|_| {
                saying(|told, p, wire| {
                    if told == "Pending" && p.is_call() {
                        wire.call("Heartbeat", json!({}));
                    }
                    wire.send(p.frame);
                })
            }),
        defect("refuses-all-while-pending", "everything is refused with SecurityError while the boot is pending")
            .breaks(&["B-0003"])
            .leaves_open(&["B-0005", "B-0363"])
            .wire(|_| {
                hearing(|told, p, wire| {
                    if told == "Pending" && p.is_call() {
                        wire.refuse(&p, "SecurityError");
                    } else {
                        wire.deliver(p.frame);
                    }
                })
            }),
        defect("silent-while-pending", "nothing is answered while the boot is pending")
            .breaks(&["B-0003"])
            .leaves_open(&["B-0005", "B-0363"])
            .wire(|_| {
                hearing(|told, p, wire| {
                    if told != "Pending" || !p.is_call() {
                        wire.deliver(p.frame);
                    }
                })
            }),
        defect("no-inventory-while-pending", "requests for the inventory are refused with an error while the boot is pending")
            .breaks(&["B-0003"])
            .wire(|_| {
                hearing(|told, p, wire| {
                    if told == "Pending" && p.is_call() && p.action == "GetBaseReport" {
                        wire.refuse(&p, "InternalError");
                    } else {
                        wire.deliver(p.frame);
                    }
                })
            }),
        defect("pending-boot-not-repeated", "a boot that is pending is not repeated until somebody asks for it")
            .breaks(&["B-0004"])
            .wire(|_| Between::new(Forgetful::default())),
        defect("boot-repeated-early", "a boot is repeated after half of the interval it was given")
            .breaks(&["B-0004", "B-0006"])
            .decides(|p| p.outages.boot_again = BootAgain::TooEarly),
        defect("boot-repeated-as-it-likes", "a boot is repeated at an interval of the station's own")
            .breaks(&["B-0004", "B-0006"])
            .decides(|p| p.outages.boot_again = BootAgain::AsItLikes),
        defect("rejected-boot-repeated-at-once", "a boot that was rejected is repeated at once")
            .breaks(&["B-0006"])
            .decides(|p| p.outages.boot_again = BootAgain::AtOnceIfRejected),
        defect("talks-when-rejected", "Heartbeats are sent although the boot was rejected")
            .breaks(&["B-0006"])
            .wire(|_| {
                hearing(|told, mut p, wire| {
                    if is_boot_answer(&mut p) && told == "Rejected" {
                        wire.call_in(Duration::from_secs(3), "Heartbeat", json!({}));
                    }
                    wire.deliver(p.frame);
                })
            }),
        defect("early-events-lost", "events that arise before the station is accepted are dropped")
            .breaks(&["B-0005", "B-0363"])
            .warns(&["B-0364"])
            .decides(|p| p.outages.before_acceptance = BeforeAcceptance::Lost),
        defect("early-events-restamped", "events that arose before the station was accepted bear the time at which they are sent")
            .breaks(&["B-0005"])
            .warns(&["B-0366"])
            .wire(|_| {
                Between::new(Early(None, |event, now| event["timestamp"] = json!(format!("{now:.3}"))))
            }),
        defect("clock-ahead", "the clock is not set by the back end, and a minute ahead")
            .breaks(&["B-0007", "B-0464"])
            .wire(|_| {
                says(|p| p.payload().into_iter().for_each(shift))
            }),
        defect("clock-shown-ahead", "the DateTime that is read is a minute ahead of the station's own clock")
            .breaks(&["B-0005", "B-0007", "B-0464"])
            .warns(&["B-0344"])
            .wire(|_| {
                says(|p| {
                    for result in p.each_of_result("GetVariables", "getVariableResult") {
                        if result["variable"]["name"] == "DateTime" {
                            shift(&mut result["attributeValue"]);
                        }
                    }
                })
            }),
        defect("does-not-beat", "no Heartbeat is ever sent by itself")
            .breaks(&["B-0008", "B-0029"]).wire(|_| {
            instead(|mut p, wire| {
                if p.call("Heartbeat").is_some() { wire.settle(&p) } else { wire.send(p.frame) }
            })
        }),
        defect("heartbeat-interval-ignored", "the heartbeat interval of the boot's answer is ignored")
            .breaks(&["B-0008"])
            .decides(|p| p.outages.heartbeat = HeartbeatInterval::Own),
        defect("boots-on-request", "BootNotification is sent on request although the station was accepted")
            .warns(&["B-0028"])
            .wire(|_| {
                hearing(|told, p, wire| {
                    let asked = p.is_call() && p.frame.payload().is_some_and(|m| m["requestedMessage"] == "BootNotification");
                    if asked && told == "Accepted" {
                        wire.answer(&p, json!({ "status": "Accepted" }));
                        let station = json!({ "vendorName": "Diagmark", "model": "Reference" });
                        wire.call("BootNotification", json!({ "reason": "Triggered", "chargingStation": station }));
                    } else {
                        wire.deliver(p.frame);
                    }
                })
            }),
    ]
}

/// Does not repeat its boot while it is pending, unless it is asked to.
#[derive(Default)]
struct Forgetful {
    pending: bool,
    asked: bool,
}

impl Middle for Forgetful {
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        if p.call("BootNotification").is_none() || !self.pending || self.asked {
            wire.send(p.frame);
        }
    }
    fn heard(&mut self, mut p: Passing, wire: &mut Wire) {
        if let Some(answer) = p.result("BootNotification") {
            self.pending = answer["status"] == "Pending";
        }
        self.asked |= p.call("TriggerMessage").is_some();
        wire.deliver(p.frame);
    }
}

fn restarts() -> Vec<Deviation> {
    vec![
        defect("boot-reason-unknown", "every boot gives the reason Unknown")
            .breaks(&["B-0361"])
            .warns(&["B-0367"])
            .wire(|_| reason("Unknown", None)),
        defect("reset-told-as-power-up", "a restart on request is announced as PowerUp")
            .breaks(&["B-0361"])
            .wire(|_| reason("PowerUp", Some("RemoteReset"))),
        defect("reset-ignored", "a request to restart is accepted and nothing happens")
            .breaks(&["B-0361"])
            .warns(&["B-0368"])
            .leaves_open(&[
                "B-0002", "B-0003", "B-0004", "B-0005", "B-0006", "B-0008", "B-0153", "B-0363", "B-0365",
                "B-0367", "B-0474",
            ])
            .wire(|_| {
                hears(|mut p, wire| {
                    if p.call("Reset").is_some() {
                        wire.answer(&p, json!({ "status": "Accepted" }));
                    } else {
                        wire.deliver(p.frame);
                    }
                })
            }),
        defect("reset-does-not-wait", "a restart that may wait for the end of a transaction does not")
            .warns(&["B-0369"])
            .decides(|p| p.outages.on_idle = OnIdle::DoesNotWait),
        defect(
            "scheduled-reset-forgotten",
            "a restart that was put off until the end of a transaction never comes",
        )
        .warns(&["B-0369"])
        .decides(|p| p.outages.on_idle = OnIdle::Forgets),
        defect("transaction-abandoned", "a restart at once leaves a transaction without an end")
            .warns(&["B-0369"])
            .decides(|p| p.outages.at_once = AtOnce::Abandons),
        defect("one-evse-resets-all", "a request to reset one EVSE restarts the whole station")
            .warns(&["B-0368"])
            .decides(|p| p.outages.one_evse = OneEvse::Station),
    ]
}

fn survival() -> Vec<Deviation> {
    vec![
        defect("monitors-lost", "the operator's monitors are gone after a restart")
            .breaks(&["B-0153"])
            .leaves_open(&["B-0474"])
            .decides(|p| p.outages.monitors = Survival::Lost),
        defect("monitors-doubled", "the operator's monitors are there twice after a restart")
            .breaks(&["B-0153"])
            .decides(|p| p.outages.monitors = Survival::Doubled),
        defect(
            "alert-forgotten",
            "what a threshold alerted is forgotten in a restart, so that it never clears",
        )
        .breaks(&["B-0363"])
        .decides(|p| p.outages.alerted = Survival::Lost),
        defect(
            "availability-forgotten",
            "an EVSE that an operator took out of use is open again after a restart",
        )
        .breaks(&["B-0362"])
        .decides(|p| p.outages.availability = Survival::Lost),
        defect(
            "level-forgotten-unseen",
            "the monitoring level falls back in a restart while ActiveMonitoringLevel shows the old one",
        )
        .breaks(&["B-0365"])
        .decides(|p| p.outages.level = LevelAfterRestart::FactoryUnseen),
        defect("alarm-not-told-again", "an alarm that is still there after a restart is not told again")
            .warns(&["B-0364"])
            .decides(|p| p.outages.still_wrong = StillWrong::Silent),
        defect("queue-lost-without-power", "what waits to be told is lost with the power")
            .warns(&["B-0366"])
            .decides(|p| p.outages.queue_without_power = Survival::Lost),
        defect(
            "monitors-lost-without-power",
            "the operator's monitors are lost when the power goes without a warning",
        )
        .warns(&["B-0367"])
        .decides(|p| p.outages.monitors_without_power = Survival::Lost),
    ]
}

/// Keeps the states of the connectors of EVSE 2 to itself for a while after each boot.
#[derive(Default)]
struct Untold(Option<jiff::Timestamp>);

impl Middle for Untold {
    fn accepted(&mut self, wire: &mut Wire) {
        self.0 = Some(wire.now + Duration::from_secs(35));
    }
    fn heard(&mut self, mut p: Passing, wire: &mut Wire) {
        if p.call("ChangeAvailability").is_some() {
            self.0 = None;
        }
        wire.deliver(p.frame);
    }
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        let fresh = self.0.is_some_and(|until| wire.now < until);
        let second =
            |e: &Value| e["component"]["evse"]["id"] == 2 && e["variable"]["name"] == "AvailabilityState";
        let told = p.call("StatusNotification").is_some_and(|s| s["evseId"] == 2)
            || p.each_of_call("NotifyEvent", "eventData").any(|e| second(e));
        if fresh && told { wire.settle(&p) } else { wire.send(p.frame) }
    }
}
