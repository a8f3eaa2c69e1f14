//! The hash chain: each line of the evidence carries the SHA-256 of the line before it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// SHA-256, shown in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Hash(pub String);

impl Hash {
    /// What the first line carries.
    pub fn start() -> Hash {
        Hash("0".repeat(64))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The hash of a line, without its line end.
pub fn hash_line(line: &str) -> Hash {
    hash_bytes(line.as_bytes())
}

/// SHA-256 of any bytes.
pub fn hash_bytes(bytes: &[u8]) -> Hash {
    use fmt::Write as _;
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    Hash(text)
}

/// Why a chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// A line cannot be read as a record.
    #[error("record {n} cannot be read: {why}")]
    Unreadable {
        /// Position of the line.
        n: u64,
        /// What the reader said.
        why: String,
    },
    /// The numbers are not 0, 1, 2, …
    #[error("record {n} carries the number {found}: records were removed, added or re-ordered")]
    Number {
        /// Position of the line.
        n: u64,
        /// Number it carries.
        found: u64,
    },
    /// A line does not carry the hash of the line before it.
    #[error("record {n} was changed: record {next} carries another hash of it", next = n + 1)]
    Broken {
        /// The record whose hash does not fit.
        n: u64,
    },
    /// The last line is not the one the result names.
    #[error("record {n}, the last, was changed or removed: the result names another hash of it")]
    Tail {
        /// Position of the last line.
        n: u64,
    },
}
