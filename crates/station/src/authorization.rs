//! Who may charge: tokens presented at the station, starts and stops from afar, the local authorization list
//! (OCPP blocks C, D and F).

use crate::engine::Station;
use crate::message::put;
use crate::transaction::Cause;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The token a rig's driver has.
const DRIVER: &str = "D1A6000000000001";

/// A driver who may charge.
#[derive(Debug, Clone)]
pub(crate) struct Authorization {
    pub(crate) token: Value,
    pub(crate) remote_start: Option<i64>,
    /// Until when the vehicle is waited for.
    pub(crate) gives_up: Option<Timestamp>,
}

impl Authorization {
    pub(crate) fn is_late(&self, now: Timestamp) -> bool {
        self.gives_up.is_some_and(|at| at <= now)
    }
}

/// A driver the CSMS is being asked about.
#[derive(Debug, Clone)]
pub(crate) struct Authorizing {
    evse: u32,
    authorization: Authorization,
}

/// The local authorization list.
#[derive(Debug, Default)]
pub(crate) struct LocalList {
    version: i64,
    /// Tokens in lower case.
    entries: BTreeMap<String, Value>,
}

impl LocalList {
    pub(crate) fn has(&self, token: &str) -> bool {
        self.entries.contains_key(&token.to_lowercase())
    }

    fn has_accepted(&self, token: &Value) -> bool {
        let entry = self.entries.get(&text_of(token).to_lowercase());
        entry.and_then(|e| e.get("status")).and_then(Value::as_str) == Some("Accepted")
    }
}

fn text_of(token: &Value) -> String {
    token.get("idToken").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn rejected(reason: &str) -> Value {
    json!({ "status": "Rejected", "statusInfo": { "reasonCode": reason } })
}

impl Station {
    fn is_set(&self, component: &str, variable: &str) -> bool {
        self.model.own(component, variable, None).is_some_and(|v| v.actual() == "true")
    }

    /// A driver presents a token at an EVSE. Without a connection the station decides for itself.
    pub(crate) fn present_token(&mut self, evse: u32, now: Timestamp) {
        if self.transactions.outlet(evse).is_some_and(|o| o.authorization.is_some()) {
            return;
        }
        let token = json!({ "idToken": DRIVER, "type": "ISO14443" });
        let listed = self.local_list.has_accepted(&token) && self.is_set("AuthCtrlr", "LocalPreAuthorize");
        let ask = self.is_online() && self.is_set("AuthCtrlr", "Enabled") && !listed;
        self.let_in(evse, Authorization { token, remote_start: None, gives_up: None }, ask, now);
    }

    fn let_in(&mut self, evse: u32, authorization: Authorization, ask: bool, now: Timestamp) {
        if !ask {
            return self.authorize(evse, authorization, now);
        }
        self.call("Authorize", json!({ "idToken": authorization.token }));
        self.transactions.authorizing.push_back(Authorizing { evse, authorization });
    }

    /// AuthorizeResponse, or none.
    pub(crate) fn authorize_answered(&mut self, answer: Option<&Value>, now: Timestamp) {
        let Some(Authorizing { evse, authorization }) = self.transactions.authorizing.pop_front() else {
            return;
        };
        let status = answer.and_then(|a| a.pointer("/idTokenInfo/status")).and_then(Value::as_str);
        if status == Some("Accepted") {
            self.authorize(evse, authorization, now);
        }
    }

    /// RequestStartTransaction (F01, F02).
    pub(crate) fn request_start(&mut self, payload: &Value, now: Timestamp) -> Value {
        let asked = payload.get("evseId").map(|id| id.as_u64().and_then(|id| u32::try_from(id).ok()));
        let evse = match asked {
            Some(Some(evse)) if self.availability.has_evse(evse) => evse,
            Some(_) => return rejected("UnknownEvse"),
            None => match self.availability.evses().into_iter().find(|e| self.takes_drivers(*e)) {
                Some(evse) => evse,
                None => return rejected("NoEvseAvailable"),
            },
        };
        // F02.FR.25, and one driver at a time.
        if !self.takes_drivers(evse) {
            return rejected("TxInProgress");
        }
        let authorization = Authorization {
            token: payload.get("idToken").cloned().unwrap_or_default(),
            remote_start: payload.get("remoteStartId").and_then(Value::as_i64),
            gives_up: None,
        };
        let mut answer = json!({ "status": "Accepted" });
        if let Some(running) = self.transactions.on(evse) {
            put(&mut answer, "transactionId", running.id.clone());
        }
        let ask = self.is_set("AuthCtrlr", "AuthorizeRemoteStart");
        self.let_in(evse, authorization, ask, now);
        answer
    }

    /// Whether a driver can be authorized on an EVSE.
    fn takes_drivers(&self, evse: u32) -> bool {
        let outlet = self.transactions.outlet(evse);
        let taken = outlet.is_some_and(|o| o.authorization.is_some())
            || self.transactions.authorizing.iter().any(|a| a.evse == evse);
        let plugged = outlet.and_then(|o| o.plugged);
        !taken && !self.starts_nothing(evse) && !self.is_faulted(evse, plugged)
    }

    /// RequestStopTransaction (F03).
    pub(crate) fn request_stop(&mut self, payload: &Value, now: Timestamp) -> Value {
        let id = payload.get("transactionId").and_then(Value::as_str).unwrap_or_default();
        let Some(evse) = self.transactions.evse_of(id) else { return rejected("TxNotFound") };
        self.deauthorize(evse, Cause { trigger: "RemoteStop", stopped: "Remote" }, now);
        json!({ "status": "Accepted" })
    }

    /// Whether there is a local authorization list.
    pub(crate) fn keeps_local_list(&self) -> bool {
        self.is_set("LocalAuthListCtrlr", "Enabled")
    }

    /// GetLocalListVersion (D02).
    pub(crate) fn local_list_version(&self) -> Value {
        json!({ "versionNumber": self.local_list.version })
    }

    /// SendLocalList (D01).
    pub(crate) fn send_local_list(&mut self, payload: &Value) -> Value {
        let version = payload.get("versionNumber").and_then(Value::as_i64).unwrap_or_default();
        let full = payload.get("updateType").and_then(Value::as_str) == Some("Full");
        if !full && version <= self.local_list.version {
            return json!({ "status": "VersionMismatch" });
        }
        if full {
            self.local_list.entries.clear();
        }
        let list =
            payload.get("localAuthorizationList").and_then(Value::as_array).cloned().unwrap_or_default();
        for entry in list {
            let token = text_of(entry.get("idToken").unwrap_or(&Value::Null)).to_lowercase();
            match entry.get("idTokenInfo") {
                Some(info) => drop(self.local_list.entries.insert(token, info.clone())),
                None => drop(self.local_list.entries.remove(&token)),
            }
        }
        self.local_list.version = version;
        json!({ "status": "Accepted" })
    }
}
