//! Monitors that stand on the same variable, wherever they are written.

use super::{LintCode, locate::Collector, read::Read, vocabulary::versions_of};
use crate::{
    model::{ArchetypeFile, ComponentRow, MonitorRow, Provision, Tier, VariableRow},
    rows::{RowRef, located},
};
use ocpp::{MonitorType, Severity};
use std::collections::{BTreeMap, BTreeSet};

type File = Read<ArchetypeFile>;

/// A monitor and where it is written.
#[derive(Clone, Copy)]
struct Watch<'a> {
    file: &'a File,
    /// Index of the row among those of its file.
    at: &'a str,
    c: &'a ComponentRow,
    v: &'a VariableRow,
    m: &'a MonitorRow,
}

impl Watch<'_> {
    /// Conditions that must all hold.
    fn conditions(&self) -> BTreeSet<&str> {
        [&self.c.when, &self.v.when, &self.m.when].into_iter().filter_map(Option::as_deref).collect()
    }

    fn versions(&self) -> Vec<ocpp::Version> {
        versions_of(&[&self.c.versions, &self.v.versions, &self.m.versions])
    }
}

/// A component at its tier, without regard to case.
type ComponentKey = (String, Option<String>, Tier);
/// A variable of it.
type VariableKey = (ComponentKey, String, Option<String>);

/// Checks what the monitors of a file have in common with others on the same variable or component.
pub(super) fn check(found: &mut Collector<'_>, own: &File, extended: &[File]) {
    let written: Vec<(&File, Vec<(String, RowRef<'_>)>)> =
        extended.iter().chain([own]).map(|file| (file, located(&file.file))).collect();
    let mut by_variable: BTreeMap<VariableKey, Vec<Watch<'_>>> = BTreeMap::new();
    let mut by_component: BTreeMap<ComponentKey, Vec<Watch<'_>>> = BTreeMap::new();
    for (file, rows) in &written {
        for (at, row) in rows {
            let RowRef::Monitor(c, v, m) = *row else { continue };
            let lower = |s: &Option<String>| s.as_ref().map(|s| s.to_lowercase());
            let component = (c.component.to_lowercase(), lower(&c.instance), c.at);
            let watch = Watch { file, at, c, v, m };
            let variable = (component.clone(), v.variable.to_lowercase(), lower(&v.instance));
            by_variable.entry(variable).or_default().push(watch);
            by_component.entry(component).or_default().push(watch);
        }
    }
    for watches in by_variable.values() {
        for (i, later) in watches.iter().enumerate().filter(|(_, w)| std::ptr::eq(w.file, own)) {
            for earlier in watches.iter().take(i) {
                if found.is_full() {
                    return;
                }
                pair(found, earlier, later);
            }
        }
    }
    for watches in by_component.values() {
        sensors(found, own, watches);
    }
}

/// Two monitors on one variable.
fn pair(found: &mut Collector<'_>, earlier: &Watch<'_>, later: &Watch<'_>) {
    let notification = |w: &Watch<'_>| w.m.provision == Provision::Notification;
    let versions = later.versions();
    let together = earlier.versions().iter().any(|v| versions.contains(v));
    if earlier.m.monitor_type != later.m.monitor_type
        || !together
        || notification(earlier)
        || notification(later)
    {
        return;
    }
    let (one, other) = (earlier.conditions(), later.conditions());
    let certainly = one.is_subset(&other) || other.is_subset(&one);
    if earlier.m.severity == later.m.severity {
        same_severity(found, earlier, later, certainly);
    } else if certainly {
        ladder(found, earlier, later);
    }
}

/// OCPP N04.FR.10: one monitor of a type and severity on a variable.
fn same_severity(found: &mut Collector<'_>, earlier: &Watch<'_>, later: &Watch<'_>, certainly: bool) {
    let message = format!(
        "a second {} of severity {} on `{}.{}`",
        later.m.monitor_type, later.m.severity.0, later.c.component, later.v.variable
    );
    let finding = found.at(&format!("{}/severity", later.at), LintCode::SameTypeAndSeverity, message);
    finding
        .expected("expected another severity, or another type")
        .help("a station refuses it as Duplicate (N04.FR.10)")
        .note(
            &earlier.file.doc.source,
            earlier.file.doc.span(&format!("{}/severity", earlier.at)),
            "the first one is here",
        );
    if !certainly {
        finding.help("this is well only if no product meets the conditions of both").warning();
    }
}

/// The more severe threshold is the one that is reached later.
fn ladder(found: &mut Collector<'_>, earlier: &Watch<'_>, later: &Watch<'_>) {
    let comparable = earlier.m.percent_of_max_limit == later.m.percent_of_max_limit
        && earlier.m.transaction == later.m.transaction;
    let (severe, mild) = match earlier.m.severity < later.m.severity {
        true => (earlier.m, later.m),
        false => (later.m, earlier.m),
    };
    let before = match later.m.monitor_type {
        MonitorType::UpperThreshold => severe.value <= mild.value,
        MonitorType::LowerThreshold => severe.value >= mild.value,
        _ => false,
    };
    if comparable && before {
        let message = format!(
            "severity {} at {} is reached no later than severity {} at {}",
            severe.severity.0, severe.value, mild.severity.0, mild.value
        );
        found
            .at(&format!("{}/value", later.at), LintCode::LadderOutOfOrder, message)
            .expected("the milder alert comes first: warn, act, stop")
            .note(
                &earlier.file.doc.source,
                earlier.file.doc.span(&format!("{}/value", earlier.at)),
                "the other step is here",
            )
            .warning();
    }
}

/// Sensors that only watch: when they break, nothing is worse than what they would have told.
const SENSORS: &[&str] =
    &["TemperatureSensor", "ExternalTemperatureSensor", "CaseAccessSensor", "ConnectorHolsterSensor"];

/// A broken sensor is not more severe than what it watches.
fn sensors(found: &mut Collector<'_>, own: &File, watches: &[Watch<'_>]) {
    let is_sensor = |w: &Watch<'_>| SENSORS.iter().any(|s| s.eq_ignore_ascii_case(&w.c.component));
    let broken = |w: &&Watch<'_>| w.v.variable.eq_ignore_ascii_case("Problem");
    // Samples and states (8, 9) are no hazards.
    let hazards = watches.iter().filter(|w| is_sensor(w) && !broken(w)).map(|w| w.m.severity);
    let worst: Option<Severity> = hazards.filter(|s| s.0 < 8).min();
    let Some(worst) = worst else { return };
    for w in watches.iter().filter(broken).filter(|w| std::ptr::eq(w.file, own) && w.m.severity < worst) {
        let message =
            format!("a broken sensor of severity {} watches nothing above {}", w.m.severity.0, worst.0);
        found
            .at(&format!("{}/severity", w.at), LintCode::SensorOutranksHazard, message)
            .expected(format!("expected {} or milder", worst.0))
            .warning();
    }
}
