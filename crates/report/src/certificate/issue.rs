//! Making a certificate from a result, its evidence and a key.

use super::*;
use crate::keys::PrivateKey;
use crate::{ResultFile, level, words};
use judge::VerdictLine;
use ocpp::catalogue::TABLES;
use spec::{Archetype, Declaration};
use trace::{Record, hash_bytes};

/// Who certifies, and when.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// The laboratory.
    pub laboratory: String,
    /// Who carried out the test.
    pub tester: String,
    /// When it is signed.
    pub at: Timestamp,
}

/// A run, as far as a certificate speaks of it.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// Its result.
    pub result: &'a ResultFile,
    /// `result.json`, byte for byte.
    pub result_bytes: &'a [u8],
    /// The archetype.
    pub archetype: &'a Archetype,
    /// What was declared, or what stands for it.
    pub declaration: &'a Declaration,
    /// The evidence.
    pub records: &'a [Record],
}

/// Why a run gets no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCertificate {
    /// Scenarios were left out.
    #[error(
        "no certificate: the run is partial, so that it reaches no level; run it without --select and --impact"
    )]
    Partial,
    /// It was stopped.
    #[error("no certificate: the run was interrupted before its end")]
    Interrupted,
    /// It expects failures.
    #[error(
        "no certificate: the run expects failures, so that it reaches no level; run it without --expected-failures"
    )]
    ExpectsFailures,
    /// It does not conform.
    #[error("no certificate: the station does not conform to level {asked}{}", hint(.reached.as_ref()))]
    NotConforming {
        /// Level that was to be judged.
        asked: Level,
        /// Level that was reached.
        reached: Option<Level>,
    },
    /// The evidence is empty, or the certificate cannot be written as JSON.
    #[error("no certificate: {0}")]
    Unwritable(String),
}

fn hint(reached: Option<&Level>) -> String {
    reached.map_or_else(String::new, |l| {
        format!("; it reached level {l}, which a run with --level {l} certifies")
    })
}

/// Certifies a run that conforms.
///
/// # Errors
/// Why it gets no certificate.
pub fn issue(run: Run<'_>, issuer: &Issuer, key: &PrivateKey) -> Result<Certificate, NoCertificate> {
    let mut certificate = unsigned(run, issuer, key.public().fingerprint())?;
    let signature = certificate.signed_bytes().map(|bytes| Signed {
        algorithm: "Ed25519".to_owned(),
        public_key: key.public().to_base64(),
        value: key.sign(&bytes),
    });
    match signature {
        Some(_) => certificate.signature = signature,
        None => return Err(NoCertificate::Unwritable("it has no canonical form".to_owned())),
    }
    Ok(certificate)
}

/// Everything but the signature.
pub(super) fn unsigned(
    run: Run<'_>,
    issuer: &Issuer,
    key_fingerprint: String,
) -> Result<Certificate, NoCertificate> {
    let r = run.result;
    let reached = certifiable(r)?;
    let (Some(first), Some(last)) = (run.records.first(), run.records.last()) else {
        return Err(NoCertificate::Unwritable("the evidence is empty".to_owned()));
    };
    let question = |id: &String| {
        let asked = run.archetype.conditions.iter().find(|c| c.id == *id);
        Absent { condition: id.clone(), question: asked.map_or_else(String::new, |c| c.question.clone()) }
    };
    let source = run.declaration.source();
    let tables: String = TABLES.iter().map(|t| t.text).collect();
    Ok(Certificate {
        schema_version: SCHEMA_VERSION,
        statement: format!(
            "The station conforms to level {reached} ({}) of the archetype {}, edition {}, judged with OCPP {}.",
            reached.name(),
            r.archetype.id,
            r.archetype.edition,
            r.ocpp_version,
        ),
        laboratory: issuer.laboratory.clone(),
        tester: issuer.tester.clone(),
        issued: issuer.at,
        tested_from: first.t,
        tested_until: last.t,
        archetype: r.archetype.clone(),
        level: reached,
        levels: level::tallies(reached, &r.verdicts).iter().map(certified).collect(),
        ocpp: OcppJudged {
            version: r.ocpp_version,
            edition: run.declaration.ocpp().iter().find(|o| o.version == r.ocpp_version).map(|o| o.edition),
        },
        suite: r.suite.clone(),
        schemas: SchemaSet {
            name: "message catalogue of diagmark".to_owned(),
            hash: hash_bytes(tables.as_bytes()),
        },
        station: r.station.clone(),
        declaration: Declared {
            hash: source.map(|s| hash_bytes(s.text.as_bytes())),
            absent: r.declared_absent.iter().map(question).collect(),
        },
        stimulus: StimulusBound { binding: r.stimulus.binding.clone(), judged: by_stimulus(&r.verdicts) },
        summary: r.summary,
        warnings: distinct(r.verdicts.iter().filter(|v| v.verdict == Verdict::Warn)),
        not_judged: not_judged(&r.verdicts),
        records: r.evidence.records,
        evidence_hash: r.evidence.hash.clone(),
        result_hash: hash_bytes(run.result_bytes),
        key_fingerprint,
        signature: None,
    })
}

fn certifiable(r: &ResultFile) -> Result<Level, NoCertificate> {
    match r.level {
        _ if r.partial => Err(NoCertificate::Partial),
        _ if r.interrupted => Err(NoCertificate::Interrupted),
        _ if r.expecting().is_some() => Err(NoCertificate::ExpectsFailures),
        Some(level) if r.conforming && level == r.requested_level => Ok(level),
        reached => Err(NoCertificate::NotConforming { asked: r.requested_level, reached }),
    }
}

fn certified(tally: &level::LevelTally) -> LevelCertified {
    LevelCertified {
        level: tally.level,
        name: tally.level.name().to_owned(),
        meaning: words::meaning(tally.level).to_owned(),
        musts: tally.met as u64,
    }
}

fn by_stimulus(verdicts: &[VerdictLine]) -> Vec<JudgedBy> {
    let judged = |v: &&VerdictLine| matches!(v.verdict, Verdict::Pass | Verdict::Warn | Verdict::Fail);
    [Stimulus::None, Stimulus::Protocol, Stimulus::Hook, Stimulus::Operator, Stimulus::Passive]
        .into_iter()
        .filter_map(|stimulus| {
            let of_it = || verdicts.iter().filter(judged).filter(|v| v.stimulus == stimulus);
            let verdicts = of_it().count() as u64;
            let faults = of_it().filter(|v| v.row.kind() == Some('F')).count() as u64;
            (verdicts > 0).then_some(JudgedBy { stimulus, verdicts, faults })
        })
        .collect()
}

fn distinct<'a>(verdicts: impl Iterator<Item = &'a VerdictLine>) -> Vec<RowId> {
    let mut rows: Vec<RowId> = Vec::new();
    for v in verdicts {
        if !rows.contains(&v.row) {
            rows.push(v.row.clone());
        }
    }
    rows
}

/// What has no verdict on the station, by reason, in the order of first mention.
pub(crate) fn not_judged(verdicts: &[VerdictLine]) -> Vec<NotJudged> {
    let mut groups: Vec<NotJudged> = Vec::new();
    for v in verdicts {
        if matches!(v.verdict, Verdict::Pass | Verdict::Fail | Verdict::Warn) {
            continue;
        }
        let reason = v.reason.clone().unwrap_or_else(|| "no reason was recorded".to_owned());
        let same =
            |g: &&mut NotJudged| g.verdict == v.verdict && g.obligation == v.obligation && g.reason == reason;
        match groups.iter_mut().find(same) {
            Some(group) if group.rows.contains(&v.row) => {}
            Some(group) => group.rows.push(v.row.clone()),
            None => groups.push(NotJudged {
                verdict: v.verdict,
                obligation: v.obligation,
                reason,
                rows: vec![v.row.clone()],
            }),
        }
    }
    groups
}

impl Certificate {
    /// What its signature is over.
    pub(super) fn signed_bytes(&self) -> Option<Vec<u8>> {
        let unsigned = Certificate { signature: None, ..self.clone() };
        canonical::signed_bytes(SIGNED_AS, &serde_json::to_value(unsigned).ok()?)
    }

    /// As the text of a file.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).map(|t| format!("{t}\n")).unwrap_or_default()
    }
}
