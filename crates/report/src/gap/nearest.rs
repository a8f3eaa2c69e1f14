//! Which archetype a station is nearest to, and why.

use judge::gap::{Action, Gap, Lack};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::Archetype;
use std::cmp::Ordering;

/// Things that are named before the rest is only counted.
const NAMED: usize = 3;

/// An archetype that was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// Id of the archetype.
    pub id: String,
    /// Its musts that are met.
    pub met: usize,
    /// Its musts that could be told.
    pub musts: usize,
    /// Why it is as near as it is, in words: what is missing or wrong.
    pub reason: String,
}

impl Candidate {
    /// How far a station is from an archetype.
    pub fn of(archetype: &Archetype, gap: &Gap) -> Candidate {
        let (met, musts) = gap.musts();
        let reason = reason(musts - met.min(musts), musts, &gap.lacks);
        Candidate { id: archetype.id.clone(), met, musts, reason }
    }

    /// Musts that are missing or wrong.
    pub fn missing(&self) -> usize {
        self.musts.saturating_sub(self.met)
    }

    /// Orders two candidates, the nearer first: fewer musts missing or wrong, then more of them met. One of which
    /// nothing could be told comes last.
    pub fn nearer(&self, other: &Candidate) -> Ordering {
        let told = |c: &Candidate| c.musts == 0;
        told(self)
            .cmp(&told(other))
            .then(self.missing().cmp(&other.missing()))
            .then(other.met.cmp(&self.met))
            .then(self.id.cmp(&other.id))
    }
}

/// What is missing or wrong, the parts before what they say of themselves.
fn reason(missing: usize, musts: usize, lacks: &[Lack]) -> String {
    if missing == 0 {
        return match musts {
            0 => "nothing could be told".to_owned(),
            _ => format!("each of the {musts} musts that could be told is met"),
        };
    }
    let is_part = |l: &&Lack| matches!(l.action, Action::ReportComponent | Action::MoveComponent);
    let blocking = || lacks.iter().filter(|l| l.blocking);
    let mut parts: Vec<&str> = Vec::new();
    for lack in blocking().filter(is_part).chain(blocking().filter(|l| !is_part(l))) {
        // What is said of a part that is missing itself adds nothing.
        if lack.behind.is_none() && !parts.contains(&lack.subject.as_str()) {
            parts.push(&lack.subject);
        }
    }
    let named = parts.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = match parts.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let what = if named.is_empty() { String::new() } else { format!(": {named}{more}") };
    format!("{missing} of {musts} musts missing or wrong{what}")
}
