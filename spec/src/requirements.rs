//! The table of OCPP requirements (`spec/requirements.yaml`): whom each binds, and why no row judges it if none
//! does. Coverage is this table next to the rows that cite its ids.

use crate::{
    Source,
    lint::{self, LintReport, is_requirement_id},
    model::Topic,
    schema,
};
use ocpp::Version;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The table that travels inside the binary.
const EMBEDDED: &str = include_str!("../requirements.yaml");

/// The file `spec/requirements.yaml`, as written.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequirementsFile {
    /// Version of this file format. Only `1` exists.
    pub schema_version: u32,
    /// The requirements, each once.
    pub requirements: Vec<Requirement>,
}

/// A numbered requirement of OCPP. Its text is OCPP's and not repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Requirement {
    /// Its id in OCPP (`N04.FR.10`).
    pub id: String,
    /// Whom it binds.
    pub binds: Binds,
    /// What it is about: the page of the guideline it belongs to.
    pub topic: Topic,
    /// Protocol versions that have it; absent means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Version>,
    /// Why no row judges it: that it binds the CSMS, or what keeps it from being seen from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whom a requirement binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Binds {
    /// The charging station.
    Station,
    /// The CSMS, in whose place the suite stands.
    Csms,
    /// Both sides.
    Both,
}

impl Requirement {
    /// Its functional block: the letter it starts with (`N`).
    pub fn block(&self) -> &str {
        self.id.get(..1).unwrap_or_default()
    }

    /// Its use case (`N04`).
    pub fn use_case(&self) -> &str {
        self.id.split('.').next().unwrap_or_default()
    }

    /// Whether it binds the station, alone or with the CSMS.
    pub fn binds_station(&self) -> bool {
        self.binds != Binds::Csms
    }

    /// Whether a protocol version has it.
    pub fn is_in(&self, version: Version) -> bool {
        self.versions.is_empty() || self.versions.contains(&version)
    }
}

/// The table, checked: every id well-formed and there once, every reason a text, and one for whatever binds only the
/// CSMS.
#[derive(Debug, Clone)]
pub struct Requirements {
    all: BTreeMap<String, Requirement>,
}

/// A table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RequirementsError {
    /// The file has not the shape of a table of requirements.
    #[error("{0}")]
    Shape(Box<LintReport>),
    /// An id is not one.
    #[error("`{0}` is not an OCPP requirement id: write use case, FR and number, as in N04.FR.10")]
    Id(String),
    /// An id is there twice.
    #[error("`{0}` is listed twice: keep one of the two")]
    Twice(String),
    /// There must be a reason, and it is missing or empty.
    #[error("`{0}` has no reason: say in a sentence why no row judges it")]
    Reason(String),
}

impl Requirements {
    /// The table of this edition.
    ///
    /// # Errors
    /// None in a program that has passed its tests.
    pub fn embedded() -> Result<Requirements, RequirementsError> {
        Requirements::from_source(Source::new("requirements.yaml", EMBEDDED))
    }

    /// Reads a table.
    ///
    /// # Errors
    /// When it has not the right shape, an id is malformed or there twice, or a reason is missing or empty.
    pub fn from_source(source: Source) -> Result<Requirements, RequirementsError> {
        let read = lint::read::<RequirementsFile>(&source, schema::requirements());
        let file = match read {
            Ok(read) => read.file,
            Err(findings) => {
                let report = LintReport::new(findings, vec![source]);
                return Err(RequirementsError::Shape(Box::new(report)));
            }
        };
        let mut all = BTreeMap::new();
        for requirement in file.requirements {
            let id = requirement.id.clone();
            if !is_requirement_id(&id) {
                return Err(RequirementsError::Id(id));
            }
            let said = requirement.reason.as_deref().map(|r| !r.trim().is_empty());
            if !said.unwrap_or(requirement.binds_station()) {
                return Err(RequirementsError::Reason(id));
            }
            if all.insert(id.clone(), requirement).is_some() {
                return Err(RequirementsError::Twice(id));
            }
        }
        Ok(Requirements { all })
    }

    /// Every requirement, in the order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = &Requirement> {
        self.all.values()
    }

    /// The requirement with an id.
    pub fn get(&self, id: &str) -> Option<&Requirement> {
        self.all.get(id)
    }

    /// The letters of the blocks the table has something of.
    pub fn blocks(&self) -> BTreeSet<&str> {
        self.iter().map(Requirement::block).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(entries: &str) -> Result<Requirements, String> {
        let text = format!("schemaVersion: 1\nrequirements:\n{entries}");
        Requirements::from_source(Source::new("requirements.yaml", text)).map_err(|e| e.to_string())
    }

    #[test]
    fn a_requirement_says_its_block_its_use_case_and_its_versions() {
        let both = "  - { id: N04.FR.10, binds: station, topic: monitors }\n";
        let newer = "  - { id: N11.FR.07, binds: station, topic: event-streams, versions: [\"2.1\"] }\n";
        let table = load(&format!("{newer}{both}")).unwrap();
        let ids: Vec<&str> = table.iter().map(|r| r.id.as_str()).collect();
        assert_eq!(ids, ["N04.FR.10", "N11.FR.07"]);
        let (old, new) = (table.get("N04.FR.10").unwrap(), table.get("N11.FR.07").unwrap());
        assert_eq!((old.block(), old.use_case()), ("N", "N04"));
        assert!(old.is_in(Version::V201) && old.is_in(Version::V21));
        assert!(!new.is_in(Version::V201) && new.is_in(Version::V21));
        assert_eq!(table.blocks().into_iter().collect::<Vec<_>>(), ["N"]);
    }

    #[test]
    fn an_id_is_well_formed_and_there_once() {
        let entry = |id: &str| format!("  - {{ id: {id}, binds: station, topic: monitors }}\n");
        assert!(load(&entry("N4.FR.10")).unwrap_err().contains("`N4.FR.10` is not an OCPP requirement id"));
        assert!(load(&entry("N04.FR.10").repeat(2)).unwrap_err().contains("`N04.FR.10` is listed twice"));
    }

    #[test]
    fn what_binds_only_the_csms_has_a_reason_and_no_reason_is_empty() {
        let csms = load("  - { id: N07.FR.03, binds: csms, topic: events }\n").unwrap_err();
        assert!(csms.contains("`N07.FR.03` has no reason"), "{csms}");
        let empty = load("  - { id: N01.FR.05, binds: station, topic: logs, reason: \" \" }\n").unwrap_err();
        assert!(empty.contains("`N01.FR.05` has no reason"), "{empty}");
    }

    #[test]
    fn a_mistake_in_the_shape_is_shown_at_its_line() {
        let wrong = load("  - { id: N07.FR.03, binds: vehicle, topic: events }\n").unwrap_err();
        assert!(wrong.contains("unknown-value") && wrong.contains("requirements.yaml:3:"), "{wrong}");
        let newer = Requirements::from_source(Source::new("requirements.yaml", "schemaVersion: 2\n"));
        assert!(newer.unwrap_err().to_string().contains("unsupported-schema-version"));
    }
}
