//! What a run would ask of its rig or of a person, known from the plan: grouped by what is done to which part, so that
//! a person can get everything ready before.

use super::{Hazard, hazards};
use crate::plan::{Item, Plan};
use judge::Stimulus;
use judge::inventory::variable_at;
use spec::model::{Rig, RowId};
use spec::{Applies, Archetype, Declaration, Effect, Place};
use std::collections::BTreeSet;

/// Something that is done to one part of the station, for one or more rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What is done, and to which part.
    pub what: String,
    /// The rows it is done for and what they are about, in the order of the plan.
    pub rows: Vec<(RowId, String)>,
    /// Where.
    pub places: Vec<Place>,
    /// How often something is asked for at least: a fault is asked for and taken away again.
    pub prompts: usize,
    /// Whether a row needs more than an ordinary rig.
    pub special: bool,
    /// What can hurt.
    pub hazards: Vec<Hazard>,
}

/// What the scenarios that are to be run ask for, in the order in which it is first needed.
pub fn actions(plan: &Plan, archetype: &Archetype, declaration: &Declaration) -> Vec<Action> {
    let mut all: Vec<Action> = Vec::new();
    for item in plan.items.iter().filter(|i| i.settled.is_none() && i.subject.stimulus == Stimulus::Hook) {
        let mut one = match archetype.fault(&item.subject.row) {
            Some(_) => of_fault(item, plan, archetype, declaration),
            None => of_steps(item),
        };
        match all.iter_mut().find(|a| a.what == one.what) {
            Some(same) => {
                let news = one
                    .rows
                    .drain(..)
                    .filter(|(id, _)| !same.rows.iter().any(|(known, _)| known == id))
                    .collect::<Vec<_>>();
                same.rows.extend(news);
                same.places = same
                    .places
                    .iter()
                    .chain(&one.places)
                    .copied()
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect();
                same.hazards = same
                    .hazards
                    .iter()
                    .chain(&one.hazards)
                    .copied()
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect();
                same.prompts += one.prompts;
                same.special |= one.special;
            }
            None => all.push(one),
        }
    }
    all
}

/// A fault is shown by the first of its variables that applies at the place.
fn of_fault(item: &Item, plan: &Plan, archetype: &Archetype, declaration: &Declaration) -> Action {
    let place = item.subject.place;
    let fault = archetype.fault(&item.subject.row);
    let monitors = fault.iter().flat_map(|f| &f.monitors).filter_map(|id| archetype.monitor(id));
    let mut here = monitors.filter(|(c, _, m)| {
        Place::all(c.at, declaration.topology()).contains(&place)
            && declaration.applies(*m, plan.version) == Applies::Yes
    });
    let first = here.next();
    let shown = first.map(|(c, v, _)| variable_at(c, v, Place::STATION));
    let effect = fault.zip(shown.as_ref()).map(|(f, at)| Effect::fault(f, true, at, ""));
    let vehicle = first.is_some_and(|(_, _, m)| m.transaction);
    Action {
        what: shown
            .map_or_else(|| item.subject.title.clone(), |at| format!("change {at}, and change it back")),
        rows: vec![(item.subject.row.clone(), fault.map_or_else(String::new, |f| f.title.clone()))],
        places: vec![place],
        prompts: if vehicle { 4 } else { 2 },
        special: fault.is_some_and(|f| f.rig == Rig::Special),
        hazards: effect.map(|e| hazards(archetype, &e)).unwrap_or_default(),
    }
}

/// What other scenarios ask for shows only in their sentences; which part it is about is chosen during the run.
fn of_steps(item: &Item) -> Action {
    let speaks_of = |words: &[&str]| {
        let text = |step: &cucumber::gherkin::Step| step.value.to_ascii_lowercase();
        item.steps.iter().any(|step| words.iter().any(|word| text(step).contains(word)))
    };
    let (what, hazards) = if speaks_of(&["power"]) {
        ("switch the station's supply off and on again", vec![Hazard::Voltage])
    } else if speaks_of(&["transaction", "vehicle", "plug", "charging", "cable"]) {
        ("plug a vehicle in and out, and charge where asked", vec![Hazard::Voltage])
    } else {
        ("change a measured value that the run chooses, and change it back", Vec::new())
    };
    Action {
        what: what.to_owned(),
        rows: vec![(item.subject.row.clone(), item.subject.title.clone())],
        places: vec![item.subject.place],
        prompts: 2,
        special: false,
        hazards,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Selection, Suite};
    use ocpp::Version;

    fn planned(select: &str) -> Vec<Action> {
        let archetype = Archetype::load("ac-wallbox").unwrap();
        let declaration = Declaration::complete(&archetype);
        let selection = Selection { select: Some(select.to_owned()), ..Selection::default() };
        let plan = Plan::new(&Suite::embedded().unwrap(), &archetype, &declaration, Version::V201, selection)
            .unwrap();
        actions(&plan, &archetype, &declaration)
    }

    #[test]
    fn faults_that_show_on_the_same_variable_are_one_action() {
        let all = planned("@id:DX-FLT-001");
        let is_for = |a: &Action, row: &str| a.rows.iter().any(|(id, _)| id.0 == row);
        let housing = all.iter().find(|a| is_for(a, "F-0212")).unwrap();
        assert!(is_for(housing, "F-0213") && housing.rows[0].1 == "Housing warming up", "{housing:?}");
        assert_eq!((housing.places.clone(), housing.prompts % 2), (vec![Place::STATION], 0));
        assert_eq!(housing.hazards, [Hazard::Heat]);
        let rows: usize = all.iter().map(|a| a.rows.len()).sum();
        assert!(rows > 40 && all.len() < rows, "{} actions for {rows} rows", all.len());
    }

    #[test]
    fn a_scenario_without_a_rig_asks_for_nothing() {
        assert_eq!(planned("@stimulus:none"), []);
        let moved = planned("@id:DX-EVT-001");
        assert_eq!((moved.len(), moved[0].rows.len(), moved[0].prompts), (1, 1, 2));
    }
}
