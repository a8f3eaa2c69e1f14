//! Phrases about registration: what a station does until it is accepted, and that it is heard of afterwards.

use super::put_off::{connectors, connectors_told, fetch, interval};
use super::rejected;
use crate::link::WaitFor;
use crate::observed::{PutOff, Stretch};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use jiff::SignedDuration;
use judge::clock::{self, time_of};
use judge::events::{Expected, TIME_TOLERANCE, fired, of_monitor};
use judge::registration::{boots, is_heard, only_boots, repeats, silent_when_rejected};
use judge::{Check, Code, Finding, Window, offline, states};
use ocpp::EventTrigger;
use serde_json::json;
use std::rc::Rc;
use std::time::Duration;
use trace::{Body, Closer, Seq};

/// The restart the scenario's row is judged from.
async fn put_off(w: &mut World) -> Result<Rc<PutOff>, Stop> {
    fetch(w, None).await
}

#[given("a boot that was put off twice")]
#[given("a boot that was put off twice, with a monitored number that changed meanwhile")]
async fn a_boot_put_off(w: &mut World) {
    w.attempt(async |w| put_off(w).await.map(|_| ())).await;
}

#[then("until it was accepted the station has sent nothing but its boot and what it was asked for")]
async fn only_its_boot(w: &mut World) {
    w.attempt(async |w| {
        let stretch = put_off(w).await?.stretch;
        let check = stretch.look(&w.lane, only_boots);
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the station has answered what it was asked meanwhile, and kept the connection")]
async fn has_answered(w: &mut World) {
    w.attempt(async |w| {
        let seen = put_off(w).await?;
        let mut checks: Vec<Check> = seen
            .asked
            .iter()
            .map(|a| a.result().map_or_else(|check| check, |(at, _)| Check::held([a.sent, at])))
            .collect();
        if let Some(paged) = &seen.report {
            checks.extend(paged.check(&format!("within {} s", w.deadline().as_secs())));
        }
        let accepted = seen.accepted.unwrap_or(seen.stretch.to);
        let while_pending = Stretch { from: seen.pending, to: accepted };
        checks.push(while_pending.look(&w.lane, kept));
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// The station has not ended the connection (OCPP B02.FR.06).
fn kept(window: Window<'_>) -> Check {
    let ended = window.records.iter().find(|r| matches!(r.body, Body::Closed { by: Closer::Station, .. }));
    match ended {
        None => Check::held(window.ends()),
        Some(ended) => {
            let expected = "the connection to stay open while the boot is pending";
            let records = window.ends().into_iter().take(1).chain([ended.n]);
            Finding::new(Code::ConnectionEnded, expected, "the station ended it", records).into()
        }
    }
}

#[then("the station has repeated its boot at the end of each interval")]
async fn has_repeated(w: &mut World) {
    w.attempt(async |w| {
        let (seen, grace) = (put_off(w).await?, w.deadline());
        let checks = seen.stretch.look(&w.lane, |window| repeats(window, "Pending", grace));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("the change is told after the acceptance, with the time it happened")]
async fn told_later(w: &mut World) {
    w.attempt(async |w| {
        let seen = put_off(w).await?;
        let accepted =
            seen.accepted.ok_or_else(|| Stop::open("the boot was not accepted", [seen.pending]))?;
        let changed = seen.changed.as_ref().map_err(|why| Stop::NotExercised(why.clone()))?;
        let expected = Expected {
            monitor: changed.delta.id,
            address: changed.delta.address.clone(),
            trigger: EventTrigger::Delta,
            cleared: false,
            cause: changed.wrote.sent,
            threshold: None,
            earlier: Vec::new(),
        };
        let waited = format!("within {} s of the acceptance", w.deadline().as_secs());
        let after = Stretch { from: accepted, ..seen.stretch };
        let mut checks = after.look(&w.lane, |window| fired(window, &expected, &waited));
        let event = after.look(&w.lane, |window| of_monitor(window, changed.delta.id).into_iter().next());
        if let Some(event) = event {
            let (cause, ahead) = ((changed.wrote.sent, changed.wrote.reply.at()), changed.ahead);
            checks.push(seen.stretch.look(&w.lane, |window| {
                offline::happened_with(window, &event, cause, ahead, TIME_TOLERANCE)
            }));
        }
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// Intervals in which a station must be heard of.
const INTERVALS: u32 = 3;

#[given("a boot that was accepted with the heartbeat interval of the row")]
async fn with_heartbeat(w: &mut World) {
    w.attempt(async |w| {
        let every = interval(w, "B-0008")?;
        let at = super::heartbeat_interval();
        let before = super::moving::read_text(w, &at).await?;
        w.undo.push(Undo::Heartbeat { seconds: every.as_secs(), before });
        let seen = fetch(w, Some(every)).await?;
        let given =
            w.lane.since(Seq(0), |window| boots(window).into_iter().rev().find_map(|b| b.answer)?.interval);
        if given != i64::try_from(every.as_secs()).ok() {
            let why = "the station was not accepted with the heartbeat interval of the row";
            return Err(Stop::open(why, seen.accepted));
        }
        Ok(())
    })
    .await;
}

#[when("nothing is asked of the station for three intervals")]
async fn left_alone(w: &mut World) {
    w.attempt(async |w| {
        let from = w.lane.now();
        let time = interval(w, "B-0008")? * INTERVALS;
        w.lane.until(from, time, "the station to be heard of", WaitFor::Mandated, |_| false).await?;
        w.cause = from;
        Ok(())
    })
    .await;
}

#[then("it is heard of in each interval")]
async fn heard_in_each(w: &mut World) {
    w.attempt(async |w| {
        let (every, grace) = (interval(w, "B-0008")?, w.deadline());
        let stretch = Stretch { from: w.cause, to: w.lane.now() };
        let check = stretch.look(&w.lane, |window| is_heard(window, every, grace));
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[given("a boot that was rejected once")]
async fn a_boot_rejected(w: &mut World) {
    w.attempt(async |w| rejected::fetch(w).await.map(|_| ())).await;
}

#[then("the station has sent nothing until its next boot")]
async fn silent_until(w: &mut World) {
    w.attempt(async |w| {
        let stretch = rejected::fetch(w).await?.stretch;
        let check = stretch.look(&w.lane, silent_when_rejected);
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the station has repeated its boot at the end of the interval")]
async fn repeated_once(w: &mut World) {
    w.attempt(async |w| {
        let (seen, grace) = (rejected::fetch(w).await?, w.deadline());
        let checks = seen.stretch.look(&w.lane, |window| repeats(window, "Rejected", grace));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[given("a clock that follows the heartbeat")]
async fn follows_heartbeat(w: &mut World) {
    w.attempt(async |w| {
        let at = super::chosen::at("ClockCtrlr", "TimeSource");
        let sources = super::moving::read_text(w, &at).await?;
        let answer = w.answer()?;
        let records = [answer.sent, answer.reply.at()];
        let sources = sources.ok_or_else(|| Stop::open(format!("{at} cannot be read"), records))?;
        if sources.split(',').any(|s| s.trim().eq_ignore_ascii_case("Heartbeat")) {
            return Ok(());
        }
        Err(Stop::NotApplicable(format!("the station takes its time from {sources} and not from Heartbeat")))
    })
    .await;
}

#[then("its time is that of the suite")]
async fn time_is_right(w: &mut World) {
    w.attempt(async |w| {
        let limit = w.cx.deadline("B-0012");
        let tolerance = w.deadline();
        let answer = w.lane.sign_of_life(limit).await?;
        let check = w.lane.since(Seq(0), |window| clock::is_right(&answer, window, tolerance));
        w.judge([check]);
        Ok(())
    })
    .await;
}

/// The acceptances of the station's own boots that can be judged: the first of the run, and that of a restart.
fn accepted_boots(w: &World) -> Vec<Seq> {
    let first = w.lane.since(Seq(0), |window| {
        let own = boots(window).into_iter().filter(|b| b.reason != "Triggered");
        own.filter_map(|b| b.answer).find(|a| a.status == "Accepted").map(|a| a.at)
    });
    let restarted = match &w.handed.observed.put_off {
        Some(Ok(seen)) => seen.accepted,
        _ => None,
    };
    first.into_iter().chain(restarted.filter(|at| Some(*at) != first)).collect()
}

#[given("a boot of the station that was accepted")]
async fn an_accepted_boot(w: &mut World) {
    w.attempt(async |w| {
        let why =
            "no boot was seen in this run: a station that was accepted before need not boot; restart it";
        w.cause = *accepted_boots(w).first().ok_or_else(|| Stop::open(why, []))?;
        Ok(())
    })
    .await;
}

#[then("the state of each connector is told in time")]
async fn each_told(w: &mut World) {
    w.attempt(async |w| {
        let limit = w.deadline();
        for from in accepted_boots(w) {
            if let Some(checks) = told_after_boot(w, from, limit).await? {
                w.judge(checks);
                return Ok(());
            }
        }
        let why = "the suite went on to change states before the time was up, after each boot of the run";
        Err(Stop::open(why, [w.cause]))
    })
    .await;
}

/// What was told after a boot; nothing if states were changed from outside before the time was up.
async fn told_after_boot(w: &mut World, from: Seq, limit: Duration) -> Result<Option<Vec<Check>>, Stop> {
    let passed = w.lane.since(Seq(0), |window| {
        let times = time_of(window, from).zip(time_of(window, w.lane.now()));
        times.map_or(SignedDuration::ZERO, |(then, now)| now.duration_since(then))
    });
    let left = limit.saturating_sub(Duration::try_from(passed).unwrap_or_default());
    connectors_told(w, from, left).await?;
    let wanted = connectors(w);
    let waited = format!("within {} s of the acceptance", limit.as_secs());
    Ok(w.lane.since(from, |window| {
        let latest = window.records.first().map(|r| r.t + limit);
        let end = window.records.partition_point(|r| latest.is_some_and(|latest| r.t <= latest));
        let in_time = Window::new(window.records.get(..end).unwrap_or_default(), window.version);
        let (alone, moved) = states::until_moved(in_time);
        let checks = states::each_is_told(alone, &wanted, from, &waited);
        let all_told = !checks.iter().any(|check| matches!(check, Check::Broken(_)));
        (all_told || !moved).then_some(checks)
    }))
}

#[when("a boot is asked for")]
async fn boot_asked_for(w: &mut World) {
    w.attempt(async |w| super::triggers::trigger(w, json!({ "requestedMessage": "BootNotification" })).await)
        .await;
}

#[then("it is refused, and the station does not boot")]
async fn boot_refused(w: &mut World) {
    w.attempt(async |w| {
        let answer = w.answer()?.clone();
        let refused = answer.status_is(&["Rejected"]);
        let settled = matches!(refused, Check::Held(_));
        w.judge([refused]);
        if !settled {
            // One cause, one finding: a boot that was agreed to follows.
            return Ok(());
        }
        let from = w.lane.now();
        w.lane.until(from, TIME_TOLERANCE, "a boot that was refused", WaitFor::Mandated, |_| false).await?;
        let limit = w.cx.deadline("B-0012");
        let alive = w.lane.sign_of_life(limit).await?;
        let boot =
            w.lane.since(answer.sent, |window| boots(window).into_iter().next().map(|b| (b.at, b.reason)));
        let check = match (boot, alive.result()) {
            (Some((at, reason)), _) => {
                let expected = "no BootNotification after it was refused";
                let observed = format!("one with the reason {reason}");
                Finding::new(Code::BootUnwanted, expected, observed, [answer.reply.at(), at]).into()
            }
            (None, Ok((at, _))) => Check::held([answer.reply.at(), at]),
            (None, Err(_)) => {
                Check::open("nothing proves that the station was still alive", [alive.reply.at()])
            }
        };
        w.judge([check]);
        Ok(())
    })
    .await;
}
