//! The message catalogue: every message of OCPP 2.0.1 and 2.1, who sends it and what it carries.
//!
//! The source is one merged text table in three files (`crates/ocpp/catalogue/*.txt`), compiled in and read once;
//! JSON Schemas are made from it.

mod model;
mod parse;
mod schema;
mod shape;

pub use model::{Base, Bounds, Definition, Field, Items, Message, Sender, Shape};
pub use parse::{CatalogueError, Problem, Table};

use crate::Version;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The table compiled in.
pub const TABLES: [Table<'static>; 3] = [
    Table { file: "messages.txt", text: include_str!("../../catalogue/messages.txt") },
    Table { file: "types.txt", text: include_str!("../../catalogue/types.txt") },
    Table { file: "enums.txt", text: include_str!("../../catalogue/enums.txt") },
];

/// The messages and types of one OCPP version.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    version: Version,
    messages: BTreeMap<String, Message>,
    definitions: BTreeMap<String, Definition>,
}

impl Catalogue {
    /// Reads the tables, keeping what belongs to the version. Lines of the other version are checked too.
    ///
    /// # Errors
    /// The first line that cannot be read, or that names a type the version does not have.
    pub fn parse(version: Version, tables: &[Table<'_>]) -> Result<Catalogue, CatalogueError> {
        let (messages, definitions) = parse::read(version, tables)?;
        Ok(Catalogue { version, messages, definitions })
    }

    /// The version it describes.
    pub fn version(&self) -> Version {
        self.version
    }

    /// All messages, by action.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.values()
    }

    /// The message of an action; actions are compared exactly, as OCPP-J does.
    pub fn message(&self, action: &str) -> Option<&Message> {
        self.messages.get(action)
    }

    /// A named type.
    pub fn definition(&self, name: &str) -> Option<&Definition> {
        self.definitions.get(name)
    }

    /// All named types, by name.
    pub fn definitions(&self) -> impl Iterator<Item = (&str, &Definition)> {
        self.definitions.iter().map(|(name, definition)| (name.as_str(), definition))
    }

    /// Names of all schemas: `<Action>Request` and `<Action>Response`, for a SEND the plain action.
    pub fn schema_names(&self) -> impl Iterator<Item = String> {
        self.messages.values().flat_map(|m| std::iter::once(m.request_schema()).chain(m.response_schema()))
    }

    /// The draft-06 JSON Schema of a name such as `NotifyReportRequest`, structurally equal to the official
    /// one; `None` for an unknown name.
    pub fn schema(&self, name: &str) -> Option<serde_json::Value> {
        let fields = match (name.strip_suffix("Request"), name.strip_suffix("Response")) {
            (Some(action), _) => self.message(action).filter(|m| m.has_response()).map(|m| &m.request),
            (_, Some(action)) => self.message(action).and_then(|m| m.response.as_ref()),
            _ => self.message(name).filter(|m| !m.has_response()).map(|m| &m.request),
        }?;
        Some(schema::document(fields, &self.definitions))
    }
}

/// The catalogue of a version, read from the text compiled in on first use.
pub fn get(version: Version) -> &'static Catalogue {
    static V201: OnceLock<Catalogue> = OnceLock::new();
    static V21: OnceLock<Catalogue> = OnceLock::new();
    let cell = match version {
        Version::V201 => &V201,
        Version::V21 => &V21,
    };
    // A test proves that the text compiled in is readable, so the empty catalogue never comes about.
    let empty = || Catalogue { version, messages: BTreeMap::new(), definitions: BTreeMap::new() };
    cell.get_or_init(|| Catalogue::parse(version, &TABLES).unwrap_or_else(|_| empty()))
}

/// The draft-06 JSON Schema of a name such as `NotifyReportRequest`; see [`Catalogue::schema`].
pub fn schema(version: Version, name: &str) -> Option<serde_json::Value> {
    get(version).schema(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_compiled_in_is_readable_in_both_versions() {
        for (version, messages, schemas) in [(Version::V201, 64, 128), (Version::V21, 91, 181)] {
            let catalogue = Catalogue::parse(version, &TABLES).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(catalogue.messages().count(), messages);
            assert_eq!(catalogue.schema_names().count(), schemas);
            for name in catalogue.schema_names() {
                assert!(catalogue.schema(&name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn the_sender_of_a_request_is_known() {
        let sender = |action| get(Version::V21).message(action).map(|m| m.sender);
        assert_eq!(sender("NotifyEvent"), Some(Sender::Station));
        assert_eq!(sender("GetReport"), Some(Sender::Csms));
        assert_eq!(sender("DataTransfer"), Some(Sender::Both));
        assert_eq!(sender("notifyEvent"), None);
    }

    #[test]
    fn a_send_has_no_response_and_its_plain_name_for_a_schema() {
        let c = get(Version::V21);
        assert!(!c.message("NotifyPeriodicEventStream").unwrap().has_response());
        assert!(c.schema("NotifyPeriodicEventStream").is_some());
        assert!(c.schema("NotifyPeriodicEventStreamRequest").is_none());
        assert!(c.schema("NotifyReport").is_none());
        assert!(get(Version::V201).schema("NotifyPeriodicEventStream").is_none());
    }

    #[test]
    fn every_type_is_used_by_some_message() {
        for version in Version::ALL {
            let c = get(version);
            let mut unused: std::collections::BTreeSet<&str> =
                c.definitions().map(|(name, _)| name).collect();
            for name in c.schema_names() {
                let schema = c.schema(&name).unwrap();
                for used in schema["definitions"].as_object().unwrap().keys() {
                    unused.remove(used.as_str());
                }
            }
            assert!(unused.is_empty(), "{version}: {unused:?}");
        }
    }
}
