//! Monitors, examples and fault values against the data type of their variable.

use super::{LintCode, locate::Collector, names, read::Read, tiers::on};
use crate::{
    model::{ArchetypeFile, ComponentRow, FaultRow, MonitorRow, RowId, VariableRow},
    rows::{RowRef, located, of_components},
};
use ocpp::{DataType, MonitorType, Version};
use std::collections::BTreeMap;

type File = Read<ArchetypeFile>;

/// Checks variables, monitors and faults of a file; monitors of a fault may be in what it extends.
pub(super) fn check(found: &mut Collector<'_>, own: &File, extended: &[File]) {
    let monitors = monitors(extended.iter().chain([own]));
    for (at, row) in located(&own.file) {
        match row {
            RowRef::Variable(_, v) => variable(found, &at, v),
            RowRef::Monitor(c, v, m) => {
                let newer_only =
                    [&c.versions, &v.versions, &m.versions].into_iter().any(|v| v[..] == [Version::V21]);
                monitor(found, &at, v, m, newer_only);
            }
            RowRef::Fault(f) => fault(found, &at, f, &monitors),
            RowRef::Component(_) | RowRef::Behaviour(_) => {}
        }
    }
}

fn variable(found: &mut Collector<'_>, at: &str, v: &VariableRow) {
    for (i, kind) in v.monitorable.iter().enumerate() {
        fits(found, &format!("{at}/monitorable/{i}"), *kind, v);
    }
    if let Some(example) = &v.example
        && let Err(expected) = value_fits(example, v)
    {
        found
            .at(
                &format!("{at}/example"),
                LintCode::ExampleDoesNotFit,
                format!("`{example}` is not a value of `{}`", v.variable),
            )
            .expected(expected);
    }
    options(found, at, v);
}

/// Where OCPP closes the list of values, they are its own.
fn options(found: &mut Collector<'_>, at: &str, v: &VariableRow) {
    let Some(options) = names::options(&v.variable) else { return };
    let values = v.values.iter().enumerate().map(|(i, value)| (format!("{at}/values/{i}"), value));
    // An example that is not even one of the row's own values is a finding already.
    let example = v.example.iter().filter(|e| value_fits(e, v).is_ok());
    for (at, value) in values.chain(example.map(|e| (format!("{at}/example"), e))) {
        if !options.contains(&value.as_str()) {
            found
                .at(&at, LintCode::UnknownOption, format!("`{value}` is not a value of `{}`", v.variable))
                .expected(format!("expected {}", options.join(", ")))
                .did_you_mean(value, options.iter().copied());
        }
    }
}

fn fits(found: &mut Collector<'_>, at: &str, kind: MonitorType, v: &VariableRow) {
    if !kind.fits(v.data_type) {
        let fitting: Vec<&str> =
            MonitorType::ALL.into_iter().filter(|t| t.fits(v.data_type)).map(MonitorType::as_str).collect();
        let message = format!("{kind} makes no sense on `{}`, which is of type {}", v.variable, v.data_type);
        found
            .at(at, LintCode::MonitorDoesNotFit, message)
            .expected(format!("expected {}", fitting.join(", ")));
    }
}

fn monitor(found: &mut Collector<'_>, at: &str, v: &VariableRow, m: &MonitorRow, newer_only: bool) {
    fits(found, &format!("{at}/type"), m.monitor_type, v);
    if !m.monitor_type.is_in(Version::V201) && !newer_only {
        found
            .at(
                &format!("{at}/type"),
                LintCode::NewerTypeWithoutVersion,
                format!("{} exists in OCPP 2.1 only", m.monitor_type),
            )
            .expected("add `versions: [2.1]` to the row");
    }
    let value = format!("{at}/value");
    if let Some([from, to]) = m.range {
        if from > to {
            found
                .at(
                    &format!("{at}/range"),
                    LintCode::ThresholdOutsideRange,
                    format!("the range runs backwards, from {from} to {to}"),
                )
                .expected(format!("expected [{to}, {from}]"));
        } else if !(from..=to).contains(&m.value) {
            found
                .at(&value, LintCode::ThresholdOutsideRange, format!("{} is outside its own range", m.value))
                .expected(format!("expected a value from {from} to {to}"));
        }
    }
    match m.monitor_type {
        MonitorType::Periodic | MonitorType::PeriodicClockAligned
            if m.value < 1.0 || m.value.fract() != 0.0 =>
        {
            found
                .at(
                    &value,
                    LintCode::ThresholdOutsideRange,
                    format!("an interval of {} s cannot be set", m.value),
                )
                .expected("expected whole seconds, 1 or more");
        }
        // A negative delta is refused (N04.FR.14), and by newer stations a delta of zero (N04.FR.20).
        MonitorType::Delta | MonitorType::TargetDelta | MonitorType::TargetDeltaRelative
            if m.value <= 0.0 =>
        {
            found
                .at(&value, LintCode::ThresholdOutsideRange, format!("a delta of {} cannot be set", m.value))
                .expected("expected more than 0");
        }
        _ => {}
    }
}

/// Monitors by id, with what they watch.
type Monitors<'a> = BTreeMap<&'a RowId, (&'a ComponentRow, &'a VariableRow, &'a MonitorRow)>;

fn monitors<'a>(files: impl Iterator<Item = &'a File>) -> Monitors<'a> {
    let rows = files.flat_map(|file| of_components(&file.file.components));
    rows.filter_map(|row| match row {
        RowRef::Monitor(c, v, m) => Some((&m.id, (c, v, m))),
        _ => None,
    })
    .collect()
}

fn fault(found: &mut Collector<'_>, at: &str, f: &FaultRow, monitors: &Monitors<'_>) {
    if f.monitors.is_empty() {
        found
            .at(&format!("{at}/monitors"), LintCode::FaultWithoutMonitor, "no monitor reports this fault")
            .expected("name at least one monitor row");
    }
    places(found, at, f, monitors);
    codes(found, at, f);
    for (_, v, m) in f.monitors.iter().filter_map(|id| monitors.get(id)) {
        match &f.fault_value {
            None if m.monitor_type == MonitorType::Delta && v.data_type == DataType::Boolean => {
                found
                    .at(
                        &format!("{at}/monitors"),
                        LintCode::FaultWithoutValue,
                        format!(
                            "`{}` of {} changes both ways, and only one way is the fault",
                            v.variable, m.id
                        ),
                    )
                    .expected("add `faultValue: true` or `faultValue: false`");
            }
            Some(value) => {
                if let Err(expected) = value_fits(value, v) {
                    found
                        .at(
                            &format!("{at}/faultValue"),
                            LintCode::FaultValueDoesNotFit,
                            format!("`{value}` is not a value of `{}`, which {} monitors", v.variable, m.id),
                        )
                        .expected(expected);
                }
            }
            None => {}
        }
    }
}

/// All monitors of a fault are on one tier, so that one place is judged.
fn places(found: &mut Collector<'_>, at: &str, f: &FaultRow, monitors: &Monitors<'_>) {
    let mut known = f.monitors.iter().enumerate().filter_map(|(i, id)| Some((i, id, monitors.get(id)?.0.at)));
    let Some((_, first, tier)) = known.next() else { return };
    for (i, id, other) in known.filter(|(.., other)| *other != tier) {
        found
            .at(
                &format!("{at}/monitors/{i}"),
                LintCode::FaultAcrossPlaces,
                format!("{id} is {}, and {first} is {}", on(other), on(tier)),
            )
            .expected("expected monitors of one tier: describe the other as a fault of its own")
            .warning();
    }
}

/// ChargeX has 26 codes, CX001 to CX026.
fn codes(found: &mut Collector<'_>, at: &str, f: &FaultRow) {
    for (i, code) in f.mrec.iter().enumerate() {
        let number = code.strip_prefix("CX").filter(|n| n.len() == 3).and_then(|n| n.parse::<u32>().ok());
        if !number.is_some_and(|n| (1..=26).contains(&n)) {
            found
                .at(
                    &format!("{at}/mrec/{i}"),
                    LintCode::UnknownMrec,
                    format!("`{code}` is not a minimum required error code"),
                )
                .expected("expected CX001 to CX026")
                .help("other lists re-number: what EVgo calls F003 is CX014");
        }
    }
}

/// Whether a text is a value of the variable; if not, what would be.
fn value_fits(text: &str, v: &VariableRow) -> Result<(), String> {
    let expected = |fits: bool, what: &str| if fits { Ok(()) } else { Err(format!("expected {what}")) };
    let listed = |one: &str| v.values.is_empty() || v.values.iter().any(|x| x == one);
    let values = || format!("one of {}", v.values.join(", "));
    match v.data_type {
        DataType::String => Ok(()),
        DataType::Decimal => expected(text.parse::<f64>().is_ok_and(f64::is_finite), "a number"),
        DataType::Integer => expected(text.parse::<i64>().is_ok(), "a whole number"),
        DataType::Boolean => expected(text == "true" || text == "false", "true or false"),
        DataType::DateTime => {
            expected(text.parse::<jiff::Timestamp>().is_ok(), "a time, as in 2026-01-31T12:00:00Z")
        }
        DataType::OptionList => expected(listed(text), &values()),
        DataType::SequenceList | DataType::MemberList => {
            let all = text.is_empty() || text.split(',').all(|one| listed(one.trim()));
            expected(all, &format!("a list, separated by commas, of {}", v.values.join(", ")))
        }
    }
}
