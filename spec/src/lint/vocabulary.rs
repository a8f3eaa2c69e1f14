//! Names, data types and units against the standard vocabulary of the versions a row is for.

use super::{LintCode, locate::Collector, names};
use crate::{
    model::{ArchetypeFile, ComponentRow, VariableRow},
    rows::{RowRef, located},
};
use ocpp::{Version, vocabulary};

/// Checks components and variables of a file.
pub(super) fn check(found: &mut Collector<'_>, file: &ArchetypeFile) {
    for (at, row) in located(file) {
        if found.is_full() {
            return;
        }
        match row {
            RowRef::Component(c) => {
                let name = Name {
                    written: &c.component,
                    key: "component",
                    unknown: LintCode::UnknownComponent,
                    extension: c.extension,
                    standard: |version, name| vocabulary::component(version, name).map(|c| c.name.as_str()),
                    all: |version| vocabulary::component_names(version).collect(),
                };
                name.check(found, &at, &versions_of(&[&c.versions]));
            }
            RowRef::Variable(c, v) => {
                let versions = versions_of(&[&c.versions, &v.versions]);
                let name = Name {
                    written: &v.variable,
                    key: "variable",
                    unknown: LintCode::UnknownVariable,
                    extension: v.extension,
                    standard: |version, name| vocabulary::variable(version, name).map(|v| v.name.as_str()),
                    all: |version| vocabulary::variable_names(version).collect(),
                };
                name.check(found, &at, &versions);
                if !v.extension {
                    data_type(found, &at, c, v, &versions);
                }
                unit(found, &at, c, v, &versions);
            }
            RowRef::Monitor(..) | RowRef::Fault(_) | RowRef::Behaviour(_) => {}
        }
    }
}

/// The versions that a row and those it sits in are for.
pub(super) fn versions_of(stated: &[&[Version]]) -> Vec<Version> {
    let allowed = |v: &Version| stated.iter().all(|s| s.is_empty() || s.contains(v));
    Version::ALL.into_iter().filter(allowed).collect()
}

/// A component or variable name that should be a standard one.
struct Name<'a> {
    written: &'a str,
    key: &'a str,
    unknown: LintCode,
    extension: bool,
    standard: fn(Version, &str) -> Option<&'static str>,
    all: fn(Version) -> Vec<&'static str>,
}

impl Name<'_> {
    fn check(&self, found: &mut Collector<'_>, row: &str, versions: &[Version]) {
        let Name { written, key, unknown, extension, .. } = *self;
        let at = format!("{row}/{key}");
        let known: Vec<Version> =
            Version::ALL.into_iter().filter(|v| (self.standard)(*v, written).is_some()).collect();
        let everywhere = versions.iter().all(|v| known.contains(v));
        let any = |name: &str| Version::ALL.into_iter().rev().find_map(|v| (self.standard)(v, name));
        let meant = names::meant(key, written, any);
        let spelling = known.iter().find_map(|v| (self.standard)(*v, written));
        match spelling {
            Some(_) if everywhere && extension => {
                found
                    .at_key(
                        &format!("{row}/extension"),
                        LintCode::NeedlessExtension,
                        format!("`{written}` is a standard {key}"),
                    )
                    .expected("leave this out")
                    .warning();
            }
            Some(spelling) if spelling != written => {
                found
                    .at(&at, unknown, format!("the standard writes `{spelling}`"))
                    .expected(format!("expected {spelling}"));
            }
            Some(_) if !everywhere && !extension => {
                let only: Vec<&str> = known.iter().map(|v| v.as_str()).collect();
                let only = only.join(", ");
                found
                    .at(&at, unknown, format!("`{written}` is a standard {key} of OCPP {only} only"))
                    .expected(format!("add `versions: [{only}]` to the row, or `extension: true`"));
            }
            None if !extension => {
                let names = Version::ALL.into_iter().rev().flat_map(self.all);
                let finding = found.at(&at, unknown, format!("`{written}` is not a standard {key}"));
                finding.expected("expected a standard name, or `extension: true` beside it where none fits");
                match meant {
                    Some(meant) => finding.help(meant.help),
                    None => finding.did_you_mean(written, names),
                };
            }
            None if meant.as_ref().is_some_and(|m| m.standard) => {
                found
                    .at(
                        &at,
                        LintCode::StandardNameExists,
                        format!("`{written}` is an extension where the standard has a name"),
                    )
                    .expected(meant.map(|m| m.help).unwrap_or_default());
            }
            _ => {}
        }
    }
}

/// The data type is one that the standard gives the variable in a version the row is for.
fn data_type(found: &mut Collector<'_>, at: &str, c: &ComponentRow, v: &VariableRow, versions: &[Version]) {
    let mut types = Vec::new();
    for version in versions {
        let row = vocabulary::lookup(*version, &c.component, &v.variable, v.instance.as_deref());
        let standard = row
            .map(|r| r.data_type)
            .or_else(|| vocabulary::variable(*version, &v.variable).map(|v| v.data_type));
        types.extend(standard);
    }
    types.dedup();
    if !types.is_empty() && !types.contains(&v.data_type) {
        let types: Vec<&str> = types.iter().map(|t| t.as_str()).collect();
        found
            .at(
                &format!("{at}/type"),
                LintCode::WrongDataType,
                format!("`{}.{}` is not of type {}", c.component, v.variable, v.data_type),
            )
            .expected(format!("expected {}", types.join(" or ")));
    }
}

/// The unit is a standard one, of the kind that the standard gives the variable.
fn unit(found: &mut Collector<'_>, at: &str, c: &ComponentRow, v: &VariableRow, versions: &[Version]) {
    let mut fitting: Vec<&str> = Vec::new();
    for version in versions {
        let units = match vocabulary::lookup(*version, &c.component, &v.variable, v.instance.as_deref()) {
            Some(row) => &row.units[..],
            None => vocabulary::variable(*version, &v.variable).map_or(&[][..], |v| &v.units),
        };
        fitting.extend(units.iter().map(String::as_str).filter(|u| !fitting.contains(u)).collect::<Vec<_>>());
    }
    let expected = || format!("expected {}", fitting.join(" or "));
    let Some(written) = &v.unit else {
        if !fitting.is_empty() && !v.extension && v.data_type.is_numeric() {
            found
                .at(&format!("{at}/variable"), LintCode::UnitMissing, format!("`{}` has no unit", v.variable))
                .expected(format!("add `unit: {}`", fitting.join("` or `unit: ")))
                .help("OCPP reads a missing unit as Wh");
        }
        return;
    };
    let at = format!("{at}/unit");
    if !versions.iter().any(|version| vocabulary::unit(*version, written) == Some(written)) {
        let units = versions.iter().flat_map(|v| vocabulary::get(*v).units());
        let finding = found.at(&at, LintCode::UnknownUnit, format!("`{written}` is not a standard unit"));
        if !fitting.is_empty() {
            finding.expected(expected());
        }
        finding.did_you_mean(written, units);
    } else if !v.extension && !fitting.is_empty() && !fitting.iter().any(|u| same_kind(u, written)) {
        found
            .at(&at, LintCode::UnitMismatch, format!("`{}` is not measured in {written}", v.variable))
            .expected(expected());
    }
}

/// Whether two units measure the same: `W` and `kW`, `Celsius` and `K`.
fn same_kind(a: &str, b: &str) -> bool {
    kind_of_unit(a) == kind_of_unit(b)
}

fn kind_of_unit(unit: &str) -> &str {
    match unit {
        "Celsius" | "Fahrenheit" | "K" => "temperature",
        "mHz" => "Hz",
        "Percent" | "RH" => "share",
        "kW" | "kWh" | "kVA" | "kVAh" | "kvar" | "kvarh" => unit.get(1..).unwrap_or(unit),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_and_its_thousandfold_measure_the_same() {
        assert!(same_kind("W", "kW"));
        assert!(same_kind("Celsius", "Fahrenheit"));
        assert!(!same_kind("W", "Wh"));
        assert!(!same_kind("m", "ms2"));
    }

    #[test]
    fn a_row_is_for_the_versions_that_all_rows_around_it_allow() {
        assert_eq!(versions_of(&[&[], &[]]), Version::ALL);
        assert_eq!(versions_of(&[&[], &[Version::V21]]), [Version::V21]);
        assert_eq!(versions_of(&[&[Version::V201], &[Version::V21]]), []);
    }
}
