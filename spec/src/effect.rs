//! The physical effects a scenario may ask for. A scenario names the effect; a run binds it to a rig.

use ocpp::{ComponentRef, VariableAddress, VariableRef};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that happens to the station from outside OCPP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
}

impl Effect {
    /// The value of a variable changes.
    pub fn value(at: &VariableAddress, value: impl Into<String>) -> Effect {
        Effect::Value { component: at.component.clone(), variable: at.variable.clone(), value: value.into() }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Value { component, variable, value } => {
                let at = VariableAddress { component: component.clone(), variable: variable.clone() };
                write!(f, "{at} becomes {value}")
            }
            Effect::TransactionStart { evse } => write!(f, "a transaction starts on EVSE {evse}"),
            Effect::TransactionEnd { evse } => write!(f, "the transaction on EVSE {evse} ends"),
        }
    }
}
