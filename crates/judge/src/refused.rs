//! What requests that were refused have left behind.

use crate::monitors::{MonitoringReport, ReportedMonitor};
use crate::{Check, Code, Finding};
use trace::Seq;

impl MonitoringReport {
    /// Judges that the report lists what it listed before some requests were refused, and nothing more
    /// (archetype row B-0127). `accepted` are monitors that were set meanwhile all the same: that is another row's
    /// finding.
    pub fn is_as_before(&self, before: &MonitoringReport, accepted: &[i64], refused: &[Seq]) -> Vec<Check> {
        let same = |a: &ReportedMonitor, b: &ReportedMonitor| {
            a.address.same_as(&b.address)
                && a.kind == b.kind
                && a.severity == b.severity
                && a.value.unwrap_or(0.0).to_bits() == b.value.unwrap_or(0.0).to_bits()
        };
        let named = |m: &ReportedMonitor| format!("monitor {} ({}) on {}", m.id, m.kind, m.address);
        let mut findings = Vec::new();
        for m in self.monitors.iter().filter(|m| !accepted.contains(&m.id)) {
            let records = refused.iter().copied().chain([m.at]);
            match before.find(m.id) {
                None => {
                    let expected = "no monitor left by a request that was refused";
                    findings.push(Finding::new(Code::MonitorLeft, expected, named(m), records));
                }
                Some(b) if !same(b, m) => {
                    let expected = format!("monitor {} as it was before the refusals", m.id);
                    findings.push(Finding::new(Code::MonitorDiffers, expected, named(m), records));
                }
                Some(_) => {}
            }
        }
        for b in before.monitors.iter().filter(|b| self.find(b.id).is_none()) {
            let records = refused.iter().chain(&self.records).copied().chain([b.at]);
            let observed = "it is not reported any more";
            findings.push(Finding::new(Code::MonitorNotReported, named(b), observed, records));
        }
        Check::from_findings(findings, self.records.iter().chain(&before.records).chain(refused).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Part;
    use crate::testing::{all_hold, codes};
    use serde_json::{Value, json};

    fn report(ids: &[(i64, f64)]) -> MonitoringReport {
        let entry = |(id, value): &(i64, f64)| -> Value {
            json!({"component": {"name": "EVSE"}, "variable": {"name": "Power"},
                   "variableMonitoring": [{"id": id, "transaction": false, "value": value, "type": "Delta",
                                           "severity": 8}]})
        };
        let entries: Vec<Value> = ids.iter().map(entry).collect();
        let payload = json!({ "monitor": entries });
        MonitoringReport::from_parts(&[Part { at: Seq(7), seq_no: Some(0), tbc: false, payload }])
    }

    fn judged(after: &[(i64, f64)], accepted: &[i64]) -> Vec<Check> {
        report(after).is_as_before(&report(&[(1, 5.0)]), accepted, &[Seq(3)])
    }

    #[test]
    fn a_station_that_leaves_nothing_behind_holds() {
        assert!(all_hold(&judged(&[(1, 5.0)], &[])));
        assert!(
            all_hold(&judged(&[(1, 5.0), (2, 5.0)], &[2])),
            "what was accepted is another row's business"
        );
    }

    #[test]
    fn a_monitor_left_changed_or_lost_is_found() {
        assert_eq!(codes(&judged(&[(1, 5.0), (2, 5.0)], &[])), [Code::MonitorLeft]);
        assert_eq!(codes(&judged(&[(1, 6.0)], &[])), [Code::MonitorDiffers]);
        assert_eq!(codes(&judged(&[], &[])), [Code::MonitorNotReported]);
    }
}
