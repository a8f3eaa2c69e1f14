//! `result.json`: what a run came to. The format is stable; its version is raised when a field changes meaning.

use crate::put::put;
use crate::{Expected, SecurityUsed, level};
use judge::boot::Identity;
use judge::{Verdict, VerdictLine};
use ocpp::Version;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::model::Level;
use spec::{Archetype, ExpectedFailures};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;
use trace::Hash;

/// Version of the format this crate writes and reads.
pub const SCHEMA_VERSION: u32 = 1;

/// Name of the file in a run directory.
pub const FILE_NAME: &str = "result.json";

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResultFile {
    /// Version of this file format. Only `1` exists.
    pub schema_version: u32,
    /// The suite that judged.
    pub suite: SuiteUsed,
    /// The archetype judged against.
    pub archetype: ArchetypeUsed,
    /// The station, as it reported itself in its last BootNotification.
    pub station: StationSeen,
    /// OCPP version negotiated and judged.
    pub ocpp_version: Version,
    /// Highest level that was to be judged.
    pub requested_level: Level,
    /// Whether scenarios were left out on purpose: such a run reaches no level and never conforms.
    pub partial: bool,
    /// Whether the run was stopped before its end: such a run reaches no level and does not conform.
    pub interrupted: bool,
    /// Highest level L such that the levels 1 to L are all met; null when there is none.
    pub level: Option<Level>,
    /// Whether the requested level was reached.
    pub conforming: bool,
    /// Where the time went.
    pub timing: Timing,
    /// How many verdicts of each kind there are.
    pub summary: Summary,
    /// The evidence the verdicts rest on.
    pub evidence: EvidenceKept,
    /// Trouble outside the rows; it blocks no level.
    pub observations: Vec<String>,
    /// Hardware and features the declaration says the product does not have.
    pub declared_absent: Vec<String>,
    /// How changes of values were brought about.
    pub stimulus: StimulusUsed,
    /// How the connection was secured; absent in results from before this was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<SecurityUsed>,
    /// One verdict for each planned item, in the order of the plan.
    pub verdicts: Vec<VerdictLine>,
    /// Verdicts of the laboratory's own scenarios. They count for nothing above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<VerdictLine>,
    /// What the list of expected failures came to, if there was one. A run that expects failures reaches no level
    /// and never conforms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_failures: Option<Expected>,
}

/// The suite that judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuiteUsed {
    /// Version of the suite.
    pub version: String,
    /// Commit it was built from; null when it was not built from a repository.
    pub commit: Option<String>,
    /// SHA-256 over all feature files.
    pub features: String,
}

/// The archetype judged against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArchetypeUsed {
    /// Id of the archetype.
    pub id: String,
    /// Version of its content.
    pub version: String,
    /// Edition of the guideline.
    pub edition: u32,
    /// SHA-256 over its files.
    pub hash: String,
}

impl From<&Archetype> for ArchetypeUsed {
    fn from(a: &Archetype) -> ArchetypeUsed {
        ArchetypeUsed {
            id: a.id.clone(),
            version: a.version.clone(),
            edition: a.edition,
            hash: a.hash.clone(),
        }
    }
}

/// The station, as it reported itself. A field it did not send is null.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StationSeen {
    /// `vendorName`.
    pub vendor: Option<String>,
    /// `model`.
    pub model: Option<String>,
    /// `serialNumber`.
    pub serial: Option<String>,
    /// `firmwareVersion`.
    pub firmware: Option<String>,
}

impl From<&Identity> for StationSeen {
    fn from(i: &Identity) -> StationSeen {
        StationSeen {
            vendor: i.vendor.clone(),
            model: i.model.clone(),
            serial: i.serial.clone(),
            firmware: i.firmware.clone(),
        }
    }
}

/// Where the time went, in seconds, exact to the millisecond.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Timing {
    /// From the first record to the last.
    pub wall: f64,
    /// Spent waiting for the station.
    pub waiting_for_station: f64,
    /// Spent on time that the test prescribes (intervals of periodic monitors, windows without events): the
    /// critical path, for waits side by side count once.
    pub mandated: f64,
    /// `wall` divided by `mandated`; null where nothing was prescribed.
    #[serde(default)]
    pub wall_per_mandated: Option<f64>,
}

impl Timing {
    /// From lengths of time, rounded to milliseconds.
    pub fn new(wall: Duration, waiting_for_station: Duration, mandated: Duration) -> Timing {
        let rounded = |x: f64| (x * 1000.0).round() / 1000.0;
        let seconds = |d: Duration| rounded(d.as_secs_f64());
        let prescribed = (!mandated.is_zero()).then_some(mandated);
        Timing {
            wall: seconds(wall),
            waiting_for_station: seconds(waiting_for_station),
            mandated: seconds(mandated),
            wall_per_mandated: prescribed.map(|m| rounded(wall.as_secs_f64() / m.as_secs_f64())),
        }
    }
}

/// How many verdicts of each kind there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Rows met.
    pub pass: usize,
    /// Musts not met.
    pub fail: usize,
    /// Shoulds not met, and blemishes of musts.
    pub warn: usize,
    /// Rows that do not apply to this product or run.
    pub not_applicable: usize,
    /// Rows whose stimulus did not happen, that were left out, or that have no scenario yet.
    pub not_exercised: usize,
    /// Rows that could not be told.
    pub inconclusive: usize,
    /// Rows whose scenario broke on our side.
    pub error: usize,
}

impl Summary {
    /// Counts verdicts.
    pub fn of(verdicts: &[VerdictLine]) -> Summary {
        let count = |is| verdicts.iter().filter(|v| v.verdict == is).count();
        Summary {
            pass: count(Verdict::Pass),
            fail: count(Verdict::Fail),
            warn: count(Verdict::Warn),
            not_applicable: count(Verdict::NotApplicable),
            not_exercised: count(Verdict::NotExercised),
            inconclusive: count(Verdict::Inconclusive),
            error: count(Verdict::Error),
        }
    }

    /// The count of one kind.
    pub fn count(&self, verdict: Verdict) -> usize {
        match verdict {
            Verdict::Pass => self.pass,
            Verdict::Fail => self.fail,
            Verdict::Warn => self.warn,
            Verdict::NotApplicable => self.not_applicable,
            Verdict::NotExercised => self.not_exercised,
            Verdict::Inconclusive => self.inconclusive,
            Verdict::Error => self.error,
        }
    }
}

/// The evidence the verdicts rest on (`evidence.jsonl`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceKept {
    /// Number of records.
    pub records: u64,
    /// SHA-256 of the last line, which stands for all lines, for each carries the hash of the one before.
    pub hash: Hash,
}

/// How changes of values were brought about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StimulusUsed {
    /// What effects were bound to: `hook`, `operator`, `passive` or `none`.
    pub binding: String,
    /// What was bound, by name (`executable rig.py`, `http://127.0.0.1:8080/effect`), where there was something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rig: Option<String>,
}

impl StimulusUsed {
    /// In words: `hook (executable rig.py)`.
    pub(crate) fn in_words(&self) -> String {
        match (self.binding.as_str(), &self.rig) {
            ("none", _) => "no rig was bound".to_owned(),
            (binding, Some(rig)) => format!("{binding} ({rig})"),
            (binding, None) => binding.to_owned(),
        }
    }
}

/// What a result is made from; everything else in it is derived.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The suite that judged.
    pub suite: SuiteUsed,
    /// The archetype judged against.
    pub archetype: ArchetypeUsed,
    /// What the station said of itself.
    pub station: Identity,
    /// OCPP version judged.
    pub ocpp_version: Version,
    /// Highest level that was to be judged.
    pub requested_level: Level,
    /// Whether scenarios were left out on purpose.
    pub partial: bool,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
    /// Where the time went.
    pub timing: Timing,
    /// The evidence.
    pub evidence: EvidenceKept,
    /// Trouble outside the rows.
    pub observations: Vec<String>,
    /// What the declaration says the product does not have.
    pub declared_absent: Vec<String>,
    /// What effects were bound to.
    pub stimulus_binding: String,
    /// The verdicts, in the order of the plan, those of the laboratory's own scenarios among them.
    pub verdicts: Vec<VerdictLine>,
    /// The list of expected failures, if there is one.
    pub expected_failures: Option<Rc<ExpectedFailures>>,
}

/// Why a result cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ResultError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error("{path} cannot be written: {source}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no result.
    #[error("{path} is not a result of diagmark: {source}", path = path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// The file has a version of the format that this program does not know.
    #[error(
        "{path} has version {found} of the format, this program knows {SCHEMA_VERSION}: use the version of diagmark that wrote it",
        path = path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// The version it has.
        found: u32,
    },
}

/// The one field that is read before the others: they depend on it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Versioned {
    schema_version: u32,
}

impl ResultFile {
    /// Derives a result.
    ///
    /// A partial or interrupted run reaches no level: what was not judged cannot be vouched for. Nor does a run
    /// that expects failures: it certifies nothing, whatever its verdicts.
    pub fn new(inputs: Inputs) -> ResultFile {
        let (own, verdicts) = inputs.verdicts.into_iter().partition::<Vec<_>, _>(VerdictLine::is_own);
        let expected = inputs.expected_failures.map(|list| Expected::new(&list, &verdicts));
        let certifies =
            !inputs.partial && !inputs.interrupted && expected.as_ref().is_none_or(Expected::is_empty);
        let reached = level::reached(inputs.requested_level, &verdicts).filter(|_| certifies);
        ResultFile {
            schema_version: SCHEMA_VERSION,
            suite: inputs.suite,
            archetype: inputs.archetype,
            station: StationSeen::from(&inputs.station),
            ocpp_version: inputs.ocpp_version,
            requested_level: inputs.requested_level,
            partial: inputs.partial,
            interrupted: inputs.interrupted,
            level: reached,
            conforming: reached == Some(inputs.requested_level),
            timing: inputs.timing,
            summary: Summary::of(&verdicts),
            evidence: inputs.evidence,
            observations: inputs.observations,
            declared_absent: inputs.declared_absent,
            stimulus: StimulusUsed { binding: inputs.stimulus_binding, rig: None },
            security: None,
            verdicts,
            own,
            expected_failures: expected,
        }
    }

    /// Says how the connection was secured.
    #[must_use]
    pub fn secured(self, security: Option<SecurityUsed>) -> ResultFile {
        ResultFile { security, ..self }
    }

    /// Names what effects were bound to.
    #[must_use]
    pub fn with_rig(mut self, rig: Option<String>) -> ResultFile {
        self.stimulus.rig = rig;
        self
    }

    /// The list of expected failures, if it expects any.
    pub(crate) fn expecting(&self) -> Option<&Expected> {
        self.expected_failures.as_ref().filter(|e| !e.is_empty())
    }

    /// Whether no verdict says anything about the station: none is a pass, a fail or a warning.
    pub fn nothing_judged(&self) -> bool {
        self.summary.pass + self.summary.fail + self.summary.warn == 0
    }

    /// Writes `result.json` into a run directory and returns its path.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, dir: &Path) -> Result<PathBuf, ResultError> {
        let path = dir.join(FILE_NAME);
        put(&path, &self.to_json()).map_err(|source| ResultError::Write { path: path.clone(), source })?;
        Ok(path)
    }

    /// The text of `result.json`: the same result always gives the same bytes.
    pub fn to_json(&self) -> String {
        // Strings, numbers and lists: there is nothing in it that JSON cannot say.
        serde_json::to_string_pretty(self).map(|t| format!("{t}\n")).unwrap_or_default()
    }

    /// Reads a result. Fields it has beyond ours are ignored.
    ///
    /// # Errors
    /// When the file cannot be read, is no result, or has another version.
    pub fn read(path: &Path) -> Result<ResultFile, ResultError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ResultError::Read { path: path.to_owned(), source })?;
        let shape = |source| ResultError::Shape { path: path.to_owned(), source };
        let Versioned { schema_version: found } = serde_json::from_str(&text).map_err(shape)?;
        if found != SCHEMA_VERSION {
            return Err(ResultError::Version { path: path.to_owned(), found });
        }
        serde_json::from_str(&text).map_err(shape)
    }
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests;
