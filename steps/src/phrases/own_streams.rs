//! Phrases about streams of scenarios of their own: refused, replaced, interrupted, too many (OCPP 2.1, N11 to N15).

use super::chosen::that_take;
use super::moving::everything_is_let_through;
use super::restarts::{again, look_again, reset};
use super::setting::{self, Wanted, set_for_later, severity};
use super::streaming::{
    BATCHES, NOTIFY, PERIOD, ROOM, batches, interval, is_event_of, list, monitor_of, patience, rate, read,
    seconds, streaming,
};
use crate::link::{Met, WaitFor};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::events::{self, Expected};
use judge::streams::{Goes, Params, Share, Streams};
use net::csms::{Policy, Treatment};
use ocpp::MonitorType;
use serde_json::{Value, json};
use std::time::Duration;
use trace::{Record, Seq};

/// Streams a station may offer so that all of them are tried.
const MOST: usize = 10;

#[when("a monitor asks for a stream of few values in each message")]
async fn few_values(w: &mut World) {
    w.attempt(async |w| {
        let full = interval(w, "B-0463")?;
        let params = Params { interval: Some(ROOM), values: Some(seconds(full) / seconds(PERIOD)) };
        let (_, stream) = streaming(w, PERIOD, params).await?;
        batches(w, stream, w.cause, BATCHES, patience(full, BATCHES)).await.map(|_| ())
    })
    .await;
}

/// The stream a scenario of its own opened.
fn own_stream(w: &World) -> Result<i64, Stop> {
    w.stream.ok_or_else(|| Stop::Bug("a step needs a stream and none was opened".into()))
}

#[then("each message has as many values as were asked for, and comes as soon as it has them")]
async fn are_full(w: &mut World) {
    w.attempt(async |w| {
        let most = usize::try_from(seconds(interval(w, "B-0463")?) / seconds(PERIOD)).unwrap_or(usize::MAX);
        let (all, stream) = (read(w, w.cause), own_stream(w)?);
        let first: Vec<_> = all.batches_of(stream, w.cause).into_iter().take(BATCHES).collect();
        w.judge(Streams::are_full(&first, most, PERIOD, w.cause));
        Ok(())
    })
    .await;
}

#[given("a back end that refuses streams")]
async fn refusing(w: &mut World) {
    w.attempt(async |w| {
        w.undo.push(Undo::Answers);
        let refused = Treatment::Payload { payload: json!({ "status": "Rejected" }) };
        w.lane.answer_with(Policy::default().with("OpenPeriodicEventStream", refused)).map(|_| ())
    })
    .await;
}

#[when("a monitor asks for a stream")]
async fn asks(w: &mut World) {
    w.attempt(async |w| {
        let (period, slow) = (interval(w, &w.subject.row.0)?, interval(w, "B-0462")?);
        streaming(w, period, rate(slow)).await.map(|_| ())
    })
    .await;
}

#[then("no values come on the stream")]
async fn not_used(w: &mut World) {
    w.attempt(async |w| {
        let all = read(w, w.cause);
        let (monitor, stream) = (w.monitor()?.id, own_stream(w)?);
        let opening = all.opening_of(monitor, w.cause).filter(|o| o.stream == Some(stream));
        let opening = opening.ok_or_else(|| Stop::Bug("the opening of the stream is gone".into()))?;
        w.judge([all.is_not_used(opening)]);
        Ok(())
    })
    .await;
}

#[then("its monitor reports its values as events instead")]
async fn events_instead(w: &mut World) {
    w.attempt(async |w| {
        let m = w.monitor()?.clone();
        let (period, version) = (Duration::from_secs_f64(m.value), w.cx.version);
        let limit = patience(period, BATCHES) + w.deadline();
        let (from, mut seen) = (w.cause, 0);
        let is = |record: &Record| {
            seen += usize::from(is_event_of(record, m.id, version));
            seen >= BATCHES
        };
        let met = w.lane.until(from, limit, "events of the monitor", WaitFor::Mandated, is).await?;
        if let Met::Lost(at) = met {
            return Err(Stop::open("the connection was lost while events were due", [from, at]));
        }
        let expected = Expected {
            monitor: m.id,
            address: m.address.clone(),
            trigger: m.monitor_type.trigger(),
            cleared: false,
            cause: from,
            threshold: None,
            earlier: Vec::new(),
        };
        let waited = format!("within {} s", limit.as_secs());
        let checks = w.lane.since(from, |window| {
            let mut checks = events::fired(window, &expected, &waited);
            let seen = events::of_monitor(window, m.id);
            if seen.len() > 1 {
                checks.push(events::interval_is(&seen, period));
            }
            checks
        });
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[when("the monitor is replaced by one without a stream")]
async fn without(w: &mut World) {
    w.attempt(async |w| {
        let m = w.monitor()?.clone();
        let wanted = Wanted::new(m.address, m.monitor_type, m.value, m.severity).replacing(m.id);
        set_for_later(w, &[wanted]).await?;
        w.cause = w.answer()?.sent;
        Ok(())
    })
    .await;
}

#[then("the stream is closed in time")]
async fn is_closed(w: &mut World) {
    w.attempt(async |w| {
        let (stream, limit) = (own_stream(w)?, w.deadline());
        let is = |payload: &Value| payload.get("id").and_then(Value::as_i64) == Some(stream);
        let from = w.cause;
        let found = w.lane.heard(from, limit, "ClosePeriodicEventStream", WaitFor::Station, is).await?;
        let check = read(w, from).is_closed(stream, from, &format!("within {} s", limit.as_secs()));
        w.judge([check]);
        // From here on the values come as events.
        w.cause = found.map_or(from, |(at, _)| at);
        Ok(())
    })
    .await;
}

#[when("the rate of a stream that is not open is changed")]
async fn adjust_unknown(w: &mut World) {
    w.attempt(async |w| {
        let known = list(w).await?;
        let listed = known.result().ok().and_then(|(_, p)| p.get("constantStreamData")?.as_array().cloned());
        let highest = listed.into_iter().flatten().filter_map(|s| s.get("id")?.as_i64()).max().unwrap_or(0);
        let id = highest.max(0).saturating_add(super::monitors::NO_SUCH_ID);
        let payload = json!({ "id": id, "params": rate(interval(w, "B-0462")?).as_json() });
        w.call("AdjustPeriodicEventStream", payload).await.map(|_| ())
    })
    .await;
}

#[when("a monitor sends its values in a stream")]
async fn sends(w: &mut World) {
    w.attempt(async |w| {
        let slow = interval(w, &w.subject.row.0)?;
        streaming(w, PERIOD, rate(slow)).await.map(|_| ())
    })
    .await;
}

#[when("the connection is closed and the station is back")]
async fn reconnects(w: &mut World) {
    w.attempt(async |w| {
        let from = w.lane.hang_up(true)?;
        let limit = w.cx.deadline("B-0341");
        let back = w.lane.reconnected(from, limit).await?;
        let back = back.ok_or_else(|| Stop::open("the station did not come back", [from]))?;
        w.handed.connected = Some(back);
        w.cause = back;
        Ok(())
    })
    .await;
}

#[when("the station is restarted and is back")]
async fn restarts(w: &mut World) {
    w.attempt(async |w| {
        let answer = reset(w).await?;
        let limit = w.cx.deadline("B-0361");
        let back = w.lane.booted(answer.sent, limit).await?;
        let back = back.ok_or_else(|| Stop::open("the station did not come back", [answer.sent]))?;
        w.rebooted = Some(back);
        w.cause = back;
        // Nothing says that the monitoring level survives a restart.
        super::write_level(w, 9).await?;
        let m = w.monitor()?.clone();
        look_again(w).await?;
        if again(w, &m).is_none() {
            let reason = format!("monitor {} is not known any more after the restart", m.id);
            return Err(Stop::open(reason, [back]));
        }
        Ok(())
    })
    .await;
}

#[then("the values of the monitor go on, by stream or by event")]
async fn go_on(w: &mut World) {
    w.attempt(async |w| {
        let limit = w.deadline() + interval(w, &w.subject.row.0)?;
        let goes = Goes {
            monitor: w.monitor()?.id,
            stream: own_stream(w)?,
            back: w.cause,
            restarted: w.rebooted.is_some(),
        };
        let version = w.cx.version;
        let mut streams: Vec<i64> = if goes.restarted { Vec::new() } else { vec![goes.stream] };
        let is = |r: &Record| {
            let open = crate::lane::said(r, "OpenPeriodicEventStream", version);
            let open = open.filter(|p| monitor_of(p) == Some(goes.monitor));
            streams.extend(open.and_then(|p| p.pointer("/constantStreamData/id")?.as_i64()));
            let values = crate::lane::said(r, NOTIFY, version);
            let stream = values.and_then(|p| p.get("id")?.as_i64());
            stream.is_some_and(|s| streams.contains(&s)) || is_event_of(r, goes.monitor, version)
        };
        w.lane.until(goes.back, limit, "values of the monitor", WaitFor::Mandated, is).await?;
        let check = read(w, Seq(0)).goes_on(&goes, &format!("within {} s", limit.as_secs()));
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[when("one monitor more asks for a stream than the station says it can have")]
async fn one_more(w: &mut World) {
    w.attempt(async |w| {
        everything_is_let_through(w).await?;
        let inventory = super::inventory::fetch(w).await?;
        let at = super::chosen::at("MonitoringCtrlr", "MaxPeriodicEventStreams");
        let most = inventory.find(&at).and_then(|v| v.value()?.trim().parse::<usize>().ok());
        let Some(most) = most.filter(|n| (1..=MOST).contains(n)) else {
            let why = format!("the station does not say how many streams it can have, or more than {MOST}");
            return Err(Stop::NotApplicable(why));
        };
        let kind = MonitorType::Periodic;
        let (period, slow) = (interval(w, &w.subject.row.0)?, interval(w, "B-0462")?);
        let all = that_take(w, kind).await?;
        // Round after round over the variables, each round at another severity.
        for n in 0..=most {
            let Some(at) = all.get(n % all.len().max(1)) else { continue };
            let here = w.monitors.iter().filter(|m| m.address.same_as(at)).map(|m| m.severity);
            w.used_severities = here.collect();
            let severity = severity(w, at, kind).await?;
            let wanted = Wanted::new(at.clone(), kind, period.as_secs_f64(), severity).streamed(rate(slow));
            // The last is the one too many. It may be refused.
            if n < most {
                set_for_later(w, &[wanted]).await?;
            } else {
                setting::set(w, &[wanted]).await?;
            }
        }
        w.asked_monitors = most;
        Ok(())
    })
    .await;
}

#[then("no more streams are open, and every monitor that was accepted delivers its values")]
async fn keeps_within(w: &mut World) {
    w.attempt(async |w| {
        let shares: Vec<Share> =
            w.monitors.iter().map(|m| Share { monitor: m.id, accepted: m.accepted }).collect();
        let from = shares.first().map_or(w.lane.now(), |s| s.accepted);
        let limit = w.deadline();
        let version = w.cx.version;
        let mut silent: Vec<i64> = shares.iter().map(|s| s.monitor).collect();
        let is = |r: &Record| {
            let open = crate::lane::said(r, "OpenPeriodicEventStream", version);
            let open = open.and_then(monitor_of);
            silent.retain(|m| Some(*m) != open && !is_event_of(r, *m, version));
            silent.is_empty()
        };
        w.lane.until(from, limit, "a stream or an event of each monitor", WaitFor::Mandated, is).await?;
        let listed = list(w).await?;
        let waited = format!("within {} s", limit.as_secs());
        let most = w.asked_monitors;
        let checks = read(w, Seq(0)).keep_within(most, &shares, &listed, &waited);
        w.judge(checks);
        Ok(())
    })
    .await;
}
