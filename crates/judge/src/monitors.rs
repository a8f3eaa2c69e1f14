//! The monitors a station reports (NotifyMonitoringReport), and what must hold of them.

use crate::{Check, Code, Finding, Part, filter, number};
use ocpp::{ComponentRef, MonitorType, MonitoringCriterion, VariableAddress};
use serde_json::Value;
use trace::Seq;

/// A monitor as reported, read tolerantly.
#[derive(Debug, Clone)]
pub struct ReportedMonitor {
    /// The record that brought it.
    pub at: Seq,
    /// Its id.
    pub id: i64,
    /// The variable it watches.
    pub address: VariableAddress,
    /// Its type, as spelt by the station.
    pub kind: String,
    /// Its value.
    pub value: Option<f64>,
    /// Its severity.
    pub severity: Option<i64>,
    /// Whether it is active during transactions only.
    pub transaction: Option<bool>,
    /// 2.1: `eventNotificationType`.
    pub notification: Option<String>,
}

impl ReportedMonitor {
    /// The type, if it is one of OCPP's.
    pub fn monitor_type(&self) -> Option<MonitorType> {
        MonitorType::from_wire(&self.kind)
    }
}

/// A monitor as the suite set it.
#[derive(Debug, Clone, PartialEq)]
pub struct SetMonitor {
    /// The id the station gave it.
    pub id: i64,
    /// The variable it watches.
    pub address: VariableAddress,
    /// Its type.
    pub monitor_type: MonitorType,
    /// Its value.
    pub value: f64,
    /// Its severity.
    pub severity: u8,
    /// Whether its value means something: a Delta on a variable that is not a number ignores it.
    pub value_counts: bool,
    /// Whether it is active during transactions only.
    pub transaction: bool,
    /// The record of the response that accepted it.
    pub accepted: Seq,
}

/// All monitors of a report.
#[derive(Debug, Clone, Default)]
pub struct MonitoringReport {
    /// The monitors, in the order of the report.
    pub monitors: Vec<ReportedMonitor>,
    /// The records that prove what was reported: the parts, or the response that says there are none.
    pub records: Vec<Seq>,
}

/// The monitors that a part of a report lists.
pub(crate) fn reported(at: Seq, payload: &Value) -> Vec<ReportedMonitor> {
    let mut monitors = Vec::new();
    for entry in list(payload, "monitor") {
        let Some(address) = crate::results::address(entry) else { continue };
        for m in list(entry, "variableMonitoring") {
            let Some(id) = m.get("id").and_then(Value::as_i64) else { continue };
            let text = |key: &str| m.get(key).and_then(Value::as_str).map(str::to_owned);
            monitors.push(ReportedMonitor {
                at,
                id,
                address: address.clone(),
                kind: text("type").unwrap_or_default(),
                value: m.get("value").and_then(Value::as_f64),
                severity: m.get("severity").and_then(Value::as_i64),
                transaction: m.get("transaction").and_then(Value::as_bool),
                notification: text("eventNotificationType"),
            });
        }
    }
    monitors
}

impl MonitoringReport {
    /// A report without monitors: the response said `EmptyResultSet`.
    pub fn none(response: Seq) -> MonitoringReport {
        MonitoringReport { monitors: Vec::new(), records: vec![response] }
    }

    /// Reads the parts of a report. One entry may hold several monitors, and a variable may come in
    /// several entries.
    pub fn from_parts(parts: &[Part]) -> MonitoringReport {
        let mut report = MonitoringReport::default();
        for part in parts {
            report.records.push(part.at);
            report.monitors.extend(reported(part.at, &part.payload));
        }
        report
    }

    /// The monitor with an id.
    pub fn find(&self, id: i64) -> Option<&ReportedMonitor> {
        self.monitors.iter().find(|m| m.id == id)
    }

    /// A severity at which no monitor of this type sits on the variable yet, least severe first, not less
    /// severe than `at_most` says (OCPP N04.FR.10 forbids two of one type and severity).
    pub fn free_severity(&self, address: &VariableAddress, kind: MonitorType, skip: &[u8]) -> Option<u8> {
        let taken = |s: u8| {
            self.monitors.iter().any(|m| {
                m.address.same_as(address)
                    && m.monitor_type() == Some(kind)
                    && m.severity == Some(i64::from(s))
            })
        };
        (4..=9).rev().find(|s| !skip.contains(s) && !taken(*s))
    }

    /// An id no monitor of the report has.
    pub fn unused_id(&self) -> i64 {
        let highest = self.monitors.iter().map(|m| m.id).filter(|id| *id < 1_000_000).max().unwrap_or(0);
        let first = highest.max(0) + 100_000;
        (first..i64::MAX).find(|id| self.find(*id).is_none()).unwrap_or(first)
    }

    /// The monitor is reported as it was set (OCPP N02.FR.11, N04.FR.08).
    pub fn holds(&self, set: &SetMonitor) -> Vec<Check> {
        let Some(found) = self.find(set.id) else {
            let expected = format!("monitor {} in the report", set.id);
            let observed = format!("{} monitor(s) without it", self.monitors.len());
            let records = self.records.iter().copied().chain([set.accepted]);
            return vec![Finding::new(Code::MonitorNotReported, expected, observed, records).into()];
        };
        let mut findings = Vec::new();
        let mut differs = |what: &str, wanted: String, said: String| {
            if wanted != said {
                let (expected, observed) = (format!("{what} {wanted}"), format!("{what} {said}"));
                let records = [set.accepted, found.at];
                findings.push(Finding::new(Code::MonitorDiffers, expected, observed, records));
            }
        };
        let shown = |v: Option<f64>| v.map_or("(none)".to_owned(), |v| v.to_string());
        if !found.address.same_as(&set.address) {
            differs("variable", set.address.to_string(), found.address.to_string());
        }
        differs("type", set.monitor_type.to_string(), found.kind.clone());
        let severity = found.severity.map_or("(none)".to_owned(), |s| s.to_string());
        differs("severity", set.severity.to_string(), severity);
        // An absent flag means false.
        differs("transaction", set.transaction.to_string(), found.transaction.unwrap_or(false).to_string());
        if set.value_counts && found.value.is_none_or(|v| !number::close(v, set.value)) {
            differs("value", set.value.to_string(), shown(found.value));
        }
        Check::from_findings(findings, [set.accepted, found.at])
    }

    /// No other monitor watches the same variable in the same way: a second one is a duplicate, which no request can set
    /// (OCPP N04.FR.10; archetype row B-0153).
    pub fn has_but_once(&self, set: &SetMonitor) -> Check {
        let same = |m: &&ReportedMonitor| {
            m.address.same_as(&set.address)
                && m.monitor_type() == Some(set.monitor_type)
                && m.severity == Some(i64::from(set.severity))
        };
        let other = self.monitors.iter().filter(same).find(|m| m.id != set.id);
        match other.zip(self.find(set.id)) {
            None => Check::held(self.records.iter().copied()),
            Some((other, first)) => {
                let expected = format!(
                    "one {} monitor on {} with severity {}",
                    set.monitor_type, set.address, set.severity
                );
                let observed = format!("monitors {} and {}", first.id, other.id);
                Finding::new(Code::MonitorTwice, expected, observed, [set.accepted, first.at, other.at])
                    .into()
            }
        }
    }

    /// No monitor is listed twice. A row of its own: a station that does it does it in every report.
    pub fn lists_each_once(&self) -> Check {
        let again = |(n, m): &(usize, &ReportedMonitor)| self.monitors.iter().take(*n).any(|b| b.id == m.id);
        match self.monitors.iter().enumerate().find(again) {
            None => Check::held(self.records.iter().copied()),
            Some((_, m)) => {
                let expected = format!("monitor {} once", m.id);
                Finding::new(Code::MonitorTwice, expected, "twice", [m.at]).into()
            }
        }
    }

    /// The monitor is not reported any more.
    pub fn lacks(&self, set: &SetMonitor, since: Seq) -> Check {
        let still = |m: &&ReportedMonitor| {
            // Ids of removed monitors may be given anew, so the id alone does not tell.
            m.id == set.id
                && m.address.same_as(&set.address)
                && m.kind == set.monitor_type.as_str()
                && m.severity == Some(i64::from(set.severity))
        };
        match self.monitors.iter().find(still) {
            None => Check::held(self.records.iter().copied().chain([since])),
            Some(m) => {
                let expected = format!("monitor {} to be gone", set.id);
                Finding::new(Code::MonitorStillReported, expected, "it is reported", [since, m.at]).into()
            }
        }
    }

    /// Every monitor is of a kind the criterion selects (OCPP N02.FR.05, N02.FR.06).
    pub fn is_only(&self, criterion: MonitoringCriterion) -> Check {
        let foreign = |m: &&ReportedMonitor| m.monitor_type().is_none_or(|t| t.criterion() != criterion);
        match self.monitors.iter().find(foreign) {
            None => Check::held(self.records.iter().copied()),
            Some(m) => {
                let expected = format!("only monitors of {criterion:?}");
                let observed = format!("monitor {} of type {}", m.id, m.kind);
                Finding::new(Code::ReportOutsideFilter, expected, observed, [m.at]).into()
            }
        }
    }

    /// No monitor is of a kind the criteria leave out (OCPP N02.FR.06).
    pub fn is_without(&self, criterion: MonitoringCriterion) -> Check {
        let foreign = |m: &&ReportedMonitor| m.monitor_type().is_some_and(|t| t.criterion() == criterion);
        match self.monitors.iter().find(foreign) {
            None => Check::held(self.records.iter().copied()),
            Some(m) => {
                let expected = format!("no monitor of {criterion:?}");
                let observed = format!("monitor {} of type {}", m.id, m.kind);
                Finding::new(Code::ReportOutsideFilter, expected, observed, [m.at]).into()
            }
        }
    }

    /// Every monitor watches a variable of the component asked for (OCPP N02.FR.16).
    pub fn is_only_on(&self, component: &ComponentRef) -> Check {
        match self.monitors.iter().find(|m| !filter::selects_component(component, &m.address.component)) {
            None => Check::held(self.records.iter().copied()),
            Some(m) => {
                let expected = format!("only monitors of {component}");
                let observed = format!("monitor {} of {}", m.id, m.address);
                Finding::new(Code::ReportOutsideFilter, expected, observed, [m.at]).into()
            }
        }
    }

    /// Every monitor watches a variable that was asked for (OCPP N02.FR.08). An address without instance or EVSE
    /// asks for all of them (N02.FR.17-21).
    pub fn is_only_of(&self, address: &VariableAddress) -> Check {
        match self.monitors.iter().find(|m| !filter::selects(address, &m.address)) {
            None => Check::held(self.records.iter().copied()),
            Some(m) => {
                let expected = format!("only monitors of {address}");
                let observed = format!("monitor {} of {}", m.id, m.address);
                Finding::new(Code::ReportOutsideFilter, expected, observed, [m.at]).into()
            }
        }
    }
}

fn list<'a>(holder: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    holder.get(key).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(id: i64, kind: &str, severity: i64) -> Value {
        json!({"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"},
               "variableMonitoring": [{"id": id, "transaction": false, "value": 5, "type": kind, "severity": severity}]})
    }

    fn report(entries: Vec<Value>) -> MonitoringReport {
        let payload = json!({ "monitor": entries });
        MonitoringReport::from_parts(&[Part { at: Seq(7), seq_no: Some(0), tbc: false, payload }])
    }

    fn set(id: i64) -> SetMonitor {
        let address = crate::results::address(&entry(1, "", 1)).unwrap();
        let monitor_type = MonitorType::UpperThreshold;
        SetMonitor {
            id,
            address,
            monitor_type,
            value: 5.0,
            severity: 8,
            value_counts: true,
            transaction: false,
            accepted: Seq(3),
        }
    }

    #[test]
    fn a_monitor_reported_as_set_holds_and_any_difference_is_named() {
        let all_hold = |r: &MonitoringReport| r.holds(&set(4)).iter().all(|c| matches!(c, Check::Held(_)));
        assert!(all_hold(&report(vec![entry(4, "UpperThreshold", 8)])));
        assert!(!all_hold(&report(vec![entry(4, "UpperThreshold", 7)])));
        assert!(!all_hold(&report(vec![entry(4, "LowerThreshold", 8)])));
        assert!(!all_hold(&report(vec![entry(5, "UpperThreshold", 8)])));
    }

    #[test]
    fn a_monitor_listed_twice_is_as_it_was_set_and_a_flaw_of_the_report() {
        let twice = report(vec![entry(4, "UpperThreshold", 8), entry(4, "UpperThreshold", 8)]);
        assert!(twice.holds(&set(4)).iter().all(|c| matches!(c, Check::Held(_))));
        assert!(matches!(twice.lists_each_once(), Check::Broken(f) if f.code == Code::MonitorTwice));
        let once = report(vec![entry(4, "UpperThreshold", 8), entry(5, "UpperThreshold", 7)]);
        assert!(matches!(once.lists_each_once(), Check::Held(_)));
    }

    #[test]
    fn an_id_given_anew_to_another_monitor_does_not_count_as_still_there() {
        assert!(matches!(report(vec![entry(4, "Delta", 8)]).lacks(&set(4), Seq(9)), Check::Held(_)));
        assert!(matches!(
            report(vec![entry(4, "UpperThreshold", 8)]).lacks(&set(4), Seq(9)),
            Check::Broken(_)
        ));
    }

    #[test]
    fn a_free_severity_is_one_that_no_monitor_of_the_type_has() {
        let r = report(vec![entry(1, "UpperThreshold", 9), entry(2, "Delta", 8)]);
        assert_eq!(r.free_severity(&set(1).address, MonitorType::UpperThreshold, &[]), Some(8));
        assert_eq!(r.free_severity(&set(1).address, MonitorType::UpperThreshold, &[8]), Some(7));
        assert_eq!(r.free_severity(&set(1).address, MonitorType::Delta, &[]), Some(9));
    }

    #[test]
    fn a_value_kept_in_single_precision_is_the_value() {
        let mut single = entry(4, "UpperThreshold", 8);
        single["variableMonitoring"][0]["value"] = json!(f64::from(230.7_f32));
        let monitor = SetMonitor { value: 230.7, ..set(4) };
        assert!(crate::testing::all_hold(&report(vec![single.clone()]).holds(&monitor)));
        single["variableMonitoring"][0]["value"] = json!(230.8);
        assert_eq!(crate::testing::codes(&report(vec![single]).holds(&monitor)), [Code::MonitorDiffers]);
    }

    #[test]
    fn an_unused_id_is_not_in_the_report() {
        let ids = [950_000, 1_050_000, 1_050_001, -3];
        let r = report(ids.iter().map(|id| entry(*id, "Delta", 8)).collect());
        assert!(r.find(r.unused_id()).is_none(), "{}", r.unused_id());
        assert!(MonitoringReport::none(Seq(1)).unused_id() > 0);
    }

    #[test]
    fn a_filter_without_an_evse_selects_every_place() {
        let everywhere = VariableAddress {
            component: ocpp::ComponentRef { name: "EVSE".into(), instance: None, evse: None },
            variable: ocpp::VariableRef { name: "Power".into(), instance: None },
        };
        let r = report(vec![entry(1, "Delta", 8)]);
        assert!(matches!(r.is_only_of(&everywhere), Check::Held(_)));
        let other = VariableAddress {
            variable: ocpp::VariableRef { name: "Problem".into(), instance: None },
            ..everywhere
        };
        assert_eq!(crate::testing::codes([&r.is_only_of(&other)]), [Code::ReportOutsideFilter]);
    }

    #[test]
    fn entries_that_cannot_be_read_are_left_out() {
        let payload = json!({"monitor": [null, {"component": {"name": "EVSE"}}, entry(1, "Delta", 8), {
            "component": {"name": "EVSE"}, "variable": {"name": "Power"}, "variableMonitoring": [{}, {"id": "x"}, {"id": 2}]
        }]});
        let r = MonitoringReport::from_parts(&[Part { at: Seq(7), seq_no: None, tbc: false, payload }]);
        assert_eq!(r.monitors.iter().map(|m| m.id).collect::<Vec<_>>(), [1, 2]);
        assert!(matches!(r.is_only(MonitoringCriterion::DeltaMonitoring), Check::Broken(_)));
    }
}
