//! Times without a connection, each brought about once and judged by several rows.

use super::chosen::{at, that_take};
use super::moving::{everything_is_let_through, may_be_written, read_number, write, written};
use super::offline::{clock_ahead, events_up_to, severity_up_to};
use super::put_off::{connectors, interval};
use super::setting::{Wanted, set_for_later, severity_within};
use crate::link::WaitFor;
use crate::observed::{AlertsOffline, Flicker, Outage, Stretch, if_any, once};
use crate::world::Undo;
use crate::{Stop, World};
use judge::clock::time_of;
use judge::events::{Event, TIME_TOLERANCE, of_payload};
use judge::monitors::SetMonitor;
use judge::offline::{Gap, Periodic};
use judge::results::{self, Kind};
use judge::{Check, states};
use net::csms::{Policy, Treatment};
use ocpp::{MonitorType, VariableAddress};
use spec::Effect;
use std::rc::Rc;
use std::time::Duration;
use trace::Seq;

/// Intervals of a periodic monitor that an outage lasts at least.
const INTERVALS: u32 = 5;

/// A connection that is ended at once, politely or by cutting it.
pub(super) async fn flicker(w: &mut World, polite: bool) -> Result<Rc<Flicker>, Stop> {
    if polite {
        once(w, |o| &mut o.closed, async |w| end_and_await(w, true).await).await
    } else {
        once(w, |o| &mut o.cut, async |w| end_and_await(w, false).await).await
    }
}

async fn end_and_await(w: &mut World, polite: bool) -> Result<Flicker, Stop> {
    let from = w.lane.hang_up(polite)?;
    // What the row on coming back allows; other rows only look at what follows.
    let limit = w.cx.deadline("B-0341");
    let Some(back) = w.lane.reconnected(from, limit).await? else {
        return Ok(Flicker { stretch: Stretch { from, to: w.lane.now() }, gap: None, alive: None });
    };
    w.handed.connected = Some(back);
    let time = interval(w, "B-0351")?;
    w.lane.until(back, time, "what follows a reconnection", WaitFor::Mandated, |_| false).await?;
    let limit = w.cx.deadline("B-0012");
    let alive = w.lane.sign_of_life(limit).await?;
    let stretch = Stretch { from, to: w.lane.now() };
    let gap = stretch.look(&w.lane, |window| Gap::after(window, from));
    Ok(Flicker { stretch, gap, alive: Some(alive) })
}

/// An outage with periodic monitors: closed politely, or cut while an event is unanswered.
pub(super) async fn fetch(w: &mut World, polite: bool) -> Result<Rc<Outage>, Stop> {
    if polite {
        once(w, |o| &mut o.outage, async |w| outage(w, true).await).await
    } else {
        once(w, |o| &mut o.cut_outage, async |w| outage(w, false).await).await
    }
}

/// The first variable that takes a periodic monitor.
async fn periodic_target(w: &mut World) -> Result<VariableAddress, Stop> {
    let found = that_take(w, MonitorType::Periodic).await?.into_iter().next();
    found.ok_or_else(|| Stop::Bug("no variable was chosen".into()))
}

/// The severity up to which events are queued, moved to where monitors can be set on either side.
async fn queue_limit(w: &mut World) -> Result<u8, Stop> {
    everything_is_let_through(w).await?;
    let most = events_up_to(w, 4..=8).await?;
    let most = most.ok_or_else(|| Stop::open("the station does not say what it queues", []))?;
    if most < 4 {
        let why = format!("the station queues events up to severity {most} only, and that cannot be changed");
        return Err(Stop::NotExercised(why));
    }
    Ok(most)
}

/// A periodic monitor that is queued.
async fn one_periodic(
    w: &mut World,
    address: &VariableAddress,
    every: Duration,
    most: u8,
) -> Result<SetMonitor, Stop> {
    let kind = MonitorType::Periodic;
    let severity = severity_up_to(w, address, kind, most).await?;
    let severity = severity.ok_or_else(|| Stop::open(format!("every severity up to {most} is taken"), []))?;
    set_for_later(w, &[Wanted::new(address.clone(), kind, every.as_secs_f64(), severity)]).await?;
    Ok(w.monitor()?.clone())
}

/// A periodic monitor that is queued, and one that is not.
pub(super) async fn two_periodic(
    w: &mut World,
    address: &VariableAddress,
    every: Duration,
    most: u8,
) -> Result<(SetMonitor, Result<SetMonitor, String>), Stop> {
    let kind = MonitorType::Periodic;
    let queued = one_periodic(w, address, every, most).await?;
    if queues_all(w).await? {
        return Ok((queued, Err("the station is set to queue all messages".to_owned())));
    }
    let Some(severity) = severity_within(w, address, kind, most.saturating_add(1)..=9).await? else {
        return Ok((queued, Err(format!("no severity above {most} is free"))));
    };
    set_for_later(w, &[Wanted::new(address.clone(), kind, every.as_secs_f64(), severity)]).await?;
    Ok((queued, Ok(w.monitor()?.clone())))
}

/// Whether `QueueAllMessages` makes severity a matter of no importance.
async fn queues_all(w: &mut World) -> Result<bool, Stop> {
    let all = at("OCPPCommCtrlr", "QueueAllMessages");
    let inventory = super::inventory::fetch(w).await?;
    if inventory.find(&all).is_none() {
        return Ok(false);
    }
    let value = super::moving::read_text(w, &all).await?;
    Ok(value.is_some_and(|v| v.trim().eq_ignore_ascii_case("true")))
}

/// Waits for the next value of a periodic monitor after a record.
async fn event_of(w: &mut World, monitor: i64, from: Seq, limit: Duration) -> Result<Option<Event>, Stop> {
    let is =
        |payload: &serde_json::Value| of_payload(from, payload).iter().any(|e| e.monitor == Some(monitor));
    let found = if_any(w.lane.heard(from, limit, "NotifyEvent", WaitFor::Mandated, is).await)?;
    let event = found
        .and_then(|(at, payload)| of_payload(at, &payload).into_iter().find(|e| e.monitor == Some(monitor)));
    Ok(event)
}

/// The offline threshold, made shorter than the outage.
async fn short_threshold(w: &mut World) -> Result<Result<u64, String>, Stop> {
    let address = at("OCPPCommCtrlr", "OfflineThreshold");
    let wanted = interval(w, "B-0350")?.as_secs();
    let Some(now) = read_number(w, &address).await? else {
        return Ok(Err("the offline threshold could not be read".to_owned()));
    };
    let present = now.max(0.0) as u64;
    if present <= wanted {
        return Ok(Ok(present));
    }
    let inventory = super::inventory::fetch(w).await?;
    if inventory.find(&address).is_some_and(|v| may_be_written(w, &inventory, v)) {
        w.undo.push(Undo::Written(address.clone(), written(now)));
        write(w, &address, &wanted.to_string()).await?;
        let answer = w.answer()?.clone();
        let said = results::pair(Kind::Set, &answer).ok().and_then(|(m, _)| Some(m.first()?.status.clone()));
        if said.as_deref() == Some("Accepted") {
            return Ok(Ok(wanted));
        }
    }
    Ok(Err(format!("the offline threshold is {present} s and cannot be shortened")))
}

async fn outage(w: &mut World, polite: bool) -> Result<Outage, Stop> {
    let most = queue_limit(w).await?;
    let every = interval(w, "B-0342")?;
    let address = periodic_target(w).await?;
    let (queued, mild) = if polite {
        two_periodic(w, &address, every, most).await?
    } else {
        // While the event of a second monitor is unanswered, the one in question could not be sent.
        (one_periodic(w, &address, every, most).await?, Err("it was not set".to_owned()))
    };
    let threshold = if polite { short_threshold(w).await? } else { Err("not tried".to_owned()) };
    let ahead = clock_ahead(w).await?;
    let patience = every.saturating_add(w.cx.deadline("B-0145"));
    if event_of(w, queued.id, queued.accepted, patience).await?.is_none() {
        return Err(Stop::open("the periodic monitor did not fire before the outage", [queued.accepted]));
    }
    let from = w.lane.now();
    w.undo.push(Undo::Offline);
    w.lane.offline(true)?;
    let mut unanswered = None;
    if !polite {
        w.undo.push(Undo::Answers);
        let withheld = Treatment::WithholdMonitor { monitor: queued.id };
        let held = w.lane.answer_with(Policy::default().with("NotifyEvent", withheld))?;
        unanswered = event_of(w, queued.id, held, patience).await?;
    }
    let ended = w.lane.hang_up(polite)?;
    if !polite {
        w.lane.answer_with(Policy::default())?;
        w.undo.retain(|u| *u != Undo::Answers);
    }
    // Long enough for the values, and for the offline threshold beyond the tolerance of all comparisons of times.
    let length = (every * INTERVALS).max(match &threshold {
        Ok(seconds) => Duration::from_secs(*seconds) + TIME_TOLERANCE,
        Err(_) => Duration::ZERO,
    });
    w.lane.until(ended, length, "an outage", WaitFor::Mandated, |_| false).await?;
    let gap = come_back(w, from).await?;
    let of = |m: &SetMonitor, gap| Periodic { monitor: m.id, interval: every, gap, ahead };
    let limit = w.cx.deadline("B-0342");
    until_holds(w, &gap, limit, |window| {
        let all_hold = of(&queued, &gap).is_delivered(window).iter().all(|c| matches!(c, Check::Held(_)));
        let works = |m: &SetMonitor| of(m, &gap).works_again(window).is_some();
        all_hold && mild.as_ref().map_or(true, works)
    })
    .await?;
    if threshold.is_ok() {
        let limit = w.cx.deadline("B-0350");
        super::put_off::connectors_told(w, gap.back, limit).await?;
    }
    let stretch = Stretch { from, to: w.lane.now() };
    Ok(Outage { stretch, gap, ahead, queued, mild, unanswered, threshold })
}

/// Lets the station in again and waits for it.
pub(super) async fn come_back(w: &mut World, from: Seq) -> Result<Gap, Stop> {
    let open = w.lane.offline(false)?;
    w.undo.retain(|u| *u != Undo::Offline);
    let limit = w.cx.deadline("B-0342").max(w.cx.deadline("B-0341"));
    let Some(back) = w.lane.reconnected(open, limit).await? else {
        let reason =
            format!("the station was not back within {} s of the end of the outage", limit.as_secs());
        return Err(Stop::open(reason, [open]));
    };
    w.handed.connected = Some(back);
    let gap = w.lane.since(from, |window| Gap::after(window, from));
    gap.ok_or_else(|| Stop::open("the connection did not end when it was to", [open, back]))
}

/// Lets the station in again after it has lost its power at some record, and waits until it was accepted: the time it is
/// `dark`, and what is left of the limit. The gap ends with the power: until then the station kept what fell due.
pub(super) async fn come_back_after_boot(
    w: &mut World,
    from: Seq,
    gone: Seq,
    dark: Duration,
    limit: Duration,
) -> Result<(Gap, Seq), Stop> {
    let open = w.lane.offline(false)?;
    w.undo.retain(|u| *u != Undo::Offline);
    // A person may have been quick to switch it on again.
    let back = |r: &trace::Record| matches!(r.body, trace::Body::Connected { version: Some(_), .. });
    w.lane.until(open, dark.min(limit), "a loss of power", WaitFor::Mandated, back).await?;
    let Some(accepted) = w.lane.booted(open, limit.saturating_sub(dark)).await? else {
        let reason = format!("the station was not back within {} s of the loss of power", limit.as_secs());
        return Err(Stop::open(reason, [gone, open]));
    };
    let seen = w.lane.since(from, |window| Gap::after(window, from).zip(time_of(window, gone)));
    let (gap, gone_at) =
        seen.ok_or_else(|| Stop::open("the connection did not end when it was to", [open]))?;
    w.handed.connected = Some(gap.back);
    Ok((Gap { back_at: gone_at, ..gap }, accepted))
}

/// Waits until the events after a gap make something hold, or the time is over.
pub(super) async fn until_holds(
    w: &mut World,
    gap: &Gap,
    limit: Duration,
    holds: impl Fn(judge::Window<'_>) -> bool,
) -> Result<(), Stop> {
    let mut next = gap.back;
    loop {
        let passed = w.lane.since(gap.back, |window| {
            let now = window.records.last().map(|r| r.t);
            now.and_then(|now| Duration::try_from(now.duration_since(gap.back_at)).ok())
        });
        let left = limit.saturating_sub(passed.unwrap_or_default());
        let heard = if_any(w.lane.heard(next, left, "NotifyEvent", WaitFor::Station, |_| true).await)?;
        let done = w.lane.since(gap.lost, &holds);
        match heard {
            Some((at, _)) if !done => next = at.next(),
            _ => return Ok(()),
        }
    }
}

/// Alerts of two thresholds on one number while nobody is let in: one that is queued goes and comes, one that is not
/// comes and stays.
pub(super) async fn alerts(w: &mut World) -> Result<Rc<AlertsOffline>, Stop> {
    once(w, |o| &mut o.alerts, raise_offline).await
}

async fn raise_offline(w: &mut World) -> Result<AlertsOffline, Stop> {
    if w.cx.binding == "none" {
        let why =
            "no rig is bound to this run, and nobody else can raise an alert while there is no connection";
        return Err(Stop::NotExercised(why.to_owned()));
    }
    let most = queue_limit(w).await?;
    let kind = MonitorType::UpperThreshold;
    let moved = super::moving::number_to_move(w, kind).await?;
    let address = moved.address.clone();
    let severity = severity_up_to(w, &address, kind, most).await?;
    let severity = severity.ok_or_else(|| Stop::open(format!("every severity up to {most} is taken"), []))?;
    set_for_later(w, &[Wanted::new(address.clone(), kind, moved.threshold, severity)]).await?;
    let queued = w.monitor()?.clone();
    let mild = if queues_all(w).await? {
        Err("the station is set to queue all messages".to_owned())
    } else {
        match severity_within(w, &address, kind, most.saturating_add(1)..=9).await? {
            None => Err(format!("no severity above {most} is free")),
            Some(severity) => {
                set_for_later(w, &[Wanted::new(address.clone(), kind, moved.threshold, severity)]).await?;
                Ok(w.monitor()?.clone())
            }
        }
    };
    let from = w.lane.now();
    w.undo.push(Undo::Offline);
    w.lane.offline(true)?;
    let ended = w.lane.hang_up(true)?;
    // What happens before the station has noticed is told on the old connection.
    let time = interval(w, "B-0343")?;
    w.lane.until(ended, time, "the station to notice", WaitFor::Mandated, |_| false).await?;
    w.undo.push(Undo::Value(Effect::value(&address, written(moved.start))));
    let mut cause = None;
    for value in [moved.beyond, moved.start, moved.beyond] {
        let at = w.lane.stimulus(&Effect::value(&address, written(value))).await?;
        cause.get_or_insert(at);
        let time = interval(w, "B-0343")?;
        w.lane.until(at, time, "a value to be held", WaitFor::Mandated, |_| false).await?;
    }
    let cause = cause.unwrap_or(from);
    let gap = come_back(w, from).await?;
    let limit = w.cx.deadline("B-0343");
    until_holds(w, &gap, limit, |window| {
        let of =
            |m: &SetMonitor| judge::events::of_monitor(window, m.id).into_iter().filter(|e| e.at > gap.back);
        let queued_came = of(&queued).any(|e| !e.cleared) && of(&queued).any(|e| e.cleared);
        queued_came && mild.as_ref().map_or(true, |m| of(m).any(|e| !e.cleared))
    })
    .await?;
    let stretch = Stretch { from: gap.back, to: w.lane.now() };
    Ok(AlertsOffline { queued, mild, cause, stretch })
}

/// Periodic monitors enough for `count` values in the interval of the row, on as many variables as it takes.
pub(super) async fn many(w: &mut World, count: usize, length: Duration) -> Result<Vec<SetMonitor>, Stop> {
    let most = queue_limit(w).await?;
    let kind = MonitorType::Periodic;
    let seconds = usize::try_from(length.as_secs()).unwrap_or(usize::MAX).max(1);
    let needed = count.div_ceil(seconds);
    let mut set = Vec::new();
    'variables: for address in that_take(w, kind).await? {
        w.used_severities.clear();
        while let Some(severity) = severity_up_to(w, &address, kind, most).await? {
            match set_for_later(w, &[Wanted::new(address.clone(), kind, 1.0, severity)]).await {
                // Another variable may take one.
                Err(Stop::Open { .. }) => continue 'variables,
                done => done?,
            }
            set.push(w.monitor()?.clone());
            if set.len() == needed {
                break 'variables;
            }
        }
    }
    if set.len() < needed {
        let why = format!("{needed} periodic monitors are needed, and only {} could be set", set.len());
        return Err(Stop::NotExercised(why));
    }
    Ok(set)
}

/// Every connector the product has, told after the gap.
pub(super) fn told_after(w: &World, seen: &Outage, waited: &str) -> Vec<Check> {
    let (wanted, back) = (connectors(w), seen.gap.back);
    let after = Stretch { from: back, ..seen.stretch };
    after.look(&w.lane, |window| states::each_is_told(window, &wanted, back, waited))
}
