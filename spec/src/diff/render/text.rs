//! The differences on a terminal.

use super::{again, by_level, declaration, obligation, value, verdict, versions};
use crate::diff::{EditionDiff, FieldChange, ReRun, RowChange, RowDiff, Weight};
use std::fmt::Write as _;

/// Where what belongs to a row starts.
const INDENT: &str = "            ";

pub(super) fn text(diff: &EditionDiff) -> String {
    let (old, new) = (&diff.old, &diff.new);
    let mut out = format!(
        "Edition {} ({}) → edition {} ({})\n{}\n",
        old.edition,
        old.name,
        new.edition,
        new.name,
        diff.summary()
    );
    // Writing into a String cannot fail.
    if !diff.reused.is_empty() {
        out.push_str("\nIds that stand for something else now, which they must never do\n");
        for r in &diff.reused {
            let _ = writeln!(out, "  ! {}  was {}\n{INDENT}is {}", r.row, r.before, r.after);
        }
    }
    for (change, heading) in [
        (RowChange::Added, "Rows added"),
        (RowChange::Removed, "Rows removed"),
        (RowChange::Changed, "Rows changed"),
    ] {
        let rows: Vec<&RowDiff> = diff.rows.iter().filter(|r| r.change == change).collect();
        if !rows.is_empty() {
            let _ = writeln!(out, "\n{heading}");
        }
        for r in rows {
            row(&mut out, diff, r);
        }
    }
    out.push_str("\nCertificates\n");
    for a in &diff.archetypes {
        let _ = writeln!(out, "  {} ({})\n    {}", a.id, versions(a), verdict(&a.certificates));
        for (level, rows) in by_level(&a.certificates) {
            let _ = writeln!(out, "    Level {level}, {}", level.name());
            for row in rows {
                let _ = writeln!(out, "      {}", re_run(row));
            }
        }
        for line in declaration(a) {
            let _ = writeln!(out, "    {line}.");
        }
    }
    out
}

fn row(out: &mut String, diff: &EditionDiff, r: &RowDiff) {
    let sign = match r.change {
        RowChange::Added => '+',
        RowChange::Removed => '-',
        RowChange::Changed => '~',
    };
    let judged = again(&r.re_run).map(|l| format!("; judged again at {l}")).unwrap_or_default();
    let _ = writeln!(out, "  {sign} {}  {}", r.row, r.name);
    let _ = writeln!(out, "{INDENT}{}, in {}, for {}{judged}", obligation(r), r.file, diff.whose(r));
    for f in &r.fields {
        let _ = writeln!(out, "{INDENT}{}", field(f));
    }
}

fn field(f: &FieldChange) -> String {
    let long = [&f.before, &f.after].into_iter().flatten().any(|v| v.chars().count() > 40);
    match (f.weight, &f.before, &f.after) {
        (Weight::Wording, Some(_), Some(_)) if long => format!("{}: reworded", f.field),
        (Weight::Wording, None, Some(_)) if long => format!("{}: added", f.field),
        (Weight::Wording, Some(_), None) if long => format!("{}: left out", f.field),
        (Weight::Milder, ..) => {
            format!("{}: {} → {} (milder)", f.field, value(f.before.as_ref()), value(f.after.as_ref()))
        }
        _ => format!("{}: {} → {}", f.field, value(f.before.as_ref()), value(f.after.as_ref())),
    }
}

fn re_run(r: &ReRun) -> String {
    let scenarios = match r.scenarios.as_slice() {
        [] => "no scenario named".to_owned(),
        some => some.join(", "),
    };
    match r.when.as_slice() {
        [] => format!("{}: {scenarios}", r.row),
        conditions => format!("{}: {scenarios}; only products with {}", r.row, conditions.join(" and ")),
    }
}
