//! What a run would ask of a rig or a person, as text: grouped by what is done to which part.

use crate::words::counted;
use spec::Place;
use spec::model::RowId;
use std::fmt::Write as _;
use std::time::Duration;

/// Something done to one part of the station, for one or more rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedAction {
    /// What is done, and to which part.
    pub what: String,
    /// The rows it is done for, and what they are about.
    pub rows: Vec<(RowId, String)>,
    /// Where.
    pub places: Vec<Place>,
    /// How often something is asked for at least.
    pub prompts: usize,
    /// Whether a row needs more than an ordinary rig.
    pub special: bool,
    /// What can hurt, a sentence each.
    pub notes: Vec<&'static str>,
}

/// How effects from outside OCPP would be brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Not at all.
    Nothing,
    /// By a rig.
    Rig,
    /// By a person, who has so long for each.
    Person(Duration),
}

/// Time a person is taken to need for an ordinary effect.
const BY_HAND: Duration = Duration::from_secs(60);
/// Columns texts are broken at.
const WIDTH: usize = 110;

/// What is asked for and how long it takes; follows the table of the plan.
pub fn actions_table(actions: &[PlannedAction], bound: Bound, prescribed: Duration) -> String {
    let prompts: usize = actions.iter().map(|a| a.prompts).sum();
    let mut out = String::new();
    // Writing into a String cannot fail.
    let _ = writeln!(out, "{}", wrapped("", &duration(prompts, bound, prescribed)));
    if actions.is_empty() {
        return out;
    }
    let asked = match bound {
        Bound::Nothing => "no rig is bound (--stimulus), so these are not exercised",
        Bound::Rig => "the rig is asked for these",
        Bound::Person(_) => "a person is asked for these",
    };
    let (of, times) = (counted(actions.len(), "action"), counted(prompts, "prompt"));
    let _ = writeln!(out, "\n{asked}: {of}, at least {times}\n");
    for action in actions {
        let what = format!("{}{}", action.what, if action.special { " (special equipment)" } else { "" });
        let _ = writeln!(out, "{}", wrapped("- ", &what));
        let places: Vec<String> = action.places.iter().map(ToString::to_string).collect();
        let asked = format!("{} ({})", counted(action.prompts, "prompt"), places.join("; "));
        let _ = writeln!(out, "{}", wrapped("  ", &asked));
        for (id, title) in &action.rows {
            let _ = writeln!(out, "{}", wrapped("    ", &format!("{id} {title}")));
        }
        for note in &action.notes {
            let _ = writeln!(out, "{}", wrapped("  ! ", note));
        }
    }
    out
}

fn duration(prompts: usize, bound: Bound, prescribed: Duration) -> String {
    let mut parts = vec![format!("at least {} of waits that the rows prescribe", minutes(prescribed))];
    if let Bound::Person(limit) = bound
        && prompts > 0
    {
        let each = BY_HAND.min(limit);
        let all = each * u32::try_from(prompts).unwrap_or(u32::MAX);
        parts.push(format!("{} for {} at {} each", minutes(all), counted(prompts, "prompt"), minutes(each)));
    }
    format!("expected duration: {}; the rest is up to the station", parts.join(", "))
}

fn minutes(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, s) => format!("{s} s"),
        (m, 0) => format!("{m} min"),
        (m, s) => format!("{m} min {s} s"),
    }
}

/// Text broken at spaces; further lines hang under the first.
fn wrapped(mark: &str, text: &str) -> String {
    let mut lines = vec![mark.to_owned()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if line.trim().len() > mark.trim().len() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{}{word}", " ".repeat(mark.len())));
            continue;
        }
        if !line.is_empty() && !line.ends_with(' ') {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(what: &str, rows: &[&str], prompts: usize) -> PlannedAction {
        PlannedAction {
            what: what.to_owned(),
            rows: rows
                .iter()
                .map(|r| (RowId((*r).to_owned()), "It breaks ".repeat(1 + prompts / 4).trim().to_owned()))
                .collect(),
            places: vec![Place::STATION, Place { evse: Some(1), connector: None }],
            prompts,
            special: prompts > 4,
            notes: if prompts > 4 { vec!["Heat: it burns."] } else { Vec::new() },
        }
    }

    #[test]
    fn actions_are_listed_with_rows_places_and_what_can_hurt() {
        let all = [
            action(
                "change TemperatureSensor[Housing].Temperature, and change it back",
                &["F-0212", "F-0213"],
                60,
            ),
            action("plug a vehicle in and out, and charge where asked", &["B-0161"], 2),
        ];
        let text = actions_table(&all, Bound::Person(Duration::from_secs(300)), Duration::from_secs(150));
        assert!(text.lines().all(|l| l.chars().count() <= WIDTH && l == l.trim_end()), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn without_a_rig_it_is_said_that_nothing_of_it_happens() {
        let text = actions_table(&[action("x", &["F-0201"], 2)], Bound::Nothing, Duration::ZERO);
        assert!(text.contains(
            "no rig is bound (--stimulus), so these are not exercised: 1 action, at least 2 prompts"
        ));
        assert!(text.starts_with("expected duration: at least 0 s of waits"), "{text}");
        let none = actions_table(&[], Bound::Rig, Duration::from_secs(61));
        assert_eq!(none.lines().count(), 1, "{none}");
    }
}
