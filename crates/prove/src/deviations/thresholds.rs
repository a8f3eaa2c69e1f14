//! What monitors watch for, and when they fire.

use super::events::{Telling, own_events, silent};
use super::{Deviation, defect, hears, variant};
use ocpp::Version;
use serde_json::{Value, json};
use station::policy::{
    Alerts, ClockAligned, DeltaReach, DeltaReference, InTransactions, OnThreshold, Period, Removal, Share,
    SwitchedOff, WhenMoved, WhenSet,
};
use station::wire::{Between, Middle, Passing, Wire};
use std::collections::BTreeMap;
use std::time::Duration;

pub(super) fn deviations() -> Vec<Deviation> {
    [thresholds(), deltas(), periods(), silences(), choices()].concat()
}

fn thresholds() -> Vec<Deviation> {
    vec![
        defect("fires-on-the-threshold", "an upper threshold alerts on a value exactly on it")
            .breaks(&["B-0141"])
            .decides(|p| p.events.on_threshold = OnThreshold::Above),
        defect("fires-on-a-lower-threshold", "a lower threshold alerts on a value exactly on it")
            .breaks(&["B-0141"])
            .decides(|p| p.events.on_threshold = OnThreshold::Below),
        defect("upper-threshold-never-clears", "an upper threshold does not tell that the value is back")
            .breaks(&["B-0140"])
            .wire(|_| own_events("UpperThreshold", without_returns)),
        defect("lower-threshold-never-clears", "a lower threshold does not tell that the value is back")
            .breaks(&["B-0142"])
            .warns(&["F-0207"])
            .wire(|_| own_events("LowerThreshold", without_returns)),
        defect("lower-threshold-silent", "a lower threshold of the operator is accepted and never fires")
            .breaks(&["B-0142"])
            .warns(&["F-0207"])
            .leaves_open(&["B-0141"])
            .wire(|_| own_events("LowerThreshold", silent)),
        defect(
            "threshold-as-value",
            "the alert of a lower threshold gives the threshold in place of the value",
        )
        .breaks(&["B-0142"])
        .warns(&["F-0207"])
        .wire(|_| {
            own_events("LowerThreshold", |monitor, mut event| {
                event["actualValue"] = json!(monitor["value"].to_string());
                vec![event]
            })
        }),
        defect(
            "return-with-the-old-value",
            "the end of a lower alert gives the value of the alert once more",
        )
        .breaks(&["B-0142"])
        .warns(&["F-0207"])
        .wire(|_| {
            let mut alerted = json!("");
            own_events("LowerThreshold", move |_, mut event| {
                if event["cleared"] == true {
                    event["actualValue"] = alerted.clone();
                }
                alerted = event["actualValue"].clone();
                vec![event]
            })
        }),
        defect("alerts-at-each-change", "a threshold alerts at each change of a value beyond it")
            .warns(&["B-0151", "B-0323"])
            .decides(|p| p.events.alerts = Alerts::AtEachChange),
        defect("moved-threshold-silent", "a threshold that is moved across the value says nothing of it")
            .warns(&["B-0150"])
            .only(&[Version::V21])
            .decides(|p| p.events.when_moved = WhenMoved::Silent),
        defect(
            "target-monitor-silent",
            "a monitor on the distance from a target is accepted and never fires",
        )
        .warns(&["B-0157"])
        .only(&[Version::V21])
        .on("dc-hpc")
        .wire(|_| own_events("TargetDelta", silent)),
        defect("share-taken-as-distance", "a relative target monitor takes its share as a distance")
            .warns(&["B-0158"])
            .only(&[Version::V21])
            .on("dc-hpc")
            .decides(|p| p.events.share = Share::OfNothing),
    ]
}

fn deltas() -> Vec<Deviation> {
    vec![
        defect(
            "delta-reference-stays",
            "a delta monitor goes on comparing with the number at which it was set",
        )
        .breaks(&["B-0144"])
        .warns(&["F-0142"])
        .decides(|p| p.events.delta_reference = DeltaReference::WhenSet),
        defect(
            "delta-reference-follows",
            "a delta monitor compares each number with the one before, told or not",
        )
        .breaks(&["B-0144"])
        .decides(|p| p.events.delta_reference = DeltaReference::LastSeen),
        defect("delta-fires-on-the-delta", "a delta monitor fires on a change of exactly its delta")
            .breaks(&["B-0144"])
            .decides(|p| p.events.delta_reach = DeltaReach::AsMuch),
        defect(
            "state-told-one-way",
            "a delta monitor on the availability does not tell that it is Available again",
        )
        .breaks(&["B-0143"])
        .wire(|_| own_events("Delta", |_, e| if e["actualValue"] == "Available" { vec![] } else { vec![e] })),
    ]
}

fn periods() -> Vec<Deviation> {
    vec![
        defect("periodic-silent", "periodic monitors are accepted and never fire")
            .breaks(&["B-0145", "B-0365", "B-0466", "B-0469"])
            .warns(&["B-0477"])
            .leaves_open(&["B-0350", "B-0388"])
            .wire(|_| own_events("Periodic", silent)),
        defect("periodic-stops", "a periodic monitor fires twice, and never again")
            .breaks(&["B-0145", "B-0365"])
            .wire(|_| {
                let mut times: BTreeMap<i64, u32> = BTreeMap::new();
                own_events("Periodic", move |_, event| {
                    let told = times.entry(event["variableMonitoringId"].as_i64().unwrap_or(0)).or_default();
                    *told += 1;
                    if *told <= 2 { vec![event] } else { vec![] }
                })
            }),
        defect("periodic-doubled", "a periodic monitor fires twice at each interval")
            .breaks(&["B-0145", "B-0466", "B-0469"])
            .wire(|_| own_events("Periodic", doubled)),
        defect("periodic-drifts", "each interval of a periodic monitor is a quarter too long")
            .breaks(&["B-0145"])
            .decides(|p| p.events.period = Period::Drifts),
        defect("periodic-as-alert", "the events of a periodic monitor are triggered as alerts")
            .breaks(&["B-0145", "B-0173", "B-0365", "B-0466", "B-0469"])
            .warns(&["B-0161", "B-0323", "B-0330"])
            .wire(|_| {
                own_events("Periodic", |_, mut event| {
                    event["trigger"] = json!("Alerting");
                    vec![event]
                })
            }),
        defect(
            "clock-aligned-off-the-clock",
            "a clock-aligned monitor fires half an interval after its time",
        )
        .breaks(&["B-0146"])
        .decides(|p| p.events.clock = ClockAligned::HalfAnIntervalLater),
        defect("clock-aligned-doubled", "a clock-aligned monitor fires twice each time")
            .breaks(&["B-0146"])
            .wire(|_| own_events("PeriodicClockAligned", doubled)),
    ]
}

fn silences() -> Vec<Deviation> {
    vec![
        defect("removal-tells-the-end", "removing a threshold that is exceeded tells that the value is back")
            .breaks(&["B-0147"])
            .decides(|p| p.monitors.removal = Removal::TellsTheEnd),
        defect("removed-monitor-ticks", "a periodic monitor that was removed fires twice more")
            .breaks(&["B-0159"])
            .wire(|_| Between::new(Lingering::default())),
        defect("transaction-monitors-always-fire", "monitors for transactions fire without one")
            .warns(&["B-0154"])
            .wire(|_| {
                hears(|mut p, wire| {
                    for m in p.each_of_call("SetVariableMonitoring", "setMonitoringData") {
                        m["transaction"] = json!(false);
                    }
                    wire.deliver(p.frame);
                })
            }),
        defect("transaction-monitors-never-fire", "monitors for transactions do not even fire during one")
            .warns(&["B-0154"])
            .decides(|p| p.events.in_transactions = InTransactions::NeverWatches),
        defect("switching-off-does-nothing", "monitors fire although monitoring is switched off")
            .warns(&["B-0161"])
            .decides(|p| p.events.switched_off = SwitchedOff::DoesNothing),
    ]
}

fn choices() -> Vec<Deviation> {
    vec![
        variant("silent-when-set", "a threshold that is exceeded when it is set waits for the next crossing")
            .allowed_by("N07.FR.16 asks for an event when a value exceeds the threshold, not while it does")
            .leaves_open(&["B-0150"])
            .only(&[Version::V201])
            .decides(|p| p.events.when_set = WhenSet::Waits),
    ]
}

fn without_returns(_: &Value, event: Value) -> Telling {
    if event["cleared"] == true { vec![] } else { vec![event] }
}

/// Tells an event twice, as two events.
fn doubled(_: &Value, event: Value) -> Telling {
    let mut again = event.clone();
    again["eventId"] = json!(event["eventId"].as_i64().unwrap_or(0) + 500_000);
    vec![event, again]
}

/// Goes on telling the values of periodic monitors that were removed.
#[derive(Default)]
struct Lingering {
    told: BTreeMap<i64, Value>,
    more: i64,
}

impl Middle for Lingering {
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        for event in p.each_of_call("NotifyEvent", "eventData").filter(|e| e["trigger"] == "Periodic") {
            self.told.insert(event["variableMonitoringId"].as_i64().unwrap_or(0), event.clone());
        }
        let results = p.each_of_result("ClearVariableMonitoring", "clearMonitoringResult");
        let gone: Vec<i64> =
            results.filter(|r| r["status"] == "Accepted").filter_map(|r| r["id"].as_i64()).collect();
        wire.send(p.frame);
        for mut event in gone.into_iter().filter_map(|id| self.told.remove(&id)) {
            if let Some(fields) = event.as_object_mut() {
                fields.remove("transactionId");
            }
            for delay in [5, 6] {
                self.more += 1;
                let time = (wire.now + Duration::from_secs(delay)).to_string();
                event["eventId"] = json!(700_000 + self.more);
                event["timestamp"] = json!(time);
                let message = json!({ "generatedAt": time, "seqNo": 0, "eventData": [event] });
                wire.call_in(Duration::from_secs(delay), "NotifyEvent", message);
            }
        }
    }
}
