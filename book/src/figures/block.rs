//! The block diagram of an archetype: its components as chips, on the tier they are reported on.

use super::anchor;
use super::svg::{Drawing, number, width};
use crate::atlas::component_name;
use crate::templates::escape;
use spec::model::{Cardinality, ComponentRow, EvseLayout, Obligation, Tier, Topology};
use std::collections::BTreeMap;

const WIDTH: f64 = 960.0;
const PAD: f64 = 14.0;
const CHIP: f64 = 24.0;
const GAP: f64 = 7.0;
const HEAD: f64 = 24.0;

/// A component on its tier: several rows about it are one chip.
struct Chip {
    label: String,
    href: String,
    obligation: Obligation,
    conditional: bool,
}

/// `page` is where the components are described; empty for the page the picture stands on.
pub(crate) fn of_archetype(
    title: &str,
    components: &[&ComponentRow],
    topology: &Topology,
    page: &str,
) -> String {
    let chips = |tier| chips(components, tier, page);
    let (station, evse, connector) = (chips(Tier::Station), chips(Tier::Evse), chips(Tier::Connector));
    let mut d = Drawing::new(WIDTH);
    // Frames are drawn before what is in them, so heights come first.
    let inner = WIDTH - 2.0 * PAD;
    let deep = inner - 2.0 * PAD;
    let alike = groups(&topology.evses);
    let connector_height = |e: &EvseLayout| {
        let label = if e.connectors > 1 { 6.0 } else { 0.0 };
        HEAD + flow(&connector, deep - 2.0 * PAD).1 + PAD + label
    };
    let evse_height = |e: &EvseLayout| HEAD + flow(&evse, deep).1 + GAP + connector_height(e) + PAD;
    let (_, own) = flow(&station, inner);
    let inside: f64 = alike.iter().map(|(_, e)| evse_height(e) + GAP + 5.0).sum();
    let height = HEAD + own + GAP + inside + PAD;
    d.rect("frame station", (0.5, 0.5), (WIDTH - 1.0, height - 1.0), 8.0);
    d.text("frame-title", (PAD, 18.0), "Charging station");
    place(&mut d, &station, (PAD, HEAD + 4.0), inner);
    let mut y = HEAD + own + GAP + 4.0;
    for (ids, layout) in &alike {
        let h = evse_height(layout);
        if ids.len() > 1 {
            d.rect("frame evse", (PAD + 5.0, y + 5.0), (inner - 5.0, h), 7.0);
        }
        d.rect("frame evse", (PAD, y), (inner - if ids.len() > 1 { 5.0 } else { 0.0 }, h), 7.0);
        d.text("frame-title", (2.0 * PAD, y + 18.0), &numbered("EVSE", ids));
        place(&mut d, &evse, (2.0 * PAD, y + HEAD + 4.0), deep);
        let (_, evse_chips) = flow(&evse, deep);
        let (cy, ch) = (y + HEAD + evse_chips + GAP + 4.0, connector_height(layout));
        let connectors: Vec<u32> = (1..=layout.connectors).collect();
        if connectors.len() > 1 {
            d.rect("frame connector", (2.0 * PAD + 4.0, cy + 4.0), (deep - 10.0, ch - 6.0), 6.0);
        }
        d.rect("frame connector", (2.0 * PAD, cy), (deep - 6.0, ch - 6.0), 6.0);
        d.text("frame-title", (3.0 * PAD, cy + 17.0), &numbered("Connector", &connectors));
        place(&mut d, &connector, (3.0 * PAD, cy + HEAD + 2.0), deep - 2.0 * PAD);
        y += h + GAP + 5.0;
    }
    d.finish("block", &format!("Components of {title} on station, EVSE and connector"), height)
}

/// EVSEs with the same layout, drawn once.
fn groups(evses: &[EvseLayout]) -> Vec<(Vec<u32>, &EvseLayout)> {
    let mut groups: Vec<(Vec<u32>, &EvseLayout)> = Vec::new();
    for (id, layout) in (1u32..).zip(evses) {
        match groups.iter_mut().find(|(_, known)| *known == layout) {
            Some((ids, _)) => ids.push(id),
            None => groups.push((vec![id], layout)),
        }
    }
    groups
}

fn numbered(what: &str, ids: &[u32]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    match ids.as_slice() {
        [one] => format!("{what} {one}"),
        [first @ .., last] => format!("{what} {} and {last}, alike", first.join(", ")),
        [] => what.to_owned(),
    }
}

fn chips(components: &[&ComponentRow], tier: Tier, page: &str) -> Vec<Chip> {
    let mut order: Vec<String> = Vec::new();
    let mut by_name: BTreeMap<String, Chip> = BTreeMap::new();
    for c in components.iter().filter(|c| c.at == tier) {
        let name = component_name(c);
        let chip = by_name.entry(name.clone()).or_insert_with(|| {
            order.push(name.clone());
            let many = if c.cardinality == Cardinality::OneOrMore { " …" } else { "" };
            Chip {
                label: format!("{name}{many}"),
                href: format!("{page}#{}", anchor(tier, &name)),
                obligation: c.obligation,
                conditional: c.when.is_some(),
            }
        });
        // The strictest row decides how it is drawn.
        if c.obligation == Obligation::Must && c.when.is_none() {
            (chip.obligation, chip.conditional) = (Obligation::Must, false);
        }
    }
    order.into_iter().filter_map(|name| by_name.remove(&name)).collect()
}

/// Positions of chips in lines, and the height of all.
fn flow(chips: &[Chip], room: f64) -> (Vec<(f64, f64, f64)>, f64) {
    let (mut x, mut y) = (0.0, 0.0);
    let mut placed = Vec::new();
    for chip in chips {
        let w = width(&chip.label) + 16.0;
        if x > 0.0 && x + w > room {
            (x, y) = (0.0, y + CHIP + GAP);
        }
        placed.push((x, y, w));
        x += w + GAP;
    }
    (placed, if chips.is_empty() { 0.0 } else { y + CHIP + GAP })
}

fn place(d: &mut Drawing, chips: &[Chip], (left, top): (f64, f64), room: f64) {
    for (chip, (x, y, w)) in chips.iter().zip(flow(chips, room).0) {
        let mut class = format!("chip {}", crate::atlas::word(chip.obligation));
        if chip.conditional {
            class.push_str(" conditional");
        }
        d.raw(&format!("<a href=\"{}\">", escape(&chip.href)));
        d.rect(&class, (left + x, top + y), (w, CHIP), 12.0);
        let (cx, cy) = (number(left + x + w / 2.0), number(top + y + 16.5));
        d.raw(&format!("<text class=\"chip-text\" x=\"{cx}\" y=\"{cy}\">{}</text></a>", escape(&chip.label)));
    }
}
