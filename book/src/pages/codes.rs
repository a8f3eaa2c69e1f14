//! What can be found: finding codes of a run, lint codes of files, exit codes of the command.

use super::{Desk, Draft};
use crate::book::Page;
use crate::{BookError, ExitCode};
use judge::Code;
use serde::Serialize;
use spec::LintCode;

#[derive(Serialize)]
struct Findings {
    title: &'static str,
    intro: &'static str,
    codes: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    code: &'static str,
    description: &'static str,
    /// What follows from it for a row that rests on the judged one, where that is to be said.
    note: Option<&'static str>,
}

#[derive(Serialize)]
struct Exits<'a> {
    codes: &'a [ExitCode],
}

pub(crate) fn pages(desk: &Desk<'_>) -> Result<Vec<Page>, BookError> {
    let flaw = "A flaw of something that is there: what rests on it is still judged.";
    let findings = Findings {
        title: "Finding codes",
        intro: "What a check can find in a run. A code is stable: scripts may rely on it, and results of different \
                editions can be compared by it.",
        codes: Code::ALL
            .iter()
            .map(|c| Finding {
                code: c.as_str(),
                description: c.description(),
                note: c.is_flaw().then_some(flaw),
            })
            .collect(),
    };
    let lint = Findings {
        title: "Lint codes",
        intro: "What `diagmark lint` finds in the files people write: archetypes, declarations and lists of expected \
                failures.",
        codes: LintCode::ALL
            .iter()
            .map(|c| Finding { code: c.as_str(), description: c.description(), note: None })
            .collect(),
    };
    let exits = Exits { codes: &desk.atlas.edition.exit_codes };
    Ok(vec![
        Draft::new("reference/findings.html", "Finding codes").render(desk, "findings.html", &findings)?,
        Draft::new("reference/lint.html", "Lint codes").render(desk, "findings.html", &lint)?,
        Draft::new("reference/exit-codes.html", "Exit codes").render(desk, "exit-codes.html", &exits)?,
    ])
}
