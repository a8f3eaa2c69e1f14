//! What can be found: finding codes of a run, lint codes of files, exit codes of the command.

use super::proof::Defects;
use super::{Desk, Draft};
use crate::book::Page;
use crate::{BookError, ExitCode};
use judge::Code;
use report::proof::DeviationProof;
use serde::Serialize;
use spec::LintCode;

#[derive(Serialize)]
struct Findings {
    title: &'static str,
    intro: &'static str,
    /// Whether some are flaws, so that it is to be said what that means.
    flaws: bool,
    codes: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    code: &'static str,
    description: &'static str,
    /// Whether what rests on the judged row is still judged.
    flaw: bool,
    /// Defects that were caught by it.
    defects: Defects,
}

#[derive(Serialize)]
struct Exits<'a> {
    codes: &'a [ExitCode],
}

pub(crate) fn pages(desk: &Desk<'_>) -> Result<Vec<Page>, BookError> {
    let findings = Findings {
        title: "Finding codes",
        intro: "What a check can find in a run. A code is stable: scripts may rely on it, and results of different \
                editions can be compared by it.",
        flaws: true,
        codes: Code::ALL
            .iter()
            .map(|c| Finding {
                code: c.as_str(),
                description: c.description(),
                flaw: c.is_flaw(),
                defects: Defects::first(&found_by(desk, *c), "proof/matrix.html".to_owned()),
            })
            .collect(),
    };
    let lint = Findings {
        title: "Lint codes",
        intro: "What `diagmark lint` finds in the files people write: archetypes, declarations and lists of expected \
                failures.",
        flaws: false,
        codes: LintCode::ALL
            .iter()
            .map(|c| Finding {
                code: c.as_str(),
                description: c.description(),
                flaw: false,
                defects: Defects::first(&[], String::new()),
            })
            .collect(),
    };
    let exits = Exits { codes: &desk.atlas.edition.exit_codes };
    Ok(vec![
        Draft::new("reference/findings.html", "Finding codes").render(desk, "findings.html", &findings)?,
        Draft::new("reference/lint.html", "Lint codes").render(desk, "findings.html", &lint)?,
        Draft::new("reference/exit-codes.html", "Exit codes").render(desk, "exit-codes.html", &exits)?,
    ])
}

/// The defects that were caught with a code.
fn found_by<'a>(desk: &Desk<'a>, code: Code) -> Vec<&'a str> {
    let deviations = desk.atlas.edition.proof.iter().flat_map(|p| &p.deviations);
    let with = |d: &&DeviationProof| d.runs.iter().flat_map(|r| &r.caught).any(|c| c.code == Some(code));
    deviations.filter(with).map(|d| d.name.as_str()).collect()
}
