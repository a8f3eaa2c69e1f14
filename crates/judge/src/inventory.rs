//! The inventory a station reports (NotifyReport), and the component and variable rows judged against it.

mod index;

use crate::{Check, Code, Finding, Part, filter};
use index::Index;
use ocpp::device::same;
use ocpp::{ComponentRef, VariableAddress, VariableRef};
use serde::Deserialize;
use serde_json::Value;
use spec::Place;
use spec::model::{Access, ComponentRow, Limit, VariableRow};
use std::sync::OnceLock;
use trace::Seq;

/// The unit OCPP assumes where none is stated (appendices, units of measure).
const DEFAULT_UNIT: &str = "Wh";

/// One reported variable.
#[derive(Debug, Clone)]
pub struct Reported {
    /// The record that brought it.
    pub at: Seq,
    /// What it is.
    pub address: VariableAddress,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
    /// Its characteristics, if given.
    pub characteristics: Option<Characteristics>,
}

/// An attribute as reported, read tolerantly.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Attribute {
    /// `Actual` when absent.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The value, if given.
    pub value: Option<Value>,
    /// `ReadWrite` when absent (default of the schema).
    pub mutability: Option<String>,
}

/// Characteristics as reported, read tolerantly.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Characteristics {
    /// Unit.
    pub unit: Option<Value>,
    /// Data type.
    pub data_type: Option<Value>,
    /// Lower limit.
    pub min_limit: Option<Value>,
    /// Upper limit.
    pub max_limit: Option<Value>,
    /// Values offered, separated by commas.
    pub values_list: Option<Value>,
    /// Whether monitors may be set.
    pub supports_monitoring: Option<Value>,
}

impl Reported {
    /// The attribute `Actual`.
    pub fn actual(&self) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.kind.as_deref().unwrap_or("Actual") == "Actual")
    }

    /// Its present value, as text.
    pub fn value(&self) -> Option<&str> {
        self.actual()?.value.as_ref()?.as_str()
    }

    /// How the actual value may be used: `ReadOnly`, `WriteOnly` or `ReadWrite`.
    pub fn mutability(&self) -> Option<&str> {
        Some(self.actual()?.mutability.as_deref().unwrap_or("ReadWrite"))
    }

    /// Data type, as reported.
    pub fn data_type(&self) -> Option<&str> {
        self.characteristics.as_ref()?.data_type.as_ref()?.as_str()
    }

    /// Whether it says that monitors may be set.
    pub fn supports_monitoring(&self) -> bool {
        let said = self.characteristics.as_ref().and_then(|c| c.supports_monitoring.as_ref());
        said.is_some_and(|v| v.as_bool() == Some(true) || v.as_str() == Some("true"))
    }

    /// The value it is to have (attribute `Target`), where it has one.
    pub fn target(&self) -> Option<f64> {
        let target = self.attributes.iter().find(|a| a.kind.as_deref() == Some("Target"))?;
        target.value.as_ref()?.as_str()?.trim().parse().ok()
    }

    /// The values it offers (`valuesList`); none where it does not say.
    pub fn offered(&self) -> Vec<&str> {
        let list = self.characteristics.as_ref().and_then(|c| c.values_list.as_ref()).and_then(Value::as_str);
        list.unwrap_or_default().split(',').map(str::trim).filter(|v| !v.is_empty()).collect()
    }

    /// A numeric limit, as reported.
    pub fn limit(&self, which: Limit) -> Option<f64> {
        let c = self.characteristics.as_ref()?;
        let said = match which {
            Limit::MinLimit => c.min_limit.as_ref(),
            Limit::MaxLimit => c.max_limit.as_ref(),
        }?;
        // A number in quotes violates the schema, which is another row's finding.
        said.as_f64().or_else(|| said.as_str()?.trim().parse().ok())
    }
}

/// What a station reported itself to be made of.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// Every variable, in the order of the report.
    pub variables: Vec<Reported>,
    /// The records of the report.
    pub records: Vec<Seq>,
    index: OnceLock<Index>,
}

impl Inventory {
    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(&self.variables))
    }

    /// A report that lists nothing, and the records that say so.
    pub fn nothing(records: Vec<Seq>) -> Inventory {
        Inventory { records, ..Inventory::default() }
    }

    /// Reads the parts of a report. Entries that cannot be read are left out: that they violate their
    /// schema is another row's finding.
    pub fn from_parts(parts: &[Part]) -> Inventory {
        let mut inventory = Inventory::default();
        for part in parts {
            inventory.records.push(part.at);
            let entries = part.payload.get("reportData").and_then(Value::as_array);
            for entry in entries.into_iter().flatten() {
                inventory.variables.extend(reported(part.at, entry));
            }
        }
        inventory
    }

    /// The variable at an address.
    pub fn find(&self, address: &VariableAddress) -> Option<&Reported> {
        self.variables.get(self.index().variable(address)?)
    }

    /// All variables of a component at its place.
    pub fn of<'a>(&'a self, component: &ComponentRef) -> impl Iterator<Item = &'a Reported> + use<'a> {
        self.index().component(component).iter().filter_map(|at| self.variables.get(*at))
    }

    /// Every component, once, in the order of the report.
    pub fn components(&self) -> Vec<&ComponentRef> {
        let first = self.index().first().iter().filter_map(|at| self.variables.get(*at));
        first.map(|v| &v.address.component).collect()
    }

    /// Whether the report lists a component.
    pub fn has(&self, component: &ComponentRef) -> bool {
        !self.index().component(component).is_empty()
    }

    /// Judges a component row: something of the component is reported at its place.
    pub fn component(&self, row: &ComponentRow, place: Place) -> Check {
        let wanted = component_at(row, place);
        let here: Vec<Seq> = self.of(&wanted).map(|v| v.at).collect();
        if !here.is_empty() {
            return Check::held(here);
        }
        let kin: Vec<&Reported> =
            self.variables.iter().filter(|v| same(&v.address.component.name, &row.component)).collect();
        let mut elsewhere: Vec<String> = kin.iter().map(|v| v.address.component.to_string()).collect();
        elsewhere.sort();
        elsewhere.dedup();
        if kin.is_empty() {
            let observed = "no such component in the full inventory";
            Finding::new(Code::ComponentMissing, wanted.to_string(), observed, self.records.clone()).into()
        } else {
            let (code, observed) = if same_instance(row, &kin) {
                (Code::ComponentMisplaced, format!("only {}", elsewhere.join("; ")))
            } else {
                (Code::ComponentMissing, format!("other instances only: {}", elsewhere.join("; ")))
            };
            Finding::new(code, wanted.to_string(), observed, kin.iter().map(|v| v.at)).into()
        }
    }

    /// Judges that a variable row's variable is reported at its place.
    pub fn variable(&self, component: &ComponentRow, row: &VariableRow, place: Place) -> Check {
        let wanted = variable_at(component, row, place);
        if let Some(found) = self.find(&wanted) {
            return Check::held([found.at]);
        }
        let mut others: Vec<String> =
            self.of(&wanted.component).map(|v| v.address.variable.to_string()).collect();
        others.sort();
        others.dedup();
        let observed = if others.is_empty() {
            "the component is not there".to_owned()
        } else {
            format!("the component has only {}", others.join(", "))
        };
        Finding::new(Code::VariableMissing, wanted.to_string(), observed, self.records.clone()).into()
    }

    /// Judges data type, unit, access, limits and offered values of a variable row.
    pub fn form(&self, component: &ComponentRow, row: &VariableRow, place: Place) -> Vec<Check> {
        let Some(found) = self.find(&variable_at(component, row, place)) else {
            return vec![Check::open("the variable is not reported", self.records.clone())];
        };
        let mut findings = Vec::new();
        let mut find = |code, expected: String, observed: String| {
            findings.push(Finding::new(code, expected, observed, [found.at]));
        };
        let data_type = found.data_type().unwrap_or("(none)");
        if data_type != row.data_type.as_str() {
            find(Code::WrongDataType, format!("data type {}", row.data_type), data_type.to_owned());
        }
        let c = found.characteristics.as_ref();
        if let Some(unit) = &row.unit {
            let said = c.and_then(|c| c.unit.as_ref()).and_then(Value::as_str);
            // Energy is what OCPP means when nothing is said, so only there may the unit be left out.
            if !same(said.unwrap_or(DEFAULT_UNIT), unit) {
                let observed = said.map_or("no unit, which OCPP reads as Wh".to_owned(), str::to_owned);
                find(Code::WrongUnit, format!("unit {unit}"), observed);
            }
        }
        let mutability = found.mutability().unwrap_or("no attribute Actual");
        if !access_is(row.access, mutability) {
            find(Code::WrongAccess, format!("access {:?}", row.access), mutability.to_owned());
        }
        for limit in &row.limits {
            if found.limit(*limit).is_none() {
                let name = if *limit == Limit::MinLimit { "minLimit" } else { "maxLimit" };
                find(Code::LimitMissing, format!("a {name}"), "none".to_owned());
            }
        }
        let offered = found.offered();
        let missing: Vec<&str> =
            row.values.iter().map(String::as_str).filter(|v| !offered.contains(v)).collect();
        if !missing.is_empty() {
            find(Code::ValueNotOffered, format!("valuesList with {}", missing.join(", ")), offered.join(","));
        }
        Check::from_findings(findings, [found.at])
    }

    /// Judges that a variable row's variable says it can be monitored.
    pub fn monitorable(&self, component: &ComponentRow, row: &VariableRow, place: Place) -> Check {
        match self.find(&variable_at(component, row, place)) {
            None => Check::open("the variable is not reported", self.records.clone()),
            Some(found) if found.supports_monitoring() => Check::held([found.at]),
            Some(found) => {
                let c = found.characteristics.as_ref().and_then(|c| c.supports_monitoring.as_ref());
                let observed = c.map_or("not stated".to_owned(), Value::to_string);
                Finding::new(Code::NotMonitorable, "supportsMonitoring true", observed, [found.at]).into()
            }
        }
    }

    /// Judges that a configuration inventory holds every variable the full inventory calls writable
    /// (OCPP B07.FR.07).
    pub fn holds_the_writable_of(&self, full: &Inventory) -> Check {
        let writable = |v: &&Reported| matches!(v.mutability(), Some("ReadWrite" | "WriteOnly"));
        let missing: Vec<&Reported> =
            full.variables.iter().filter(writable).filter(|v| self.find(&v.address).is_none()).collect();
        if missing.is_empty() {
            return Check::held(self.records.iter().copied());
        }
        let names: Vec<String> = missing.iter().map(|v| v.address.to_string()).collect();
        Finding::new(
            Code::WritableMissing,
            "every variable that the full inventory calls writable",
            format!("lacks {}", names.join("; ")),
            self.records.iter().copied().chain(missing.iter().map(|v| v.at)),
        )
        .into()
    }

    /// Judges that the report lists at least one variable.
    pub fn is_not_empty(&self) -> Check {
        if self.variables.is_empty() {
            let found =
                Finding::new(Code::ReportEmpty, "at least one variable", "none", self.records.clone());
            return found.into();
        }
        Check::held(self.records.iter().copied())
    }

    /// Judges that a report lists variables of the component asked for only (OCPP B08.FR.11). A component without
    /// instance or EVSE asks for all of them (B08.FR.22-25).
    pub fn is_only(&self, component: &ComponentRef) -> Check {
        let foreign =
            self.variables.iter().find(|v| !filter::selects_component(component, &v.address.component));
        match foreign {
            None => self.is_not_empty(),
            Some(v) => {
                let expected = format!("only {component}");
                Finding::new(Code::ReportOutsideFilter, expected, v.address.to_string(), [v.at]).into()
            }
        }
    }
}

/// The component a row means at a place.
pub fn component_at(row: &ComponentRow, place: Place) -> ComponentRef {
    ComponentRef { name: row.component.clone(), instance: row.instance.clone(), evse: place.evse_ref() }
}

/// The variable a row means at a place.
pub fn variable_at(component: &ComponentRow, row: &VariableRow, place: Place) -> VariableAddress {
    VariableAddress {
        component: component_at(component, place),
        variable: VariableRef { name: row.variable.clone(), instance: row.instance.clone() },
    }
}

fn same_instance(row: &ComponentRow, kin: &[&Reported]) -> bool {
    kin.iter().any(|v| match (&v.address.component.instance, &row.instance) {
        (None, None) => true,
        (Some(a), Some(b)) => same(a, b),
        _ => false,
    })
}

fn access_is(wanted: Access, reported: &str) -> bool {
    match wanted {
        Access::ReadOnly => reported == "ReadOnly",
        Access::WriteOnly => reported == "WriteOnly",
        Access::ReadWrite => reported == "ReadWrite",
        Access::Readable => matches!(reported, "ReadOnly" | "ReadWrite"),
    }
}

fn reported(at: Seq, entry: &Value) -> Option<Reported> {
    let component = entry.get("component").and_then(|c| ComponentRef::deserialize(c).ok())?;
    let variable = entry.get("variable").and_then(|v| VariableRef::deserialize(v).ok())?;
    let attributes = entry.get("variableAttribute").and_then(Value::as_array);
    let attributes =
        attributes.into_iter().flatten().filter_map(|a| Attribute::deserialize(a).ok()).collect();
    let characteristics =
        entry.get("variableCharacteristics").and_then(|c| Characteristics::deserialize(c).ok());
    Some(Reported { at, address: VariableAddress { component, variable }, attributes, characteristics })
}

#[cfg(test)]
mod tests;
