//! `diagmark coverage`: which scenarios judge what of OCPP and of the guideline, or why nothing does.

use crate::args::{self, Format};
use crate::fault::Fault;
use crate::{certify, features, verify};
use judge::Outcome;
use ocpp::Version;
use report::CoverageFile;
use report::coverage::Planned;
use spec::{Archetype, Declaration, Requirements, embedded_ids};
use std::io::IsTerminal as _;
use steps::{Plan, Selection, Suite};

pub(crate) fn coverage(args: &args::Coverage) -> Result<u8, Fault> {
    let requirements = Requirements::embedded().map_err(Fault::internal)?;
    let archetypes: Vec<Archetype> =
        embedded_ids().into_iter().map(certify::archetype).collect::<Result<_, _>>()?;
    let suite = features::suite(None)?;
    let mut planned = Vec::new();
    for archetype in &archetypes {
        for version in Version::ALL {
            planned.extend(plan(&suite, archetype, version)?);
        }
    }
    let file = CoverageFile::new(env!("CARGO_PKG_VERSION"), &requirements, &archetypes, &planned);
    let text = match args.format {
        Format::Text => report::terminal::coverage(&file, verify::width(), std::io::stdout().is_terminal()),
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&file).map_err(Fault::internal)?),
    };
    crate::print(&text);
    Ok(file.exit_code())
}

/// What would be judged on a product that has everything.
fn plan(suite: &Suite, archetype: &Archetype, version: Version) -> Result<Vec<Planned>, Fault> {
    let everything = Declaration::complete(archetype);
    let plan =
        Plan::new(suite, archetype, &everything, version, Selection::default()).map_err(Fault::internal)?;
    let applies = |i: &&steps::plan::Item| !matches!(i.settled, Some(Outcome::NotApplicable(_)));
    let planned = |i: &steps::plan::Item| Planned {
        archetype: archetype.id.clone(),
        version,
        row: i.subject.row.clone(),
        level: i.subject.level,
        scenario: i.subject.scenario.clone(),
        ocpp: i.subject.ocpp.clone(),
    };
    Ok(plan.items.iter().filter(applies).map(planned).collect())
}
