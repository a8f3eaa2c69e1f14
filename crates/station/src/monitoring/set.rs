//! SetVariableMonitoring and ClearVariableMonitoring (OCPP N04, N06).

use super::monitor::{Monitor, MonitorId, Setting};
use crate::device::Lookup;
use crate::dispatch::Refusal;
use crate::engine::Station;
use crate::message::{put, read};
use crate::policy::streams::Closing;
use crate::streams::Params;
use jiff::Timestamp;
use ocpp::{ComponentRef, EventNotification, MonitorType, Severity, VariableRef};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetRequest {
    set_monitoring_data: Vec<SetData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetData {
    id: Option<MonitorId>,
    #[serde(default)]
    transaction: bool,
    value: f64,
    #[serde(rename = "type")]
    monitor_type: MonitorType,
    severity: i64,
    component: ComponentRef,
    variable: VariableRef,
    periodic_event_stream: Option<Params>,
}

#[derive(Deserialize)]
struct ClearRequest {
    id: Vec<MonitorId>,
}

/// Why a monitor was not set: SetMonitoringStatusEnumType, and a reason code where one helps.
#[derive(Debug, Clone, Copy)]
struct NotSet(&'static str, Option<&'static str>);

impl Station {
    pub(crate) fn set_variable_monitoring(
        &mut self,
        payload: &Value,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let request: SetRequest = read(payload)?;
        let results: Vec<Value> =
            request.set_monitoring_data.iter().map(|data| self.set_monitor(data, now)).collect();
        Ok(json!({ "setMonitoringResult": results }))
    }

    fn set_monitor(&mut self, data: &SetData, now: Timestamp) -> Value {
        let mut result = json!({
            "type": data.monitor_type,
            "severity": data.severity,
            "component": data.component,
            "variable": data.variable,
        });
        match self.judge_setting(data) {
            Ok(setting) => {
                put(&mut result, "status", "Accepted");
                let id = self.install(data.id, setting, now);
                put(&mut result, "id", id);
                self.stream_for(id, data.periodic_event_stream);
            }
            Err(NotSet(status, reason)) => {
                put(&mut result, "status", status);
                if let Some(reason) = reason {
                    put(&mut result, "statusInfo", json!({ "reasonCode": reason }));
                }
            }
        }
        result
    }

    /// From the address to the monitor's value; the first rule broken gives the status.
    fn judge_setting(&self, data: &SetData) -> Result<Setting, NotSet> {
        let variable = match self.model.lookup(&data.component, &data.variable) {
            Lookup::Found(variable) => variable,
            Lookup::UnknownComponent => return Err(NotSet("UnknownComponent", None)),
            Lookup::UnknownVariable => return Err(NotSet("UnknownVariable", None)),
        };
        if let Some(id) = data.id {
            let replaced = self.monitors.position(id).and_then(|n| self.monitors.installed.get(n));
            match replaced {
                None => return Err(NotSet("Rejected", Some("NotFound"))),
                Some(m) if m.setting.variable != variable => return Err(NotSet("Rejected", None)),
                Some(m) if !self.policy.may_replace(m.class) => {
                    return Err(NotSet("Rejected", Some("ReadOnly")));
                }
                Some(_) => {}
            }
        }
        let Some(described) = self.model.get(variable) else { return Err(NotSet("UnknownVariable", None)) };
        if !data.monitor_type.is_in(self.version) || !described.supports(data.monitor_type) {
            return Err(NotSet("UnsupportedMonitorType", None));
        }
        if data.periodic_event_stream.is_some_and(|p| !self.may_stream(data.monitor_type, p)) {
            return Err(NotSet("Rejected", Some("UnsupportedRequest")));
        }
        let severity = u8::try_from(data.severity)
            .ok()
            .filter(|s| *s <= 9)
            .map(Severity)
            .ok_or(NotSet("Rejected", None))?;
        if !self.policy.accepts_value(data.monitor_type, data.value, described, self.version) {
            return Err(NotSet("Rejected", None));
        }
        let setting = Setting {
            variable,
            monitor_type: data.monitor_type,
            value: data.value,
            severity,
            transaction: data.transaction,
        };
        if self.monitors.has_twin(&setting, data.id) {
            return Err(NotSet("Duplicate", None));
        }
        Ok(setting)
    }

    /// Opens the stream a monitor was set with; one it had before is closed (N11.FR.01, N13.FR.06).
    fn stream_for(&mut self, id: MonitorId, params: Option<Params>) {
        if params.is_some() || self.policy.streams.closing != Closing::NotWhenReplaced {
            self.close_stream(id);
        }
        if let Some(params) = params {
            self.open_stream(id, params);
        }
    }

    fn install(&mut self, id: Option<MonitorId>, setting: Setting, now: Timestamp) -> MonitorId {
        let replaced = id.and_then(|id| Some((id, self.monitors.position(id)?)));
        let (id, index) = match replaced {
            None => (self.monitors.add(setting), self.monitors.installed.len().saturating_sub(1)),
            Some((id, index)) => (id, index),
        };
        let mut exceeded_before = false;
        if let (Some(_), Some(monitor)) = (replaced, self.monitors.installed.get_mut(index)) {
            exceeded_before = monitor.can_clear() && monitor.fired;
            *monitor = Monitor::new(Some(id), EventNotification::CustomMonitor, setting);
            exceeded_before &= monitor.can_clear();
        }
        self.refresh_activity(now);
        if exceeded_before {
            self.clear_if_inside(index, now);
        }
        id
    }

    /// A threshold that was exceeded before it was moved: waking it has told if it is still exceeded, and
    /// otherwise the old alert is over (N07.FR.11).
    fn clear_if_inside(&mut self, index: usize, now: Timestamp) {
        let inside = self.monitors.installed.get(index).is_some_and(|m| m.active && !m.fired);
        if inside {
            self.fire(index, true, now);
        }
    }

    pub(crate) fn clear_variable_monitoring(&mut self, payload: &Value) -> Result<Value, Refusal> {
        let request: ClearRequest = read(payload)?;
        let results: Vec<Value> =
            request.id.iter().map(|id| json!({ "id": id, "status": self.clear_monitor(*id) })).collect();
        Ok(json!({ "clearMonitoringResult": results }))
    }

    /// Removes a monitor without a word on what it had alerted (N07.FR.12).
    fn clear_monitor(&mut self, id: MonitorId) -> &'static str {
        let Some(index) = self.monitors.position(id) else { return "NotFound" };
        let class = self.monitors.installed.get(index).map(|m| m.class);
        if class.is_some_and(|class| !self.policy.may_clear(class)) {
            return "Rejected";
        }
        self.monitors.installed.remove(index);
        if self.policy.streams.closing != Closing::NotWhenRemoved {
            self.close_stream(id);
        }
        "Accepted"
    }
}
