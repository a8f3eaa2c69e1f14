//! After a scenario: what was set is removed, what was changed is put back, and what a refused request left
//! behind is found. What cannot be put back is handed on: it is tried again when the station is back, and at
//! the end of the run, and what remains then is said.

use crate::phrases::{monitors_now, remove_monitors, write_back, write_base, write_level};
use crate::presence::is_open;
use crate::world::Undo;
use crate::{Stop, World};
use judge::monitors::ReportedMonitor;
use judge::results::{self, Kind};
use judge::{Check, Code, Finding};
use serde_json::json;

/// Cleans up after a scenario.
///
/// # Errors
/// When a recording differs.
pub(crate) async fn clean_up(w: &mut World) -> Result<(), Stop> {
    let all = std::mem::take(&mut w.undo);
    let all = the_connection_first(w, all).await?;
    put_back(w, all).await?;
    if w.suspicious && !w.beside {
        sweep(w).await?;
    }
    Ok(())
}

/// Before anything is asked of the station it must be able to come, and be answered as usual.
async fn the_connection_first(w: &mut World, all: Vec<Undo>) -> Result<Vec<Undo>, Stop> {
    let (ours, others): (Vec<Undo>, Vec<Undo>) =
        all.into_iter().partition(|u| matches!(u, Undo::Offline | Undo::Answers));
    if ours.contains(&Undo::Answers) {
        w.lane.answer_with(net::csms::Policy::default())?;
    }
    if ours.contains(&Undo::Offline) {
        let open = w.lane.offline(false)?;
        if !is_open(w) {
            let limit = w.cx.deadline("B-0001");
            w.lane.reconnected(open, limit).await?;
        }
    }
    Ok(others)
}

/// Tries again what could not be put back before.
///
/// # Errors
/// When a recording differs.
pub(crate) async fn catch_up(w: &mut World) -> Result<(), Stop> {
    let all = std::mem::take(&mut w.handed.unfinished);
    put_back(w, all).await
}

/// Puts things back, last change first; values before monitors, because a monitor that is removed while
/// exceeded never clears.
async fn put_back(w: &mut World, all: Vec<Undo>) -> Result<(), Stop> {
    let (monitors, others): (Vec<Undo>, Vec<Undo>) =
        all.into_iter().partition(|u| matches!(u, Undo::Monitor(_)));
    // Monitoring as such is switched off last: while it is off, a station may refuse to remove a monitor.
    let (switch, others): (Vec<Undo>, Vec<Undo>) = others
        .into_iter()
        .partition(|u| matches!(u, Undo::Written(at, _) if at.component.name == "MonitoringCtrlr"));
    for undo in others.into_iter().rev().chain(monitors).chain(switch) {
        if !undone(w, &undo).await? {
            w.handed.unfinished.push(undo);
        }
    }
    Ok(())
}

/// Puts one thing back; whether the station (or the rig) said so.
async fn undone(w: &mut World, undo: &Undo) -> Result<bool, Stop> {
    match undo {
        Undo::Value(effect) => match w.lane.stimulus(effect).await {
            Ok(_) => Ok(true),
            Err(Stop::NotExercised(_)) => Ok(false),
            Err(other) => Err(other),
        },
        Undo::Written(at, value) => {
            write_back(w, at, value).await?;
            let answer = w.answer()?.clone();
            let status =
                results::pair(Kind::Set, &answer).ok().and_then(|(m, _)| Some(m.first()?.status.clone()));
            Ok(matches!(status.as_deref(), Some("Accepted" | "RebootRequired")))
        }
        // Done before anything else.
        Undo::Offline | Undo::Answers => Ok(true),
        Undo::Operative(evse) => {
            let payload = json!({ "operationalStatus": "Operative", "evse": { "id": evse } });
            let answer = w.call("ChangeAvailability", payload).await?;
            Ok(matches!(answer.status(), Some("Accepted" | "Scheduled")))
        }
        Undo::Level(level) => {
            write_level(w, *level).await?;
            Ok(w.answer()?.status() == Some("Accepted"))
        }
        Undo::Base(base) => {
            write_base(w, base).await?;
            Ok(w.answer()?.status() == Some("Accepted"))
        }
        Undo::Monitor(id) => {
            remove_monitors(w, &[*id]).await?;
            Ok(w.matched.first().is_some_and(|m| matches!(m.status.as_str(), "Accepted" | "NotFound")))
        }
    }
}

/// Looks for monitors that are there although they were refused, and removes them. Only where it is known
/// what was there before, and only while no other lane sets monitors of its own: nobody else's are touched.
async fn sweep(w: &mut World) -> Result<(), Stop> {
    let Some(before) = w.before.clone() else { return Ok(()) };
    let Some(now) = monitors_now(w).await? else { return Ok(()) };
    let was_there = |m: &ReportedMonitor| {
        before.monitors.iter().any(|b| b.id == m.id && b.address.same_as(&m.address) && b.kind == m.kind)
    };
    let ours = |m: &ReportedMonitor| w.monitors.iter().any(|s| s.id == m.id);
    let tried = |m: &ReportedMonitor| w.tried.iter().any(|at| at.same_as(&m.address));
    let extra: Vec<ReportedMonitor> =
        now.monitors.iter().filter(|m| !was_there(m) && !ours(m) && tried(m)).cloned().collect();
    if extra.is_empty() {
        return Ok(());
    }
    let refused = w.answer_records.clone();
    let names: Vec<String> = extra.iter().map(|m| format!("monitor {} on {}", m.id, m.address)).collect();
    let records = extra.iter().map(|m| m.at).chain(refused);
    let expected = "no monitor left by a request that was not accepted";
    w.judge([Check::from(Finding::new(Code::MonitorLeft, expected, names.join("; "), records))]);
    put_back(w, extra.into_iter().map(|m| Undo::Monitor(m.id)).collect()).await
}
