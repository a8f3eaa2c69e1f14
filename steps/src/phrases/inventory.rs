//! Phrases about the inventory: base reports, and the component and variable rows.

use super::reports::request;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::inventory::Inventory;
use serde_json::{Value, json};
use spec::Archetype;
use spec::model::{ComponentRow, RowId, VariableRow};
use std::rc::Rc;

/// The full inventory: fetched by the first scenario that needs it, then shared.
pub(super) async fn fetch(w: &mut World) -> Result<Rc<Inventory>, Stop> {
    if let Some(known) = w.handed.inventory.clone() {
        w.inventory = Some(known.clone());
        return Ok(known);
    }
    full_inventory(w).await?;
    // Why there is none is the row about it to say.
    w.inventory.clone().ok_or_else(|| Stop::Blocked(RowId("B-0010".to_owned())))
}

async fn full_inventory(w: &mut World) -> Result<(), Stop> {
    let limit = w.cx.deadline("B-0010");
    request(w, "GetBaseReport", "NotifyReport", json!({ "reportBase": "FullInventory" }), limit).await?;
    if let Some(paged) = w.paged.as_ref().filter(|p| p.is_whole()) {
        let inventory = Rc::new(Inventory::from_parts(&paged.parts));
        w.handed.inventory = Some(inventory.clone());
        w.inventory = Some(inventory);
    }
    Ok(())
}

#[given("the full inventory of the station")]
async fn the_full_inventory(w: &mut World) {
    w.attempt(async |w| fetch(w).await.map(|_| ())).await;
}

#[when("the full inventory is requested")]
async fn full_inventory_requested(w: &mut World) {
    w.attempt(async |w| full_inventory(w).await).await;
}

#[when("the configuration inventory is requested")]
async fn configuration_inventory_requested(w: &mut World) {
    w.attempt(async |w| {
        let limit = w.deadline();
        let base = json!({ "reportBase": "ConfigurationInventory" });
        request(w, "GetBaseReport", "NotifyReport", base, limit).await
    })
    .await;
}

#[when("a report on one component is requested")]
async fn one_component_requested(w: &mut World) {
    w.attempt(async |w| {
        let inventory = w.inventory()?;
        let first = inventory.variables.first();
        let first =
            first.ok_or_else(|| Stop::open("the full inventory is empty", inventory.records.clone()))?;
        let limit = w.deadline();
        let filter = json!({ "componentVariable": [{ "component": first.address.component }] });
        w.targets = vec![first.address.clone()];
        request(w, "GetReport", "NotifyReport", filter, limit).await
    })
    .await;
}

#[when("a report on a component that does not exist is requested")]
async fn no_component_requested(w: &mut World) {
    w.attempt(async |w| {
        let limit = w.deadline();
        let component = json!({ "name": super::chosen::NO_SUCH_COMPONENT });
        let filter: Value = json!({ "componentVariable": [{ "component": component }] });
        request(w, "GetReport", "NotifyReport", filter, limit).await
    })
    .await;
}

/// What the last report lists. Without a report there is nothing to say here: that it did not come is
/// judged by the steps before.
fn of_report(w: &World) -> Option<Inventory> {
    w.paged.as_ref().map(|p| Inventory::from_parts(&p.parts))
}

#[then("the report lists something")]
async fn lists_something(w: &mut World) {
    let check = of_report(w).map(|i| i.is_not_empty());
    w.judge(check);
}

#[then("the report lists every variable that can be written")]
async fn lists_writable(w: &mut World) {
    w.attempt(async |w| {
        let full = w.inventory()?;
        let check = of_report(w).map(|i| i.holds_the_writable_of(&full));
        w.judge(check);
        Ok(())
    })
    .await;
}

#[then("the report holds that component only")]
async fn holds_one_component(w: &mut World) {
    w.attempt(async |w| {
        let component = w.target()?.component.clone();
        let check = of_report(w).map(|i| i.is_only(&component));
        w.judge(check);
        Ok(())
    })
    .await;
}

#[then("the component of the row is reported at its place")]
async fn component_reported(w: &mut World) {
    w.attempt(async |w| {
        let inventory = w.inventory()?;
        let row = w.cx.archetype.component(&w.subject.row.0);
        let row = row.ok_or_else(|| Stop::Bug(format!("{} is no component row", w.subject.row)))?;
        let check = inventory.component(row, w.subject.place);
        w.judge([check]);
        Ok(())
    })
    .await;
}

/// The variable row the scenario is about.
pub(super) fn rows<'a>(
    archetype: &'a Archetype,
    w: &World,
) -> Result<(&'a ComponentRow, &'a VariableRow), Stop> {
    let found = archetype.variable(&w.subject.row.0);
    found.ok_or_else(|| Stop::Bug(format!("{} is no variable row", w.subject.row)))
}

#[then("the variable of the row is reported at its place")]
async fn variable_reported(w: &mut World) {
    w.attempt(async |w| {
        let (inventory, archetype) = (w.inventory()?, w.cx.archetype.clone());
        let (component, row) = rows(&archetype, w)?;
        let check = inventory.variable(component, row, w.subject.place);
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("its data type, unit, access, limits and values are those of the row")]
async fn form_is_right(w: &mut World) {
    w.attempt(async |w| {
        let (inventory, archetype) = (w.inventory()?, w.cx.archetype.clone());
        let (component, row) = rows(&archetype, w)?;
        let checks = inventory.form(component, row, w.subject.place);
        w.judge(checks);
        Ok(())
    })
    .await;
}
