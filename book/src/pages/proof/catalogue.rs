//! The catalogue of deviations, topic by topic: what is wrong, what that breaks and what catches it; what is only
//! unusual, and what allows it.

use super::{Named, sentence, title, topics};
use crate::BookError;
use crate::book::Page;
use crate::pages::{Desk, Draft};
use report::ProofFile;
use report::proof::{DeviationKind, DeviationProof};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    defects: usize,
    variants: usize,
    topics: Vec<Topic>,
}

#[derive(Serialize)]
struct Topic {
    slug: String,
    title: String,
    defects: Vec<Entry>,
    variants: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    what: String,
    /// Of a variant.
    allowed_by: String,
    breaks: Vec<Named>,
    warns: Vec<Named>,
    ocpp: Vec<String>,
    caught: Vec<Catch>,
    seam: String,
    runs: Vec<Runs>,
    faults: Vec<String>,
}

/// What a scenario finds.
#[derive(Serialize)]
struct Catch {
    scenario: String,
    codes: Vec<&'static str>,
}

/// Where it was run.
#[derive(Serialize)]
struct Runs {
    archetype: String,
    versions: Vec<String>,
}

pub(super) fn page(desk: &Desk<'_>, proof: &ProofFile) -> Result<Page, BookError> {
    let mut draft = Draft::new("proof/catalogue.html", "Deviations").under(1);
    draft.names(desk, proof.deviations.iter().flat_map(|d| d.breaks.iter().chain(&d.warns)));
    let topics = topics(proof).into_iter().map(|(topic, deviations)| {
        let of = |kind| deviations.iter().filter(|d| d.kind == kind).map(|d| entry(desk, d)).collect();
        Topic {
            slug: topic.to_owned(),
            title: title(topic),
            defects: of(DeviationKind::Defect),
            variants: of(DeviationKind::Variant),
        }
    });
    let view = View {
        defects: proof.count(DeviationKind::Defect).0,
        variants: proof.count(DeviationKind::Variant).0,
        topics: topics.collect(),
    };
    draft.render(desk, "catalogue.html", &view)
}

fn entry(desk: &Desk<'_>, d: &DeviationProof) -> Entry {
    let mut caught: Vec<Catch> = Vec::new();
    for c in d.runs.iter().flat_map(|r| &r.caught) {
        let code = c.code.map(|code| code.as_str());
        match caught.iter_mut().find(|known| known.scenario == c.scenario) {
            Some(known) => known.codes.extend(code.filter(|code| !known.codes.contains(code))),
            None => caught.push(Catch { scenario: c.scenario.clone(), codes: code.into_iter().collect() }),
        }
    }
    caught.sort_by(|a, b| a.scenario.cmp(&b.scenario));
    let mut runs: Vec<Runs> = Vec::new();
    for run in &d.runs {
        let version = run.version.to_string();
        match runs.iter_mut().find(|known| known.archetype == run.archetype) {
            Some(known) => known.versions.push(version),
            None => runs.push(Runs { archetype: run.archetype.clone(), versions: vec![version] }),
        }
    }
    let mut faults: Vec<String> = Vec::new();
    for fault in d.runs.iter().flat_map(|r| &r.faults) {
        if !faults.contains(fault) {
            faults.push(fault.clone());
        }
    }
    Entry {
        name: d.name.clone(),
        what: sentence(&d.what),
        allowed_by: d.allowed_by.as_deref().map(sentence).unwrap_or_default(),
        breaks: d.breaks.iter().map(|id| Named::new(desk, id)).collect(),
        warns: d.warns.iter().map(|id| Named::new(desk, id)).collect(),
        ocpp: d.ocpp.clone(),
        caught,
        seam: d.seam.clone(),
        runs,
        faults,
    }
}
