//! Verifying a run in which something was hidden.

use crate::fault::Fault;
use crate::verify::{EVIDENCE, Verified, result_with};
use crate::{compare, features};
use judge::{Verdict, VerdictLine};
use report::ResultFile;
use report::result::{EvidenceKept, FILE_NAME as RESULT};
use std::collections::BTreeSet;
use std::path::Path;
use steps::survey::recall_inputs;
use trace::redact::{Redaction, SCHEMA_VERSION};
use trace::{Body, Evidence, Record, Seq, hash_bytes};

/// Name of the file that says what was hidden.
pub(crate) const FILE_NAME: &str = "redaction.json";

/// What is known of a redacted run.
pub(crate) struct Redacted {
    hidden: usize,
    records: usize,
    /// Rows whose verdicts rest on what is hidden.
    open: Vec<String>,
    result_changed: bool,
    /// Where a replay stopped, if it did.
    stopped: Option<String>,
}

impl Redacted {
    /// What a reader must know of it.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let mut remarks = vec![format!(
            "{} text(s) are hidden in {} record(s), each with a commitment in {FILE_NAME}; what these records still show is the word of whoever redacted them",
            self.hidden, self.records
        )];
        if self.result_changed {
            remarks.push(format!(
                "{RESULT} was redacted too: its hash is no longer the one a certificate names"
            ));
        }
        if !self.open.is_empty() {
            remarks.push(format!(
                "inconclusive without what is hidden: {} verdict(s): {}",
                self.open.len(),
                self.open.join(", ")
            ));
        }
        remarks.extend(self.stopped.clone());
        remarks
    }
}

/// Repeats a redacted run as far as what is left allows.
pub(crate) async fn repeat(dir: &Path, evidence: Evidence, stored: ResultFile) -> Result<Verified, Fault> {
    let read = |name: &str| {
        let path = dir.join(name);
        std::fs::read(&path).map_err(|e| Fault::evidence(format!("{} cannot be read: {e}", path.display())))
    };
    if !dir.join(FILE_NAME).exists() {
        let at = evidence.redacted.first().copied().unwrap_or(Seq(0));
        return Err(Fault::evidence(format!(
            "record {at} says that something was hidden in it, and there is no {FILE_NAME} that says what: it was changed"
        )));
    }
    let redaction: Redaction = serde_json::from_slice(&read(FILE_NAME)?)
        .map_err(|e| Fault::evidence(format!("{FILE_NAME} cannot be read: {e}")))?;
    let bytes = read(RESULT)?;
    consistent(&redaction, &evidence, &read(EVIDENCE)?, &bytes)?;
    let hidden: BTreeSet<Seq> = evidence.redacted.iter().copied().collect();
    let records = &evidence.records;
    let suite = features::suite(None)?;
    let mut open = Vec::new();
    let mut stopped = None;
    let reached = match steps::replay_hiding(records.clone(), suite, hidden.clone()).await {
        Ok(replayed) if replayed.incomplete => {
            return Err(Fault::evidence("the redacted evidence breaks off"));
        }
        Ok(replayed) => {
            let excused = excused(records, &replayed.excused);
            let again = replayed.run.verdicts.iter().map(VerdictLine::from);
            let (own, again): (Vec<_>, Vec<_>) = again.partition(VerdictLine::is_own);
            let open_ones = unlike(&stored.verdicts, &again, &excused)?;
            open.extend(open_ones.into_iter().chain(unlike(&stored.own, &own, &excused)?));
            let recorded = stored.verdicts.iter().chain(&stored.own).cloned().collect();
            let kept = EvidenceKept { records: records.len() as u64, hash: evidence.last.clone() };
            let version = steps::first_version(records).unwrap_or(stored.ocpp_version);
            let same = result_with(&replayed.session, version, (&replayed.run, recorded), kept, records);
            compare::same_result(&stored, &bytes, &same)?;
            format!("{} verdict(s) reached again without the station", again.len() + own.len() - open.len())
        }
        // A scenario that went on from what is hidden cannot be followed any further.
        Err(steps::ReplayError::Diverged(d)) if !hidden.is_empty() => {
            stopped = Some(format!(
                "no verdict could be reached again: the run went on from what is hidden at record {}; verify the original",
                d.at
            ));
            open.extend(stored.verdicts.iter().map(|v| v.row.to_string()));
            "no verdict reached again".to_owned()
        }
        Err(e) => return Err(compare::not_repeated(e, records)),
    };
    let inputs =
        recall_inputs(records).map(|(a, d)| (d.unwrap_or_else(|| spec::Declaration::undeclared(&a)), a));
    let Some((declaration, archetype)) = inputs else {
        return Err(Fault::evidence("the recorded archetype cannot be read"));
    };
    let redacted = Redacted {
        hidden: redaction.hidden.len(),
        records: hidden.len(),
        open,
        result_changed: redaction.original_result != redaction.redacted_result,
        stopped,
    };
    let (archetype, declaration) = (archetype.into(), declaration.into());
    Ok(Verified { evidence, stored, bytes, archetype, declaration, reached, redacted: Some(redacted) })
}

/// The list of what was hidden fits the files it is about.
fn consistent(r: &Redaction, evidence: &Evidence, bytes: &[u8], result: &[u8]) -> Result<(), Fault> {
    let fault = |what: String| Err(Fault::evidence(what));
    if r.schema_version != SCHEMA_VERSION {
        let found = r.schema_version;
        return fault(format!("{FILE_NAME} has format {found}, this suite reads format {SCHEMA_VERSION}"));
    }
    if r.evidence_hash != evidence.last {
        return fault(format!(
            "{FILE_NAME} is about other evidence: it names another hash of the last record"
        ));
    }
    let listed: BTreeSet<Seq> = r.hidden.iter().map(|h| h.record).collect();
    let marked: BTreeSet<Seq> = evidence.redacted.iter().copied().collect();
    if let Some(n) = marked.symmetric_difference(&listed).next() {
        return fault(format!(
            "record {n} is redacted in one of {EVIDENCE} and {FILE_NAME} and not in the other"
        ));
    }
    for h in &r.hidden {
        let record = usize::try_from(h.record.0).ok().and_then(|n| evidence.records.get(n));
        let text = record.and_then(|r| serde_json::to_string(r).ok()).unwrap_or_default();
        if !text.contains(&h.placeholder) {
            return fault(format!("record {} does not hold {} at {}", h.record, h.placeholder, h.at));
        }
    }
    if r.redacted_evidence != hash_bytes(bytes) {
        return fault(format!("{EVIDENCE} was changed after it was redacted"));
    }
    if r.redacted_result != hash_bytes(result) {
        return fault(format!("{RESULT} was changed after it was redacted"));
    }
    Ok(())
}

type Key = (String, Option<String>, Option<u32>, Option<u32>);

fn key(v: &VerdictLine) -> Key {
    (v.row.0.clone(), v.scenario.clone(), v.evse, v.connector)
}

fn excused(records: &[Record], numbers: &BTreeSet<Seq>) -> BTreeSet<Key> {
    let verdict = |r: &Record| match &r.body {
        Body::Verdict { verdict, .. } if numbers.contains(&r.n) => {
            serde_json::from_value::<VerdictLine>(verdict.clone()).ok().map(|v| key(&v))
        }
        _ => None,
    };
    records.iter().filter_map(verdict).collect()
}

/// The rows whose verdicts came out otherwise, all of which must rest on what is hidden.
fn unlike(
    stored: &[VerdictLine],
    again: &[VerdictLine],
    excused: &BTreeSet<Key>,
) -> Result<Vec<String>, Fault> {
    if stored.len() != again.len() {
        return Err(Fault::evidence(format!(
            "{RESULT} has {} verdicts, the evidence {}",
            stored.len(),
            again.len()
        )));
    }
    let mut open = Vec::new();
    for (n, (was, is)) in stored.iter().zip(again).enumerate().filter(|(_, (a, b))| a != b) {
        if !excused.contains(&key(was)) {
            return Err(Fault::evidence(format!(
                "verdict {n} of {RESULT} says {} on {}, the evidence says {} on {}",
                was.verdict, was.row, is.verdict, is.row
            )));
        }
        open.push(format!(
            "{} at {} (recorded: {}, now {})",
            was.row,
            was.place(),
            was.verdict,
            Verdict::Inconclusive
        ));
    }
    Ok(open)
}
