//! What a station has to prove before it is let in (OCPP A00, security profiles).

use crate::{
    password::Passwords,
    tls::{Acceptor, KeyFiles, PemError, provider, roots},
};
use std::{fmt, path::PathBuf, str::FromStr};

/// A security profile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// 0: no security. No profile of OCPP; for laboratories only.
    #[default]
    None,
    /// 1: HTTP basic authentication without TLS.
    Basic,
    /// 2: TLS and HTTP basic authentication.
    Tls,
    /// 3: TLS with certificates on both sides.
    MutualTls,
}

impl Profile {
    /// Its number.
    pub fn number(self) -> u8 {
        match self {
            Profile::None => 0,
            Profile::Basic => 1,
            Profile::Tls => 2,
            Profile::MutualTls => 3,
        }
    }

    /// Whether stations connect over TLS.
    pub fn is_tls(self) -> bool {
        matches!(self, Profile::Tls | Profile::MutualTls)
    }

    /// Whether stations need a password.
    pub fn has_password(self) -> bool {
        matches!(self, Profile::Basic | Profile::Tls)
    }

    /// Scheme of the URL stations connect to.
    pub fn scheme(self) -> &'static str {
        if self.is_tls() { "wss" } else { "ws" }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Profile, String> {
        match text {
            "0" => Ok(Profile::None),
            "1" => Ok(Profile::Basic),
            "2" => Ok(Profile::Tls),
            "3" => Ok(Profile::MutualTls),
            _ => Err("a security profile is 0, 1, 2 or 3".to_owned()),
        }
    }
}

/// What a profile is made of.
#[derive(Debug, Clone, Default)]
pub struct SecurityConfig {
    /// The profile.
    pub profile: Profile,
    /// Certificates of the CSMS (profiles 2 and 3), in order of preference. OCPP wants an ECDSA and an RSA one
    /// (A00.FR.318); the first that the station can use is shown.
    pub certificates: Vec<KeyFiles>,
    /// PEM file of the authorities that issue the stations' certificates (profile 3).
    pub client_ca: Option<PathBuf>,
    /// Passwords of the stations (profiles 1 and 2).
    pub passwords: Passwords,
}

/// Why a profile cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SecurityError {
    /// Profiles 2 and 3 need a certificate.
    #[error("security profile {0} needs a certificate of the CSMS and its key")]
    NoCertificate(Profile),
    /// Profile 3 needs an authority.
    #[error(
        "security profile 3 needs the certificate of the authority that issues the stations' certificates"
    )]
    NoClientAuthority,
    /// Profiles 1 and 2 need a password.
    #[error("security profile {0} needs a password for the station")]
    NoPassword(Profile),
    /// Something was given that the profile does not use: what was meant is not what would be tested.
    #[error("security profile {profile} uses no {what}: leave it out, or take another profile")]
    Superfluous {
        /// The profile.
        profile: Profile,
        /// What it does not use.
        what: &'static str,
    },
    /// A file cannot be used.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// The authorities cannot be used.
    #[error("the authorities of the stations' certificates cannot be used: {0}")]
    Authorities(String),
}

/// A profile, ready to be demanded. Clones share keys.
#[derive(Debug, Clone, Default)]
pub struct Security {
    pub(super) profile: Profile,
    pub(super) acceptor: Option<Acceptor>,
    /// At the start; they may be changed later.
    pub(super) passwords: Passwords,
}

impl Security {
    /// Profile 0: nothing has to be proved.
    pub fn none() -> Security {
        Security::default()
    }

    /// Reads the files and makes sure that the profile has what it needs and nothing else.
    ///
    /// # Errors
    /// What is missing, superfluous or unreadable.
    pub fn new(config: SecurityConfig) -> Result<Security, SecurityError> {
        let profile = config.profile;
        let unused = |given: bool, what| match given {
            true => Err(SecurityError::Superfluous { profile, what }),
            false => Ok(()),
        };
        unused(!profile.is_tls() && !config.certificates.is_empty(), "certificate of the CSMS")?;
        unused(profile != Profile::MutualTls && config.client_ca.is_some(), "authority of the stations")?;
        unused(!profile.has_password() && !config.passwords.is_empty(), "password")?;
        if profile.has_password() && config.passwords.is_empty() {
            return Err(SecurityError::NoPassword(profile));
        }
        let mut acceptor = None;
        if profile.is_tls() {
            if config.certificates.is_empty() {
                return Err(SecurityError::NoCertificate(profile));
            }
            let provider = provider();
            let identities = config.certificates.iter().map(|files| files.load(&provider));
            let authorities = match (&config.client_ca, profile) {
                (Some(path), _) => Some(roots(path)?),
                (None, Profile::MutualTls) => return Err(SecurityError::NoClientAuthority),
                (None, _) => None,
            };
            let made = Acceptor::new(identities.collect::<Result<_, _>>()?, authorities);
            acceptor = Some(made.map_err(|e| SecurityError::Authorities(e.to_string()))?);
        }
        Ok(Security { profile, acceptor, passwords: config.passwords })
    }

    /// The profile.
    pub fn profile(&self) -> Profile {
        self.profile
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::Password;

    fn said(config: SecurityConfig) -> String {
        Security::new(config).unwrap_err().to_string()
    }

    #[test]
    fn what_a_profile_needs_is_demanded() {
        let of = |profile| SecurityConfig { profile, ..SecurityConfig::default() };
        assert!(said(of(Profile::Basic)).contains("needs a password"));
        assert!(said(of(Profile::Tls)).contains("needs a password"));
        assert!(said(of(Profile::MutualTls)).contains("needs a certificate"));
        assert_eq!(Security::new(of(Profile::None)).unwrap().profile(), Profile::None);
    }

    #[test]
    fn what_a_profile_does_not_use_is_refused() {
        let passwords = Passwords::same(Password::new("a-password-of-16"));
        let said = said(SecurityConfig { passwords, ..SecurityConfig::default() });
        assert!(said.starts_with("security profile 0 uses no password"), "{said}");
    }

    #[test]
    fn profiles_are_read_by_their_number() {
        for profile in [Profile::None, Profile::Basic, Profile::Tls, Profile::MutualTls] {
            assert_eq!(profile.to_string().parse(), Ok(profile));
        }
        assert!("4".parse::<Profile>().is_err());
    }
}
