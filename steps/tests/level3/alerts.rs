//! Faults, and the monitors a station brings along.

use crate::trouble;

const NOTHING: Vec<String> = Vec::new();

#[tokio::test(start_paused = true)]
async fn every_fault_a_rig_can_cause_is_told_and_every_monitor_is_brought_along_or_can_be_set() {
    // A notification has no monitor to be reported: that it is there is seen by its fault.
    assert_eq!(trouble("@id:DX-FLT-001 or @id:DX-PRV-001 or @id:DX-PRV-002").await, NOTHING);
}
