//! A run directory, read: what `report` and `export` start from.

use crate::fault::Fault;
use crate::features;
use crate::verify::EVIDENCE;
use judge::boot::{Identity, identity};
use judge::{Outcome, RowVerdict, VerdictLine, Window};
use ocpp::Version;
use report::result::{ArchetypeUsed, EvidenceKept, FILE_NAME, SuiteUsed, Timing};
use report::{Inputs, ResultFile};
use spec::model::{Answer, Level};
use spec::{Archetype, Declaration};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use steps::Options;
use steps::survey::recall_inputs;
use trace::{Body, Evidence, EvidenceError, LaneId, Record};

/// A run directory.
pub(crate) struct Bundle {
    pub(crate) evidence: Evidence,
    pub(crate) archetype: Archetype,
    pub(crate) declaration: Declaration,
    pub(crate) result: ResultFile,
    /// `result.json`, byte for byte; `None` where the run ended before it was written.
    pub(crate) result_bytes: Option<Vec<u8>>,
}

impl Bundle {
    /// Reads a run directory. Of a run that was killed, the result is what its evidence came to until then.
    pub(crate) fn read(dir: &Path) -> Result<Bundle, Fault> {
        let evidence = evidence(dir)?;
        let no_run = || Fault::evidence(format!("{}: this is no evidence of a run", dir.display()));
        let (archetype, declared) = recall_inputs(&evidence.records).ok_or_else(no_run)?;
        let declaration = declared.unwrap_or_else(|| Declaration::undeclared(&archetype));
        let path = dir.join(FILE_NAME);
        let (result, result_bytes) = if path.exists() {
            let result = ResultFile::read(&path).map_err(Fault::evidence)?;
            let bytes = std::fs::read(&path).map_err(|e| Fault::input(format!("{}: {e}", path.display())))?;
            (result, Some(bytes))
        } else {
            (unfinished(&evidence, &archetype, &declaration).ok_or_else(no_run)?, None)
        };
        Ok(Bundle { evidence, archetype, declaration, result, result_bytes })
    }
}

/// Reads the evidence of a run directory and verifies its chain.
pub(crate) fn evidence(dir: &Path) -> Result<Evidence, Fault> {
    let path = dir.join(EVIDENCE);
    Evidence::read(&path).map_err(|e| match e {
        EvidenceError::File { .. } => Fault::input(e),
        EvidenceError::Chain(_) => Fault::evidence(format!("{}: {}", path.display(), format_of(&path, e))),
    })
}

/// A later format has records this program cannot read; then the format is the trouble, not the record.
fn format_of(path: &Path, e: EvidenceError) -> String {
    let first = std::fs::read_to_string(path).unwrap_or_default();
    let head: Option<serde_json::Value> = first.lines().next().and_then(|l| serde_json::from_str(l).ok());
    let version = head.as_ref().and_then(|h| h.get("schemaVersion")).and_then(serde_json::Value::as_u64);
    match version {
        Some(found) if found != u64::from(trace::SCHEMA_VERSION) => {
            let ours = trace::SCHEMA_VERSION;
            format!(
                "record 0 says format {found}, this suite reads format {ours}: verify it with the suite that wrote it"
            )
        }
        _ => e.to_string(),
    }
}

/// What a run without a result came to until it ended.
fn unfinished(evidence: &Evidence, archetype: &Archetype, declaration: &Declaration) -> Option<ResultFile> {
    let records = &evidence.records;
    let Body::Run { suite, features, options, .. } = &records.first()?.body else { return None };
    let options: Options = serde_json::from_value(options.clone()).ok()?;
    let version = steps::first_version(records);
    let identity = version.map_or_else(Identity::default, |v| identity(Window::new(records, v)));
    let wall = match (records.first(), records.last()) {
        (Some(a), Some(b)) => b.t.duration_since(a.t).unsigned_abs(),
        _ => Duration::ZERO,
    };
    let result = ResultFile::new(Inputs {
        suite: SuiteUsed { version: suite.clone(), commit: None, features: features.clone() },
        archetype: ArchetypeUsed::from(archetype),
        station: identity,
        ocpp_version: version.unwrap_or(Version::V201),
        requested_level: Level(options.level.0),
        partial: options.is_partial(),
        interrupted: true,
        timing: Timing::new(wall, Duration::ZERO, Duration::ZERO),
        evidence: EvidenceKept { records: records.len() as u64, hash: evidence.last.clone() },
        observations: Vec::new(),
        declared_absent: declaration.answered(Answer::No).map(str::to_owned).collect(),
        stimulus_binding: options.binding.clone(),
        verdicts: reached(records, version),
        expected_failures: None,
    });
    Some(result.secured(report::SecurityUsed::of(records)).with_rig(options.rig))
}

/// The verdicts reached, and of the rest of the plan, where it can still be made, that nothing is known.
fn reached(records: &[Record], version: Option<Version>) -> Vec<VerdictLine> {
    let verdict = |r: &Record| match &r.body {
        Body::Verdict { lane, verdict } => {
            serde_json::from_value::<VerdictLine>(verdict.clone()).ok().map(|v| (*lane, v))
        }
        _ => None,
    };
    let mut reached: BTreeMap<LaneId, VerdictLine> = records.iter().filter_map(verdict).collect();
    let session = features::suite(None).ok().and_then(|suite| steps::session_of(records, suite).ok());
    let plan = session.zip(version).and_then(|(session, version)| session.plan(version).ok());
    let Some(plan) = plan else { return reached.into_values().collect() };
    let line = |item: &steps::plan::Item| {
        reached.remove(&item.lane).unwrap_or_else(|| {
            let outcome = Outcome::inconclusive("the run broke off before", Vec::new());
            VerdictLine::from(&RowVerdict { subject: item.subject.clone(), outcome })
        })
    };
    plan.items.iter().map(line).collect()
}
