//! Finds the reference data that tests compare with. It is not part of the repository.

use std::path::{Path, PathBuf};

/// The folder an environment variable names, or else the one beside the workspace; `None`, with a sentence on
/// standard error, when it is absent.
pub(crate) fn folder(variable: &str, beside: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(beside),
        PathBuf::from,
    );
    if path.is_dir() {
        return Some(path);
    }
    eprintln!(
        "skipped: no reference data in shared/{beside} beside the workspace; {variable} names another folder"
    );
    None
}
