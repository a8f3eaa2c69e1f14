//! Parts of reports: their numbers, the last of them, and what is lost or doubled.

use super::super::{Deviation, defect, instead, says};
use super::{all_monitors, configuration, entries, entries_of, full, listed, part, parts_of};
use serde_json::{Value, json};
use station::wire::{Passing, Wire};

pub(super) fn deviations() -> Vec<Deviation> {
    inventories().into_iter().chain(monitors()).collect()
}

/// A part that never reaches the wire.
fn lose(p: Passing, wire: &mut Wire) {
    wire.settle(&p);
}

/// The last part of a report is lost.
fn lose_last(mut p: Passing, wire: &mut Wire) {
    if part(&mut p).is_some_and(|(_, part)| part["tbc"] == false) {
        lose(p, wire)
    } else {
        wire.send(p.frame)
    }
}

/// Says that another part follows, which does not.
fn announce_another(mut p: Passing, wire: &mut Wire) {
    if let Some((_, part)) = part(&mut p) {
        part["tbc"] = json!(true);
    }
    wire.send(p.frame);
}

/// Counts the parts from one.
fn count_from_one(mut p: Passing, wire: &mut Wire) {
    if let Some((_, part)) = part(&mut p) {
        part["seqNo"] = json!(part["seqNo"].as_i64().map(|n| n + 1));
    }
    wire.send(p.frame);
}

/// Names another request.
fn name_another(mut p: Passing, wire: &mut Wire) {
    if let Some((_, part)) = part(&mut p) {
        part["requestId"] = json!(part["requestId"].as_i64().map(|id| id + 1000));
    }
    wire.send(p.frame);
}

/// Sends the last part in two: what there is, and an empty list.
fn end_with_nothing(mut p: Passing, wire: &mut Wire) {
    let Some((list, last)) = part(&mut p).filter(|(_, part)| part["tbc"] == false) else {
        return wire.send(p.frame);
    };
    let mut empty = last.clone();
    last["tbc"] = json!(true);
    empty["seqNo"] = json!(last["seqNo"].as_i64().map(|n| n + 1));
    empty[list] = json!([]);
    let action = p.action.clone();
    wire.send(p.frame);
    wire.call(&action, empty);
}

fn inventories() -> Vec<Deviation> {
    vec![
        defect("inventory-never-sent", "the full inventory is accepted and never sent")
            .breaks(&["B-0010"])
            .leaves_open(&["B-0305", "B-0306", "B-0308", "B-0331", "B-0385"])
            .wire(|_| parts_of(full, lose)),
        defect("inventory-never-ends", "the last part of the full inventory announces another one")
            .breaks(&["B-0010"])
            .leaves_open(&["B-0305", "B-0306", "B-0308", "B-0331", "B-0385"])
            .wire(|_| parts_of(full, announce_another)),
        defect("inventory-of-another-request", "the full inventory carries the id of another request")
            .breaks(&["B-0010"])
            .leaves_open(&["B-0305", "B-0306", "B-0308", "B-0331", "B-0385"])
            .wire(|_| parts_of(full, name_another)),
        defect("inventory-numbered-from-one", "the parts of the full inventory are numbered from one")
            .breaks(&["B-0010"])
            .wire(|_| parts_of(full, count_from_one)),
        defect(
            "numbers-run-across-reports",
            "the parts of a report are numbered on from those of the last report",
        )
        .breaks(&["B-0003", "B-0011", "B-0101"])
        .warns(&["B-0017", "B-0030"])
        .wire(|_| {
            let mut next = 0;
            says(move |p| {
                if let Some((_, part)) = part(p) {
                    part["seqNo"] = json!(next);
                    next += 1;
                }
            })
        }),
        defect(
            "configuration-never-ends",
            "the last part of the configuration inventory announces another one",
        )
        .breaks(&["B-0003", "B-0011"])
        .wire(|_| parts_of(configuration, announce_another)),
        defect("configuration-last-part-lost", "the last part of the configuration inventory is lost")
            .breaks(&["B-0003", "B-0011"])
            .wire(|_| parts_of(configuration, lose_last)),
        defect("setting-not-listed", "the configuration inventory lacks a variable that can be written")
            .breaks(&["B-0011"])
            .wire(|_| {
                entries_of(configuration, |all| all.retain(|e| e["variable"]["name"] != "OfflineThreshold"))
            }),
        defect("configuration-other-unit", "the configuration inventory says another unit than the full one")
            .breaks(&["B-0025"])
            .wire(|_| each_setting(|e| e["variableCharacteristics"]["unit"] = json!("min"))),
        defect("password-in-the-inventory", "the inventory shows the value of a write-only variable")
            .breaks(&["B-0489"])
            .wire(|_| {
                says(|p| {
                    for e in entries(p).filter(|e| e["variable"]["name"] == "BasicAuthPassword") {
                        if let Some(a) = listed("variableAttribute", e).and_then(|all| all.first_mut()) {
                            a["value"] = json!("a-password-of-16");
                        }
                    }
                })
            }),
        defect("report-before-its-answer", "a report is sent before the request is answered")
            .breaks(&["B-0242"])
            .wire(|_| {
                instead(|p, wire| {
                    if !p.is_call() && p.action == "GetBaseReport" {
                        wire.send_in(std::time::Duration::from_millis(50), p.frame);
                    } else {
                        wire.send(p.frame);
                    }
                })
            }),
        defect("parts-with-an-empty-list", "the last part of each report has a list without entries")
            .breaks(&["B-0204", "B-0212"])
            .wire(|_| instead(end_with_nothing)),
        defect(
            "two-reports-mixed",
            "the last part of the configuration inventory carries the id of the report before",
        )
        .breaks(&["B-0003", "B-0011"])
        .wire(|_| {
            parts_of(configuration, |mut p, wire| {
                if let Some((_, part)) = part(&mut p).filter(|(_, part)| part["tbc"] == false) {
                    part["requestId"] = json!(part["requestId"].as_i64().map(|id| id - 1));
                }
                wire.send(p.frame);
            })
        }),
    ]
}

/// Changes what the configuration inventory says of one setting, for one that the full inventory has as well.
fn each_setting(change: fn(&mut Value)) -> station::wire::Between {
    entries_of(configuration, move |all| {
        all.iter_mut().filter(|e| e["variable"]["name"] == "EVConnectionTimeOut").for_each(change);
    })
}

fn monitors() -> Vec<Deviation> {
    vec![
        defect("monitors-numbered-from-one", "the parts of the report of all monitors are numbered from one")
            .breaks(&["B-0101"])
            .wire(|_| parts_of(all_monitors, count_from_one)),
        defect("monitors-listed-twice", "the report of all monitors lists each of them twice")
            .breaks(&["B-0101", "B-0301"])
            .wire(|_| entries_of(all_monitors, |all| all.extend(all.clone()))),
        defect(
            "class-not-reported",
            "the report says of the operator's monitors that they were preconfigured",
        )
        .breaks(&["B-0109", "B-0136", "B-0326"])
        .only(&[ocpp::Version::V21])
        .wire(|_| {
            each_monitor(|m| {
                if m["eventNotificationType"] == "CustomMonitor" {
                    m["eventNotificationType"] = json!("PreconfiguredMonitor");
                }
            })
        }),
    ]
}

/// Changes what the report of all monitors says of each.
fn each_monitor(change: fn(&mut Value)) -> station::wire::Between {
    entries_of(all_monitors, move |all| {
        all.iter_mut().filter_map(|entry| listed("variableMonitoring", entry)).flatten().for_each(change);
    })
}
