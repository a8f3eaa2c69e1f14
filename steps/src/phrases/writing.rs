//! Phrases about writing variables, and about values read in numbers.

use super::chosen::{candidates, data_type, is_number};
use super::inventory::fetch;
use super::moving::{may_be_written, read_number, step, written};
use super::results::pair;
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::agreement::values_agree;
use judge::inventory::Reported;
use judge::results::{self, Kind};
use judge::{Check, Code, Finding};
use ocpp::{DataType, VariableAddress};
use serde_json::{Value, json};
use spec::model::Limit;

/// Elements read at once where the station states no limit.
const A_HANDFUL: usize = 5;

/// Chooses a number that may be written, and reads what it is now.
async fn choose(w: &mut World, what: &str, is: impl Fn(&Reported) -> bool) -> Result<(), Stop> {
    let inventory = fetch(w).await?;
    let found: Vec<VariableAddress> = candidates(w, &inventory)
        .into_iter()
        .filter(|v| is_number(v) && is(v) && may_be_written(w, &inventory, v))
        .map(|v| v.address.clone())
        .collect();
    for at in found {
        if let Some(old) = read_number(w, &at).await? {
            w.targets = vec![at];
            w.old = written(old);
            return Ok(());
        }
    }
    let reason = format!("the station reports no {what} of the archetype");
    Err(Stop::open(reason, inventory.records.iter().copied().take(1)))
}

#[given("a number that may be written")]
async fn writable(w: &mut World) {
    w.attempt(async |w| {
        choose(w, "writable number that can be moved within its limits", |v| {
            let present = v.value().and_then(|v| v.trim().parse().ok()).unwrap_or(0.0);
            step(v, present, true).is_some()
        })
        .await
    })
    .await;
}

#[given("a number that may be written and states its upper limit")]
async fn writable_with_limit(w: &mut World) {
    w.attempt(async |w| {
        choose(w, "writable number with a maxLimit", |v| v.limit(Limit::MaxLimit).is_some()).await
    })
    .await;
}

async fn write(w: &mut World, value: &str) -> Result<(), Stop> {
    let at = w.target()?.clone();
    super::moving::write(w, &at, value).await?;
    w.new = value.to_owned();
    pair(w, Kind::Set)
}

#[when("it is written with another value within its limits")]
async fn write_another(w: &mut World) {
    w.attempt(async |w| {
        let inventory = w.inventory()?;
        let old: f64 = w.old.parse().unwrap_or(0.0);
        let step = w.reported(&inventory).and_then(|v| step(v, old, true));
        let step = step.ok_or_else(|| Stop::open(format!("{} is at its upper limit", w.old), []))?;
        let at = w.target()?.clone();
        w.undo.push(Undo::Written(at, w.old.clone()));
        write(w, &written(old + step)).await
    })
    .await;
}

#[when(expr = "it is written with {string}")]
async fn write_text(w: &mut World, value: String) {
    w.attempt(async |w| {
        put_back_if_taken(w)?;
        write(w, &value).await
    })
    .await;
}

#[when("it is written with a value beyond the limit")]
async fn write_beyond(w: &mut World) {
    w.attempt(async |w| {
        put_back_if_taken(w)?;
        let inventory = w.inventory()?;
        let max = w.reported(&inventory).and_then(|v| v.limit(Limit::MaxLimit));
        let max = max.ok_or_else(|| Stop::Bug("the chosen variable has no maxLimit".into()))?;
        write(w, &written((max + max.abs().max(10.0)).ceil())).await
    })
    .await;
}

/// A value that ought to be refused may be taken all the same.
fn put_back_if_taken(w: &mut World) -> Result<(), Stop> {
    if !w.old.is_empty() {
        let at = w.target()?.clone();
        w.undo.push(Undo::Written(at, w.old.clone()));
    }
    Ok(())
}

#[then("the value is taken, at once or after a reboot")]
async fn taken(w: &mut World) {
    w.attempt(async |w| {
        let sent = w.answer()?.sent;
        let check = results::status_is(&w.matched, 0, &["Accepted", "RebootRequired"], sent);
        if w.matched.first().is_some_and(|m| m.status == "RebootRequired") {
            // Until then the old value is read, which says nothing.
            return Err(Stop::Judged(check));
        }
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("reading it gives the new value")]
async fn gives_new(w: &mut World) {
    w.attempt(async |w| {
        let wanted = w.new.clone();
        reads_as(w, &wanted, Code::ValueMissing).await
    })
    .await;
}

#[then("reading it gives the old value")]
async fn gives_old(w: &mut World) {
    w.attempt(async |w| {
        let wanted = w.old.clone();
        reads_as(w, &wanted, Code::ValueChanged).await
    })
    .await;
}

async fn reads_as(w: &mut World, wanted: &str, code: Code) -> Result<(), Stop> {
    let at = w.target()?.clone();
    let wrote = w.answer()?.clone();
    let seen = read_number(w, &at).await?;
    let answer = w.answer()?;
    let records = [wrote.sent, wrote.reply.at(), answer.sent, answer.reply.at()];
    let check = match (seen, wanted.parse::<f64>().ok()) {
        (Some(seen), Some(wanted)) if (seen - wanted).abs() < 1e-6 => Check::held(records),
        (Some(seen), _) => {
            let expected = format!("{at} to read {wanted}");
            Finding::new(code, expected, format!("{at} reads {}", written(seen)), records).into()
        }
        (None, _) => Check::open(format!("{at} could not be read back"), records),
    };
    w.judge([check]);
    Ok(())
}

#[given("a variable without the attribute MaxSet")]
async fn without_max_set(w: &mut World) {
    w.attempt(async |w| {
        let inventory = fetch(w).await?;
        let has = |v: &Reported| v.attributes.iter().any(|a| a.kind.as_deref() == Some("MaxSet"));
        let found = candidates(w, &inventory).into_iter().find(|v| !has(v) && v.actual().is_some());
        let found = found.ok_or_else(|| Stop::open("every variable has the attribute MaxSet", []))?;
        w.targets = vec![found.address.clone()];
        Ok(())
    })
    .await;
}

#[when("its attribute MaxSet is read")]
async fn read_max_set(w: &mut World) {
    w.attempt(async |w| {
        let at = w.target()?;
        let element =
            json!({ "component": at.component, "variable": at.variable, "attributeType": "MaxSet" });
        w.call("GetVariables", json!({ "getVariableData": [element] })).await?;
        pair(w, Kind::Get)
    })
    .await;
}

#[given("a write-only variable of the inventory")]
async fn write_only(w: &mut World) {
    w.attempt(async |w| {
        let inventory = fetch(w).await?;
        let found = candidates(w, &inventory).into_iter().find(|v| v.mutability() == Some("WriteOnly"));
        let found = found.map(|v| v.address.clone());
        w.targets = vec![
            found.ok_or_else(|| Stop::NotApplicable("the station reports no write-only variable".into()))?,
        ];
        Ok(())
    })
    .await;
}

/// How many elements a request may have, by the station's own account.
pub(super) fn items_per_message(w: &World, controller: &str, message: &str) -> Option<usize> {
    let named = |v: &&Reported| {
        let a = &v.address;
        ocpp::device::same(&a.component.name, controller)
            && ocpp::device::same(&a.variable.name, "ItemsPerMessage")
            && a.variable.instance.as_deref().is_some_and(|i| ocpp::device::same(i, message))
    };
    let found = w.inventory.as_ref()?.variables.iter().find(named)?;
    found.value()?.trim().parse().ok().filter(|n| *n > 0)
}

#[given("the fixed values of the inventory, as many as fit into one request")]
async fn fixed_values(w: &mut World) {
    w.attempt(async |w| {
        let inventory = fetch(w).await?;
        let room = items_per_message(w, "DeviceDataCtrlr", "GetVariables").unwrap_or(A_HANDFUL).min(50);
        let fixed = |v: &&Reported| {
            data_type(v) == Some(DataType::String)
                && v.mutability() == Some("ReadOnly")
                && v.value().is_some_and(|t| !t.is_empty())
                && !v.supports_monitoring()
        };
        let found = candidates(w, &inventory).into_iter().filter(fixed).take(room);
        w.targets = found.map(|v| v.address.clone()).collect();
        if w.targets.is_empty() {
            return Err(Stop::open(
                "the station reports no fixed text",
                inventory.records.iter().copied().take(1),
            ));
        }
        Ok(())
    })
    .await;
}

#[when("the variables are read")]
async fn read_all(w: &mut World) {
    w.attempt(async |w| {
        let elements: Vec<Value> =
            w.targets.iter().map(|a| json!({ "component": a.component, "variable": a.variable })).collect();
        w.call("GetVariables", json!({ "getVariableData": elements })).await?;
        pair(w, Kind::Get)
    })
    .await;
}

#[then("the values are those of the inventory")]
async fn values_are(w: &mut World) {
    w.attempt(async |w| {
        let inventory = w.inventory()?;
        let wanted: Vec<&Reported> = w.targets.iter().filter_map(|t| inventory.find(t)).collect();
        if w.matched.is_empty() {
            return Ok(());
        }
        let checks = values_agree(&w.matched, &wanted, w.answer()?.sent);
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// The value of the first result, as text.
pub(super) fn first_value(answer: &judge::answer::Answer) -> Option<String> {
    let (matched, _) = results::pair(Kind::Get, answer).ok()?;
    Some(matched.first()?.value()?.to_owned())
}
