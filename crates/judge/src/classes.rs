//! Who provided a monitor, as the report of OCPP 2.1 says it.

use crate::monitors::{MonitoringReport, SetMonitor};
use crate::{Check, Code, Finding};

impl MonitoringReport {
    /// The report says of a monitor that it is of this class. Where it says nothing the schema is violated, which is
    /// another row's finding.
    pub fn says_class(&self, set: &SetMonitor, class: &str) -> Check {
        let Some(found) = self.find(set.id) else {
            let records = self.records.iter().copied().chain([set.accepted]);
            return Check::open(format!("monitor {} is not in the report", set.id), records);
        };
        match found.notification.as_deref() {
            Some(said) if said == class => Check::held([set.accepted, found.at]),
            Some(said) => {
                let expected = format!("monitor {} as a {class}", set.id);
                Finding::new(Code::WrongClass, expected, said, [set.accepted, found.at]).into()
            }
            None => {
                Check::open(format!("the report does not say who provided monitor {}", set.id), [found.at])
            }
        }
    }

    /// No monitor of the report is called a notification: that has no monitor (OCPP N02.FR.22).
    pub fn calls_none_a_notification(&self) -> Check {
        let wrong = |m: &&crate::monitors::ReportedMonitor| {
            m.notification.as_deref() == Some("HardWiredNotification")
        };
        match self.monitors.iter().find(wrong) {
            None => Check::held(self.records.iter().copied()),
            Some(m) => {
                let expected = "HardWiredMonitor, PreconfiguredMonitor or CustomMonitor";
                let observed = format!("monitor {} as a HardWiredNotification", m.id);
                Finding::new(Code::WrongClass, expected, observed, [m.at]).into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Part;
    use crate::testing::codes;
    use ocpp::MonitorType;
    use serde_json::{Value, json};
    use trace::Seq;

    fn report(class: Value) -> MonitoringReport {
        let monitor = json!({"id": 4, "transaction": false, "value": 5, "type": "Delta", "severity": 8,
                             "eventNotificationType": class});
        let entry = json!({"component": {"name": "EVSE"}, "variable": {"name": "Power"},
                           "variableMonitoring": [monitor]});
        let payload = json!({ "monitor": [entry] });
        MonitoringReport::from_parts(&[Part { at: Seq(7), seq_no: Some(0), tbc: false, payload }])
    }

    fn set() -> SetMonitor {
        let at = json!({"component": {"name": "EVSE"}, "variable": {"name": "Power"}});
        SetMonitor {
            id: 4,
            address: crate::results::address(&at).unwrap(),
            monitor_type: MonitorType::Delta,
            value: 5.0,
            severity: 8,
            value_counts: true,
            transaction: false,
            accepted: Seq(3),
        }
    }

    #[test]
    fn a_monitor_of_the_operator_is_a_custom_one() {
        let of = |class: Value| report(class).says_class(&set(), "CustomMonitor");
        assert!(matches!(of(json!("CustomMonitor")), Check::Held(_)));
        assert_eq!(codes([&of(json!("PreconfiguredMonitor"))]), [Code::WrongClass]);
        assert!(matches!(of(Value::Null), Check::Open { .. }), "another row's finding");
    }

    #[test]
    fn a_notification_is_no_monitor() {
        assert!(matches!(report(json!("CustomMonitor")).calls_none_a_notification(), Check::Held(_)));
        let check = report(json!("HardWiredNotification")).calls_none_a_notification();
        assert_eq!(codes([&check]), [Code::WrongClass]);
    }
}
