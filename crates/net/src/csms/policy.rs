//! How the CSMS answers a station by itself. A lane may change it; the change is a record.

use ocpp::frame::ErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};
use trace::{Body, LaneId};

/// Automatic replies. The default answers what any CSMS answers, in the mildest legal way.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Policy {
    /// The answer to a BootNotification (OCPP B01 to B03).
    pub boot: BootReply,
    /// `status` of the `idTokenInfo` in answers to Authorize and TransactionEvent.
    pub authorization: Authorization,
    /// What is done with CALLs of these actions instead, by action.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub actions: BTreeMap<String, Treatment>,
    /// What is done with CALLs of all other actions.
    pub others: Treatment,
    /// How stations that connect are received. Connections that are open stay open.
    #[serde(skip_serializing_if = "Door::is_open")]
    pub door: Door,
}

/// How stations that connect are received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Door {
    /// As the security profile demands.
    #[default]
    Open,
    /// No password is right: HTTP 401 (profiles 1 and 2).
    WrongPassword,
    /// No identity is known: HTTP 404.
    UnknownIdentity,
    /// No authority of stations' certificates is trusted (profile 3).
    ForeignCertificate,
    /// Stations' certificates are held against a time when they have expired (profile 3).
    ExpiredCertificate,
    /// The suite shows a certificate for the same names, issued by an authority nobody trusts (profiles 2 and 3).
    Impostor,
}

impl Door {
    fn is_open(&self) -> bool {
        *self == Door::Open
    }
}

/// The answer to a BootNotification.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct BootReply {
    /// Whether the station is let in. Until it is, its unrequested CALLs are answered with `SecurityError`
    /// (OCPP B02.FR.09, B03.FR.07).
    pub status: BootStatus,
    /// Seconds; of the CSMS's configuration if there is none here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<u32>,
}

/// Whether a station is let in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BootStatus {
    /// It is.
    #[default]
    Accepted,
    /// Not yet: it may only do what it is asked for (OCPP B02).
    Pending,
    /// It is not (OCPP B03).
    Rejected,
}

/// `AuthorizationStatusEnumType`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // OCPP's own names
pub enum Authorization {
    #[default]
    Accepted,
    Blocked,
    ConcurrentTx,
    Expired,
    Invalid,
    NoCredit,
    NotAllowedTypeEVSE,
    NotAtThisLocation,
    NotAtThisTime,
    Unknown,
}

/// What is done with a CALL of the station.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Treatment {
    /// It is answered at once.
    #[default]
    Answer,
    /// It is answered so many milliseconds later.
    Late {
        /// Milliseconds.
        ms: u64,
    },
    /// It is never answered.
    Withhold,
    /// It is never answered if it tells an event of this monitor, and at once if not: what else a station has to tell
    /// must not take the place of what is waited for.
    WithholdMonitor {
        /// Id of the monitor.
        monitor: i64,
    },
    /// It is answered with a CALLERROR.
    Refuse {
        /// Code of the error.
        code: RefusalCode,
    },
    /// It is answered with this payload, whatever it is.
    Payload {
        /// The payload.
        payload: Value,
    },
}

/// An error code of OCPP, by its name on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusalCode(pub ErrorCode);

impl Serialize for RefusalCode {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for RefusalCode {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<RefusalCode, D::Error> {
        let name = String::deserialize(d)?;
        let unknown = || serde::de::Error::custom(format!("`{name}` is no error code of OCPP"));
        ErrorCode::from_wire(&name).map(RefusalCode).ok_or_else(unknown)
    }
}

impl Policy {
    /// Every BootNotification is answered like this.
    pub fn boot(status: BootStatus, interval: Option<u32>) -> Policy {
        Policy { boot: BootReply { status, interval }, ..Policy::default() }
    }

    /// Stations that connect are received like this.
    pub fn at_the_door(door: Door) -> Policy {
        Policy { door, ..Policy::default() }
    }

    /// Treats the CALLs of an action in this way.
    #[must_use]
    pub fn with(mut self, action: impl Into<String>, treatment: Treatment) -> Policy {
        self.actions.insert(action.into(), treatment);
        self
    }

    /// The record of a lane that sets it.
    pub fn record(&self, lane: LaneId) -> Body {
        // Nothing in it can fail to be JSON: all keys are text.
        Body::Policy { lane, policy: serde_json::to_value(self).unwrap_or_default() }
    }

    /// What is done with a CALL of this action.
    pub(super) fn treatment(&self, action: &str) -> &Treatment {
        self.actions.get(action).unwrap_or(&self.others)
    }
}

impl Treatment {
    /// How long the answer is held back.
    pub(super) fn delay(&self) -> Duration {
        match self {
            Treatment::Late { ms } => Duration::from_millis(*ms),
            _ => Duration::ZERO,
        }
    }
}

impl Authorization {
    /// Its name on the wire.
    pub(super) fn as_json(self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_reads_back_from_its_record() {
        let policy = Policy::boot(BootStatus::Pending, Some(5))
            .with("NotifyEvent", Treatment::Withhold)
            .with("Heartbeat", Treatment::Late { ms: 1500 })
            .with("DataTransfer", Treatment::WithholdMonitor { monitor: 7 })
            .with("Authorize", Treatment::Refuse { code: RefusalCode(ErrorCode::InternalError) });
        let Body::Policy { policy: recorded, .. } = policy.record(LaneId(1)) else { panic!() };
        assert_eq!(serde_json::from_value::<Policy>(recorded).unwrap(), policy);
    }

    #[test]
    fn the_default_is_short_and_an_unknown_key_is_an_error() {
        assert_eq!(serde_json::from_str::<Policy>("{}").unwrap(), Policy::default());
        assert!(serde_json::from_str::<Policy>(r#"{"bot":{}}"#).is_err());
    }
}
