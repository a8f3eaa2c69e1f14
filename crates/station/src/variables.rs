//! GetVariables and SetVariables (OCPP B05, B06), and how a value changes.

use crate::device::{Lookup, ValueError, Variable, VariableId};
use crate::dispatch::Refusal;
use crate::engine::Station;
use crate::message::{put, read};
use crate::policy::{AcceptedValue, BeyondLimits, NoInstance, RefusedValue};
use jiff::Timestamp;
use ocpp::{AttributeType, ComponentRef, Mutability, VariableRef, device::same};
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GetRequest {
    get_variable_data: Vec<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetRequest {
    set_variable_data: Vec<Data>,
}

/// GetVariableDataType and SetVariableDataType.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    /// Absent means Actual (B05.FR.12, B06.FR.11).
    #[serde(default)]
    attribute_type: AttributeType,
    #[serde(default)]
    attribute_value: String,
    component: ComponentRef,
    variable: VariableRef,
}

/// A status that is not `Accepted`, and a reason code where one helps.
struct No(&'static str, Option<&'static str>);

impl Data {
    fn result(&self, status: &str, reason: Option<&str>) -> Value {
        let mut result = json!({
            "attributeType": self.attribute_type,
            "attributeStatus": status,
            "component": self.component,
            "variable": self.variable,
        });
        if let Some(reason) = reason {
            put(&mut result, "attributeStatusInfo", json!({ "reasonCode": reason }));
        }
        result
    }
}

impl Station {
    pub(crate) fn get_variables(&self, payload: &Value) -> Result<Value, Refusal> {
        let request: GetRequest = read(payload)?;
        let results = request.get_variable_data.iter().map(|data| match self.get_variable(data) {
            Ok(text) => {
                let mut result = data.result("Accepted", None);
                put(&mut result, "attributeValue", text);
                result
            }
            Err(No(status, reason)) => data.result(status, reason),
        });
        Ok(json!({ "getVariableResult": results.collect::<Vec<_>>() }))
    }

    fn get_variable(&self, data: &Data) -> Result<&str, No> {
        let id = self.locate(data)?;
        let attribute = self.model.get(id).and_then(|v| v.attribute(data.attribute_type));
        match attribute {
            None => Err(No("NotSupportedAttributeType", None)),
            Some(a) if a.mutability == Mutability::WriteOnly => Err(No("Rejected", Some("WriteOnly"))),
            Some(a) => Ok(&a.value),
        }
    }

    pub(crate) fn set_variables(&mut self, payload: &Value, now: Timestamp) -> Result<Value, Refusal> {
        let request: SetRequest = read(payload)?;
        let results: Vec<Value> = request
            .set_variable_data
            .iter()
            .map(|data| match self.judge_value(data) {
                Ok((id, value)) => {
                    if self.policy.answers.accepted_value == AcceptedValue::Taken {
                        self.set_attribute(id, data.attribute_type, &value, now);
                    }
                    data.result("Accepted", None)
                }
                Err(No(status, reason)) => {
                    self.refused(data, now);
                    data.result(status, reason)
                }
            })
            .collect();
        Ok(json!({ "setVariableResult": results }))
    }

    /// A value was refused: no variable takes it.
    fn refused(&mut self, data: &Data, now: Timestamp) {
        if self.policy.answers.refused_value == RefusedValue::Forgotten {
            return;
        }
        let is_writable = |id: &VariableId| self.model.get(*id).is_some_and(Variable::is_configuration);
        if let Some(id) = self.locate(data).ok().filter(is_writable) {
            self.set_attribute(id, data.attribute_type, &data.attribute_value, now);
        }
    }

    /// The variable that may take the value, and the value.
    fn judge_value<'d>(&self, data: &'d Data) -> Result<(VariableId, Cow<'d, str>), No> {
        let id = self.locate(data)?;
        let Some(variable) = self.model.get(id) else { return Err(No("UnknownVariable", None)) };
        let Some(attribute) = variable.attribute(data.attribute_type) else {
            return Err(No("NotSupportedAttributeType", None));
        };
        if attribute.mutability == Mutability::ReadOnly {
            return Err(No("Rejected", Some("ReadOnly")));
        }
        let longest = self.model.own_number("DeviceDataCtrlr", "ConfigurationValueSize", None);
        if longest.is_some_and(|longest| data.attribute_value.chars().count() > longest) {
            return Err(No("Rejected", None));
        }
        let mut value = Cow::Borrowed(data.attribute_value.as_str());
        match (variable.check(&data.attribute_value), self.policy.answers.beyond_limits) {
            (Ok(()), _) | (Err(ValueError::OutOfLimits { .. }), BeyondLimits::Taken) => {}
            (Err(ValueError::OutOfLimits { .. }), BeyondLimits::Cut) => value = variable.cut(&value).into(),
            (Err(_), _) => return Err(No("Rejected", None)),
        }
        if !crate::security::may_be(variable, &data.attribute_value) {
            return Err(No("Rejected", None));
        }
        Ok((id, value))
    }

    fn locate(&self, data: &Data) -> Result<VariableId, No> {
        match self.model.lookup(&data.component, &data.variable) {
            Lookup::Found(id) => Ok(id),
            Lookup::UnknownVariable if self.policy.answers.no_instance == NoInstance::TheFirst => {
                self.first_instance(data).ok_or(No("UnknownVariable", None))
            }
            Lookup::UnknownComponent => Err(No("UnknownComponent", None)),
            Lookup::UnknownVariable => Err(No("UnknownVariable", None)),
        }
    }

    /// The first variable of this name, whatever its instance.
    fn first_instance(&self, data: &Data) -> Option<VariableId> {
        let is = |v: &Variable| {
            v.address.component.same_as(&data.component)
                && same(&v.address.variable.name, &data.variable.name)
        };
        self.model.all().find(|(_, v)| data.variable.instance.is_none() && is(v)).map(|(id, _)| id)
    }

    /// A variable takes a value, for whatever reason.
    pub(crate) fn set_actual(&mut self, id: VariableId, text: &str, now: Timestamp) {
        self.set_attribute(id, AttributeType::Actual, text, now);
    }

    fn set_attribute(&mut self, id: VariableId, kind: AttributeType, text: &str, now: Timestamp) {
        let Some(variable) = self.model.get_mut(id) else { return };
        let is_switch = same(&variable.address.component.name, "MonitoringCtrlr")
            && same(&variable.address.variable.name, "Enabled");
        let Some(attribute) = variable.attributes.iter_mut().find(|a| a.kind == kind) else { return };
        if attribute.value == text {
            return;
        }
        text.clone_into(&mut attribute.value);
        self.part_changes(id);
        self.variable_changed(id, now);
        self.roll_up(id, now);
        self.follow_outage(id, now);
        if is_switch {
            self.refresh_activity(now);
        }
        self.watch_security(id, now);
        if kind == AttributeType::Actual {
            self.tell_connector_change(id, now);
        }
    }
}
