//! Finding a variable among thousands. Names compare without regard to case, so the keys are in lower case.

use super::Reported;
use ocpp::{ComponentRef, EvseRef, VariableAddress};
use std::collections::HashMap;

/// Where each variable and each component stands in a report.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    variables: HashMap<String, usize>,
    components: HashMap<String, Vec<usize>>,
    /// The first variable of each component, in the order of the report.
    first: Vec<usize>,
}

impl Index {
    pub(super) fn of(variables: &[Reported]) -> Index {
        let mut index = Index::default();
        for (at, v) in variables.iter().enumerate() {
            // The first of two entries for one variable counts.
            index.variables.entry(variable_key(&v.address)).or_insert(at);
            let all = index.components.entry(component_key(&v.address.component)).or_default();
            if all.is_empty() {
                index.first.push(at);
            }
            all.push(at);
        }
        index
    }

    pub(super) fn variable(&self, address: &VariableAddress) -> Option<usize> {
        self.variables.get(&variable_key(address)).copied()
    }

    pub(super) fn component(&self, component: &ComponentRef) -> &[usize] {
        self.components.get(&component_key(component)).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn first(&self) -> &[usize] {
        &self.first
    }
}

/// A name that cannot be mistaken for two: neither names nor instances hold a line feed.
fn component_key(c: &ComponentRef) -> String {
    let mut key = named(&c.name, &c.instance);
    if let Some(EvseRef { id, connector_id }) = c.evse {
        key.push_str(&format!("\n{id}\n{connector_id:?}"));
    }
    key
}

fn variable_key(address: &VariableAddress) -> String {
    let mut key = component_key(&address.component);
    key.push_str("\n.\n");
    key.push_str(&named(&address.variable.name, &address.variable.instance));
    key
}

fn named(name: &str, instance: &Option<String>) -> String {
    match instance {
        None => name.to_ascii_lowercase(),
        Some(instance) => format!("{name}\n[{instance}]").to_ascii_lowercase(),
    }
}
