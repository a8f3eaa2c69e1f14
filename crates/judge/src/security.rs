//! Security of the link, as far as it shows on it: credentials, TLS, certificates, security events, secrets (OCPP A00,
//! A01, A04; archetype rows B-0481 to B-0489).

use crate::boot::identity;
use crate::inventory::Inventory;
use crate::{Check, Code, Finding, Window, events};
use ocpp::VariableAddress;
use ocpp::frame::Frame;
use serde_json::Value;
use trace::{Body, Cause, Direction, Record, Secured, Seq};

/// Versions of TLS that may be used (OCPP A00.FR.313).
const GOOD_TLS: [&str; 2] = ["TLSv1_2", "TLSv1_3"];

/// A connection of the run, with what it is secured by.
fn connections(window: Window<'_>) -> impl Iterator<Item = (Seq, &str, &Secured)> {
    window.records.iter().filter_map(|r| match &r.body {
        Body::Connected { station, version: Some(_), security: Some(security), .. } => {
            Some((r.n, station.as_str(), security.as_ref()))
        }
        _ => None,
    })
}

/// An attempt of the judged station that was refused, and why.
fn refusals<'a>(
    window: Window<'a>,
    station: &'a str,
) -> impl Iterator<Item = (&'a Record, &'a trace::Refusal)> {
    window.records.iter().filter_map(move |r| match &r.body {
        Body::Refused { details: Some(details), .. } if details.station.as_deref() == Some(station) => {
            Some((r, details.as_ref()))
        }
        _ => None,
    })
}

/// Each attempt of the station to connect carried its identity as the user name (OCPP A00.FR.202 to 204). A password that
/// the suite refused on purpose was still shown.
pub fn credentials_with_every_connection(run: Window<'_>) -> Vec<Check> {
    let demanded = |s: &Secured| matches!(s.profile, 1 | 2);
    let mut records: Vec<Seq> = Vec::new();
    let mut findings = Vec::new();
    let mut look = |at: Seq, station: &str, user: Option<&str>| {
        records.push(at);
        if user != Some(station) {
            let expected = format!("the user name {station:?} and a password");
            let observed = user.map_or("no credentials".to_owned(), |u| format!("the user name {u:?}"));
            findings.push(Finding::new(Code::CredentialsMissing, expected, observed, [at]));
        }
    };
    let all: Vec<_> = connections(run).filter(|(.., s)| demanded(s)).collect();
    let Some((_, station, _)) = all.first() else {
        return vec![Check::Void("no connection of this run needs a name and a password".to_owned())];
    };
    for (at, station, security) in &all {
        look(*at, station, security.user.as_deref());
    }
    // Whether it was the station that is judged cannot be told of attempts under another name.
    for (record, refusal) in
        refusals(run, station).filter(|(_, r)| r.status.is_some() && demanded(&r.security))
    {
        look(record.n, station, refusal.security.user.as_deref());
    }
    Check::from_findings(findings, records)
}

/// A station that is turned away keeps trying, and each time shows what it showed before.
pub fn kept_trying(turned_away: Window<'_>, station: &str, cause: Cause) -> Vec<Check> {
    let tried: Vec<(Seq, Option<&str>)> = turned_away
        .records
        .iter()
        .filter_map(|r| match &r.body {
            Body::Refused { details: Some(d), .. }
                if d.cause == cause && d.station.as_deref().is_none_or(|s| s == station) =>
            {
                Some((r.n, d.security.user.as_deref()))
            }
            _ => None,
        })
        .collect();
    if tried.is_empty() {
        let why = "the station made no attempt to connect while it was turned away";
        return vec![Check::open(why, turned_away.ends())];
    }
    let without = tried.iter().filter(|(_, user)| cause == Cause::Unauthorized && user.is_none());
    let findings = without.map(|(at, _)| {
        let expected = "the same credentials as before";
        Finding::new(Code::CredentialsMissing, expected, "none", [*at])
    });
    Check::from_findings(findings.collect(), tried.iter().map(|(at, _)| *at))
}

/// After a change of its password the station uses the new one, and not the old one any more (OCPP A01.FR.01). Only the
/// new one lets it in.
pub fn new_password_used(after: Window<'_>, station: &str, back: Option<Seq>, waited: &str) -> Check {
    let old = refusals(after, station).find(|(_, r)| r.cause == Cause::Unauthorized).map(|(r, _)| r.n);
    match (old, back) {
        (None, Some(back)) => Check::held([back]),
        (Some(old), back) => {
            let records = [Some(old), back].into_iter().flatten();
            let expected = "the new password on the next connection";
            Finding::new(Code::PasswordUnchanged, expected, "another one", records).into()
        }
        (None, None) => {
            let expected = format!("the station back with the new password {waited}");
            Finding::new(Code::NotBack, expected, "no attempt to connect", after.ends()).into()
        }
    }
}

/// While the suite shows a certificate that nobody can trust, the station opens no WebSocket and sends no request
/// (OCPP A00.FR.308 to 311, A00.FR.411 to 414).
pub fn impostor_refused(shown: Window<'_>) -> Check {
    let trusted = shown.records.iter().find_map(|r| match &r.body {
        Body::Connected { .. } => Some((r.n, "a connection")),
        // An HTTP request came as far as its answer.
        Body::Refused { details: Some(d), .. } if d.status.is_some() => Some((r.n, "a request")),
        _ => None,
    });
    if let Some((at, observed)) = trusted {
        let expected = "no connection to a back end with a certificate of an unknown authority";
        return Finding::new(Code::CertificateTrusted, expected, observed, [at]).into();
    }
    let tried = shown.records.iter().filter(|r| {
        matches!(&r.body, Body::Refused { details: Some(d), .. } if d.cause == Cause::Tls && d.security.tls.is_some())
    });
    let tried: Vec<Seq> = tried.map(|r| r.n).collect();
    if tried.is_empty() {
        return Check::open("the station made no attempt to connect meanwhile", shown.ends());
    }
    Check::held(tried)
}

/// Every connection of the run uses TLS 1.2 or newer (OCPP A00.FR.313, A00.FR.416).
pub fn tls_is_recent(run: Window<'_>) -> Vec<Check> {
    let versions: Vec<(Seq, &str)> =
        connections(run).filter_map(|(at, _, s)| Some((at, s.tls.as_ref()?.version.as_deref()?))).collect();
    if versions.is_empty() {
        return vec![Check::Void("no connection of this run uses TLS".to_owned())];
    }
    let old = versions.iter().filter(|(_, v)| !GOOD_TLS.contains(v));
    let findings = old.map(|(at, v)| Finding::new(Code::WeakTls, "TLS 1.2 or 1.3", (*v).to_owned(), [*at]));
    Check::from_findings(findings.collect(), versions.iter().map(|(at, _)| *at))
}

/// The common name of the station's certificate is the serial number it boots with (OCPP A00.FR.405, A00.FR.511).
pub fn serial_number_shown(run: Window<'_>) -> Vec<Check> {
    let names: Vec<(Seq, Option<&str>)> = connections(run)
        .filter_map(|(at, _, s)| {
            let shown = s.tls.as_ref()?.client_certificate.as_ref()?;
            Some((at, shown.content.as_ref().and_then(|c| c.common_name.as_deref())))
        })
        .collect();
    if names.is_empty() {
        return vec![Check::Void("the station showed no certificate in this run".to_owned())];
    }
    let records = names.iter().map(|(at, _)| *at);
    let said = identity(run);
    let Some((serial, booted)) = said.serial.filter(|s| !s.is_empty()).zip(said.at) else {
        return vec![Check::open("the station has not said its serial number in BootNotification", records)];
    };
    let differing = names.iter().filter(|(_, name)| *name != Some(serial.as_str()));
    let findings = differing.map(|(at, name)| {
        let observed = name.map_or("no common name".to_owned(), |n| format!("the common name {n:?}"));
        Finding::new(Code::SerialDiffers, format!("the common name {serial:?}"), observed, [*at, booted])
    });
    Check::from_findings(findings.collect(), records.chain([booted]))
}

/// A SecurityEventNotification of one of these types. Names are compared without case.
pub fn is_event(payload: &Value, types: &[&str]) -> bool {
    let told = payload.get("type").and_then(Value::as_str).unwrap_or_default().trim();
    types.iter().any(|t| t.eq_ignore_ascii_case(told))
}

/// A critical security event was told (OCPP A04.FR.01, A04.FR.02).
pub fn event_told(window: Window<'_>, types: &[&str], cause: Seq, waited: &str) -> Check {
    let mut others = Vec::new();
    for (at, payload) in window.calls_of("SecurityEventNotification").filter(|(at, _)| *at > cause) {
        if is_event(payload, types) {
            return Check::held([cause, at]);
        }
        others.push((at, payload.get("type").and_then(Value::as_str).unwrap_or("?").to_owned()));
    }
    let observed = match others.is_empty() {
        true => "none".to_owned(),
        false => others.iter().map(|(_, t)| t.as_str()).collect::<Vec<_>>().join(", "),
    };
    let records = [cause].into_iter().chain(others.iter().map(|(at, _)| *at));
    let expected = format!("a security event {} {waited}", types.join(" or "));
    Finding::new(Code::SecurityEventMissing, expected, observed, records).into()
}

/// No message of the run carries the value of a write-only variable (OCPP B06.FR.09, B07.FR.03, B08.FR.03, N07.FR.10).
pub fn no_secret_sent(run: Window<'_>, inventory: &Inventory) -> Vec<Check> {
    let secret: Vec<&VariableAddress> = inventory
        .variables
        .iter()
        .filter(|v| v.mutability() == Some("WriteOnly"))
        .map(|v| &v.address)
        .collect();
    if secret.is_empty() {
        return vec![Check::Void("the station reports no write-only variable".to_owned())];
    }
    let is_secret = |at: Option<VariableAddress>| at.is_some_and(|at| secret.iter().any(|s| s.same_as(&at)));
    let mut findings = Vec::new();
    let mut found = |at: Seq, of: &Value, value: Option<&Value>| {
        let shown = value.is_some_and(|v| v.as_str().map_or(!v.is_null(), |text| !text.is_empty()));
        let address = crate::results::address(of);
        if shown && is_secret(address.clone()) {
            let name = address.map(|a| a.to_string()).unwrap_or_default();
            // What the value is, is nobody's business here either.
            findings.push(Finding::new(Code::SecretShown, format!("no value of {name}"), "one", [at]));
        }
    };
    for (at, _, frame) in run.frames().filter(|(_, dir, _)| *dir == Direction::Rx) {
        let (Frame::Call { payload, .. } | Frame::CallResult { payload, .. }) = frame else { continue };
        let list = |key: &str| payload.get(key).and_then(Value::as_array).into_iter().flatten();
        for entry in list("reportData") {
            for attribute in entry.get("variableAttribute").and_then(Value::as_array).into_iter().flatten() {
                let actual = attribute.get("type").and_then(Value::as_str).is_none_or(|t| t == "Actual");
                let write_only = attribute.get("mutability").and_then(Value::as_str) == Some("WriteOnly");
                if actual || write_only {
                    found(at, entry, attribute.get("value"));
                }
            }
        }
        for result in list("getVariableResult") {
            found(at, result, result.get("attributeValue"));
        }
        for event in list("eventData") {
            found(at, event, event.get("actualValue"));
        }
    }
    let proof = inventory.records.iter().copied().chain(events::all(run).into_iter().take(1).map(|e| e.at));
    Check::from_findings(findings, proof)
}

#[cfg(test)]
mod tests;
