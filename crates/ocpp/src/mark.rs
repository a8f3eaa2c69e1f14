//! The version marks of the text tables: `+2.1` on what only OCPP 2.1 has, `-2.1` on what it no longer has.

use crate::Version;

/// Takes the mark off the end of a line; says whether the line belongs to the version.
pub(crate) fn marked(version: Version, line: &str) -> (&str, bool) {
    if let Some(body) = line.strip_suffix(" +2.1") {
        (body.trim_end(), version == Version::V21)
    } else if let Some(body) = line.strip_suffix(" -2.1") {
        (body.trim_end(), version == Version::V201)
    } else {
        (line, true)
    }
}

/// Takes the mark off the beginning of a list of words; says whether the words belong to the version.
pub(crate) fn marked_words(version: Version, line: &str) -> (&str, bool) {
    match line.split_once(' ') {
        Some(("+2.1", words)) => (words, version == Version::V21),
        Some(("-2.1", words)) => (words, version == Version::V201),
        _ => (line, true),
    }
}
