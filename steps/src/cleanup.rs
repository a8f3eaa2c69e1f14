//! After a scenario: what was set is removed, what was changed is put back, and what a refused request left
//! behind is found.

use crate::phrases::{monitors_now, remove_monitors, write_back, write_base, write_level};
use crate::world::Undo;
use crate::{Stop, World};
use judge::monitors::ReportedMonitor;
use judge::{Check, Code, Finding};
use serde_json::json;

/// Cleans up after a scenario. What cannot be cleaned up is remembered for the end of the run.
///
/// # Errors
/// When a recording differs or the run is interrupted for good.
pub(crate) async fn clean_up(w: &mut World) -> Result<(), Stop> {
    let monitors: Vec<i64> = w
        .undo
        .iter()
        .filter_map(|u| match u {
            Undo::Monitor(id) => Some(*id),
            _ => None,
        })
        .collect();
    // Values first: a monitor that is removed while exceeded never clears.
    for undo in w.undo.clone().into_iter().rev() {
        match undo {
            Undo::Value(effect) => match w.lane.stimulus(&effect).await {
                Ok(_) | Err(Stop::NotExercised(_)) => {}
                Err(other) => return Err(other),
            },
            Undo::Written(at, value) => write_back(w, &at, &value).await?,
            Undo::Operative(evse) => {
                let payload = json!({ "operationalStatus": "Operative", "evse": { "id": evse } });
                w.call("ChangeAvailability", payload).await?;
            }
            Undo::Level(level) => write_level(w, level).await?,
            Undo::Base(base) => write_base(w, &base).await?,
            Undo::Monitor(_) => {}
        }
    }
    for id in monitors {
        remove_monitors(w, &[id]).await?;
    }
    let left: Vec<i64> = w
        .undo
        .iter()
        .filter_map(|u| match u {
            Undo::Monitor(id) => Some(*id),
            _ => None,
        })
        .collect();
    if w.suspicious {
        sweep(w).await?;
    } else {
        // Removed by the scenario itself in another way (a base that deletes monitors) or not at all.
        w.cx.shared.borrow_mut().left_behind.extend(left);
    }
    w.undo.clear();
    Ok(())
}

/// Looks for monitors that are there although they were refused, and removes them.
async fn sweep(w: &mut World) -> Result<(), Stop> {
    let Some(before) = w.before.clone() else { return Ok(()) };
    let Some(now) = monitors_now(w).await? else { return Ok(()) };
    let was_there = |m: &ReportedMonitor| {
        before.monitors.iter().any(|b| b.id == m.id && b.address.same_as(&m.address) && b.kind == m.kind)
    };
    let ours = |m: &ReportedMonitor| w.monitors.iter().any(|s| s.id == m.id);
    let extra: Vec<ReportedMonitor> =
        now.monitors.iter().filter(|m| !was_there(m) && !ours(m)).cloned().collect();
    if extra.is_empty() {
        return Ok(());
    }
    let refused = w.answer_records.clone();
    let names: Vec<String> = extra.iter().map(|m| format!("monitor {} on {}", m.id, m.address)).collect();
    let records = extra.iter().map(|m| m.at).chain(refused);
    let expected = "no monitor left by a request that was not accepted";
    w.judge([Check::from(Finding::new(Code::ValueChanged, expected, names.join("; "), records))]);
    for m in extra {
        remove_monitors(w, &[m.id]).await?;
    }
    Ok(())
}
