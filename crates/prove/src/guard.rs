//! How suite and station prove to each other who they are: a throw-away PKI and passwords, for each security profile.

use crate::stand::{Broken, EPOCH, HOST, broken};
use net::csms::{Profile, Security, SecurityConfig};
use net::pki::{PkiRequest, create};
use net::station::CredentialFiles;
use net::{Clock, Credentials, KeyFiles, Password, Passwords};

/// What suite and station prove to each other, and the time certificates are held against.
#[derive(Debug)]
pub struct Guard {
    /// What the suite asks for and shows.
    pub security: Security,
    /// What the station asks for and shows.
    pub credentials: Credentials,
    /// Virtual time from its beginning; from now where there are certificates.
    pub clock: Clock,
}

impl Guard {
    /// For a security profile, 0 to 3.
    ///
    /// # Errors
    /// When there is no such profile, or no PKI can be made.
    pub fn of(profile: u8) -> Result<Guard, Broken> {
        let all = [Profile::None, Profile::Basic, Profile::Tls, Profile::MutualTls];
        let profile = all.into_iter().find(|p| p.number() == profile);
        let profile = profile.ok_or_else(|| broken("there are security profiles 0 to 3"))?;
        let epoch = EPOCH.parse().map_err(broken)?;
        if profile == Profile::None {
            let clock = Clock::starting_at(epoch);
            return Ok(Guard { security: Security::none(), credentials: Credentials::none(), clock });
        }
        let dir = tempfile::tempdir().map_err(broken)?;
        if profile.is_tls() {
            let request = PkiRequest { station: "0001".into(), hosts: vec![HOST.into()] };
            create(dir.path(), &request, &Clock::wall()).map_err(broken)?;
        }
        let at = |file: &str| dir.path().join(file);
        let pair =
            |name: &str| KeyFiles { chain: at(&format!("{name}.pem")), key: at(&format!("{name}.key")) };
        let password = || Password::new("a-password-of-16");
        let security = Security::new(SecurityConfig {
            profile,
            certificates: if profile.is_tls() { vec![pair("csms")] } else { Vec::new() },
            client_ca: (profile == Profile::MutualTls).then(|| at("root.pem")),
            passwords: if profile.has_password() {
                Passwords::same(password())
            } else {
                Passwords::default()
            },
        });
        let credentials = Credentials::load(CredentialFiles {
            ca: profile.is_tls().then(|| at("root.pem")),
            certificate: (profile == Profile::MutualTls).then(|| pair("station")),
            password: profile.has_password().then(password),
        });
        // Certificates are held against the real time.
        let clock = if profile.is_tls() {
            Clock::starting_at(Clock::wall().now())
        } else {
            Clock::starting_at(epoch)
        };
        Ok(Guard { security: security.map_err(broken)?, credentials: credentials.map_err(broken)?, clock })
    }
}
