//! Choosing the variable a scenario works on: from the archetype's rows first, else from what the station
//! reports. The choice depends on archetype, topology and inventory alone, so a replay makes it again.

use super::inventory::fetch;
use crate::{Stop, World};
use cucumber::given;
use judge::inventory::{Inventory, Reported, variable_at};
use ocpp::{ComponentRef, DataType, MonitorType, VariableAddress, VariableRef};
use spec::Place;
use spec::model::{Limit, VariableRow};

/// A component name that no station has.
pub(super) const NO_SUCH_COMPONENT: &str = "NoSuchComponentForSure";
/// A variable name that no component has.
pub(super) const NO_SUCH_VARIABLE: &str = "NoSuchVariableForSure";

/// A variable of a component of the station as a whole.
pub(super) fn at(component: &str, variable: &str) -> VariableAddress {
    VariableAddress {
        component: ComponentRef { name: component.to_owned(), instance: None, evse: None },
        variable: VariableRef { name: variable.to_owned(), instance: None },
    }
}

/// The reported variables of the archetype's rows, in its order, each with its row.
pub(super) fn rows_reported<'w, 'i>(
    w: &'w World,
    inventory: &'i Inventory,
) -> Vec<(&'w VariableRow, &'i Reported)> {
    let topology = w.cx.declaration.topology();
    let mut found = Vec::new();
    for c in &w.cx.archetype.components {
        for place in Place::all(c.at, topology) {
            let of = |row| Some((row, inventory.find(&variable_at(c, row, place))?));
            found.extend(c.variables.iter().filter_map(of));
        }
    }
    found
}

/// The reported variables of the archetype's rows, in its order, then all others.
pub(super) fn candidates<'i>(w: &World, inventory: &'i Inventory) -> Vec<&'i Reported> {
    let of_rows: Vec<&Reported> = rows_reported(w, inventory).into_iter().map(|(_, v)| v).collect();
    let others = inventory.variables.iter().filter(|v| !of_rows.iter().any(|f| std::ptr::eq(*f, *v)));
    of_rows.iter().copied().chain(others).collect()
}

/// The data type, if it is one of OCPP's.
pub(super) fn data_type(v: &Reported) -> Option<DataType> {
    serde_json::from_value(v.data_type()?.into()).ok()
}

/// Whether a variable can be expected to take a monitor type.
pub(super) fn takes(v: &Reported, kind: MonitorType) -> bool {
    v.supports_monitoring() && data_type(v).is_some_and(|d| kind.fits(d))
}

/// Whether a variable is a number.
pub(super) fn is_number(v: &Reported) -> bool {
    data_type(v).is_some_and(DataType::is_numeric)
}

/// Variables that take a monitor type, with the inventory they are in. Wherever it can, the choice falls on
/// a variable whose archetype row lists the type.
pub(super) async fn that_take(w: &mut World, kind: MonitorType) -> Result<Vec<VariableAddress>, Stop> {
    let inventory = fetch(w).await?;
    let listing: Vec<&Reported> = rows_reported(w, &inventory)
        .into_iter()
        .filter(|(row, _)| row.monitorable.contains(&kind))
        .map(|(_, v)| v)
        .collect();
    let listed = |v: &Reported| listing.iter().any(|l| std::ptr::eq(*l, v));
    let all: Vec<&Reported> = candidates(w, &inventory).into_iter().filter(|v| takes(v, kind)).collect();
    let (first, then): (Vec<&Reported>, Vec<&Reported>) = all.into_iter().partition(|v| listed(v));
    let found: Vec<VariableAddress> = first.into_iter().chain(then).map(|v| v.address.clone()).collect();
    if found.is_empty() {
        let reason = format!("the station reports no monitorable variable that takes a {kind} monitor");
        return Err(Stop::open(reason, inventory.records.iter().copied().take(1)));
    }
    Ok(found)
}

/// The first candidate that satisfies a condition.
async fn choose(w: &mut World, what: &str, is: impl Fn(&Reported) -> bool) -> Result<(), Stop> {
    let inventory = fetch(w).await?;
    let found = candidates(w, &inventory).into_iter().find(|v| is(v)).map(|v| v.address.clone());
    let found = found.ok_or_else(|| {
        Stop::open(format!("the station reports no {what}"), inventory.records.iter().copied().take(1))
    })?;
    w.targets = vec![found];
    Ok(())
}

#[given("a readable variable of the inventory")]
async fn readable(w: &mut World) {
    w.attempt(async |w| {
        choose(w, "variable that can be read", |v| {
            v.mutability() != Some("WriteOnly") && v.value().is_some_and(|t| !t.is_empty())
        })
        .await
    })
    .await;
}

#[given("a read-only variable of the inventory")]
async fn read_only(w: &mut World) {
    w.attempt(async |w| {
        // A fixed text rather than a measured value: it is still the same when it is written.
        let fixed = |v: &Reported| data_type(v) == Some(DataType::String);
        choose(w, "read-only text", |v| {
            v.mutability() == Some("ReadOnly") && v.value().is_some_and(|t| !t.is_empty()) && fixed(v)
        })
        .await
    })
    .await;
}

#[given("a component that does not exist")]
async fn no_component(w: &mut World) {
    w.targets = vec![VariableAddress {
        component: ComponentRef { name: NO_SUCH_COMPONENT.to_owned(), instance: None, evse: None },
        variable: VariableRef { name: "Active".to_owned(), instance: None },
    }];
}

#[given("a variable that its component does not have")]
async fn no_variable(w: &mut World) {
    w.attempt(async |w| {
        choose(w, "component", |_| true).await?;
        if let Some(target) = w.targets.first_mut() {
            target.variable = VariableRef { name: NO_SUCH_VARIABLE.to_owned(), instance: None };
        }
        Ok(())
    })
    .await;
}

#[given("a variable that exists only with instances, without its instance")]
async fn instances_only(w: &mut World) {
    w.attempt(async |w| {
        let inventory = fetch(w).await?;
        let bare = |v: &Reported| VariableAddress {
            component: v.address.component.clone(),
            variable: VariableRef { name: v.address.variable.name.clone(), instance: None },
        };
        choose(w, "variable that exists only with instances", |v| {
            v.address.variable.instance.is_some() && inventory.find(&bare(v)).is_none()
        })
        .await?;
        if let Some(target) = w.targets.first_mut() {
            target.variable.instance = None;
        }
        Ok(())
    })
    .await;
}

#[given(expr = "a variable that takes a {string} monitor")]
async fn takes_one(w: &mut World, kind: String) {
    w.attempt(async |w| {
        let kind = super::setting::monitor_type(&kind)?;
        w.kind = kind;
        w.targets = that_take(w, kind).await?.into_iter().take(1).collect();
        Ok(())
    })
    .await;
}

#[given(expr = "two variables that take a {string} monitor")]
async fn takes_two(w: &mut World, kind: String) {
    w.attempt(async |w| {
        let kind = super::setting::monitor_type(&kind)?;
        w.kind = kind;
        w.targets = that_take(w, kind).await?.into_iter().take(2).collect();
        match w.targets.len() {
            2 => Ok(()),
            _ => Err(Stop::open(format!("only one variable takes a {kind} monitor"), [])),
        }
    })
    .await;
}

#[given("a monitorable variable that is not a number")]
async fn not_a_number(w: &mut World) {
    w.attempt(async |w| {
        choose(w, "monitorable variable that is not a number", |v| {
            v.supports_monitoring() && data_type(v).is_some() && !is_number(v)
        })
        .await
    })
    .await;
}

#[given("a monitorable number that states its upper limit")]
async fn limited_number(w: &mut World) {
    w.attempt(async |w| {
        choose(w, "monitorable number with a maxLimit", |v| {
            takes(v, MonitorType::UpperThreshold) && v.limit(Limit::MaxLimit).is_some()
        })
        .await
    })
    .await;
}
