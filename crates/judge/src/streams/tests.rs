use super::*;
use crate::Code;
use crate::monitors::MonitoringReport;
use crate::testing::{START, Story, all_hold, codes};
use ocpp::Version;
use serde_json::json;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const TEN: Duration = Duration::from_secs(10);
const ASKED: Params = Params { interval: Some(10), values: Some(30) };

/// A monitor of one second that asks for a stream, accepted as 7.
fn set() -> Story {
    set_with(json!({"interval": 10, "values": 30}))
}

fn set_with(params: Value) -> Story {
    let at = json!({"component": {"name": "EVSE"}, "variable": {"name": "Power"}, "type": "Periodic", "severity": 8});
    let with = |extra: Value| {
        let mut all = at.clone();
        all.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        all
    };
    Story::begins_in(Version::V21)
        .receives(
            "SetVariableMonitoring",
            json!({"setMonitoringData": [with(json!({"value": 1, "periodicEventStream": params}))]}),
        )
        .answers(json!({"setMonitoringResult": [with(json!({"status": "Accepted", "id": 7}))]}))
}

fn opens(story: Story, stream: i64, monitor: i64) -> Story {
    let params = json!({"interval": 10, "values": 30});
    let data = json!({"id": stream, "variableMonitoringId": monitor, "params": params});
    story.calls("OpenPeriodicEventStream", json!({"constantStreamData": data}))
}

/// The monitor is set, and its stream open as 1.
fn open() -> Story {
    opens(set(), 1, 7).and_is_told(json!({"status": "Accepted"}))
}

fn batch(stream: i64, base: Timestamp, count: usize) -> Value {
    let data: Vec<Value> = (0..count).map(|t| json!({"t": t, "v": "1"})).collect();
    json!({"id": stream, "pending": 0, "basetime": base.to_string(), "data": data})
}

fn send(story: Story, payload: Value) -> Story {
    let id = format!("s{}", story.records.len());
    story.sends(Frame::send(id, "NotifyPeriodicEventStream", payload))
}

/// Ten seconds later the station sends what it gathered.
fn gathers(story: Story) -> Story {
    gathers_for(story, 10)
}

fn gathers_for(story: Story, seconds: i64) -> Story {
    let base = story.now() + SignedDuration::from_secs(1);
    let count = usize::try_from(seconds).unwrap();
    send(story.later(seconds as f64), batch(1, base, count))
}

fn flowing() -> Story {
    gathers(gathers(gathers(open())))
}

fn closes(story: Story) -> Story {
    story.says("ClosePeriodicEventStream", json!({"id": 1}))
}

fn removed(story: Story) -> Story {
    story
        .receives("ClearVariableMonitoring", json!({"id": [7]}))
        .answers(json!({"clearMonitoringResult": [{"id": 7, "status": "Accepted"}]}))
}

fn read(story: &Story) -> Streams {
    Streams::of(story.window())
}

fn come(story: &Story) -> Vec<Check> {
    let streams = read(story);
    Streams::come_at(&streams.batches_of(1, Seq(0)), TEN, SECOND, Seq(0))
}

#[test]
fn a_stream_that_is_opened_as_asked_holds() {
    assert!(all_hold(&read(&open()).is_opened(7, ASKED, Seq(1), "in time")));
    let none = read(&set()).is_opened(7, ASKED, Seq(1), "in time");
    assert_eq!(codes(&none), [Code::StreamMissing]);
    let other = read(&opens(set(), 1, 8)).is_opened(7, ASKED, Seq(1), "in time");
    assert_eq!(codes(&other), [Code::StreamMissing]);
    let slower = Params { interval: Some(60), ..ASKED };
    assert_eq!(codes(&read(&open()).is_opened(7, slower, Seq(1), "in time")), [Code::StreamField]);
}

#[test]
fn a_rate_of_zero_is_no_rate() {
    let params = |v: Value| Params::of(Some(&v));
    assert_eq!(params(json!({"interval": 0, "values": 5})), params(json!({"values": 5})));
}

#[test]
fn values_at_the_interval_hold() {
    assert!(all_hold(&come(&flowing())));
}

#[test]
fn too_few_messages_or_values_are_found() {
    assert_eq!(codes(&come(&open())), [Code::StreamSilent]);
    assert_eq!(codes(&come(&gathers(gathers(open())))), [Code::StreamSilent]);
    let mut thin = open();
    for _ in 0..3 {
        let base = thin.now();
        thin = send(thin.later(10.0), batch(1, base, 3));
    }
    assert_eq!(codes(&come(&thin)), [Code::StreamSilent]);
}

#[test]
fn another_interval_is_found() {
    let story = gathers_for(gathers_for(gathers_for(open(), 20), 20), 20);
    assert_eq!(codes(&come(&story)), [Code::StreamInterval]);
}

#[test]
fn values_in_a_call_are_found() {
    let story = flowing();
    let base = story.now() + SignedDuration::from_secs(1);
    let story = story.later(10.0).calls("NotifyPeriodicEventStream", batch(1, base, 10));
    assert_eq!(codes(&come(&story)), [Code::StreamField]);
}

#[test]
fn full_messages_hold_and_half_full_or_overfull_ones_are_found() {
    let full = |seconds: i64| {
        let mut story = open();
        for _ in 0..3 {
            story = gathers_for(story, seconds);
        }
        let streams = read(&story);
        Streams::are_full(&streams.batches_of(1, Seq(0)), 5, SECOND, Seq(0))
    };
    assert!(all_hold(&full(5)));
    assert_eq!(codes(&full(4)), [Code::StreamField]);
    assert_eq!(codes(&full(6)), [Code::StreamField]);
    let mut slow = open();
    for _ in 0..3 {
        let base = slow.now();
        slow = send(slow.later(12.0), batch(1, base, 5));
    }
    let streams = read(&slow);
    assert_eq!(
        codes(&Streams::are_full(&streams.batches_of(1, Seq(0)), 5, SECOND, Seq(0))),
        [Code::StreamInterval]
    );
}

#[test]
fn times_counted_from_the_first_value_hold() {
    assert!(all_hold(&read(&flowing()).times_count_from_the_first()));
    assert!(matches!(read(&open()).times_count_from_the_first().as_slice(), [Check::Void(_)]));
}

#[test]
fn wrong_times_are_found() {
    let with = |change: fn(&mut Value)| {
        let story = flowing();
        let base = story.now() + SignedDuration::from_secs(1);
        let mut payload = batch(1, base, 10);
        change(&mut payload);
        codes(&read(&send(story.later(10.0), payload)).times_count_from_the_first())
    };
    assert_eq!(with(|_| ()), []);
    let spoilt: [fn(&mut Value); 5] = [
        |p| {
            p["data"]
                .as_array_mut()
                .unwrap()
                .iter_mut()
                .for_each(|d| d["t"] = json!(d["t"].as_i64().unwrap() + 5))
        },
        |p| p["data"].as_array_mut().unwrap()[1..].reverse(),
        |p| {
            p["data"]
                .as_array_mut()
                .unwrap()
                .iter_mut()
                .for_each(|d| d["t"] = json!(d["t"].as_i64().unwrap() * 1000))
        },
        |p| p["basetime"] = json!("2026-01-31T13:00:00Z"),
        |p| p["basetime"] = json!("2026-01-31T11:59:00Z"),
    ];
    for change in spoilt {
        assert_eq!(with(change), [Code::StreamField]);
    }
}

#[test]
fn what_was_gathered_in_an_outage_may_be_old() {
    let story = flowing();
    let base = story.now() + SignedDuration::from_secs(1);
    let mut payload = batch(1, base, 10);
    payload["pending"] = json!(0);
    let story = send(story.later(60.0).reconnects(), payload);
    assert!(all_hold(&read(&story).times_count_from_the_first()));
}

#[test]
fn a_clock_that_is_wrong_is_not_the_streams_fault() {
    let clock = json!({"component": {"name": "ClockCtrlr"}, "variable": {"name": "DateTime"}});
    let mut result = clock.clone();
    result["attributeStatus"] = json!("Accepted");
    result["attributeValue"] = json!("2026-01-31T14:00:00Z");
    let story = open()
        .receives("GetVariables", json!({"getVariableData": [clock]}))
        .answers(json!({"getVariableResult": [result]}));
    let base = story.now() + SignedDuration::from_secs(7201);
    assert!(all_hold(&read(&send(story.later(10.0), batch(1, base, 10))).times_count_from_the_first()));
}

#[test]
fn pending_is_true_when_it_is_zero_and_there_is_room() {
    let pending = |story: &Story| {
        let streams = read(story);
        Streams::pending_is_true(&streams.batches_of(1, Seq(0)), ASKED)
    };
    assert!(all_hold(&pending(&flowing())));
    let mut lies = batch(1, START.parse().unwrap(), 10);
    lies["pending"] = json!(10);
    assert_eq!(codes(&pending(&send(flowing(), lies))), [Code::StreamField]);
    assert!(matches!(pending(&open()).as_slice(), [Check::Open { .. }]));
}

#[test]
fn a_full_message_may_leave_values_behind() {
    let mut full = batch(1, START.parse().unwrap(), 30);
    full["pending"] = json!(12);
    let story = send(flowing(), full);
    let streams = read(&story);
    assert!(all_hold(&Streams::pending_is_true(&streams.batches_of(1, Seq(0)), ASKED)));
}

fn listing(payload: Value) -> Answer {
    let reply = Reply::Result { at: Seq(9), payload };
    Answer { action: "GetPeriodicEventStream".into(), request: json!({}), sent: Seq(8), reply }
}

#[test]
fn the_list_shows_what_is_open_and_nothing_else() {
    let stream = json!({"id": 1, "variableMonitoringId": 7, "params": {"interval": 10, "values": 30}});
    let one = listing(json!({"constantStreamData": [stream]}));
    assert!(all_hold(&[Streams::is_listed(&one, 1, 7, ASKED)]));
    assert_eq!(codes(&[Streams::is_listed(&one, 2, 7, ASKED)]), [Code::StreamNotListed]);
    assert_eq!(codes(&[Streams::is_listed(&one, 1, 8, ASKED)]), [Code::StreamField]);
    assert_eq!(codes(&[Streams::is_listed(&one, 1, 7, Params::default())]), [Code::StreamField]);
    assert_eq!(codes(&[Streams::is_not_listed(&one, 1)]), [Code::StreamNotListed]);
    let none = listing(json!({}));
    assert!(all_hold(&[Streams::is_not_listed(&none, 1)]));
    assert_eq!(codes(&[Streams::is_listed(&none, 1, 7, ASKED)]), [Code::StreamNotListed]);
}

#[test]
fn a_stream_ends_with_its_monitor() {
    let story = removed(flowing());
    let at = story.last();
    assert_eq!(codes(&[read(&story).is_closed(1, at, "in time")]), [Code::StreamNotClosed]);
    assert!(all_hold(&[read(&closes(story)).is_closed(1, at, "in time")]));
}

#[test]
fn what_was_gathered_is_sent_before_the_end() {
    let empties = |story: &Story, at: Seq| {
        let t = story.records[at.0 as usize].t;
        read(story).empties_itself(1, SECOND, (at, t))
    };
    let story = removed(flowing().later(5.0));
    let at = story.last();
    let base = story.now() - SignedDuration::from_secs(5);
    assert!(all_hold(&[empties(&closes(send(story.clone(), batch(1, base, 5))), at)]));
    assert_eq!(codes(&[empties(&closes(story.clone()), at)]), [Code::StreamValuesLost]);
    let after = send(closes(story.clone()), batch(1, base, 5));
    assert_eq!(codes(&[empties(&after, at)]), [Code::StreamValuesLost]);
    assert!(all_hold(&read(&after).are_open_when_used()), "one cause, one failure");
    assert!(matches!(empties(&story, at), Check::Open { .. }));
    let at_once = removed(flowing());
    assert!(matches!(empties(&closes(at_once.clone()), at_once.last()), Check::Open { .. }));
}

#[test]
fn a_refused_stream_is_not_used() {
    let refused = opens(set(), 1, 7).and_is_told(json!({"status": "Rejected"}));
    let judged = |story: &Story| {
        let streams = read(story);
        streams.is_not_used(&streams.openings[0])
    };
    assert!(all_hold(&[judged(&refused)]));
    let used = gathers(refused);
    assert_eq!(codes(&[judged(&used)]), [Code::StreamUnwanted]);
    assert!(
        matches!(read(&used).are_open_when_used().as_slice(), [Check::Void(_)]),
        "one cause, one failure"
    );
}

#[test]
fn values_come_on_open_streams_only() {
    let judged = |story: &Story| codes(&read(story).are_open_when_used());
    assert!(all_hold(&read(&flowing()).are_open_when_used()));
    assert_eq!(judged(&gathers(set())), [Code::StreamUnwanted]);
    let before = gathers(opens(set(), 1, 7)).and_is_told(json!({"status": "Accepted"}));
    assert_eq!(judged(&before), [Code::StreamUnwanted]);
    assert_eq!(judged(&gathers(closes(flowing()))), [Code::StreamUnwanted]);
    assert_eq!(judged(&gathers(flowing().reconnects())), []);
    assert_eq!(judged(&gathers(flowing().reconnects().boots())), [Code::StreamUnwanted]);
    let again = opens(flowing().reconnects().boots(), 1, 7).and_is_told(json!({"status": "Accepted"}));
    assert_eq!(judged(&gathers(again)), []);
}

fn event(trigger: &str) -> Value {
    json!({"eventId": 1, "timestamp": START, "trigger": trigger, "actualValue": "1", "variableMonitoringId": 7,
        "eventNotificationType": "CustomMonitor", "component": {"name": "EVSE"}, "variable": {"name": "Power"}})
}

#[test]
fn streamed_values_do_not_come_as_events_as_well() {
    let judged = |story: &Story| codes(&read(story).do_not_repeat_as_events());
    assert!(all_hold(&read(&flowing()).do_not_repeat_as_events()));
    assert_eq!(judged(&flowing().notifies([event("Periodic")])), [Code::EventUnwanted]);
    assert_eq!(judged(&flowing().notifies([event("Alerting")])), []);
    assert_eq!(judged(&closes(flowing()).notifies([event("Periodic")])), []);
    assert_eq!(judged(&flowing().reconnects().notifies([event("Periodic")])), []);
}

fn report(class: &str, id: i64) -> MonitoringReport {
    let monitor =
        json!({"id": id, "type": "Periodic", "value": 1, "severity": 8, "eventNotificationType": class});
    let entry = json!({"component": {"name": "EVSE"}, "variable": {"name": "Power"}, "variableMonitoring": [monitor]});
    let payload = json!({"monitor": [entry]});
    MonitoringReport::from_parts(&[crate::Part { at: Seq(1), seq_no: Some(0), tbc: false, payload }])
}

#[test]
fn streams_of_its_own_carry_built_in_monitors() {
    let own = opens(Story::begins_in(Version::V21).boots(), 3, 40);
    let judged =
        |story: &Story, report: &MonitoringReport| codes(&read(story).are_of_built_in_monitors(report));
    assert!(all_hold(&read(&own).are_of_built_in_monitors(&report("HardWiredMonitor", 40))));
    assert_eq!(judged(&own, &report("CustomMonitor", 40)), [Code::StreamUnwanted]);
    assert_eq!(judged(&own, &report("HardWiredMonitor", 41)), [Code::StreamUnwanted]);
    let asked = read(&open()).are_of_built_in_monitors(&MonitoringReport::default());
    assert!(matches!(asked.as_slice(), [Check::Void(_)]));
    let renumbered = opens(flowing().reconnects().boots(), 1, 19);
    assert_eq!(judged(&renumbered, &report("CustomMonitor", 19)), []);
}

#[test]
fn values_go_on_by_stream_or_by_event() {
    let story = flowing().reconnects();
    let goes = Goes { monitor: 7, stream: 1, back: story.last(), restarted: false };
    let judged = |story: &Story, goes: &Goes| codes(&[read(story).goes_on(goes, "in time")]);
    assert_eq!(judged(&story, &goes), [Code::EventMissing]);
    assert_eq!(judged(&gathers(story.clone()), &goes), []);
    assert_eq!(judged(&story.clone().notifies([event("Periodic")]), &goes), []);
    let restarted = Goes { restarted: true, ..goes };
    assert_eq!(judged(&gathers(story.clone()), &restarted), [Code::EventMissing]);
    let again = opens(story, 1, 7).and_is_told(json!({"status": "Accepted"}));
    assert_eq!(judged(&gathers(again), &restarted), []);
}

#[test]
fn no_more_streams_than_promised() {
    let share = |monitor| Share { monitor, accepted: Seq(2) };
    let list = |n: usize| {
        let all: Vec<Value> = (0..n).map(|id| json!({"id": id})).collect();
        listing(json!({ "constantStreamData": all }))
    };
    let judged =
        |story: &Story, shares: &[Share], n| codes(&read(story).keep_within(1, shares, &list(n), "in time"));
    assert_eq!(judged(&open(), &[share(7)], 1), []);
    assert_eq!(judged(&open(), &[share(7), share(8)], 1), [Code::EventMissing]);
    let two = opens(open(), 2, 8);
    assert_eq!(judged(&two, &[share(7), share(8)], 2), [Code::StreamUnwanted]);
    let mut other = event("Periodic");
    other["variableMonitoringId"] = json!(8);
    assert_eq!(judged(&open().notifies([other]), &[share(7), share(8)], 1), []);
}
