//! Stations that do something wrong with outlets, transactions and customers: the rows that say so do not pass, no other
//! is spoilt, and nothing is left behind. Stations that do it in another legal way pass.

use crate::harness::Outcome;
use crate::middle::{Instead, Middle, Nobody, Passing, Says};
use crate::trial::{Trial, replays, rows, trial};
use judge::{Code, Verdict, Window};
use ocpp::frame::Frame;
use ocpp::{AttributeType, Mutability, Version};
use serde_json::{Value, json};
use station::DeviceModel;
use trace::Seq;

const OUTLETS: &str = "@req:B-0401 or @req:B-0402 or @req:B-0403 or @req:B-0404 or @req:B-0405 or @req:B-0406 or @req:B-0407 or @req:B-0408 or @req:B-0409";
const TRANSACTIONS: &str = "@req:B-0381 or @req:B-0382 or @req:B-0383 or @req:B-0384 or @req:B-0385 or @req:B-0386 or @req:B-0387 or @req:B-0388 or @req:B-0389 or @req:B-0390 or @req:B-0391 or @req:B-0392 or @req:B-0393";
const CUSTOMERS: &str = "@req:B-0441 or @req:B-0442 or @req:B-0443 or @req:B-0444 or @req:B-0445 or @req:B-0446 or @req:B-0447 or @req:B-0448";

fn of(select: &'static str) -> Trial {
    trial(Version::V201).level(3).select(select)
}

type Odd = (&'static str, Verdict, Option<Code>);

/// Exactly these rows do not pass; nothing is left behind, and it replays.
fn does_not_pass(outcome: &Outcome, expected: &[Odd]) {
    let strange = |v: Verdict| !matches!(v, Verdict::Pass | Verdict::NotApplicable);
    let mut found: Vec<(String, Verdict, Option<Code>)> = rows(outcome)
        .into_iter()
        .filter(|r| strange(r.verdict) && !r.why.contains("left out by --select") && r.why != "no scenario")
        .map(|r| (r.row, r.verdict, r.code))
        .collect();
    found.dedup();
    let expected: Vec<_> = expected.iter().map(|(row, v, c)| ((*row).to_owned(), *v, *c)).collect();
    assert_eq!(found, expected, "{:#?}", outcome.selected_trouble());
    is_left_as_it_was(outcome);
    replays(outcome);
}

/// No transaction goes on, and every connector was told to be available in the end.
fn is_left_as_it_was(outcome: &Outcome) {
    let window = Window::new(&outcome.records, Version::V201);
    assert_eq!(judge::transactions::Transactions::of(window).open(), []);
    let told = judge::states::told(window);
    for t in &told {
        let last = told.iter().rfind(|l| l.connector == t.connector).unwrap();
        assert_eq!(last.state, "Available", "connector {:?} at {}", t.connector, last.at);
    }
    let left: Vec<&String> = outcome
        .run
        .observations
        .iter()
        .filter(|o| o.contains("put back") || o.contains("still there"))
        .collect();
    assert_eq!(left, Vec::<&String>::new());
    assert!(outcome.records.last().unwrap().n > Seq(0));
}

/// Changes what the station says in CALLs of this action.
fn saying(action: &'static str, mut change: impl FnMut(&mut Value)) -> impl Middle {
    Says(move |p: &mut Passing| {
        if let Some(payload) = p.call(action) {
            change(payload);
        }
    })
}

/// Changes what the station answers to this action.
fn answering(action: &'static str, mut change: impl FnMut(&mut Value)) -> impl Middle {
    Says(move |p: &mut Passing| {
        if let Some(payload) = p.result(action) {
            change(payload);
        }
    })
}

fn put(payload: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = payload.pointer_mut(pointer) {
        *place = value;
    }
}

#[test]
fn an_outlet_out_of_use_that_does_not_say_so() {
    let hide = |p: &mut Passing| {
        if let Some(payload) = p.call("StatusNotification") {
            put(payload, "/connectorStatus", json!("Available"));
        }
        let Some(payload) = p.call("NotifyEvent") else { return };
        for event in payload["eventData"].as_array_mut().into_iter().flatten() {
            if event["variable"]["name"] == "AvailabilityState" {
                event["actualValue"] = json!("Available");
            }
        }
    };
    let outcome = of(OUTLETS).run(Says(hide));
    let blocked = |row| (row, Verdict::Inconclusive, None);
    let wrong = Some(Code::WrongState);
    let expected = [
        ("B-0401", Verdict::Fail, wrong),
        blocked("B-0402"),
        blocked("B-0403"),
        blocked("B-0404"),
        blocked("B-0405"),
        blocked("B-0406"),
        ("B-0407", Verdict::Warn, wrong),
        ("B-0409", Verdict::Warn, wrong),
    ];
    does_not_pass(&outcome, &expected);
}

#[test]
fn a_device_model_that_says_something_else() {
    let lie = |payload: &mut Value| {
        for result in payload["getVariableResult"].as_array_mut().into_iter().flatten() {
            let of_evse = result["component"]["name"] == "EVSE";
            if of_evse && result["variable"]["name"] == "AvailabilityState" {
                result["attributeValue"] = json!("Available");
            }
        }
    };
    let outcome = of(OUTLETS).run(answering("GetVariables", lie));
    does_not_pass(&outcome, &[("B-0404", Verdict::Fail, Some(Code::Disagreement))]);
}

#[test]
fn a_change_that_is_refused_where_it_is_there_already() {
    let mut last = String::new();
    let refuse = |p: &mut Passing| {
        if let Some(status) = p.call("StatusNotification").map(|s| s["connectorStatus"].to_string()) {
            last = status;
        }
        let available = last.contains("Available");
        if let Some(payload) = p.result("ChangeAvailability").filter(|_| available) {
            put(payload, "/status", json!("Rejected"));
        }
    };
    let outcome = of("@req:B-0402").run(Says(refuse));
    does_not_pass(&outcome, &[("B-0402", Verdict::Fail, Some(Code::UnexpectedStatus))]);
}

#[test]
fn a_change_that_is_not_put_off_and_a_start_that_is_not_refused() {
    let take = |payload: &mut Value| put(payload, "/status", json!("Accepted"));
    let outcome = of(OUTLETS).run(answering("ChangeAvailability", take));
    does_not_pass(&outcome, &[("B-0405", Verdict::Warn, Some(Code::UnexpectedStatus))]);
    let outcome = of(OUTLETS).run(answering("RequestStartTransaction", take));
    does_not_pass(&outcome, &[("B-0406", Verdict::Warn, Some(Code::UnexpectedStatus))]);
}

#[test]
fn messages_of_transactions_without_numbers() {
    let select = "@req:B-0381 or @req:B-0382 or @req:B-0383 or @req:B-0384 or @req:B-0388";
    let outcome = of(select).run(saying("TransactionEvent", |m| put(m, "/seqNo", json!(0))));
    does_not_pass(&outcome, &[("B-0381", Verdict::Fail, Some(Code::TransactionMisnumbered))]);
}

#[test]
fn messages_of_transactions_in_disorder() {
    let select = "@req:B-0381 or @req:B-0382 or @req:B-0383 or @req:B-0384 or @req:B-0407";
    let no_start = |m: &mut Value| {
        if m["eventType"] == "Started" {
            put(m, "/eventType", json!("Updated"));
        }
    };
    let outcome = of(select).run(saying("TransactionEvent", no_start));
    let disorder = ("B-0383", Verdict::Fail, Some(Code::TransactionDisorder));
    does_not_pass(&outcome, &[disorder, ("B-0384", Verdict::Inconclusive, None)]);
}

#[test]
fn one_id_for_all_transactions() {
    let one = |m: &mut Value| put(m, "/transactionInfo/transactionId", json!("always"));
    let outcome = of("@req:B-0382 or @req:B-0385 or @req:B-0393").run(saying("TransactionEvent", one));
    does_not_pass(&outcome, &[("B-0382", Verdict::Fail, Some(Code::TransactionIdReused))]);
}

#[test]
fn a_station_that_forgets_that_it_was_offline() {
    let forget = |m: &mut Value| {
        m.as_object_mut().unwrap().remove("offline");
    };
    let outcome = of(TRANSACTIONS).run(saying("TransactionEvent", forget));
    does_not_pass(&outcome, &[("B-0385", Verdict::Fail, Some(Code::TransactionField))]);
}

#[test]
fn a_station_that_is_always_offline() {
    let outcome = of(TRANSACTIONS).run(saying("TransactionEvent", |m| m["offline"] = json!(true)));
    does_not_pass(&outcome, &[("B-0385", Verdict::Fail, Some(Code::TransactionField))]);
}

#[test]
fn events_that_name_another_transaction() {
    let other = |m: &mut Value| {
        for event in m["eventData"].as_array_mut().into_iter().flatten() {
            if event.get("transactionId").is_some() {
                event["transactionId"] = json!("another");
            }
        }
    };
    let outcome = of(TRANSACTIONS).run(saying("NotifyEvent", other));
    let field = Some(Code::TransactionField);
    let expected = [
        ("B-0388", Verdict::Warn, field),
        ("B-0389", Verdict::Warn, field),
        ("B-0387", Verdict::Fail, Some(Code::TransactionNotOngoing)),
    ];
    does_not_pass(&outcome, &expected);
}

#[test]
fn reasons_that_are_not_true() {
    let why = |m: &mut Value| {
        let trigger = m["triggerReason"].as_str().unwrap_or_default().to_owned();
        if ["EVConnectTimeout", "AbnormalCondition", "RemoteStart"].contains(&trigger.as_str()) {
            m["triggerReason"] = json!("Deauthorized");
        }
    };
    let outcome = of(TRANSACTIONS).run(saying("TransactionEvent", why));
    let field = Some(Code::TransactionField);
    let expected = [
        ("B-0389", Verdict::Warn, field),
        ("B-0392", Verdict::Warn, field),
        ("B-0384", Verdict::Fail, field),
    ];
    does_not_pass(&outcome, &expected);
}

#[test]
fn a_station_that_stops_what_it_does_not_have() {
    let outcome =
        of(TRANSACTIONS).run(answering("RequestStopTransaction", |m| put(m, "/status", json!("Accepted"))));
    does_not_pass(&outcome, &[("B-0391", Verdict::Fail, Some(Code::UnexpectedStatus))]);
}

#[test]
fn a_station_that_sends_nothing_again() {
    fn once(model: &mut DeviceModel) {
        write(model, "MessageAttempts", "1", Mutability::ReadOnly);
    }
    let outcome = Trial { model: once, ..of("@req:B-0393") }.run(Nobody);
    does_not_pass(&outcome, &[("B-0393", Verdict::NotExercised, None)]);
}

#[test]
fn customers_told_of_twice() {
    let twice = |p: Passing, wire: &mut crate::middle::Wire| {
        if let Frame::Call { action, payload, .. } = &p.frame
            && action == "NotifyCustomerInformation"
        {
            wire.call(action, payload.clone());
        }
        wire.send(p.frame);
    };
    let outcome = of(CUSTOMERS).run(Instead(twice));
    let repeated = Some(Code::ReportRepeated);
    let found: Vec<Odd> = vec![
        ("B-0441", Verdict::Fail, repeated),
        ("B-0442", Verdict::Fail, repeated),
        ("B-0443", Verdict::Fail, repeated),
    ];
    let seen: Vec<(String, Option<Code>)> =
        rows(&outcome).into_iter().filter(|r| r.code.is_some()).map(|r| (r.row, r.code)).collect();
    for (row, _, code) in found {
        assert!(seen.contains(&(row.to_owned(), code)), "{seen:?}");
    }
}

/// Changes a variable of the station before it starts.
fn write(model: &mut DeviceModel, variable: &str, value: &str, mutability: Mutability) {
    let found = model.variables.iter_mut().find(|v| v.address.variable.name == variable).unwrap();
    let actual = found.attributes.iter_mut().find(|a| a.kind == AttributeType::Actual).unwrap();
    (actual.value, actual.mutability) = (value.to_owned(), mutability);
}

const EVERYTHING_HERE: &str = "@req:B-0381 or @req:B-0382 or @req:B-0383 or @req:B-0384 or @req:B-0385 or @req:B-0386 or @req:B-0387 or @req:B-0388 or @req:B-0389 or @req:B-0390 or @req:B-0391 or @req:B-0392 or @req:B-0393 or @req:B-0401 or @req:B-0402 or @req:B-0403 or @req:B-0404 or @req:B-0405 or @req:B-0406 or @req:B-0407 or @req:B-0408 or @req:B-0409";

#[test]
fn a_transaction_that_ends_when_the_vehicle_leaves_is_legal() {
    fn leaving(model: &mut DeviceModel) {
        write(model, "TxStartPoint", "PowerPathClosed", Mutability::ReadWrite);
        write(model, "TxStopPoint", "EVConnected", Mutability::ReadOnly);
    }
    let outcome = Trial { model: leaving, ..of(EVERYTHING_HERE) }.run(Nobody);
    does_not_pass(&outcome, &[]);
}

#[test]
fn asking_about_a_driver_from_afar_is_legal() {
    fn asks(model: &mut DeviceModel) {
        write(model, "AuthorizeRemoteStart", "true", Mutability::ReadOnly);
    }
    let outcome = Trial { model: asks, rig: false, ..of(TRANSACTIONS) }.run(Nobody);
    let vehicle = |row| (row, Verdict::NotExercised, None);
    does_not_pass(&outcome, &[vehicle("B-0386"), vehicle("B-0389")]);
}

#[test]
fn where_no_driver_is_enough_a_laboratory_without_a_vehicle_starts_nothing() {
    fn needs_vehicle(model: &mut DeviceModel) {
        write(model, "TxStartPoint", "EVConnected", Mutability::ReadOnly);
    }
    let outcome = Trial { model: needs_vehicle, rig: false, ..of(TRANSACTIONS) }.run(Nobody);
    let expected: Vec<Odd> = ["B-0385", "B-0386", "B-0388", "B-0389", "B-0390", "B-0392", "B-0393"]
        .map(|row| (row, Verdict::NotExercised, None))
        .to_vec();
    does_not_pass(&outcome, &expected);
}
