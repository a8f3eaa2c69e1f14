//! Alarms of two states: both edges are told, several at once stay apart, and what they forbid is not done.

use crate::events::{Event, all};
use crate::monitors::ReportedMonitor;
use crate::{Check, Code, Finding, Window};
use ocpp::VariableAddress;
use ocpp::device::same;
use trace::Seq;

/// A built-in monitor on a variable that is either as it should be, or not.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// The monitor.
    pub monitor: ReportedMonitor,
    /// The value that means the fault.
    pub raised: String,
    /// The value without it.
    pub rest: String,
}

/// When an alarm was raised and taken back: the records that caused it.
#[derive(Debug, Clone)]
pub struct Course {
    /// The alarm.
    pub alarm: Alarm,
    /// What raised it.
    pub raised_at: Seq,
    /// What took it back.
    pub ended_at: Seq,
}

impl Alarm {
    /// Ids of monitors may change over a reboot (OCPP N04.FR.19), so an alarm is known by what it watches. Some
    /// stations send it as a message without a monitor; rows of their own judge that.
    fn is(&self, event: &Event, value: &str) -> bool {
        event.address.as_ref().is_some_and(|a| a.same_as(&self.monitor.address))
            && event.class.as_deref() != Some("CustomMonitor")
            && says(event, value)
    }

    /// Whether an event tells that the alarm was raised.
    pub fn begins(&self, event: &Event) -> bool {
        self.is(event, &self.raised)
    }

    /// Whether an event tells that the alarm is over. `cleared` may be there or not.
    pub fn ends(&self, event: &Event) -> bool {
        self.is(event, &self.rest)
    }
}

/// Judges that the same monitor tells when an alarm comes and when it goes (OCPP N07.FR.19; archetype row B-0303).
pub fn told_both(window: Window<'_>, course: &Course, waited: &str) -> Vec<Check> {
    let events = all(window);
    let alarm = &course.alarm;
    let at = &alarm.monitor.address;
    let begun = events.iter().find(|e| e.at > course.raised_at && e.at < course.ended_at && alarm.begins(e));
    let same = |e: &Event| begun.is_none_or(|b| b.monitor == e.monitor);
    let ended = events.iter().find(|e| e.at > course.ended_at && alarm.ends(e) && same(e));
    let mut findings = Vec::new();
    let mut missing = |code, value: &str, cause: Seq| {
        let expected = format!("an event of the built-in monitor with {at} {value}, {waited}");
        let near: Vec<&Event> = events
            .iter()
            .filter(|e| e.at > cause && e.address.as_ref().is_some_and(|a| a.same_as(at)))
            .collect();
        let observed = near.first().map_or("none".to_owned(), |e| {
            let of = e.monitor.map_or("no monitor".to_owned(), |id| format!("monitor {id}"));
            format!("one of {of} with the value {}", e.actual.as_deref().unwrap_or("(none)"))
        });
        let records = near.iter().map(|e| e.at).take(1).chain([cause]).chain(window.ends());
        findings.push(Finding::new(code, expected, observed, records));
    };
    if begun.is_none() {
        missing(Code::EventMissing, &alarm.raised, course.raised_at);
    }
    if ended.is_none() {
        missing(Code::ClearMissing, &alarm.rest, course.ended_at);
    }
    let seen = begun.into_iter().chain(ended).map(|e| e.at);
    Check::from_findings(findings, seen.chain([course.raised_at, course.ended_at]))
}

/// Judges that several alarms that hold at once are told one by one, and that the end of the first neither ends
/// another nor a roll-up that the other holds up too (archetype row B-0307). `run` is everything so far: it may show
/// what a roll-up rests on. The alarms ended in the order they are given.
pub fn told_apart(run: Window<'_>, courses: &[Course], waited: &str) -> Vec<Check> {
    let begun = courses.iter().map(|c| c.raised_at).min().unwrap_or(Seq(0));
    let before = run.records.partition_point(|r| r.n < begun);
    let window = Window::new(run.records.get(before..).unwrap_or_default(), run.version);
    let mut checks: Vec<Check> = courses.iter().flat_map(|c| told_both(window, c, waited)).collect();
    let (known, events) = (all(run), all(window));
    for pair in courses.windows(2) {
        let [first, second] = pair else { continue };
        let between = || events.iter().filter(|e| e.at > first.ended_at && e.at < second.ended_at);
        let mut findings = Vec::new();
        if let Some(e) = between().find(|e| second.alarm.ends(e)) {
            let expected = format!("{} to end by itself", second.alarm.monitor.address);
            let observed = format!("it ended with {}", first.alarm.monitor.address);
            findings.push(Finding::new(Code::EventUnwanted, expected, observed, [first.ended_at, e.at]));
        }
        let held_up = |e: &&Event| {
            says(e, "false") && e.address.as_ref().is_some_and(|whole| rests_on(&known, whole, &second.alarm))
        };
        if let Some(e) = between().find(held_up) {
            let whole = e.address.as_ref().map(ToString::to_string).unwrap_or_default();
            let expected = format!("{whole} to stay true until the last of its causes is gone");
            let observed = format!("false although {} is not over", second.alarm.monitor.address);
            findings.push(Finding::new(Code::EventUnwanted, expected, observed, [first.ended_at, e.at]));
        }
        checks.extend(Check::from_findings(findings, [first.ended_at, second.ended_at]));
    }
    checks
}

/// Whether some event of the run shows that a whole has a problem because of an alarm.
fn rests_on(run: &[Event], whole: &VariableAddress, alarm: &Alarm) -> bool {
    is_whole(whole)
        && run.iter().any(|e| {
            let of_whole = says(e, "true") && e.address.as_ref().is_some_and(|a| a.same_as(whole));
            of_whole && e.cause.is_some_and(|id| run.iter().any(|c| c.id == Some(id) && alarm.begins(c)))
        })
}

fn says(event: &Event, value: &str) -> bool {
    event.actual.as_deref().is_some_and(|v| v.trim().eq_ignore_ascii_case(value))
}

/// Whether this is the `Problem` of the station or of an EVSE as a whole.
fn is_whole(at: &VariableAddress) -> bool {
    ["ChargingStation", "EVSE"].iter().any(|n| same(&at.component.name, n))
        && same(&at.variable.name, "Problem")
        && at.variable.instance.is_none()
}

/// Judges that no transaction charges at an EVSE in a window (OCPP G05.FR.01). `alive` proves that the station could
/// have said so.
pub fn does_not_charge(window: Window<'_>, evse: u32, alive: Seq) -> Check {
    let charging = window.calls_of("TransactionEvent").find(|(_, payload)| {
        let text = |pointer| payload.pointer(pointer).and_then(serde_json::Value::as_str);
        let of = payload.pointer("/evse/id").and_then(serde_json::Value::as_u64);
        // Only the first message of a transaction has to name its EVSE.
        text("/transactionInfo/chargingState") == Some("Charging")
            && of.is_none_or(|id| id == u64::from(evse))
    });
    match charging {
        Some((at, _)) => {
            let expected = "no charging while the plug cannot be locked";
            Finding::new(Code::ChargedUnlocked, expected, "chargingState Charging", [at]).into()
        }
        None => Check::held(window.ends().into_iter().chain([alive])),
    }
}

#[cfg(test)]
mod tests;
