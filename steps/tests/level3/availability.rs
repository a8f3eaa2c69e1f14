//! Outlets taken in and out of use.

use crate::not_passed;

const NOTHING: Vec<String> = Vec::new();
/// What needs nothing but the connection.
const ALONE: &[&str] = &[
    "DX-AVL-001",
    "DX-AVL-002",
    "DX-AVL-003",
    "DX-AVL-004",
    "DX-AVL-005",
    "DX-AVL-006",
    "DX-AVL-007",
    "DX-AVL-009",
];

#[tokio::test(start_paused = true)]
async fn outlets_are_taken_out_of_use_and_put_back_and_tell_their_states() {
    let ids = [ALONE, &["DX-AVL-008", "DX-AVL-010"]].concat();
    assert_eq!(not_passed(&ids, true).await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn most_of_it_needs_nothing_but_the_connection() {
    assert_eq!(not_passed(ALONE, false).await, NOTHING);
}
