//! `diagmark verify`: the verdicts of a run again, from its evidence alone.

use crate::args::{self, Format};
use crate::fault::Fault;
use crate::progress::say;
use crate::redacted::{self, Redacted};
use crate::{bundle, compare, features};
use judge::VerdictLine;
use ocpp::Version;
use report::certificate;
use report::result::{ArchetypeUsed, EvidenceKept, FILE_NAME, SuiteUsed, Timing};
use report::trust::KeyList;
use report::{Inputs, ResultFile};
use spec::model::Answer;
use spec::{Archetype, Declaration};
use std::io::IsTerminal as _;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;
use steps::{Run, Session};
use trace::{Body, Evidence, Record, Seq};

/// Name of the evidence in a run directory.
pub(crate) const EVIDENCE: &str = "evidence.jsonl";

pub(crate) async fn verify(args: &args::Verify) -> Result<u8, Fault> {
    let keys = args.keys.as_deref().map(key_list).transpose()?;
    let v = repeat(&args.dir).await?;
    let signed = signature(&args.dir, keys.as_ref(), &v)?;
    say(&format!(
        "verified{}: {} records, chain intact; {}",
        if v.redacted.is_some() { " as redacted" } else { "" },
        v.evidence.records.len(),
        v.reached
    ));
    v.redacted.iter().flat_map(|r| r.remarks()).for_each(|remark| say(&remark));
    if let Some(remark) = unpublished(&v.archetype) {
        say(&remark);
    }
    say(&signed);
    print_result(&v.stored, &v.archetype, &v.evidence.records, &args.dir, args.format)?;
    Ok(v.stored.exit_code())
}

/// A run that was repeated from its evidence.
pub(crate) struct Verified {
    pub(crate) evidence: Evidence,
    pub(crate) stored: ResultFile,
    pub(crate) bytes: Vec<u8>,
    pub(crate) archetype: Rc<Archetype>,
    pub(crate) declaration: Rc<Declaration>,
    /// What was reached again, in words.
    pub(crate) reached: String,
    pub(crate) redacted: Option<Redacted>,
}

/// Repeats a run from its directory alone: chain, plan, verdicts, result.
pub(crate) async fn repeat(dir: &Path) -> Result<Verified, Fault> {
    let evidence = bundle::evidence(dir)?;
    let records = &evidence.records;
    let ended = matches!(records.last().map(|r| &r.body), Some(Body::End { .. }));
    if ended && steps::first_version(records).is_none() {
        return Err(Fault::nothing(steps::ReplayError::NothingJudged));
    }
    let result_path = dir.join(FILE_NAME);
    let stored = match (result_path.exists(), ended) {
        (true, _) => Some(ResultFile::read(&result_path).map_err(Fault::evidence)?),
        (false, true) => {
            let why = format!("{} is missing though the run came to its end", result_path.display());
            return Err(Fault::evidence(why));
        }
        (false, false) => None,
    };
    if let Some(stored) = &stored {
        compare::same_evidence(stored, records.len() as u64, &evidence.last, dir)?;
    }
    if !evidence.redacted.is_empty() || dir.join(redacted::FILE_NAME).exists() {
        let Some(stored) = stored else {
            return Err(Fault::evidence("the evidence is redacted and breaks off: verify the original"));
        };
        return redacted::repeat(dir, evidence, stored).await;
    }
    let suite = features::suite(None)?;
    let session = steps::session_of(records, suite.clone()).map_err(|e| compare::not_repeated(e, records))?;
    let version =
        steps::first_version(records).ok_or_else(|| Fault::nothing(steps::ReplayError::NothingJudged))?;
    if matches!(records.last().map(|r| &r.body), Some(Body::End { why }) if why == "complete") {
        compare::whole_plan(&session.plan(version).map_err(Fault::evidence)?, records)?;
    }
    let replayed =
        steps::replay(records.clone(), suite).await.map_err(|e| compare::not_repeated(e, records))?;
    if replayed.incomplete {
        return Err(Fault::evidence(incomplete(&evidence)));
    }
    let Some(stored) = stored else { return Err(Fault::internal("a complete run without a result")) };
    let kept = EvidenceKept { records: records.len() as u64, hash: evidence.last.clone() };
    let again = result_of(&replayed.session, version, &replayed.run, kept, records);
    compare::same_archetype(&stored, &again, records)?;
    let bytes = std::fs::read(&result_path).map_err(Fault::evidence)?;
    compare::same_result(&stored, &bytes, &again)?;
    let reached = format!("{} verdict(s) reached again without the station", again.verdicts.len());
    let (archetype, declaration) = (replayed.session.archetype, replayed.session.declaration);
    Ok(Verified { evidence, stored, bytes, archetype, declaration, reached, redacted: None })
}

/// What is said of evidence that breaks off.
fn incomplete(evidence: &Evidence) -> String {
    let records = &evidence.records;
    let reached = records.iter().filter(|r| matches!(r.body, Body::Verdict { .. })).count();
    let torn = if evidence.torn.is_some() { ", the next one torn" } else { "" };
    format!(
        "the evidence is incomplete: it ends at record {} of a run that did not end{torn}; its chain is valid and the {reached} verdict(s) up to there were reached again",
        records.len().saturating_sub(1)
    )
}

fn key_list(path: &Path) -> Result<KeyList, Fault> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Fault::input(format!("--keys {} cannot be read: {e}", path.display())))?;
    KeyList::parse(&text).map_err(|e| Fault::input(format!("--keys {}: {e}", path.display())))
}

/// What is to be said of the signature, if it is good.
fn signature(dir: &Path, keys: Option<&KeyList>, v: &Verified) -> Result<String, Fault> {
    let path = dir.join(certificate::FILE_NAME);
    if !path.exists() {
        return match keys {
            None => Ok("not signed: there is no certificate".to_owned()),
            Some(_) => Err(Fault::evidence(format!(
                "{} is missing: the result carries no signature, and nobody certifies it",
                path.display()
            ))),
        };
    }
    let at = path.display();
    let text = std::fs::read_to_string(&path).map_err(|e| Fault::evidence(format!("{at}: {e}")))?;
    let run = certificate::Run {
        result: &v.stored,
        result_bytes: &v.bytes,
        archetype: &v.archetype,
        declaration: &v.declaration,
        records: &v.evidence.records,
    };
    // Of a redacted run the result may have changed; what stands for all of it is the hash of the evidence.
    let whole = v.redacted.is_none().then_some(run);
    let checked =
        certificate::check(&text, keys, whole).map_err(|e| Fault::evidence(format!("{at}: {e}")))?;
    let c = checked.certificate;
    if c.evidence_hash != v.evidence.last {
        return Err(Fault::evidence(format!("{at}: it is the certificate of other evidence")));
    }
    Ok(match checked.signer {
        Some(name) => format!("certified by {}: signed with the trusted key of {name}", c.laboratory),
        None => format!(
            "signed in the name of {} with the key {}, which nobody vouches for here: say whom you trust with --keys",
            c.laboratory, c.key_fingerprint
        ),
    })
}

/// A remark on an archetype that claims to be a published one and is not.
fn unpublished(recorded: &Archetype) -> Option<String> {
    let published = Archetype::load(&recorded.id).ok()?;
    (published.hash != recorded.hash).then(|| {
        format!(
            "note: the archetype of this run calls itself {} {}, but is not the file this suite publishes under that name",
            recorded.id, recorded.version
        )
    })
}

/// The result of a run, all of it from the evidence and what was judged on it.
pub(crate) fn result_of(
    session: &Session,
    version: Version,
    run: &Run,
    evidence: EvidenceKept,
    records: &[Record],
) -> ResultFile {
    let verdicts = run.verdicts.iter().map(VerdictLine::from).collect();
    result_with(session, version, (run, verdicts), evidence, records)
}

/// The result of a run with these verdicts.
pub(crate) fn result_with(
    session: &Session,
    version: Version,
    (run, verdicts): (&Run, Vec<VerdictLine>),
    evidence: EvidenceKept,
    records: &[Record],
) -> ResultFile {
    let account = records.iter().rev().find_map(|r| match &r.body {
        Body::Account { commit, waiting_for_station_ms, mandated_ms } => {
            let ms = Duration::from_millis;
            Some((commit.clone(), ms(*waiting_for_station_ms), ms(*mandated_ms)))
        }
        _ => None,
    });
    let (commit, waiting, mandated) = account.unwrap_or_default();
    let wall = match (records.first(), records.last()) {
        (Some(a), Some(b)) => b.t.duration_since(a.t).unsigned_abs(),
        _ => Duration::ZERO,
    };
    let recorded_by = records.iter().find_map(|r| match &r.body {
        Body::Run { suite, .. } => Some(suite.clone()),
        _ => None,
    });
    ResultFile::new(Inputs {
        suite: SuiteUsed {
            version: recorded_by.unwrap_or_default(),
            commit,
            features: session.suite.hash.clone(),
        },
        archetype: ArchetypeUsed::from(&*session.archetype),
        station: run.identity.clone(),
        ocpp_version: version,
        requested_level: session.options.level,
        partial: session.options.is_partial(),
        interrupted: run.interrupted,
        timing: Timing::new(wall, waiting, mandated),
        evidence,
        observations: run.observations.clone(),
        declared_absent: session.declaration.answered(Answer::No).map(str::to_owned).collect(),
        stimulus_binding: session.options.binding.clone(),
        verdicts,
        expected_failures: session.expected.clone(),
    })
    .secured(report::SecurityUsed::of(records))
    .with_rig(session.options.rig.clone())
}

/// What a run says of itself that follows from no other record.
pub(crate) fn account(run: &Run) -> Body {
    let commit = env!("DIAGMARK_COMMIT");
    let ms = |d: Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX);
    Body::Account {
        commit: (!commit.is_empty()).then(|| commit.to_owned()),
        waiting_for_station_ms: ms(run.timing.waiting_for_station),
        mandated_ms: ms(run.timing.mandated),
    }
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
        Body::Frame { raw, .. } => Some(raw.as_str().to_owned()),
        _ => None,
    }
}

/// Columns of the terminal, as it tells the shell; 100 where it does not.
pub(crate) fn width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).filter(|w| *w >= 60).unwrap_or(100)
}
