//! Keys of laboratories: Ed25519 (RFC 8032) in PEM files as other programs write them (RFC 8410), so that
//! `openssl pkey` reads them too.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use trace::hash_bytes;

/// What stands before the 32 bytes of a private key in DER (PKCS #8).
const PRIVATE_DER: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// What stands before the 32 bytes of a public key in DER (SubjectPublicKeyInfo).
const PUBLIC_DER: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Text that is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a PEM file of the kind wanted.
    #[error("there is no {0} in it: an Ed25519 key as `diagmark keys new` writes it is expected")]
    NotPem(&'static str),
    /// A PEM file with something else in it.
    #[error("the {0} in it is none of Ed25519: make one with `diagmark keys new`")]
    NotEd25519(&'static str),
}

/// The secret half of a key: whoever has it signs in the name of the laboratory.
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// The key made from 32 bytes of chance.
    pub fn new(seed: &[u8; 32]) -> PrivateKey {
        PrivateKey(SigningKey::from_bytes(seed))
    }

    /// Reads a PEM file.
    ///
    /// # Errors
    /// When it holds no such key.
    pub fn from_pem(text: &str) -> Result<PrivateKey, KeyError> {
        unwrap(text, "PRIVATE KEY", &PRIVATE_DER).map(|seed| PrivateKey::new(&seed))
    }

    /// As a PEM file.
    pub fn to_pem(&self) -> String {
        pem("PRIVATE KEY", &[&PRIVATE_DER[..], &self.0.to_bytes()].concat())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs bytes; the signature in base64.
    pub fn sign(&self, bytes: &[u8]) -> String {
        BASE64.encode(self.0.sign(bytes).to_bytes())
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({})", self.public().fingerprint())
    }
}

/// The public half of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads a PEM file.
    ///
    /// # Errors
    /// When it holds no such key.
    pub fn from_pem(text: &str) -> Result<PublicKey, KeyError> {
        checked(unwrap(text, "PUBLIC KEY", &PUBLIC_DER)?)
    }

    /// Reads what stands between the lines of a PEM file.
    ///
    /// # Errors
    /// When it is no such key.
    pub fn from_base64(text: &str) -> Result<PublicKey, KeyError> {
        checked(decoded(text, "PUBLIC KEY", &PUBLIC_DER)?)
    }

    fn der(&self) -> Vec<u8> {
        [&PUBLIC_DER[..], self.0.as_bytes()].concat()
    }

    /// As a PEM file.
    pub fn to_pem(&self) -> String {
        pem("PUBLIC KEY", &self.der())
    }

    /// What stands between the lines of a PEM file.
    pub fn to_base64(&self) -> String {
        BASE64.encode(self.der())
    }

    /// SHA-256 over the key in DER, in hexadecimal: what `openssl pkey -pubin -outform DER | sha256sum` shows.
    pub fn fingerprint(&self) -> String {
        hash_bytes(&self.der()).0
    }

    /// Whether a signature in base64 is of this key over these bytes.
    pub fn verifies(&self, bytes: &[u8], signature: &str) -> bool {
        let read = BASE64.decode(signature).ok().and_then(|b| Signature::from_slice(&b).ok());
        // Strict: no two signatures, and no weak key, pass for one.
        read.is_some_and(|s| self.0.verify_strict(bytes, &s).is_ok())
    }
}

fn checked(bytes: [u8; 32]) -> Result<PublicKey, KeyError> {
    VerifyingKey::from_bytes(&bytes).map(PublicKey).map_err(|_| KeyError::NotEd25519("PUBLIC KEY"))
}

fn pem(label: &str, der: &[u8]) -> String {
    // 48 bytes at most: the base64 fits on one line.
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64.encode(der))
}

fn unwrap(text: &str, label: &'static str, prefix: &[u8]) -> Result<[u8; 32], KeyError> {
    let missing = || KeyError::NotPem(label);
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----")).ok_or_else(missing)?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----")).ok_or_else(missing)?;
    decoded(body, label, prefix)
}

fn decoded(body: &str, label: &'static str, prefix: &[u8]) -> Result<[u8; 32], KeyError> {
    let base64: String = body.split_whitespace().collect();
    let der = BASE64.decode(base64).map_err(|_| KeyError::NotPem(label))?;
    let bytes = der.strip_prefix(prefix).and_then(|b| <[u8; 32]>::try_from(b).ok());
    bytes.ok_or(KeyError::NotEd25519(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first test vector of RFC 8032, 7.1.
    const SEED: [u8; 32] = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44,
        0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ];

    #[test]
    fn signatures_are_those_of_the_standard() {
        let key = PrivateKey::new(&SEED);
        let hex: String = BASE64.decode(key.sign(b"")).unwrap().iter().map(|b| format!("{b:02x}")).collect();
        assert!(hex.starts_with("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb882"));
        assert!(key.public().verifies(b"", &key.sign(b"")));
        assert!(!key.public().verifies(b"x", &key.sign(b"")));
        assert!(!key.public().verifies(b"", "nothing"));
    }

    #[test]
    fn keys_read_back_as_written() {
        let key = PrivateKey::new(&SEED);
        let again = PrivateKey::from_pem(&key.to_pem()).unwrap();
        assert_eq!(again.public(), key.public());
        assert_eq!(PublicKey::from_pem(&key.public().to_pem()).unwrap(), key.public());
        assert_eq!(PublicKey::from_base64(&key.public().to_base64()).unwrap(), key.public());
        assert_eq!(key.public().fingerprint().len(), 64);
    }

    #[test]
    fn what_is_no_key_is_refused_with_a_sentence() {
        let public = PrivateKey::new(&SEED).public().to_pem();
        assert_eq!(PrivateKey::from_pem(&public).unwrap_err(), KeyError::NotPem("PRIVATE KEY"));
        let other = public.replace("MCow", "MCox");
        assert_eq!(PublicKey::from_pem(&other).unwrap_err(), KeyError::NotEd25519("PUBLIC KEY"));
        assert!(PublicKey::from_base64("€").is_err());
    }
}
