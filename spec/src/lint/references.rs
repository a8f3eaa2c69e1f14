//! Ids and what refers to them: rows, conditions, topology.

use super::{LintCode, locate::Collector, read::Read};
use crate::{
    model::{ArchetypeFile, RowId, Topology},
    rows::{RowRef, located, located_trends},
};
use ocpp::device::same;
use std::{collections::BTreeMap, ops::Range};

type File = Read<ArchetypeFile>;

/// Shape and uniqueness of ids; needs no extended file, but looks into those there are.
pub(super) fn ids(found: &mut Collector<'_>, own: &File, extended: &[File]) {
    let mut first: BTreeMap<&str, (&File, Range<usize>)> = BTreeMap::new();
    for file in extended.iter().chain([own]) {
        let conditions = (0..)
            .zip(&file.file.conditions)
            .map(|(i, c): (usize, _)| (format!("/conditions/{i}"), "condition", c.id.as_str()));
        let rows = located(&file.file).into_iter().map(|(at, r)| (at, r.kind(), r.row().id().0.as_str()));
        let trends = located_trends(&file.file).map(|(at, t)| (at, "trend", t.id.0.as_str()));
        for (at, kind, id) in conditions.chain(rows).chain(trends) {
            let at = format!("{at}/id");
            match first.get(id) {
                None => {
                    first.insert(id, (file, file.doc.span(&at)));
                }
                Some((other, span)) if std::ptr::eq(file, own) => {
                    found
                        .at(&at, LintCode::DuplicateId, format!("`{id}` is used twice"))
                        .expected(format!("give this {kind} an id of its own"))
                        .note(&other.doc.source, span.clone(), "first used here");
                }
                // Of a file that is only extended, the second use is found when it is linted itself.
                Some(_) => {}
            }
        }
    }
    for (at, row) in located(&own.file) {
        own_letter(found, &at, row.row().id(), row.letter(), row.kind());
    }
    for (at, trend) in located_trends(&own.file) {
        own_letter(found, &at, &trend.id, 'T', "trend");
    }
    if let Some(layout) = &own.file.topology {
        topology(found, layout);
    }
    duplicate_variables(found, own, extended);
}

/// The letter of an id is that of its kind of row.
fn own_letter(found: &mut Collector<'_>, at: &str, id: &RowId, letter: char, kind: &str) {
    if id.kind().is_some_and(|written| written != letter) {
        found
            .at(&format!("{at}/id"), LintCode::BadRowId, format!("`{id}` is not the id of a {kind}"))
            .expected(format!("expected {letter} and four digits"));
    }
}

/// A topology has EVSEs, and each EVSE connectors.
pub(super) fn topology(found: &mut Collector<'_>, topology: &Topology) {
    if topology.evses.is_empty() {
        found
            .at("/topology/evses", LintCode::EmptyTopology, "the topology has no EVSE")
            .expected("expected at least `- connectors: 1`");
    }
    for (i, evse) in topology.evses.iter().enumerate() {
        if evse.connectors == 0 {
            let at = format!("/topology/evses/{i}/connectors");
            found
                .at(&at, LintCode::EmptyTopology, "an EVSE without connectors")
                .expected("expected 1 or more");
        }
    }
}

/// What the rows of a file refer to, in itself and in what it extends.
pub(super) fn check(found: &mut Collector<'_>, own: &File, extended: &[File]) {
    let files = || extended.iter().chain([own]).map(|f| &f.file);
    let conditions: Vec<&str> = files().flat_map(|f| &f.conditions).map(|c| c.id.as_str()).collect();
    let kinds: BTreeMap<&RowId, RowRef<'_>> =
        files().flat_map(located).map(|(_, row)| (row.row().id(), row)).collect();
    for (at, row) in located(&own.file) {
        known_condition(found, &at, row.row().when(), &conditions);
        match row {
            RowRef::Variable(_, v) => refer(found, &at, "readWith", &v.read_with, &kinds, None),
            RowRef::Behaviour(b) => refer(found, &at, "requires", &b.requires, &kinds, None),
            RowRef::Fault(f) => refer(found, &at, "monitors", &f.monitors, &kinds, Some(('M', "monitor"))),
            RowRef::Component(_) | RowRef::Monitor(..) => {}
        }
    }
    for (at, trend) in located_trends(&own.file) {
        known_condition(found, &at, trend.when.as_deref(), &conditions);
        refer(found, &at, "watch", &trend.watch, &kinds, Some(('V', "variable")));
        refer(found, &at, "against", &trend.against, &kinds, Some(('V', "variable")));
        refer(found, &at, "leadsTo", &trend.leads_to, &kinds, Some(('F', "fault")));
    }
}

/// Rows named under a key exist and, where only one kind of row makes sense, are of that kind.
fn refer(
    found: &mut Collector<'_>,
    at: &str,
    key: &str,
    ids: &[RowId],
    rows: &BTreeMap<&RowId, RowRef<'_>>,
    only: Option<(char, &str)>,
) {
    for (i, id) in ids.iter().enumerate() {
        if found.is_full() {
            return;
        }
        let at = format!("{at}/{key}/{i}");
        match (rows.get(id), only) {
            (None, _) => {
                let letter = id.0.get(..1).unwrap_or_default();
                let alike = rows.keys().map(|k| k.0.as_str()).filter(|k| k.starts_with(letter));
                found
                    .at(&at, LintCode::DanglingReference, format!("there is no row `{id}`"))
                    .did_you_mean(&id.0, alike);
            }
            (Some(target), Some((letter, kind))) if target.letter() != letter => {
                found
                    .at(&at, LintCode::DanglingReference, format!("`{id}` is a {}", target.kind()))
                    .expected(format!("expected the id of a {kind}, {letter} and four digits"));
            }
            _ => {}
        }
    }
}

fn known_condition(found: &mut Collector<'_>, at: &str, when: Option<&str>, known: &[&str]) {
    if let Some(when) = when
        && !known.contains(&when)
    {
        unknown_condition(found, &format!("{at}/when"), when, known);
    }
}

/// A condition that the archetype does not have.
pub(super) fn unknown_condition(found: &mut Collector<'_>, at: &str, written: &str, known: &[&str]) {
    let finding = found.at(at, LintCode::UnknownCondition, format!("there is no condition `{written}`"));
    finding.expected(one_of_conditions(known)).did_you_mean(written, known.iter().copied());
}

/// What a condition can be, short enough to stand beside it.
pub(super) fn one_of_conditions(known: &[&str]) -> String {
    match known {
        [] => "the archetype has no conditions".to_owned(),
        [only] => format!("expected {only}"),
        _ if known.len() <= 8 => format!("expected one of {}", known.join(", ")),
        _ => format!("expected one of the archetype's {} conditions", known.len()),
    }
}

/// The same variable at the same place twice, unless for different protocol versions.
fn duplicate_variables(found: &mut Collector<'_>, own: &File, extended: &[File]) {
    let same_instance = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (a, b) => a == b,
    };
    let mut seen: Vec<(&File, String, RowRef<'_>)> = Vec::new();
    for file in extended.iter().chain([own]) {
        for (at, row) in located(&file.file) {
            let RowRef::Variable(c, v) = row else { continue };
            let twin = seen.iter().find(|(_, _, other)| {
                let RowRef::Variable(oc, ov) = other else { return false };
                let apart = !v.versions.is_empty()
                    && !ov.versions.is_empty()
                    && v.versions.iter().all(|x| !ov.versions.contains(x));
                same(&c.component, &oc.component)
                    && same_instance(&c.instance, &oc.instance)
                    && c.at == oc.at
                    && same(&v.variable, &ov.variable)
                    && same_instance(&v.instance, &ov.instance)
                    && !apart
            });
            if let (Some((other, first, _)), true) = (twin, std::ptr::eq(file, own)) {
                let message =
                    format!("`{}.{}` is described twice at the same place", c.component, v.variable);
                let span = other.doc.span(&format!("{first}/variable"));
                found.at(&format!("{at}/variable"), LintCode::DuplicateVariable, message).note(
                    &other.doc.source,
                    span,
                    "first described here",
                );
            }
            seen.push((file, at, row));
        }
    }
}
