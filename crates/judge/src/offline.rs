//! A time without a connection, and what is delivered after it (OCPP N07.FR.04, N08.FR.03).
//!
//! Events are recognised by periodic monitors, whose number is known. Times are those of the station, corrected by
//! how far its clock is ahead.

use crate::clock::{signed, time_of};
use crate::events::{Event, all};
use crate::{Check, Code, Finding, Window};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use trace::{Body, Seq};

/// Values that may be missing at the ends of an outage: one that was on its way when it began, one that fell due when
/// it ended.
const AT_THE_ENDS: usize = 2;

/// A time without a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The end of the old connection.
    pub lost: Seq,
    /// When that was.
    pub lost_at: Timestamp,
    /// The new connection.
    pub back: Seq,
    /// When that was.
    pub back_at: Timestamp,
}

impl Gap {
    /// The first gap after a record; `None` if the station has not come back.
    pub fn after(window: Window<'_>, from: Seq) -> Option<Gap> {
        let mut later = window.records.iter().filter(|r| r.n > from);
        let lost = later.find(|r| matches!(r.body, Body::Closed { .. }))?;
        let back = later.find(|r| matches!(r.body, Body::Connected { version: Some(_), .. }))?;
        Some(Gap { lost: lost.n, lost_at: lost.t, back: back.n, back_at: back.t })
    }

    /// How long it was.
    pub fn length(&self) -> SignedDuration {
        self.back_at.duration_since(self.lost_at)
    }
}

/// A periodic monitor over a gap.
#[derive(Debug, Clone, Copy)]
pub struct Periodic<'a> {
    /// The monitor.
    pub monitor: i64,
    /// Its interval.
    pub interval: Duration,
    /// The gap. Its end may be earlier than the new connection: what happens after it is not judged.
    pub gap: &'a Gap,
    /// How far the station's clock is ahead.
    pub ahead: SignedDuration,
}

/// A value of the monitor that came after the gap.
struct Tick {
    at: Seq,
    /// Its time, on the suite's clock.
    stamp: Option<Timestamp>,
}

impl Periodic<'_> {
    fn interval(&self) -> f64 {
        self.interval.as_secs_f64()
    }

    /// How many values must be delivered at least.
    fn due(&self) -> usize {
        let whole = (self.gap.length().as_secs_f64() / self.interval()).floor().max(0.0);
        // As many seconds fit into an outage as this cuts off.
        (whole as usize).saturating_sub(AT_THE_ENDS)
    }

    /// Values that came after the gap, each once, in the order of arrival; and those that came again.
    fn ticks(&self, window: Window<'_>) -> (Vec<Tick>, Vec<(Seq, Seq)>) {
        let (mut ticks, mut twice) = (Vec::new(), Vec::new());
        let mut seen: Vec<Event> = Vec::new();
        for event in
            all(window).into_iter().filter(|e| e.monitor == Some(self.monitor) && e.at > self.gap.back)
        {
            let same = |s: &&Event| s.id == event.id && s.timestamp == event.timestamp;
            match seen.iter().find(same) {
                Some(first) => twice.push((first.at, event.at)),
                None => {
                    let stamp = event.timestamp.and_then(|t| t.checked_sub(self.ahead).ok());
                    ticks.push(Tick { at: event.at, stamp });
                    seen.push(event);
                }
            }
        }
        (ticks, twice)
    }

    /// The values stamped within the gap, by their time. Those that are closer together than half the interval count
    /// once.
    fn stamped_within<'t>(&self, ticks: &'t [Tick]) -> Vec<(Timestamp, &'t Tick)> {
        let margin = signed(self.interval);
        let within = |t: &Timestamp| {
            t.duration_since(self.gap.lost_at) > -margin
                && t.duration_since(self.gap.back_at) <= SignedDuration::ZERO
        };
        let mut all: Vec<(Timestamp, &Tick)> =
            ticks.iter().filter_map(|t| Some((t.stamp.filter(within)?, t))).collect();
        all.sort_by_key(|(t, _)| *t);
        all.dedup_by(|(b, _), (a, _)| b.duration_since(*a).as_secs_f64() < self.interval() / 2.0);
        all
    }

    /// Whether the station stamps by the time of the happening: something lies well inside the gap. What was sent before
    /// it and not answered has its time from then.
    fn is_told_in_its_time(&self, within: &[(Timestamp, &Tick)]) -> bool {
        let margin = signed(self.interval);
        within.iter().any(|(t, _)| {
            self.gap.back_at.duration_since(*t) > margin && t.duration_since(self.gap.lost_at) > margin
        })
    }

    /// Every value that fell due in the gap is delivered after it, once (archetype rows B-0342, B-0346 and B-0352).
    /// Time stamps are another row's matter: where they say nothing the values are counted.
    pub fn is_delivered(&self, window: Window<'_>) -> Vec<Check> {
        let due = self.due();
        let records = || [self.gap.lost, self.gap.back];
        if due == 0 {
            return vec![Check::open("the outage was too short for the interval", records())];
        }
        let (ticks, twice) = self.ticks(window);
        let within = self.stamped_within(&ticks);
        let mut findings = Vec::new();
        let expected = format!("at least {due} values of monitor {} from the outage", self.monitor);
        let lost = |observed: String| {
            let at = ticks.iter().map(|t| t.at).chain(records());
            Finding::new(Code::EventLost, expected.clone(), observed, at)
        };
        if self.is_told_in_its_time(&within) {
            let wide = (self.interval() * 1.75).max(self.interval() + 1.5);
            let hole = within
                .iter()
                .zip(within.iter().skip(1))
                .find(|((a, _), (b, _))| b.duration_since(*a).as_secs_f64() >= wide);
            if within.len() < due {
                findings.push(lost(within.len().to_string()));
            } else if let Some(((a, _), (b, _))) = hole {
                let gap = b.duration_since(*a).as_secs_f64();
                findings.push(lost(format!("none for {gap:.1} s of it")));
            }
        } else {
            // Whatever fell due since the new connection is not from the outage.
            let end = window.records.last().map_or(self.gap.back_at, |r| r.t);
            let live = end.duration_since(self.gap.back_at).as_secs_f64() / self.interval();
            let queued = ticks.len().saturating_sub(live.floor().max(0.0) as usize);
            if queued < due {
                findings.push(lost(format!("{queued}")));
            }
        }
        if let Some((first, again)) = twice.first() {
            let observed = "one of them twice";
            findings.push(Finding::new(Code::EventTwice, "each value once", observed, [*first, *again]));
        }
        Check::from_findings(findings, ticks.iter().map(|t| t.at).chain(records()))
    }

    /// What is delivered later keeps the time it happened (archetype row B-0345).
    pub fn keeps_its_time(&self, window: Window<'_>) -> Check {
        let (ticks, _) = self.ticks(window);
        let within = self.stamped_within(&ticks);
        let records = || ticks.iter().map(|t| t.at).chain([self.gap.lost, self.gap.back]);
        if ticks.is_empty() || self.due() == 0 {
            return Check::open("no value was delivered after the outage", records());
        }
        if within.len() >= self.due() {
            return Check::held(within.iter().map(|(_, t)| t.at).chain([self.gap.lost, self.gap.back]));
        }
        let expected = format!(
            "timestamps of at least {} values {} s apart within the outage, {:.0} to {:.0}",
            self.due(),
            self.interval(),
            self.gap.lost_at,
            self.gap.back_at
        );
        let first = ticks.iter().find_map(|t| t.stamp);
        let first = first.map_or("none that can be read".to_owned(), |t| format!("the first at {t:.1}"));
        Finding::new(Code::EventField, expected, format!("{} within it, {first}", within.len()), records())
            .into()
    }

    /// The values of the monitor arrive in the order they happened (archetype row B-0348).
    pub fn comes_in_order(&self, window: Window<'_>) -> Check {
        let (ticks, _) = self.ticks(window);
        let stamped: Vec<(Timestamp, Seq)> = ticks.iter().filter_map(|t| Some((t.stamp?, t.at))).collect();
        if stamped.len() < 2 {
            return Check::open(
                "fewer than two values were delivered after the outage",
                ticks.iter().map(|t| t.at),
            );
        }
        match stamped.iter().zip(stamped.iter().skip(1)).find(|((a, _), (b, _))| b < a) {
            None => Check::held(stamped.iter().map(|(_, at)| *at)),
            Some(((a, first), (b, then))) => {
                let expected = "the values of a monitor in the order they happened";
                let observed = format!("one of {b:.1} after one of {a:.1}");
                Finding::new(Code::EventOrder, expected, observed, [*first, *then]).into()
            }
        }
    }

    /// Nothing of the monitor that happened in the gap is delivered (archetype row B-0344). `control` is the record of
    /// a value of it that came after the gap; without one its silence proves nothing.
    pub fn is_not_queued(&self, window: Window<'_>, control: Option<Seq>) -> Check {
        let (ticks, _) = self.ticks(window);
        let margin = signed(self.interval);
        let well_inside = |t: &Timestamp| {
            t.duration_since(self.gap.lost_at) > margin && self.gap.back_at.duration_since(*t) > margin
        };
        if let Some(tick) = ticks.iter().find(|t| t.stamp.as_ref().is_some_and(well_inside)) {
            let expected = format!("no value of monitor {} from the outage", self.monitor);
            let observed = tick.stamp.map_or(String::new(), |t| format!("one of {t:.1}"));
            let records = [self.gap.lost, self.gap.back, tick.at];
            return Finding::new(Code::EventUnwanted, expected, observed, records).into();
        }
        match control {
            Some(control) => Check::held([self.gap.lost, self.gap.back, control]),
            None => {
                Check::open("nothing proves that the monitor was working after the outage", window.ends())
            }
        }
    }

    /// A value of the monitor that fell due after the gap.
    pub fn works_again(&self, window: Window<'_>) -> Option<Seq> {
        let (ticks, _) = self.ticks(window);
        ticks.iter().find(|t| t.stamp.is_some_and(|t| t > self.gap.back_at)).map(|t| t.at)
    }
}

/// An event that was not answered before the connection was lost comes again (archetype row B-0347).
pub fn is_sent_again(window: Window<'_>, event: &Event, gap: &Gap) -> Check {
    let is = |e: &Event| {
        e.at > gap.back
            && e.monitor == event.monitor
            && ((e.id.is_some() && e.id == event.id)
                || (e.timestamp.is_some() && e.timestamp == event.timestamp))
    };
    match all(window).iter().find(|e| is(e)) {
        Some(again) => Check::held([event.at, gap.lost, again.at]),
        None => {
            let id = event.id.map_or("(none)".to_owned(), |id| id.to_string());
            let expected = format!("event {id}, which was not answered, once more");
            Finding::new(Code::EventLost, expected, "not sent again", [event.at, gap.lost, gap.back]).into()
        }
    }
}

/// What the station said in the window happened within `tolerance` of a request that made it happen (archetype row
/// B-0005): not before it was sent, and not after it was answered.
pub fn happened_with(
    window: Window<'_>,
    event: &Event,
    (sent, answered): (Seq, Seq),
    ahead: SignedDuration,
    tolerance: Duration,
) -> Check {
    let records = [sent, answered, event.at];
    let (Some(from), Some(to)) = (time_of(window, sent), time_of(window, answered)) else {
        return Check::open("the request is not in the window", records);
    };
    let Some(stamp) = event.timestamp else {
        let observed = "none that can be read";
        return Finding::new(Code::EventField, "timestamp as RFC 3339", observed, [event.at]).into();
    };
    let stamp = stamp.checked_sub(ahead).unwrap_or(stamp);
    let early = from.duration_since(stamp) > signed(tolerance);
    let late = stamp.duration_since(to) > signed(tolerance);
    if !early && !late {
        return Check::held(records);
    }
    let expected = format!("a timestamp within {} s of {from:.1}", tolerance.as_secs());
    Finding::new(Code::EventField, expected, format!("{stamp:.1}"), records).into()
}

#[cfg(test)]
mod tests;
