//! The flags about security, read into what `net` demands or shows.

use crate::args;
use crate::fault::Fault;
use net::csms::{Profile, Security, SecurityConfig};
use net::station::{CredentialFiles, Credentials};
use net::{KeyFiles, Password, Passwords};
use std::path::{Path, PathBuf};

/// The profile demanded of the reference station, for which the suite makes what it needs.
pub(crate) fn of_reference(args: &args::Security) -> Result<Profile, Fault> {
    let given = !args.tls_cert.is_empty() || args.client_ca.is_some() || args.password_file.is_some();
    if given {
        let why = "certificates and passwords for --station reference are made by the suite: leave out --tls-cert, \
                   --tls-key, --client-ca and --password-file";
        return Err(Fault::input(why));
    }
    Ok(args.security_profile.unwrap_or(Profile::None))
}

/// The certificates of the suite.
pub(crate) fn certificates(args: &args::Security) -> Vec<KeyFiles> {
    let pair = |(chain, key): (&PathBuf, &PathBuf)| KeyFiles { chain: chain.clone(), key: key.clone() };
    args.tls_cert.iter().zip(&args.tls_key).map(pair).collect()
}

/// What a station has to prove.
pub(crate) fn demanded(args: &args::Security) -> Result<Security, Fault> {
    if args.tls_cert.len() != args.tls_key.len() {
        return Err(Fault::input("each --tls-cert needs its --tls-key, in the same order"));
    }
    let config = SecurityConfig {
        profile: args.security_profile.unwrap_or(Profile::None),
        certificates: certificates(args),
        client_ca: args.client_ca.clone(),
        passwords: args.password_file.as_deref().map(passwords).transpose()?.unwrap_or_default(),
    };
    Security::new(config)
        .map_err(|e| Fault::input(format!("{e} (--tls-cert, --tls-key, --client-ca, --password-file)")))
}

/// What the reference station shows.
pub(crate) fn shown(args: &args::Station) -> Result<Credentials, Fault> {
    let certificate = match (&args.cert, &args.key) {
        (Some(chain), Some(key)) => Some(KeyFiles { chain: chain.clone(), key: key.clone() }),
        _ => None,
    };
    let password = args.password_file.as_deref().map(|path| password(path, &args.id)).transpose()?;
    Credentials::load(CredentialFiles { ca: args.ca.clone(), certificate, password })
        .map_err(|e| Fault::input(format!("{e} (--ca, --cert, --key)")))
}

fn passwords(path: &Path) -> Result<Passwords, Fault> {
    let at = |e: &dyn std::fmt::Display| Fault::input(format!("--password-file {}: {e}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| at(&e))?;
    Passwords::parse(&text).map_err(|e| at(&e))
}

fn password(path: &Path, id: &str) -> Result<Password, Fault> {
    let missing =
        || Fault::input(format!("--password-file {}: there is no password of {id}", path.display()));
    passwords(path)?.of(id).cloned().ok_or_else(missing)
}
