//! Failures in full, and warnings in short: what was expected, what was seen, and which records show it.

use super::View;
use super::style::{Ink, Page};
use crate::blocked::Blocked;
use crate::result::ResultFile;
use crate::words::{counted, obligation};
use judge::{Basis, Finding, Verdict, VerdictLine};
use spec::Place;
use spec::model::RowId;
use trace::Seq;

/// Failures shown in full; the rest get a line each.
const IN_FULL: usize = 20;
/// Warnings shown.
const MOST_WARNINGS: usize = 20;
/// Further findings of one scenario shown.
const MOST_FINDINGS: usize = 5;
/// Frames shown of each failure.
const MOST_FRAMES: usize = 2;
/// Margin of what belongs to a failure.
const MARGIN: usize = 6;

/// One defect as it shows at one place or at several.
struct Shown<'a> {
    first: &'a VerdictLine,
    elsewhere: Vec<Place>,
    evidence: Vec<Seq>,
}

impl<'a> Shown<'a> {
    /// Verdicts of one kind: rows in the order of the plan, what a row's scenarios found side by side, and what
    /// reads the same at several places once.
    fn all(of_kind: &[&'a VerdictLine]) -> Vec<Shown<'a>> {
        let mut rows: Vec<&RowId> = Vec::new();
        for v in of_kind {
            if !rows.contains(&&v.row) {
                rows.push(&v.row);
            }
        }
        rows.into_iter().flat_map(|row| Shown::of_row(of_kind.iter().filter(|v| v.row == *row))).collect()
    }

    fn of_row<'b>(verdicts: impl Iterator<Item = &'b &'a VerdictLine>) -> Vec<Shown<'a>>
    where
        'a: 'b,
    {
        let mut shown: Vec<Shown<'a>> = Vec::new();
        for v in verdicts.copied() {
            match shown.iter_mut().find(|s| alike(s.first, v)) {
                Some(known) => {
                    known.elsewhere.push(v.place());
                    known.evidence.extend(&v.evidence);
                }
                None => shown.push(Shown { first: v, elsewhere: Vec::new(), evidence: v.evidence.clone() }),
            }
        }
        for s in &mut shown {
            s.evidence.sort();
            s.evidence.dedup();
        }
        shown
    }
}

/// Whether two verdicts on one row differ only in the place.
fn alike(a: &VerdictLine, b: &VerdictLine) -> bool {
    let found = |v: &VerdictLine| v.also.iter().map(|f| (f.code, f.observed.clone())).collect::<Vec<_>>();
    a.scenario == b.scenario && a.code == b.code && a.observed == b.observed && found(a) == found(b)
}

/// Prints the failures, but for those that were expected.
pub(super) fn failures(page: &mut Page, view: &View<'_>, result: &ResultFile) {
    let verdicts = &result.verdicts;
    let expected = |n| result.expecting().is_some_and(|e| e.covers(n));
    let failed = verdicts.iter().enumerate().filter(|(n, v)| v.verdict == Verdict::Fail && !expected(*n));
    let shown = Shown::all(&failed.map(|(_, v)| v).collect::<Vec<_>>());
    if shown.is_empty() {
        return;
    }
    let blocks = Blocked::new(verdicts).counts();
    let mut last_row = None;
    for failure in shown.iter().take(IN_FULL) {
        page.gap();
        in_full(page, view, failure);
        let row = &failure.first.row;
        if let Some(count) = blocks.get(row).filter(|_| last_row != Some(row)) {
            let text = format!("{} (see Inconclusive)", counted(*count, "other verdict"));
            page.field(MARGIN, "blocks", &text);
        }
        evidence(page, view, failure);
        last_row = Some(row);
    }
    let (_, rest) = shown.split_at(shown.len().min(IN_FULL));
    if !rest.is_empty() {
        page.gap();
        page.line(&format!(
            "{}, in short; result.json has their details:",
            counted(rest.len(), "more failure")
        ));
    }
    for failure in rest {
        one_line(page, view, failure);
    }
}

fn heading(page: &mut Page, view: &View<'_>, ink: Ink, v: &VerdictLine) {
    let prefix = format!("{}  {}  ", page.paint(ink, v.verdict.as_str()), v.row);
    let indent = v.verdict.as_str().len() + 2 + v.row.0.len() + 2;
    page.hang(&prefix, indent, Ink::Bold, &subject(view, v));
}

/// What is judged: the row in its own words, and where.
pub(super) fn subject(view: &View<'_>, v: &VerdictLine) -> String {
    let text = row_title(view, v).unwrap_or(&v.title).trim_end_matches('.');
    let at = v.place();
    if at == Place::STATION || text.contains(&at.to_string()) {
        text.to_owned()
    } else {
        format!("{text} @ {at}")
    }
}

/// A behaviour row says in its title what is required; a scenario's title says only what it does.
fn row_title<'a>(view: &View<'a>, v: &VerdictLine) -> Option<&'a str> {
    view.archetype?.behaviour(&v.row).map(|b| b.title.as_str())
}

fn in_full(page: &mut Page, view: &View<'_>, failure: &Shown<'_>) {
    let v = failure.first;
    heading(page, view, Ink::Bad, v);
    if !failure.elsewhere.is_empty() {
        let places: Vec<String> = failure.elsewhere.iter().map(Place::to_string).collect();
        page.field(MARGIN, "also at", &places.join("; "));
    }
    page.field(MARGIN, "expected", v.expected.as_deref().unwrap_or("(not stated)"));
    page.field(MARGIN, "observed", v.observed.as_deref().unwrap_or("(not stated)"));
    if let Some(code) = v.code {
        page.field(MARGIN, "code", &format!("{code}: {}", code.description()));
    }
    further(page, v);
    if let Some(row) = view.archetype.and_then(|a| a.row(&v.row)) {
        page.field(MARGIN, "why", row.rationale());
    }
    page.field(MARGIN, "rests on", &rests_on(v));
    page.field(MARGIN, "scenario", &scenario(view, v));
}

fn rests_on(v: &VerdictLine) -> String {
    let cited = v.ocpp.join(", ");
    match v.basis {
        Basis::Ocpp if cited.is_empty() => "OCPP".to_owned(),
        Basis::Ocpp => format!("OCPP {cited}"),
        other => {
            let word = if other == Basis::Guideline { "the guideline" } else { "observation" };
            if cited.is_empty() { word.to_owned() } else { format!("{word}; see also OCPP {cited}") }
        }
    }
}

fn scenario(view: &View<'_>, v: &VerdictLine) -> String {
    let id = v.scenario.as_deref().unwrap_or("none");
    let level = format!("level {}, {}", v.level, obligation(v.obligation));
    match row_title(view, v) {
        Some(_) => format!("{id} \"{}\", {level}", v.title),
        None => format!("{id}, {level}"),
    }
}

/// Further findings of the same scenario, equal ones once.
fn further(page: &mut Page, v: &VerdictLine) {
    let mut distinct: Vec<(&Finding, usize)> = Vec::new();
    for f in &v.also {
        let same = |k: &Finding| k.code == f.code && k.expected == f.expected && k.observed == f.observed;
        match distinct.iter_mut().find(|(known, _)| same(known)) {
            Some((_, count)) => *count += 1,
            None => distinct.push((f, 1)),
        }
    }
    for (f, count) in distinct.iter().take(MOST_FINDINGS) {
        let times = if *count > 1 { format!(" ({count} times)") } else { String::new() };
        let records =
            if f.evidence.is_empty() { String::new() } else { format!(" [{}]", records(&f.evidence)) };
        let text = format!("{}: expected {}, observed {}{times}{records}", f.code, f.expected, f.observed);
        page.field(MARGIN, "and", &text);
    }
    if distinct.len() > MOST_FINDINGS {
        let more = counted(distinct.len() - MOST_FINDINGS, "more finding");
        page.field(MARGIN, "and", &format!("{more}, in result.json"));
    }
}

/// The record numbers, and the first frames among them.
fn evidence(page: &mut Page, view: &View<'_>, failure: &Shown<'_>) {
    page.field(MARGIN, "evidence", &records(&failure.evidence));
    let frames = failure.first.evidence.iter().filter_map(|n| Some((n, (view.frame)(*n)?)));
    for (n, raw) in frames.take(MOST_FRAMES) {
        page.cut_field(MARGIN, &n.to_string(), &raw);
    }
}

/// Record numbers, runs of them as a range.
fn records(all: &[Seq]) -> String {
    let mut ranges: Vec<(Seq, Seq)> = Vec::new();
    for n in all {
        match ranges.last_mut() {
            Some((_, last)) if last.0.checked_add(1) == Some(n.0) => *last = *n,
            _ => ranges.push((*n, *n)),
        }
    }
    let shown = ranges.iter().map(|(a, b)| match b.0 - a.0 {
        0 => a.to_string(),
        1 => format!("{a}, {b}"),
        _ => format!("{a} to {b}"),
    });
    let text = shown.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "none".to_owned() } else { text }
}

fn one_line(page: &mut Page, view: &View<'_>, failure: &Shown<'_>) {
    let v = failure.first;
    let more = match failure.elsewhere.len() {
        0 => String::new(),
        n => format!(" (and at {})", counted(n, "other place")),
    };
    let code = v.code.map_or("", judge::Code::as_str);
    let prefix = format!("{}  {}  ", page.paint(Ink::Bad, v.verdict.as_str()), v.row);
    let indent = v.verdict.as_str().len() + 2 + v.row.0.len() + 2;
    page.cut_line(&prefix, indent, &format!("{code}: {}{more}", subject(view, v)));
}

/// Prints the warnings.
pub(super) fn warnings(page: &mut Page, view: &View<'_>, verdicts: &[VerdictLine]) {
    let warned: Vec<&VerdictLine> = verdicts.iter().filter(|v| v.verdict == Verdict::Warn).collect();
    let shown = Shown::all(&warned);
    if shown.is_empty() {
        return;
    }
    let total = warned.len();
    page.gap();
    let heading = page.paint(Ink::Doubt, "Warnings");
    page.line(&format!("{heading}: {total} (they keep no level from being reached)"));
    for warning in shown.iter().take(MOST_WARNINGS) {
        let v = warning.first;
        let more = match warning.elsewhere.len() {
            0 => String::new(),
            n => format!(" (and at {})", counted(n, "other place")),
        };
        let indent = 2 + v.row.0.len() + 2;
        page.hang(&format!("  {}  ", v.row), indent, Ink::Plain, &format!("{}{more}", subject(view, v)));
        page.hang(&" ".repeat(indent), indent, Ink::Faint, &in_short(v));
    }
    let rest = shown.len().saturating_sub(MOST_WARNINGS);
    if rest > 0 {
        page.line(&format!("  {}, in result.json", counted(rest, "more warning")));
    }
}

/// A finding in one sentence.
pub(super) fn in_short(v: &VerdictLine) -> String {
    let code = v.code.map_or("", judge::Code::as_str);
    let expected = v.expected.as_deref().unwrap_or("(not stated)");
    let observed = v.observed.as_deref().unwrap_or("(not stated)");
    let also = match v.also.len() {
        0 => String::new(),
        n => format!("; {}", counted(n, "more finding")),
    };
    format!("{code}: expected {expected}, observed {observed}{also} [{}]", records(&v.evidence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_records_are_shown_as_ranges() {
        let of = |all: &[u64]| records(&all.iter().copied().map(Seq).collect::<Vec<_>>());
        assert_eq!(of(&[]), "none");
        assert_eq!(of(&[7]), "#7");
        assert_eq!(of(&[u64::MAX, 0]), "#18446744073709551615, #0");
        assert_eq!(of(&[7, 8, 10, 11, 12, 13, 40]), "#7, #8, #10 to #13, #40");
    }
}
