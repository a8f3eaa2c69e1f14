//! How frames are written, and how station and back end take turns.

use super::{Deviation, defect, hears, instead, says, variant};
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::{Value, json};
use station::policy::Nonsense;
use station::wire::{Between, Middle, Passing, Wire};
use std::collections::VecDeque;
use std::time::Duration;

pub(super) fn deviations() -> Vec<Deviation> {
    [fields(), frames(), turns(), errors()].concat()
}

/// Rows about the requests the station sends in every run.
const REQUESTS: &[&str] = &[
    "B-0201", "B-0202", "B-0203", "B-0204", "B-0211", "B-0212", "B-0220", "B-0222", "B-0225", "B-0226",
    "B-0231",
];
/// Rows about its answers.
const ANSWERS: &[&str] = &[
    "B-0205", "B-0206", "B-0207", "B-0208", "B-0213", "B-0214", "B-0215", "B-0216", "B-0217", "B-0218",
    "B-0219", "B-0221", "B-0223", "B-0224", "B-0227", "B-0228", "B-0229", "B-0232",
];
/// Rows about streams.
const STREAMS: &[&str] = &["B-0233", "B-0234", "B-0235", "B-0236", "B-0237"];

/// Changes what is in every message of the station of a kind.
fn every(is: fn(&Passing) -> bool, change: fn(&mut Value)) -> Between {
    says(move |p| {
        if is(p)
            && let Frame::Call { payload, .. }
            | Frame::CallResult { payload, .. }
            | Frame::Send { payload, .. } = &mut p.frame
        {
            change(payload);
        }
    })
}

/// Whether it is about streams.
fn streams(p: &Passing) -> bool {
    p.action.contains("EventStream")
}

fn fields() -> Vec<Deviation> {
    vec![
        defect("unknown-field-in-requests", "every request of the station has a field that no version knows")
            .breaks(REQUESTS)
            .wire(|_| every(|p| p.is_call() && !streams(p), |m| m["extra"] = json!(true))),
        defect(
            "custom-data-without-vendor",
            "every answer has custom data without the vendor they must name",
        )
        .breaks(ANSWERS)
        .wire(|_| every(|p| !p.is_call() && !streams(p), |m| m["customData"] = json!({}))),
        defect("stream-fields-of-wrong-type", "every message about streams names its vendor by a number")
            .breaks(STREAMS)
            .only(&[Version::V21])
            .wire(|_| every(streams, |m| m["customData"] = json!({ "vendorId": 1 }))),
        defect("meter-values-malformed", "meter values come without the EVSE they are of")
            .breaks(&["B-0230"])
            .wire(|_| {
                instead(|p, wire| {
                    if p.action == "GetLog" {
                        wire.call("MeterValues", json!({ "meterValue": [] }));
                    }
                    wire.send(p.frame);
                })
            }),
        defect("event-text-too-long", "the vendor in an event is longer than it may be")
            .breaks(&["B-0211"])
            .wire(|_| {
                says(|p| {
                    for event in p.each_of_call("NotifyEvent", "eventData") {
                        event["customData"] = json!({ "vendorId": "x".repeat(256) });
                    }
                })
            }),
        defect("times-with-nine-decimals", "times of events have nine decimals").warns(&["B-0211"]).wire(
            |_| {
                says(|p| {
                    if let Some(event) = p.call("NotifyEvent")
                        && let Some(time) = event["generatedAt"].as_str()
                    {
                        let whole = time.split(['.', 'Z']).next().unwrap_or_default();
                        event["generatedAt"] = json!(format!("{whole}.000000000Z"));
                    }
                })
            },
        ),
        defect("newer-fields-in-events", "events have the severity of OCPP 2.1 in 2.0.1")
            .breaks(&["B-0247"])
            .only(&[Version::V201])
            .wire(|_| {
                says(|p| {
                    for event in p.each_of_call("NotifyEvent", "eventData") {
                        event["severity"] = json!(5);
                    }
                })
            }),
    ]
}

fn frames() -> Vec<Deviation> {
    vec![
        defect("numeric-message-ids", "the message id of meter values is a number without quotes")
            .breaks(&["B-0200"])
            .wire(|_| {
                let mut count = 0_u64;
                instead(move |p, wire| {
                    let idle = p.action == "SetMonitoringLevel";
                    wire.send(p.frame);
                    if idle {
                        count += 1;
                        let sampled =
                            json!({ "timestamp": wire.now.to_string(), "sampledValue": [{ "value": 7.4 }] });
                        let meter = json!({ "evseId": 1, "meterValue": [sampled] });
                        wire.text(json!([2, count, "MeterValues", meter]).to_string());
                    }
                })
            }),
        defect("answers-to-answers", "the station answers each answer to its heartbeats")
            .breaks(&["B-0200"])
            .wire(|_| {
                hears(|mut p, wire| {
                    let answered = p.result("Heartbeat").is_some();
                    let id = p.id();
                    wire.deliver(p.frame);
                    if answered {
                        wire.send(Frame::call_result(id, json!({})));
                    }
                })
            }),
        defect("error-codes-misspelt", "errors about a wrong type have a code that does not exist")
            .warns(&["B-0245"])
            .wire(|_| error("TypeConstraintViolation", "TypeConstraintViolated")),
        defect(
            "error-code-of-something-else",
            "every request that breaks its schema is called not implemented",
        )
        .warns(&["B-0245"])
        .wire(|_| {
            instead(|p, wire| match &p.frame {
                Frame::CallError { id, code, .. } if code.ends_with("ConstraintViolation") => {
                    wire.text(json!([4, id, "NotImplemented", "", {}]).to_string());
                }
                _ => wire.send(p.frame),
            })
        }),
        defect("every-error-is-generic", "whatever is wrong with a request, the error is GenericError")
            .warns(&["B-0245"])
            .wire(|_| {
                instead(|p, wire| match &p.frame {
                    Frame::CallError { id, .. } => {
                        wire.text(json!([4, id, "GenericError", "", {}]).to_string());
                    }
                    _ => wire.send(p.frame),
                })
            }),
        defect("error-details-as-text", "the details of errors are a text in place of an object")
            .breaks(&["B-0200"])
            .wire(|_| {
                instead(|p, wire| match &p.frame {
                    Frame::CallError { id, code, .. } if id != "-1" => {
                        wire.text(json!([4, id, code, "", "none"]).to_string());
                    }
                    _ => wire.send(p.frame),
                })
            }),
        defect("errors-without-their-request", "errors do not say which request they answer")
            .warns(&["B-0017", "B-0018", "B-0026", "B-0027"])
            .wire(|_| {
                hears(|p, wire| {
                    if p.is_call() && p.action == "GetReport" {
                        wire.text(json!([4, "-1", "NotSupported", "", {}]).to_string());
                    } else {
                        wire.deliver(p.frame);
                    }
                })
            }),
        defect("report-requests-unanswered", "requests for chosen variables are never answered")
            .warns(&["B-0017", "B-0018", "B-0026", "B-0027"])
            .wire(|_| {
                hears(|p, wire| {
                    if !p.is_call() || p.action != "GetReport" {
                        wire.deliver(p.frame);
                    }
                })
            }),
        defect("unknown-action-is-a-format-violation", "an unknown action is answered with FormatViolation")
            .warns(&["B-0245"])
            .wire(|_| error("NotImplemented", "FormatViolation")),
    ]
}

/// Gives one error code in the place of another.
fn error(right: &'static str, wrong: &'static str) -> Between {
    instead(move |p, wire| match &p.frame {
        Frame::CallError { id, code, .. } if code == right => {
            wire.text(json!([4, id, wrong, "", {}]).to_string());
        }
        _ => wire.send(p.frame),
    })
}

fn turns() -> Vec<Deviation> {
    vec![
        defect("request-id-twice", "two requests of the station have one id").breaks(&["B-0241"]).wire(
            |_| {
                instead(|p, wire| {
                    // After the answer to a trigger nothing else is under way.
                    let triggered = !p.is_call() && p.action == "TriggerMessage";
                    wire.send(p.frame);
                    if triggered {
                        wire.send(Frame::call("once", "Heartbeat", json!({})));
                    }
                })
            },
        ),
        defect("second-request", "a heartbeat follows each event before that was answered")
            .breaks(&["B-0240"])
            .wire(|_| {
                instead(|p, wire| {
                    wire.patient = false;
                    let event = p.is_call() && p.action == "NotifyEvent";
                    wire.send(p.frame);
                    if event {
                        wire.call("Heartbeat", json!({}));
                    }
                })
            }),
        defect("heartbeat-before-the-answer", "a heartbeat on request comes before the request is answered")
            .breaks(&["B-0029"])
            .wire(|_| {
                hears(|mut p, wire| {
                    let heartbeat =
                        p.call("TriggerMessage").is_some_and(|t| t["requestedMessage"] == "Heartbeat");
                    if heartbeat {
                        wire.call("Heartbeat", json!({}));
                        let answer = Frame::call_result(p.id(), json!({ "status": "Accepted" }));
                        wire.send_in(Duration::from_secs(1), answer);
                    } else {
                        wire.deliver(p.frame);
                    }
                })
            }),
        defect(
            "upload-told-before-the-answer",
            "that an upload begins is told before the request is answered",
        )
        .breaks(&["B-0242"])
        .wire(|_| Between::new(Early::default())),
        defect("answered-twice", "requests for variables are answered twice").breaks(&["B-0243"]).wire(
            |_| {
                instead(|p, wire| {
                    let again = !p.is_call() && p.action == "GetVariables";
                    wire.send(p.frame.clone());
                    if again {
                        wire.send(p.frame);
                    }
                })
            },
        ),
        defect("deaf-while-waiting", "nothing is answered while the station waits for an answer itself")
            .breaks(&["B-0248"])
            .wire(|_| Between::new(Deaf::default())),
        defect("heartbeat-agreed-and-not-sent", "a heartbeat on request is agreed to and not sent")
            .breaks(&["B-0029"])
            .wire(|_| {
                hears(|mut p, wire| {
                    let heartbeat =
                        p.call("TriggerMessage").is_some_and(|t| t["requestedMessage"] == "Heartbeat");
                    if heartbeat {
                        wire.answer(&p, json!({ "status": "Accepted" }))
                    } else {
                        wire.deliver(p.frame)
                    }
                })
            }),
    ]
}

/// Keeps the answer to a request for a log until the upload was told to begin.
#[derive(Default)]
struct Early(Option<Passing>);

impl Middle for Early {
    fn said(&mut self, mut p: Passing, wire: &mut Wire) {
        if p.result("GetLog").is_some_and(|a| a["status"] == "Accepted") {
            self.0 = Some(p);
            return;
        }
        let told = p.call("LogStatusNotification").is_some();
        wire.send(p.frame);
        if let Some(answer) = self.0.take_if(|_| told) {
            // CALLs wait for their turn; what is answered must not overtake them.
            wire.send_in(Duration::from_millis(1), answer.frame);
        }
    }
}

/// Hears no request while one of its own is unanswered.
#[derive(Default)]
struct Deaf {
    waits: bool,
    unheard: VecDeque<Passing>,
}

impl Middle for Deaf {
    fn said(&mut self, p: Passing, wire: &mut Wire) {
        self.waits |= p.is_call() && p.action == "NotifyEvent";
        wire.send(p.frame);
    }
    fn heard(&mut self, p: Passing, wire: &mut Wire) {
        if p.is_call() && self.waits {
            return self.unheard.push_back(p);
        }
        self.waits &= p.is_call() || p.action != "NotifyEvent";
        wire.deliver(p.frame);
        for waiting in self.unheard.drain(..) {
            wire.deliver(waiting.frame);
        }
    }
}

fn errors() -> Vec<Deviation> {
    vec![
        defect("deaf-after-nonsense", "after a frame that makes no sense the station hears nothing any more")
            .breaks(&["B-0246"])
            .leaves_open(&["B-0245"])
            .decides(|p| p.answers.nonsense = Nonsense::Deafens),
        defect("unknown-action-accepted", "an action that does not exist is answered as if it were done")
            .breaks(&["B-0244"])
            .wire(|_| accepts("NotImplemented")),
        defect("wrong-types-accepted", "a request with a wrong type is answered as if it were done")
            .breaks(&["B-0244"])
            .wire(|_| accepts("TypeConstraintViolation")),
        defect(
            "wrong-requests-rejected",
            "a request that breaks its schema is answered Rejected, as one that cannot be done",
        )
        .warns(&["B-0244"])
        .wire(|_| {
            instead(|p, wire| match &p.frame {
                // What is answered with a status; a request of many monitors is not.
                Frame::CallError { id, code, .. }
                    if code.ends_with("Violation") && !p.action.ends_with("VariableMonitoring") =>
                {
                    wire.send(Frame::call_result(id.clone(), json!({ "status": "Rejected" })));
                }
                _ => wire.send(p.frame),
            })
        }),
        defect("wrong-requests-dropped", "a request that breaks its schema is not answered at all")
            .warns(&["B-0126", "B-0160"])
            .wire(|_| {
                instead(|p, wire| match &p.frame {
                    Frame::CallError { code, .. } if code.ends_with("Violation") => {}
                    _ => wire.send(p.frame),
                })
            }),
        variant("nonsense-unanswered", "a frame that cannot be read is not answered")
            .allowed_by("OCPP-J has no message id to answer it with")
            .wire(|_| {
                instead(|p, wire| match &p.frame {
                    Frame::CallError { id, .. } if id == "-1" => {}
                    _ => wire.send(p.frame),
                })
            }),
        defect("hangs-up-on-nonsense", "the connection is cut after a frame that cannot be read")
            .warns(&["B-0246"])
            .wire(|_| {
                instead(|p, wire| match &p.frame {
                    Frame::CallError { id, .. } if id == "-1" => wire.cut(Some(Duration::from_secs(2))),
                    _ => wire.send(p.frame),
                })
            }),
    ]
}

/// Answers as if all were right where this error would be.
fn accepts(error: &'static str) -> Between {
    instead(move |p, wire| match &p.frame {
        Frame::CallError { id, code, .. } if code == error => {
            wire.send(Frame::call_result(id.clone(), json!({ "status": "Accepted" })));
        }
        _ => wire.send(p.frame),
    })
}
