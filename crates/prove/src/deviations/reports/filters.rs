//! Filters of reports, and what they select.

use super::super::{Deviation, defect, hears, says, variant};
use super::listed;
use serde_json::{Value, json};
use station::policy::{CriterionReach, LeftOut};
use station::wire::Between;

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        defect("component-filter-ignored", "a report on one component lists all of them")
            .warns(&["B-0017", "B-0018", "B-0027"])
            .wire(|_| asked_as("GetReport", |r| forget(r, "componentVariable"))),
        defect("nothing-accepted", "a report on a component that does not exist is accepted and never sent")
            .warns(&["B-0018"])
            .wire(|_| unknown_component("Accepted")),
        defect("nothing-rejected", "a report on a component that does not exist is rejected")
            .warns(&["B-0018"])
            .wire(|_| unknown_component("Rejected")),
        defect("criteria-ignored", "a report on components with a problem lists all components")
            .warns(&["B-0026"])
            .wire(|_| asked_as("GetReport", |r| forget(r, "componentCriteria"))),
        defect(
            "criterion-needs-its-variable",
            "a report on active components leaves out those that cannot be switched off",
        )
        .warns(&["B-0026"])
        .decides(|p| p.answers.criterion = CriterionReach::OnlyWithVariable),
        defect("problem-without-variable", "a report on problems lists components that know of none")
            .warns(&["B-0026"])
            .decides(|p| p.answers.criterion = CriterionReach::ProblemsWithoutVariable),
        defect("criterion-takes-any-value", "a report on available components lists those that are not")
            .warns(&["B-0026"])
            .decides(|p| p.answers.criterion = CriterionReach::WhateverItSays),
        defect("report-needs-the-place", "a report on connectors lists none unless their place is named")
            .warns(&["B-0027"])
            .decides(|p| p.answers.report_filter = LeftOut::EVSE),
        defect("summary-refused-and-sent", "the summary is called not supported, and sent")
            .warns(&["B-0030"])
            .wire(|_| {
                hears(|mut p, wire| {
                    match p.call("GetBaseReport").filter(|r| summary("", r)).filter(|r| is_proper(r)).cloned()
                    {
                        Some(request) => {
                            wire.answer(&p, json!({ "status": "NotSupported" }));
                            let at = wire.now.to_string();
                            let id = &request["requestId"];
                            wire.call(
                                "NotifyReport",
                                json!({ "requestId": id, "generatedAt": at, "seqNo": 0 }),
                            );
                        }
                        None => wire.deliver(p.frame),
                    }
                })
            }),
        defect("monitoring-criteria-ignored", "a report of monitors by their kind lists all kinds")
            .breaks(&["B-0102"])
            .wire(|_| {
                asked_as("GetMonitoringReport", |r| {
                    if r.get("componentVariable").is_none() && kinds(r) == 1 {
                        forget(r, "monitoringCriteria");
                    }
                })
            }),
        defect("only-the-criterion-counts", "of a criterion and a variable only the criterion counts")
            .breaks(&["B-0107"])
            .wire(|_| {
                asked_as("GetMonitoringReport", |r| {
                    if kinds(r) > 0 {
                        forget(r, "componentVariable");
                    }
                })
            }),
        defect("one-criterion-only", "of several kinds of monitors only the first is reported")
            .breaks(&["B-0106"])
            .wire(|_| {
                asked_as("GetMonitoringReport", |r| {
                    if let Some(all) = listed("monitoringCriteria", r) {
                        all.truncate(1);
                    }
                })
            }),
        defect(
            "monitoring-variable-ignored",
            "a report of the monitors of a variable lists those of its component",
        )
        .breaks(&["B-0103", "B-0108"])
        .wire(|_| {
            asked_as("GetMonitoringReport", |r| {
                if r.get("monitoringCriteria").is_none() {
                    listed("componentVariable", r).into_iter().flatten().for_each(|e| forget(e, "variable"));
                }
            })
        }),
        defect("no-monitors-accepted", "a report of monitors that there are not is accepted and never sent")
            .breaks(&["B-0104"])
            .wire(|_| answered_as("GetMonitoringReport", "EmptyResultSet", "Accepted")),
        defect("no-monitors-rejected", "a report of monitors that there are not is rejected")
            .breaks(&["B-0104"])
            .wire(|_| answered_as("GetMonitoringReport", "EmptyResultSet", "Rejected")),
        defect(
            "monitors-need-the-variable",
            "a report of the monitors of a component finds none without a variable",
        )
        .breaks(&["B-0105"])
        .decides(|p| p.answers.monitoring_filter = LeftOut::VARIABLE),
        defect(
            "monitors-need-the-place",
            "a report of the monitors of a component finds none without its place",
        )
        .breaks(&["B-0108"])
        .decides(|p| p.answers.monitoring_filter = LeftOut::EVSE),
        defect(
            "monitors-need-the-connector",
            "a report of the monitors at an EVSE leaves out those of its connectors",
        )
        .breaks(&["B-0108"])
        .decides(|p| p.answers.monitoring_filter = LeftOut::CONNECTOR),
        defect("monitors-need-the-instance", "a report of monitors leaves out instances of the component")
            .breaks(&["B-0108"])
            .decides(|p| p.answers.monitoring_filter = LeftOut::INSTANCE),
        defect(
            "monitors-need-the-variable-instance",
            "a report of monitors leaves out instances of the variable",
        )
        .breaks(&["B-0108"])
        .decides(|p| p.answers.monitoring_filter = LeftOut::VARIABLE_INSTANCE),
        variant("summary-not-supported", "there is no summary inventory")
            .allowed_by("only the two other inventories have to be supported (OCPP B07.FR.02, B07.FR.12)")
            .wire(|_| {
                hears(|mut p, wire| {
                    match p.call("GetBaseReport").filter(|r| summary("", r)).filter(|r| is_proper(r)) {
                        Some(_) => wire.answer(&p, json!({ "status": "NotSupported" })),
                        None => wire.deliver(p.frame),
                    }
                })
            }),
        variant("inventories-alike", "each base report is the full inventory")
            .allowed_by("no requirement limits what the smaller inventories hold (OCPP B07.FR.07, B07.FR.09)")
            .wire(|_| {
                asked_as("GetBaseReport", |r| {
                    if r.get("reportBase").is_some() {
                        r["reportBase"] = json!("FullInventory");
                    }
                })
            }),
    ]
}

fn summary(_: &str, request: &Value) -> bool {
    request["reportBase"] == "SummaryInventory"
}

fn kinds(request: &Value) -> usize {
    request["monitoringCriteria"].as_array().map_or(0, Vec::len)
}

fn forget(object: &mut Value, key: &str) {
    if let Some(object) = object.as_object_mut() {
        object.remove(key);
    }
}

/// The station hears another request.
fn asked_as(action: &'static str, change: fn(&mut Value)) -> Between {
    hears(move |mut p, wire| {
        if let Some(request) = p.call(action).filter(|r| is_proper(r)) {
            change(request);
        }
        wire.deliver(p.frame);
    })
}

/// Whether a request names nothing that OCPP does not know: what is malformed is refused as ever.
fn is_proper(request: &Value) -> bool {
    const KNOWN: [&str; 10] = [
        "ConfigurationInventory",
        "FullInventory",
        "SummaryInventory",
        "Active",
        "Available",
        "Enabled",
        "Problem",
        "ThresholdMonitoring",
        "DeltaMonitoring",
        "PeriodicMonitoring",
    ];
    let is_known = |v: &Value| v.as_str().is_some_and(|name| KNOWN.contains(&name));
    let lists = ["componentCriteria", "monitoringCriteria"];
    let criteria = lists.into_iter().filter_map(|list| request.get(list));
    let is_short = |list: &str| request.get(list).and_then(Value::as_array).is_none_or(|l| l.len() <= 4);
    request.get("reportBase").is_none_or(is_known)
        && lists.into_iter().all(is_short)
        && criteria.filter_map(Value::as_array).flatten().all(is_known)
        && request["requestId"].is_i64()
}

/// Answers a request for a report on a component that does not exist.
fn unknown_component(status: &'static str) -> Between {
    hears(move |mut p, wire| {
        let mut asked = p.each_of_call("GetReport", "componentVariable");
        let is_unknown = asked.any(|e| e["component"]["name"] == "NoSuchComponentForSure");
        drop(asked);
        if is_unknown {
            wire.answer(&p, json!({ "status": status }));
        } else {
            wire.deliver(p.frame);
        }
    })
}

/// The station answers with another status.
fn answered_as(action: &'static str, is: &'static str, said: &'static str) -> Between {
    says(move |p| {
        if let Some(answer) = p.result(action).filter(|a| a["status"] == is) {
            answer["status"] = json!(said);
        }
    })
}
