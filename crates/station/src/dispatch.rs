//! CALLs of the CSMS: who answers which, and what is refused before anyone does.

use crate::boot::Registration;
use crate::engine::Station;
use jiff::Timestamp;
use ocpp::{catalogue, frame::ErrorCode, validate};
use serde_json::Value;

/// A CALL that is answered with a CALLERROR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: ErrorCode,
    pub(crate) description: String,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, description: impl Into<String>) -> Refusal {
        Refusal { code, description: description.into() }
    }
}

/// Where the device model limits a request: component and variable instance, and the list that counts.
fn limits(action: &str) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match action {
        "GetVariables" => ("DeviceDataCtrlr", "GetVariables", "getVariableData"),
        "SetVariables" => ("DeviceDataCtrlr", "SetVariables", "setVariableData"),
        "GetReport" | "GetMonitoringReport" => ("DeviceDataCtrlr", "GetReport", "componentVariable"),
        "SetVariableMonitoring" => ("MonitoringCtrlr", "SetVariableMonitoring", "setMonitoringData"),
        "ClearVariableMonitoring" => ("MonitoringCtrlr", "ClearVariableMonitoring", "id"),
        _ => return None,
    })
}

impl Station {
    /// Answers a CALL. `bytes` is the size of its frame.
    pub(crate) fn respond(
        &mut self,
        action: &str,
        payload: &Value,
        bytes: usize,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        if matches!(self.boot.registration, Registration::Unanswered | Registration::Rejected) {
            // B03.FR.07
            return Err(Refusal::new(ErrorCode::SecurityError, "the station is not accepted"));
        }
        if catalogue::get(self.version).message(action).is_none() {
            let description = format!("there is no action {action} in OCPP {}", self.version);
            return Err(Refusal::new(ErrorCode::NotImplemented, description));
        }
        self.check_size(action, payload, bytes)?;
        self.check_schema(action, payload)?;
        match action {
            "GetBaseReport" => self.get_base_report(payload, now),
            "GetReport" => self.get_report(payload, now),
            "GetVariables" => self.get_variables(payload),
            "SetVariables" => self.set_variables(payload, now),
            "GetMonitoringReport" => self.get_monitoring_report(payload, now),
            "SetMonitoringBase" => self.set_monitoring_base(payload, now),
            "SetMonitoringLevel" => self.set_monitoring_level(payload, now),
            "SetVariableMonitoring" => self.set_variable_monitoring(payload, now),
            "ClearVariableMonitoring" => self.clear_variable_monitoring(payload, now),
            "ChangeAvailability" => Ok(self.change_availability(payload, now)),
            "RequestStartTransaction" => Ok(self.request_start(payload, now)),
            "RequestStopTransaction" => Ok(self.request_stop(payload, now)),
            "GetTransactionStatus" => Ok(self.get_transaction_status(payload)),
            "SendLocalList" if self.keeps_local_list() => Ok(self.send_local_list(payload)),
            "GetLocalListVersion" if self.keeps_local_list() => Ok(self.local_list_version()),
            "CustomerInformation" => Ok(self.customer_information(payload, now)),
            "GetPeriodicEventStream" if self.offers_streams() => Ok(self.get_streams()),
            "AdjustPeriodicEventStream" if self.offers_streams() => self.adjust_stream(payload, now),
            "GetLog" => Ok(self.get_log(payload, now)),
            "TriggerMessage" => Ok(self.trigger_message(payload, now)),
            "Reset" => Ok(self.reset(payload, now)),
            _ => Err(Refusal::new(ErrorCode::NotSupported, format!("{action} is not supported"))),
        }
    }

    /// What the device model promises about the size of requests (B06.FR.16/17, B08.FR.17/18, N06.FR.06/07).
    fn check_size(&self, action: &str, payload: &Value, bytes: usize) -> Result<(), Refusal> {
        let Some((component, instance, list)) = limits(action) else { return Ok(()) };
        let limit = |variable| self.model.own_number(component, variable, Some(instance));
        let items = payload.get(list).and_then(Value::as_array).map_or(0, Vec::len);
        if let Some(most) = limit("ItemsPerMessage").filter(|most| items > *most) {
            let description = format!("{items} elements in {list}: send at most {most}");
            return Err(Refusal::new(ErrorCode::OccurrenceConstraintViolation, description));
        }
        if let Some(most) = limit("BytesPerMessage").filter(|most| bytes > *most) {
            let description = format!("{bytes} bytes: send at most {most}");
            return Err(Refusal::new(ErrorCode::FormatViolation, description));
        }
        Ok(())
    }

    /// A request that does not conform to its schema is answered with the code of the first violation.
    fn check_schema(&self, action: &str, payload: &Value) -> Result<(), Refusal> {
        let violations = validate::validate(self.version, &format!("{action}Request"), payload);
        match violations.unwrap_or_default().into_iter().min_by(|a, b| a.pointer.cmp(&b.pointer)) {
            Some(violation) => Err(Refusal::new(violation.code, violation.message)),
            None => Ok(()),
        }
    }
}
