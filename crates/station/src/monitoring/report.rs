//! GetMonitoringReport (OCPP N02).

use crate::device::{Selector, value::json_number};
use crate::dispatch::Refusal;
use crate::engine::Station;
use crate::message::{put, read};
use jiff::Timestamp;
use ocpp::{EventNotification, MonitoringCriterion, Version};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    request_id: i64,
    #[serde(default)]
    monitoring_criteria: Vec<MonitoringCriterion>,
    #[serde(default)]
    component_variable: Vec<Selector>,
}

impl Station {
    pub(crate) fn get_monitoring_report(
        &mut self,
        payload: &Value,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let request: Request = read(payload)?;
        if !self.is_accepted() {
            // Before it is accepted only GetBaseReport and GetReport let a station send parts (B02.FR.02).
            return Ok(json!({ "status": "Rejected" }));
        }
        let monitors = self.select_monitors(&request);
        if monitors.is_empty() {
            return Ok(json!({ "status": "EmptyResultSet" }));
        }
        self.send_report("NotifyMonitoringReport", "monitor", request.request_id, monitors, now);
        Ok(json!({ "status": "Accepted" }))
    }

    /// One entry for each variable with its monitors, in the order of the model.
    fn select_monitors(&self, request: &Request) -> Vec<Value> {
        let mut entries = Vec::new();
        let exact = self.policy.answers.monitoring_filter;
        let mut room = self.policy.monitors.listed.unwrap_or(usize::MAX);
        for (id, variable) in self.model.all() {
            if !Selector::any(&request.component_variable, variable, exact) {
                continue;
            }
            let criteria = &request.monitoring_criteria;
            let monitors: Vec<Value> = self
                .monitors
                .installed
                .iter()
                .filter(|m| m.setting.variable == id)
                .filter(|m| criteria.is_empty() || criteria.contains(&m.setting.monitor_type.criterion()))
                .filter(|m| {
                    let custom = m.class == EventNotification::CustomMonitor;
                    room = room.saturating_sub(usize::from(custom));
                    !custom || room > 0
                })
                .filter_map(|m| self.describe_monitor(m))
                .collect();
            if !monitors.is_empty() {
                entries.push(json!({
                    "component": variable.address.component,
                    "variable": variable.address.variable,
                    "variableMonitoring": monitors,
                }));
            }
        }
        entries
    }

    /// VariableMonitoringType; a notification is no monitor.
    fn describe_monitor(&self, monitor: &super::Monitor) -> Option<Value> {
        let mut described = json!({
            "id": monitor.id?,
            "transaction": monitor.setting.transaction,
            "value": json_number(monitor.setting.value),
            "type": monitor.setting.monitor_type,
            "severity": monitor.setting.severity,
        });
        if self.version == Version::V21 {
            put(&mut described, "eventNotificationType", json!(monitor.class));
        }
        Some(described)
    }
}
