//! The keys somebody trusts: the list that `diagmark verify --keys` reads.

use crate::keys::{KeyError, PublicKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the format this crate reads.
pub const SCHEMA_VERSION: u32 = 1;

/// A list of keys, as written.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyListFile {
    /// Version of this file format. Only `1` exists.
    pub schema_version: u32,
    /// The keys. One that stands both as trusted and as revoked is revoked.
    pub keys: Vec<ListedKey>,
}

/// A key of the list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListedKey {
    /// Whose key it is, as shown to people.
    pub name: String,
    /// The public key: what stands between the lines of its PEM file.
    pub public_key: String,
    /// Whether it is trusted.
    pub status: KeyStatus,
    /// Why it was revoked, or what else a reader should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a list says of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyStatus {
    /// Its signatures count.
    Trusted,
    /// No signature of it counts any more, whatever date it carries: who stole a key also chooses the date.
    Revoked,
}

/// A list of keys that were read.
#[derive(Debug, Clone, Default)]
pub struct KeyList {
    keys: Vec<(PublicKey, ListedKey)>,
}

/// A list that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyListError {
    /// It is no list.
    #[error("it is no list of keys: {0}")]
    Shape(#[from] serde_json::Error),
    /// It has a version of the format that this program does not know.
    #[error("it has version {0} of the format, this program knows {SCHEMA_VERSION}")]
    Version(u32),
    /// One of its keys is none.
    #[error("the key of {name:?}: {source}")]
    Key {
        /// Whose key.
        name: String,
        /// What is wrong.
        source: KeyError,
    },
}

impl KeyList {
    /// Reads a list, or the PEM file of one public key, which is then the only one trusted.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn parse(text: &str) -> Result<KeyList, KeyListError> {
        if text.trim_start().starts_with("-----BEGIN") {
            let name = "the key given".to_owned();
            let key = PublicKey::from_pem(text)
                .map_err(|source| KeyListError::Key { name: name.clone(), source })?;
            let public_key = key.to_base64();
            let listed = ListedKey { name, public_key, status: KeyStatus::Trusted, note: None };
            return Ok(KeyList { keys: vec![(key, listed)] });
        }
        let file: KeyListFile = serde_json::from_str(text)?;
        if file.schema_version != SCHEMA_VERSION {
            return Err(KeyListError::Version(file.schema_version));
        }
        let read = |listed: ListedKey| match PublicKey::from_base64(&listed.public_key) {
            Ok(key) => Ok((key, listed)),
            Err(source) => Err(KeyListError::Key { name: listed.name, source }),
        };
        Ok(KeyList { keys: file.keys.into_iter().map(read).collect::<Result<_, _>>()? })
    }

    /// What the list says of the key with this fingerprint; a revocation counts before everything else.
    pub fn find(&self, fingerprint: &str) -> Option<(&PublicKey, &ListedKey)> {
        let of_it = || self.keys.iter().filter(|(k, _)| k.fingerprint() == fingerprint);
        let revoked = of_it().find(|(_, l)| l.status == KeyStatus::Revoked);
        revoked.or_else(|| of_it().next()).map(|(k, l)| (k, l))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::PrivateKey;

    fn entry(seed: u8, status: &str) -> String {
        let key = PrivateKey::new(&[seed; 32]).public().to_base64();
        format!(r#"{{"name":"Lab {seed}","publicKey":"{key}","status":"{status}"}}"#)
    }

    fn list(entries: &[String]) -> KeyList {
        KeyList::parse(&format!(r#"{{"schemaVersion":1,"keys":[{}]}}"#, entries.join(","))).unwrap()
    }

    fn status(list: &KeyList, seed: u8) -> Option<KeyStatus> {
        list.find(&PrivateKey::new(&[seed; 32]).public().fingerprint()).map(|(_, l)| l.status)
    }

    #[test]
    fn a_list_knows_trusted_and_revoked_keys_and_no_others() {
        let list = list(&[entry(1, "trusted"), entry(2, "revoked")]);
        assert_eq!(status(&list, 1), Some(KeyStatus::Trusted));
        assert_eq!(status(&list, 2), Some(KeyStatus::Revoked));
        assert_eq!(status(&list, 3), None);
    }

    #[test]
    fn a_key_that_is_both_is_revoked() {
        for entries in
            [[entry(1, "trusted"), entry(1, "revoked")], [entry(1, "revoked"), entry(1, "trusted")]]
        {
            assert_eq!(status(&list(&entries), 1), Some(KeyStatus::Revoked));
        }
    }

    #[test]
    fn the_file_of_one_public_key_is_a_list() {
        let list = KeyList::parse(&PrivateKey::new(&[4; 32]).public().to_pem()).unwrap();
        assert_eq!(status(&list, 4), Some(KeyStatus::Trusted));
    }

    #[test]
    fn another_version_and_a_wrong_key_are_refused() {
        let version = KeyList::parse(r#"{"schemaVersion":2,"keys":[]}"#).unwrap_err();
        assert!(version.to_string().contains("version 2"), "{version}");
        let key = KeyList::parse(
            r#"{"schemaVersion":1,"keys":[{"name":"A","publicKey":"AAAA","status":"trusted"}]}"#,
        );
        assert!(key.unwrap_err().to_string().contains("\"A\""));
        assert!(KeyList::parse("keys: []").is_err());
    }
}
