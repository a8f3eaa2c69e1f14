//! A walk through the monitoring bases: which monitors there are under each, and what the station says is in force.

use crate::monitors::{MonitoringReport, ReportedMonitor};
use crate::provision::Shipped;
use crate::{Check, Code, Finding, number};
use ocpp::Version;
use trace::Seq;

/// Most findings reported of one check.
const ENOUGH: usize = 10;

/// What there is under one base.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The base that was set.
    pub base: &'static str,
    /// The response that accepted it.
    pub accepted: Seq,
    /// What `MonitoringCtrlr.ActiveMonitoringBase` reads then, with the record.
    pub stated: Option<(String, Seq)>,
    /// Every monitor reported then.
    pub report: MonitoringReport,
}

/// An attempt to remove a monitor that is listed as built in.
#[derive(Debug, Clone)]
pub struct Removal {
    /// The monitor.
    pub id: i64,
    /// What the station answered.
    pub status: String,
    /// The response.
    pub at: Seq,
}

/// `FactoryDefault`, `HardWiredOnly`, `All`, and after `HardWiredOnly` once more `FactoryDefault`.
#[derive(Debug, Clone)]
pub struct Walk {
    /// What the maker ships.
    pub factory: Stage,
    /// What is built in.
    pub built_in: Stage,
    /// Where OCPP 2.0.1 does not tell the classes: the monitors listed then cannot be removed.
    pub removals: Vec<Removal>,
    /// Everything.
    pub all: Stage,
    /// What the maker ships, once more.
    pub again: Stage,
}

impl Walk {
    fn stages(&self) -> [&Stage; 4] {
        [&self.factory, &self.built_in, &self.all, &self.again]
    }

    /// The base in force can be read at every stage (archetype row B-0174).
    pub fn states_the_base(&self) -> Vec<Check> {
        let mut findings = Vec::new();
        for stage in self.stages() {
            let said = stage.stated.as_ref();
            if said.is_some_and(|(said, _)| said == stage.base) {
                continue;
            }
            let records = said.map(|(_, at)| *at).into_iter().chain([stage.accepted]);
            let observed = said.map_or("nothing that can be read".to_owned(), |(said, _)| said.clone());
            let expected = format!("ActiveMonitoringBase {} after it was accepted", stage.base);
            findings.push(Finding::new(Code::Disagreement, expected, observed, records));
        }
        let stated = self.stages().into_iter().filter_map(|s| s.stated.as_ref().map(|(_, at)| *at));
        Check::from_findings(findings, stated.chain(self.stages().map(|s| s.accepted)))
    }

    /// The monitors the station brings along, with their classes.
    fn shipped(&self, version: Version) -> Shipped {
        match version {
            Version::V201 => Shipped::inferred(&self.built_in.report, self.factory.report.clone()),
            _ => Shipped::as_reported(self.factory.report.clone()),
        }
    }

    /// Preconfigured monitors are there again under `All` and under `FactoryDefault` (OCPP N03.FR.03, N03.FR.04).
    pub fn brings_preconfigured_back(&self, version: Version) -> Vec<Check> {
        let shipped = self.shipped(version);
        let wanted: Vec<&ReportedMonitor> = shipped.of_class("PreconfiguredMonitor").collect();
        stay(&wanted, &[&self.all, &self.again], "the station has no preconfigured monitor")
    }

    /// Built-in monitors are there, as they were, under every base (OCPP N03.FR.05, N06.FR.03).
    pub fn keeps_built_in(&self, version: Version) -> Vec<Check> {
        let shipped = self.shipped(version);
        let wanted: Vec<&ReportedMonitor> = match version {
            Version::V201 => self.built_in.report.monitors.iter().collect(),
            _ => shipped.of_class("HardWiredMonitor").collect(),
        };
        stay(&wanted, &self.stages(), "the station has no built-in monitor")
    }

    /// Nothing but built-in monitors is listed under `HardWiredOnly` (OCPP N03.FR.05). OCPP 2.1 says the class of
    /// each; in 2.0.1 one that can be removed is none of them.
    pub fn lists_only_built_in(&self, version: Version) -> Vec<Check> {
        let listed = &self.built_in.report;
        let mut findings = Vec::new();
        let mut wrong = |id: i64, why: String, records: &[Seq]| {
            let expected = "only built-in monitors under HardWiredOnly";
            let observed = format!("monitor {id}, {why}");
            let records = records.iter().copied().chain([self.built_in.accepted]);
            findings.push(Finding::new(Code::NotHardWired, expected, observed, records));
        };
        if version == Version::V201 {
            for removed in self.removals.iter().filter(|r| r.status == "Accepted") {
                wrong(removed.id, "which could be removed".to_owned(), &[removed.at]);
            }
        } else {
            for m in &listed.monitors {
                if let Some(class @ ("PreconfiguredMonitor" | "CustomMonitor")) = m.notification.as_deref() {
                    wrong(m.id, format!("a {class}"), &[m.at]);
                }
            }
        }
        findings.truncate(ENOUGH);
        let tried = self.removals.iter().map(|r| r.at);
        Check::from_findings(findings, listed.records.iter().copied().chain(tried))
    }
}

/// Each of these monitors is in the report of each stage, with its type, value and severity. Ids may differ.
fn stay(wanted: &[&ReportedMonitor], stages: &[&Stage], none: &str) -> Vec<Check> {
    if wanted.is_empty() {
        return vec![Check::Void(none.to_owned())];
    }
    let mut findings = Vec::new();
    for stage in stages {
        for m in wanted {
            findings.extend(stays(m, stage));
        }
    }
    findings.truncate(ENOUGH);
    let records = stages.iter().flat_map(|s| s.report.records.iter().copied());
    Check::from_findings(findings, records.chain(wanted.iter().map(|m| m.at)))
}

fn stays(m: &ReportedMonitor, stage: &Stage) -> Option<Finding> {
    let kin: Vec<&ReportedMonitor> =
        stage.report.monitors.iter().filter(|o| o.address.same_as(&m.address) && o.kind == m.kind).collect();
    if kin.iter().any(|o| as_it_was(o, m)) {
        return None;
    }
    let expected = format!("under {} {} on {}", stage.base, shown(m), m.address);
    // One of its own id is the same monitor, changed.
    let (code, observed, at) = match kin.iter().find(|o| o.id == m.id).or(kin.first()) {
        Some(other) => (Code::MonitorDiffers, shown(other), Some(other.at)),
        None => (Code::MonitorNotProvided, "none".to_owned(), None),
    };
    let records = stage.report.records.iter().copied().chain(at).chain([m.at, stage.accepted]);
    Some(Finding::new(code, expected, observed, records))
}

fn as_it_was(a: &ReportedMonitor, b: &ReportedMonitor) -> bool {
    let value = match (a.value, b.value) {
        (Some(a), Some(b)) => number::close(a, b),
        (a, b) => a.is_none() == b.is_none(),
    };
    value && a.severity == b.severity && a.transaction.unwrap_or(false) == b.transaction.unwrap_or(false)
}

fn shown(m: &ReportedMonitor) -> String {
    let value = m.value.map_or("no value".to_owned(), |v| v.to_string());
    let severity = m.severity.map_or("no severity".to_owned(), |s| format!("severity {s}"));
    format!("{} {value} of {severity}", m.kind)
}

#[cfg(test)]
mod tests;
