//! The events themselves: fields, numbering, hygiene.

mod choices;
pub(super) mod telling;

use super::{Deviation, defect, says};
use ocpp::Version;
use serde_json::json;
use station::wire::Between;
use std::collections::BTreeMap;
use telling::{Offended, Thousands, also, each_event, notice, other_event, shift};
pub(super) use telling::{Telling, own_events, silent};

pub(super) fn deviations() -> Vec<Deviation> {
    [messages(), fields(), hygiene(), choices::deviations()].concat()
}

fn messages() -> Vec<Deviation> {
    vec![
        defect("seq-no-runs-on", "seqNo counts all notifications of the station, not the parts of each")
            .breaks(&["B-0155"])
            .wire(|_| {
                let mut n = 0;
                says(move |p| {
                    if let Some(message) = p.call("NotifyEvent") {
                        message["seqNo"] = json!(n);
                        n += 1;
                    }
                })
            }),
        defect("seq-no-from-one", "the first message of each notification has seqNo 1")
            .breaks(&["B-0155"])
            .wire(|_| says(|p| p.call("NotifyEvent").into_iter().for_each(|m| m["seqNo"] = json!(1)))),
        defect("more-never-ends", "every message of events says that another part follows")
            .breaks(&["B-0322"])
            .wire(|_| says(|p| p.call("NotifyEvent").into_iter().for_each(|m| m["tbc"] = json!(true)))),
        defect(
            "silent-after-a-refusal",
            "after an event was refused no event is sent for a minute and a half",
        )
        .warns(&["B-0330"])
        .wire(|_| Between::new(Offended::default())),
    ]
}

fn fields() -> Vec<Deviation> {
    vec![
        defect("periodic-ids-the-same", "every event of a periodic monitor has the eventId 0")
            .breaks(&["B-0321"])
            .wire(|_| {
                own_events("Periodic", |_, mut event| {
                    event["eventId"] = json!(0);
                    vec![event]
                })
            }),
        defect("event-ids-wrap-around", "after 99 the ids of events begin again at 0")
            .breaks(&["B-0321"])
            .wire(|_| {
                each_event(|e| {
                    for key in ["eventId", "cause"] {
                        if let Some(id) = e[key].as_i64() {
                            e[key] = json!(id % 100);
                        }
                    }
                })
            }),
        defect("event-without-monitor-id", "the events of a lower threshold do not say which monitor fired")
            .breaks(&["B-0142", "B-0324"])
            .warns(&["F-0207"])
            .leaves_open(&["B-0141"])
            .wire(|_| {
                own_events("LowerThreshold", |_, mut event| {
                    event.as_object_mut().map(|e| e.remove("variableMonitoringId"));
                    vec![event]
                })
            }),
        defect("event-of-the-connector", "the event of an EVSE's state names its first connector")
            .breaks(&["B-0143", "B-0324"])
            .warns(&["F-0103"])
            .wire(|_| {
                own_events("Delta", |_, mut event| {
                    if event["component"]["name"] == "EVSE" {
                        event["component"]["name"] = json!("Connector");
                        event["component"]["evse"]["connectorId"] = json!(1);
                    }
                    vec![event]
                })
            }),
        defect(
            "event-of-an-unknown-monitor",
            "an event names a monitor that is neither reported nor was ever set",
        )
        .breaks(&["B-0324"])
        .wire(|_| also(other_event)),
        defect(
            "event-of-an-unknown-variable",
            "an event is about a variable that the inventory does not have",
        )
        .breaks(&["B-0324"])
        .wire(|_| {
            also(|n, wire| {
                let mut event = notice(n, wire);
                event["variable"] = json!({ "name": "Mood" });
                event
            })
        }),
        defect("event-without-severity", "events do not say how urgent they are")
            .warns(&["B-0325"])
            .only(&[Version::V21])
            .wire(|_| each_event(|e| drop(e.as_object_mut().map(|e| e.remove("severity"))))),
        defect(
            "class-forgotten",
            "a periodic monitor of the operator says only the first time that it is one",
        )
        .breaks(&["B-0173", "B-0326", "B-0365"])
        .warns(&["B-0161", "B-0330"])
        .wire(|_| {
            let mut first = BTreeMap::new();
            own_events("Periodic", move |_, mut event| {
                let id = event["variableMonitoringId"].as_i64();
                if first.insert(id, ()).is_some() {
                    event["eventNotificationType"] = json!("PreconfiguredMonitor");
                }
                vec![event]
            })
        }),
        defect(
            "lower-threshold-as-built-in",
            "the events of an operator's lower threshold say HardWiredMonitor",
        )
        .breaks(&["B-0142", "B-0326"])
        .warns(&["F-0207"])
        .wire(|_| {
            own_events("LowerThreshold", |_, mut event| {
                event["eventNotificationType"] = json!("HardWiredMonitor");
                vec![event]
            })
        }),
        defect("lower-threshold-as-delta", "the events of a lower threshold are triggered as deltas")
            .breaks(&["B-0142"])
            .wire(|_| {
                own_events("LowerThreshold", |_, mut event| {
                    event["trigger"] = json!("Delta");
                    vec![event]
                })
            }),
        defect("event-from-the-future", "events are stamped an hour late")
            .breaks(&["B-0005", "B-0327", "B-0345", "B-0387"])
            .warns(&["B-0366"])
            .wire(|_| each_event(|e| shift(e, "timestamp", 3600))),
        defect("event-before-its-cause", "events are stamped an hour before they happened")
            .breaks(&["B-0005", "B-0327", "B-0345", "B-0387"])
            .warns(&["B-0366"])
            .leaves_open(&["B-0344"])
            .wire(|_| each_event(|e| shift(e, "timestamp", -3600))),
        defect("message-from-the-future", "messages of events are stamped an hour late")
            .breaks(&["B-0327", "B-0385"])
            .wire(|_| {
                says(|p| {
                    if let Some(message) = p.call("NotifyEvent") {
                        shift(message, "generatedAt", 3600);
                    }
                })
            }),
    ]
}

fn hygiene() -> Vec<Deviation> {
    vec![
        defect("cleared-repeated", "the end of an alert is told twice").warns(&["B-0323"]).wire(|_| {
            own_events("UpperThreshold", |_, event| {
                let mut again = event.clone();
                again["eventId"] = json!(event["eventId"].as_i64().unwrap_or(0) + 500_000);
                if event["cleared"] == true { vec![event, again] } else { vec![event] }
            })
        }),
        defect("written-value-in-thousands", "the event of a value that was written gives it in thousands")
            .breaks(&["B-0140", "B-0162", "B-0329"])
            .wire(|_| Between::new(Thousands::default())),
        defect("secret-in-an-event", "the event of a write-only variable gives its value")
            .breaks(&["B-0329", "B-0489"])
            .warns(&["B-0156"])
            .wire(|_| {
                own_events("Periodic", |_, mut event| {
                    if event["actualValue"] == "" {
                        event["actualValue"] = json!("secret");
                    }
                    vec![event]
                })
            }),
        defect(
            "state-in-own-words",
            "an operator's delta monitor tells of a state that the variable does not offer",
        )
        .breaks(&["B-0329"])
        .wire(|_| {
            own_events("Delta", |_, mut event| {
                if event["actualValue"] == "Unavailable" {
                    event["actualValue"] = json!("OutOfService");
                }
                vec![event]
            })
        }),
        defect("cause-not-sent", "roll-ups name a cause that was never sent")
            .warns(&["B-0331"])
            .leaves_open(&["B-0306"])
            .wire(|_| {
                each_event(|e| {
                    if let Some(cause) = e["cause"].as_i64() {
                        e["cause"] = json!(cause + 1_000_000);
                    }
                })
            }),
    ]
}
