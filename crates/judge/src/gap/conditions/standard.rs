//! Conditions that no row of an archetype sits under, and that the standard parts of the device model tell.

use crate::inventory::{Inventory, Reported};
use ocpp::device::same;
use spec::model::Answer;

/// The answer to a condition, where a standard part tells.
pub(super) fn answer(condition: &str, inventory: &Inventory) -> Option<(Answer, String)> {
    match condition {
        "local-authorization" => Some(local_authorization(inventory)),
        "basic-authentication" => {
            let password = value(inventory, "SecurityCtrlr", "BasicAuthPassword").is_some();
            let profile = profile(inventory);
            if password && !matches!(profile, Some(1 | 2)) {
                return Some((Answer::Yes, "SecurityCtrlr.BasicAuthPassword is reported".to_owned()));
            }
            by_profile(profile, &[1, 2])
        }
        "tls" => by_profile(profile(inventory), &[2, 3]),
        "client-certificate" => by_profile(profile(inventory), &[3]),
        "data-collector" => {
            reports(inventory, "DataCollector").then(|| (Answer::Yes, "DataCollector is reported".to_owned()))
        }
        _ => None,
    }
}

fn local_authorization(inventory: &Inventory) -> (Answer, String) {
    let parts = ["LocalAuthListCtrlr", "AuthCacheCtrlr"];
    let available = |part: &&str| {
        let says = value(inventory, part, "Available").and_then(Reported::value);
        reports(inventory, part) && !says.is_some_and(|v| v.eq_ignore_ascii_case("false"))
    };
    match parts.iter().find(|part| available(part)) {
        Some(part) => (Answer::Yes, format!("{part} is reported")),
        None => (Answer::No, format!("no {} is reported as available", parts.join(" and no "))),
    }
}

/// The profile in use tells that the station has it, and nothing of the others.
fn by_profile(profile: Option<i64>, enough: &[i64]) -> Option<(Answer, String)> {
    let profile = profile?;
    let answer = if enough.contains(&profile) { Answer::Yes } else { Answer::Unknown };
    Some((answer, format!("the station says that it uses security profile {profile}")))
}

fn profile(inventory: &Inventory) -> Option<i64> {
    value(inventory, "SecurityCtrlr", "SecurityProfile")?.value()?.trim().parse().ok()
}

fn reports(inventory: &Inventory, component: &str) -> bool {
    inventory.variables.iter().any(|v| same(&v.address.component.name, component))
}

fn value<'a>(inventory: &'a Inventory, component: &str, variable: &str) -> Option<&'a Reported> {
    inventory
        .variables
        .iter()
        .find(|v| same(&v.address.component.name, component) && same(&v.address.variable.name, variable))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Part;
    use serde_json::json;
    use trace::Seq;

    fn told(condition: &str, reported: &[(&str, &str, &str)]) -> Option<Answer> {
        let entry = |(component, variable, value): &(&str, &str, &str)| {
            json!({"component": {"name": component}, "variable": {"name": variable},
                   "variableAttribute": [{ "value": value }]})
        };
        let payload = json!({ "reportData": reported.iter().map(entry).collect::<Vec<_>>() });
        let part = Part { at: Seq(7), seq_no: Some(0), tbc: false, payload };
        answer(condition, &Inventory::from_parts(&[part])).map(|(answer, _)| answer)
    }

    #[test]
    fn a_local_list_or_a_cache_authorizes_unless_it_is_said_to_be_unavailable() {
        let of = |reported: &[(&str, &str, &str)]| told("local-authorization", reported);
        assert_eq!(of(&[("authcachectrlr", "Enabled", "true")]), Some(Answer::Yes));
        assert_eq!(of(&[("LocalAuthListCtrlr", "Available", "False")]), Some(Answer::No));
        assert_eq!(of(&[("EVSE", "Power", "1")]), Some(Answer::No));
    }

    #[test]
    fn the_security_profile_in_use_tells_nothing_of_the_others() {
        let of = |condition: &str, profile: &str| {
            told(condition, &[("SecurityCtrlr", "SecurityProfile", profile)])
        };
        for (profile, basic, tls, certificate) in [
            ("0", Answer::Unknown, Answer::Unknown, Answer::Unknown),
            ("1", Answer::Yes, Answer::Unknown, Answer::Unknown),
            ("2", Answer::Yes, Answer::Yes, Answer::Unknown),
            ("3", Answer::Unknown, Answer::Yes, Answer::Yes),
        ] {
            assert_eq!(of("basic-authentication", profile), Some(basic), "{profile}");
            assert_eq!(of("tls", profile), Some(tls), "{profile}");
            assert_eq!(of("client-certificate", profile), Some(certificate), "{profile}");
        }
        assert_eq!(of("tls", "high"), None);
        let password =
            [("SecurityCtrlr", "SecurityProfile", "0"), ("SecurityCtrlr", "BasicAuthPassword", "")];
        assert_eq!(told("basic-authentication", &password), Some(Answer::Yes));
        assert_eq!(told("meter", &password), None);
    }
}
