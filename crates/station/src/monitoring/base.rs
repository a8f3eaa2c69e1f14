//! SetMonitoringBase and SetMonitoringLevel (OCPP N03, N05).

use crate::device;
use crate::dispatch::Refusal;
use crate::engine::Station;
use crate::message::read;
use crate::policy::BaseMeans;
use jiff::Timestamp;
use ocpp::{MonitoringBase, Severity};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BaseRequest {
    monitoring_base: MonitoringBase,
}

#[derive(Deserialize)]
struct LevelRequest {
    severity: i64,
}

impl Station {
    pub(crate) fn set_monitoring_base(&mut self, payload: &Value, now: Timestamp) -> Result<Value, Refusal> {
        let BaseRequest { monitoring_base: base } = read(payload)?;
        let means = self.policy.monitors.base;
        let table = &mut self.monitors;
        match (base, means) {
            (MonitoringBase::All, BaseMeans::AllButPreconfigured) => {}
            (MonitoringBase::All, BaseMeans::AllButCustom) => {
                table.remove_custom();
                table.restore();
            }
            (MonitoringBase::All, BaseMeans::EnableLevel) => {
                table.wake();
                table.restore();
            }
            (MonitoringBase::All, _) => table.restore(),
            (MonitoringBase::FactoryDefault, BaseMeans::FactoryAndCustom) => {
                table.remove_overriding();
                table.restore();
            }
            (MonitoringBase::FactoryDefault, BaseMeans::FactoryForgetsReplaced) if table.is_overridden() => {
                table.remove_custom();
            }
            (MonitoringBase::FactoryDefault, _) => {
                table.remove_custom();
                table.restore();
            }
            (MonitoringBase::HardWiredOnly, BaseMeans::HardWiredAndCustom) => table.remove_preconfigured(),
            (MonitoringBase::HardWiredOnly, BaseMeans::HardWiredAndPreconfigured) => table.remove_added(),
            (MonitoringBase::HardWiredOnly, _) => {
                table.remove_custom_and_preconfigured();
            }
        }
        self.close_orphaned_streams();
        self.show("ActiveMonitoringBase", json!(base).as_str().unwrap_or_default(), now);
        self.refresh_activity(now);
        Ok(json!({ "status": "Accepted" }))
    }

    pub(crate) fn set_monitoring_level(&mut self, payload: &Value, now: Timestamp) -> Result<Value, Refusal> {
        let LevelRequest { severity } = read(payload)?;
        let Some(level) = self.policy.monitors.levels.level(severity) else {
            return Ok(json!({ "status": "Rejected" }));
        };
        self.monitors.level = Severity(level);
        self.show("ActiveMonitoringLevel", &level.to_string(), now);
        Ok(json!({ "status": "Accepted" }))
    }

    /// Lets a variable of MonitoringCtrlr follow the state.
    fn show(&mut self, variable: &str, text: &str, now: Timestamp) {
        if let Some(id) = self.model.find(&device::address("MonitoringCtrlr", None, variable, None)) {
            self.set_actual(id, text, now);
        }
    }
}
