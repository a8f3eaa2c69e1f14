//! Signing a run: `--key`, `--lab` and `--tester` of `certify` and `report`.

use crate::args::Signing;
use crate::fault::Fault;
use crate::keys;
use crate::progress::say;
use net::Clock;
use report::certificate::{self, Issuer, NoCertificate, Run};
use report::keys::PrivateKey;
use std::path::Path;

/// Who signs, with which key.
pub(crate) struct Signer {
    key: PrivateKey,
    laboratory: String,
    tester: String,
}

impl Signer {
    /// From the flags, if they are given.
    pub(crate) fn new(flags: &Signing) -> Result<Option<Signer>, Fault> {
        let (Some(path), Some(laboratory), Some(tester)) = (&flags.key, &flags.lab, &flags.tester) else {
            return Ok(None);
        };
        let named = |what: &str, name: &str| match name.trim() {
            "" => Err(Fault::input(format!("--{what} is empty: a certificate says who vouches for it"))),
            name => Ok(name.to_owned()),
        };
        let (laboratory, tester) = (named("lab", laboratory)?, named("tester", tester)?);
        Ok(Some(Signer { key: keys::private(path)?, laboratory, tester }))
    }

    /// Certifies a run, or says why it gets no certificate.
    pub(crate) fn sign(
        &self,
        run: Run<'_>,
        dir: &Path,
        clock: &Clock,
    ) -> Result<Result<(), NoCertificate>, Fault> {
        let (laboratory, tester) = (self.laboratory.clone(), self.tester.clone());
        // Whole seconds: nobody signs more exactly.
        let at = jiff::Timestamp::from_second(clock.now().as_second()).map_err(Fault::internal)?;
        let certificate = match certificate::issue(run, &Issuer { laboratory, tester, at }, &self.key) {
            Ok(certificate) => certificate,
            Err(why) => return Ok(Err(why)),
        };
        crate::views::put(&dir.join(certificate::FILE_NAME), &certificate.to_json())?;
        let level = certificate.level;
        say(&format!("certified: level {level}, signed with the key {}", certificate.key_fingerprint));
        Ok(Ok(()))
    }
}
