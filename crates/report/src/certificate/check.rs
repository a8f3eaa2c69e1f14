//! Checking a certificate: who signed it, whether they are trusted, and whether it is of this run.

use super::issue::unsigned;
use super::*;
use crate::keys::PublicKey;
use crate::trust::{KeyList, KeyStatus};

/// A certificate whose signature holds.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What it says.
    pub certificate: Certificate,
    /// Whose key the list says it is; `None` where no list was given, so that nobody vouches for the key.
    pub signer: Option<String>,
}

/// Why a certificate is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The file is no certificate.
    #[error("it is no certificate of diagmark: {0}")]
    Shape(String),
    /// It has a version of the format that this program does not know.
    #[error(
        "it has version {0} of the format, this program knows {SCHEMA_VERSION}: use the version of diagmark that wrote it"
    )]
    Version(u64),
    /// It carries no signature.
    #[error("it carries no signature: nobody vouches for it")]
    NoSignature,
    /// It names another key than the one it carries.
    #[error("it names the key {named}, but carries the key {carried}: one of the two was put in later")]
    OtherKey {
        /// Fingerprint in the certificate.
        named: String,
        /// Fingerprint of the key in the signature.
        carried: String,
    },
    /// Nobody trusts the key.
    #[error(
        "it is signed with the key {0}, which is not in the list of keys: whoever signed it is not trusted"
    )]
    Unknown(String),
    /// The key was revoked.
    #[error("it is signed with the key {fingerprint} of {name}, which was revoked{}", because(.note.as_deref()))]
    Revoked {
        /// The key.
        fingerprint: String,
        /// Whose key it was.
        name: String,
        /// Why.
        note: Option<String>,
    },
    /// The signature is not over this text.
    #[error("it was edited after it was signed: its signature does not fit what it says")]
    Edited,
    /// It is the certificate of another run.
    #[error("its signature holds, but it is not of this run: {0} is not what the run says")]
    OtherRun(String),
}

fn because(note: Option<&str>) -> String {
    note.map_or_else(String::new, |n| format!(" ({n})"))
}

/// Checks the text of a certificate against the run it stands beside. With a list of keys the key must be trusted.
///
/// # Errors
/// Why it is refused.
pub fn check(text: &str, keys: Option<&KeyList>, run: Option<Run<'_>>) -> Result<Checked, Refused> {
    let shape = |e: serde_json::Error| Refused::Shape(e.to_string());
    let value: serde_json::Value = serde_json::from_str(text).map_err(shape)?;
    let version = value.get("schemaVersion").and_then(serde_json::Value::as_u64);
    match version {
        Some(v) if v != u64::from(SCHEMA_VERSION) => return Err(Refused::Version(v)),
        _ => {}
    }
    let certificate: Certificate = serde_json::from_str(text).map_err(shape)?;
    let signed = certificate.signature.clone().ok_or(Refused::NoSignature)?;
    let named = certificate.key_fingerprint.clone();
    let key = PublicKey::from_base64(&signed.public_key).map_err(|e| Refused::Shape(e.to_string()))?;
    if key.fingerprint() != named {
        return Err(Refused::OtherKey { named, carried: key.fingerprint() });
    }
    let signer = match keys.map(|k| k.find(&named)) {
        None => None,
        Some(None) => return Err(Refused::Unknown(named)),
        Some(Some((_, listed))) if listed.status == KeyStatus::Revoked => {
            let (name, note) = (listed.name.clone(), listed.note.clone());
            return Err(Refused::Revoked { fingerprint: named, name, note });
        }
        Some(Some((_, listed))) => Some(listed.name.clone()),
    };
    let bytes = certificate.signed_bytes().ok_or(Refused::Edited)?;
    if signed.algorithm != "Ed25519" || !key.verifies(&bytes, &signed.value) {
        return Err(Refused::Edited);
    }
    if let Some(run) = run {
        of_this_run(&certificate, run)?;
    }
    Ok(Checked { certificate, signer })
}

/// The certificate says what would be certified of this run again.
fn of_this_run(certificate: &Certificate, run: Run<'_>) -> Result<(), Refused> {
    let issuer = Issuer {
        laboratory: certificate.laboratory.clone(),
        tester: certificate.tester.clone(),
        at: certificate.issued,
    };
    let again = unsigned(run, &issuer, certificate.key_fingerprint.clone())
        .map_err(|e| Refused::OtherRun(format!("that it conforms ({e})")))?;
    let was = Certificate { signature: None, ..certificate.clone() };
    let json = |c: &Certificate| serde_json::to_value(c).unwrap_or_default();
    let (was, is) = (json(&was), json(&again));
    // The hashes come first: all else follows from them.
    let keys = ["evidenceHash", "resultHash"].into_iter();
    let all = is.as_object().into_iter().flat_map(|o| o.keys().map(String::as_str));
    match keys.chain(all).find(|k| was.get(k) != is.get(k)) {
        Some(key) => Err(Refused::OtherRun(key.to_owned())),
        None => Ok(()),
    }
}
