//! Phrases about monitoring reports in detail: filters that leave something out, and who provided a monitor.

use super::chosen::that_take;
use super::listing::{came, fresh, the};
use super::setting::{monitoring_report, quiet, set};
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::monitors::MonitoringReport;
use judge::selection::Selection;
use ocpp::{ComponentRef, EvseRef, MonitorType, VariableAddress, VariableRef};
use serde_json::json;

/// Most monitors set to have something to select.
const SOME: usize = 3;

/// A filter with something left out, and the report without any filter.
#[derive(Debug, Default)]
pub(crate) struct Selected {
    filter: Option<Selection>,
    /// Every monitor there is.
    pub(crate) full: MonitoringReport,
}

/// Chooses a monitored variable by what a filter can leave out of its address, and sets monitors wherever the filter
/// reaches.
async fn choose(
    w: &mut World,
    what: &str,
    filter: impl Fn(&VariableAddress) -> Option<Selection>,
) -> Result<(), Stop> {
    w.kind = MonitorType::Delta;
    let all = that_take(w, w.kind).await?;
    let reach = |s: &Selection| all.iter().filter(|at| s.selects(at)).count();
    let mut found: Vec<Selection> = all.iter().filter_map(filter).collect();
    // One that reaches several places shows more; among equals the first of the archetype.
    found.sort_by_key(|s| std::cmp::Reverse(reach(s).min(2)));
    let Some(filter) = found.into_iter().next() else {
        return Err(Stop::NotApplicable(format!("the station has no monitorable {what}")));
    };
    let inside = all.iter().filter(|at| filter.selects(at)).take(SOME);
    // One more of the same name that the filter excludes, where there is such.
    let of_name = |at: &&VariableAddress| ocpp::device::same(&at.component.name, &filter.component.name);
    let outside = all.iter().filter(|at| of_name(at) && !filter.selects(at)).take(1);
    let places: Vec<VariableAddress> = inside.chain(outside).cloned().collect();
    for at in places {
        let wanted = quiet(w, &at, w.kind).await?;
        set(w, &[wanted]).await?;
    }
    let full = monitoring_report(w, json!({})).await?.unwrap_or_default();
    if !full.monitors.iter().any(|m| filter.selects(&m.address)) {
        let answer = w.answer()?;
        let why = format!("the report without a filter lists no monitor of {filter}");
        return Err(Stop::open(why, [answer.sent, answer.reply.at()]));
    }
    w.selected = Selected { filter: Some(filter), full };
    Ok(())
}

fn component(at: &VariableAddress, instance: bool, evse: Option<EvseRef>) -> ComponentRef {
    let of = &at.component;
    ComponentRef { name: of.name.clone(), instance: of.instance.clone().filter(|_| instance), evse }
}

#[given("a filter that leaves out where a monitored component is")]
async fn without_place(w: &mut World) {
    w.attempt(async |w| {
        choose(w, "component of an EVSE", |at| {
            at.component.evse?;
            Some(Selection { component: component(at, true, None), variable: None })
        })
        .await
    })
    .await;
}

#[given("a filter that leaves out at which connector of its EVSE a monitored component is")]
async fn without_connector(w: &mut World) {
    w.attempt(async |w| {
        choose(w, "component of a connector", |at| {
            let EvseRef { id, connector_id } = at.component.evse?;
            connector_id?;
            let evse = Some(EvseRef { id, connector_id: None });
            Some(Selection { component: component(at, true, evse), variable: None })
        })
        .await
    })
    .await;
}

#[given("a filter that leaves out which instance of a monitored component is meant")]
async fn without_instance(w: &mut World) {
    w.attempt(async |w| {
        choose(w, "component with an instance", |at| {
            at.component.instance.as_ref()?;
            Some(Selection { component: component(at, false, at.component.evse), variable: None })
        })
        .await
    })
    .await;
}

#[given("a filter that names the instance of a monitored component")]
async fn with_instance(w: &mut World) {
    w.attempt(async |w| {
        choose(w, "component with an instance", |at| {
            at.component.instance.as_ref()?;
            Some(Selection { component: component(at, true, at.component.evse), variable: None })
        })
        .await
    })
    .await;
}

#[given("a filter that leaves out which instance of a monitored variable is meant")]
async fn without_variable_instance(w: &mut World) {
    w.attempt(async |w| {
        choose(w, "variable with an instance", |at| {
            at.variable.instance.as_ref()?;
            let variable = Some(VariableRef { name: at.variable.name.clone(), instance: None });
            Some(Selection { component: at.component.clone(), variable })
        })
        .await
    })
    .await;
}

#[when("the monitoring report is requested with the filter")]
async fn requested(w: &mut World) {
    w.attempt(async |w| {
        let filter = chosen(w)?;
        let mut entry = json!({ "component": filter.component });
        if let (Some(object), Some(variable)) = (entry.as_object_mut(), filter.variable) {
            object.insert("variable".to_owned(), json!(variable));
        }
        monitoring_report(w, json!({ "componentVariable": [entry] })).await.map(|_| ())
    })
    .await;
}

fn chosen(w: &World) -> Result<Selection, Stop> {
    w.selected.filter.clone().ok_or_else(|| Stop::Bug("a step needs a filter and none was chosen".into()))
}

#[then("the report holds every monitor that the filter selects and no other")]
async fn holds_selection(w: &mut World) {
    w.attempt(async |w| {
        let checks = came(w)?.holds_selection(&chosen(w)?, &w.selected.full);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("the report says that the operator set the monitor")]
async fn says_custom(w: &mut World) {
    w.attempt(async |w| {
        let monitor = the(w.monitors.last())?;
        let check = came(w)?.says_class(&monitor, "CustomMonitor");
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the report calls no monitor a notification")]
async fn no_notification(w: &mut World) {
    w.attempt(async |w| {
        let check = came(w)?.calls_none_a_notification();
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the monitoring report says that the operator set the monitor")]
async fn now_custom(w: &mut World) {
    w.attempt(async |w| {
        let monitor = the(w.monitors.last())?;
        let check = fresh(w).await?.says_class(&monitor, "CustomMonitor");
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("the monitoring report says that the maker preconfigured the monitor")]
async fn now_preconfigured(w: &mut World) {
    w.attempt(async |w| {
        let monitor = the(w.monitors.first())?;
        let check = fresh(w).await?.says_class(&monitor, "PreconfiguredMonitor");
        w.judge([check]);
        Ok(())
    })
    .await;
}
