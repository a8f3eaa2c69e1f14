//! When each type of monitor fires and clears over the same measured value. The marks are computed, second by second, by
//! the rules of OCPP: thresholds (N07.FR.16, N07.FR.17), delta (N07.FR.18), periodic (N08.FR.06, N08.FR.07).

use super::svg::Drawing;
use ocpp::MonitorType;

/// Seconds shown.
const SECONDS: u32 = 900;
/// When the monitors are set, in seconds after a full quarter of an hour.
const SET: u32 = 40;
const UPPER: f64 = 60.0;
const LOWER: f64 = 30.0;
const DELTA: f64 = 15.0;
const INTERVAL: u32 = 180;

const LEFT: f64 = 190.0;
const PLOT: f64 = 740.0;
const TOP: f64 = 14.0;
const CURVE: f64 = 190.0;
const LANE: f64 = 34.0;

/// What a monitor says at a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Alert,
    Clear,
    Tick,
}

/// The measured value: a rise above the upper threshold, a fall below the lower one, a recovery.
fn value(second: u32) -> f64 {
    let t = f64::from(second) / f64::from(SECONDS);
    let turn = std::f64::consts::TAU;
    46.0 + 24.0 * (turn * 1.25 * t - 0.7).sin() - 8.0 * (turn * 0.5 * t).sin() + 2.5 * (turn * 4.0 * t).sin()
}

/// The marks a monitor leaves, from the second it was set.
fn marks(kind: MonitorType) -> Vec<(u32, Mark)> {
    let mut marks = Vec::new();
    let (mut outside, mut reference) = (false, value(SET));
    for second in SET + 1..=SECONDS {
        let now = value(second);
        let beyond = match kind {
            MonitorType::UpperThreshold => now > UPPER,
            MonitorType::LowerThreshold => now < LOWER,
            MonitorType::Delta if (now - reference).abs() >= DELTA => {
                reference = now;
                marks.push((second, Mark::Alert));
                continue;
            }
            MonitorType::Periodic if (second - SET).is_multiple_of(INTERVAL) => {
                marks.push((second, Mark::Tick));
                continue;
            }
            MonitorType::PeriodicClockAligned if second.is_multiple_of(INTERVAL) => {
                marks.push((second, Mark::Tick));
                continue;
            }
            _ => continue,
        };
        if beyond != outside {
            marks.push((second, if beyond { Mark::Alert } else { Mark::Clear }));
            outside = beyond;
        }
    }
    marks
}

pub(crate) fn monitor_types() -> String {
    let x = |second: u32| LEFT + PLOT * f64::from(second) / f64::from(SECONDS);
    let (low, high) = (10.0, 80.0);
    let y = |v: f64| TOP + CURVE * (high - v) / (high - low);
    let lanes = [
        (MonitorType::UpperThreshold, format!("above {UPPER}")),
        (MonitorType::LowerThreshold, format!("below {LOWER}")),
        (MonitorType::Delta, format!("change of {DELTA}")),
        (MonitorType::Periodic, format!("every {INTERVAL} s since set")),
        (MonitorType::PeriodicClockAligned, format!("every {INTERVAL} s of the clock")),
    ];
    let bottom = TOP + CURVE + 22.0;
    let end = bottom + LANE * lanes.len() as f64;
    let mut d = Drawing::new(LEFT + PLOT + 20.0);
    d.rect("plot", (LEFT, TOP), (PLOT, CURVE), 0.0);
    for minute in (0..=SECONDS / 60).step_by(3) {
        let at = x(minute * 60);
        d.line("grid", (at, TOP), (at, end));
        d.text("axis small", (at, end + 15.0), &format!("{minute}:00"));
    }
    d.line("set", (x(SET), TOP), (x(SET), end));
    d.text("note", (x(SET) + 5.0, TOP + 13.0), "monitors set");
    for (threshold, class) in [(UPPER, "limit upper"), (LOWER, "limit lower")] {
        d.line(class, (LEFT, y(threshold)), (LEFT + PLOT, y(threshold)));
        d.text("axis right", (LEFT - 8.0, y(threshold) + 4.0), &threshold.to_string());
    }
    d.text("label", (0.0, TOP + 14.0), "Measured value");
    let curve: Vec<(f64, f64)> = (0..=SECONDS).step_by(5).map(|s| (x(s), y(value(s)))).collect();
    d.path("curve", &curve, false);
    for (n, (kind, text)) in (0u32..).zip(&lanes) {
        let middle = bottom + f64::from(n) * LANE + LANE / 2.0;
        d.line("grid", (0.0, middle - LANE / 2.0), (LEFT + PLOT, middle - LANE / 2.0));
        d.text("label", (0.0, middle - 1.0), kind.as_str());
        d.text("note", (0.0, middle + 12.0), text);
        lane(&mut d, &marks(*kind), middle, &x, &|s| y(value(s)));
    }
    let legend = end + 36.0;
    d.path("mark alert", &triangle(LEFT, legend - 4.0), true);
    d.text("note", (LEFT + 12.0, legend), "event: the monitor fires");
    d.circle("mark clear", (LEFT + 190.0, legend - 4.0), 5.0);
    d.text("note", (LEFT + 202.0, legend), "event: back to normal (cleared)");
    d.rect("mark tick", (LEFT + 408.0, legend - 9.0), (4.0, 10.0), 1.0);
    d.text("note", (LEFT + 420.0, legend), "event: a sample, whatever the value is");
    d.finish("timeline", "Events of five types of monitors over one measured value", legend + 10.0)
}

fn lane(d: &mut Drawing, marks: &[(u32, Mark)], middle: f64, x: &dyn Fn(u32) -> f64, y: &dyn Fn(u32) -> f64) {
    let mut since = None;
    for (second, mark) in marks {
        let at = x(*second);
        match mark {
            Mark::Alert => since = Some(at),
            Mark::Clear => {
                if let Some(from) = since.take() {
                    d.rect("active", (from, middle - 4.0), (at - from, 8.0), 0.0);
                }
            }
            Mark::Tick => {}
        }
    }
    for (second, mark) in marks {
        let at = x(*second);
        d.circle("dot", (at, y(*second)), 2.5);
        match mark {
            Mark::Alert => d.path("mark alert", &triangle(at, middle), true),
            Mark::Clear => d.circle("mark clear", (at, middle), 5.0),
            Mark::Tick => d.rect("mark tick", (at - 2.0, middle - 6.0), (4.0, 12.0), 1.0),
        }
    }
}

fn triangle(x: f64, y: f64) -> [(f64, f64); 3] {
    [(x - 6.0, y + 5.0), (x + 6.0, y + 5.0), (x, y - 6.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_alert_and_clear_in_turn() {
        for kind in [MonitorType::UpperThreshold, MonitorType::LowerThreshold] {
            let marks = marks(kind);
            assert!(marks.len() >= 2, "{kind} never clears: {marks:?}");
            for (n, (_, mark)) in marks.iter().enumerate() {
                assert_eq!(*mark, if n % 2 == 0 { Mark::Alert } else { Mark::Clear });
            }
        }
    }

    #[test]
    fn periodic_counts_from_when_it_was_set_and_the_aligned_one_from_the_clock() {
        let times = |kind| marks(kind).into_iter().map(|(t, _)| t).collect::<Vec<_>>();
        assert_eq!(times(MonitorType::Periodic), [220, 400, 580, 760]);
        assert_eq!(times(MonitorType::PeriodicClockAligned), [180, 360, 540, 720, 900]);
    }

    #[test]
    fn a_delta_moves_its_reference_with_each_event() {
        let marks = marks(MonitorType::Delta);
        assert!(marks.len() > 3);
        let mut reference = value(SET);
        for (second, _) in marks {
            assert!((value(second) - reference).abs() >= DELTA);
            reference = value(second);
        }
    }
}
