//! The archetype a station is nearest to, where none is named.

use crate::certify;
use crate::fault::Fault;
use judge::gap::{Gap, layout};
use report::gap::Candidate;
use spec::{Archetype, Declaration, embedded_ids};
use steps::survey::{Patience, Survey};

/// The archetypes there are to choose from.
pub(crate) fn all() -> Result<Vec<Archetype>, Fault> {
    embedded_ids().into_iter().map(certify::archetype).collect()
}

/// The patience of every archetype a station may belong to.
pub(crate) fn patience(all: &[Archetype]) -> Option<Patience> {
    let of = |a: &Archetype| Patience::of(a, &Declaration::undeclared(a));
    all.iter().map(of).reduce(Patience::or)
}

/// The archetype of whose musts the fewest are missing, nothing being declared, and how near each is.
pub(crate) fn nearest(survey: &Survey) -> Result<(Archetype, Vec<Candidate>), Fault> {
    let mut found: Vec<(Candidate, Archetype)> = Vec::new();
    for archetype in all()? {
        let declaration = undeclared(&archetype, survey);
        let gap = Gap::of(&archetype, &declaration, survey.version, &survey.inventories);
        found.push((Candidate::of(&archetype, &gap), archetype));
    }
    found.sort_by(|a, b| a.0.nearer(&b.0));
    let candidates = found.iter().map(|(c, _)| c.clone()).collect();
    let first = found.into_iter().next().ok_or_else(none)?;
    Ok((first.1, candidates))
}

/// What is known of a product that declares nothing: its layout.
pub(crate) fn undeclared(archetype: &Archetype, survey: &Survey) -> Declaration {
    let declaration = Declaration::undeclared(archetype);
    match layout(&survey.inventories.inventory).topology {
        Some(topology) => declaration.with_topology(topology),
        None => declaration,
    }
}

/// There is no archetype at all.
pub(crate) fn none() -> Fault {
    Fault::internal("there is no embedded archetype")
}

/// The archetype the reference station is built from when none is named.
pub(crate) fn only() -> Result<Archetype, Fault> {
    match embedded_ids().as_slice() {
        [only] => certify::archetype(only),
        [] => Err(none()),
        several => {
            let several = several.join(", ");
            Err(Fault::input(format!(
                "the reference station needs an archetype: give --archetype, one of {several}"
            )))
        }
    }
}
