//! Which values of a message are secret or personal.
//!
//! OCPP names what it carries, so names decide: the key of a value, or the variable a value belongs to. What a
//! station says in free text (`DataTransfer`, a display message, `techInfo`) is not looked into, but a value that is
//! hidden in one place is hidden wherever else it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What kind of value was hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// A password, a key, a PIN.
    Secret,
    /// A certificate, a request for one, or what proves one.
    Certificate,
    /// Who charged: a card, a contract, a customer.
    Customer,
    /// A SIM card.
    Sim,
    /// A vehicle.
    Vehicle,
}

impl Category {
    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Category::Secret => "secret",
            Category::Certificate => "certificate",
            Category::Customer => "customer",
            Category::Sim => "sim",
            Category::Vehicle => "vehicle",
        }
    }
}

/// Keys whose text is hidden, in lower case.
const KEYS: &[(&str, Category)] = &[
    ("password", Category::Secret),
    ("basicauthpassword", Category::Secret),
    ("apnpassword", Category::Secret),
    ("simpin", Category::Secret),
    ("authorizationkey", Category::Secret),
    ("certificate", Category::Certificate),
    ("certificatechain", Category::Certificate),
    ("signingcertificate", Category::Certificate),
    ("customercertificate", Category::Certificate),
    ("csr", Category::Certificate),
    ("ocspresult", Category::Certificate),
    ("exirequest", Category::Certificate),
    ("exiresponse", Category::Certificate),
    ("idtoken", Category::Customer),
    ("additionalidtoken", Category::Customer),
    ("customeridentifier", Category::Customer),
    ("emaid", Category::Customer),
    ("iccid", Category::Sim),
    ("imsi", Category::Sim),
    ("evccid", Category::Vehicle),
    ("vehicleid", Category::Vehicle),
    ("vin", Category::Vehicle),
    // What the suite itself records of the certificate of a connection.
    ("subject", Category::Certificate),
    ("commonname", Category::Certificate),
];

/// Variables whose values are hidden, in lower case.
const VARIABLES: &[(&str, Category)] = &[
    ("basicauthpassword", Category::Secret),
    ("password", Category::Secret),
    ("apnpassword", Category::Secret),
    ("simpin", Category::Secret),
    ("authorizationkey", Category::Secret),
    ("vpnpassword", Category::Secret),
    ("vpnkey", Category::Secret),
    ("certificate", Category::Certificate),
    ("token", Category::Customer),
    ("emaid", Category::Customer),
    ("iccid", Category::Sim),
    ("imsi", Category::Sim),
    ("evccid", Category::Vehicle),
    ("vehicleid", Category::Vehicle),
    ("vehicleidentifier", Category::Vehicle),
    ("vin", Category::Vehicle),
];

/// Keys under which the value of a variable stands.
const VALUES: &[&str] = &["attributeValue", "actualValue", "value"];

/// A text to hide: where it is (a JSON pointer), and what it is.
pub(super) type Found = (String, Category);

/// The texts to hide in a value. `action` is that of the CALL it is of, if it is of one.
pub(super) fn find(value: &Value, action: Option<&str>) -> Vec<Found> {
    let mut found = Vec::new();
    walk(value, "", None, &mut found);
    // Customer information is free text that is nothing but personal.
    if action == Some("NotifyCustomerInformation") {
        let last = value.as_array().map_or(0, |a| a.len().saturating_sub(1));
        found.push((format!("/{last}/data"), Category::Customer));
    }
    found.retain(|(at, _)| value.pointer(at).is_some_and(|v| v.as_str().is_some_and(|s| !s.is_empty())));
    found.sort();
    found.dedup_by(|a, b| a.0 == b.0);
    found
}

fn of(table: &[(&str, Category)], name: &str) -> Option<Category> {
    let name = name.to_ascii_lowercase();
    table.iter().find(|(n, _)| *n == name).map(|(_, c)| *c)
}

fn walk(value: &Value, at: &str, parent: Option<&str>, found: &mut Vec<Found>) {
    match value {
        Value::Object(map) => {
            let variable = map.get("variable").and_then(|v| v.get("name")).and_then(Value::as_str);
            if let Some(category) = variable.and_then(|name| of(VARIABLES, name)) {
                found.extend(VALUES.iter().map(|key| (format!("{at}/{key}"), category)));
                let attributes = map.get("variableAttribute").and_then(Value::as_array).map_or(0, Vec::len);
                found
                    .extend((0..attributes).map(|n| (format!("{at}/variableAttribute/{n}/value"), category)));
            }
            for (key, inner) in map {
                let here = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                let named = of(KEYS, key)
                    .or_else(|| (key == "key" && parent == Some("vpn")).then_some(Category::Secret));
                match (inner, named) {
                    (Value::String(_), Some(category)) => found.push((here, category)),
                    (Value::String(text), None) if carries_credentials(text) => {
                        found.push((here, Category::Secret));
                    }
                    _ => walk(inner, &here, Some(key), found),
                }
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                walk(item, &format!("{at}/{n}"), parent, found);
            }
        }
        _ => {}
    }
}

/// Parameters by which a signed address (of cloud storage) lets in whoever knows it.
const SIGNATURES: &[&str] = &[
    "signature",
    "sig",
    "token",
    "key",
    "password",
    "x-amz-signature",
    "x-amz-security-token",
    "x-goog-signature",
];

/// `ftp://user:password@host/…`, also without a password, as a token is given; or a signed address.
fn carries_credentials(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return true;
    }
    // A password may itself contain what ends an authority; a port is a number.
    let odd_port =
        authority.split_once(':').is_some_and(|(_, port)| !port.chars().all(|c| c.is_ascii_digit()));
    let cut_off = odd_port && !authority.starts_with('[') && rest.contains('@');
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let names = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, _)| name);
    cut_off || names.into_iter().any(|name| SIGNATURES.iter().any(|s| s.eq_ignore_ascii_case(name)))
}

/// Whether a broken frame, which cannot be read, may hold something to hide.
pub(super) fn suspicious(raw: &str) -> bool {
    let text = raw.to_ascii_lowercase();
    KEYS.iter().any(|(key, _)| text.contains(&format!("\"{key}\"")))
        || VARIABLES.iter().any(|(name, _)| text.contains(&format!("\"{name}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn places(value: &Value, action: Option<&str>) -> Vec<String> {
        find(value, action).into_iter().map(|(at, _)| at).collect()
    }

    #[test]
    fn cards_sims_vehicles_and_passwords_are_found_by_their_keys() {
        let event = json!([2, "1", "TransactionEvent", {"idToken": {"idToken": "04AB", "type": "ISO14443",
            "additionalInfo": [{"additionalIdToken": "X1", "type": "t"}]}, "evse": {"id": 1}}]);
        assert_eq!(
            places(&event, None),
            ["/3/idToken/additionalInfo/0/additionalIdToken", "/3/idToken/idToken"]
        );
        let boot =
            json!([2, "1", "BootNotification", {"chargingStation": {"modem": {"iccid": "89", "imsi": ""}}}]);
        assert_eq!(places(&boot, None), ["/3/chargingStation/modem/iccid"]);
        let vpn = json!({"vpn": {"key": "k", "user": "u", "password": "p"}, "key": "free"});
        assert_eq!(places(&vpn, None), ["/vpn/key", "/vpn/password"]);
    }

    #[test]
    fn values_of_secret_variables_are_found_wherever_they_are_reported() {
        let set = json!([2, "1", "SetVariables", {"setVariableData": [
            {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}, "attributeValue": "s3cret"},
            {"component": {"name": "A"}, "variable": {"name": "B"}, "attributeValue": "open"}]}]);
        assert_eq!(places(&set, None), ["/3/setVariableData/0/attributeValue"]);
        let report = json!({"reportData": [{"component": {"name": "ConnectedEV"}, "variable": {"name": "VehicleID"},
            "variableAttribute": [{"type": "Actual", "value": "WBA1"}, {"type": "Target"}]}]});
        assert_eq!(places(&report, None), ["/reportData/0/variableAttribute/0/value"]);
    }

    #[test]
    fn customer_information_and_urls_with_passwords_are_found() {
        let info = json!([2, "1", "NotifyCustomerInformation", {"data": "Jane, 04AB", "seqNo": 0}]);
        assert_eq!(places(&info, Some("NotifyCustomerInformation")), ["/3/data"]);
        assert_eq!(places(&info, None), Vec::<String>::new());
        let log = json!({"log": {"remoteLocation": "ftp://u:p@host/x"}, "at": "http://host/a@b:c"});
        assert_eq!(places(&log, None), ["/log/remoteLocation"]);
    }

    #[test]
    fn a_place_for_a_log_is_hidden_where_it_lets_somebody_in() {
        let hidden = |url: &str| {
            let get = json!([2, "1", "GetLog", {"requestId": 1, "logType": "SecurityLog", "log": {"remoteLocation": url}}]);
            places(&get, Some("GetLog")) == ["/3/log/remoteLocation"]
        };
        for url in [
            "https://u:p@h/x/",
            "ftp://u:p%40ss@[::1]:2121/x",
            "sftp://token@h/x",
            "ftp://u:p/w@h/x",
            "ftp://u:p?w@h/x",
            "https://h/x?expires=1&X-Amz-Signature=ab",
            "https://h/x?sig=ab",
        ] {
            assert!(hidden(url), "{url}");
        }
        for url in [
            "https://h:8080/a@b",
            "ftp://[::1]:21/a@b",
            "http://h/u1-ab/?page=1",
            "nonsense@h",
            "http://h?x=@",
        ] {
            assert!(!hidden(url), "{url}");
        }
        // The suite keeps the place also as a value it was given.
        let fresh = json!({"what": "where a file can be uploaded to", "value": {"url": "http://u:p@h/u1/", "upload": "u1"}});
        assert_eq!(places(&fresh, None), ["/value/url"]);
    }
}
