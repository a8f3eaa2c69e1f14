//! What two editions of the guideline differ in, and what that means for certificates.
//!
//! Archetypes are compared as a product is certified against them: with everything they extend. A row that moves
//! from one file to another changes nothing for the archetypes that have it before and after.

mod certificates;
mod compare;
mod fields;
mod files;
mod render;

pub use certificates::{Certificates, ReRun, Scenarios};
pub use compare::compare;
pub use files::{EditionError, EditionFiles};

use crate::model::{Level, Obligation, RowId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the format of [`EditionDiff`].
pub const SCHEMA_VERSION: u32 = 1;

/// The differences between two editions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditionDiff {
    /// Version of this file format. Only `1` exists.
    pub schema_version: u32,
    /// The edition compared with.
    pub old: EditionSide,
    /// The edition compared.
    pub new: EditionSide,
    /// Every archetype of both, by id.
    pub archetypes: Vec<ArchetypeDiff>,
    /// Rows that differ, by id. A row that differs in one way for several archetypes is listed once.
    pub rows: Vec<RowDiff>,
    /// Ids that stand for something else than before, which they must never do.
    pub reused: Vec<Reused>,
}

/// One of the two editions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditionSide {
    /// What the reader called it, usually a directory.
    pub name: String,
    /// Its number.
    pub edition: u32,
}

/// An archetype in both editions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArchetypeDiff {
    /// Its id.
    pub id: String,
    /// Its title, the later one where it has two.
    pub title: String,
    /// Version of its content in the old edition; absent if it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Version of its content in the new edition; absent if it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Conditions that a declaration has to answer now.
    pub conditions_added: Vec<String>,
    /// Conditions that a declaration must no longer answer.
    pub conditions_removed: Vec<String>,
    /// Conditions whose question reads otherwise, so that the answer has to be checked.
    pub conditions_reworded: Vec<String>,
    /// Whether the smallest layout it describes is another one.
    pub topology_changed: bool,
    /// What certificates of the old edition are worth.
    pub certificates: Certificates,
}

/// A row that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowDiff {
    /// Its id.
    pub row: RowId,
    /// Kind of row.
    pub kind: RowKind,
    /// What a reader calls it, in the new edition if it is there.
    pub name: String,
    /// The file it is written in, in the new edition if it is there.
    pub file: String,
    /// Archetypes for which it differs like this; empty if the file is not part of any.
    pub archetypes: Vec<String>,
    /// What happened to it.
    pub change: RowChange,
    /// How strongly it binds, in the new edition if it is there; absent for trends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obligation: Option<Obligation>,
    /// Fields that differ, the weightiest first; empty for a row that was added or removed.
    pub fields: Vec<FieldChange>,
    /// Levels at which products that have a certificate must be judged by this row again.
    pub re_run: Vec<Level>,
}

/// Kinds of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RowKind {
    /// `C-…`
    Component,
    /// `V-…`
    Variable,
    /// `M-…`
    Monitor,
    /// `F-…`
    Fault,
    /// `B-…`
    Behaviour,
    /// `T-…`
    Trend,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RowChange {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It reads otherwise.
    Changed,
}

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// The key as it is written in the file; `component` and `variable` stand for what the row sits in.
    pub field: String,
    /// The old value; absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The new value; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What it means for a station that held the row before.
    pub weight: Weight,
}

/// What a changed field means for a station that held the row before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// It may no longer hold it.
    Binding,
    /// It holds it still.
    Milder,
    /// Nothing: nobody is judged by it.
    Wording,
}

/// An id that stands for something else than before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reused {
    /// The id.
    pub row: RowId,
    /// What it stood for.
    pub before: String,
    /// What it stands for.
    pub after: String,
}

impl EditionDiff {
    /// Whether the editions are alike.
    pub fn is_empty(&self) -> bool {
        let same = |a: &ArchetypeDiff| {
            a.before.is_some()
                && a.before == a.after
                && a.conditions_added.is_empty()
                && a.conditions_removed.is_empty()
                && a.conditions_reworded.is_empty()
                && !a.topology_changed
        };
        self.rows.is_empty() && self.reused.is_empty() && self.archetypes.iter().all(same)
    }
}
