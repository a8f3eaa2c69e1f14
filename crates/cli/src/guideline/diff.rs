//! `diagmark guideline diff`: what two editions differ in, and which certificates need which re-runs.

use crate::args;
use crate::fault::Fault;
use book::Files;
use report::exit;
use spec::diff::{self, EditionFiles, Scenarios};
use steps::Suite;

/// Compares the archetype files of two directories.
pub(super) fn diff(args: &args::GuidelineDiff) -> Result<u8, Fault> {
    let old = EditionFiles::read(&args.old).map_err(Fault::input)?;
    let new = EditionFiles::read(&args.new).map_err(Fault::input)?;
    let found = diff::compare(&old, &new, &scenarios(args)?);
    let text = match args.format {
        args::DiffFormat::Text => found.to_text(),
        args::DiffFormat::Markdown => found.to_markdown(),
        args::DiffFormat::Json => found.to_json(),
    };
    crate::print(&text);
    Ok(exit::CONFORMING)
}

/// The scenarios that judge each row of the new edition.
fn scenarios(args: &args::GuidelineDiff) -> Result<Scenarios, Fault> {
    let suite = Suite::embedded()
        .map_err(|e| Fault::internal(e.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    let files = Files::read(&args.new).map_err(Fault::input)?;
    let mut by_row = Scenarios::default();
    for definition in &suite.scenarios {
        let scenario = super::scenario(definition, &files);
        for row in scenario.rows {
            by_row.entry(row).or_default().insert(scenario.id.clone(), scenario.level);
        }
    }
    Ok(by_row)
}
