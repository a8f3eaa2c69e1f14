//! What OCPP leaves to the station.

use super::boots::{hearing, is_boot_answer, saying};
use super::{Deviation, hears, says, variant};
use serde_json::{Value, json};
use station::policy::outages::{ComingBack, LevelAfterRestart, StatesAfterBoot, StillWrong};
use station::wire::{Between, Middle, Passing, Wire};
use std::time::Duration;

/// Gives every monitor another id after each start.
#[derive(Default)]
struct Renumbered {
    starts: i64,
}

impl Renumbered {
    fn shift(&self, id: Option<&mut Value>, sign: i64) {
        if let Some(id) = id
            && let Some(old) = id.as_i64()
        {
            *id = json!(old + sign * 1000 * self.starts);
        }
    }
}

impl Middle for Renumbered {
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        for e in p.each_of_call("NotifyEvent", "eventData") {
            self.shift(e.get_mut("variableMonitoringId"), 1);
        }
        for entry in p.each_of_call("NotifyMonitoringReport", "monitor") {
            let monitors = entry.get_mut("variableMonitoring").and_then(Value::as_array_mut);
            monitors.into_iter().flatten().for_each(|m| self.shift(m.get_mut("id"), 1));
        }
        for result in p.each_of_result("SetVariableMonitoring", "setMonitoringResult") {
            self.shift(result.get_mut("id"), 1);
        }
        for result in p.each_of_result("ClearVariableMonitoring", "clearMonitoringResult") {
            self.shift(result.get_mut("id"), 1);
        }
        for key in ["id", "variableMonitoringId"] {
            let stream = p.call("OpenPeriodicEventStream").and_then(|m| m.get_mut("constantStreamData"));
            self.shift(stream.and_then(|s| s.get_mut(key)).filter(|_| key != "id"), 1);
        }
        wire.send(p.frame);
    }
    fn heard(&mut self, mut p: Passing, wire: &mut Wire) {
        for data in p.each_of_call("SetVariableMonitoring", "setMonitoringData") {
            self.shift(data.get_mut("id"), -1);
        }
        for id in p.each_of_call("ClearVariableMonitoring", "id") {
            self.shift(Some(id), -1);
        }
        wire.deliver(p.frame);
    }
    fn accepted(&mut self, _: &mut Wire) {
        self.starts += 1;
    }
}

/// Has more to say once it was accepted.
struct Talkative;

impl Middle for Talkative {
    fn accepted(&mut self, wire: &mut Wire) {
        wire.call("Heartbeat", json!({}));
        wire.call("DataTransfer", json!({ "vendorId": "org.diagmark", "messageId": "Hello" }));
        wire.call("FirmwareStatusNotification", json!({ "status": "Idle" }));
    }
}

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        variant("monitor-ids-after-restart", "every monitor has another id after each restart")
            .allowed_by("OCPP N04.FR.19")
            .only(&[ocpp::Version::V201])
            .wire(|_| Between::new(Renumbered::default())),
        variant("boot-takes-twenty-seconds", "each boot takes twenty seconds more")
            .allowed_by("no requirement says how long a boot takes; B-0361 allows three minutes")
            .wire(|_| {
                saying(|told, p, wire| {
                    let first =
                        p.is_call() && p.action == "BootNotification" && matches!(told, "" | "Accepted");
                    wire.send_in(Duration::from_secs(if first { 20 } else { 0 }), p.frame);
                })
            }),
        variant(
            "reconnects-after-half-a-minute",
            "after a lost connection the station waits for half a minute",
        )
        .allowed_by("OCPP Part 4, reconnecting: RetryBackOffWaitMinimum is the operator's")
        .decides(|p| p.outages.coming_back = ComingBack::Later),
        variant(
            "talkative-after-boot",
            "after each boot the station sends Heartbeat, DataTransfer and its firmware state",
        )
        .allowed_by("no requirement limits what follows an accepted boot")
        .wire(|_| Between::new(Talkative)),
        variant(
            "states-after-events",
            "after a boot the events are told before the states of the connectors",
        )
        .allowed_by("OCPP B01.FR.05 orders nothing")
        .decides(|p| p.outages.states_after_boot = StatesAfterBoot::AllAtLast),
        variant(
            "all-alarms-told-again",
            "after a restart every threshold that is still exceeded is told again, those of the operator too",
        )
        .allowed_by("no requirement forbids it; OCPP N07.FR.13 only keeps the monitors")
        .decides(|p| p.outages.still_wrong = StillWrong::AlsoThoseOfOperator),
        variant("alarms-told-twice", "an alarm that is still there after a restart is told twice")
            .allowed_by("no requirement forbids it; archetype row B-0364 asks for one")
            .decides(|p| p.outages.still_wrong = StillWrong::ToldTwice),
        variant("boot-with-modem", "BootNotification has the optional modem")
            .allowed_by("OCPP BootNotificationRequest.chargingStation.modem is optional")
            .wire(|_| {
                says(|p| {
                    if let Some(boot) = p.call("BootNotification") {
                        boot["chargingStation"]["modem"] =
                            json!({ "iccid": "8988211000000000001", "imsi": "901700000000001" });
                    }
                })
            }),
        variant(
            "leaves-when-rejected",
            "a station that was rejected closes its connection until it boots again",
        )
        .allowed_by("OCPP B03.FR.03")
        .wire(|_| {
            hearing(|told, mut p, wire| {
                let rejected = is_boot_answer(&mut p) && told == "Rejected";
                wire.deliver(p.frame);
                if rejected {
                    wire.cut(Some(Duration::from_secs(10)));
                }
            })
        }),
        variant("level-falls-back", "the monitoring level is 9 again after a restart, and is shown so")
            .allowed_by("OCPP says nothing of the level after a restart")
            .decides(|p| p.outages.level = LevelAfterRestart::Factory),
        variant("refuses-to-restart", "every request to restart is rejected")
            .allowed_by("OCPP B11.FR.01: the station may reject it")
            .leaves_open(&[
                "B-0002", "B-0003", "B-0004", "B-0005", "B-0006", "B-0008", "B-0153", "B-0361", "B-0362",
                "B-0363", "B-0364", "B-0365", "B-0366", "B-0367", "B-0369", "B-0474", "B-0487",
            ])
            .wire(|_| {
                hears(|mut p, wire| {
                    if p.call("Reset").is_some() {
                        wire.answer(&p, json!({ "status": "Rejected" }));
                    } else {
                        wire.deliver(p.frame);
                    }
                })
            }),
    ]
}
