//! The declaration file (implementation conformance statement): what a manufacturer says of one product.

use super::{Period, RowId, Topology};
use ocpp::Version;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A declaration file, as written.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclarationFile {
    /// Version of this file format. Only `1` exists.
    pub schema_version: u32,
    /// Archetype the product belongs to.
    pub archetype: String,
    /// The product.
    pub product: Product,
    /// OCPP versions it speaks, with the edition they were implemented from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ocpp: Vec<DeclaredVersion>,
    /// EVSEs and connectors; absent means the archetype's own topology.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topology: Option<Topology>,
    /// An answer for each condition of the archetype.
    #[serde(default)]
    pub conditions: BTreeMap<String, Answer>,
    /// Deadlines lengthened, by row, up to the row's `deadlineMax`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub deadlines: BTreeMap<RowId, Period>,
}

/// The product a declaration is about.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Product {
    /// Maker, as in BootNotification.
    pub vendor: String,
    /// Type, as in BootNotification.
    pub model: String,
    /// Firmware version declared for, if it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
}

/// An OCPP version a product speaks.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclaredVersion {
    /// The version.
    pub version: Version,
    /// The edition of its documents.
    pub edition: u32,
}

/// Answer to a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The product has it.
    Yes,
    /// The product does not have it.
    No,
    /// Not known yet; an error when certifying.
    Unknown,
}
