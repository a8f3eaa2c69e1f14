//! What a station lacks against an archetype, as `diagmark gap` prints it: the stable types of its JSON, and from
//! them the CSV. The text is in [`crate::terminal`].

mod csv;
mod nearest;

pub use csv::csv;
pub use nearest::Candidate;

use crate::exit;
use crate::result::{ArchetypeUsed, StationSeen};
use judge::boot::Identity;
use judge::gap::{Action, Answered, FaultReach, FaultWay, Gap, Lack, Reach, Standing, Tally};
use judge::{Basis, Code, Finding};
use ocpp::Version;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::Archetype;
use spec::model::{Answer, Level, Obligation, RowId, Topology};
use trace::Seq;

/// Version of the format this crate writes.
pub const SCHEMA_VERSION: u32 = 1;

/// What a station lacks against an archetype, as far as its inventories tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GapFile {
    /// Version of this file format. Only `1` exists.
    pub schema_version: u32,
    /// Version of the suite that compared.
    pub suite: String,
    /// The archetype compared with.
    pub archetype: ArchetypeUsed,
    /// How the archetype was chosen.
    pub chosen: Chosen,
    /// The archetypes there were to choose from, the nearest first; empty when there was no choice to make.
    pub candidates: Vec<Candidate>,
    /// The station, as it reported itself.
    pub station: StationSeen,
    /// OCPP version the station was asked in.
    pub ocpp_version: Version,
    /// What is known of the product's hardware and features.
    pub declared: Declared,
    /// Number of connectors of each EVSE, in the order of their ids.
    pub connectors: Vec<u32>,
    /// Whether no must of any level is missing or wrong, as far as the inventories tell.
    pub closed: bool,
    /// How the rows of each level stand.
    pub levels: Vec<LevelGap>,
    /// Rows missing or wrong: by level, then by what to do, musts first, in the order of the archetype.
    pub gaps: Vec<GapLine>,
    /// Conditions that are not declared; the rows under them are not among the gaps.
    pub undeclared: Vec<OpenCondition>,
    /// Every fault of the archetype, and whether the station could report it at all.
    pub faults: Vec<FaultLine>,
    /// What limits the comparison: reports that did not come or not whole, ids out of the ordinary.
    pub notes: Vec<String>,
}

/// How the archetype was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Chosen {
    /// It was asked for.
    Given,
    /// The declaration names it.
    Declared,
    /// The run whose evidence was read was about it.
    Recorded,
    /// It is the one of whose musts the fewest are missing or wrong.
    Nearest,
}

/// What is known of the product's hardware and features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Declared {
    /// A declaration was given.
    Given,
    /// The declaration of the run whose evidence was read.
    Recorded,
    /// The reference station, which has everything.
    Complete,
    /// Nothing: every condition is open.
    Nothing,
}

/// How the rows of one level stand, each counted at each of its places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LevelGap {
    /// The level.
    pub level: Level,
    /// Its musts.
    pub must: Standing,
    /// Its shoulds.
    pub should: Standing,
}

impl From<&Tally> for LevelGap {
    fn from(t: &Tally) -> LevelGap {
        LevelGap { level: t.level, must: t.must, should: t.should }
    }
}

/// A row that is missing or wrong at one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GapLine {
    /// The level that suffers.
    pub level: Level,
    /// What to do.
    pub action: Action,
    /// How strongly the row binds here: no more than what it sits in, where that is missing too.
    pub obligation: Obligation,
    /// Whether it keeps its level from being met: a must, and more than a blemish.
    pub blocking: bool,
    /// The row.
    pub row: RowId,
    /// EVSE, if the row is on one.
    pub evse: Option<u32>,
    /// Connector, if the row is on one.
    pub connector: Option<u32>,
    /// What should be there, without the place.
    pub subject: String,
    /// The row that has to be there first.
    pub behind: Option<RowId>,
    /// What is wrong; empty where all that is wrong is that something else is missing.
    pub findings: Vec<GapFinding>,
    /// What the row rests on.
    pub basis: Option<Basis>,
    /// Why the row is asked for.
    pub rationale: Option<String>,
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GapFinding {
    /// The kind.
    pub code: Code,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub observed: String,
    /// Record numbers in the evidence.
    pub evidence: Vec<Seq>,
}

impl From<&Finding> for GapFinding {
    fn from(f: &Finding) -> GapFinding {
        let (expected, observed) = (f.expected.clone(), f.observed.clone());
        GapFinding { code: f.code, expected, observed, evidence: f.evidence.clone() }
    }
}

/// A condition that is not declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenCondition {
    /// Id of the condition.
    pub id: String,
    /// The question a manufacturer answers.
    pub question: String,
    /// The answer the inventory suggests.
    pub suggests: Answer,
    /// What the suggestion rests on.
    pub because: String,
}

impl From<&Answered> for OpenCondition {
    fn from(a: &Answered) -> OpenCondition {
        OpenCondition {
            id: a.id.clone(),
            question: a.question.clone(),
            suggests: a.answer,
            because: a.because.clone(),
        }
    }
}

/// Whether a station could report a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultStanding {
    /// It could.
    Reportable,
    /// It could not.
    NotReportable,
    /// It could not, and whether it has to depends on a condition that is not declared.
    Undeclared,
    /// It does not have to.
    NotApplicable,
}

/// A fault, and whether the station could report it at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FaultLine {
    /// The fault row.
    pub row: RowId,
    /// The fault, in a few words.
    pub title: String,
    /// How strongly its occurrence binds.
    pub obligation: Obligation,
    /// Minimum required error codes it corresponds to.
    pub mrec: Vec<String>,
    /// Whether it could be reported.
    pub standing: FaultStanding,
    /// Why it need not be, or the condition on which it depends.
    pub reason: Option<String>,
    /// The variables through which it may be reported.
    pub ways: Vec<FaultWayLine>,
}

/// A variable through which a fault may be reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FaultWayLine {
    /// The monitor row.
    pub monitor: RowId,
    /// The variable, without the place.
    pub variable: String,
    /// EVSE, if it is on one.
    pub evse: Option<u32>,
    /// Connector, if it is on one.
    pub connector: Option<u32>,
    /// Why this way is closed; null when it is open.
    pub closed: Option<String>,
}

impl From<&FaultWay> for FaultWayLine {
    fn from(w: &FaultWay) -> FaultWayLine {
        FaultWayLine {
            monitor: w.monitor.clone(),
            variable: w.variable.clone(),
            evse: w.place.evse,
            connector: w.place.connector,
            closed: w.closed.clone(),
        }
    }
}

impl From<&FaultReach> for FaultLine {
    fn from(f: &FaultReach) -> FaultLine {
        let (standing, reason) = match &f.reach {
            Reach::Reportable => (FaultStanding::Reportable, None),
            Reach::NotReportable => (FaultStanding::NotReportable, None),
            Reach::Undeclared(condition) => (FaultStanding::Undeclared, Some(condition.clone())),
            Reach::NotApplicable(why) => (FaultStanding::NotApplicable, Some(why.clone())),
        };
        FaultLine {
            row: f.row.clone(),
            title: f.title.clone(),
            obligation: f.obligation,
            mrec: f.mrec.clone(),
            standing,
            reason,
            ways: f.ways.iter().map(FaultWayLine::from).collect(),
        }
    }
}

/// What a gap file is made from; everything else in it is derived.
#[derive(Debug)]
pub struct GapInputs<'a> {
    /// Version of the suite that compared.
    pub suite: String,
    /// The archetype compared with.
    pub archetype: &'a Archetype,
    /// How it was chosen.
    pub chosen: Chosen,
    /// The archetypes there were to choose from, in any order.
    pub candidates: Vec<Candidate>,
    /// The station, as it reported itself.
    pub station: &'a Identity,
    /// OCPP version the station was asked in.
    pub ocpp_version: Version,
    /// What is known of the product.
    pub declared: Declared,
    /// EVSEs and connectors compared.
    pub topology: &'a Topology,
    /// The gap.
    pub gap: &'a Gap,
    /// What limits the comparison.
    pub notes: Vec<String>,
}

impl GapFile {
    /// The file for a gap.
    pub fn new(inputs: GapInputs<'_>) -> GapFile {
        let GapInputs { archetype, gap, mut candidates, .. } = inputs;
        candidates.sort_by(Candidate::nearer);
        GapFile {
            schema_version: SCHEMA_VERSION,
            suite: inputs.suite,
            archetype: ArchetypeUsed::from(archetype),
            chosen: inputs.chosen,
            candidates,
            station: StationSeen::from(inputs.station),
            ocpp_version: inputs.ocpp_version,
            declared: inputs.declared,
            connectors: inputs.topology.evses.iter().map(|e| e.connectors).collect(),
            closed: gap.is_closed(),
            levels: gap.tallies.iter().map(LevelGap::from).collect(),
            gaps: gap.lacks.iter().map(|l| line(l, archetype)).collect(),
            undeclared: gap.open.iter().map(OpenCondition::from).collect(),
            faults: gap.faults.iter().map(FaultLine::from).collect(),
            notes: inputs.notes,
        }
    }

    /// The exit code: whether a must is missing or wrong.
    pub fn exit_code(&self) -> u8 {
        if self.closed { exit::CONFORMING } else { exit::NOT_CONFORMING }
    }
}

fn line(l: &Lack, archetype: &Archetype) -> GapLine {
    let row = archetype.row(&l.row);
    GapLine {
        level: l.level,
        action: l.action,
        obligation: l.obligation,
        blocking: l.blocking,
        row: l.row.clone(),
        evse: l.place.evse,
        connector: l.place.connector,
        subject: l.subject.clone(),
        behind: l.behind.clone(),
        findings: l.findings.iter().map(GapFinding::from).collect(),
        basis: row.map(|r| Basis::from(r.grounding())),
        rationale: row.map(|r| r.rationale().to_owned()),
    }
}
