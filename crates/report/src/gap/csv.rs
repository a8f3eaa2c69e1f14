//! A gap as one table, for spreadsheets: what to do, what to declare, which faults can be reported.

use super::{FaultLine, FaultStanding, GapFile, GapLine, OpenCondition};
use crate::words;
use spec::model::Answer;

/// Columns of the table.
const HEADER: [&str; 12] = [
    "kind",
    "level",
    "obligation",
    "blocking",
    "todo",
    "row",
    "evse",
    "connector",
    "subject",
    "expected",
    "observed",
    "behind",
];

/// The table, as RFC 4180 has it: a header, records that end with CR LF, cells in quotes where they need them.
///
/// A record of kind `gap` is a finding on a row at a place; of kind `condition` a question to be answered, with what
/// the inventory suggests; of kind `fault` a fault, `todo` saying whether it is reportable, `expected` through which
/// variables, `observed` what stands against it.
///
/// A cell that a spreadsheet would take for a formula gets an apostrophe before it: some of the words are the
/// station's.
pub fn csv(file: &GapFile) -> String {
    let mut out = String::new();
    record(&mut out, HEADER.map(str::to_owned));
    for gap in &file.gaps {
        for cells in of_gap(gap) {
            record(&mut out, cells);
        }
    }
    for condition in &file.undeclared {
        record(&mut out, of_condition(condition));
    }
    for fault in &file.faults {
        record(&mut out, of_fault(fault));
    }
    out
}

/// One record for each finding; one for a row that only waits for another.
fn of_gap(gap: &GapLine) -> Vec<[String; 12]> {
    let number = |n: Option<u32>| n.map_or(String::new(), |n| n.to_string());
    let with = |expected: &str, observed: &str| {
        [
            "gap".to_owned(),
            gap.level.to_string(),
            words::obligation(gap.obligation).to_owned(),
            gap.blocking.to_string(),
            gap.action.as_str().to_owned(),
            gap.row.to_string(),
            number(gap.evse),
            number(gap.connector),
            gap.subject.clone(),
            expected.to_owned(),
            observed.to_owned(),
            gap.behind.as_ref().map_or(String::new(), ToString::to_string),
        ]
    };
    match gap.findings.as_slice() {
        [] => vec![with("", "")],
        findings => findings.iter().map(|f| with(&f.expected, &f.observed)).collect(),
    }
}

fn of_condition(c: &OpenCondition) -> [String; 12] {
    let suggests = match c.suggests {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Unknown => "unknown",
    };
    let mut cells: [String; 12] = Default::default();
    let [kind, _, _, _, todo, row, _, _, subject, expected, observed, _] = &mut cells;
    *kind = "condition".to_owned();
    *todo = "declare".to_owned();
    *row = c.id.clone();
    *subject = c.question.clone();
    *expected = format!("perhaps {suggests}");
    *observed = c.because.clone();
    cells
}

fn of_fault(f: &FaultLine) -> [String; 12] {
    let standing = match f.standing {
        FaultStanding::Reportable => "reportable",
        FaultStanding::NotReportable => "not-reportable",
        FaultStanding::Undeclared => "undeclared",
        FaultStanding::NotApplicable => "not-applicable",
    };
    let mut cells: [String; 12] = Default::default();
    let [kind, _, obligation, _, todo, row, _, _, subject, expected, observed, _] = &mut cells;
    *kind = "fault".to_owned();
    *obligation = words::obligation(f.obligation).to_owned();
    *todo = standing.to_owned();
    *row = f.row.to_string();
    *subject = f.title.clone();
    let open: Vec<&str> = f.ways.iter().filter(|w| w.closed.is_none()).map(|w| w.variable.as_str()).collect();
    *expected = unique(open).join("; ");
    let closed = f.ways.iter().filter_map(|w| Some(format!("{} {}", w.variable, w.closed.as_deref()?)));
    let reasons: Vec<String> = f.reason.clone().into_iter().chain(closed).collect();
    *observed = unique(reasons).join("; ");
    cells
}

fn unique<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut once = Vec::new();
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

fn record(out: &mut String, cells: [String; 12]) {
    let cells: Vec<String> = cells.iter().map(|c| quoted(&harmless(c))).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// A cell that no spreadsheet evaluates and that does nothing to a terminal.
fn harmless(cell: &str) -> String {
    let mut safe = String::with_capacity(cell.len());
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        safe.push('\'');
    }
    for c in cell.chars() {
        if c.is_control() && c != '\n' { safe.extend(c.escape_unicode()) } else { safe.push(c) }
    }
    safe
}

/// A cell in quotes, if it needs them.
fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_would_break_the_table_is_quoted() {
        assert_eq!(quoted("plain text"), "plain text");
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"no\"\nnow"), "\"say \"\"no\"\"\nnow\"");
    }

    #[test]
    fn a_cell_that_would_be_evaluated_is_not() {
        assert_eq!(harmless("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(harmless("a=b\u{1b}[0m"), "a=b\\u{1b}[0m");
    }
}
