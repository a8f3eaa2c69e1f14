//! The vocabulary agrees with the appendices of the Open Charge Alliance; where it departs from them on purpose, this
//! test says so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod reference;

use ocpp::vocabulary::{self, Instance, Presence, Row};
use ocpp::{DataType, Version};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_vocabulary_agrees_with_the_appendices() {
    let Some(folder) = reference::folder("DIAGMARK_OCPP_DM", "ocpp/dm") else { return };
    let merged = table(&folder.join("dm_components_vars.csv"), ',');
    for (version, appendix) in
        [(Version::V201, "v2.0.1-appendices-1.4"), (Version::V21, "v2.1-appendices-2.1")]
    {
        let official = folder.join("official").join(appendix);
        let mut differences = BTreeSet::new();
        let rows: Vec<&Vec<String>> = merged.iter().filter(|r| r[0] == version.as_str()).collect();
        let expected: BTreeSet<String> = rows.iter().map(|r| in_our_words(version, r)).collect();
        assert_eq!(expected.len(), rows.len(), "no two official rows are alike");
        let ours: BTreeSet<String> = rows_of(version).filter(|r| !r.only_part2).map(as_text).collect();
        differences.extend(expected.difference(&ours).map(|row| format!("only officially: {row}")));
        differences.extend(ours.difference(&expected).map(|row| format!("only here: {row}")));

        let matrix = table(&official.join("dm_components_vars.csv"), ';');
        let key = |r: &[String]| {
            (r[0].clone(), r[1].clone(), r[2].clone(), r[3].clone(), r[4].clone(), r[5].clone())
        };
        let from_appendix: BTreeSet<_> = matrix.iter().map(|r| key(r)).collect();
        let from_merged: BTreeSet<_> =
            rows.iter().map(|r| key(&[&r[1], &r[2], &r[3], &r[5], &r[6], &r[7]].map(Clone::clone))).collect();
        assert_eq!(from_appendix, from_merged, "the merged table is the appendix");

        for component in table(&official.join("components.csv"), ';') {
            if vocabulary::component(version, &component[0]).is_none_or(|c| c.name != component[0]) {
                differences.insert(format!("component {}", component[0]));
            }
        }
        for name in vocabulary::component_names(version) {
            let listed = table(&official.join("components.csv"), ';').iter().any(|c| c[0] == name);
            if !listed && !rows.iter().any(|r| r[1] == name) {
                differences.insert(format!("component {name} is not official"));
            }
        }
        for listed in table(&official.join("variables.csv"), ';') {
            let unit = if listed.len() > 3 { listed[2].as_str() } else { "" };
            // 2.1 lists Timeout twice: in general, and for one component, where the row says it.
            if (listed[0].as_str(), listed[1].as_str()) == ("Timeout", "integer") {
                continue;
            }
            let ours = vocabulary::variable(version, &listed[0]);
            let agrees = ours.is_some_and(|v| {
                (listed[1].is_empty() || v.data_type.as_str() == data_type(&listed[1]))
                    && v.units == units(unit)
            });
            if !agrees {
                differences.insert(format!("variable {listed:?}: {ours:?}"));
            }
        }
        let official_units: Vec<String> = table(&official.join("units_of_measure.csv"), ';')
            .into_iter()
            .map(|mut r| r.swap_remove(0))
            .collect();
        let ours: BTreeSet<&str> = vocabulary::get(version).units().collect();
        assert_eq!(ours, official_units.iter().map(String::as_str).collect());
        assert!(differences.is_empty(), "OCPP {version}:\n{}", Vec::from_iter(differences).join("\n"));
        println!("OCPP {version}: {} rows compared, no difference", rows.len());
    }
}

fn rows_of(version: Version) -> impl Iterator<Item = &'static Row> {
    let vocabulary = vocabulary::get(version);
    vocabulary.generic().iter().chain(vocabulary.components().flat_map(|c| &c.rows))
}

fn as_text(row: &Row) -> String {
    let component = row.component.as_deref().unwrap_or("<generic>");
    let instance = match &row.instance {
        Instance::Unnamed => String::new(),
        Instance::Named(name) => name.clone(),
        Instance::Any(what) => format!("<{what}>"),
    };
    let attributes: Vec<&str> = row.attributes.iter().map(|a| a.as_str()).collect();
    let presence = match row.presence {
        Presence::Required => "yes",
        Presence::RequiredForV2x => "V2X",
        Presence::Optional => "no",
    };
    let mutability: Vec<&str> = row.mutability.iter().map(|m| m.as_str()).collect();
    [
        component,
        &row.variable,
        &attributes.join(","),
        &instance,
        presence,
        row.data_type.as_str(),
        &row.units.join(","),
        &mutability.join("|"),
    ]
    .join(" / ")
}

/// A row of the merged table, with the departures that the vocabulary makes.
fn in_our_words(version: Version, row: &[String]) -> String {
    let component = if row[1] == "TxCtlrl" { "TxCtrlr" } else { &row[1] };
    let (variable, attributes) = match row[2].strip_suffix(')').and_then(|v| v.split_once('(')) {
        Some((variable, "Min/MaxSet")) => (variable, "MinSet,MaxSet"),
        Some((variable, attribute)) => (variable, attribute),
        None => (row[2].as_str(), ""),
    };
    let instance = if row[3] == "1, 2 .. 20" { "<1..20>" } else { &row[3] };
    let presence = if row[5].is_empty() { "no" } else { &row[5] };
    let data_type = match row[6].as_str() {
        "" => vocabulary::variable(version, variable)
            .map_or("", |v: &vocabulary::Variable| v.data_type.as_str()),
        given => data_type(given),
    };
    let units = units(&row[7]).join(",");
    // The reference data fills some mutabilities from an implementation; those are not OCPP's word.
    let mutability = if row[9] == "everest-config" { "" } else { &row[8] };
    [component, variable, attributes, instance, presence, data_type, &units, mutability].join(" / ")
}

fn data_type(official: &str) -> &str {
    match official {
        "DateTime" => DataType::DateTime.as_str(),
        "passwordString" | "identifierString" => DataType::String.as_str(),
        other => other,
    }
}

fn units(official: &str) -> Vec<String> {
    let spelt = |unit: &str| match unit.trim() {
        "%" => "Percent".to_owned(),
        "Var" => "var".to_owned(),
        other => other.to_owned(),
    };
    official.split(',').map(spelt).filter(|u| !u.is_empty()).collect()
}

/// Reads a CSV file without its header, cells trimmed, rows without a first cell left out.
fn table(path: &Path, separator: char) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        let row = rows.last_mut().unwrap();
        let cell = row.last_mut().unwrap();
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            '\n' if !quoted => rows.push(vec![String::new()]),
            '\r' if !quoted => {}
            c if c == separator && !quoted => row.push(String::new()),
            c => cell.push(c),
        }
    }
    rows.remove(0);
    for cell in rows.iter_mut().flatten() {
        *cell = cell.trim().to_owned();
    }
    rows.retain(|row| !row[0].is_empty());
    rows
}
