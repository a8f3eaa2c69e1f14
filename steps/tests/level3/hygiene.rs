//! Every event of the run, judged at its end.

use crate::trouble;

#[tokio::test(start_paused = true)]
async fn the_events_of_a_run_are_clean() {
    // Faults make the events that are looked at.
    let select = "@id:DX-FLT-001 or @id:DX-INV-001 or @id:DX-EVT-001 or @id:DX-MON-001 or \
                  @id:DX-HYG-001 or @id:DX-HYG-002 or @id:DX-HYG-003 or @id:DX-HYG-004 or @id:DX-HYG-005 or \
                  @id:DX-HYG-006 or @id:DX-HYG-007 or @id:DX-HYG-008 or @id:DX-HYG-009 or @id:DX-HYG-010 or @id:DX-HYG-011 or @id:DX-HYG-012";
    assert_eq!(trouble(select).await, Vec::<String>::new());
}
