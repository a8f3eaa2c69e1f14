//! The physical effects a scenario may ask for. A scenario names the effect; a run binds it to a rig.

use crate::model::{FaultRow, RowId};
use ocpp::{ComponentRef, VariableAddress, VariableRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that happens to the station from outside OCPP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "effect", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Effect {
    /// A measured quantity or a state takes a value (a sensor is warmed, a door is opened).
    Value {
        /// The component.
        component: ComponentRef,
        /// Its variable.
        variable: VariableRef,
        /// The new actual value, as OCPP writes it.
        value: String,
    },
    /// A fault of the archetype occurs, or goes away.
    Fault {
        /// The fault row (`F-0031`).
        row: RowId,
        /// The fault, in a few words.
        title: String,
        /// Whether it occurs (`true`) or goes away.
        present: bool,
        /// The component that shows it.
        component: ComponentRef,
        /// Its variable.
        variable: VariableRef,
        /// The actual value by which it shows.
        value: String,
    },
    /// A vehicle is plugged in and a transaction starts.
    TransactionStart {
        /// The EVSE.
        evse: u32,
    },
    /// The transaction ends and the vehicle leaves.
    TransactionEnd {
        /// The EVSE.
        evse: u32,
    },
    /// A vehicle, or a dummy of one, is plugged in; nobody authorizes.
    PlugIn {
        /// The EVSE.
        evse: u32,
        /// Its connector.
        connector: u32,
    },
    /// The vehicle is unplugged.
    PlugOut {
        /// The EVSE.
        evse: u32,
        /// Its connector.
        connector: u32,
    },
    /// The station loses its power without a warning, and has it back after some seconds.
    PowerLoss {
        /// How long it is without power.
        seconds: u32,
    },
}

impl Effect {
    /// The value of a variable changes.
    pub fn value(at: &VariableAddress, value: impl Into<String>) -> Effect {
        Effect::Value { component: at.component.clone(), variable: at.variable.clone(), value: value.into() }
    }

    /// A fault occurs or goes away, which shows in a variable.
    pub fn fault(row: &FaultRow, present: bool, at: &VariableAddress, value: impl Into<String>) -> Effect {
        Effect::Fault {
            row: row.id.clone(),
            title: row.title.clone(),
            present,
            component: at.component.clone(),
            variable: at.variable.clone(),
            value: value.into(),
        }
    }
}

impl Effect {
    /// Whether another effect is about the same variable, or the same EVSE: one may undo the other.
    pub fn concerns_the_same(&self, other: &Effect) -> bool {
        match (self.variable(), other.variable()) {
            (Some(one), Some(other)) => one.0.same_as(other.0) && one.1.same_as(other.1),
            (None, None) => self.evse().is_some() && self.evse() == other.evse(),
            _ => false,
        }
    }

    fn variable(&self) -> Option<(&ComponentRef, &VariableRef)> {
        match self {
            Effect::Value { component, variable, .. } | Effect::Fault { component, variable, .. } => {
                Some((component, variable))
            }
            _ => None,
        }
    }

    /// The EVSE at which a vehicle comes or goes.
    fn evse(&self) -> Option<u32> {
        match self {
            Effect::TransactionStart { evse }
            | Effect::TransactionEnd { evse }
            | Effect::PlugIn { evse, .. }
            | Effect::PlugOut { evse, .. } => Some(*evse),
            _ => None,
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Value { component, variable, value } => {
                let at = VariableAddress { component: component.clone(), variable: variable.clone() };
                write!(f, "{at} becomes {value}")
            }
            Effect::Fault { row, title, present, component, variable, value } => {
                let at = VariableAddress { component: component.clone(), variable: variable.clone() };
                let what = if *present { "occurs" } else { "goes away" };
                write!(f, "{row} ({title}) {what}: {at} becomes {value}")
            }
            Effect::TransactionStart { evse } => write!(f, "a transaction starts on EVSE {evse}"),
            Effect::TransactionEnd { evse } => write!(f, "the transaction on EVSE {evse} ends"),
            Effect::PlugIn { evse, connector } => {
                write!(f, "a vehicle is plugged into connector {connector} of EVSE {evse}")
            }
            Effect::PlugOut { evse, connector } => {
                write!(f, "the vehicle is unplugged from connector {connector} of EVSE {evse}")
            }
            Effect::PowerLoss { seconds } => write!(f, "the station is without power for {seconds} s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_on_the_same_variable_or_the_same_evse_belong_together() {
        let value = |name: &str| {
            let component = ComponentRef { name: name.to_owned(), instance: None, evse: None };
            Effect::Value {
                component,
                variable: VariableRef { name: "Active".into(), instance: None },
                value: "1".into(),
            }
        };
        assert!(value("RCD").concerns_the_same(&value("rcd")));
        assert!(!value("RCD").concerns_the_same(&value("Switch")));
        let (start, end) = (Effect::TransactionStart { evse: 1 }, Effect::TransactionEnd { evse: 1 });
        assert!(
            start.concerns_the_same(&end)
                && !start.concerns_the_same(&Effect::PlugOut { evse: 2, connector: 1 })
        );
        let power = Effect::PowerLoss { seconds: 5 };
        assert!(!power.concerns_the_same(&power) && !power.concerns_the_same(&value("RCD")));
    }
}
