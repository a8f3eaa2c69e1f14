//! What a certificate says, for the evidence.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use trace::{Certificate, CertificateContent};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Reads a certificate; of one that cannot be read, the fingerprint is left.
pub(crate) fn inspect(der: &[u8]) -> Certificate {
    Certificate { sha256: hex(&Sha256::digest(der)), content: content(der) }
}

fn content(der: &[u8]) -> Option<CertificateContent> {
    let (_, read) = X509Certificate::from_der(der).ok()?;
    let common_name = read.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
    let (from, to) = (read.validity().not_before.timestamp(), read.validity().not_after.timestamp());
    Some(CertificateContent {
        subject: read.subject().to_string(),
        common_name: common_name.map(str::to_owned),
        issuer: read.issuer().to_string(),
        serial: hex(read.raw_serial()),
        not_before: Timestamp::from_second(from).ok()?,
        not_after: Timestamp::from_second(to).ok()?,
    })
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subject_serial_and_validity_are_read() {
        let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, "CS001");
        params.serial_number = Some(rcgen::SerialNumber::from_slice(&[1, 0xAB]));
        params.not_before = rcgen::date_time_ymd(2026, 1, 2);
        params.not_after = rcgen::date_time_ymd(2026, 1, 3);
        let made = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let read = inspect(made.der());
        let content = read.content.unwrap();
        assert_eq!((content.subject.as_str(), content.serial.as_str()), ("CN=CS001", "01ab"));
        assert_eq!(content.common_name.as_deref(), Some("CS001"));
        assert_eq!(content.not_before.to_string(), "2026-01-02T00:00:00Z");
        assert_eq!(content.not_after.to_string(), "2026-01-03T00:00:00Z");
        assert_eq!(read.sha256.len(), 64);
    }

    #[test]
    fn what_is_no_certificate_still_has_a_fingerprint() {
        let read = inspect(b"no certificate");
        assert_eq!(read.content, None);
        assert!(read.sha256.starts_with("de826f9e5acba22f"), "{}", read.sha256);
    }
}
