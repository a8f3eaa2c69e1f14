//! The report of a run on a terminal: what it came to first, then what a laboratory or a firmware engineer acts
//! on, then where the rest is.

mod coverage;
mod expected;
mod failures;
mod gap;
mod groups;
mod own;
mod style;

pub use coverage::coverage;
pub use gap::gap;

use crate::level::{LevelTally, tallies};
use crate::result::{ResultFile, StationSeen};
use crate::words::counted;
use judge::Verdict;
use spec::Archetype;
use spec::model::{Level, RowId};
use std::collections::BTreeSet;
use std::path::Path;
pub(crate) use style::Ink;
use style::Page;
use trace::Seq;

/// How a report is shown, and what it may look up.
pub struct View<'a> {
    /// Columns of the terminal; fewer than 40 count as 40.
    pub width: usize,
    /// Whether ANSI colours are used.
    pub color: bool,
    /// The run directory, if the run is kept.
    pub directory: Option<&'a Path>,
    /// The archetype, for the titles and the rationale of its rows.
    pub archetype: Option<&'a Archetype>,
    /// The text of a frame by its record number; `None` for a record that is no frame. It is shown in one line,
    /// made safe to print and cut to the width.
    pub frame: &'a dyn Fn(Seq) -> Option<String>,
}

/// The report, every line ended. No line is wider than the terminal but the two that are there to be copied.
pub fn report(result: &ResultFile, view: &View<'_>) -> String {
    let mut page = Page::new(view.width, view.color);
    head(&mut page, result);
    failures::failures(&mut page, view, result);
    expected::expected(&mut page, view, result);
    let errors = groups::by_reason(&result.verdicts, Verdict::Error);
    groups::print(&mut page, Ink::Bad, "Errors of Diagmark itself, please report them", &errors);
    let open = groups::inconclusive(&result.verdicts);
    groups::print(&mut page, Ink::Doubt, "Inconclusive", &open);
    let left = groups::by_reason(&result.verdicts, Verdict::NotExercised);
    groups::print(&mut page, Ink::Doubt, "Not exercised", &left);
    failures::warnings(&mut page, view, &result.verdicts);
    own::own(&mut page, result);
    observations(&mut page, result);
    foot(&mut page, result, view);
    page.finish()
}

/// The verdict on the station, what was judged against what, and the counts.
fn head(page: &mut Page, result: &ResultFile) {
    let (ink, text) = headline(result);
    page.hang("", 0, ink, &text);
    if let Some(hint) = hint(result) {
        page.hang("", 0, Ink::Plain, hint);
    }
    page.gap();
    let a = &result.archetype;
    page.field(0, "Archetype", &format!("{} {}, edition {}", a.id, a.version, a.edition));
    page.field(0, "Station", &station(&result.station));
    page.field(0, "OCPP", result.ocpp_version.as_str());
    if let Some(security) = &result.security {
        page.field(0, "Security", &security.in_words());
    }
    let commit = result.suite.commit.as_ref().map_or(String::new(), |c| format!(", commit {c}"));
    page.field(0, "Suite", &format!("diagmark {}{commit}", result.suite.version));
    page.field(0, "Stimuli", &result.stimulus.in_words());
    for tally in tallies(result.requested_level, &result.verdicts) {
        page.field(0, &format!("Level {}", tally.level), &standing(result, &tally));
    }
    let counts =
        Verdict::ALL.map(|v| format!("{} {}", result.summary.count(v), v.as_str().replace('-', " ")));
    page.field(0, "Verdicts", &counts.join(", "));
    if !result.declared_absent.is_empty() {
        page.field(0, "Without", &format!("{} (as declared)", result.declared_absent.join(", ")));
    }
}

pub(crate) fn headline(result: &ResultFile) -> (Ink, String) {
    let named = |l: Level| format!("level {l} ({})", l.name());
    let failed = failed(result);
    if result.nothing_judged() {
        let by = if result.own.is_empty() { "" } else { " of the suite" };
        return (Ink::Doubt, format!("NOTHING JUDGED: no verdict{by} says anything about the station"));
    }
    if let Some(expected) = result.expecting() {
        let ink = if result.is_as_expected(expected) { Ink::Doubt } else { Ink::Bad };
        return (ink, expected::headline(result, expected));
    }
    match (result.partial, result.interrupted) {
        (true, true) => (Ink::Bad, format!("PARTIAL and INTERRUPTED: never conforming, no level{failed}")),
        (true, false) => (Ink::Doubt, format!("PARTIAL: never conforming, no level{failed}")),
        (false, true) => (Ink::Bad, format!("INTERRUPTED: not conforming, no level{failed}")),
        (false, false) if result.conforming => {
            (Ink::Good, format!("CONFORMING to {}", named(result.requested_level)))
        }
        (false, false) => {
            let reached =
                result.level.map_or("no level reached".to_owned(), |l| format!("{} reached", named(l)));
            (Ink::Bad, format!("NOT CONFORMING to {}: {reached}{failed}", named(result.requested_level)))
        }
    }
}

/// What to do about a run that certifies nothing whatever its verdicts.
fn hint(result: &ResultFile) -> Option<&'static str> {
    if result.interrupted {
        return Some("The run was stopped before its end: run it again to certify.");
    }
    if result.partial {
        return Some("Scenarios were left out on purpose: run without --select and --impact to certify.");
    }
    result
        .expecting()
        .map(|_| "What is expected to fail certifies nothing: run without --expected-failures to certify.")
}

fn station(s: &StationSeen) -> String {
    let parts = [
        s.vendor.clone().unwrap_or_else(|| "vendor not stated".to_owned()),
        s.model.clone().unwrap_or_else(|| "model not stated".to_owned()),
        s.serial.as_ref().map_or("no serial number stated".to_owned(), |s| format!("serial number {s}")),
        s.firmware.as_ref().map_or("no firmware version stated".to_owned(), |f| format!("firmware {f}")),
    ];
    if *s == StationSeen::default() {
        return "unknown: it sent no BootNotification".to_owned();
    }
    parts.join(", ")
}

/// How a level stands: `Inventory: not met (3 of 12 musts; 2 failed, 7 inconclusive)`.
fn standing(result: &ResultFile, tally: &LevelTally) -> String {
    let word = match (result.partial || result.interrupted, tally.is_met()) {
        (true, _) => "not judged as a whole",
        (false, true) => "met",
        (false, false) => "not met",
    };
    let expected = result.expecting().map_or(0, |e| {
        let of_level = |n: &usize| result.verdicts.get(*n).is_some_and(|v| v.level == tally.level);
        e.failures.iter().map(|f| f.verdict).filter(of_level).count()
    });
    let open = [
        (tally.failed.saturating_sub(expected), "failed"),
        (expected, "failed as expected"),
        (tally.errors, "broke on our side"),
        (tally.inconclusive, "inconclusive"),
        (tally.not_exercised, "not exercised"),
    ];
    let mut why: Vec<String> =
        open.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if why.is_empty() && tally.passed == 0 {
        why.push("nothing passed".to_owned());
    }
    let musts = format!("{} of {}", tally.met, counted(tally.musts, "must"));
    let separator = if why.is_empty() { "" } else { "; " };
    format!("{}: {word} ({musts}{separator}{})", tally.level.name(), why.join(", "))
}

/// How many failures, and in how many rows.
fn failed(result: &ResultFile) -> String {
    let fails = || result.verdicts.iter().filter(|v| v.verdict == Verdict::Fail);
    let rows: BTreeSet<&RowId> = fails().map(|v| &v.row).collect();
    match fails().count() {
        0 => String::new(),
        n if n == rows.len() => format!("; {}", counted(n, "failure")),
        n => format!("; {} in {}", counted(n, "failure"), counted(rows.len(), "row")),
    }
}

fn observations(page: &mut Page, result: &ResultFile) {
    if result.observations.is_empty() {
        return;
    }
    page.gap();
    page.line("Observations (outside the rows; they block no level)");
    for text in &result.observations {
        page.hang("  ", 2, Ink::Plain, text);
    }
}

fn foot(page: &mut Page, result: &ResultFile, view: &View<'_>) {
    page.gap();
    page.field(
        0,
        "Passed",
        &format!("{} of {}", result.summary.pass, counted(result.verdicts.len(), "verdict")),
    );
    let t = &result.timing;
    let ratio = t.wall_per_mandated.map_or(String::new(), |r| format!("; {r:.2} times the prescribed time"));
    let time = format!(
        "{}, of which {} waiting for the station, {} prescribed by the scenarios{ratio}",
        duration(t.wall),
        duration(t.waiting_for_station),
        duration(t.mandated),
    );
    page.field(0, "Time", &time);
    if let Some(directory) = view.directory {
        let directory = style::clean(&directory.display().to_string());
        let evidence = format!("({} of evidence)", counted(result.evidence.records, "record"));
        page.line(&format!("Run        {directory} {evidence}"));
        page.line(&format!("Verify     diagmark verify {}", quoted(&directory)));
    }
}

/// Seconds as a person says them: `0.4 s`, `83.2 s`, `12 min 5 s`, `1 h 2 min`.
fn duration(seconds: f64) -> String {
    let whole = seconds.round();
    if seconds < 120.0 {
        format!("{seconds:.1} s")
    } else if whole < 7200.0 {
        format!("{} min {} s", (whole / 60.0).floor(), whole % 60.0)
    } else {
        format!("{} h {} min", (whole / 3600.0).floor(), ((whole % 3600.0) / 60.0).floor())
    }
}

/// A path as one word of a command line.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/\\._-+:@%".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        path.to_owned()
    } else if cfg!(windows) {
        format!("\"{path}\"")
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_the_unit_that_fits_it() {
        let said = [0.04, 83.25, 125.4, 3599.7, 7322.0].map(duration);
        assert_eq!(said, ["0.0 s", "83.2 s", "2 min 5 s", "60 min 0 s", "2 h 2 min"]);
    }

    #[test]
    #[cfg(not(windows))]
    fn a_path_with_spaces_can_be_copied_into_a_shell() {
        assert_eq!(quoted("runs/2026-07-01"), "runs/2026-07-01");
        assert_eq!(quoted("my runs/o'neil"), r"'my runs/o'\''neil'");
    }
}
