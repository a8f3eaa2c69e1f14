//! How station and suite proved to each other who they are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trace::{Body, Record};

/// The security of the connection that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecurityUsed {
    /// Security profile the suite demanded: 1, 2 or 3 (OCPP A00). 0 is none, which is no profile of OCPP and for
    /// laboratories only.
    pub profile: u8,
    /// Version of TLS; null without TLS.
    pub tls: Option<String>,
    /// Cipher suite of TLS; null without TLS.
    pub cipher_suite: Option<String>,
    /// SHA-256 over the certificate of the station; null if it showed none.
    pub station_certificate: Option<String>,
}

impl SecurityUsed {
    /// Reads it from the first connection that agreed on a version; `None` where nothing was recorded.
    pub fn of(records: &[Record]) -> Option<SecurityUsed> {
        let secured = records.iter().find_map(|r| match &r.body {
            Body::Connected { version: Some(_), security, .. } => Some(security.as_deref()),
            _ => None,
        })??;
        let tls = secured.tls.as_ref();
        Some(SecurityUsed {
            profile: secured.profile,
            tls: tls.and_then(|t| t.version.clone()),
            cipher_suite: tls.and_then(|t| t.cipher_suite.clone()),
            station_certificate: tls.and_then(|t| Some(t.client_certificate.as_ref()?.sha256.clone())),
        })
    }

    /// In words.
    pub fn in_words(&self) -> String {
        let profile = match self.profile {
            0 => "none (security profile 0, for laboratories only)",
            1 => "security profile 1, basic authentication",
            2 => "security profile 2, TLS and basic authentication",
            _ => "security profile 3, mutual TLS",
        };
        match (&self.tls, &self.cipher_suite) {
            (Some(version), Some(suite)) => format!("{profile}; {version}, {suite}"),
            _ => profile.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use ocpp::Version;
    use trace::{ConnId, Secured, Seq, Tls};

    fn connected(version: Option<Version>, security: Option<Secured>) -> Record {
        let body = Body::Connected {
            conn: ConnId(1),
            station: "CS001".into(),
            peer: "127.0.0.1:50000".into(),
            offered: Vec::new(),
            version,
            user_agent: None,
            security: security.map(Box::new),
        };
        Record { n: Seq(0), t: Timestamp::UNIX_EPOCH, body }
    }

    #[test]
    fn the_first_connection_that_counts_is_told() {
        let tls = Tls {
            version: Some("TLSv1_3".into()),
            cipher_suite: Some("TLS13_AES_256_GCM_SHA384".into()),
            ..Tls::default()
        };
        let judged = Secured { profile: 2, user: Some("CS001".into()), tls: Some(tls) };
        let records = [
            connected(None, Some(Secured::default())),
            connected(Some(Version::V21), Some(judged)),
            connected(Some(Version::V21), Some(Secured::default())),
        ];
        let used = SecurityUsed::of(&records).unwrap();
        assert_eq!(
            used.in_words(),
            "security profile 2, TLS and basic authentication; TLSv1_3, TLS13_AES_256_GCM_SHA384"
        );
    }

    #[test]
    fn evidence_that_says_nothing_of_it_has_none() {
        assert_eq!(SecurityUsed::of(&[connected(Some(Version::V21), None)]), None);
        assert_eq!(SecurityUsed::of(&[]), None);
    }
}
