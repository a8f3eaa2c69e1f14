//! Lint: every mistake of a file that people write, at its line, with the way out.
//!
//! Two stages. First the shape: the YAML tree is walked along the JSON Schema of the model. Only a file of the
//! right shape is then read into types and judged by the rules, which know a mistake by its JSON pointer; the
//! tree turns the pointer into bytes.

mod chain;
mod code;
mod declaration;
mod expected;
mod finding;
mod locate;
mod monitors;
mod names;
mod paths;
mod polarity;
mod read;
mod references;
mod render;
mod rows;
mod severities;
mod siblings;
mod structure;
mod thresholds;
mod tiers;
mod together;
mod tree;
mod vocabulary;

pub use chain::{Resolve, beside};
pub use code::LintCode;
pub use finding::{Finding, LintReport, LintSeverity, Note, nearest};
pub use paths::{FileKind, kind_of, lint_paths};
pub use render::Style;

pub(crate) use chain::{Chain, nearest_embedded};
pub(crate) use read::read;
pub(crate) use rows::is_requirement_id;

use crate::{
    Archetype, LoadError, Source,
    model::{DeclarationFile, ExpectedFailuresFile},
    schema,
};
use locate::Collector;

/// Lints an archetype. What it extends is read too, but only the archetype's own rows are judged.
pub fn lint_archetype(source: Source, resolve: Resolve<'_>) -> LintReport {
    lint_chain(Chain::follow(source, resolve)).1
}

/// Judges the last file of a chain, and hands the chain back.
pub(crate) fn lint_chain(mut chain: Chain) -> (Chain, LintReport) {
    let complete = chain.is_complete();
    let mut findings = std::mem::take(&mut chain.findings);
    // An own file that cannot be read ends the chain at once: what is last here is the file asked about.
    if let Some((own, extended)) = chain.files.split_last() {
        let mut found = Collector::new(&own.doc);
        references::ids(&mut found, own, extended);
        if complete {
            references::check(&mut found, own, extended);
        }
        rows::check(&mut found, &own.file);
        monitors::check(&mut found, own, extended);
        thresholds::check(&mut found, &own.file);
        severities::check(&mut found, &own.file);
        together::check(&mut found, own, extended);
        polarity::check(&mut found, own, extended);
        tiers::check(&mut found, &own.file);
        vocabulary::check(&mut found, &own.file);
        findings.append(&mut found.findings);
    }
    let report = LintReport::new(findings, chain.sources.clone());
    (chain, report)
}

/// Lints a declaration against the archetype it names.
pub fn lint_declaration(source: Source, resolve: Resolve<'_>) -> LintReport {
    let read = match read::<DeclarationFile>(&source, schema::declaration()) {
        Ok(read) => read,
        Err(findings) => return LintReport::new(findings, vec![source]),
    };
    let mut found = Collector::new(&read.doc);
    let Some(archetype) = resolve(&read.file.archetype) else {
        declaration::unknown_archetype(&mut found, &read.file.archetype);
        return LintReport::new(found.findings, vec![source]);
    };
    match archetype_of(archetype, resolve) {
        Ok(archetype) => declaration::check(&mut found, &read.file, &archetype),
        Err(LoadError::Lint(report)) => return report.merge(LintReport::new(found.findings, vec![source])),
        Err(_) => declaration::unknown_archetype(&mut found, &read.file.archetype),
    }
    LintReport::new(found.findings, vec![source])
}

/// Lints a declaration against an archetype at hand.
pub(crate) fn lint_declaration_against(source: Source, archetype: &Archetype) -> LintReport {
    match read::<DeclarationFile>(&source, schema::declaration()) {
        Err(findings) => LintReport::new(findings, vec![source]),
        Ok(read) => {
            let mut found = Collector::new(&read.doc);
            declaration::check(&mut found, &read.file, archetype);
            LintReport::new(found.findings, vec![source])
        }
    }
}

/// Lints a file of expected failures against the archetype it names, or against the embedded ones.
pub fn lint_expected_failures(source: Source, resolve: Resolve<'_>) -> LintReport {
    let read = match read::<ExpectedFailuresFile>(&source, schema::expected_failures()) {
        Ok(read) => read,
        Err(findings) => return LintReport::new(findings, vec![source]),
    };
    let mut found = Collector::new(&read.doc);
    let archetypes = match &read.file.archetype {
        None => crate::embedded_ids().iter().filter_map(|id| Archetype::load(id).ok()).collect(),
        Some(id) => match resolve(id).map(|s| archetype_of(s, resolve)) {
            Some(Ok(archetype)) => vec![archetype],
            Some(Err(LoadError::Lint(report))) => {
                return report.merge(LintReport::new(found.findings, vec![source]));
            }
            Some(Err(_)) | None => {
                declaration::unknown_archetype(&mut found, id);
                return LintReport::new(found.findings, vec![source]);
            }
        },
    };
    let whose =
        read.file.archetype.as_ref().map_or("any embedded archetype".to_owned(), |id| format!("`{id}`"));
    expected::check(&mut found, &read.file, &archetypes, &whose);
    LintReport::new(found.findings, vec![source])
}

/// Lints a file of expected failures against an archetype at hand.
pub(crate) fn lint_expected_failures_against(source: Source, archetype: &Archetype) -> LintReport {
    match read::<ExpectedFailuresFile>(&source, schema::expected_failures()) {
        Err(findings) => LintReport::new(findings, vec![source]),
        Ok(read) => {
            let mut found = Collector::new(&read.doc);
            let whose = format!("`{}`", archetype.id);
            expected::check(&mut found, &read.file, std::slice::from_ref(archetype), &whose);
            LintReport::new(found.findings, vec![source])
        }
    }
}

fn archetype_of(source: Source, resolve: Resolve<'_>) -> Result<Archetype, LoadError> {
    let mut chain = Chain::follow(source, resolve);
    let problems = LintReport::new(std::mem::take(&mut chain.findings), chain.sources.clone());
    Archetype::from_chain(chain, problems)
}
