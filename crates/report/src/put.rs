//! Writing files.

use std::path::{Path, PathBuf};

/// Writes a file whole or not at all: beside it first, then in its place.
///
/// # Errors
/// When it cannot be written; what was there before is still there then.
pub fn put(path: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // A full disk is no fuller without it; that it cannot be removed either says nothing new.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::put;

    #[test]
    fn a_file_that_cannot_be_written_leaves_what_was_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("result.json");
        put(&path, "first").unwrap();
        put(&path, "second").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
        assert!(put(&dir.path().join("nowhere/result.json"), "x").is_err());
    }
}
