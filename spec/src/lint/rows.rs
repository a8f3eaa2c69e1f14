//! What each row must say by itself: texts, citations, instance names, deadlines.

use super::{LintCode, locate::Collector};
use crate::{
    declaration::deadline_of,
    model::{ArchetypeFile, Obligation, Rig},
    rows::{RowRef, located, located_trends},
};

/// Checks a file row by row.
pub(super) fn check(found: &mut Collector<'_>, file: &ArchetypeFile) {
    for (at, text) in
        [("/id", &file.id), ("/title", &file.title), ("/version", &file.version), ("/summary", &file.summary)]
    {
        text_is_there(found, at.to_owned(), text);
    }
    for (i, condition) in file.conditions.iter().enumerate() {
        text_is_there(found, format!("/conditions/{i}/id"), &condition.id);
        text_is_there(found, format!("/conditions/{i}/question"), &condition.question);
    }
    for (at, row) in located(file) {
        text_is_there(found, format!("{at}/rationale"), row.row().rationale());
        citations(found, &at, row.row().ocpp());
        match row {
            RowRef::Component(c) => instance(found, &at, c.instance.as_deref()),
            RowRef::Variable(_, v) => instance(found, &at, v.instance.as_deref()),
            RowRef::Monitor(..) => {}
            RowRef::Behaviour(b) => text_is_there(found, format!("{at}/title"), &b.title),
            RowRef::Fault(f) => {
                for (key, text) in [("title", &f.title), ("shows", &f.shows), ("action", &f.action)] {
                    text_is_there(found, format!("{at}/{key}"), text);
                }
                if f.obligation == Obligation::Must && f.rig == Rig::Special {
                    found
                        .at(
                            &format!("{at}/obligation"),
                            LintCode::MustWithoutOrdinaryRig,
                            "a fault that takes a special rig cannot be a must",
                        )
                        .expected("expected should or may")
                        .help("or say `rig: ordinary`, if any laboratory can cause it");
                }
            }
        }
        deadlines(found, &at, row);
    }
    for (at, t) in located_trends(file) {
        let texts = [("title", &t.title), ("method", &t.method), ("sign", &t.sign), ("action", &t.action)];
        for (key, text) in texts.into_iter().chain([("rationale", &t.rationale)]) {
            text_is_there(found, format!("{at}/{key}"), text);
        }
        if t.watch.is_empty() {
            found
                .at(
                    &format!("{at}/watch"),
                    LintCode::TrendWithoutVariable,
                    "nothing is sampled for this trend",
                )
                .expected("name at least one variable row");
        }
    }
}

fn text_is_there(found: &mut Collector<'_>, at: String, text: &str) {
    if text.trim().is_empty() {
        let key = at.rsplit('/').next().unwrap_or_default();
        found
            .at_key(&at, LintCode::EmptyText, format!("`{key}` is empty"))
            .expected("write at least one word");
    }
}

fn citations(found: &mut Collector<'_>, at: &str, ids: &[String]) {
    for (i, id) in ids.iter().enumerate() {
        if !is_requirement_id(id) {
            found
                .at(
                    &format!("{at}/ocpp/{i}"),
                    LintCode::BadOcppId,
                    format!("`{id}` is not an OCPP requirement id"),
                )
                .expected("expected use case, FR and number, as in N04.FR.10");
        }
    }
}

/// Whether a text is written like `N04.FR.10`.
pub(crate) fn is_requirement_id(id: &str) -> bool {
    let digits = |s: &str, range: std::ops::RangeInclusive<usize>| {
        range.contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit())
    };
    match id.split('.').collect::<Vec<_>>().as_slice() {
        [case, "FR", number] => {
            case.starts_with(|c: char| c.is_ascii_uppercase())
                && case.get(1..).is_some_and(|n| digits(n, 2..=2))
                && digits(number, 2..=4)
        }
        _ => false,
    }
}

/// OCPP: identifierString, at most 50 characters.
fn instance(found: &mut Collector<'_>, at: &str, instance: Option<&str>) {
    let Some(name) = instance else { return };
    let at = format!("{at}/instance");
    let allowed = |c: char| c.is_ascii_alphanumeric() || "*-_=:+|@.".contains(c);
    if let Some(wrong) = name.chars().find(|c| !allowed(*c)) {
        found
            .at(&at, LintCode::BadInstanceName, format!("an instance name cannot have `{wrong}` in it"))
            .expected("expected letters, digits and * - _ = : + | @ .");
    } else if name.is_empty() || name.len() > 50 {
        found
            .at(&at, LintCode::BadInstanceName, format!("an instance name of {} characters", name.len()))
            .expected("expected 1 to 50 characters");
    }
}

fn deadlines(found: &mut Collector<'_>, at: &str, row: RowRef<'_>) {
    let must_be_seen = matches!(row, RowRef::Fault(f) if f.obligation == Obligation::Must);
    match deadline_of(row) {
        (Some(own), Some(max)) if own > max => {
            found
                .at(
                    &format!("{at}/deadline"),
                    LintCode::DeadlineAboveMax,
                    format!("the deadline {own} is longer than its limit"),
                )
                .expected(format!("expected at most `deadlineMax`, {max}"));
        }
        (None, Some(_)) => {
            found
                .at(
                    &format!("{at}/deadlineMax"),
                    LintCode::DeadlineMissing,
                    "a limit for a deadline that is not there",
                )
                .expected("write `deadline` as well");
        }
        (None, None) if must_be_seen => {
            found
                .at(
                    &format!("{at}/obligation"),
                    LintCode::DeadlineMissing,
                    "an event that must be seen needs a time within which it is seen",
                )
                .expected("write `deadline`, as in `deadline: 30s`");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_id_has_a_use_case_and_a_number() {
        for id in ["N04.FR.10", "A00.FR.201", "B11.FR.01"] {
            assert!(is_requirement_id(id), "{id}");
        }
        for id in ["N04", "N4.FR.10", "N04.FR.", "n04.FR.10", "N04.FR.10 ", "é4.FR.10", ""] {
            assert!(!is_requirement_id(id), "{id}");
        }
    }
}
