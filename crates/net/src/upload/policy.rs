//! What is to happen to an upload.

use crate::password::Password;
use trace::UploadProtocol;

/// What is to happen to the attempts to upload one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UploadPolicy {
    /// Whether the URL names a file.
    pub target: Target,
    /// User name and password in the URL, demanded of the station (OCPP N01.FR.25).
    pub credentials: Option<(String, Password)>,
    /// What happens to the first attempts, one after the other.
    pub faults: Vec<Fault>,
    /// What happens to all later ones; `None`: they succeed.
    pub then: Option<Fault>,
}

/// What the URL names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Target {
    /// A folder: it ends in `/`, and the station appends its file name (OCPP N01.FR.21).
    #[default]
    Folder,
    /// This file: the station uses the URL as it is (OCPP N01.FR.29).
    File(String),
}

/// What goes wrong on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The upload is answered with this HTTP status; by FTP with the reply that means the same.
    Status(u16),
    /// The file is taken and never answered, until the station has had enough.
    Silence,
    /// The connection is cut (TCP is reset) after so many bytes of the body.
    CutAfter(u64),
    /// The upload is redirected with this status to another path of the same server, where it would succeed
    /// (OCPP N01.FR.26, 30). Not for FTP.
    Redirect(u16),
}

impl UploadPolicy {
    /// Every attempt succeeds.
    pub fn accepting() -> UploadPolicy {
        UploadPolicy::default()
    }

    /// The first `times` attempts meet a fault, the next ones succeed.
    pub fn failing(times: usize, fault: Fault) -> UploadPolicy {
        UploadPolicy { faults: vec![fault; times], ..UploadPolicy::default() }
    }

    /// Every attempt meets a fault.
    pub fn always(fault: Fault) -> UploadPolicy {
        UploadPolicy { then: Some(fault), ..UploadPolicy::default() }
    }

    /// Names a file in the URL.
    #[must_use]
    pub fn to_file(self, name: impl Into<String>) -> UploadPolicy {
        UploadPolicy { target: Target::File(name.into()), ..self }
    }

    /// Demands credentials, which are in the URL.
    #[must_use]
    pub fn with_credentials(self, user: impl Into<String>, password: Password) -> UploadPolicy {
        UploadPolicy { credentials: Some((user.into(), password)), ..self }
    }

    /// What happens to an attempt, counted from 0.
    pub(super) fn fault(&self, attempt: usize) -> Option<&Fault> {
        self.faults.get(attempt).or(self.then.as_ref())
    }

    /// Why it cannot be had over this protocol.
    pub(super) fn misfit(&self, protocol: UploadProtocol) -> Option<&'static str> {
        let redirects = self.faults.iter().chain(&self.then).any(|f| matches!(f, Fault::Redirect(_)));
        (redirects && protocol == UploadProtocol::Ftp).then_some("FTP has no redirects")
    }
}
