//! Where a file goes: the parts of `log.remoteLocation`.

use super::UploadError;
use crate::{identity, password::Password};
use hyper::Uri;
use trace::UploadProtocol;

/// The parts of a URL.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) protocol: UploadProtocol,
    pub(super) host: String,
    /// Host and port.
    pub(super) address: String,
    /// Path and query, as they go on the wire.
    pub(super) path: String,
    pub(super) user: Option<(String, Password)>,
}

impl Target {
    /// Reads a URL. The file name is appended if it ends in `/` (OCPP N01.FR.21), else it is used as it is
    /// (N01.FR.29).
    pub(super) fn of(url: &str, name: &str) -> Result<Target, UploadError> {
        let without_user = match (url.find("://"), url.rfind('@')) {
            (Some(scheme), Some(at)) if at > scheme => {
                format!(
                    "{}{}",
                    url.get(..scheme + 3).unwrap_or_default(),
                    url.get(at + 1..).unwrap_or_default()
                )
            }
            _ => url.to_owned(),
        };
        let wrong = |why| UploadError::Url { url: without_user.clone(), why };
        let uri: Uri = url.parse().map_err(|_| wrong("it is no URL"))?;
        let scheme = uri.scheme_str().ok_or_else(|| wrong("it has no scheme"))?;
        let (protocol, port) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (UploadProtocol::Http, 80),
            "https" => (UploadProtocol::Https, 443),
            "ftp" => (UploadProtocol::Ftp, 21),
            other => return Err(UploadError::Protocol(other.to_owned())),
        };
        let host = uri.host().filter(|h| !h.is_empty()).ok_or_else(|| wrong("there is no host"))?.to_owned();
        let address = format!("{host}:{}", uri.port_u16().unwrap_or(port));
        let user = match uri.authority().and_then(|a| a.as_str().rsplit_once('@')) {
            None => None,
            Some((user, _)) => {
                let (user, password) = user.split_once(':').unwrap_or((user, ""));
                let decoded =
                    |text| identity::decode(text).ok_or_else(|| wrong("its user name cannot be read"));
                Some((decoded(user)?, Password::new(decoded(password)?)))
            }
        };
        let mut path = uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        if path.ends_with('/') {
            path.push_str(&identity::encode(name));
        }
        Ok(Target { protocol, host, address, path, user })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_name_is_appended_to_a_folder_only() {
        let path = |url| Target::of(url, "a b.log").unwrap().path;
        assert_eq!(path("http://h/u1/"), "/u1/a%20b.log");
        assert_eq!(path("http://h"), "/a%20b.log");
        assert_eq!(path("http://h/u1/x"), "/u1/x");
        assert_eq!(path("http://h/u1?t=1"), "/u1?t=1");
    }

    #[test]
    fn credentials_are_decoded_and_never_shown() {
        let target = Target::of("ftp://me:p%40ss@[::1]:2121/x", "").unwrap();
        assert_eq!(target.user, Some(("me".into(), Password::new("p@ss"))));
        assert_eq!((target.host.as_str(), target.address.as_str()), ("[::1]", "[::1]:2121"));
        let e = Target::of("http://me:secret@/x", "").map(|_| ()).unwrap_err().to_string();
        assert!(!e.contains("secret"), "{e}");
    }

    #[test]
    fn a_protocol_the_station_does_not_speak_is_told_apart_from_a_bad_url() {
        assert_eq!(Target::of("sftp://h/x", "").unwrap_err().log_status(), "NotSupportedOperation");
        assert_eq!(Target::of("nonsense", "").unwrap_err().log_status(), "BadMessage");
    }
}
