//! What a filter of a report selects: whatever an entry leaves out is a wildcard (OCPP B08.FR.20-25,
//! N02.FR.16-21).

use ocpp::device::same;
use ocpp::{ComponentRef, EvseRef, VariableAddress};

/// Whether an entry that names this component selects the reported one.
pub(crate) fn selects_component(asked: &ComponentRef, reported: &ComponentRef) -> bool {
    same(&asked.name, &reported.name)
        && selects_instance(&asked.instance, &reported.instance)
        && selects_place(asked.evse, reported.evse)
}

/// Whether an entry that names this component and variable selects the reported one.
pub(crate) fn selects(asked: &VariableAddress, reported: &VariableAddress) -> bool {
    selects_component(&asked.component, &reported.component)
        && same(&asked.variable.name, &reported.variable.name)
        && selects_instance(&asked.variable.instance, &reported.variable.instance)
}

fn selects_instance(asked: &Option<String>, reported: &Option<String>) -> bool {
    match asked {
        None => true,
        Some(asked) => reported.as_ref().is_some_and(|r| same(asked, r)),
    }
}

fn selects_place(asked: Option<EvseRef>, reported: Option<EvseRef>) -> bool {
    let Some(asked) = asked else { return true };
    reported.is_some_and(|r| {
        r.id == asked.id && (asked.connector_id.is_none() || asked.connector_id == r.connector_id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(instance: Option<&str>, evse: Option<(i64, Option<i64>)>) -> ComponentRef {
        let evse = evse.map(|(id, connector_id)| EvseRef { id, connector_id });
        ComponentRef { name: "EnergyMeter".into(), instance: instance.map(Into::into), evse }
    }

    #[test]
    fn what_an_entry_leaves_out_selects_everything_there() {
        let everything = component(None, None);
        for reported in
            [everything.clone(), component(Some("Main"), None), component(None, Some((2, Some(1))))]
        {
            assert!(selects_component(&everything, &reported), "{reported}");
        }
        let of_evse_1 = component(None, Some((1, None)));
        assert!(selects_component(&of_evse_1, &component(None, Some((1, Some(2))))));
        assert!(!selects_component(&of_evse_1, &component(None, Some((2, None)))));
        assert!(!selects_component(&of_evse_1, &everything));
    }

    #[test]
    fn what_an_entry_names_selects_nothing_else() {
        let main = component(Some("Main"), Some((1, Some(1))));
        assert!(selects_component(&main, &component(Some("MAIN"), Some((1, Some(1))))));
        assert!(!selects_component(&main, &component(None, Some((1, Some(1))))));
        assert!(!selects_component(&main, &component(Some("Main"), Some((1, None)))));
    }
}
