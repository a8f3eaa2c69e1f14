//! Where the bytes of an upload go: they are counted, hashed and kept.

use crate::tls::hex;
use sha2::{Digest as _, Sha256};
use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
};

/// The folder of received files in a run directory.
const FOLDER: &str = "uploads";

/// The bytes of one attempt.
#[derive(Debug)]
pub(super) struct Sink {
    bytes: u64,
    max: u64,
    hash: Sha256,
    file: Keeping,
}

/// Where they are kept.
#[derive(Debug)]
enum Keeping {
    Nowhere,
    /// Opened with the first byte.
    Later {
        directory: PathBuf,
        name: String,
    },
    There {
        file: File,
        name: String,
    },
    Failed(String),
}

/// More bytes came than are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// What became of the bytes.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) bytes: u64,
    pub(super) sha256: String,
    /// Where they are kept, from the run directory.
    pub(super) kept: Option<String>,
    pub(super) trouble: Option<String>,
}

impl Sink {
    /// Takes at most `max` bytes, kept in the run directory if there is one.
    pub(super) fn new(directory: Option<&Path>, name: String, max: u64) -> Sink {
        let file = match directory {
            None => Keeping::Nowhere,
            Some(directory) => Keeping::Later { directory: directory.to_owned(), name },
        };
        Sink { bytes: 0, max, hash: Sha256::new(), file }
    }

    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        let room = usize::try_from(self.max - self.bytes).unwrap_or(usize::MAX);
        let fits = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        self.bytes += fits.len() as u64;
        self.hash.update(fits);
        self.keep(fits);
        if fits.len() < bytes.len() { Err(TooLarge) } else { Ok(()) }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if let Keeping::Later { directory, name } = &self.file {
            let folder = directory.join(FOLDER);
            let open = || {
                std::fs::create_dir_all(&folder)?;
                File::options().write(true).create_new(true).open(folder.join(name))
            };
            self.file = match open() {
                Ok(file) => Keeping::There { file, name: format!("{FOLDER}/{name}") },
                Err(e) => Keeping::Failed(format!("the file cannot be kept: {e}")),
            };
        }
        if let Keeping::There { file, .. } = &mut self.file
            && let Err(e) = file.write_all(bytes)
        {
            self.file = Keeping::Failed(format!("the file cannot be kept: {e}"));
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What came so far.
    pub(super) fn received(&self) -> Received {
        let (kept, trouble) = match &self.file {
            Keeping::There { name, .. } => (Some(name.clone()), None),
            Keeping::Failed(why) => (None, Some(why.clone())),
            Keeping::Nowhere | Keeping::Later { .. } => (None, None),
        };
        Received { bytes: self.bytes, sha256: hex(&self.hash.clone().finalize()), kept, trouble }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_counted_hashed_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let mut sink = Sink::new(Some(dir.path()), "a.bin".into(), 10);
        sink.take(b"abc").unwrap();
        sink.take(b"").unwrap();
        let got = sink.received();
        assert_eq!((got.bytes, got.kept.as_deref()), (3, Some("uploads/a.bin")));
        assert_eq!(got.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(std::fs::read(dir.path().join("uploads/a.bin")).unwrap(), b"abc");
    }

    #[test]
    fn more_than_the_limit_is_cut_off_and_said() {
        let mut sink = Sink::new(None, String::new(), 4);
        assert_eq!(sink.take(b"abc"), Ok(()));
        assert_eq!(sink.take(b"def"), Err(TooLarge));
        assert_eq!(sink.take(b"g"), Err(TooLarge));
        assert_eq!(sink.bytes(), 4);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_said_and_the_bytes_still_count() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FOLDER), "in the way").unwrap();
        let mut sink = Sink::new(Some(dir.path()), "a.bin".into(), 10);
        sink.take(b"abc").unwrap();
        let got = sink.received();
        assert_eq!((got.bytes, got.kept), (3, None));
        assert!(got.trouble.unwrap().starts_with("the file cannot be kept"));
    }
}
