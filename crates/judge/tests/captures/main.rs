//! Recordings of independent stations: every frame goes through reading, validation and every check, whatever
//! it does wrong. Run with `--nocapture` to read what each station is made of.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

mod known;

use judge::answer::{Answer, Reply};
use judge::framing::Framing;
use judge::inventory::Inventory;
use judge::monitors::{MonitoringReport, SetMonitor};
use judge::results::{self, Kind};
use judge::{Check, Code, Finding, Paged, Window, boot, events, parts};
use ocpp::frame::{self, Frame, UNREADABLE_ID};
use ocpp::validate::shared;
use ocpp::{MonitoringCriterion, Version};
use serde_json::Value;
use spec::model::Obligation;
use spec::{Archetype, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;
use trace::{Body, Direction, Seq};

/// What was found in a recording.
#[derive(Debug, Default)]
struct Seen {
    frames: usize,
    unreadable: BTreeSet<Seq>,
    invalid: BTreeMap<String, usize>,
    inventories: BTreeMap<i64, usize>,
    components: BTreeSet<String>,
    misplaced: BTreeSet<String>,
    component_rows: usize,
    component_rows_met: usize,
    variables: usize,
    variable_rows: usize,
    monitors: BTreeMap<i64, usize>,
    events: usize,
    boot: &'static str,
    exchanges: usize,
    unpaired: usize,
}

#[test]
fn every_recording_is_judged() {
    let Some(folder) = captures() else { return };
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "jsonl"));
    files.sort();
    assert!(!files.is_empty(), "no recording in {}", folder.display());
    let archetype = Archetype::load("ac-wallbox").unwrap();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let version = if name.ends_with("-21.jsonl") { Version::V21 } else { Version::V201 };
        let records = trace::import::recording(&std::fs::read_to_string(&file).unwrap(), version);
        let records = records.unwrap_or_else(|e| panic!("{name}: {e}"));
        let seen = judge(Window::new(&records, version), &archetype);
        show(&name, version, &seen);
        known::assert(&name, &seen);
    }
}

/// The folder an environment variable names, or else the one beside the workspace. It is not part of the
/// repository: without it there is nothing to do, unless the environment insists on it.
fn captures() -> Option<PathBuf> {
    let folder = std::env::var_os("DIAGMARK_CAPTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/captures"),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    let required = std::env::var_os("CI_REQUIRES_CAPTURES").is_some();
    assert!(!required, "no recordings in {}: DIAGMARK_CAPTURES names another folder", folder.display());
    println!("skipped: no recordings in {}; DIAGMARK_CAPTURES names another folder", folder.display());
    None
}

fn judge(window: Window<'_>, archetype: &Archetype) -> Seen {
    let mut seen = Seen::default();
    frames(window, &mut seen);
    inventories(window, archetype, &mut seen);
    monitors(window, &mut seen);
    exchanges(window, &mut seen);
    of_events(window, &mut seen);
    seen.boot = match boot::announced(window) {
        Check::Held(_) => "first",
        Check::Broken(_) => "not first",
        Check::Open { .. } | Check::Void(_) => "not seen",
    };
    seen
}

/// Every frame that a plain loop finds wrong has a finding, and no other.
fn frames(window: Window<'_>, seen: &mut Seen) {
    let framing = Framing::of(window, shared(window.version));
    assert!(framing.findings().all(|f| !f.evidence.is_empty()), "a finding without evidence");
    let named: BTreeSet<Seq> = framing.findings().flat_map(|f| f.evidence.iter().copied()).collect();
    let mut asked: BTreeMap<String, String> = BTreeMap::new();
    let mut wrong = BTreeSet::new();
    for record in window.records {
        let Body::Frame { dir, raw, .. } = &record.body else { continue };
        let reading = frame::read(raw, window.version);
        if *dir == Direction::Tx {
            if let Ok(Frame::Call { id, action, .. }) = reading.frame {
                asked.insert(id, action);
            }
            continue;
        }
        seen.frames += 1;
        let mut unreadable = !reading.violations.is_empty();
        if let Ok(frame) = &reading.frame {
            let action = asked.get(frame.id()).map(String::as_str);
            unreadable |= match frame {
                Frame::CallResult { .. } => action.is_none(),
                Frame::CallError { id, .. } => action.is_none() && id != UNREADABLE_ID,
                _ => false,
            };
            // A message that no version has is as wrong as one that violates its schema.
            let judged = ocpp::validate::validate_frame(window.version, frame, action);
            if judged.map_or(true, |violations| !violations.is_empty()) && !unreadable {
                wrong.insert(record.n);
                *seen.invalid.entry(message(frame, action)).or_default() += 1;
            }
        }
        if unreadable {
            wrong.insert(record.n);
            seen.unreadable.insert(record.n);
        }
    }
    assert_eq!(named, wrong, "the findings name other frames than a plain loop does");
    for message in seen.invalid.keys() {
        assert!(framing.valid(message).iter().all(|c| matches!(c, Check::Broken(_))), "{message}");
    }
}

fn message(frame: &Frame, answered: Option<&str>) -> String {
    match frame {
        Frame::Call { action, .. } => format!("{action}Request"),
        Frame::Send { action, .. } => action.clone(),
        _ => format!("{}Response", answered.unwrap_or("Unknown")),
    }
}

/// The reports a station sent of a kind, by request id, as they came.
fn reports(window: Window<'_>, action: &'static str) -> BTreeMap<i64, Paged> {
    let ids: BTreeSet<i64> =
        window.calls_of(action).filter_map(|(_, p)| p.get("requestId").and_then(Value::as_i64)).collect();
    let paged = |id| Paged { response: response_to(window, id), parts: parts(window, action, id) };
    ids.into_iter().map(|id| (id, paged(id))).collect()
}

/// The record of the response to the request with this `requestId`.
fn response_to(window: Window<'_>, request_id: i64) -> Seq {
    let asks = |a: &Answer| a.request.get("requestId").and_then(Value::as_i64) == Some(request_id);
    answers(window).into_iter().find(asks).map(|a| a.reply.at()).expect("a report without a request")
}

/// Every CALL of the suite with what came back.
fn answers(window: Window<'_>) -> Vec<Answer> {
    let frames: Vec<(Seq, Direction, &Frame)> = window.frames().collect();
    let reply = |to: &str| {
        frames.iter().find_map(|(at, dir, frame)| match frame {
            Frame::CallResult { id, payload } if *dir == Direction::Rx && id == to => {
                Some(Reply::Result { at: *at, payload: payload.clone() })
            }
            Frame::CallError { id, code, description, .. } if *dir == Direction::Rx && id == to => {
                Some(Reply::Error { at: *at, code: code.clone(), description: description.clone() })
            }
            _ => None,
        })
    };
    let call = |(sent, dir, frame): &(Seq, Direction, &Frame)| match frame {
        Frame::Call { id, action, payload } if *dir == Direction::Tx => {
            let (action, request, sent) = (action.clone(), payload.clone(), *sent);
            let reply = reply(id).unwrap_or(Reply::Silence { at: sent, ms: 0 });
            Some(Answer { action, request, sent, reply })
        }
        _ => None,
    };
    frames.iter().filter_map(call).collect()
}

fn inventories(window: Window<'_>, archetype: &Archetype, seen: &mut Seen) {
    let mut fullest = Inventory::default();
    for (id, paged) in reports(window, "NotifyReport") {
        assert_evidence(paged.check("in the recording"), window);
        let inventory = Inventory::from_parts(&paged.parts);
        seen.inventories.insert(id, inventory.variables.len());
        assert_evidence([inventory.is_not_empty(), inventory.holds_the_writable_of(&fullest)], window);
        if inventory.variables.len() > fullest.variables.len() {
            fullest = inventory;
        }
    }
    for component in &archetype.components {
        for place in Place::all(component.at, &archetype.topology) {
            seen.component_rows += 1;
            let check = fullest.component(component, place);
            let name = judge::inventory::component_at(component, place).to_string();
            match &check {
                Check::Held(_) => {
                    seen.component_rows_met += 1;
                    seen.components.insert(name);
                }
                Check::Broken(f) if f.code == Code::ComponentMisplaced => drop(seen.misplaced.insert(name)),
                _ => {}
            }
            assert_evidence([check], window);
            for row in &component.variables {
                seen.variable_rows += 1;
                let check = fullest.variable(component, row, place);
                seen.variables += usize::from(matches!(check, Check::Held(_)));
                assert_evidence([check, fullest.monitorable(component, row, place)], window);
                assert_evidence(fullest.form(component, row, place), window);
            }
        }
    }
}

fn monitors(window: Window<'_>, seen: &mut Seen) {
    for (id, paged) in reports(window, "NotifyMonitoringReport") {
        assert_evidence(paged.check("in the recording"), window);
        let report = MonitoringReport::from_parts(&paged.parts);
        seen.monitors.insert(id, report.monitors.len());
        use MonitoringCriterion as By;
        for criterion in [By::ThresholdMonitoring, By::DeltaMonitoring, By::PeriodicMonitoring] {
            assert_evidence([report.is_only(criterion)], window);
        }
        assert!(report.find(report.unused_id()).is_none());
        for m in &report.monitors {
            assert_evidence([report.is_only_of(&m.address)], window);
            let Some(monitor_type) = m.monitor_type() else { continue };
            let severity = u8::try_from(m.severity.unwrap_or_default()).unwrap_or_default();
            let (address, value) = (m.address.clone(), m.value.unwrap_or_default());
            let set = SetMonitor {
                id: m.id,
                address,
                monitor_type,
                value,
                severity,
                value_counts: true,
                transaction: m.transaction.unwrap_or(false),
                accepted: m.at,
            };
            assert_evidence(report.holds(&set), window);
            assert_evidence([report.lacks(&set, m.at)], window);
            let free = report.free_severity(&m.address, monitor_type, &[]);
            assert_ne!(free.map(i64::from), m.severity);
        }
    }
}

/// Every request whose answer holds one result for each element.
fn exchanges(window: Window<'_>, seen: &mut Seen) {
    for answer in answers(window) {
        assert_evidence([answer.status_is(&["Accepted"])], window);
        let kind = match answer.action.as_str() {
            "GetVariables" => Kind::Get,
            "SetVariables" => Kind::Set,
            "SetVariableMonitoring" => Kind::Monitor,
            "ClearVariableMonitoring" => Kind::Clear,
            _ => continue,
        };
        seen.exchanges += 1;
        match results::pair(kind, &answer) {
            Err(check) => {
                seen.unpaired += 1;
                assert_evidence([check], window);
            }
            Ok((matched, checks)) => {
                seen.unpaired += usize::from(checks.iter().any(|c| matches!(c, Check::Broken(_))));
                assert_evidence(checks, window);
                for m in &matched {
                    assert_evidence([results::id_is_given(m, answer.sent)], window);
                    assert_evidence(
                        [results::status_is(&matched, m.element, &["Accepted"], answer.sent)],
                        window,
                    );
                }
            }
        }
    }
}

fn of_events(window: Window<'_>, seen: &mut Seen) {
    let all = events::all(window);
    seen.events = all.len();
    let ids: BTreeSet<Option<i64>> = all.iter().map(|e| e.monitor).chain([Some(1)]).collect();
    for monitor in ids.into_iter().flatten() {
        let of_it = events::of_monitor(window, monitor);
        assert_evidence([events::silent(window, monitor, "none was set", None)], window);
        assert_evidence([events::values_are(&of_it, &[0.0], window, "in the recording")], window);
        for seconds in [1, 60] {
            let interval = Duration::from_secs(seconds);
            let checks = [events::interval_is(&of_it, interval), events::aligned(&of_it, interval)];
            if !of_it.is_empty() {
                assert_evidence(checks, window);
            }
        }
    }
}

/// A finding names only records of the recording, and the checks settle into a verdict.
fn assert_evidence(checks: impl IntoIterator<Item = Check>, window: Window<'_>) {
    let checks: Vec<Check> = checks.into_iter().collect();
    let last = window.records.last().map(|r| r.n);
    for check in &checks {
        if let Check::Broken(Finding { evidence, expected, .. }) = check {
            assert!(evidence.iter().all(|n| Some(*n) <= last), "{expected}");
        }
    }
    if !checks.is_empty() {
        let _ = judge::settle(Obligation::Must, checks).verdict();
    }
}

fn show(name: &str, version: Version, seen: &Seen) {
    let invalid: Vec<String> = seen.invalid.iter().map(|(m, n)| format!("{m} {n}")).collect();
    let listed = |names: Vec<String>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let names = |set: &BTreeSet<String>| listed(set.iter().cloned().collect());
    let Seen { component_rows_met, component_rows, variables, variable_rows, .. } = seen;
    println!("{name}, OCPP {version}");
    println!("  frames of the station   {}", seen.frames);
    println!("  cannot be read          {}", listed(seen.unreadable.iter().map(Seq::to_string).collect()));
    println!("  invalid messages        {}", listed(invalid));
    println!("  BootNotification        {}", seen.boot);
    println!("  variables by report     {:?}", seen.inventories);
    println!("  monitors by report      {:?}", seen.monitors);
    println!("  events                  {}", seen.events);
    println!("  requests of elements    {}, {} without a result for each", seen.exchanges, seen.unpaired);
    println!(
        "  rows of ac-wallbox met  {component_rows_met} of {component_rows} components, {variables} of {variable_rows} variables"
    );
    println!("  components at place     {}", names(&seen.components));
    println!("  components misplaced    {}", names(&seen.misplaced));
}
