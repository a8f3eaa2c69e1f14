//! What every row of an archetype has in common.

use super::{BehaviourRow, ComponentRow, FaultRow, MonitorRow, VariableRow};
use ocpp::Version;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

/// Stable id of a row, never reused: a letter for the kind and four digits (`C-0107`, `V-0213`, `M-0044`,
/// `F-0031`, `B-0012`, `T-0007`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct RowId(#[schemars(regex(pattern = r"^[CVMFBT]-[0-9]{4}$"))] pub String);

impl RowId {
    /// The kind letter, if the id has the right shape.
    pub fn kind(&self) -> Option<char> {
        let mut chars = self.0.chars();
        let kind = chars.next().filter(|c| "CVMFBT".contains(*c))?;
        let rest = chars.as_str().strip_prefix('-')?;
        (rest.len() == 4 && rest.bytes().all(|b| b.is_ascii_digit())).then_some(kind)
    }
}

impl AsRef<str> for RowId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How strongly a row binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Obligation {
    /// Its violation is a `fail`.
    Must,
    /// Its violation is a `warn`.
    Should,
    /// Absence is `not-applicable`; if it is there it is judged as a `should`.
    May,
}

/// What the row's content rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Grounding {
    /// An OCPP requirement or appendix.
    Ocpp,
    /// A norm (IEC, EN, BS …).
    Norm,
    /// Published by a maker, operator or industry group.
    Maker,
    /// Taken from an implementation.
    Implementation,
    /// Judgement of this guideline, open to change in review.
    Judgement,
}

/// Certification level a row belongs to. Levels are cumulative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Level(#[schemars(range(min = 1, max = 3))] pub u8);

impl Level {
    /// What the station is made of is visible.
    pub const INVENTORY: Level = Level(1);
    /// Operators can set, read, change and remove monitors.
    pub const MONITORING: Level = Level(2);
    /// Built-in monitors, severities, clearing, queueing are right.
    pub const ALERTING: Level = Level(3);

    /// The level's name.
    pub fn name(self) -> &'static str {
        match self.0 {
            1 => "Inventory",
            2 => "Monitoring",
            _ => "Alerting",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where a component sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// On the station: no `evse` in the message.
    Station,
    /// On every EVSE.
    Evse,
    /// On every connector.
    Connector,
}

/// A length of time in a file: a whole number and a unit (`500ms`, `30s`, `5min`, `1h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(pub Duration);

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_millis();
        match ms {
            _ if ms > 0 && ms.is_multiple_of(3_600_000) => write!(f, "{}h", ms / 3_600_000),
            _ if ms > 0 && ms.is_multiple_of(60_000) => write!(f, "{}min", ms / 60_000),
            _ if ms.is_multiple_of(1000) => write!(f, "{}s", ms / 1000),
            _ => write!(f, "{ms}ms"),
        }
    }
}

impl std::str::FromStr for Period {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{s}` is not a length of time: write a number and ms, s, min or h, as in 30s");
        let split = s.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, unit) = s.split_at(split);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let ms = match unit {
            "ms" => Some(number),
            "s" => number.checked_mul(1000),
            "min" => number.checked_mul(60_000),
            "h" => number.checked_mul(3_600_000),
            _ => None,
        };
        ms.map(|ms| Period(Duration::from_millis(ms))).ok_or_else(wrong)
    }
}

impl Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9]+(ms|s|min|h)$",
            "description": "A length of time: a whole number and a unit (500ms, 30s, 5min, 1h)." })
    }
}

/// What every kind of row can be asked.
pub trait Row {
    /// Stable id.
    fn id(&self) -> &RowId;
    /// How strongly it binds.
    fn obligation(&self) -> Obligation;
    /// The condition (an id of the archetype's `conditions`) under which it applies.
    fn when(&self) -> Option<&str>;
    /// What it rests on.
    fn grounding(&self) -> Grounding;
    /// Why, in a sentence a reader can act on.
    fn rationale(&self) -> &str;
    /// OCPP requirement ids it cites.
    fn ocpp(&self) -> &[String];
    /// Protocol versions it is for; empty means all.
    fn versions(&self) -> &[Version];
}

macro_rules! rows {
    ($($row:ty),*) => {$(
        impl Row for $row {
            fn id(&self) -> &RowId { &self.id }
            fn obligation(&self) -> Obligation { self.obligation }
            fn when(&self) -> Option<&str> { self.when.as_deref() }
            fn grounding(&self) -> Grounding { self.grounding }
            fn rationale(&self) -> &str { &self.rationale }
            fn ocpp(&self) -> &[String] { &self.ocpp }
            fn versions(&self) -> &[Version] { &self.versions }
        }
    )*};
}
rows!(ComponentRow, VariableRow, MonitorRow, FaultRow, BehaviourRow);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_reads_back_as_written() {
        for text in ["500ms", "30s", "5min", "1h", "0s"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        assert!("30".parse::<Period>().is_err());
        assert!("3 days".parse::<Period>().is_err());
        assert!("99999999999999999999s".parse::<Period>().is_err());
    }

    #[test]
    fn a_row_id_has_a_kind_and_four_digits() {
        assert_eq!(RowId("C-0107".into()).kind(), Some('C'));
        assert_eq!(RowId("C-107".into()).kind(), None);
        assert_eq!(RowId("X-0107".into()).kind(), None);
    }
}
