//! `diagmark keys new`: a key to sign certificates with.

use crate::args;
use crate::fault::Fault;
use report::keys::PrivateKey;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

pub(crate) fn keys(args: &args::Keys) -> Result<u8, Fault> {
    match &args.command {
        args::KeysCommand::New(new) => make(&new.out),
    }
}

fn make(path: &Path) -> Result<u8, Fault> {
    let key = PrivateKey::new(&chance()?);
    let public_path = beside(path);
    // Neither is overwritten: what a lost key signed can never be signed again.
    for path in [path, &public_path] {
        if path.exists() {
            let message = format!("{} exists already: name another file with --out", path.display());
            return Err(Fault::input(message));
        }
    }
    write(path, &key.to_pem(), true)?;
    write(&public_path, &key.public().to_pem(), false)?;
    crate::print(&format!(
        "private key  {} (keep it secret: whoever has it signs in your name)\n\
         public key   {}\n\
         fingerprint  {}\n\
         For a list of trusted keys: {{\"name\": \"…\", \"publicKey\": \"{}\", \"status\": \"trusted\"}}\n",
        path.display(),
        public_path.display(),
        key.public().fingerprint(),
        key.public().to_base64(),
    ));
    Ok(report::exit::CONFORMING)
}

/// `lab.key` → `lab.key.pub`.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

/// Writes a new file; a secret one can be read by its owner only, from its first byte on.
pub(crate) fn write(path: &Path, text: &str, secret: bool) -> Result<(), Fault> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|e| Fault::input(format!("{} cannot be written: {e}", path.display())))
}

/// 32 bytes that nobody can guess.
pub(crate) fn chance() -> Result<[u8; 32], Fault> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|e| Fault::internal(format!("the system has no chance to give: {e}")))?;
    Ok(bytes)
}

/// Reads the key a flag names.
pub(crate) fn private(path: &Path) -> Result<PrivateKey, Fault> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Fault::input(format!("--key {} cannot be read: {e}", path.display())))?;
    PrivateKey::from_pem(&text).map_err(|e| Fault::input(format!("--key {}: {e}", path.display())))
}
