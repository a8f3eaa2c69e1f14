//! What the properties are tried on.

use super::{MONITOR, event_json};
use crate::Check;
use crate::testing::{START, Story};
use ocpp::frame::Frame;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use spec::model::Obligation;
use trace::Seq;

/// Any JSON, made of the words the checks look for as often as of others.
pub(super) fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "component",
        "variable",
        "name",
        "EVSE",
        "Power",
        "evse",
        "id",
        "connectorId",
        "instance",
        "reportData",
        "monitor",
        "variableMonitoring",
        "variableAttribute",
        "variableCharacteristics",
        "eventData",
        "seqNo",
        "tbc",
        "requestId",
        "timestamp",
        "trigger",
        "cleared",
        "actualValue",
        "variableMonitoringId",
        "type",
        "value",
        "severity",
        "status",
        "getVariableResult",
        "setMonitoringResult",
        "clearMonitoringResult",
        "dataType",
        "unit",
        "maxLimit",
        "valuesList",
        "Actual",
        "Accepted",
        START,
        "",
    ]);
    let word = word.prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2i64..20).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6)
                .prop_map(|fields| Value::Object(Map::from_iter(fields))),
        ]
    })
}

/// Any frame of the station or the suite: bytes, JSON, or a message with any payload.
pub(super) fn any_frame() -> impl Strategy<Value = (bool, String)> {
    let action = prop::sample::select(vec![
        "BootNotification",
        "NotifyEvent",
        "NotifyReport",
        "NotifyMonitoringReport",
        "Heartbeat",
        "GetVariables",
        "SetVariableMonitoring",
        "TriggerMessage",
        "NoSuchAction",
    ]);
    let id = prop::sample::select(vec!["1", "2", "-1", ""]);
    let text = prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..40).prop_map(|b| String::from_utf8_lossy(&b).into_owned()),
        1 => any_json().prop_map(|v| v.to_string()),
        1 => prop::collection::vec(any_json(), 0..6).prop_map(|v| Value::from(v).to_string()),
        3 => (id.clone(), action, any_json()).prop_map(|(id, a, p)| Frame::call(id, a, p).to_text()),
        2 => (id, any_json()).prop_map(|(id, p)| Frame::call_result(id, p).to_text()),
    ];
    (any::<bool>(), text)
}

/// A check of any kind, without regard to what it says.
pub(super) fn any_check() -> impl Strategy<Value = Check> {
    let finding = || crate::Finding::new(crate::Code::EventField, "a", "b", [Seq(1)]);
    prop_oneof![
        (0u64..9).prop_map(|n| Check::held([Seq(n)])),
        Just(finding().into()),
        Just(finding().mild().into()),
        Just(Check::open("why", [])),
        Just(Check::Void("why".into())),
    ]
}

pub(super) fn any_obligation() -> impl Strategy<Value = Obligation> {
    prop::sample::select(vec![Obligation::Must, Obligation::Should, Obligation::May])
}

/// Something that has nothing to do with the monitor under test.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unrelated {
    Heartbeat,
    EventOf(i64),
    Request,
    Noise,
    ReportPart,
}

impl Unrelated {
    pub(super) fn tell(self, story: Story) -> Story {
        match self {
            Unrelated::Heartbeat => story.says("Heartbeat", json!({})),
            Unrelated::EventOf(monitor) => story.notifies([event_json(monitor)]),
            Unrelated::Request => story.receives("Reset", json!({})).answers(json!({"status": "Rejected"})),
            Unrelated::Noise => story.sends_text("[2,"),
            Unrelated::ReportPart => story.says("NotifyReport", json!({"requestId": 9, "seqNo": 0})),
        }
    }
}

pub(super) fn unrelated() -> impl Strategy<Value = Unrelated> {
    prop_oneof![
        Just(Unrelated::Heartbeat),
        (4i64..9).prop_map(Unrelated::EventOf),
        Just(Unrelated::Request),
        Just(Unrelated::Noise),
        Just(Unrelated::ReportPart),
    ]
}

/// What may be wrong with an event, so that it is not the one expected.
pub(super) fn wrong() -> impl Strategy<Value = (&'static str, Value)> {
    prop::sample::select(vec![
        ("trigger", json!("Periodic")),
        ("trigger", json!(null)),
        ("cleared", json!(true)),
        ("actualValue", json!(null)),
        ("variableMonitoringId", json!(MONITOR + 1)),
        ("variableMonitoringId", json!(null)),
        ("component", json!({"name": "EVSE"})),
        ("component", json!({"name": "EVSE", "evse": {"id": 2}})),
        ("variable", json!({"name": "Power", "instance": "L1"})),
        ("variable", json!(7)),
    ])
}

pub(super) fn with(mut event: Value, (field, value): (&str, Value)) -> Value {
    event[field] = value;
    event
}
