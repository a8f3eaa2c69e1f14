//! What a list of expected failures came to.

use super::View;
use super::failures::subject;
use super::style::{Ink, Page};
use crate::Expected;
use crate::expected::{Matched, Unmatched};
use crate::result::ResultFile;
use crate::words::counted;
use judge::{Verdict, VerdictLine};

/// Lines shown of each part; `result.json` has all.
const MOST: usize = 40;

/// The first line of a run that expects failures: what is not as expected, then what is.
pub(super) fn headline(result: &ResultFile, expected: &Expected) -> String {
    let verdicts = expected.taken_as_met(&result.verdicts);
    let count = |is: fn(&VerdictLine) -> bool| verdicts.iter().filter(|v| is(v)).count();
    let failures = count(|v| v.verdict == Verdict::Fail);
    let open = count(|v| v.obligation == spec::model::Obligation::Must && is_open(v.verdict));
    let surprises = [
        (failures, counted(failures, "failure") + " not expected"),
        (expected.unexpected_passes.len(), passes(expected.unexpected_passes.len())),
        (expected.unmatched.len(), nothing(expected.unmatched.len())),
        // A partial run leaves musts open on purpose.
        (if result.partial { 0 } else { open }, counted(open, "must") + " not judged"),
    ];
    let surprises: Vec<String> =
        surprises.into_iter().filter(|(n, _)| *n > 0).map(|(_, what)| what).collect();
    let how = match (result.partial, result.interrupted) {
        (true, true) => "PARTIAL and INTERRUPTED, ",
        (true, false) => "PARTIAL, ",
        (false, true) => "INTERRUPTED, ",
        (false, false) => "",
    };
    let state = if result.is_as_expected(expected) { "AS EXPECTED" } else { "NOT AS EXPECTED" };
    let surprises = if surprises.is_empty() { String::new() } else { format!("{}; ", surprises.join(", ")) };
    let known = counted(expected.failures.len(), "expected failure");
    format!("{how}{state}: {surprises}{known}; not conforming")
}

fn is_open(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Inconclusive | Verdict::NotExercised | Verdict::Error)
}

fn passes(n: usize) -> String {
    if n == 1 { "1 unexpected pass".to_owned() } else { format!("{n} unexpected passes") }
}

fn nothing(n: usize) -> String {
    if n == 1 { "1 entry that matches nothing".to_owned() } else { format!("{n} entries that match nothing") }
}

/// Prints what the list came to: what has to be changed in it first.
pub(super) fn expected(page: &mut Page, view: &View<'_>, result: &ResultFile) {
    let Some(expected) = result.expecting() else { return };
    unmatched(page, &expected.unmatched);
    if !expected.unexpected_passes.is_empty() {
        let heading = "Unexpected passes";
        let help = "remove the entry, or narrow it to what still fails";
        title(page, Ink::Bad, heading, expected.unexpected_passes.len(), help);
        matched(page, view, result, &expected.unexpected_passes);
    }
    if !expected.failures.is_empty() {
        let help = format!("listed in {}; they never certify", expected.file);
        title(page, Ink::Doubt, "Expected failures", expected.failures.len(), &help);
        matched(page, view, result, &expected.failures);
    }
}

fn title(page: &mut Page, ink: Ink, heading: &str, count: usize, help: &str) {
    page.gap();
    let painted = page.paint(ink, heading);
    page.hang(&format!("{painted}: "), heading.len() + 2, Ink::Plain, &format!("{count} ({help})"));
}

/// Verdicts with what their entry says; those that read the same at several places once.
fn matched(page: &mut Page, view: &View<'_>, result: &ResultFile, all: &[Matched]) {
    let alike = |a: &Matched, b: &Matched| {
        (&a.row, &a.scenario, &a.reason, &a.link) == (&b.row, &b.scenario, &b.reason, &b.link)
    };
    let mut groups: Vec<(&Matched, usize)> = Vec::new();
    for m in all {
        match groups.iter_mut().find(|(first, _)| alike(first, m)) {
            Some((_, more)) => *more += 1,
            None => groups.push((m, 0)),
        }
    }
    for (m, more) in groups.iter().take(MOST) {
        let Some(v) = result.verdicts.get(m.verdict) else { continue };
        let more =
            if *more > 0 { format!(" (and at {})", counted(*more, "other place")) } else { String::new() };
        let scenario = m.scenario.as_deref().unwrap_or("no scenario");
        line(
            page,
            &m.row.0,
            &format!("{scenario}: {}{more}", subject(view, v)),
            &because(&m.reason, &m.link),
        );
    }
    rest(page, groups.len());
}

fn unmatched(page: &mut Page, all: &[Unmatched]) {
    if all.is_empty() {
        return;
    }
    title(page, Ink::Bad, "Entries that match nothing", all.len(), "remove or correct them");
    for Unmatched { entry, why } in all.iter().take(MOST) {
        let keys = [
            entry.evse.map(|n| format!("evse {n}")),
            entry.connector.map(|n| format!("connector {n}")),
            entry.scenario.as_ref().map(|id| format!("scenario {id}")),
        ];
        let keys: Vec<String> = keys.into_iter().flatten().collect();
        let keys = if keys.is_empty() { String::new() } else { format!("{}: ", keys.join(", ")) };
        line(page, &entry.row.0, &format!("{keys}{why}"), &because(&entry.reason, &entry.link));
    }
    rest(page, all.len());
}

fn because(reason: &str, link: &str) -> String {
    format!("{} [{link}]", reason.trim())
}

fn line(page: &mut Page, row: &str, what: &str, why: &str) {
    let indent = 2 + row.len() + 2;
    page.hang(&format!("  {row}  "), indent, Ink::Plain, what);
    page.hang(&" ".repeat(indent), indent, Ink::Faint, why);
}

fn rest(page: &mut Page, all: usize) {
    if all > MOST {
        page.line(&format!("  {} more, in result.json", all - MOST));
    }
}
