//! Trouble outside the rows: it stands in an appendix and blocks nothing.

use crate::context::Context;
use crate::handed::Handed;
use judge::boot::Identity;

/// Frames in trouble that no row is about.
pub(crate) fn outside(cx: &Context, handed: &Handed, all: judge::Window<'_>) -> Vec<String> {
    let mut framing = handed.framing.as_deref().cloned().unwrap_or_default();
    framing.go_on(all, &cx.validators);
    let known: Vec<&str> = cx.archetype.behaviours.iter().filter_map(|b| b.message.as_deref()).collect();
    let say = |(name, findings): (&str, &[judge::Finding])| {
        let first = findings.first()?;
        let at = first.evidence.first().map(ToString::to_string).unwrap_or_default();
        Some(format!("{name}, {} time(s), first at {at}: {}", findings.len(), first.observed))
    };
    framing.others(&known).filter_map(say).collect()
}

/// Contradictions between what was declared of the product and what connected.
pub(crate) fn contradictions(cx: &Context, handed: &Handed, identity: &Identity) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(product) = cx.declaration.product() {
        let pairs = [
            ("vendor", Some(&product.vendor), &identity.vendor),
            ("model", Some(&product.model), &identity.model),
            ("firmware", product.firmware.as_ref(), &identity.firmware),
        ];
        for (what, declared, seen) in pairs {
            if let (Some(declared), Some(seen)) = (declared, seen)
                && declared != seen
            {
                found.push(format!("the declaration is of {what} {declared:?}, the station says {seen:?}"));
            }
        }
    }
    if let Some(inventory) = &handed.inventory {
        let absent = judge::gap::declared_absent_yet_reported;
        found.extend(absent(&cx.archetype, &cx.declaration, inventory, cx.version));
    }
    let declared = cx.declaration.topology().evses.len();
    let inventory = handed.inventory.clone();
    let beyond: std::collections::BTreeSet<i64> = inventory
        .iter()
        .flat_map(|i| &i.variables)
        .filter_map(|v| v.address.component.evse.map(|e| e.id))
        .filter(|id| usize::try_from(*id).is_ok_and(|id| id > declared))
        .collect();
    if !beyond.is_empty() {
        let ids: Vec<String> = beyond.iter().map(i64::to_string).collect();
        found.push(format!(
            "{declared} EVSE(s) were declared and judged, the station also reports EVSE {}",
            ids.join(", ")
        ));
    }
    found
}
