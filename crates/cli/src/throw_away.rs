//! Security for a run on the reference station: certificates and a password that are made for it and gone after it.

use crate::fault::Fault;
use crate::{keys, reference};
use net::csms::{Profile, Security, SecurityConfig};
use net::pki::{PkiRequest, create};
use net::station::{CredentialFiles, Credentials};
use net::{Clock, KeyFiles, Password, Passwords};
use tempfile::TempDir;

/// Both ends of a profile.
pub(crate) struct ThrowAway {
    /// What the suite demands.
    pub(crate) security: Security,
    /// What the reference station shows.
    pub(crate) credentials: Credentials,
    /// The certificate of the suite.
    pub(crate) certificates: Vec<KeyFiles>,
    /// Holds the files as long as the run.
    _dir: TempDir,
}

/// Makes what a profile needs.
pub(crate) fn make(profile: Profile) -> Result<ThrowAway, Fault> {
    let dir = tempfile::tempdir().map_err(Fault::internal)?;
    let at = |file: &str| dir.path().join(file);
    let pair = |name: &str| KeyFiles { chain: at(&format!("{name}.pem")), key: at(&format!("{name}.key")) };
    if profile.is_tls() {
        // OCPP wants the serial number of the station in its certificate (A00.FR.405).
        let request = PkiRequest { station: reference::identity().serial, hosts: Vec::new() };
        create(dir.path(), &request, &Clock::wall()).map_err(Fault::internal)?;
    }
    let seed: String = keys::chance()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let password = profile.has_password().then(|| Password::derived(&seed));
    let certificates = if profile.is_tls() { vec![pair("csms")] } else { Vec::new() };
    let mutual = profile == Profile::MutualTls;
    let security = Security::new(SecurityConfig {
        profile,
        certificates: certificates.clone(),
        client_ca: mutual.then(|| at("root.pem")),
        passwords: password.clone().map_or_else(Passwords::default, Passwords::same),
    })
    .map_err(Fault::internal)?;
    let credentials = Credentials::load(CredentialFiles {
        ca: profile.is_tls().then(|| at("root.pem")),
        certificate: mutual.then(|| pair("station")),
        password,
    })
    .map_err(Fault::internal)?;
    Ok(ThrowAway { security, credentials, certificates, _dir: dir })
}
