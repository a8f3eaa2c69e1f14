//! Certificates and keys from PEM files.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::rustls::{
    RootCertStore,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
    sign::CertifiedKey,
};

/// A certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFiles {
    /// PEM file of the certificate, followed by those between it and the root.
    pub chain: PathBuf,
    /// PEM file of its private key (PKCS#8, PKCS#1 or SEC1, without a passphrase).
    pub key: PathBuf,
}

/// Why certificates or a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PemError {
    /// The file cannot be read, or is no PEM.
    #[error("{path}: {why}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// There is no certificate in it.
    #[error("{path} holds no certificate: a PEM file with -----BEGIN CERTIFICATE----- is expected", path = path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// Certificate and key are no pair, or the key is of an unknown kind.
    #[error("the key {key} cannot be used with the certificate {chain}: {why}", key = key.display(), chain = chain.display())]
    NoPair {
        /// File of the certificate.
        chain: PathBuf,
        /// File of the key.
        key: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A certificate cannot be a root.
    #[error("{path} cannot be trusted as an authority: {why}", path = path.display())]
    NoAuthority {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

/// A certificate with its key, ready to be shown.
pub(crate) type Identity = Arc<CertifiedKey>;

impl KeyFiles {
    /// Reads both files and tries whether they belong together.
    pub(crate) fn load(&self, provider: &CryptoProvider) -> Result<Identity, PemError> {
        let chain = certificates(&self.chain)?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|e| unreadable(&self.key, &e))?;
        let pair = CertifiedKey::from_der(chain, key, provider).map_err(|e| PemError::NoPair {
            chain: self.chain.clone(),
            key: self.key.clone(),
            why: e.to_string(),
        })?;
        Ok(Arc::new(pair))
    }
}

/// The authorities in a PEM file.
pub(crate) fn roots(path: &Path) -> Result<RootCertStore, PemError> {
    let mut store = RootCertStore::empty();
    for root in certificates(path)? {
        let failed = |e: tokio_rustls::rustls::Error| PemError::NoAuthority {
            path: path.to_owned(),
            why: e.to_string(),
        };
        store.add(root).map_err(failed)?;
    }
    Ok(store)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let found = CertificateDer::pem_file_iter(path).map_err(|e| unreadable(path, &e))?;
    let found = found.collect::<Result<Vec<_>, _>>().map_err(|e| unreadable(path, &e))?;
    if found.is_empty() { Err(PemError::NoCertificate { path: path.to_owned() }) } else { Ok(found) }
}

fn unreadable(path: &Path, e: &pem::Error) -> PemError {
    let why = match e {
        pem::Error::Io(e) => e.to_string(),
        pem::Error::NoItemsFound => "there is no private key in it that is not encrypted".to_owned(),
        e => e.to_string(),
    };
    PemError::Unreadable { path: path.to_owned(), why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::provider;

    fn said(chain: &str, key: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let files = KeyFiles { chain: dir.path().join("chain.pem"), key: dir.path().join("key.pem") };
        std::fs::write(&files.chain, chain).unwrap();
        std::fs::write(&files.key, key).unwrap();
        files.load(&provider()).unwrap_err().to_string()
    }

    fn pair() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn a_key_of_another_certificate_is_noticed() {
        assert!(said(&pair().0, &pair().1).contains("cannot be used with the certificate"));
    }

    #[test]
    fn files_without_what_they_should_hold_are_named() {
        let (chain, key) = pair();
        assert!(said("", &key).contains("chain.pem holds no certificate"));
        assert!(said(&chain, "").contains("key.pem: there is no private key"));
        let torn = chain.replace("-----END CERTIFICATE-----", "");
        assert!(said(&torn, &key).contains("chain.pem: "));
    }

    #[test]
    fn a_missing_file_is_named() {
        let e = roots(Path::new("/nonexistent/ca.pem")).unwrap_err().to_string();
        assert!(e.starts_with("/nonexistent/ca.pem: "), "{e}");
    }
}
