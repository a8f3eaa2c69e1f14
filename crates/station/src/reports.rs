//! GetBaseReport and GetReport (OCPP B07, B08), and how every report is sent.

use crate::device::{Attribute, Selector, Variable, value, value::json_number};
use crate::dispatch::Refusal;
use crate::engine::Station;
use crate::message::{put, read};
use crate::policy::CriterionReach;
use jiff::Timestamp;
use ocpp::{DataType, Mutability, device::same};
use serde::Deserialize;
use serde_json::{Value, json};

/// Entries in one part of a report where the device model names no limit.
const OWN_PAGE: usize = 50;

#[derive(Deserialize)]
enum ReportBase {
    #[serde(rename = "ConfigurationInventory")]
    Configuration,
    #[serde(rename = "FullInventory")]
    Full,
    #[serde(rename = "SummaryInventory")]
    Summary,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BaseRequest {
    request_id: i64,
    report_base: ReportBase,
}

#[derive(Deserialize, Clone, Copy)]
enum Criterion {
    Active,
    Available,
    Enabled,
    Problem,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    request_id: i64,
    #[serde(default)]
    component_criteria: Vec<Criterion>,
    #[serde(default)]
    component_variable: Vec<Selector>,
}

impl Station {
    pub(crate) fn get_base_report(&mut self, payload: &Value, now: Timestamp) -> Result<Value, Refusal> {
        let request: BaseRequest = read(payload)?;
        let selected = self.model.variables.iter().filter(|v| match request.report_base {
            ReportBase::Full => true,
            ReportBase::Configuration => v.is_configuration(),
            ReportBase::Summary => self.is_summary(v),
        });
        let entries: Vec<Value> = selected.map(describe).collect();
        Ok(self.report(request.request_id, entries, now))
    }

    pub(crate) fn get_report(&mut self, payload: &Value, now: Timestamp) -> Result<Value, Refusal> {
        let request: Request = read(payload)?;
        let exact = self.policy.answers.report_filter;
        let selected = self.model.variables.iter().filter(|v| {
            let criteria = &request.component_criteria;
            Selector::any(&request.component_variable, v, exact)
                && (criteria.is_empty() || criteria.iter().any(|c| self.meets(v, *c)))
        });
        let entries: Vec<Value> = selected.map(describe).collect();
        Ok(self.report(request.request_id, entries, now))
    }

    fn report(&mut self, request_id: i64, entries: Vec<Value>, now: Timestamp) -> Value {
        if entries.is_empty() {
            return json!({ "status": "EmptyResultSet" });
        }
        self.send_report("NotifyReport", "reportData", request_id, entries, now);
        json!({ "status": "Accepted" })
    }

    /// Sends a report in parts of at most `ItemsPerMessage[GetReport]` entries, numbered from 0.
    pub(crate) fn send_report(
        &mut self,
        action: &'static str,
        list: &str,
        request_id: i64,
        entries: Vec<Value>,
        now: Timestamp,
    ) {
        let page = self.model.own_number("DeviceDataCtrlr", "ItemsPerMessage", Some("GetReport"));
        let page = page.filter(|p| *p > 0).unwrap_or(OWN_PAGE);
        let parts = entries.len().div_ceil(page);
        for (number, part) in entries.chunks(page).enumerate() {
            let mut payload = json!({
                "requestId": request_id,
                "generatedAt": value::time(now),
                "seqNo": number,
                "tbc": number + 1 < parts,
            });
            put(&mut payload, list, part);
            self.call(action, payload);
        }
    }

    /// Availability and problems of the tiers, problems anywhere, and values that are beyond a threshold
    /// (B07.FR.09).
    fn is_summary(&self, v: &Variable) -> bool {
        let name = v.address.variable.name.as_str();
        let is_tier =
            ["ChargingStation", "EVSE", "Connector"].iter().any(|t| same(t, &v.address.component.name));
        let is_state = ["Available", "AvailabilityState", "Problem"].iter().any(|n| same(n, name));
        let alerted = || {
            let fired = self.monitors.installed.iter().filter(|m| m.fired);
            fired.filter_map(|m| self.model.get(m.setting.variable)).any(|f| f.address == v.address)
        };
        (is_tier && is_state) || (same(name, "Problem") && v.actual() == "true") || alerted()
    }

    /// Whether the component of a variable meets a criterion. Without the variable it does, except that no
    /// `Problem` is no problem (B08.FR.07-10).
    fn meets(&self, v: &Variable, criterion: Criterion) -> bool {
        let reach = self.policy.answers.criterion;
        let without = reach != CriterionReach::OnlyWithVariable;
        let (name, without) = match criterion {
            Criterion::Active => ("Active", without),
            Criterion::Available => ("Available", without),
            Criterion::Enabled => ("Enabled", without),
            Criterion::Problem => ("Problem", reach == CriterionReach::ProblemsWithoutVariable),
        };
        let mut deciding = self.model.variables.iter().filter(|other| {
            other.address.component.same_as(&v.address.component) && same(&other.address.variable.name, name)
        });
        let Some(first) = deciding.next() else { return without };
        let whatever = reach == CriterionReach::WhateverItSays;
        whatever || first.actual() == "true" || deciding.any(|d| d.actual() == "true")
    }
}

/// ReportDataType of one variable. The value of a write-only attribute stays at home (B07.FR.03, B08.FR.03).
fn describe(v: &Variable) -> Value {
    json!({
        "component": v.address.component,
        "variable": v.address.variable,
        "variableAttribute": v.attributes.iter().map(describe_attribute).collect::<Vec<_>>(),
        "variableCharacteristics": describe_characteristics(v),
    })
}

fn describe_attribute(a: &Attribute) -> Value {
    let mut described = json!({
        "type": a.kind,
        "mutability": a.mutability,
        "persistent": a.mutability != Mutability::ReadOnly,
        "constant": false,
    });
    if a.mutability != Mutability::WriteOnly {
        put(&mut described, "value", a.value.clone());
    }
    described
}

fn describe_characteristics(v: &Variable) -> Value {
    let mut described = json!({ "dataType": v.data_type, "supportsMonitoring": v.supports_monitoring });
    if let Some(unit) = &v.unit {
        put(&mut described, "unit", unit.clone());
    }
    if let Some(min) = v.min_limit {
        put(&mut described, "minLimit", json_number(min));
    }
    if let Some(max) = v.max_limit {
        put(&mut described, "maxLimit", json_number(max));
    }
    let is_list = matches!(v.data_type, DataType::OptionList | DataType::MemberList | DataType::SequenceList);
    if is_list && !v.offered.is_empty() {
        put(&mut described, "valuesList", v.offered.join(","));
    }
    described
}
