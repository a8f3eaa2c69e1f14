//! Authorities and certificates that nobody trusts, made when they are needed and kept nowhere.

use super::Identity;
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, SanType};
use std::sync::Arc;
use tokio_rustls::rustls::{
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    sign::CertifiedKey,
};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

const NAME: &str = "Diagmark foreign authority";

/// The certificate of an authority that has issued nothing.
pub(super) fn authority() -> Result<CertificateDer<'static>, String> {
    Ok(issuer()?.1)
}

/// A certificate for the same names as another, issued by an authority of its own, and its key.
pub(super) fn copy(leaf: &CertificateDer<'_>, provider: &CryptoProvider) -> Result<Identity, String> {
    let (issuer, authority) = issuer()?;
    let (name, names) = names(leaf)?;
    let mut params = CertificateParams::default();
    params.subject_alt_names = names;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().map_err(|e| e.to_string())?;
    let made = params.signed_by(&key, &issuer).map_err(|e| e.to_string())?;
    let der = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let pair = CertifiedKey::from_der(vec![made.der().clone(), authority], der, provider);
    pair.map(Arc::new).map_err(|e| e.to_string())
}

fn issuer() -> Result<(Issuer<'static, KeyPair>, CertificateDer<'static>), String> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, NAME);
    let key = KeyPair::generate().map_err(|e| e.to_string())?;
    let made = params.self_signed(&key).map_err(|e| e.to_string())?;
    let der = made.der().clone();
    Ok((Issuer::new(params, key), der))
}

/// Common name and alternative names of a certificate.
fn names(leaf: &CertificateDer<'_>) -> Result<(String, Vec<SanType>), String> {
    let (_, read) = X509Certificate::from_der(leaf).map_err(|e| e.to_string())?;
    let name = read.subject().iter_common_name().next().and_then(|n| n.as_str().ok()).unwrap_or_default();
    let stated = read.subject_alternative_name().ok().flatten();
    let all = stated.iter().flat_map(|s| &s.value.general_names).filter_map(|n| match n {
        GeneralName::DNSName(host) => (*host).try_into().ok().map(SanType::DnsName),
        GeneralName::IPAddress(bytes) => address(bytes).map(SanType::IpAddress),
        _ => None,
    });
    Ok((name.to_owned(), all.collect()))
}

fn address(bytes: &[u8]) -> Option<std::net::IpAddr> {
    let four: Option<[u8; 4]> = bytes.try_into().ok();
    let sixteen: Option<[u8; 16]> = bytes.try_into().ok();
    four.map(Into::into).or(sixteen.map(Into::into))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::{inspect, provider};

    #[test]
    fn a_copy_has_the_names_and_another_issuer() {
        let names_of = ["csms.test".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
        let own = rcgen::generate_simple_self_signed(names_of).unwrap();
        let pair = copy(own.cert.der(), &provider()).unwrap();
        let made = &pair.cert[0];
        assert_eq!(names(made).unwrap(), names(own.cert.der()).unwrap());
        let content = inspect(made).content.unwrap();
        assert_eq!(content.issuer, format!("CN={NAME}"));
    }
}
