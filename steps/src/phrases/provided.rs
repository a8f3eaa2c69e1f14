//! Phrases about the monitor rows: what the station brings along, and what it leaves to the operator.

use super::setting::{Wanted, set};
use super::{inventory, shipped};
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::provision::provided;
use judge::results;
use judge::{Check, Code, Finding};
use ocpp::Version;
use spec::Archetype;
use spec::model::{ComponentRow, Limit, MonitorRow, NotificationInstead, Provision, VariableRow};

/// The monitor row the scenario is about.
fn row<'a>(
    archetype: &'a Archetype,
    w: &World,
) -> Result<(&'a ComponentRow, &'a VariableRow, &'a MonitorRow), Stop> {
    let found = archetype.monitor(&w.subject.row);
    found.ok_or_else(|| Stop::Bug(format!("{} is no monitor row", w.subject.row)))
}

#[given("the monitors that the station brings along")]
async fn brought_along(w: &mut World) {
    w.attempt(async |w| {
        inventory::fetch(w).await?;
        shipped::fetch(w).await.map(|_| ())
    })
    .await;
}

#[then("the monitor of the row is among them, of its type, severity and value")]
async fn among_them(w: &mut World) {
    w.attempt(async |w| {
        let archetype = w.cx.archetype.clone();
        let (component, variable, monitor) = row(&archetype, w)?;
        let notified = w.handed.notified.get(&(monitor.id.clone(), w.subject.place)).copied();
        if monitor.provision == Provision::Notification {
            let check = notified.map(|at| Check::held([at])).ok_or_else(|| {
                let why = "it is told once, when it happens, and no fault of it was caused in this run";
                Stop::NotExercised(why.to_owned())
            })?;
            w.judge([check]);
            return Ok(());
        }
        let (inventory, shipped) = (inventory::fetch(w).await?, shipped::fetch(w).await?);
        let applicable = variable
            .monitors
            .iter()
            .filter(|m| w.cx.declaration.applies(*m, w.cx.version) == spec::Applies::Yes);
        let all = provided(&shipped.report, &inventory, (component, variable), applicable, w.subject.place);
        let of_row = all.into_iter().find(|p| p.row.id == monitor.id);
        let of_row = of_row.ok_or_else(|| Stop::Bug(format!("{} asks for no monitor", monitor.id)))?;
        let checks = match (of_row.monitor, notified) {
            (None, Some(at)) => vec![instead(monitor, w.cx.version, at, of_row.checks)],
            _ => of_row.checks,
        };
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// There is no monitor, but the alert comes all the same, as a message without one. In 2.0.1 that carries no
/// severity, so that an operator cannot rank it.
fn instead(row: &MonitorRow, version: Version, at: trace::Seq, checks: Vec<Check>) -> Check {
    let finding = checks.into_iter().find_map(|c| match c {
        Check::Broken(f) => Some(f),
        _ => None,
    });
    let expected = finding.map_or(String::new(), |f| f.expected);
    let observed = "no monitor; the alert came as a HardWiredNotification";
    let finding = Finding::new(Code::MonitorNotProvided, expected, observed, [at]);
    match (row.notification, version) {
        (NotificationInstead::Accepted, _) => Check::held([at]),
        (NotificationInstead::WarnIn21, Version::V21) => finding.mild().into(),
        _ => finding.into(),
    }
}

#[when("the monitor that the row leaves to the operator is set")]
async fn set_of_row(w: &mut World) {
    w.attempt(async |w| {
        let archetype = w.cx.archetype.clone();
        let (component, variable, monitor) = row(&archetype, w)?;
        let inventory = inventory::fetch(w).await?;
        let address = judge::inventory::variable_at(component, variable, w.subject.place);
        let of_limit = inventory.find(&address).and_then(|v| v.limit(Limit::MaxLimit));
        let value = match (monitor.percent_of_max_limit, of_limit) {
            (false, _) => monitor.value,
            (true, Some(max)) => max * monitor.value / 100.0,
            (true, None) => {
                let why = format!("{address} states no maxLimit that {} % could be taken of", monitor.value);
                return Err(Stop::open(why, inventory.records.iter().copied().take(1)));
            }
        };
        let wanted = Wanted::new(address, monitor.monitor_type, value, monitor.severity.0);
        let wanted = if monitor.transaction { wanted.for_transactions() } else { wanted };
        set(w, &[wanted]).await
    })
    .await;
}

#[then("it is accepted, or there is one like it already")]
async fn accepted_or_there(w: &mut World) {
    w.attempt(async |w| {
        let archetype = w.cx.archetype.clone();
        let (component, variable, monitor) = row(&archetype, w)?;
        let address = judge::inventory::variable_at(component, variable, w.subject.place);
        // The same type and severity on the variable is refused by right (N04.FR.10).
        let like_it = w.before.as_ref().and_then(|before| {
            before.monitors.iter().find(|m| {
                m.address.same_as(&address)
                    && m.monitor_type() == Some(monitor.monitor_type)
                    && m.severity == Some(i64::from(monitor.severity.0))
            })
        });
        let duplicate = w.matched.first().is_some_and(|m| m.status == "Duplicate");
        let check = match like_it.filter(|_| duplicate) {
            Some(there) => Check::held([there.at]),
            None => results::status_is(&w.matched, 0, &["Accepted"], w.answer()?.sent),
        };
        let mut checks = w.pairing.clone();
        checks.push(check);
        w.judge(checks);
        Ok(())
    })
    .await;
}
