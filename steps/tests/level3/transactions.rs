//! Transactions, and what the whole run tells of them.

use crate::harness::{Odd, replays, run_odd, session};
use crate::not_passed;
use judge::Verdict;
use ocpp::{AttributeType, Mutability, Version};
use spec::{Archetype, Declaration};
use station::DeviceModel;

const NOTHING: Vec<String> = Vec::new();
/// What needs no vehicle where a driver is enough to start a transaction.
const ALONE: &[&str] = &[
    "DX-TXN-001",
    "DX-TXN-003",
    "DX-TXN-005",
    "DX-TXN-006",
    "DX-TXN-007",
    "DX-TXN-008",
    "DX-TXN-009",
    "DX-TXR-001",
    "DX-TXR-002",
    "DX-TXR-003",
    "DX-TXR-004",
    "DX-TXR-005",
    "DX-TXR-006",
];

#[tokio::test(start_paused = true)]
async fn transactions_are_told_as_they_are() {
    let ids = [ALONE, &["DX-TXN-002", "DX-TXN-004"]].concat();
    assert_eq!(not_passed(&ids, true).await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn a_start_from_afar_is_enough_for_most_of_it() {
    assert_eq!(not_passed(ALONE, false).await, NOTHING);
}

/// Rows on transactions that are left open by a laboratory without a rig.
async fn open_without_a_rig(model: fn(&mut DeviceModel)) -> Vec<String> {
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let declaration = Declaration::complete(&archetype);
    let mut session = session(archetype, declaration, 3, "none");
    let rows: Vec<String> = (381..=393).map(|n| format!("@req:B-0{n}")).collect();
    session.options.select = Some(rows.join(" or "));
    let outcome = run_odd(session, Version::V201, Odd { model: Some(model), ..Odd::default() }).await;
    replays(&outcome).await;
    let of_ours = outcome.run.verdicts.iter().filter(|v| rows.contains(&format!("@req:{}", v.subject.row)));
    let mut open = Vec::new();
    for v in of_ours {
        match v.outcome.verdict() {
            Verdict::Pass | Verdict::NotApplicable => {}
            Verdict::NotExercised => open.push(v.subject.row.0.clone()),
            other => panic!("{} is {other}", v.subject.row),
        }
    }
    open
}

/// Gives a variable a fixed value.
fn fix(model: &mut DeviceModel, variable: &str, value: &str) {
    let found = model.variables.iter_mut().find(|v| v.address.variable.name == variable).unwrap();
    let actual = found.attributes.iter_mut().find(|a| a.kind == AttributeType::Actual).unwrap();
    (actual.value, actual.mutability) = (value.to_owned(), Mutability::ReadOnly);
}

#[tokio::test(start_paused = true)]
async fn a_driver_who_is_asked_about_needs_no_vehicle() {
    let open = open_without_a_rig(|model| fix(model, "AuthorizeRemoteStart", "true")).await;
    assert_eq!(open, ["B-0386", "B-0389"]);
}

#[tokio::test(start_paused = true)]
async fn where_no_driver_is_enough_a_laboratory_without_a_vehicle_starts_nothing() {
    let open = open_without_a_rig(|model| fix(model, "TxStartPoint", "EVConnected")).await;
    assert_eq!(open, ["B-0385", "B-0386", "B-0388", "B-0389", "B-0390", "B-0392", "B-0393"]);
}
