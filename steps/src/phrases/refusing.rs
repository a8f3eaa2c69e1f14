//! Phrases about what ought to be refused: that nothing is left behind, and that an answer comes at all.

use super::chosen::{is_number, that_take};
use super::listing::fresh;
use super::monitors::try_it;
use super::results::pair;
use super::setting::{Wanted, monitor_type, set, severity};
use super::writing::items_per_message;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::answer::Reply;
use judge::results::{self, Kind};
use judge::{Check, Code, Finding};
use ocpp::{ComponentRef, MonitorType, VariableAddress, VariableRef};
use serde_json::{Value, json};
use spec::model::Limit;

/// Longest request that is sent to exceed what a station says it takes.
const MOST: usize = 200;

#[given(expr = "a number that takes a {string} monitor")]
async fn number(w: &mut World, kind: String) {
    w.attempt(async |w| {
        w.kind = monitor_type(&kind)?;
        let all = that_take(w, w.kind).await?;
        let inventory = w.inventory()?;
        let number = all.into_iter().find(|at| inventory.find(at).is_some_and(is_number));
        let number = number.ok_or_else(|| Stop::open(format!("no number takes a {} monitor", w.kind), []))?;
        w.targets = vec![number];
        Ok(())
    })
    .await;
}

#[when("a delta of 0 is tried")]
async fn zero_delta(w: &mut World) {
    w.attempt(async |w| try_it(w, MonitorType::Delta, 0.0).await).await;
}

#[given("the monitors that there are now")]
async fn there_now(w: &mut World) {
    w.attempt(async |w| {
        w.selected.full = fresh(w).await?;
        Ok(())
    })
    .await;
}

fn nowhere() -> VariableAddress {
    VariableAddress {
        component: ComponentRef {
            name: super::chosen::NO_SUCH_COMPONENT.to_owned(),
            instance: None,
            evse: None,
        },
        variable: VariableRef { name: "Active".to_owned(), instance: None },
    }
}

/// One mistake in each request, so that nothing else can be the reason of a refusal.
#[when(
    "a monitor on an unknown component, a negative delta, a duplicate and a threshold beyond the limit are tried"
)]
async fn several_mistakes(w: &mut World) {
    w.attempt(async |w| {
        let first = super::monitors::first(w)?;
        let mut wrong = vec![
            Wanted::new(nowhere(), MonitorType::Delta, 1.0, 9),
            Wanted::new(first.address.clone(), first.monitor_type, first.value * 2.0, first.severity),
        ];
        let free = severity(w, &first.address, MonitorType::Delta).await?;
        wrong.push(Wanted::new(first.address, MonitorType::Delta, -1.0, free));
        let kind = MonitorType::UpperThreshold;
        let inventory = super::inventory::fetch(w).await?;
        let limited = super::chosen::candidates(w, &inventory)
            .into_iter()
            .filter(|v| super::chosen::takes(v, kind))
            .find_map(|v| Some((v.address.clone(), v.limit(Limit::MaxLimit)?)));
        if let Some((at, max)) = limited {
            let free = severity(w, &at, kind).await?;
            wrong.push(Wanted::new(at, kind, (max + max.abs().max(10.0)).ceil(), free));
        }
        for wanted in wrong {
            set(w, &[wanted]).await?;
        }
        Ok(())
    })
    .await;
}

#[then("the monitoring report holds what it held before, and no monitor that was refused")]
async fn nothing_left(w: &mut World) {
    w.attempt(async |w| {
        let after = fresh(w).await?;
        let accepted: Vec<i64> = w.monitors.iter().map(|m| m.id).collect();
        let checks = after.is_as_before(&w.selected.full, &accepted, &w.answer_records);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[when("the request to remove or set monitors holds one element more than the station says it takes")]
async fn too_large(w: &mut World) {
    w.attempt(async |w| {
        super::inventory::fetch(w).await?;
        let limit = |w: &World, message| {
            items_per_message(w, "MonitoringCtrlr", message).filter(|n| *n <= MOST)
        };
        if let Some(most) = limit(w, "ClearVariableMonitoring") {
            let first = super::monitors::NO_SUCH_ID * 10;
            let ids: Vec<i64> = (first..).take(most + 1).collect();
            w.call("ClearVariableMonitoring", json!({ "id": ids })).await?;
            return pair(w, Kind::Clear);
        }
        let Some(most) = limit(w, "SetVariableMonitoring") else {
            let why = format!("the station states no limit of {MOST} elements or less for such a request");
            return Err(Stop::NotApplicable(why));
        };
        let one = |n: usize| -> Value {
            let mut at = nowhere();
            at.variable.name = format!("{}{n}", at.variable.name);
            json!({ "value": 1, "type": "Delta", "severity": 9, "component": at.component, "variable": at.variable })
        };
        let elements: Vec<Value> = (0..=most).map(one).collect();
        w.call("SetVariableMonitoring", json!({ "setMonitoringData": elements })).await?;
        pair(w, Kind::Monitor)
    })
    .await;
}

#[then("each element is answered, or the request is refused with a CALLERROR")]
async fn answered_or_error(w: &mut World) {
    w.attempt(async |w| {
        let answer = w.answer()?;
        let checks = match answer.reply {
            Reply::Error { at, .. } => vec![Check::held([answer.sent, at])],
            _ => w.pairing.clone(),
        };
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[when("a monitor of severity 10 is tried on it")]
async fn severity_10(w: &mut World) {
    w.attempt(async |w| {
        let at = w.target()?.clone();
        let wanted = super::setting::quiet(w, &at, w.kind).await?;
        set(w, &[Wanted { severity: 10, ..wanted }]).await
    })
    .await;
}

#[then("the monitor is refused in some way")]
async fn refused_somehow(w: &mut World) {
    w.attempt(async |w| {
        let answer = w.answer()?.clone();
        let records = [answer.sent, answer.reply.at()];
        let check = match &answer.reply {
            Reply::Error { .. } => Check::held(records),
            // A message that violates its schema may also be dropped (OCPP-J): no more than a warning.
            Reply::Silence { .. } => {
                Finding::new(Code::NoAnswer, "a refusal or a CALLERROR", "no answer", records).mild().into()
            }
            _ => {
                let refusals = [
                    "Rejected",
                    "UnsupportedMonitorType",
                    "UnknownVariable",
                    "UnknownComponent",
                    "Duplicate",
                ];
                results::status_is(&w.matched, 0, &refusals, answer.sent)
            }
        };
        w.judge([check]);
        Ok(())
    })
    .await;
}
