//! Transactions, and what the whole run tells of them.

use crate::not_passed;

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
