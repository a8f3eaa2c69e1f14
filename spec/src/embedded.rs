//! The archetypes that travel inside the binary.

use crate::Source;
use include_dir::{Dir, include_dir};

static ARCHETYPES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../archetypes");

/// The embedded file `<id>.yaml`.
pub fn source(id: &str) -> Option<Source> {
    let name = format!("{id}.yaml");
    let text = ARCHETYPES.get_file(&name)?.contents_utf8()?;
    Some(Source::new(name, text))
}

/// Ids of all embedded files, also of those that are only extended, in alphabetical order.
pub fn ids() -> Vec<&'static str> {
    let mut ids: Vec<&str> = ARCHETYPES
        .files()
        .filter(|f| f.path().extension().is_some_and(|e| e == "yaml"))
        .filter_map(|f| f.path().file_stem()?.to_str())
        .collect();
    ids.sort_unstable();
    ids
}
