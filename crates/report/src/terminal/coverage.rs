//! Coverage on a terminal: the counts first, then what is open, then every requirement and row with what judges it.

use super::style::{Ink, Page};
use crate::coverage::{Counts, CoverageFile, RequirementCoverage, RowCoverage, Standing};
use crate::words::counted;
use ocpp::Version;
use std::collections::BTreeSet;

/// Columns of the ids in front of what judges them.
const ID: usize = 15;

/// The coverage as text, every line ended, none wider than the terminal.
pub fn coverage(file: &CoverageFile, width: usize, color: bool) -> String {
    let mut page = Page::new(width, color);
    let open = open_requirements(file).len() + open_rows(file).len() + file.unlisted.len();
    let (ink, text) = match file.complete {
        true => (
            Ink::Good,
            "COMPLETE: everything is judged by a scenario, or has a written reason why not".to_owned(),
        ),
        false => (
            Ink::Bad,
            format!(
                "INCOMPLETE: {} neither judged nor reasoned",
                counted(open, "entry").replace("entrys", "entries")
            ),
        ),
    };
    page.hang("", 0, ink, &text);
    summary(&mut page, file);
    open_ones(&mut page, file);
    requirements(&mut page, file);
    rows(&mut page, file);
    page.finish()
}

/// What a block of OCPP is about.
fn block_name(block: &str) -> &'static str {
    match block {
        "A" => "Security",
        "B" => "Provisioning",
        "C" => "Authorization",
        "E" => "Transactions",
        "F" => "Remote control",
        "G" => "Availability",
        "J" => "Meter values",
        "L" => "Firmware",
        "N" => "Diagnostics",
        _ => "",
    }
}

fn summary(page: &mut Page, file: &CoverageFile) {
    let blocks = file.blocks.iter().map(|b| {
        let name = format!("{} {}", b.block, block_name(&b.block));
        (name.trim_end().to_owned(), b.version, b.counts)
    });
    table(page, "OCPP requirements", &blocks.collect::<Vec<_>>());
    let archetypes = file.archetypes.iter().map(|a| (a.archetype.clone(), a.version, a.counts));
    table(page, "Rows of the guideline", &archetypes.collect::<Vec<_>>());
}

/// One line for each name, with the counts of each version side by side.
fn table(page: &mut Page, heading: &str, lines: &[(String, Version, Counts)]) {
    let heads: String = Version::ALL.iter().map(|v| format!("  {:>27}", format!("OCPP {v}"))).collect();
    page.gap();
    page.line(&page.paint(Ink::Bold, &format!("{heading:<22}{heads}")));
    let columns = ["covered", "reasoned", "open"].map(|c| format!("{c:>9}")).concat();
    page.line(
        &page.paint(Ink::Faint, &format!("{:<22}{}", "", format!("  {columns}").repeat(Version::ALL.len()))),
    );
    let mut seen = BTreeSet::new();
    for (name, ..) in lines {
        if !seen.insert(name) {
            continue;
        }
        let mut text = format!("{name:<22}");
        for version in Version::ALL {
            let counts = lines.iter().find(|(n, v, _)| n == name && *v == version).map(|(.., c)| *c);
            let c = counts.unwrap_or_default();
            let open = page.paint(if c.open > 0 { Ink::Bad } else { Ink::Plain }, &format!("{:>9}", c.open));
            text.push_str(&format!("  {:>9}{:>9}{open}", c.covered, c.reasoned));
        }
        page.line(&text);
    }
}

fn open_requirements(file: &CoverageFile) -> Vec<(&RequirementCoverage, Vec<Version>)> {
    let open = |r: &RequirementCoverage| {
        let open = r.versions.iter().filter(|v| v.standing == Standing::Open);
        open.map(|v| v.version).collect::<Vec<_>>()
    };
    file.requirements.iter().map(|r| (r, open(r))).filter(|(_, v)| !v.is_empty()).collect()
}

fn open_rows(file: &CoverageFile) -> Vec<(&RowCoverage, Vec<Version>)> {
    let open = |r: &RowCoverage| {
        let open = r.versions.iter().filter(|v| v.standing == Standing::Open);
        open.map(|v| v.version).collect::<Vec<_>>()
    };
    let all = file.rows.iter().map(|r| (r, open(r)));
    all.filter(|(r, open)| r.versions.is_empty() || !open.is_empty()).collect()
}

fn open_ones(page: &mut Page, file: &CoverageFile) {
    let (requirements, rows) = (open_requirements(file), open_rows(file));
    if requirements.is_empty() && rows.is_empty() && file.unlisted.is_empty() {
        return;
    }
    page.gap();
    page.line(&page.paint(Ink::Bad, "Open"));
    for (r, versions) in requirements {
        let text = format!("no scenario judges it, and no reason is given (OCPP {})", joined(&versions));
        line(page, &r.id, &text);
    }
    for (r, versions) in rows {
        let levels: BTreeSet<String> =
            r.versions.iter().flat_map(|v| &v.open_levels).map(ToString::to_string).collect();
        let why = match versions.as_slice() {
            [] => "it is in no plan, although everything is declared".to_owned(),
            _ => format!(
                "no scenario at level {} (OCPP {})",
                levels.into_iter().collect::<Vec<_>>().join(", "),
                joined(&versions)
            ),
        };
        line(page, r.id.as_ref(), &format!("{why}: {}", r.title));
    }
    for id in &file.unlisted {
        line(page, id, "it is cited, and the table of requirements does not have it");
    }
}

fn joined(versions: &[Version]) -> String {
    versions.iter().map(|v| v.as_str()).collect::<Vec<_>>().join(" and ")
}

fn line(page: &mut Page, id: &str, text: &str) {
    page.hang(&format!("  {id:<width$}", width = ID - 2), ID, Ink::Plain, text);
}

fn requirements(page: &mut Page, file: &CoverageFile) {
    page.gap();
    page.line(&page.paint(Ink::Bold, "OCPP requirements and what judges them"));
    for r in &file.requirements {
        let judged = |v: &crate::coverage::RequirementInVersion| {
            let rows: Vec<&str> = v.rows.iter().map(AsRef::as_ref).collect();
            let by = v.scenarios.join(", ");
            if rows.is_empty() { by } else { format!("{} · {by}", rows.join(", ")) }
        };
        let texts: Vec<(Version, String)> = r
            .versions
            .iter()
            .map(|v| match (v.standing, &r.reason) {
                (Standing::Covered, _) => (v.version, judged(v)),
                (Standing::Reasoned, Some(reason)) => (v.version, format!("not judged: {reason}")),
                _ => (v.version, "open".to_owned()),
            })
            .collect();
        each_version(page, &r.id, &texts);
    }
}

/// One text where all versions have the same, else one for each.
fn each_version(page: &mut Page, id: &str, texts: &[(Version, String)]) {
    let everywhere = texts.len() == Version::ALL.len();
    let same = texts.windows(2).all(|w| matches!(w, [a, b] if a.1 == b.1));
    match texts {
        [(_, text), ..] if everywhere && same => line(page, id, text),
        _ => {
            for (n, (version, text)) in texts.iter().enumerate() {
                line(page, if n == 0 { id } else { "" }, &format!("{version}: {text}"));
            }
        }
    }
}

/// Rows by the scenarios that judge them: most share theirs with many others.
fn rows(page: &mut Page, file: &CoverageFile) {
    page.gap();
    page.line(&page.paint(Ink::Bold, "Scenarios and the rows of the guideline they judge"));
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for row in &file.rows {
        let by: BTreeSet<&str> = row.versions.iter().flat_map(|v| &v.scenarios).map(String::as_str).collect();
        let by = match (&row.reason, by.is_empty()) {
            (Some(reason), _) => format!("not judged: {reason}"),
            (None, true) => continue,
            (None, false) => by.into_iter().collect::<Vec<_>>().join(", "),
        };
        match groups.iter_mut().find(|(known, _)| *known == by) {
            Some((_, rows)) => rows.push(row.id.as_ref()),
            None => groups.push((by, vec![row.id.as_ref()])),
        }
    }
    for (by, rows) in groups {
        page.hang("  ", 2, Ink::Plain, &by);
        page.hang("    ", 4, Ink::Faint, &format!("{}: {}", counted(rows.len(), "row"), rows.join(", ")));
    }
}
