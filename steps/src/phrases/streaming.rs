//! Setting monitors whose values are streamed (OCPP 2.1, N11), and waiting for what follows.

use super::chosen::that_take;
use super::moving::everything_is_let_through;
use super::setting::{Wanted, set_for_later, severity};
use crate::link::{Met, WaitFor};
use crate::observed::if_any;
use crate::{Stop, World};
use judge::answer::Answer;
use judge::events::{self, TIME_TOLERANCE};
use judge::monitors::SetMonitor;
use judge::streams::{Params, Streams};
use ocpp::{MonitorType, Version};
use serde_json::{Value, json};
use spec::model::RowId;
use std::time::Duration;
use trace::{Record, Seq};

/// Period of the monitors whose values are streamed.
pub(super) const PERIOD: Duration = Duration::from_secs(1);
/// Most values in a message, where it is the interval that ends it.
pub(super) const ROOM: i64 = 30;
/// Messages by which a rate is judged.
pub(super) const BATCHES: usize = 3;

pub(super) const NOTIFY: &str = "NotifyPeriodicEventStream";

pub(super) fn interval(w: &World, row: &str) -> Result<Duration, Stop> {
    let stated = w.cx.interval(&RowId(row.to_owned()));
    stated.ok_or_else(|| Stop::Bug(format!("{row} states no interval")))
}

pub(super) fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

pub(super) fn rate(interval: Duration) -> Params {
    Params { interval: Some(seconds(interval)), values: Some(ROOM) }
}

/// Sets a periodic monitor on the first variable that takes one.
pub(super) async fn set(w: &mut World, period: Duration, stream: Option<Params>) -> Result<SetMonitor, Stop> {
    everything_is_let_through(w).await?;
    let kind = MonitorType::Periodic;
    let at = that_take(w, kind).await?.into_iter().next();
    let at = at.ok_or_else(|| Stop::Bug("no variable was chosen".into()))?;
    let severity = severity(w, &at, kind).await?;
    let wanted = Wanted::new(at, kind, period.as_secs_f64(), severity);
    let wanted = stream.map_or(wanted.clone(), |params| wanted.streamed(params));
    set_for_later(w, &[wanted]).await?;
    w.cause = w.answer()?.sent;
    w.monitor().cloned()
}

/// What the run tells of streams, from a record on.
pub(super) fn read(w: &World, from: Seq) -> Streams {
    w.lane.since(from, Streams::of)
}

pub(super) fn monitor_of(payload: &Value) -> Option<i64> {
    payload.pointer("/constantStreamData/variableMonitoringId")?.as_i64()
}

/// Waits for a monitor's stream to be opened: its record and its id. A lost connection ends the wait like its limit.
pub(super) async fn opened(w: &mut World, monitor: i64, set: Seq) -> Result<Option<(Seq, i64)>, Stop> {
    let limit = w.cx.deadline("B-0461");
    let is = |payload: &Value| monitor_of(payload) == Some(monitor);
    let found = w.lane.heard(set, limit, "OpenPeriodicEventStream", WaitFor::Station, is).await;
    let found = if_any(found)?;
    let id = |payload: &Value| payload.pointer("/constantStreamData/id").and_then(Value::as_i64);
    Ok(found.and_then(|(at, payload)| Some((at, id(&payload)?))))
}

pub(super) fn not_opened() -> Stop {
    Stop::Blocked(RowId("B-0461".to_owned()))
}

/// A monitor whose stream is open. Without a stream there is nothing to judge but B-0461.
pub(super) async fn streaming(
    w: &mut World,
    period: Duration,
    params: Params,
) -> Result<(SetMonitor, i64), Stop> {
    let monitor = set(w, period, Some(params)).await?;
    let (_, stream) = opened(w, monitor.id, w.cause).await?.ok_or_else(not_opened)?;
    w.stream = Some(stream);
    Ok((monitor, stream))
}

/// Waits for so many messages on a stream after a record.
pub(super) async fn batches(
    w: &mut World,
    stream: i64,
    from: Seq,
    count: usize,
    limit: Duration,
) -> Result<Met, Stop> {
    let version = w.cx.version;
    let mut seen = 0;
    let is = |record: &Record| {
        let payload = crate::lane::said(record, NOTIFY, version);
        let of = payload.and_then(|p| p.get("id").and_then(Value::as_i64));
        seen += usize::from(record.n > from && of == Some(stream));
        seen >= count
    };
    w.lane.until(from, limit, "values on the stream", WaitFor::Mandated, is).await
}

/// Whether a record brings an event of a monitor.
pub(super) fn is_event_of(record: &Record, monitor: i64, version: Version) -> bool {
    let payload = crate::lane::said(record, "NotifyEvent", version);
    payload.is_some_and(|p| events::of_payload(record.n, p).iter().any(|e| e.monitor == Some(monitor)))
}

pub(super) fn patience(interval: Duration, count: usize) -> Duration {
    interval.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX)).saturating_add(TIME_TOLERANCE)
}

pub(super) async fn list(w: &mut World) -> Result<Answer, Stop> {
    w.call("GetPeriodicEventStream", json!({})).await.cloned()
}
