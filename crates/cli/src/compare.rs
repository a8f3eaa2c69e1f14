//! What a run directory says held against what its evidence says: every difference in a sentence of its own.

use crate::fault::Fault;
use crate::verify::EVIDENCE;
use report::ResultFile;
use report::result::FILE_NAME;
use std::path::Path;
use steps::{Plan, ReplayError};
use trace::{Body, Hash, Record, Seq};

/// The evidence a result names is the evidence that is there.
pub(crate) fn same_evidence(stored: &ResultFile, records: u64, last: &Hash, dir: &Path) -> Result<(), Fault> {
    let tail = records.saturating_sub(1);
    if stored.evidence.records != records {
        return Err(Fault::evidence(format!(
            "{} has {records} record(s), the result names {}: record {} and those after it were {}",
            dir.join(EVIDENCE).display(),
            stored.evidence.records,
            records.min(stored.evidence.records),
            if records < stored.evidence.records { "removed" } else { "added" },
        )));
    }
    if stored.evidence.hash != *last {
        return Err(Fault::evidence(trace::ChainError::Tail { n: tail }));
    }
    Ok(())
}

/// Every item of the plan has its verdict in evidence that came to its end.
pub(crate) fn whole_plan(plan: &Plan, records: &[Record]) -> Result<(), Fault> {
    let verdict = |r: &Record| match r.body {
        Body::Verdict { lane, .. } => Some(lane),
        _ => None,
    };
    let reached: std::collections::BTreeSet<_> = records.iter().filter_map(verdict).collect();
    let Some(item) = plan.items.iter().find(|i| !reached.contains(&i.lane)) else { return Ok(()) };
    let s = &item.subject;
    let scenario = s.scenario.as_deref().unwrap_or("no scenario");
    Err(Fault::evidence(format!(
        "the plan of this run has {} items, the evidence verdicts on {}: item {}, {} at {} ({scenario}), has none before record {}, where the run ends: the plan was shortened",
        plan.items.len(),
        reached.len(),
        item.lane.0,
        s.row,
        s.place,
        records.len().saturating_sub(1),
    )))
}

/// The result was reached with the archetype of the evidence.
pub(crate) fn same_archetype(
    stored: &ResultFile,
    again: &ResultFile,
    records: &[Record],
) -> Result<(), Fault> {
    let (was, is) = (&stored.archetype, &again.archetype);
    if was == is {
        return Ok(());
    }
    let archetype = |r: &&Record| matches!(&r.body, Body::Input { role, .. } if role == "archetype");
    let at = records.iter().rfind(archetype).map_or(Seq(0), |r| r.n);
    Err(Fault::evidence(format!(
        "{FILE_NAME} names the archetype {} {} ({}), record {at} holds {} {} ({}): the run was recorded with another archetype",
        was.id, was.version, was.hash, is.id, is.version, is.hash,
    )))
}

/// The result says what the evidence says, byte for byte.
pub(crate) fn same_result(stored: &ResultFile, bytes: &[u8], again: &ResultFile) -> Result<(), Fault> {
    let pairs = stored.verdicts.iter().zip(&again.verdicts).enumerate();
    if let Some((n, (was, is))) = pairs.into_iter().find(|(_, (a, b))| a != b) {
        return Err(Fault::evidence(format!(
            "verdict {n} of {FILE_NAME} says {} on {}, the evidence says {} on {}",
            was.verdict, was.row, is.verdict, is.row
        )));
    }
    if stored.verdicts.len() != again.verdicts.len() {
        return Err(Fault::evidence(format!(
            "{FILE_NAME} has {} verdicts, the evidence {}",
            stored.verdicts.len(),
            again.verdicts.len()
        )));
    }
    let value = |r: &ResultFile| serde_json::to_value(r).unwrap_or_default();
    let (was, is) = (value(stored), value(again));
    let fields = was.as_object().into_iter().flatten();
    if let Some((field, _)) = fields.into_iter().find(|(key, value)| is.get(key.as_str()) != Some(value)) {
        return Err(Fault::evidence(format!("{field} in {FILE_NAME} is not what the evidence says")));
    }
    // What reads the same may still have been touched: white space, the spelling of a number, a field more.
    let made = again.to_json();
    if made.as_bytes() != bytes {
        let same = made.bytes().zip(bytes).take_while(|(a, b)| a == *b).count();
        let line = bytes.iter().take(same).filter(|b| **b == b'\n').count() + 1;
        return Err(Fault::evidence(format!(
            "{FILE_NAME} says the same as the evidence, but is not the file that was written: it differs from byte {same}, in line {line}"
        )));
    }
    Ok(())
}

/// A replay that did not work, in the words of somebody who checks a run.
pub(crate) fn not_repeated(e: ReplayError, records: &[Record]) -> Fault {
    match &e {
        ReplayError::NothingJudged => Fault::nothing(e),
        ReplayError::Diverged(d) if d.at.0 < records.len() as u64 => Fault::evidence(format!(
            "{e}; the chain of the evidence is valid, so it was not touched since, but this suite does not come to what was recorded"
        )),
        _ => Fault::evidence(e),
    }
}
