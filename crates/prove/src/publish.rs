//! From runs to what is published.

use crate::deviations::{Deviation, Kind};
use crate::judgement::Judgement;
use crate::matrix::Proven;
use crate::rows::rows;
use report::ProofFile;
use report::proof::{CaughtRow, DeviationKind, DeviationProof, RunProof, SCHEMA_VERSION};
use spec::model::RowId;
use spec::{Archetype, embedded_ids};
use std::collections::{BTreeMap, BTreeSet};

/// What the runs come to. Of rows it speaks only where every deviation was run.
///
/// # Errors
/// What is wrong with the embedded suite.
pub fn publish(proven: &[Proven], seed: u64, whole: bool) -> Result<ProofFile, String> {
    let cited = cited()?;
    let mut deviations: Vec<DeviationProof> = Vec::new();
    for p in proven {
        let d = &p.job.deviation;
        let run = RunProof {
            archetype: p.job.archetype.clone(),
            version: p.job.version,
            caught: caught(&p.judgement),
            faults: p.judgement.faults.iter().map(ToString::to_string).collect(),
        };
        match deviations.last_mut().filter(|last| last.name == d.name) {
            Some(last) => last.runs.push(run),
            None => deviations.push(DeviationProof { runs: vec![run], ..entry(d, &cited) }),
        }
    }
    let rows = if whole { rows(proven)? } else { Vec::new() };
    let holds = deviations.iter().all(DeviationProof::holds) && rows.iter().all(|r| r.is_settled());
    let suite = env!("CARGO_PKG_VERSION").to_owned();
    Ok(ProofFile { schema_version: SCHEMA_VERSION, suite, seed, holds, deviations, rows })
}

/// Each row and scenario once.
fn caught(judgement: &Judgement) -> Vec<CaughtRow> {
    let each = judgement.caught.iter().map(|c| CaughtRow {
        row: RowId(c.row.clone()),
        scenario: c.scenario.clone(),
        verdict: c.verdict,
        code: c.code,
    });
    let mut seen = BTreeSet::new();
    each.filter(|c| seen.insert((c.row.clone(), c.scenario.clone()))).collect()
}

fn entry(d: &Deviation, cited: &BTreeMap<RowId, Vec<String>>) -> DeviationProof {
    let ids = |rows: &[&str]| rows.iter().map(|row| RowId((*row).to_owned())).collect::<Vec<_>>();
    let (kind, allowed_by, breaks, warns) = match &d.kind {
        Kind::Defect { breaks, warns, .. } => (DeviationKind::Defect, None, ids(breaks), ids(warns)),
        Kind::Variant { allowed_by, .. } => {
            (DeviationKind::Variant, Some((*allowed_by).to_owned()), Vec::new(), Vec::new())
        }
    };
    let ocpp: BTreeSet<String> =
        breaks.iter().chain(&warns).flat_map(|row| cited.get(row).cloned().unwrap_or_default()).collect();
    DeviationProof {
        name: d.name.to_owned(),
        kind,
        topic: d.topic.to_owned(),
        what: d.what.to_owned(),
        seam: d.seam.name().to_owned(),
        allowed_by,
        breaks,
        warns,
        ocpp: ocpp.into_iter().collect(),
        runs: Vec::new(),
    }
}

/// The OCPP requirements each row cites.
fn cited() -> Result<BTreeMap<RowId, Vec<String>>, String> {
    let mut cited = BTreeMap::new();
    for id in embedded_ids() {
        let archetype = Archetype::load(id).map_err(|e| format!("{e:?}"))?;
        cited.extend(archetype.rows().map(|row| (row.row().id().clone(), row.row().ocpp().to_vec())));
    }
    Ok(cited)
}
