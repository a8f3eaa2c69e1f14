//! The verdicts of a laboratory's own scenarios.

use super::failures::in_short;
use super::style::{Ink, Page};
use crate::result::{ResultFile, Summary};
use judge::Verdict;

/// Verdicts shown; `result.json` has all.
const MOST: usize = 40;

/// Prints the verdicts of the laboratory's own scenarios.
pub(super) fn own(page: &mut Page, result: &ResultFile) {
    if result.own.is_empty() {
        return;
    }
    let summary = Summary::of(&result.own);
    let kinds = Verdict::ALL.into_iter().filter(|v| summary.count(*v) > 0);
    let counts: Vec<String> =
        kinds.map(|v| format!("{} {}", summary.count(v), v.as_str().replace('-', " "))).collect();
    page.gap();
    let (heading, help) = ("Own scenarios", "reported apart: they count for no level");
    let painted = page.paint(Ink::Bold, heading);
    let text = format!("{} ({help})", counts.join(", "));
    page.hang(&format!("{painted}: "), heading.len() + 2, Ink::Plain, &text);
    for v in result.own.iter().take(MOST) {
        let ink = match v.verdict {
            Verdict::Pass => Ink::Good,
            Verdict::Fail | Verdict::Error => Ink::Bad,
            _ => Ink::Doubt,
        };
        let (word, id) = (v.verdict.as_str(), v.scenario.as_deref().unwrap_or_default());
        let prefix = format!("  {}  {id}  {}  ", page.paint(ink, word), v.row);
        let indent = 2 + word.len() + 2 + id.len() + 2 + v.row.0.len() + 2;
        page.hang(&prefix, indent, Ink::Plain, &v.title);
        let why = if v.code.is_some() { Some(in_short(v)) } else { v.reason.clone() };
        if let Some(why) = why {
            page.hang("      ", 6, Ink::Faint, &why);
        }
    }
    if result.own.len() > MOST {
        page.line(&format!("  {} more, in result.json", result.own.len() - MOST));
    }
}
