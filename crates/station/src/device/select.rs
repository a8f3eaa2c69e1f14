//! Which variables a report is about (OCPP N02.FR.16-21, B08.FR.20-25).

use super::Variable;
use ocpp::{ComponentRef, VariableRef, device::same};
use serde::Deserialize;

/// One `componentVariable` of a report request. What is missing stands for everything.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Selector {
    component: ComponentRef,
    variable: Option<VariableRef>,
}

impl Selector {
    /// Whether one of the selectors takes the variable; no selector at all takes everything.
    pub(crate) fn any(selectors: &[Selector], variable: &Variable) -> bool {
        selectors.is_empty() || selectors.iter().any(|s| s.takes(variable))
    }

    fn takes(&self, v: &Variable) -> bool {
        let component = &v.address.component;
        same(&self.component.name, &component.name)
            && takes_instance(&self.component.instance, &component.instance)
            && self.takes_place(component)
            && self.variable.as_ref().is_none_or(|wanted| {
                same(&wanted.name, &v.address.variable.name)
                    && takes_instance(&wanted.instance, &v.address.variable.instance)
            })
    }

    fn takes_place(&self, component: &ComponentRef) -> bool {
        let Some(wanted) = self.component.evse else { return true };
        component.evse.is_some_and(|at| {
            at.id == wanted.id && (wanted.connector_id.is_none() || wanted.connector_id == at.connector_id)
        })
    }
}

fn takes_instance(wanted: &Option<String>, is: &Option<String>) -> bool {
    wanted.as_ref().is_none_or(|wanted| is.as_ref().is_some_and(|is| same(wanted, is)))
}
