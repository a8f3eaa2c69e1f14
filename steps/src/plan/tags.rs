//! The closed vocabulary of scenario tags.

use judge::Stimulus;
use ocpp::Version;
use serde::{Deserialize, Serialize};
use spec::model::{Level, RowId};
use std::fmt;
use std::str::FromStr;

/// What a scenario does to a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Impact {
    /// It only looks.
    ReadOnly,
    /// What it changes is put back.
    Restores,
    /// It changes what cannot be put back for certain (it deletes monitors, reboots …).
    Disruptive,
}

impl Impact {
    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Impact::ReadOnly => "read-only",
            Impact::Restores => "restores",
            Impact::Disruptive => "disruptive",
        }
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Impact {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        [Impact::ReadOnly, Impact::Restores, Impact::Disruptive]
            .into_iter()
            .find(|i| i.as_str() == s)
            .ok_or_else(|| format!("unknown impact `{s}`: use read-only, restores or disruptive"))
    }
}

/// The tags of a scenario, read.
#[derive(Debug, Clone)]
pub struct Tags {
    /// `@id:DX-MON-012`: never changes. A laboratory's own scenarios have another prefix (`LAB-MON-012`).
    pub id: String,
    /// `@req:B-0012`: the behaviour row tested; absent where the row comes from a table.
    pub req: Option<RowId>,
    /// `@ocpp:N04.FR.10`.
    pub ocpp: Vec<String>,
    /// `@level:2`.
    pub level: Level,
    /// `@v:2.0.1 @v:2.1`.
    pub versions: Vec<Version>,
    /// `@needs:<condition>`: conditions of the archetype the product must have.
    pub needs: Vec<String>,
    /// `@stimulus:hook`.
    pub stimulus: Stimulus,
    /// `@impact:restores`.
    pub impact: Impact,
    /// `@beside`: may wait for its timers together with its neighbours.
    pub beside: bool,
    /// As written, for `--select`.
    pub raw: Vec<String>,
}

/// A tag, or its absence, that the vocabulary does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// Not in the vocabulary.
    #[error(
        "unknown tag @{0}: use id, req, ocpp, level, v, needs, stimulus or impact with a value, or beside"
    )]
    Unknown(String),
    /// In the vocabulary, with a value it does not have.
    #[error("tag @{tag} has the wrong value: {why}")]
    Value {
        /// The tag.
        tag: String,
        /// What would be right.
        why: String,
    },
    /// A scenario needs it.
    #[error("tag @{0}:… is missing")]
    Missing(&'static str),
}

impl Tags {
    /// Whether the scenario is a laboratory's own; see [`judge::is_own`].
    pub fn is_own(&self) -> bool {
        judge::is_own(&self.id)
    }

    /// Reads the tags of a scenario (without `@`, as the parser gives them).
    ///
    /// # Errors
    /// The first tag that is wrong or missing.
    pub fn read(raw: &[String]) -> Result<Tags, TagError> {
        let (mut id, mut req, mut level, mut stimulus, mut impact) = (None, None, None, None, None);
        let (mut ocpp, mut versions, mut needs, mut beside) = (Vec::new(), Vec::new(), Vec::new(), false);
        for tag in raw {
            let wrong = |why: String| TagError::Value { tag: tag.clone(), why };
            match tag.split_once(':') {
                None if tag == "beside" => beside = true,
                Some(("id", v)) => id = Some(scenario_id(v).map_err(wrong)?),
                Some(("req", v)) => req = Some(behaviour_row(v).map_err(wrong)?),
                Some(("ocpp", v)) => ocpp.push(v.to_owned()),
                Some(("level", v)) => level = Some(read_level(v).map_err(wrong)?),
                Some(("v", v)) => {
                    versions
                        .push(v.parse().map_err(|e: ocpp::version::UnknownVersion| wrong(e.to_string()))?);
                }
                Some(("needs", v)) => needs.push(v.to_owned()),
                Some(("stimulus", v)) => stimulus = Some(read_stimulus(v).map_err(wrong)?),
                Some(("impact", v)) => impact = Some(v.parse().map_err(wrong)?),
                _ => return Err(TagError::Unknown(tag.clone())),
            }
        }
        if versions.is_empty() {
            return Err(TagError::Missing("v"));
        }
        Ok(Tags {
            id: id.ok_or(TagError::Missing("id"))?,
            req,
            ocpp,
            level: level.ok_or(TagError::Missing("level"))?,
            versions,
            needs,
            stimulus: stimulus.ok_or(TagError::Missing("stimulus"))?,
            impact: impact.ok_or(TagError::Missing("impact"))?,
            beside,
            raw: raw.to_vec(),
        })
    }
}

fn scenario_id(v: &str) -> Result<String, String> {
    let parts: Vec<&str> = v.split('-').collect();
    let upper = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_uppercase());
    let right = matches!(parts.as_slice(), [prefix, topic, number] if upper(prefix) && upper(topic)
            && number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit()));
    right.then(|| v.to_owned()).ok_or_else(|| {
        "write it as in DX-MON-012, with a prefix of your own in place of DX, which is the suite's".to_owned()
    })
}

fn behaviour_row(v: &str) -> Result<RowId, String> {
    let row = RowId(v.to_owned());
    (row.kind() == Some('B')).then_some(row).ok_or_else(|| "name a behaviour row, as in B-0012".to_owned())
}

fn read_level(v: &str) -> Result<Level, String> {
    match v {
        "1" => Ok(Level::INVENTORY),
        "2" => Ok(Level::MONITORING),
        "3" => Ok(Level::ALERTING),
        _ => Err("use 1, 2 or 3".to_owned()),
    }
}

fn read_stimulus(v: &str) -> Result<Stimulus, String> {
    [Stimulus::None, Stimulus::Protocol, Stimulus::Hook, Stimulus::Operator, Stimulus::Passive]
        .into_iter()
        .find(|s| s.as_str() == v)
        .ok_or_else(|| "use none, protocol, hook, operator or passive".to_owned())
}
