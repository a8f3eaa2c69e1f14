//! The differences as Markdown.

use super::{again, by_level, declaration, obligation, value, verdict, versions, weighed};
use crate::diff::{EditionDiff, RowChange, RowDiff};
use std::fmt::Write as _;

pub(super) fn markdown(diff: &EditionDiff) -> String {
    let (old, new) = (&diff.old, &diff.new);
    // Writing into a String cannot fail.
    let mut out = format!("# Edition {} to edition {}\n\n", old.edition, new.edition);
    let _ = writeln!(out, "`{}` compared with `{}`. {}", new.name, old.name, diff.summary());
    if !diff.reused.is_empty() {
        out.push_str("\n## Ids that stand for something else\n\nAn id must never be reused.\n\n");
        out.push_str("| row | was | is |\n| --- | --- | --- |\n");
        for r in &diff.reused {
            let _ = writeln!(out, "| {} | {} | {} |", r.row, cell(&r.before), cell(&r.after));
        }
    }
    out.push_str("\n## Certificates\n");
    for a in &diff.archetypes {
        let _ = writeln!(out, "\n### {} ({})\n\n{}", cell(&a.title), versions(a), verdict(&a.certificates));
        let levels = by_level(&a.certificates);
        if !levels.is_empty() {
            out.push_str("\n| level | row | scenarios | only products with |\n| --- | --- | --- | --- |\n");
        }
        for (level, rows) in levels {
            for r in rows {
                let scenarios = r.scenarios.join(", ");
                let _ = writeln!(out, "| {level} | {} | {scenarios} | {} |", r.row, r.when.join(" and "));
            }
        }
        let declaration = declaration(a);
        if !declaration.is_empty() {
            out.push('\n');
        }
        for line in declaration {
            let _ = writeln!(out, "* {}", cell(&line));
        }
    }
    for (change, heading) in [
        (RowChange::Added, "Rows added"),
        (RowChange::Removed, "Rows removed"),
        (RowChange::Changed, "Rows changed"),
    ] {
        let rows: Vec<&RowDiff> = diff.rows.iter().filter(|r| r.change == change).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n## {heading}\n");
        match change {
            RowChange::Changed => rows.into_iter().for_each(|r| changed(&mut out, diff, r)),
            RowChange::Added | RowChange::Removed => {
                out.push_str("| row | what | obligation | file | for | judged again |\n");
                out.push_str("| --- | --- | --- | --- | --- | --- |\n");
                for r in rows {
                    let _ = writeln!(
                        out,
                        "| {} | {} | {} | {} | {} | {} |",
                        r.row,
                        cell(&r.name),
                        obligation(r),
                        r.file,
                        diff.whose(r),
                        again(&r.re_run).unwrap_or_default()
                    );
                }
            }
        }
    }
    out
}

fn changed(out: &mut String, diff: &EditionDiff, r: &RowDiff) {
    let judged = again(&r.re_run).map(|l| format!("; judged again at {l}")).unwrap_or_default();
    let _ = writeln!(
        out,
        "### {} {}\n\n{}, in {}, for {}{judged}.\n",
        r.row,
        cell(&r.name),
        obligation(r),
        r.file,
        diff.whose(r)
    );
    out.push_str("| field | before | after | weight |\n| --- | --- | --- | --- |\n");
    for f in &r.fields {
        let (before, after) = (cell(value(f.before.as_ref())), cell(value(f.after.as_ref())));
        let _ = writeln!(out, "| {} | {before} | {after} | {} |", f.field, weighed(f));
    }
    out.push('\n');
}

/// A text that stays in its cell and is not read as markup.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '|' | '*' | '_' | '[' | ']' | '<' | '>' | '`' | '\\' | '#' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
