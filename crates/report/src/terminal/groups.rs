//! What was not judged, many verdicts to a line: by what stands in the way, or by the reason.

use super::style::{Ink, Page};
use crate::blocked::Blocked;
use crate::words::counted;
use judge::{Verdict, VerdictLine};
use spec::model::{Obligation, RowId};
use std::collections::BTreeMap;

/// Groups shown; a run has seldom more.
const MOST_GROUPS: usize = 15;
/// Rows named for each group.
const MOST_ROWS: usize = 8;

/// Verdicts that have one thing in common.
pub(super) struct Group<'a> {
    /// What they have in common, in words.
    pub(super) text: String,
    pub(super) members: Vec<&'a VerdictLine>,
}

impl<'a> Group<'a> {
    /// Groups verdicts by a text, the largest group first.
    pub(super) fn by(
        verdicts: impl IntoIterator<Item = &'a VerdictLine>,
        text: impl Fn(&'a VerdictLine) -> String,
    ) -> Vec<Group<'a>> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        let mut at: BTreeMap<String, usize> = BTreeMap::new();
        for v in verdicts {
            let text = text(v);
            let index = *at.entry(text.clone()).or_insert(groups.len());
            match groups.get_mut(index) {
                Some(group) => group.members.push(v),
                None => groups.push(Group { text, members: vec![v] }),
            }
        }
        groups.sort_by_key(|g| std::cmp::Reverse(g.members.len()));
        groups
    }

    fn musts(&self) -> usize {
        self.members.iter().filter(|v| v.obligation == Obligation::Must).count()
    }

    /// The rows, musts first, each once.
    fn rows(&self) -> String {
        let mut rows: Vec<&RowId> = Vec::new();
        for must in [true, false] {
            for v in self.members.iter().filter(|v| (v.obligation == Obligation::Must) == must) {
                if !rows.contains(&&v.row) {
                    rows.push(&v.row);
                }
            }
        }
        let shown: Vec<&str> = rows.iter().take(MOST_ROWS).map(|r| r.0.as_str()).collect();
        match rows.len().saturating_sub(MOST_ROWS) {
            0 => shown.join(", "),
            more => format!("{} and {}", shown.join(", "), counted(more, "more row")),
        }
    }
}

/// Prints groups: how many, why, how many of them are musts, and which rows.
pub(super) fn print(page: &mut Page, ink: Ink, heading: &str, groups: &[Group<'_>]) {
    let total: usize = groups.iter().map(|g| g.members.len()).sum();
    if total == 0 {
        return;
    }
    page.gap();
    let heading = page.paint(ink, heading);
    page.line(&format!("{heading}: {total}"));
    let column = total.to_string().len();
    let indent = 2 + column + 2;
    for group in groups.iter().take(MOST_GROUPS) {
        let musts = match group.musts() {
            0 => String::new(),
            n => format!(" ({})", counted(n, "must")),
        };
        let prefix = format!("  {:>column$}  ", group.members.len());
        page.hang(&prefix, indent, Ink::Plain, &format!("{}{musts}", group.text));
        page.hang(&" ".repeat(indent), indent, Ink::Faint, &group.rows());
    }
    let rest = groups.iter().skip(MOST_GROUPS).map(|g| g.members.len()).sum::<usize>();
    if rest > 0 {
        page.hang(
            &" ".repeat(indent),
            indent,
            Ink::Plain,
            &format!("{rest} more for other reasons, in result.json"),
        );
    }
}

/// The verdicts that could not be told, by what stands in their way.
pub(super) fn inconclusive(verdicts: &[VerdictLine]) -> Vec<Group<'_>> {
    let blocked = Blocked::new(verdicts);
    let open = verdicts.iter().filter(|v| v.verdict == Verdict::Inconclusive);
    Group::by(open, |v| match blocked.root(v) {
        Some((row, root)) => format!("blocked by {row}{}", how(root)),
        None => reason(v),
    })
}

fn how(root: Option<&VerdictLine>) -> &'static str {
    match root.map(|r| r.verdict) {
        Some(Verdict::Fail) => ", which failed",
        Some(Verdict::Error) => ", whose scenario broke",
        Some(Verdict::Inconclusive) => ", which is inconclusive",
        Some(Verdict::NotExercised) => ", which was not exercised",
        _ => "",
    }
}

/// The verdicts of one kind, by their reason.
pub(super) fn by_reason(verdicts: &[VerdictLine], kind: Verdict) -> Vec<Group<'_>> {
    Group::by(verdicts.iter().filter(|v| v.verdict == kind), reason)
}

fn reason(v: &VerdictLine) -> String {
    v.reason.clone().unwrap_or_else(|| "no reason was given".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::samples::{failed, left_out, open};
    use judge::Code;
    use judge::{Finding, Outcome};
    use spec::model::Obligation::{Must, Should};
    use trace::Seq;

    fn on(row: &str, connector: u32, v: VerdictLine) -> VerdictLine {
        VerdictLine { row: RowId(row.into()), evse: Some(1), connector: Some(connector), ..v }
    }

    fn blocked(row: &str, connector: u32, by: &str) -> VerdictLine {
        let blocked = Outcome::blocked(RowId(by.into()));
        on(row, connector, crate::result::samples::line(1, Must, blocked))
    }

    /// A must whose component is not there.
    fn absent(level: u8) -> VerdictLine {
        VerdictLine { code: Some(Code::ComponentMissing), ..failed(level) }
    }

    fn texts(groups: &[Group<'_>]) -> Vec<String> {
        groups.iter().map(|g| format!("{} {}", g.members.len(), g.text)).collect()
    }

    #[test]
    fn a_chain_of_blocked_rows_is_laid_at_the_door_of_the_row_that_failed() {
        let all = [
            on("C-0205", 1, absent(1)),
            blocked("V-0221", 1, "C-0205"),
            blocked("M-0030", 1, "V-0221"),
            on("V-0300", 1, open(1, Must)),
        ];
        let groups = inconclusive(&all);
        assert_eq!(texts(&groups), ["2 blocked by C-0205, which failed", "1 a part of the report was lost"]);
        assert_eq!(Blocked::new(&all).counts().get(&RowId("C-0205".into())), Some(&2));
    }

    #[test]
    fn a_row_that_fails_elsewhere_is_not_blamed_here() {
        let all =
            [on("C-0205", 2, absent(1)), on("C-0205", 1, left_out(1, Must)), blocked("V-0221", 1, "C-0205")];
        assert_eq!(texts(&inconclusive(&all)), ["1 blocked by C-0205, which was not exercised"]);
    }

    #[test]
    fn a_variable_in_the_wrong_form_is_not_what_stands_in_the_way() {
        let all =
            [on("V-0221", 1, failed(1)), on("V-0221", 1, left_out(2, Must)), blocked("M-0030", 1, "V-0221")];
        assert_eq!(texts(&inconclusive(&all)), ["1 blocked by V-0221, which was not exercised"]);
    }

    #[test]
    fn rows_that_block_each_other_end_the_search() {
        let all = [blocked("V-0001", 1, "V-0002"), blocked("V-0002", 1, "V-0001")];
        assert_eq!(inconclusive(&all).iter().map(|g| g.members.len()).sum::<usize>(), 2);
    }

    #[test]
    fn the_largest_group_comes_first_and_names_its_musts_first() {
        let all = [
            on("V-0001", 1, open(1, Must)),
            on("V-0002", 1, left_out(1, Should)),
            on("V-0003", 1, left_out(1, Must)),
            on("V-0003", 2, left_out(1, Must)),
        ];
        let groups = by_reason(&all, Verdict::NotExercised);
        assert_eq!(texts(&groups), ["3 left out by --select"]);
        assert_eq!((groups[0].musts(), groups[0].rows().as_str()), (2, "V-0003, V-0002"));
    }

    #[test]
    fn a_long_list_of_rows_is_cut_short() {
        let all: Vec<VerdictLine> = (1..=11).map(|n| on(&format!("V-{n:04}"), 1, open(1, Must))).collect();
        let rows = inconclusive(&all)[0].rows();
        assert!(rows.ends_with("V-0008 and 3 more rows"), "{rows}");
    }

    #[test]
    fn a_warning_is_not_blamed() {
        let found = Finding::new(Code::ComponentMissing, "it", "none", [Seq(1)]);
        let warned = crate::result::samples::line(1, Should, Outcome::Warn(found, vec![]));
        let all = [on("C-0205", 1, warned), blocked("V-0221", 1, "C-0205")];
        assert_eq!(texts(&inconclusive(&all)), ["1 blocked by C-0205"]);
    }
}
