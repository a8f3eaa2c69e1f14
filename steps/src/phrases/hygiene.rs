//! Phrases about every event of the run.

use crate::World;
use cucumber::then;
use judge::Check;
use judge::hygiene::{Coded, Hygiene};
use judge::inventory::variable_at;
use ocpp::{ComponentRef, VariableAddress, VariableRef};
use spec::Place;
use spec::model::Provision;
use std::rc::Rc;
use trace::Seq;

/// What all events of the run say, read once for all its rows.
fn hygiene(w: &mut World) -> Rc<Hygiene> {
    let known = w.handed.hygiene.clone();
    known.unwrap_or_else(|| {
        let read = Rc::new(w.lane.since(Seq(0), Hygiene::of));
        w.handed.hygiene = Some(read.clone());
        read
    })
}

fn judge(w: &mut World, check: impl FnOnce(&Hygiene) -> Vec<Check>) {
    let checks = check(&hygiene(w));
    w.judge(checks);
}

/// As [`judge`], for what follows from faults of the hardware only.
async fn judge_faults(w: &mut World, check: impl FnOnce(&Hygiene) -> Vec<Check>) {
    w.attempt(async |w| {
        let checks = check(&hygiene(w));
        w.judge_what_a_rig_causes(checks)
    })
    .await;
}

#[then("no two events of the run have the same id")]
async fn unique(w: &mut World) {
    judge(w, Hygiene::ids_are_unique);
}

#[then("the parts of every continued notification of the run are numbered without a gap")]
async fn numbered(w: &mut World) {
    judge(w, Hygiene::parts_are_numbered);
}

#[then("the alerts and returns of every threshold of the run alternate")]
async fn alternate(w: &mut World) {
    judge(w, Hygiene::alerts_and_returns_alternate);
}

#[then("every event of the run is about a variable of the inventory and a monitor that is known")]
async fn known(w: &mut World) {
    w.attempt(async |w| {
        let inventory = w.inventory()?;
        judge(w, |all| all.name_what_is_known(&inventory));
        Ok(())
    })
    .await;
}

#[then("every event of the run says the severity of its monitor")]
async fn severities(w: &mut World) {
    judge(w, Hygiene::severities_are_said);
}

#[then("every event of the run says truthfully whose monitor fired")]
async fn classes(w: &mut World) {
    judge(w, Hygiene::classes_are_true);
}

#[then("no event of the run happened after its message was made, and no message was made after it arrived")]
async fn times(w: &mut World) {
    judge(w, Hygiene::times_are_possible);
}

#[then("every value in an event of the run is one that its variable can have")]
async fn values(w: &mut World) {
    w.attempt(async |w| {
        let inventory = w.inventory()?;
        let at = VariableAddress {
            component: ComponentRef { name: "DeviceDataCtrlr".to_owned(), instance: None, evse: None },
            variable: VariableRef { name: "ReportingValueSize".to_owned(), instance: None },
        };
        let most = inventory.find(&at).and_then(|v| v.value()?.trim().parse().ok());
        judge(w, |all| all.values_fit(&inventory, most));
        Ok(())
    })
    .await;
}

#[then("every cause named in the run is an event already sent")]
async fn causes(w: &mut World) {
    judge_faults(w, Hygiene::causes_were_sent).await;
}

#[then("every roll-up of the run names the event it follows from")]
async fn roll_ups(w: &mut World) {
    judge_faults(w, Hygiene::roll_ups_name_their_cause).await;
}

#[then("no roll-up of the run is more urgent than its cause")]
async fn outranks(w: &mut World) {
    judge_faults(w, Hygiene::roll_ups_do_not_outrank).await;
}

#[then("every fault with a published code that was reported in the run carries a code")]
async fn coded(w: &mut World) {
    let archetype = w.cx.archetype.clone();
    let topology = w.cx.declaration.topology().clone();
    let mut coded = Vec::new();
    for fault in archetype.faults.iter().filter(|f| !f.mrec.is_empty()) {
        let monitors = fault.monitors.iter().filter_map(|id| archetype.monitor(id));
        for (c, v, m) in monitors.filter(|(_, _, m)| m.provision != Provision::Custom) {
            coded.extend(Place::all(c.at, &topology).into_iter().map(|place| Coded {
                address: variable_at(c, v, place),
                kind: m.monitor_type,
                value: fault.fault_value.clone(),
                codes: fault.mrec.clone(),
            }));
        }
    }
    judge_faults(w, |all| all.faults_carry_codes(&coded)).await;
}
