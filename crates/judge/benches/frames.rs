//! What judging costs: one frame, a long trace, a large inventory.
//!
//! `cargo bench -p judge` measures; `cargo bench -p judge -- --quick` does so in a minute.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use judge::framing::Framing;
use judge::inventory::{Inventory, variable_at};
use judge::{Check, Window, parts};
use ocpp::Version;
use ocpp::frame::{self, Frame};
use ocpp::validate::shared;
use serde_json::{Value, json};
use spec::model::Access;
use spec::{Archetype, Place};
use std::hint::black_box;
use trace::{Body, ConnId, Direction, Record, Seq};

const VERSION: Version = Version::V201;
const TIME: &str = "2026-01-31T12:00:00.000Z";
const EVENTS: u64 = 20;
const FRAMES: usize = 2_000;
const VARIABLES: usize = 5_000;
/// Variables in one part of a report.
const PART: usize = 50;

fn event(id: u64) -> Value {
    json!({
        "eventId": id, "timestamp": TIME, "trigger": "Alerting", "actualValue": "81.5", "cleared": false,
        "component": {"name": "TemperatureSensor", "instance": "Contact", "evse": {"id": 1, "connectorId": 1}},
        "variable": {"name": "Temperature"}, "variableMonitoringId": 100 + id,
        "eventNotificationType": "CustomMonitor"
    })
}

fn notify_event(id: &str, events: u64) -> Frame {
    let data: Vec<Value> = (1..=events).map(event).collect();
    let payload = json!({"generatedAt": TIME, "seqNo": 0, "tbc": false, "eventData": data});
    Frame::call(id, "NotifyEvent", payload)
}

/// Frames as they come in a run: half of them the station's, of every size.
fn conversation() -> Vec<Record> {
    let mut records = Vec::new();
    let mut say = |dir: Direction, frame: &Frame| {
        let n = Seq(records.len() as u64);
        let body = Body::Frame { conn: ConnId(1), dir, lane: None, raw: frame.to_text().into() };
        records.push(Record { n, t: TIME.parse().unwrap(), body });
    };
    for round in 0..FRAMES / 8 {
        let id = |kind: &str| format!("{kind}-{round}");
        let status =
            json!({"timestamp": TIME, "connectorStatus": "Available", "evseId": 1, "connectorId": 1});
        let set = json!({
            "value": 80.0, "type": "UpperThreshold", "severity": 5,
            "component": {"name": "TemperatureSensor", "instance": "Contact", "evse": {"id": 1, "connectorId": 1}},
            "variable": {"name": "Temperature"}
        });
        let mut result = set.clone();
        let fields = result.as_object_mut().unwrap();
        fields.remove("value");
        fields.extend([("status".to_owned(), json!("Accepted")), ("id".to_owned(), json!(round))]);
        say(Direction::Rx, &Frame::call(id("h"), "Heartbeat", json!({})));
        say(Direction::Tx, &Frame::call_result(id("h"), json!({"currentTime": TIME})));
        say(Direction::Rx, &Frame::call(id("s"), "StatusNotification", status));
        say(Direction::Tx, &Frame::call_result(id("s"), json!({})));
        say(Direction::Rx, &notify_event(&id("e"), 2));
        say(Direction::Tx, &Frame::call_result(id("e"), json!({})));
        let request = json!({ "setMonitoringData": [set] });
        say(Direction::Tx, &Frame::call(id("m"), "SetVariableMonitoring", request));
        say(Direction::Rx, &Frame::call_result(id("m"), json!({ "setMonitoringResult": [result] })));
    }
    records
}

/// A full inventory: everything the archetype asks for, in the middle of much else.
fn report(archetype: &Archetype) -> Vec<Record> {
    let mut entries: Vec<Value> = Vec::new();
    for component in &archetype.components {
        for place in Place::all(component.at, &archetype.topology) {
            for row in &component.variables {
                let at = variable_at(component, row, place);
                let access = match row.access {
                    Access::ReadOnly | Access::Readable => "ReadOnly",
                    Access::WriteOnly => "WriteOnly",
                    Access::ReadWrite => "ReadWrite",
                };
                entries.push(json!({
                    "component": at.component, "variable": at.variable,
                    "variableAttribute": [{"value": row.example, "mutability": access}],
                    "variableCharacteristics": {
                        "dataType": row.data_type, "unit": row.unit, "minLimit": 0, "maxLimit": 100,
                        "valuesList": row.values.join(","), "supportsMonitoring": !row.monitorable.is_empty()
                    }
                }));
            }
        }
    }
    for n in 0..VARIABLES - entries.len() {
        let filler = json!({
            "component": {"name": "Other", "instance": format!("{}", n / 40), "evse": {"id": 1}},
            "variable": {"name": format!("Variable{}", n % 40)},
            "variableAttribute": [{"value": "1", "mutability": "ReadOnly"}],
            "variableCharacteristics": {"dataType": "integer", "supportsMonitoring": false}
        });
        // The rows looked for are spread over the report.
        entries.insert((n * 7) % (entries.len() + 1), filler);
    }
    let last = entries.len().div_ceil(PART) - 1;
    let part = |(n, data): (usize, &[Value])| {
        let payload =
            json!({"requestId": 1, "generatedAt": TIME, "seqNo": n, "tbc": n != last, "reportData": data});
        let raw = Frame::call(format!("r-{n}"), "NotifyReport", payload).to_text();
        let body = Body::Frame { conn: ConnId(1), dir: Direction::Rx, lane: None, raw: raw.into() };
        Record { n: Seq(n as u64), t: TIME.parse().unwrap(), body }
    };
    entries.chunks(PART).enumerate().map(part).collect()
}

/// Reads the inventory and judges every component and variable row against it.
fn judge_inventory(records: &[Record], archetype: &Archetype) -> (usize, usize) {
    let found = parts(Window::new(records, VERSION), "NotifyReport", 1);
    let inventory = Inventory::from_parts(&found);
    let mut checks = Vec::new();
    for component in &archetype.components {
        for place in Place::all(component.at, &archetype.topology) {
            checks.push(inventory.component(component, place));
            for row in &component.variables {
                checks.push(inventory.variable(component, row, place));
                checks.extend(inventory.form(component, row, place));
                checks.push(inventory.monitorable(component, row, place));
            }
        }
    }
    (inventory.variables.len(), checks.iter().filter(|c| matches!(c, Check::Held(_))).count())
}

fn one_frame(c: &mut Criterion) {
    let text = notify_event("1", EVENTS).to_text();
    let mut group = c.benchmark_group("a NotifyEvent of 20 events");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("read", |b| b.iter(|| frame::read(black_box(&text), VERSION)));
    let read_and_validate = || {
        let frame = frame::read(black_box(&text), VERSION).frame.unwrap();
        shared(VERSION).validate_frame(&frame, None).unwrap()
    };
    assert!(read_and_validate().is_empty());
    group.bench_function("read and validate", |b| b.iter(read_and_validate));
    group.finish();
}

fn a_trace(c: &mut Criterion) {
    let records = conversation();
    assert_eq!(records.len(), FRAMES);
    let judged = || Framing::of(Window::new(black_box(&records), VERSION), shared(VERSION));
    assert_eq!(judged().findings().count(), 0);
    let mut group = c.benchmark_group("framing");
    group.throughput(Throughput::Elements(FRAMES as u64));
    group.bench_function("2,000 mixed frames", |b| b.iter(judged));
    group.finish();
}

fn an_inventory(c: &mut Criterion) {
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let records = report(&archetype);
    let places = |c: &spec::model::ComponentRow| Place::all(c.at, &archetype.topology).len();
    let rows: usize = archetype.components.iter().map(|c| places(c) * (1 + c.variables.len())).sum();
    let (variables, held) = judge_inventory(&records, &archetype);
    assert!(
        variables == VARIABLES && held > rows,
        "{variables} variables, {held} checks hold for {rows} rows"
    );
    let mut group = c.benchmark_group("inventory");
    group.throughput(Throughput::Elements(VARIABLES as u64));
    group.bench_function(format!("5,000 variables, {rows} rows"), |b| {
        b.iter(|| judge_inventory(black_box(&records), &archetype));
    });
    group.finish();
}

criterion_group!(benches, one_frame, a_trace, an_inventory);
criterion_main!(benches);
