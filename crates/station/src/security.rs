//! Security events (OCPP A04), the security log, and the password of the connection (A01).

use crate::device::{Variable, VariableId, address, value};
use crate::engine::{Outgoing, Station};
use crate::logs::Period;
use crate::policy::logs::NewPassword;
use jiff::Timestamp;
use net::station::ConnectError;
use net::{Password, TlsError};
use ocpp::device::same;
use serde_json::json;
use std::collections::VecDeque;

/// Entries kept in the security log; then the oldest goes.
const ENTRIES: usize = 1000;

/// What is worth investigating. The names are OCPP's; critical ones are told, all of them are kept (A04.FR.01, 04).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecurityEvent {
    StartupOfTheDevice,
    ResetOrReboot,
    TamperDetectionActivated,
    InvalidCsmsCertificate,
    InvalidTLSVersion,
    FailedToAuthenticateAtCsms,
    ReconfigurationOfSecurityParameters,
}

impl SecurityEvent {
    fn name(self) -> &'static str {
        match self {
            SecurityEvent::StartupOfTheDevice => "StartupOfTheDevice",
            SecurityEvent::ResetOrReboot => "ResetOrReboot",
            SecurityEvent::TamperDetectionActivated => "TamperDetectionActivated",
            SecurityEvent::InvalidCsmsCertificate => "InvalidCsmsCertificate",
            SecurityEvent::InvalidTLSVersion => "InvalidTLSVersion",
            SecurityEvent::FailedToAuthenticateAtCsms => "FailedToAuthenticateAtCsms",
            SecurityEvent::ReconfigurationOfSecurityParameters => "ReconfigurationOfSecurityParameters",
        }
    }

    fn is_critical(self) -> bool {
        !matches!(
            self,
            SecurityEvent::FailedToAuthenticateAtCsms | SecurityEvent::ReconfigurationOfSecurityParameters
        )
    }
}

/// Shortest password (SecurityCtrlr.BasicAuthPassword).
const SHORTEST: usize = 16;

/// Whether a variable may have this value: a password is of a certain length and alphabet (passwordString).
pub(crate) fn may_be(variable: &Variable, text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "*-_=:+|@.".contains(c);
    !is(variable, "SecurityCtrlr", "BasicAuthPassword") || (text.len() >= SHORTEST && text.chars().all(fits))
}

fn is(variable: &Variable, component: &str, name: &str) -> bool {
    same(&variable.address.component.name, component) && same(&variable.address.variable.name, name)
}

/// The security log.
#[derive(Debug, Default)]
pub(crate) struct SecurityLog {
    entries: VecDeque<(Timestamp, &'static str, String)>,
    /// Why the connection could not be made, told once until it is there again.
    refused: Option<SecurityEvent>,
}

impl Station {
    /// States the security profile the station is connected with.
    #[must_use]
    pub fn secured_by(mut self, profile: u8) -> Station {
        let at = address("SecurityCtrlr", None, "SecurityProfile", None);
        if let Some(variable) = self.model.find(&at).and_then(|id| self.model.get_mut(id))
            && let Some(actual) = variable.attributes.first_mut()
        {
            actual.value = profile.to_string();
        }
        self
    }

    /// Writes a security event down and tells it if it is critical, at once or when it is online again (A04.FR.02).
    pub(crate) fn note(&mut self, event: SecurityEvent, info: &str, now: Timestamp) {
        let entries = &mut self.security.entries;
        if entries.len() >= ENTRIES {
            entries.pop_front();
        }
        entries.push_back((now, event.name(), info.to_owned()));
        if event.is_critical() {
            let mut payload = json!({ "type": event.name(), "timestamp": value::time(now) });
            if !info.is_empty() {
                crate::message::put(&mut payload, "techInfo", info);
            }
            self.call_or_keep("SecurityEventNotification", payload);
        }
    }

    /// The connection could not be made.
    pub fn not_connected(&mut self, now: Timestamp, error: &ConnectError) {
        let event = match error {
            ConnectError::Refused(401) => SecurityEvent::FailedToAuthenticateAtCsms,
            ConnectError::Tls { source: TlsError::Certificate { .. }, .. } => {
                SecurityEvent::InvalidCsmsCertificate
            }
            ConnectError::Tls { source: TlsError::Alert(alert), .. } if alert == "ProtocolVersion" => {
                SecurityEvent::InvalidTLSVersion
            }
            _ => return,
        };
        if self.security.refused.replace(event) != Some(event) {
            self.begin(now);
            self.note(event, "", now);
            self.settle(now);
        }
    }

    /// The connection is there: what went wrong next time is told anew.
    pub(crate) fn forget_refusals(&mut self) {
        self.security.refused = None;
    }

    /// A variable has a new value: an opened housing is tampering, and a new password counts from the next
    /// connection on (A01.FR.01).
    pub(crate) fn watch_security(&mut self, id: VariableId, now: Timestamp) {
        let Some(variable) = self.model.get(id) else { return };
        if is(variable, "CaseAccessSensor", "Active") && variable.actual() == "true" {
            let place = variable.address.component.to_string();
            self.note(SecurityEvent::TamperDetectionActivated, &place, now);
        } else if is(variable, "SecurityCtrlr", "BasicAuthPassword") {
            let password = Password::new(variable.actual());
            if self.policy.logs.password == NewPassword::Used {
                self.out.push_back(Outgoing::Password(password));
            }
            // Without the value (A01.FR.12).
            self.note(SecurityEvent::ReconfigurationOfSecurityParameters, "BasicAuthPassword", now);
        }
    }

    /// The lines of the security log in a period: time, event, details.
    pub(crate) fn security_log(&self, period: Period) -> String {
        let within = self.security.entries.iter().filter(|(at, ..)| period.holds(*at));
        let line =
            |(at, name, info): &(Timestamp, &str, String)| format!("{}\t{name}\t{info}\n", value::time(*at));
        format!("security log of {}\n", self.identity.serial) + &within.map(line).collect::<String>()
    }
}
