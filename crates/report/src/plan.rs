//! A plan as text: what would be judged, before anything is sent to a station.

mod actions;

pub use actions::{Bound, PlannedAction, actions_table};

use crate::words;
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
    let head =
        ["row", "level", "obligation", "place", "scenario", "stimulus", "impact", "to do"].map(str::to_owned);
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
        words::obligation(item.obligation).to_owned(),
        item.place.to_string(),
        item.scenario.clone().unwrap_or_else(|| "-".to_owned()),
        only_if_run(item.stimulus.as_str()),
        only_if_run(&item.impact),
        item.known.map_or("run".to_owned(), |v| v.to_string()),
    ]
}

fn totals(items: &[PlanLine]) -> Vec<String> {
    let run: Vec<&PlanLine> = items.iter().filter(|i| i.known.is_none()).collect();
    let levels = [Level::INVENTORY, Level::MONITORING, Level::ALERTING].map(|level| {
        let of_level = || run.iter().filter(|i| i.level == level);
        let musts = of_level().filter(|i| i.obligation == Obligation::Must).count();
        let name = format!("level {level} ({}, {})", level.name(), words::counted(musts, "must"));
        (name, of_level().count())
    });
    let impacts = ["read-only", "restores", "disruptive"]
        .map(|word| (word.to_owned(), run.iter().filter(|i| i.impact == word).count()));
    let stimuli = [Stimulus::None, Stimulus::Protocol, Stimulus::Hook, Stimulus::Operator, Stimulus::Passive]
        .map(|s| (s.as_str().to_owned(), run.iter().filter(|i| i.stimulus == s).count()));
    let known = Verdict::ALL.map(|v| (v.to_string(), items.iter().filter(|i| i.known == Some(v)).count()));
    let mut totals = vec![format!("{} planned, {} to run", items.len(), run.len())];
    totals.extend(by("level", &levels));
    totals.extend(by("impact", &impacts));
    totals.extend(by("stimulus", &stimuli));
    totals.extend(by("verdict known before", &known));
    totals
}

/// The counts above zero in a line, if there are any.
fn by(label: &str, counts: &[(String, usize)]) -> Option<String> {
    let shown: Vec<String> =
        counts.iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{word}: {n}")).collect();
    (!shown.is_empty()).then(|| format!("by {label}  {}", shown.join("; ")))
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
