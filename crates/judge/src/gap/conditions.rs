//! What an inventory says to the conditions of an archetype.

mod standard;

use crate::inventory::{Inventory, component_at, variable_at};
use crate::{Check, Code};
use ocpp::Version;
use ocpp::device::same;
use spec::model::{Answer, ComponentRow, Obligation, Row, Topology, VariableRow};
use spec::{Archetype, Declaration, Place};

/// A condition with the answer an inventory gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Id of the condition.
    pub id: String,
    /// The question a manufacturer answers.
    pub question: String,
    /// The answer.
    pub answer: Answer,
    /// What it rests on, in a few words.
    pub because: String,
}

/// A component or variable row under a condition, at the places where it should show.
struct Sign<'a> {
    name: String,
    row: &'a dyn Row,
    seen: Vec<Check>,
    /// Something of that name may be it, though it is not where or not called as the row says.
    like: Option<String>,
}

/// Answers every condition of an archetype from an inventory, in the order of the archetype.
///
/// Where no row sits under a condition, a standard part of the device model may tell. Else: `Yes` if a component or variable under the condition is reported at one of its places; `No` if none is and one
/// of them is more than optional; else, or where something alike is reported, `Unknown`.
pub fn answers(
    archetype: &Archetype,
    inventory: &Inventory,
    topology: &Topology,
    version: Version,
) -> Vec<Answered> {
    let condition = |id: &str| {
        let signs = signs(archetype, inventory, topology, version, id);
        match standard::answer(id, inventory).filter(|_| signs.is_empty()) {
            Some(told) => told,
            None => conclude(&signs),
        }
    };
    archetype
        .conditions
        .iter()
        .map(|c| {
            let (answer, because) = condition(&c.id);
            Answered { id: c.id.clone(), question: c.question.clone(), answer, because }
        })
        .collect()
}

/// What was declared absent and is reported all the same, one sentence each.
pub fn declared_absent_yet_reported(
    archetype: &Archetype,
    declaration: &Declaration,
    inventory: &Inventory,
    version: Version,
) -> Vec<String> {
    let seen = answers(archetype, inventory, declaration.topology(), version);
    let contradicted =
        seen.into_iter().filter(|a| a.answer == Answer::Yes && declaration.answer(&a.id) == Answer::No);
    contradicted.map(|a| format!("{} is declared absent, yet {}", a.id, a.because)).collect()
}

fn signs<'a>(
    archetype: &'a Archetype,
    inventory: &Inventory,
    topology: &Topology,
    version: Version,
    condition: &str,
) -> Vec<Sign<'a>> {
    let counts = |row: &dyn Row| {
        row.when() == Some(condition) && (row.versions().is_empty() || row.versions().contains(&version))
    };
    let mut signs = Vec::new();
    for c in &archetype.components {
        let places = Place::all(c.at, topology);
        if counts(c) {
            let seen: Vec<Check> = places.iter().map(|p| inventory.component(c, *p)).collect();
            let like = alike(c, archetype, inventory, &seen);
            signs.push(Sign { name: component_at(c, Place::STATION).to_string(), row: c, seen, like });
        }
        for v in c.variables.iter().filter(|v| counts(*v)) {
            let seen = places.iter().map(|p| inventory.variable(c, v, *p)).collect();
            let like = elsewhere(c, v, inventory);
            signs.push(Sign { name: variable_at(c, v, Place::STATION).to_string(), row: v, seen, like });
        }
    }
    signs
}

/// What else a missing component may be: one at another place, or one with an instance nobody asked for. An
/// instance that a row asks for means something, and is another thing.
fn alike(row: &ComponentRow, archetype: &Archetype, inventory: &Inventory, seen: &[Check]) -> Option<String> {
    let misplaced = seen.iter().find_map(|check| match check {
        Check::Broken(f) if f.code == Code::ComponentMisplaced => Some(f.observed.clone()),
        _ => None,
    });
    let meant = |instance: &str| {
        let rows = archetype.components.iter().filter(|c| same(&c.component, &row.component));
        rows.filter_map(|c| c.instance.as_deref()).any(|i| same(i, instance))
    };
    let stray = inventory
        .variables
        .iter()
        .map(|v| &v.address.component)
        .find(|c| same(&c.name, &row.component) && c.instance.as_deref().is_some_and(|i| !meant(i)));
    misplaced.or_else(|| stray.filter(|_| row.instance.is_none()).map(|c| format!("only {c}")))
}

/// The same variable of the same component at another place.
fn elsewhere(c: &ComponentRow, v: &VariableRow, inventory: &Inventory) -> Option<String> {
    let wanted = variable_at(c, v, Place::STATION);
    let found = inventory.variables.iter().find(|r| {
        let (a, w) = (&r.address, &wanted);
        let instance = |a: &Option<String>, b: &Option<String>| {
            a.as_ref().map(|i| i.to_ascii_lowercase()) == b.as_ref().map(|i| i.to_ascii_lowercase())
        };
        same(&a.component.name, &w.component.name)
            && instance(&a.component.instance, &w.component.instance)
            && a.variable.same_as(&w.variable)
    })?;
    Some(format!("only {}", found.address))
}

fn conclude(signs: &[Sign<'_>]) -> (Answer, String) {
    let held = |s: &&Sign<'_>| s.seen.iter().any(|c| matches!(c, Check::Held(_)));
    if let Some(sign) = signs.iter().find(held) {
        return (Answer::Yes, format!("{} is reported", sign.name));
    }
    if let Some((sign, like)) = signs.iter().find_map(|s| Some((s, s.like.as_ref()?))) {
        return (Answer::Unknown, format!("{} is not reported at its place, {like}", sign.name));
    }
    let should_show: Vec<&str> =
        signs.iter().filter(|s| s.row.obligation() != Obligation::May).map(|s| s.name.as_str()).collect();
    match (should_show.as_slice(), signs) {
        ([], []) => (Answer::Unknown, "no component or variable tells".to_owned()),
        ([], [first, ..]) => (Answer::Unknown, format!("{} need not be reported, and is not", first.name)),
        (names, _) => (Answer::No, format!("no {} is reported", names.join(", no "))),
    }
}
