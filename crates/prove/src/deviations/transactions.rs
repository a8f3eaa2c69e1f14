//! Transactions, availability and customers.

mod customers;
mod outlets;

use super::{Deviation, defect, instead, says, variant};
use ocpp::{AttributeType, Mutability};
use serde_json::{Value, json};
use station::DeviceModel;
use station::policy::sessions::{Attempts, Numbering, OfflineEnd, Pause, StartsAt, TransactionIds, Wait};
use station::wire::Between;

pub(super) fn deviations() -> Vec<Deviation> {
    [numbers(), reasons(), offline(), course(), outlets::deviations(), customers::deviations()].concat()
}

/// Changes every message of a transaction.
fn told(mut change: impl FnMut(&mut Value) + Send + 'static) -> Between {
    says(move |p| {
        if let Some(message) = p.call("TransactionEvent") {
            change(message);
        }
    })
}

/// Changes every event.
fn events(mut change: impl FnMut(&mut Value) + Send + 'static) -> Between {
    says(move |p| p.each_of_call("NotifyEvent", "eventData").for_each(&mut change))
}

fn numbers() -> Vec<Deviation> {
    vec![
        defect("transaction-numbers-skip", "every second number of a transaction's messages is left out")
            .breaks(&["B-0381"])
            .wire(|_| told(|m| m["seqNo"] = json!(m["seqNo"].as_i64().unwrap_or(0) * 2))),
        defect("transaction-numbers-stay", "all messages of a transaction have the same number")
            .breaks(&["B-0381"])
            .wire(|_| told(|m| m["seqNo"] = json!(0))),
        variant("transaction-numbers-go-on", "one counter numbers the messages of all transactions")
            .allowed_by("E01.FR.07 asks for numbers that go up, not for a new beginning")
            .decides(|p| p.sessions.numbering = Numbering::OverAll),
        defect("transaction-id-of-the-evse", "transactions have the id of their EVSE, one after the other")
            .breaks(&["B-0381", "B-0382", "B-0383"])
            .leaves_open(&["B-0384", "B-0387"])
            .decides(|p| p.sessions.ids = TransactionIds::OfTheEvse),
        variant("transaction-ids-of-any-form", "transaction ids have 36 characters, spaces and capitals")
            .allowed_by("E01.FR.08 asks for an id that is unique, whatever it looks like")
            .decides(|p| p.sessions.ids = TransactionIds::Strange),
        defect(
            "transaction-without-a-start",
            "the first transaction of a run begins with Updated, not Started",
        )
        .breaks(&["B-0383"])
        .leaves_open(&["B-0384", "B-0405"])
        .wire(|_| {
            let mut first = true;
            told(move |m| {
                if m["eventType"] == "Started" && std::mem::take(&mut first) {
                    m["eventType"] = json!("Updated");
                }
            })
        }),
        defect("transaction-told-after-its-end", "meter values of a transaction follow its Ended")
            .breaks(&["B-0383"])
            .wire(|_| after_the_end("Updated")),
        defect("transaction-ends-twice", "the end of a transaction is told twice, with two numbers")
            .breaks(&["B-0383"])
            .wire(|_| after_the_end("Ended")),
    ]
}

/// Another message follows the end of each transaction.
fn after_the_end(what: &'static str) -> Between {
    instead(move |mut p, wire| {
        let ended = p.call("TransactionEvent").filter(|m| m["eventType"] == "Ended").cloned();
        wire.send(p.frame);
        if let Some(mut message) = ended {
            message["eventType"] = json!(what);
            message["triggerReason"] = json!("MeterValuePeriodic");
            message["seqNo"] = json!(message["seqNo"].as_i64().unwrap_or(0) + 1);
            wire.call("TransactionEvent", message);
        }
    })
}

fn reasons() -> Vec<Deviation> {
    vec![
        defect("remote-start-untold", "a start from afar is given as one by the driver")
            .breaks(&["B-0384"])
            .wire(|_| reason("RemoteStart", "Authorized")),
        defect("remote-stop-untold", "a stop from afar is given as one by the driver")
            .breaks(&["B-0384"])
            .wire(|_| {
                told(|m| {
                    if m["triggerReason"] == "RemoteStop" {
                        m["triggerReason"] = json!("StopAuthorized");
                        m["transactionInfo"]["stoppedReason"] = json!("Local");
                    }
                })
            }),
        defect(
            "charging-state-change-without-state",
            "a change of the charging state does not say the state",
        )
        .breaks(&["B-0384"])
        .wire(|_| {
            told(|m| {
                if m["triggerReason"] == "ChargingStateChanged"
                    && let Some(info) = m["transactionInfo"].as_object_mut()
                {
                    info.remove("chargingState");
                }
            })
        }),
        defect(
            "charging-state-changes-to-itself",
            "an authorization is told as a change of the charging state",
        )
        .breaks(&["B-0384"])
        .wire(|_| reason("Authorized", "ChargingStateChanged")),
        defect(
            "fault-ends-as-driver",
            "a transaction that a fault ends is said to have been ended by the driver",
        )
        .warns(&["B-0389"])
        .wire(|_| {
            told(|m| {
                if m["triggerReason"] == "AbnormalCondition" {
                    m["transactionInfo"]["stoppedReason"] = json!("Local");
                }
            })
        }),
        defect(
            "late-vehicle-as-driver",
            "a transaction whose vehicle did not come is said to be ended by the driver",
        )
        .warns(&["B-0392"])
        .wire(|_| reason("EVConnectTimeout", "StopAuthorized")),
    ]
}

/// Gives one reason in the place of another.
fn reason(right: &'static str, wrong: &'static str) -> Between {
    told(move |m| {
        if m["triggerReason"] == right {
            m["triggerReason"] = json!(wrong);
        }
    })
}

fn offline() -> Vec<Deviation> {
    vec![
        defect("offline-flag-missing", "what happened in a transaction while offline is not marked")
            .breaks(&["B-0385"])
            .wire(|_| {
                told(|m| {
                    if let Some(message) = m.as_object_mut() {
                        message.remove("offline");
                    }
                })
            }),
        defect("offline-flag-always", "every message of a transaction is marked as offline")
            .breaks(&["B-0385"])
            .wire(|_| told(|m| m["offline"] = json!(true))),
        defect("offline-end-forgotten", "the end of a transaction is forgotten if it comes while offline")
            .breaks(&["B-0385"])
            .decides(|p| p.sessions.offline_end = OfflineEnd::Forgotten),
        variant("offline-flag-false", "every message of a transaction says whether it is an offline one")
            .allowed_by("offline is false by default, and may be said (TransactionEventRequest)")
            .wire(|_| {
                told(|m| {
                    if m.get("offline").is_none() {
                        m["offline"] = json!(false);
                    }
                })
            }),
    ]
}

fn course() -> Vec<Deviation> {
    vec![
        variant(
            "transactions-end-with-the-vehicle",
            "transactions begin with energy and end when the vehicle leaves",
        )
        .allowed_by("E01 and E06 leave the points of a transaction to its configuration")
        .model(|m| {
            write(m, "TxStartPoint", "PowerPathClosed", Mutability::ReadWrite);
            write(m, "TxStopPoint", "EVConnected", Mutability::ReadOnly);
        }),
        variant(
            "asks-about-drivers-from-afar",
            "the station asks about a driver who was authorized from afar",
        )
        .allowed_by("F01.FR.01 leaves that to AuthorizeRemoteStart")
        .model(|m| write(m, "AuthorizeRemoteStart", "true", Mutability::ReadOnly)),
        defect("starts-elsewhere", "transactions start when energy flows, whatever TxStartPoint says")
            .warns(&["B-0386"])
            .leaves_open(&["B-0392", "B-0447"])
            .decides(|p| p.sessions.starts = StartsAt::Energy),
        defect("events-name-what-has-ended", "events go on naming a transaction after its end")
            .breaks(&["B-0387"])
            .wire(|_| names_the_last()),
        defect("events-name-another-transaction", "events of an EVSE name a transaction that never was")
            .breaks(&["B-0387"])
            .warns(&["B-0388", "B-0389"])
            .wire(|_| {
                events(|e| {
                    if e.get("transactionId").is_some() {
                        e["transactionId"] = json!("another");
                    }
                })
            }),
        defect("events-without-transaction", "events of an EVSE do not name its transaction")
            .warns(&["B-0388", "B-0389"])
            .leaves_open(&["B-0387"])
            .wire(|_| {
                events(|e| {
                    if let Some(event) = e.as_object_mut() {
                        event.remove("transactionId");
                    }
                })
            }),
        defect("transaction-status-from-nowhere", "every transaction asked about is said to go on")
            .warns(&["B-0390"])
            .wire(|_| {
                says(|p| {
                    if let Some(status) = p.result("GetTransactionStatus")
                        && status.get("ongoingIndicator").is_some()
                    {
                        status["ongoingIndicator"] = json!(true);
                    }
                })
            }),
        defect("transaction-messages-always-wait", "messages of transactions are always said to be waiting")
            .warns(&["B-0390"])
            .wire(|_| {
                says(|p| {
                    if let Some(status) = p.result("GetTransactionStatus") {
                        status["messagesInQueue"] = json!(true);
                    }
                })
            }),
        defect("stops-what-is-not-there", "a transaction that does not exist is stopped")
            .breaks(&["B-0391"])
            .wire(|_| {
                says(|p| {
                    if let Some(answer) = p.result("RequestStopTransaction") {
                        *answer = json!({ "status": "Accepted" });
                    }
                })
            }),
        defect("vehicle-waited-for-half-the-time", "a vehicle is waited for half as long as configured")
            .warns(&["B-0392"])
            .decides(|p| p.sessions.vehicle = Wait::Half),
        defect(
            "refused-messages-at-one-pace",
            "the pause before a refused message is sent again never grows",
        )
        .warns(&["B-0393"])
        .decides(|p| p.sessions.pause = Pause::Constant),
        variant(
            "messages-sent-once",
            "a message of a transaction that is refused is sent once, as configured",
        )
        .allowed_by("E13.FR.02 sends it again as often as MessageAttempts says, here once")
        .leaves_open(&["B-0393"])
        .model(|m| write(m, "MessageAttempts", "1", Mutability::ReadOnly)),
        defect("refused-messages-are-given-up", "a refused message of a transaction is not sent again")
            .warns(&["B-0393"])
            .decides(|p| p.sessions.attempts = Attempts::Once),
    ]
}

/// Events name the transaction that ended last on their EVSE, if none goes on there.
fn names_the_last() -> Between {
    let mut ended: Option<(Value, Value)> = None;
    says(move |p| {
        if let Some(message) = p.call("TransactionEvent") {
            let of = (message["evse"]["id"].clone(), message["transactionInfo"]["transactionId"].clone());
            ended = (message["eventType"] == "Ended").then_some(of);
        }
        for event in p.each_of_call("NotifyEvent", "eventData") {
            let evse = event.pointer("/component/evse/id").cloned();
            if let Some((_, id)) = ended.as_ref().filter(|(at, _)| Some(at) == evse.as_ref()) {
                event["transactionId"] = id.clone();
            }
        }
    })
}

/// Gives a variable another value, and says who may write it.
fn write(model: &mut DeviceModel, variable: &str, value: &str, mutability: Mutability) {
    let found = model.variables.iter_mut().filter(|v| v.address.variable.name == variable);
    for actual in found.flat_map(|v| &mut v.attributes).filter(|a| a.kind == AttributeType::Actual) {
        (actual.value, actual.mutability) = (value.to_owned(), mutability);
    }
}
