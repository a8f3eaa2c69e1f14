//! `diagmark declare`: a first declaration from what a station reports.

use crate::args;
use crate::fault::Fault;
use crate::progress::say;
use crate::{certify, inventories};
use judge::gap::{answers, layout};
use report::exit;
use spec::Declaration;
use spec::draft::{Draft, DraftAnswer, assumed_edition};
use spec::model::{Answer, DeclaredVersion, Product};
use std::io::Write as _;
use std::path::Path;
use steps::survey::{Patience, Survey};
use trace::Trace;

pub(crate) async fn declare(args: &args::Declare) -> Result<u8, Fault> {
    let archetype = certify::archetype(&args.archetype)?;
    // Said before a station is waited for.
    if let Some(out) = args.out.as_deref().filter(|p| p.exists()) {
        return Err(exists(out));
    }
    let complete = Declaration::complete(&archetype);
    let patience = Patience::of(&archetype, &complete);
    let survey =
        inventories::ask(&args.connection, (&archetype, &complete), &patience, Trace::in_memory()).await?;
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
