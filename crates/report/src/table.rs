//! `verdicts.csv`: one line a verdict, for spreadsheets.

use crate::ResultFile;
use crate::words::obligation;
use judge::VerdictLine;

/// Name of the file in a run directory.
pub const FILE_NAME: &str = "verdicts.csv";

const HEAD: [&str; 19] = [
    "scenario",
    "title",
    "requirement",
    "row",
    "evse",
    "connector",
    "level",
    "obligation",
    "verdict",
    "basis",
    "code",
    "expected",
    "observed",
    "reason",
    "blocked by",
    "stimulus",
    "ocpp",
    "evidence",
    "own",
];

/// The verdicts as CSV (RFC 4180, UTF-8), those of the laboratory's own scenarios last.
///
/// A text that a spreadsheet would take for a formula gets an apostrophe before it: the station chooses some of
/// these texts.
pub fn table(result: &ResultFile) -> String {
    let lines = result.verdicts.iter().map(|v| (v, false)).chain(result.own.iter().map(|v| (v, true)));
    let head = HEAD.map(str::to_owned).to_vec();
    std::iter::once(head).chain(lines.map(|(v, own)| cells(v, own))).map(|cells| line(&cells)).collect()
}

fn cells(v: &VerdictLine, own: bool) -> Vec<String> {
    let text = |o: &Option<String>| o.clone().unwrap_or_default();
    let number = |o: Option<u32>| o.map(|n| n.to_string()).unwrap_or_default();
    let stimulus = v.stimulus.as_str().to_owned();
    let basis = match v.basis {
        judge::Basis::Ocpp => "ocpp",
        judge::Basis::Guideline => "guideline",
        judge::Basis::Observation => "observation",
    };
    let records: Vec<String> = v.evidence.iter().map(|n| n.0.to_string()).collect();
    vec![
        text(&v.scenario),
        v.title.clone(),
        v.requirement.to_string(),
        v.row.to_string(),
        number(v.evse),
        number(v.connector),
        v.level.to_string(),
        obligation(v.obligation).to_owned(),
        v.verdict.to_string(),
        basis.to_owned(),
        v.code.map(|c| c.as_str().to_owned()).unwrap_or_default(),
        text(&v.expected),
        text(&v.observed),
        text(&v.reason),
        v.blocked_by.as_ref().map(ToString::to_string).unwrap_or_default(),
        stimulus,
        v.ocpp.join(" "),
        records.join(" "),
        if own { "yes" } else { "" }.to_owned(),
    ]
}

fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|c| cell(c)).collect();
    format!("{}\r\n", cells.join(","))
}

fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::samples::{failed, file, passed};

    #[test]
    fn there_is_a_line_for_each_verdict_and_one_above() {
        let text = table(&file(1, vec![passed(1), failed(1)]));
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[0].starts_with("scenario,title,requirement,row,evse"));
        assert_eq!(lines[2].split(',').count(), HEAD.len());
        assert!(lines[2].contains(",fail,guideline,wrong-unit,W,kW,"), "{}", lines[2]);
    }

    #[test]
    fn quotes_commas_and_line_ends_stay_inside_their_cell() {
        assert_eq!(cell("a \"b\", c\nd"), "\"a \"\"b\"\", c\nd\"");
        assert_eq!(cell("plain"), "plain");
    }

    #[test]
    fn no_text_of_a_station_becomes_a_formula() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell("-1"), "'-1");
    }
}
