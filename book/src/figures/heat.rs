//! The heat map: how many monitors each component has of each severity.

use super::svg::Drawing;
use crate::severity;
use spec::model::ComponentRow;
use std::collections::BTreeMap;

const LABEL: f64 = 250.0;
const CELL: f64 = 62.0;
const ROW: f64 = 24.0;
const HEAD: f64 = 46.0;

pub(crate) fn of_components(components: &[&ComponentRow]) -> String {
    let mut counts: BTreeMap<&str, [usize; 10]> = BTreeMap::new();
    for c in components {
        for m in c.variables.iter().flat_map(|v| &v.monitors) {
            let row = counts.entry(&c.component).or_default();
            if let Some(cell) = row.get_mut(usize::from(m.severity.0)) {
                *cell += 1;
            }
        }
    }
    let most = counts.values().flatten().copied().max().unwrap_or_default();
    let mut d = Drawing::new(LABEL + 10.0 * CELL + 10.0);
    for s in 0..10u8 {
        let x = LABEL + f64::from(s) * CELL + CELL / 2.0;
        d.text("axis strong", (x, 16.0), &s.to_string());
        for (line, word) in (0u8..).zip(severity::name(s).split(' ')) {
            d.text("axis small", (x, 29.0 + 11.0 * f64::from(line)), word);
        }
    }
    // Severest first, then by name.
    let mut rows: Vec<(&str, [usize; 10])> = counts.into_iter().collect();
    rows.sort_by_key(|(name, row)| (row.iter().position(|n| *n > 0), *name));
    for (n, (name, row)) in (0u32..).zip(&rows) {
        let y = HEAD + f64::from(n) * ROW;
        d.line("grid", (0.0, y), (LABEL + 10.0 * CELL, y));
        d.text("label", (4.0, y + 16.0), name);
        for (s, count) in (0u8..).zip(row.iter()).filter(|(_, count)| **count > 0) {
            let x = LABEL + f64::from(s) * CELL;
            let strength = if most > 0 { (count * 4).div_ceil(most).clamp(1, 4) } else { 1 };
            d.rect(&format!("heat s{s} h{strength}"), (x + 4.0, y + 3.0), (CELL - 8.0, ROW - 6.0), 4.0);
            d.text("count", (x + CELL / 2.0, y + 16.0), &count.to_string());
        }
    }
    let height = HEAD + (rows.len() as f64) * ROW + 4.0;
    d.finish("heatmap", "Number of monitors by component and severity", height)
}
