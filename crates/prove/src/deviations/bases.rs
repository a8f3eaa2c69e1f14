//! The monitoring base and the monitoring level.

use super::monitors::known;
use super::{Deviation, defect, hears, says, variant};
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::json;
use station::policy::{BaseMeans, LevelReach, Levels};
use station::wire::{Between, Middle, Passing, Wire};
use std::collections::BTreeSet;

pub(super) fn deviations() -> Vec<Deviation> {
    [bases(), levels(), choices()].concat()
}

fn bases() -> Vec<Deviation> {
    vec![
        defect(
            "base-is-an-enable-level",
            "monitors outside the base only sleep, and are back when All is set",
        )
        .breaks(&["B-0170", "B-0171"])
        .decides(|p| p.monitors.base = BaseMeans::EnableLevel),
        defect("hardwired-keeps-custom", "the operator's monitors survive HardWiredOnly")
            .breaks(&["B-0170"])
            .decides(|p| p.monitors.base = BaseMeans::HardWiredAndCustom),
        defect("hardwired-keeps-preconfigured", "preconfigured monitors survive HardWiredOnly")
            .breaks(&["B-0176"])
            .only(&[Version::V21])
            .decides(|p| p.monitors.base = BaseMeans::HardWiredAndPreconfigured),
        defect("factory-keeps-custom", "the operator's monitors survive FactoryDefault")
            .breaks(&["B-0171"])
            .decides(|p| p.monitors.base = BaseMeans::FactoryAndCustom),
        defect(
            "factory-forgets-replaced",
            "a preconfigured monitor that was replaced is gone after FactoryDefault",
        )
        .breaks(&["B-0135"])
        .decides(|p| p.monitors.base = BaseMeans::FactoryForgetsReplaced),
        defect("all-removes-custom", "the operator's monitors are gone when All is set")
            .breaks(&["B-0172"])
            .decides(|p| p.monitors.base = BaseMeans::AllButCustom),
        defect("all-without-preconfigured", "preconfigured monitors do not come back when All is set")
            .breaks(&["B-0175"])
            .decides(|p| p.monitors.base = BaseMeans::AllButPreconfigured),
        defect(
            "replaced-still-preconfigured",
            "a preconfigured monitor that was replaced is still called one",
        )
        .breaks(&["B-0136"])
        .only(&[Version::V21])
        .wire(|_| {
            let mut shipped = BTreeSet::new();
            says(move |p| {
                let all = p.each_of_call("NotifyMonitoringReport", "monitor");
                let lists = all.filter_map(|e| e.get_mut("variableMonitoring")?.as_array_mut());
                for m in lists.flatten() {
                    let (id, class) = (m["id"].as_i64(), m["eventNotificationType"].clone());
                    if class == "PreconfiguredMonitor" {
                        shipped.insert(id);
                    } else if class == "CustomMonitor" && shipped.contains(&id) {
                        m["eventNotificationType"] = json!("PreconfiguredMonitor");
                    }
                }
            })
        }),
        defect("base-in-force-unsaid", "ActiveMonitoringBase is All whatever base is in force")
            .breaks(&["B-0174"])
            .wire(|_| reads("ActiveMonitoringBase", "All")),
        defect("unknown-base-accepted", "a monitoring base that does not exist is accepted")
            .breaks(&["B-0160"])
            .wire(|_| {
                hears(|mut p, wire| {
                    if known(&mut p, "SetMonitoringBase", "monitoringBase") {
                        wire.deliver(p.frame);
                    } else {
                        wire.answer(&p, json!({ "status": "Accepted" }));
                    }
                })
            }),
    ]
}

fn levels() -> Vec<Deviation> {
    vec![
        defect("level-lets-less-through", "a monitoring level below 9 does not let its own severity through")
            .breaks(&["B-0148"])
            .decides(|p| p.events.level = LevelReach::BelowIt),
        defect("level-lets-more-through", "a monitoring level lets the next milder severity through as well")
            .breaks(&["B-0148"])
            .decides(|p| p.events.level = LevelReach::OneMore),
        defect("level-spares-periodic", "periodic monitors fire whatever the monitoring level is")
            .breaks(&["B-0173", "B-0365"])
            .decides(|p| p.events.level = LevelReach::UpToItAndPeriodic),
        defect("level-below-zero-is-zero", "monitoring level -1 is accepted as 0")
            .breaks(&["B-0160"])
            .only(&[ocpp::Version::V201])
            .decides(|p| p.monitors.levels = Levels::RaisedToZero),
        defect("level-ten-is-nine", "monitoring level 10 is accepted as 9")
            .breaks(&["B-0149"])
            .decides(|p| p.monitors.levels = Levels::CutToNine),
        defect("level-in-force-unsaid", "ActiveMonitoringLevel is 9 whatever level is in force")
            .breaks(&["B-0174", "B-0365"])
            .wire(|_| reads("ActiveMonitoringLevel", "9")),
    ]
}

fn choices() -> Vec<Deviation> {
    vec![
        variant("unknown-names-get-a-status", "what is outside the schema is answered with a status, not a CALLERROR")
            .allowed_by("an unknown criterion or base may be NotSupported, a level Rejected (N02.FR.02, N03.FR.02, N05.FR.02)")
            .wire(|_| {
                hears(|mut p, wire| {
                    let unknown = !known(&mut p, "SetMonitoringBase", "monitoringBase")
                        || !known(&mut p, "GetMonitoringReport", "monitoringCriteria");
                    let level = p.call("SetMonitoringLevel").and_then(|c| c["severity"].as_i64());
                    if unknown {
                        wire.answer(&p, json!({ "status": "NotSupported" }));
                    } else if level < Some(0) && level.is_some() {
                        wire.answer(&p, json!({ "status": "Rejected" }));
                    } else {
                        wire.deliver(p.frame);
                    }
                })
            }),
        variant("level-falls-back-at-boot", "after each boot the monitoring level is what the maker prefers")
            .allowed_by("no requirement keeps the level over a reboot")
            .wire(|_| Between::new(Forgetful)),
        variant("monitoring-off-at-the-factory", "monitoring is switched off when the station is delivered")
            .allowed_by("no requirement states what MonitoringCtrlr.Enabled is at first")
            .model(|m| {
                let enabled = m.variables.iter_mut().find(|v| {
                    v.address.component.name == "MonitoringCtrlr" && v.address.variable.name == "Enabled"
                });
                if let Some(actual) = enabled.and_then(|v| v.attributes.first_mut()) {
                    actual.value = "false".to_owned();
                }
            }),
    ]
}

/// Sets the monitoring level itself when it is accepted.
struct Forgetful;

impl Middle for Forgetful {
    fn accepted(&mut self, wire: &mut Wire) {
        wire.deliver(Frame::call("own".to_owned(), "SetMonitoringLevel", json!({ "severity": 5 })));
    }
    fn said(&mut self, passing: Passing, wire: &mut Wire) {
        if passing.id() != "own" {
            wire.send(passing.frame);
        }
    }
}

/// Reading a variable of MonitoringCtrlr gives always the same.
fn reads(variable: &'static str, value: &'static str) -> Between {
    says(move |p| {
        for r in p.each_of_result("GetVariables", "getVariableResult") {
            if r["variable"]["name"] == variable && r["attributeStatus"] == "Accepted" {
                r["attributeValue"] = json!(value);
            }
        }
    })
}
