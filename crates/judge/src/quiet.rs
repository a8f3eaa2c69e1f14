//! Silence: of a monitor that was switched off in some way, and of a station that is left alone.

use crate::events::{self, Event, TIME_TOLERANCE};
use crate::{Check, Code, Finding, Window};
use jiff::Timestamp;
use trace::Seq;

/// What proves that the station could have sent an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alive {
    /// Events of this monitor in the same window.
    Monitor(i64),
    /// A record, such as the answer to a request.
    Record(Seq),
}

/// Judges that a monitor that fired before is silent from the first record of the window on. One tick may have been on
/// its way already.
pub fn falls_silent(window: Window<'_>, monitor: i64, why: &str, alive: Alive) -> Check {
    let begun: Option<Timestamp> = window.records.first().map(|r| r.t);
    let arrived = |e: &Event| window.records.iter().find(|r| r.n == e.at).map(|r| r.t);
    let on_its_way = |e: &Event| {
        let late = begun.zip(arrived(e)).map(|(begun, at)| at.duration_since(begun));
        late.is_some_and(|late| late.unsigned_abs() <= TIME_TOLERANCE)
    };
    let said = events::of_monitor(window, monitor);
    let skipped = usize::from(said.first().is_some_and(on_its_way));
    let unwanted: Vec<Seq> = said.iter().skip(skipped).map(|e| e.at).collect();
    if let Some(first) = unwanted.first() {
        let expected = format!("no event of monitor {monitor}: {why}");
        let observed = format!("{} event(s), the first at {first}", unwanted.len());
        return Finding::new(Code::EventUnwanted, expected, observed, unwanted).into();
    }
    let proof: Vec<Seq> = match alive {
        Alive::Monitor(other) => events::of_monitor(window, other).iter().map(|e| e.at).collect(),
        Alive::Record(at) => vec![at],
    };
    if proof.is_empty() {
        return Check::open("nothing proves that the station was able to send an event", window.ends());
    }
    Check::held(window.ends().into_iter().chain(proof))
}

/// Judges that a station that is left alone sends at most so many events of its own: alerts and changes, no samples.
/// `alive` proves that it was still there at the end (archetype row B-0328).
pub fn does_not_flood(window: Window<'_>, most: u32, alive: Seq) -> Check {
    let own: Vec<Event> = events::all(window).into_iter().filter(|e| e.trigger != "Periodic").collect();
    if u32::try_from(own.len()).unwrap_or(u32::MAX) <= most {
        return Check::held(window.ends().into_iter().chain([alive]));
    }
    let mut seen: Vec<String> =
        own.iter().filter_map(|e| e.address.as_ref()).map(ToString::to_string).collect();
    seen.sort();
    seen.dedup();
    let observed = format!("{} events, on {}", own.len(), seen.join(", "));
    let expected = format!("at most {most} events while nothing is asked of the station");
    Finding::new(Code::TooManyEvents, expected, observed, own.iter().map(|e| e.at)).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{START, Story, codes};
    use serde_json::{Value, json};

    fn tick(monitor: i64, trigger: &str) -> Value {
        json!({"eventId": 1, "timestamp": START, "trigger": trigger, "actualValue": "5",
               "component": {"name": "EVSE"}, "variable": {"name": "Power"},
               "variableMonitoringId": monitor, "eventNotificationType": "CustomMonitor"})
    }

    /// A removal, then events of these monitors; a record lasts 100 ms.
    fn after(monitors: &[i64]) -> Story {
        let start =
            Story::begins().receives("ClearVariableMonitoring", json!({"id": [5]})).answers(json!({}));
        monitors.iter().fold(start, |story, m| story.notifies([tick(*m, "Periodic")]))
    }

    #[test]
    fn a_monitor_that_stops_while_another_goes_on_is_silent() {
        let story = after(&[7, 7, 7]);
        assert!(matches!(
            falls_silent(story.window(), 5, "it was removed", Alive::Monitor(7)),
            Check::Held(_)
        ));
        let on_its_way = after(&[5, 7, 7]);
        let check = falls_silent(on_its_way.window(), 5, "it was removed", Alive::Monitor(7));
        assert!(matches!(check, Check::Held(_)), "one tick had left already");
    }

    #[test]
    fn a_monitor_that_goes_on_is_found() {
        let story = after(&[5, 7, 5, 7]);
        let check = falls_silent(story.window(), 5, "it was removed", Alive::Monitor(7));
        assert_eq!(codes([&check]), [Code::EventUnwanted]);
    }

    #[test]
    fn a_tick_long_after_was_not_on_its_way() {
        let mut story = after(&[]);
        for _ in 0..50 {
            story = story.notifies([tick(7, "Periodic")]);
        }
        story = story.notifies([tick(5, "Periodic")]);
        let check = falls_silent(story.window(), 5, "it was removed", Alive::Monitor(7));
        assert_eq!(codes([&check]), [Code::EventUnwanted]);
    }

    #[test]
    fn silence_of_everything_proves_nothing() {
        let story = after(&[]);
        let check = falls_silent(story.window(), 5, "it was removed", Alive::Monitor(7));
        assert!(matches!(check, Check::Open { .. }));
        let check = falls_silent(story.window(), 5, "monitoring is off", Alive::Record(Seq(2)));
        assert!(matches!(check, Check::Held(_)), "the station answered");
    }

    #[test]
    fn samples_are_no_flood_and_too_many_alerts_are() {
        let samples = after(&[7; 20]);
        assert!(matches!(does_not_flood(samples.window(), 10, samples.last()), Check::Held(_)));
        let few = after(&[]).notifies((0..10).map(|_| tick(7, "Delta")));
        assert!(matches!(does_not_flood(few.window(), 10, few.last()), Check::Held(_)));
        let many = after(&[]).notifies((0..11).map(|_| tick(7, "Delta")));
        assert_eq!(codes([&does_not_flood(many.window(), 10, many.last())]), [Code::TooManyEvents]);
    }
}
