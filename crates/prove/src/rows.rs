//! Every must row that a run judges, and how it is proven: by a defect that made it fail, by the defect of another row
//! that the same scenario judges in the same way, or not, for a reason that is written down.

use crate::matrix::Proven;
use crate::reasons::REASONS;
use judge::{Outcome, Verdict};
use ocpp::Version;
use report::proof::RowProof;
use spec::model::{Obligation, RowId};
use spec::{Archetype, Declaration, embedded_ids};
use std::collections::{BTreeMap, BTreeSet};
use steps::{Plan, Selection, Suite};

/// Scenarios that judge a must row.
type Judged = BTreeMap<RowId, BTreeSet<String>>;

/// Every must row of every archetype and version, with the scenarios that judge it.
///
/// # Errors
/// What is wrong with the embedded suite.
fn musts() -> Result<Judged, String> {
    let suite = Suite::embedded().map_err(|e| format!("{e:?}"))?;
    let mut judged = Judged::new();
    for id in embedded_ids() {
        let archetype = Archetype::load(id).map_err(|e| format!("{e:?}"))?;
        let declaration = Declaration::complete(&archetype);
        for version in Version::ALL {
            let plan = Plan::new(&suite, &archetype, &declaration, version, Selection::default());
            for item in plan.map_err(|e| e.to_string())?.items {
                let applies = !matches!(item.settled, Some(Outcome::NotApplicable(_)));
                if item.subject.obligation == Obligation::Must && applies {
                    judged.entry(item.subject.row).or_default().extend(item.subject.scenario);
                }
            }
        }
    }
    Ok(judged)
}

/// How each must row is proven by these runs.
///
/// # Errors
/// What is wrong with the embedded suite.
pub fn rows(proven: &[Proven]) -> Result<Vec<RowProof>, String> {
    let judged = musts()?;
    let mut killed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    // What a scenario that judges a whole table caught, and on which row.
    let mut by_scenario: BTreeMap<(&str, char), (&str, &str)> = BTreeMap::new();
    for p in proven.iter().filter(|p| p.judgement.is_good()) {
        let name = p.job.deviation.name;
        for caught in p.judgement.caught.iter().filter(|c| c.verdict == Verdict::Fail) {
            killed.entry(&caught.row).or_default().insert(name);
            let kind = caught.row.chars().next().unwrap_or_default();
            by_scenario.entry((&caught.scenario, kind)).or_insert((name, &caught.row));
        }
    }
    let reason = |row: &RowId, scenarios: &BTreeSet<String>| {
        let own = REASONS.iter().find(|(id, _)| *id == row.0).map(|(_, why)| (*why).to_owned());
        own.or_else(|| like_another(row, scenarios, &by_scenario))
    };
    let proof = |(row, scenarios): (RowId, BTreeSet<String>)| {
        let killed: Vec<String> =
            killed.get(row.0.as_str()).into_iter().flatten().map(|name| (*name).to_owned()).collect();
        RowProof {
            obligation: Obligation::Must,
            reason: if killed.is_empty() { reason(&row, &scenarios) } else { None },
            scenarios: scenarios.into_iter().collect(),
            killed,
            row,
        }
    };
    Ok(judged.into_iter().map(proof).collect())
}

/// Rows of a table are judged by one scenario each in the same way: what it catches on one it catches on all.
fn like_another(
    row: &RowId,
    scenarios: &BTreeSet<String>,
    by_scenario: &BTreeMap<(&str, char), (&str, &str)>,
) -> Option<String> {
    let kind = row.kind().filter(|kind| *kind != 'B')?;
    let of = |scenario: &String| {
        let (name, other) = by_scenario.get(&(scenario.as_str(), kind))?;
        Some(format!("{scenario} judges it as it judges {other}, where it caught {name}"))
    };
    let each: Vec<String> = scenarios.iter().map(of).collect::<Option<_>>()?;
    (!each.is_empty()).then(|| each.join("; "))
}
