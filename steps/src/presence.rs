//! Whether the station can be asked anything now.

use crate::cleanup::catch_up;
use crate::lane::accepted_boot;
use crate::link::{Met, WaitFor};
use crate::{Stop, World};
use judge::Outcome;
use ocpp::frame::Frame;
use std::time::Duration;
use trace::{Body, Direction, Record, Seq};

/// Why nothing can be asked of the station now, if so. A lost connection is waited for once, and a new one
/// is given the time to boot.
pub(crate) async fn unreachable(w: &mut World, began: Seq) -> Result<Option<Outcome>, Stop> {
    if let Some(since) = w.handed.deaf {
        let back = w.lane.since(since, |window| window.records.iter().any(is_connected));
        if !back {
            let reason = format!("the station has not answered any more since {since}");
            return Ok(Some(Outcome::inconclusive(reason, vec![since])));
        }
        w.handed.deaf = None;
    }
    let connected = match w.lane.since(Seq(0), |window| connection(window.records)) {
        Connection::Open(at) => at,
        Connection::Lost(lost) if w.handed.given_up == Some(lost) => {
            return Ok(Some(Outcome::inconclusive(format!("no connection since {lost}"), vec![lost])));
        }
        Connection::Lost(lost) => {
            let limit = w.cx.deadline("B-0001");
            let what = "the station to connect again";
            match w.lane.until(began, limit, what, WaitFor::Station, is_connected).await? {
                Met::At(at) => at,
                Met::Deadline(_) | Met::Lost(_) => {
                    w.handed.given_up = Some(lost);
                    let reason =
                        format!("the connection was lost at {lost} and the station did not come back");
                    return Ok(Some(Outcome::inconclusive(reason, vec![lost])));
                }
            }
        }
    };
    let known = w.handed.connected.replace(connected);
    if known.is_some_and(|k| k != connected) {
        settled(w, connected).await?;
        if !w.handed.unfinished.is_empty() && !w.beside {
            catch_up(w).await?;
        }
    }
    Ok(None)
}

/// Gives a station that has connected again the time to boot: so long from the connection on. One that boots sends
/// BootNotification first (OCPP B01.FR.08); one that only reconnects need not send anything, and shows by anything else
/// it says that it does not boot.
pub(crate) async fn settled(w: &mut World, connected: Seq) -> Result<(), Stop> {
    let passed = w.lane.since(connected, |window| {
        let ends = window.records.first().zip(window.records.last());
        ends.and_then(|(first, last)| Duration::try_from(last.t.duration_since(first.t)).ok())
    });
    let left = judge::events::TIME_TOLERANCE.saturating_sub(passed.unwrap_or_default());
    if left.is_zero() {
        return Ok(());
    }
    let what = "a reconnected station to boot, if it does";
    let (version, mut boots) = (w.cx.version, Vec::new());
    let mut conn = None;
    let settles = |r: &Record| match &r.body {
        Body::Connected { conn: of, .. } => {
            conn = Some(*of);
            false
        }
        _ if accepted_boot(r, version, &mut boots) => true,
        Body::Frame { conn: of, dir: Direction::Rx, .. } if Some(*of) == conn && boots.is_empty() => {
            matches!(judge::frame_of(r, version), Some((_, Frame::Call { .. } | Frame::CallResult { .. })))
        }
        _ => false,
    };
    w.lane.until(connected, left, what, WaitFor::Station, settles).await.map(|_| ())
}

/// Lets a station in whose last boot was put off or rejected: it comes by itself, or on request, or on a new
/// connection.
pub(crate) async fn admitted(w: &mut World) -> Result<(), Stop> {
    let last = w
        .lane
        .since(Seq(0), |window| judge::registration::boots(window).into_iter().rev().find_map(|b| b.answer));
    let Some(last) = last.filter(|a| a.status != "Accepted") else { return Ok(()) };
    let interval = Duration::from_secs(last.interval.and_then(|i| u64::try_from(i).ok()).unwrap_or(0));
    let limit = interval.saturating_add(w.cx.deadline("B-0004"));
    let accepted = |answer: Option<(Seq, String)>| answer.is_some_and(|(_, status)| status == "Accepted");
    if accepted(w.lane.boot_answered(last.at, limit, false).await?) {
        return Ok(());
    }
    // A rejected station is not to be asked anything (OCPP B03.FR.03).
    if last.status == "Pending" && is_open(w) {
        let trigger = serde_json::json!({ "requestedMessage": "BootNotification" });
        let asked = w.call("TriggerMessage", trigger).await?.sent;
        let limit = w.cx.deadline("B-0029");
        if accepted(w.lane.boot_answered(asked, limit, false).await?) {
            return Ok(());
        }
    }
    let gone = w.lane.hang_up(true)?;
    let limit = w.cx.deadline("B-0361");
    w.lane.booted(gone, limit).await.map(|_| ())
}

/// Whether the station is connected, as far as the lane knows.
pub(crate) fn is_open(w: &World) -> bool {
    w.lane.since(Seq(0), |window| matches!(connection(window.records), Connection::Open(_)))
}

/// The state of the link at some point of the trace.
enum Connection {
    /// Open since this record.
    Open(Seq),
    /// None open since this record.
    Lost(Seq),
}

fn connection(records: &[Record]) -> Connection {
    let mut open: Option<(trace::ConnId, Seq)> = None;
    let mut lost = Seq(0);
    for record in records {
        match &record.body {
            Body::Connected { conn, version: Some(_), .. } => open = Some((*conn, record.n)),
            Body::Closed { conn, .. } if open.is_some_and(|(c, _)| c == *conn) => {
                open = None;
                lost = record.n;
            }
            _ => {}
        }
    }
    open.map_or(Connection::Lost(lost), |(_, at)| Connection::Open(at))
}

fn is_connected(record: &Record) -> bool {
    matches!(record.body, Body::Connected { version: Some(_), .. })
}
