//! Whether the monitors of a report can work at all (archetype row B-0301).

use crate::inventory::Inventory;
use crate::monitors::{MonitoringReport, ReportedMonitor};
use crate::{Check, Code, Finding, number};
use ocpp::{DataType, MonitorType};
use spec::model::Limit;

/// Most findings reported.
const ENOUGH: usize = 10;

impl MonitoringReport {
    /// Judges that every monitor can work: it is on a variable of the inventory, of a type that fits the data type,
    /// with a threshold within the limits and a severity from 0 to 9, and there is no second one of its id, or of
    /// its type and severity on the variable (OCPP N02.FR.11, N04.FR.05, N04.FR.06, N04.FR.10).
    pub fn can_work(&self, inventory: &Inventory) -> Vec<Check> {
        let mut findings = Vec::new();
        for (n, m) in self.monitors.iter().enumerate() {
            findings.extend(self.flaw(m, inventory));
            let before = self.monitors.iter().take(n);
            findings.extend(before.clone().find(|b| b.id == m.id).map(|b| {
                let expected = format!("monitor {} once", m.id);
                Finding::new(Code::MonitorTwice, expected, "twice", [b.at, m.at])
            }));
            let twin = before.clone().find(|b| {
                b.id != m.id && b.address.same_as(&m.address) && b.kind == m.kind && b.severity == m.severity
            });
            findings.extend(twin.map(|b| {
                let expected = format!("one {} of its severity on {}", m.kind, m.address);
                let observed = format!("monitors {} and {}", b.id, m.id);
                Finding::new(Code::MonitorCannotWork, expected, observed, [b.at, m.at])
            }));
        }
        findings.truncate(ENOUGH);
        Check::from_findings(findings, self.records.iter().chain(&inventory.records).copied())
    }

    fn flaw(&self, m: &ReportedMonitor, inventory: &Inventory) -> Option<Finding> {
        let found = |expected: String, observed: String, records: &[trace::Seq]| {
            let records = records.iter().copied().chain([m.at]);
            Some(Finding::new(Code::MonitorCannotWork, expected, observed, records))
        };
        let named = format!("monitor {} on {}", m.id, m.address);
        let Some(variable) = inventory.find(&m.address) else {
            return found("a variable of the full inventory".into(), named, &inventory.records);
        };
        // An unknown type violates the schema, which is another row's finding.
        let kind = m.monitor_type()?;
        let data: Option<DataType> = variable.data_type().and_then(|d| serde_json::from_value(d.into()).ok());
        if let Some(data) = data.filter(|d| !kind.fits(*d)) {
            return found(
                format!("a type that fits {data}"),
                format!("{named} of type {kind}"),
                &[variable.at],
            );
        }
        if matches!(kind, MonitorType::UpperThreshold | MonitorType::LowerThreshold) {
            let beyond = |value: f64, limit: Option<f64>, above: bool| {
                limit.filter(|l| !number::close(value, *l) && if above { value > *l } else { value < *l })
            };
            let (min, max) = (variable.limit(Limit::MinLimit), variable.limit(Limit::MaxLimit));
            let value = m.value.unwrap_or(f64::NAN);
            if let Some(limit) = beyond(value, max, true).or(beyond(value, min, false)) {
                let expected = format!("a threshold within the limit {limit}");
                return found(expected, format!("{named} with value {value}"), &[variable.at]);
            }
        }
        if m.severity.is_none_or(|s| !(0..=9).contains(&s)) {
            let said = m.severity.map_or("none".to_owned(), |s| s.to_string());
            return found("a severity from 0 to 9".into(), format!("{named} with severity {said}"), &[]);
        }
        // OCPP does not say that a built-in monitor needs what lets an operator set one.
        let says_no = variable.characteristics.as_ref().and_then(|c| c.supports_monitoring.as_ref());
        if says_no.and_then(serde_json::Value::as_bool) == Some(false) {
            let expected = "a variable that says it can be monitored".to_owned();
            return found(expected, named, &[variable.at]).map(Finding::mild);
        }
        None
    }
}

/// Judges that built-in monitors whose rows have them watch at all times are not limited to transactions
/// (archetype row B-0309).
pub fn watch_at_all_times(monitors: &[&ReportedMonitor]) -> Vec<Check> {
    if monitors.is_empty() {
        return vec![Check::Void("the station brings along no such monitor".to_owned())];
    }
    let asleep = monitors.iter().filter(|m| m.transaction == Some(true));
    let finding = |m: &&ReportedMonitor| {
        let expected = format!("monitor {} on {} to watch at all times", m.id, m.address);
        Finding::new(Code::WrongProvision, expected, "active during transactions only", [m.at])
    };
    Check::from_findings(asleep.map(finding).take(ENOUGH).collect(), monitors.iter().map(|m| m.at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Part;
    use crate::testing::{all_hold, codes, observed};
    use serde_json::{Value, json};
    use trace::Seq;

    fn part(payload: Value) -> Part {
        Part { at: Seq(7), seq_no: Some(0), tbc: false, payload }
    }

    fn inventory() -> Inventory {
        let entry = |name: &str, data_type: &str, supports: bool| {
            json!({"component": {"name": "Sensor"}, "variable": {"name": name},
                   "variableAttribute": [{"value": "1", "mutability": "ReadOnly"}],
                   "variableCharacteristics": {"dataType": data_type, "minLimit": 0, "maxLimit": 100,
                                               "supportsMonitoring": supports}})
        };
        let data = json!([
            entry("Temperature", "decimal", true),
            entry("Problem", "boolean", true),
            entry("Quiet", "decimal", false)
        ]);
        Inventory::from_parts(&[part(json!({ "reportData": data }))])
    }

    fn monitor(id: i64, variable: &str, kind: &str, value: f64, severity: i64) -> Value {
        json!({"component": {"name": "Sensor"}, "variable": {"name": variable},
               "variableMonitoring": [{"id": id, "transaction": false, "value": value, "type": kind,
                                       "severity": severity}]})
    }

    fn judged(monitors: Vec<Value>) -> Vec<Check> {
        MonitoringReport::from_parts(&[part(json!({ "monitor": monitors }))]).can_work(&inventory())
    }

    #[test]
    fn monitors_that_can_work_hold() {
        let good = vec![
            monitor(1, "Temperature", "UpperThreshold", 100.0, 3),
            monitor(2, "Temperature", "UpperThreshold", 60.0, 6),
            monitor(3, "Temperature", "LowerThreshold", 0.0, 6),
            monitor(4, "Problem", "Delta", 1.0, 0),
        ];
        assert!(all_hold(&judged(good)));
        assert!(all_hold(&judged(Vec::new())), "a station without monitors lists none that cannot work");
    }

    #[test]
    fn each_reason_why_a_monitor_cannot_work_is_found() {
        for bad in [
            monitor(1, "Pressure", "Delta", 1.0, 3),
            monitor(1, "Problem", "UpperThreshold", 1.0, 3),
            monitor(1, "Temperature", "UpperThreshold", 101.0, 3),
            monitor(1, "Temperature", "LowerThreshold", -1.0, 3),
            monitor(1, "Problem", "Delta", 1.0, 12),
        ] {
            assert_eq!(codes(&judged(vec![bad.clone()])), [Code::MonitorCannotWork], "{bad}");
        }
    }

    #[test]
    fn two_of_one_id_or_of_one_type_and_severity_are_found() {
        let twice = vec![monitor(1, "Problem", "Delta", 1.0, 3), monitor(1, "Temperature", "Delta", 1.0, 3)];
        assert_eq!(codes(&judged(twice)), [Code::MonitorTwice]);
        let twins = vec![monitor(1, "Problem", "Delta", 1.0, 3), monitor(2, "Problem", "Delta", 1.0, 3)];
        let checks = judged(twins);
        assert_eq!(codes(&checks), [Code::MonitorCannotWork]);
        assert_eq!(observed(&checks[0]), "monitors 1 and 2");
    }

    #[test]
    fn a_built_in_monitor_where_no_other_can_be_set_is_no_more_than_odd() {
        let checks = judged(vec![monitor(1, "Quiet", "Delta", 1.0, 3)]);
        assert!(matches!(&checks[..], [Check::Broken(f)] if f.mild), "{checks:?}");
    }

    #[test]
    fn a_built_in_alarm_that_sleeps_between_transactions_is_found() {
        let report = |transaction: bool| {
            let mut m = monitor(1, "Problem", "Delta", 1.0, 3);
            m["variableMonitoring"][0]["transaction"] = json!(transaction);
            MonitoringReport::from_parts(&[part(json!({ "monitor": [m] }))])
        };
        let judged = |r: &MonitoringReport| watch_at_all_times(&r.monitors.iter().collect::<Vec<_>>());
        assert!(all_hold(&judged(&report(false))));
        assert_eq!(codes(&judged(&report(true))), [Code::WrongProvision]);
        assert!(matches!(watch_at_all_times(&[])[..], [Check::Void(_)]));
    }
}
