//! `diagmark gap`: what a station lacks, as far as its inventories tell.

use crate::args::{self, BuiltIn, GapFormat};
use crate::fault::Fault;
use crate::{certify, inventories, nearest, verify};
use judge::gap::{Gap, contradiction, layout};
use report::GapFile;
use report::gap::{Candidate, Chosen, Declared, GapInputs};
use spec::{Archetype, Declaration, DeclarationError, embedded_ids};
use std::io::IsTerminal as _;
use std::path::Path;
use steps::survey::{Patience, Survey, recall_inputs};
use trace::{Record, Trace};

/// What the station is compared with.
struct Measure {
    archetype: Archetype,
    chosen: Chosen,
    candidates: Vec<Candidate>,
    /// What is known of the product; without it, what the station reports is all.
    declaration: Option<(Declaration, Declared)>,
}

pub(crate) async fn gap(args: &args::Gap) -> Result<u8, Fault> {
    let known = known(args)?;
    let (survey, records) = match &args.from {
        Some(dir) => inventories::recorded(dir)?,
        None => (ask(args, known.as_ref()).await?, Vec::new()),
    };
    let measure = match known {
        Some(known) => with_recorded(known, &records),
        None => recorded(&records).map_or_else(|| nearest(&survey), Ok)?,
    };
    let file = compare(measure, &survey);
    let text = match args.format {
        GapFormat::Text => report::terminal::gap(&file, verify::width(), std::io::stdout().is_terminal()),
        GapFormat::Json => format!("{}\n", serde_json::to_string_pretty(&file).map_err(Fault::internal)?),
        GapFormat::Csv => report::gap::csv(&file),
    };
    crate::print(&text);
    Ok(file.exit_code())
}

/// What the flags alone say.
fn known(args: &args::Gap) -> Result<Option<Measure>, Fault> {
    let reference = args.connection.station == Some(BuiltIn::Reference);
    let (archetype, chosen) = match (&args.archetype, &args.declaration) {
        (Some(name), _) => (certify::archetype(name)?, Chosen::Given),
        (None, Some(path)) => (declared_archetype(path)?, Chosen::Declared),
        (None, None) if reference => (nearest::only()?, Chosen::Given),
        (None, None) => return Ok(None),
    };
    let declaration = certify::declaration(args.declaration.as_deref(), &archetype)?;
    let declaration = match declaration {
        Some(d) => Some((d, Declared::Given)),
        None if reference => Some((Declaration::complete(&archetype), Declared::Complete)),
        None => None,
    };
    Ok(Some(Measure { archetype, chosen, candidates: Vec::new(), declaration }))
}

/// The archetype that a declaration names.
fn declared_archetype(path: &Path) -> Result<Archetype, Fault> {
    let any = embedded_ids().first().map_or_else(|| Err(nearest::none()), |id| certify::archetype(id))?;
    match Declaration::load(path, &any) {
        Ok(_) => Ok(any),
        Err(DeclarationError::OtherArchetype { declared, .. }) => certify::archetype(&declared),
        Err(e) => Err(Fault::input(e)),
    }
}

/// Asks the station, with the patience of every archetype it may belong to.
async fn ask(args: &args::Gap, known: Option<&Measure>) -> Result<Survey, Fault> {
    let trace = match &args.out {
        None => Trace::in_memory(),
        Some(dir) => {
            std::fs::create_dir_all(dir)
                .map_err(|e| Fault::input(format!("{} cannot be made: {e}", dir.display())))?;
            Trace::in_file(&dir.join(verify::EVIDENCE))
                .map_err(|e| Fault::input(format!("{}: {e}", dir.display())))?
        }
    };
    match known {
        Some(Measure { archetype, declaration, .. }) => {
            let declaration = declaration.as_ref().map(|(d, _)| d.clone());
            let declaration = declaration.unwrap_or_else(|| Declaration::undeclared(archetype));
            let patience = Patience::of(archetype, &declaration);
            inventories::ask(&args.connection, (archetype, &declaration), &patience, trace).await
        }
        None => {
            let all = nearest::all()?;
            let (Some(first), Some(patience)) = (all.first(), nearest::patience(&all)) else {
                return Err(nearest::none());
            };
            let declaration = Declaration::undeclared(first);
            inventories::ask(&args.connection, (first, &declaration), &patience, trace).await
        }
    }
}

/// What the run was about whose evidence was read.
fn recorded(records: &[Record]) -> Option<Measure> {
    let (archetype, declaration) = recall_inputs(records)?;
    let declaration = declaration.map(|d| (d, Declared::Recorded));
    Some(Measure { archetype, chosen: Chosen::Recorded, candidates: Vec::new(), declaration })
}

/// What the flags leave open, from the evidence: the declaration of the run, if it is about the same archetype.
fn with_recorded(known: Measure, records: &[Record]) -> Measure {
    if known.declaration.is_some() {
        return known;
    }
    let same = recorded(records).filter(|r| r.archetype.hash == known.archetype.hash);
    Measure { declaration: same.and_then(|r| r.declaration), ..known }
}

/// The archetype a station is nearest to.
fn nearest(survey: &Survey) -> Result<Measure, Fault> {
    let (archetype, candidates) = nearest::nearest(survey)?;
    Ok(Measure { archetype, chosen: Chosen::Nearest, candidates, declaration: None })
}

fn compare(measure: Measure, survey: &Survey) -> GapFile {
    let Measure { archetype, chosen, candidates, declaration } = measure;
    let (declaration, declared) =
        declaration.unwrap_or_else(|| (nearest::undeclared(&archetype, survey), Declared::Nothing));
    let gap = Gap::of(&archetype, &declaration, survey.version, &survey.inventories);
    let seen = layout(&survey.inventories.inventory);
    let mut notes = survey.inventories.doubts.clone();
    notes.extend(contradiction(declaration.topology(), &seen));
    notes.extend(seen.remarks);
    if let Err(why) = &survey.inventories.monitors {
        notes.push(format!("the station's monitors are not known, so nothing is said of them: {why}"));
    }
    GapFile::new(GapInputs {
        suite: env!("CARGO_PKG_VERSION").to_owned(),
        archetype: &archetype,
        chosen,
        candidates,
        station: &survey.identity,
        ocpp_version: survey.version,
        declared,
        topology: declaration.topology(),
        gap: &gap,
        notes,
    })
}
