//! Values of monitors that can be set and still miss what they are for.

use super::{LintCode, locate::Collector};
use crate::{
    model::{ArchetypeFile, ComponentRow, Limit, MonitorRow, NotificationInstead, Provision, VariableRow},
    rows::{RowRef, located},
};
use ocpp::{MonitorType, Version};

/// Quantities that are zero while nobody charges.
const ZERO_WHEN_IDLE: &[(&str, &str)] = &[
    ("EVSE", "Power"),
    ("EVSE", "ACVoltage"),
    ("EVSE", "ACCurrent"),
    ("EVSE", "DCVoltage"),
    ("EVSE", "DCCurrent"),
    ("Connector", "ACVoltage"),
    ("Connector", "ACCurrent"),
    ("Connector", "DCVoltage"),
    ("Connector", "DCCurrent"),
    ("AcDcConverter", "DCVoltage"),
    ("AcDcConverter", "DCCurrent"),
];

/// Volts below which no vehicle charges, so that an output above it says nothing but "in use".
const NO_VEHICLE_CHARGES_BELOW: f64 = 100.0;

/// Facts that are told once and have no lasting value.
const ONE_SHOT: &[&str] = &["Operated", "Complete"];

/// Checks the monitors of a file.
pub(super) fn check(found: &mut Collector<'_>, file: &ArchetypeFile) {
    for (at, row) in located(file) {
        if let RowRef::Monitor(c, v, m) = row {
            at_rest(found, &at, c, v, m);
            value(found, &at, v, m);
            provision(found, &at, c, v, m);
        }
    }
}

/// A threshold has no condition but `transaction`: it must not be reached while all is well.
fn at_rest(found: &mut Collector<'_>, at: &str, c: &ComponentRow, v: &VariableRow, m: &MonitorRow) {
    let name = format!("{}.{}", c.component, v.variable);
    let is = |(component, variable): &(&str, &str)| {
        component.eq_ignore_ascii_case(&c.component) && variable.eq_ignore_ascii_case(&v.variable)
    };
    let output = ZERO_WHEN_IDLE.iter().any(is);
    let voltage = ["ACVoltage", "DCVoltage"].iter().any(|n| n.eq_ignore_ascii_case(&v.variable));
    let example =
        v.example.as_deref().and_then(|e| e.parse::<f64>().ok()).filter(|_| !m.percent_of_max_limit);
    let (message, expected) = match m.monitor_type {
        MonitorType::LowerThreshold if output && !m.transaction && m.value > 0.0 => (
            format!("`{name}` is 0 while nobody charges, which is below {}", m.value),
            "add `transaction: true`, or use a boolean of its own".to_owned(),
        ),
        MonitorType::UpperThreshold
            if output && voltage && !m.percent_of_max_limit && m.value < NO_VEHICLE_CHARGES_BELOW =>
        {
            (
                format!("`{name}` is above {} whenever somebody charges", m.value),
                "use a boolean of its own, as in `Problem` with `instance: OutputVoltage`".to_owned(),
            )
        }
        MonitorType::LowerThreshold if !m.transaction => match example.filter(|e| *e < m.value) {
            Some(e) => (
                format!("the typical value of `{name}`, {e}, is already below"),
                format!("expected less than {e}"),
            ),
            None => return,
        },
        MonitorType::UpperThreshold => match example.filter(|e| *e > m.value) {
            Some(e) => (
                format!("the typical value of `{name}`, {e}, is already above"),
                format!("expected more than {e}"),
            ),
            None => return,
        },
        _ => return,
    };
    found
        .at(&format!("{at}/value"), LintCode::FiresAtRest, message)
        .expected(expected)
        .help("a threshold has no condition but `transaction`");
}

/// What the value means.
fn value(found: &mut Collector<'_>, at: &str, v: &VariableRow, m: &MonitorRow) {
    let at = format!("{at}/value");
    let share = matches!(v.unit.as_deref(), Some("Percent" | "RH"));
    let threshold = matches!(m.monitor_type, MonitorType::UpperThreshold | MonitorType::LowerThreshold);
    if m.percent_of_max_limit && !v.limits.contains(&Limit::MaxLimit) {
        found
            .at_key(
                &at.replace("/value", "/percentOfMaxLimit"),
                LintCode::ShareWithoutLimit,
                format!("`{}` need not state the limit that this is a share of", v.variable),
            )
            .expected("add `limits: [maxLimit]` to the variable");
    } else if threshold && (m.percent_of_max_limit || share) && !(0.0..=100.0).contains(&m.value) {
        found
            .at(&at, LintCode::ThresholdOutsideRange, format!("{} % is never reached", m.value))
            .expected("expected 0 to 100");
    } else if m.monitor_type == MonitorType::TargetDeltaRelative && m.value >= 1.0 {
        found
            .at(
                &at,
                LintCode::ThresholdOutsideRange,
                format!("{} times the target: the value is a share, not percent", m.value),
            )
            .expected("expected less than 1, as in 0.3 for 30 %")
            .warning();
    } else if m.monitor_type == MonitorType::Delta && !v.data_type.is_numeric() && m.value != 1.0 {
        found
            .at(
                &at,
                LintCode::DeltaValueIgnored,
                format!("`{}` is no number: every change fires, whatever is written here", v.variable),
            )
            .expected("expected 1");
    }
}

/// Who provides the monitor, and what that asks of the variable.
fn provision(found: &mut Collector<'_>, at: &str, c: &ComponentRow, v: &VariableRow, m: &MonitorRow) {
    if m.provision == Provision::Custom && !v.monitorable.contains(&m.monitor_type) {
        found
            .at(
                &format!("{at}/provision"),
                LintCode::CustomNotMonitorable,
                format!("no operator can rely on setting {} on `{}`", m.monitor_type, v.variable),
            )
            .expected(format!("add {} to `monitorable` of the variable", m.monitor_type));
    }
    if m.provision == Provision::Notification {
        if !ONE_SHOT.iter().any(|n| n.eq_ignore_ascii_case(&v.variable)) {
            found
                .at(
                    &format!("{at}/provision"),
                    LintCode::NotificationOfAState,
                    format!("`{}` lasts, and no report would show that it is watched", v.variable),
                )
                .expected("expected hardwired, preconfigured or custom")
                .help(format!("a notification is for facts that are told once: {}", ONE_SHOT.join(", ")));
        }
        return;
    }
    let in_201 = super::vocabulary::versions_of(&[&c.versions, &v.versions, &m.versions]);
    if m.notification == NotificationInstead::Accepted
        && m.severity.0 < 8
        && m.ocpp.is_empty()
        && in_201.contains(&Version::V201)
    {
        found
            .at(
                &format!("{at}/notification"),
                LintCode::NotificationWithoutSeverity,
                format!("in OCPP 2.0.1 nobody would learn that this has severity {}", m.severity.0),
            )
            .expected("leave it out, or cite what OCPP asks for in `ocpp`")
            .help("an event without a monitor carries no severity in OCPP 2.0.1")
            .warning();
    }
}
