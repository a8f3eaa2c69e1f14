//! What holds of the checks whatever a station sends.

mod any;

use crate::answer::{Answer, Reply};
use crate::events::{self, Expected};
use crate::framing::Framing;
use crate::inventory::Inventory;
use crate::monitors::{MonitoringReport, SetMonitor};
use crate::results::{self, Kind};
use crate::testing::{START, Story, all_hold};
use crate::{Check, Outcome, Paged, Verdict, VerdictLine, Window, boot, parts, settle};
use crate::{RowVerdict, Stimulus, Subject};
use any::{any_check, any_frame, any_obligation, unrelated, with, wrong};
use ocpp::frame::Frame;
use ocpp::validate::shared;
use ocpp::{EventTrigger, MonitorType, MonitoringCriterion, VariableAddress, Version};
use proptest::prelude::*;
use serde_json::{Value, json};
use spec::Place;
use spec::model::{ComponentRow, Level, Obligation, RowId, VariableRow};
use std::sync::LazyLock;
use std::time::Duration;
use trace::{Direction, Seq};

const MONITOR: i64 = 3;

fn event_json(monitor: i64) -> Value {
    json!({
        "eventId": 1, "timestamp": START, "trigger": "Alerting", "actualValue": "1",
        "component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"},
        "variableMonitoringId": monitor, "eventNotificationType": "CustomMonitor"
    })
}

fn address() -> VariableAddress {
    results::address(&event_json(MONITOR)).unwrap()
}

fn alert() -> Expected {
    let trigger = EventTrigger::Alerting;
    Expected {
        monitor: MONITOR,
        address: address(),
        trigger,
        cleared: false,
        cause: Seq(0),
        threshold: None,
        earlier: Vec::new(),
    }
}

static ROW: LazyLock<ComponentRow> = LazyLock::new(|| {
    serde_json::from_value(json!({
        "id": "C-0001", "component": "EVSE", "at": "evse", "obligation": "must", "grounding": "ocpp",
        "rationale": "It is looked for.", "since": 1,
        "variables": [{
            "id": "V-0001", "variable": "Power", "type": "decimal", "unit": "W", "access": "Readable",
            "limits": ["minLimit", "maxLimit"], "values": ["A"], "obligation": "must", "grounding": "ocpp",
            "rationale": "It is looked for.", "since": 1
        }]
    }))
    .unwrap()
});

fn told(frames: &[(bool, String)]) -> Story {
    frames.iter().fold(Story::begins(), |story, (from_station, raw)| {
        if *from_station { story.sends_text(raw) } else { story.receives_text(raw) }
    })
}

/// Everything the checks can be asked of a window.
fn every_check(window: Window<'_>) -> Vec<Check> {
    let framing = Framing::of(window, shared(window.version));
    let mut checks = framing.readable();
    checks.extend(framing.valid("NotifyEventRequest"));
    checks.push(boot::announced(window));
    let _ = boot::identity(window);
    for request in [-1, 0, 1] {
        let found = parts(window, "NotifyReport", request);
        checks.extend(Paged { response: Seq(0), parts: found.clone() }.check("in time"));
        of_inventory(&Inventory::from_parts(&found), &mut checks);
        let report = MonitoringReport::from_parts(&parts(window, "NotifyMonitoringReport", request));
        of_monitors(&report, &mut checks);
    }
    let all = events::all(window);
    checks.extend(events::fired(window, &alert(), "in time"));
    checks.extend(events::fired(window, &Expected { cleared: true, ..alert() }, "in time"));
    checks.push(events::silent(window, MONITOR, "it must be", None));
    checks.push(events::values_are(&all, &[1.0], window, "in time"));
    for seconds in [0, 1, 10] {
        checks.push(events::interval_is(&all, Duration::from_secs(seconds)));
        checks.push(events::aligned(&all, Duration::from_secs(seconds)));
    }
    for (at, dir, frame) in window.frames() {
        let Frame::CallResult { payload, .. } = frame else { continue };
        if dir == Direction::Rx {
            of_results(at, payload, &mut checks);
        }
    }
    checks
}

fn of_inventory(inventory: &Inventory, checks: &mut Vec<Check>) {
    let variable: &VariableRow = &ROW.variables[0];
    for place in [Place::STATION, Place { evse: Some(1), connector: None }] {
        checks.push(inventory.component(&ROW, place));
        checks.push(inventory.variable(&ROW, variable, place));
        checks.extend(inventory.form(&ROW, variable, place));
        checks.push(inventory.monitorable(&ROW, variable, place));
    }
    checks.push(inventory.is_not_empty());
    checks.push(inventory.is_only(&address().component));
    checks.push(inventory.holds_the_writable_of(inventory));
}

fn of_monitors(report: &MonitoringReport, checks: &mut Vec<Check>) {
    let monitor_type = MonitorType::Delta;
    let set = SetMonitor {
        id: 1,
        address: address(),
        monitor_type,
        value: 1.0,
        severity: 9,
        value_counts: true,
        transaction: false,
        accepted: Seq(0),
    };
    checks.extend(report.holds(&set));
    checks.push(report.lacks(&set, Seq(0)));
    checks.push(report.is_only(MonitoringCriterion::DeltaMonitoring));
    checks.push(report.is_only_of(&address()));
    let _ = (report.unused_id(), report.free_severity(&address(), monitor_type, &[9]));
}

fn of_results(at: Seq, payload: &Value, checks: &mut Vec<Check>) {
    for kind in [Kind::Get, Kind::Set, Kind::Monitor, Kind::Clear] {
        // The payload stands for the request too: whatever it is, it pairs with itself or not at all.
        let reply = Reply::Result { at, payload: payload.clone() };
        let answer = Answer { action: "Any".into(), request: payload.clone(), sent: Seq(0), reply };
        checks.push(answer.status_is(&["Accepted"]));
        let (matched, found) = results::pair(kind, &answer).unwrap();
        checks.extend(found);
        checks.push(results::status_is(&matched, 0, &["Accepted"], Seq(0)));
        checks.extend(matched.first().map(|m| results::id_is_given(m, Seq(0))));
    }
}

fn line(outcome: Outcome) -> VerdictLine {
    let row = RowId("B-0001".into());
    let subject = Subject {
        scenario: None,
        title: String::new(),
        requirement: row.clone(),
        row,
        place: Place::STATION,
        level: Level::INVENTORY,
        obligation: Obligation::Must,
        basis: crate::Basis::Ocpp,
        stimulus: Stimulus::None,
        ocpp: Vec::new(),
    };
    VerdictLine::from(&RowVerdict { subject, outcome })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_a_station_sends_makes_a_check_panic(
        frames in prop::collection::vec(any_frame(), 0..12),
        version in prop::sample::select(Version::ALL.to_vec()),
        obligation in any_obligation(),
    ) {
        let story = told(&frames);
        let checks = every_check(Window::new(&story.records, version));
        let framing = Framing::of(Window::new(&story.records, version), shared(version));
        prop_assert!(framing.findings().all(|f| !f.evidence.is_empty()));
        prop_assert!(!checks.is_empty());
        let _ = line(settle(obligation, checks));
    }

    #[test]
    fn an_element_has_at_most_one_result(frames in prop::collection::vec(any_frame(), 0..6)) {
        for (_, _, frame) in told(&frames).window().frames() {
            let Frame::CallResult { payload, .. } = frame else { continue };
            let reply = Reply::Result { at: Seq(2), payload: payload.clone() };
            let answer = Answer { action: "Any".into(), request: payload.clone(), sent: Seq(1), reply };
            for kind in [Kind::Get, Kind::Set, Kind::Monitor, Kind::Clear] {
                let (matched, _) = results::pair(kind, &answer).unwrap();
                let mut elements: Vec<usize> = matched.iter().map(|m| m.element).collect();
                elements.dedup();
                prop_assert_eq!(elements.len(), matched.len(), "an element has two results");
            }
        }
    }

    #[test]
    fn the_order_of_the_checks_does_not_change_the_verdict(
        checks in prop::collection::vec(any_check(), 0..6).prop_flat_map(|c| (Just(c.clone()), Just(c).prop_shuffle())),
        obligation in any_obligation(),
    ) {
        let (checks, shuffled) = checks;
        prop_assert_eq!(settle(obligation, checks).verdict(), settle(obligation, shuffled).verdict());
    }

    #[test]
    fn a_further_check_never_turns_a_verdict_into_a_pass(
        checks in prop::collection::vec(any_check(), 1..6),
        further in any_check(),
        obligation in any_obligation(),
    ) {
        // Nothing at all, or nothing to judge, is the one thing that evidence may turn into a pass.
        let before = settle(obligation, checks.clone()).verdict();
        prop_assume!(!matches!(before, Verdict::Pass | Verdict::NotApplicable | Verdict::Error));
        let after = settle(obligation, checks.into_iter().chain([further]).collect()).verdict();
        prop_assert_ne!(after, Verdict::Pass);
    }

    #[test]
    fn unrelated_records_in_any_order_and_place_do_not_change_the_verdict(
        others in prop::collection::vec(unrelated(), 0..8).prop_shuffle(),
        at in 0usize..8,
        mistake in prop::option::of(wrong()),
        obligation in any_obligation(),
    ) {
        let event = mistake.into_iter().fold(event_json(MONITOR), with);
        let alone = Story::begins().boots().notifies([event.clone()]);
        let mut among = Story::begins().boots();
        let at = at.min(others.len());
        for other in &others[..at] {
            among = other.tell(among);
        }
        among = among.notifies([event]);
        for other in &others[at..] {
            among = other.tell(among);
        }
        let verdict = |story: &Story| {
            let window = story.window();
            let mut checks = events::fired(window, &alert(), "in time");
            checks.push(boot::announced(window));
            settle(obligation, checks).verdict()
        };
        prop_assert_eq!(verdict(&alone), verdict(&among));
    }

    #[test]
    fn an_event_that_is_removed_or_wrong_never_holds(
        others in prop::collection::vec(4i64..9, 0..4),
        at in 0usize..4,
        mistakes in prop::collection::vec(wrong(), 0..3),
        seq_no in 1i64..5,
    ) {
        let story = |event: Option<Value>| {
            let mut events: Vec<Value> = others.iter().map(|m| event_json(*m)).collect();
            if let Some(event) = event {
                events.insert(at.min(events.len()), event);
            }
            Story::begins().boots().notifies(events)
        };
        let holds = |story: &Story| all_hold(&events::fired(story.window(), &alert(), "in time"));
        prop_assert!(holds(&story(Some(event_json(MONITOR)))));
        prop_assert!(!holds(&story(None)));
        let changed = mistakes.iter().cloned().fold(event_json(MONITOR), with);
        prop_assert_eq!(holds(&story(Some(changed))), mistakes.is_empty());
        let renumbered = Story::begins().boots().notifies_part(seq_no, false, [event_json(MONITOR)]);
        prop_assert!(holds(&renumbered), "how it is numbered is judged for all events together");
        prop_assert!(!all_hold(&events::numbered(renumbered.window())));
    }
}
