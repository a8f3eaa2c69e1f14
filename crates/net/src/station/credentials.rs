//! What a station shows to be let in, and whom it trusts.

use crate::{
    password::Password,
    tls::{Connector, KeyFiles, PemError, TlsError, provider, roots},
};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Where the credentials of a station are.
#[derive(Debug, Clone, Default)]
pub struct CredentialFiles {
    /// PEM file of the authorities it trusts; without one it can only connect without TLS.
    pub ca: Option<PathBuf>,
    /// Its certificate and key (security profile 3).
    pub certificate: Option<KeyFiles>,
    /// Its password (security profiles 1 and 2).
    pub password: Option<Password>,
}

/// Why credentials cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// A file cannot be used.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// A certificate is only shown over TLS, and TLS needs somebody to trust.
    #[error("a certificate of the station is only used over TLS: name the authority of the CSMS too")]
    NoAuthority,
    /// The certificate or the authorities cannot be used.
    #[error("the credentials cannot be used: {0}")]
    Tls(#[from] TlsError),
}

/// The credentials of a station. Clones share keys and the password.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    pub(super) connector: Option<Connector>,
    password: Arc<Mutex<Option<Password>>>,
}

impl Credentials {
    /// None: for a CSMS without security.
    pub fn none() -> Credentials {
        Credentials::default()
    }

    /// Only a password.
    pub fn password(password: Password) -> Credentials {
        Credentials { connector: None, password: held(Some(password)) }
    }

    /// Reads the files.
    ///
    /// # Errors
    /// What cannot be used.
    pub fn load(files: CredentialFiles) -> Result<Credentials, CredentialsError> {
        let own = files.certificate.map(|pair| pair.load(&provider())).transpose()?;
        let connector = match (files.ca, own) {
            (Some(ca), own) => Some(Connector::new(roots(&ca)?, own)?),
            (None, Some(_)) => return Err(CredentialsError::NoAuthority),
            (None, None) => None,
        };
        Ok(Credentials { connector, password: held(files.password) })
    }

    /// Shows another password from the next connection on, if there was one before (OCPP A01.FR.01).
    pub fn change_password(&self, password: Password) {
        if let Some(shown) = self.shown().as_mut() {
            *shown = password;
        }
    }

    pub(super) fn shown(&self) -> MutexGuard<'_, Option<Password>> {
        self.password.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn held(password: Option<Password>) -> Arc<Mutex<Option<Password>>> {
    Arc::new(Mutex::new(password))
}
