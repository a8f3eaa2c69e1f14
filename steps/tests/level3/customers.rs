//! Customer information.

use crate::not_passed;

const ALL: &[&str] = &[
    "DX-CUS-001",
    "DX-CUS-002",
    "DX-CUS-003",
    "DX-CUS-004",
    "DX-CUS-005",
    "DX-CUS-006",
    "DX-CUS-007",
    "DX-CUS-008",
    "DX-TXR-007",
];

#[tokio::test(start_paused = true)]
async fn customers_are_told_of_and_erased() {
    assert_eq!(not_passed(ALL, true).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn that_needs_no_rig() {
    assert_eq!(not_passed(ALL, false).await, Vec::<String>::new());
}
