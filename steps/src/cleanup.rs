//! After a scenario: what was set is removed, what was changed is put back, and what a refused request left
//! behind is found. What cannot be put back is handed on: it is tried again when the station is back, and at
//! the end of the run, and what remains then is said.

use crate::phrases::{back_in_use, off_the_list, stop_transaction};
use crate::phrases::{
    heartbeat_interval, monitors_now, remove_monitors, write_back, write_base, write_level,
};
use crate::presence::{admitted, is_open, settled};
use crate::world::Undo;
use crate::{Stop, World};
use judge::monitors::ReportedMonitor;
use judge::results::{self, Kind};
use judge::{Check, Code, Finding};
use serde_json::json;
use spec::model::Topic;
use trace::Seq;

/// Cleans up after a scenario.
///
/// # Errors
/// When a recording differs.
pub(crate) async fn clean_up(w: &mut World) -> Result<(), Stop> {
    as_usual(w).await?;
    let mut all = std::mem::take(&mut w.undo);
    // What the rig declined is as it was: nobody is asked to undo it.
    all.retain(|undo| !matches!(undo, Undo::Value(effect) if w.lane.left_untouched(effect)));
    put_back(w, all).await?;
    if w.suspicious && !w.beside {
        sweep(w).await?;
    }
    Ok(())
}

/// Before anything is asked of the station it must be able to come, and be answered as usual.
///
/// # Errors
/// When a recording differs.
pub(crate) async fn as_usual(w: &mut World) -> Result<(), Stop> {
    let all = std::mem::take(&mut w.undo);
    let (ours, others): (Vec<Undo>, Vec<Undo>) =
        all.into_iter().partition(|u| matches!(u, Undo::Offline | Undo::Answers));
    w.undo = others;
    if ours.contains(&Undo::Answers) {
        w.lane.answer_with(net::csms::Policy::default())?;
    }
    if ours.contains(&Undo::Offline) {
        let open = w.lane.offline(false)?;
        if !is_open(w) {
            let limit = w.cx.deadline("B-0341");
            if let Some(back) = w.lane.reconnected(open, limit).await? {
                settled(w, back).await?;
            }
        }
    }
    if ours.contains(&Undo::Answers) {
        admitted(w).await?;
    }
    Ok(())
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
    let (switch, others): (Vec<Undo>, Vec<Undo>) = others.into_iter().partition(
        |u| matches!(u, Undo::Written(at, value) if at.variable.name == "Enabled" && value == "false"),
    );
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
        Undo::Heartbeat { seconds, before } => heartbeat_is_back(w, *seconds, before.as_deref()).await,
        Undo::Operative(evse) => {
            let payload = json!({ "operationalStatus": "Operative", "evse": { "id": evse } });
            let answer = w.call("ChangeAvailability", payload).await?;
            Ok(matches!(answer.status(), Some("Accepted" | "Scheduled")))
        }
        Undo::InUse(place) => back_in_use(w, *place).await,
        Undo::Transaction(id) => stop_transaction(w, id).await,
        Undo::Listed(token) => off_the_list(w, token).await,
        Undo::Password { station, old } => crate::phrases::put_password_back(w, station, old).await,
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

/// Puts the heartbeat interval back: by writing it, or by the next boot, which is given the usual one.
async fn heartbeat_is_back(w: &mut World, seconds: u64, before: Option<&str>) -> Result<bool, Stop> {
    let last = w
        .lane
        .since(Seq(0), |window| judge::registration::boots(window).into_iter().rev().find_map(|b| b.answer));
    if last.is_none_or(|a| a.interval != i64::try_from(seconds).ok()) {
        return Ok(true);
    }
    let Some(before) = before else { return Ok(false) };
    write_back(w, &heartbeat_interval(), before).await?;
    let answer = w.answer()?.clone();
    let said = results::pair(Kind::Set, &answer).ok().and_then(|(m, _)| Some(m.first()?.status.clone()));
    Ok(said.as_deref() == Some("Accepted"))
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
    // That a monitor the scenario needs was not set as it must be is judged by the rows about monitors.
    let row = w.cx.archetype.behaviour(&w.subject.row.0);
    if row.is_none_or(|row| row.topic == Topic::Monitors) {
        w.judge([Check::from(Finding::new(Code::MonitorLeft, expected, names.join("; "), records))]);
    }
    put_back(w, extra.into_iter().map(|m| Undo::Monitor(m.id)).collect()).await
}
