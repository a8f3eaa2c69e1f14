//! An effect in the words of the archetype: for the person who brings it about, and for a rig that reads along.

use judge::inventory::variable_at;
use ocpp::{ComponentRef, VariableAddress, VariableRef};
use spec::hook::HookRow;
use spec::model::{ComponentRow, VariableRow};
use spec::{Archetype, Effect, Place};

/// The variable row an address is about, wherever it sits.
fn variable<'a>(
    archetype: &'a Archetype,
    component: &ComponentRef,
    variable: &VariableRef,
) -> Option<(&'a ComponentRow, &'a VariableRow)> {
    let all = archetype.components.iter().flat_map(|c| c.variables.iter().map(move |v| (c, v)));
    let same = |c: &ComponentRow, v: &VariableRow| {
        let at = variable_at(c, v, Place::STATION);
        let here = ComponentRef { evse: None, ..component.clone() };
        at.component.same_as(&here) && at.variable.same_as(variable)
    };
    all.into_iter().find(|(c, v)| same(c, v))
}

/// The row of the archetype an effect is about, where there is one.
pub fn row_of(archetype: &Archetype, effect: &Effect) -> Option<HookRow> {
    match effect {
        Effect::Fault { row, title, .. } => Some(HookRow { id: row.clone(), title: title.clone() }),
        Effect::Value { component, variable: of, .. } => {
            let (c, v) = variable(archetype, component, of)?;
            Some(HookRow { id: v.id.clone(), title: variable_at(c, v, Place::STATION).to_string() })
        }
        _ => None,
    }
}

/// What a person has to do, a sentence a line.
pub fn in_words(archetype: &Archetype, effect: &Effect) -> Vec<String> {
    match effect {
        Effect::Fault { row, title, present, component, variable: of, value } => {
            let becomes = becomes(archetype, component, of, value);
            if !present {
                return vec![format!("Take the fault away again: {title} ({row})."), becomes];
            }
            let shows = archetype.fault(row).map(|f| format!("How it shows: {}", f.shows));
            let mut lines = vec![format!("Cause this fault: {title} ({row}).")];
            lines.extend(shows);
            lines.push(becomes);
            lines
        }
        Effect::Value { component, variable, value } => {
            vec![
                "Change what the station measures or senses.".to_owned(),
                becomes(archetype, component, variable, value),
            ]
        }
        Effect::TransactionStart { evse } => {
            vec![format!("Plug a vehicle, or a simulator of one, into EVSE {evse} and start charging.")]
        }
        Effect::TransactionEnd { evse } => {
            vec![format!("End charging on EVSE {evse} and unplug the vehicle.")]
        }
        Effect::PlugIn { evse, connector } => vec![format!(
            "Plug a vehicle, or a dummy of one, into connector {connector} of EVSE {evse}. Authorize nobody."
        )],
        Effect::PlugOut { evse, connector } => {
            vec![format!("Unplug the vehicle from connector {connector} of EVSE {evse}.")]
        }
        Effect::PowerLoss { seconds } => vec![format!(
            "Switch the station's supply off without a warning, wait {seconds} s, and switch it on again."
        )],
    }
}

/// What the suite expects to see, with the unit of the row.
fn becomes(archetype: &Archetype, component: &ComponentRef, of: &VariableRef, value: &str) -> String {
    let at = VariableAddress { component: component.clone(), variable: of.clone() };
    let row = variable(archetype, component, of).map(|(_, v)| v);
    let unit = row.and_then(|v| v.unit.as_deref()).map(|u| format!(" {u}")).unwrap_or_default();
    let polarity = row.and_then(|v| v.polarity.as_deref()).map(|p| format!(" ({p})")).unwrap_or_default();
    format!("The station then has {at} at {value}{unit}{polarity}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use spec::model::RowId;

    fn archetype() -> Archetype {
        Archetype::load("ac-wallbox").unwrap()
    }

    fn at(row: &str, evse: Option<u32>) -> VariableAddress {
        let archetype = archetype();
        let (c, v) = archetype.variable(row).unwrap();
        variable_at(c, v, Place { evse, connector: None })
    }

    #[test]
    fn a_fault_is_told_with_its_title_how_it_shows_and_what_is_expected() {
        let archetype = archetype();
        let fault = archetype.fault("F-0212").unwrap();
        let (_, v, _) = archetype.monitor(&fault.monitors[0]).unwrap();
        let effect = Effect::fault(fault, true, &at(v.id.as_ref(), None), "62");
        let lines = in_words(&archetype, &effect);
        assert_eq!(lines[0], "Cause this fault: Housing warming up (F-0212).");
        assert_eq!(lines[1], "How it shows: The air in the housing passes the first threshold.");
        assert!(lines[2].contains(".Temperature at 62 Celsius"), "{lines:?}");
        let row = row_of(&archetype, &effect).unwrap();
        assert_eq!((row.id, row.title.as_str()), (RowId("F-0212".into()), "Housing warming up"));
    }

    #[test]
    fn a_value_is_about_the_row_of_its_variable_wherever_it_sits() {
        let archetype = archetype();
        let row =
            archetype.components.iter().find(|c| c.component == "EVSE").unwrap().variables[0].id.clone();
        let effect = Effect::value(&at(row.as_ref(), Some(2)), "1");
        assert_eq!(row_of(&archetype, &effect).unwrap().id, row);
        assert_eq!(row_of(&archetype, &Effect::TransactionEnd { evse: 1 }), None);
    }
}
