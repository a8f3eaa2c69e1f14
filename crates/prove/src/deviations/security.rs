//! Who is let in, and what is told of it.

use super::{Deviation, defect, instead, says};
use serde_json::json;
use station::policy::logs::NewPassword;
use station::wire::Between;

/// Keeps a kind of security event to itself.
fn never_tells(kind: &'static str) -> Between {
    instead(move |mut p, wire| match p.call("SecurityEventNotification").filter(|e| e["type"] == kind) {
        Some(_) => wire.settle(&p),
        None => wire.send(p.frame),
    })
}

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        defect("new-password-unused", "a new password is accepted, and the old one shown on")
            .warns(&["B-0483"])
            .under(1)
            .decides(|p| p.logs.password = NewPassword::OnlyKept),
        defect("impostor-untold", "that somebody posed as the back end is not told")
            .warns(&["B-0484"])
            .under(2)
            .wire(|_| never_tells("InvalidCsmsCertificate")),
        defect("tampering-untold", "an opened housing is not told as a security event")
            .warns(&["B-0488"])
            .wire(|_| never_tells("TamperDetectionActivated")),
        defect("password-in-the-inventory", "the inventory shows the password").breaks(&["B-0489"]).wire(
            |_| {
                says(|p| {
                    for entry in p.each_of_call("NotifyReport", "reportData") {
                        if entry["variable"]["name"] == "BasicAuthPassword" {
                            entry["variableAttribute"][0]["value"] = json!("a-password-of-16");
                        }
                    }
                })
            },
        ),
        defect("password-can-be-read", "the password can be read like any variable")
            .breaks(&["B-0489", "B-0023"])
            .wire(|_| {
                says(|p| {
                    for result in p.each_of_result("GetVariables", "getVariableResult") {
                        if result["variable"]["name"] == "BasicAuthPassword" {
                            result["attributeStatus"] = json!("Accepted");
                            result["attributeValue"] = json!("a-password-of-16");
                        }
                    }
                })
            }),
        defect(
            "another-serial-number",
            "the station boots with another serial number than its certificate has",
        )
        .warns(&["B-0486"])
        .under(3)
        .wire(|_| {
            says(|p| {
                if let Some(boot) = p.call("BootNotification") {
                    boot["chargingStation"]["serialNumber"] = json!("4711");
                }
            })
        }),
    ]
}
