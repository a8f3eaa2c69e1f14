//! Customer information (OCPP N09, N10). The station keeps the tokens its transactions were started with.

use crate::authorization::LocalList;
use crate::device::value;
use crate::engine::Station;
use crate::message::put;
use crate::policy::sessions::{Erased, Erasure, Told, UnknownCustomer};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Most characters of `data` in one message.
const PART: usize = 512;

/// What a station remembers of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    pub(crate) token: String,
    pub(crate) transaction: String,
    pub(crate) at: Timestamp,
}

impl Station {
    /// CustomerInformation: what is known is sent after the answer.
    pub(crate) fn customer_information(&mut self, payload: &Value, now: Timestamp) -> Value {
        let is = |key: &str| payload.get(key).and_then(Value::as_bool).unwrap_or(false);
        let named = ["idToken", "customerCertificate", "customerIdentifier"];
        // N09.FR.09
        if named.iter().filter(|key| payload.get(**key).is_some()).count() != 1 {
            return json!({ "status": "Invalid" });
        }
        // N09.FR.07, N10.FR.07
        if !is("report") && !is("clear") {
            return json!({ "status": "Rejected", "statusInfo": { "reasonCode": "InvalidValue" } });
        }
        let token = payload.get("idToken").and_then(|t| t.get("idToken")).and_then(Value::as_str);
        let token = token.or_else(|| payload.get("customerIdentifier").and_then(Value::as_str));
        let decided = self.policy.sessions;
        let of_customer = |visit: &Visit| token.is_some_and(|token| visit.token.eq_ignore_ascii_case(token));
        let mut known: Vec<String> = self
            .visits
            .iter()
            .filter(|v| of_customer(v) || decided.told == Told::OfEverybody)
            .map(|v| format!("{} {} {}", value::time(v.at), v.transaction, v.token))
            .collect();
        if is("clear") {
            // N10.FR.03: all but the local authorization list.
            self.visits.retain(|v| !of_customer(v) || decided.erased == Erased::Nothing);
            if decided.erased == Erased::TheListToo {
                self.local_list = LocalList::default();
            }
        } else if token.is_some_and(|token| self.local_list.has(token)) {
            known.push("on the local authorization list".to_owned());
        }
        let id = payload.get("requestId").cloned().unwrap_or(json!(0));
        let text = match (is("report"), known.is_empty()) {
            (true, _) => known.join("\n"),
            (false, true) => String::new(),
            (false, false) => "cleared".to_owned(),
        };
        let is_silent = match (is("report"), is("clear")) {
            (true, false) => known.is_empty() && decided.unknown_customer == UnknownCustomer::NotReported,
            (true, true) => known.is_empty() && decided.unknown_customer == UnknownCustomer::NotErased,
            (false, _) => decided.erasure == Erasure::Silent,
        };
        if !is_silent {
            self.tell_customer_information(&id, &text, now);
        }
        json!({ "status": "Accepted" })
    }

    fn tell_customer_information(&mut self, id: &Value, text: &str, now: Timestamp) {
        let characters: Vec<char> = text.chars().collect();
        let mut parts: Vec<String> = characters.chunks(PART).map(|part| part.iter().collect()).collect();
        if parts.is_empty() {
            // N09.FR.06
            parts.push(String::new());
        }
        let last = parts.len().saturating_sub(1);
        for (number, part) in parts.into_iter().enumerate() {
            let mut payload = json!({
                "requestId": id,
                "seqNo": number,
                "generatedAt": value::time(now),
                "data": part,
            });
            if number < last {
                put(&mut payload, "tbc", true);
            }
            self.call("NotifyCustomerInformation", payload);
        }
    }
}
