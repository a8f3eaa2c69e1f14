//! The ladder warn, act, stop: the thresholds of one temperature of the archetypes, and a warm day that climbs them.

use super::svg::Drawing;
use crate::atlas::{Atlas, component_name, variable_name};
use crate::severity;
use ocpp::MonitorType;
use spec::model::{ComponentRow, MonitorRow, RowId, VariableRow};

/// A drawn ladder and what it was drawn from.
pub(crate) struct Drawn {
    pub(crate) svg: String,
    pub(crate) caption: String,
    pub(crate) variable: RowId,
    pub(crate) monitors: Vec<RowId>,
}

const LEFT: f64 = 56.0;
const PLOT: f64 = 560.0;
const RIGHT: f64 = 330.0;
const TOP: f64 = 16.0;
const HEIGHT: f64 = 270.0;

/// The temperature with the most upper thresholds; the first of several.
pub(crate) fn of(atlas: &Atlas<'_>) -> Option<Drawn> {
    let files = &atlas.edition.files.files;
    let temperatures =
        files.iter().flat_map(|f| &f.components).flat_map(|c| c.variables.iter().map(move |v| (c, v)));
    let steps = |v: &VariableRow| upper(v).len();
    let temperatures = temperatures.filter(|(_, v)| v.unit.as_deref() == Some("Celsius") && steps(v) >= 2);
    // `max_by_key` would give the last of several.
    let (c, v) = temperatures.reduce(|best, next| if steps(next.1) > steps(best.1) { next } else { best })?;
    let monitors = upper(v);
    Some(Drawn {
        svg: draw(c, v, &monitors),
        caption: format!(
            "The ladder of {}.{}: each step has a severity of its own, and each is reported when it is left again.",
            component_name(c),
            variable_name(v)
        ),
        variable: v.id.clone(),
        monitors: monitors.iter().map(|m| m.id.clone()).collect(),
    })
}

fn upper(v: &VariableRow) -> Vec<&MonitorRow> {
    let fixed = |m: &&MonitorRow| m.monitor_type == MonitorType::UpperThreshold && !m.percent_of_max_limit;
    let mut monitors: Vec<&MonitorRow> = v.monitors.iter().filter(fixed).collect();
    monitors.sort_by(|a, b| a.value.total_cmp(&b.value));
    monitors
}

fn draw(c: &ComponentRow, v: &VariableRow, monitors: &[&MonitorRow]) -> String {
    let (first, last) = match (monitors.first(), monitors.last()) {
        (Some(f), Some(l)) => (f.value, l.value),
        _ => (0.0, 1.0),
    };
    let step = ((last - first) / (monitors.len().max(2) - 1) as f64).max(4.0);
    let (low, high) = (first - 2.2 * step, last + 1.3 * step);
    let y = |t: f64| TOP + HEIGHT * (high - t) / (high - low);
    let mut d = Drawing::new(LEFT + PLOT + RIGHT);
    let mut above = high;
    for m in monitors.iter().rev() {
        let s = m.severity.0;
        d.rect(&format!("band s{s}"), (LEFT, y(above)), (PLOT, y(m.value) - y(above)), 0.0);
        above = m.value;
    }
    d.rect("plot", (LEFT, TOP), (PLOT, HEIGHT), 0.0);
    // A day: it climbs past the last step, the station acts, it cools below the first.
    let (base, peak) = (low + 0.5 * step, last + 0.7 * step);
    let day = |t: f64| base + (peak - base) * (std::f64::consts::PI * t.powf(1.25)).sin().max(0.0);
    let points: Vec<(f64, f64)> =
        (0..=200).map(|n| f64::from(n) / 200.0).map(|t| (LEFT + PLOT * t, y(day(t)))).collect();
    d.path("curve", &points, false);
    for m in monitors {
        let (at, s) = (y(m.value), m.severity.0);
        d.line(&format!("limit s{s}"), (LEFT, at), (LEFT + PLOT, at));
        d.text("axis right", (LEFT - 8.0, at + 4.0), &m.value.to_string());
        let mut outside = false;
        for n in 0..=1000 {
            let t = f64::from(n) / 1000.0;
            if (day(t) > m.value) != outside {
                outside = !outside;
                let point = (LEFT + PLOT * t, at);
                if outside {
                    let (x, y) = point;
                    d.path("mark alert", &[(x - 6.0, y + 5.0), (x + 6.0, y + 5.0), (x, y - 6.0)], true);
                } else {
                    d.circle("mark clear", point, 5.0);
                }
            }
        }
        let label = format!("{} {} · {}", s, severity::name(s), crate::atlas::word(m.provision));
        d.rect(&format!("swatch s{s}"), (LEFT + PLOT + 14.0, at - 15.0), (10.0, 10.0), 2.0);
        d.text("label", (LEFT + PLOT + 30.0, at - 6.0), &label);
        let doing = if s <= 4 {
            "act or stop"
        } else if s == 5 {
            "act: the limit is felt"
        } else {
            "warn"
        };
        d.text("note", (LEFT + PLOT + 30.0, at + 8.0), &format!("{}: {doing}", m.id));
    }
    d.text("axis right", (LEFT - 8.0, TOP + 10.0), "°C");
    d.text(
        "axis",
        (LEFT + PLOT / 2.0, TOP + HEIGHT + 18.0),
        &format!("{}.{} over a warm day", component_name(c), variable_name(v)),
    );
    d.finish("ladder", "Thresholds of a temperature with their severities", TOP + HEIGHT + 28.0)
}
