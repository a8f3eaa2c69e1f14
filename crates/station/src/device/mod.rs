//! The device model: what the station is made of, with the present values, and the monitors it ships with.

mod build;
mod protocol;
mod select;
pub mod value;

pub use build::Identity;
pub(crate) use select::Selector;
pub use value::ValueError;

use ocpp::{
    AttributeType, ComponentRef, DataType, MonitorType, Mutability, Severity, VariableAddress, VariableRef,
};
use spec::model::RowId;

/// Number of a variable in its [`DeviceModel`]. Variables neither come nor go while a station runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct VariableId(usize);

/// Everything the maker ships: variables with their start values, and monitors.
///
/// Public fields, because a station under test may be changed before it starts.
#[derive(Debug, Clone, Default)]
pub struct DeviceModel {
    /// Variables in the order they are reported.
    pub variables: Vec<Variable>,
    /// Hardwired and preconfigured monitors and notifications, in the order of their ids.
    pub built_in: Vec<BuiltIn>,
    /// Published codes of the faults that built-in monitors tell.
    pub fault_codes: Vec<FaultCode>,
}

/// The published code (MREC) of a fault, and the event that opens it.
#[derive(Debug, Clone)]
pub struct FaultCode {
    /// The variable it shows by.
    pub variable: VariableId,
    /// The type of the built-in monitor that tells it.
    pub monitor_type: MonitorType,
    /// The severity of that monitor.
    pub severity: Severity,
    /// The value that means the fault; where there is none, an alert does.
    pub value: Option<String>,
    /// The code.
    pub code: String,
}

/// One variable of one component.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Where it is.
    pub address: VariableAddress,
    /// Its data type.
    pub data_type: DataType,
    /// Its unit.
    pub unit: Option<String>,
    /// Values it offers, for the list types.
    pub offered: Vec<String>,
    /// Lowest value it may be set to.
    pub min_limit: Option<f64>,
    /// Highest value it may be set to; for texts and lists the longest text.
    pub max_limit: Option<f64>,
    /// Whether monitors can be set on it.
    pub supports_monitoring: bool,
    /// Its attributes, `Actual` first.
    pub attributes: Vec<Attribute>,
}

/// One attribute of a variable.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Which one.
    pub kind: AttributeType,
    /// What may be done with it.
    pub mutability: Mutability,
    /// Its present value.
    pub value: String,
}

/// What stands behind a built-in monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltInClass {
    /// Cannot be removed or replaced.
    Hardwired,
    /// May be replaced by the operator.
    Preconfigured,
    /// An event without a monitor.
    Notification,
}

/// A monitor or notification the station ships with.
#[derive(Debug, Clone)]
pub struct BuiltIn {
    /// The archetype row it comes from.
    pub row: RowId,
    /// What stands behind it.
    pub class: BuiltInClass,
    /// The variable it watches.
    pub variable: VariableId,
    /// Its type.
    pub monitor_type: MonitorType,
    /// Threshold, delta, or seconds.
    pub value: f64,
    /// Severity of its events.
    pub severity: Severity,
    /// Active only while a transaction is ongoing.
    pub transaction: bool,
}

/// What a lookup found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// The variable exists.
    Found(VariableId),
    /// No such component.
    UnknownComponent,
    /// The component has no such variable.
    UnknownVariable,
}

impl Variable {
    /// An attribute, if the variable has it.
    pub fn attribute(&self, kind: AttributeType) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.kind == kind)
    }

    /// The present value, empty if there is none.
    pub fn actual(&self) -> &str {
        self.attribute(AttributeType::Actual).map_or("", |a| a.value.as_str())
    }

    /// The value aimed at, if the variable has a target.
    pub fn target(&self) -> Option<f64> {
        value::number(&self.attribute(AttributeType::Target)?.value)
    }

    /// The present value as it may be shown: empty for a write-only variable (OCPP N07.FR.10).
    pub fn shown(&self) -> &str {
        match self.attribute(AttributeType::Actual) {
            Some(a) if a.mutability != Mutability::WriteOnly => &a.value,
            _ => "",
        }
    }

    /// Whether an operator can write one of its attributes.
    pub fn is_configuration(&self) -> bool {
        self.attributes.iter().any(|a| a.mutability != Mutability::ReadOnly)
    }

    /// Whether a monitor of this type can be set: the variable supports monitoring, the type fits the
    /// data type, and a target type finds a target.
    pub fn supports(&self, monitor: MonitorType) -> bool {
        let needs_target = matches!(monitor, MonitorType::TargetDelta | MonitorType::TargetDeltaRelative);
        self.supports_monitoring
            && monitor.fits(self.data_type)
            && (!needs_target || self.attribute(AttributeType::Target).is_some())
    }

    /// Whether an operator may write this value: type, offered values, limits.
    ///
    /// # Errors
    /// The first rule the text breaks.
    pub fn check(&self, text: &str) -> Result<(), ValueError> {
        value::check(self.data_type, &self.offered, text)?;
        if self.data_type.is_numeric() {
            let inside = value::number(text).is_some_and(|n| self.within_limits(n));
            let shown = |limit: Option<f64>| limit.map_or_else(|| "any".to_owned(), |l| l.to_string());
            return inside.then_some(()).ok_or_else(|| ValueError::OutOfLimits {
                text: text.to_owned(),
                min: shown(self.min_limit),
                max: shown(self.max_limit),
            });
        }
        match self.max_limit {
            Some(longest) if (text.chars().count() as f64) > longest => {
                Err(ValueError::TooLong { longest: longest as usize })
            }
            _ => Ok(()),
        }
    }

    /// The nearest number within the limits; another text stays as it is.
    pub fn cut(&self, text: &str) -> String {
        let Some(number) = value::number(text) else { return text.to_owned() };
        let least = self.min_limit.map_or(number, |min| number.max(min));
        self.max_limit.map_or(least, |max| least.min(max)).to_string()
    }

    /// Whether a number lies within `minLimit` and `maxLimit`, both included.
    pub fn within_limits(&self, number: f64) -> bool {
        self.min_limit.is_none_or(|min| number >= min) && self.max_limit.is_none_or(|max| number <= max)
    }
}

impl DeviceModel {
    /// A variable by number.
    pub fn get(&self, id: VariableId) -> Option<&Variable> {
        self.variables.get(id.0)
    }

    /// A variable by number, to change it.
    pub fn get_mut(&mut self, id: VariableId) -> Option<&mut Variable> {
        self.variables.get_mut(id.0)
    }

    /// Leaves out variables, and the monitors the station ships with on them.
    pub fn retain(&mut self, keep: impl Fn(&Variable) -> bool) {
        let kept: Vec<bool> = self.variables.iter().map(keep).collect();
        let is_kept = |id: VariableId| kept.get(id.0).copied().unwrap_or(false);
        let number = |id: VariableId| VariableId(kept.iter().take(id.0).filter(|k| **k).count());
        self.built_in.retain(|m| is_kept(m.variable));
        self.fault_codes.retain(|c| is_kept(c.variable));
        self.built_in.iter_mut().for_each(|m| m.variable = number(m.variable));
        self.fault_codes.iter_mut().for_each(|c| c.variable = number(c.variable));
        let mut kept = kept.into_iter();
        self.variables.retain(|_| kept.next().unwrap_or(true));
    }

    /// All variables with their numbers.
    pub fn all(&self) -> impl Iterator<Item = (VariableId, &Variable)> {
        self.variables.iter().enumerate().map(|(n, v)| (VariableId(n), v))
    }

    /// The variable at exactly this address; a missing instance stands for itself (OCPP B06.FR.15).
    pub fn lookup(&self, component: &ComponentRef, variable: &VariableRef) -> Lookup {
        let mut found = Lookup::UnknownComponent;
        for (id, v) in self.all().filter(|(_, v)| v.address.component.same_as(component)) {
            if v.address.variable.same_as(variable) {
                return Lookup::Found(id);
            }
            found = Lookup::UnknownVariable;
        }
        found
    }

    /// The variable at exactly this address, if there is one.
    pub fn find(&self, address: &VariableAddress) -> Option<VariableId> {
        match self.lookup(&address.component, &address.variable) {
            Lookup::Found(id) => Some(id),
            _ => None,
        }
    }

    /// A station-level variable by name and instance, as used by the station itself.
    pub fn own(&self, component: &str, variable: &str, instance: Option<&str>) -> Option<&Variable> {
        self.get(self.find(&address(component, None, variable, instance))?)
    }

    /// A station-level variable as a whole number of at least zero.
    pub fn own_number(&self, component: &str, variable: &str, instance: Option<&str>) -> Option<usize> {
        self.own(component, variable, instance)?.actual().parse().ok()
    }
}

/// The address of a variable of a component without instance.
pub(crate) fn address(
    component: &str,
    evse: Option<ocpp::EvseRef>,
    variable: &str,
    instance: Option<&str>,
) -> VariableAddress {
    VariableAddress {
        component: ComponentRef { name: component.to_owned(), instance: None, evse },
        variable: VariableRef { name: variable.to_owned(), instance: instance.map(str::to_owned) },
    }
}
