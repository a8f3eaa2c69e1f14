//! SetVariableMonitoring and ClearVariableMonitoring (OCPP N04, N06).

use super::monitor::{Monitor, MonitorId, Setting};
use crate::device::Lookup;
use crate::dispatch::Refusal;
use crate::engine::Station;
use crate::message::{put, read};
use crate::policy::streams::Closing;
use crate::policy::{BuiltInIs, Elsewhere, Removal, SameId, Several, Twin, UnknownId, WhenMoved};
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
struct NotSet {
    status: &'static str,
    reason: Option<&'static str>,
    /// What is set all the same, by a station that does not do as it says.
    yet: Option<Setting>,
}

impl NotSet {
    fn because(status: &'static str, reason: Option<&'static str>) -> NotSet {
        NotSet { status, reason, yet: None }
    }
}

impl Station {
    pub(crate) fn set_variable_monitoring(
        &mut self,
        payload: &Value,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let request: SetRequest = read(payload)?;
        let mut results: Vec<Value> = Vec::new();
        for data in &request.set_monitoring_data {
            let refused = |r: &Value| r.get("status") != Some(&json!("Accepted"));
            let stops = self.policy.monitors.several == Several::UpToTheFirstRefused;
            let skipped = stops && results.iter().any(refused);
            results.push(self.set_monitor(data, skipped, now));
        }
        Ok(json!({ "setMonitoringResult": results }))
    }

    fn set_monitor(&mut self, data: &SetData, skipped: bool, now: Timestamp) -> Value {
        let mut result = json!({
            "type": data.monitor_type,
            "severity": data.severity,
            "component": data.component,
            "variable": data.variable,
        });
        let judged = if skipped { Err(NotSet::because("Rejected", None)) } else { self.judge_setting(data) };
        match judged {
            Ok(setting) => {
                put(&mut result, "status", "Accepted");
                let id = self.install(data.id, setting, now);
                put(&mut result, "id", id);
                self.stream_for(id, data.periodic_event_stream);
            }
            Err(NotSet { status, reason, yet }) => {
                if let Some(setting) = yet {
                    self.install(data.id, setting, now);
                }
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
            Lookup::UnknownComponent => return Err(NotSet::because("UnknownComponent", None)),
            Lookup::UnknownVariable => return Err(NotSet::because("UnknownVariable", None)),
        };
        let severity = self.policy.monitors.severities.severity(data.severity).map(Severity);
        let Some(described) = self.model.get(variable) else {
            return Err(NotSet::because("UnknownVariable", None));
        };
        let setting = Setting {
            variable,
            monitor_type: data.monitor_type,
            value: data.value,
            severity: severity.unwrap_or(Severity(9)),
            transaction: data.transaction,
        };
        if let Some(id) = data.id {
            self.judge_replacing(id, setting)?;
        }
        if !data.monitor_type.is_in(self.version) || !self.policy.accepts_kind(data.monitor_type, described) {
            return Err(NotSet::because("UnsupportedMonitorType", None));
        }
        if data.periodic_event_stream.is_some_and(|p| !self.may_stream(data.monitor_type, p)) {
            return Err(NotSet::because("Rejected", Some("UnsupportedRequest")));
        }
        if severity.is_none()
            || !self.policy.accepts_value(data.monitor_type, data.value, described, self.version)
        {
            return Err(NotSet::because("Rejected", None));
        }
        if self.has_twin(&setting, data.id) {
            let yet = (self.policy.monitors.twin == Twin::RefusedYetSet).then_some(setting);
            return Err(NotSet { yet, ..NotSet::because("Duplicate", None) });
        }
        if data.id.is_none() && self.policy.monitors.room.is_some_and(|room| self.monitors.custom() >= room) {
            return Err(NotSet::because("Rejected", Some("NoResource")));
        }
        Ok(setting)
    }

    /// Whether the monitor with this id may be replaced (N04.FR.13, N04.FR.16, N04.FR.18).
    fn judge_replacing(&self, id: MonitorId, setting: Setting) -> Result<(), NotSet> {
        let decided = self.policy.monitors;
        let yet = |does: bool| does.then_some(setting);
        match self.monitors.position(id).and_then(|n| self.monitors.installed.get(n)) {
            None if decided.unknown_id == UnknownId::Ignored => Ok(()),
            None => Err(NotSet::because("Rejected", Some("NotFound"))),
            Some(m) if m.setting.variable != setting.variable => match decided.elsewhere {
                Elsewhere::Moves => Ok(()),
                Elsewhere::Refused => Err(NotSet::because("Rejected", None)),
                Elsewhere::RefusedYetMoves => {
                    Err(NotSet { yet: yet(true), ..NotSet::because("Rejected", None) })
                }
            },
            Some(m) if !self.policy.may_replace(m.class) => {
                let yet = yet(decided.built_in == BuiltInIs::RefusedYetReplaced);
                Err(NotSet { yet, ..NotSet::because("Rejected", Some("ReadOnly")) })
            }
            Some(_) => Ok(()),
        }
    }

    /// Whether another monitor on this variable has the same type and severity (N04.FR.10).
    #[allow(clippy::float_cmp)] // the very same value
    fn has_twin(&self, setting: &Setting, id: Option<MonitorId>) -> bool {
        self.monitors.installed.iter().any(|m| {
            let severity = m.setting.severity == setting.severity;
            m.id.is_some()
                && (id.is_none() || m.id != id)
                && m.setting.variable == setting.variable
                && m.setting.monitor_type == setting.monitor_type
                && match self.policy.monitors.twin {
                    Twin::Refused | Twin::RefusedYetSet => severity,
                    Twin::Welcome => false,
                    Twin::RefusedIfOfSameValue => severity && m.setting.value == setting.value,
                    Twin::PeriodicRefusedAtAnySeverity => {
                        severity
                            || (setting.monitor_type == MonitorType::Periodic
                                && m.class == EventNotification::CustomMonitor)
                    }
                }
        })
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
        let decided = self.policy.monitors.same_id;
        let again = id.filter(|_| decided != SameId::Doubled);
        let replaced = again.and_then(|id| Some((id, self.monitors.position(id)?)));
        let (id, index) = match replaced {
            None => (self.monitors.add(setting), self.monitors.installed.len().saturating_sub(1)),
            Some((id, index)) => (id, index),
        };
        let mut exceeded_before = false;
        if let (Some(_), Some(monitor)) = (replaced, self.monitors.installed.get_mut(index)) {
            exceeded_before = monitor.can_clear() && monitor.fired;
            let severity = match decided {
                SameId::KeepsSeverity => monitor.setting.severity,
                _ => setting.severity,
            };
            let setting = Setting { severity, ..setting };
            *monitor = Monitor::new(Some(id), EventNotification::CustomMonitor, setting);
            exceeded_before &= monitor.can_clear();
        }
        let silent = self.policy.events.when_moved == WhenMoved::Silent;
        if silent && replaced.is_some() {
            self.wake_silently(index, now);
        }
        self.refresh_activity(now);
        if exceeded_before && !silent {
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

    pub(crate) fn clear_variable_monitoring(
        &mut self,
        payload: &Value,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let request: ClearRequest = read(payload)?;
        let clear = |id: &MonitorId| json!({ "id": id, "status": self.clear_monitor(*id, now) });
        let results: Vec<Value> = request.id.iter().map(clear).collect();
        Ok(json!({ "clearMonitoringResult": results }))
    }

    /// Removes a monitor without a word on what it had alerted (N07.FR.12).
    fn clear_monitor(&mut self, id: MonitorId, now: Timestamp) -> &'static str {
        let (removal, built_in) = (self.policy.monitors.removal, self.policy.monitors.built_in);
        let Some(index) = self.monitors.position(id) else { return "NotFound" };
        let monitor = self.monitors.installed.get(index);
        let refused = monitor.is_some_and(|m| !self.policy.may_clear(m.class));
        if refused && built_in != BuiltInIs::RefusedYetRemoved {
            return "Rejected";
        }
        if removal == Removal::TellsTheEnd && monitor.is_some_and(|m| m.fired) {
            self.fire(index, true, now);
        }
        self.monitors.installed.remove(index);
        if self.policy.streams.closing != Closing::NotWhenRemoved {
            self.close_stream(id);
        }
        match removal {
            _ if refused => "Rejected",
            Removal::SaysNotFound => "NotFound",
            _ => "Accepted",
        }
    }
}
