//! `diagmark verify`: the verdicts of a run again, from its evidence alone.

use crate::args::{self, Format};
use crate::fault::Fault;
use crate::features;
use crate::progress::say;
use judge::VerdictLine;
use ocpp::Version;
use report::result::{ArchetypeUsed, EvidenceKept, FILE_NAME, SuiteUsed, Timing};
use report::{Inputs, ResultFile};
use spec::Archetype;
use spec::model::Answer;
use std::io::IsTerminal as _;
use std::path::Path;
use steps::{Run, Session};
use trace::{Body, Evidence, EvidenceError, Hash, Record, Seq};

/// Name of the evidence in a run directory.
pub(crate) const EVIDENCE: &str = "evidence.jsonl";

pub(crate) async fn verify(args: &args::Verify) -> Result<u8, Fault> {
    let path = args.dir.join(EVIDENCE);
    let evidence = Evidence::read(&path).map_err(|e| match e {
        EvidenceError::File { .. } => Fault::input(e),
        EvidenceError::Chain(_) => Fault::evidence(format!("{}: {e}", path.display())),
    })?;
    let (records, last) = (evidence.records, evidence.last);
    let ended = matches!(records.last().map(|r| &r.body), Some(Body::End { .. }));
    if ended && steps::first_version(&records).is_none() {
        return Err(Fault::nothing(steps::ReplayError::NothingJudged));
    }
    let result_path = args.dir.join(FILE_NAME);
    let stored = match (result_path.exists(), ended) {
        (true, _) => Some(ResultFile::read(&result_path).map_err(Fault::evidence)?),
        (false, true) => {
            let why = format!("{} is missing though the run came to its end", result_path.display());
            return Err(Fault::evidence(why));
        }
        (false, false) => None,
    };
    if let Some(stored) = &stored {
        same_evidence(stored, records.len() as u64, &last, &args.dir)?;
    }
    let suite = features::suite(None)?;
    let count = records.len();
    let replayed = steps::replay(records.clone(), suite).await.map_err(|e| match e {
        steps::ReplayError::NothingJudged => Fault::nothing(e),
        _ => Fault::evidence(e),
    })?;
    if replayed.incomplete {
        let reached = records.iter().filter(|r| matches!(r.body, Body::Verdict { .. })).count();
        let torn = if evidence.torn.is_some() { ", the last one torn" } else { "" };
        return Err(Fault::evidence(format!(
            "the evidence is incomplete: it ends at record {} of a run that did not end{torn}; its chain is valid and the {reached} verdict(s) up to there were reached again",
            count.saturating_sub(1)
        )));
    }
    let Some(stored) = stored else { return Err(Fault::internal("a complete run without a result")) };
    let version = steps::first_version(&records).unwrap_or(Version::V201);
    let evidence = EvidenceKept { records: count as u64, hash: last };
    let again = result_of(&replayed.session, version, &replayed.run, evidence);
    same_result(&stored, &again)?;
    say(&format!(
        "verified: {count} records, chain intact; {} verdict(s) reached again without the station",
        again.verdicts.len()
    ));
    print_result(&stored, &replayed.session.archetype, &records, &args.dir, args.format)?;
    Ok(stored.exit_code())
}

/// The evidence a result names is the evidence that is there.
fn same_evidence(stored: &ResultFile, records: u64, last: &Hash, dir: &Path) -> Result<(), Fault> {
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

/// The result says what the evidence says.
fn same_result(stored: &ResultFile, again: &ResultFile) -> Result<(), Fault> {
    let pairs = stored.verdicts.iter().zip(&again.verdicts).enumerate();
    if let Some((n, (was, is))) = pairs.into_iter().find(|(_, (a, b))| a != b) {
        return Err(Fault::evidence(format!(
            "verdict {n} of {} says {} on {}, the evidence says {} on {}",
            FILE_NAME, was.verdict, was.row, is.verdict, is.row
        )));
    }
    if stored.verdicts.len() != again.verdicts.len() {
        return Err(Fault::evidence(format!(
            "{} has {} verdicts, the evidence {}",
            FILE_NAME,
            stored.verdicts.len(),
            again.verdicts.len()
        )));
    }
    // Where the time went is not in the evidence, and what built the suite does not change a verdict; all else
    // must be what the evidence says.
    let comparable = |r: &ResultFile| {
        let mut value = serde_json::to_value(r).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            object.remove("timing");
            object.remove("suite");
        }
        value
    };
    let (was, is) = (comparable(stored), comparable(again));
    let fields = was.as_object().into_iter().flatten();
    match fields.into_iter().find(|(key, value)| is.get(key.as_str()) != Some(value)) {
        None => Ok(()),
        Some((field, _)) => {
            Err(Fault::evidence(format!("{field} in {FILE_NAME} is not what the evidence says")))
        }
    }
}

/// The result of a run.
pub(crate) fn result_of(
    session: &Session,
    version: Version,
    run: &Run,
    evidence: EvidenceKept,
) -> ResultFile {
    let commit = env!("DIAGMARK_COMMIT");
    ResultFile::new(Inputs {
        suite: SuiteUsed {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: (!commit.is_empty()).then(|| commit.to_owned()),
            features: session.suite.hash.clone(),
        },
        archetype: ArchetypeUsed::from(&*session.archetype),
        station: run.identity.clone(),
        ocpp_version: version,
        requested_level: session.options.level,
        partial: session.options.is_partial(),
        interrupted: run.interrupted,
        timing: Timing::new(run.timing.wall, run.timing.waiting_for_station, run.timing.mandated),
        evidence,
        observations: run.observations.clone(),
        declared_absent: session.declaration.answered(Answer::No).map(str::to_owned).collect(),
        stimulus_binding: session.options.binding.clone(),
        verdicts: run.verdicts.iter().map(VerdictLine::from).collect(),
        expected_failures: session.expected.clone(),
    })
}

/// Prints a result for people or for scripts.
pub(crate) fn print_result(
    result: &ResultFile,
    archetype: &Archetype,
    records: &[Record],
    dir: &Path,
    format: Format,
) -> Result<(), Fault> {
    let text = match format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(result).map_err(Fault::internal)?),
        Format::Text => report::report(
            result,
            &report::View {
                width: width(),
                color: std::io::stdout().is_terminal(),
                directory: Some(dir),
                archetype: Some(archetype),
                frame: &|n| raw_of(records, n),
            },
        ),
    };
    crate::print(&text);
    Ok(())
}

fn raw_of(records: &[Record], n: Seq) -> Option<String> {
    match &records.get(usize::try_from(n.0).ok()?)?.body {
        Body::Frame { raw, .. } => Some(raw.clone()),
        _ => None,
    }
}

/// Columns of the terminal, as it tells the shell; 100 where it does not.
pub(crate) fn width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).filter(|w| *w >= 60).unwrap_or(100)
}
