//! A restart whose boot is answered Pending twice before it is accepted: brought about once, judged by several rows.

use super::chosen::{is_number, takes, that_take};
use super::moving::{
    everything_is_let_through, may_be_written, read_number, read_text, step, write, written,
};
use super::offline::{clock_ahead, events_up_to, severity_up_to};
use super::restarts::{again, look_again, reset};
use super::setting::{Wanted, set_for_later};
use crate::link::WaitFor;
use crate::observed::{Changed, PutOff, Stretch, if_any, once};
use crate::world::Undo;
use crate::{Stop, World};
use judge::answer::{Answer, Reply};
use judge::monitors::SetMonitor;
use judge::results::{self, Kind};
use judge::{Paged, events, states};
use net::csms::{BootStatus, Policy};
use ocpp::{MonitorType, VariableAddress};
use serde_json::json;
use spec::model::RowId;
use std::rc::Rc;
use std::time::Duration;
use trace::Seq;

/// The restart, whose boot is put off; `heartbeat` is the interval it is accepted with.
pub(super) async fn fetch(w: &mut World, heartbeat: Option<Duration>) -> Result<Rc<PutOff>, Stop> {
    once(w, |o| &mut o.put_off, async |w| bring_about(w, heartbeat).await).await
}

/// What is to be changed while the boot is put off.
struct Prepared {
    address: VariableAddress,
    start: f64,
    step: f64,
    delta: SetMonitor,
    threshold: Result<SetMonitor, String>,
}

/// The interval a boot is put off by: that of the row on its repetition.
pub(super) fn interval(w: &World, row: &str) -> Result<Duration, Stop> {
    w.cx.interval(&RowId(row.to_owned())).ok_or_else(|| Stop::Bug(format!("{row} states no interval")))
}

/// As OCPP writes it, in whole seconds.
fn seconds(time: Duration) -> Option<u32> {
    u32::try_from(time.as_secs()).ok()
}

async fn bring_about(w: &mut World, heartbeat: Option<Duration>) -> Result<PutOff, Stop> {
    let prepared = match prepare(w).await {
        Ok(prepared) => Ok(prepared),
        Err(stop @ (Stop::Diverged(_) | Stop::Interrupted | Stop::Bug(_))) => return Err(stop),
        Err(Stop::NotExercised(why) | Stop::NotApplicable(why) | Stop::Open { reason: why, .. }) => Err(why),
        Err(_) => Err("no monitor could be set before".to_owned()),
    };
    let every = interval(w, "B-0004")?;
    w.undo.push(Undo::Answers);
    w.lane.answer_with(Policy::boot(BootStatus::Pending, seconds(every)))?;
    let asked_to = reset(w).await?;
    let patience = w.cx.deadline("B-0361");
    let Some((pending, _)) = w.lane.boot_answered(asked_to.sent, patience, true).await? else {
        let reason = format!("the station did not boot within {} s of its reset", patience.as_secs());
        return Err(Stop::open(reason, [asked_to.sent]));
    };
    let (asked, report, wrote) = ask(w, prepared.as_ref().ok()).await?;
    let patience = every.saturating_add(w.cx.deadline("B-0004"));
    let second = w.lane.boot_answered(pending, patience, false).await?;
    w.lane.answer_with(Policy::boot(BootStatus::Accepted, heartbeat.and_then(seconds)))?;
    if let Some((second, _)) = second {
        w.lane.boot_answered(second, patience, false).await?;
    }
    // One that does not come again is let in in another way: the run goes on.
    crate::presence::admitted(w).await?;
    let accepted = w.lane.since(asked_to.sent, |window| {
        let boots = judge::registration::boots(window);
        boots.into_iter().find_map(|b| b.answer.filter(|a| a.status == "Accepted").map(|a| a.at))
    });
    let changed = match (prepared, accepted) {
        (Ok(prepared), Some(accepted)) => told(w, prepared, wrote, accepted).await?,
        (Ok(_), None) => Err("the boot was not accepted".to_owned()),
        (Err(why), _) => Err(why),
    };
    if let Some(accepted) = accepted {
        let limit = w.cx.deadline("B-0009");
        connectors_told(w, accepted, limit).await?;
    }
    w.lane.answer_with(Policy::default())?;
    w.undo.retain(|u| *u != Undo::Answers);
    let stretch = Stretch { from: asked_to.sent, to: w.lane.now() };
    Ok(PutOff { stretch, reset: asked_to, pending, accepted, asked, report, changed })
}

/// A writable number with a delta monitor and a threshold that is exceeded.
async fn prepare(w: &mut World) -> Result<Prepared, Stop> {
    everything_is_let_through(w).await?;
    let most = events_up_to(w, 4..=8).await?.unwrap_or(9);
    let inventory = super::inventory::fetch(w).await?;
    let (upper, delta) = (MonitorType::UpperThreshold, MonitorType::Delta);
    for at in that_take(w, upper).await? {
        let fits = |v: &&judge::inventory::Reported| {
            is_number(v) && takes(v, delta) && may_be_written(w, &inventory, v)
        };
        // The boot itself may change the heartbeat interval.
        let heartbeat = ocpp::device::same(&at.variable.name, "HeartbeatInterval");
        let Some(found) = inventory.find(&at).filter(fits).filter(|_| !heartbeat) else { continue };
        let Some(start) = read_number(w, &at).await? else { continue };
        let Some(step) = step(found, start, true) else { continue };
        let Some(severity) = severity_up_to(w, &at, upper, most).await? else { continue };
        set_for_later(w, &[Wanted::new(at.clone(), upper, start + 2.0 * step, severity)]).await?;
        let threshold = w.monitor()?.clone();
        w.undo.push(Undo::Written(at.clone(), written(start)));
        write(w, &at, &written(start + 4.0 * step)).await?;
        let exceeded = exceeded(w, threshold).await?;
        let Some(severity) = severity_up_to(w, &at, delta, most).await? else { continue };
        set_for_later(w, &[Wanted::new(at.clone(), delta, step, severity)]).await?;
        let delta = w.monitor()?.clone();
        return Ok(Prepared { address: at, start, step, delta, threshold: exceeded });
    }
    let why = "the station reports no number of the archetype that can be written and takes a threshold and a delta";
    Err(Stop::NotExercised(why.to_owned()))
}

/// Waits for the alert of a threshold that was just exceeded.
async fn exceeded(w: &mut World, threshold: SetMonitor) -> Result<Result<SetMonitor, String>, Stop> {
    let wrote = w.answer()?.clone();
    if status_of(&wrote).as_deref() != Some("Accepted") {
        return Ok(Err(format!("{} could not be written", threshold.address)));
    }
    let (limit, id) = (w.cx.deadline("B-0140"), threshold.id);
    let alert = w.lane.heard(wrote.sent, limit, "NotifyEvent", WaitFor::Station, |payload| {
        events::of_payload(wrote.sent, payload).iter().any(|e| e.monitor == Some(id) && !e.cleared)
    });
    Ok(if_any(alert.await)?
        .map(|_| threshold)
        .ok_or_else(|| "the threshold did not alert before the restart".to_owned()))
}

fn status_of(answer: &Answer) -> Option<String> {
    results::pair(Kind::Set, answer).ok().and_then(|(m, _)| Some(m.first()?.status.clone()))
}

/// Reads, writes and asks for the configuration while the boot is put off. One silence is enough.
async fn ask(
    w: &mut World,
    prepared: Option<&Prepared>,
) -> Result<(Vec<Answer>, Option<Paged>, Option<Answer>), Stop> {
    let (mut asked, mut report, mut wrote) = (Vec::new(), None, None);
    let at = match prepared {
        Some(prepared) => prepared.address.clone(),
        None => super::chosen::at("OCPPCommCtrlr", "OfflineThreshold"),
    };
    let now = read_text(w, &at).await?;
    asked.push(w.answer()?.clone());
    let target = match (prepared, now.as_deref().and_then(|v| v.trim().parse::<f64>().ok())) {
        // Whatever it is after the restart: it changes by more than the delta, to within the threshold.
        (Some(p), Some(now)) if (now - p.start).abs() > p.step => Some(written(p.start)),
        (Some(p), Some(_)) => Some(written(p.start + 1.5 * p.step)),
        _ => now,
    };
    if let (false, Some(target)) = (w.met_silence(), target) {
        write(w, &at, &target).await?;
        let answer = w.answer()?.clone();
        wrote = prepared.map(|_| answer.clone());
        asked.push(answer);
    }
    if !w.met_silence() {
        let limit = w.cx.deadline("B-0003");
        let base = json!({ "reportBase": "ConfigurationInventory" });
        match super::reports::request(w, "GetBaseReport", "NotifyReport", base, limit).await {
            // A report that broke off shows in the records of the connection.
            Err(Stop::Open { .. }) | Ok(()) => {}
            Err(other) => return Err(other),
        }
        asked.push(w.answer()?.clone());
        report = w.paged.clone();
    }
    // What was not answered is judged here, and no reason to think the station deaf.
    if matches!(w.answer()?.reply, Reply::Silence { .. }) {
        w.answer = None;
    }
    Ok((asked, report, wrote))
}

/// Waits for what follows from the change once the boot was accepted.
async fn told(
    w: &mut World,
    prepared: Prepared,
    wrote: Option<Answer>,
    accepted: Seq,
) -> Result<Result<Changed, String>, Stop> {
    let ahead = clock_ahead(w).await?;
    look_again(w).await?;
    let gone = || "the monitor is not reported after the restart".to_owned();
    let Some(wrote) = wrote.filter(|a| status_of(a).as_deref() == Some("Accepted")) else {
        return Ok(Err("the write was refused while the boot was put off".to_owned()));
    };
    let threshold = prepared.threshold.and_then(|t| again(w, &t).ok_or_else(gone));
    let Some(delta) = again(w, &prepared.delta) else { return Ok(Err(gone())) };
    let wanted = [Some((delta.id, false, "B-0005")), threshold.as_ref().ok().map(|t| (t.id, true, "B-0363"))];
    for (id, cleared, row) in wanted.into_iter().flatten() {
        let limit = w.cx.deadline(row);
        let is = |e: &events::Event| e.monitor == Some(id) && e.cleared == cleared;
        let said = |payload: &serde_json::Value| events::of_payload(accepted, payload).iter().any(is);
        if_any(w.lane.heard(accepted, limit, "NotifyEvent", WaitFor::Station, said).await)?;
    }
    Ok(Ok(Changed { delta, threshold, wrote, ahead }))
}

/// Waits until the state of every connector was told.
pub(super) async fn connectors_told(w: &mut World, from: Seq, limit: Duration) -> Result<(), Stop> {
    let (mut missing, version) = (connectors(w), w.cx.version);
    let what = "the state of every connector";
    w.lane
        .until(from, limit, what, WaitFor::Station, |record| {
            if let Some((trace::Direction::Rx, ocpp::frame::Frame::Call { action, payload, .. })) =
                judge::frame_of(record, version)
            {
                let told = states::in_call(record.n, action, payload);
                missing.retain(|c| !told.iter().any(|t| t.connector == *c));
            }
            missing.is_empty()
        })
        .await
        .map(|_| ())
}

/// Every connector of the product.
pub(super) fn connectors(w: &World) -> Vec<states::Connector> {
    let all = spec::Place::all(spec::model::Tier::Connector, w.cx.declaration.topology());
    all.into_iter().filter_map(|p| Some((i64::from(p.evse?), i64::from(p.connector?)))).collect()
}
