//! What a certificate of the old edition is worth in the new one.

use super::{RowDiff, files::Flat};
use crate::model::{Level, RowId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Scenarios that judge a row, with the level at which they do: what a caller that knows them gives.
pub type Scenarios = BTreeMap<RowId, BTreeMap<String, Level>>;

/// What certificates of an archetype are worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum Certificates {
    /// The archetype is new: there are none.
    None,
    /// The archetype is gone: they stay certificates of the old edition.
    Frozen,
    /// They hold in the new edition as they are.
    Stand,
    /// They hold in the new edition once some rows are judged again.
    #[serde(rename_all = "camelCase")]
    ReRun {
        /// The rows, by level. Levels are cumulative: a certificate of level 2 needs those of level 1 and 2.
        rows: Vec<ReRun>,
    },
}

/// A row that has to be judged again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReRun {
    /// The level it belongs to.
    pub level: Level,
    /// The row.
    pub row: RowId,
    /// Conditions a product must meet to be concerned; empty means every product.
    pub when: Vec<String>,
    /// Scenarios that judge it at this level.
    pub scenarios: Vec<String>,
}

/// Certificates of one archetype, by the rows that differ for it.
pub(super) fn certificates(
    before: Option<&Flat>,
    after: Option<&Flat>,
    rows: &[RowDiff],
    scenarios: &Scenarios,
) -> Certificates {
    let (Some(_), Some(after)) = (before, after) else {
        return if before.is_none() { Certificates::None } else { Certificates::Frozen };
    };
    let mut again: Vec<ReRun> = Vec::new();
    for row in rows {
        for level in &row.re_run {
            let testing = scenarios.get(&row.row).into_iter().flatten().filter(|(_, l)| *l == level);
            again.push(ReRun {
                level: *level,
                row: row.row.clone(),
                when: after.rows.get(&row.row).map(|r| r.when.clone()).unwrap_or_default(),
                scenarios: testing.map(|(id, _)| id.clone()).collect(),
            });
        }
    }
    again.sort();
    if again.is_empty() { Certificates::Stand } else { Certificates::ReRun { rows: again } }
}
