//! Which variables a report is about (OCPP N02.FR.16-21, B08.FR.20-25).

use super::Variable;
use crate::policy::LeftOut;
use ocpp::{ComponentRef, VariableRef, device::same};
use serde::Deserialize;

/// One `componentVariable` of a report request. What is missing stands for everything.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Selector {
    component: ComponentRef,
    variable: Option<VariableRef>,
}

impl Selector {
    /// Whether one of the selectors takes the variable; no selector at all takes everything. `exact` is what stands
    /// for itself where it is missing.
    pub(crate) fn any(selectors: &[Selector], variable: &Variable, exact: LeftOut) -> bool {
        selectors.is_empty() || selectors.iter().any(|s| s.takes(variable, exact))
    }

    fn takes(&self, v: &Variable, exact: LeftOut) -> bool {
        let (component, variable) = (&v.address.component, &v.address.variable);
        same(&self.component.name, &component.name)
            && takes_instance(&self.component.instance, &component.instance, exact.has(LeftOut::INSTANCE))
            && self.takes_place(component, exact)
            && match &self.variable {
                None => !exact.has(LeftOut::VARIABLE),
                Some(wanted) => {
                    let exact = exact.has(LeftOut::VARIABLE_INSTANCE);
                    same(&wanted.name, &variable.name)
                        && takes_instance(&wanted.instance, &variable.instance, exact)
                }
            }
    }

    fn takes_place(&self, component: &ComponentRef, exact: LeftOut) -> bool {
        let Some(wanted) = self.component.evse else {
            return component.evse.is_none() || !exact.has(LeftOut::EVSE);
        };
        let takes_connector = |is: Option<i64>| match wanted.connector_id {
            Some(wanted) => is == Some(wanted),
            None => is.is_none() || !exact.has(LeftOut::CONNECTOR),
        };
        component.evse.is_some_and(|at| at.id == wanted.id && takes_connector(at.connector_id))
    }
}

fn takes_instance(wanted: &Option<String>, is: &Option<String>, exact: bool) -> bool {
    match wanted {
        Some(wanted) => is.as_ref().is_some_and(|is| same(wanted, is)),
        None => is.is_none() || !exact,
    }
}
