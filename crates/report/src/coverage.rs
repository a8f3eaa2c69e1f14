//! What of OCPP and of the guideline is judged by which scenarios, and the written reason where something is not: the
//! stable types of the JSON of `diagmark coverage`. The text is in [`crate::terminal`].

use crate::exit;
use judge::inventory::{component_at, variable_at};
use ocpp::Version;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::model::{Level, Obligation, RowId};
use spec::{Archetype, Binds, Place, Requirement, Requirements, RowRef};
use std::collections::{BTreeMap, BTreeSet};

/// Version of the format this crate writes.
pub const SCHEMA_VERSION: u32 = 1;

/// Why no station is judged by a trend.
const OF_TRENDS: &str =
    "A trend binds no station: the operator computes it from what the rows of variables ask for.";

/// What is judged by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CoverageFile {
    /// Version of this file format. Only `1` exists.
    pub schema_version: u32,
    /// Version of the suite.
    pub suite: String,
    /// Whether everything is judged or has a reason.
    pub complete: bool,
    /// How the requirements of each block of OCPP stand, in each version.
    pub blocks: Vec<BlockCoverage>,
    /// How the rows of each archetype stand, in each version.
    pub archetypes: Vec<ArchetypeCoverage>,
    /// Every requirement of OCPP the table of requirements has, in the order of the ids.
    pub requirements: Vec<RequirementCoverage>,
    /// Every row of the archetypes, each once, in the order of the ids.
    pub rows: Vec<RowCoverage>,
    /// Ids that rows or scenarios cite and the table does not have, although it has others of their block.
    pub unlisted: Vec<String>,
}

/// Whether something is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// By at least one scenario.
    Covered,
    /// Not, for a reason that is written down.
    Reasoned,
    /// Not, and nobody said why.
    Open,
}

/// How many of something stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Judged by at least one scenario.
    pub covered: usize,
    /// Not judged, for a reason that is written down.
    pub reasoned: usize,
    /// Neither.
    pub open: usize,
}

impl Counts {
    fn of(standings: impl Iterator<Item = Standing>) -> Counts {
        standings.fold(Counts::default(), |mut sum, standing| {
            match standing {
                Standing::Covered => sum.covered += 1,
                Standing::Reasoned => sum.reasoned += 1,
                Standing::Open => sum.open += 1,
            }
            sum
        })
    }
}

/// How the requirements of a block stand in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlockCoverage {
    /// Letter of the functional block (`N`).
    pub block: String,
    /// Protocol version.
    pub version: Version,
    /// The counts.
    pub counts: Counts,
}

/// How the rows of an archetype stand in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArchetypeCoverage {
    /// Id of the archetype.
    pub archetype: String,
    /// Protocol version.
    pub version: Version,
    /// The counts.
    pub counts: Counts,
}

/// How a requirement of OCPP stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequirementCoverage {
    /// Its id in OCPP.
    pub id: String,
    /// Whom it binds.
    pub binds: Binds,
    /// Why no row judges it.
    pub reason: Option<String>,
    /// How it stands in each version that has it.
    pub versions: Vec<RequirementInVersion>,
}

/// How a requirement stands in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequirementInVersion {
    /// Protocol version.
    pub version: Version,
    /// Whether it is judged.
    pub standing: Standing,
    /// Rows that cite it and are judged.
    pub rows: Vec<RowId>,
    /// Scenarios that judge it: those tagged with it, and where a row cites it that no scenario names for it, those
    /// of the row.
    pub scenarios: Vec<String>,
}

/// How a row of the guideline stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowCoverage {
    /// Its id.
    pub id: RowId,
    /// What it is about, in a few words.
    pub title: String,
    /// How strongly it binds; null for a trend, which binds nobody.
    pub obligation: Option<Obligation>,
    /// Archetypes that have it.
    pub archetypes: Vec<String>,
    /// Why no scenario judges it.
    pub reason: Option<String>,
    /// How it stands in each version it applies to.
    pub versions: Vec<RowInVersion>,
}

/// How a row stands in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowInVersion {
    /// Protocol version.
    pub version: Version,
    /// Whether it is judged, at each level it counts for and in each archetype that has it.
    pub standing: Standing,
    /// Scenarios that judge it.
    pub scenarios: Vec<String>,
    /// Levels at which nothing judges it.
    pub open_levels: Vec<Level>,
}

/// What a plan for a product that has everything would judge: one row at one level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The archetype planned for.
    pub archetype: String,
    /// Protocol version planned for.
    pub version: Version,
    /// The row.
    pub row: RowId,
    /// The level it counts for there.
    pub level: Level,
    /// The scenario that judges it, if one does.
    pub scenario: Option<String>,
    /// Requirements of OCPP that the scenario judges.
    pub ocpp: Vec<String>,
}

impl CoverageFile {
    /// Compares requirements and rows with what is planned.
    pub fn new(
        suite: &str,
        requirements: &Requirements,
        archetypes: &[Archetype],
        planned: &[Planned],
    ) -> CoverageFile {
        let plan = Index::new(planned);
        let rows = rows(archetypes, &plan);
        let judged: BTreeMap<&RowId, &RowCoverage> = rows.iter().map(|r| (&r.id, r)).collect();
        let citing = citing(archetypes);
        let requirements_covered: Vec<RequirementCoverage> =
            requirements.iter().map(|r| requirement(r, &plan, &citing, &judged)).collect();
        let unlisted = unlisted(requirements, &plan, &citing);
        let blocks = requirements
            .blocks()
            .into_iter()
            .flat_map(|block| Version::ALL.into_iter().map(move |version| (block.to_owned(), version)));
        let of_block = |block: &str, version| {
            let all = requirements_covered.iter().filter(|r| r.id.starts_with(block));
            Counts::of(all.flat_map(|r| &r.versions).filter(|v| v.version == version).map(|v| v.standing))
        };
        let blocks = blocks
            .map(|(block, version)| BlockCoverage { counts: of_block(&block, version), block, version })
            .collect();
        let of_archetype = |id: &str, version| {
            let all = rows.iter().filter(|r| r.archetypes.iter().any(|a| a == id));
            Counts::of(all.flat_map(|r| &r.versions).filter(|v| v.version == version).map(|v| v.standing))
        };
        let archetypes = archetypes
            .iter()
            .flat_map(|a| Version::ALL.into_iter().map(move |version| (a.id.clone(), version)))
            .map(|(archetype, version)| ArchetypeCoverage {
                counts: of_archetype(&archetype, version),
                archetype,
                version,
            })
            .collect();
        let open = |standing: Standing| standing == Standing::Open;
        let complete = unlisted.is_empty()
            && !requirements_covered.iter().flat_map(|r| &r.versions).any(|v| open(v.standing))
            && !rows.iter().any(|r| r.versions.is_empty() || r.versions.iter().any(|v| open(v.standing)));
        CoverageFile {
            schema_version: SCHEMA_VERSION,
            suite: suite.to_owned(),
            complete,
            blocks,
            archetypes,
            requirements: requirements_covered,
            rows,
            unlisted,
        }
    }

    /// The exit code: whether everything is judged or has a reason.
    pub fn exit_code(&self) -> u8 {
        if self.complete { exit::CONFORMING } else { exit::NOT_CONFORMING }
    }
}

/// The plans, by row and by requirement.
struct Index<'a> {
    rows: BTreeMap<(&'a RowId, Version), Vec<&'a Planned>>,
    /// Scenarios tagged with a requirement.
    tagged: BTreeMap<(&'a str, Version), BTreeSet<&'a str>>,
}

impl<'a> Index<'a> {
    fn new(planned: &'a [Planned]) -> Index<'a> {
        let (mut rows, mut tagged) = (BTreeMap::new(), BTreeMap::new());
        for p in planned {
            let of_row: &mut Vec<&Planned> = rows.entry((&p.row, p.version)).or_default();
            of_row.push(p);
            for (id, scenario) in p.ocpp.iter().zip(p.scenario.iter().cycle()) {
                let of_id: &mut BTreeSet<&str> = tagged.entry((id.as_str(), p.version)).or_default();
                of_id.insert(scenario);
            }
        }
        Index { rows, tagged }
    }

    fn scenarios(&self, row: &RowId, version: Version) -> BTreeSet<&'a str> {
        let planned = self.rows.get(&(row, version)).into_iter().flatten();
        planned.filter_map(|p| p.scenario.as_deref()).collect()
    }
}

/// Rows that cite each requirement.
fn citing(archetypes: &[Archetype]) -> BTreeMap<String, BTreeSet<RowId>> {
    let mut all: BTreeMap<String, BTreeSet<RowId>> = BTreeMap::new();
    for row in archetypes.iter().flat_map(Archetype::rows).map(RowRef::row) {
        for id in row.ocpp() {
            all.entry(id.clone()).or_default().insert(row.id().clone());
        }
    }
    all
}

fn requirement(
    r: &Requirement,
    plan: &Index<'_>,
    citing: &BTreeMap<String, BTreeSet<RowId>>,
    judged: &BTreeMap<&RowId, &RowCoverage>,
) -> RequirementCoverage {
    let in_version = |version: Version| {
        let covered = |row: &&RowId| {
            let versions = judged.get(row).map(|r| r.versions.as_slice()).unwrap_or_default();
            versions.iter().any(|v| v.version == version && v.standing == Standing::Covered)
        };
        let rows: Vec<RowId> = citing.get(&r.id).into_iter().flatten().filter(covered).cloned().collect();
        let tagged = plan.tagged.get(&(r.id.as_str(), version));
        let mut scenarios: BTreeSet<&str> = tagged.into_iter().flatten().copied().collect();
        for row in &rows {
            let of_row = plan.scenarios(row, version);
            if of_row.is_disjoint(&scenarios) {
                scenarios.extend(of_row);
            }
        }
        let standing = match (scenarios.is_empty(), &r.reason) {
            (_, Some(_)) if !r.binds_station() => Standing::Reasoned,
            (false, _) => Standing::Covered,
            (true, Some(_)) => Standing::Reasoned,
            (true, None) => Standing::Open,
        };
        let scenarios = scenarios.into_iter().map(str::to_owned).collect();
        RequirementInVersion { version, standing, rows, scenarios }
    };
    RequirementCoverage {
        id: r.id.clone(),
        binds: r.binds,
        reason: r.reason.clone(),
        versions: Version::ALL.into_iter().filter(|v| r.is_in(*v)).map(in_version).collect(),
    }
}

fn rows(archetypes: &[Archetype], plan: &Index<'_>) -> Vec<RowCoverage> {
    let mut all: BTreeMap<RowId, RowCoverage> = BTreeMap::new();
    for archetype in archetypes {
        for row in archetype.rows() {
            let known = all.entry(row.row().id().clone()).or_insert_with_key(|id| RowCoverage {
                id: id.clone(),
                title: title(row),
                obligation: Some(row.row().obligation()),
                archetypes: Vec::new(),
                reason: None,
                versions: Version::ALL.into_iter().filter_map(|v| in_version(id, v, plan)).collect(),
            });
            known.archetypes.push(archetype.id.clone());
        }
        for trend in &archetype.trends {
            let reasoned = |version| RowInVersion {
                version,
                standing: Standing::Reasoned,
                scenarios: Vec::new(),
                open_levels: Vec::new(),
            };
            let known = all.entry(trend.id.clone()).or_insert_with_key(|id| RowCoverage {
                id: id.clone(),
                title: trend.title.clone(),
                obligation: None,
                archetypes: Vec::new(),
                reason: Some(OF_TRENDS.to_owned()),
                versions: Version::ALL.map(reasoned).into(),
            });
            known.archetypes.push(archetype.id.clone());
        }
    }
    all.into_values().collect()
}

/// How a row stands in a version; `None` where it does not apply.
fn in_version(id: &RowId, version: Version, plan: &Index<'_>) -> Option<RowInVersion> {
    let planned = plan.rows.get(&(id, version))?;
    let open: BTreeSet<Level> = planned.iter().filter(|p| p.scenario.is_none()).map(|p| p.level).collect();
    Some(RowInVersion {
        version,
        standing: if open.is_empty() { Standing::Covered } else { Standing::Open },
        scenarios: plan.scenarios(id, version).into_iter().map(str::to_owned).collect(),
        open_levels: open.into_iter().collect(),
    })
}

fn title(row: RowRef<'_>) -> String {
    match row {
        RowRef::Component(c) => component_at(c, Place::STATION).to_string(),
        RowRef::Variable(c, v) => variable_at(c, v, Place::STATION).to_string(),
        RowRef::Monitor(c, v, m) => {
            format!("{} of severity {} on {}", m.monitor_type, m.severity, variable_at(c, v, Place::STATION))
        }
        RowRef::Fault(f) => f.title.clone(),
        RowRef::Behaviour(b) => b.title.clone(),
    }
}

/// What is cited of a block the table knows, and is not in the table.
fn unlisted(
    requirements: &Requirements,
    plan: &Index<'_>,
    citing: &BTreeMap<String, BTreeSet<RowId>>,
) -> Vec<String> {
    let blocks = requirements.blocks();
    let tagged = plan.tagged.keys().map(|(id, _)| *id);
    let cited: BTreeSet<&str> = citing.keys().map(String::as_str).chain(tagged).collect();
    let missing =
        |id: &&str| requirements.get(id).is_none() && blocks.contains(id.get(..1).unwrap_or_default());
    cited.into_iter().filter(missing).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
