//! Finding a station's inventories in a trace, whoever asked for them.

use crate::answer::{Answer, Reply};
use crate::boot::Identity;
use crate::inventory::Inventory;
use crate::monitors::MonitoringReport;
use crate::results::{self, Kind};
use crate::{Check, Paged, Part, Window, part};
use ocpp::frame::Frame;
use serde_json::Value;
use std::collections::BTreeSet;
use trace::{Direction, Seq};

/// What a station reported itself to be made of and to watch.
#[derive(Debug, Clone)]
pub struct Inventories {
    /// The full inventory.
    pub inventory: Inventory,
    /// Its monitors, or why they are not known.
    pub monitors: Result<MonitoringReport, String>,
    /// What makes either doubtful: parts that were lost or numbered wrongly.
    pub doubts: Vec<String>,
}

/// There is no full inventory to look into.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoInventory {
    /// Nobody asked for it.
    #[error("the full inventory was not requested")]
    NotRequested,
    /// The station did not give it.
    #[error("there is no full inventory: {0}")]
    NotGiven(String),
}

/// Reads the first whole full inventory of a trace, and the first whole report of all its monitors.
///
/// Monitors that the CSMS itself had set before are left out of the report where that can be told, and a report
/// while only hardwired monitors were active is passed over.
///
/// # Errors
/// When there is no full inventory, and why.
pub fn read(window: Window<'_>) -> Result<Inventories, NoInventory> {
    let frames: Vec<(Seq, Direction, &Frame)> = window.frames().collect();
    let mut doubts = Vec::new();
    let inventory = inventory(&frames, &mut doubts)?;
    let monitors = monitors(&frames, &mut doubts);
    Ok(Inventories { inventory, monitors, doubts })
}

/// What the station says of itself: BootNotification, and where that says nothing, the inventory.
pub fn described(inventory: &Inventory, booted: Identity) -> Identity {
    let says = |variable: &str| {
        let component = ocpp::ComponentRef { name: "ChargingStation".to_owned(), instance: None, evse: None };
        let variable = ocpp::VariableRef { name: variable.to_owned(), instance: None };
        let found = inventory.find(&ocpp::VariableAddress { component, variable })?;
        found.value().filter(|text| !text.trim().is_empty()).map(str::to_owned)
    };
    Identity {
        vendor: booted.vendor.or_else(|| says("VendorName")),
        model: booted.model.or_else(|| says("Model")),
        serial: booted.serial.or_else(|| says("SerialNumber")),
        firmware: booted.firmware.or_else(|| says("FirmwareVersion")),
        at: booted.at,
    }
}

type Frames<'a> = [(Seq, Direction, &'a Frame)];

fn inventory(frames: &Frames<'_>, doubts: &mut Vec<String>) -> Result<Inventory, NoInventory> {
    let full = |a: &Answer| a.request.get("reportBase").and_then(Value::as_str) == Some("FullInventory");
    let mut why = NoInventory::NotRequested;
    for answer in asked(frames, "GetBaseReport").into_iter().filter(full) {
        match report(frames, &answer, "NotifyReport") {
            Ok(paged) => {
                doubt(&paged, "the full inventory", doubts);
                return Ok(Inventory::from_parts(&paged.parts));
            }
            Err(reason) => why = NoInventory::NotGiven(reason),
        }
    }
    Err(why)
}

fn monitors(frames: &Frames<'_>, doubts: &mut Vec<String>) -> Result<MonitoringReport, String> {
    let is_empty =
        |a: &Answer, key: &str| a.request.get(key).and_then(Value::as_array).is_none_or(Vec::is_empty);
    let of_all = |a: &Answer| is_empty(a, "monitoringCriteria") && is_empty(a, "componentVariable");
    let mut why = "no report of all monitors was requested".to_owned();
    let mut unsupported = None;
    for answer in asked(frames, "GetMonitoringReport").into_iter().filter(of_all) {
        if only_hardwired(frames, answer.sent) {
            why = "monitors were reported only while none but hardwired ones were active".to_owned();
            continue;
        }
        match &answer.reply {
            Reply::Result { at, .. } if answer.status() == Some("EmptyResultSet") => {
                return Ok(MonitoringReport::none(*at));
            }
            Reply::Result { at, .. } if answer.status() == Some("NotSupported") => {
                unsupported.get_or_insert(*at);
            }
            Reply::Error { at, code, .. } if matches!(code.as_str(), "NotImplemented" | "NotSupported") => {
                unsupported.get_or_insert(*at);
            }
            _ => {}
        }
        match report(frames, &answer, "NotifyMonitoringReport") {
            Ok(paged) => {
                doubt(&paged, "the monitoring report", doubts);
                let mut all = MonitoringReport::from_parts(&paged.parts);
                let ours = set_before(frames, answer.sent);
                all.monitors.retain(|m| !ours.contains(&m.id));
                return Ok(all);
            }
            Err(reason) => why = reason,
        }
    }
    // A station that does not know the request has no monitors to tell of.
    unsupported.map(MonitoringReport::none).ok_or(why)
}

/// Every CALL of an action that the CSMS sent, with what came back.
fn asked(frames: &Frames<'_>, action: &str) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (i, (sent, dir, frame)) in frames.iter().enumerate() {
        let Frame::Call { id, action: a, payload, .. } = frame else { continue };
        if *dir != Direction::Tx || a != action {
            continue;
        }
        let later = frames.get(i + 1..).unwrap_or_default();
        let reply = later.iter().find_map(|(at, dir, frame)| match frame {
            Frame::CallResult { id: of, payload } if *dir == Direction::Rx && of == id => {
                Some(Reply::Result { at: *at, payload: payload.clone() })
            }
            Frame::CallError { id: of, code, description, .. } if *dir == Direction::Rx && of == id => {
                Some(Reply::Error { at: *at, code: code.clone(), description: description.clone() })
            }
            _ => None,
        });
        // How long it was waited for is not known here; that nothing came is.
        let reply = reply.unwrap_or(Reply::Lost { at: later.last().map_or(*sent, |(at, ..)| *at) });
        answers.push(Answer { action: action.to_owned(), request: payload.clone(), sent: *sent, reply });
    }
    answers
}

/// The report that followed a request, if it is whole.
fn report(frames: &Frames<'_>, answer: &Answer, action: &str) -> Result<Paged, String> {
    let asked = &answer.action;
    let (response, _) = match &answer.reply {
        Reply::Result { at, payload } => (*at, payload),
        Reply::Error { code, description, .. } => {
            return Err(format!("the station answered {asked} with {code} {description:?}"));
        }
        _ => return Err(format!("the station did not answer {asked}")),
    };
    if answer.status() != Some("Accepted") {
        let status = answer.status().unwrap_or("no status");
        return Err(format!("the station answered {asked} with {status}"));
    }
    let Some(request) = answer.request.get("requestId").and_then(Value::as_i64) else {
        return Err(format!("{asked} was sent without a requestId"));
    };
    let parts: Vec<Part> = frames
        .iter()
        .filter(|(at, dir, _)| *at > answer.sent && *dir == Direction::Rx)
        .filter_map(|(at, _, frame)| match frame {
            Frame::Call { action: a, payload, .. } if a == action => part(*at, payload, request),
            _ => None,
        })
        .collect();
    let paged = Paged { response, parts };
    if paged.is_whole() {
        return Ok(paged);
    }
    Err(match paged.parts.len() {
        0 => format!("{asked} was accepted, and no report came"),
        n => format!("{asked} was accepted, and its report broke off after {n} part(s)"),
    })
}

/// What is irregular about the parts of a report makes everything read from it doubtful.
fn doubt(paged: &Paged, what: &str, doubts: &mut Vec<String>) {
    let broken = paged.check("in this trace").into_iter().filter_map(|c| match c {
        Check::Broken(f) => Some(f),
        _ => None,
    });
    doubts.extend(broken.map(|f| {
        format!(
            "{what} may not be all there is ({}): expected {}, observed {}",
            f.code, f.expected, f.observed
        )
    }));
}

/// Whether the monitoring base in force at a record leaves hardwired monitors only.
fn only_hardwired(frames: &Frames<'_>, before: Seq) -> bool {
    let bases = asked(frames, "SetMonitoringBase");
    let in_force = bases.iter().rfind(|a| a.reply.at() < before && a.status() == Some("Accepted"));
    let last = in_force.and_then(|a| a.request.get("monitoringBase").and_then(Value::as_str));
    last == Some("HardWiredOnly")
}

/// Ids of monitors that the CSMS had set anew before a record.
fn set_before(frames: &Frames<'_>, before: Seq) -> BTreeSet<i64> {
    let mut ids = BTreeSet::new();
    for answer in asked(frames, "SetVariableMonitoring").iter().filter(|a| a.reply.at() < before) {
        let Ok((matched, _)) = results::pair(Kind::Monitor, answer) else { continue };
        let elements = answer.request.get("setMonitoringData").and_then(Value::as_array);
        for m in matched.iter().filter(|m| m.status == "Accepted") {
            let element = elements.and_then(|e| e.get(m.element));
            if element.is_some_and(|e| e.get("id").is_none()) {
                ids.extend(m.id());
            }
        }
    }
    ids
}
