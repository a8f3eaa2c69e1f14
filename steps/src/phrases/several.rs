//! Phrases about several monitors at once: ladders of severities, full requests, the operator's room.

use super::chosen::{candidates, data_type, that_take};
use super::inventory::fetch;
use super::monitors::remove;
use super::setting::{Wanted, quiet, set, set_for_later, severity};
use super::writing::items_per_message;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::inventory::Reported;
use judge::results;
use judge::{Check, Code, Finding};
use ocpp::MonitorType;
use serde_json::Value;

/// Most monitors put into one request: enough to see a limit that is not kept, and few enough for any frame.
const FULL: usize = 20;

#[when("a second monitor of another severity is set")]
async fn another_severity(w: &mut World) {
    w.attempt(async |w| {
        let m = w.monitor()?.clone();
        let severity = severity(w, &m.address, m.monitor_type).await?;
        set(w, &[Wanted::new(m.address, m.monitor_type, m.value, severity)]).await
    })
    .await;
}

/// How many monitors the station takes in one request.
fn room(w: &World) -> usize {
    items_per_message(w, "MonitoringCtrlr", "SetVariableMonitoring").unwrap_or(1).min(FULL)
}

#[given(expr = "as many variables that take a {string} monitor as fit into one request")]
async fn fill(w: &mut World, kind: String) {
    w.attempt(async |w| {
        w.kind = super::setting::monitor_type(&kind)?;
        let all = that_take(w, w.kind).await?;
        w.targets = all.into_iter().take(room(w)).collect();
        Ok(())
    })
    .await;
}

#[when("a monitor is set on each in one request")]
async fn set_all(w: &mut World) {
    w.attempt(async |w| {
        let mut wanted = Vec::new();
        for at in w.targets.clone() {
            wanted.push(quiet(w, &at, w.kind).await?);
        }
        set(w, &wanted).await
    })
    .await;
}

#[then("each monitor is accepted with an id")]
async fn each_accepted(w: &mut World) {
    w.attempt(async |w| {
        let sent = w.answer()?.sent;
        let mut checks: Vec<Check> =
            (0..w.asked_monitors).map(|n| results::status_is(&w.matched, n, &["Accepted"], sent)).collect();
        let accepted = w.matched.iter().filter(|m| m.status == "Accepted");
        checks.extend(accepted.map(|m| results::id_is_given(m, sent)));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[when("as many monitors as the row says are set, in requests of the size the station takes")]
async fn set_count(w: &mut World) {
    w.attempt(async |w| {
        let row = w.subject.row.0.clone();
        let count = w.cx.archetype.behaviour(&row).and_then(|b| b.count);
        let count = count.ok_or_else(|| Stop::Bug(format!("{row} states no count")))? as usize;
        let mut wanted: Vec<Wanted> = Vec::new();
        // Round after round over the variables, each round at another severity.
        'rounds: for _ in 0..6 {
            let had = wanted.len();
            for at in that_take(w, MonitorType::Periodic).await? {
                if wanted.len() == count {
                    break 'rounds;
                }
                let mine = wanted.iter().filter(|m| m.address.same_as(&at)).map(|m| m.severity);
                w.used_severities = mine.collect();
                if let Ok(monitor) = quiet(w, &at, MonitorType::Periodic).await {
                    wanted.push(monitor);
                }
            }
            if wanted.len() == had {
                break;
            }
        }
        w.used_severities.clear();
        if wanted.len() < count {
            let reason = format!("only {} monitors can be placed on what the station reports", wanted.len());
            return Err(Stop::open(reason, []));
        }
        for part in wanted.chunks(room(w)) {
            set(w, part).await?;
            let sent = w.answer()?.sent;
            let mut checks = w.pairing.clone();
            checks.extend((0..part.len()).map(|n| results::status_is(&w.matched, n, &["Accepted"], sent)));
            let refused = checks.iter().any(|c| !matches!(c, Check::Held(_)));
            w.several.extend(checks);
            if refused {
                break;
            }
        }
        Ok(())
    })
    .await;
}

#[then("all of them are accepted")]
async fn all_accepted(w: &mut World) {
    let checks = std::mem::take(&mut w.several);
    w.judge(checks);
}

#[given("a variable that says it cannot be monitored")]
async fn not_monitorable(w: &mut World) {
    w.attempt(async |w| {
        let inventory = fetch(w).await?;
        let says_no = |v: &&Reported| {
            let said = v.characteristics.as_ref().and_then(|c| c.supports_monitoring.as_ref());
            said.and_then(Value::as_bool) == Some(false) && data_type(v).is_some()
        };
        let found = candidates(w, &inventory).into_iter().find(says_no).map(|v| v.address.clone());
        let why = || Stop::NotApplicable("every variable of the station can be monitored".to_owned());
        w.targets = vec![found.ok_or_else(why)?];
        Ok(())
    })
    .await;
}

#[when("the first, an id that does not exist, and the second are removed in one request")]
async fn remove_three(w: &mut World) {
    w.attempt(async |w| {
        if super::writing::items_per_message(w, "MonitoringCtrlr", "ClearVariableMonitoring")
            .is_some_and(|n| n < 3)
        {
            let why = "the station takes fewer than three ids in one request";
            return Err(Stop::NotApplicable(why.to_owned()));
        }
        let unknown = w.before.as_ref().map_or(super::monitors::NO_SUCH_ID, |b| b.unused_id());
        let (Some(first), Some(second)) = (w.monitors.first().cloned(), w.monitors.get(1).cloned()) else {
            return Err(Stop::Bug("two monitors are needed".into()));
        };
        remove(w, &[first.id, unknown, second.id]).await
    })
    .await;
}

#[then("the first and the third removal are \"Accepted\" and the second is \"NotFound\"")]
async fn three_judged(w: &mut World) {
    w.attempt(async |w| {
        let sent = w.answer()?.sent;
        let wanted = [(0, "Accepted"), (1, "NotFound"), (2, "Accepted")];
        let checks = wanted.map(|(n, status)| results::status_is(&w.matched, n, &[status], sent));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[given(expr = "two variables of one component that take a {string} monitor")]
async fn two_of_one(w: &mut World, kind: String) {
    w.attempt(async |w| {
        w.kind = super::setting::monitor_type(&kind)?;
        let all = that_take(w, w.kind).await?;
        let pair = all.iter().enumerate().find_map(|(n, a)| {
            let b = all.iter().skip(n + 1).find(|b| b.component.same_as(&a.component))?;
            Some(vec![a.clone(), b.clone()])
        });
        w.targets = pair.ok_or_else(|| {
            let reason = format!("no component has two variables that take a {kind} monitor");
            Stop::open(reason, [])
        })?;
        Ok(())
    })
    .await;
}

#[given(expr = "one variable with a {string} and a {string} monitor")]
async fn two_kinds_on_one(w: &mut World, a: String, b: String) {
    w.attempt(async |w| {
        let (a, b) = (super::setting::monitor_type(&a)?, super::setting::monitor_type(&b)?);
        let both = that_take(w, b).await?;
        let at = that_take(w, a).await?.into_iter().find(|at| both.iter().any(|o| o.same_as(at)));
        let at = at.ok_or_else(|| Stop::open(format!("no variable takes both {a} and {b}"), []))?;
        w.targets = vec![at.clone()];
        for kind in [a, b] {
            let wanted = quiet(w, &at, kind).await?;
            set_for_later(w, &[wanted]).await?;
        }
        Ok(())
    })
    .await;
}

#[then(expr = "the request is refused or answered with a CALLERROR")]
async fn refused_somehow(w: &mut World) {
    use judge::answer::Reply;
    w.attempt(async |w| {
        let answer = w.answer()?.clone();
        let records = [answer.sent, answer.reply.at()];
        let check = match (&answer.reply, answer.status()) {
            (Reply::Error { .. }, _) => Check::held(records),
            (Reply::Result { .. }, Some("NotSupported" | "Rejected")) => Check::held(records),
            (Reply::Result { .. }, said) => {
                let expected = "a CALLERROR, NotSupported or Rejected";
                let said = said.unwrap_or("(no status)");
                Finding::new(Code::UnexpectedStatus, expected, said, records).into()
            }
            // A message that violates its schema may also be dropped (OCPP-J): no more than a warning.
            (Reply::Silence { .. }, _) => {
                Finding::new(Code::NoAnswer, "a refusal or a CALLERROR", "no answer", records).mild().into()
            }
            (Reply::Lost { .. } | Reply::Unsent { .. }, _) => Check::open("the connection was lost", records),
        };
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the station still answers")]
async fn still_answers(w: &mut World) {
    use judge::answer::Reply;
    w.attempt(async |w| {
        let limit = w.cx.deadline("B-0012");
        let alive = w.lane.sign_of_life(limit).await?;
        let check = match &alive.reply {
            Reply::Result { at, .. } | Reply::Error { at, .. } => Check::held([alive.sent, *at]),
            _ => alive.result().err().unwrap_or_else(|| Check::open("no sign of life", [alive.sent])),
        };
        w.answer = Some(alive);
        w.judge([check]);
        Ok(())
    })
    .await;
}
