//! A test PKI in a folder of its own, and the CSMS and stations that use it.
#![allow(dead_code)]

use super::Bench;
use net::csms::{Profile, Security, SecurityConfig};
use net::pki::{PkiRequest, create};
use net::station::{CredentialFiles, Credentials};
use net::{Clock, CsmsConfig, KeyFiles, Password, Passwords};
use std::path::PathBuf;
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "a-password-of-16";

pub(crate) struct Pki {
    dir: TempDir,
}

impl Pki {
    pub(crate) fn new() -> Pki {
        let dir = tempfile::tempdir().unwrap();
        let request = PkiRequest { station: "CS001".into(), hosts: Vec::new() };
        create(dir.path(), &request, &Clock::wall()).unwrap();
        Pki { dir }
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    pub(crate) fn pair(&self, name: &str) -> KeyFiles {
        KeyFiles { chain: self.path(&format!("{name}.pem")), key: self.path(&format!("{name}.key")) }
    }

    /// A profile with this certificate of the CSMS.
    pub(crate) fn security(&self, profile: Profile, csms: &str) -> Security {
        let passwords = Passwords::same(Password::new(PASSWORD));
        Security::new(SecurityConfig {
            profile,
            certificates: if profile.is_tls() { vec![self.pair(csms)] } else { Vec::new() },
            client_ca: (profile == Profile::MutualTls).then(|| self.path("root.pem")),
            passwords: if profile.has_password() { passwords } else { Passwords::default() },
        })
        .unwrap()
    }

    /// A CSMS that demands a profile of the station CS001, and its URL.
    pub(crate) async fn csms(&self, profile: Profile, csms: &str) -> (Bench, String) {
        let security = self.security(profile, csms);
        let config = CsmsConfig { station_id: Some("CS001".into()), security, ..CsmsConfig::default() };
        let bench = Bench::at(Clock::wall(), config);
        let addr = bench.csms.listen("127.0.0.1:0").await.unwrap();
        (bench, format!("{}://{addr}/ocpp", profile.scheme()))
    }

    /// Credentials of a station that trusts the root; certificate and password as given.
    pub(crate) fn credentials(&self, certificate: Option<&str>, password: Option<&str>) -> Credentials {
        Credentials::load(CredentialFiles {
            ca: Some(self.path("root.pem")),
            certificate: certificate.map(|name| self.pair(name)),
            password: password.map(Password::new),
        })
        .unwrap()
    }
}
