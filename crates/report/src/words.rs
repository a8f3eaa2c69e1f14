//! Words that several texts share.

use spec::model::{Level, Obligation};
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

/// What a level is about.
pub(crate) fn meaning(level: Level) -> &'static str {
    match level.0 {
        1 => "what the station is made of is visible, in the right place, with the right type and unit",
        2 => "an operator can set, read, change and remove monitors, and they work",
        _ => "built-in monitors, severities, clearing, offline queueing and persistence are right",
    }
}
