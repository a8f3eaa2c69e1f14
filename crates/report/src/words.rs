//! Words that several texts share.

use spec::model::Obligation;
use std::fmt::Display;

/// `1 must`, `2 musts`.
pub(crate) fn counted<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    if count == N::from(1) { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The word of the archetype file.
pub(crate) fn obligation(o: Obligation) -> &'static str {
    match o {
        Obligation::Must => "must",
        Obligation::Should => "should",
        Obligation::May => "may",
    }
}
