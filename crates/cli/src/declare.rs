//! `diagmark declare`: a first declaration from what a station reports.

use crate::args::{self, BuiltIn};
use crate::fault::Fault;
use crate::progress::say;
use crate::{certify, inventories, nearest};
use judge::gap::{answers, layout};
use report::exit;
use spec::draft::{Draft, DraftAnswer, assumed_edition};
use spec::model::{Answer, DeclaredVersion, Product};
use spec::{Archetype, Declaration};
use std::io::Write as _;
use std::path::Path;
use steps::survey::{Patience, Survey};
use trace::Trace;

pub(crate) async fn declare(args: &args::Declare) -> Result<u8, Fault> {
    let reference = args.connection.station == Some(BuiltIn::Reference);
    let named = match &args.archetype {
        Some(name) => Some(certify::archetype(name)?),
        None if reference => Some(nearest::only()?),
        None => None,
    };
    // Said before a station is waited for.
    if let Some(out) = args.out.as_deref().filter(|p| p.exists()) {
        return Err(exists(out));
    }
    let all = match &named {
        Some(archetype) => vec![archetype.clone()],
        None => nearest::all()?,
    };
    let Some(first) = all.first() else { return Err(nearest::none()) };
    let complete = Declaration::complete(first);
    let patience = match &named {
        Some(archetype) => Patience::of(archetype, &complete),
        None => nearest::patience(&all).ok_or_else(nearest::none)?,
    };
    let survey =
        inventories::ask(&args.connection, (first, &complete), &patience, Trace::in_memory()).await?;
    let archetype = match named {
        Some(archetype) => archetype,
        None => proposed(&survey)?,
    };
    let draft = draft(&archetype, &survey);
    let text = draft.to_yaml();
    match &args.out {
        None => crate::print(&text),
        Some(out) => write(out, &text)?,
    }
    let count = |answer| draft.conditions.iter().filter(|c| c.answer == answer).count();
    say(&format!(
        "{} conditions: {} yes, {} no, {} unknown; correct what is wrong, and answer what is unknown",
        draft.conditions.len(),
        count(Answer::Yes),
        count(Answer::No),
        count(Answer::Unknown),
    ));
    Ok(exit::CONFORMING)
}

/// The archetype a station is nearest to, and how near the others are.
fn proposed(survey: &Survey) -> Result<Archetype, Fault> {
    let (archetype, candidates) = nearest::nearest(survey)?;
    say(&format!("the nearest archetype is {}; name another with --archetype", archetype.id));
    candidates.iter().for_each(|c| say(&format!("  {}: {}", c.id, c.reason)));
    Ok(archetype)
}

/// What can be declared of a station from its survey.
fn draft(archetype: &spec::Archetype, survey: &Survey) -> Draft {
    let inventory = &survey.inventories.inventory;
    let seen = layout(inventory);
    let topology = seen.topology.as_ref().unwrap_or(&archetype.topology);
    let told = answers(archetype, inventory, topology, survey.version);
    let conditions = archetype.conditions.iter().zip(told).map(|(condition, told)| DraftAnswer {
        condition: condition.clone(),
        answer: told.answer,
        because: told.because,
    });
    let mut versions = survey.offered.clone();
    versions.dedup();
    let declared = |version| DeclaredVersion { version, edition: assumed_edition(version) };
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    Draft {
        archetype: archetype.id.clone(),
        product: Product {
            vendor: said(&survey.identity.vendor),
            model: said(&survey.identity.model),
            firmware: survey.identity.firmware.clone(),
        },
        ocpp: versions.into_iter().map(declared).collect(),
        conditions: conditions.collect(),
        topology: seen.topology,
        remarks: seen.remarks.into_iter().chain(survey.inventories.doubts.iter().cloned()).collect(),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Fault> {
    let cannot = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::AlreadyExists => exists(path),
        _ => Fault::input(format!("{} cannot be written: {e}", path.display())),
    };
    let mut file = std::fs::File::options().write(true).create_new(true).open(path).map_err(cannot)?;
    file.write_all(text.as_bytes()).map_err(cannot)
}

fn exists(path: &Path) -> Fault {
    Fault::input(format!("{} exists already: name another file with --out", path.display()))
}
