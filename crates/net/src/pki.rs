//! A throw-away public key infrastructure for tests: authorities, certificates that are good, and certificates
//! that a CSMS or a station has to refuse.

use crate::Clock;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use std::{
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Names the certificates of the CSMS are always for.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// The organization in every subject. In a station's certificate it is the operator (OCPP A00.FR.404).
const ORGANIZATION: &str = "Diagmark throw-away test PKI";

const README: &str = "\
Throw-away test PKI made by diagmark. Never use it in production: its private keys are not protected.

root.pem             the authority: the station has to trust it (--ca), the CSMS too (--client-ca)
csms.pem             certificate of the CSMS (--tls-cert), key csms.key (--tls-key)
station.pem          certificate of the station (--cert), key station.key (--key)

To be refused:
csms-expired.pem     a certificate of the CSMS whose validity is over
csms-foreign.pem     a certificate of the CSMS that the authority foreign.pem issued
station-expired.pem  a certificate of the station whose validity is over
station-foreign.pem  a certificate of the station that the authority foreign.pem issued

The common name of the station's certificates is the one given when they were made. OCPP wants it to be the
serial number the station reports in BootNotification (A00.FR.405, B01.FR.11).
";

/// What a test PKI is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PkiRequest {
    /// Common name of the station's certificates. OCPP wants the serial number of the station there.
    pub station: String,
    /// Host names and addresses of the CSMS, beside those of loopback.
    pub hosts: Vec<String>,
}

/// Why there is no test PKI.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// Something would be overwritten.
    #[error("{path} is there already and is not overwritten: name another folder", path = path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Something cannot be written.
    #[error("{path} cannot be written: {source}", path = path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A certificate cannot be made, as of a name that no certificate can hold.
    #[error("no certificate for `{name}`: {why}")]
    Certificate {
        /// The name in question.
        name: String,
        /// What is wrong.
        why: String,
    },
}

/// Makes a test PKI in a folder, which is made if it is not there, and returns the files. Keys are readable by
/// their owner only.
///
/// # Errors
/// When a file of it is there already, cannot be written, or a name cannot be in a certificate.
pub fn create(dir: &Path, request: &PkiRequest, clock: &Clock) -> Result<Vec<PathBuf>, PkiError> {
    let files = make(request, clock)?;
    let paths: Vec<PathBuf> = files.iter().map(|file| dir.join(&file.name)).collect();
    if let Some(path) = paths.iter().find(|path| path.exists()) {
        return Err(PkiError::Exists { path: path.clone() });
    }
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| PkiError::Write { path, source }
    };
    std::fs::create_dir_all(dir).map_err(failed(dir))?;
    for (file, path) in files.iter().zip(&paths) {
        write(path, file).map_err(failed(path))?;
    }
    Ok(paths)
}

struct PkiFile {
    name: String,
    text: String,
    secret: bool,
}

fn write(path: &Path, file: &PkiFile) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(if file.secret { 0o600 } else { 0o644 });
    }
    options.open(path)?.write_all(file.text.as_bytes())
}

fn make(request: &PkiRequest, clock: &Clock) -> Result<Vec<PkiFile>, PkiError> {
    let mut maker = Maker { now: clock.now().as_second(), files: Vec::new() };
    let hosts: Vec<String> =
        LOOPBACK.iter().map(|h| (*h).to_owned()).chain(request.hosts.iter().cloned()).collect();
    let root = maker.authority("root", "Diagmark test root")?;
    let foreign = maker.authority("foreign", "Diagmark foreign test root")?;
    let good = Validity { from: -DAY_S, to: 365 * DAY_S };
    let over = Validity { from: -30 * DAY_S, to: -DAY_S };
    for (name, issuer, validity) in
        [("csms", &root, good), ("csms-expired", &root, over), ("csms-foreign", &foreign, good)]
    {
        maker.leaf(name, &Leaf::Csms(&hosts), issuer, validity)?;
    }
    for (name, issuer, validity) in
        [("station", &root, good), ("station-expired", &root, over), ("station-foreign", &foreign, good)]
    {
        maker.leaf(name, &Leaf::Station(&request.station), issuer, validity)?;
    }
    maker.files.push(PkiFile { name: "README.txt".to_owned(), text: README.to_owned(), secret: false });
    Ok(maker.files)
}

const DAY_S: i64 = DAY.as_secs().cast_signed();

/// Seconds from now.
#[derive(Clone, Copy)]
struct Validity {
    from: i64,
    to: i64,
}

enum Leaf<'a> {
    Csms(&'a [String]),
    Station(&'a str),
}

struct Maker {
    /// Seconds since 1970.
    now: i64,
    files: Vec<PkiFile>,
}

impl Maker {
    fn authority(&mut self, file: &str, name: &str) -> Result<Issuer<'static, KeyPair>, PkiError> {
        let failed = |e: rcgen::Error| PkiError::Certificate { name: name.to_owned(), why: e.to_string() };
        let mut params = self.params(name, &[], Validity { from: -40 * DAY_S, to: 366 * DAY_S })?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params.self_signed(&key).map_err(failed)?;
        self.add(file, &certificate.pem(), &key);
        Ok(Issuer::new(params, key))
    }

    fn leaf(
        &mut self,
        file: &str,
        leaf: &Leaf<'_>,
        issuer: &Issuer<'static, KeyPair>,
        validity: Validity,
    ) -> Result<(), PkiError> {
        let (name, hosts, usage) = match leaf {
            Leaf::Csms(hosts) => {
                // The common name has to be the host too (OCPP A00.FR.308).
                let first = hosts.last().map_or("localhost", String::as_str);
                let name = if hosts.len() > LOOPBACK.len() { first } else { "localhost" };
                (name, *hosts, ExtendedKeyUsagePurpose::ServerAuth)
            }
            Leaf::Station(name) => (*name, &[] as &[String], ExtendedKeyUsagePurpose::ClientAuth),
        };
        let failed = |e: rcgen::Error| PkiError::Certificate { name: name.to_owned(), why: e.to_string() };
        let mut params = self.params(name, hosts, validity)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        // P-256: both suites OCPP names for ECDSA certificates can be used with it.
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params.signed_by(&key, issuer).map_err(failed)?;
        self.add(file, &certificate.pem(), &key);
        Ok(())
    }

    fn params(
        &self,
        name: &str,
        hosts: &[String],
        validity: Validity,
    ) -> Result<CertificateParams, PkiError> {
        let failed = |e: rcgen::Error| PkiError::Certificate { name: hosts.join(", "), why: e.to_string() };
        let mut params = CertificateParams::new(hosts.to_vec()).map_err(failed)?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, ORGANIZATION);
        params.distinguished_name.push(DnType::CommonName, name);
        let at = |offset: i64| {
            let since = self.now.saturating_add(offset).max(0);
            date_time_ymd(1970, 1, 1) + Duration::from_secs(since.unsigned_abs())
        };
        (params.not_before, params.not_after) = (at(validity.from), at(validity.to));
        Ok(params)
    }

    fn add(&mut self, file: &str, certificate: &str, key: &KeyPair) {
        let (certificate, key) = (certificate.to_owned(), key.serialize_pem());
        self.files.push(PkiFile { name: format!("{file}.pem"), text: certificate, secret: false });
        self.files.push(PkiFile { name: format!("{file}.key"), text: key, secret: true });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::{KeyFiles, inspect, provider};

    fn made(hosts: &[&str]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let dir = tempfile::tempdir().unwrap();
        let request = PkiRequest {
            station: "CS001".to_owned(),
            hosts: hosts.iter().map(|h| (*h).to_owned()).collect(),
        };
        let clock = Clock::starting_at("2026-01-02T03:04:05Z".parse().unwrap());
        let files = create(&dir.path().join("pki"), &request, &clock).unwrap();
        (dir, files)
    }

    fn read(dir: &tempfile::TempDir, name: &str) -> trace::CertificateContent {
        let at = |end| dir.path().join(format!("pki/{name}.{end}"));
        let pair = KeyFiles { chain: at("pem"), key: at("key") }.load(&provider()).unwrap();
        inspect(&pair.cert[0]).content.unwrap()
    }

    #[tokio::test]
    async fn every_certificate_has_its_key_its_issuer_and_its_validity() {
        let (dir, _) = made(&[]);
        for (name, issuer, over) in [
            ("csms", "Diagmark test root", false),
            ("csms-expired", "Diagmark test root", true),
            ("csms-foreign", "Diagmark foreign test root", false),
            ("station", "Diagmark test root", false),
            ("station-expired", "Diagmark test root", true),
            ("station-foreign", "Diagmark foreign test root", false),
        ] {
            let read = read(&dir, name);
            assert!(read.issuer.ends_with(issuer), "{name}: {}", read.issuer);
            let now = "2026-01-02T03:04:05Z".parse().unwrap();
            assert_eq!(read.not_after < now, over, "{name}");
            assert!(read.not_before < now);
        }
        assert_eq!(read(&dir, "station").common_name.as_deref(), Some("CS001"));
        assert_eq!(read(&dir, "csms").common_name.as_deref(), Some("localhost"));
    }

    #[tokio::test]
    async fn the_common_name_of_the_csms_is_the_host_it_was_made_for() {
        let (dir, _) = made(&["csms.example"]);
        assert_eq!(read(&dir, "csms").common_name.as_deref(), Some("csms.example"));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_can_read_a_key() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_dir, files) = made(&[]);
        let keys: Vec<_> = files.iter().filter(|f| f.extension().is_some_and(|e| e == "key")).collect();
        assert_eq!(keys.len(), 8);
        for key in keys {
            assert_eq!(std::fs::metadata(key).unwrap().permissions().mode() & 0o777, 0o600, "{key:?}");
        }
    }

    #[tokio::test]
    async fn nothing_is_overwritten() {
        let (dir, files) = made(&[]);
        let before = std::fs::read(&files[0]).unwrap();
        let request = PkiRequest { station: "CS002".to_owned(), hosts: Vec::new() };
        let again = create(&dir.path().join("pki"), &request, &Clock::wall());
        assert!(matches!(again, Err(PkiError::Exists { .. })), "{again:?}");
        assert_eq!(std::fs::read(&files[0]).unwrap(), before);
    }

    #[tokio::test]
    async fn a_name_that_no_certificate_can_hold_is_named() {
        let request = PkiRequest { station: "CS001".to_owned(), hosts: vec!["münchen".to_owned()] };
        let e = make(&request, &Clock::wall()).map(|_| ()).unwrap_err().to_string();
        assert!(e.contains("münchen"), "{e}");
    }
}
