//! Monitoring in detail: reports, refusals, silence, values, bases, and the monitors a station brings along.

use crate::trouble;

const NOTHING: Vec<String> = Vec::new();

#[tokio::test(start_paused = true)]
async fn reports_hold_what_their_filters_select_and_say_who_provided_a_monitor() {
    assert_eq!(trouble("@req:B-0108 or @req:B-0109").await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_leaves_nothing_behind_and_is_answered() {
    assert_eq!(trouble("@req:B-0125 or @req:B-0126 or @req:B-0127 or @req:B-0160").await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn monitors_fall_silent_and_go_on() {
    let rows = "@req:B-0159 or @req:B-0161 or @req:B-0173 or @req:B-0174 or @req:B-0328 or @req:B-0330";
    assert_eq!(trouble(rows).await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn values_in_events_are_true() {
    assert_eq!(trouble("@req:B-0156 or @req:B-0157 or @req:B-0158 or @req:B-0162").await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn the_bases_lose_nothing() {
    assert_eq!(trouble("@req:B-0136 or @req:B-0175 or @req:B-0176 or @req:B-0302").await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn the_alarms_a_station_brings_along_can_be_relied_on() {
    let rows = "@req:B-0301 or @req:B-0303 or @req:B-0304 or @req:B-0307 or @req:B-0309 or @req:B-0310";
    assert_eq!(trouble(rows).await, NOTHING);
}
