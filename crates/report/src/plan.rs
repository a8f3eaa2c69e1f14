//! A plan as text: what would be judged, before anything is sent to a station.

use judge::{Stimulus, Verdict};
use spec::Place;
use spec::model::{Level, Obligation, RowId};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// One planned verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// The row judged.
    pub row: RowId,
    /// Level it counts for.
    pub level: Level,
    /// How strongly it binds.
    pub obligation: Obligation,
    /// Where.
    pub place: Place,
    /// Id of the scenario; `None` for a row that has none yet.
    pub scenario: Option<String>,
    /// What has to change for it.
    pub stimulus: Stimulus,
    /// What it does to the station: `read-only`, `restores` or `disruptive`.
    pub impact: String,
    /// The verdict that is known without running it, if it is known.
    pub known: Option<Verdict>,
}

/// The plan in columns, with totals: how many verdicts, at which level, with which impact and stimulus.
pub fn plan_table(items: &[PlanLine]) -> String {
    let head = ["row", "level", "obligation", "place", "scenario", "stimulus", "impact", "to do"].map(str::to_owned);
    let table: Vec<[String; 8]> = std::iter::once(head).chain(items.iter().map(columns)).collect();
    let mut widths = [0; 8];
    for row in &table {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let mut out = String::new();
    for row in &table {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            let gap = width.saturating_sub(cell.width()) + 2;
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', gap));
        }
        // Writing into a String cannot fail.
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out.push('\n');
    for total in totals(items) {
        let _ = writeln!(out, "{total}");
    }
    out
}

fn columns(item: &PlanLine) -> [String; 8] {
    let run = item.known.is_none();
    let only_if_run = |text: &str| if run { text.to_owned() } else { "-".to_owned() };
    [
        item.row.to_string(),
        item.level.to_string(),
        obligation(item.obligation).to_owned(),
        item.place.to_string(),
        item.scenario.clone().unwrap_or_else(|| "-".to_owned()),
        only_if_run(item.stimulus.as_str()),
        only_if_run(&item.impact),
        item.known.map_or("run".to_owned(), |v| v.to_string()),
    ]
}

fn obligation(o: Obligation) -> &'static str {
    match o {
        Obligation::Must => "must",
        Obligation::Should => "should",
        Obligation::May => "may",
    }
}

fn totals(items: &[PlanLine]) -> Vec<String> {
    let run: Vec<&PlanLine> = items.iter().filter(|i| i.known.is_none()).collect();
    let levels = ["1", "2", "3"].map(|level| {
        let of_level = run.iter().filter(|i| i.level.to_string() == level);
        let musts = of_level.clone().filter(|i| i.obligation == Obligation::Must).count();
        (format!("level {level}"), of_level.count(), format!(" ({musts} must)"))
    });
    let mut totals = vec![format!("{} planned, {} to run", items.len(), run.len())];
    totals.push(joined("by level", levels));
    let impacts = ["read-only", "restores", "disruptive"];
    totals.push(joined("by impact", impacts.map(|w| counted(w, run.iter().filter(|i| i.impact == w).count()))));
    let stimuli =
        [Stimulus::None, Stimulus::Protocol, Stimulus::Hook, Stimulus::Operator, Stimulus::Passive];
    let of_stimulus = |s: Stimulus| counted(s.as_str(), run.iter().filter(|i| i.stimulus == s).count());
    totals.push(joined("by stimulus", stimuli.map(of_stimulus)));
    let known = Verdict::ALL.map(|v| counted(v.as_str(), items.iter().filter(|i| i.known == Some(v)).count()));
    totals.push(joined("known before", known));
    totals.into_iter().filter(|t| !t.is_empty()).collect()
}

fn counted(word: &str, count: usize) -> (String, usize, String) {
    (word.to_owned(), count, String::new())
}

/// The counts above zero in a line, or nothing.
fn joined<const N: usize>(label: &str, counts: [(String, usize, String); N]) -> String {
    let shown = counts.iter().filter(|(_, n, _)| *n > 0).map(|(word, n, note)| format!("{n} {word}{note}"));
    let shown = shown.collect::<Vec<_>>().join(", ");
    if shown.is_empty() { shown } else { format!("{label}: {shown}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(row: &str, level: u8, connector: Option<u32>) -> PlanLine {
        PlanLine {
            row: RowId(row.into()),
            level: Level(level),
            obligation: Obligation::Must,
            place: Place { evse: connector.map(|_| 1), connector },
            scenario: Some("DX-INV-010".into()),
            stimulus: Stimulus::None,
            impact: "read-only".into(),
            known: None,
        }
    }

    #[test]
    fn a_plan_is_shown_in_columns_with_totals() {
        let rig = PlanLine {
            stimulus: Stimulus::Hook,
            impact: "restores".into(),
            scenario: Some("DX-EVT-001".into()),
            ..line("B-0140", 2, None)
        };
        let absent = PlanLine {
            known: Some(Verdict::NotApplicable),
            obligation: Obligation::Should,
            ..line("V-0221", 1, Some(1))
        };
        let none = PlanLine { scenario: None, known: Some(Verdict::NotExercised), ..line("F-0031", 3, None) };
        let text = plan_table(&[line("C-0205", 1, Some(1)), absent, rig, none]);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn an_empty_plan_says_so() {
        assert!(plan_table(&[]).ends_with("\n\n0 planned, 0 to run\n"));
    }
}
