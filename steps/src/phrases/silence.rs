//! Phrases about monitors that fall silent and go on: removed, held back by the level, switched off, not answered.

use super::events::{TICKS, interval, judged, wait, within};
use super::moving::{everything_is_let_through, level_in_force, of_monitoring, read_text, set_level, write};
use super::setting::{Wanted, set_for_later, severity};
use crate::link::{Met, WaitFor};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::inventory::Reported;
use judge::quiet::{Alive, does_not_flood, falls_silent};
use judge::results::{self, Kind};
use judge::{Check, Code, Finding};
use net::csms::{Policy, RefusalCode, Treatment};
use ocpp::frame::ErrorCode;
use ocpp::{MonitorType, VariableAddress};
use std::time::Duration;

/// Sets periodic monitors of the row's interval on one variable, the most severe first, and waits until each has fired.
async fn ticking(w: &mut World, count: usize) -> Result<(), Stop> {
    everything_is_let_through(w).await?;
    let kind = MonitorType::Periodic;
    let all = super::chosen::that_take(w, kind).await?;
    // On variables of their own where there are enough: not every station takes two on one.
    let places: Vec<VariableAddress> = all.iter().cycle().take(count).cloned().collect();
    let mut wanted = Vec::new();
    let value = interval(w)?.as_secs_f64();
    for at in &places {
        let free = severity(w, at, kind).await?;
        w.used_severities.push(free);
        wanted.push(Wanted::new(at.clone(), kind, value, free));
    }
    wanted.sort_by_key(|m| m.severity);
    for one in wanted {
        set_for_later(w, &[one]).await?;
    }
    w.targets = places;
    let limit = interval(w)? + w.deadline();
    for m in w.monitors.clone() {
        w.cause = m.accepted;
        match wait(w, m.id, false, 1, limit, WaitFor::Mandated).await? {
            Met::At(_) => {}
            Met::Deadline(at) | Met::Lost(at) => {
                let why = format!("monitor {} did not fire, so its silence would prove nothing", m.id);
                return Err(Stop::open(why, [m.accepted, at]));
            }
        }
    }
    Ok(())
}

#[given("a monitor that ticks at the interval of the row")]
async fn one(w: &mut World) {
    w.attempt(async |w| ticking(w, 1).await).await;
}

#[given("two monitors of different severity that tick at the interval of the row")]
async fn two(w: &mut World) {
    w.attempt(async |w| ticking(w, 2).await).await;
}

/// Waits for three intervals and gives a sign of life of the station.
async fn three_intervals(w: &mut World) -> Result<judge::answer::Answer, Stop> {
    let time = interval(w)? * u32::try_from(TICKS).unwrap_or(u32::MAX);
    let from = w.lane.now();
    w.lane.until(from, time, "three intervals to pass", WaitFor::Mandated, |_| false).await?;
    let limit = w.cx.deadline("B-0012");
    w.lane.sign_of_life(limit).await
}

#[when("the second of them is removed")]
async fn second_removed(w: &mut World) {
    w.attempt(async |w| {
        let id = w.monitor()?.id;
        super::monitors::remove(w, &[id]).await?;
        let answer = w.answer()?.clone();
        w.cause = answer.reply.at();
        if w.matched.first().is_some_and(|m| m.status == "Accepted") {
            return Ok(());
        }
        Err(Stop::open("the monitor was not removed", [answer.sent, answer.reply.at()]))
    })
    .await;
}

#[when("the monitoring level is set so that the second is not severe enough")]
async fn level_of_first(w: &mut World) {
    w.attempt(async |w| {
        let level = super::monitors::first(w)?.severity;
        if !w.undo.iter().any(|u| matches!(u, Undo::Level(_))) {
            w.undo.push(Undo::Level(9));
        }
        set_level(w, i64::from(level), None).await?;
        w.cause = w.answer()?.reply.at();
        Ok(())
    })
    .await;
}

#[then("the second falls silent for three intervals while the first goes on")]
async fn second_silent(w: &mut World) {
    w.attempt(async |w| {
        three_intervals(w).await?;
        let (silent, control) = (w.monitor()?.id, super::monitors::first(w)?.id);
        let why = "it must have stopped";
        let check =
            w.lane.since(w.cause, |window| falls_silent(window, silent, why, Alive::Monitor(control)));
        w.judge([check]);
        Ok(())
    })
    .await;
}

/// Sets a level that is to be taken, and remembers the one in force.
async fn take_level(w: &mut World, level: i64) -> Result<(), Stop> {
    if !w.undo.iter().any(|u| matches!(u, Undo::Level(_))) {
        let before = level_in_force(w).await?.unwrap_or(9);
        w.undo.push(Undo::Level(before));
    }
    set_level(w, level, None).await?;
    w.cause = w.answer()?.sent;
    Ok(())
}

#[when("the monitoring level is set to 7")]
async fn level_7(w: &mut World) {
    w.attempt(async |w| take_level(w, 7).await).await;
}

#[when("the monitoring level is set to 9")]
async fn level_9(w: &mut World) {
    w.attempt(async |w| take_level(w, 9).await).await;
}

#[then(expr = "the station says that level {int} is in force")]
async fn says_level(w: &mut World, level: i64) {
    w.attempt(async |w| {
        let set = w.answer()?.clone();
        let said = read_text(w, &of_monitoring("ActiveMonitoringLevel")).await?;
        let read = w.answer()?;
        let records = [set.sent, set.reply.at(), read.sent, read.reply.at()];
        let check = match said.as_deref().map(str::trim) {
            Some(text) if text.parse() == Ok(level) => Check::held(records),
            Some(text) => {
                let expected = format!("ActiveMonitoringLevel {level}");
                Finding::new(Code::Disagreement, expected, text, records).into()
            }
            None => Check::open("ActiveMonitoringLevel cannot be read", records),
        };
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[when("monitoring is switched off")]
async fn switched_off(w: &mut World) {
    w.attempt(async |w| {
        let at = of_monitoring("Enabled");
        let inventory = super::inventory::fetch(w).await?;
        if inventory.find(&at).and_then(Reported::mutability) != Some("ReadWrite") {
            return Err(Stop::NotApplicable(format!("{at} cannot be written")));
        }
        w.undo.push(Undo::Written(at.clone(), "true".to_owned()));
        write(w, &at, "false").await?;
        let answer = w.answer()?.clone();
        w.cause = answer.reply.at();
        match status(&answer).as_deref() {
            Some("Accepted") => Ok(()),
            Some(other) => {
                Err(Stop::NotApplicable(format!("the station answers {other} to switching it off")))
            }
            None => Err(Stop::open("the station did not answer", [answer.sent, answer.reply.at()])),
        }
    })
    .await;
}

fn status(answer: &judge::answer::Answer) -> Option<String> {
    let (matched, _) = results::pair(Kind::Set, answer).ok()?;
    Some(matched.first()?.status.clone())
}

#[when("monitoring is switched on again")]
async fn switched_on(w: &mut World) {
    w.attempt(async |w| {
        let at = of_monitoring("Enabled");
        write(w, &at, "true").await?;
        let answer = w.answer()?.clone();
        w.cause = answer.sent;
        if status(&answer).as_deref() == Some("Accepted") {
            w.undo.retain(|u| !matches!(u, Undo::Written(a, v) if a.same_as(&at) && v == "true"));
            return Ok(());
        }
        Err(Stop::open("monitoring was not switched on again", [answer.sent, answer.reply.at()]))
    })
    .await;
}

#[then("the monitor falls silent for three intervals, and the station still answers")]
async fn silent_but_alive(w: &mut World) {
    w.attempt(async |w| {
        let alive = three_intervals(w).await?;
        alive.result().map_err(Stop::Judged)?;
        let (id, at) = (w.monitor()?.id, alive.reply.at());
        let why = "monitoring is switched off";
        let check = w.lane.since(w.cause, |window| falls_silent(window, id, why, Alive::Record(at)));
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the monitor ticks again")]
#[then("the second ticks again")]
async fn ticks_again(w: &mut World) {
    w.attempt(async |w| {
        let m = w.monitor()?.clone();
        // The interval, and the time a station waits for an answer it does not get, are what the test prescribes.
        let limit = interval(w)? + w.deadline();
        wait(w, m.id, false, 1, limit, WaitFor::Mandated).await?;
        judged(w, &m, false).await.map(|_| ())
    })
    .await;
}

/// Lets the next event of the monitor be treated in some way.
async fn treat_next(w: &mut World, treatment: Treatment, limit: Duration) -> Result<(), Stop> {
    let id = w.monitor()?.id;
    w.cause = w.lane.answer_with(Policy::default().with("NotifyEvent", treatment))?;
    match wait(w, id, false, 1, limit, WaitFor::Mandated).await? {
        Met::At(_) => Ok(()),
        Met::Lost(at) => Err(Stop::open("the connection was lost while an event was due", [w.cause, at])),
        Met::Deadline(at) => {
            let expected = format!("an event of monitor {id} {}", within(limit));
            Err(Stop::Judged(Finding::new(Code::EventMissing, expected, "none", [w.cause, at]).into()))
        }
    }
}

#[when("an event is refused, and the next one left unanswered")]
async fn mistreated(w: &mut World) {
    w.attempt(async |w| {
        w.undo.push(Undo::Answers);
        let limit = interval(w)? + w.deadline();
        treat_next(w, Treatment::Refuse { code: RefusalCode(ErrorCode::InternalError) }, limit).await?;
        treat_next(w, Treatment::Withhold, limit).await?;
        w.cause = w.lane.answer_with(Policy::default())?;
        w.undo.retain(|u| *u != Undo::Answers);
        Ok(())
    })
    .await;
}

#[when("the station is left alone for the time of the row")]
async fn left_alone(w: &mut World) {
    w.attempt(async |w| {
        everything_is_let_through(w).await?;
        let time = interval(w)?;
        w.cause = w.lane.now();
        let from = w.cause;
        w.lane.until(from, time, "a quiet time", WaitFor::Mandated, |_| false).await.map(|_| ())
    })
    .await;
}

#[then("it has sent no more events of its own than the row allows")]
async fn few_events(w: &mut World) {
    w.attempt(async |w| {
        let row = w.subject.row.0.clone();
        let most = w.cx.archetype.behaviour(&row).and_then(|b| b.count);
        let most = most.ok_or_else(|| Stop::Bug(format!("{row} states no count")))?;
        let limit = w.cx.deadline("B-0012");
        let alive = w.lane.sign_of_life(limit).await?;
        alive.result().map_err(Stop::Judged)?;
        let check = w.lane.since(w.cause, |window| does_not_flood(window, most, alive.reply.at()));
        w.judge([check]);
        Ok(())
    })
    .await;
}
