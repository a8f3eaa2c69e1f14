//! Monitors a station brings along, judged from its monitoring report.

use crate::inventory::{Inventory, variable_at};
use crate::monitors::{MonitoringReport, ReportedMonitor};
use crate::{Check, Code, Finding, number};
use ocpp::MonitorType;
use spec::Place;
use spec::model::{ComponentRow, Grounding, Limit, MonitorRow, Provision, VariableRow};

/// Judges the rows of one variable at one place that ask the maker for a monitor: it is in the report with the type
/// of the row, its severity, a value in the row's range, and built in as the row says where the report tells (2.1).
///
/// Each monitor of the report stands for one row at most. A severity one step off and a value outside the range are
/// no more than blemishes unless the row rests on OCPP or a norm; a stricter value always holds. Rows that leave
/// the monitor to the operator, or ask for a notification, are not judged.
pub fn provided<'a, 'm>(
    report: &'m MonitoringReport,
    inventory: &Inventory,
    (component, variable): (&ComponentRow, &VariableRow),
    rows: impl IntoIterator<Item = &'a MonitorRow>,
    place: Place,
) -> Vec<Provided<'a, 'm>> {
    let at = variable_at(component, variable, place);
    let on_variable: Vec<&ReportedMonitor> =
        report.monitors.iter().filter(|m| m.address.same_as(&at)).collect();
    let max_limit = inventory.find(&at).and_then(|v| v.limit(Limit::MaxLimit));
    let wanted: Vec<Wanted<'a>> = rows
        .into_iter()
        .filter(|m| matches!(m.provision, Provision::Hardwired | Provision::Preconfigured))
        .map(|row| Wanted::new(row, variable, max_limit))
        .collect();
    let taken = assign(&wanted, &on_variable);
    let judged = wanted.iter().zip(taken).map(|(wanted, found)| {
        let checks = match found {
            Some(found) => wanted.judge(found),
            None => vec![wanted.missing(&at.to_string(), &on_variable, report)],
        };
        Provided { row: wanted.row, monitor: found, checks }
    });
    judged.collect()
}

/// A row and what the report holds for it.
#[derive(Debug)]
pub struct Provided<'a, 'm> {
    /// The row.
    pub row: &'a MonitorRow,
    /// The monitor that stands for it, if there is one.
    pub monitor: Option<&'m ReportedMonitor>,
    /// What must hold of it.
    pub checks: Vec<Check>,
}

/// The monitors a station brings along: what is reported under `FactoryDefault`, with the class of each.
#[derive(Debug, Clone)]
pub struct Shipped {
    /// The report under `FactoryDefault`.
    pub report: MonitoringReport,
}

impl Shipped {
    /// From a report that says the class of each monitor itself (2.1), or where nobody can tell.
    pub fn as_reported(report: MonitoringReport) -> Shipped {
        Shipped { report }
    }

    /// From two reports of a station that does not say the class (2.0.1): what is still there under
    /// `HardWiredOnly` is built in, what only `FactoryDefault` brings is preconfigured.
    pub fn inferred(hard_wired_only: &MonitoringReport, factory_default: MonitoringReport) -> Shipped {
        let mut report = factory_default;
        let mut built_in: Vec<&ReportedMonitor> = hard_wired_only.monitors.iter().collect();
        for m in &mut report.monitors {
            // Each monitor of the one report explains one of the other: two alike are not built in both because
            // one of them is.
            let same = built_in.iter().position(|o| {
                o.address.same_as(&m.address)
                    && o.kind == m.kind
                    && o.severity == m.severity
                    && o.value == m.value
            });
            let class = if same.map(|at| built_in.swap_remove(at)).is_some() {
                "HardWiredMonitor"
            } else {
                "PreconfiguredMonitor"
            };
            m.notification = Some(class.to_owned());
        }
        report.records.extend(hard_wired_only.records.iter().copied());
        Shipped { report }
    }

    /// The monitors of a class (`HardWiredMonitor`, `PreconfiguredMonitor`).
    pub fn of_class<'s>(&'s self, class: &'s str) -> impl Iterator<Item = &'s ReportedMonitor> {
        self.report.monitors.iter().filter(move |m| m.notification.as_deref() == Some(class))
    }
}

/// A row with its values as they appear in a report of this station.
struct Wanted<'a> {
    row: &'a MonitorRow,
    /// Default, if the value means anything on this variable and can be told.
    value: Option<f64>,
    range: Option<[f64; 2]>,
}

impl<'a> Wanted<'a> {
    fn new(row: &'a MonitorRow, variable: &VariableRow, max_limit: Option<f64>) -> Wanted<'a> {
        let scale = if row.percent_of_max_limit { max_limit.map(|max| max / 100.0) } else { Some(1.0) };
        // A delta on what is no number ignores its value.
        let ignored = row.monitor_type == MonitorType::Delta && !variable.data_type.is_numeric();
        let scale = scale.filter(|_| !ignored);
        Wanted {
            row,
            value: scale.map(|s| s * row.value),
            range: scale.and_then(|s| row.range.map(|r| r.map(|bound| bound * s))),
        }
    }

    /// How far a monitor of the report is from the row; `None` when it is not of its kind.
    fn distance(&self, m: &ReportedMonitor) -> Option<f64> {
        if m.monitor_type() != Some(self.row.monitor_type) || !self.may_be(m) {
            return None;
        }
        let severity = f64::from(self.steps_off(m).min(9));
        let outside = if self.outside(m).is_some() { 2.0 } else { 0.0 };
        let away = match (m.value, self.value) {
            (Some(said), Some(wanted)) => ((said - wanted).abs() / wanted.abs().max(1.0)).min(1.0),
            _ => 0.0,
        };
        Some(severity + outside + 0.9 * away)
    }

    /// A monitor that an operator set is none of the maker's; a preconfigured one that was tuned counts as the
    /// operator's from then on (OCPP N04.FR.15).
    fn may_be(&self, m: &ReportedMonitor) -> bool {
        m.notification.as_deref() != Some("CustomMonitor") || self.row.provision == Provision::Preconfigured
    }

    fn steps_off(&self, m: &ReportedMonitor) -> u32 {
        let wanted = i64::from(self.row.severity.0);
        m.severity.map_or(10, |said| u32::try_from(said.abs_diff(wanted)).unwrap_or(u32::MAX))
    }

    /// The range, if the value is outside it and not stricter.
    fn outside(&self, m: &ReportedMonitor) -> Option<([f64; 2], String)> {
        let [low, high] = self.range?;
        let said = m.value.unwrap_or(f64::NAN);
        let holds = |ok: bool, bound: f64| ok || number::close(said, bound);
        let (not_below, not_above) = (holds(said >= low, low), holds(said <= high, high));
        let fine = match self.row.monitor_type {
            // The earlier it fires, the better it protects.
            MonitorType::UpperThreshold | MonitorType::Delta => not_above,
            MonitorType::LowerThreshold => not_below,
            _ => not_below && not_above,
        };
        (!fine).then(|| ([low, high], m.value.map_or("no value".to_owned(), |v| format!("value {v}"))))
    }

    fn judge(&self, m: &ReportedMonitor) -> Vec<Check> {
        let row = self.row;
        let binding = matches!(row.grounding, Grounding::Ocpp | Grounding::Norm);
        let mut findings = Vec::new();
        let mut find = |code, mild: bool, expected: String, observed: String| {
            let finding = Finding::new(code, expected, observed, [m.at]);
            findings.push(if mild { finding.mild() } else { finding });
        };
        let off = self.steps_off(m);
        if off > 0 {
            let said = m.severity.map_or("no severity".to_owned(), |s| format!("severity {s}"));
            find(Code::WrongSeverity, off == 1 && !binding, format!("severity {}", row.severity), said);
        }
        if let Some(([low, high], said)) = self.outside(m) {
            find(Code::WrongMonitorValue, !binding, format!("a value from {low} to {high}"), said);
        }
        if let Some(class) = m.notification.as_deref() {
            let (wanted, fits) = match row.provision {
                Provision::Hardwired => ("HardWiredMonitor", class == "HardWiredMonitor"),
                _ => ("PreconfiguredMonitor", matches!(class, "PreconfiguredMonitor" | "CustomMonitor")),
            };
            if !fits {
                // A built-in monitor that cannot be tuned protects no less.
                let mild = row.provision == Provision::Preconfigured;
                find(Code::WrongProvision, mild, wanted.to_owned(), class.to_owned());
            }
        }
        let said = m.transaction.unwrap_or(false);
        if said != row.transaction {
            let when = |t: bool| if t { "active during transactions only" } else { "always active" };
            find(Code::WrongProvision, true, when(row.transaction).to_owned(), when(said).to_owned());
        }
        Check::from_findings(findings, [m.at])
    }

    fn missing(&self, at: &str, others: &[&ReportedMonitor], report: &MonitoringReport) -> Check {
        let row = self.row;
        let value = self.value.map_or(String::new(), |v| format!(" with value {v}"));
        let expected = format!("a {} monitor of severity {}{value} on {at}", row.monitor_type, row.severity);
        let observed = if others.is_empty() {
            "no monitor on this variable".to_owned()
        } else {
            let shown = |m: &&ReportedMonitor| {
                let severity = m.severity.map_or("no severity".to_owned(), |s| format!("severity {s}"));
                format!("{} of {severity}", m.kind)
            };
            let others: Vec<String> = others.iter().map(shown).collect();
            format!("other or fewer monitors: {}", others.join(", "))
        };
        Finding::new(Code::MonitorNotProvided, expected, observed, report.records.iter().copied()).into()
    }
}

/// Gives each row the monitor that fits it best, no monitor twice: the closest pair first.
fn assign<'m>(wanted: &[Wanted<'_>], monitors: &[&'m ReportedMonitor]) -> Vec<Option<&'m ReportedMonitor>> {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (row, wanted) in wanted.iter().enumerate() {
        for (monitor, m) in monitors.iter().enumerate() {
            pairs.extend(wanted.distance(m).map(|d| (d, row, monitor)));
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut given = vec![None; wanted.len()];
    let mut free = vec![true; monitors.len()];
    for (_, row, monitor) in pairs {
        if let (Some(given @ None), Some(free @ true), Some(m)) =
            (given.get_mut(row), free.get_mut(monitor), monitors.get(monitor))
        {
            *given = Some(*m);
            *free = false;
        }
    }
    given
}
