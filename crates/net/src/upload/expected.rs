//! The uploads that are expected, by the token in their URL.

use super::{Fault, Target, UploadPolicy};
use crate::{
    Clock, identity,
    password::Password,
    tls::{PemError, hex},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, io, net::IpAddr};
use trace::UploadProtocol;

/// Where a file is to be uploaded to. A lane keeps it as a fresh value, so that a replay has the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadUrl {
    /// Its name in the records.
    pub upload: String,
    /// The URL, with credentials if the policy demands some: for `log.remoteLocation` of a GetLog.
    pub url: String,
}

/// Why there is no upload server, or no URL.
#[derive(Debug, thiserror::Error)]
pub enum UploadsError {
    /// An address cannot be bound.
    #[error("the {protocol} upload server cannot listen on {address}: {source}")]
    Bind {
        /// The server.
        protocol: UploadProtocol,
        /// The address.
        address: IpAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Nobody can connect to an unspecified address.
    #[error("{0} is no address a station can connect to: name the host it reaches the upload server by")]
    NoHost(IpAddr),
    /// HTTPS needs a certificate.
    #[error("the https upload server needs a certificate and its key")]
    NoCertificate,
    /// A certificate cannot be used.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// There is no such server.
    #[error("there is no {0} upload server in this run")]
    NotServed(UploadProtocol),
    /// The policy asks for what the protocol does not have.
    #[error("the upload cannot be prepared: {0}")]
    Misfit(&'static str),
}

/// All uploads expected in a run.
#[derive(Debug, Default)]
pub(super) struct Book {
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    protocol: UploadProtocol,
    policy: UploadPolicy,
    /// How many attempts there were.
    attempts: usize,
}

/// Whether credentials are good for an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    Yes,
    /// They are missing or wrong.
    No,
}

impl Book {
    pub(super) fn expect(
        &mut self,
        protocol: UploadProtocol,
        place: &str,
        policy: UploadPolicy,
        clock: &Clock,
    ) -> UploadUrl {
        // A number for people, and something a stranger in the network does not guess; the same under the same
        // clock.
        let count = self.entries.len() + 1;
        let salt = hex(&Sha256::digest(format!("{count} {}", clock.now())));
        let upload = format!("u{count}-{}", salt.get(..8).unwrap_or_default());
        let user = policy.credentials.as_ref().map_or(String::new(), |(user, password)| {
            format!("{}:{}@", identity::encode(user), identity::encode(password.reveal()))
        });
        let name = match &policy.target {
            Target::Folder => String::new(),
            Target::File(name) => identity::encode(name),
        };
        let url = format!("{}://{user}{place}/{upload}/{name}", protocol.scheme());
        self.entries.insert(upload.clone(), Entry { protocol, policy, attempts: 0 });
        UploadUrl { upload, url }
    }

    /// The upload a path belongs to.
    pub(super) fn of_path(&self, protocol: UploadProtocol, path: &str) -> Option<String> {
        let token = path.trim_start_matches('/').split(['/', '?']).next()?;
        self.entries.get(token).filter(|e| e.protocol == protocol).map(|_| token.to_owned())
    }

    /// The upload this user was invented for.
    pub(super) fn of_user(&self, protocol: UploadProtocol, user: &str) -> Option<String> {
        let mut named = self.entries.iter().filter(|(_, e)| {
            e.protocol == protocol && e.policy.credentials.as_ref().is_some_and(|(u, _)| u == user)
        });
        named.next().map(|(token, _)| token.clone())
    }

    /// Holds credentials against those in the URL.
    pub(super) fn allows(&self, upload: &str, given: Option<&(String, Password)>) -> Allowed {
        match self.entries.get(upload).and_then(|e| e.policy.credentials.as_ref()) {
            Some(wanted) if given != Some(wanted) => Allowed::No,
            _ => Allowed::Yes,
        }
    }

    /// Counts an attempt and says what is to go wrong with it.
    pub(super) fn attempt(&mut self, upload: &str) -> Option<Fault> {
        let entry = self.entries.get_mut(upload)?;
        entry.attempts += 1;
        entry.policy.fault(entry.attempts - 1).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock::starting_at("2026-01-02T03:04:05Z".parse().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_url_names_its_upload_and_is_the_same_under_the_same_clock() {
        let of = || Book::default().expect(UploadProtocol::Http, "h:1", UploadPolicy::accepting(), &clock());
        let UploadUrl { upload, url } = of();
        assert_eq!(url, format!("http://h:1/{upload}/"));
        assert!(upload.starts_with("u1-") && upload.len() == 11);
        assert_eq!(of().upload, upload);
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_are_percent_encoded_and_held_against_what_was_given() {
        let mut book = Book::default();
        let password = Password::new("p@ss/word");
        let policy = UploadPolicy::accepting().to_file("a b.log").with_credentials("me", password.clone());
        let UploadUrl { upload, url } = book.expect(UploadProtocol::Ftp, "h:1", policy, &clock());
        assert_eq!(url, format!("ftp://me:p%40ss%2Fword@h:1/{upload}/a%20b.log"));
        let given = ("me".to_owned(), password);
        assert_eq!(book.allows(&upload, Some(&given)), Allowed::Yes);
        assert_eq!(book.allows(&upload, Some(&("me".to_owned(), Password::new("x")))), Allowed::No);
        assert_eq!(book.allows(&upload, None), Allowed::No);
    }

    #[tokio::test(start_paused = true)]
    async fn a_path_belongs_to_an_upload_of_its_own_protocol_only() {
        let mut book = Book::default();
        let url = book.expect(UploadProtocol::Http, "h:1", UploadPolicy::accepting(), &clock());
        let found = |protocol, path: String| book.of_path(protocol, &path);
        assert_eq!(found(UploadProtocol::Http, format!("/{}/x?y", url.upload)), Some(url.upload.clone()));
        assert_eq!(found(UploadProtocol::Http, format!("/{}?y", url.upload)), Some(url.upload.clone()));
        assert_eq!(found(UploadProtocol::Ftp, format!("/{}/x", url.upload)), None);
        assert_eq!(found(UploadProtocol::Http, "/".into()), None);
        assert_eq!(found(UploadProtocol::Http, String::new()), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_attempts_meet_their_faults_and_the_next_succeed() {
        let mut book = Book::default();
        let policy = UploadPolicy::failing(2, Fault::Status(500));
        let url = book.expect(UploadProtocol::Http, "h:1", policy, &clock());
        let met: Vec<_> = (0..3).map(|_| book.attempt(&url.upload)).collect();
        assert_eq!(met, [Some(Fault::Status(500)), Some(Fault::Status(500)), None]);
    }
}
