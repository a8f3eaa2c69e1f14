//! The protocol versions Diagmark speaks.

use serde::{Deserialize, Serialize};

/// An OCPP version, as negotiated by the WebSocket subprotocol.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
pub enum Version {
    /// OCPP 2.0.1.
    #[serde(rename = "2.0.1")]
    V201,
    /// OCPP 2.1.
    #[serde(rename = "2.1")]
    V21,
}

impl Version {
    /// Both versions, oldest first.
    pub const ALL: [Version; 2] = [Version::V201, Version::V21];

    /// The WebSocket subprotocol that names this version (OCPP-J, Part 4).
    pub fn subprotocol(self) -> &'static str {
        match self {
            Version::V201 => "ocpp2.0.1",
            Version::V21 => "ocpp2.1",
        }
    }

    /// The version a subprotocol names, if it is one of ours.
    pub fn from_subprotocol(name: &str) -> Option<Version> {
        Version::ALL.into_iter().find(|v| v.subprotocol() == name)
    }

    /// `2.0.1` or `2.1`.
    pub fn as_str(self) -> &'static str {
        match self {
            Version::V201 => "2.0.1",
            Version::V21 => "2.1",
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Version {
    type Err = UnknownVersion;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Version::ALL.into_iter().find(|v| v.as_str() == s).ok_or_else(|| UnknownVersion(s.to_owned()))
    }
}

/// A text that names no OCPP version we speak.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown OCPP version `{0}`: use 2.0.1 or 2.1")]
pub struct UnknownVersion(pub String);
