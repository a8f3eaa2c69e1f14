//! Monitoring reports whose filter leaves something out: that is a wildcard (OCPP N02.FR.16-21).

use crate::monitors::MonitoringReport;
use crate::{Check, Code, Finding, filter};
use ocpp::{ComponentRef, VariableAddress, VariableRef};
use std::fmt;

/// An entry of a filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// The component; without instance or EVSE it stands for all of that name.
    pub component: ComponentRef,
    /// The variable; without it, every variable of the component.
    pub variable: Option<VariableRef>,
}

impl Selection {
    /// Whether a monitor on this variable is selected.
    pub fn selects(&self, at: &VariableAddress) -> bool {
        match &self.variable {
            None => filter::selects_component(&self.component, &at.component),
            Some(variable) => {
                let asked = VariableAddress { component: self.component.clone(), variable: variable.clone() };
                filter::selects(&asked, at)
            }
        }
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.component)?;
        match &self.variable {
            Some(variable) => write!(f, ", variable {variable}"),
            None => Ok(()),
        }
    }
}

impl MonitoringReport {
    /// Judges a report against the one without a filter: it lists every monitor that the entry selects, and no
    /// other. `EmptyResultSet` is a report without monitors.
    pub fn holds_selection(&self, selection: &Selection, full: &MonitoringReport) -> Vec<Check> {
        let records = || self.records.iter().chain(&full.records).copied();
        let mut findings = Vec::new();
        if let Some(m) = self.monitors.iter().find(|m| !selection.selects(&m.address)) {
            let observed = format!("monitor {} of {}", m.id, m.address);
            let expected = format!("only monitors of {selection}");
            findings.push(Finding::new(Code::ReportOutsideFilter, expected, observed, [m.at]));
        }
        let lacking: Vec<String> = full
            .monitors
            .iter()
            .filter(|m| selection.selects(&m.address) && self.find(m.id).is_none())
            .map(|m| format!("monitor {} of {}", m.id, m.address))
            .collect();
        if !lacking.is_empty() {
            let expected = format!("every monitor of {selection}, wherever it is");
            let observed = format!("lacks {}", lacking.join("; "));
            findings.push(Finding::new(Code::ReportLacks, expected, observed, records()));
        }
        Check::from_findings(findings, records())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Part;
    use crate::testing::{all_hold, codes};
    use ocpp::EvseRef;
    use serde_json::{Value, json};
    use trace::Seq;

    /// A report of monitors on `EVSE.Power[instance]`: id, EVSE, connector, instance.
    fn report(monitors: &[(i64, i64, Option<i64>, &str)]) -> MonitoringReport {
        let entry = |(id, evse, connector, instance): &(i64, i64, Option<i64>, &str)| -> Value {
            let mut place = json!({ "id": evse });
            if let Some(connector) = connector {
                place["connectorId"] = json!(connector);
            }
            json!({"component": {"name": "EVSE", "evse": place}, "variable": {"name": "Power", "instance": instance},
                   "variableMonitoring": [{"id": id, "transaction": false, "value": 5, "type": "Delta", "severity": 8}]})
        };
        let entries: Vec<Value> = monitors.iter().map(entry).collect();
        let payload = json!({ "monitor": entries });
        MonitoringReport::from_parts(&[Part { at: Seq(7), seq_no: Some(0), tbc: false, payload }])
    }

    fn selection(evse: Option<i64>, variable: Option<&str>) -> Selection {
        let evse = evse.map(|id| EvseRef { id, connector_id: None });
        Selection {
            component: ComponentRef { name: "evse".into(), instance: None, evse },
            variable: variable.map(|name| VariableRef { name: name.into(), instance: None }),
        }
    }

    #[test]
    fn everything_selected_and_nothing_else_holds() {
        let full = report(&[(1, 1, None, "L1"), (2, 1, Some(1), "L2"), (3, 2, None, "L1")]);
        assert!(all_hold(&full.holds_selection(&selection(None, None), &full)));
        let of_evse_1 = report(&[(1, 1, None, "L1"), (2, 1, Some(1), "L2")]);
        assert!(all_hold(&of_evse_1.holds_selection(&selection(Some(1), Some("power")), &full)));
    }

    #[test]
    fn what_is_left_out_of_the_filter_may_not_be_left_out_of_the_report() {
        let full = report(&[(1, 1, None, "L1"), (2, 1, Some(1), "L2")]);
        let only_the_evse = report(&[(1, 1, None, "L1")]);
        let checks = only_the_evse.holds_selection(&selection(Some(1), None), &full);
        assert_eq!(codes(&checks), [Code::ReportLacks]);
        let nothing = MonitoringReport::none(Seq(9));
        assert_eq!(
            codes(&nothing.holds_selection(&selection(None, Some("Power")), &full)),
            [Code::ReportLacks]
        );
    }

    #[test]
    fn a_monitor_at_another_place_is_found() {
        let full = report(&[(1, 1, None, "L1"), (3, 2, None, "L1")]);
        assert_eq!(
            codes(&full.holds_selection(&selection(Some(1), None), &full)),
            [Code::ReportOutsideFilter]
        );
    }
}
