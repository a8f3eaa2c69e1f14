//! Phrases about one stream that most rows look at (OCPP 2.1, N11 to N15), and about all streams of the run.
//!
//! It is opened, watched, made faster and ended once. Streams are scarce: a station may have room for one, so that no
//! two scenarios use them at the same time.

use super::monitors::remove;
use super::setting::monitoring_report;
use super::streaming::{
    BATCHES, PERIOD, batches, interval, list, not_opened, opened, patience, rate, read, set,
};
use crate::link::WaitFor;
use crate::observed::{Flow, Streamed, Stretch, if_any, once};
use crate::{Stop, World};
use cucumber::{given, then};
use judge::Check;
use judge::streams::{Params, Streams};
use serde_json::{Value, json};
use std::rc::Rc;
use trace::Seq;

/// The stream that most rows look at.
async fn fetch(w: &mut World) -> Result<Rc<Streamed>, Stop> {
    once(w, |o| &mut o.stream, async |w| course(w).await).await
}

async fn course(w: &mut World) -> Result<Streamed, Stop> {
    let (slow, fast) = (interval(w, "B-0462")?, interval(w, "B-0471")?);
    let rates = [rate(slow), rate(fast)];
    let monitor = set(w, PERIOD, rates.first().copied()).await?;
    let from = w.cause;
    let Some((at, stream)) = opened(w, monitor.id, from).await? else {
        let stretch = Stretch { from, to: w.lane.now() };
        return Ok(Streamed { stretch, monitor, rates, flow: None });
    };
    let open = list(w).await?;
    batches(w, stream, at, BATCHES, patience(slow, BATCHES)).await?;
    let faster = json!({ "id": stream, "params": rate(fast).as_json() });
    let adjusted = w.call("AdjustPeriodicEventStream", faster).await?.clone();
    let faster = list(w).await?;
    // The message that was due when the rate changed may come at either rate.
    batches(w, stream, adjusted.reply.at(), BATCHES + 1, patience(fast, BATCHES) + slow).await?;
    // Something has to be gathered when the stream ends.
    let gathering = w.lane.now();
    w.lane.until(gathering, fast / 2, "values to be gathered", WaitFor::Mandated, |_| false).await?;
    remove(w, &[monitor.id]).await?;
    let status = w.matched.first().map_or("no result".to_owned(), |m| m.status.clone());
    let removed = w.answer()?.clone();
    let limit = w.cx.deadline("B-0468");
    let is = |payload: &Value| payload.get("id").and_then(Value::as_i64) == Some(stream);
    let closed = w.lane.heard(removed.sent, limit, "ClosePeriodicEventStream", WaitFor::Station, is).await;
    if_any(closed)?;
    let lists = [open, faster, list(w).await?];
    let flow = Flow { stream, lists, adjusted, removed: (removed, status) };
    let stretch = Stretch { from, to: w.lane.now() };
    Ok(Streamed { stretch, monitor, rates, flow: Some(flow) })
}

#[given("a stream of values, from the request for it to its end")]
async fn a_stream(w: &mut World) {
    w.attempt(async |w| fetch(w).await.map(|_| ())).await;
}

/// What the stretch of the stream tells.
fn told(w: &World, seen: &Streamed) -> Streams {
    seen.stretch.look(&w.lane, Streams::of)
}

fn flow(seen: &Streamed) -> Result<&Flow, Stop> {
    seen.flow.as_ref().ok_or_else(not_opened)
}

fn rates(seen: &Streamed) -> (Params, Params) {
    let [slow, fast] = seen.rates;
    (slow, fast)
}

#[then("the stream was opened for its monitor, at the rate that was asked for")]
async fn was_opened(w: &mut World) {
    w.attempt(async |w| {
        let seen = fetch(w).await?;
        let waited = format!("within {} s", w.deadline().as_secs());
        let checks = told(w, &seen).is_opened(seen.monitor.id, rates(&seen).0, seen.stretch.from, &waited);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("its values came at its interval, in messages that nobody answers")]
async fn came_at(w: &mut World) {
    w.attempt(async |w| {
        let seen = fetch(w).await?;
        let flow = flow(&seen)?;
        let all = told(w, &seen);
        let until = flow.adjusted.sent;
        let first: Vec<_> =
            all.batches_of(flow.stream, seen.stretch.from).into_iter().filter(|b| b.at < until).collect();
        let interval = interval(w, "B-0462")?;
        w.judge(Streams::come_at(&first, interval, PERIOD, seen.stretch.from));
        Ok(())
    })
    .await;
}

#[then("each of its messages said how many values were still waiting")]
async fn pending(w: &mut World) {
    w.attempt(async |w| {
        let seen = fetch(w).await?;
        let flow = flow(&seen)?;
        let all = told(w, &seen);
        w.judge(Streams::pending_is_true(&all.batches_of(flow.stream, Seq(0)), rates(&seen).0));
        Ok(())
    })
    .await;
}

#[then("it was among the open streams while it was open, and not after its end")]
async fn was_listed(w: &mut World) {
    w.attempt(async |w| {
        let seen = fetch(w).await?;
        let flow = flow(&seen)?;
        let [open, _, after] = &flow.lists;
        let mut checks = vec![Streams::is_listed(open, flow.stream, seen.monitor.id, rates(&seen).0)];
        // A stream that was not closed is another row's matter.
        let closed = told(w, &seen).is_closed(flow.stream, flow.removed.0.sent, "");
        if matches!(closed, Check::Held(_)) {
            checks.push(Streams::is_not_listed(after, flow.stream));
        }
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("its values came faster after it was made faster, and the list of streams says so")]
async fn came_faster(w: &mut World) {
    w.attempt(async |w| {
        let seen = fetch(w).await?;
        let flow = flow(&seen)?;
        let adjusted = flow.adjusted.status_is(&["Accepted"]);
        if let Check::Broken(f) = adjusted {
            // Who cannot comply may say so (OCPP N14.FR.02): no more than a warning.
            let polite = flow.adjusted.status() == Some("Rejected");
            return Err(Stop::Judged(if polite { f.mild().into() } else { f.into() }));
        }
        let all = told(w, &seen);
        let (at, until) = (flow.adjusted.reply.at(), flow.removed.0.sent);
        let later: Vec<_> =
            all.batches_of(flow.stream, at).into_iter().filter(|b| b.at < until).skip(1).collect();
        let interval = interval(w, "B-0471")?;
        let [_, faster, _] = &flow.lists;
        w.judge([adjusted]);
        w.judge(Streams::come_at(&later, interval, PERIOD, at));
        w.judge([Streams::is_listed(faster, flow.stream, seen.monitor.id, rates(&seen).1)]);
        Ok(())
    })
    .await;
}

/// The request that removed the monitor, if it was accepted.
fn removed(flow: &Flow) -> Result<Seq, Stop> {
    let (answer, status) = &flow.removed;
    if status == "Accepted" {
        return Ok(answer.sent);
    }
    Err(Stop::open(format!("the monitor was not removed: {status}"), [answer.sent, answer.reply.at()]))
}

#[then("it was closed when its monitor was removed")]
async fn was_closed(w: &mut World) {
    w.attempt(async |w| {
        let seen = fetch(w).await?;
        let flow = flow(&seen)?;
        let at = removed(flow)?;
        let waited = format!("within {} s", w.deadline().as_secs());
        let check = told(w, &seen).is_closed(flow.stream, at, &waited);
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("what it had gathered was sent before it was closed")]
async fn was_emptied(w: &mut World) {
    w.attempt(async |w| {
        let seen = fetch(w).await?;
        let flow = flow(&seen)?;
        let at = removed(flow)?;
        let check = seen.stretch.look(&w.lane, |window| {
            let when = judge::clock::time_of(window, at);
            let when = when.ok_or_else(|| Stop::Bug("a request is outside its stretch".into()))?;
            Ok::<Check, Stop>(Streams::of(window).empties_itself(flow.stream, PERIOD, (at, when)))
        })?;
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the times of all streamed values of the run are counted from the first of their message")]
async fn times(w: &mut World) {
    let checks = read(w, Seq(0)).times_count_from_the_first();
    w.judge(checks);
}

#[then("all streamed values of the run came on streams that were open")]
async fn on_open(w: &mut World) {
    let checks = read(w, Seq(0)).are_open_when_used();
    w.judge(checks);
}

#[then("no streamed values of the run came as events as well")]
async fn not_twice(w: &mut World) {
    let checks = read(w, Seq(0)).do_not_repeat_as_events();
    w.judge(checks);
}

#[then("the streams of the run that nobody asked for carry the values of built-in monitors")]
async fn own_streams(w: &mut World) {
    w.attempt(async |w| {
        let all = read(w, Seq(0));
        if all.unasked().is_empty() {
            w.judge(all.are_of_built_in_monitors(&Default::default()));
            return Ok(());
        }
        let report = monitoring_report(w, json!({})).await?;
        let answer = w.answer()?;
        let at = [answer.sent, answer.reply.at()];
        let report = report.ok_or_else(|| Stop::open("there is no whole monitoring report", at))?;
        w.judge(all.are_of_built_in_monitors(&report));
        Ok(())
    })
    .await;
}
