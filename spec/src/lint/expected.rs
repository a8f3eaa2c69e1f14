//! A list of expected failures against its archetype.

use super::{LintCode, finding::nearest, locate::Collector};
use crate::{
    Archetype,
    model::{ExpectedFailure, ExpectedFailuresFile, RowId},
};

/// Every entry, judged by the archetypes it may be about; `whose` names them in messages.
pub(super) fn check(
    found: &mut Collector<'_>,
    file: &ExpectedFailuresFile,
    archetypes: &[Archetype],
    whose: &str,
) {
    let entries = &file.expected_failures;
    for (n, entry) in entries.iter().enumerate() {
        let at = |key: &str| format!("/expectedFailures/{n}/{key}");
        if archetypes.iter().all(|a| a.row(&entry.row).is_none()) {
            unknown_row(found, &at("row"), &entry.row, archetypes, whose);
        }
        texts(found, at, entry);
        if let Some(first) = entries.iter().take(n).position(|e| e.same_verdicts(entry)) {
            let (doc, span) = (found.doc, found.doc.span(&format!("/expectedFailures/{first}/row")));
            found
                .at(&at("row"), LintCode::DuplicateEntry, "these verdicts are expected to fail already")
                .help("keep one of the two entries, or narrow one with `evse`, `connector` or `scenario`")
                .note(&doc.source, span, "first here");
        }
    }
}

fn unknown_row(found: &mut Collector<'_>, at: &str, written: &RowId, archetypes: &[Archetype], whose: &str) {
    let rows = archetypes.iter().flat_map(|a| a.rows().map(|r| r.row().id().0.as_str()));
    let near = nearest(&written.0, rows);
    let finding = found.at(at, LintCode::UnknownRow, format!("there is no row `{written}` in {whose}"));
    if let Some(near) = near {
        finding.help(format!("did you mean `{near}`?"));
    }
}

fn texts(found: &mut Collector<'_>, at: impl Fn(&str) -> String, entry: &ExpectedFailure) {
    let texts = [
        ("reason", entry.reason.as_str(), "say why it fails, so that a reader can tell when it should not"),
        ("link", entry.link.as_str(), "give the URL or the ticket where it is followed up"),
        ("scenario", entry.scenario.as_deref().unwrap_or("-"), "name a scenario, as in DX-MON-012"),
    ];
    for (key, text, expected) in texts {
        if text.trim().is_empty() {
            found.at_key(&at(key), LintCode::EmptyText, format!("`{key}` is empty")).expected(expected);
        }
    }
}
