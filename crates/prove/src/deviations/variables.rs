//! Reading and writing variables.

use super::{Deviation, defect, says};
use serde_json::{Value, json};
use station::policy::{AcceptedValue, BeyondLimits, NoInstance, RefusedValue};
use station::wire::Passing;

/// The results of reading.
fn read(p: &mut Passing) -> impl Iterator<Item = &mut Value> {
    p.each_of_result("GetVariables", "getVariableResult")
}

/// The results of writing.
fn written(p: &mut Passing) -> impl Iterator<Item = &mut Value> {
    p.each_of_result("SetVariables", "setVariableResult")
}

/// Says another status of some results.
fn called<'v>(results: impl Iterator<Item = &'v mut Value>, is: &str, said: &str) {
    results.filter(|r| r["attributeStatus"] == is).for_each(|r| r["attributeStatus"] = json!(said));
}

pub(super) fn deviations() -> Vec<Deviation> {
    reading().into_iter().chain(writing()).collect()
}

fn reading() -> Vec<Deviation> {
    vec![
        defect("attribute-not-stated", "a value that is read does not say of which attribute it is")
            .breaks(&["B-0012"])
            .wire(|_| {
                says(|p| {
                    for result in read(p).filter_map(Value::as_object_mut) {
                        result.remove("attributeType");
                    }
                })
            }),
        defect(
            "read-result-of-another",
            "the state of the station, when read, comes with the name of another component",
        )
        .breaks(&["B-0012"])
        .wire(|_| {
            says(|p| {
                let state = |r: &&mut Value| super::inventory::is(r, "ChargingStation", "AvailabilityState");
                for result in read(p).filter(state).filter(|r| r["attributeStatus"] == "Accepted") {
                    result["component"]["name"] = json!("Controller");
                }
            })
        }),
        defect("one-read-result-too-few", "of several values that are read, the last one is left out")
            .breaks(&["B-0024"])
            .wire(|_| {
                says(|p| {
                    let all = super::results::results(p).filter(|all| all.len() > 1);
                    if let Some(all) = all.filter(|all| all.iter().all(|r| r.get("attributeValue").is_some()))
                    {
                        all.pop();
                    }
                })
            }),
        defect("unknown-component-as-variable", "a read of an unknown component is answered UnknownVariable")
            .breaks(&["B-0013"])
            .wire(|_| says(|p| called(read(p), "UnknownComponent", "UnknownVariable"))),
        defect(
            "unknown-component-with-value",
            "a read of an unknown component is answered with a made-up value",
        )
        .breaks(&["B-0013"])
        .wire(|_| {
            says(|p| {
                for result in read(p).filter(|r| r["attributeStatus"] == "UnknownComponent") {
                    result["attributeValue"] = json!("0");
                }
            })
        }),
        defect("unknown-variable-as-component", "a read of an unknown variable is answered UnknownComponent")
            .breaks(&["B-0014"])
            .wire(|_| {
                says(|p| {
                    let results = read(p).filter(|r| r["variable"]["name"] == "NoSuchVariableForSure");
                    called(results, "UnknownVariable", "UnknownComponent");
                })
            }),
        defect("instance-guessed", "a read without instance gives the value of the first instance")
            .breaks(&["B-0015"])
            .decides(|p| p.answers.no_instance = NoInstance::TheFirst),
        defect(
            "missing-attribute-is-empty",
            "an attribute that a variable does not have reads as an empty value",
        )
        .breaks(&["B-0022"])
        .wire(|_| {
            says(|p| {
                for result in read(p).filter(|r| r["attributeStatus"] == "NotSupportedAttributeType") {
                    result["attributeStatus"] = json!("Accepted");
                    result["attributeValue"] = json!("");
                }
            })
        }),
        defect(
            "another-attribute-answers",
            "a read of an attribute that is missing says Actual of what it answers",
        )
        .breaks(&["B-0022"])
        .wire(|_| {
            says(|p| {
                for result in read(p).filter(|r| r["attributeStatus"] == "NotSupportedAttributeType") {
                    result["attributeType"] = json!("Actual");
                }
            })
        }),
        defect("password-can-be-read", "the password can be read although it is write-only")
            .breaks(&["B-0023", "B-0489"])
            .wire(|_| {
                says(|p| {
                    for result in read(p).filter(|r| r["variable"]["name"] == "BasicAuthPassword") {
                        result["attributeStatus"] = json!("Accepted");
                        result["attributeValue"] = json!("a-password-of-16");
                    }
                })
            }),
        defect("serial-number-differs", "the serial number that is read is not the one of the inventory")
            .breaks(&["B-0024"])
            .wire(|_| {
                says(|p| {
                    for result in read(p).filter(|r| r["variable"]["name"] == "SerialNumber") {
                        result["attributeValue"] = json!("0002");
                    }
                })
            }),
    ]
}

fn writing() -> Vec<Deviation> {
    vec![
        defect("read-only-accepted", "writing a read-only variable is accepted, and has no effect")
            .breaks(&["B-0016"])
            .wire(|_| {
                says(|p| {
                    let read_only = |r: &&mut Value| r["attributeStatusInfo"]["reasonCode"] == "ReadOnly";
                    called(written(p).filter(read_only), "Rejected", "Accepted");
                })
            }),
        defect("accepted-without-effect", "a value that was accepted is not taken")
            .breaks(&["B-0005", "B-0019", "B-0162", "B-0350"])
            .warns(&["B-0161", "B-0392"])
            .leaves_open(&["B-0363"])
            .decides(|p| p.answers.accepted_value = AcceptedValue::Forgotten),
        defect("refused-with-effect", "a value that was refused is taken all the same")
            .breaks(&["B-0021"])
            .decides(|p| p.answers.refused_value = RefusedValue::Taken),
        defect("beyond-limit-accepted", "a number beyond its upper limit is taken")
            .breaks(&["B-0021"])
            .decides(|p| p.answers.beyond_limits = BeyondLimits::Taken),
        defect(
            "beyond-limit-cut",
            "of a number beyond its upper limit the limit is taken, and called accepted",
        )
        .breaks(&["B-0021"])
        .decides(|p| p.answers.beyond_limits = BeyondLimits::Cut),
        defect("unknown-written-as-rejected", "writing a variable that does not exist is answered Rejected")
            .breaks(&["B-0020"])
            .wire(|_| says(|p| called(written(p), "UnknownVariable", "Rejected"))),
        defect("unknown-written-as-accepted", "writing to a component that does not exist is accepted")
            .breaks(&["B-0020"])
            .wire(|_| says(|p| called(written(p), "UnknownComponent", "Accepted"))),
        defect("written-result-of-another", "the result of a write names another variable")
            .breaks(&["B-0016", "B-0021"])
            .wire(|_| {
                says(|p| {
                    for result in written(p).filter(|r| r["attributeStatus"] == "Rejected") {
                        result["variable"]["name"] = json!("Another");
                    }
                })
            }),
    ]
}
