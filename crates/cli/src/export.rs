//! `diagmark export`: a run for the tools of others, or without what is secret or personal.

use crate::args::{self, TraceFormat};
use crate::bundle::{self, Bundle};
use crate::fault::Fault;
use crate::keys;
use crate::progress::say;
use crate::verify::EVIDENCE;
use crate::{redacted, views};
use report::certificate;
use report::result::FILE_NAME as RESULT;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use trace::redact::{Openings, Redaction, SCHEMA_VERSION, redact};
use trace::{hash_bytes, open_trace};

pub(crate) fn export(args: &args::Export) -> Result<u8, Fault> {
    match args.format {
        Some(TraceFormat::OpenOcppTrace) => frames(args),
        None => without_secrets(args),
    }
}

/// The frames of a run as a trace.
fn frames(args: &args::Export) -> Result<u8, Fault> {
    let evidence = bundle::evidence(&args.dir)?;
    let exported = open_trace::export(&evidence.records);
    match &args.out {
        Some(path) => keys::write(path, &exported.text, false)?,
        None => crate::print(&exported.text),
    }
    if !exported.left_out.is_empty() {
        let records: Vec<String> = exported.left_out.iter().map(ToString::to_string).collect();
        say(&format!("left out, because the format has no word for them: {}", records.join(", ")));
    }
    Ok(report::exit::CONFORMING)
}

/// A run without what is secret or personal.
fn without_secrets(args: &args::Export) -> Result<u8, Fault> {
    let out = args.out.clone().unwrap_or_else(|| beside(&args.dir, "-redacted"));
    if out.exists() {
        return Err(Fault::input(format!(
            "{} exists already: name another directory with --out",
            out.display()
        )));
    }
    let bundle = Bundle::read(&args.dir)?;
    if !bundle.evidence.redacted.is_empty() {
        return Err(Fault::input(format!("{} is redacted already: redact the original", args.dir.display())));
    }
    let Some(result) = bundle.result_bytes.as_deref() else {
        return Err(Fault::input("the run has no result: only a run that ended is redacted"));
    };
    let path = args.dir.join(EVIDENCE);
    let evidence = std::fs::read(&path).map_err(|e| Fault::input(format!("{}: {e}", path.display())))?;
    let (redacted, openings) = hide(&evidence, &bundle)?;
    let swept = redacted.sweep(&String::from_utf8_lossy(result));
    let result_now = swept.unwrap_or_else(|| String::from_utf8_lossy(result).into_owned());
    let redaction = Redaction {
        schema_version: SCHEMA_VERSION,
        evidence_hash: bundle.evidence.last.clone(),
        original_result: hash_bytes(result),
        redacted_result: hash_bytes(result_now.as_bytes()),
        redacted_evidence: hash_bytes(redacted.evidence.as_bytes()),
        hidden: redacted.hidden.clone(),
    };
    std::fs::create_dir_all(&out)
        .map_err(|e| Fault::input(format!("{} cannot be made: {e}", out.display())))?;
    views::put(&out.join(EVIDENCE), &redacted.evidence)?;
    views::put(&out.join(RESULT), &result_now)?;
    let signed = args.dir.join(certificate::FILE_NAME);
    if signed.exists() {
        let text = std::fs::read_to_string(&signed)
            .map_err(|e| Fault::input(format!("{}: {e}", signed.display())))?;
        views::put(&out.join(certificate::FILE_NAME), &text)?;
    }
    views::put(&out.join(redacted::FILE_NAME), &json(&redaction)?)?;
    let kept = beside(&out, "-openings.json");
    keys::write(&kept, &json(&openings)?, true)?;
    let made = Bundle::read(&out)?;
    let ending = views::ending(&made.evidence);
    views::write(
        &out,
        &views::Run {
            result: &made.result,
            archetype: &made.archetype,
            declaration: &made.declaration,
            records: &made.evidence.records,
            ending,
        },
    )?;
    crate::print(&list(&redaction, &out, &kept));
    Ok(report::exit::CONFORMING)
}

fn hide(evidence: &[u8], bundle: &Bundle) -> Result<(trace::redact::Redacted, Openings), Fault> {
    let seed = keys::chance()?;
    let mut count: u64 = 0;
    // One reading of chance is enough: the salts are hashes of it.
    let mut salt = || {
        count += 1;
        let hash = hash_bytes(&[seed.as_slice(), count.to_be_bytes().as_slice()].concat()).0;
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hash.as_bytes().chunks(2)).for_each(|(byte, hex)| {
            let hex = std::str::from_utf8(hex).unwrap_or("0");
            *byte = u8::from_str_radix(hex, 16).unwrap_or(0);
        });
        bytes
    };
    let mut redacted = redact(evidence, &mut salt).map_err(Fault::evidence)?;
    let openings = Openings {
        schema_version: SCHEMA_VERSION,
        evidence_hash: bundle.evidence.last.clone(),
        openings: std::mem::take(&mut redacted.openings),
    };
    Ok((redacted, openings))
}

/// What was hidden, for the person who is about to hand it over.
fn list(redaction: &Redaction, out: &Path, kept: &Path) -> String {
    let mut groups: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    for hidden in &redaction.hidden {
        let key = (hidden.category.as_str(), hidden.placeholder.clone());
        groups.entry(key).or_default().push(format!("{} {}", hidden.record, hidden.at));
    }
    let mut text = format!("{} text(s) hidden in {}\n", redaction.hidden.len(), out.display());
    for ((category, placeholder), places) in groups {
        let shown: Vec<&str> = places.iter().take(4).map(String::as_str).collect();
        let more = places.len().saturating_sub(4);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        text.push_str(&format!("  {category:<12} {placeholder}: {}{more}\n", shown.join(", ")));
    }
    text.push_str(&format!(
        "What stood there, with the salts of the commitments: {} (keep it; do not hand it over)\n",
        kept.display()
    ));
    text
}

fn json(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string_pretty(value).map(|t| format!("{t}\n")).map_err(Fault::internal)
}

/// `runs/x` → `runs/x-redacted`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let name = path.components().next_back().map(|c| c.as_os_str().to_owned()).unwrap_or_default();
    let mut name = name;
    name.push(suffix);
    path.with_file_name(name)
}
