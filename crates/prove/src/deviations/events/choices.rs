//! Events that come together, among others, or say more: what OCPP leaves to the station.

use super::telling::each_event;
use crate::deviations::{Deviation, instead, variant};
use serde_json::json;

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        variant("events-say-more", "events have a code and a text, and ids with gaps")
            .allowed_by("the fields are optional, and no requirement says how eventId counts")
            .wire(|_| {
                each_event(|e| {
                    for key in ["eventId", "cause"] {
                        if let Some(id) = e[key].as_i64() {
                            e[key] = json!(id * 7);
                        }
                    }
                    if e["techCode"].is_null() {
                        e["techCode"] = json!("E17");
                    }
                    e["techInfo"] = json!("as the component gives it");
                })
            }),
        variant("not-cleared-is-said", "every event says whether it is the end of an alert")
            .allowed_by("cleared may be false (EventDataType)")
            .wire(|_| {
                each_event(|e| {
                    if e["cleared"].is_null() {
                        e["cleared"] = json!(false);
                    }
                })
            }),
        variant(
            "connector-state-told-twice",
            "the state of a connector is told by an event and by StatusNotification",
        )
        .allowed_by("G01.FR.03 leaves both ways, and forbids neither beside the other")
        .wire(|_| {
            instead(|mut p, wire| {
                for event in p.each_of_call("NotifyEvent", "eventData") {
                    let evse = event["component"]["evse"].clone();
                    if event["variable"]["name"] == "AvailabilityState"
                        && event["component"]["name"] == "Connector"
                    {
                        wire.call(
                            "StatusNotification",
                            json!({ "timestamp": event["timestamp"], "evseId": evse["id"],
                                    "connectorId": evse["connectorId"],
                                    "connectorStatus": event["actualValue"] }),
                        );
                    }
                }
                wire.send(p.frame);
            })
        }),
    ]
}
