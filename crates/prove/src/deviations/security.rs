//! Who is let in, and what is told of it.

use super::{Deviation, defect, instead, says};
use serde_json::json;
use station::policy::logs::NewPassword;
use station::wire::Between;

/// Keeps these kinds of security events to itself.
fn never_tells(kinds: &'static [&'static str]) -> Between {
    instead(move |mut p, wire| {
        let kind = p.call("SecurityEventNotification").and_then(|e| e["type"].as_str());
        if kind.is_some_and(|kind| kinds.contains(&kind)) { wire.settle(&p) } else { wire.send(p.frame) }
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
            .wire(|_| never_tells(&["InvalidCsmsCertificate"])),
        defect("start-untold", "a start is not told as a security event")
            .warns(&["B-0487"])
            .wire(|_| never_tells(&["StartupOfTheDevice", "ResetOrReboot"])),
        defect("tampering-untold", "an opened housing is not told as a security event")
            .warns(&["B-0488"])
            .wire(|_| never_tells(&["TamperDetectionActivated"])),
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
