//! The text of a file together with the name it is shown under.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt::Write, path::Path};

/// A file as read: what a lint finding quotes, and what a run keeps so that it can be judged again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Name shown to the reader, usually a path.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// Largest file that is read, in bytes. The largest archetype is about a tenth of it.
pub const MAX_BYTES: u64 = 4 << 20;

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The operating system refuses.
    #[error("cannot read {name}: {error}")]
    Io {
        /// The path.
        name: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// Not text.
    #[error("{name} is not UTF-8 text")]
    NotText {
        /// The path.
        name: String,
    },
    /// Over [`MAX_BYTES`].
    #[error("{name} is larger than {} MiB", MAX_BYTES >> 20)]
    TooLarge {
        /// The path.
        name: String,
    },
}

impl Source {
    /// A source that is already in memory.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Source {
        Source { name: name.into(), text: text.into() }
    }

    /// Reads a file; its name is the path as given.
    ///
    /// # Errors
    /// When the file cannot be read, is not UTF-8 or is larger than [`MAX_BYTES`].
    pub fn read(path: &Path) -> Result<Source, SourceError> {
        use std::io::Read;
        let name = path.display().to_string();
        let failed = |error| SourceError::Io { name: name.clone(), error };
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(SourceError::TooLarge { name });
        }
        let text = String::from_utf8(bytes).map_err(|_| SourceError::NotText { name: name.clone() })?;
        Ok(Source { name, text })
    }

    /// SHA-256 of the text, in hex.
    pub fn sha256(&self) -> String {
        hex(Sha256::digest(&self.text))
    }

    /// The last part of the name, without directories.
    pub fn file_name(&self) -> &str {
        self.name.rsplit(['/', '\\']).next().unwrap_or(&self.name)
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().fold(String::new(), |mut hex, byte| {
        // Writing into a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_text_is_the_one_other_tools_give() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Source::new("abc.yaml", "abc").sha256(), known);
    }
}
