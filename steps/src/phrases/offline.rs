//! Phrases about outages: that the station comes back, what it delivers then and what it does not say again.

use super::moving::{may_be_written, read_number, write, written};
use super::outages::{alerts, come_back, fetch, flicker, many, told_after, until_holds};
use super::put_off::interval;
use super::setting::severity_within;
use crate::link::WaitFor;
use crate::observed::{Flicker, Outage, Stretch};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use jiff::SignedDuration;
use judge::events::{Expected, fired};
use judge::monitors::SetMonitor;
use judge::offline::{Gap, Periodic, is_sent_again};
use judge::registration::{boots, no_boot};
use judge::results::{self, Kind};
use judge::{Check, Code, Finding, Window, states};
use ocpp::{MonitorType, VariableAddress};
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::time::Duration;
use trace::Seq;

/// How far the station's clock is ahead of the suite's; none where it does not say.
pub(super) async fn clock_ahead(w: &mut World) -> Result<SignedDuration, Stop> {
    let limit = w.cx.deadline("B-0012");
    let answer = w.lane.sign_of_life(limit).await?;
    Ok(w.lane.since(answer.sent, |window| judge::clock::ahead(&answer, window)).unwrap_or_default())
}

/// The severity up to which events are queued; where it lies outside the range, it is changed if it can be. `None`
/// where the station does not say.
pub(super) async fn events_up_to(w: &mut World, range: RangeInclusive<u8>) -> Result<Option<u8>, Stop> {
    let address = super::chosen::at("MonitoringCtrlr", "OfflineQueuingSeverity");
    let Some(now) = read_number(w, &address).await? else { return Ok(None) };
    let present = now.clamp(0.0, 9.0) as u8;
    let inventory = super::inventory::fetch(w).await?;
    let writable = inventory.find(&address).is_some_and(|v| may_be_written(w, &inventory, v));
    if range.contains(&present) || !writable {
        return Ok(Some(present));
    }
    let wanted = range.start().midpoint(*range.end());
    w.undo.push(Undo::Written(address.clone(), written(now)));
    write(w, &address, &wanted.to_string()).await?;
    let answer = w.answer()?.clone();
    let said = results::pair(Kind::Set, &answer).ok().and_then(|(m, _)| Some(m.first()?.status.clone()));
    Ok(Some(if said.as_deref() == Some("Accepted") { wanted } else { present }))
}

/// A severity at which a monitor can be set that is queued.
pub(super) async fn severity_up_to(
    w: &mut World,
    at: &VariableAddress,
    kind: MonitorType,
    most: u8,
) -> Result<Option<u8>, Stop> {
    severity_within(w, at, kind, 4..=most.min(9)).await
}

#[when("the connection is closed politely, and then cut")]
async fn both_ways(w: &mut World) {
    w.attempt(async |w| {
        let closed = flicker(w, true).await?;
        // Nothing can be cut that is not there.
        if closed.gap.is_some() {
            flicker(w, false).await?;
        }
        Ok(())
    })
    .await;
}

async fn flickers(w: &mut World) -> Result<Vec<Rc<Flicker>>, Stop> {
    let closed = flicker(w, true).await?;
    if closed.gap.is_none() {
        return Ok(vec![closed]);
    }
    Ok(vec![closed, flicker(w, false).await?])
}

#[then("the station has connected again by itself each time, and answers")]
async fn came_back(w: &mut World) {
    w.attempt(async |w| {
        let limit = w.deadline();
        let mut checks = Vec::new();
        for seen in flickers(w).await? {
            let from = seen.stretch.from;
            checks.push(match (&seen.gap, &seen.alive) {
                (Some(gap), Some(alive)) => match alive.result() {
                    Ok((at, _)) => Check::held([from, gap.back, at]),
                    // Any answer shows that somebody is there.
                    Err(Check::Broken(f)) if f.code == Code::CallError => {
                        Check::held([from, gap.back, alive.reply.at()])
                    }
                    Err(check) => check,
                },
                _ => {
                    let expected = format!("the station to connect again within {} s", limit.as_secs());
                    Finding::new(Code::NotBack, expected, "no connection", [from, seen.stretch.to]).into()
                }
            });
        }
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("the station has not announced a boot")]
async fn no_boots(w: &mut World) {
    w.attempt(async |w| {
        let mut checks = Vec::new();
        for seen in flickers(w).await? {
            let (gap, alive) = complete(&seen)?;
            let whole = Stretch { from: Seq(0), to: seen.stretch.to };
            checks.push(whole.look(&w.lane, |window| no_boot(window, gap.back, alive)));
        }
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// The gap and the sign of life after it.
fn complete(seen: &Flicker) -> Result<(Gap, Seq), Stop> {
    let why =
        || Stop::open("the station did not come back, or not to stay", [seen.stretch.from, seen.stretch.to]);
    let gap = seen.gap.ok_or_else(why)?;
    let alive = seen.alive.as_ref().and_then(|a| a.result().ok().map(|(at, _)| at)).ok_or_else(why)?;
    Ok((gap, alive))
}

#[then("after an outage shorter than the offline threshold it has told only states that have changed")]
async fn only_changed(w: &mut World) {
    w.attempt(async |w| {
        let threshold = read_number(w, &super::chosen::at("OCPPCommCtrlr", "OfflineThreshold")).await?;
        let answer = w.answer()?;
        let records = [answer.sent, answer.reply.at()];
        let threshold =
            threshold.ok_or_else(|| Stop::open("the offline threshold could not be read", records))?;
        let mut checks = Vec::new();
        for seen in flickers(w).await? {
            let (gap, alive) = complete(&seen)?;
            let length = gap.length().as_secs_f64();
            // At the threshold either is right, and so is what a station says that boots.
            if length + 1.0 > threshold {
                checks.push(Check::Void(format!(
                    "the outage of {length:.0} s was not shorter than {threshold:.0} s"
                )));
                continue;
            }
            let booted = seen.stretch.look(&w.lane, |window| !boots(window).is_empty());
            if booted {
                checks.push(Check::open("the station booted instead of going on", [gap.back]));
                continue;
            }
            checks.extend(w.lane.since(Seq(0), |window| {
                let cut = |r: &trace::Record| r.n < gap.back;
                let (before, rest) = window.records.split_at(window.records.partition_point(cut));
                let end = rest.partition_point(|r| r.n <= seen.stretch.to);
                let after = Window::new(rest.get(..end).unwrap_or_default(), window.version);
                states::only_changes(Window::new(before, window.version), after, alive)
            }));
        }
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[given("an outage with a periodic monitor that is queued and one that is not")]
#[given("an outage longer than the offline threshold")]
async fn an_outage(w: &mut World) {
    w.attempt(async |w| fetch(w, true).await.map(|_| ())).await;
}

#[given("an outage without a word, with a periodic monitor that is queued")]
#[given("an outage that began before an event was answered")]
async fn a_cut_outage(w: &mut World) {
    w.attempt(async |w| fetch(w, false).await.map(|_| ())).await;
}

fn of<'a>(seen: &'a Outage, m: &SetMonitor, interval: Duration) -> Periodic<'a> {
    Periodic { monitor: m.id, interval, gap: &seen.gap, ahead: seen.ahead }
}

async fn judge_queued<C: IntoIterator<Item = Check>>(
    w: &mut World,
    polite: bool,
    check: impl Fn(&Periodic<'_>, Window<'_>) -> C,
) -> Result<(), Stop> {
    let seen = fetch(w, polite).await?;
    let every = interval(w, "B-0342")?;
    let checks = seen.stretch.look(&w.lane, |window| check(&of(&seen, &seen.queued, every), window));
    w.judge(checks);
    Ok(())
}

#[then("the values that fell due meanwhile are delivered, each once")]
async fn delivered(w: &mut World) {
    w.attempt(async |w| judge_queued(w, true, |p, window| p.is_delivered(window)).await).await;
}

#[then("the values that fell due after the cut are delivered, each once")]
async fn delivered_after_cut(w: &mut World) {
    w.attempt(async |w| judge_queued(w, false, |p, window| p.is_delivered(window)).await).await;
}

#[then("they bear the times at which they fell due")]
async fn bear_their_times(w: &mut World) {
    w.attempt(async |w| judge_queued(w, true, |p, window| [p.keeps_its_time(window)]).await).await;
}

#[then("they arrive in the order in which they fell due")]
async fn in_order(w: &mut World) {
    w.attempt(async |w| judge_queued(w, true, |p, window| [p.comes_in_order(window)]).await).await;
}

#[then("nothing that is not severe enough is delivered")]
async fn not_delivered(w: &mut World) {
    w.attempt(async |w| {
        let seen = fetch(w, true).await?;
        let every = interval(w, "B-0342")?;
        let mild = seen.mild.as_ref().map_err(|why| Stop::NotApplicable(why.clone()))?;
        let check = seen.stretch.look(&w.lane, |window| {
            let periodic = of(&seen, mild, every);
            periodic.is_not_queued(window, periodic.works_again(window))
        });
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the event is sent again")]
async fn sent_again(w: &mut World) {
    w.attempt(async |w| {
        let seen = fetch(w, false).await?;
        let event = seen.unanswered.as_ref();
        let why = "no event came while the answers were held back";
        let event = event.ok_or_else(|| Stop::open(why, [seen.gap.lost]))?;
        let check = seen.stretch.look(&w.lane, |window| is_sent_again(window, event, &seen.gap));
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the state of each connector is told after it")]
async fn states_told(w: &mut World) {
    w.attempt(async |w| {
        let seen = fetch(w, true).await?;
        seen.threshold.as_ref().map_err(|why| Stop::NotExercised(why.clone()))?;
        let waited = format!("within {} s of the new connection", w.deadline().as_secs());
        let checks = told_after(w, &seen, &waited);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[given("periodic monitors that make as many events in an outage as the row asks for")]
async fn as_many(w: &mut World) {
    w.attempt(async |w| {
        let row = w.cx.archetype.behaviour(&w.subject.row.0);
        let count = row.and_then(|b| b.count).and_then(|n| usize::try_from(n).ok());
        let count = count.ok_or_else(|| Stop::Bug(format!("{} states no count", w.subject.row)))?;
        let length = interval(w, &w.subject.row.0.clone())?;
        w.monitors = many(w, count, length).await?;
        Ok(())
    })
    .await;
}

#[when("the connection is away for the interval of the row")]
async fn away(w: &mut World) {
    w.attempt(async |w| {
        // A value may be on its way at either end of the outage.
        let length = interval(w, &w.subject.row.0.clone())?;
        let ahead = clock_ahead(w).await?;
        let from = w.lane.now();
        w.undo.push(Undo::Offline);
        w.lane.offline(true)?;
        let ended = w.lane.hang_up(true)?;
        w.lane.until(ended, length, "an outage", WaitFor::Mandated, |_| false).await?;
        let gap = come_back(w, from).await?;
        let (limit, monitors) = (w.deadline(), w.monitors.clone());
        until_holds(w, &gap, limit, |window| every_second(&monitors, &gap, ahead, window).iter().all(held))
            .await?;
        w.several = w.lane.since(from, |window| every_second(&monitors, &gap, ahead, window));
        Ok(())
    })
    .await;
}

fn held(check: &Check) -> bool {
    matches!(check, Check::Held(_))
}

fn every_second(monitors: &[SetMonitor], gap: &Gap, ahead: SignedDuration, window: Window<'_>) -> Vec<Check> {
    let of = |m: &SetMonitor| Periodic { monitor: m.id, interval: Duration::from_secs(1), gap, ahead };
    monitors.iter().flat_map(|m| of(m).is_delivered(window)).collect()
}

#[then("all of them are delivered")]
async fn all_delivered(w: &mut World) {
    let checks = std::mem::take(&mut w.several);
    w.judge(checks);
}

#[given("an outage in which alerts came and one of them stayed")]
async fn alerts_offline(w: &mut World) {
    w.attempt(async |w| {
        w.subject.stimulus = w.cx.by_rig();
        alerts(w).await.map(|_| ())
    })
    .await;
}

fn expected(m: &SetMonitor, cleared: bool, cause: Seq) -> Expected {
    Expected {
        monitor: m.id,
        address: m.address.clone(),
        trigger: m.monitor_type.trigger(),
        cleared,
        cause,
        threshold: Some((m.monitor_type, m.value)),
        earlier: Vec::new(),
    }
}

#[then("the alert that was severe enough is delivered, and its end too")]
async fn alert_delivered(w: &mut World) {
    w.attempt(async |w| {
        let seen = alerts(w).await?;
        let waited = format!("within {} s of the new connection", w.deadline().as_secs());
        let checks: Vec<Check> = seen.stretch.look(&w.lane, |window| {
            let of = |cleared| fired(window, &expected(&seen.queued, cleared, seen.cause), &waited);
            of(false).into_iter().chain(of(true)).collect()
        });
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("the alert that still holds is told, though it was not severe enough to be queued")]
async fn still_holds(w: &mut World) {
    w.attempt(async |w| {
        let seen = alerts(w).await?;
        let mild = seen.mild.as_ref().map_err(|why| Stop::NotApplicable(why.clone()))?;
        let waited = format!("within {} s of the new connection", w.deadline().as_secs());
        let checks =
            seen.stretch.look(&w.lane, |window| fired(window, &expected(mild, false, seen.cause), &waited));
        w.judge(checks);
        Ok(())
    })
    .await;
}
