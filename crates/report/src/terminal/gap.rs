//! A gap on a terminal: how far the station is first, then what to do, level by level, then what it could report.

use super::station;
use super::style::{Ink, Page};
use crate::gap::{Chosen, Declared, FaultLine, FaultStanding, FaultWayLine, GapFile, GapLine};
use crate::words::{self, counted};
use judge::gap::{Action, Standing};
use spec::Place;
use spec::model::{Answer, Level, Obligation};

/// The gap as text, every line ended, none wider than the terminal.
pub fn gap(file: &GapFile, width: usize, color: bool) -> String {
    let mut page = Page::new(width, color);
    head(&mut page, file);
    notes(&mut page, file);
    for level in [Level::INVENTORY, Level::MONITORING, Level::ALERTING] {
        to_do(&mut page, file, level);
    }
    if file.gaps.iter().any(|g| g.obligation == Obligation::Must && !g.blocking) {
        page.gap();
        page.hang("", 0, Ink::Faint, "must*: a blemish, which keeps no level from being met");
    }
    conditions(&mut page, file);
    faults(&mut page, file);
    page.finish()
}

fn head(page: &mut Page, file: &GapFile) {
    let a = &file.archetype;
    let blocking = file.gaps.iter().filter(|g| g.blocking).count();
    let (ink, text) = match (file.closed, file.gaps.is_empty()) {
        (true, true) => (Ink::Good, format!("NO GAP to {}, as far as the inventories tell", a.id)),
        (true, false) => {
            (Ink::Good, format!("NO MUST IS MISSING for {}, as far as the inventories tell", a.id))
        }
        (false, _) => (Ink::Bad, format!("GAP to {}: {} missing or wrong", a.id, counted(blocking, "must"))),
    };
    page.hang("", 0, ink, &text);
    page.gap();
    page.field(0, "Archetype", &format!("{} {}, edition {}{}", a.id, a.version, a.edition, chosen(file)));
    candidates(page, file);
    page.field(0, "Station", &station(&file.station));
    page.field(0, "OCPP", file.ocpp_version.as_str());
    page.field(0, "EVSEs", &evses(&file.connectors));
    page.field(0, "Declared", declared(file.declared));
    for level in &file.levels {
        let shoulds = match level.should.told() {
            0 => String::new(),
            _ => format!("; {}", standing(&level.should, "should")),
        };
        let text = format!("{}: {}{shoulds}", level.level.name(), standing(&level.must, "must"));
        page.field(0, &format!("Level {}", level.level), &text);
    }
    let count = |s| file.faults.iter().filter(|f| f.standing == s).count();
    let text = format!(
        "{} could be reported, {} could not, {} undeclared, {} not applicable",
        count(FaultStanding::Reportable),
        count(FaultStanding::NotReportable),
        count(FaultStanding::Undeclared),
        count(FaultStanding::NotApplicable),
    );
    page.field(0, "Faults", &text);
}

fn chosen(file: &GapFile) -> String {
    match file.chosen {
        Chosen::Given => String::new(),
        Chosen::Declared => " (as declared)".to_owned(),
        Chosen::Recorded => " (as in the run)".to_owned(),
        Chosen::Nearest => match file.candidates.len() {
            0 | 1 => " (there is no other to choose from)".to_owned(),
            all => format!(" (the nearest of {all})"),
        },
    }
}

/// How near each archetype is, where there was a choice.
fn candidates(page: &mut Page, file: &GapFile) {
    if file.candidates.len() < 2 {
        return;
    }
    for (n, c) in file.candidates.iter().enumerate() {
        page.field(0, if n == 0 { "Nearest" } else { "" }, &format!("{}: {}", c.id, c.reason));
    }
}

fn evses(connectors: &[u32]) -> String {
    let one = |(id, n): (u32, &u32)| format!("EVSE {id} with {}", counted(*n, "connector"));
    (1u32..).zip(connectors).map(one).collect::<Vec<_>>().join(", ")
}

fn declared(known: Declared) -> &'static str {
    match known {
        Declared::Given => "what the declaration says",
        Declared::Recorded => "what the run was given",
        Declared::Complete => "everything (the reference station)",
        Declared::Nothing => "nothing: give --declaration, or write one with `diagmark declare`",
    }
}

/// `41 of 45 musts met, 3 missing, 1 wrong, 5 undeclared`.
fn standing(s: &Standing, noun: &str) -> String {
    let rest = [
        (s.missing, "missing"),
        (s.wrong, "wrong"),
        (s.undeclared, "undeclared"),
        (s.untold, "not told by the station"),
    ];
    let rest: Vec<String> =
        rest.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!(", {n} {what}")).collect();
    format!("{} of {} met{}", s.met, counted(s.told(), noun), rest.concat())
}

fn notes(page: &mut Page, file: &GapFile) {
    if file.notes.is_empty() {
        return;
    }
    page.gap();
    let heading = page.paint(Ink::Doubt, "To be taken with care");
    page.line(&heading);
    for note in &file.notes {
        page.hang("  ", 2, Ink::Plain, note);
    }
}

/// Lines that differ in their place alone.
struct Same<'a> {
    first: &'a GapLine,
    places: Vec<Place>,
}

fn to_do(page: &mut Page, file: &GapFile, level: Level) {
    let here: Vec<&GapLine> = file.gaps.iter().filter(|g| g.level == level).collect();
    if here.is_empty() {
        return;
    }
    page.gap();
    let heading = page.paint(Ink::Bold, &format!("Level {level} ({})", level.name()));
    page.line(&heading);
    for action in Action::ALL {
        let todo: Vec<&GapLine> = here.iter().copied().filter(|g| g.action == action).collect();
        if todo.is_empty() {
            continue;
        }
        page.gap();
        page.line(&format!("  {}", action.heading()));
        for obligation in [Obligation::Must, Obligation::Should, Obligation::May] {
            let of = |waits: bool| {
                let chosen = move |g: &&GapLine| g.obligation == obligation && g.behind.is_some() == waits;
                todo.iter().copied().filter(chosen)
            };
            for same in merged(of(false)) {
                print(page, &same);
            }
            waiting(page, of(true));
        }
    }
}

fn merged<'a>(lines: impl Iterator<Item = &'a GapLine>) -> Vec<Same<'a>> {
    let mut all: Vec<Same<'a>> = Vec::new();
    for line in lines {
        let alike = |s: &&mut Same<'a>| {
            s.first.row == line.row && s.first.blocking == line.blocking && details(s.first) == details(line)
        };
        let place = Place { evse: line.evse, connector: line.connector };
        match all.iter_mut().find(alike) {
            Some(same) => same.places.push(place),
            None => all.push(Same { first: line, places: vec![place] }),
        }
    }
    all
}

/// What is wrong, where the heading does not say it already.
fn details(line: &GapLine) -> Vec<String> {
    // What else a component has says nothing about the variable that it lacks.
    if line.action == Action::ReportVariable {
        return Vec::new();
    }
    let missing = matches!(line.action, Action::ReportComponent | Action::ShipMonitor);
    let said = |f: &crate::gap::GapFinding| match (missing, line.action) {
        (true, _) => {
            let silent = f.observed.starts_with("no ");
            (!silent).then(|| f.observed.clone())
        }
        (_, Action::MakeMonitorable | Action::MoveComponent) => Some(f.observed.clone()),
        _ => Some(format!("expected {}, observed {}", f.expected, f.observed)),
    };
    line.findings.iter().filter_map(said).collect()
}

/// Columns before a text: obligation and row.
const INDENT: usize = 4 + 8 + 8;

fn prefix(page: &Page, obligation: Obligation, blocking: bool, row: &str) -> String {
    let word = match (obligation, blocking) {
        (Obligation::Must, false) => "must*",
        _ => words::obligation(obligation),
    };
    let ink = if blocking { Ink::Bad } else { Ink::Doubt };
    format!("    {}{:gap$}{row:<8}", page.paint(ink, word), "", gap = 8 - word.len())
}

fn print(page: &mut Page, same: &Same<'_>) {
    let line = same.first;
    let prefix = prefix(page, line.obligation, line.blocking, &line.row.0);
    page.hang(&prefix, INDENT, Ink::Plain, &format!("{}{}", line.subject, places(&same.places)));
    for detail in details(line) {
        page.hang(&" ".repeat(INDENT), INDENT, Ink::Faint, &detail);
    }
}

/// ` @EVSE 1; EVSE 2`, and nothing for the station itself.
fn places(places: &[Place]) -> String {
    let mut once: Vec<String> = Vec::new();
    for place in places.iter().filter(|p| **p != Place::STATION).map(ToString::to_string) {
        if !once.contains(&place) {
            once.push(place);
        }
    }
    if once.is_empty() { String::new() } else { format!(" @{}", once.join("; ")) }
}

/// Rows that come into question once another one is there: one line for each it waits for.
fn waiting<'a>(page: &mut Page, lines: impl Iterator<Item = &'a GapLine>) {
    let mut groups: Vec<(String, bool, Vec<String>)> = Vec::new();
    for line in lines {
        let Some(behind) = &line.behind else { continue };
        let once =
            if *behind == line.row { "once reported".to_owned() } else { format!("once {behind} is there") };
        let text = format!("{} {}", line.row, line.subject);
        match groups.iter_mut().find(|g| g.0 == once && g.1 == line.blocking) {
            Some(group) if group.2.contains(&text) => {}
            Some(group) => group.2.push(text),
            None => groups.push((once, line.blocking, vec![text])),
        }
    }
    for (once, blocking, texts) in groups {
        // All lines of a call have one obligation, and a row that waits for another has no mere blemish.
        let obligation = if blocking { Obligation::Must } else { Obligation::Should };
        let prefix = prefix(page, obligation, blocking, "");
        page.hang(&prefix, INDENT, Ink::Plain, &format!("{once}: {}", texts.join("; ")));
    }
}

fn conditions(page: &mut Page, file: &GapFile) {
    if file.undeclared.is_empty() {
        return;
    }
    page.gap();
    page.hang("", 0, Ink::Doubt, "Conditions not declared (the rows under them are not counted)");
    for c in &file.undeclared {
        page.hang("  ", 2, Ink::Plain, &format!("{}: {}", c.id, c.question));
        let suggests = match c.suggests {
            Answer::Yes => "perhaps yes",
            Answer::No => "perhaps no",
            Answer::Unknown => "cannot be told",
        };
        page.hang("    ", 4, Ink::Faint, &format!("{suggests}: {}", c.because));
    }
}

fn faults(page: &mut Page, file: &GapFile) {
    let of = |s: FaultStanding| file.faults.iter().filter(move |f| f.standing == s);
    let parts = [
        (FaultStanding::NotReportable, Ink::Bad, "Faults the station could not report"),
        (
            FaultStanding::Undeclared,
            Ink::Doubt,
            "Faults it could not report, and whose condition is not declared",
        ),
        (FaultStanding::Reportable, Ink::Good, "Faults the station could report"),
    ];
    for (standing, ink, heading) in parts {
        let count = of(standing).count();
        if count == 0 {
            continue;
        }
        page.gap();
        page.hang("", 0, ink, &format!("{heading}: {count}"));
        for fault in of(standing) {
            page.hang(&format!("  {:<8}", fault.row.0), 10, Ink::Plain, &fault_text(fault));
        }
    }
}

fn fault_text(fault: &FaultLine) -> String {
    let mut text = fault.title.clone();
    if !fault.mrec.is_empty() {
        text = format!("{text} ({})", fault.mrec.join(", "));
    }
    let ways = |closed: bool| {
        let mut grouped: Vec<(String, Vec<Place>)> = Vec::new();
        for w in fault.ways.iter().filter(|w| w.closed.is_some() == closed) {
            let key = way_text(w);
            let place = Place { evse: w.evse, connector: w.connector };
            match grouped.iter_mut().find(|(k, _)| *k == key) {
                Some((_, all)) => all.push(place),
                None => grouped.push((key, vec![place])),
            }
        }
        let shown: Vec<String> =
            grouped.into_iter().map(|(key, all)| key.replace('@', &places(&all))).collect();
        shown.join("; ")
    };
    let open = ways(false);
    let closed = ways(true);
    let condition = fault.reason.as_ref().map_or(String::new(), |c| format!(" [{c}]"));
    match (open.is_empty(), closed.is_empty()) {
        (true, true) => format!("{text}{condition}"),
        (true, false) => format!("{text}{condition}: {closed}"),
        (false, true) => format!("{text}: {open}"),
        (false, false) => format!("{text}: {open}; but {closed}"),
    }
}

/// The variable, the place where the `@` stands, and why the way is closed.
fn way_text(w: &FaultWayLine) -> String {
    let why = w.closed.as_ref().map_or(String::new(), |why| format!(" {why}"));
    format!("{}@{why}", w.variable)
}
