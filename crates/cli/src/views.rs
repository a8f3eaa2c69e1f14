//! The views of a run in its directory: `report.html`, `junit.xml`, `verdicts.csv`, `certificate.html`.

use crate::fault::Fault;
use report::certificate::{self, Certificate};
use report::page::{self, Ending};
use report::{ResultFile, junit, table};
use spec::{Archetype, Declaration};
use std::path::{Path, PathBuf};
use trace::{Body, Evidence, Record};

/// What views are made from.
pub(crate) struct Run<'a> {
    pub(crate) result: &'a ResultFile,
    pub(crate) archetype: &'a Archetype,
    pub(crate) declaration: &'a Declaration,
    pub(crate) records: &'a [Record],
    pub(crate) ending: Ending,
}

/// How evidence ends.
pub(crate) fn ending(evidence: &Evidence) -> Ending {
    match evidence.records.last().map(|r| &r.body) {
        Some(Body::End { .. }) if evidence.torn.is_none() => Ending::Whole,
        _ => Ending::BrokenOff { torn: evidence.torn.is_some() },
    }
}

/// Makes all views again and returns their paths.
pub(crate) fn write(dir: &Path, run: &Run<'_>) -> Result<Vec<PathBuf>, Fault> {
    let certificate = certificate(dir)?;
    let page = page::page(&page::Sources {
        result: run.result,
        archetype: run.archetype,
        declaration: run.declaration,
        records: run.records,
        certificate: certificate.as_ref(),
        ending: run.ending,
    });
    let mut files = vec![
        (page::FILE_NAME, page),
        (junit::FILE_NAME, junit::junit(run.result)),
        (table::FILE_NAME, table::table(run.result)),
    ];
    if let Some(printed) = certificate.as_ref().and_then(certificate::page) {
        files.push((certificate::PAGE_NAME, printed));
    }
    let mut written = Vec::new();
    for (name, text) in files {
        let path = dir.join(name);
        put(&path, &text)?;
        written.push(path);
    }
    Ok(written)
}

/// The certificate of a run, if it has one.
fn certificate(dir: &Path) -> Result<Option<Certificate>, Fault> {
    let path = dir.join(certificate::FILE_NAME);
    if !path.exists() {
        return Ok(None);
    }
    let text =
        std::fs::read_to_string(&path).map_err(|e| Fault::input(format!("{}: {e}", path.display())))?;
    let read = serde_json::from_str(&text);
    read.map(Some).map_err(|e| Fault::evidence(format!("{} is no certificate: {e}", path.display())))
}

/// Writes a file whole or not at all.
pub(crate) fn put(path: &Path, text: &str) -> Result<(), Fault> {
    report::put(path, text).map_err(|e| Fault::internal(format!("{} cannot be written: {e}", path.display())))
}
