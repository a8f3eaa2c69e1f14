//! Legal traffic beside what is judged.

use super::boots::saying;
use super::events::telling::{message, notice};
use super::{Deviation, hears, instead, variant};
use ocpp::frame::Frame;
use serde_json::{Value, json};
use station::wire::{Between, Middle, Passing, Wire};
use std::collections::BTreeMap;
use std::time::Duration;

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        variant(
            "answers-at-the-last-moment",
            "answers about reports and customers take almost the whole time there is",
        )
        .allowed_by("no requirement says how soon before MessageTimeout an answer comes")
        .wire(|_| {
            hears(|p, wire| {
                let slow = p.is_call() && ["GetReport", "GetMonitoringReport"].contains(&p.action.as_str());
                wire.deliver_in(Duration::from_millis(if slow { 29_900 } else { 0 }), p.frame);
            })
        }),
        variant("every-answer-takes-a-second", "every answer takes almost a second")
            .allowed_by("no requirement says how fast a station answers")
            .wire(|_| {
                hears(|p, wire| {
                    let late = if p.is_call() { 900 } else { 0 };
                    wire.deliver_in(Duration::from_millis(late), p.frame);
                })
            }),
        variant("last-parts-late", "the last part of a report takes almost the whole time there is")
            .allowed_by("no requirement says how soon after its answer a report comes")
            .wire(|_| {
                instead(|mut p, wire| {
                    let list =
                        ["NotifyReport", "NotifyMonitoringReport"].into_iter().find(|a| *a == p.action);
                    match list.and_then(|a| Some((a, p.call(a)?.clone()))) {
                        Some((action, part)) => {
                            wire.settle(&p);
                            let late = if part["tbc"] == true { 1 } else { 29 };
                            wire.call_in(Duration::from_secs(late), action, part);
                        }
                        None => wire.send(p.frame),
                    }
                })
            }),
        variant(
            "effects-before-answers",
            "states and events that follow from a request come before its answer",
        )
        .allowed_by("only what is asked for with a request has to wait for the answer (OCPP FR.05)")
        .wire(|_| {
            instead(|p, wire| {
                let quick =
                    !p.is_call() && ["ChangeAvailability", "SetVariables"].contains(&p.action.as_str());
                wire.send_in(Duration::from_millis(if quick { 50 } else { 0 }), p.frame);
            })
        }),
        variant("tenth-of-a-second", "everything takes a tenth of a second, in both directions")
            .allowed_by("no requirement says how fast a network is")
            .wire(|_| Between::new(Embedded)),
        variant(
            "message-ids-of-any-form",
            "message ids are UUIDs, long numbers, and those of the back end itself",
        )
        .allowed_by("OCPP-J asks for ids that are unique for their sender, of 36 characters at most")
        .wire(|_| Between::new(Ids::default())),
        variant(
            "chatters-all-the-time",
            "once accepted, the station sends something of its own before everything else",
        )
        .allowed_by("no requirement says when a station has nothing to tell")
        .wire(|_| {
            let mut n = 0;
            saying(move |told, p, wire| {
                // A restart is not known here before it is told.
                if told == "Accepted" && !(p.is_call() && p.action == "BootNotification") {
                    n += 1;
                    chat(n, wire);
                }
                wire.send(p.frame);
            })
        }),
        variant("time-asked-before-each-answer", "right before each answer the station sends a Heartbeat")
            .allowed_by("G02.FR.01 says how often at least, and requests of both sides may cross")
            .wire(|_| {
                saying(|told, p, wire| {
                    if told == "Accepted" && !p.is_call() {
                        wire.call("Heartbeat", json!({}));
                    }
                    wire.send(p.frame);
                })
            }),
        variant("meter-values-each-second", "meter values of an EVSE come every second")
            .allowed_by("J01.FR.01 lets a station send them outside of transactions")
            .wire(|_| Between::new(Metering::default())),
        variant("alerts-seconds-late", "what a threshold of the operator alerts is sent three seconds later")
            .allowed_by("no requirement says how soon an event is sent")
            .wire(|_| {
                instead(|mut p, wire| {
                    let alert = |e: &Value| {
                        e["eventNotificationType"] == "CustomMonitor" && e["trigger"] == "Alerting"
                    };
                    let alerts = p.each_of_call("NotifyEvent", "eventData").any(|e| alert(e));
                    wire.send_in(Duration::from_secs(if alerts { 3 } else { 0 }), p.frame);
                })
            }),
        variant("texts-in-fragments", "each message comes in many WebSocket frames, with pings between them")
            .allowed_by("RFC 6455 lets every message come in fragments")
            .wire(|_| {
                instead(|p, wire| {
                    wire.fragmented = true;
                    wire.send(p.frame);
                })
            }),
        variant("unknown-actions-sent", "the station sends an action that no version knows")
            .allowed_by("OCPP-J has an answer for it, NotImplemented, and forbids none")
            .wire(|_| {
                instead(|p, wire| {
                    if p.action == "GetLog" {
                        wire.call("NotifyCoffee", json!({ "cups": 2 }));
                    }
                    wire.send(p.frame);
                })
            }),
    ]
}

/// Says something that no scenario is about, another thing each time.
fn chat(n: u64, wire: &mut Wire) {
    let now = wire.now.to_string();
    let (action, payload) = match n % 4 {
        0 => ("Heartbeat", json!({})),
        1 => ("DataTransfer", json!({ "vendorId": "org.diagmark", "messageId": "Chat" })),
        2 => ("SecurityEventNotification", json!({ "type": "SettingSystemTime", "timestamp": now })),
        _ => ("NotifyEvent", message(&now, vec![notice(n, wire)])),
    };
    wire.call(action, payload);
}

/// Tells every second what an EVSE measures, while it is accepted.
#[derive(Default)]
struct Metering {
    accepted: bool,
    began: bool,
    /// Connected again and silent yet: it may have started anew.
    fresh: bool,
}

impl Middle for Metering {
    fn heard(&mut self, mut p: Passing, wire: &mut Wire) {
        if let Some(answer) = p.result("BootNotification") {
            self.accepted = answer["status"] == "Accepted";
        }
        wire.deliver(p.frame);
    }
    fn said(&mut self, p: Passing, wire: &mut Wire) {
        self.fresh = false;
        self.accepted &= !p.is_call() || p.action != "BootNotification";
        wire.send(p.frame);
    }
    fn connected(&mut self, _: &mut Wire) {
        self.fresh = true;
    }
    fn accepted(&mut self, wire: &mut Wire) {
        if !std::mem::replace(&mut self.began, true) {
            wire.wake_in(Duration::from_secs(1));
        }
    }
    fn woken(&mut self, wire: &mut Wire) {
        if self.accepted && !self.fresh {
            let value = json!({ "timestamp": wire.now.to_string(), "sampledValue": [{ "value": 7.4 }] });
            wire.call("MeterValues", json!({ "evseId": 1, "meterValue": [value] }));
        }
        wire.wake_in(Duration::from_secs(1));
    }
}

struct Embedded;

const LATENCY: Duration = Duration::from_millis(100);

impl Middle for Embedded {
    fn said(&mut self, p: Passing, wire: &mut Wire) {
        wire.send_in(LATENCY, p.frame);
    }
    fn heard(&mut self, p: Passing, wire: &mut Wire) {
        wire.deliver_in(LATENCY, p.frame);
    }
}

/// Gives the station's requests other ids.
#[derive(Default)]
struct Ids(BTreeMap<String, String>);

impl Middle for Ids {
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        if let Frame::Call { id, .. } = &mut p.frame {
            let n = self.0.len();
            let other = match n % 4 {
                0 => format!("0a1b2c3d-0000-4000-8000-{n:012}"),
                1 => format!("{}", 10_000_000_000_000_000_000_u64.saturating_add(n as u64)),
                2 => format!("m{n}"),
                // Unique per sender only: it may be one that the back end uses too.
                _ => format!("d{}-{}", n / 12, n / 4 % 3 + 1),
            };
            self.0.insert(other.clone(), std::mem::replace(id, other));
        }
        wire.send(p.frame);
    }
    fn heard(&mut self, mut p: Passing, wire: &mut Wire) {
        if let Frame::CallResult { id, .. } | Frame::CallError { id, .. } = &mut p.frame {
            *id = self.0.get(id).cloned().unwrap_or_default();
        }
        wire.deliver(p.frame);
    }
}
