//! Whether a station's answers about the same thing agree: the full inventory against the configuration
//! inventory, against reports by criterion, and against GetVariables.

use crate::events::Event;
use crate::filter::selects_component;
use crate::inventory::{Inventory, Reported};
use crate::results::Matched;
use crate::{Check, Code, Finding};
use ocpp::ComponentRef;
use ocpp::device::same;
use trace::Seq;

/// A criterion of GetReport (ComponentCriterionEnumType).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    /// OCPP B08.FR.07.
    Active,
    /// OCPP B08.FR.08.
    Available,
    /// OCPP B08.FR.09.
    Enabled,
    /// OCPP B08.FR.10.
    Problem,
}

impl Criterion {
    /// The wire spelling, which is also the name of the variable it looks at.
    pub fn as_str(self) -> &'static str {
        match self {
            Criterion::Active => "Active",
            Criterion::Available => "Available",
            Criterion::Enabled => "Enabled",
            Criterion::Problem => "Problem",
        }
    }

    /// Reads the wire spelling.
    pub fn from_wire(s: &str) -> Option<Criterion> {
        let all = [Criterion::Active, Criterion::Available, Criterion::Enabled, Criterion::Problem];
        all.into_iter().find(|c| c.as_str() == s)
    }

    /// Whether a component without the variable is selected.
    fn selects_without(self) -> bool {
        self != Criterion::Problem
    }
}

impl Inventory {
    /// Whether the full inventory says that the criterion selects a component; `None` when its variable has
    /// instances only, or a value that is neither true nor false, so that OCPP leaves it open.
    pub fn selected(&self, component: &ComponentRef, criterion: Criterion) -> Option<bool> {
        let named = |v: &&Reported| same(&v.address.variable.name, criterion.as_str());
        let all: Vec<&Reported> = self.of(component).filter(named).collect();
        let Some(plain) = all.iter().find(|v| v.address.variable.instance.is_none()) else {
            return all.is_empty().then_some(criterion.selects_without());
        };
        match plain.value()?.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// Judges a report by criterion against the full inventory (OCPP B08.FR.07-10).
    ///
    /// A state may have changed since: what is selected by the report's own account is not held against it.
    pub fn follows(&self, criterion: Criterion, full: &Inventory) -> Check {
        let known = |c: &ComponentRef| full.selected(c, criterion);
        let reported = self.components();
        let wrong = reported
            .iter()
            .find(|c| known(c) == Some(false) && self.selected(c, criterion) != Some(true))
            .map(|c| (Code::ReportOutsideFilter, format!("no component that {criterion:?} excludes"), c));
        let lacking = full
            .components()
            .into_iter()
            .find(|c| known(c) == Some(true) && !self.has(c) && !changes(full, c, criterion));
        match (wrong, lacking) {
            (Some((code, expected, c)), _) => {
                let at = self.of(c).map(|v| v.at);
                Finding::new(code, expected, format!("{c}"), at.chain(full.of(c).map(|v| v.at))).into()
            }
            (None, Some(c)) => {
                let expected = format!("every component that {criterion:?} selects");
                let records = self.records.iter().copied().chain(full.of(c).map(|v| v.at));
                Finding::new(Code::ReportLacks, expected, format!("{c} is missing"), records).into()
            }
            (None, None) => Check::held(self.records.iter().copied()),
        }
    }

    /// Judges that a report on a component with its place left out holds it at every place
    /// (OCPP B08.FR.23-25).
    pub fn holds_everywhere(&self, asked: &ComponentRef, full: &Inventory) -> Check {
        let wanted = full.components().into_iter().filter(|c| selects_component(asked, c));
        let missing: Vec<String> = wanted.filter(|c| !self.has(c)).map(ToString::to_string).collect();
        if missing.is_empty() {
            return Check::held(self.records.iter().copied());
        }
        let expected = format!("{asked} wherever the full inventory has it");
        let observed = format!("lacks {}", missing.join("; "));
        Finding::new(Code::ReportLacks, expected, observed, self.records.clone()).into()
    }

    /// Judges that what both reports say of a variable is the same: data type, unit, mutability, limits and
    /// whether it can be monitored. Values may change in between and are not compared.
    pub fn agrees_with(&self, full: &Inventory) -> Vec<Check> {
        let mut findings = Vec::new();
        for v in &self.variables {
            let Some(f) = full.find(&v.address) else {
                let expected = "only variables of the full inventory";
                findings.push(Finding::new(Code::Disagreement, expected, v.address.to_string(), [v.at]));
                continue;
            };
            let (here, there) = (characteristics(v), characteristics(f));
            if let Some(((what, a), (_, b))) = here.iter().zip(&there).find(|((_, a), (_, b))| a != b) {
                let expected = format!("{what} {b} of {}, as in the full inventory", v.address);
                findings.push(Finding::new(Code::Disagreement, expected, a.clone(), [v.at, f.at]));
            }
        }
        Check::from_findings(findings, self.records.iter().copied().chain(full.records.iter().copied()))
    }
}

/// Whether a component's state is one that changes by itself: then its absence proves nothing.
fn changes(full: &Inventory, component: &ComponentRef, criterion: Criterion) -> bool {
    matches!(criterion, Criterion::Active | Criterion::Problem)
        && full.of(component).any(|v| same(&v.address.variable.name, criterion.as_str()))
}

fn characteristics(v: &Reported) -> [(&'static str, String); 6] {
    use spec::model::Limit;
    let c = v.characteristics.as_ref();
    let unit = c.and_then(|c| c.unit.as_ref()).and_then(|u| u.as_str()).unwrap_or("(none)");
    let limit = |which| v.limit(which).map_or("(none)".to_owned(), |l| l.to_string());
    [
        ("data type", v.data_type().unwrap_or("(none)").to_owned()),
        ("unit", unit.to_owned()),
        ("mutability", v.mutability().unwrap_or("(none)").to_owned()),
        ("minLimit", limit(Limit::MinLimit)),
        ("maxLimit", limit(Limit::MaxLimit)),
        ("supportsMonitoring", v.supports_monitoring().to_string()),
    ]
}

/// Judges that values that were read are those of the inventory. Only for values that do not change.
pub fn values_agree(read: &[Matched], wanted: &[&Reported], sent: Seq) -> Vec<Check> {
    let mut findings = Vec::new();
    for m in read {
        let Some(v) = wanted.get(m.element) else { continue };
        if m.value() != v.value() {
            let expected =
                format!("{} {:?}, as in the full inventory", v.address, v.value().unwrap_or_default());
            let observed = m.value().map_or_else(|| m.said(), |v| format!("{v:?}"));
            findings.push(Finding::new(Code::Disagreement, expected, observed, [sent, m.at, v.at]));
        }
    }
    Check::from_findings(findings, read.iter().map(|m| m.at).chain([sent]))
}

/// Judges that a variable reads as the event about it said. Numbers are compared as numbers (archetype row B-0162).
pub fn event_agrees(event: &Event, read: Option<&str>, reading: [Seq; 2]) -> Check {
    let records = reading.into_iter().chain([event.at]);
    let at = event.address.as_ref().map(ToString::to_string).unwrap_or_default();
    let (Some(said), Some(read)) = (event.actual.as_deref(), read) else {
        return Check::open(format!("{at} has no value in the event, or none that can be read"), records);
    };
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let same = match (number(said), number(read)) {
        (Some(a), Some(b)) => crate::number::close(a, b),
        _ => said == read,
    };
    if same {
        return Check::held(records);
    }
    let expected = format!("{at} {said:?}, as the event said");
    Finding::new(Code::Disagreement, expected, format!("{read:?}"), records).into()
}

/// Judges that the event of a monitor on a write-only variable says nothing of its value (OCPP N07.FR.10). What it says
/// instead is not repeated: it may be a password.
pub fn keeps_the_secret(event: &Event) -> Check {
    match event.actual.as_deref().unwrap_or_default() {
        "" => Check::held([event.at]),
        said => {
            let observed = format!("one of {} characters", said.chars().count());
            Finding::new(Code::ValueUnwanted, "an empty actualValue", observed, [event.at]).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Part;
    use serde_json::{Value, json};

    fn inventory(variables: &[(&str, &str, &str)]) -> Inventory {
        let entry = |(component, variable, value): &(&str, &str, &str)| -> Value {
            json!({ "component": { "name": component }, "variable": { "name": variable },
                "variableAttribute": [{ "value": value, "mutability": "ReadOnly" }],
                "variableCharacteristics": { "dataType": "boolean", "supportsMonitoring": false } })
        };
        let data: Vec<Value> = variables.iter().map(entry).collect();
        let payload = json!({ "reportData": data });
        Inventory::from_parts(&[Part { at: Seq(5), seq_no: Some(0), tbc: false, payload }])
    }

    fn code(check: Check) -> Option<Code> {
        if let Check::Broken(f) = check { Some(f.code) } else { None }
    }

    #[test]
    fn a_component_without_the_variable_counts_as_available_but_not_as_a_problem() {
        let full = inventory(&[("A", "Available", "true"), ("B", "Model", "x"), ("C", "Available", "false")]);
        let selected = |name: &str, criterion| {
            let c = ComponentRef { name: name.into(), instance: None, evse: None };
            full.selected(&c, criterion)
        };
        assert_eq!(selected("A", Criterion::Available), Some(true));
        assert_eq!(selected("B", Criterion::Available), Some(true));
        assert_eq!(selected("C", Criterion::Available), Some(false));
        assert_eq!(selected("B", Criterion::Problem), Some(false));
    }

    #[test]
    fn a_report_by_criterion_is_held_against_the_full_inventory() {
        let full = inventory(&[("A", "Available", "true"), ("B", "Model", "x"), ("C", "Available", "false")]);
        let right = inventory(&[("A", "Available", "true"), ("B", "Model", "x")]);
        assert_eq!(code(right.follows(Criterion::Available, &full)), None);
        let too_much =
            inventory(&[("A", "Available", "true"), ("B", "Model", "x"), ("C", "Available", "false")]);
        assert_eq!(code(too_much.follows(Criterion::Available, &full)), Some(Code::ReportOutsideFilter));
        let too_little = inventory(&[("A", "Available", "true")]);
        assert_eq!(code(too_little.follows(Criterion::Available, &full)), Some(Code::ReportLacks));
    }

    #[test]
    fn a_state_that_changed_in_between_is_not_held_against_the_station() {
        let full = inventory(&[("A", "Active", "true"), ("B", "Active", "false")]);
        let later = inventory(&[("B", "Active", "true")]);
        assert_eq!(code(later.follows(Criterion::Active, &full)), None);
    }

    #[test]
    fn a_unit_or_type_that_differs_between_reports_is_a_disagreement() {
        let full = inventory(&[("A", "Available", "true")]);
        let mut other = inventory(&[("A", "Available", "false")]);
        assert!(other.agrees_with(&full).into_iter().all(|c| code(c).is_none()), "values may differ");
        if let Some(c) = other.variables[0].characteristics.as_mut() {
            c.data_type = Some("string".into());
        }
        assert!(other.agrees_with(&full).into_iter().any(|c| code(c) == Some(Code::Disagreement)));
    }

    #[test]
    fn what_is_read_after_an_event_is_what_the_event_said() {
        let payload = json!({"seqNo": 0, "eventData": [{"eventId": 1, "actualValue": "300",
            "component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}]});
        let event = &crate::events::of_payload(Seq(4), &payload)[0];
        let judged = |read: Option<&str>| event_agrees(event, read, [Seq(5), Seq(6)]);
        assert!(matches!(judged(Some("300.0")), Check::Held(_)));
        assert_eq!(code(judged(Some("60"))), Some(Code::Disagreement));
        assert!(matches!(judged(None), Check::Open { .. }));
    }

    #[test]
    fn a_secret_in_an_event_is_found_and_not_repeated() {
        let told = |value: &str| {
            let payload = json!({"seqNo": 0, "eventData": [{"eventId": 1, "actualValue": value}]});
            keeps_the_secret(&crate::events::of_payload(Seq(4), &payload)[0])
        };
        assert!(matches!(told(""), Check::Held(_)));
        let Check::Broken(found) = told("hunter22") else { panic!("a password was told") };
        assert_eq!((found.code, found.observed.as_str()), (Code::ValueUnwanted, "one of 8 characters"));
    }
}
